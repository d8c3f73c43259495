/* poll.h - what to ask CloudWatch Logs next, so that nothing is lost and nothing is shown twice. Pure: no network, no
 * clock, no thread. Times are Unix milliseconds of AWS's clock; both ends of an interval are included.
 *
 * FilterLogEvents sorts by event time, and a flow log record's event time is its start: it arrives minutes later, each
 * interface on its own schedule (docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html). So there is no cursor.
 * What is asked again and again is a band of event times where records are known to arrive:
 *
 *   closed ─────────┬── sweeps at 15 min and at the horizon ──┬──── band, every few seconds ────┬── future, each minute
 *   now - horizon   │                                         now - (lag p99.9 + 60 s)           now - (lag p0.1 - 60
 * s)
 *
 * Each event is known by its eventId for as long as it may be asked for again. Only a pass that came to its last page
 * counts; what cannot be proved complete is dirty and asked again, and what stays unproved is a gap in the ledger. */
#ifndef WEIR_SOURCE_POLL_H
#define WEIR_SOURCE_POLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "weir/status.h"

struct poll_options {
    int64_t since_ms; /* history begins here; = now: none */
    int64_t until_ms; /* and nothing behind this is wanted; INT64_MAX = no end */
    int64_t now_ms;
    int64_t horizon_ms;  /* how late a record may become readable and still be shown; 0 = 30 min */
    int64_t interval_ms; /* between two passes of the band, at least; 0 = 5 s */
    bool follow;         /* go on after history; else every interval is read once, to its last page */
    bool newest_first;   /* history in slices, the newest first; else in order of time */
    bool live_tail;      /* a Live Tail session shows events too: poll_live() */
    size_t
        seen_max_bytes; /* for what is known of events; 0 = 64 MiB. Reaching it shortens the horizon, in the ledger */
    double requests_per_s; /* what our passes may use; 0 = 2 */
};

struct poll;
struct poll *poll_new(const struct poll_options *options); /* NULL when out of memory */
void poll_free(struct poll *poll);

/* Another interval between two passes of the band from now on; 0 = the poller's own. */
void poll_set_interval(struct poll *poll, int64_t interval_ms);

/* ---- asking ---- */

enum poll_why { POLL_HISTORY, POLL_BAND, POLL_SWEEP, POLL_FUTURE, POLL_DIRTY };

struct poll_ask {
    enum { POLL_PAGE, POLL_WAIT, POLL_END } what;
    enum poll_why why;
    int64_t from_ms, to_ms; /* POLL_PAGE */
    const char *token;      /* NULL = the first page of the pass; borrowed until the next call */
    int limit;              /* events of the page; 0 = as many as the server likes */
    int64_t at_ms;          /* POLL_WAIT: ask again then */
};

/* What is next. Asking twice without an answer in between gives the same. */
struct poll_ask poll_next(struct poll *poll, int64_t now_ms);

/* ---- answers ---- */

struct poll_event {
    struct slice id; /* eventId */
    struct slice group, stream, message;
    int64_t timestamp_ms, ingestion_ms; /* ingestion -1 = not told */
};

/* An event of the page that was asked for. True: it is new, show it. */
bool poll_event(struct poll *poll, const struct poll_event *event, int64_t now_ms);

/* The page is complete. token NULL = it was the last of its pass. The same token again, empty pages with a token: see
 * reliability rules in poll.c. */
void poll_page_done(struct poll *poll, const char *token, size_t n_events, int64_t now_ms);

/* The page did not come. */
enum poll_failure {
    POLL_FAILED,     /* after all retries: the same page again, later and later */
    POLL_THROTTLED,  /* slow down */
    POLL_BAD_TOKEN,  /* the pass begins anew */
    POLL_UNREADABLE, /* the page came but could not be read: ask for less at a time, and give up on the one event */
};
void poll_page_failed(struct poll *poll, enum poll_failure failure, int64_t now_ms);

/* ---- Live Tail ---- */

/* An event of a Live Tail session, which has no id; `channel` 0 or 1 tells overlapping sessions apart. True: show it.
 * The same event is shown once, whichever of the channels and the passes brings it first; identical records that are
 * really two (two flow logs into one group) are shown twice. */
bool poll_live(struct poll *poll, int channel, const struct poll_event *event, int64_t now_ms);
void poll_live_began(struct poll *poll, int channel, int64_t now_ms);

/* ---- doubt ---- */

/* Something may have been missed that was ingested in [from, to] (AWS's time): a session was sampled or lost, we stood
 * still, the pattern was narrower. What could carry it is asked for again. */
enum poll_doubt { POLL_SAMPLED, POLL_RECONNECTED, POLL_STOOD_STILL, POLL_WIDENED };
void poll_doubt(struct poll *poll, enum poll_doubt why, int64_t from_ms, int64_t to_ms, int64_t now_ms);

/* ---- the ledger ---- */

struct poll_gap {
    int64_t from_ms, to_ms; /* event times */
    const char *reason;     /* a static sentence: "the memory for known events is full" */
};
/* Takes the next gap that could not be closed; false = none. */
bool poll_take_gap(struct poll *poll, struct poll_gap *out);

/* ---- facts ---- */

struct poll_facts {
    uint64_t passes, pages, events, shown, duplicates, rescued; /* rescued: first brought by a sweep */
    uint64_t late;                                              /* shown although older than the horizon */
    uint64_t provisional;                                       /* shown by Live Tail and not yet seen by a pass */
    size_t seen_bytes;
    int64_t horizon_ms; /* as it is now */
    int64_t closed_ms;  /* up to this event time nothing more is expected; INT64_MIN = nothing is closed */
    int64_t lag_p01_ms, lag_p50_ms, lag_p999_ms; /* ingestion minus event time; -1 = not known yet */
    int64_t interval_ms;                         /* as it is now */
    int64_t history_done_ms, history_total_ms;   /* progress, as time covered */
    bool history_done;
    bool keeps_up; /* passes fit into the requests they may use */
};
void poll_facts(const struct poll *poll, struct poll_facts *out);

#endif
