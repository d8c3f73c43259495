/* Blocks: what goes in comes out, whatever widths, nulls, families and layouts meet in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "flow/block.h"

static struct format_set set;

static uint64_t seed = 1;

static uint64_t next_random(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return seed >> 20;
}

static const struct format *layout(const char *text)
{
    struct format format;
    assert_int_equal(format_parse(text, strlen(text), &format, NULL), WEIR_OK);
    const struct format *kept = format_set_add(&set, &format, NULL);
    assert_non_null(kept);
    return kept;
}

static struct cell text_cell(const char *text)
{
    return (struct cell){.type = CELL_TEXT, .text = {text, (uint32_t)strlen(text)}};
}

static struct cell number_cell(uint64_t number)
{
    return (struct cell){.type = CELL_NUMBER, .number = number};
}

/* A random cell of a field's kind: few or many different values, of small and large size. */
static struct cell random_cell(weir_field field, char *scratch)
{
    uint64_t r = next_random();
    if (r % 7 == 0)
        return (struct cell){.type = CELL_NULL};
    switch (weir_field_get(field)->kind) {
    case WEIR_KIND_ADDR:
        if (r % 5 < 3)
            return (struct cell){.type = CELL_V4, .number = (uint32_t)(r >> 8)};
        return (struct cell){.type = CELL_V6,
                             .addr = {.family = 6, .bytes = {0x20, 1, 13, 0xb8, [14] = (uint8_t)(r >> 9), (uint8_t)r}}};
    case WEIR_KIND_TEXT:
        snprintf(scratch, 32, "%s%u", r % 3 ? "vpc-" : "a\x1b", (unsigned)(r >> 8) % (r & 16 ? 5 : 5000));
        return text_cell(scratch);
    default: return number_cell((r >> 3 & 31) == 0 ? r << 24 : (r >> 3 & 7) == 0 ? r >> 20 & 0xffff : r >> 30 & 0x7f);
    }
}

static const char *row_text(const struct block *block, uint32_t index, char *text)
{
    weir_row row = {.block = block, .index = index};
    return weir_row_text(&row, text, WEIR_ROW_TEXT_MAX).text;
}

static void widths_grow_with_the_largest_number(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {0, 255, 256, 65535, 65536, 4294967295, 4294967296, UINT64_MAX, 1};
    static const uint8_t widths[] = {1, 1, 2, 2, 4, 4, 8, 8, 8};
    const struct format *format = layout("packets");
    struct block *block = block_new(BATCH_ROWS, 0);
    size_t bytes = block->bytes;
    for (size_t k = 0; k < ARRAY_SIZE(numbers); k++) {
        struct cell cell = number_cell(numbers[k]);
        assert_int_equal(block_add(block, format, WEIR_ROW_RECORD, WEIR_VERDICT_NONE, &cell, NULL, 0), WEIR_OK);
        assert_int_equal(block->column[WEIR_F_PACKETS]->width, widths[k]);
        assert_true(block->bytes > bytes);
        for (size_t j = 0; j <= k; j++)
            assert_int_equal(column_number(block->column[WEIR_F_PACKETS], (uint32_t)j), numbers[j]);
    }
    block_free(block);
}

static void texts_are_safe_and_kept_once(void **state)
{
    (void)state;
    const struct format *format = layout("vpc-id");
    struct block *block = block_new(BATCH_ROWS, 0);
    static const char *const raw[] = {"vpc-01", "a\x1b[31m", "vpc-01", "a^[[31m", "\xff", "a\x1b[31m"};
    static const char *const safe[] = {"vpc-01", "a^[[31m", "vpc-01", "a^[[31m", "\xEF\xBF\xBD", "a^[[31m"};
    for (size_t k = 0; k < ARRAY_SIZE(raw); k++) {
        struct cell cell = text_cell(raw[k]);
        assert_int_equal(block_add(block, format, WEIR_ROW_RECORD, WEIR_VERDICT_NONE, &cell, NULL, 0), WEIR_OK);
    }
    for (size_t k = 0; k < ARRAY_SIZE(raw); k++) {
        weir_row row = {.block = block, .index = (uint32_t)k};
        assert_string_equal(weir_row_value(&row, WEIR_F_VPC_ID).text.text, safe[k]);
    }
    const struct dict *dict = block->column[WEIR_F_VPC_ID]->dict;
    assert_int_equal(dict_count(dict), 3);
    assert_int_equal(dict_len(dict, 1), 7);
    char large[TEXT_MAX_BYTES * 3];
    memset(large, 'x', sizeof large);
    struct cell cell = {.type = CELL_TEXT, .text = {large, sizeof large}};
    assert_int_equal(block_add(block, format, WEIR_ROW_RECORD, WEIR_VERDICT_NONE, &cell, NULL, 0), WEIR_OK);
    assert_int_equal(dict_len(dict, 3), TEXT_MAX_BYTES);
    block_free(block);
}

static void absent_null_and_value_are_three_things(void **state)
{
    (void)state;
    const struct format *first = layout("srcaddr bytes"), *second = layout("dstport bytes");
    struct block *block = block_new(BATCH_ROWS, 7);
    struct cell one[] = {{.type = CELL_V4, .number = 0x0a000001}, {.type = CELL_NULL}};
    struct cell two[] = {{.type = CELL_NUMBER, .number = 22}, {.type = CELL_NUMBER, .number = 5}};
    block_add(block, first, WEIR_ROW_NODATA, WEIR_VERDICT_NONE, one, NULL, 0);
    block_add(block, second, WEIR_ROW_RECORD, WEIR_VERDICT_REJECT, two, NULL, 0);
    block_add(block, first, WEIR_ROW_RECORD, WEIR_VERDICT_ACCEPT, one, "x  y", 4);
    weir_row a = {.block = block, .index = 0}, b = {.block = block, .index = 1}, c = {.block = block, .index = 2};
    assert_int_equal(weir_row_value(&a, WEIR_F_SRCADDR).type, WEIR_ADDRESS);
    assert_int_equal(weir_row_value(&a, WEIR_F_BYTES).type, WEIR_NULL);
    assert_int_equal(weir_row_value(&a, WEIR_F_DSTPORT).type, WEIR_ABSENT);
    assert_int_equal(weir_row_value(&b, WEIR_F_SRCADDR).type, WEIR_ABSENT);
    assert_int_equal(weir_row_value(&b, WEIR_F_DSTPORT).number, 22);
    assert_int_equal(weir_row_value(&c, WEIR_F_DSTPORT).type, WEIR_ABSENT);
    assert_int_equal(weir_row_value(&c, WEIR_F_VPC_ID).type, WEIR_ABSENT);
    assert_true(column_is_null(block->column[WEIR_F_SRCADDR], 1));
    assert_true(column_is_null(block->column[WEIR_F_DSTPORT], 0));
    assert_true(column_is_null(block->column[WEIR_F_DSTPORT], 2));
    assert_int_equal(weir_row_kind_of(&a), WEIR_ROW_NODATA);
    assert_int_equal(weir_row_verdict(&b), WEIR_VERDICT_REJECT);
    assert_string_equal(block_surplus(block, 2).text, "x  y");
    assert_string_equal(block_surplus(block, 1).text, "");
    weir_field fields[4] = {0};
    assert_int_equal(weir_row_fields(&b, fields, 1), 2);
    assert_int_equal(fields[0], WEIR_F_DSTPORT);
    assert_int_equal(fields[1], 0);
    block_free(block);
}

static void starts_are_tracked_over_rows_that_have_one(void **state)
{
    (void)state;
    const struct format *timed = layout("start bytes"), *untimed = layout("bytes");
    struct block *block = block_new(BATCH_ROWS, 0), *part = block_new(BATCH_ROWS, 0);
    assert_true(block->min_start > block->max_start);
    struct cell bytes = number_cell(1);
    block_add(block, untimed, WEIR_ROW_RECORD, WEIR_VERDICT_NONE, &bytes, NULL, 0);
    assert_true(block->min_start > block->max_start);
    for (uint64_t k = 0; k < 10; k++) {
        struct cell cells[] = {number_cell(1000 + (k * 7) % 10), number_cell(k)};
        block_add(block, timed, WEIR_ROW_RECORD, WEIR_VERDICT_NONE, cells, NULL, 0);
    }
    assert_int_equal(block->min_start, 1000);
    assert_int_equal(block->max_start, 1009);
    assert_int_equal(block_append(part, block, 0, 1), 1);
    assert_true(part->min_start > part->max_start);
    assert_int_equal(block_append(part, block, 2, 2), 2); /* 1007, 1004 */
    assert_int_equal(part->min_start, 1004);
    assert_int_equal(part->max_start, 1007);
    block_free(block);
    block_free(part);
}

static struct block *random_block(const struct format *const *layouts, size_t n_layouts, uint32_t room, uint32_t rows)
{
    struct block *block = block_new(room, 0);
    for (uint32_t k = 0; k < rows; k++) {
        const struct format *format = layouts[next_random() % n_layouts];
        struct cell cells[FORMAT_COLUMNS_MAX];
        char scratch[FORMAT_COLUMNS_MAX][32], surplus[32];
        for (unsigned c = 0; c < format->n; c++)
            cells[c] = random_cell((weir_field)format->column[c], scratch[c]);
        int n = next_random() % 11 ? 0 : snprintf(surplus, sizeof surplus, "surplus %u", k);
        assert_int_equal(block_add(block, format, (weir_row_kind)(next_random() % 3), (weir_verdict)(next_random() % 3),
                                   cells, surplus, (size_t)n),
                         WEIR_OK);
    }
    return block;
}

/* What readers of whole columns rely on: absent rows are null in the bit map too, and the id of a null
 * text is one that exists (or 0). */
static void check_columns(const struct block *block)
{
    for (unsigned f = 0; f < block->n_fields; f++) {
        const struct column *column = block->column[block->fields[f]];
        for (uint32_t k = 0; k < block->n; k++) {
            if (block->formats[block->layout[k]]->column_of[block->fields[f]] < 0)
                assert_true(column_is_null(column, k));
            if (column->dict)
                assert_true(column_number(column, k) == 0 || column_number(column, k) < dict_count(column->dict));
        }
    }
}

/* Batches of all kinds are gathered into blocks; every row must read the same there. */
static void appended_rows_read_as_they_did(void **state)
{
    (void)state;
    const struct format *layouts[] = {layout("version srcaddr dstaddr bytes vpc-id start"),
                                      layout("vpc-id subnet-id packets pkt-srcaddr"), layout("bytes start"),
                                      layout("dstport srcaddr instance-id")};
    static char before[WEIR_ROW_TEXT_MAX], after[WEIR_ROW_TEXT_MAX];
    for (int round = 0; round < 60; round++) {
        size_t n_layouts = 1 + (size_t)round % 4;
        struct block *ring = block_new(700, 0);
        uint32_t rows = 1 + (uint32_t)(next_random() % 300);
        while (!block_is_full(ring)) {
            struct block *batch = random_block(layouts + round % (5 - (int)n_layouts), n_layouts, 300, rows);
            uint32_t from = (uint32_t)(next_random() % rows), n = 1 + (uint32_t)(next_random() % (rows - from));
            uint32_t at = ring->n;
            batch->arrival = at + 1;
            int done = block_append(ring, batch, from, n);
            assert_true(done > 0 && (uint32_t)done <= n && (block_is_full(ring) || (uint32_t)done == n));
            assert_int_equal(ring->arrival, at + 1);
            for (uint32_t k = 0; k < (uint32_t)done; k++) {
                assert_string_equal(row_text(ring, at + k, after), row_text(batch, from + k, before));
                assert_int_equal(ring->kind[at + k], batch->kind[from + k]);
            }
            block_free(batch);
        }
        check_columns(ring);
        struct block *none = block_new(1, 0);
        assert_int_equal(block_append(ring, none, 0, 0), 0);
        block_free(none);
        block_free(ring);
    }
}

static void a_text_column_of_nulls_alone_can_be_copied(void **state)
{
    (void)state;
    const struct format *format = layout("vpc-id");
    struct block *batch = block_new(BATCH_ROWS, 0), *ring = block_new(BLOCK_ROWS, 0);
    struct cell null = {.type = CELL_NULL}, text = text_cell("vpc-01");
    for (int k = 0; k < 3; k++)
        block_add(batch, format, WEIR_ROW_NODATA, WEIR_VERDICT_NONE, &null, NULL, 0);
    assert_int_equal(block_append(ring, batch, 0, 3), 3);
    check_columns(ring);
    block_add(batch, format, WEIR_ROW_RECORD, WEIR_VERDICT_NONE, &text, NULL, 0);
    assert_int_equal(block_append(ring, batch, 0, 3), 3);
    assert_int_equal(block_append(ring, batch, 3, 1), 1);
    check_columns(ring);
    weir_row row = {.block = ring, .index = 6};
    assert_string_equal(weir_row_value(&row, WEIR_F_VPC_ID).text.text, "vpc-01");
    block_free(batch);
    block_free(ring);
}

static int open_set(void **state)
{
    (void)state;
    format_set_init(&set);
    return 0;
}

static int close_set(void **state)
{
    (void)state;
    format_set_done(&set);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths_grow_with_the_largest_number),
        cmocka_unit_test(texts_are_safe_and_kept_once),
        cmocka_unit_test(absent_null_and_value_are_three_things),
        cmocka_unit_test(starts_are_tracked_over_rows_that_have_one),
        cmocka_unit_test(appended_rows_read_as_they_did),
        cmocka_unit_test(a_text_column_of_nulls_alone_can_be_copied),
    };
    return cmocka_run_group_tests(tests, open_set, close_set);
}
