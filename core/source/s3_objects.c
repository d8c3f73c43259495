/* s3_objects.c - see s3_objects.h. Known objects are hashes in an open table: 128 bits of the key tell them apart. */
#define XXH_INLINE_ALL
#include "source/s3_objects.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { SLOTS_MIN = 1024 };

struct known {
    uint64_t low, high; /* of the key; both 0 = an empty slot */
    uint64_t version;   /* of ETag and size; 0 = forgotten */
    int64_t time_s;
};

struct s3_objects {
    struct known *slots;
    size_t n_slots, n_known, max;
    struct s3_wanted *wanted;
    size_t n_wanted, next, room;
    uint64_t wanted_bytes;
};

struct s3_objects *s3_objects_new(size_t max)
{
    struct s3_objects *objects = calloc(1, sizeof *objects);
    if (!objects)
        return NULL;
    objects->max = max;
    objects->n_slots = SLOTS_MIN;
    objects->slots = calloc(SLOTS_MIN, sizeof *objects->slots);
    if (!objects->slots) {
        free(objects);
        return NULL;
    }
    return objects;
}

void s3_wanted_done(struct s3_wanted *wanted)
{
    free(wanted->key);
    free(wanted->etag);
    *wanted = (struct s3_wanted){0};
}

void s3_objects_free(struct s3_objects *objects)
{
    if (!objects)
        return;
    for (size_t k = objects->next; k < objects->n_wanted; k++)
        s3_wanted_done(&objects->wanted[k]);
    free(objects->wanted);
    free(objects->slots);
    free(objects);
}

/* ---- the table ---- */

static struct known key_of(const char *key)
{
    XXH128_hash_t hash = XXH3_128bits(key, strlen(key));
    return (struct known){.low = hash.low64 | 1, .high = hash.high64};
}

static struct known *find(struct known *slots, size_t n_slots, const struct known *key)
{
    for (size_t at = key->low >> 1;; at++) {
        struct known *slot = &slots[at & (n_slots - 1)];
        if (!slot->low || (slot->low == key->low && slot->high == key->high))
            return slot;
    }
}

/* Moves what is not older into a table of n_slots. */
static weir_status rebuild(struct s3_objects *objects, size_t n_slots, int64_t before_s)
{
    struct known *slots = calloc(n_slots, sizeof *slots);
    if (!slots)
        return WEIR_E_NOMEM;
    size_t n = 0;
    for (size_t k = 0; k < objects->n_slots; k++) {
        const struct known *known = &objects->slots[k];
        if (!known->low || known->time_s < before_s)
            continue;
        *find(slots, n_slots, known) = *known;
        n++;
    }
    free(objects->slots);
    objects->slots = slots;
    objects->n_slots = n_slots;
    objects->n_known = n;
    return WEIR_OK;
}

weir_status s3_objects_expire(struct s3_objects *objects, int64_t before_s)
{
    return rebuild(objects, objects->n_slots, before_s);
}

void s3_objects_forget(struct s3_objects *objects, const char *key)
{
    const struct known wanted = key_of(key);
    struct known *slot = find(objects->slots, objects->n_slots, &wanted);
    if (slot->low)
        slot->version = 0;
}

/* ---- what is wanted ---- */

static weir_status want(struct s3_objects *objects, const struct s3_wanted *wanted)
{
    if (objects->n_wanted == objects->room) {
        size_t room = objects->room ? objects->room * 2 : 64;
        struct s3_wanted *at = realloc(objects->wanted, room * sizeof *at);
        if (!at)
            return WEIR_E_NOMEM;
        objects->wanted = at;
        objects->room = room;
    }
    struct s3_wanted copy = *wanted;
    copy.key = strdup(wanted->key);
    copy.etag = strdup(wanted->etag);
    if (!copy.key || !copy.etag) {
        s3_wanted_done(&copy);
        return WEIR_E_NOMEM;
    }
    objects->wanted[objects->n_wanted++] = copy;
    objects->wanted_bytes += copy.size;
    return WEIR_OK;
}

weir_status s3_objects_add(struct s3_objects *objects, const char *key, const char *etag, uint64_t size, int64_t time_s,
                           bool only_known)
{
    if (2 * objects->n_known >= objects->n_slots && rebuild(objects, objects->n_slots * 2, INT64_MIN))
        return WEIR_E_NOMEM;
    struct known known = key_of(key);
    known.version = XXH3_64bits_withSeed(etag, strlen(etag), size) | 1;
    known.time_s = time_s;
    struct known *slot = find(objects->slots, objects->n_slots, &known);
    if (slot->low && slot->version == known.version)
        return WEIR_AGAIN;
    if (!slot->low && objects->n_known >= objects->max)
        return WEIR_E_LIMIT;
    struct s3_wanted wanted = {.key = (char *)(uintptr_t)key,
                               .etag = (char *)(uintptr_t)etag,
                               .size = size,
                               .time_s = time_s,
                               .replaced = slot->low && slot->version};
    if (!only_known && want(objects, &wanted))
        return WEIR_E_NOMEM;
    objects->n_known += !slot->low;
    *slot = known;
    return WEIR_OK;
}

static int compare(const struct s3_wanted *a, const struct s3_wanted *b)
{
    if (a->time_s != b->time_s)
        return a->time_s < b->time_s ? -1 : 1;
    return strcmp(a->key, b->key);
}

static int by_time(const void *a, const void *b)
{
    return compare(a, b);
}

static int by_time_reversed(const void *a, const void *b)
{
    return compare(b, a);
}

void s3_objects_sort(struct s3_objects *objects, bool newest_first)
{
    if (objects->n_wanted > objects->next)
        qsort(objects->wanted + objects->next, objects->n_wanted - objects->next, sizeof *objects->wanted,
              newest_first ? by_time_reversed : by_time);
}

bool s3_objects_take(struct s3_objects *objects, struct s3_wanted *out)
{
    if (objects->next == objects->n_wanted) {
        objects->next = objects->n_wanted = 0;
        return false;
    }
    *out = objects->wanted[objects->next++];
    objects->wanted_bytes -= out->size;
    return true;
}

size_t s3_objects_known(const struct s3_objects *objects)
{
    return objects->n_known;
}

size_t s3_objects_wanted(const struct s3_objects *objects)
{
    return objects->n_wanted - objects->next;
}

uint64_t s3_objects_wanted_bytes(const struct s3_objects *objects)
{
    return objects->wanted_bytes;
}
