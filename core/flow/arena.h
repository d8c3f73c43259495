/* arena.h - texts that never move and go all at once. */
#ifndef WEIR_FLOW_ARENA_H
#define WEIR_FLOW_ARENA_H

#include <stddef.h>

struct arena {
    struct chunk *last;
    size_t used, room; /* of the last chunk */
};

void arena_done(struct arena *arena);

/* A copy with a NUL behind it; NULL when out of memory. `bytes` grows by the memory taken. */
const char *arena_text(struct arena *arena, const char *text, size_t len, size_t *bytes);

#endif
