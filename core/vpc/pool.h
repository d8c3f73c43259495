/* pool.h - memory of an inventory: things and texts that never move and go all at once. A text is kept once. */
#ifndef WEIR_VPC_POOL_H
#define WEIR_VPC_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "weir/safe.h"

struct pool {
    struct vpc_pool_chunk *last;
    size_t chunk_bytes; /* 0 = 64 KiB; less where pools are many and small. Set before the first thing is taken */
    size_t bytes;       /* taken in all */
    const char **texts; /* hash table, NULL = free; dropped by vpc_pool_settle() */
    size_t n_texts, room;
};

void vpc_pool_done(struct pool *pool);

void *vpc_pool_take(struct pool *pool, size_t size); /* zeroed, aligned; NULL = out of memory */
/* A safe copy, cut at TEXT_MAX_BYTES; the same text gives the same pointer. {NULL} = out of memory. */
weir_safe vpc_pool_text(struct pool *pool, struct slice text);
void vpc_pool_settle(struct pool *pool); /* no more texts will come */

#endif
