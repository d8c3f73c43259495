/* block.h - rows, column by column.
 *
 *   block ── kind[]      one byte a row: weir_row_kind and weir_verdict
 *         ── layout[]    one byte a row: index of its struct format in formats[]
 *         └─ column[field] ── data: numbers in the fewest bytes (1, 2, 4, 8) that hold the block's largest
 *                          │        text: ids of dict entries; address: IPv4, or an index into v6[]
 *                          ├─ nulls: bit map of the rows that are "-" or lack the field; NULL = none
 *                          └─ dict:  the different texts of this column in this block
 *
 * A column exists only if some row of the block has the field. Texts are safe text: they are sanitised
 * once, when they enter the dict. The same structure carries batches from sources (BATCH_ROWS) and is
 * what the ring is made of (BLOCK_ROWS). Not locked: one owner at a time. */
#ifndef WEIR_FLOW_BLOCK_H
#define WEIR_FLOW_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "flow/format.h"
#include "weir/record.h"

struct dict; /* texts of a column */

struct column {
    weir_kind kind;
    uint8_t width; /* bytes of an element: 1, 2, 4 or 8 */
    void *data;
    uint64_t *nulls;   /* bit set = null or absent; NULL = no such row */
    struct dict *dict; /* text kinds */
    uint64_t *is_v6;   /* address kind: bit set = element is an index into v6; NULL = all IPv4 */
    weir_addr *v6;
    uint32_t n_v6, room_v6;
};

struct block {
    uint64_t first_row;           /* id of row 0 */
    uint32_t n;                   /* rows */
    uint32_t room;                /* BATCH_ROWS or BLOCK_ROWS */
    int64_t min_start, max_start; /* of the rows that have a start; min > max while there is none */
    uint32_t arrival;             /* Unix seconds when the last row came */
    uint8_t *kind;                /* weir_row_kind | weir_verdict << 4 */
    uint8_t *layout;
    const struct format *formats[LAYOUTS_MAX + 1]; /* by struct format id; borrowed from the format_set */
    struct column *column[WEIR_FIELD_COUNT];
    uint8_t n_fields;                 /* columns there are … */
    uint8_t fields[WEIR_FIELD_COUNT]; /* … and whose they are, in the order in which they came */
    struct surplus *surplus;          /* columns beyond the layout, by row; NULL = none */
    size_t bytes;                     /* memory in use, all of the above */
};

struct block *block_new(uint32_t room, uint64_t first_row);
void block_free(struct block *block);
static inline bool block_is_full(const struct block *block)
{
    return block->n == block->room;
}

/* One value of a row under construction. `text` is raw bytes from the line. */
struct cell {
    enum { CELL_NULL, CELL_NUMBER, CELL_V4, CELL_V6, CELL_TEXT } type;
    union {
        uint64_t number; /* CELL_V4: host byte order */
        weir_addr addr;
        struct {
            const char *at;
            uint32_t len;
        } text;
    };
};

/* Appends a row: cells[layout column]; columns of unknown fields are ignored. `surplus` may be NULL.
 * The block must not be full. Nothing is appended on WEIR_E_NOMEM. */
weir_status block_add(struct block *block, const struct format *layout, weir_row_kind kind, weir_verdict verdict,
                      const struct cell *cells, const char *surplus, size_t surplus_len);

/* Appends rows [from, from + n) of src, as many as fit; returns how many, or -1 when out of memory
 * (nothing appended then). */
int block_append(struct block *dst, const struct block *src, uint32_t from, uint32_t n);

/* ---- derived fields: columns that no line has, of rows that are there already ---- */

enum { DERIVED_NULL = UINT32_MAX };

/* The id of a safe text in the field's column, which is made if need be. WEIR_E_NOMEM. */
weir_status block_derived_id(struct block *block, weir_field field, weir_safe text, uint32_t *id);
/* Gives a row a text by its id, or none. WEIR_E_NOMEM leaves what was there. */
weir_status block_derive(struct block *block, weir_field field, uint32_t row, uint32_t id);
void block_forget(struct block *block, weir_field field); /* the whole column; its texts end here */

/* ---- reading ---- */

static inline weir_row_kind block_kind(const struct block *block, uint32_t row)
{
    return (weir_row_kind)(block->kind[row] & 15);
}

static inline weir_verdict block_verdict(const struct block *block, uint32_t row)
{
    return (weir_verdict)(block->kind[row] >> 4);
}

static inline bool bit_test(const uint64_t *bits, uint32_t k)
{
    return bits[k >> 6] >> (k & 63) & 1;
}

static inline void bit_set(uint64_t *bits, uint32_t k)
{
    bits[k >> 6] |= 1ull << (k & 63);
}

static inline void bit_clear(uint64_t *bits, uint32_t k)
{
    bits[k >> 6] &= ~(1ull << (k & 63));
}

static inline bool column_is_null(const struct column *column, uint32_t row)
{
    return column->nulls && bit_test(column->nulls, row);
}

/* The number of a numeric column, the dict id of a text column, the element of an address column. */
static inline uint64_t column_number(const struct column *column, uint32_t row)
{
    switch (column->width) {
    case 1: return ((const uint8_t *)column->data)[row];
    case 2: return ((const uint16_t *)column->data)[row];
    case 4: return ((const uint32_t *)column->data)[row];
    default: return ((const uint64_t *)column->data)[row];
    }
}

static inline bool column_is_v6(const struct column *column, uint32_t row)
{
    return column->is_v6 && bit_test(column->is_v6, row);
}

weir_addr column_addr(const struct column *column, uint32_t row);

uint32_t dict_count(const struct dict *dict);
weir_safe dict_text(const struct dict *dict, uint32_t id); /* borrowed as long as the block */
size_t dict_len(const struct dict *dict, uint32_t id);

/* Surplus columns of a row, or "". Borrowed as long as the block. */
weir_safe block_surplus(const struct block *block, uint32_t row);

#endif
