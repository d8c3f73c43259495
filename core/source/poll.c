/* poll.c - asking and answering: which page is next, whether an event is new, what a failure means. There is one page
 * under way at a time; passes take turns between their pages, so that what is live does not wait for history.
 *
 * Why nothing is lost: every event time is read by a pass that begins when it is as old as the horizon, and only the
 * last page of a pass moves closed_ms. The band and the sweep at 15 minutes make it early, not complete. Why nothing is
 * shown twice: an event is shown only where its key would still be known had it been shown (memory.c). */
#include <stdlib.h>

#include "base/scope.h"
#include "source/poll_state.h"

enum {
    HORIZON_MS = 30 * 60 * 1000,
    INTERVAL_MS = 5 * 1000,
    LIVE_INTERVAL_MS = 30 * 1000, /* what is live comes by Live Tail; the band only makes sure */
    STILL_MS = 30 * 1000,
    SEEN_MAX_BYTES = 64 << 20,
    FIRST_SLICE_MS = 10 * 60 * 1000,
    ORDERED_SLICE_MS = 60 * 60 * 1000,
};

static const double default_requests_per_s = 2;

static void fill_defaults(struct poll_options *options)
{
    if (options->horizon_ms <= 0)
        options->horizon_ms = HORIZON_MS;
    if (options->interval_ms <= 0)
        options->interval_ms = options->live_tail ? LIVE_INTERVAL_MS : INTERVAL_MS;
    if (options->seen_max_bytes == 0)
        options->seen_max_bytes = SEEN_MAX_BYTES;
    if (!(options->requests_per_s > 0))
        options->requests_per_s = default_requests_per_s;
    if (options->since_ms > options->now_ms && !options->follow)
        options->since_ms = options->now_ms;
}

/* History is [since, now]. A Live Tail session shows what is ingested from now on, so that its passes look before
 * `since` too. */
static void place_zones(struct poll *poll)
{
    const struct poll_options *options = &poll->options;
    int64_t reach_ms = options->now_ms - options->horizon_ms;
    poll->history_from_ms = options->since_ms;
    poll->history_to_ms =
        options->since_ms < options->now_ms ? earlier(options->now_ms, options->until_ms) : options->since_ms - 1;
    if (!plan_history_done(poll))
        poll->history_total_ms = poll->history_to_ms - poll->history_from_ms + 1;
    poll->live_from_ms = options->live_tail ? reach_ms : later_of(options->since_ms, reach_ms);
    if (!options->follow)
        poll->live_from_ms = INT64_MAX;
    poll->closed_ms = poll->forgot_ms = poll->live_from_ms - 1;
    poll->swept_ms = later_of(poll->closed_ms, options->now_ms - HORIZON_MS / 2);
    if (!options->follow)
        poll->closed_ms = poll->forgot_ms = INT64_MIN;
    poll->slice_ms = options->newest_first ? FIRST_SLICE_MS : ORDERED_SLICE_MS;
}

struct poll *poll_new(const struct poll_options *options)
{
    struct poll *poll = calloc(1, sizeof *poll);
    if (!poll)
        return NULL;
    poll->options = *options;
    fill_defaults(&poll->options);
    int64_t now_ms = poll->start_ms = poll->last_ms = poll->wait_ms = options->now_ms;
    poll->asked = NOBODY;
    poll->horizon_ms = poll->options.horizon_ms;
    poll->interval_ms = poll->options.interval_ms;
    place_zones(poll);
    pace_init(&poll->pace, poll->options.requests_per_s, now_ms);
    poll->budget.max_bytes = poll->options.seen_max_bytes;
    seen_init(&poll->ids, false, &poll->budget);
    seen_init(&poll->live, true, &poll->budget);
    poll->due_ms[PASS_BAND] = plan_history_done(poll) ? now_ms : now_ms + poll->interval_ms;
    poll->due_ms[PASS_FUTURE] = now_ms + 20 * SECOND_MS;
    poll->due_ms[PASS_YOUNG] = now_ms + 40 * SECOND_MS;
    poll->due_ms[PASS_OLD] = now_ms + MINUTE_MS;
    return poll;
}

void poll_free(struct poll *poll)
{
    if (!poll)
        return;
    for (int k = 0; k < PASS_KINDS; k++)
        pass_end(&poll->passes[k]);
    seen_done(&poll->ids);
    seen_done(&poll->live);
    free(poll);
}

void poll_set_interval(struct poll *poll, int64_t interval_ms)
{
    poll->options.interval_ms = interval_ms;
    fill_defaults(&poll->options);
    plan_interval(poll);
    poll->due_ms[PASS_BAND] = earlier(poll->due_ms[PASS_BAND], poll->last_ms + poll->interval_ms);
    poll->due_ms[PASS_DIRTY] = earlier(poll->due_ms[PASS_DIRTY], poll->last_ms + poll->interval_ms);
}

int64_t poll_tick(struct poll *poll, int64_t now_ms)
{
    int64_t last_ms = poll->last_ms, expected_ms = later_of(last_ms, poll->wait_ms);
    now_ms = later_of(now_ms, last_ms);
    poll->last_ms = now_ms;
    if (now_ms - expected_ms > 2 * poll->interval_ms + STILL_MS)
        poll_doubt(poll, POLL_STOOD_STILL, last_ms, now_ms, now_ms);
    return now_ms;
}

/* ---- asking ---- */

static int choose(const struct poll *poll, int64_t now_ms)
{
    int best = NOBODY;
    unsigned most = 0;
    for (int k = 0; k < PASS_KINDS; k++) {
        const struct pass *pass = &poll->passes[k];
        unsigned worth = plan_weight((enum pass_kind)k) * (1 + poll->skipped[k]);
        if (pass->running && pass->retry_ms <= now_ms && worth > most) {
            best = k;
            most = worth;
        }
    }
    return best;
}

static struct poll_ask ask_page(struct poll *poll, int asked)
{
    struct pass *pass = &poll->passes[asked];
    for (int k = 0; k < PASS_KINDS; k++)
        if (poll->passes[k].running)
            poll->skipped[k]++;
    poll->skipped[asked] = 0;
    pace_take(&poll->pace);
    pass->fresh = 0;
    poll->asked = asked;
    poll->ask = (struct poll_ask){.what = POLL_PAGE, .why = plan_why((enum pass_kind)asked)};
    pass_ask(pass, &poll->ask);
    return poll->ask;
}

struct poll_ask poll_next(struct poll *poll, int64_t now_ms)
{
    now_ms = poll_tick(poll, now_ms);
    poll->wait_ms = now_ms;
    if (poll->asked != NOBODY)
        return poll->ask;
    plan_begin(poll, now_ms);
    if (plan_ended(poll))
        return (struct poll_ask){.what = POLL_END};
    int best = choose(poll, now_ms);
    int64_t when_ms = best == NOBODY ? plan_next_ms(poll, now_ms) : pace_when(&poll->pace, now_ms);
    if (when_ms <= now_ms)
        return ask_page(poll, best);
    poll->wait_ms = when_ms;
    return (struct poll_ask){.what = POLL_WAIT, .at_ms = when_ms};
}

/* ---- answers ---- */

/* Before `since` a Live Tail session wants only what has become readable since it was opened. */
static bool is_wanted(const struct poll *poll, const struct poll_event *event)
{
    if (event->timestamp_ms > poll->options.until_ms)
        return false;
    return event->timestamp_ms >= poll->options.since_ms ||
           (poll->options.live_tail && event->ingestion_ms >= poll->start_ms);
}

static struct seen_key id_of(const struct poll_event *event)
{
    if (event->id.len > 0)
        return seen_key_of(&event->id, 1, 0);
    const struct slice texts[] = {event->group, event->stream, event->message};
    return seen_key_of(texts, ARRAY_SIZE(texts), event->timestamp_ms ^ event->ingestion_ms);
}

static void show(struct poll *poll, const struct poll_event *event)
{
    bool sweep = poll->asked == PASS_YOUNG || poll->asked == PASS_OLD;
    poll->facts.shown++;
    poll->facts.rescued += sweep;
    poll->facts.late += event->ingestion_ms - event->timestamp_ms > poll->options.horizon_ms;
}

bool poll_event(struct poll *poll, const struct poll_event *event, int64_t now_ms)
{
    now_ms = poll_tick(poll, now_ms);
    struct pass *pass = poll->asked == NOBODY ? NULL : &poll->passes[poll->asked];
    int64_t time_ms = event->timestamp_ms;
    if (pass && time_ms >= pass->from_ms && time_ms <= pass->to_ms) {
        pass->newest_ms = later_of(pass->newest_ms, time_ms);
        pass->reached_ms = later_of(pass->reached_ms, time_ms);
    }
    if (!is_wanted(poll, event))
        return false;
    poll->facts.events++;
    if (!memory_can_tell(poll, pass, time_ms)) {
        poll->facts.duplicates++;
        return false;
    }
    enum seen_answer answer = memory_add(poll, &poll->ids, time_ms, id_of(event), now_ms, NULL);
    if (answer == SEEN_KNOWN || (answer == SEEN_FULL && time_ms >= poll->live_from_ms)) {
        poll->facts.duplicates++;
        return false;
    }
    if (pass)
        pass->fresh++;
    if (event->ingestion_ms >= 0)
        lag_add(&poll->lag, event->ingestion_ms - time_ms, now_ms);
    if (poll->options.live_tail && !live_confirm(poll, event, now_ms)) {
        poll->facts.duplicates++;
        return false;
    }
    show(poll, event);
    return true;
}

/* What a page or its failure did to its pass. */
static void settle(struct poll *poll, int asked, enum pass_answer answer, int64_t unreadable, int64_t now_ms)
{
    if (unreadable != INT64_MIN) {
        struct poll_gap oldest;
        if (poll->skips.n == LEDGER_MAX)
            ledger_take(&poll->skips, &oldest); /* is searched for again, if it is asked for again */
        ledger_add(&poll->skips, unreadable, unreadable, NULL);
        ledger_add(&poll->gaps, unreadable, unreadable, "1 event unreadable");
    }
    if (answer == PASS_COMPLETE)
        plan_complete(poll, (enum pass_kind)asked, now_ms);
}

static int take_asked(struct poll *poll)
{
    int asked = poll->asked;
    poll->asked = NOBODY;
    return asked;
}

void poll_page_done(struct poll *poll, const char *token, size_t n_events, int64_t now_ms)
{
    int64_t unreadable = INT64_MIN;
    now_ms = poll_tick(poll, now_ms);
    int asked = take_asked(poll);
    if (asked == NOBODY)
        return;
    poll->facts.pages++;
    pace_good(&poll->pace);
    enum pass_answer answer = pass_page(&poll->passes[asked], token, n_events, &poll->skips, now_ms, &unreadable);
    settle(poll, asked, answer, unreadable, now_ms);
}

void poll_page_failed(struct poll *poll, enum poll_failure failure, int64_t now_ms)
{
    int64_t unreadable = INT64_MIN;
    now_ms = poll_tick(poll, now_ms);
    int asked = take_asked(poll);
    if (asked == NOBODY)
        return;
    if (failure == POLL_THROTTLED) {
        pace_throttled(&poll->pace, now_ms);
        plan_interval(poll);
    }
    enum pass_answer answer = pass_failed(&poll->passes[asked], failure, &poll->skips, now_ms, &unreadable);
    settle(poll, asked, answer, unreadable, now_ms);
}

/* ---- doubt ---- */

/* All tokens are of the narrower pattern. What was read with it and cannot be told any more is a gap. */
static void widen(struct poll *poll, int64_t from_ms, int64_t to_ms, int64_t now_ms)
{
    static const char narrow[] = "read with a narrower filter, and known no more";
    const struct pass *history = &poll->passes[PASS_HISTORY];
    int64_t read_to_ms = earlier(to_ms, memory_first_ms(poll) - 1);
    int64_t left_from_ms =
        history->running ? later_of(history->again_ms, poll->history_from_ms) : poll->history_from_ms;
    from_ms = later_of(from_ms, poll->options.since_ms);
    if (plan_history_done(poll)) {
        ledger_add(&poll->gaps, from_ms, read_to_ms, narrow);
    } else {
        ledger_add(&poll->gaps, from_ms, earlier(read_to_ms, left_from_ms - 1), narrow);
        ledger_add(&poll->gaps, later_of(from_ms, poll->history_to_ms + 1), read_to_ms, narrow);
    }
    poll->asked = NOBODY;
    for (int k = 0; k < PASS_KINDS; k++)
        if (poll->passes[k].running && pass_restart(&poll->passes[k], &poll->skips) == PASS_COMPLETE)
            plan_complete(poll, (enum pass_kind)k, now_ms);
}

void poll_doubt(struct poll *poll, enum poll_doubt why, int64_t from_ms, int64_t to_ms, int64_t now_ms)
{
    if (why == POLL_WIDENED) {
        widen(poll, from_ms, to_ms, now_ms);
    } else {
        bool known = lag_known(&poll->lag);
        int64_t back_ms = known ? lag_at_least(&poll->lag, 0.999) + MINUTE_MS : poll->options.horizon_ms;
        from_ms -= earlier(back_ms, poll->options.horizon_ms);
        to_ms -= known ? later_of(0, lag_at_most(&poll->lag, 0.001) - MINUTE_MS) : 0;
    }
    if (!poll->options.follow)
        return;
    from_ms = later_of(from_ms, memory_first_ms(poll));
    to_ms = earlier(to_ms, earlier(poll->options.until_ms, now_ms + FUTURE_MS));
    ledger_add(&poll->dirty, from_ms, to_ms, NULL);
    if (why == POLL_WIDENED)
        poll->due_ms[PASS_DIRTY] = now_ms;
}

/* ---- the ledger, facts ---- */

bool poll_take_gap(struct poll *poll, struct poll_gap *out)
{
    return ledger_take(&poll->gaps, out);
}

void poll_facts(const struct poll *poll, struct poll_facts *out)
{
    const struct pass *history = &poll->passes[PASS_HISTORY];
    bool done = plan_history_done(poll);
    *out = poll->facts;
    out->seen_bytes = poll->budget.bytes;
    out->horizon_ms = poll->horizon_ms;
    out->closed_ms = done && poll->closed_ms >= poll->live_from_ms ? poll->closed_ms : INT64_MIN;
    if (done && !poll->options.follow)
        out->closed_ms = earlier(poll->start_ms, poll->options.until_ms);
    out->lag_p01_ms = lag_known(&poll->lag) ? lag_at_most(&poll->lag, 0.001) : -1;
    out->lag_p50_ms = lag_known(&poll->lag) ? lag_at_least(&poll->lag, 0.5) : -1;
    out->lag_p999_ms = lag_known(&poll->lag) ? lag_at_least(&poll->lag, 0.999) : -1;
    out->interval_ms = poll->interval_ms;
    out->history_total_ms = poll->history_total_ms;
    out->history_done_ms = poll->history_total_ms - (done ? 0 : poll->history_to_ms - poll->history_from_ms + 1);
    if (history->running && history->newest_ms >= poll->slice_from_ms)
        out->history_done_ms += history->newest_ms - poll->slice_from_ms + 1;
    out->history_done = done;
    out->keeps_up = poll->wanted_interval_ms <= (double)later_of(poll->options.interval_ms, MINUTE_MS);
}
