/* ring.h - the newest rows under a memory cap: full blocks and one that grows. Row ids are stable:
 * id / BLOCK_ROWS names the block. Not locked: belongs to the session's thread. */
#ifndef WEIR_STORE_RING_H
#define WEIR_STORE_RING_H

#include "flow/block.h"

struct ring;

/* Called before a block goes, while its rows can still be read. */
typedef void ring_evict(const struct block *block, void *user);

struct ring *ring_new(uint64_t cap_bytes, ring_evict *evict, void *user);
void ring_free(struct ring *ring);

/* Copies the batch's rows in; evicts the oldest blocks until the cap holds (the newest block stays).
 * *first is the id of the first new row. WEIR_E_NOMEM may leave part of the batch appended. */
weir_status ring_append(struct ring *ring, const struct block *batch, uint64_t *first, weir_error *err);

/* Lets the block `k` be rewritten in place, rows staying what they are: derived fields. What that takes counts at once;
 * ring_trim() makes room for it. */
void ring_rewrite(struct ring *ring, size_t k, void (*rewrite)(struct block *block, void *user), void *user);
void ring_trim(struct ring *ring); /* evicts until the cap holds */

/* Memory that others keep for the ring's rows (bit maps, counts) and that counts under the cap. */
void ring_set_overhead(struct ring *ring, uint64_t bytes);

uint64_t ring_first(const struct ring *ring); /* id of the oldest row */
uint64_t ring_end(const struct ring *ring);   /* id after the newest row */
uint64_t ring_evicted(const struct ring *ring);
uint64_t ring_bytes(const struct ring *ring); /* with overhead */
uint64_t ring_cap(const struct ring *ring);

size_t ring_blocks(const struct ring *ring);
const struct block *ring_block(const struct ring *ring, size_t k);                    /* 0 = oldest */
const struct block *ring_find(const struct ring *ring, uint64_t id, uint32_t *index); /* NULL: not in it */

#endif
