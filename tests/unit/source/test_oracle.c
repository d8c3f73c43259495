/* The sequence oracle: every record carries its number; after hundreds of worlds with everything that goes wrong, none
 * is lost and none is shown twice, but where the ledger says so. And the oracle can fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

enum { SEEDS = 520, RECORDS = 1000000, NAIVE_LOST_PERCENT = 20 };

static int pick(struct dice *dice, const int *choices, int n)
{
    return choices[dice_below(dice, n)];
}

#define PICK(dice, ...) pick(dice, (const int[]){__VA_ARGS__}, (int)(sizeof((int[]){__VA_ARGS__}) / sizeof(int)))

static void plan_records(struct world_plan *plan, struct dice *dice)
{
    plan->interfaces = PICK(dice, 1, 5, 20, 50);
    plan->window_ms = PICK(dice, 60, 60, 600) * SECOND;
    plan->delay = (enum world_delay)PICK(dice, DELAY_60, DELAY_60, DELAY_300, DELAY_TAIL, DELAY_NONE);
    plan->before_ms = PICK(dice, 10, 30, 90) * MINUTE;
    plan->after_ms = PICK(dice, 10, 20) * MINUTE;
    int64_t windows = (plan->before_ms + plan->after_ms) / plan->window_ms;
    plan->per_window = (int)(2600 / (windows * plan->interfaces)) + 1;
    plan->twins = PICK(dice, 0, 20, 200);
    plan->futures = PICK(dice, 0, 0, 2, 20);
    plan->beyond = PICK(dice, 0, 0, 5);
    plan->poisons = PICK(dice, 0, 0, 0, 1);
}

static void plan_faults(struct world_plan *plan, struct dice *dice)
{
    plan->snapshot = (enum world_snapshot)dice_below(dice, 3);
    plan->page = PICK(dice, 7, 50, 200, 1000, 10000);
    plan->latency_ms = PICK(dice, 50, 500, 2000);
    plan->throttled = PICK(dice, 0, 20, 150);
    plan->failed = PICK(dice, 0, 20, 100);
    plan->failed_after = PICK(dice, 0, 10);
    plan->empty = PICK(dice, 0, 50, 300);
    plan->same = PICK(dice, 0, 50);
    plan->same_with_events = PICK(dice, 0, 50);
    plan->bad_token = PICK(dice, 0, 20, 50);
    plan->twice = PICK(dice, 0, 50);
    plan->trailing = PICK(dice, 0, 100);
    plan->token_life_ms = PICK(dice, 0, 0, 300) * SECOND;
    plan->still = PICK(dice, 0, 0, 1, 3);
}

static void plan_poll(struct world_plan *plan, struct dice *dice)
{
    struct poll_options *poll = &plan->poll;
    poll->now_ms = WORLD_NOW;
    poll->horizon_ms = PICK(dice, 20, 30) * MINUTE;
    poll->since_ms = WORLD_NOW - PICK(dice, 0, 10, 60, 120) * MINUTE;
    poll->until_ms = dice_below(dice, 2) ? INT64_MAX : WORLD_NOW + plan->after_ms;
    poll->interval_ms = PICK(dice, 5, 15) * SECOND;
    poll->follow = dice_below(dice, 8) != 0;
    poll->newest_first = dice_below(dice, 2);
    poll->requests_per_s = PICK(dice, 2, 5);
    if (dice_below(dice, 8) == 0)
        poll->seen_max_bytes = (size_t)PICK(dice, 8, 24, 64) << 10;
    if (!poll->follow || dice_below(dice, 4) != 0)
        return;
    poll->live_tail = true;
    plan->sampled = PICK(dice, 0, 20);
    plan->dropped = PICK(dice, 0, 10);
    plan->reconnects = PICK(dice, 0, 10);
    plan->overlaps = PICK(dice, 0, 10);
}

static struct world_plan plan_of(uint64_t seed)
{
    struct dice dice = {.state = seed * 1000003};
    struct world_plan plan = {.seed = seed};
    plan_records(&plan, &dice);
    plan_faults(&plan, &dice);
    plan_poll(&plan, &dice);
    return plan;
}

struct sums {
    uint64_t records, wanted, shown, lost, twofold, named, requests, fetched, gaps;
};

static void complain(const struct world *world, uint64_t seed)
{
    int left = 5;
    print_error("seed %" PRIu64 ": %" PRIu64 " lost, %" PRIu64 " shown twice\n", seed, world->lost, world->twofold);
    for (size_t k = 0; k < world->n && left > 0; k++) {
        const struct world_record *record = &world->records[k];
        if (world_named(world, record->time_ms) || world_verdict(world, record) == ' ')
            continue;
        print_error("  number %u time %+" PRId64 " ms readable %+" PRId64 " ms shown %d times\n", record->number,
                    record->time_ms - WORLD_NOW, record->readable_ms - WORLD_NOW, record->shown);
        left--;
    }
}

static bool run_seed(uint64_t seed, struct sums *sums)
{
    struct world world;
    struct world_plan plan = plan_of(seed);
    world_open(&world, &plan);
    struct poll *poll = poll_new(&plan.poll);
    assert_non_null(poll);
    bool ended = world_run(&world, poll, 24 * HOUR);
    world_judge(&world);
    bool needless = world.n_gaps > 0 && plan.poisons == 0 && plan.poll.seen_max_bytes == 0;
    bool good = ended && world.lost == 0 && world.twofold == 0 && !needless;
    if (needless)
        print_error("seed %" PRIu64 " has gaps for no reason\n", seed);
    if (!ended)
        print_error("seed %" PRIu64 " never came to its end\n", seed);
    if (!good)
        complain(&world, seed);
    sums->records += world.n;
    sums->wanted += world.wanted;
    sums->shown += world.shown;
    sums->lost += world.lost;
    sums->twofold += world.twofold;
    sums->named += world.named;
    sums->requests += world.requests;
    sums->fetched += world.fetched;
    sums->gaps += world.n_gaps;
    poll_free(poll);
    world_close(&world);
    return good;
}

/* WEIR_SEED runs one. */
static void nothing_lost_nothing_twice(void **state)
{
    (void)state;
    struct sums sums = {0};
    int bad = 0;
    const char *one = getenv("WEIR_SEED");
    uint64_t first = one ? strtoull(one, NULL, 10) : 1, last = one ? first : SEEDS;
    for (uint64_t seed = first; seed <= last; seed++)
        bad += !run_seed(seed, &sums);
    print_message("%" PRIu64 " worlds: %" PRIu64 " records, %" PRIu64 " of them wanted, %" PRIu64 " shown, %" PRIu64
                  " lost, %" PRIu64 " twice, %" PRIu64 " in the ledger's %" PRIu64 " gaps; %" PRIu64
                  " requests, %" PRIu64 " events read\n",
                  last - first + 1, sums.records, sums.wanted, sums.shown, sums.lost, sums.twofold, sums.named,
                  sums.gaps, sums.requests, sums.fetched);
    assert_int_equal(bad, 0);
    if (!one)
        assert_true(sums.wanted >= RECORDS);
}

/* What everybody does: ask from the newest event time on, and know the ids of that time. */
static void run_naive(struct world *world, int64_t until_ms)
{
    static struct world_page page;
    int64_t newest_ms = world->plan.poll.since_ms;
    struct poll_ask ask = {.what = POLL_PAGE, .from_ms = newest_ms, .to_ms = INT64_MAX / 2};
    char token[sizeof page.token];
    while (world->now_ms < until_ms) {
        world_serve(world, &ask, &page);
        for (size_t k = 0; k < page.n; k++) {
            struct world_record *record = &world->records[page.at[k]];
            if (record->time_ms >= newest_ms && record->shown == 0)
                world_show(world, record);
            if (record->time_ms > newest_ms)
                newest_ms = record->time_ms;
        }
        snprintf(token, sizeof token, "%s", page.more ? page.token : "");
        ask.token = page.more ? token : NULL;
        if (page.more)
            continue;
        ask.from_ms = newest_ms;
        world->now_ms += 5 * SECOND;
    }
}

static void the_oracle_can_fail(void **state)
{
    (void)state;
    const struct world_plan plan = {.seed = 1,
                                    .interfaces = 50,
                                    .window_ms = MINUTE,
                                    .per_window = 2,
                                    .delay = DELAY_60,
                                    .snapshot = SNAPSHOT_CURSOR,
                                    .before_ms = 10 * MINUTE,
                                    .after_ms = 30 * MINUTE,
                                    .page = 10000,
                                    .poll = {.now_ms = WORLD_NOW,
                                             .since_ms = WORLD_NOW - 5 * MINUTE,
                                             .until_ms = INT64_MAX,
                                             .horizon_ms = 30 * MINUTE,
                                             .follow = true}};
    struct world world;
    world_open(&world, &plan);
    run_naive(&world, WORLD_NOW + 2 * HOUR);
    world_judge(&world);
    print_message("the naive loop: %" PRIu64 " of %" PRIu64 " lost (%.1f %%)\n", world.lost, world.wanted,
                  100.0 * (double)world.lost / (double)world.wanted);
    assert_true(world.lost * 100 > world.wanted * NAIVE_LOST_PERCENT);
    world_close(&world);

    world_open(&world, &plan);
    struct poll *poll = poll_new(&plan.poll);
    assert_true(world_run(&world, poll, 24 * HOUR));
    world_judge(&world);
    assert_int_equal(world.lost + world.twofold + world.named, 0);
    poll_free(poll);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_lost_nothing_twice),
        cmocka_unit_test(the_oracle_can_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
