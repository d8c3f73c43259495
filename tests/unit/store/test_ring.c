/* The ring: ids, eviction and what it says of its memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "rows.h"
#include "store/ring.h"

/* Row number as source port and bytes, so that every row can be told from the others. */
static struct block *batch_of(uint64_t first, uint32_t n)
{
    struct block *batch = block_new(n, 0);
    assert_non_null(batch);
    for (uint32_t k = 0; k < n; k++) {
        char line[160];
        uint64_t id = first + k;
        snprintf(line, sizeof line,
                 "2 123456789012 eni-%llu 192.0.2.%llu 198.51.100.7 %llu 443 6 1 %llu 1000 1060 ACCEPT OK",
                 (unsigned long long)(id % 50), (unsigned long long)(id % 250), (unsigned long long)(id % 60000),
                 (unsigned long long)id);
        rows_add(batch, format_default(), line);
    }
    return batch;
}

static void append(struct ring *ring, uint64_t expected_first, uint32_t n)
{
    struct block *batch = batch_of(expected_first, n);
    uint64_t first = 0;
    weir_error err = {0};
    assert_int_equal(ring_append(ring, batch, &first, &err), WEIR_OK);
    assert_int_equal(first, expected_first);
    block_free(batch);
}

static void assert_row(const struct ring *ring, uint64_t id)
{
    uint32_t index = 0;
    const struct block *block = ring_find(ring, id, &index);
    assert_non_null(block);
    assert_int_equal(block->first_row + index, id);
    assert_int_equal(column_number(block->column[WEIR_F_BYTES], index), id);
}

struct evictions {
    uint64_t next; /* id that must go next */
    size_t n;
};

static void on_evict(const struct block *block, void *user)
{
    struct evictions *evictions = user;
    assert_int_equal(block->first_row, evictions->next);
    assert_int_equal(column_number(block->column[WEIR_F_BYTES], 0), block->first_row);
    evictions->next += block->n;
    evictions->n++;
}

static uint64_t bytes_of_blocks(const struct ring *ring)
{
    uint64_t bytes = 0;
    for (size_t k = 0; k < ring_blocks(ring); k++)
        bytes += ring_block(ring, k)->bytes;
    return bytes;
}

static void an_empty_ring_has_no_rows(void **state)
{
    (void)state;
    struct ring *ring = ring_new(1 << 20, NULL, NULL);
    uint32_t index;
    assert_int_equal(ring_first(ring), 0);
    assert_int_equal(ring_end(ring), 0);
    assert_int_equal(ring_blocks(ring), 0);
    assert_null(ring_block(ring, 0));
    assert_null(ring_find(ring, 0, &index));
    ring_free(ring);
    ring_free(NULL);
}

static void batches_of_any_size_keep_their_order_and_ids(void **state)
{
    (void)state;
    struct ring *ring = ring_new(1ull << 30, NULL, NULL);
    static const uint32_t sizes[] = {1, 4096, 17, 4096, 4096, 3999, 4096, 2, 20000, 63, 64, 65};
    uint64_t next = 0;
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        append(ring, next, sizes[k]);
        next += sizes[k];
        assert_int_equal(ring_end(ring), next);
        assert_int_equal(ring_bytes(ring), bytes_of_blocks(ring));
    }
    assert_int_equal(ring_first(ring), 0);
    assert_int_equal(ring_blocks(ring), (next + BLOCK_ROWS - 1) / BLOCK_ROWS);
    for (uint64_t id = 0; id < next; id++)
        assert_row(ring, id);
    ring_free(ring);
}

static void the_oldest_blocks_go_and_the_cap_holds(void **state)
{
    (void)state;
    struct evictions evictions = {0};
    const uint64_t cap = 4ull << 20;
    struct ring *ring = ring_new(cap, on_evict, &evictions);
    uint64_t next = 0;
    while (evictions.n < 5) {
        append(ring, next, 4000);
        next += 4000;
        assert_true(ring_bytes(ring) <= cap);
        assert_int_equal(ring_bytes(ring), bytes_of_blocks(ring));
        assert_int_equal(ring_evicted(ring), evictions.next);
        assert_int_equal(ring_first(ring), evictions.next);
        assert_row(ring, ring_first(ring));
        assert_row(ring, next - 1);
    }
    uint32_t index;
    assert_null(ring_find(ring, evictions.next - 1, &index));
    assert_null(ring_find(ring, next, &index));
    assert_true(ring_blocks(ring) > 1);
    ring_free(ring);
}

static void overhead_takes_its_share_of_the_cap(void **state)
{
    (void)state;
    struct ring *ring = ring_new(8ull << 20, NULL, NULL);
    uint64_t next = 0;
    for (; ring_evicted(ring) == 0; next += 4096)
        append(ring, next, 4096);
    size_t blocks = ring_blocks(ring);
    ring_set_overhead(ring, 4ull << 20);
    append(ring, next, 1);
    assert_true(ring_blocks(ring) < blocks);
    assert_true(ring_bytes(ring) <= ring_cap(ring));
    assert_int_equal(ring_bytes(ring), bytes_of_blocks(ring) + (4ull << 20));
    ring_free(ring);
}

static void the_newest_block_stays_whatever_the_cap(void **state)
{
    (void)state;
    struct evictions evictions = {0};
    struct ring *ring = ring_new(1, on_evict, &evictions);
    uint64_t next = 0;
    for (size_t k = 0; k < 10; k++, next += 4096) {
        append(ring, next, 4096);
        assert_int_equal(ring_blocks(ring), 1);
        assert_row(ring, next + 4095);
    }
    assert_int_equal(evictions.n, 2);
    ring_free(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_ring_has_no_rows),
        cmocka_unit_test(batches_of_any_size_keep_their_order_and_ids),
        cmocka_unit_test(the_oldest_blocks_go_and_the_cap_holds),
        cmocka_unit_test(overhead_takes_its_share_of_the_cap),
        cmocka_unit_test(the_newest_block_stays_whatever_the_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
