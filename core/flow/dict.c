/* dict.c - open addressing over an array of entries. The entry that was asked for last is tried first:
 * most columns repeat it. */
#include "flow/dict.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/limits.h"
#include "base/scope.h"
#include "flow/arena.h"
#include "flow/block.h"

#define FIRST_SLOTS 32 /* a power of two; at most half of them are taken */
#define EMPTY       UINT32_MAX

struct entry {
    const char *text;
    uint32_t len;
    uint32_t hash;
};

struct dict {
    uint32_t n, n_slots, last;
    uint32_t *slots; /* entry ids */
    struct entry *entries;
    struct arena arena;
    size_t bytes; /* all of it */
};

struct dict *dict_new(size_t *bytes)
{
    struct dict *dict = calloc(1, sizeof *dict);
    if (!dict)
        return NULL;
    dict->bytes = sizeof *dict;
    *bytes += sizeof *dict;
    return dict;
}

void dict_free(struct dict *dict)
{
    if (!dict)
        return;
    arena_done(&dict->arena);
    free(dict->slots);
    free(dict->entries);
    free(dict);
}

static uint32_t hash_of(const char *text, size_t len)
{
    return (uint32_t)XXH3_64bits(text, len);
}

/* Where the text is, or would be. */
static uint32_t find_slot(const struct dict *dict, const char *text, size_t len, uint32_t hash)
{
    uint32_t mask = dict->n_slots - 1;
    uint32_t k = hash & mask;
    for (; dict->slots[k] != EMPTY; k = (k + 1) & mask) {
        const struct entry *entry = &dict->entries[dict->slots[k]];
        if (entry->hash == hash && entry->len == len && memcmp(entry->text, text, len) == 0)
            break;
    }
    return k;
}

static weir_status grow(struct dict *dict, size_t *bytes)
{
    uint32_t n_slots = dict->n_slots ? dict->n_slots * 2 : FIRST_SLOTS;
    uint32_t *slots = malloc(n_slots * sizeof *slots);
    struct entry *entries = slots ? realloc(dict->entries, n_slots / 2 * sizeof *entries) : NULL;
    if (!entries) {
        free(slots);
        return WEIR_E_NOMEM;
    }
    *bytes += (n_slots - dict->n_slots) * (sizeof *slots + sizeof *entries / 2);
    memset(slots, 0xff, n_slots * sizeof *slots);
    free(dict->slots);
    dict->slots = slots;
    dict->n_slots = n_slots;
    dict->entries = entries;
    for (uint32_t id = 0; id < dict->n; id++) {
        uint32_t k = entries[id].hash & (n_slots - 1);
        while (slots[k] != EMPTY)
            k = (k + 1) & (n_slots - 1);
        slots[k] = id;
    }
    return WEIR_OK;
}

size_t dict_bytes(const struct dict *dict)
{
    return dict->bytes;
}

static weir_status add(struct dict *dict, const char *text, size_t len, uint32_t hash, uint32_t *id, size_t *bytes)
{
    size_t more = 0;
    weir_status status = dict->n * 2 == dict->n_slots ? grow(dict, &more) : WEIR_OK;
    const char *copy = status == WEIR_OK ? arena_text(&dict->arena, text, len, &more) : NULL;
    dict->bytes += more;
    *bytes += more;
    if (!copy)
        return WEIR_E_NOMEM;
    dict->entries[dict->n] = (struct entry){copy, (uint32_t)len, hash};
    dict->slots[find_slot(dict, text, len, hash)] = dict->n;
    *id = dict->last = dict->n++;
    return WEIR_OK;
}

static bool look_up(struct dict *dict, const char *text, size_t len, uint32_t hash, uint32_t *id)
{
    if (dict->n == 0)
        return false;
    uint32_t slot = find_slot(dict, text, len, hash);
    if (dict->slots[slot] == EMPTY)
        return false;
    *id = dict->last = dict->slots[slot];
    return true;
}

weir_status dict_put_safe(struct dict *dict, const char *text, size_t len, uint32_t *id, size_t *bytes)
{
    uint32_t hash = hash_of(text, len);
    if (look_up(dict, text, len, hash, id))
        return WEIR_OK;
    return add(dict, text, len, hash, id, bytes);
}

weir_status dict_put(struct dict *dict, const char *raw, size_t len, uint32_t *id, size_t *bytes)
{
    if (LIKELY(dict->n > 0)) {
        const struct entry *last = &dict->entries[dict->last];
        if (last->len == len && memcmp(last->text, raw, len) == 0) {
            *id = dict->last;
            return WEIR_OK;
        }
    }
    if (look_up(dict, raw, len, hash_of(raw, len), id))
        return WEIR_OK;
    char text[TEXT_MAX_BYTES + 1];
    weir_sanitize(raw, len, text, sizeof text);
    return dict_put_safe(dict, text, strlen(text), id, bytes);
}

uint32_t dict_count(const struct dict *dict)
{
    return dict->n;
}

weir_safe dict_text(const struct dict *dict, uint32_t id)
{
    return (weir_safe){dict->entries[id].text};
}

size_t dict_len(const struct dict *dict, uint32_t id)
{
    return dict->entries[id].len;
}
