/* recall.h - what was seen in about the last day, of things without number, in fixed memory: two Bloom filters, of
 * which the older one is forgotten when the newer one is old or full. Says yes of what was added for at least one
 * generation; says yes by chance less than once in a thousand times. Hashes are the caller's, 64 bits, keyed. Pure; any
 * thread. */
#ifndef WEIR_DETECT_RECALL_H
#define WEIR_DETECT_RECALL_H

#include <stdbool.h>
#include <stdint.h>

enum { RECALL_BITS = 1 << 22, RECALL_WORDS = RECALL_BITS / 64 };

struct recall {
    uint64_t bits[2][RECALL_WORDS]; /* 512 KiB each */
    uint32_t added[2];
    int64_t began; /* of the newer generation */
    int64_t generation_s;
    uint8_t newer; /* 0 or 1 */
};

void recall_begin(struct recall *recall, int64_t generation_s);
/* The time only decides when a generation ends; between two of these calls nothing is forgotten. */
void recall_tick(struct recall *recall, int64_t now);
void recall_add(struct recall *recall, uint64_t hash);
bool recall_has(const struct recall *recall, uint64_t hash);

#endif
