/* tally.c - rows of a block to keys, column by column. The tables are in table.c, the ranking in rank.c.
 *
 * A text is looked up once a call and dict entry, not once a row: rows are first counted by dict id. */
#include "view/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/scope.h"
#include "view/table.h"

typedef void put_small(struct tally *tally, const uint64_t *keys, const struct tally_change *changes, size_t n);
typedef void put_wide(struct tally *tally, const struct key_buf *key, const struct tally_change *change);

/* Counting in or counting out. */
struct direction {
    put_small *small;
    put_wide *wide;
    bool out;
};
static const struct direction direction_in = {tally_put_small, tally_put_wide, false};
static const struct direction direction_out = {tally_take_small, tally_take_wide, true};

/* One call's view of the block. */
struct pass {
    struct tally *tally;
    const struct block *block;
    const struct column *column[WEIR_GROUP_FIELDS];
    const struct column *packets, *bytes; /* NULL: not summed, or the block has none */
    const struct direction *direction;
    uint32_t mask4[WEIR_GROUP_FIELDS];
    size_t n; /* small keys that wait */
    uint64_t keys[KEYS_AT_ONCE];
    struct tally_change changes[KEYS_AT_ONCE];
    struct key_buf key;
};

void tally_init(struct tally *tally, const weir_group *group, unsigned flags, struct tally_pool *pool,
                uint64_t own_bytes)
{
    *tally = (struct tally){.group = *group, .flags = flags, .pool = pool, .own_bytes = own_bytes};
    tally->seed = (uint64_t)(uintptr_t)tally * 0x9e3779b97f4a7c15u;
    pool->taken_bytes += own_bytes;
}

void tally_clear(struct tally *tally)
{
    table_done(&tally->small, false);
    table_done(&tally->wide, true);
    tally_use(tally, 0);
    tally->nulls = tally->records = tally->packets = tally->octets = tally->uncounted = 0;
}

void tally_done(struct tally *tally)
{
    if (!tally->pool)
        return;
    tally_clear(tally);
    tally->pool->taken_bytes -= tally->own_bytes;
    free(tally->by_text);
    free(tally->sums_by_text);
    *tally = (struct tally){0};
}

uint64_t tally_distinct(const struct tally *tally)
{
    return tally->small.used + tally->wide.used + (tally->nulls > 0);
}

uint64_t tally_bytes(const struct tally *tally)
{
    return tally->bytes + tally->n_by_text * (sizeof *tally->by_text + sizeof *tally->sums_by_text);
}

static uint64_t number_or_0(const struct column *column, uint32_t row)
{
    return column && !column_is_null(column, row) ? column_number(column, row) : 0;
}

static struct tally_change change_of(const struct pass *pass, uint32_t row)
{
    return (struct tally_change){1, number_or_0(pass->packets, row), number_or_0(pass->bytes, row)};
}

static bool has_field(const struct block *block, uint32_t row, weir_field field)
{
    const struct format *format = block->formats[block->layout[row]];
    return format && format->column_of[field] >= 0;
}

static void pass_null(struct pass *pass, uint32_t row)
{
    struct tally *tally = pass->tally;
    if (!(tally->flags & TALLY_NULLS) || !has_field(pass->block, row, tally->group.part[0].field))
        return;
    if (!pass->direction->out) {
        tally->nulls++;
        tally->records++;
    } else if (tally->nulls > 0) {
        tally->nulls--;
        tally->records--;
    }
}

/* ---- a single text: by dict id first ---- */

static bool scratch_for(struct tally *tally, size_t n)
{
    if (n > tally->n_by_text) {
        size_t room = n < 64 ? 64 : n + n / 2;
        struct tally_slot *slots = realloc(tally->by_text, room * sizeof *slots);
        if (slots)
            tally->by_text = slots;
        struct tally_sums *sums = realloc(tally->sums_by_text, room * sizeof *sums);
        if (sums)
            tally->sums_by_text = sums;
        if (!slots || !sums)
            return false;
        tally->n_by_text = room;
    }
    memset(tally->by_text, 0, n * sizeof *tally->by_text);
    memset(tally->sums_by_text, 0, n * sizeof *tally->sums_by_text);
    return true;
}

static void put_text(struct pass *pass, const struct dict *dict, uint32_t id, const struct tally_change *change)
{
    pass->key.len = 0;
    key_put_text(&pass->key, dict_text(dict, id).text, dict_len(dict, id));
    pass->direction->wide(pass->tally, &pass->key, change);
}

/* Numbers and dict ids of one byte, without sums: counted side by side, so that a run of equal values does not wait
 * for its own last addition. */
static void pass_bytes(struct pass *pass, const uint16_t *rows, size_t n)
{
    uint32_t seen[2][256] = {0};
    const struct column *column = pass->column[0];
    const uint8_t *values = column->data;
    if (column->nulls) {
        for (size_t i = 0; i < n; i++) {
            if (column_is_null(column, rows[i]))
                pass_null(pass, rows[i]);
            else
                seen[i & 1][values[rows[i]]]++;
        }
    } else {
        for (size_t i = 0; i < n; i++)
            seen[i & 1][values[rows[i]]]++;
    }
    for (uint32_t value = 0; value < 256; value++) {
        uint64_t key = value;
        struct tally_change change = {.records = seen[0][value] + seen[1][value]};
        if (!change.records)
            continue;
        if (column->dict)
            put_text(pass, column->dict, value, &change);
        else
            pass->direction->small(pass->tally, &key, &change, 1);
    }
}

static void pass_text(struct pass *pass, const uint16_t *rows, size_t n)
{
    const struct column *column = pass->column[0];
    const struct dict *dict = column->dict;
    struct tally *tally = pass->tally;
    uint32_t n_texts = dict_count(dict);
    bool scratch = scratch_for(tally, n_texts);
    for (size_t i = 0; i < n; i++) {
        uint32_t row = rows[i];
        if (column_is_null(column, row)) {
            pass_null(pass, row);
            continue;
        }
        struct tally_change change = change_of(pass, row);
        uint32_t id = (uint32_t)column_number(column, row);
        if (!scratch) {
            put_text(pass, dict, id, &change);
            continue;
        }
        tally->by_text[id].records++;
        if (tally->flags & TALLY_SUMS) {
            tally->sums_by_text[id].packets += change.packets;
            tally->sums_by_text[id].bytes += change.bytes;
        }
    }
    for (uint32_t id = 0; scratch && id < n_texts; id++) {
        struct tally_change change = {tally->by_text[id].records, tally->sums_by_text[id].packets,
                                      tally->sums_by_text[id].bytes};
        if (change.records)
            put_text(pass, dict, id, &change);
    }
}

/* ---- small keys ---- */

static void flush(struct pass *pass)
{
    bool sums = pass->tally->flags & TALLY_SUMS;
    pass->direction->small(pass->tally, pass->keys, sums ? pass->changes : NULL, pass->n);
    pass->n = 0;
}

static inline void put_key(struct pass *pass, uint64_t key, uint32_t row)
{
    pass->keys[pass->n] = key;
    if (pass->tally->flags & TALLY_SUMS)
        pass->changes[pass->n] = change_of(pass, row);
    if (++pass->n == KEYS_AT_ONCE)
        flush(pass);
}

static void put_v6(struct pass *pass, uint32_t row)
{
    weir_addr addr = column_addr(pass->column[0], row);
    addr_cut(&addr, pass->tally->group.part[0].prefix4, pass->tally->group.part[0].prefix6);
    struct tally_change change = change_of(pass, row);
    pass->key.len = 0;
    key_put_addr(&pass->key, &addr);
    pass->direction->wide(pass->tally, &pass->key, &change);
}

static void pass_small(struct pass *pass, const uint16_t *rows, size_t n)
{
    const struct column *column = pass->column[0];
    bool is_addr = column->kind == WEIR_KIND_ADDR;
    uint64_t mask = is_addr ? pass->mask4[0] : UINT64_MAX;
    for (size_t i = 0; i < n; i++) {
        uint32_t row = rows[i];
        if (column_is_null(column, row))
            pass_null(pass, row);
        else if (is_addr && column_is_v6(column, row))
            put_v6(pass, row);
        else
            put_key(pass, column_number(column, row) & mask, row);
    }
    flush(pass);
}

/* ---- several fields ---- */

/* Whether the row's key fits in 64 bits; the parts stand in it in order, so small keys compare as their values do. */
static bool pack(const struct pass *pass, uint32_t row, uint64_t *key)
{
    *key = 0;
    unsigned left = 64;
    for (size_t k = 0; k < pass->tally->group.n; k++) {
        const struct column *column = pass->column[k];
        unsigned bits = key_bits(column->kind);
        bool is_addr = column->kind == WEIR_KIND_ADDR;
        if (bits == 0 || bits > left || (is_addr && column_is_v6(column, row)))
            return false;
        uint64_t value = column_number(column, row);
        if (is_addr)
            value &= pass->mask4[k];
        if (bits < 64 && value >> bits)
            return false;
        *key = bits < 64 ? *key << bits | value : value;
        left -= bits;
    }
    return true;
}

static void encode(struct pass *pass, uint32_t row)
{
    pass->key.len = 0;
    for (size_t k = 0; k < pass->tally->group.n; k++) {
        const struct column *column = pass->column[k];
        if (column->kind == WEIR_KIND_ADDR) {
            weir_addr addr = column_addr(column, row);
            addr_cut(&addr, pass->tally->group.part[k].prefix4, pass->tally->group.part[k].prefix6);
            key_put_addr(&pass->key, &addr);
        } else if (column->dict) {
            uint32_t id = (uint32_t)column_number(column, row);
            key_put_text(&pass->key, dict_text(column->dict, id).text, dict_len(column->dict, id));
        } else {
            key_put_number(&pass->key, column_number(column, row));
        }
    }
}

static bool has_null(const struct pass *pass, uint32_t row)
{
    for (size_t k = 0; k < pass->tally->group.n; k++)
        if (column_is_null(pass->column[k], row))
            return true;
    return false;
}

static void pass_several(struct pass *pass, const uint16_t *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (has_null(pass, rows[i]))
            continue;
        uint64_t key;
        if (pack(pass, rows[i], &key)) {
            put_key(pass, key, rows[i]);
            continue;
        }
        struct tally_change change = change_of(pass, rows[i]);
        encode(pass, rows[i]);
        pass->direction->wide(pass->tally, &pass->key, &change);
    }
    flush(pass);
}

static void count(struct tally *tally, const struct block *block, const uint16_t *rows, size_t n,
                  const struct direction *direction)
{
    if (n == 0 || tally->group.n == 0)
        return;
    struct pass pass;
    pass.tally = tally;
    pass.n = 0;
    pass.block = block;
    pass.direction = direction;
    pass.packets = tally->flags & TALLY_SUMS ? block->column[WEIR_F_PACKETS] : NULL;
    pass.bytes = tally->flags & TALLY_SUMS ? block->column[WEIR_F_BYTES] : NULL;
    for (size_t k = 0; k < tally->group.n; k++) {
        pass.column[k] = block->column[tally->group.part[k].field];
        if (!pass.column[k])
            return;
        uint8_t prefix = tally->group.part[k].prefix4;
        pass.mask4[k] = prefix >= 32 ? UINT32_MAX : ~(UINT32_MAX >> prefix);
    }
    if (tally->group.n > 1)
        pass_several(&pass, rows, n);
    else if (pass.column[0]->width == 1 && pass.column[0]->kind != WEIR_KIND_ADDR && !(tally->flags & TALLY_SUMS))
        pass_bytes(&pass, rows, n);
    else if (pass.column[0]->dict)
        pass_text(&pass, rows, n);
    else
        pass_small(&pass, rows, n);
}

void tally_add(struct tally *tally, const struct block *block, const uint16_t *rows, size_t n)
{
    count(tally, block, rows, n, &direction_in);
}

void tally_subtract(struct tally *tally, const struct block *block, const uint16_t *rows, size_t n)
{
    count(tally, block, rows, n, &direction_out);
}
