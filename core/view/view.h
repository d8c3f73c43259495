/* view.h - building and feeding a weir_view; reading it is weir/view.h. */
#ifndef WEIR_VIEW_VIEW_H
#define WEIR_VIEW_VIEW_H

#include "store/ring.h"
#include "weir/view.h"

struct view_options {
    bool keep_counts;      /* see weir_session_options */
    uint64_t memory_bytes; /* for the view's own bit maps and counts */
    int64_t since, until;  /* rows with since <= start < until only; 0 = no limit */
};

/* The ring is borrowed and must outlive the view. */
weir_view *view_new(const struct ring *ring, const struct view_options *options);
void view_free(weir_view *view);

/* Rows from id `first` on are new. Returns how many WEIR_ROW_RECORD rows among them match (for the
 * totals) in *shown and their number in *records. */
weir_status view_added(weir_view *view, uint64_t first, uint64_t *records, uint64_t *shown, weir_error *err);

/* Lets `rewrite` change derived fields of the ring's block `k`: what was counted of it is taken back before, and it is
 * looked at again behind, as far as it had been. */
weir_status view_rewrite(weir_view *view, size_t k, void (*rewrite)(size_t k, void *user), void *user);
/* Behind some of them: rows that match now and did not before, or the other way round, are put in order. */
void view_reorder(weir_view *view);

/* From the ring's evict callback: the block is about to go. */
void view_evicting(weir_view *view, const struct block *block);

/* Takes the query (borrowed, must outlive the view or the next call); rows are looked at again by
 * view_work(), newest first. */
weir_status view_set_query(weir_view *view, const weir_query *query, weir_error *err);
void view_set_group(weir_view *view, const weir_group *group);
weir_status view_set_order(weir_view *view, weir_order order, weir_error *err);
void view_set_settled(weir_view *view, int64_t settled_until); /* buckets ending later are not settled */

/* Whether a row matches; false for one that is not in the ring, or was not looked at yet (weir_view_busy()). */
bool view_shows(const weir_view *view, uint64_t id);

/* Goes on with unfinished work for about budget_ms; true while some is left. */
bool view_work(weir_view *view, int budget_ms);

uint64_t view_bytes(const weir_view *view); /* bit maps, index and counts, for ring_set_overhead() */

#endif
