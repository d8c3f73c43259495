/* words.c - blocks of memory that are handed out from their beginning and freed together. */
#include "explain/words.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

enum { BLOCK_BYTES = 4096 };

struct words_block {
    struct words_block *older;
    size_t used, room;
    alignas(max_align_t) char bytes[];
};

static size_t most_of(const struct words *words)
{
    return words->most ? words->most : WORDS_MAX_BYTES;
}

static bool add_block(struct words *words, size_t bytes)
{
    size_t room = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
    if (room > most_of(words) - words->bytes) {
        words->status = WEIR_E_LIMIT;
        return false;
    }
    struct words_block *block = calloc(1, sizeof *block + room);
    if (!block) {
        words->status = WEIR_E_NOMEM;
        return false;
    }
    *block = (struct words_block){.older = words->blocks, .room = room};
    words->blocks = block;
    words->bytes += room;
    return true;
}

static void *take(struct words *words, size_t bytes)
{
    if (words->status != WEIR_OK)
        return NULL;
    size_t aligned = (bytes + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    if (aligned < bytes || aligned > most_of(words)) {
        words->status = WEIR_E_LIMIT;
        return NULL;
    }
    struct words_block *block = words->blocks;
    if ((!block || block->room - block->used < aligned) && !add_block(words, aligned))
        return NULL;
    block = words->blocks;
    void *at = block->bytes + block->used;
    block->used += aligned;
    return at;
}

weir_safe words_format(struct words *words, const char *format, ...)
{
    char raw[WORDS_TEXT_BYTES], safe[WORDS_TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);

    size_t raw_len = n < 0 ? 0 : (size_t)n < sizeof raw ? (size_t)n : sizeof raw - 1;
    weir_safe text = weir_sanitize(raw, raw_len, safe, sizeof safe);
    size_t len = strlen(text.text);
    char *at = len ? take(words, len + 1) : NULL;
    if (!at)
        return WEIR_SAFE("");
    memcpy(at, text.text, len + 1);
    return (weir_safe){at};
}

void *words_array(struct words *words, size_t n, size_t size)
{
    if (n == 0 || size == 0)
        return NULL;
    if (n > most_of(words) / size) {
        words->status = words->status == WEIR_OK ? WEIR_E_LIMIT : words->status;
        return NULL;
    }
    return take(words, n * size);
}

weir_status words_status(const struct words *words, weir_error *err)
{
    if (words->status == WEIR_E_NOMEM)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    if (words->status != WEIR_OK)
        return weir_fail(err, words->status, 0, "texts beyond %zu KiB: ask for less at once", most_of(words) / 1024);
    return WEIR_OK;
}

void words_done(struct words *words)
{
    while (words->blocks) {
        struct words_block *older = words->blocks->older;
        free(words->blocks);
        words->blocks = older;
    }
    *words = (struct words){0};
}
