/* filter.c - runs the parts of a query over a block and joins them. Leaves what a condition means to query. */
#include "view/filter.h"

#include <string.h>

const weir_field facet_fields[WEIR_FACETS] = {
    WEIR_F_ACTION,   WEIR_F_DSTPORT,        WEIR_F_SRCADDR,    WEIR_F_DSTADDR, WEIR_F_INTERFACE_ID,
    WEIR_F_PROTOCOL, WEIR_F_FLOW_DIRECTION, WEIR_F_LOG_STATUS, WEIR_F_CAUSE,
};

void filter_done(struct filter *filter)
{
    program_free(filter->rest);
    for (size_t k = 0; k < WEIR_FACETS; k++)
        program_free(filter->own[k]);
    *filter = (struct filter){0};
}

weir_status filter_init(struct filter *out, const weir_query *query, int64_t since, int64_t until, weir_error *err)
{
    struct filter filter = {.since = since, .until = until};
    weir_status status = WEIR_OK;
    if (query)
        status = program_new(query, PROGRAM_REST, facet_fields, WEIR_FACETS, &filter.rest, err);
    for (size_t k = 0; query && status == WEIR_OK && k < WEIR_FACETS; k++)
        status = program_new(query, facet_fields[k], facet_fields, WEIR_FACETS, &filter.own[k], err);
    if (status != WEIR_OK) {
        filter_done(&filter);
        return status;
    }
    *out = filter;
    return WEIR_OK;
}

bool filter_has_own(const struct filter *filter)
{
    for (size_t k = 0; k < WEIR_FACETS; k++)
        if (filter->own[k])
            return true;
    return false;
}

/* The bits of word w that belong to [from, to). */
static uint64_t word_mask(uint32_t w, uint32_t from, uint32_t to)
{
    uint64_t mask = UINT64_MAX;
    if (w == from / 64)
        mask &= UINT64_MAX << (from & 63);
    if (w == to / 64)
        mask &= ~(UINT64_MAX << (to & 63));
    return mask;
}

static void cut_times(const struct filter *filter, const struct block *block, uint32_t from, uint32_t to,
                      uint64_t *bits)
{
    const struct column *starts = block->column[WEIR_F_START];
    for (uint32_t row = from; row < to; row++) {
        bool inside = starts && !column_is_null(starts, row);
        if (inside) {
            uint64_t number = column_number(starts, row);
            int64_t start = number > INT64_MAX ? INT64_MAX : (int64_t)number;
            inside = (!filter->since || start >= filter->since) && (!filter->until || start < filter->until);
        }
        if (!inside)
            bits[row >> 6] &= ~(1ull << (row & 63));
    }
}

void filter_run(const struct filter *filter, const struct block *block, uint32_t from, uint32_t to,
                struct filter_bits *out)
{
    if (from >= to)
        return;
    if (filter->rest)
        program_run(filter->rest, block, from, to, out->rest);
    else
        memset(out->rest + from / 64, 0xff, ((to - 1) / 64 - from / 64 + 1) * sizeof *out->rest);
    if (filter->since || filter->until)
        cut_times(filter, block, from, to, out->rest);
    for (size_t k = 0; k < WEIR_FACETS; k++)
        if (filter->own[k])
            program_run(filter->own[k], block, from, to, out->own[k]);
}

void filter_join(const struct filter *filter, const struct filter_bits *bits, int but, uint32_t from, uint32_t to,
                 uint64_t *out)
{
    for (uint32_t w = from / 64; w * 64 < to; w++) {
        uint64_t word = bits->rest[w];
        for (int k = 0; k < WEIR_FACETS; k++)
            if (filter->own[k] && k != but)
                word &= bits->own[k][w];
        uint64_t mask = word_mask(w, from, to);
        out[w] = (out[w] & ~mask) | (word & mask);
    }
}

size_t bits_rows(const uint64_t *bits, uint32_t from, uint32_t to, uint16_t *rows)
{
    size_t n = 0;
    for (uint32_t w = from / 64; w * 64 < to; w++) {
        uint64_t word = bits[w] & word_mask(w, from, to);
        if (word == UINT64_MAX) {
            for (uint32_t k = 0; k < 64; k++)
                rows[n + k] = (uint16_t)(w * 64 + k);
            n += 64;
            continue;
        }
        for (; word; word &= word - 1)
            rows[n++] = (uint16_t)(w * 64 + (uint32_t)__builtin_ctzll(word));
    }
    return n;
}

uint32_t bits_count(const uint64_t *bits, uint32_t from, uint32_t to)
{
    uint32_t n = 0;
    for (uint32_t w = from / 64; w * 64 < to; w++)
        n += (uint32_t)__builtin_popcountll(bits[w] & word_mask(w, from, to));
    return n;
}

uint32_t bits_select(const uint64_t *bits, uint32_t n)
{
    uint32_t w = 0;
    for (;; w++) {
        uint32_t in_word = (uint32_t)__builtin_popcountll(bits[w]);
        if (n < in_word)
            break;
        n -= in_word;
    }
    uint64_t word = bits[w];
    for (; n > 0; n--)
        word &= word - 1;
    return w * 64 + (uint32_t)__builtin_ctzll(word);
}
