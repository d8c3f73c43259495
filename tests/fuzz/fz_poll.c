/* The delivery engine against a log group whose behaviour the bytes decide: the first ones choose the world, each of
 * the rest one fault or none. Whatever they are: nothing is lost and nothing shown twice outside the ledger, and it
 * comes to its end once the bytes are used up. */
#include <stdint.h>

#include "../support/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { HEAD_BYTES = 12 };

static void choose_world(struct world_plan *plan, const uint8_t *head)
{
    static const int pages[] = {3, 20, 100, 10000};
    struct poll_options *poll = &plan->poll;
    plan->seed = (uint64_t)head[0] | (uint64_t)head[1] << 8;
    plan->interfaces = 1 + head[2] % 16;
    plan->per_window = 1 + head[2] / 16 % 4;
    plan->window_ms = head[3] & 1 ? 10 * MINUTE : MINUTE;
    plan->delay = (enum world_delay)(head[3] / 2 % 4);
    plan->snapshot = (enum world_snapshot)(head[3] / 8 % 3);
    plan->page = pages[head[3] / 64];
    plan->before_ms = (10 + head[4] % 32) * MINUTE;
    plan->after_ms = (5 + head[5] % 16) * MINUTE;
    plan->latency_ms = 1 + head[5] * 8;
    plan->twins = head[6] % 4 * 50;
    plan->futures = head[7] & 128 ? head[6] / 4 % 4 * 5 : 0; /* else it goes on for two hours */
    plan->beyond = head[6] / 16 % 2 * 10;
    plan->poisons = head[6] / 32 % 2 * 10;
    plan->token_life_ms = head[6] / 64 % 2 * 20 * SECOND;
    poll->now_ms = WORLD_NOW;
    poll->since_ms = WORLD_NOW - head[7] % 128 * MINUTE;
    poll->until_ms = head[7] & 128 ? WORLD_NOW + plan->after_ms - MINUTE : INT64_MAX;
    poll->horizon_ms = (12 + head[8] % 16) * MINUTE;
    poll->interval_ms = (2 + head[8] / 16) * 5 * SECOND;
    poll->follow = head[9] % 8 != 0;
    poll->newest_first = head[9] & 8;
    poll->live_tail = poll->follow && (head[9] & 16);
    poll->seen_max_bytes = head[9] & 32 ? (size_t)(4 + head[10]) << 10 : 0;
    poll->requests_per_s = 1 + head[10] % 5;
}

static void choose_faults(struct world_plan *plan, unsigned which)
{
    int *const faults[] = {
        &plan->throttled,        &plan->failed,    &plan->failed_after, &plan->empty,    &plan->same,
        &plan->same_with_events, &plan->bad_token, &plan->twice,        &plan->trailing, &plan->still};
    for (size_t k = 0; k < sizeof faults / sizeof *faults; k++)
        *faults[k] = which >> k & 1 ? 200 : 0;
    plan->still /= 10;
    plan->sampled = plan->dropped = plan->reconnects = plan->overlaps = which >> 10 & 1 ? 50 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct world_plan plan = {0};
    struct world world;
    if (len < HEAD_BYTES + 2 || len > 4096)
        return 0;
    choose_world(&plan, bytes);
    choose_faults(&plan, bytes[HEAD_BYTES] | (unsigned)bytes[HEAD_BYTES + 1] << 8);
    plan.bytes = bytes + HEAD_BYTES + 2;
    plan.len = len - HEAD_BYTES - 2;
    world_open(&world, &plan);
    struct poll *poll = poll_new(&plan.poll);
    bool ended = poll && world_run(&world, poll, 48 * HOUR);
    world_judge(&world);
    if (!ended || world.lost || world.twofold) {
        fprintf(stderr, "%s, %" PRIu64 " lost, %" PRIu64 " shown twice\n", ended ? "ended" : "never ended", world.lost,
                world.twofold);
        abort();
    }
    poll_free(poll);
    world_close(&world);
    return 0;
}
