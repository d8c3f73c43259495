/* order.h - matching rows by record start: 8 bytes a row, start in the high half and row number in the low one, so
 * that the index sorts and searches without looking at rows. Starts outside 1970 … 2106 stand at the ends.
 *
 *   sorted ── head … n    in order
 *   fresh  ── 0 … n       came since; merged in when somebody looks
 *
 * Not locked. */
#ifndef WEIR_VIEW_ORDER_H
#define WEIR_VIEW_ORDER_H

#include "flow/block.h"

struct order_keys {
    uint64_t *at;
    size_t n, room;
};

struct order {
    uint64_t base; /* row id that the row numbers count from */
    struct order_keys sorted, fresh;
    size_t head; /* entries before it are gone */
};

void order_clear(struct order *order, uint64_t base); /* frees the memory too */
void order_done(struct order *order);
uint64_t order_bytes(const struct order *order);

/* Adds rows[n] of a block. False when out of memory (nothing added). */
bool order_add(struct order *order, const struct block *block, const uint16_t *rows, size_t n);

/* Takes all rows of a block out; its rows are the oldest. */
bool order_evict(struct order *order, const struct block *block);

/* False when out of memory; the index must not be read then. */
bool order_settle(struct order *order);

/* After order_settle(): */
size_t order_count(const struct order *order);
uint64_t order_at(const struct order *order, size_t n); /* row id */
size_t order_rank(const struct order *order, const struct block *block, uint32_t row);

#endif
