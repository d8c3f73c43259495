/* HTTP against a server that misbehaves, and against none at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netdb.h>
#include <semaphore.h>

#include "aws/http.h"
#include "aws/http_cause.h"
#include "aws/http_head.h"
#include "aws/http_route.h"
#include "base/clock.h"
#include "base/scope.h"
#include "loopback.h"

#define OK(length) "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: " length "\r\n\r\n"

enum { QUIT_MS = 200 };

/* A resolver that hangs on one name until the end of the test, and knows no other. */
static sem_t resolver_is_asked, resolver_may_end, resolver_has_ended;

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
    (void)service, (void)hints, (void)out;
    if (node && strcmp(node, "hang.example") == 0) {
        sem_post(&resolver_is_asked);
        sem_wait(&resolver_may_end);
        sem_post(&resolver_has_ended);
    }
    return EAI_NONAME;
}

/* Its thread is curl's, who may have left it alone: the next test's must not be taken for it. */
static void end_resolver(void)
{
    sem_post(&resolver_may_end);
    assert_int_equal(sem_wait(&resolver_has_ended), 0);
}

struct world {
    struct loopback server;
    struct http *http;
    struct http_transfer *transfer;
    const struct http_response *response;
    char url[300];
    weir_error error;
};

static void start(struct world *world, const struct loopback_reply *replies, size_t n,
                  const struct http_options *options)
{
    struct http_options none = {.user_agent = "weir/test"};
    assert_true(loopback_start(&world->server, replies, n));
    assert_int_equal(http_new(options ? options : &none, &world->http, NULL), WEIR_OK);
    snprintf(world->url, sizeof world->url, "http://127.0.0.1:%u/", world->server.port);
}

static void stop(struct world *world)
{
    http_free(world->http);
    loopback_stop(&world->server);
}

/* Until the transfer ends. */
static weir_status run(struct world *world, const struct http_request *request)
{
    struct http_request sent = *request;
    sent.method = sent.method ? sent.method : "GET";
    sent.url = sent.url ? sent.url : world->url;
    world->error = (weir_error){0};
    assert_int_equal(http_begin(world->http, &sent, &world->transfer, NULL), WEIR_OK);
    weir_status status;
    while ((status = http_result(world->transfer, &world->response, &world->error)) == WEIR_AGAIN)
        assert_int_not_equal(http_wait(world->http, -1, -1, 20000), WEIR_AGAIN);
    return status;
}

static void end(struct world *world)
{
    http_end(world->transfer);
    world->transfer = NULL;
}

static void an_answer_is_taken(void **state)
{
    (void)state;
    static const struct loopback_reply replies[] = {
        {.text = "HTTP/1.1 403 Forbidden\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nx-amzn-RequestId: abc\r\n"
                 "X-Amzn-ErrorType: AccessDeniedException:http://x\r\nretry-after: 3\r\nContent-Type: a/b\r\n"
                 "Content-Length: 5\r\n\r\nhello"}};
    struct world world = {0};
    start(&world, replies, 1, NULL);
    struct http_header headers[] = {{"X-Amz-Target", "Logs.Do"}, {"Authorization", "secret"}};
    struct http_request request = {.method = "POST", .headers = headers, .n_headers = 2, .body = "{}", .body_len = 2};
    assert_int_equal(run(&world, &request), WEIR_OK);
    assert_int_equal(world.response->status, 403);
    assert_int_equal(world.response->date_s, 784111777);
    assert_string_equal(world.response->request_id, "abc");
    assert_string_equal(world.response->error_type, "AccessDeniedException:http://x");
    assert_string_equal(world.response->content_type, "a/b");
    assert_int_equal(world.response->retry_after_ms, 3000);
    assert_int_equal(world.response->content_length, 5);
    assert_true(world.response->received_ms > 0 && world.response->received == 5);
    assert_memory_equal(world.response->body.bytes, "hello", 5);
    const char *sent = world.server.requests[0];
    assert_non_null(strstr(sent, "POST / HTTP/1.1\r\n"));
    assert_non_null(strstr(sent, "X-Amz-Target: Logs.Do\r\n"));
    assert_non_null(strstr(sent, "User-Agent: weir/test\r\n"));
    assert_null(strcasestr(sent, "expect:"));
    assert_null(strcasestr(sent, "content-type:"));
    end(&world);
    stop(&world);
}

static void connections_are_kept_and_bodies_are_chunked(void **state)
{
    (void)state;
    static const struct loopback_reply replies[] = {
        {.text = OK("2") "ab"},
        {.text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nDate: x\r\n\r\n"}};
    struct world world = {0};
    start(&world, replies, 2, NULL);
    assert_int_equal(run(&world, &(struct http_request){0}), WEIR_OK);
    end(&world);
    assert_int_equal(run(&world, &(struct http_request){0}), WEIR_OK);
    assert_int_equal(world.response->body.len, 5);
    assert_memory_equal(world.response->body.bytes, "abcde", 5);
    assert_int_equal(world.server.n_threads, 1);
    end(&world);
    stop(&world);
}

static void a_redirect_is_an_answer_and_never_followed(void **state)
{
    (void)state;
    static const struct loopback_reply fine[] = {{.text = OK("0")}};
    struct loopback canary = {0};
    assert_true(loopback_start(&canary, fine, 1));
    for (int status = 301; status <= 308; status++) {
        char text[200];
        snprintf(text, sizeof text, "HTTP/1.1 %d Moved\r\nLocation: http://127.0.0.1:%u/\r\nContent-Length: 0\r\n\r\n",
                 status, canary.port);
        struct loopback_reply reply = {.text = text};
        struct world world = {0};
        start(&world, &reply, 1, NULL);
        assert_int_equal(run(&world, &(struct http_request){0}), WEIR_OK);
        assert_int_equal(world.response->status, status);
        end(&world);
        stop(&world);
    }
    assert_int_equal(atomic_load(&canary.received), 0);
    assert_int_equal(canary.n_threads, 0);
    loopback_stop(&canary);
}

static void an_answer_that_breaks_off_anywhere_is_an_error(void **state)
{
    (void)state;
    static const char text[] = OK("20") "01234567890123456789";
    for (size_t cut = 0; cut < sizeof text - 1; cut += 7) {
        for (int reset = 0; reset < 2; reset++) {
            struct loopback_reply reply = {
                .text = text, .then = reset ? LOOPBACK_RESET : LOOPBACK_CLOSE, .is_cut = true, .cut = cut};
            struct world world = {0};
            start(&world, &reply, 1, NULL);
            assert_int_equal(run(&world, &(struct http_request){0}), WEIR_E_IO);
            assert_int_equal(world.response->failure, HTTP_BROKEN);
            assert_non_null(strstr(world.error.text, "broke off"));
            assert_non_null(strstr(world.error.text, "127.0.0.1:"));
            end(&world);
            stop(&world);
        }
    }
}

static void what_is_no_http_is_an_error(void **state)
{
    (void)state;
    static const char *const texts[] = {"garbage\r\n\r\n", "HTTP/0.9 200 OK\r\n\r\n", "\r\n\r\n", "SSH-2.0-x\r\n",
                                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"};
    for (size_t k = 0; k < ARRAY_SIZE(texts); k++) {
        struct loopback_reply reply = {.text = texts[k], .then = LOOPBACK_CLOSE};
        struct world world = {0};
        start(&world, &reply, 1, NULL);
        assert_int_equal(run(&world, &(struct http_request){0}), WEIR_E_IO);
        assert_int_equal(world.response->failure, HTTP_BROKEN);
        end(&world);
        stop(&world);
    }
}

static void heads_and_bodies_have_caps(void **state)
{
    (void)state;
    enum { LARGE = 200 * 1024 };
    char *head = malloc(LARGE + 64), *body = malloc(LARGE + 64);
    assert_non_null(head);
    assert_non_null(body);
    int n = snprintf(head, LARGE, "HTTP/1.1 200 OK\r\n");
    while (n < LARGE - 1200)
        n += snprintf(head + n, (size_t)(LARGE - n), "X-A: %01000d\r\n", 0);
    snprintf(head + n, (size_t)(LARGE - n), "\r\n");
    n = snprintf(body, LARGE, "HTTP/1.1 200 OK\r\nContent-Length: 150000\r\n\r\n");
    memset(body + n, 'x', 150000);
    struct loopback_reply replies[] = {{.text = head}, {.text = body, .len = (size_t)n + 150000}};
    struct world world = {0};
    start(&world, replies, 2, NULL);
    assert_int_equal(run(&world, &(struct http_request){0}), WEIR_E_LIMIT);
    assert_int_equal(world.response->failure, HTTP_TOO_LARGE);
    assert_non_null(strstr(world.error.text, "headers of more than 65536 bytes"));
    end(&world);
    assert_int_equal(run(&world, &(struct http_request){.max_bytes = 100000}), WEIR_E_LIMIT);
    assert_int_equal(world.response->failure, HTTP_TOO_LARGE);
    assert_true(world.response->body.len <= 100000);
    end(&world);
    assert_int_equal(run(&world, &(struct http_request){.max_bytes = 150000}), WEIR_OK);
    assert_int_equal(world.response->body.len, 150000);
    end(&world);
    stop(&world);
    free(head);
    free(body);
}

static void silence_and_slowness_end(void **state)
{
    (void)state;
    static const struct loopback_reply silent[] = {{.text = "", .then = LOOPBACK_HANG}};
    static const struct loopback_reply stopped[] = {{.text = OK("20") "abc", .then = LOOPBACK_HANG}};
    static const struct loopback_reply drip[] = {{.text = OK("200") "abc", .drip_ms = 5, .then = LOOPBACK_HANG}};
    struct world world = {0};
    start(&world, silent, 1, NULL);
    assert_int_equal(run(&world, &(struct http_request){.silence_ms = 600}), WEIR_E_IO);
    assert_int_equal(world.response->failure, HTTP_SILENT);
    assert_non_null(strstr(world.error.text, "does not answer"));
    end(&world);
    stop(&world);
    world = (struct world){0};
    start(&world, stopped, 1, NULL);
    assert_int_equal(run(&world, &(struct http_request){.silence_ms = 600}), WEIR_E_IO);
    assert_int_equal(world.response->failure, HTTP_SILENT);
    assert_int_equal(world.response->status, 200);
    assert_non_null(strstr(world.error.text, "in the middle"));
    end(&world);
    stop(&world);
    world = (struct world){0};
    start(&world, drip, 1, NULL);
    int64_t before = clock_mono_ms();
    assert_int_equal(run(&world, &(struct http_request){.silence_ms = 5000, .total_ms = 100}), WEIR_E_IO);
    assert_int_equal(world.response->failure, HTTP_SILENT);
    assert_in_range(clock_mono_ms() - before, 90, 2000);
    end(&world);
    stop(&world);
}

/* A transfer hangs; ending it and its door must not take long. */
static void leave(struct world *world, const struct http_request *request, const char *what)
{
    struct http_request sent = *request;
    int cancel[2];
    assert_int_equal(pipe(cancel), 0);
    sent.method = "GET";
    sent.url = sent.url ? sent.url : world->url;
    assert_int_equal(http_begin(world->http, &sent, &world->transfer, NULL), WEIR_OK);
    for (int k = 0; k < 3; k++)
        http_wait(world->http, cancel[0], -1, 30);
    assert_int_equal(http_result(world->transfer, NULL, NULL), WEIR_AGAIN);
    assert_int_equal(write(cancel[1], "", 1), 1);
    int64_t before = clock_mono_ms();
    assert_int_equal(http_wait(world->http, cancel[0], -1, -1), WEIR_E_CANCELED);
    http_free(world->http);
    int64_t took = clock_mono_ms() - before;
    print_message("cancel and free with %s: %d ms\n", what, (int)took);
    assert_in_range(took, 0, QUIT_MS);
    close(cancel[0]);
    close(cancel[1]);
}

static void leaving_takes_no_time_whatever_hangs(void **state)
{
    (void)state;
    static const struct loopback_reply silent[] = {{.text = "", .then = LOOPBACK_HANG}};
    static const struct loopback_reply stopped[] = {{.text = OK("20") "abc", .then = LOOPBACK_HANG}};
    struct world world = {.server.is_deaf = true};
    start(&world, silent, 1, NULL);
    leave(&world, &(struct http_request){0}, "nobody accepting");
    loopback_stop(&world.server);
    world = (struct world){0};
    start(&world, silent, 1, NULL);
    leave(&world, &(struct http_request){0}, "no answer");
    loopback_stop(&world.server);
    world = (struct world){0};
    start(&world, stopped, 1, NULL);
    leave(&world, &(struct http_request){0}, "half a body");
    loopback_stop(&world.server);
    world = (struct world){0};
    start(&world, silent, 1, NULL);
    char url[80];
    snprintf(url, sizeof url, "https://127.0.0.1:%u/", world.server.port);
    leave(&world, &(struct http_request){.url = url}, "no TLS handshake");
    loopback_stop(&world.server);
    world = (struct world){0};
    start(&world, silent, 1, NULL);
    leave(&world, &(struct http_request){.url = "https://hang.example/"}, "a name being resolved");
    assert_int_equal(sem_wait(&resolver_is_asked), 0);
    loopback_stop(&world.server);
    end_resolver();
}

static void names_and_connections_that_do_not_come_say_so_in_time(void **state)
{
    (void)state;
    struct world world = {0};
    start(&world, NULL, 0, NULL);
    int64_t before = clock_mono_ms();
    assert_int_equal(run(&world, &(struct http_request){.url = "https://hang.example/", .connect_ms = 100}), WEIR_E_IO);
    assert_in_range(clock_mono_ms() - before, 90, 1000);
    assert_int_equal(world.response->failure, HTTP_NO_NAME);
    assert_non_null(strstr(world.error.text, "no address for hang.example within 1 s"));
    end(&world);
    end_resolver();
    assert_int_equal(run(&world, &(struct http_request){.url = "https://logs.nowhere-1.amazonaws.com/"}), WEIR_E_IO);
    assert_int_equal(world.response->failure, HTTP_NO_NAME);
    assert_non_null(strstr(world.error.text, "logs.nowhere-1.amazonaws.com has no address"));
    end(&world);
    assert_int_equal(run(&world, &(struct http_request){.url = "http://127.0.0.1:1/"}), WEIR_E_IO);
    assert_int_equal(world.response->failure, HTTP_NO_CONNECT);
    assert_non_null(strstr(world.error.text, "nobody answers at 127.0.0.1:1 (Connection refused)"));
    end(&world);
    char url[80];
    snprintf(url, sizeof url, "https://127.0.0.1:%u/", world.server.port);
    world.server.replies = &(struct loopback_reply){.text = "", .then = LOOPBACK_HANG};
    world.server.n_replies = 1;
    assert_int_equal(run(&world, &(struct http_request){.url = url, .connect_ms = 100}), WEIR_E_IO);
    assert_int_equal(world.response->failure, HTTP_SILENT);
    assert_non_null(strstr(world.error.text, "takes the connection and then says nothing"));
    end(&world);
    stop(&world);
}

static void plain_http_goes_to_few(void **state)
{
    (void)state;
    struct world world = {0};
    start(&world, NULL, 0, NULL);
    static const char *const refused[] = {
        "http://logs.eu-west-1.amazonaws.com/", "http://192.0.2.1/",        "nonsense://x", "",
        "http://user:secret@127.0.0.1/",        "http://127.0.0.1.example/"};
    for (size_t k = 0; k < ARRAY_SIZE(refused); k++) {
        weir_status status = run(&world, &(struct http_request){.url = refused[k]});
        assert_int_not_equal(status, WEIR_OK);
        assert_int_equal(world.response->failure, HTTP_REFUSED);
        assert_null(strstr(world.error.text, "secret"));
        end(&world);
    }
    assert_int_equal(run(&world, &(struct http_request){.url = "http://plain.example/", .is_override = true}),
                     WEIR_E_IO);
    assert_int_equal(world.response->failure, HTTP_NO_NAME);
    end(&world);
    stop(&world);
}

static void proxies_are_the_given_ones_alone(void **state)
{
    (void)state;
    static const struct loopback_reply replies[] = {
        {.text = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", .then = LOOPBACK_CLOSE},
        {.text = "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", .then = LOOPBACK_CLOSE},
        {.text = "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n", .then = LOOPBACK_CLOSE}};
    struct loopback proxy = {0};
    assert_true(loopback_start(&proxy, replies, 3));
    char url[120];
    snprintf(url, sizeof url, "http://me:secret@127.0.0.1:%u", proxy.port);
    struct http_options options = {
        .https_proxy = url, .http_proxy = url, .no_proxy = "localhost,.internal, 192.0.2.7:8080"};
    struct world world = {0};
    start(&world, NULL, 0, &options);
    assert_int_equal(run(&world, &(struct http_request){.url = "https://logs.eu-west-1.amazonaws.com/"}), WEIR_E_IO);
    assert_int_equal(world.response->failure, HTTP_PROXY);
    assert_non_null(strstr(world.error.text, "(407)"));
    assert_non_null(strstr(proxy.requests[0], "CONNECT logs.eu-west-1.amazonaws.com:443 HTTP/1.1\r\n"));
    end(&world);
    assert_int_equal(run(&world, &(struct http_request){.url = "https://logs.eu-west-1.amazonaws.com/"}), WEIR_E_IO);
    assert_int_equal(world.response->failure, HTTP_PROXY);
    assert_non_null(strstr(world.error.text, "(status 403)"));
    assert_null(strstr(world.error.text, "secret"));
    end(&world);
    assert_int_equal(run(&world, &(struct http_request){.url = "http://plain.example/", .is_override = true}),
                     WEIR_E_IO);
    assert_int_equal(world.response->failure, HTTP_PROXY);
    end(&world);
    assert_int_equal(run(&world, &(struct http_request){.url = "https://a.internal/"}), WEIR_E_IO);
    assert_int_equal(world.response->failure, HTTP_NO_NAME);
    end(&world);
    assert_int_equal(run(&world, &(struct http_request){.url = "https://a.example/", .direct = true}), WEIR_E_IO);
    assert_int_equal(world.response->failure, HTTP_NO_NAME);
    end(&world);
    assert_int_equal(loopback_count(&proxy), 3);
    stop(&world);
    loopback_stop(&proxy);
}

struct taken {
    char bytes[64];
    size_t len, calls;
    weir_status answer;
};

static weir_status take(void *user, const void *bytes, size_t len)
{
    struct taken *taken = user;
    taken->calls++;
    if (len <= sizeof taken->bytes - taken->len)
        memcpy(taken->bytes + taken->len, bytes, len);
    taken->len += len;
    return taken->answer;
}

static void several_transfers_go_on_while_one_is_waited_for(void **state)
{
    (void)state;
    static const struct loopback_reply drip[] = {{.text = OK("10") "0123456789", .drip_ms = 1}};
    static const struct loopback_reply silent[] = {{.text = "", .then = LOOPBACK_HANG}};
    struct loopback other = {0};
    assert_true(loopback_start(&other, silent, 1));
    struct world world = {0};
    start(&world, drip, 1, NULL);
    char url[80];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", other.port);
    struct http_transfer *hung = NULL;
    assert_int_equal(http_begin(world.http, &(struct http_request){.method = "GET", .url = url}, &hung, NULL), WEIR_OK);
    struct taken taken = {.answer = WEIR_OK};
    assert_int_equal(run(&world, &(struct http_request){.data = take, .user = &taken}), WEIR_OK);
    assert_int_equal(taken.len, 10);
    assert_memory_equal(taken.bytes, "0123456789", 10);
    assert_true(taken.calls > 1);
    assert_int_equal(world.response->body.len, 0);
    assert_int_equal(http_result(hung, NULL, NULL), WEIR_AGAIN);
    end(&world);
    taken = (struct taken){.answer = WEIR_E_DATA};
    assert_int_equal(run(&world, &(struct http_request){.data = take, .user = &taken}), WEIR_E_DATA);
    assert_int_equal(taken.calls, 1);
    end(&world);
    http_end(hung);
    stop(&world);
    loopback_stop(&other);
}

static void an_error_body_is_kept_from_the_callback(void **state)
{
    (void)state;
    static const struct loopback_reply reply[] = {{.text = "HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nno"}};
    struct world world = {0};
    start(&world, reply, 1, NULL);
    struct taken taken = {.answer = WEIR_OK};
    assert_int_equal(run(&world, &(struct http_request){.data = take, .user = &taken}), WEIR_OK);
    assert_int_equal(taken.calls, 0);
    assert_memory_equal(world.response->body.bytes, "no", 2);
    end(&world);
    stop(&world);
}

static void waiting_ends_at_its_time_and_when_woken(void **state)
{
    (void)state;
    struct world world = {0};
    start(&world, NULL, 0, NULL);
    int wake[2];
    assert_int_equal(pipe(wake), 0);
    int64_t before = clock_mono_ms();
    assert_int_equal(http_wait(world.http, -1, wake[0], 50), WEIR_AGAIN);
    assert_in_range(clock_mono_ms() - before, 49, 1000);
    assert_int_equal(write(wake[1], "", 1), 1);
    assert_int_equal(http_wait(world.http, -1, wake[0], -1), WEIR_OK);
    close(wake[0]);
    close(wake[1]);
    stop(&world);
}

static void dates_are_read(void **state)
{
    (void)state;
    static const char leap[] = "Tue, 29 Feb 2028 23:59:60 GMT", first[] = "Thu, 01 Jan 1970 00:00:00 GMT";
    assert_int_equal(http_date(leap, 29), 1835481600);
    assert_int_equal(http_date(first, 29), 0);
    assert_int_equal(http_date("Fri, 31 Dec 9999 23:59:59 GMT", 29), 253402300799);
    static const char *const bad[] = {"",
                                      "Sun, 06 Nov 1994 08:49:37 UTC",
                                      "Sun, 06 Nov 1994 08:49:3",
                                      "06 Nov 1994",
                                      "Sun, 6 Nov 1994 08:49:37 GMT ",
                                      "Sun, 06 Nox 1994 08:49:37 GMT"};
    for (size_t k = 0; k < ARRAY_SIZE(bad); k++)
        assert_int_equal(http_date(bad[k], strlen(bad[k])), 0);
}

static void ways_are_chosen(void **state)
{
    (void)state;
    static const char *const local[] = {"127.0.0.1",      "127.9.9.9",       "[::1]",
                                        "localhost",      "169.254.169.254", "169.254.170.2",
                                        "169.254.170.23", "[fd00:ec2::254]", "[fd00:ec2::23]"};
    static const char *const strange[] = {"127.0.0.1.example", "128.0.0.1", "169.254.169.253", "[::2]", "", "10.0.0.1"};
    for (size_t k = 0; k < ARRAY_SIZE(local); k++)
        assert_true(route_is_local(local[k]));
    for (size_t k = 0; k < ARRAY_SIZE(strange); k++)
        assert_false(route_is_local(strange[k]));
    assert_true(route_is_exempt("*", "a.example", "443"));
    assert_true(route_is_exempt("b.example, .example", "a.example", "443"));
    assert_true(route_is_exempt("a.example:443", "a.example", "443"));
    assert_true(route_is_exempt("A.Example", "a.example", "443"));
    assert_false(route_is_exempt("a.example:80", "a.example", "443"));
    assert_false(route_is_exempt("xample,,.", "a.example", "443"));
    assert_false(route_is_exempt(NULL, "a.example", "443"));
    char name[80];
    route_proxy_name("http://user:pa@ss@proxy.example:3128/x", name, sizeof name);
    assert_string_equal(name, "proxy.example:3128");
    route_proxy_name("proxy:1", name, sizeof name);
    assert_string_equal(name, "proxy:1");
}

static void every_cause_has_one_line(void **state)
{
    (void)state;
    struct http_facts facts = {.host = "h.example", .proxy = "p.example", .why = "a\x1b[31mb", .ca = NULL, .n = 7};
    for (int cause = CAUSE_NAME; cause <= CAUSE_MEMORY; cause++) {
        weir_error error = {0};
        assert_int_not_equal(http_cause_fail((enum http_cause)cause, &facts, &error), WEIR_OK);
        assert_true(strlen(error.text) > 5);
        assert_null(strchr(error.text, '{'));
        assert_null(strchr(error.text, '\x1b'));
    }
}

int main(void)
{
    sem_init(&resolver_is_asked, 0, 0);
    sem_init(&resolver_may_end, 0, 0);
    sem_init(&resolver_has_ended, 0, 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_taken),
        cmocka_unit_test(connections_are_kept_and_bodies_are_chunked),
        cmocka_unit_test(a_redirect_is_an_answer_and_never_followed),
        cmocka_unit_test(an_answer_that_breaks_off_anywhere_is_an_error),
        cmocka_unit_test(what_is_no_http_is_an_error),
        cmocka_unit_test(heads_and_bodies_have_caps),
        cmocka_unit_test(silence_and_slowness_end),
        cmocka_unit_test(leaving_takes_no_time_whatever_hangs),
        cmocka_unit_test(names_and_connections_that_do_not_come_say_so_in_time),
        cmocka_unit_test(plain_http_goes_to_few),
        cmocka_unit_test(proxies_are_the_given_ones_alone),
        cmocka_unit_test(several_transfers_go_on_while_one_is_waited_for),
        cmocka_unit_test(an_error_body_is_kept_from_the_callback),
        cmocka_unit_test(waiting_ends_at_its_time_and_when_woken),
        cmocka_unit_test(dates_are_read),
        cmocka_unit_test(ways_are_chosen),
        cmocka_unit_test(every_cause_has_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
