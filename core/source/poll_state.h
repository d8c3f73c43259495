/* poll_state.h - what poll.c (asking and answering), plan.c (what is due, and what a complete pass means), memory.c
 * (which events are known) and live.c (Live Tail) share. Nobody else includes it.
 *
 * Event times are in two zones. From live_from_ms on, everything is asked for until it is closed, and `forgot_ms` is
 * the newest time there whose keys are gone: at or before it nothing may be shown, because nobody could tell whether it
 * was. Before live_from_ms is history, of which every slice is read once, and whose keys live as long as its slice. */
#ifndef WEIR_SOURCE_POLL_STATE_H
#define WEIR_SOURCE_POLL_STATE_H

#include "source/lag.h"
#include "source/ledger.h"
#include "source/pace.h"
#include "source/pass.h"
#include "source/poll.h"
#include "source/seen.h"

#define SECOND_MS INT64_C(1000)
#define FUTURE_MS (2 * 60 * MINUTE_MS + 5 * MINUTE_MS) /* PutLogEvents takes events up to two hours ahead */

enum pass_kind { PASS_BAND, PASS_FUTURE, PASS_YOUNG, PASS_OLD, PASS_DIRTY, PASS_HISTORY, PASS_KINDS };
enum { NOBODY = -1, LIVE_CHANNELS = 2 };

struct poll {
    struct poll_options options; /* with the defaults filled in */
    int64_t start_ms, live_from_ms;
    int64_t last_ms, wait_ms; /* when we were called last, and when we wanted to be called next */
    int asked;                /* the pass whose page is under way, or NOBODY */
    struct poll_ask ask;
    struct pass passes[PASS_KINDS];
    int64_t due_ms[PASS_KINDS];
    unsigned skipped[PASS_KINDS]; /* turns that were given to others */
    struct pace pace;
    struct lag lag;
    double band_pages, wanted_interval_ms;
    int64_t interval_ms, horizon_ms;
    int64_t closed_ms, swept_ms, forgot_ms; /* nothing is expected up to; read at 15 minutes up to; keys gone up to */
    int64_t history_from_ms, history_to_ms, history_total_ms; /* what is still to be read */
    int64_t slice_ms, slice_from_ms, slice_end_ms;            /* length of the next slice; the one that is read */
    struct seen_budget budget;
    struct seen ids, live;
    struct ledger gaps, dirty, skips;
    struct poll_facts facts; /* the counters of it */
};

static inline int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t later_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* poll.c: every call says what time it is. Time does not go back; a jump is a doubt. */
int64_t poll_tick(struct poll *poll, int64_t now_ms);

/* plan.c: begins what is due; when the next is due; a pass came to its last page. */
void plan_begin(struct poll *poll, int64_t now_ms);
int64_t plan_next_ms(const struct poll *poll, int64_t now_ms);
void plan_complete(struct poll *poll, enum pass_kind kind, int64_t now_ms);
bool plan_history_done(const struct poll *poll);
bool plan_ended(const struct poll *poll);
void plan_interval(struct poll *poll);
unsigned plan_weight(enum pass_kind kind);
enum poll_why plan_why(enum pass_kind kind);

/* memory.c: whether an event of a pass can be told from those that were shown; its key; what is no longer needed. */
bool memory_can_tell(struct poll *poll, const struct pass *pass, int64_t time_ms);
enum seen_answer memory_add(struct poll *poll, struct seen *set, int64_t time_ms, struct seen_key key, int64_t now_ms,
                            uint16_t **counts);
void memory_expire(struct poll *poll, int64_t now_ms);
void memory_name(struct poll *poll, int64_t time_ms); /* in the ledger, because nobody could know it */
int64_t memory_first_ms(const struct poll *poll);     /* the first event time of the live zone that may be asked for */

/* live.c: a pass brought an event that is new to it. True: no session has shown it. */
bool live_confirm(struct poll *poll, const struct poll_event *event, int64_t now_ms);

/* Its counts are about to go; how many shown events no pass has seen. */
uint64_t live_forget(struct poll *poll, const struct seen_minute *minute);

#endif
