/* The environment: copies are whole, and what the system shows of ours afterwards has no secret. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/environment.h"
#include "base/scope.h"

enum { TEXT_BYTES = 256, SHOWN_BYTES = 1 << 20 };

struct row {
    const char *given, *left;
};

static const struct row rows[] = {
    {"AWS_SECRET_ACCESS_KEY=CANARY-1", "AWS_SECRET_ACCESS_KEY="},
    {"AWS_SESSION_TOKEN=CANARY=2==", "AWS_SESSION_TOKEN="},
    {"AWS_SECURITY_TOKEN=CANARY-3", "AWS_SECURITY_TOKEN="},
    {"AWS_CONTAINER_AUTHORIZATION_TOKEN=Basic CANARY-4", "AWS_CONTAINER_AUTHORIZATION_TOKEN="},
    {"AWS_SECRET_ACCESS_KEY=CANARY-again", "AWS_SECRET_ACCESS_KEY="},
    {"AWS_SECRET_ACCESS_KEY_OTHER=kept", "AWS_SECRET_ACCESS_KEY_OTHER=kept"},
    {"MY_AWS_SESSION_TOKEN=kept", "MY_AWS_SESSION_TOKEN=kept"},
    {"AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_ACCESS_KEY_ID=AKIAEXAMPLE"},
    {"HTTPS_PROXY=http://me:CANARY@192.0.2.1:3128/", "HTTPS_PROXY=http://me:******@192.0.2.1:3128/"},
    {"HTTP_PROXY=http://me:CAN@ARY@192.0.2.1", "HTTP_PROXY=http://me:*******@192.0.2.1"},
    {"https_proxy=me:CANARY@192.0.2.1", "https_proxy=me:******@192.0.2.1"},
    {"http_proxy=http://me:CAN:ARY@[2001:db8::1]:8", "http_proxy=http://me:*******@[2001:db8::1]:8"},
    {"ALL_PROXY=socks5h://:CANARY@proxy.example", "ALL_PROXY=socks5h://:******@proxy.example"},
    {"all_proxy=http://me:CANARY@proxy.example", "all_proxy=http://me:******@proxy.example"},
    {"HTTPS_PROXY=http://192.0.2.1:3128", "HTTPS_PROXY=http://192.0.2.1:3128"},
    {"HTTP_PROXY=http://me@192.0.2.1:3128", "HTTP_PROXY=http://me@192.0.2.1:3128"},
    {"HTTP_PROXY=", "HTTP_PROXY="},
    {"NO_PROXY=a:b@c", "NO_PROXY=a:b@c"},
    {"no equals sign", "no equals sign"},
    {"=", "="},
    {"", ""},
};

static void secrets_are_overwritten_and_copies_are_whole(void **state)
{
    (void)state;
    char texts[ARRAY_SIZE(rows)][TEXT_BYTES] = {""}, *variables[ARRAY_SIZE(rows) + 1] = {NULL};
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        memcpy(texts[k], rows[k].given, strlen(rows[k].given) + 1);
        variables[k] = texts[k];
    }
    struct environment *environment = NULL;
    assert_int_equal(environment_new(variables, &environment, NULL), WEIR_OK);
    char *const *all = environment_all(environment);
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        assert_ptr_equal(variables[k], texts[k]);
        assert_string_equal(texts[k], rows[k].left);
        assert_null(memmem(texts[k], TEXT_BYTES, "CAN", 3));
        assert_null(memmem(texts[k], TEXT_BYTES, "ARY", 3));
        assert_string_equal(all[k], rows[k].given);
    }
    assert_null(all[ARRAY_SIZE(rows)]);
    environment_free(environment);
}

static void what_is_asked(void **state)
{
    (void)state;
    char a[] = "AWS_REGION=eu-west-1", b[] = "EMPTY=", c[] = "AWS_REGION=second", d[] = "YES=True", e[] = "NO=truer";
    char *variables[] = {a, b, c, d, e, NULL};
    struct environment *environment = NULL;
    assert_int_equal(environment_new(variables, &environment, NULL), WEIR_OK);
    a[11] = 'X';
    assert_string_equal(environment_get(environment, "AWS_REGION"), "eu-west-1");
    assert_null(environment_get(environment, "AWS_REGIO"));
    assert_null(environment_get(environment, "AWS_REGION="));
    assert_null(environment_get(environment, "EMPTY"));
    assert_null(environment_get(environment, "MISSING"));
    assert_true(environment_is_true(environment, "YES"));
    assert_false(environment_is_true(environment, "NO"));
    assert_false(environment_is_true(environment, "EMPTY"));
    assert_false(environment_is_true(environment, "MISSING"));
    environment_free(environment);
}

static void there_may_be_none(void **state)
{
    (void)state;
    char *variables[] = {NULL};
    struct environment *environment = NULL;
    assert_int_equal(environment_new(variables, &environment, NULL), WEIR_OK);
    assert_null(environment_all(environment)[0]);
    assert_null(environment_get(environment, "HOME"));
    environment_free(environment);
    environment_free(NULL);
}

/* What other programs of the same user may read of a running one. */
static size_t read_shown(char *out)
{
    FILE *file = fopen("/proc/self/environ", "re");
    if (!file)
        return 0;
    size_t len = fread(out, 1, SHOWN_BYTES, file);
    fclose(file);
    return len;
}

static void what_the_system_shows(void **state)
{
    (void)state;
    AUTO(free_cleanup) char *shown = malloc(SHOWN_BYTES);
    assert_non_null(shown);
    size_t len = read_shown(shown);
    if (!len)
        skip();
    assert_non_null(memmem(shown, len, "CANARY-shown", 12));
    struct environment *environment = NULL;
    assert_int_equal(environment_new(environ, &environment, NULL), WEIR_OK);
    len = read_shown(shown);
    assert_null(memmem(shown, len, "CANARY", 6));
    assert_non_null(memmem(shown, len, "HTTPS_PROXY=http://me:", 22));
    assert_string_equal(environment_get(environment, "AWS_SECRET_ACCESS_KEY"), "CANARY-shown");
    assert_string_equal(environment_get(environment, "HTTPS_PROXY"), "http://me:CANARY@192.0.2.1");
    environment_free(environment);
}

/* The system shows what a program was started with, so this one starts itself again. */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_overwritten_and_copies_are_whole),
        cmocka_unit_test(what_is_asked),
        cmocka_unit_test(there_may_be_none),
        cmocka_unit_test(what_the_system_shows),
    };
    (void)argc;
    if (!getenv("WEIR_TEST_STARTED_AGAIN")) {
        setenv("WEIR_TEST_STARTED_AGAIN", "1", 1);
        setenv("AWS_SECRET_ACCESS_KEY", "CANARY-shown", 1);
        setenv("HTTPS_PROXY", "http://me:CANARY@192.0.2.1", 1);
        execv("/proc/self/exe", argv);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
