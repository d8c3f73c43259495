/* check.h - everything that can be read from a view against a plain loop over the rows of world.h. */
#ifndef WEIR_UNIT_VIEW_CHECK_H
#define WEIR_UNIT_VIEW_CHECK_H

#include "world.h"

static inline uint64_t facets_from(const struct world *world)
{
    return world->options.keep_counts ? world->kept_from : ring_first(world->ring);
}

static inline unsigned place_of(const struct domain *domain, const char *text)
{
    for (unsigned k = 0; k < domain->n; k++)
        if (strcmp(domain->text[k], text) == 0)
            return k;
    fail_msg("%s is no value of this test", text);
    return 0;
}

/* Two conditions on a field may contradict each other: then none of their values is what the filter wants. */
static inline unsigned conditions_on(const struct world *world, unsigned facet)
{
    unsigned n = 0;
    for (unsigned k = 0; k < CONDITIONS; k++)
        n += (world->chosen >> k & 1) && conditions[k].facet == (int)facet;
    return n;
}

static inline void check_facet(const struct world *world, unsigned k)
{
    uint64_t naive[VALUES_MAX] = {0};
    uint64_t distinct = 0;
    for (uint64_t id = facets_from(world); id < world->n; id++) {
        const struct ref *ref = &world->refs[id];
        if (ref->value[k] == ABSENT || (ref->value[k] == NULL_VALUE && !counts_nulls[k]) ||
            !matches(world, ref, (int)k))
            continue;
        distinct += naive[ref->value[k]]++ == 0;
    }
    weir_facet facet;
    weir_facet_value values[VALUES_MAX];
    size_t n = weir_view_facet(world->view, k, &facet, values, VALUES_MAX);
    assert_int_equal(facet.field, fields[k]);
    assert_int_equal(facet.distinct, distinct);
    assert_int_equal(facet.uncounted, 0);
    uint64_t with_rows = 0;
    for (size_t i = 0; i < n; i++) {
        char text[64];
        weir_value_text(fields[k], &values[i].value, WEIR_STYLE_AWS, text, sizeof text);
        if (values[i].records == 0) {
            assert_true(values[i].mark != WEIR_MARK_NONE || conditions_on(world, k) > 1);
            continue;
        }
        assert_int_equal(values[i].records, naive[place_of(&domains[k], text)]);
        if (i > 0)
            assert_true(values[i].records <= values[i - 1].records);
        with_rows++;
    }
    assert_int_equal(with_rows, distinct);
}

static inline void check_rows(const struct world *world)
{
    uint64_t n = 0;
    weir_row row;
    uint64_t first = ring_first(world->ring);
    for (uint64_t id = first; id < world->n; id++) {
        if (id % 97 == 0)
            assert_int_equal(weir_view_rank(world->view, id), n);
        if (!matches(world, &world->refs[id], -1))
            continue;
        if (n % 31 == 0) {
            assert_true(weir_view_nth(world->view, n, &row));
            assert_int_equal(row.id, id);
            assert_int_equal(row.block->first_row + row.index, id);
        }
        n++;
    }
    assert_false(weir_view_nth(world->view, n, &row));
    assert_int_equal(weir_view_rank(world->view, world->n), n);
    assert_int_equal(weir_view_total(world->view), world->n - first);
    uint64_t gone = 0;
    for (uint64_t id = facets_from(world); id < first; id++)
        gone += matches(world, &world->refs[id], -1);
    assert_int_equal(weir_view_matched(world->view), n + gone);
    assert_int_equal(weir_view_matched_after(world->view, world->n - 1), 0);
    if (first > 0)
        assert_int_equal(weir_view_matched_after(world->view, first - 1), n);
}

static inline void check_timeline(const struct world *world)
{
    enum { N = 200 };
    static weir_bucket buckets[N];
    static weir_bucket naive[N];
    memset(naive, 0, sizeof naive);
    int64_t from = 1700000000 - 120;
    int64_t step = 7;
    int64_t resolution;
    weir_view_timeline(world->view, from, step, buckets, N, &resolution);
    assert_int_equal(resolution, 1);
    for (uint64_t id = world->counted_from; id < world->n; id++) {
        const struct ref *ref = &world->refs[id];
        if (ref->start < from || ref->start >= from + N * step || !matches(world, ref, -1))
            continue;
        weir_bucket *bucket = &naive[(ref->start - from) / step];
        bool is_record = ref->kind == WEIR_ROW_RECORD;
        bucket->accept += is_record && ref->value[ACTION] == 1;
        bucket->reject += is_record && ref->value[ACTION] == 2;
        bucket->other += ref->kind == WEIR_ROW_NODATA || (is_record && ref->value[ACTION] == NULL_VALUE);
        bucket->skipped += ref->kind == WEIR_ROW_SKIPDATA;
    }
    for (size_t k = 0; k < N; k++) {
        assert_int_equal(buckets[k].start, from + (int64_t)k * step);
        assert_int_equal(buckets[k].accept, naive[k].accept);
        assert_int_equal(buckets[k].reject, naive[k].reject);
        assert_int_equal(buckets[k].other, naive[k].other);
        assert_int_equal(buckets[k].skipped, naive[k].skipped);
    }
}

/* Groups of the fields of two facets at most, uncut. */
static inline void check_top(const struct world *world, unsigned a, unsigned b)
{
    struct group {
        uint64_t records, packets, bytes;
    };
    struct group *naive = calloc(VALUES_MAX * VALUES_MAX, sizeof *naive);
    struct group all = {0};
    uint64_t groups = 0;
    for (uint64_t id = facets_from(world); id < world->n; id++) {
        const struct ref *ref = &world->refs[id];
        unsigned va = ref->value[a];
        unsigned vb = a == b ? NULL_VALUE : ref->value[b];
        bool has_key = va != ABSENT && va != NULL_VALUE && (a == b || (vb != ABSENT && vb != NULL_VALUE));
        if (ref->kind != WEIR_ROW_RECORD || !has_key || !matches(world, ref, -1))
            continue;
        struct group *group = &naive[va * VALUES_MAX + vb];
        groups += group->records == 0;
        group->records++;
        group->packets += ref->packets;
        group->bytes += ref->bytes;
        all.records++;
        all.packets += ref->packets;
        all.bytes += ref->bytes;
    }
    weir_top_totals totals;
    weir_top_row *rows = calloc(groups + 1, sizeof *rows);
    for (weir_measure by = WEIR_BY_RECORDS; by <= WEIR_BY_BYTES; by++) {
        size_t n = weir_view_top(world->view, by, rows, groups + 1, &totals);
        assert_int_equal(n, groups);
        assert_int_equal(totals.groups, groups);
        assert_int_equal(totals.records, all.records);
        assert_int_equal(totals.packets, all.packets);
        assert_int_equal(totals.bytes, all.bytes);
        uint64_t before = UINT64_MAX;
        for (size_t k = 0; k < n; k++) {
            char text[64];
            weir_value_text(fields[a], &rows[k].key[0], WEIR_STYLE_AWS, text, sizeof text);
            unsigned va = place_of(&domains[a], text);
            unsigned vb = NULL_VALUE;
            if (a != b) {
                weir_value_text(fields[b], &rows[k].key[1], WEIR_STYLE_AWS, text, sizeof text);
                vb = place_of(&domains[b], text);
            }
            const struct group *group = &naive[va * VALUES_MAX + vb];
            assert_int_equal(rows[k].records, group->records);
            assert_int_equal(rows[k].packets, group->packets);
            assert_int_equal(rows[k].bytes, group->bytes);
            uint64_t size = by == WEIR_BY_RECORDS   ? group->records
                            : by == WEIR_BY_PACKETS ? group->packets
                                                    : group->bytes;
            assert_true(size <= before);
            before = size;
        }
    }
    free(rows);
    free(naive);
}

static inline unsigned facet_of(weir_field field)
{
    for (unsigned k = 0; k < WEIR_FACETS; k++)
        if (fields[k] == field)
            return k;
    fail();
    return 0;
}

static inline void check_all(const struct world *world)
{
    for (unsigned k = 0; k < WEIR_FACETS; k++)
        check_facet(world, k);
    check_rows(world);
    check_timeline(world);
    check_top(world, facet_of(world->group.part[0].field),
              facet_of(world->group.part[world->group.n > 1 ? 1 : 0].field));
}

#endif
