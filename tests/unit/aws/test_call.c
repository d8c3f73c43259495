/* Calls against a server on loopback: pace, retries, clock, credentials, streams, words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "aws/call.h"
#include "base/clock.h"
#include "base/scope.h"
#include "fake_identity.h"
#include "loopback.h"

enum { QUIT_MS = 200 };

#define ANSWER(status, head, length, body) "HTTP/1.1 " status "\r\n" head "Content-Length: " length "\r\n\r\n" body
#define FINE                               ANSWER("200 OK", "Content-Type: application/x-amz-json-1.1\r\n", "2", "{}")
#define THROTTLED_BODY                     "{\"__type\":\"a.b#ThrottlingException:x\"}  "
#define THROTTLED                          ANSWER("400 Bad", "x-amz-retry-after: 20\r\n", "40", THROTTLED_BODY)
#define BROKEN                             ANSWER("500 Error", "", "0", "")
#define DENIED                                                                                           \
    ANSWER("400 Bad", "x-amzn-ErrorType: AccessDeniedException:http://x/\r\n", "130",                    \
           "{\"Message\":\"User: arn:aws:iam::123456789012:user/kim is not authorized to perform: logs:" \
           "FilterLogEvents on resource: xyz because\"}")
#define EXPIRED ANSWER("400 Bad", "", "40", "{\"__type\":\"ExpiredTokenException\"}      ")

static char region_variable[] = "AWS_REGION=eu-west-1";
static char *no_variables[] = {region_variable, NULL};

struct world {
    struct loopback server;
    weir_aws *aws;
    struct aws_client *client;
    struct http *http;
    struct aws_call *call;
    char url[80];
    weir_error error;
};

static void start(struct world *world, const struct loopback_reply *replies, size_t n)
{
    assert_true(loopback_start(&world->server, replies, n));
    snprintf(world->url, sizeof world->url, "http://127.0.0.1:%u", world->server.port);
    weir_aws_options options = {.environment = no_variables, .endpoint_url = world->url, .requests_per_s = 1000};
    assert_int_equal(weir_aws_open(&options, &world->aws, NULL), WEIR_OK);
    assert_int_equal(aws_client_get(world->aws, NULL, NULL, &world->client, NULL), WEIR_OK);
    assert_int_equal(aws_client_http(world->client, &world->http, NULL), WEIR_OK);
    atomic_store(&fake_generation, 0);
    atomic_store(&fake_rejections, 0);
}

static void stop(struct world *world)
{
    aws_call_free(world->call);
    http_free(world->http);
    weir_aws_close(world->aws);
    loopback_stop(&world->server);
}

static const struct aws_request filter = {.service = AWS_LOGS,
                                          .operation = "FilterLogEvents",
                                          .body = "{\"limit\":1}",
                                          .body_len = 11,
                                          .subject = "/vpc/flow"};

static weir_status run(struct world *world, const struct aws_request *request)
{
    aws_call_free(world->call);
    world->call = NULL;
    world->error = (weir_error){0};
    assert_int_equal(aws_call_new(world->client, world->http, request, &world->call, NULL), WEIR_OK);
    weir_status status;
    while ((status = aws_call_run(world->call, 20000, -1, -1, &world->error)) == WEIR_AGAIN)
        ;
    assert_null(strstr(world->error.text, "canary"));
    return status;
}

#define assert_has(text, part) assert_non_null(strstr(text, part))

static void a_call_is_signed_and_answered(void **state)
{
    (void)state;
    static const struct loopback_reply replies[] = {{.text = FINE}};
    struct world world = {0};
    start(&world, replies, 1);
    assert_int_equal(run(&world, &filter), WEIR_OK);
    assert_int_equal(aws_call_fault(world.call), AWS_FINE);
    assert_int_equal(aws_call_response(world.call)->body.len, 2);
    const char *sent = world.server.requests[0];
    assert_has(sent, "POST / HTTP/1.1\r\n");
    assert_has(sent, "Content-Type: application/x-amz-json-1.1\r\n");
    assert_has(sent, "X-Amz-Target: Logs_20140328.FilterLogEvents\r\n");
    assert_has(sent, "X-Amz-Security-Token: canary-token\r\n");
    assert_has(sent, "Authorization: AWS4-HMAC-SHA256 Credential=AKID0/");
    assert_has(sent, "/eu-west-1/logs/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;"
                     "x-amz-target, Signature=");
    assert_has(sent, "\r\n\r\n{\"limit\":1}");
    char account[16];
    aws_client_account(world.client, account);
    assert_string_equal(account, "123456789012");
    struct buf body;
    enum aws_fault fault = AWS_OTHER;
    assert_int_equal(aws_ask(world.client, world.http, &filter, -1, &body, &fault, NULL), WEIR_OK);
    assert_int_equal(fault, AWS_FINE);
    assert_int_equal(body.len, 2);
    buf_done(&body);
    stop(&world);
}

static void query_and_rest_go_their_own_way(void **state)
{
    (void)state;
    static const struct loopback_reply replies[] = {
        {.text = ANSWER("200 OK", "", "4", "<x/>")},
        {.text = ANSWER("200 OK", "", "4", "<x/>")},
        {.text = ANSWER("301 Moved", "x-amz-bucket-region: us-west-2\r\n", "66",
                        "<Error><Code>PermanentRedirect</Code><Message>x</Message> </Error>")},
        {.text = ANSWER("200 OK", "", "50", "<?xml version='1.0'?><Error><Code>X</Code></Error>")}};
    struct world world = {0};
    start(&world, replies, 4);
    struct aws_request request = {
        .service = AWS_EC2, .operation = "DescribeFlowLogs", .body = "MaxResults=5", .body_len = 12};
    assert_int_equal(run(&world, &request), WEIR_OK);
    assert_has(world.server.requests[0], "\r\n\r\nAction=DescribeFlowLogs&Version=2016-11-15&MaxResults=5");
    struct sign_pair query[] = {{"list-type", "2"}, {"prefix", "a b/+é"}};
    request = (struct aws_request){.service = AWS_S3,
                                   .operation = "ListObjectsV2",
                                   .bucket = "my.logs",
                                   .query = query,
                                   .n_query = 2,
                                   .range = "bytes=5-",
                                   .if_match = "\"e\"",
                                   .subject = "s3://my.logs"};
    assert_int_equal(run(&world, &request), WEIR_OK);
    assert_has(world.server.requests[1], "GET /my.logs?list-type=2&prefix=a%20b%2F%2B%C3%A9 HTTP/1.1\r\n");
    assert_has(world.server.requests[1], "X-Amz-Content-Sha256: e3b0c44298fc1c14");
    assert_has(world.server.requests[1], "Range: bytes=5-\r\n");
    assert_has(world.server.requests[1], "If-Match: \"e\"\r\n");
    request = (struct aws_request){.service = AWS_S3, .operation = "GetObject", .bucket = "b-1", .key = "a=b/../c"};
    assert_int_equal(run(&world, &request), WEIR_E_IO);
    assert_has(world.server.requests[2], "GET /b-1/a%3Db/../c HTTP/1.1\r\n");
    assert_int_equal(aws_call_fault(world.call), AWS_ELSEWHERE);
    assert_string_equal(aws_call_response(world.call)->region, "us-west-2");
    assert_has(world.error.text, "is in us-west-2, not in eu-west-1");
    assert_int_equal(run(&world, &request), WEIR_E_IO);
    stop(&world);
}

static void what_passes_is_tried_again(void **state)
{
    (void)state;
    static const struct loopback_reply replies[] = {{.text = BROKEN}, {.text = THROTTLED}, {.text = FINE}};
    struct world world = {0};
    start(&world, replies, 3);
    assert_int_equal(run(&world, &filter), WEIR_OK);
    assert_int_equal(aws_call_attempts(world.call), 3);
    assert_int_equal(loopback_count(&world.server), 3);
    stop(&world);
}

static void broken_connections_are_tried_again(void **state)
{
    (void)state;
    static const struct loopback_reply replies[] = {{.text = FINE, .is_cut = true, .cut = 40, .then = LOOPBACK_RESET},
                                                    {.text = FINE}};
    struct world world = {0};
    start(&world, replies, 2);
    assert_int_equal(run(&world, &filter), WEIR_OK);
    assert_int_equal(aws_call_attempts(world.call), 2);
    stop(&world);
}

static void what_does_not_pass_ends_with_words(void **state)
{
    (void)state;
    static const struct loopback_reply throttled[] = {{.text = THROTTLED}};
    static const struct loopback_reply denied[] = {{.text = DENIED}};
    static const struct loopback_reply page[] = {{.text = ANSWER("200 OK", "Content-Type: text/html\r\n", "3", "<p>")}};
    struct aws_request request = filter;
    request.max_attempts = 2;
    struct world world = {0};
    start(&world, throttled, 1);
    assert_int_equal(run(&world, &request), WEIR_E_IO);
    assert_int_equal(aws_call_fault(world.call), AWS_THROTTLED);
    assert_string_equal(aws_call_code(world.call), "ThrottlingException");
    assert_int_equal(aws_call_attempts(world.call), 2);
    assert_has(world.error.text, "throttles FilterLogEvents (ThrottlingException) after 2 tries");
    stop(&world);
    world = (struct world){0};
    start(&world, denied, 1);
    assert_int_equal(run(&world, &request), WEIR_E_DENIED);
    assert_int_equal(aws_call_fault(world.call), AWS_DENIED);
    assert_int_equal(aws_call_attempts(world.call), 1);
    assert_string_equal(world.error.text,
                        "logs:FilterLogEvents on /vpc/flow is not allowed for "
                        "arn:aws:iam::123456789012:user/kim (AccessDeniedException): add it to the policy");
    stop(&world);
    world = (struct world){0};
    start(&world, page, 1);
    assert_int_equal(run(&world, &request), WEIR_E_IO);
    assert_has(world.error.text, "a web page (status 200), so it is not AWS");
    stop(&world);
}

static void a_redirect_leads_nowhere(void **state)
{
    (void)state;
    static const struct loopback_reply fine[] = {{.text = FINE}};
    struct loopback canary = {0};
    assert_true(loopback_start(&canary, fine, 1));
    char text[160];
    snprintf(text, sizeof text, "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%u/\r\nContent-Length: 0\r\n\r\n",
             canary.port);
    struct loopback_reply reply = {.text = text};
    struct world world = {0};
    start(&world, &reply, 1);
    assert_int_equal(run(&world, &filter), WEIR_E_IO);
    assert_int_equal(aws_call_fault(world.call), AWS_OTHER);
    assert_has(world.error.text, "redirect (status 302)");
    assert_int_equal(atomic_load(&canary.received), 0);
    stop(&world);
    loopback_stop(&canary);
}

/* An answer that says when it is there, `ahead_s` after our time. */
static void date_reply(char *out, size_t size, const char *status, int ahead_s, const char *body)
{
    time_t then = (time_t)(clock_now(&(struct clock){0}) + ahead_s);
    struct tm parts;
    char date[64];
    gmtime_r(&then, &parts);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    snprintf(out, size, "HTTP/1.1 %s\r\nDate: %s\r\nContent-Length: %zu\r\n\r\n%s", status, date, strlen(body), body);
}

static void a_wrong_clock_is_put_right_once(void **state)
{
    (void)state;
    char wrong[400], right[400], same[400];
    date_reply(wrong, sizeof wrong, "400 Bad", 3600, "{\"__type\":\"InvalidSignatureException\"}");
    date_reply(right, sizeof right, "200 OK", 3600, "{}");
    date_reply(same, sizeof same, "403 No", 0, "{\"__type\":\"InvalidSignatureException\"}");
    struct loopback_reply cured[] = {{.text = wrong}, {.text = right}}, stuck[] = {{.text = same}};
    struct world world = {0};
    start(&world, cured, 2);
    assert_int_equal(run(&world, &filter), WEIR_OK);
    assert_int_equal(aws_call_attempts(world.call), 2);
    assert_in_range(aws_client_skew_ms(world.client), 3598000, 3602000);
    assert_int_equal(atomic_load(&fake_rejections), 0);
    stop(&world);
    /* the same words without a wrong clock are about the key */
    world = (struct world){0};
    fake_keys_are_static = true;
    start(&world, stuck, 1);
    assert_int_equal(run(&world, &filter), WEIR_E_DENIED);
    assert_int_equal(aws_call_fault(world.call), AWS_CREDENTIALS);
    assert_int_equal(aws_client_skew_ms(world.client), 0);
    stop(&world);
    fake_keys_are_static = false;
}

static void a_clock_that_stays_wrong_is_named(void **state)
{
    (void)state;
    char first[400], second[400];
    date_reply(first, sizeof first, "400 Bad", 600, "{\"__type\":\"RequestTimeTooSkewed\"}");
    date_reply(second, sizeof second, "400 Bad", 7200, "{\"__type\":\"RequestTimeTooSkewed\"}");
    struct loopback_reply replies[] = {{.text = first}, {.text = second}};
    struct world world = {0};
    start(&world, replies, 2);
    assert_int_equal(run(&world, &filter), WEIR_E_IO);
    assert_int_equal(aws_call_fault(world.call), AWS_SKEWED);
    assert_int_equal(aws_call_attempts(world.call), 2);
    assert_has(world.error.text, "minutes behind AWS's");
    stop(&world);
}

static void expired_credentials_are_fetched_anew_once(void **state)
{
    (void)state;
    static const struct loopback_reply once[] = {{.text = EXPIRED}, {.text = FINE}};
    static const struct loopback_reply always[] = {{.text = EXPIRED}};
    static const struct fake_key sso[] = {{"default", "sso_session", "corp"}, {NULL, NULL, NULL}};
    struct world world = {0};
    start(&world, once, 2);
    assert_int_equal(run(&world, &filter), WEIR_OK);
    assert_has(world.server.requests[0], "Credential=AKID0/");
    assert_has(world.server.requests[1], "Credential=AKID1/");
    stop(&world);
    world = (struct world){0};
    start(&world, always, 1);
    assert_int_equal(run(&world, &filter), WEIR_E_DENIED);
    assert_int_equal(aws_call_fault(world.call), AWS_CREDENTIALS);
    assert_int_equal(loopback_count(&world.server), 2);
    assert_has(world.error.text, "the credentials of profile default (environment) have expired");
    stop(&world);
    world = (struct world){0};
    fake_keys_are_static = true;
    fake_keys = sso;
    start(&world, always, 1);
    assert_int_equal(run(&world, &filter), WEIR_E_DENIED);
    assert_int_equal(loopback_count(&world.server), 1);
    assert_has(world.error.text, "run `aws sso login --profile default`");
    fake_keys = NULL;
    fake_keys_are_static = false;
    fake_credential_status = WEIR_E_DENIED;
    assert_int_equal(run(&world, &filter), WEIR_E_DENIED);
    assert_has(world.error.text, "run `aws configure`");
    assert_int_equal(aws_call_fault(world.call), AWS_CREDENTIALS);
    assert_int_equal(loopback_count(&world.server), 1);
    fake_credential_status = WEIR_OK;
    stop(&world);
}

static weir_status count(void *user, const void *bytes, size_t len)
{
    (void)bytes;
    *(size_t *)user += len;
    return WEIR_OK;
}

static void a_stream_is_never_begun_twice(void **state)
{
    (void)state;
    static const struct loopback_reply cut[] = {
        {.text = ANSWER("200 OK", "", "20", "0123456789"), .then = LOOPBACK_CLOSE}, {.text = FINE}};
    static const struct loopback_reply late[] = {{.text = BROKEN}, {.text = ANSWER("200 OK", "", "10", "0123456789")}};
    static const struct loopback_reply no[] = {{.text = DENIED}};
    size_t len = 0;
    struct aws_request request = {.service = AWS_LOGS_STREAM,
                                  .operation = "StartLiveTail",
                                  .body = "{}",
                                  .body_len = 2,
                                  .total_ms = -1,
                                  .data = count,
                                  .user = &len};
    struct world world = {0};
    start(&world, cut, 2);
    assert_int_equal(run(&world, &request), WEIR_E_IO);
    assert_int_equal(len, 10);
    assert_int_equal(aws_call_fault(world.call), AWS_UNREACHABLE);
    assert_int_equal(loopback_count(&world.server), 1);
    stop(&world);
    world = (struct world){0};
    len = 0;
    start(&world, late, 2);
    assert_int_equal(run(&world, &request), WEIR_OK);
    assert_int_equal(len, 10);
    stop(&world);
    world = (struct world){0};
    len = 0;
    start(&world, no, 1);
    assert_int_equal(run(&world, &request), WEIR_E_DENIED);
    assert_has(world.error.text, "logs:StartLiveTail is not allowed");
    assert_int_equal(len, 0);
    stop(&world);
}

static void waiting_is_told_and_the_words_change(void **state)
{
    (void)state;
    static const struct loopback_reply silent[] = {{.text = "", .then = LOOPBACK_HANG}};
    struct world world = {0};
    start(&world, silent, 1);
    assert_int_equal(aws_call_new(world.client, world.http, &filter, &world.call, NULL), WEIR_OK);
    assert_int_equal(aws_call_run(world.call, 0, -1, -1, NULL), WEIR_AGAIN);
    assert_string_equal(aws_call_words(world.call), "credentials of profile default: asking…");
    assert_int_equal(aws_call_run(world.call, 100, -1, -1, NULL), WEIR_AGAIN);
    assert_string_equal(aws_call_words(world.call), "");
    assert_int_equal(aws_call_run(world.call, 1000, -1, -1, NULL), WEIR_AGAIN);
    assert_has(aws_call_words(world.call), "127.0.0.1:");
    assert_has(aws_call_words(world.call), " does not answer (1 s)");
    assert_int_equal(aws_call_run(world.call, 1000, -1, -1, NULL), WEIR_AGAIN);
    assert_has(aws_call_words(world.call), " does not answer (2 s)");
    stop(&world);
}

static void a_dead_network_is_told_within_a_second(void **state)
{
    (void)state;
    struct world world = {0};
    start(&world, NULL, 0);
    weir_aws_close(world.aws);
    weir_aws_options options = {.environment = no_variables, .endpoint_url = "http://127.0.0.1:1"};
    assert_int_equal(weir_aws_open(&options, &world.aws, NULL), WEIR_OK);
    assert_int_equal(aws_client_get(world.aws, NULL, NULL, &world.client, NULL), WEIR_OK);
    assert_int_equal(aws_call_new(world.client, world.http, &filter, &world.call, NULL), WEIR_OK);
    int64_t before = clock_mono_ms();
    weir_error error = {0};
    weir_status status = WEIR_AGAIN;
    while (status == WEIR_AGAIN && !strstr(aws_call_words(world.call), "nobody answers")) {
        status = aws_call_run(world.call, 5, -1, -1, &error);
        assert_in_range(clock_mono_ms() - before, 0, 1000);
    }
    while (status == WEIR_AGAIN)
        status = aws_call_run(world.call, -1, -1, -1, &error);
    assert_int_equal(status, WEIR_E_IO);
    assert_int_equal(aws_call_fault(world.call), AWS_UNREACHABLE);
    assert_has(error.text, "nobody answers at 127.0.0.1:1 (Connection refused)");
    stop(&world);
}

static void a_call_ends_at_once_when_canceled(void **state)
{
    (void)state;
    static const struct loopback_reply silent[] = {{.text = "", .then = LOOPBACK_HANG}};
    static const struct loopback_reply broken[] = {{.text = ANSWER("503 No", "x-amz-retry-after: 4000\r\n", "0", "")}};
    for (int k = 0; k < 2; k++) {
        struct world world = {0};
        int cancel[2];
        assert_int_equal(pipe(cancel), 0);
        start(&world, k ? broken : silent, 1);
        assert_int_equal(aws_call_new(world.client, world.http, &filter, &world.call, NULL), WEIR_OK);
        int64_t until = clock_mono_ms() + 100;
        while (clock_mono_ms() < until)
            assert_int_equal(aws_call_run(world.call, 20, cancel[0], -1, NULL), WEIR_AGAIN);
        assert_int_equal(write(cancel[1], "", 1), 1);
        int64_t before = clock_mono_ms();
        assert_int_equal(aws_call_run(world.call, -1, cancel[0], -1, NULL), WEIR_E_CANCELED);
        stop(&world);
        int64_t took = clock_mono_ms() - before;
        print_message("canceled while %s: %d ms\n", k ? "pausing" : "waiting for the answer", (int)took);
        assert_in_range(took, 0, QUIT_MS);
        close(cancel[0]);
        close(cancel[1]);
    }
}

static void a_call_goes_on_when_woken(void **state)
{
    (void)state;
    static const struct loopback_reply silent[] = {{.text = "", .then = LOOPBACK_HANG}};
    struct world world = {0};
    int wake[2];
    assert_int_equal(pipe(wake), 0);
    start(&world, silent, 1);
    assert_int_equal(aws_call_new(world.client, world.http, &filter, &world.call, NULL), WEIR_OK);
    assert_int_equal(write(wake[1], "", 1), 1);
    for (int k = 0; k < 5; k++)
        assert_int_equal(aws_call_run(world.call, -1, -1, wake[0], NULL), WEIR_AGAIN);
    close(wake[0]);
    close(wake[1]);
    stop(&world);
}

static void buckets_are_hosts_where_they_can_be(void **state)
{
    (void)state;
    static const struct loopback_reply no[] = {{.text = ANSWER("403 No", "", "0", ""), .then = LOOPBACK_CLOSE}};
    struct loopback proxy = {0};
    assert_true(loopback_start(&proxy, no, 1));
    char variable[64];
    snprintf(variable, sizeof variable, "HTTPS_PROXY=http://127.0.0.1:%u", proxy.port);
    char *variables[] = {variable, region_variable, NULL};
    weir_aws_options options = {.environment = variables};
    weir_aws *aws = NULL;
    struct aws_client *client = NULL;
    struct http *http = NULL;
    assert_int_equal(weir_aws_open(&options, &aws, NULL), WEIR_OK);
    assert_int_equal(aws_client_get(aws, NULL, NULL, &client, NULL), WEIR_OK);
    assert_int_equal(aws_client_http(client, &http, NULL), WEIR_OK);
    static const char *const buckets[] = {"logs-1", "logs.1"};
    static const char *const hosts[] = {"logs-1.s3.eu-west-1.amazonaws.com:443", "s3.eu-west-1.amazonaws.com:443"};
    for (size_t k = 0; k < 2; k++) {
        struct aws_request request = {.service = AWS_S3, .operation = "GetObject", .bucket = buckets[k], .key = "k"};
        weir_error error = {0};
        enum aws_fault fault;
        assert_int_equal(aws_ask(client, http, &request, -1, NULL, &fault, &error), WEIR_E_IO);
        assert_int_equal(fault, AWS_UNREACHABLE);
        assert_has(error.text, "proxy 127.0.0.1:");
        assert_memory_equal(proxy.requests[k] + 8, hosts[k], strlen(hosts[k]));
    }
    struct aws_request request = {.service = AWS_S3, .operation = "GetObject", .bucket = "evil.example/x", .key = "k"};
    assert_int_equal(aws_ask(client, http, &request, -1, NULL, NULL, NULL), WEIR_E_USAGE);
    http_free(http);
    weir_aws_close(aws);
    loopback_stop(&proxy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_signed_and_answered),
        cmocka_unit_test(query_and_rest_go_their_own_way),
        cmocka_unit_test(what_passes_is_tried_again),
        cmocka_unit_test(broken_connections_are_tried_again),
        cmocka_unit_test(what_does_not_pass_ends_with_words),
        cmocka_unit_test(a_redirect_leads_nowhere),
        cmocka_unit_test(a_wrong_clock_is_put_right_once),
        cmocka_unit_test(a_clock_that_stays_wrong_is_named),
        cmocka_unit_test(expired_credentials_are_fetched_anew_once),
        cmocka_unit_test(a_stream_is_never_begun_twice),
        cmocka_unit_test(waiting_is_told_and_the_words_change),
        cmocka_unit_test(a_dead_network_is_told_within_a_second),
        cmocka_unit_test(a_call_ends_at_once_when_canceled),
        cmocka_unit_test(a_call_goes_on_when_woken),
        cmocka_unit_test(buckets_are_hosts_where_they_can_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
