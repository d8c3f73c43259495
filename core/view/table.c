/* table.c - open addressing with linear probing under a memory cap. Leaves the way from rows to keys to tally.c.
 *
 * A slot with 0 records is free: taking a key out moves later ones back, so there are no tombstones and a table that
 * is filled and emptied for days stays as fast as a new one. Sizes are no powers of two, so that the last step of
 * growth can use the cap up. */
#include "view/table.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/scope.h"

enum {
    SIZE_MIN = 64,
    SIZE_LARGE = 128 * 1024, /* slots */
};

static const uint8_t bits_of[] = {
    [WEIR_KIND_NUMBER] = 64,    [WEIR_KIND_PORT] = 16, [WEIR_KIND_PROTOCOL] = 8, [WEIR_KIND_PACKETS] = 64,
    [WEIR_KIND_BYTES] = 64,     [WEIR_KIND_TIME] = 64, [WEIR_KIND_FLAGS] = 8,    [WEIR_KIND_PATH] = 8,
    [WEIR_KIND_ENCRYPTION] = 8, [WEIR_KIND_ADDR] = 32, [WEIR_KIND_LIST] = 0,
};

unsigned key_bits(weir_kind kind)
{
    return bits_of[kind];
}

void key_put_number(struct key_buf *key, uint64_t number)
{
    key->bytes[key->len++] = 'n';
    for (int shift = 56; shift >= 0; shift -= 8)
        key->bytes[key->len++] = (uint8_t)(number >> shift);
}

void key_put_addr(struct key_buf *key, const weir_addr *addr)
{
    size_t len = addr->family == 4 ? 4 : 16;
    key->bytes[key->len++] = addr->family == 4 ? '4' : '6';
    memcpy(key->bytes + key->len, addr->bytes, len);
    key->len += (uint32_t)len;
}

void key_put_text(struct key_buf *key, const char *text, size_t len)
{
    if (len > KEY_TEXT_MAX)
        len = KEY_TEXT_MAX;
    key->bytes[key->len++] = 't';
    key->bytes[key->len++] = (uint8_t)(len >> 8);
    key->bytes[key->len++] = (uint8_t)len;
    memcpy(key->bytes + key->len, text, len);
    key->len += (uint32_t)len;
    key->bytes[key->len++] = 0;
}

const uint8_t *key_value(const uint8_t *at, weir_value *out)
{
    uint8_t tag = *at++;
    if (tag == 't') {
        size_t len = (size_t)at[0] << 8 | at[1];
        *out = (weir_value){.type = WEIR_TEXT, .text = {(const char *)at + 2}};
        return at + 2 + len + 1;
    }
    if (tag == 'n') {
        *out = (weir_value){.type = WEIR_NUMBER};
        for (int k = 0; k < 8; k++)
            out->number = out->number << 8 | *at++;
        return at;
    }
    size_t len = tag == '4' ? 4 : 16;
    *out = (weir_value){.type = WEIR_ADDRESS, .addr = {.family = tag == '4' ? 4 : 6}};
    memcpy(out->addr.bytes, at, len);
    return at + len;
}

static struct tally_key *key_of(const struct tally_slot *slot)
{
    return (struct tally_key *)(uintptr_t)slot->key;
}

static size_t key_size(size_t len)
{
    return (sizeof(struct tally_key) + len + 8 + 15) & ~(size_t)15; /* what malloc makes of it */
}

static uint64_t at_least(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

uint64_t tally_left(const struct tally *tally)
{
    uint64_t own = tally->own_bytes > tally->bytes ? tally->own_bytes - tally->bytes : 0;
    return own + tally->pool->max_bytes - tally->pool->taken_bytes;
}

void tally_use(struct tally *tally, uint64_t bytes)
{
    tally->pool->taken_bytes -= at_least(tally->own_bytes, tally->bytes);
    tally->pool->taken_bytes += at_least(tally->own_bytes, bytes);
    tally->bytes = bytes;
}

void table_done(struct tally_table *table, bool wide)
{
    for (size_t k = 0; wide && k < table->size; k++)
        if (table->slots[k].records)
            free(key_of(&table->slots[k]));
    free(table->slots);
    free(table->sums);
    *table = (struct tally_table){0};
}

/* A wide key under search: its hash and, unless it is a slot that moves, its bytes. */
struct probe {
    uint64_t hash;
    const struct key_buf *key;
};

static bool is_key(const struct tally_slot *slot, const struct probe *probe)
{
    const struct tally_key *key = key_of(slot);
    return key->hash == probe->hash && key->len == probe->key->len &&
           memcmp(key->bytes, probe->key->bytes, key->len) == 0;
}

/* The slot of the key, or the free one where it would go. The table has a free slot. */
static inline size_t seek_small(const struct tally_table *table, uint64_t hash, uint64_t key)
{
    size_t k = table_home(table, hash);
    while (table->slots[k].records && table->slots[k].key != key)
        if (++k == table->size)
            k = 0;
    return k;
}

static size_t seek_wide(const struct tally *tally, const struct probe *probe)
{
    const struct tally_table *table = &tally->wide;
    size_t k = table_home(table, probe->hash);
    while (table->slots[k].records && !is_key(&table->slots[k], probe))
        if (++k == table->size)
            k = 0;
    return k;
}

static uint64_t slot_hash(const struct tally *tally, bool wide, const struct tally_slot *slot)
{
    return wide ? key_of(slot)->hash : hash_small(tally, slot->key);
}

static void move_slots(const struct tally *tally, bool wide, const struct tally_table *from, struct tally_table *to)
{
    for (size_t k = 0; k < from->size; k++) {
        if (!from->slots[k].records)
            continue;
        size_t at = table_home(to, slot_hash(tally, wide, &from->slots[k]));
        while (to->slots[at].records)
            if (++at == to->size)
                at = 0;
        to->slots[at] = from->slots[k];
        if (to->sums)
            to->sums[at] = from->sums[k];
    }
    to->used = from->used;
}

static bool is_full(const struct tally_table *table)
{
    return (table->used + 1) * 5 > table->size * 4;
}

/* Small tables are kept half empty, for speed; large ones are filled further, for memory. */
static bool is_crowded(const struct tally_table *table)
{
    return table->size < SIZE_LARGE ? (table->used + 1) * 2 > table->size : is_full(table);
}

/* False when the cap is reached or memory is out. */
static bool grow(struct tally *tally, bool wide)
{
    struct tally_table *table = wide ? &tally->wide : &tally->small;
    bool sums = tally->flags & TALLY_SUMS;
    size_t each = sizeof(struct tally_slot) + (sums ? sizeof(struct tally_sums) : 0);
    size_t size = table->size + (table->size < SIZE_LARGE ? table->size : table->size / 2) + SIZE_MIN;
    uint64_t left = tally_left(tally) / each;
    if (wide)
        left /= 4; /* the keys need room too */
    if (size - table->size > left)
        size = table->size + left;
    if (size < table->size + table->size / 16 + SIZE_MIN)
        return false;
    struct tally_table larger = {.size = size, .slots = calloc(size, sizeof *larger.slots)};
    if (larger.slots && sums)
        larger.sums = calloc(size, sizeof *larger.sums);
    if (!larger.slots || (sums && !larger.sums)) {
        free(larger.slots);
        return false;
    }
    move_slots(tally, wide, table, &larger);
    tally_use(tally, tally->bytes + (size - table->size) * each);
    free(table->slots);
    free(table->sums);
    *table = larger;
    return true;
}

/* Makes room for one more key; false when there is none to be had. */
static bool make_room(struct tally *tally, bool wide)
{
    const struct tally_table *table = wide ? &tally->wide : &tally->small;
    return !is_crowded(table) || grow(tally, wide) || !is_full(table);
}

static void grow_slot(struct tally *tally, struct tally_table *table, size_t at, const struct tally_change *change)
{
    table->slots[at].records += change->records;
    tally->records += change->records;
    if (!table->sums)
        return;
    table->sums[at].packets += change->packets;
    table->sums[at].bytes += change->bytes;
    tally->packets += change->packets;
    tally->octets += change->bytes;
}

static const struct tally_change one = {.records = 1};

static void put_one(struct tally *tally, uint64_t hash, uint64_t key, const struct tally_change *change)
{
    struct tally_table *table = &tally->small;
    size_t at = seek_small(table, hash, key);
    if (UNLIKELY(!table->slots[at].records)) {
        if (is_crowded(table)) {
            if (!make_room(tally, false)) {
                tally->uncounted += change->records;
                return;
            }
            at = seek_small(table, hash, key);
        }
        table->slots[at].key = key;
        table->used++;
    }
    grow_slot(tally, table, at, change);
}

static void hash_keys(const struct tally *tally, const uint64_t *keys, uint64_t *hashes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        hashes[i] = hash_small(tally, keys[i]);
        size_t at = table_home(&tally->small, hashes[i]);
        __builtin_prefetch(&tally->small.slots[at], 1);
        if (tally->small.sums)
            __builtin_prefetch(&tally->small.sums[at], 1);
    }
}

void tally_put_small(struct tally *tally, const uint64_t *keys, const struct tally_change *changes, size_t n)
{
    uint64_t hashes[KEYS_AT_ONCE];
    if (!tally->small.size && !make_room(tally, false)) {
        for (size_t i = 0; i < n; i++)
            tally->uncounted += changes ? changes[i].records : 1;
        return;
    }
    hash_keys(tally, keys, hashes, n);
    if (changes) {
        for (size_t i = 0; i < n; i++)
            put_one(tally, hashes[i], keys[i], &changes[i]);
        return;
    }
    uint64_t known = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = seek_small(&tally->small, hashes[i], keys[i]);
        if (LIKELY(tally->small.slots[at].records)) {
            tally->small.slots[at].records++;
            known++;
        } else {
            put_one(tally, hashes[i], keys[i], &one);
        }
    }
    tally->records += known;
}

static struct tally_key *new_key(struct tally *tally, const struct probe *probe)
{
    size_t size = key_size(probe->key->len);
    if (size > tally_left(tally))
        return NULL;
    struct tally_key *key = malloc(sizeof *key + probe->key->len);
    if (!key)
        return NULL;
    key->hash = probe->hash;
    key->len = probe->key->len;
    memcpy(key->bytes, probe->key->bytes, key->len);
    tally_use(tally, tally->bytes + size);
    return key;
}

static struct probe probe_of(const struct tally *tally, const struct key_buf *key)
{
    return (struct probe){XXH3_64bits_withSeed(key->bytes, key->len, tally->seed), key};
}

void tally_put_wide(struct tally *tally, const struct key_buf *key, const struct tally_change *change)
{
    struct tally_table *table = &tally->wide;
    struct probe probe = probe_of(tally, key);
    size_t at = table->size ? seek_wide(tally, &probe) : 0;
    if (!table->size || !table->slots[at].records) {
        struct tally_key *owned = make_room(tally, true) ? new_key(tally, &probe) : NULL;
        if (!owned) {
            tally->uncounted += change->records;
            return;
        }
        at = seek_wide(tally, &probe);
        table->slots[at].key = (uintptr_t)owned;
        table->used++;
    }
    grow_slot(tally, table, at, change);
}

/* Frees the slot and moves back what was pushed away from its home by it. */
static void erase(struct tally *tally, bool wide, size_t hole)
{
    struct tally_table *table = wide ? &tally->wide : &tally->small;
    size_t size = table->size;
    for (size_t k = hole;;) {
        if (++k == size)
            k = 0;
        if (!table->slots[k].records)
            break;
        size_t home = table_home(table, slot_hash(tally, wide, &table->slots[k]));
        size_t from_home = k >= home ? k - home : k + size - home;
        size_t from_hole = k >= hole ? k - hole : k + size - hole;
        if (from_home < from_hole)
            continue;
        table->slots[hole] = table->slots[k];
        if (table->sums)
            table->sums[hole] = table->sums[k];
        hole = k;
    }
    table->slots[hole] = (struct tally_slot){0};
    if (table->sums)
        table->sums[hole] = (struct tally_sums){0};
    table->used--;
}

static uint64_t at_most(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Rows that were not counted when they came are missing from the slot: they are in `uncounted`. */
static bool shrink_slot(struct tally *tally, struct tally_table *table, size_t at, const struct tally_change *change)
{
    struct tally_slot *slot = &table->slots[at];
    uint64_t records = at_most(slot->records, change->records);
    slot->records -= records;
    tally->records -= records;
    tally->uncounted -= at_most(tally->uncounted, change->records - records);
    if (table->sums) {
        struct tally_sums *sums = &table->sums[at];
        bool all = slot->records == 0;
        uint64_t packets = all ? sums->packets : at_most(sums->packets, change->packets);
        uint64_t bytes = all ? sums->bytes : at_most(sums->bytes, change->bytes);
        sums->packets -= packets;
        sums->bytes -= bytes;
        tally->packets -= packets;
        tally->octets -= bytes;
    }
    return slot->records == 0;
}

void tally_take_small(struct tally *tally, const uint64_t *keys, const struct tally_change *changes, size_t n)
{
    struct tally_table *table = &tally->small;
    uint64_t hashes[KEYS_AT_ONCE];
    if (table->size)
        hash_keys(tally, keys, hashes, n);
    for (size_t i = 0; i < n; i++) {
        const struct tally_change *change = changes ? &changes[i] : &one;
        size_t at = table->size ? seek_small(table, hashes[i], keys[i]) : 0;
        if (!table->size || !table->slots[at].records)
            tally->uncounted -= at_most(tally->uncounted, change->records);
        else if (shrink_slot(tally, table, at, change))
            erase(tally, false, at);
    }
}

void tally_take_wide(struct tally *tally, const struct key_buf *key, const struct tally_change *change)
{
    struct tally_table *table = &tally->wide;
    struct probe probe = probe_of(tally, key);
    size_t at = table->size ? seek_wide(tally, &probe) : 0;
    if (!table->size || !table->slots[at].records) {
        tally->uncounted -= at_most(tally->uncounted, change->records);
        return;
    }
    struct tally_key *owned = key_of(&table->slots[at]);
    if (!shrink_slot(tally, table, at, change))
        return;
    erase(tally, true, at);
    tally_use(tally, tally->bytes - key_size(owned->len));
    free(owned);
}

const struct tally_slot *tally_find_small(const struct tally *tally, uint64_t key)
{
    if (!tally->small.size)
        return NULL;
    const struct tally_slot *slot = &tally->small.slots[seek_small(&tally->small, hash_small(tally, key), key)];
    return slot->records ? slot : NULL;
}

const struct tally_slot *tally_find_wide(const struct tally *tally, const struct key_buf *key)
{
    if (!tally->wide.size)
        return NULL;
    struct probe probe = probe_of(tally, key);
    const struct tally_slot *slot = &tally->wide.slots[seek_wide(tally, &probe)];
    return slot->records ? slot : NULL;
}
