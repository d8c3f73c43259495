/* ring.c - a queue of blocks under a memory cap. Leaves the layout of rows to flow/block.
 *
 * All blocks but the newest are full, so a row's place follows from its id alone. The cap holds between calls;
 * inside ring_append() room is made before a block is allocated, so that memory does not peak above it. */
#include "store/ring.h"

#include <stdlib.h>

struct ring {
    struct block **blocks; /* circular, room is a power of two */
    size_t first, n, room;
    uint64_t end; /* id after the newest row */
    uint64_t evicted;
    uint64_t cap, overhead;
    uint64_t bytes; /* of all blocks */
    ring_evict *evict;
    void *user;
};

struct ring *ring_new(uint64_t cap_bytes, ring_evict *evict, void *user)
{
    struct ring *ring = calloc(1, sizeof *ring);
    if (!ring)
        return NULL;
    ring->cap = cap_bytes;
    ring->evict = evict;
    ring->user = user;
    return ring;
}

static struct block *at(const struct ring *ring, size_t k)
{
    return ring->blocks[(ring->first + k) & (ring->room - 1)];
}

void ring_free(struct ring *ring)
{
    if (!ring)
        return;
    for (size_t k = 0; k < ring->n; k++)
        block_free(at(ring, k));
    free(ring->blocks);
    free(ring);
}

static void evict_oldest(struct ring *ring)
{
    struct block *block = at(ring, 0);
    if (ring->evict)
        ring->evict(block, ring->user);
    ring->evicted += block->n;
    ring->bytes -= block->bytes;
    ring->first = (ring->first + 1) & (ring->room - 1);
    ring->n--;
    block_free(block);
}

static void make_room(struct ring *ring, uint64_t bytes)
{
    while (ring->n > 1 && ring->bytes + ring->overhead + bytes > ring->cap)
        evict_oldest(ring);
}

static bool grow_queue(struct ring *ring)
{
    size_t room = ring->room ? ring->room * 2 : 16;
    struct block **blocks = calloc(room, sizeof *blocks);
    if (!blocks)
        return false;
    for (size_t k = 0; k < ring->n; k++)
        blocks[k] = at(ring, k);
    free(ring->blocks);
    ring->blocks = blocks;
    ring->room = room;
    ring->first = 0;
    return true;
}

/* The block that has room for a row; NULL when out of memory. */
static struct block *tail(struct ring *ring)
{
    if (ring->n > 0) {
        struct block *newest = at(ring, ring->n - 1);
        if (!block_is_full(newest))
            return newest;
        make_room(ring, newest->bytes);
    }
    if (ring->n == ring->room && !grow_queue(ring))
        return NULL;
    struct block *block = block_new(BLOCK_ROWS, ring->end);
    if (!block)
        return NULL;
    ring->blocks[(ring->first + ring->n) & (ring->room - 1)] = block;
    ring->n++;
    ring->bytes += block->bytes;
    return block;
}

weir_status ring_append(struct ring *ring, const struct block *batch, uint64_t *first, weir_error *err)
{
    uint64_t begin = ring->end;
    for (uint32_t done = 0; done < batch->n;) {
        struct block *block = tail(ring);
        if (!block)
            return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory for rows");
        uint64_t before = block->bytes;
        int taken = block_append(block, batch, done, batch->n - done);
        ring->bytes += block->bytes - before;
        if (taken <= 0)
            return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory for rows");
        done += (uint32_t)taken;
        ring->end += (uint32_t)taken;
        make_room(ring, 0);
    }
    *first = begin;
    return WEIR_OK;
}

void ring_rewrite(struct ring *ring, size_t k, void (*rewrite)(struct block *block, void *user), void *user)
{
    struct block *block = at(ring, k);
    uint64_t before = block->bytes;
    rewrite(block, user);
    ring->bytes += block->bytes - before;
}

void ring_trim(struct ring *ring)
{
    make_room(ring, 0);
}

void ring_set_overhead(struct ring *ring, uint64_t bytes)
{
    ring->overhead = bytes;
}

uint64_t ring_first(const struct ring *ring)
{
    return ring->n ? at(ring, 0)->first_row : ring->end;
}

uint64_t ring_end(const struct ring *ring)
{
    return ring->end;
}

uint64_t ring_evicted(const struct ring *ring)
{
    return ring->evicted;
}

uint64_t ring_bytes(const struct ring *ring)
{
    return ring->bytes + ring->overhead;
}

uint64_t ring_cap(const struct ring *ring)
{
    return ring->cap;
}

size_t ring_blocks(const struct ring *ring)
{
    return ring->n;
}

const struct block *ring_block(const struct ring *ring, size_t k)
{
    return k < ring->n ? at(ring, k) : NULL;
}

const struct block *ring_find(const struct ring *ring, uint64_t id, uint32_t *index)
{
    if (id < ring_first(ring) || id >= ring->end)
        return NULL;
    const struct block *block = at(ring, (size_t)((id - ring_first(ring)) / BLOCK_ROWS));
    *index = (uint32_t)(id - block->first_row);
    return block;
}
