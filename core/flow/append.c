/* append.c - rows of one block behind those of another, column by column. Elements of equal width are
 * one memcpy; text ids go through a map that is made for the call and filled as ids turn up. */
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "flow/block.h"
#include "flow/column.h"
#include "flow/dict.h"
#include "flow/surplus.h"

#define UNMAPPED UINT32_MAX

struct append {
    struct block *dst;
    const struct block *src;
    uint32_t from, n;
    uint32_t *map; /* source id to own id, for the column at hand */
};

static const void *source_at(const struct append *append, const struct column *in)
{
    return (const char *)in->data + (size_t)append->from * in->width;
}

static void *target_at(const struct append *append, const struct column *out)
{
    return (char *)out->data + (size_t)append->dst->n * out->width;
}

static uint64_t largest(const struct append *append, const struct column *in)
{
    uint64_t most = 0;
    for (uint32_t k = 0; k < append->n; k++) {
        uint64_t number = column_number(in, append->from + k);
        most = number > most ? number : most;
    }
    return most;
}

static weir_status copy_numbers(struct append *append, struct column *out, const struct column *in)
{
    if (in->width > out->width && column_widen(append->dst, out, largest(append, in)) != WEIR_OK)
        return WEIR_E_NOMEM;
    column_convert(target_at(append, out), out->width, source_at(append, in), in->width, append->n);
    return WEIR_OK;
}

static weir_status map_id(struct append *append, struct column *out, const struct column *in, uint32_t id)
{
    return dict_put_safe(out->dict, dict_text(in->dict, id).text, dict_len(in->dict, id), &append->map[id],
                         &append->dst->bytes);
}

static weir_status map_ids(struct append *append, struct column *out, const struct column *in)
{
    for (uint32_t k = 0; k < append->n; k++) {
        uint32_t row = append->from + k;
        uint32_t id = (uint32_t)column_number(in, row);
        if (append->map[id] != UNMAPPED || column_is_null(in, row))
            continue;
        if (map_id(append, out, in, id) != WEIR_OK)
            return WEIR_E_NOMEM;
    }
    return WEIR_OK;
}

static weir_status copy_texts(struct append *append, struct column *out, const struct column *in)
{
    uint32_t count = dict_count(in->dict);
    size_t n_map = count ? count : 1; /* a column of nulls alone has id 0 everywhere and no text */
    memset(append->map, 0xff, n_map * sizeof *append->map);
    if (map_ids(append, out, in) != WEIR_OK)
        return WEIR_E_NOMEM;
    if (append->map[0] == UNMAPPED)
        append->map[0] = 0;
    uint32_t ids = dict_count(out->dict);
    if (ids > 0 && column_widen(append->dst, out, ids - 1) != WEIR_OK)
        return WEIR_E_NOMEM;
    for (uint32_t k = 0; k < append->n; k++)
        column_store(out, append->dst->n + k, append->map[column_number(in, append->from + k)]);
    return WEIR_OK;
}

static weir_status copy_addrs(struct append *append, struct column *out, const struct column *in)
{
    if (!in->is_v6) {
        column_convert(target_at(append, out), out->width, source_at(append, in), in->width, append->n);
        return WEIR_OK;
    }
    for (uint32_t k = 0; k < append->n; k++) {
        uint32_t row = append->from + k, to = append->dst->n + k;
        if (!column_is_v6(in, row))
            column_store(out, to, column_number(in, row));
        else if (column_store_v6(append->dst, out, to, &in->v6[column_number(in, row)]) != WEIR_OK)
            return WEIR_E_NOMEM;
    }
    return WEIR_OK;
}

static weir_status copy_column(struct append *append, weir_field field)
{
    const struct column *in = append->src->column[field];
    struct column *out = column_make(append->dst, field);
    if (!out)
        return WEIR_E_NOMEM;
    if (in->nulls) {
        if (column_need_nulls(append->dst, out) != WEIR_OK)
            return WEIR_E_NOMEM;
        bits_copy(out->nulls, append->dst->n, in->nulls, append->from, append->n);
    }
    if (kind_is_text(in->kind))
        return copy_texts(append, out, in);
    return in->kind == WEIR_KIND_ADDR ? copy_addrs(append, out, in) : copy_numbers(append, out, in);
}

/* Columns that only the target has. */
static weir_status fill_absent(struct append *append)
{
    struct block *dst = append->dst;
    for (unsigned k = 0; k < dst->n_fields; k++) {
        struct column *column = dst->column[dst->fields[k]];
        if (append->src->column[dst->fields[k]])
            continue;
        if (column_need_nulls(dst, column) != WEIR_OK)
            return WEIR_E_NOMEM;
        bits_fill(column->nulls, dst->n, append->n);
        memset(target_at(append, column), 0, (size_t)append->n * column->width);
    }
    return WEIR_OK;
}

static weir_status copy_surplus(struct append *append)
{
    for (uint32_t k = 0; append->src->surplus && k < append->n; k++) {
        weir_safe text = block_surplus(append->src, append->from + k);
        size_t len = strlen(text.text);
        if (len && surplus_put(&append->dst->surplus, append->dst->n + k, text.text, len, &append->dst->bytes) != 0)
            return WEIR_E_NOMEM;
    }
    return WEIR_OK;
}

static weir_status copy_columns(struct append *append)
{
    const struct block *src = append->src;
    uint32_t ids = 1;
    for (unsigned k = 0; k < src->n_fields; k++) {
        const struct dict *dict = src->column[src->fields[k]]->dict;
        if (dict && dict_count(dict) > ids)
            ids = dict_count(dict);
    }
    append->map = malloc(ids * sizeof *append->map);
    if (!append->map)
        return WEIR_E_NOMEM;
    weir_status status = WEIR_OK;
    for (unsigned k = 0; k < src->n_fields && status == WEIR_OK; k++)
        status = copy_column(append, (weir_field)src->fields[k]);
    free(append->map);
    return status;
}

static void note_starts(struct append *append)
{
    struct block *dst = append->dst;
    const struct block *src = append->src;
    const struct column *start = src->column[WEIR_F_START];
    int64_t low = src->min_start, high = src->max_start;
    if (start && append->n < src->n) {
        low = INT64_MAX;
        high = INT64_MIN;
        for (uint32_t row = append->from; row < append->from + append->n; row++) {
            int64_t at = (int64_t)column_number(start, row);
            if (column_is_null(start, row))
                continue;
            low = at < low ? at : low;
            high = at > high ? at : high;
        }
    }
    dst->min_start = low < dst->min_start ? low : dst->min_start;
    dst->max_start = high > dst->max_start ? high : dst->max_start;
}

static void note_rows(struct append *append)
{
    struct block *dst = append->dst;
    const struct block *src = append->src;
    note_starts(append);
    memcpy(dst->kind + dst->n, src->kind + append->from, append->n);
    memcpy(dst->layout + dst->n, src->layout + append->from, append->n);
    for (size_t k = 0; k < ARRAY_SIZE(src->formats); k++)
        if (src->formats[k])
            dst->formats[k] = src->formats[k];
    if (src->arrival > dst->arrival)
        dst->arrival = src->arrival;
    dst->n += append->n;
}

int block_append(struct block *dst, const struct block *src, uint32_t from, uint32_t n)
{
    uint32_t room = dst->room - dst->n;
    struct append append = {.dst = dst, .src = src, .from = from, .n = n < room ? n : room};
    if (append.n == 0)
        return 0;
    if (copy_columns(&append) != WEIR_OK || fill_absent(&append) != WEIR_OK || copy_surplus(&append) != WEIR_OK) {
        for (unsigned k = 0; k < dst->n_fields; k++)
            column_forget(dst->column[dst->fields[k]], dst->n, dst->room);
        return -1;
    }
    note_rows(&append);
    return (int)append.n;
}
