/* trail_seen.c - see trail_seen.h. Of a text its 64-bit hash is kept: that two of 65,536 are the same happens once in
 * ten thousand million runs. */
#include "vpc/trail_seen.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/limits.h"

enum { SLOTS = 2 * TRAIL_SEEN_MAX }; /* at most half full */

bool trail_seen_init(struct trail_seen *seen)
{
    *seen = (struct trail_seen){.young = calloc(SLOTS, sizeof(uint64_t)), .old = calloc(SLOTS, sizeof(uint64_t))};
    return seen->young && seen->old;
}

void trail_seen_done(struct trail_seen *seen)
{
    free(seen->young);
    free(seen->old);
    *seen = (struct trail_seen){0};
}

/* Where the hash is, or the free slot where it belongs. */
static uint64_t *find(uint64_t *slots, uint64_t hash)
{
    uint32_t at = (uint32_t)hash & (SLOTS - 1);
    while (slots[at] && slots[at] != hash)
        at = (at + 1) & (SLOTS - 1);
    return &slots[at];
}

static void change_generation(struct trail_seen *seen)
{
    uint64_t *oldest = seen->old;
    seen->old = seen->young;
    seen->young = memset(oldest, 0, SLOTS * sizeof *oldest);
    seen->n = 0;
}

bool trail_seen_add(struct trail_seen *seen, const char *text)
{
    uint64_t hash = XXH3_64bits(text, strlen(text));
    hash = hash ? hash : 1;
    if (*find(seen->young, hash) || *find(seen->old, hash))
        return false;
    if (seen->n == TRAIL_SEEN_MAX)
        change_generation(seen);
    *find(seen->young, hash) = hash;
    seen->n++;
    return true;
}
