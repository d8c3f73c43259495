/* recall.c - see recall.h. Four bits a hash; a generation is full when an eighth of its bits are set. */
#include "detect/recall.h"

#include <string.h>

enum { PROBES = 4, FULL = RECALL_BITS / 30 };

void recall_begin(struct recall *recall, int64_t generation_s)
{
    memset(recall, 0, sizeof *recall);
    recall->generation_s = generation_s;
}

void recall_tick(struct recall *recall, int64_t now)
{
    if (!recall->began)
        recall->began = now;
    bool is_old = now - recall->began >= recall->generation_s;
    if (!is_old && recall->added[recall->newer] < FULL)
        return;
    recall->newer ^= 1;
    recall->began = now;
    recall->added[recall->newer] = 0;
    memset(recall->bits[recall->newer], 0, sizeof recall->bits[0]);
}

/* Bit number k of a hash: double hashing with an odd step. */
static uint32_t bit_of(uint64_t hash, uint32_t k)
{
    return ((uint32_t)hash + k * ((uint32_t)(hash >> 32) | 1)) & (RECALL_BITS - 1);
}

static bool has(const uint64_t *bits, uint64_t hash)
{
    bool all = true;
    for (uint32_t k = 0; k < PROBES; k++) {
        uint32_t bit = bit_of(hash, k);
        all = all && (bits[bit / 64] >> bit % 64 & 1);
    }
    return all;
}

void recall_add(struct recall *recall, uint64_t hash)
{
    uint64_t *bits = recall->bits[recall->newer];
    if (has(bits, hash))
        return;
    for (uint32_t k = 0; k < PROBES; k++) {
        uint32_t bit = bit_of(hash, k);
        bits[bit / 64] |= 1ull << bit % 64;
    }
    recall->added[recall->newer]++;
}

bool recall_has(const struct recall *recall, uint64_t hash)
{
    return has(recall->bits[0], hash) || has(recall->bits[1], hash);
}
