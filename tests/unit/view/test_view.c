/* What a view says between and around filters: work in slices, partial and settled buckets, order by start, named
 * values, spikes, memory. */
#include "check.h"

/* ---- while a filter is being applied ---- */

static void a_filter_is_applied_from_the_newest_rows_on(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 8, 1ull << 30, &(struct view_options){.memory_bytes = 64 << 20});
    for (unsigned k = 0; k < 20; k++)
        world_add(&world, 4000);
    world_filter(&world, 1);
    assert_true(weir_view_busy(world.view));
    assert_int_equal(weir_view_matched(world.view), 0);
    uint64_t before = 0;
    while (view_work(world.view, 0)) {
        uint64_t matched = weir_view_matched(world.view);
        assert_true(matched > before);
        weir_row row;
        assert_true(weir_view_nth(world.view, matched - 1, &row));
        assert_false(weir_view_nth(world.view, matched, &row));
        assert_true(weir_view_nth(world.view, 0, &row));
        uint64_t naive = 0;
        for (uint64_t id = row.id; id < world.n; id++)
            naive += matches(&world, &world.refs[id], -1);
        assert_int_equal(naive, matched);
        before = matched;
        world_add(&world, 1000);
        before = weir_view_matched(world.view);
    }
    check_all(&world);
    world_close(&world);
}

static void buckets_before_the_oldest_row_are_partial_after_a_new_filter(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 9, 1, &(struct view_options){.memory_bytes = 64 << 20});
    for (unsigned k = 0; k < 12; k++)
        world_add(&world, 4000);
    int64_t first, last;
    assert_true(weir_view_span(world.view, &first, &last));
    weir_bucket buckets[2];
    weir_view_timeline(world.view, first, last - first, buckets, 2, NULL);
    assert_false(buckets[0].partial);
    world_filter(&world, 1);
    world_finish(&world);
    weir_view_timeline(world.view, first, last - first, buckets, 2, NULL);
    assert_true(buckets[0].partial);
    assert_false(buckets[1].partial);
    int64_t first_now, last_now;
    assert_true(weir_view_span(world.view, &first_now, &last_now));
    assert_int_equal(first_now, first);
    assert_int_equal(last_now, last);
    world_close(&world);
}

static void buckets_are_settled_when_they_end_in_time(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 10, 1 << 20, &(struct view_options){.memory_bytes = 64 << 20});
    view_set_settled(world.view, 1120);
    weir_bucket buckets[3];
    weir_view_timeline(world.view, 1000, 60, buckets, 3, NULL);
    assert_true(buckets[0].settled);
    assert_true(buckets[1].settled);
    assert_false(buckets[2].settled);
    world_close(&world);
}

/* ---- finding a time ---- */

/* The id of the first row that matches, starts in [from, to) and has the verdict; UINT64_MAX if there is none. */
static uint64_t naive_find(const struct world *world, int64_t from, int64_t to, weir_verdict verdict)
{
    for (uint64_t id = weir_view_oldest(world->view); id < world->n; id++) {
        const struct ref *ref = &world->refs[id];
        weir_row row;
        if (ref->start < from || ref->start >= to || ref->start < 0 || !matches(world, ref, -1))
            continue;
        assert_true(weir_view_row(world->view, id, &row));
        if (verdict == WEIR_VERDICT_NONE || weir_row_verdict(&row) == verdict)
            return id;
    }
    return UINT64_MAX;
}

static void the_first_row_of_a_time_is_found(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 12, 1, &(struct view_options){.memory_bytes = 64 << 20});
    for (unsigned k = 0; k < 12; k++)
        world_add(&world, 4000);
    world_filter(&world, 1);
    world_finish(&world);
    int64_t first, last;
    assert_true(weir_view_span(world.view, &first, &last));
    unsigned found = 0;
    for (int64_t from = first - 10; from < last + 10; from += (last - first) / 50 + 1)
        for (int verdict = WEIR_VERDICT_NONE; verdict <= WEIR_VERDICT_REJECT; verdict++) {
            weir_row row = {.id = UINT64_MAX};
            uint64_t expected = naive_find(&world, from, from + 3, (weir_verdict)verdict);
            assert_int_equal(weir_view_find(world.view, from, from + 3, (weir_verdict)verdict, &row),
                             expected != UINT64_MAX);
            assert_int_equal(row.id, expected);
            found += expected != UINT64_MAX;
        }
    assert_true(found > 20);
    world_close(&world);
}

/* ---- order by start ---- */

static void check_order(const struct world *world)
{
    uint64_t matched = 0;
    uint64_t last_id = 0;
    int64_t last_start = -1;
    weir_row row;
    for (; weir_view_nth(world->view, matched, &row); matched++) {
        int64_t start = world->refs[row.id].start < 0 ? 0 : world->refs[row.id].start;
        assert_true(matches(world, &world->refs[row.id], -1));
        if (matched > 0)
            assert_true(start > last_start || (start == last_start && row.id > last_id));
        if (matched % 13 == 0)
            assert_int_equal(weir_view_rank(world->view, row.id), matched);
        last_start = start;
        last_id = row.id;
    }
    assert_int_equal(matched, weir_view_matched(world->view));
}

static void order_by_start_holds_through_arrivals_filters_and_evictions(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 11, 2 << 20, &(struct view_options){.memory_bytes = 64 << 20});
    for (unsigned k = 0; k < 5; k++)
        world_add(&world, 3000);
    uint64_t bytes = view_bytes(world.view);
    assert_int_equal(view_set_order(world.view, WEIR_ORDER_START, NULL), WEIR_OK);
    assert_int_equal(weir_view_order(world.view), WEIR_ORDER_START);
    assert_true(view_bytes(world.view) >= bytes + 15000 * sizeof(uint64_t));
    check_order(&world);
    for (unsigned k = 0; k < 20; k++) {
        if (k == 10)
            world.clock -= 900; /* a second file that is older */
        world_add(&world, (uint32_t)(1 + random_below(&world, 4096)));
        if (k % 4 == 3)
            world_filter(&world, k % 8 == 3 ? 0 : random_conditions(&world));
        if (k % 5 == 2) {
            world_finish(&world);
            world_derive(&world);
            view_reorder(world.view);
        }
        if (k % 3 == 0)
            check_order(&world);
    }
    assert_true(ring_evicted(world.ring) > 0);
    world_finish(&world);
    check_order(&world);
    assert_int_equal(view_set_order(world.view, WEIR_ORDER_ARRIVAL, NULL), WEIR_OK);
    check_all(&world);
    world_close(&world);
}

static void evicted_rows_and_no_others_leave_the_order_by_start(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 16, 2500 << 10, &(struct view_options){.memory_bytes = 64 << 20});
    assert_int_equal(view_set_order(world.view, WEIR_ORDER_START, NULL), WEIR_OK);
    for (unsigned k = 0; k < 28; k++) {
        world_add(&world, 4000);
        check_order(&world);
    }
    assert_true(ring_evicted(world.ring) >= 2 * BLOCK_ROWS);
    assert_true(ring_blocks(world.ring) >= 2);
    world_close(&world);
}

/* ---- facet lists ---- */

static void values_that_the_filter_names_are_listed_even_without_rows(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 12, 1ull << 30, &(struct view_options){.memory_bytes = 64 << 20});
    world_add(&world, 4000);
    weir_query *query = NULL;
    assert_int_equal(weir_query_parse("dstport not in (9, 22, 64999) and interface-id = ENI-00000005", 0, &query, NULL),
                     WEIR_OK);
    assert_int_equal(view_set_query(world.view, query, NULL), WEIR_OK);
    world_finish(&world);
    weir_facet_value values[5];
    size_t n = weir_view_facet(world.view, DSTPORT, NULL, values, 5);
    assert_int_equal(n, 5);
    unsigned excluded = 0;
    for (size_t k = 0; k < n; k++) {
        bool named = values[k].value.number == 9 || values[k].value.number == 22 || values[k].value.number == 64999;
        assert_int_equal(values[k].mark, named ? WEIR_MARK_EXCLUDED : WEIR_MARK_NONE);
        excluded += named;
        if (k > 0)
            assert_true(values[k].records <= values[k - 1].records);
        if (values[k].value.number == 22)
            assert_true(values[k].records > 0);
    }
    assert_int_equal(excluded, 3);
    n = weir_view_facet(world.view, INTERFACE, NULL, values, 5);
    unsigned included = 0;
    for (size_t k = 0; k < n; k++) {
        included += values[k].mark == WEIR_MARK_INCLUDED;
        if (values[k].mark == WEIR_MARK_INCLUDED)
            assert_true(values[k].records > 0);
    }
    assert_int_equal(included, 1);
    view_set_query(world.view, NULL, NULL);
    weir_query_free(query);
    world_close(&world);
}

/* ---- spikes and memory ---- */

/* `n` rows of one verdict in the second `start`. */
static void add_burst(struct world *world, int64_t start, bool reject, unsigned n)
{
    struct block *batch = block_new(n, 0);
    for (unsigned k = 0; k < n; k++) {
        char line[200];
        snprintf(line, sizeof line, "2 123456789012 eni-0 192.0.2.1 198.51.100.7 1 80 6 1 40 %lld %lld %s OK",
                 (long long)start, (long long)start + 1, reject ? "REJECT" : "ACCEPT");
        rows_add(batch, world->layouts[0], line);
    }
    uint64_t first, records, shown;
    assert_int_equal(ring_append(world->ring, batch, &first, NULL), WEIR_OK);
    assert_int_equal(view_added(world->view, first, &records, &shown, NULL), WEIR_OK);
    block_free(batch);
}

static void rejects_far_above_the_usual_are_a_spike(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 13, 64 << 20, &(struct view_options){.memory_bytes = 64 << 20});
    int64_t begin = 1700000000;
    for (int64_t minute = 0; minute < 60; minute++) {
        add_burst(&world, begin + minute * 60 + 7, true, minute == 45 || minute == 46 ? 120 : 8);
        add_burst(&world, begin + minute * 60 + 9, false, minute == 50 ? 400 : 20);
    }
    view_set_settled(world.view, begin + 60 * 60);
    weir_spike spikes[4];
    assert_int_equal(weir_view_spikes(world.view, begin, 60, 60, spikes, 4), 1);
    assert_int_equal(spikes[0].from, begin + 45 * 60);
    assert_int_equal(spikes[0].to, begin + 47 * 60);
    assert_int_equal(spikes[0].peak, 120);
    assert_int_equal(spikes[0].baseline, 8);
    assert_true(spikes[0].ratio > 14.9 && spikes[0].ratio < 15.1);

    /* The baseline is taken from before the range, and the time before the data is none. */
    assert_int_equal(weir_view_spikes(world.view, begin + 44 * 60, 60, 16, spikes, 4), 1);
    assert_int_equal(spikes[0].from, begin + 45 * 60);
    assert_int_equal(weir_view_spikes(world.view, begin + 48 * 60, 60, 12, spikes, 4), 0);
    assert_int_equal(weir_view_spikes(world.view, begin - 3600 * 10, 60, 660, spikes, 4), 1);
    assert_int_equal(spikes[0].from, begin + 45 * 60);

    weir_query *query = NULL;
    assert_int_equal(weir_query_parse("action = ACCEPT", 0, &query, NULL), WEIR_OK);
    assert_int_equal(view_set_query(world.view, query, NULL), WEIR_OK);
    world_finish(&world);
    assert_int_equal(weir_view_spikes(world.view, begin, 60, 60, spikes, 4), 0);
    view_set_query(world.view, NULL, NULL);
    weir_query_free(query);
    world_close(&world);
}

static void ring_and_view_together_keep_to_the_cap(void **state)
{
    (void)state;
    struct world world;
    const uint64_t cap = 4 << 20;
    world_open(&world, 14, cap, &(struct view_options){.memory_bytes = 1 << 20});
    assert_int_equal(view_set_order(world.view, WEIR_ORDER_START, NULL), WEIR_OK);
    for (unsigned k = 0; k < 28; k++) {
        world_add(&world, 4000);
        assert_true(ring_bytes(world.ring) <= cap + cap / 10);
    }
    assert_true(ring_evicted(world.ring) > 0);
    assert_true(ring_blocks(world.ring) > 1);
    assert_true(view_bytes(world.view) < 3 << 20);
    world_close(&world);
}

static void a_view_without_rows_answers(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 15, 1 << 20, &(struct view_options){.memory_bytes = 1 << 20});
    weir_row row;
    weir_facet facet;
    weir_facet_value values[3];
    weir_top_row top[3];
    weir_top_totals totals;
    weir_bucket buckets[3];
    weir_spike spikes[3];
    int64_t first, last;
    assert_int_equal(weir_view_total(world.view), 0);
    assert_int_equal(weir_view_matched(world.view), 0);
    assert_int_equal(weir_view_newest(world.view), UINT64_MAX);
    assert_int_equal(weir_view_matched_after(world.view, UINT64_MAX), 0);
    assert_int_equal(weir_view_rank(world.view, 5), 0);
    assert_false(weir_view_nth(world.view, 0, &row));
    assert_false(weir_view_row(world.view, 0, &row));
    assert_false(weir_view_span(world.view, &first, &last));
    for (size_t k = 0; k < WEIR_FACETS; k++) {
        assert_int_equal(weir_view_facet(world.view, k, &facet, values, 3), 0);
        assert_int_equal(facet.distinct, 0);
    }
    assert_int_equal(weir_view_top(world.view, WEIR_BY_BYTES, top, 3, &totals), 0);
    assert_int_equal(totals.groups, 0);
    weir_view_timeline(world.view, 1000, 60, buckets, 3, NULL);
    assert_int_equal(buckets[2].start, 1120);
    assert_int_equal(buckets[2].accept, 0);
    assert_int_equal(weir_view_spikes(world.view, 0, 60, 100, spikes, 3), 0);
    assert_false(view_work(world.view, 0));
    assert_int_equal(view_set_order(world.view, WEIR_ORDER_START, NULL), WEIR_OK);
    assert_false(weir_view_nth(world.view, 0, &row));
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_is_applied_from_the_newest_rows_on),
        cmocka_unit_test(buckets_before_the_oldest_row_are_partial_after_a_new_filter),
        cmocka_unit_test(buckets_are_settled_when_they_end_in_time),
        cmocka_unit_test(the_first_row_of_a_time_is_found),
        cmocka_unit_test(order_by_start_holds_through_arrivals_filters_and_evictions),
        cmocka_unit_test(evicted_rows_and_no_others_leave_the_order_by_start),
        cmocka_unit_test(values_that_the_filter_names_are_listed_even_without_rows),
        cmocka_unit_test(rejects_far_above_the_usual_are_a_spike),
        cmocka_unit_test(ring_and_view_together_keep_to_the_cap),
        cmocka_unit_test(a_view_without_rows_answers),
    };
    return cmocka_run_group_tests(tests, make_domains, NULL);
}
