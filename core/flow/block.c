/* block.c - a block's life, and one row at its end. A row is not there before everything of it is
 * stored: after a failure the marks beyond block->n are taken back. */
#include "flow/block.h"

#include <stdlib.h>

#include "base/scope.h"
#include "flow/column.h"
#include "flow/dict.h"
#include "flow/surplus.h"

struct block *block_new(uint32_t room, uint64_t first_row)
{
    struct block *block = calloc(1, sizeof *block);
    if (!block)
        return NULL;
    block->kind = calloc(room, 1);
    block->layout = calloc(room, 1);
    if (!block->kind || !block->layout) {
        block_free(block);
        return NULL;
    }
    block->first_row = first_row;
    block->room = room;
    block->min_start = INT64_MAX;
    block->max_start = INT64_MIN;
    block->bytes = sizeof *block + 2 * (size_t)room;
    return block;
}

void block_free(struct block *block)
{
    if (!block)
        return;
    for (unsigned k = 0; k < block->n_fields; k++)
        column_free(block->column[block->fields[k]]);
    surplus_free(block->surplus);
    free(block->kind);
    free(block->layout);
    free(block);
}

static weir_status store_null(struct block *block, struct column *column, uint32_t row)
{
    if (column_need_nulls(block, column) != WEIR_OK)
        return WEIR_E_NOMEM;
    bit_set(column->nulls, row);
    column_store(column, row, 0);
    return WEIR_OK;
}

static inline weir_status store_number(struct block *block, struct column *column, uint32_t row, uint64_t number)
{
    if (UNLIKELY(number > width_most(column->width)) && column_widen(block, column, number) != WEIR_OK)
        return WEIR_E_NOMEM;
    column_store(column, row, number);
    return WEIR_OK;
}

static inline weir_status store_cell(struct block *block, struct column *column, uint32_t row, const struct cell *cell)
{
    uint32_t id;
    switch (cell->type) {
    case CELL_NUMBER:
    case CELL_V4: return store_number(block, column, row, cell->number);
    case CELL_TEXT:
        if (dict_put(column->dict, cell->text.at, cell->text.len, &id, &block->bytes) != WEIR_OK)
            return WEIR_E_NOMEM;
        return store_number(block, column, row, id);
    case CELL_V6: return column_store_v6(block, column, row, &cell->addr);
    default: return store_null(block, column, row);
    }
}

/* Columns that other rows have and this layout has not. */
static weir_status store_absent(struct block *block, const struct format *layout, uint32_t row)
{
    for (unsigned k = 0; k < block->n_fields; k++) {
        weir_field field = (weir_field)block->fields[k];
        if (layout->column_of[field] < 0 && store_null(block, block->column[field], row) != WEIR_OK)
            return WEIR_E_NOMEM;
    }
    return WEIR_OK;
}

static weir_status store_row(struct block *block, const struct format *layout, const struct cell *cells)
{
    uint32_t row = block->n;
    unsigned known = 0;
    for (unsigned k = 0; k < layout->n; k++) {
        if (layout->column[k] < 0)
            continue;
        known++;
        struct column *column = block->column[layout->column[k]];
        if (UNLIKELY(!column)) {
            column = column_make(block, (weir_field)layout->column[k]);
            if (!column)
                return WEIR_E_NOMEM;
        }
        if (UNLIKELY(store_cell(block, column, row, &cells[k]) != WEIR_OK))
            return WEIR_E_NOMEM;
    }
    return known == block->n_fields ? WEIR_OK : store_absent(block, layout, row);
}

static void note_start(struct block *block, const struct format *layout, const struct cell *cells)
{
    int at = layout->column_of[WEIR_F_START];
    if (at < 0 || cells[at].type != CELL_NUMBER)
        return;
    int64_t start = (int64_t)cells[at].number;
    if (start < block->min_start)
        block->min_start = start;
    if (start > block->max_start)
        block->max_start = start;
}

weir_status block_add(struct block *block, const struct format *layout, weir_row_kind kind, weir_verdict verdict,
                      const struct cell *cells, const char *surplus, size_t surplus_len)
{
    weir_status status = store_row(block, layout, cells);
    if (status == WEIR_OK && UNLIKELY(surplus_len > 0))
        status = surplus_put(&block->surplus, block->n, surplus, surplus_len, &block->bytes);
    if (UNLIKELY(status != WEIR_OK)) {
        for (unsigned k = 0; k < block->n_fields; k++)
            column_forget(block->column[block->fields[k]], block->n, block->room);
        return status;
    }
    note_start(block, layout, cells);
    block->kind[block->n] = (uint8_t)((unsigned)kind | (unsigned)verdict << 4);
    block->layout[block->n] = layout->id;
    block->formats[layout->id] = layout;
    block->n++;
    return WEIR_OK;
}

weir_addr column_addr(const struct column *column, uint32_t row)
{
    uint64_t element = column_number(column, row);
    if (column_is_v6(column, row))
        return column->v6[element];
    uint32_t v4 = (uint32_t)element;
    return (weir_addr){.family = 4,
                       .bytes = {(uint8_t)(v4 >> 24), (uint8_t)(v4 >> 16), (uint8_t)(v4 >> 8), (uint8_t)v4}};
}

weir_safe block_surplus(const struct block *block, uint32_t row)
{
    return surplus_text(block->surplus, row);
}
