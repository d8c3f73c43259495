/* Tallies: counting in and out, the cap, ranking. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "rows.h"
#include "view/tally.h"

static weir_group group_of(const char *text)
{
    weir_group group;
    assert_int_equal(weir_group_parse(text, &group, NULL), WEIR_OK);
    return group;
}

struct made {
    unsigned src, port, eni;
    uint64_t packets, bytes;
    bool in;
};

static void source_text(unsigned src, char *out, size_t size)
{
    if (src % 3 == 0)
        snprintf(out, size, "2001:db8::%x:%x", (src >> 16) + 1, (src & 0xffff) + 1);
    else
        snprintf(out, size, "10.%u.%u.%u", src >> 16, src >> 8 & 255, src & 255);
}

static void add_row(struct block *block, const struct made *made)
{
    char line[200];
    char src[48];
    source_text(made->src, src, sizeof src);
    snprintf(line, sizeof line, "2 123456789012 eni-%x %s 198.51.100.7 1234 %u 6 %llu %llu 1000 1060 ACCEPT OK",
             made->eni, src, made->port, (unsigned long long)made->packets, (unsigned long long)made->bytes);
    rows_add(block, format_default(), line);
}

enum { ROWS = 6000 };

static struct block *make_rows(struct made *made, unsigned sources, uint64_t seed)
{
    struct block *block = block_new(ROWS, 0);
    for (unsigned k = 0; k < ROWS; k++) {
        made[k] = (struct made){
            .src = (unsigned)(rows_random(&seed) % sources),
            .port = (unsigned)(rows_random(&seed) % 70),
            .eni = (unsigned)(rows_random(&seed) % 400),
            .packets = rows_random(&seed) % 9,
            .bytes = rows_random(&seed) % 5000,
        };
        add_row(block, &made[k]);
    }
    return block;
}

struct sums {
    uint64_t groups, records, packets, bytes;
};

/* The group of a row for the groupings of the test below. */
static unsigned key_of(const struct made *made, unsigned grouping)
{
    const unsigned keys[] = {made->src, made->port, made->eni, made->src * 70 + made->port,
                             made->eni * 70 + made->port};
    return keys[grouping];
}

static void check(const struct tally *tally, const struct made *made, unsigned grouping, unsigned keys)
{
    struct sums *naive = calloc(keys, sizeof *naive);
    struct sums all = {0};
    for (unsigned k = 0; k < ROWS; k++) {
        struct sums *sums = &naive[key_of(&made[k], grouping)];
        if (!made[k].in)
            continue;
        all.groups += sums->records == 0;
        sums->records++;
        sums->packets += made[k].packets;
        sums->bytes += made[k].bytes;
        all.records++;
        all.packets += made[k].packets;
        all.bytes += made[k].bytes;
    }
    assert_int_equal(tally_distinct(tally), all.groups);
    assert_int_equal(tally->records, all.records);
    assert_int_equal(tally->packets, all.packets);
    assert_int_equal(tally->octets, all.bytes);
    assert_int_equal(tally->uncounted, 0);
    weir_top_row *rows = calloc(all.groups + 1, sizeof *rows);
    size_t n = tally_largest(tally, WEIR_BY_BYTES, rows, all.groups + 1);
    assert_int_equal(n, all.groups);
    struct sums seen = {0};
    for (size_t k = 0; k < n; k++) {
        seen.records += rows[k].records;
        seen.packets += rows[k].packets;
        seen.bytes += rows[k].bytes;
        if (k > 0 && rows[k].bytes == rows[k - 1].bytes)
            assert_true(value_compare(&rows[k - 1].key[0], &rows[k].key[0]) <= 0);
        if (k > 0)
            assert_true(rows[k].bytes <= rows[k - 1].bytes);
        if (grouping == 1)
            assert_memory_equal(&rows[k].records, &naive[rows[k].key[0].number].records, 3 * sizeof(uint64_t));
    }
    assert_int_equal(seen.records, all.records);
    assert_int_equal(seen.packets, all.packets);
    assert_int_equal(seen.bytes, all.bytes);
    free(rows);
    free(naive);
}

static void rows_come_out_exactly_as_they_went_in(void **state)
{
    (void)state;
    static const char *const groupings[] = {"srcaddr", "dstport", "interface-id", "srcaddr,dstport",
                                            "interface-id,dstport"};
    static struct made made[ROWS];
    struct block *block = make_rows(made, 1000, 3);
    for (unsigned grouping = 0; grouping < 5; grouping++) {
        weir_group group = group_of(groupings[grouping]);
        struct tally_pool pool = {.max_bytes = 64 << 20};
        struct tally tally;
        tally_init(&tally, &group, TALLY_SUMS, &pool, 0);
        uint64_t seed = grouping;
        for (unsigned k = 0; k < ROWS; k++)
            made[k].in = false;
        for (unsigned round = 0; round < 60; round++) {
            static uint16_t in[ROWS], out[ROWS];
            size_t n_in = 0;
            size_t n_out = 0;
            unsigned share = 1 + (unsigned)(rows_random(&seed) % 8);
            for (unsigned k = 0; k < ROWS; k++) {
                if (rows_random(&seed) % share)
                    continue;
                if (made[k].in)
                    out[n_out++] = (uint16_t)k;
                else
                    in[n_in++] = (uint16_t)k;
                made[k].in = !made[k].in;
            }
            tally_add(&tally, block, in, n_in);
            tally_subtract(&tally, block, out, n_out);
            if (round % 6 == 0)
                check(&tally, made, grouping, 1000 * 70);
        }
        static uint16_t rest[ROWS];
        size_t n = 0;
        for (unsigned k = 0; k < ROWS; k++)
            if (made[k].in)
                rest[n++] = (uint16_t)k;
        tally_subtract(&tally, block, rest, n);
        assert_int_equal(tally_distinct(&tally), 0);
        assert_int_equal(tally.records + tally.packets + tally.octets + tally.uncounted, 0);
        tally_done(&tally);
    }
    block_free(block);
}

static void a_full_tally_says_how_much_it_did_not_count(void **state)
{
    (void)state;
    static struct made made[ROWS];
    static uint16_t rows[ROWS];
    for (unsigned k = 0; k < ROWS; k++)
        rows[k] = (uint16_t)k;
    struct block *block = make_rows(made, 100000, 4);
    static const char *const groupings[] = {"srcaddr", "srcaddr,dstaddr,dstport", "interface-id,srcaddr"};
    for (unsigned k = 0; k < 3; k++) {
        weir_group group = group_of(groupings[k]);
        struct tally_pool pool = {.max_bytes = 32 << 10};
        struct tally tally;
        tally_init(&tally, &group, 0, &pool, 0);
        for (unsigned from = 0; from < ROWS; from += 100)
            tally_add(&tally, block, rows + from, 100);
        assert_true(tally_bytes(&tally) <= 32 << 10);
        assert_true(tally.uncounted > 0);
        assert_true(tally_distinct(&tally) > 300);
        assert_int_equal(tally.records + tally.uncounted, ROWS);
        tally_subtract(&tally, block, rows, ROWS / 2);
        assert_int_equal(tally.records + tally.uncounted, ROWS / 2);
        tally_subtract(&tally, block, rows + ROWS / 2, ROWS / 2);
        assert_int_equal(tally.records + tally.uncounted, 0);
        assert_int_equal(tally_distinct(&tally), 0);
        tally_done(&tally);
    }
    block_free(block);
}

static void a_million_addresses_fit_in_32_mebibytes(void **state)
{
    (void)state;
    weir_group group = group_of("srcaddr");
    struct tally_pool pool = {.max_bytes = 32 << 20};
    struct tally tally;
    tally_init(&tally, &group, 0, &pool, 0);
    uint16_t rows[1000];
    for (unsigned k = 0; k < 1000; k++)
        rows[k] = (uint16_t)k;
    struct block *block = block_new(1000, 0);
    for (unsigned k = 0; k < 1000; k++)
        rows_add(block, format_default(), "2 123456789012 eni-0 10.0.0.0 198.51.100.7 1 2 6 1 1 1000 1060 ACCEPT OK");
    uint32_t *addresses = block->column[WEIR_F_SRCADDR]->data;
    for (uint32_t million = 0; million < 1000; million++) {
        for (uint32_t k = 0; k < 1000; k++)
            addresses[k] = 0x0a000000u + (million * 1000 + k) * 7;
        tally_add(&tally, block, rows, 1000);
    }
    assert_int_equal(tally_distinct(&tally), 1000000);
    assert_int_equal(tally.uncounted, 0);
    assert_true(tally_bytes(&tally) <= 32 << 20);
    tally_done(&tally);
    block_free(block);
}

static void addresses_are_cut_to_their_prefix(void **state)
{
    (void)state;
    struct block *block = block_new(5, 0);
    static const char *const sources[] = {"192.0.2.1", "192.0.2.200", "192.0.3.1", "2001:db8:0:1::1",
                                          "2001:db8:0:1::2"};
    for (unsigned k = 0; k < 5; k++) {
        char line[160];
        snprintf(line, sizeof line, "2 123456789012 eni-0 %s 198.51.100.7 1 2 6 1 10 1000 1060 ACCEPT OK", sources[k]);
        rows_add(block, format_default(), line);
    }
    weir_group group = group_of("srcaddr/24/64");
    struct tally_pool pool = {.max_bytes = 1 << 20};
    struct tally tally;
    tally_init(&tally, &group, TALLY_SUMS, &pool, 0);
    tally_add(&tally, block, (const uint16_t[]){0, 1, 2, 3, 4}, 5);
    weir_top_row top[4];
    assert_int_equal(tally_largest(&tally, WEIR_BY_RECORDS, top, 4), 3);
    static const char *const expected[] = {"192.0.2.0", "2001:db8:0:1::", "192.0.3.0"};
    static const uint64_t records[] = {2, 2, 1};
    for (unsigned k = 0; k < 3; k++) {
        char text[64];
        assert_string_equal(weir_value_text(WEIR_F_SRCADDR, &top[k].key[0], WEIR_STYLE_AWS, text, sizeof text).text,
                            expected[k]);
        assert_int_equal(top[k].records, records[k]);
        assert_int_equal(top[k].bytes, 10 * records[k]);
    }
    tally_done(&tally);
    block_free(block);
}

static void equal_sizes_stand_in_order_of_key_and_the_best_are_chosen(void **state)
{
    (void)state;
    struct block *block = block_new(200, 0);
    uint16_t rows[200];
    for (unsigned k = 0; k < 200; k++) {
        char line[160];
        snprintf(line, sizeof line, "2 123456789012 eni-0 192.0.2.1 198.51.100.7 1 %u 6 1 1 1000 1060 ACCEPT OK",
                 (k * 77 % 200) * 300);
        rows_add(block, format_default(), line);
        rows[k] = (uint16_t)k;
    }
    weir_group group = group_of("dstport");
    struct tally_pool pool = {.max_bytes = 1 << 20};
    struct tally tally;
    tally_init(&tally, &group, TALLY_SUMS, &pool, 0);
    tally_add(&tally, block, rows, 200);
    tally_add(&tally, block, rows + 50, 1);
    weir_top_row top[10];
    assert_int_equal(tally_largest(&tally, WEIR_BY_RECORDS, top, 10), 10);
    assert_int_equal(top[0].key[0].number, 50 * 77 % 200 * 300);
    for (unsigned k = 1; k < 10; k++)
        assert_int_equal(top[k].key[0].number, (k - 1) * 300);
    tally_done(&tally);
    block_free(block);
}

static void what_others_do_not_use_is_there_for_all_but_their_own_part_is_not(void **state)
{
    (void)state;
    static struct made made[ROWS];
    static uint16_t rows[ROWS];
    for (unsigned k = 0; k < ROWS; k++)
        rows[k] = (uint16_t)k;
    struct block *block = make_rows(made, 100000, 5);
    struct tally_pool pool = {.max_bytes = 96 << 10};
    weir_group sources = group_of("srcaddr");
    weir_group ports = group_of("dstport");
    struct tally many, few;
    tally_init(&many, &sources, 0, &pool, 16 << 10);
    tally_init(&few, &ports, 0, &pool, 8 << 10);
    tally_add(&many, block, rows, ROWS);
    assert_true(many.uncounted > 0);
    assert_true(many.bytes > 48 << 10);
    assert_true(many.bytes <= 88 << 10);
    tally_add(&few, block, rows, ROWS);
    assert_int_equal(few.uncounted, 0);
    assert_true(many.bytes + few.bytes <= pool.max_bytes);
    tally_done(&many);
    tally_done(&few);
    assert_int_equal(pool.taken_bytes, 0);
    block_free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_out_exactly_as_they_went_in),
        cmocka_unit_test(a_full_tally_says_how_much_it_did_not_count),
        cmocka_unit_test(what_others_do_not_use_is_there_for_all_but_their_own_part_is_not),
        cmocka_unit_test(a_million_addresses_fit_in_32_mebibytes),
        cmocka_unit_test(addresses_are_cut_to_their_prefix),
        cmocka_unit_test(equal_sizes_stand_in_order_of_key_and_the_best_are_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
