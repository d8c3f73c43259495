/* counts.c - a hash map from page number to a page of 64 slots. Leaves zooming and settling to view/timeline.
 *
 * A time's slot is start >> shift and its page slot >> 6, so that making slots twice as wide moves every pair of
 * neighbouring slots into one and no counted row has to be looked at again. */
#include "store/counts.h"

#include <stdlib.h>
#include <string.h>

#include "base/scope.h"

enum {
    PAGE_SLOTS = 64,
    PAGES_MIN = 16,
    SHIFT_MAX = 62,
};

struct page {
    int64_t number;
    uint64_t slots[PAGE_SLOTS][4]; /* in the order of struct count */
};

struct counts {
    struct page **table; /* open addressing; NULL = free */
    size_t room;         /* a power of two */
    size_t n, max;       /* pages */
    struct page *last;   /* where the last row went: times come nearly in order */
    unsigned shift;      /* a slot is 1 << shift seconds */
    bool any;
    int64_t first_start, last_start;
};

/* Indexed by weir_row_kind, then weir_verdict. */
static const uint8_t place_of[16][16] = {
    [WEIR_ROW_RECORD] = {[WEIR_VERDICT_NONE] = 2, [WEIR_VERDICT_ACCEPT] = 0, [WEIR_VERDICT_REJECT] = 1},
    [WEIR_ROW_NODATA] = {[WEIR_VERDICT_NONE] = 2, [WEIR_VERDICT_ACCEPT] = 2, [WEIR_VERDICT_REJECT] = 2},
    [WEIR_ROW_SKIPDATA] = {[WEIR_VERDICT_NONE] = 3, [WEIR_VERDICT_ACCEPT] = 3, [WEIR_VERDICT_REJECT] = 3},
};

struct counts *counts_new(size_t max_bytes)
{
    struct counts *counts = calloc(1, sizeof *counts);
    if (!counts)
        return NULL;
    size_t max = max_bytes / (sizeof(struct page) + 2 * sizeof(struct page *));
    counts->max = max < PAGES_MIN ? PAGES_MIN : max > COUNT_PAGES_MAX ? COUNT_PAGES_MAX : max;
    return counts;
}

void counts_clear(struct counts *counts)
{
    for (size_t k = 0; k < counts->room; k++)
        free(counts->table[k]);
    free(counts->table);
    *counts = (struct counts){.max = counts->max};
}

void counts_free(struct counts *counts)
{
    if (!counts)
        return;
    counts_clear(counts);
    free(counts);
}

size_t counts_bytes(const struct counts *counts)
{
    return sizeof *counts + counts->n * sizeof(struct page) + counts->room * sizeof *counts->table;
}

int64_t counts_resolution(const struct counts *counts)
{
    return (int64_t)1 << counts->shift;
}

bool counts_span(const struct counts *counts, int64_t *first, int64_t *last)
{
    if (!counts->any)
        return false;
    *first = counts->first_start;
    *last = counts->last_start;
    return true;
}

static size_t home(int64_t number, size_t room)
{
    uint64_t hash = (uint64_t)number * 0x9e3779b97f4a7c15u;
    return (size_t)(hash ^ hash >> 32) & (room - 1);
}

/* Where the page is or would go. */
static size_t place(struct page *const *table, size_t room, int64_t number)
{
    size_t k = home(number, room);
    while (table[k] && table[k]->number != number)
        k = (k + 1) & (room - 1);
    return k;
}

static bool resize(struct counts *counts, size_t room)
{
    struct page **table = calloc(room, sizeof *table);
    if (!table)
        return false;
    for (size_t k = 0; k < counts->room; k++)
        if (counts->table[k])
            table[place(table, room, counts->table[k]->number)] = counts->table[k];
    free(counts->table);
    counts->table = table;
    counts->room = room;
    return true;
}

static void fold_page(struct page *into, const struct page *page)
{
    size_t half = page->number & 1 ? PAGE_SLOTS / 2 : 0;
    for (size_t slot = 0; slot < PAGE_SLOTS; slot++)
        for (size_t c = 0; c < 4; c++)
            into->slots[half + slot / 2][c] += page->slots[slot][c];
}

/* Makes slots twice as wide. */
static bool widen(struct counts *counts)
{
    struct page **table = calloc(counts->room, sizeof *table);
    if (!table)
        return false;
    counts->n = 0;
    for (size_t k = 0; k < counts->room; k++) {
        struct page *page = counts->table[k];
        if (!page)
            continue;
        struct page old = *page;
        size_t to = place(table, counts->room, old.number >> 1);
        if (table[to]) {
            free(page);
        } else {
            *page = (struct page){.number = old.number >> 1};
            table[to] = page;
            counts->n++;
        }
        fold_page(table[to], &old);
    }
    free(counts->table);
    counts->table = table;
    counts->shift++;
    counts->last = NULL;
    return true;
}

static struct page *page_add(struct counts *counts, int64_t number)
{
    struct page *page = calloc(1, sizeof *page);
    if (!page)
        return NULL;
    page->number = number;
    counts->table[place(counts->table, counts->room, number)] = page;
    counts->n++;
    return page;
}

/* The page of a time; NULL when out of memory. */
static struct page *page_at(struct counts *counts, int64_t start)
{
    for (;;) {
        int64_t number = start >> counts->shift >> 6;
        if (counts->last && counts->last->number == number)
            return counts->last;
        if (2 * (counts->n + 1) > counts->room && !resize(counts, counts->room ? counts->room * 2 : 2 * PAGES_MIN))
            return NULL;
        size_t k = place(counts->table, counts->room, number);
        if (counts->table[k])
            return counts->last = counts->table[k];
        if (counts->n < counts->max || counts->shift == SHIFT_MAX)
            return counts->last = page_add(counts, number);
        if (!widen(counts))
            return NULL;
    }
}

static void stretch(struct counts *counts, int64_t low, int64_t high)
{
    if (low > high)
        return;
    if (!counts->any || low < counts->first_start)
        counts->first_start = low;
    if (!counts->any || high > counts->last_start)
        counts->last_start = high;
    counts->any = true;
}

bool counts_add(struct counts *counts, const struct block *block, uint32_t from, uint32_t to, const uint64_t *bits)
{
    const struct column *starts = block->column[WEIR_F_START];
    int64_t low = INT64_MAX;
    int64_t high = INT64_MIN;
    for (uint32_t row = from; starts && row < to; row++) {
        if ((bits && !bit_test(bits, row)) || column_is_null(starts, row))
            continue;
        uint64_t number = column_number(starts, row);
        int64_t start = number > INT64_MAX ? INT64_MAX : (int64_t)number;
        struct page *page = counts->last;
        if (UNLIKELY(!page || page->number != start >> counts->shift >> 6))
            page = page_at(counts, start);
        if (!page)
            return false;
        unsigned kind = block->kind[row];
        page->slots[start >> counts->shift & (PAGE_SLOTS - 1)][place_of[kind & 15][kind >> 4]]++;
        low = start < low ? start : low;
        high = start > high ? start : high;
    }
    stretch(counts, low, high);
    return true;
}

void counts_subtract(struct counts *counts, const struct block *block, uint32_t from, uint32_t to, const uint64_t *bits)
{
    const struct column *starts = block->column[WEIR_F_START];
    for (uint32_t row = from; starts && row < to; row++) {
        if (!bit_test(bits, row) || column_is_null(starts, row))
            continue;
        uint64_t number = column_number(starts, row);
        int64_t start = number > INT64_MAX ? INT64_MAX : (int64_t)number;
        struct page *page = page_at(counts, start);
        unsigned kind = block->kind[row];
        uint64_t *slot =
            page ? &page->slots[start >> counts->shift & (PAGE_SLOTS - 1)][place_of[kind & 15][kind >> 4]] : NULL;
        if (slot && *slot)
            --*slot;
    }
}

static void fold_slots(const struct counts *counts, const struct page *page, int64_t from, int64_t step,
                       struct count *out, size_t n)
{
    for (size_t slot = 0; slot < PAGE_SLOTS; slot++) {
        const uint64_t *c = page->slots[slot];
        if (!(c[0] | c[1] | c[2] | c[3]))
            continue;
        int64_t start = (int64_t)((uint64_t)(page->number * PAGE_SLOTS + (int64_t)slot) << counts->shift);
        if (start < from)
            continue;
        uint64_t k = ((uint64_t)start - (uint64_t)from) / (uint64_t)step;
        if (k >= n)
            continue;
        out[k].accept += c[0];
        out[k].reject += c[1];
        out[k].other += c[2];
        out[k].skipped += c[3];
    }
}

void counts_fold(const struct counts *counts, int64_t from, int64_t step, struct count *out, size_t n)
{
    memset(out, 0, n * sizeof *out);
    if (!counts->n || n == 0 || step <= 0)
        return;
    int64_t seconds;
    int64_t end;
    if (__builtin_mul_overflow((int64_t)n, step, &seconds) || __builtin_add_overflow(from, seconds, &end))
        end = INT64_MAX;
    int64_t first_page = from >> counts->shift >> 6;
    int64_t last_page = (end - 1) >> counts->shift >> 6;

    /* A narrow range is looked up page by page, a wide one by going through all that there are. */
    if ((uint64_t)last_page - (uint64_t)first_page < counts->n) {
        for (int64_t number = first_page; number <= last_page; number++) {
            const struct page *page = counts->table[place(counts->table, counts->room, number)];
            if (page)
                fold_slots(counts, page, from, step, out, n);
        }
        return;
    }
    for (size_t k = 0; k < counts->room; k++)
        if (counts->table[k])
            fold_slots(counts, counts->table[k], from, step, out, n);
}
