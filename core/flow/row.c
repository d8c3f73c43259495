/* row.c - a row seen through its layout (weir/record.h). */
#include "weir/record.h"

#include <string.h>

#include "flow/block.h"

static const struct format *layout_of(const weir_row *row)
{
    return row->block->formats[row->block->layout[row->index]];
}

weir_row_kind weir_row_kind_of(const weir_row *row)
{
    return block_kind(row->block, row->index);
}

weir_verdict weir_row_verdict(const weir_row *row)
{
    return block_verdict(row->block, row->index);
}

weir_value weir_row_value(const weir_row *row, weir_field field)
{
    const struct column *column = row->block->column[field];
    if (!column || (layout_of(row)->column_of[field] < 0 && !weir_field_is_derived(field)))
        return (weir_value){.type = WEIR_ABSENT};
    if (column_is_null(column, row->index))
        return (weir_value){.type = WEIR_NULL};
    if (column->dict) {
        uint32_t id = (uint32_t)column_number(column, row->index);
        return (weir_value){.type = WEIR_TEXT, .text = dict_text(column->dict, id)};
    }
    if (column->kind == WEIR_KIND_ADDR)
        return (weir_value){.type = WEIR_ADDRESS, .addr = column_addr(column, row->index)};
    return (weir_value){.type = WEIR_NUMBER, .number = column_number(column, row->index)};
}

size_t weir_row_fields(const weir_row *row, weir_field *out, size_t max)
{
    const struct format *layout = layout_of(row);
    size_t n = 0;
    for (unsigned k = 0; k < layout->n; k++) {
        if (layout->column[k] == WEIR_FIELD_NONE)
            continue;
        if (n < max)
            out[n] = (weir_field)layout->column[k];
        n++;
    }
    for (unsigned k = 0; k < row->block->n_fields; k++) {
        weir_field field = (weir_field)row->block->fields[k];
        if (!weir_field_is_derived(field))
            continue;
        if (n < max)
            out[n] = field;
        n++;
    }
    return n;
}

/* Appends a word and the space before it; what does not fit is left out. */
static size_t put_word(char *buffer, size_t size, size_t len, const char *word)
{
    size_t space = len > 0, n = strlen(word);
    if (len + space + n >= size)
        return len;
    if (space)
        buffer[len] = ' ';
    memcpy(buffer + len + space, word, n + 1);
    return len + space + n;
}

weir_safe weir_row_text(const weir_row *row, char *buffer, size_t size)
{
    const struct format *layout = layout_of(row);
    size_t len = 0;
    buffer[0] = '\0';
    for (unsigned k = 0; k < layout->n; k++) {
        char text[64];
        weir_safe word = WEIR_SAFE("-"); /* a column that is not known to us was not kept */
        if (layout->column[k] != WEIR_FIELD_NONE) {
            weir_field field = (weir_field)layout->column[k];
            weir_value value = weir_row_value(row, field);
            word = value.type == WEIR_TEXT ? value.text
                                           : weir_value_text(field, &value, WEIR_STYLE_AWS, text, sizeof text);
        }
        len = put_word(buffer, size, len, word.text);
    }
    weir_safe surplus = block_surplus(row->block, row->index);
    if (surplus.text[0])
        put_word(buffer, size, len, surplus.text);
    return (weir_safe){buffer};
}
