/* pool.c - see pool.h: chunks in a list, and a hash table of the texts while there are more to come. */
#include "vpc/pool.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/limits.h"
#include "base/scope.h"

enum { CHUNK_BYTES = 64 * 1024, ALIGNMENT = sizeof(void *), FIRST_TEXTS = 1024 };

struct vpc_pool_chunk {
    struct vpc_pool_chunk *before;
    size_t len, room;
    char at[];
};

void vpc_pool_done(struct pool *pool)
{
    vpc_pool_settle(pool);
    while (pool->last) {
        struct vpc_pool_chunk *chunk = pool->last;
        pool->last = chunk->before;
        free(chunk);
    }
    *pool = (struct pool){0};
}

void vpc_pool_settle(struct pool *pool)
{
    free(pool->texts);
    pool->texts = NULL;
    pool->n_texts = pool->room = 0;
}

static struct vpc_pool_chunk *grow(struct pool *pool, size_t size)
{
    size_t usual = pool->chunk_bytes ? pool->chunk_bytes : CHUNK_BYTES;
    size_t room = size > usual ? size : usual;
    struct vpc_pool_chunk *chunk = malloc(sizeof *chunk + room);
    if (!chunk)
        return NULL;
    *chunk = (struct vpc_pool_chunk){.before = pool->last, .room = room};
    pool->last = chunk;
    pool->bytes += sizeof *chunk + room;
    return chunk;
}

static void *take(struct pool *pool, size_t size, size_t alignment)
{
    struct vpc_pool_chunk *chunk = pool->last;
    size_t from = chunk ? (chunk->len + alignment - 1) / alignment * alignment : 0;
    if (!chunk || from > chunk->room || size > chunk->room - from) {
        chunk = grow(pool, size);
        if (!chunk)
            return NULL;
        from = 0;
    }
    chunk->len = from + size;
    return chunk->at + from;
}

void *vpc_pool_take(struct pool *pool, size_t size)
{
    void *at = take(pool, size, ALIGNMENT);
    if (at)
        memset(at, 0, size);
    return at;
}

static const char **slot_of(const char **texts, size_t room, const char *text, size_t len)
{
    size_t k = XXH3_64bits(text, len) & (room - 1);
    while (texts[k] && strcmp(texts[k], text) != 0)
        k = (k + 1) & (room - 1);
    return &texts[k];
}

static bool make_room(struct pool *pool)
{
    if (pool->room && pool->n_texts < pool->room / 2)
        return true;
    size_t room = pool->room ? pool->room * 2 : FIRST_TEXTS;
    const char **texts = calloc(room, sizeof *texts);
    if (!texts)
        return false;
    for (size_t k = 0; k < pool->room; k++)
        if (pool->texts[k])
            *slot_of(texts, room, pool->texts[k], strlen(pool->texts[k])) = pool->texts[k];
    free(pool->texts);
    pool->texts = texts;
    pool->room = room;
    return true;
}

weir_safe vpc_pool_text(struct pool *pool, struct slice text)
{
    char safe[TEXT_MAX_BYTES];
    if (!text.len)
        return WEIR_SAFE("");
    if (!make_room(pool))
        return (weir_safe){NULL};
    weir_sanitize(text.at, text.len, safe, sizeof safe);
    size_t len = strlen(safe);
    const char **slot = slot_of(pool->texts, pool->room, safe, len);
    if (!*slot) {
        char *copy = take(pool, len + 1, 1);
        if (!copy)
            return (weir_safe){NULL};
        memcpy(copy, safe, len + 1);
        *slot = copy;
        pool->n_texts++;
    }
    return (weir_safe){*slot};
}
