/* filter.h - a query compiled for a view: the conditions on each facet's field apart from all the others, so that a
 * facet can be counted over the rows that match everything but its own conditions. Not locked. */
#ifndef WEIR_VIEW_FILTER_H
#define WEIR_VIEW_FILTER_H

#include "query/program.h"
#include "weir/view.h"

enum { BLOCK_WORDS = BLOCK_ROWS / 64 };

struct filter {
    struct program *rest;             /* NULL = all rows */
    struct program *own[WEIR_FACETS]; /* NULL = no condition on the facet's field */
    int64_t since, until;             /* since <= start < until; 0 = no limit */
};

/* Row sets of one block under a filter. */
struct filter_bits {
    uint64_t rest[BLOCK_WORDS];
    uint64_t own[WEIR_FACETS][BLOCK_WORDS]; /* where the filter has conditions */
};

extern const weir_field facet_fields[WEIR_FACETS];

/* `query` may be NULL. On failure *out is left alone. */
weir_status filter_init(struct filter *out, const weir_query *query, int64_t since, int64_t until, weir_error *err);
void filter_done(struct filter *filter);

bool filter_has_own(const struct filter *filter); /* whether any facet has conditions of its own */

/* Looks at rows [from, to); words outside that range are not written. */
void filter_run(const struct filter *filter, const struct block *block, uint32_t from, uint32_t to,
                struct filter_bits *out);

/* Sets bits [from, to) to the rows that match all conditions but those on the facet `but` (-1 = all). */
void filter_join(const struct filter *filter, const struct filter_bits *bits, int but, uint32_t from, uint32_t to,
                 uint64_t *out);

/* The set bits of [from, to) as row numbers into rows[BLOCK_ROWS]; returns how many. */
size_t bits_rows(const uint64_t *bits, uint32_t from, uint32_t to, uint16_t *rows);
uint32_t bits_count(const uint64_t *bits, uint32_t from, uint32_t to);
uint32_t bits_select(const uint64_t *bits, uint32_t n); /* place of the n-th set bit, which must exist */

#endif
