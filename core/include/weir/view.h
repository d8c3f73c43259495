/* view.h - what is looked at now: the rows that match the filter, with facets, timeline and top
 * talkers kept up as rows arrive. Owned by a session; everything borrowed from here lives until the
 * next weir_session_pump() or weir_session_filter(). Thread: the session's. */
#ifndef WEIR_VIEW_H
#define WEIR_VIEW_H

#include "weir/query.h"
#include "weir/record.h"

typedef struct weir_view weir_view;

/* ---- rows ---- */

uint64_t weir_view_total(const weir_view *view);   /* rows in the ring */
uint64_t weir_view_matched(const weir_view *view); /* rows in the ring that match */
uint64_t weir_view_oldest(const weir_view *view);  /* id of the oldest row in the ring */
uint64_t weir_view_newest(const weir_view *view);  /* id of the newest row; UINT64_MAX if there is none */
bool weir_view_busy(const weir_view *view);        /* a new filter is still being applied */

/* Row order: as they arrived, or by record start. */
typedef enum weir_order { WEIR_ORDER_ARRIVAL, WEIR_ORDER_START } weir_order;
weir_order weir_view_order(const weir_view *view);

/* The n-th matching row in the current order, 0 is the first. False past the end. */
bool weir_view_nth(const weir_view *view, uint64_t n, weir_row *out);

/* How many matching rows come before the row `id` in the current order. An id that was evicted counts
 * as the oldest. The row itself need not match. */
uint64_t weir_view_rank(const weir_view *view, uint64_t id);

/* A row by id, whether it matches or not. False if it was evicted or has not come yet. */
bool weir_view_row(const weir_view *view, uint64_t id, weir_row *out);

/* The first matching row, in the order of arrival, with from <= start < to and that verdict (WEIR_VERDICT_NONE:
 * any). False if there is none. */
bool weir_view_find(const weir_view *view, int64_t from, int64_t to, weir_verdict verdict, weir_row *out);

/* Matching rows with id > after (for "42 new" while held). */
uint64_t weir_view_matched_after(const weir_view *view, uint64_t after);

/* ---- facets ---- */

/* action, dstport, srcaddr, dstaddr, interface-id, protocol, flow-direction, log-status, cause */
#define WEIR_FACETS 9

typedef struct weir_facet_value {
    weir_value value;
    uint64_t records; /* rows with this value that match every condition but those on this field */
    weir_mark mark;
} weir_facet_value;

typedef struct weir_facet {
    weir_field field;
    uint64_t distinct;  /* different values counted */
    uint64_t uncounted; /* rows whose value came after the table was full; 0 usually */
} weir_facet;

/* The k-th facet (k < WEIR_FACETS): its most frequent values, most frequent first, ties by value;
 * values that the filter includes or excludes are listed even when their count is small or 0.
 * Returns how many were written into out[max]. */
size_t weir_view_facet(const weir_view *view, size_t k, weir_facet *facet, weir_facet_value *out, size_t max);

/* ---- timeline ---- */

typedef struct weir_bucket {
    int64_t start; /* Unix seconds */
    uint64_t accept, reject;
    uint64_t other;   /* neither: NODATA, or the layout has no action */
    uint64_t skipped; /* SKIPDATA: records were lost here */
    bool settled;     /* nothing is expected to come late any more */
    bool partial;     /* rows of this time were evicted before the filter was applied */
} weir_bucket;

/* Earliest and latest record start seen (they outlive eviction). False while there is none. */
bool weir_view_span(const weir_view *view, int64_t *first, int64_t *last);

/* Counts of matching records by record start into out[n], bucket i covering
 * [from + i*step, from + (i+1)*step); empty buckets are there with zeros. `step` is taken up to
 * a multiple of *resolution (seconds; 1 unless the data spans very long), which is written if not NULL. */
void weir_view_timeline(const weir_view *view, int64_t from, int64_t step, weir_bucket *out, size_t n,
                        int64_t *resolution);

/* A stretch of REJECTs far above the usual, found on the matching rows with the buckets' width `step`
 * the moment it is asked for. Newest first. */
typedef struct weir_spike {
    int64_t from, to;  /* Unix seconds, [from, to) */
    uint64_t peak;     /* REJECTs in its highest bucket */
    uint64_t baseline; /* median of the buckets before it */
    double ratio;      /* peak / max(baseline, 1) */
} weir_spike;
size_t weir_view_spikes(const weir_view *view, int64_t from, int64_t step, size_t n_buckets, weir_spike *out,
                        size_t max);

/* ---- top talkers ---- */

/* A group is made of up to three fields; an address may be cut to a prefix length. */
#define WEIR_GROUP_FIELDS 3
typedef struct weir_group {
    size_t n;
    struct {
        weir_field field;
        uint8_t prefix4, prefix6; /* 32 and 128: the whole address */
    } part[WEIR_GROUP_FIELDS];
} weir_group;

/* "srcaddr", "srcaddr/24", "srcaddr/24/64,dstport". WEIR_E_SYNTAX with a column. */
weir_status weir_group_parse(const char *text, weir_group *out, weir_error *err);
weir_safe weir_group_text(const weir_group *group, char *buffer, size_t size);

typedef enum weir_measure { WEIR_BY_RECORDS, WEIR_BY_PACKETS, WEIR_BY_BYTES } weir_measure;

typedef struct weir_top_row {
    weir_value key[WEIR_GROUP_FIELDS]; /* a cut address has its host bits 0 */
    uint64_t records, packets, bytes;
} weir_top_row;

typedef struct weir_top_totals {
    uint64_t groups;                  /* different groups */
    uint64_t records, packets, bytes; /* of all of them */
    uint64_t uncounted;               /* records whose group came after the table was full */
} weir_top_totals;

const weir_group *weir_view_group(const weir_view *view);

/* The largest groups by a measure, largest first, ties by key. Returns how many were written. */
size_t weir_view_top(const weir_view *view, weir_measure by, weir_top_row *out, size_t max, weir_top_totals *totals);

#endif
