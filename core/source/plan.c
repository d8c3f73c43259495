/* plan.c - which intervals are due, in which order, and what it means that one was read to its last page. */
#include "base/scope.h"
#include "source/poll_state.h"

enum {
    YOUNG_MS = 15 * 60 * 1000, /* a sweep, long before the horizon */
    SWEEP_MOST_MS = 10 * 60 * 1000,
    BAND_UNKNOWN_MS = 10 * 60 * 1000,
    BAND_MARGIN_MS = 60 * 1000,
    INTERVAL_MOST_MS = 60 * 1000,
    SLICE_FIRST_MS = 10 * 60 * 1000,
    SLICE_MS = 60 * 60 * 1000,           /* of history that takes more than a page */
    SLICE_MOST_MS = 24 * 60 * 60 * 1000, /* of history that takes one */
};

static const double band_share = 0.4; /* of our requests; sweeps and history have the rest */
static const double share_low = 0.001, share_high = 0.999;

struct interval {
    int64_t from_ms, end_ms;
};

static int64_t band_begin(const struct poll *poll, int64_t now_ms)
{
    int64_t back = lag_at_least(&poll->lag, share_high) + BAND_MARGIN_MS;
    if (!lag_known(&poll->lag))
        back = later_of(back, BAND_UNKNOWN_MS);
    return now_ms - earlier(back, poll->horizon_ms);
}

static int64_t band_end(const struct poll *poll, int64_t now_ms)
{
    if (!lag_known(&poll->lag))
        return now_ms + FUTURE_MS;
    return now_ms - later_of(0, lag_at_most(&poll->lag, share_low) - BAND_MARGIN_MS);
}

/* Cut to what may be asked for: nothing that is closed, nothing that is not wanted. */
static struct interval open_part(const struct poll *poll, int64_t from_ms, int64_t end_ms)
{
    return (struct interval){later_of(from_ms, later_of(poll->closed_ms + 1, memory_first_ms(poll))),
                             earlier(end_ms, poll->options.until_ms)};
}

static struct interval plan_band(struct poll *poll, int64_t now_ms)
{
    poll->due_ms[PASS_BAND] = now_ms + poll->interval_ms;
    return open_part(poll, band_begin(poll, now_ms), band_end(poll, now_ms));
}

static struct interval plan_future(struct poll *poll, int64_t now_ms)
{
    poll->due_ms[PASS_FUTURE] = now_ms + MINUTE_MS;
    if (!lag_known(&poll->lag))
        return (struct interval){1, 0};
    return open_part(poll, band_end(poll, now_ms) + 1, now_ms + FUTURE_MS);
}

static struct interval plan_sweep(struct poll *poll, enum pass_kind kind, int64_t after_ms, int64_t to_ms,
                                  int64_t now_ms)
{
    struct interval sweep = open_part(poll, after_ms + 1, to_ms);
    bool more = sweep.end_ms - sweep.from_ms >= SWEEP_MOST_MS;
    if (more)
        sweep.end_ms = sweep.from_ms + SWEEP_MOST_MS - 1;
    poll->due_ms[kind] = more ? now_ms : now_ms + MINUTE_MS;
    return sweep;
}

static struct interval plan_young(struct poll *poll, int64_t now_ms)
{
    if (poll->horizon_ms <= YOUNG_MS + MINUTE_MS) {
        poll->due_ms[PASS_YOUNG] = now_ms + MINUTE_MS;
        return (struct interval){1, 0};
    }
    return plan_sweep(poll, PASS_YOUNG, poll->swept_ms, now_ms - YOUNG_MS, now_ms);
}

static struct interval plan_old(struct poll *poll, int64_t now_ms)
{
    return plan_sweep(poll, PASS_OLD, poll->closed_ms, now_ms - poll->horizon_ms, now_ms);
}

static struct interval plan_dirty(struct poll *poll, int64_t now_ms)
{
    struct poll_gap row = {1, 0, NULL};
    ledger_take(&poll->dirty, &row);
    if (poll->dirty.n == 0)
        poll->due_ms[PASS_DIRTY] = now_ms + poll->interval_ms;
    return (struct interval){later_of(row.from_ms, memory_first_ms(poll)), earlier(row.to_ms, poll->options.until_ms)};
}

/* A slice is in one zone or the other. What has been closed meanwhile has been read. */
static struct interval plan_history(struct poll *poll, int64_t now_ms)
{
    struct interval slice = {poll->history_from_ms, poll->history_to_ms};
    int64_t live_ms = poll->live_from_ms;
    if (poll->options.newest_first) {
        slice.from_ms = later_of(slice.from_ms, slice.end_ms - poll->slice_ms + 1);
        if (slice.from_ms < live_ms && slice.end_ms >= live_ms)
            slice.from_ms = live_ms;
    } else {
        slice.end_ms = earlier(slice.end_ms, slice.from_ms + poll->slice_ms - 1);
        if (slice.from_ms < live_ms && slice.end_ms >= live_ms)
            slice.end_ms = live_ms - 1;
    }
    poll->due_ms[PASS_HISTORY] = now_ms;
    poll->slice_from_ms = slice.from_ms;
    poll->slice_end_ms = slice.end_ms;
    return slice.end_ms >= live_ms ? open_part(poll, slice.from_ms, slice.end_ms) : slice;
}

static void complete_band(struct poll *poll, const struct pass *pass, int64_t now_ms)
{
    (void)now_ms;
    poll->band_pages += ((double)pass->pages - poll->band_pages) / 2;
    plan_interval(poll);
}

static void complete_nothing(struct poll *poll, const struct pass *pass, int64_t now_ms)
{
    (void)poll;
    (void)pass;
    (void)now_ms;
}

static void complete_young(struct poll *poll, const struct pass *pass, int64_t now_ms)
{
    (void)now_ms;
    poll->swept_ms = later_of(poll->swept_ms, pass->end_ms);
}

/* A minute that was closed before its time is a gap; the horizon gets longer again when there is room for it. */
static void complete_old(struct poll *poll, const struct pass *pass, int64_t now_ms)
{
    (void)now_ms;
    int64_t wanted_ms = poll->options.horizon_ms;
    if (poll->horizon_ms < wanted_ms)
        ledger_add(&poll->gaps, poll->closed_ms + 1, pass->end_ms, "the memory for known events is full");
    poll->closed_ms = later_of(poll->closed_ms, pass->end_ms);
    if (poll->horizon_ms < wanted_ms && poll->budget.bytes < poll->budget.max_bytes / 4 * 3)
        poll->horizon_ms = earlier(wanted_ms, poll->horizon_ms + MINUTE_MS);
}

static void complete_history(struct poll *poll, const struct pass *pass, int64_t now_ms)
{
    (void)now_ms;
    int64_t most = pass->pages > 1 ? SLICE_MS : SLICE_MOST_MS;
    poll->slice_ms = later_of(SLICE_FIRST_MS, earlier(poll->slice_ms * 2, most));
    if (poll->options.newest_first)
        poll->history_to_ms = poll->slice_from_ms - 1;
    else
        poll->history_from_ms = poll->slice_end_ms + 1;
}

/* Where two passes could go, the one with the greater weight times the turns it has waited goes. */
static const struct plan {
    struct interval (*plan)(struct poll *poll, int64_t now_ms);
    void (*complete)(struct poll *poll, const struct pass *pass, int64_t now_ms);
    enum poll_why why;
    unsigned weight;
} plans[PASS_KINDS] = {
    [PASS_BAND] = {plan_band, complete_band, POLL_BAND, 8},
    [PASS_FUTURE] = {plan_future, complete_nothing, POLL_FUTURE, 4},
    [PASS_YOUNG] = {plan_young, complete_young, POLL_SWEEP, 4},
    [PASS_OLD] = {plan_old, complete_old, POLL_SWEEP, 6},
    [PASS_DIRTY] = {plan_dirty, complete_nothing, POLL_DIRTY, 4},
    [PASS_HISTORY] = {plan_history, complete_history, POLL_HISTORY, 2},
};

unsigned plan_weight(enum pass_kind kind)
{
    return plans[kind].weight;
}

enum poll_why plan_why(enum pass_kind kind)
{
    return plans[kind].why;
}

/* So that the band takes its share of the requests, and no more than that. */
void plan_interval(struct poll *poll)
{
    int64_t least = poll->options.interval_ms;
    poll->wanted_interval_ms = poll->band_pages / (poll->pace.rate * band_share) * 1000;
    double most = (double)later_of(least, INTERVAL_MOST_MS);
    double interval_ms = poll->wanted_interval_ms > most ? most : poll->wanted_interval_ms;
    poll->interval_ms = later_of(least, (int64_t)interval_ms);
}

bool plan_history_done(const struct poll *poll)
{
    return poll->history_from_ms > poll->history_to_ms;
}

/* Whether a pass of that kind may begin, once it is due. */
static bool has_work(const struct poll *poll, enum pass_kind kind)
{
    if (kind == PASS_HISTORY)
        return !plan_history_done(poll);
    return poll->options.follow && (kind != PASS_DIRTY || poll->dirty.n > 0);
}

void plan_begin(struct poll *poll, int64_t now_ms)
{
    for (int kind = 0; kind < PASS_KINDS; kind++) {
        struct pass *pass = &poll->passes[kind];
        if (pass->running || poll->due_ms[kind] > now_ms || !has_work(poll, (enum pass_kind)kind))
            continue;
        struct interval interval = plans[kind].plan(poll, now_ms);
        if (interval.from_ms > interval.end_ms && kind != PASS_HISTORY)
            continue;
        poll->skipped[kind] = 0;
        if (pass_begin(pass, interval.from_ms, interval.end_ms, &poll->skips) == PASS_COMPLETE)
            plan_complete(poll, (enum pass_kind)kind, now_ms);
    }
}

int64_t plan_next_ms(const struct poll *poll, int64_t now_ms)
{
    int64_t next_ms = INT64_MAX;
    for (int kind = 0; kind < PASS_KINDS; kind++) {
        if (poll->passes[kind].running)
            next_ms = earlier(next_ms, poll->passes[kind].retry_ms);
        else if (has_work(poll, (enum pass_kind)kind))
            next_ms = earlier(next_ms, poll->due_ms[kind]);
    }
    return later_of(next_ms, now_ms + 1);
}

void plan_complete(struct poll *poll, enum pass_kind kind, int64_t now_ms)
{
    struct pass *pass = &poll->passes[kind];
    poll->facts.passes++;
    plans[kind].complete(poll, pass, now_ms);
    pass_end(pass);
    if (kind == PASS_OLD || kind == PASS_HISTORY)
        memory_expire(poll, now_ms);
}

bool plan_ended(const struct poll *poll)
{
    if (!plan_history_done(poll))
        return false;
    return !poll->options.follow ||
           (poll->closed_ms >= poll->options.until_ms && poll->dirty.n == 0 && !poll->passes[PASS_DIRTY].running);
}
