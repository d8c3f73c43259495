/* facet.c - a facet as it is read: the largest values, and those that the filter names. Counting is view.c's. */
#include <stdlib.h>
#include <strings.h>

#include "base/scope.h"
#include "view/pins.h"
#include "view/state.h"

/* Texts are the same to a filter whatever their case. */
static bool is_same(const weir_value *a, const weir_value *b)
{
    if (a->type == WEIR_TEXT && b->type == WEIR_TEXT)
        return strcasecmp(a->text.text, b->text.text) == 0;
    return value_compare(a, b) == 0;
}

static bool is_listed(const weir_facet_value *values, size_t n, const weir_value *value)
{
    for (size_t k = 0; k < n; k++)
        if (is_same(&values[k].value, value))
            return true;
    return false;
}

static void insert(weir_facet_value *values, size_t n, const weir_facet_value *value)
{
    size_t k = n;
    for (; k > 0; k--) {
        const weir_facet_value *before = &values[k - 1];
        if (before->records > value->records ||
            (before->records == value->records && value_compare(&before->value, &value->value) <= 0))
            break;
        values[k] = *before;
    }
    values[k] = *value;
}

/* Puts a value that the filter names in, in place of the last one that it does not name if the list is full. */
static size_t add_pin(weir_facet_value *values, size_t n, size_t max, const weir_facet_value *value)
{
    if (n == max) {
        size_t k = n;
        while (k > 0 && values[k - 1].mark != WEIR_MARK_NONE)
            k--;
        if (k == 0)
            return n;
        for (; k < n; k++)
            values[k - 1] = values[k];
        n--;
    }
    insert(values, n, value);
    return n + 1;
}

static size_t add_pins(const weir_view *view, size_t k, weir_facet_value *out, size_t n, size_t max)
{
    AUTO(free_cleanup) weir_value *pins = malloc(max * sizeof *pins);
    if (!pins)
        return n;
    weir_field field = facet_fields[k];
    size_t n_pins = query_pins(view->query, field, pins, max);
    for (size_t i = 0; i < n_pins; i++) {
        if (is_listed(out, n, &pins[i]))
            continue;
        weir_facet_value value = {.mark = weir_query_mark(view->query, field, &pins[i])};
        value.records = tally_records(&view->facets[k], &pins[i]);
        value.value = pins[i];
        n = add_pin(out, n, max, &value);
    }
    return n;
}

size_t weir_view_facet(const weir_view *view, size_t k, weir_facet *facet, weir_facet_value *out, size_t max)
{
    const struct tally *tally = &view->facets[k];
    if (facet)
        *facet = (weir_facet){facet_fields[k], tally_distinct(tally), tally->uncounted};
    if (max == 0)
        return 0;
    AUTO(free_cleanup) weir_top_row *rows = malloc(max * sizeof *rows);
    if (!rows)
        return 0;
    size_t n = tally_largest(tally, WEIR_BY_RECORDS, rows, max);
    for (size_t i = 0; i < n; i++) {
        out[i] = (weir_facet_value){.value = rows[i].key[0], .records = rows[i].records};
        if (view->query)
            out[i].mark = weir_query_mark(view->query, facet_fields[k], &out[i].value);
    }
    return view->query && view->filter.own[k] ? add_pins(view, k, out, n, max) : n;
}
