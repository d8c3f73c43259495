/* What container, instance metadata, STS and programs may answer, the hostile included: what is taken, what is said
 * instead, and that no secret stays in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aws/credential_chain.h"
#include "base/scope.h"
#include "credential_world.h"

#define assert_has(text, part) assert_non_null(strstr(text, part))

#define ENDS                   (WORLD_NOW + WORLD_HOUR_S)
#define END                    "2026-05-28T21:26:40Z"
#define PAST                   "2026-05-28T20:26:39Z"

enum { HUGE_BYTES = 300 * 1024, BOMB_BYTES = 9 * 1024 * 1024 };

/* ---- JSON ---- */

struct json_row {
    const char *status, *body;
    weir_status expected;
    const char *words; /* of the error */
};

#define JSON(inside)      "{\"Code\":\"Success\"," inside "}"
#define KEY(value)        "\"AccessKeyId\":\"" value "\","
#define SECRET(value)     "\"SecretAccessKey\":\"" value "\","
#define GOOD              KEY("AKID1") SECRET("secret-1") "\"Token\":\"token-1\""
#define EXPIRATION(value) ",\"Expiration\":" value

static const struct json_row json_rows[] = {
    {"200 OK", JSON(GOOD EXPIRATION("\"" END "\"")), WEIR_OK, NULL},
    {"200 OK", JSON(GOOD), WEIR_OK, NULL}, /* no Expiration: until they are rejected */
    {"200 OK", JSON(GOOD EXPIRATION("\"\"")), WEIR_OK, NULL},
    {"200 OK", JSON(GOOD EXPIRATION("null")), WEIR_OK, NULL},
    {"200 OK", JSON(GOOD EXPIRATION("\"" PAST "\"")), WEIR_E_DENIED, "have expired 1 s ago"},
    {"200 OK", JSON(GOOD EXPIRATION("\"1970-01-01T00:00:00Z\"")), WEIR_E_DENIED, "expired"},
    {"200 OK", JSON(GOOD EXPIRATION("\"0001-01-01T00:00:00Z\"")), WEIR_E_DENIED, "xpir"},
    {"200 OK", JSON(GOOD EXPIRATION("\"tomorrow\"")), WEIR_E_DENIED, "Expiration is no time"},
    {"200 OK", JSON(GOOD EXPIRATION("\"2026-05-28T20:26:50Z\"")), WEIR_E_DENIED, "end in 10 s"},
    {"200 OK", "", WEIR_E_DENIED, "no JSON"},
    {"200 OK", "null", WEIR_E_DENIED, "no JSON"},
    {"200 OK", "[]", WEIR_E_DENIED, "no access key id"},
    {"200 OK", "{}", WEIR_E_DENIED, "no access key id"},
    {"200 OK", "{\"AccessKeyId\":\"AKID1\",\"Secret", WEIR_E_DENIED, "no JSON"},
    {"200 OK", "<html>log in</html>", WEIR_E_DENIED, "no JSON"},
    {"200 OK", "\xff\xfe{}", WEIR_E_DENIED, "no JSON"},
    {"200 OK", JSON(KEY("AKID1") "\"Token\":\"t\""), WEIR_E_DENIED, "no secret access key"},
    {"200 OK", JSON("\"AccessKeyId\":1," SECRET("s") "\"Token\":\"t\""), WEIR_E_DENIED, "no access key id"},
    {"200 OK", JSON(KEY("") SECRET("s") "\"Token\":\"t\""), WEIR_E_DENIED, "no access key id"},
    {"200 OK", JSON(KEY("A\\r\\nX-Evil: 1") SECRET("s") "\"Token\":\"t\""), WEIR_E_DENIED, "no word"},
    {"200 OK", JSON(KEY("AKID1") SECRET("s") "\"Token\":\"t\\u0000t\\nx\""), WEIR_E_DENIED, "the container"},
    {"200 OK", JSON(GOOD EXPIRATION("\"" END "\\u0000\"")), WEIR_E_DENIED, "Expiration is no time"},
    {"200 OK", JSON(KEY("AKID1\\u0000") SECRET("s") "\"Token\":\"t\""), WEIR_E_DENIED, "no word"},
    {"200 OK", JSON(KEY("AKID1") SECRET("s s") "\"Token\":\"t\""), WEIR_E_DENIED, "no word"},
    {"200 OK", "{\"Code\":\"Gone\\u001b[31m\",\"AccessKeyId\":\"A\"}", WEIR_E_DENIED, "Gone"},
    {"404 Not Found", JSON(GOOD), WEIR_E_DENIED, "HTTP status 404"},
    {"302 Found", JSON(GOOD), WEIR_E_DENIED, "HTTP status 302"},
    {"500 Error", "", WEIR_E_DENIED, "HTTP status 500"},
};

static void check_refusal(struct world *world, weir_status expected, const char *words)
{
    assert_int_equal(world_ask(world, WORLD_NOW), expected);
    assert_string_equal(world->found.access_key, "");
    if (!strstr(world->error.text, words))
        fail_msg("'%s' is not in '%s'", words, world->error.text);
    assert_null(strstr(world->error.text, "secret-1"));
    assert_null(strpbrk(world->error.text, "\033\r\n"));
}

static void a_container_may_answer_anything(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_SIZE(json_rows); k++) {
        const struct json_row *row = &json_rows[k];
        struct world world = {0};
        world_reply(&world, row->status, row->body);
        assert_true(world_container(&world));
        if (row->expected == WEIR_OK) {
            assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_OK);
            assert_string_equal(world.found.secret_key, "secret-1");
            assert_int_equal(world.found.expires_s, strstr(row->body, END) ? ENDS : 0);
        } else {
            check_refusal(&world, row->expected, row->words);
        }
        assert_int_equal(loopback_count(&world.server), 1);
        world_close(&world);
    }
}

/* A reply of so many bytes: what stands before, and then one letter. */
static char *make_huge(size_t size, const char *before, const char *after)
{
    char *text = malloc(size + 2048);
    assert_non_null(text);
    size_t body = strlen(before) + size + strlen(after);
    int head = snprintf(text, 2048, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", body, before);
    memset(text + head, 'A', size);
    memcpy(text + head + size, after, strlen(after) + 1);
    return text;
}

static void a_container_may_answer_too_much(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        const char *before, *after;
    } rows[] = {
        {HUGE_BYTES, "{\"AccessKeyId\":\"", "\",\"SecretAccessKey\":\"s\"}"},
        {HUGE_BYTES, "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"", "\"}"},
        {HUGE_BYTES, "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\",\"Token\":\"", "\"}"},
        {HUGE_BYTES, "{\"Code\":\"", "\"}"},
        {BOMB_BYTES, "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\",\"More\":\"", "\"}"},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        struct world world = {0};
        char *text = make_huge(rows[k].size, rows[k].before, rows[k].after);
        world_reply(&world, "200 OK", "")->text = text;
        assert_true(world_container(&world));
        check_refusal(&world, WEIR_E_DENIED, "the container's credentials");
        assert_true(strlen(world.error.text) < 300);
        world_close(&world);
        free(text);
    }
}

static void a_broken_connection_is_tried_once_more(void **state)
{
    (void)state;
    static const enum loopback_then ends[] = {LOOPBACK_CLOSE, LOOPBACK_RESET};
    for (size_t k = 0; k < ARRAY_SIZE(ends); k++) {
        struct world world = {0};
        struct loopback_reply cut = {.is_cut = true, .cut = 60, .then = ends[k]};
        for (int n = 0; n < 2; n++) {
            struct loopback_reply *reply = world_gives(&world, "AKID1", ENDS);
            cut.text = reply->text;
            *reply = cut;
        }
        world_gives(&world, "AKID3", ENDS);
        assert_true(world_container(&world));
        check_refusal(&world, WEIR_E_IO, "the container's credentials");
        assert_int_equal(loopback_count(&world.server), 2);
        world_forward_ms = 6000;
        assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_OK);
        world_close(&world);
    }
}

static void only_this_host_is_a_container_s_agent(void **state)
{
    (void)state;
    static const char *const urls[] = {"http://192.0.2.1/x",
                                       "http://127.0.0.1@192.0.2.1/x",
                                       "http://localhost.example.com/",
                                       "ftp://127.0.0.1/",
                                       "http://[2001:db8::1]/",
                                       "file:///etc/passwd",
                                       "http://",
                                       "127.0.0.1",
                                       "http://127.0.0.1.example.com/"};
    for (size_t k = 0; k < ARRAY_SIZE(urls); k++) {
        struct world world = {0};
        assert_true(world_listen(&world));
        world_set(&world, "AWS_EC2_METADATA_DISABLED", "true");
        world_set(&world, "AWS_CONTAINER_CREDENTIALS_FULL_URI", urls[k]);
        world_set(&world, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "container-secret");
        assert_true(world_open(&world, "", ""));
        check_refusal(&world, WEIR_E_DENIED, "must be https");
        world_close(&world);
    }
}

static void a_container_s_token_is_one_line(void **state)
{
    (void)state;
    static const struct {
        const char *token, *header;
    } rows[] = {{"Bearer abc", "Authorization: Bearer abc\r\n"}, {"a\r\nX-Evil: 1", NULL}, {"a\nb", NULL}};
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        struct world world = {0};
        world_gives(&world, "AKID1", ENDS);
        world_set(&world, "AWS_CONTAINER_AUTHORIZATION_TOKEN", rows[k].token);
        assert_true(world_container(&world));
        if (rows[k].header) {
            assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_OK);
            assert_has(world.server.requests[0], rows[k].header);
        } else {
            check_refusal(&world, WEIR_E_DENIED, "line break");
            assert_int_equal(loopback_count(&world.server), 0);
        }
        world_close(&world);
    }
}

/* ---- instance ---- */

struct instance_row {
    const char *token_status, *token, *role_status, *role, *keys_status, *keys;
    const char *words; /* NULL = they are taken */
    size_t requests;
};

#define TOKEN_FINE "200 OK", "TOKEN=="
#define ROLE_FINE  "200 OK", "reader"

static const struct instance_row instance_rows[] = {
    {TOKEN_FINE, ROLE_FINE, "200 OK", JSON(GOOD EXPIRATION("\"" END "\"")), NULL, 3},
    {TOKEN_FINE, "200 OK", "reader\nwriter", "200 OK", JSON(GOOD EXPIRATION("\"" END "\"")), NULL, 3},
    {"403 Forbidden", "", ROLE_FINE, "200 OK", "", "no token (HTTP status 403)", 1},
    {"404 Not Found", "", ROLE_FINE, "200 OK", "", "no token", 1}, /* version 1 is not asked */
    {"200 OK", "", ROLE_FINE, "200 OK", "", "no token", 1},
    {"200 OK", "\r\nX-Evil: 1", ROLE_FINE, "200 OK", "", "no token", 1},
    {TOKEN_FINE, "404 Not Found", "", "200 OK", "", "no role", 2},
    {TOKEN_FINE, "200 OK", "", "200 OK", "", "no role", 2},
    {TOKEN_FINE, "200 OK", "../../user-data", "200 OK", "", "no role", 2},
    {TOKEN_FINE, "200 OK", "<html>", "200 OK", "", "no role", 2},
    {TOKEN_FINE, "401 Unauthorized", "", "200 OK", "", "no role", 2},
    {TOKEN_FINE, ROLE_FINE, "200 OK", "", "no JSON", 3},
    {TOKEN_FINE, ROLE_FINE, "200 OK", "{\"Acc", "no JSON", 3},
    {TOKEN_FINE, ROLE_FINE, "200 OK", "{\"Code\":\"AssumeRoleUnauthorizedAccess\"}", "AssumeRoleUnauthorizedAccess", 3},
    {TOKEN_FINE, ROLE_FINE, "200 OK", JSON(GOOD EXPIRATION("\"" PAST "\"")), "expired", 3},
    {TOKEN_FINE, ROLE_FINE, "500 Error", "", "HTTP status 500", 3},
};

static void start_instance(struct world *world)
{
    assert_true(world_listen(world));
    world_set(world, "AWS_EC2_METADATA_SERVICE_ENDPOINT", world->url);
    assert_true(world_open(world, "", ""));
}

static void an_instance_may_answer_anything(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_SIZE(instance_rows); k++) {
        const struct instance_row *row = &instance_rows[k];
        struct world world = {0};
        world_reply(&world, row->token_status, row->token);
        world_reply(&world, row->role_status, row->role);
        world_reply(&world, row->keys_status, row->keys);
        start_instance(&world);
        if (row->words) {
            check_refusal(&world, WEIR_E_DENIED, row->words);
        } else {
            assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_OK);
            assert_string_equal(world.found.origin, "instance metadata, role reader");
            assert_has(world.server.requests[0], "PUT /latest/api/token HTTP/1.1\r\n");
            assert_has(world.server.requests[1], "x-aws-ec2-metadata-token: TOKEN==\r\n");
            assert_has(world.server.requests[2], "GET /latest/meta-data/iam/security-credentials/reader HTTP");
        }
        assert_int_equal(loopback_count(&world.server), row->requests);
        world_close(&world);
    }
}

static void nobody_there_is_no_instance(void **state)
{
    (void)state;
    struct world world = {0};
    world.server.is_deaf = true;
    assert_true(world_listen(&world));
    close(world.server.fd); /* refuses */
    world.server.fd = -1;
    world_set(&world, "AWS_EC2_METADATA_SERVICE_ENDPOINT", world.url);
    assert_true(world_open(&world, "", ""));
    check_refusal(&world, WEIR_E_DENIED, "run `aws configure`");
    world_close(&world);
}

/* ---- STS ---- */

struct sts_row {
    const char *status, *body;
    weir_status expected;
    const char *words; /* NULL = they are taken */
    size_t requests;
};

#define STS(inside)                                              \
    "<AssumeRoleResponse><AssumeRoleResult><Credentials>" inside \
    "</Credentials></AssumeRoleResult></AssumeRoleResponse>"
#define STS_GOOD                                                                  \
    "<AccessKeyId>AKID1</AccessKeyId><SecretAccessKey>secret-1</SecretAccessKey>" \
    "<SessionToken>token-1</SessionToken>"
#define STS_END(value)  "<Expiration>" value "</Expiration>"
#define STS_ERROR(code) "<ErrorResponse><Error><Code>" code "</Code><Message>not\nyou</Message></Error></ErrorResponse>"

static const struct sts_row sts_rows[] = {
    {"200 OK", STS(STS_GOOD STS_END(END)), WEIR_OK, NULL, 1},
    {"200 OK", STS(STS_GOOD), WEIR_E_DENIED, "Expiration", 1},
    {"200 OK", STS(STS_GOOD STS_END("")), WEIR_E_DENIED, "Expiration", 1},
    {"200 OK", STS(STS_GOOD STS_END("soon")), WEIR_E_DENIED, "Expiration", 1},
    {"200 OK", STS(STS_GOOD STS_END(PAST)), WEIR_E_DENIED, "expired", 1},
    {"200 OK", STS("<AccessKeyId>A</AccessKeyId>"), WEIR_E_DENIED, "no secret access key", 1},
    {"200 OK", STS(""), WEIR_E_DENIED, "no access key id", 1},
    {"200 OK", "", WEIR_E_DENIED, "the role of p", 1},
    {"200 OK", "<AssumeRoleResponse><Assume", WEIR_E_DENIED, "the role of p", 1},
    {"200 OK", "<html/>", WEIR_E_DENIED, "no access key id", 1},
    {"200 OK", "{}", WEIR_E_DENIED, "the role of p", 1},
    {"200 OK", "<!DOCTYPE a [<!ENTITY b \"x\">]><a>&b;</a>", WEIR_E_DENIED, "the role of p", 1},
    {"403 Forbidden", STS_ERROR("AccessDenied"), WEIR_E_DENIED, "AccessDenied", 1},
    {"400 Bad", STS_ERROR("ExpiredToken"), WEIR_E_DENIED, "ExpiredToken", 1},
    {"403 Forbidden", "", WEIR_E_DENIED, "refused", 1},
    {"302 Found", "", WEIR_E_DENIED, "refused", 1},
    {"503 Error", "", WEIR_E_IO, "HTTP status 503", 3},
    {"500 Error", STS(STS_GOOD STS_END(END)), WEIR_E_IO, "HTTP status 500", 3},
};

static void start_role(struct world *world)
{
    assert_true(world_listen(world));
    world_set(world, "AWS_EC2_METADATA_DISABLED", "true");
    world->options.profile = "p";
    world->options.profile_is_named = true;
    world->options.region = "eu-west-1";
    world->options.sts_url = world->url;
    assert_true(world_open(world, "[profile p]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n",
                           "[base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = secret-base\n"));
}

static void sts_may_answer_anything(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_SIZE(sts_rows); k++) {
        const struct sts_row *row = &sts_rows[k];
        struct world world = {0};
        world_reply(&world, row->status, row->body);
        start_role(&world);
        if (row->words) {
            check_refusal(&world, row->expected, row->words);
            assert_null(strstr(world.error.text, "secret-base"));
        } else {
            assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_OK);
            assert_int_equal(world.found.expires_s, ENDS);
            assert_string_equal(world.found.origin, "profile p: assume role");
            assert_has(world.server.requests[0], "Credential=AKIDBASE/");
            assert_has(world.server.requests[0], "/eu-west-1/sts/aws4_request");
            assert_has(world.server.requests[0], "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam");
        }
        assert_int_equal(loopback_count(&world.server), row->requests);
        world_close(&world);
    }
}

static void sts_may_answer_too_much(void **state)
{
    (void)state;
    static const size_t sizes[] = {HUGE_BYTES, BOMB_BYTES};
    for (size_t k = 0; k < ARRAY_SIZE(sizes); k++) {
        struct world world = {0};
        char *text = make_huge(sizes[k],
                               "<AssumeRoleResponse><AssumeRoleResult><Credentials><SecretAccessKey>s</SecretAccessKey>"
                               "<AccessKeyId>",
                               "</AccessKeyId></Credentials></AssumeRoleResult></AssumeRoleResponse>");
        world_reply(&world, "200 OK", "")->text = text;
        start_role(&world);
        weir_status status = world_ask(&world, WORLD_NOW);
        assert_int_equal(status, WEIR_E_DENIED);
        assert_int_equal(loopback_count(&world.server), 1);
        world_close(&world);
        free(text);
    }
}

/* ---- secrets ---- */

static size_t n_wiped; /* times that a secret was wiped */

/* In the place of libc's explicit_bzero(). */
void wipe_and_look(void *memory, size_t size) __asm__("explicit_bzero");

void wipe_and_look(void *memory, size_t size)
{
    if (size >= 8 && memmem(memory, size, "secret-1", 8))
        n_wiped++;
    memset(memory, 0, size);
    __asm__ volatile("" : : "r"(memory) : "memory"); /* so that it is not taken out */
}

static void what_is_not_taken_is_wiped(void **state)
{
    (void)state;
    struct credential found;
    memset(&found, 1, sizeof found);
    n_wiped = 0;
    weir_error err = {0};
    const char *body = JSON(KEY("AKID1") SECRET("secret-1") "\"Token\":\"no word\"");
    assert_int_equal(credential_read_json(body, strlen(body), WORLD_NOW, "x", &found, &err), WEIR_E_DATA);
    assert_int_equal(n_wiped, 1);
    assert_null(memmem(&found, sizeof found, "secret-1", 8));
    snprintf(found.secret_key, sizeof found.secret_key, "secret-1");
    credential_wipe(&found);
    for (size_t k = 0; k < sizeof found; k++)
        assert_int_equal(((const char *)&found)[k], 0);
}

/* The answer as it came, its copy, what was read of it, and what the provider keeps. */
static void what_is_taken_is_wiped_behind_it(void **state)
{
    (void)state;
    struct world world = {0};
    world_reply(&world, "200 OK", JSON(GOOD EXPIRATION("\"" END "\"")));
    assert_true(world_container(&world));
    n_wiped = 0;
    assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_OK);
    assert_int_equal(n_wiped, 3);
    world_close(&world);
    assert_int_equal(n_wiped, 4);
}

static void a_token_file_is_small(void **state)
{
    (void)state;
    char path[] = "/tmp/weir-token-XXXXXX", text[64] = "", wide[16] = "";
    weir_error err = {0};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "secret-1 0123456789\r\n", 21), 21);
    assert_int_equal(credential_read_file(path, text, sizeof text, &err), WEIR_OK);
    assert_string_equal(text, "secret-1 0123456789");
    n_wiped = 0;
    assert_int_equal(credential_read_file(path, wide, sizeof wide, &err), WEIR_E_DENIED);
    assert_has(err.text, "too long");
    assert_int_equal(n_wiped, 1);
    assert_int_equal(ftruncate(fd, 0), 0);
    err = (weir_error){0};
    assert_int_equal(credential_read_file(path, text, sizeof text, &err), WEIR_E_DENIED);
    assert_has(err.text, "is empty");
    close(fd);
    unlink(path);
    assert_int_equal(credential_read_file(path, text, sizeof text, NULL), WEIR_E_DENIED);
    assert_int_equal(credential_read_file("/tmp", text, sizeof text, NULL), WEIR_E_DENIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_container_may_answer_anything),
        cmocka_unit_test(a_container_may_answer_too_much),
        cmocka_unit_test(a_broken_connection_is_tried_once_more),
        cmocka_unit_test(only_this_host_is_a_container_s_agent),
        cmocka_unit_test(a_container_s_token_is_one_line),
        cmocka_unit_test(an_instance_may_answer_anything),
        cmocka_unit_test(nobody_there_is_no_instance),
        cmocka_unit_test(sts_may_answer_anything),
        cmocka_unit_test(sts_may_answer_too_much),
        cmocka_unit_test(what_is_not_taken_is_wiped),
        cmocka_unit_test(what_is_taken_is_wiped_behind_it),
        cmocka_unit_test(a_token_file_is_small),
    };
    return http_global_init(NULL) == WEIR_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
