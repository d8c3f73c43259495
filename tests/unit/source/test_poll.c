/* The rules of the delivery engine one by one: what is asked for, what an answer does, what is new. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

enum { HORIZON = 30 * MINUTE };

static int64_t now;
static struct poll *poll;
static struct poll_ask asked;

static void begin(struct poll_options options)
{
    now = WORLD_NOW;
    options.now_ms = now;
    if (options.since_ms == 0)
        options.since_ms = now;
    if (options.until_ms == 0)
        options.until_ms = INT64_MAX;
    poll = poll_new(&options);
    assert_non_null(poll);
}

static int end(void **state)
{
    (void)state;
    poll_free(poll);
    poll = NULL;
    return 0;
}

static struct poll_facts facts(void)
{
    struct poll_facts out;
    poll_facts(poll, &out);
    return out;
}

/* The next page, however long it takes; false = it ended. */
static bool ask(void)
{
    for (int k = 0; k < 1000; k++) {
        asked = poll_next(poll, now);
        if (asked.what != POLL_WAIT)
            return asked.what == POLL_PAGE;
        assert_true(asked.at_ms > now);
        now = asked.at_ms;
    }
    fail();
    return false;
}

static void answer(const char *token)
{
    poll_page_done(poll, token, 0, now);
}

/* Answers all other pages with nothing, until one is asked for that reason. */
static void ask_for(enum poll_why why)
{
    for (int k = 0; k < 10000; k++) {
        assert_true(ask());
        if (asked.why == why)
            return;
        answer(NULL);
    }
    fail();
}

static struct poll_event event_of(int number, int64_t time_ms, int64_t lag_ms)
{
    static struct world_text text;
    struct world_record record = {.number = (uint32_t)number, .twin = (uint32_t)number};
    record.time_ms = time_ms;
    record.ingestion_ms = time_ms + lag_ms;
    return world_event(&record, false, &text);
}

static bool bring(int number, int64_t time_ms, int64_t lag_ms)
{
    struct poll_event event = event_of(number, time_ms, lag_ms);
    return poll_event(poll, &event, now);
}

static bool bring_live(int channel, int message, int64_t time_ms)
{
    struct poll_event event = event_of(message, time_ms, 2 * MINUTE);
    event.id.len = 0;
    return poll_live(poll, channel, &event, now);
}

static bool bring_id(int id, int message, int64_t time_ms)
{
    struct poll_event event = event_of(message, time_ms, 2 * MINUTE);
    char text[32];
    event.id = (struct slice){text, (size_t)snprintf(text, sizeof text, "id%d", id)};
    return poll_event(poll, &event, now);
}

static void teach_lag(int64_t least_ms, int64_t most_ms)
{
    ask_for(POLL_BAND);
    for (int k = 0; k < 2000; k++)
        bring(1000000 + k, now - 5 * MINUTE, least_ms + (most_ms - least_ms) * k / 2000);
    answer(NULL);
}

/* ---- asking ---- */

static void asking_twice_is_asking_once(void **state)
{
    (void)state;
    begin((struct poll_options){.follow = true});
    struct poll_ask first = poll_next(poll, now), second = poll_next(poll, now);
    assert_int_equal(first.what, POLL_PAGE);
    assert_memory_equal(&first, &second, sizeof first);
    assert_null(first.token);
    answer("one");
    assert_true(ask());
    assert_string_equal(asked.token, "one");
    assert_int_equal(asked.from_ms, first.from_ms);
    assert_int_equal(asked.to_ms, first.to_ms);
}

static void history_is_read_once_the_newest_first(void **state)
{
    (void)state;
    static const int minutes[] = {10, 20, 40, 60, 50};
    begin((struct poll_options){.since_ms = WORLD_NOW - 180 * MINUTE + 1, .newest_first = true});
    int64_t to = WORLD_NOW;
    for (size_t k = 0; k < 5; k++) {
        assert_int_equal(facts().history_done_ms, WORLD_NOW - to);
        assert_true(ask());
        assert_int_equal(asked.why, POLL_HISTORY);
        assert_int_equal(asked.to_ms, to);
        assert_int_equal(asked.from_ms, to - minutes[k] * MINUTE + 1);
        answer("more");
        assert_false(facts().history_done);
        assert_true(ask());
        answer(NULL);
        to = asked.from_ms - 1;
    }
    assert_false(ask());
    assert_int_equal(asked.what, POLL_END);
    assert_true(facts().history_done);
    assert_int_equal(facts().history_total_ms, 180 * MINUTE);
    assert_int_equal(facts().history_done_ms, 180 * MINUTE);
    assert_int_equal(facts().closed_ms, WORLD_NOW);
}

static void history_in_order_of_time(void **state)
{
    (void)state;
    begin((struct poll_options){.since_ms = WORLD_NOW - 24 * HOUR, .until_ms = WORLD_NOW - HOUR});
    int64_t from = WORLD_NOW - 24 * HOUR;
    int pages = 0;
    for (; ask(); pages++) {
        assert_int_equal(asked.from_ms, from);
        from = asked.to_ms + 1;
        answer(NULL);
    }
    assert_int_equal(from, WORLD_NOW - HOUR + 1);
    assert_in_range(pages, 4, 6); /* an empty one is soon done */
}

static void what_is_live_does_not_wait_for_history(void **state)
{
    (void)state;
    begin((struct poll_options){.since_ms = WORLD_NOW - 24 * HOUR, .newest_first = true, .follow = true});
    int bands = 0;
    assert_true(ask());
    assert_int_equal(asked.why, POLL_HISTORY);
    for (int k = 0; k < 200; k++, now += 400) {
        bands += asked.why == POLL_BAND;
        char token[16];
        snprintf(token, sizeof token, "%d", k);
        answer(asked.why == POLL_HISTORY ? token : NULL);
        assert_true(ask());
    }
    assert_true(bands >= (now - WORLD_NOW) / 5000 - 1);
    assert_false(facts().history_done);
}

static void the_band_follows_the_lag(void **state)
{
    (void)state;
    begin((struct poll_options){.since_ms = WORLD_NOW - HOUR, .follow = true});
    ask_for(POLL_BAND);
    assert_int_equal(asked.from_ms, now - 10 * MINUTE);
    assert_true(asked.to_ms > now + 2 * HOUR);
    answer(NULL);
    teach_lag(2 * MINUTE, 4 * MINUTE);
    ask_for(POLL_BAND);
    assert_in_range(now - asked.from_ms, 5 * MINUTE, 5 * MINUTE + 20 * SECOND);
    assert_in_range(now - asked.to_ms, MINUTE - 10 * SECOND, MINUTE);
    int64_t hole = asked.to_ms + 1;
    answer(NULL);
    ask_for(POLL_FUTURE);
    assert_in_range(asked.from_ms, hole, hole + 2 * MINUTE);
    assert_true(asked.to_ms > now + 2 * HOUR);
    answer(NULL);
    int64_t then = now;
    ask_for(POLL_FUTURE);
    assert_in_range(now - then, MINUTE - SECOND, MINUTE + 10 * SECOND);
}

static void sweeps_at_a_quarter_and_at_the_horizon(void **state)
{
    (void)state;
    begin((struct poll_options){.follow = true});
    int64_t young = WORLD_NOW, old = WORLD_NOW;
    while (now < WORLD_NOW + 40 * MINUTE) {
        ask_for(POLL_SWEEP);
        int64_t *next = asked.to_ms > now - 20 * MINUTE ? &young : &old;
        assert_int_equal(asked.from_ms, *next);
        *next = asked.to_ms + 1;
        assert_true(asked.to_ms <= now - (next == &young ? 15 : 30) * MINUTE);
        answer(NULL);
        assert_int_equal(facts().closed_ms, old > WORLD_NOW ? old - 1 : INT64_MIN);
    }
    assert_true(young > WORLD_NOW + 22 * MINUTE && old > WORLD_NOW + 8 * MINUTE);
    assert_int_equal(facts().horizon_ms, HORIZON);
}

static void the_end_of_what_is_wanted(void **state)
{
    (void)state;
    begin((struct poll_options){.follow = true, .until_ms = WORLD_NOW + 5 * MINUTE});
    while (ask()) {
        assert_true(asked.to_ms <= WORLD_NOW + 5 * MINUTE);
        assert_false(bring(1, WORLD_NOW + 5 * MINUTE + 1, 0));
        assert_false(bring(2, WORLD_NOW - 1, 0));
        answer(NULL);
    }
    assert_in_range(now - WORLD_NOW, 35 * MINUTE, 37 * MINUTE);
    assert_int_equal(facts().closed_ms, WORLD_NOW + 5 * MINUTE);
}

/* ---- pages ---- */

static void an_empty_page_with_a_token_is_not_the_end(void **state)
{
    (void)state;
    begin((struct poll_options){.since_ms = WORLD_NOW - MINUTE});
    for (int k = 0; k < 50; k++) {
        char token[16];
        assert_true(ask());
        snprintf(token, sizeof token, "t%d", k);
        answer(token);
    }
    assert_true(ask());
    assert_string_equal(asked.token, "t49");
    answer(NULL);
    assert_false(ask());
}

static void the_same_token_again(void **state)
{
    (void)state;
    begin((struct poll_options){.since_ms = WORLD_NOW - MINUTE});
    assert_true(ask());
    answer("same");
    for (int k = 0; k < 10; k++) { /* it brings something */
        assert_true(ask());
        assert_true(bring(k, now - 1000, 0));
        poll_page_done(poll, asked.token, 1, now);
    }
    for (int k = 0; k < 3; k++) { /* it does not */
        assert_true(ask());
        assert_string_equal(asked.token, "same");
        assert_false(bring(0, now - 1000, 0));
        poll_page_done(poll, "same", 1, now);
    }
    assert_true(ask());
    assert_null(asked.token);
    assert_int_equal(asked.from_ms, WORLD_NOW - MINUTE);
}

static void a_bad_token_begins_anew(void **state)
{
    (void)state;
    begin((struct poll_options){.since_ms = WORLD_NOW - 8 * MINUTE});
    for (int k = 0; k < 3; k++) {
        assert_true(ask());
        assert_null(asked.token);
        assert_int_equal(asked.to_ms, WORLD_NOW);
        assert_int_equal(bring(7, WORLD_NOW - MINUTE, 0), k == 0);
        answer("token");
        assert_true(ask());
        poll_page_failed(poll, POLL_BAD_TOKEN, now);
    }
    assert_true(ask()); /* in halves, and everything is read */
    int64_t half = asked.to_ms;
    assert_in_range(half, WORLD_NOW - 5 * MINUTE, WORLD_NOW - 3 * MINUTE);
    answer(NULL);
    assert_true(ask());
    assert_int_equal(asked.from_ms, half + 1);
    assert_false(facts().history_done);
    answer(NULL);
    while (ask())
        answer(NULL);
    assert_true(facts().history_done);
}

static void a_failed_page_is_asked_for_later_and_later(void **state)
{
    (void)state;
    begin((struct poll_options){.since_ms = WORLD_NOW - MINUTE});
    assert_true(ask());
    answer("kept");
    int64_t before = 0;
    for (int k = 0; k < 12; k++) {
        assert_true(ask());
        assert_string_equal(asked.token, "kept");
        int64_t then = now;
        poll_page_failed(poll, POLL_FAILED, now);
        assert_true(ask());
        int64_t waited = now - then;
        assert_in_range(waited, 500, MINUTE);
        assert_true(waited * 4 > before);
        before = waited;
        poll_page_failed(poll, POLL_FAILED, now);
    }
    assert_true(before > 25 * SECOND);
    assert_int_equal(facts().closed_ms, INT64_MIN);
    assert_true(ask());
    answer(NULL);
    assert_false(ask());
}

static void throttled_is_slower(void **state)
{
    (void)state;
    begin((struct poll_options){.follow = true});
    for (int k = 0; k < 8; k++) {
        assert_true(ask());
        poll_page_failed(poll, POLL_THROTTLED, now);
    }
    teach_lag(MINUTE, 2 * MINUTE);
    assert_true(facts().interval_ms > 10 * SECOND);
    for (int k = 0; k < 400; k++) {
        assert_true(ask());
        answer(NULL);
    }
    assert_int_equal(facts().interval_ms, 5 * SECOND);
}

static void more_pages_are_read_less_often(void **state)
{
    (void)state;
    begin((struct poll_options){.follow = true, .requests_per_s = 2});
    assert_true(facts().keeps_up);
    for (int pages = 20; pages <= 200; pages *= 10) {
        for (int64_t until = now + 20 * MINUTE; now < until;) {
            assert_true(ask());
            for (int k = 0; asked.why == POLL_BAND && k < pages; k++) {
                char token[16];
                snprintf(token, sizeof token, "%d", k);
                answer(token);
                do
                    assert_true(ask());
                while (asked.why != POLL_BAND && (answer(NULL), true));
            }
            answer(NULL);
        }
        assert_in_range(facts().interval_ms, pages == 20 ? 20 * SECOND : MINUTE, MINUTE);
        assert_int_equal(facts().keeps_up, pages == 20);
    }
}

static void a_poison_event_does_not_hide_its_neighbours(void **state)
{
    (void)state;
    const struct world_plan plan = {.seed = 3,
                                    .interfaces = 20,
                                    .per_window = 20,
                                    .window_ms = MINUTE,
                                    .delay = DELAY_60,
                                    .before_ms = 20 * MINUTE,
                                    .after_ms = 10 * MINUTE,
                                    .page = 10000,
                                    .poisons = 1,
                                    .poll = {.now_ms = WORLD_NOW,
                                             .since_ms = WORLD_NOW - 20 * MINUTE,
                                             .until_ms = WORLD_NOW + 10 * MINUTE,
                                             .horizon_ms = HORIZON,
                                             .follow = true,
                                             .newest_first = true}};
    struct world world;
    world_open(&world, &plan);
    poll = poll_new(&plan.poll);
    assert_true(world_run(&world, poll, 4 * HOUR));
    world_judge(&world);
    size_t poisons = 0;
    for (size_t k = 0; k < world.n; k++)
        poisons += world.records[k].poison && world_wants(&world, &world.records[k]);
    assert_true(poisons > 2);
    assert_int_equal(world.lost + world.twofold, 0);
    assert_in_range(world.named, poisons, poisons + 1); /* one more of the very millisecond, at most */
    for (size_t k = 0; k < world.n_gaps; k++) {
        assert_true(world.gaps[k].to_ms - world.gaps[k].from_ms <= 1);
        assert_string_equal(world.gaps[k].reason, "1 event unreadable");
    }
    assert_true(world.requests < poisons * 60 + 1200);
    world_close(&world);
}

/* ---- Live Tail ---- */

static void live_and_passes_show_an_event_once(void **state)
{
    (void)state;
    begin((struct poll_options){.follow = true, .live_tail = true});
    poll_live_began(poll, 0, now);
    ask_for(POLL_BAND);
    assert_true(bring_live(0, 1, now)); /* the session is first */
    assert_int_equal(facts().provisional, 1);
    assert_false(bring_id(1, 1, now));
    assert_int_equal(facts().provisional, 0);
    assert_false(bring_id(1, 1, now));
    assert_true(bring_id(2, 2, now)); /* the pass is first */
    assert_false(bring_live(0, 2, now));
    assert_int_equal(facts().provisional, 0);
    assert_int_equal(facts().events, 5);
    assert_int_equal(facts().shown, 2);
    assert_int_equal(facts().duplicates, 3);
}

static void twins_are_shown_twice(void **state)
{
    (void)state;
    begin((struct poll_options){.follow = true, .live_tail = true});
    poll_live_began(poll, 0, now);
    ask_for(POLL_BAND);
    assert_true(bring_live(0, 1, now));
    assert_true(bring_live(0, 1, now));
    assert_false(bring_id(1, 1, now));
    assert_false(bring_id(2, 1, now));
    assert_true(bring_live(0, 2, now)); /* the session drops one of them */
    assert_false(bring_id(3, 2, now));
    assert_true(bring_id(4, 2, now));
    assert_int_equal(facts().provisional, 0);
}

static void overlapping_sessions_show_an_event_once(void **state)
{
    (void)state;
    begin((struct poll_options){.follow = true, .live_tail = true});
    poll_live_began(poll, 0, now);
    assert_true(bring_live(0, 1, now));
    poll_live_began(poll, 1, now);
    assert_true(bring_live(1, 2, now));
    assert_false(bring_live(0, 2, now));
    assert_false(bring_live(1, 1, now));
    poll_live_began(poll, 0, now); /* a new session tells the same again, or a twin */
    assert_false(bring_live(0, 2, now));
    assert_true(bring_live(0, 2, now));
    assert_false(bring_live(7, 3, now));
}

static void a_session_wants_what_comes_from_now_on(void **state)
{
    (void)state;
    begin((struct poll_options){.follow = true, .live_tail = true});
    ask_for(POLL_BAND);
    assert_true(asked.from_ms <= WORLD_NOW - 10 * MINUTE);
    assert_false(bring(1, WORLD_NOW - 5 * MINUTE, 2 * MINUTE));
    assert_true(bring(2, WORLD_NOW - 5 * MINUTE, 6 * MINUTE));
    assert_true(bring_live(0, 3, WORLD_NOW - 5 * MINUTE));
}

/* ---- doubt ---- */

static void doubt_is_asked_for_again(void **state)
{
    (void)state;
    begin((struct poll_options){.since_ms = WORLD_NOW - HOUR, .follow = true, .newest_first = true});
    poll_doubt(poll, POLL_RECONNECTED, now - MINUTE, now, now); /* the lag is not known: up to the horizon */
    ask_for(POLL_DIRTY);
    assert_int_equal(asked.from_ms, WORLD_NOW - HORIZON);
    answer(NULL);
    teach_lag(2 * MINUTE, 4 * MINUTE);
    int64_t at = now;
    poll_doubt(poll, POLL_SAMPLED, at - 10 * SECOND, at - 5 * SECOND, now);
    poll_doubt(poll, POLL_SAMPLED, at - 5 * SECOND, at, now);
    ask_for(POLL_DIRTY);
    assert_in_range(at - asked.from_ms, 5 * MINUTE, 5 * MINUTE + 30 * SECOND);
    assert_in_range(at - asked.to_ms, 50 * SECOND, MINUTE);
    answer("half");
    ask_for(POLL_DIRTY);
    assert_string_equal(asked.token, "half");
    answer(NULL);
    for (int k = 0; k < 50; k++) {
        assert_true(ask());
        assert_int_not_equal(asked.why, POLL_DIRTY);
        answer(NULL);
    }
}

static void standing_still_is_a_doubt(void **state)
{
    (void)state;
    begin((struct poll_options){.since_ms = WORLD_NOW - HOUR, .follow = true});
    teach_lag(2 * MINUTE, 4 * MINUTE);
    int64_t then = now;
    now += 10 * MINUTE;
    ask_for(POLL_DIRTY);
    assert_true(asked.from_ms <= then - 5 * MINUTE);
    assert_true(asked.to_ms >= then + 8 * MINUTE);
}

static void a_wider_filter_reads_again(void **state)
{
    (void)state;
    struct poll_gap gap;
    begin((struct poll_options){.since_ms = WORLD_NOW - 2 * HOUR, .follow = true, .newest_first = true});
    ask_for(POLL_BAND);
    assert_true(bring(1, now - 5 * MINUTE, MINUTE));
    answer("narrow");
    while (!facts().history_done) {
        assert_true(ask());
        answer(asked.why == POLL_HISTORY ? NULL : "narrow");
    }
    poll_doubt(poll, POLL_WIDENED, now - 10 * MINUTE, now, now);
    assert_false(poll_take_gap(poll, &gap));
    bool dirty = false;
    for (int k = 0; k < 5; k++) { /* no token is of any use */
        assert_true(ask());
        assert_null(asked.token);
        dirty = dirty || asked.why == POLL_DIRTY;
        assert_false(bring(1, WORLD_NOW - 5 * MINUTE, MINUTE));
        answer(NULL);
    }
    assert_true(dirty);
    poll_doubt(poll, POLL_WIDENED, WORLD_NOW - 2 * HOUR, now, now); /* further back nobody knows what was shown */
    assert_true(poll_take_gap(poll, &gap));
    assert_int_equal(gap.from_ms, WORLD_NOW - 2 * HOUR);
    assert_in_range(gap.to_ms, WORLD_NOW - HORIZON - 1, WORLD_NOW - HORIZON + MINUTE);
}

/* ---- memory, time ---- */

static void too_many_events_shorten_the_horizon(void **state)
{
    (void)state;
    begin((struct poll_options){.follow = true, .seen_max_bytes = 256 << 10});
    int number = 0;
    struct poll_gap gap;
    int64_t closed = INT64_MIN, named_to = 0, shortest = INT64_MAX;
    for (; now < WORLD_NOW + 3 * HOUR;) {
        assert_true(ask());
        for (int k = 0; asked.why == POLL_BAND && now < WORLD_NOW + HOUR && k < 120; k++)
            bring(number++, now - k * 100, 2 * MINUTE);
        answer(NULL);
        struct poll_facts is = facts();
        assert_true(is.seen_bytes <= 256 << 10);
        assert_true(is.closed_ms >= closed);
        closed = is.closed_ms;
        shortest = is.horizon_ms < shortest ? is.horizon_ms : shortest;
        while (poll_take_gap(poll, &gap)) {
            assert_string_equal(gap.reason, "the memory for known events is full");
            named_to = gap.to_ms;
        }
    }
    assert_in_range(shortest, MINUTE, 15 * MINUTE);
    assert_true(named_to > WORLD_NOW);
    assert_int_equal(facts().horizon_ms, HORIZON); /* and it recovers */
}

static void late_and_rescued_are_counted(void **state)
{
    (void)state;
    begin((struct poll_options){.since_ms = WORLD_NOW - 2 * HOUR, .follow = true});
    ask_for(POLL_HISTORY);
    assert_true(bring(1, WORLD_NOW - 2 * HOUR, 31 * MINUTE));
    assert_true(bring(2, WORLD_NOW - 2 * HOUR, 29 * MINUTE));
    answer(NULL);
    assert_int_equal(facts().late, 1);
    ask_for(POLL_SWEEP);
    assert_true(bring(3, asked.from_ms, 10 * MINUTE));
    answer(NULL);
    assert_int_equal(facts().rescued, 1);
    assert_int_equal(facts().shown, 3);
}

static void time_does_not_go_back(void **state)
{
    (void)state;
    begin((struct poll_options){.follow = true});
    ask_for(POLL_SWEEP);
    answer(NULL);
    int64_t closed = facts().closed_ms, later = now;
    now -= HOUR;
    for (int k = 0; k < 20; k++) {
        struct poll_ask next = poll_next(poll, now);
        if (next.what == POLL_PAGE)
            answer(NULL);
        else
            assert_true(next.at_ms > later);
    }
    assert_true(facts().closed_ms >= closed);
    poll_page_done(poll, "nobody asked", 0, now);
    poll_page_failed(poll, POLL_BAD_TOKEN, now);
    now = later;
    assert_true(ask());
    poll_free(NULL);
}

/* 333 events a second: under a request a second and 64 MiB. */
static void a_busy_group_is_cheap(void **state)
{
    (void)state;
    const struct world_plan plan = {.seed = 1,
                                    .interfaces = 50,
                                    .per_window = 400,
                                    .window_ms = MINUTE,
                                    .delay = DELAY_60,
                                    .snapshot = SNAPSHOT_CURSOR,
                                    .before_ms = 35 * MINUTE,
                                    .after_ms = 6 * MINUTE,
                                    .latency_ms = 300,
                                    .page = 10000,
                                    .poll = {.now_ms = WORLD_NOW,
                                             .since_ms = WORLD_NOW - 31 * MINUTE,
                                             .until_ms = INT64_MAX,
                                             .horizon_ms = HORIZON,
                                             .follow = true,
                                             .newest_first = true}};
    struct world world;
    world_open(&world, &plan);
    poll = poll_new(&plan.poll);
    uint64_t before = 0;
    int64_t since = 0;
    while (world.now_ms < WORLD_NOW + 6 * MINUTE && world_step(&world, poll))
        if (since == 0 && facts().history_done && world.now_ms > WORLD_NOW + MINUTE) {
            since = world.now_ms;
            before = world.requests;
        }
    double rate = (double)(world.requests - before) * 1000 / (double)(world.now_ms - since);
    print_message("%.2f requests/s, %.1f MiB\n", rate, (double)facts().seen_bytes / (1 << 20));
    assert_true(since > 0 && rate < 1);
    assert_true(facts().seen_bytes > 10 << 20 && facts().seen_bytes < 32 << 20);
    world_close(&world);
}

#define RULE(test) cmocka_unit_test_teardown(test, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(asking_twice_is_asking_once),
        RULE(history_is_read_once_the_newest_first),
        RULE(history_in_order_of_time),
        RULE(what_is_live_does_not_wait_for_history),
        RULE(the_band_follows_the_lag),
        RULE(sweeps_at_a_quarter_and_at_the_horizon),
        RULE(the_end_of_what_is_wanted),
        RULE(an_empty_page_with_a_token_is_not_the_end),
        RULE(the_same_token_again),
        RULE(a_bad_token_begins_anew),
        RULE(a_failed_page_is_asked_for_later_and_later),
        RULE(throttled_is_slower),
        RULE(more_pages_are_read_less_often),
        RULE(a_poison_event_does_not_hide_its_neighbours),
        RULE(live_and_passes_show_an_event_once),
        RULE(twins_are_shown_twice),
        RULE(overlapping_sessions_show_an_event_once),
        RULE(a_session_wants_what_comes_from_now_on),
        RULE(doubt_is_asked_for_again),
        RULE(standing_still_is_a_doubt),
        RULE(a_wider_filter_reads_again),
        RULE(too_many_events_shorten_the_horizon),
        RULE(late_and_rescued_are_counted),
        RULE(time_does_not_go_back),
        RULE(a_busy_group_is_cheap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
