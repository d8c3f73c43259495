/* derived.c - values of derived fields for rows that are there already. */
#include <string.h>

#include "flow/block.h"
#include "flow/column.h"
#include "flow/dict.h"

weir_status block_derived_id(struct block *block, weir_field field, weir_safe text, uint32_t *id)
{
    struct column *column = column_make(block, field);
    return column ? dict_put_safe(column->dict, text.text, strlen(text.text), id, &block->bytes) : WEIR_E_NOMEM;
}

weir_status block_derive(struct block *block, weir_field field, uint32_t row, uint32_t id)
{
    struct column *column = block->column[field];
    if (id == DERIVED_NULL) {
        if (!column)
            return WEIR_OK;
        if (column_need_nulls(block, column) != WEIR_OK)
            return WEIR_E_NOMEM;
        bit_set(column->nulls, row);
        column_store(column, row, 0);
        return WEIR_OK;
    }
    if (column_widen(block, column, id) != WEIR_OK)
        return WEIR_E_NOMEM;
    if (column->nulls)
        bit_clear(column->nulls, row);
    column_store(column, row, id);
    return WEIR_OK;
}

void block_forget(struct block *block, weir_field field)
{
    struct column *column = block->column[field];
    if (!column)
        return;
    unsigned k = 0;
    while (block->fields[k] != field)
        k++;
    block->n_fields--;
    memmove(&block->fields[k], &block->fields[k + 1], block->n_fields - k);
    block->column[field] = NULL;
    block->bytes -= column_bytes(block, column);
    column_free(column);
}
