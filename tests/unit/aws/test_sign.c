/* Signatures: the vectors of tests/cases/sigv4 (made with botocore), what is refused, hashes and encoding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>

#include "signcase.h"

static struct signcase one;
static struct sign_trace trace;

static void check_case(const char *path)
{
    struct sign_result result;
    weir_error err = {0};
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(signcase_read(file, &one));
    fclose(file);
    assert_int_equal(sign(&one.request, &one.key, one.time_s, &result, &trace, &err), WEIR_OK);
    assert_string_equal(trace.canonical, one.canonical);
    assert_string_equal(trace.to_sign, one.to_sign);
    assert_string_equal(result.authorization, one.authorization);
    assert_string_equal(result.content_hash, one.content_hash);
}

static void every_vector_is_met(void **state)
{
    (void)state;
    int count = 0;
    DIR *folder = opendir(WEIR_CASES "/sigv4");
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        char path[4096];
        if (!strstr(entry->d_name, ".case"))
            continue;
        snprintf(path, sizeof path, "%s/sigv4/%s", WEIR_CASES, entry->d_name);
        check_case(path);
        count++;
    }
    closedir(folder);
    assert_int_equal(count, 12);
}

static const struct sign_key key = {"AKIDEXAMPLE", "secret", NULL};

static struct sign_request simple(void)
{
    return (struct sign_request){.method = "GET",
                                 .host = "bkt.s3.eu-west-1.amazonaws.com",
                                 .path = "/",
                                 .region = "eu-west-1",
                                 .service = "s3",
                                 .is_s3 = true};
}

static const char *canonical_of(const struct sign_request *request)
{
    struct sign_result result;
    weir_error err = {0};
    assert_int_equal(sign(request, &key, 1788266096, &result, &trace, &err), WEIR_OK);
    return trace.canonical;
}

static weir_status status_of(const struct sign_request *request, const struct sign_key *with, int64_t time_s)
{
    struct sign_result result;
    weir_error err = {0};
    weir_status status = sign(request, with, time_s, &result, NULL, &err);
    assert_true(status == WEIR_OK || *err.text);
    assert_true(status == WEIR_OK || !strstr(err.text, with->secret_key));
    return status;
}

static void queries_are_sorted_by_name_then_value(void **state)
{
    (void)state;
    const struct sign_pair query[] = {{"max-keys", "10"}, {"max", "2"},  {"a", "z"},  {"location", NULL},
                                      {"a", "B"},         {"b c", "+/"}, {"max", "1"}};
    struct sign_request request = simple();
    request.query = query;
    request.n_query = 7;
    assert_non_null(
        strstr(canonical_of(&request), "\n/\na=B&a=z&b%20c=%2B%2F&location=&max=1&max=2&max-keys=10\nhost:"));
}

static void keys_of_s3_are_encoded_once(void **state)
{
    (void)state;
    struct sign_request request = simple();
    request.path = "/a=b/../c:d+e*f//g h\xc3\xa9";
    assert_non_null(strstr(canonical_of(&request), "GET\n/a%3Db/../c%3Ad%2Be%2Af//g%20h%C3%A9\n\n"));
    request.is_s3 = false;
    assert_non_null(strstr(canonical_of(&request), "GET\n/c%253Ad%252Be%252Af/g%2520h%25C3%25A9\n\n"));
}

static void paths_are_normalised(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"", "/"},
                                          {"/", "/"},
                                          {"//", "/"},
                                          {"/..", "/"},
                                          {"/../a", "/a"},
                                          {"/a/..", "/"},
                                          {"/a/b/../c/", "/a/c/"},
                                          {"/./a//b", "/a/b"},
                                          {"/a/.", "/a"},
                                          {"/...", "/..."},
                                          {"/a/../../b/", "/b/"},
                                          {"/.", "/"}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct sign_request request = simple();
        char expected[64];
        request.is_s3 = false;
        request.path = rows[k][0];
        snprintf(expected, sizeof expected, "GET\n%s\n\n", rows[k][1]);
        assert_ptr_equal(strstr(canonical_of(&request), expected), trace.canonical);
    }
}

static void headers_are_folded(void **state)
{
    (void)state;
    const struct sign_pair headers[] = {{"X-B", " two  words\t here "}, {"x-a-b", "1"}, {"X-A", "z"}, {"x-b", "again"}};
    struct sign_request request = simple();
    request.headers = headers;
    request.n_headers = 4;
    canonical_of(&request);
    assert_non_null(strstr(trace.canonical, "\nx-a:z\nx-a-b:1\nx-amz-content-sha256:"));
    assert_non_null(strstr(trace.canonical, "\nx-b:two words here,again\n\n"));
    assert_non_null(strstr(trace.canonical, "\nhost;x-a;x-a-b;x-amz-content-sha256;x-amz-date;x-b\n"));
}

static void what_cannot_be_signed_is_refused(void **state)
{
    (void)state;
    static char large[60000], secret[600];
    static struct sign_pair many[65];
    struct sign_request request = simple();
    memset(large, '=', sizeof large - 1);
    memset(secret, 's', sizeof secret - 1);
    const struct sign_key long_secret = {"A", secret, NULL};
    const struct sign_key long_access = {large, "secret", NULL};
    const struct sign_key broken_token = {"A", "secret", "a\r\nx: y"};
    const struct sign_pair broken = {"if-match", "\"a\"\nhost: elsewhere"};
    assert_int_equal(status_of(&request, &key, 0), WEIR_OK);
    assert_int_equal(status_of(&request, &key, 253402300800), WEIR_E_LIMIT);
    assert_int_equal(status_of(&request, &key, INT64_MAX), WEIR_E_LIMIT);
    assert_int_equal(status_of(&request, &long_secret, 0), WEIR_E_LIMIT);
    assert_int_equal(status_of(&request, &long_access, 0), WEIR_E_LIMIT);
    assert_int_equal(status_of(&request, &broken_token, 0), WEIR_E_DATA);
    request.headers = &broken;
    request.n_headers = 1;
    assert_int_equal(status_of(&request, &key, 0), WEIR_E_DATA);
    request = simple();
    request.query = many;
    request.n_query = 65;
    assert_int_equal(status_of(&request, &key, 0), WEIR_E_LIMIT);
    request.n_query = 0;
    request.path = large + sizeof large - 1;
    assert_int_equal(status_of(&request, &key, 0), WEIR_OK);
    request.path = large;
    assert_int_equal(status_of(&request, &key, 0), WEIR_E_USAGE);
    large[0] = '/';
    assert_int_equal(status_of(&request, &key, 0), WEIR_E_LIMIT);
}

static void a_token_of_eight_kibibytes_fits(void **state)
{
    (void)state;
    static char token[8192];
    memset(token, '/', sizeof token - 1);
    const struct sign_key with_token = {"AKIDEXAMPLE", "secret", token};
    struct sign_request request = simple();
    assert_int_equal(status_of(&request, &with_token, 1788266096), WEIR_OK);
}

static void hashes_are_known(void **state)
{
    (void)state;
    char hex[SIGN_HASH_BYTES];
    sign_sha256_hex(NULL, 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sign_sha256_hex("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sign_sha1_hex("abc", 3, hex);
    assert_string_equal(hex, "a9993e364706816aba3e25717850c26c9cd0d89d");
}

static void encoding_measures_what_does_not_fit(void **state)
{
    (void)state;
    char out[8] = "";
    assert_int_equal(sign_uri_encode("a/b", true, out, sizeof out), 3);
    assert_string_equal(out, "a/b");
    assert_int_equal(sign_uri_encode("a/b", false, out, sizeof out), 5);
    assert_string_equal(out, "a%2Fb");
    assert_int_equal(sign_uri_encode("======", false, out, sizeof out), 18);
    assert_int_equal(sign_uri_encode("AZaz09-._~", false, NULL, 0), 10);
    assert_int_equal(sign_uri_encode("\xff*", false, out, 7), 6);
    assert_string_equal(out, "%FF%2A");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_is_met),
        cmocka_unit_test(queries_are_sorted_by_name_then_value),
        cmocka_unit_test(keys_of_s3_are_encoded_once),
        cmocka_unit_test(paths_are_normalised),
        cmocka_unit_test(headers_are_folded),
        cmocka_unit_test(what_cannot_be_signed_is_refused),
        cmocka_unit_test(a_token_of_eight_kibibytes_fits),
        cmocka_unit_test(hashes_are_known),
        cmocka_unit_test(encoding_measures_what_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
