/* state.h - what a view is made of. Private to the room. */
#ifndef WEIR_VIEW_STATE_H
#define WEIR_VIEW_STATE_H

#include "store/counts.h"
#include "store/ring.h"
#include "view/filter.h"
#include "view/order.h"
#include "view/tally.h"
#include "view/view.h"

/* What the view knows of one block of the ring: sheet k belongs to ring_block(k). */
struct sheet {
    uint64_t *bits;   /* rows that match; BLOCK_WORDS */
    uint32_t seen;    /* rows [0, seen) have been looked at; 0 under a new filter */
    uint32_t matched; /* of them */
    bool in_top;      /* the rows seen are counted in the top table */
};

struct weir_view {
    const struct ring *ring; /* borrowed */
    struct view_options options;
    const weir_query *query; /* borrowed, may be NULL */
    struct filter filter;

    struct sheet *sheets;
    size_t n_sheets, sheets_room;
    size_t todo;           /* oldest sheets that are not done: not seen, or not in the top table */
    uint64_t matched;      /* rows of the ring seen and matching */
    uint64_t matched_gone; /* of evicted rows, with keep_counts */

    uint64_t accounted;      /* rows below this id have been reported by view_added() … */
    uint64_t records, shown; /* … and these not yet */

    struct tally_pool pool;
    struct tally facets[WEIR_FACETS];
    struct tally top;
    struct counts *timeline;
    bool has_span;
    int64_t first, last;   /* record starts ever seen */
    int64_t partial_until; /* buckets that begin before it miss evicted rows */
    bool has_partial;
    int64_t settled_until;

    weir_order order;
    struct order by_start; /* kept only while order is WEIR_ORDER_START */
    bool unordered;        /* rows were rewritten, and by_start does not know it yet */

    struct filter_bits scratch;
    uint64_t mask[BLOCK_WORDS];
    uint16_t rows[BLOCK_ROWS], some_rows[BLOCK_ROWS];
};

#endif
