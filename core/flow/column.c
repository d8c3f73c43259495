/* column.c - one column: elements that get wider when they must, and their bit maps. */
#include "flow/column.h"

#include <stdlib.h>
#include <string.h>

#include "flow/dict.h"

/* What a column starts with: wide enough for usual values, so that widening is rare. */
static uint8_t first_width(weir_kind kind)
{
    switch (kind) {
    case WEIR_KIND_PORT:
    case WEIR_KIND_BYTES: return 2;
    case WEIR_KIND_TIME:
    case WEIR_KIND_ADDR: return 4;
    default: return 1;
    }
}

void column_free(struct column *column)
{
    if (!column)
        return;
    dict_free(column->dict);
    free(column->data);
    free(column->nulls);
    free(column->is_v6);
    free(column->v6);
    free(column);
}

static size_t bitmap_bytes(const struct block *block)
{
    return (size_t)(block->room + 63) / 64 * sizeof(uint64_t);
}

weir_status column_need_nulls(struct block *block, struct column *column)
{
    if (column->nulls)
        return WEIR_OK;
    column->nulls = calloc(1, bitmap_bytes(block));
    if (!column->nulls)
        return WEIR_E_NOMEM;
    block->bytes += bitmap_bytes(block);
    return WEIR_OK;
}

size_t column_bytes(const struct block *block, const struct column *column)
{
    size_t maps = (column->nulls != NULL) + (column->is_v6 != NULL);
    return sizeof *column + (size_t)block->room * column->width + maps * bitmap_bytes(block) +
           column->room_v6 * sizeof *column->v6 + (column->dict ? dict_bytes(column->dict) : 0);
}

static weir_status fill(struct block *block, struct column *column)
{
    column->data = calloc(block->room, column->width);
    if (!column->data)
        return WEIR_E_NOMEM;
    block->bytes += (size_t)block->room * column->width;
    if (kind_is_text(column->kind)) {
        column->dict = dict_new(&block->bytes);
        if (!column->dict)
            return WEIR_E_NOMEM;
    }
    if (block->n == 0)
        return WEIR_OK;
    if (column_need_nulls(block, column) != WEIR_OK)
        return WEIR_E_NOMEM;
    bits_fill(column->nulls, 0, block->n);
    return WEIR_OK;
}

struct column *column_make(struct block *block, weir_field field)
{
    if (block->column[field])
        return block->column[field];
    size_t bytes = block->bytes;
    struct column *column = calloc(1, sizeof *column);
    if (!column)
        return NULL;
    block->bytes += sizeof *column;
    column->kind = weir_field_get(field)->kind;
    column->width = first_width(column->kind);
    if (fill(block, column) != WEIR_OK) {
        column_free(column);
        block->bytes = bytes;
        return NULL;
    }
    block->column[field] = column;
    block->fields[block->n_fields++] = (uint8_t)field;
    return column;
}

#define CONVERT(to, from)                \
    do {                                 \
        to *out = dst;                   \
        const from *in = src;            \
        for (uint32_t k = 0; k < n; k++) \
            out[k] = (to)in[k];          \
    } while (0)

#define CONVERT_FROM(from)                   \
    switch (dst_width) {                     \
    case 1: CONVERT(uint8_t, from); break;   \
    case 2: CONVERT(uint16_t, from); break;  \
    case 4: CONVERT(uint32_t, from); break;  \
    default: CONVERT(uint64_t, from); break; \
    }

void column_convert(void *dst, uint8_t dst_width, const void *src, uint8_t src_width, uint32_t n)
{
    if (dst_width == src_width) {
        memcpy(dst, src, (size_t)n * src_width);
        return;
    }
    switch (src_width) {
    case 1: CONVERT_FROM(uint8_t); break;
    case 2: CONVERT_FROM(uint16_t); break;
    case 4: CONVERT_FROM(uint32_t); break;
    default: CONVERT_FROM(uint64_t); break;
    }
}

weir_status column_widen(struct block *block, struct column *column, uint64_t most)
{
    uint8_t width = column->width;
    while (most > width_most(width))
        width *= 2;
    if (width == column->width)
        return WEIR_OK;
    void *data = calloc(block->room, width);
    if (!data)
        return WEIR_E_NOMEM;
    column_convert(data, width, column->data, column->width, block->n);
    free(column->data);
    block->bytes += (size_t)block->room * (size_t)(width - column->width);
    column->data = data;
    column->width = width;
    return WEIR_OK;
}

static weir_status reserve_v6(struct block *block, struct column *column)
{
    if (!column->is_v6) {
        column->is_v6 = calloc(1, bitmap_bytes(block));
        if (!column->is_v6)
            return WEIR_E_NOMEM;
        block->bytes += bitmap_bytes(block);
    }
    if (column->n_v6 < column->room_v6)
        return WEIR_OK;
    uint32_t room = column->room_v6 ? column->room_v6 * 2 : 64;
    weir_addr *v6 = realloc(column->v6, room * sizeof *v6);
    if (!v6)
        return WEIR_E_NOMEM;
    block->bytes += (room - column->room_v6) * sizeof *v6;
    column->v6 = v6;
    column->room_v6 = room;
    return WEIR_OK;
}

weir_status column_store_v6(struct block *block, struct column *column, uint32_t row, const weir_addr *addr)
{
    if (reserve_v6(block, column) != WEIR_OK)
        return WEIR_E_NOMEM;
    column->v6[column->n_v6] = *addr;
    column_store(column, row, column->n_v6++);
    bit_set(column->is_v6, row);
    return WEIR_OK;
}

static void bits_clear_from(uint64_t *bits, uint32_t from, uint32_t room)
{
    for (uint32_t k = from; k < room; k++)
        bits[k >> 6] &= ~(1ull << (k & 63));
}

void column_forget(struct column *column, uint32_t from, uint32_t room)
{
    if (column->nulls)
        bits_clear_from(column->nulls, from, room);
    if (column->is_v6)
        bits_clear_from(column->is_v6, from, room);
}

void bits_fill(uint64_t *bits, uint32_t from, uint32_t n)
{
    for (uint32_t k = from; k < from + n;) {
        uint32_t shift = k & 63;
        uint32_t take = 64 - shift < from + n - k ? 64 - shift : from + n - k;
        uint64_t ones = take == 64 ? UINT64_MAX : (1ull << take) - 1;
        bits[k >> 6] |= ones << shift;
        k += take;
    }
}

/* Up to 64 bits beginning at bit `from`; never reads a word that holds none of them. */
static uint64_t bits_get(const uint64_t *bits, uint32_t from, uint32_t n)
{
    uint32_t shift = from & 63;
    uint64_t word = bits[from >> 6] >> shift;
    if (shift + n > 64)
        word |= bits[(from >> 6) + 1] << (64 - shift);
    return n == 64 ? word : word & ((1ull << n) - 1);
}

void bits_copy(uint64_t *dst, uint32_t dst_from, const uint64_t *src, uint32_t src_from, uint32_t n)
{
    for (uint32_t done = 0; done < n;) {
        uint32_t to = dst_from + done;
        uint32_t room = 64 - (to & 63);
        uint32_t take = n - done < room ? n - done : room;
        dst[to >> 6] |= bits_get(src, src_from + done, take) << (to & 63);
        done += take;
    }
}
