/* rows.h - blocks from text for tests, without the decoder: one record a line, in the columns of a layout.
 * What a line is follows from its log-status and action, as in the default format. */
#ifndef WEIR_SUPPORT_ROWS_H
#define WEIR_SUPPORT_ROWS_H

#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "flow/block.h"
#include "flow/format.h"

static inline struct cell rows_cell(weir_field field, const char *text, size_t len)
{
    struct cell cell = {.type = CELL_NULL};
    weir_addr addr;
    if (len == 1 && text[0] == '-')
        return cell;
    switch (weir_field_get(field)->kind) {
    case WEIR_KIND_ADDR:
        if (!addr_parse(text, len, &addr))
            abort();
        cell.type = addr.family == 4 ? CELL_V4 : CELL_V6;
        if (addr.family == 4)
            cell.number = addr_v4(&addr);
        else
            cell.addr = addr;
        return cell;
    case WEIR_KIND_TEXT:
    case WEIR_KIND_ACTION:
    case WEIR_KIND_STATUS:
    case WEIR_KIND_DIRECTION:
        cell.type = CELL_TEXT;
        cell.text.at = text;
        cell.text.len = (uint32_t)len;
        return cell;
    default:
        cell.type = CELL_NUMBER;
        cell.number = strtoull(text, NULL, 10);
        return cell;
    }
}

static inline bool rows_cell_is(const struct cell *cell, const char *text)
{
    return cell->type == CELL_TEXT && cell->text.len == strlen(text) &&
           memcmp(cell->text.at, text, cell->text.len) == 0;
}

/* Appends one record, values with single spaces between. The block must have room. */
static inline void rows_add(struct block *block, const struct format *layout, const char *line)
{
    struct cell cells[FORMAT_COLUMNS_MAX] = {0};
    weir_row_kind kind = WEIR_ROW_RECORD;
    weir_verdict verdict = WEIR_VERDICT_NONE;
    for (unsigned k = 0; k < layout->n; k++) {
        size_t len = strcspn(line, " ");
        weir_field field = (weir_field)layout->column[k];
        cells[k] = rows_cell(field, line, len);
        if (field == WEIR_F_ACTION && cells[k].type == CELL_TEXT)
            verdict = rows_cell_is(&cells[k], "REJECT") ? WEIR_VERDICT_REJECT : WEIR_VERDICT_ACCEPT;
        if (field == WEIR_F_LOG_STATUS && rows_cell_is(&cells[k], "NODATA"))
            kind = WEIR_ROW_NODATA;
        if (field == WEIR_F_LOG_STATUS && rows_cell_is(&cells[k], "SKIPDATA"))
            kind = WEIR_ROW_SKIPDATA;
        line += len + (line[len] == ' ');
    }
    if (verdict != WEIR_VERDICT_NONE)
        kind = WEIR_ROW_RECORD;
    if (block_add(block, layout, kind, verdict, cells, NULL, 0) != WEIR_OK)
        abort();
}

/* A generator of repeatable numbers (splitmix64). */
static inline uint64_t rows_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

#endif
