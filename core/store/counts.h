/* counts.h - counters per time slot that outlive the rows they counted.
 * Slots are 1 s wide; when all the pages of 64 slots are in use, slots get twice as wide, so that memory stays
 * bounded whatever times the data claims. Rows without a start are not counted. Not locked. */
#ifndef WEIR_STORE_COUNTS_H
#define WEIR_STORE_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/block.h"

struct counts;
struct count {
    uint64_t accept, reject, other, skipped;
};

/* At most max_bytes and COUNT_PAGES_MAX pages; a few pages are there always. */
struct counts *counts_new(size_t max_bytes);
void counts_free(struct counts *counts);
void counts_clear(struct counts *counts);
size_t counts_bytes(const struct counts *counts);
int64_t counts_resolution(const struct counts *counts); /* slot width, seconds: 1, 2, 4, … */
bool counts_span(const struct counts *counts, int64_t *first, int64_t *last);

/* Counts rows [from, to) of the block whose bit is set (bits NULL = all). False when out of memory: some rows
 * are missing then. */
bool counts_add(struct counts *counts, const struct block *block, uint32_t from, uint32_t to, const uint64_t *bits);

/* Takes rows back that were counted; the span stays. */
void counts_subtract(struct counts *counts, const struct block *block, uint32_t from, uint32_t to,
                     const uint64_t *bits);

/* Sums into out[n]; bucket i covers [from + i*step, from + (i+1)*step). A slot belongs to the bucket in
 * which it begins. */
void counts_fold(const struct counts *counts, int64_t from, int64_t step, struct count *out, size_t n);

#endif
