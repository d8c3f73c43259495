/* session.h - one look at some sources: opens them, reads and decodes on its own threads, keeps the
 * ring and the view. All functions belong to one thread, the one that opened the session; only the
 * reading goes on elsewhere.
 *
 *   open → { poll(weir_session_fd) → weir_session_pump → look at weir_session_view } → close */
#ifndef WEIR_SESSION_H
#define WEIR_SESSION_H

#include "weir/aws.h"
#include "weir/event.h"
#include "weir/explain.h"
#include "weir/incident.h"
#include "weir/network.h"
#include "weir/source.h"
#include "weir/status.h"
#include "weir/trail.h"
#include "weir/view.h"

typedef struct weir_session weir_session;

/* When the filter runs at the server (CloudWatch Logs filter patterns) and not only here. What was left out while a
 * narrower filter ran there is read again when a wider one is set. */
typedef enum weir_push {
    WEIR_PUSH_AUTO,   /* while more comes than may be asked for, or Live Tail leaves events out */
    WEIR_PUSH_ALWAYS, /* whatever the server can take */
    WEIR_PUSH_NEVER,
} weir_push;

typedef struct weir_session_options {
    const char *const *sources; /* as people type them; files are read one after the other, in order */
    size_t n_sources;
    const char *format;    /* "${version} ${srcaddr} …", or NULL: header lines, else by shape */
    const char *filter;    /* or NULL */
    const char *group;     /* grouping of the top table, NULL = "srcaddr" */
    bool follow;           /* go on at the end of files; without it every source ends, the demo too */
    bool keep_counts;      /* facets, matched and top go on counting rows that were evicted (commands);
                              false: they speak of the ring alone (screen) */
    uint64_t memory_bytes; /* cap for rows, their index and their counts; 0 = 256 MiB; at least 4 MiB */
    uint64_t seed;         /* of the demo */
    int64_t now;           /* the time stands still at this moment (tests, pictures); 0 = real time */
    int64_t since, until;  /* records with since <= start < until; 0 = no limit */
    int stdin_fd;          /* what "-" reads; usually 0 */

    /* of sources in AWS */
    weir_aws *aws;      /* borrowed; NULL = they cannot be opened */
    int64_t horizon_s;  /* how late a record may arrive and still be shown; 0 = 30 min */
    int64_t interval_s; /* between two looks; 0 = 5 s for CloudWatch Logs, 60 s for S3 */
    bool newest_first;  /* history may come newest first (screen), else in order of time (commands) */
    weir_push push;
    const char *filter_pattern; /* a CloudWatch Logs filter pattern in place of what is pushed, or NULL */
    double tail_price;          /* dollars for a minute of Live Tail */
} weir_session_options;

/* Opens the sources and starts reading. Errors name the source that could not be opened. */
weir_status weir_session_open(const weir_session_options *options, weir_session **out, weir_error *err);

/* Stops the reading, at most 200 ms, and frees everything. Accepts NULL. */
void weir_session_close(weir_session *session);

/* Readable when weir_session_pump() has something to do. */
int weir_session_fd(const weir_session *session);

enum {
    WEIR_CHANGED_ROWS = 1u << 0,    /* rows came or went */
    WEIR_CHANGED_VIEW = 1u << 1,    /* counts of facets, timeline or top moved */
    WEIR_CHANGED_SOURCES = 1u << 2, /* a source began, ended or failed */
    WEIR_CHANGED_MORE = 1u << 3,    /* the budget ran out: call again soon */
    WEIR_CHANGED_EVENTS = 1u << 4,  /* buckets were judged: flips and spikes may be others */
};

/* Takes what has been read, at most budget_ms (0 = one batch) of work, and goes on with a filter that
 * is still being applied. Returns WEIR_CHANGED_* bits. Borrowed rows and texts end here.
 * Never blocks. */
unsigned weir_session_pump(weir_session *session, int budget_ms);

/* Seconds since 1970, the session's one clock. */
int64_t weir_session_now(const weir_session *session);

const weir_view *weir_session_view(const weir_session *session);

/* A new filter. WEIR_E_SYNTAX leaves the old one. The rows are looked at again in weir_session_pump(). */
weir_status weir_session_filter(weir_session *session, const char *text, weir_error *err);
const weir_query *weir_session_query(const weir_session *session);

/* The filter that holds is meant to stay (it was typed to its end): it may run at the server now. The first filter of
 * a session needs no such word. */
void weir_session_settle(weir_session *session);
void weir_session_set_push(weir_session *session, weir_push push);

/* Which part of the filter runs where. Texts are borrowed until the next pump or call. */
typedef struct weir_pushed {
    bool possible;     /* there is a source whose server can filter */
    bool active;       /* and it does */
    weir_push push;    /* as it is set */
    weir_safe server;  /* conditions that the server applies, in the filter language; "" = none */
    weir_safe here;    /* conditions that are left for us; "" = none */
    weir_safe pattern; /* as the server understands it */
} weir_pushed;
void weir_session_pushed(const weir_session *session, weir_pushed *out);

void weir_session_group(weir_session *session, const weir_group *group);
weir_status weir_session_order(weir_session *session, weir_order order, weir_error *err);

typedef struct weir_totals {
    /* lines = records + nodata + skipdata + headers + blank + malformed, at any moment */
    uint64_t lines, records, nodata, skipdata, headers, blank, malformed;
    /* records = shown + filtered: shown match the filter (and time range) that held when they came */
    uint64_t shown, filtered;
    uint64_t surplus;                        /* lines with more columns than their layout */
    uint64_t evicted;                        /* rows that left the ring */
    uint64_t gaps;                           /* places where a source cannot prove that nothing was lost */
    uint64_t bytes;                          /* read, before decompression */
    uint64_t requests;                       /* to AWS */
    uint64_t duplicates;                     /* events that AWS brought again and that were not shown again */
    uint64_t memory_bytes, memory_cap_bytes; /* ring, index and counts */
} weir_totals;
void weir_session_totals(const weir_session *session, weir_totals *out);

/* Live facts for the status line. */
typedef struct weir_rates {
    double records_per_s;     /* over the last 10 s of arrival */
    int64_t lag_p50, lag_p95; /* arrival minus record end, seconds; -1 = nothing live was seen */
    double ring_fill;         /* 0..1 */
    int64_t oldest_start;     /* record start of the oldest row, 0 = none */
} weir_rates;
void weir_session_rates(const weir_session *session, weir_rates *out);

typedef enum weir_source_state {
    WEIR_SOURCE_READING,   /* history is coming in */
    WEIR_SOURCE_FOLLOWING, /* up to date, waiting for more */
    WEIR_SOURCE_ENDED,
    WEIR_SOURCE_FAILED, /* see text */
} weir_source_state;

typedef struct weir_source_status {
    weir_safe name;
    weir_source_state state;
    weir_safe text;                   /* last notice: an error, "rotated", "truncated"; "" if none */
    uint64_t done_bytes, total_bytes; /* progress through what was there at the start; total 0 = unknown */

    /* of sources in AWS; "" and 0 elsewhere */
    weir_safe region, account, profile;
    weir_safe mode;       /* "every 5 s, horizon 30m", "Live Tail 0:47 of 3:00, about $0.47" */
    bool is_override;     /* the endpoint is not AWS's own */
    bool sampled;         /* Live Tail leaves events out; they are read again */
    bool behind;          /* more comes than may be asked for */
    uint64_t provisional; /* records shown by Live Tail that no page has confirmed yet */
    int64_t closed;       /* complete up to this start time, Unix seconds; 0 = nothing is */
} weir_source_status;
size_t weir_session_sources(const weir_session *session);
void weir_session_source(const weir_session *session, size_t k, weir_source_status *out);
bool weir_session_ended(const weir_session *session); /* no source will bring anything more */

/* The ledger: every stretch of time that a source cannot prove complete, newest first. False past the last of (at
 * most) 1,000; older ones are counted in weir_totals.gaps alone. */
typedef struct weir_gap {
    weir_safe source, reason;
    int64_t from, to; /* start times of records, Unix seconds; 0 = unknown */
    int64_t noticed;  /* Unix seconds */
} weir_gap;
bool weir_session_gap(const weir_session *session, size_t k, weir_gap *out);

/* Samples of lines that could not be read, newest first: k = 0, 1, … False past the last of (at most)
 * 100 samples. `why` says what was expected and in which column. */
typedef struct weir_bad_line {
    weir_safe line, why, source;
    uint64_t number; /* line number in its source, from 1 */
} weir_bad_line;
bool weir_session_bad_line(const weir_session *session, size_t k, weir_bad_line *out);

/* ---- why ---- */

/* The network that names and explains the rows; borrowed, outlives the session; NULL = none. Call it again when
 * weir_network_pump() says that a newer one came: names and causes of the rows in the ring are worked out anew in
 * weir_session_pump(). From the first call on, with NULL too, the pump also keeps ready what explanations need. */
void weir_session_set_network(weir_session *session, const weir_network *network);

/* Why a row was rejected, with what the ring has of the same connection. An ACCEPT is explained too (its path; cause
 * WEIR_CAUSE_NONE). Works without a network: then from the record alone. On success *out is yours. WEIR_E_USAGE: the
 * row was evicted, or has no addresses. At most a few milliseconds, but for what of the ring was not looked at yet: a
 * tenth of a second for a million rows, once, if neither set_network() nor classify() was called before. */
weir_status weir_session_explain(weir_session *session, uint64_t row_id, weir_explanation **out, weir_error *err);

/* The cause of every REJECT in the ring becomes the field `cause`: worked out in weir_session_pump(), newest first, and
 * for rows that come as they come. It begins by itself when the filter or the grouping speaks of `cause`. */
void weir_session_classify(weir_session *session, bool on);
double weir_session_classified(const weir_session *session); /* share of the ring that is done, 0..1; -1 = off */

/* Whether the next call takes microseconds: what came before all rows is known. Where there is a network it becomes so
 * by itself, in weir_session_pump(). */
bool weir_session_cause_ready(const weir_session *session);

/* The cause of one row, at once (for the rows on the screen). WEIR_CAUSE_NONE: it was not rejected. */
weir_cause weir_session_cause(weir_session *session, const weir_row *row);

/* Connection attempts that were accepted and never answered (opening packets out, or in, with no reply in two windows):
 * routing and hosts drop without a REJECT. Counted over the ring when asked. */
typedef struct weir_silent_drop {
    weir_safe interface_id, name; /* "" = not known; borrowed until the next pump or call */
    bool inbound;
    weir_addr local, remote;
    uint32_t port; /* of the service */
    uint32_t protocol;
    uint64_t attempts, newest_row;
    int64_t first, last;  /* start, Unix seconds */
    weir_safe candidates; /* "no route to …; the remote side; the host's firewall" */
} weir_silent_drop;

/* The most frequent first; returns how many were written. Scans the ring for at most budget_ms; *complete (may be NULL)
 * says whether it came to the end: call again then. */
size_t weir_session_silent_drops(weir_session *session, int budget_ms, weir_silent_drop *out, size_t max,
                                 bool *complete);

/* ---- who changed it (weir/incident.h) ---- */

/* Where changes come from; borrowed, outlives the session; NULL = nowhere. From then on CloudTrail is asked about what
 * a flip's packets pass, as soon as a flip is found. */
void weir_session_set_trail(weir_session *session, weir_trail *trail);

/* The flip with its change, refused attempts and what there is to do. On success *out is yours. WEIR_E_USAGE: there is
 * no such flip. Takes as long as it takes to build the network twice for each change near the flip. */
weir_status weir_session_incident(weir_session *session, uint64_t flip_id, weir_incident **out, weir_error *err);

/* The same on a thread of its own, for screens: false when one is under way already, or there is no such flip. Then
 * take() says WEIR_AGAIN until it is done, else what weir_session_incident() would have said, and of which flip. */
bool weir_session_incident_begin(weir_session *session, uint64_t flip_id);
weir_status weir_session_incident_take(weir_session *session, uint64_t *flip_id, weir_incident **out, weir_error *err);

/* All changes that are known, the newest first; false past the last. Texts live until the next call of this function
 * or weir_trail_pump(). */
bool weir_session_trail_event(weir_session *session, size_t k, weir_trail_event *out);

/* Arrival of a row, Unix seconds; 0 if it is not known any more or the row came as history. */
int64_t weir_session_arrival(const weir_session *session, uint64_t row_id);

#endif
