/* rank.c - the largest entries of a tally, and single ones. Leaves counting to tally.c and table.c.
 *
 * The whole table is read with a heap of the entries wanted; keys are only decoded to break ties and at the end. */
#include "view/tally.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/addr.h"
#include "base/scope.h"
#include "view/table.h"

/* An entry, named by its slot. */
struct entry {
    const struct tally_slot *slot; /* NULL = the nulls */
    const struct tally_sums *sums;
    uint64_t size; /* by the measure asked for */
    bool wide;
};

int value_compare(const weir_value *a, const weir_value *b)
{
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    switch (a->type) {
    case WEIR_NUMBER: return (a->number > b->number) - (a->number < b->number);
    case WEIR_ADDRESS: return addr_compare(&a->addr, &b->addr);
    case WEIR_TEXT: return strcmp(a->text.text, b->text.text);
    default: return 0;
    }
}

static void unpack(const weir_group *group, uint64_t key, weir_value *out)
{
    for (size_t k = group->n; k-- > 0;) {
        weir_kind kind = weir_field_get(group->part[k].field)->kind;
        unsigned bits = group->n > 1 ? key_bits(kind) : 64;
        uint64_t value = bits < 64 ? key & ((1ull << bits) - 1) : key;
        key = bits < 64 ? key >> bits : 0;
        if (kind == WEIR_KIND_ADDR)
            out[k] = (weir_value){.type = WEIR_ADDRESS, .addr = addr_from_v4((uint32_t)value)};
        else
            out[k] = (weir_value){.type = WEIR_NUMBER, .number = value};
    }
}

static void decode(const struct tally *tally, const struct entry *entry, weir_value *out)
{
    if (!entry->slot) {
        out[0] = (weir_value){.type = WEIR_NULL};
    } else if (!entry->wide) {
        unpack(&tally->group, entry->slot->key, out);
    } else {
        const uint8_t *at = ((const struct tally_key *)(uintptr_t)entry->slot->key)->bytes;
        for (size_t k = 0; k < tally->group.n; k++)
            at = key_value(at, &out[k]);
    }
}

static int compare_keys(const struct tally *tally, const struct entry *a, const struct entry *b)
{
    if (a->slot && b->slot && !a->wide && !b->wide)
        return (a->slot->key > b->slot->key) - (a->slot->key < b->slot->key);
    weir_value left[WEIR_GROUP_FIELDS];
    weir_value right[WEIR_GROUP_FIELDS];
    decode(tally, a, left);
    decode(tally, b, right);
    for (size_t k = 0; k < tally->group.n; k++) {
        int order = value_compare(&left[k], &right[k]);
        if (order)
            return order;
    }
    return 0;
}

/* Whether a stands behind b: smaller, or as large with the later key. */
static bool is_behind(const struct tally *tally, const struct entry *a, const struct entry *b)
{
    if (a->size != b->size)
        return a->size < b->size;
    return compare_keys(tally, a, b) > 0;
}

/* A heap whose root is the one that stands behind all others. */
struct heap {
    const struct tally *tally;
    struct entry *entries;
    size_t n, max;
};

static void swap(struct entry *a, struct entry *b)
{
    struct entry entry = *a;
    *a = *b;
    *b = entry;
}

static void sift_down(struct heap *heap, size_t k)
{
    for (;;) {
        size_t child = 2 * k + 1;
        if (child >= heap->n)
            return;
        if (child + 1 < heap->n && is_behind(heap->tally, &heap->entries[child + 1], &heap->entries[child]))
            child++;
        if (!is_behind(heap->tally, &heap->entries[child], &heap->entries[k]))
            return;
        swap(&heap->entries[child], &heap->entries[k]);
        k = child;
    }
}

static void offer(struct heap *heap, const struct entry *entry)
{
    if (heap->n == heap->max) {
        if (!is_behind(heap->tally, &heap->entries[0], entry))
            return;
        heap->entries[0] = *entry;
        sift_down(heap, 0);
        return;
    }
    size_t k = heap->n++;
    heap->entries[k] = *entry;
    while (k > 0 && is_behind(heap->tally, &heap->entries[k], &heap->entries[(k - 1) / 2])) {
        swap(&heap->entries[k], &heap->entries[(k - 1) / 2]);
        k = (k - 1) / 2;
    }
}

static uint64_t size_of(const struct tally_table *table, size_t at, weir_measure by)
{
    if (by == WEIR_BY_RECORDS)
        return table->slots[at].records;
    if (!table->sums)
        return 0;
    return by == WEIR_BY_PACKETS ? table->sums[at].packets : table->sums[at].bytes;
}

static void offer_table(struct heap *heap, const struct tally_table *table, bool wide, weir_measure by)
{
    for (size_t at = 0; at < table->size; at++) {
        if (!table->slots[at].records)
            continue;
        uint64_t size = size_of(table, at, by);
        if (heap->n == heap->max && size < heap->entries[0].size)
            continue;
        offer(heap, &(struct entry){&table->slots[at], table->sums ? &table->sums[at] : NULL, size, wide});
    }
}

static void write(const struct tally *tally, const struct entry *entry, weir_top_row *out)
{
    *out = (weir_top_row){.records = entry->slot ? entry->slot->records : tally->nulls};
    if (entry->sums) {
        out->packets = entry->sums->packets;
        out->bytes = entry->sums->bytes;
    }
    decode(tally, entry, out->key);
}

size_t tally_largest(const struct tally *tally, weir_measure by, weir_top_row *out, size_t max)
{
    uint64_t distinct = tally_distinct(tally);
    if (max > distinct)
        max = (size_t)distinct;
    if (max == 0)
        return 0;
    AUTO(free_cleanup) struct entry *entries = malloc(max * sizeof *entries);
    if (!entries)
        return 0;
    struct heap heap = {tally, entries, 0, max};
    offer_table(&heap, &tally->small, false, by);
    offer_table(&heap, &tally->wide, true, by);
    if (tally->nulls)
        offer(&heap, &(struct entry){.size = by == WEIR_BY_RECORDS ? tally->nulls : 0});
    size_t n = heap.n;
    for (size_t k = n; k-- > 0;) {
        write(tally, &heap.entries[0], &out[k]);
        heap.entries[0] = heap.entries[--heap.n];
        sift_down(&heap, 0);
    }
    return n;
}

static uint64_t wide_records(const struct tally *tally, const weir_value *value)
{
    AUTO(free_cleanup) struct key_buf *key = malloc(sizeof *key);
    if (!key)
        return 0;
    key->len = 0;
    if (value->type == WEIR_TEXT)
        key_put_text(key, value->text.text, strlen(value->text.text));
    else
        key_put_addr(key, &value->addr);
    const struct tally_slot *slot = tally_find_wide(tally, key);
    return slot ? slot->records : 0;
}

/* The most frequent text that differs from *value in case alone. */
static uint64_t records_in_any_case(const struct tally *tally, weir_value *value)
{
    struct entry best = {.wide = true};
    weir_value wanted = *value;
    for (size_t at = 0; at < tally->wide.size; at++) {
        struct entry entry = {&tally->wide.slots[at], NULL, tally->wide.slots[at].records, true};
        if (!entry.size)
            continue;
        weir_value text = {0};
        decode(tally, &entry, &text);
        if (text.type != WEIR_TEXT || strcasecmp(text.text.text, wanted.text.text) != 0)
            continue;
        if (best.slot && !is_behind(tally, &best, &entry))
            continue;
        best = entry;
        *value = text;
    }
    return best.size;
}

static uint64_t small_records(const struct tally *tally, uint64_t key)
{
    const struct tally_slot *slot = tally_find_small(tally, key);
    return slot ? slot->records : 0;
}

uint64_t tally_records(const struct tally *tally, weir_value *value)
{
    if (value->type == WEIR_NULL)
        return tally->nulls;
    if (value->type == WEIR_NUMBER)
        return small_records(tally, value->number);
    if (value->type == WEIR_ADDRESS && value->addr.family == 4)
        return small_records(tally, addr_v4(&value->addr));
    if (value->type != WEIR_ADDRESS && value->type != WEIR_TEXT)
        return 0;
    uint64_t records = wide_records(tally, value);
    return records || value->type != WEIR_TEXT ? records : records_in_any_case(tally, value);
}
