/* view.c - keeps the matching rows and everything counted over them in step with the ring. Leaves reading to
 * rows.c, facet.c, timeline.c and top.c.
 *
 * A sheet is taken back exactly as it was put in, because its bits say what was counted. A new filter looks at
 * sheets newest first, so what has been looked at is always one stretch that ends at the newest row. */
#include "view/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/scope.h"
#include "view/state.h"

/* What is certain to each facet's table and to the top table, in 64ths of the view's memory, in order of
 * facet_fields; the timeline has its part, and the rest goes to the tables that need it. */
static const uint8_t facet_share[WEIR_FACETS] = {1, 3, 5, 5, 3, 1, 1, 1, 1};
enum { TOP_SHARE = 10, TIMELINE_SHARE = 6, SHARES = 64 };

/* Facets in which "-" is a value that people look for. */
static const bool facet_nulls[WEIR_FACETS] = {[0] = true, [6] = true, [7] = true};

static weir_group group_of(weir_field field)
{
    return (weir_group){.n = 1, .part = {{.field = field, .prefix4 = 32, .prefix6 = 128}}};
}

weir_view *view_new(const struct ring *ring, const struct view_options *options)
{
    weir_view *view = calloc(1, sizeof *view);
    if (!view)
        return NULL;
    view->ring = ring;
    view->options = *options;
    view->accounted = ring_first(ring);
    uint64_t share = options->memory_bytes / SHARES;
    view->pool.max_bytes = share * (SHARES - TIMELINE_SHARE);
    for (size_t k = 0; k < WEIR_FACETS; k++) {
        weir_group group = group_of(facet_fields[k]);
        tally_init(&view->facets[k], &group, facet_nulls[k] ? TALLY_NULLS : 0, &view->pool, share * facet_share[k]);
    }
    weir_group group = group_of(WEIR_F_SRCADDR);
    tally_init(&view->top, &group, TALLY_SUMS, &view->pool, share * TOP_SHARE);
    view->timeline = counts_new(share * TIMELINE_SHARE);
    if (!view->timeline || filter_init(&view->filter, NULL, options->since, options->until, NULL) != WEIR_OK) {
        view_free(view);
        return NULL;
    }
    return view;
}

void view_free(weir_view *view)
{
    if (!view)
        return;
    for (size_t k = 0; k < view->n_sheets; k++)
        free(view->sheets[k].bits);
    free(view->sheets);
    for (size_t k = 0; k < WEIR_FACETS; k++)
        tally_done(&view->facets[k]);
    tally_done(&view->top);
    counts_free(view->timeline);
    order_done(&view->by_start);
    filter_done(&view->filter);
    free(view);
}

uint64_t view_bytes(const weir_view *view)
{
    uint64_t bytes = sizeof *view + view->n_sheets * BLOCK_WORDS * sizeof(uint64_t) +
                     view->sheets_room * sizeof *view->sheets + tally_bytes(&view->top) + counts_bytes(view->timeline) +
                     order_bytes(&view->by_start);
    for (size_t k = 0; k < WEIR_FACETS; k++)
        bytes += tally_bytes(&view->facets[k]);
    return bytes;
}

/* ---- counting in and out ---- */

typedef void count_rows(struct tally *tally, const struct block *block, const uint16_t *rows, size_t n);

/* Only records have a place in the top table. */
static void count_top(weir_view *view, const struct block *block, const uint16_t *rows, size_t n, count_rows *count)
{
    size_t records = 0;
    for (size_t i = 0; i < n; i++) {
        view->some_rows[records] = rows[i];
        records += block_kind(block, rows[i]) == WEIR_ROW_RECORD;
    }
    count(&view->top, block, view->some_rows, records);
}

/* Counts rows [from, to) into or out of the facets. view->scratch holds their row sets, view->rows[n] the rows that
 * match everything. */
static void count_facets(weir_view *view, const struct block *block, uint32_t from, uint32_t to, size_t n,
                         count_rows *count)
{
    for (int k = 0; k < WEIR_FACETS; k++) {
        if (!view->filter.own[k]) {
            count(&view->facets[k], block, view->rows, n);
            continue;
        }
        filter_join(&view->filter, &view->scratch, k, from, to, view->mask);
        size_t some = bits_rows(view->mask, from, to, view->some_rows);
        count(&view->facets[k], block, view->some_rows, some);
    }
}

static void account(weir_view *view, const struct block *block, const struct sheet *sheet, uint32_t from, uint32_t to)
{
    if (block->first_row + to <= view->accounted)
        return;
    if (block->first_row + from < view->accounted)
        from = (uint32_t)(view->accounted - block->first_row);
    for (uint32_t row = from; row < to; row++) {
        bool is_record = block_kind(block, row) == WEIR_ROW_RECORD;
        view->records += is_record;
        view->shown += is_record && bit_test(sheet->bits, row);
    }
    view->accounted = block->first_row + to;
    if (block->min_start > block->max_start)
        return;
    int64_t low = block->min_start < 0 ? 0 : block->min_start;
    int64_t high = block->max_start < low ? low : block->max_start;
    view->first = view->has_span && view->first < low ? view->first : low;
    view->last = view->has_span && view->last > high ? view->last : high;
    view->has_span = true;
}

/* Looks at the rows of a sheet that were not seen yet. */
static weir_status look(weir_view *view, struct sheet *sheet, const struct block *block)
{
    uint32_t from = sheet->seen;
    uint32_t to = block->n;
    if (from == 0)
        sheet->in_top = true;
    filter_run(&view->filter, block, from, to, &view->scratch);
    filter_join(&view->filter, &view->scratch, -1, from, to, sheet->bits);
    size_t n = bits_rows(sheet->bits, from, to, view->rows);
    sheet->seen = to;
    sheet->matched += (uint32_t)n;
    view->matched += n;
    account(view, block, sheet, from, to);
    count_facets(view, block, from, to, n, tally_add);
    if (sheet->in_top)
        count_top(view, block, view->rows, n, tally_add);
    bool counted = counts_add(view->timeline, block, from, to, sheet->bits);
    if (view->order == WEIR_ORDER_START)
        counted = order_add(&view->by_start, block, view->rows, n) && counted;
    return counted ? WEIR_OK : WEIR_E_NOMEM;
}

/* Counts a sheet into the top table after the group has changed. */
static void look_top(weir_view *view, struct sheet *sheet, const struct block *block)
{
    size_t n = bits_rows(sheet->bits, 0, sheet->seen, view->rows);
    count_top(view, block, view->rows, n, tally_add);
    sheet->in_top = true;
}

static weir_status finish(weir_view *view, size_t k)
{
    struct sheet *sheet = &view->sheets[k];
    const struct block *block = ring_block(view->ring, k);
    if (sheet->seen > 0 && !sheet->in_top)
        look_top(view, sheet, block);
    return sheet->seen < block->n ? look(view, sheet, block) : WEIR_OK;
}

/* One sheet for every block of the ring. */
static bool add_sheets(weir_view *view)
{
    while (view->n_sheets < ring_blocks(view->ring)) {
        if (view->n_sheets == view->sheets_room) {
            size_t room = view->sheets_room ? view->sheets_room * 2 : 16;
            struct sheet *sheets = realloc(view->sheets, room * sizeof *sheets);
            if (!sheets)
                return false;
            view->sheets = sheets;
            view->sheets_room = room;
        }
        uint64_t *bits = calloc(BLOCK_WORDS, sizeof *bits);
        if (!bits)
            return false;
        view->sheets[view->n_sheets++] = (struct sheet){.bits = bits};
    }
    return true;
}

/* Looks at all rows that were never looked at, oldest first. */
static weir_status catch_up(weir_view *view)
{
    if (!add_sheets(view))
        return WEIR_E_NOMEM;
    weir_status status = WEIR_OK;
    while (view->accounted < ring_end(view->ring)) {
        uint64_t first = ring_first(view->ring);
        if (view->accounted < first)
            view->accounted = first;
        size_t k = (size_t)((view->accounted - first) / BLOCK_ROWS);
        weir_status last = finish(view, k);
        status = status == WEIR_OK ? last : status;
        if (view->todo > k)
            view->todo = k;
    }
    return status;
}

weir_status view_added(weir_view *view, uint64_t first, uint64_t *records, uint64_t *shown, weir_error *err)
{
    (void)first; /* `accounted` says the same and holds even when a block went before it was looked at */
    weir_status status = catch_up(view);
    *records = view->records;
    *shown = view->shown;
    view->records = view->shown = 0;
    return status == WEIR_OK ? WEIR_OK : weir_fail(err, status, 0, "out of memory for counts");
}

static void mark_partial(weir_view *view, int64_t until)
{
    if (!view->has_partial || until > view->partial_until)
        view->partial_until = until;
    view->has_partial = true;
}

static void subtract(weir_view *view, const struct sheet *sheet, const struct block *block)
{
    uint32_t to = sheet->seen;
    if (filter_has_own(&view->filter))
        filter_run(&view->filter, block, 0, to, &view->scratch);
    size_t n = bits_rows(sheet->bits, 0, to, view->rows);
    count_facets(view, block, 0, to, n, tally_subtract);
    if (sheet->in_top)
        count_top(view, block, view->rows, n, tally_subtract);
}

/* Which rows match does not depend on derived fields. */
static bool is_filter_plain(const weir_view *view)
{
    for (int field = 0; view->query && field < WEIR_FIELD_COUNT; field++)
        if (weir_field_is_derived((weir_field)field) && weir_query_mentions(view->query, (weir_field)field))
            return false;
    return true;
}

/* Counts a sheet's rows into or out of what speaks of derived fields; view->rows[n] are those that match. */
static void count_derived(weir_view *view, const struct sheet *sheet, const struct block *block, size_t n,
                          count_rows *count)
{
    bool in_group = false;
    for (size_t k = 0; k < WEIR_FACETS; k++)
        if (weir_field_is_derived(facet_fields[k]))
            count(&view->facets[k], block, view->rows, n);
    for (size_t k = 0; k < view->top.group.n; k++)
        in_group = in_group || weir_field_is_derived(view->top.group.part[k].field);
    if (sheet->in_top && in_group)
        count_top(view, block, view->rows, n, count);
}

weir_status view_rewrite(weir_view *view, size_t k, void (*rewrite)(size_t k, void *user), void *user)
{
    weir_status status = catch_up(view);
    struct sheet *sheet = k < view->n_sheets ? &view->sheets[k] : NULL;
    if (status != WEIR_OK || !sheet || sheet->seen == 0) {
        rewrite(k, user);
        return status;
    }
    const struct block *block = ring_block(view->ring, k);
    if (is_filter_plain(view)) {
        size_t n = bits_rows(sheet->bits, 0, sheet->seen, view->rows);
        count_derived(view, sheet, block, n, tally_subtract);
        rewrite(k, user);
        count_derived(view, sheet, block, n, tally_add);
        return WEIR_OK;
    }
    uint64_t before[BLOCK_WORDS];
    memcpy(before, sheet->bits, sizeof before);
    subtract(view, sheet, block);
    counts_subtract(view->timeline, block, 0, sheet->seen, sheet->bits);
    view->matched -= sheet->matched;
    rewrite(k, user);
    sheet->seen = sheet->matched = 0;
    memset(sheet->bits, 0, sizeof before);
    weir_order order = view->order;
    view->order = WEIR_ORDER_ARRIVAL; /* rows are put in order once, below */
    status = look(view, sheet, block);
    view->order = order;
    view->unordered |= order == WEIR_ORDER_START && memcmp(before, sheet->bits, sizeof before) != 0;
    return status;
}

static void stop_ordering(weir_view *view)
{
    order_clear(&view->by_start, 0);
    view->order = WEIR_ORDER_ARRIVAL;
}

void view_evicting(weir_view *view, const struct block *block)
{
    (void)add_sheets(view);
    if (view->n_sheets == 0)
        return;
    struct sheet *sheet = &view->sheets[0];
    (void)finish(view, 0);
    if (view->order == WEIR_ORDER_START && !order_evict(&view->by_start, block))
        stop_ordering(view);
    if (view->options.keep_counts)
        view->matched_gone += sheet->matched;
    else
        subtract(view, sheet, block);
    view->matched -= sheet->matched;
    free(sheet->bits);
    view->n_sheets--;
    memmove(view->sheets, view->sheets + 1, view->n_sheets * sizeof *view->sheets);
    if (view->todo > 0)
        view->todo--;
}

/* ---- what is looked at changes ---- */

static void forget(weir_view *view)
{
    for (size_t k = 0; k < view->n_sheets; k++) {
        view->sheets[k].seen = view->sheets[k].matched = 0;
        memset(view->sheets[k].bits, 0, BLOCK_WORDS * sizeof *view->sheets[k].bits);
    }
    view->todo = view->n_sheets;
    view->matched = view->matched_gone = 0;
    for (size_t k = 0; k < WEIR_FACETS; k++)
        tally_clear(&view->facets[k]);
    tally_clear(&view->top);
    counts_clear(view->timeline);
    order_clear(&view->by_start, ring_first(view->ring));
}

/* The record start of the oldest row that has one. */
static bool oldest_start(const struct ring *ring, int64_t *start)
{
    const struct block *block = ring_block(ring, 0);
    const struct column *starts = block ? block->column[WEIR_F_START] : NULL;
    for (uint32_t row = 0; starts && row < block->n; row++) {
        if (column_is_null(starts, row))
            continue;
        uint64_t number = column_number(starts, row);
        *start = number > INT64_MAX ? INT64_MAX : (int64_t)number;
        return true;
    }
    return false;
}

weir_status view_set_query(weir_view *view, const weir_query *query, weir_error *err)
{
    weir_status status = catch_up(view);
    if (status != WEIR_OK)
        return weir_fail(err, status, 0, "out of memory for counts");
    struct filter filter;
    status = filter_init(&filter, query, view->options.since, view->options.until, err);
    if (status != WEIR_OK)
        return status;
    filter_done(&view->filter);
    view->filter = filter;
    view->query = query;
    forget(view);
    int64_t start;
    if (ring_evicted(view->ring) > 0 && oldest_start(view->ring, &start))
        mark_partial(view, start);
    return WEIR_OK;
}

void view_set_group(weir_view *view, const weir_group *group)
{
    uint64_t own_bytes = view->top.own_bytes;
    tally_done(&view->top);
    tally_init(&view->top, group, TALLY_SUMS, &view->pool, own_bytes);
    for (size_t k = 0; k < view->n_sheets; k++)
        view->sheets[k].in_top = false;
    view->todo = view->n_sheets;
}

weir_status view_set_order(weir_view *view, weir_order order, weir_error *err)
{
    if (order == view->order)
        return WEIR_OK;
    if (order == WEIR_ORDER_ARRIVAL) {
        stop_ordering(view);
        return WEIR_OK;
    }
    order_clear(&view->by_start, ring_first(view->ring));
    bool ok = true;
    for (size_t k = 0; ok && k < view->n_sheets; k++) {
        size_t n = bits_rows(view->sheets[k].bits, 0, view->sheets[k].seen, view->rows);
        ok = order_add(&view->by_start, ring_block(view->ring, k), view->rows, n);
    }
    if (!ok || !order_settle(&view->by_start)) {
        stop_ordering(view);
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory for the order by start");
    }
    view->order = order;
    return WEIR_OK;
}

void view_reorder(weir_view *view)
{
    if (!view->unordered)
        return;
    view->unordered = false;
    if (view->order == WEIR_ORDER_START) {
        stop_ordering(view);
        (void)view_set_order(view, WEIR_ORDER_START, NULL);
    }
}

void view_set_settled(weir_view *view, int64_t settled_until)
{
    view->settled_until = settled_until;
}

bool view_work(weir_view *view, int budget_ms)
{
    int64_t until = clock_mono_ms() + budget_ms;
    (void)catch_up(view);
    while (view->todo > 0) {
        (void)finish(view, view->todo - 1);
        view->todo--;
        if (clock_mono_ms() >= until)
            break;
    }
    return view->todo > 0;
}
