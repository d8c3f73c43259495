/* column.h - making and growing the columns of a block; for block.c and append.c alone. */
#ifndef WEIR_FLOW_COLUMN_H
#define WEIR_FLOW_COLUMN_H

#include "flow/block.h"

static inline bool kind_is_text(weir_kind kind)
{
    return kind == WEIR_KIND_TEXT || kind == WEIR_KIND_ACTION || kind == WEIR_KIND_STATUS ||
           kind == WEIR_KIND_DIRECTION || kind == WEIR_KIND_CAUSE || kind == WEIR_KIND_LIST;
}

static inline uint64_t width_most(uint8_t width)
{
    return width == 8 ? UINT64_MAX : (1ull << (8 * width)) - 1;
}

static inline void column_store(struct column *column, uint32_t row, uint64_t number)
{
    switch (column->width) {
    case 1: ((uint8_t *)column->data)[row] = (uint8_t)number; break;
    case 2: ((uint16_t *)column->data)[row] = (uint16_t)number; break;
    case 4: ((uint32_t *)column->data)[row] = (uint32_t)number; break;
    default: ((uint64_t *)column->data)[row] = number; break;
    }
}

/* The column of a field, made if need be; rows before block->n are null in a new one. NULL = no memory. */
struct column *column_make(struct block *block, weir_field field);
void column_free(struct column *column);

size_t column_bytes(const struct block *block, const struct column *column); /* all of it, texts too */

/* Room for numbers up to `most`. */
weir_status column_widen(struct block *block, struct column *column, uint64_t most);

/* dst[i] = src[i] with different element widths. */
void column_convert(void *dst, uint8_t dst_width, const void *src, uint8_t src_width, uint32_t n);

weir_status column_need_nulls(struct block *block, struct column *column);

/* Stores an IPv6 address as the row's element. */
weir_status column_store_v6(struct block *block, struct column *column, uint32_t row, const weir_addr *addr);

/* Undoes marks of rows from `from` on, after a failure. */
void column_forget(struct column *column, uint32_t from, uint32_t room);

void bits_fill(uint64_t *bits, uint32_t from, uint32_t n);
void bits_copy(uint64_t *dst, uint32_t dst_from, const uint64_t *src, uint32_t src_from, uint32_t n); /* ORs */

#endif
