/* Credentials that are kept fresh: who fetches, who waits, what holds, what a refusal changes. The answers of
 * container, instance and STS are in test_credential_answers.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aws/call.h"
#include "base/scope.h"
#include "credential_world.h"

enum { THREADS = 8, SOON_MS = 1000, STEP_MS = 2, PATIENCE_MS = 20000, AGAIN_MS = 5000 };

#define assert_has(text, part) assert_non_null(strstr(text, part))

#define ENDS                   (WORLD_NOW + WORLD_HOUR_S)

static int64_t real_ms(void)
{
    return clock_mono_ms() - world_forward_ms;
}

static void pause_ms(int ms)
{
    poll(NULL, 0, ms);
}

static void wait_for_requests(struct world *world, size_t n)
{
    for (int64_t end = real_ms() + PATIENCE_MS; loopback_count(&world->server) < n && real_ms() < end;)
        pause_ms(STEP_MS);
    assert_int_equal(loopback_count(&world->server), n);
}

/* ---- someone who asks on a thread of their own ---- */

struct asker {
    struct world *world;
    struct http *http;
    int64_t now_s;
    int cancel[2];
    pthread_t thread;
    pthread_barrier_t *together;
    struct credential found;
    weir_status status;
    weir_error error;
    atomic_bool is_done;
};

static void *asker_run(void *user)
{
    struct asker *asker = user;
    if (asker->together)
        pthread_barrier_wait(asker->together);
    asker->status = credential_get(asker->world->provider, asker->http, asker->cancel[0], asker->now_s, &asker->found,
                                   &asker->error);
    atomic_store(&asker->is_done, true);
    return NULL;
}

static void asker_start(struct asker *asker, struct world *world, int64_t now_s)
{
    const struct http_options options = {.user_agent = "weir/test"};
    asker->world = world;
    asker->now_s = now_s;
    assert_int_equal(http_new(&options, &asker->http, NULL), WEIR_OK);
    assert_int_equal(pipe(asker->cancel), 0);
    assert_int_equal(pthread_create(&asker->thread, NULL, asker_run, asker), 0);
}

static void asker_cancel(struct asker *asker)
{
    assert_int_equal(write(asker->cancel[1], "x", 1), 1);
}

static weir_status asker_end(struct asker *asker)
{
    pthread_join(asker->thread, NULL);
    http_free(asker->http);
    close(asker->cancel[0]);
    close(asker->cancel[1]);
    return asker->status;
}

/* ---- what holds ---- */

static void what_holds_is_fetched_once(void **state)
{
    (void)state;
    struct world world = {0};
    world_gives(&world, "AKID1", ENDS);
    assert_true(world_container(&world));
    for (int k = 0; k < 3; k++) {
        assert_int_equal(world_ask(&world, WORLD_NOW + 60 * k), WEIR_OK);
        assert_string_equal(world.found.access_key, "AKID1");
        assert_string_equal(world.found.secret_key, "secret-of-AKID1");
        assert_string_equal(world.found.session_token, "token-of-AKID1");
        assert_int_equal(world.found.expires_s, ENDS);
        assert_string_equal(world.found.origin, "container");
    }
    assert_int_equal(loopback_count(&world.server), 1);
    world_close(&world);
}

static void what_has_no_end_is_never_refreshed(void **state)
{
    (void)state;
    struct world world = {0};
    world_gives(&world, "AKID1", 0);
    assert_true(world_container(&world));
    assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_OK);
    assert_int_equal(world_ask(&world, WORLD_NOW + 1000 * WORLD_HOUR_S), WEIR_OK);
    assert_int_equal(world.found.expires_s, 0);
    assert_int_equal(loopback_count(&world.server), 1);
    world_close(&world);
}

struct early_row {
    int64_t life_s, early_s; /* refreshed so long before the end, not a second earlier */
};

static const struct early_row early_rows[] = {
    {12 * WORLD_HOUR_S, 15 * 60}, {3 * WORLD_HOUR_S, 15 * 60}, {WORLD_HOUR_S, 6 * 60}, {900, 90}};

static void they_are_refreshed_early(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_SIZE(early_rows); k++) {
        int64_t end = WORLD_NOW + early_rows[k].life_s, due = end - early_rows[k].early_s;
        struct world world = {0};
        world_gives(&world, "AKID1", end);
        world_gives(&world, "AKID2", end + WORLD_HOUR_S);
        assert_true(world_container(&world));
        assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_OK);
        assert_int_equal(world_ask(&world, due - 1), WEIR_OK);
        assert_string_equal(world.found.access_key, "AKID1");
        assert_int_equal(world_ask(&world, due), WEIR_OK);
        assert_string_equal(world.found.access_key, "AKID2");
        assert_int_equal(loopback_count(&world.server), 2);
        world_close(&world);
    }
}

static void a_failed_early_refresh_keeps_the_old_ones(void **state)
{
    (void)state;
    struct world world = {0};
    world_gives(&world, "AKID1", ENDS);
    world_reply(&world, "500 Error", "");
    world_reply(&world, "200 OK", "{");
    world_gives(&world, "AKID4", ENDS + WORLD_HOUR_S);
    assert_true(world_container(&world));
    assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_OK);
    for (int k = 0; k < 3; k++) { /* asked once, then left alone for a while */
        assert_int_equal(world_ask(&world, ENDS - 300), WEIR_OK);
        assert_string_equal(world.found.access_key, "AKID1");
        assert_int_equal(world.error.status, WEIR_OK);
    }
    assert_int_equal(loopback_count(&world.server), 2);
    world_forward_ms = AGAIN_MS;
    assert_int_equal(world_ask(&world, ENDS - 290), WEIR_OK);
    assert_string_equal(world.found.access_key, "AKID1");
    assert_int_equal(loopback_count(&world.server), 3);
    world_forward_ms = 2 * AGAIN_MS + 100;
    assert_int_equal(world_ask(&world, ENDS - 280), WEIR_OK);
    assert_string_equal(world.found.access_key, "AKID4");
    assert_int_equal(loopback_count(&world.server), 4);
    world_close(&world);
}

static void expired_ones_are_never_handed_out(void **state)
{
    (void)state;
    static const int64_t left_s[] = {59, 1, 0, -1, -1000000};
    struct world world = {0};
    world_gives(&world, "AKID1", ENDS);
    world_reply(&world, "500 Error", "");
    assert_true(world_container(&world));
    assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_OK);
    assert_int_equal(world_ask(&world, ENDS - 60), WEIR_OK);
    for (size_t k = 0; k < ARRAY_SIZE(left_s); k++) {
        struct credential untouched;
        memset(&world.found, 0xA5, sizeof world.found);
        memcpy(&untouched, &world.found, sizeof untouched);
        world_forward_ms += 2 * AGAIN_MS;
        assert_int_equal(world_ask(&world, ENDS - left_s[k]), WEIR_E_DENIED);
        assert_has(world.error.text, "HTTP status 500");
        assert_memory_equal(&world.found, &untouched, sizeof untouched);
    }
    assert_int_equal(loopback_count(&world.server), 2 + ARRAY_SIZE(left_s));
    world_close(&world);
}

/* Caches hand out what is about to end: that is said, and nobody is asked again and again. */
static void what_ends_at_once_is_no_loop(void **state)
{
    (void)state;
    struct world world = {0};
    world_gives(&world, "AKID1", WORLD_NOW + 30);
    world_gives(&world, "AKID1", WORLD_NOW + 30);
    world_gives(&world, "AKID3", ENDS);
    assert_true(world_container(&world));
    assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_E_DENIED);
    assert_has(world.error.text, "30 s");
    assert_int_equal(world_ask(&world, WORLD_NOW + 1), WEIR_E_DENIED);
    assert_int_equal(loopback_count(&world.server), 1);
    world_forward_ms = AGAIN_MS + 100;
    assert_int_equal(world_ask(&world, WORLD_NOW + 5), WEIR_E_DENIED);
    world_forward_ms = 2 * AGAIN_MS + 200;
    assert_int_equal(world_ask(&world, WORLD_NOW + 10), WEIR_OK);
    assert_string_equal(world.found.access_key, "AKID3");
    assert_int_equal(loopback_count(&world.server), 3);
    world_close(&world);
}

/* An early refresh that brings the same ones, or ones that end sooner, changes nothing for the worse. */
static void an_early_refresh_may_bring_nothing_new(void **state)
{
    (void)state;
    struct world world = {0};
    world_gives(&world, "AKID1", ENDS);
    world_gives(&world, "AKID1", ENDS);
    world_gives(&world, "AKID3", ENDS - 300 + 20);
    assert_true(world_container(&world));
    assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_OK);
    assert_int_equal(world_ask(&world, ENDS - 350), WEIR_OK);
    assert_string_equal(world.found.access_key, "AKID1");
    assert_int_equal(world_ask(&world, ENDS - 349), WEIR_OK);
    assert_int_equal(loopback_count(&world.server), 2);
    assert_int_equal(world_ask(&world, ENDS - 300 + 265), WEIR_E_DENIED);
    world_close(&world);
}

static void an_early_refresh_that_ends_sooner_is_left(void **state)
{
    (void)state;
    struct world world = {0};
    world_gives(&world, "AKID1", ENDS);
    world_gives(&world, "AKID2", ENDS - 300 + 20);
    assert_true(world_container(&world));
    assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_OK);
    assert_int_equal(world_ask(&world, ENDS - 300), WEIR_OK);
    assert_string_equal(world.found.access_key, "AKID1");
    assert_int_equal(world_ask(&world, ENDS - 299), WEIR_OK);
    assert_int_equal(loopback_count(&world.server), 2);
    world_close(&world);
}

/* ---- refused by AWS ---- */

static void rejected_ones_are_fetched_anew(void **state)
{
    (void)state;
    struct world world = {0};
    world_gives(&world, "AKID1", ENDS);
    world_gives(&world, "AKID2", ENDS);
    world_reply(&world, "500 Error", "");
    assert_true(world_container(&world));
    credential_reject(world.provider, "AKID1"); /* nobody has them yet */
    assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_OK);
    credential_reject(world.provider, "AKID1");
    credential_reject(world.provider, "AKID1");
    assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_OK);
    assert_string_equal(world.found.access_key, "AKID2");
    credential_reject(world.provider, "AKID1"); /* a late answer to a request that was signed with the old ones */
    assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_OK);
    assert_int_equal(loopback_count(&world.server), 2);
    credential_reject(world.provider, "AKID2");
    for (int k = 0; k < 3; k++) {
        assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_E_DENIED);
        assert_has(world.error.text, "HTTP status 500");
    }
    assert_int_equal(loopback_count(&world.server), 3);
    world_close(&world);
}

#define EXPIRED_BODY "{\"__type\":\"ExpiredTokenException\"}"
#define WRONG_BODY   "{\"__type\":\"InvalidClientTokenId\"}"

/* One call of a client, the server being both the container's agent and the service. */
static weir_status call_with(struct world *world, size_t n_requests, weir_error *err)
{
    static const struct aws_request filter = {
        .service = AWS_LOGS, .operation = "FilterLogEvents", .body = "{}", .body_len = 2, .subject = "/vpc/flow"};
    assert_true(world_listen(world));
    world_set(world, "AWS_EC2_METADATA_DISABLED", "true");
    world_set(world, "AWS_CONFIG_FILE", "/nonexistent/config");
    world_set(world, "AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials");
    world_set(world, "AWS_REGION", "eu-west-1");
    world_set(world, "AWS_CONTAINER_CREDENTIALS_FULL_URI", world->url);
    weir_aws_options options = {
        .environment = world->environment_list, .endpoint_url = world->url, .requests_per_s = 1000, .now = WORLD_NOW};
    weir_aws *aws = NULL;
    struct aws_client *client = NULL;
    struct http *http = NULL;
    struct aws_call *call = NULL;
    assert_int_equal(weir_aws_open(&options, &aws, err), WEIR_OK);
    assert_int_equal(aws_client_get(aws, NULL, NULL, &client, err), WEIR_OK);
    assert_int_equal(aws_client_http(client, &http, err), WEIR_OK);
    assert_int_equal(aws_call_new(client, http, &filter, &call, err), WEIR_OK);
    weir_status status;
    while ((status = aws_call_run(call, PATIENCE_MS, -1, -1, err)) == WEIR_AGAIN)
        ;
    aws_call_free(call);
    http_free(http);
    weir_aws_close(aws);
    assert_int_equal(loopback_count(&world->server), n_requests);
    loopback_stop(&world->server);
    return status;
}

static void a_call_fetches_anew_once(void **state)
{
    (void)state;
    static const char *const bodies[] = {EXPIRED_BODY, WRONG_BODY};
    for (size_t k = 0; k < ARRAY_SIZE(bodies); k++) {
        struct world good = {0}, bad = {0}, same = {0};
        weir_error err = {0};
        world_gives(&good, "AKID1", ENDS);
        world_reply(&good, "400 Bad", bodies[k]);
        world_gives(&good, "AKID2", ENDS);
        world_reply(&good, "200 OK", "{}");
        assert_int_equal(call_with(&good, 4, &err), WEIR_OK);
        world_gives(&bad, "AKID1", ENDS);
        world_reply(&bad, "400 Bad", bodies[k]);
        world_gives(&bad, "AKID2", ENDS);
        world_reply(&bad, "400 Bad", bodies[k]);
        world_gives(&bad, "AKID3", ENDS);
        assert_int_equal(call_with(&bad, 4, &err), WEIR_E_DENIED);
        world_gives(&same, "AKID1", ENDS);
        world_reply(&same, "400 Bad", bodies[k]);
        world_gives(&same, "AKID1", ENDS);
        err = (weir_error){0};
        assert_int_equal(call_with(&same, 3, &err), WEIR_E_DENIED);
        assert_has(err.text, "container");
        assert_null(strstr(err.text, "secret-of"));
    }
}

/* ---- several at once ---- */

static void several_at_once_are_one_fetch(void **state)
{
    (void)state;
    struct world world = {0};
    struct asker askers[THREADS] = {{0}};
    pthread_barrier_t together;
    world_gives(&world, "AKID1", ENDS)->drip_ms = 1;
    world_gives(&world, "AKID2", ENDS);
    assert_true(world_container(&world));
    pthread_barrier_init(&together, NULL, THREADS);
    for (size_t k = 0; k < THREADS; k++) {
        askers[k].together = &together;
        asker_start(&askers[k], &world, WORLD_NOW);
    }
    for (size_t k = 0; k < THREADS; k++) {
        assert_int_equal(asker_end(&askers[k]), WEIR_OK);
        assert_string_equal(askers[k].found.access_key, "AKID1");
        assert_string_equal(askers[k].found.origin, "container");
    }
    assert_int_equal(loopback_count(&world.server), 1);
    pthread_barrier_destroy(&together);
    world_close(&world);
}

static void several_at_once_are_one_failure(void **state)
{
    (void)state;
    struct world world = {0};
    struct asker askers[THREADS] = {{0}};
    pthread_barrier_t together;
    world_reply(&world, "403 Forbidden", "no credentials for you")->drip_ms = 1;
    assert_true(world_container(&world));
    pthread_barrier_init(&together, NULL, THREADS);
    for (size_t k = 0; k < THREADS; k++) {
        askers[k].together = &together;
        asker_start(&askers[k], &world, WORLD_NOW);
    }
    for (size_t k = 0; k < THREADS; k++) {
        assert_int_equal(asker_end(&askers[k]), WEIR_E_DENIED);
        assert_has(askers[k].error.text, "HTTP status 403");
    }
    assert_int_equal(loopback_count(&world.server), 1);
    pthread_barrier_destroy(&together);
    world_close(&world);
}

/* While one refreshes early and gets no answer, the others go on with what holds. */
static void an_early_refresh_keeps_nobody_waiting(void **state)
{
    (void)state;
    struct world world = {0};
    struct asker first = {0};
    world_gives(&world, "AKID1", ENDS);
    *world_gives(&world, "AKID2", ENDS) = (struct loopback_reply){.text = " ", .is_cut = true, .then = LOOPBACK_HANG};
    assert_true(world_container(&world));
    assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_OK);
    asker_start(&first, &world, ENDS - 300);
    wait_for_requests(&world, 2);
    for (int k = 0; k < 3; k++) {
        int64_t begin = real_ms();
        assert_int_equal(world_ask(&world, ENDS - 300), WEIR_OK);
        assert_string_equal(world.found.access_key, "AKID1");
        assert_true(real_ms() - begin < SOON_MS);
    }
    asker_cancel(&first);
    asker_end(&first);
    assert_int_equal(loopback_count(&world.server), 2);
    world_close(&world);
}

/* Where they came from stays what it was, for whoever shows it, when the next ones come and after the end. */
static void the_origin_is_the_caller_s(void **state)
{
    (void)state;
    static const char *const roles[] = {"first", "second"};
    struct credential kept[ARRAY_SIZE(roles)];
    struct world world = {0};
    for (size_t k = 0; k < ARRAY_SIZE(roles); k++) {
        world_reply(&world, "200 OK", "TOKEN");
        world_reply(&world, "200 OK", roles[k]);
        world_gives(&world, "AKID1", ENDS);
    }
    assert_true(world_listen(&world));
    world_set(&world, "AWS_EC2_METADATA_SERVICE_ENDPOINT", world.url);
    assert_true(world_open(&world, "", ""));
    for (size_t k = 0; k < ARRAY_SIZE(roles); k++) {
        assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_OK);
        memcpy(&kept[k], &world.found, sizeof kept[k]);
        credential_reject(world.provider, "AKID1");
    }
    world_close(&world);
    assert_string_equal(kept[0].origin, "instance metadata, role first");
    assert_string_equal(kept[1].origin, "instance metadata, role second");
}

/* ---- leaving ---- */

static void hang(struct world *world)
{
    world->replies[world->n_replies++] = (struct loopback_reply){.text = " ", .is_cut = true, .then = LOOPBACK_HANG};
}

static void the_one_who_fetches_can_leave_and_all_ends(void **state)
{
    (void)state;
    struct world world = {0};
    struct asker first = {0};
    hang(&world);
    assert_true(world_container(&world));
    asker_start(&first, &world, WORLD_NOW);
    wait_for_requests(&world, 1);
    int64_t begin = real_ms();
    asker_cancel(&first);
    assert_int_equal(asker_end(&first), WEIR_E_CANCELED);
    assert_string_equal(first.found.access_key, "");
    world_close(&world);
    assert_true(real_ms() - begin < SOON_MS);
}

static void the_one_who_waits_can_leave(void **state)
{
    (void)state;
    struct world world = {0};
    struct asker first = {0}, second = {0};
    hang(&world);
    assert_true(world_container(&world));
    asker_start(&first, &world, WORLD_NOW);
    wait_for_requests(&world, 1);
    asker_start(&second, &world, WORLD_NOW);
    pause_ms(20);
    assert_false(atomic_load(&second.is_done));
    asker_cancel(&second);
    assert_int_equal(asker_end(&second), WEIR_E_CANCELED);
    assert_false(atomic_load(&first.is_done));
    asker_cancel(&first);
    assert_int_equal(asker_end(&first), WEIR_E_CANCELED);
    assert_int_equal(loopback_count(&world.server), 1);
    world_close(&world);
}

/* A fetch that was left is no failure: who waited for it fetches. */
static void who_waits_takes_over(void **state)
{
    (void)state;
    struct world world = {0};
    struct asker first = {0}, second = {0};
    hang(&world);
    world_gives(&world, "AKID2", ENDS);
    assert_true(world_container(&world));
    asker_start(&first, &world, WORLD_NOW);
    wait_for_requests(&world, 1);
    asker_start(&second, &world, WORLD_NOW);
    pause_ms(20);
    assert_false(atomic_load(&second.is_done));
    asker_cancel(&first);
    assert_int_equal(asker_end(&first), WEIR_E_CANCELED);
    assert_int_equal(asker_end(&second), WEIR_OK);
    assert_string_equal(second.found.access_key, "AKID2");
    assert_int_equal(loopback_count(&world.server), 2);
    world_close(&world);
}

static void a_rejection_during_a_fetch_is_answered_by_it(void **state)
{
    (void)state;
    struct world world = {0};
    struct asker first = {0};
    world_gives(&world, "AKID1", ENDS);
    world_gives(&world, "AKID2", ENDS + WORLD_HOUR_S)->drip_ms = 1;
    assert_true(world_container(&world));
    assert_int_equal(world_ask(&world, WORLD_NOW), WEIR_OK);
    asker_start(&first, &world, ENDS - 300);
    wait_for_requests(&world, 2);
    credential_reject(world.provider, "AKID1");
    assert_int_equal(world_ask(&world, ENDS - 300), WEIR_OK);
    assert_string_equal(world.found.access_key, "AKID2");
    assert_int_equal(asker_end(&first), WEIR_OK);
    assert_int_equal(loopback_count(&world.server), 2);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_holds_is_fetched_once),
        cmocka_unit_test(what_has_no_end_is_never_refreshed),
        cmocka_unit_test(they_are_refreshed_early),
        cmocka_unit_test(a_failed_early_refresh_keeps_the_old_ones),
        cmocka_unit_test(expired_ones_are_never_handed_out),
        cmocka_unit_test(what_ends_at_once_is_no_loop),
        cmocka_unit_test(an_early_refresh_may_bring_nothing_new),
        cmocka_unit_test(an_early_refresh_that_ends_sooner_is_left),
        cmocka_unit_test(rejected_ones_are_fetched_anew),
        cmocka_unit_test(a_call_fetches_anew_once),
        cmocka_unit_test(several_at_once_are_one_fetch),
        cmocka_unit_test(several_at_once_are_one_failure),
        cmocka_unit_test(an_early_refresh_keeps_nobody_waiting),
        cmocka_unit_test(the_origin_is_the_caller_s),
        cmocka_unit_test(the_one_who_fetches_can_leave_and_all_ends),
        cmocka_unit_test(the_one_who_waits_can_leave),
        cmocka_unit_test(who_waits_takes_over),
        cmocka_unit_test(a_rejection_during_a_fetch_is_answered_by_it),
    };
    return http_global_init(NULL) == WEIR_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
