/* order.c - the index of order.h. Leaves deciding which rows match to view.c.
 *
 * Rows come nearly in order of start, so merging fresh ones in from the back moves little. */
#include "view/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/scope.h"

void order_clear(struct order *order, uint64_t base)
{
    free(order->sorted.at);
    free(order->fresh.at);
    *order = (struct order){.base = base};
}

void order_done(struct order *order)
{
    order_clear(order, 0);
}

uint64_t order_bytes(const struct order *order)
{
    return (order->sorted.room + order->fresh.room) * sizeof(uint64_t);
}

static bool reserve(struct order_keys *keys, size_t more)
{
    if (keys->room - keys->n >= more)
        return true;
    size_t room = keys->n + more + (keys->n + more) / 8 + 64;
    uint64_t *at = realloc(keys->at, room * sizeof *at);
    if (!at)
        return false;
    keys->at = at;
    keys->room = room;
    return true;
}

static uint64_t start_of(const struct block *block, uint32_t row)
{
    const struct column *column = block->column[WEIR_F_START];
    if (!column || column_is_null(column, row))
        return 0;
    uint64_t start = column_number(column, row);
    return start > UINT32_MAX ? UINT32_MAX : start;
}

static uint64_t key_of(const struct order *order, const struct block *block, uint32_t row)
{
    return start_of(block, row) << 32 | (uint32_t)(block->first_row + row - order->base);
}

/* Row numbers have 32 bits: moves the base up to the oldest row once in 4 billion rows. */
static void rebase(struct order *order, uint64_t base)
{
    uint64_t by = base - order->base;
    for (size_t k = order->head; k < order->sorted.n; k++)
        order->sorted.at[k] -= by;
    for (size_t k = 0; k < order->fresh.n; k++)
        order->fresh.at[k] -= by;
    order->base = base;
}

bool order_add(struct order *order, const struct block *block, const uint16_t *rows, size_t n)
{
    if (!reserve(&order->fresh, n))
        return false;
    for (size_t i = 0; i < n; i++)
        order->fresh.at[order->fresh.n++] = key_of(order, block, rows[i]);
    return true;
}

/* ---- sorting ---- */

static void sort_few(uint64_t *keys, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t key = keys[i];
        size_t k = i;
        for (; k > 0 && keys[k - 1] > key; k--)
            keys[k] = keys[k - 1];
        keys[k] = key;
    }
}

static bool is_sorted(const uint64_t *keys, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (keys[i - 1] > keys[i])
            return false;
    return true;
}

static void scatter(const uint64_t *from, uint64_t *to, size_t n, unsigned shift)
{
    size_t place[256] = {0};
    for (size_t i = 0; i < n; i++)
        place[from[i] >> shift & 255]++;
    size_t sum = 0;
    for (unsigned digit = 0; digit < 256; digit++) {
        size_t count = place[digit];
        place[digit] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        to[place[from[i] >> shift & 255]++] = from[i];
}

/* Radix sort over the bytes in which keys differ. */
static bool sort(uint64_t *keys, size_t n)
{
    if (n <= 64) {
        sort_few(keys, n);
        return true;
    }
    if (is_sorted(keys, n))
        return true;
    uint64_t all = keys[0];
    uint64_t any = keys[0];
    for (size_t i = 1; i < n; i++) {
        all &= keys[i];
        any |= keys[i];
    }
    AUTO(free_cleanup) uint64_t *other = malloc(n * sizeof *other);
    if (!other)
        return false;
    uint64_t *from = keys;
    uint64_t *to = other;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if (!((all ^ any) >> shift & 255))
            continue;
        scatter(from, to, n, shift);
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != keys)
        memcpy(keys, from, n * sizeof *keys);
    return true;
}

bool order_settle(struct order *order)
{
    struct order_keys *sorted = &order->sorted;
    struct order_keys *fresh = &order->fresh;
    if (fresh->n == 0)
        return true;
    if (!sort(fresh->at, fresh->n))
        return false;
    if (order->head == sorted->n) {
        free(sorted->at);
        *sorted = *fresh;
        *fresh = (struct order_keys){0};
        order->head = 0;
        return true;
    }
    if (!reserve(sorted, fresh->n))
        return false;
    size_t to = sorted->n + fresh->n;
    size_t old = sorted->n;
    for (size_t left = fresh->n; left > 0;) {
        if (old > order->head && sorted->at[old - 1] > fresh->at[left - 1])
            sorted->at[--to] = sorted->at[--old];
        else
            sorted->at[--to] = fresh->at[--left];
    }
    sorted->n += fresh->n;
    free(fresh->at);
    *fresh = (struct order_keys){0};
    return true;
}

/* ---- reading ---- */

static size_t lower_bound(const struct order *order, uint64_t key)
{
    size_t low = order->head;
    size_t high = order->sorted.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (order->sorted.at[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t order_count(const struct order *order)
{
    return order->sorted.n - order->head;
}

uint64_t order_at(const struct order *order, size_t n)
{
    return order->base + (uint32_t)order->sorted.at[order->head + n];
}

size_t order_rank(const struct order *order, const struct block *block, uint32_t row)
{
    return lower_bound(order, key_of(order, block, row)) - order->head;
}

bool order_evict(struct order *order, const struct block *block)
{
    if (!order_settle(order))
        return false;
    uint64_t low = UINT64_MAX;
    uint64_t high = 0;
    for (uint32_t row = 0; row < block->n; row++) {
        uint64_t key = key_of(order, block, row);
        low = key < low ? key : low;
        high = key > high ? key : high;
    }
    uint64_t *keys = order->sorted.at;
    uint64_t end = block->first_row + block->n - order->base;
    size_t first = lower_bound(order, low);
    size_t last = high == UINT64_MAX ? order->sorted.n : lower_bound(order, high + 1);
    size_t to = last;
    for (size_t k = last; k-- > first;)
        if ((uint32_t)keys[k] >= end)
            keys[--to] = keys[k];
    size_t gone = to - first;
    if (gone && first > order->head)
        memmove(keys + order->head + gone, keys + order->head, (first - order->head) * sizeof *keys);
    order->head += gone;
    if (order->head > order->sorted.n / 2) {
        memmove(keys, keys + order->head, (order->sorted.n - order->head) * sizeof *keys);
        order->sorted.n -= order->head;
        order->head = 0;
    }
    if (end > UINT32_MAX / 2)
        rebase(order, order->base + end);
    return true;
}
