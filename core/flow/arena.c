/* arena.c - chunks in a list, each twice as large as the one before, up to a limit. */
#include "flow/arena.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CHUNK 512
#define LAST_CHUNK  (64 * 1024)

struct chunk {
    struct chunk *before;
    char text[];
};

void arena_done(struct arena *arena)
{
    while (arena->last) {
        struct chunk *chunk = arena->last;
        arena->last = chunk->before;
        free(chunk);
    }
    arena->used = arena->room = 0;
}

static struct chunk *grow(struct arena *arena, size_t need, size_t *bytes)
{
    size_t room = arena->room ? arena->room * 2 : FIRST_CHUNK;
    if (room > LAST_CHUNK)
        room = LAST_CHUNK;
    if (room < need)
        room = need;
    struct chunk *chunk = malloc(sizeof *chunk + room);
    if (!chunk)
        return NULL;
    chunk->before = arena->last;
    arena->last = chunk;
    arena->used = 0;
    arena->room = room;
    *bytes += sizeof *chunk + room;
    return chunk;
}

const char *arena_text(struct arena *arena, const char *text, size_t len, size_t *bytes)
{
    if (arena->room - arena->used < len + 1 && !grow(arena, len + 1, bytes))
        return NULL;
    char *copy = arena->last->text + arena->used;
    memcpy(copy, text, len);
    copy[len] = '\0';
    arena->used += len + 1;
    return copy;
}
