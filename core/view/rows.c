/* rows.c - rows by place and by id. Leaves keeping the row sets to view.c. */
#include "view/state.h"

uint64_t weir_view_total(const weir_view *view)
{
    return ring_end(view->ring) - ring_first(view->ring);
}

uint64_t weir_view_matched(const weir_view *view)
{
    return view->matched + view->matched_gone;
}

uint64_t weir_view_oldest(const weir_view *view)
{
    return ring_first(view->ring);
}

uint64_t weir_view_newest(const weir_view *view)
{
    return weir_view_total(view) ? ring_end(view->ring) - 1 : UINT64_MAX;
}

bool weir_view_busy(const weir_view *view)
{
    return view->todo > 0;
}

weir_order weir_view_order(const weir_view *view)
{
    return view->order;
}

bool weir_view_row(const weir_view *view, uint64_t id, weir_row *out)
{
    uint32_t index;
    const struct block *block = ring_find(view->ring, id, &index);
    if (!block)
        return false;
    *out = (weir_row){block, index, id};
    return true;
}

bool view_shows(const weir_view *view, uint64_t id)
{
    uint32_t index;
    if (!view->n_sheets || !ring_find(view->ring, id, &index))
        return false;
    const struct sheet *sheet = &view->sheets[id / BLOCK_ROWS - ring_block(view->ring, 0)->first_row / BLOCK_ROWS];
    return index < sheet->seen && (sheet->bits[index / 64] >> (index % 64) & 1);
}

/* The index is brought up to date by looking at it, which changes nothing that can be seen. */
static struct order *by_start(const weir_view *view)
{
    struct order *order = (struct order *)&view->by_start;
    return view->order == WEIR_ORDER_START && order_settle(order) ? order : NULL;
}

bool weir_view_nth(const weir_view *view, uint64_t n, weir_row *out)
{
    const struct order *order = by_start(view);
    if (order)
        return n < order_count(order) && weir_view_row(view, order_at(order, (size_t)n), out);
    for (size_t k = 0; k < view->n_sheets; k++) {
        const struct sheet *sheet = &view->sheets[k];
        if (n >= sheet->matched) {
            n -= sheet->matched;
            continue;
        }
        const struct block *block = ring_block(view->ring, k);
        uint32_t index = bits_select(sheet->bits, (uint32_t)n);
        *out = (weir_row){block, index, block->first_row + index};
        return true;
    }
    return false;
}

/* Matching rows before `id` as they arrived. */
static uint64_t count_before(const weir_view *view, uint64_t id)
{
    uint64_t first = ring_first(view->ring);
    if (id < first)
        return 0;
    uint64_t last = (id - first) / BLOCK_ROWS;
    uint64_t rank = 0;
    for (size_t k = 0; k < view->n_sheets && k <= last; k++) {
        const struct sheet *sheet = &view->sheets[k];
        uint32_t index = k == last ? (uint32_t)((id - first) % BLOCK_ROWS) : BLOCK_ROWS;
        rank += index < sheet->seen ? bits_count(sheet->bits, 0, index) : sheet->matched;
    }
    return rank;
}

uint64_t weir_view_rank(const weir_view *view, uint64_t id)
{
    const struct order *order = by_start(view);
    if (!order || id < ring_first(view->ring))
        return count_before(view, id);
    uint32_t index;
    const struct block *block = ring_find(view->ring, id, &index);
    return block ? order_rank(order, block, index) : order_count(order);
}

uint64_t weir_view_matched_after(const weir_view *view, uint64_t after)
{
    return after == UINT64_MAX ? 0 : view->matched - count_before(view, after + 1);
}

bool weir_view_find(const weir_view *view, int64_t from, int64_t to, weir_verdict verdict, weir_row *out)
{
    for (size_t k = 0; k < view->n_sheets; k++) {
        const struct sheet *sheet = &view->sheets[k];
        const struct block *block = ring_block(view->ring, k);
        const struct column *start = block->column[WEIR_F_START];
        if (!start || !sheet->matched || block->max_start < from || block->min_start >= to)
            continue;
        for (uint32_t row = 0; row < sheet->seen; row++) {
            if (!bit_test(sheet->bits, row) || column_is_null(start, row))
                continue;
            if (verdict != WEIR_VERDICT_NONE && block_verdict(block, row) != verdict)
                continue;
            int64_t t = (int64_t)column_number(start, row);
            if (t < from || t >= to)
                continue;
            *out = (weir_row){block, row, block->first_row + row};
            return true;
        }
    }
    return false;
}
