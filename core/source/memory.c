/* memory.c - which events are known, for how long, and what gives way when the memory for them is full. Losing keys of
 * the live zone closes it there: the horizon gets shorter, and the ledger says so. Losing keys of history costs
 * nothing but events of the very millisecond, because a pass comes in order of time: it would begin anew behind them.
 */
#include "source/poll_state.h"

static const char full[] = "the memory for known events is full";

enum { MARGIN_MS = 2 * 60 * 1000, LIVE_KEPT_MS = 5 * 60 * 1000 };

int64_t memory_first_ms(const struct poll *poll)
{
    return later_of(poll->live_from_ms, poll->forgot_ms + 1);
}

void memory_name(struct poll *poll, int64_t time_ms)
{
    ledger_add(&poll->gaps, time_ms, time_ms, full);
}

bool memory_can_tell(struct poll *poll, const struct pass *pass, int64_t time_ms)
{
    if (time_ms >= poll->live_from_ms)
        return time_ms > poll->forgot_ms;
    if (pass != &poll->passes[PASS_HISTORY] || time_ms < pass->from_ms || time_ms > pass->end_ms)
        return false;
    if (time_ms >= pass->again_ms)
        return true;
    memory_name(poll, time_ms);
    return false;
}

/* What a session has shown and no pass has seen yet could be shown again: that is a gap too. */
static void forget_minute(struct poll *poll, int64_t begin_ms)
{
    for (size_t k = 0; k < poll->live.n; k++) {
        if (poll->live.minutes[k].minute * MINUTE_MS != begin_ms)
            continue;
        if (live_forget(poll, &poll->live.minutes[k]) && begin_ms + MINUTE_MS <= poll->closed_ms)
            ledger_add(&poll->gaps, begin_ms, begin_ms + MINUTE_MS - 1, full);
    }
    seen_forget(&poll->ids, begin_ms);
    seen_forget(&poll->live, begin_ms);
}

/* Keys of history: what was reached before was read, and a pass would begin anew behind it. */
static void lose_history(struct poll *poll, int64_t begin_ms, int64_t end_ms)
{
    struct pass *pass = &poll->passes[PASS_HISTORY];
    if (!pass->running || pass->again_ms > end_ms || pass->reached_ms < begin_ms)
        return;
    pass->again_ms = later_of(pass->again_ms, earlier(end_ms, pass->reached_ms) + 1);
}

static void lose_live(struct poll *poll, int64_t begin_ms, int64_t end_ms, int64_t now_ms)
{
    if (end_ms > poll->closed_ms) {
        ledger_add(&poll->gaps, earlier(poll->closed_ms + 1, begin_ms), end_ms, full);
        poll->closed_ms = end_ms;
        poll->horizon_ms = later_of(MINUTE_MS, earlier(poll->horizon_ms, now_ms - end_ms));
    }
    poll->forgot_ms = later_of(poll->forgot_ms, end_ms);
    lose_history(poll, begin_ms, end_ms);
    for (int k = 0; k < PASS_KINDS; k++)
        if (poll->passes[k].end_ms >= poll->live_from_ms)
            poll->passes[k].again_ms = later_of(poll->passes[k].again_ms, end_ms + 1);
}

static void lose(struct poll *poll, int64_t begin_ms, int64_t now_ms)
{
    int64_t end_ms = begin_ms + MINUTE_MS - 1;
    if (end_ms < poll->live_from_ms)
        lose_history(poll, begin_ms, end_ms);
    else
        lose_live(poll, begin_ms, end_ms, now_ms);
    forget_minute(poll, begin_ms);
}

enum seen_answer memory_add(struct poll *poll, struct seen *set, int64_t time_ms, struct seen_key key, int64_t now_ms,
                            uint16_t **counts)
{
    int64_t own_ms = seen_minute_of(time_ms) * MINUTE_MS;
    for (;;) {
        enum seen_answer answer = seen_add(set, time_ms, key, now_ms, counts);
        if (answer != SEEN_FULL)
            return answer;
        int64_t oldest_ms = earlier(seen_oldest(&poll->ids), seen_oldest(&poll->live));
        lose(poll, earlier(oldest_ms, own_ms), now_ms);
        if (oldest_ms >= own_ms)
            return SEEN_FULL;
    }
}

static bool overlaps(const struct pass *pass, int64_t begin_ms, int64_t end_ms)
{
    return pass->running && pass->again_ms <= end_ms && pass->end_ms >= begin_ms;
}

/* Up to where keys of the live zone are not needed by anybody. */
static int64_t needless_ms(const struct poll *poll)
{
    if (!poll->options.follow)
        return INT64_MIN; /* all is history */
    int64_t end_ms = poll->closed_ms;
    if (end_ms != INT64_MIN)
        end_ms -= earlier(MARGIN_MS, poll->horizon_ms / 4);
    for (int k = 0; k < PASS_KINDS; k++)
        if (poll->passes[k].running && poll->passes[k].end_ms >= poll->live_from_ms)
            end_ms = earlier(end_ms, poll->passes[k].again_ms - 1);
    return end_ms;
}

/* The minute in which the zones meet belongs to both. */
static bool is_needed(const struct poll *poll, int64_t begin_ms, int64_t needless)
{
    int64_t end_ms = begin_ms + MINUTE_MS - 1;
    if (end_ms >= poll->live_from_ms && end_ms > needless)
        return true;
    if (overlaps(&poll->passes[PASS_HISTORY], begin_ms, end_ms))
        return true;
    return begin_ms < poll->live_from_ms && poll->history_from_ms <= end_ms && poll->history_to_ms >= begin_ms;
}

static void expire(struct poll *poll, struct seen *set, int64_t needless, int64_t now_ms)
{
    for (size_t k = set->n; k-- > 0;) {
        const struct seen_minute *minute = &set->minutes[k];
        int64_t begin_ms = minute->minute * MINUTE_MS;
        if ((set->counts && minute->touched_ms > now_ms - LIVE_KEPT_MS) || is_needed(poll, begin_ms, needless))
            continue;
        if (set->counts)
            live_forget(poll, minute);
        seen_forget(set, begin_ms);
    }
}

void memory_expire(struct poll *poll, int64_t now_ms)
{
    int64_t needless = needless_ms(poll);
    poll->forgot_ms = later_of(poll->forgot_ms, needless);
    expire(poll, &poll->ids, needless, now_ms);
    expire(poll, &poll->live, needless, now_ms);
    if (plan_history_done(poll))
        ledger_forget(&poll->skips, poll->forgot_ms + 1);
}
