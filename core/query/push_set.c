/* push_set.c - sets of values: intervals for numbers and IPv4 addresses, lists of texts and beginnings for texts.
 * Where a result cannot be written down it is made larger and is not exact any more. */
#include "query/push_set.h"

#include <stdlib.h>

#include "base/addr.h"
#include "base/scope.h"

/* "Every number" needs no memory. */
static const struct span whole[] = {{0, UINT8_MAX}, {0, UINT16_MAX}, {0, UINT32_MAX}, {0, UINT64_MAX}};

static const struct span *whole_of(weir_kind kind)
{
    switch (kind) {
    case WEIR_KIND_PROTOCOL:
    case WEIR_KIND_FLAGS:
    case WEIR_KIND_PATH:
    case WEIR_KIND_ENCRYPTION: return &whole[0];
    case WEIR_KIND_PORT: return &whole[1];
    case WEIR_KIND_ADDR: return &whole[2];
    default: return &whole[3];
    }
}

struct set set_none(weir_field field)
{
    weir_kind kind = weir_field_get(field)->kind;

    return (struct set){.class = kind_class(kind), .most = whole_of(kind)->high, .is_exact = true};
}

struct set set_all(weir_field field, bool is_exact)
{
    struct set set = set_none(field);

    set.is_exact = is_exact;
    set.has_null = true;
    set.has_v6 = set.class == CLASS_ADDR;
    set.is_but = set.class == CLASS_TEXT;
    set.n = !set.is_but;
    set.spans = set.n ? whole_of(weir_field_get(field)->kind) : NULL;
    return set;
}

bool set_is_all(const struct set *set)
{
    if (!set->has_null)
        return false;
    if (set->class == CLASS_TEXT)
        return set->is_but && set->n == 0;
    return set->n == 1 && set->spans[0].low == 0 && set->spans[0].high == set->most &&
           (set->has_v6 || set->class == CLASS_NUMBER);
}

bool set_is_none(const struct set *set)
{
    return !set->has_null && !set->has_v6 && !set->is_but && set->n == 0;
}

/* Larger than it should be, because what it should be cannot be kept. */
static struct set give_up(const struct set *like)
{
    struct set set = *like;

    set.is_exact = false;
    set.has_null = true;
    set.has_v6 = set.class == CLASS_ADDR;
    set.is_but = set.class == CLASS_TEXT;
    set.n = !set.is_but;
    for (size_t k = 0; k < ARRAY_SIZE(whole) && !set.is_but; k++)
        if (whole[k].high == set.most)
            set.spans = &whole[k];
    return set;
}

/* ---- intervals ---- */

static int compare_spans(const void *a, const void *b)
{
    const struct span *x = a, *y = b;

    return x->low < y->low ? -1 : x->low > y->low;
}

static size_t merge_spans(struct span *at, size_t n)
{
    size_t out = 0;

    if (n)
        qsort(at, n, sizeof *at, compare_spans);
    for (size_t k = 0; k < n; k++)
        if (out && (at[out - 1].high == UINT64_MAX || at[k].low <= at[out - 1].high + 1))
            at[out - 1].high = at[k].high > at[out - 1].high ? at[k].high : at[out - 1].high;
        else
            at[out++] = at[k];
    return out;
}

bool set_gaps(struct pool *pool, const struct set *set, struct span **gaps, size_t *n)
{
    struct span *out = pool_new(pool, (set->n + 1) * sizeof *out);
    uint64_t from = 0;
    bool is_over = false;

    *n = 0;
    if (!out)
        return false;
    for (size_t k = 0; k < set->n; k++) {
        if (set->spans[k].low > from)
            out[(*n)++] = (struct span){from, set->spans[k].low - 1};
        is_over = set->spans[k].high >= set->most;
        from = is_over ? from : set->spans[k].high + 1;
    }
    if (!is_over)
        out[(*n)++] = (struct span){from, set->most};
    *gaps = out;
    return true;
}

static struct set and_spans(struct pool *pool, const struct set *a, const struct set *b)
{
    struct set out = *a;
    struct span *spans = pool_new(pool, (a->n + b->n + 1) * sizeof *spans);
    size_t i = 0, j = 0;

    if (!spans)
        return give_up(a);
    out.n = 0;
    while (i < a->n && j < b->n) {
        const struct span *x = &a->spans[i], *y = &b->spans[j];
        struct span both = {x->low > y->low ? x->low : y->low, x->high < y->high ? x->high : y->high};

        if (both.low <= both.high)
            spans[out.n++] = both;
        if (x->high < y->high)
            i++;
        else
            j++;
    }
    out.spans = spans;
    return out;
}

static struct set or_spans(struct pool *pool, const struct set *a, const struct set *b)
{
    struct set out = *a;
    struct span *spans = pool_new(pool, (a->n + b->n + 1) * sizeof *spans);

    if (!spans)
        return give_up(a);
    if (a->n)
        memcpy(spans, a->spans, a->n * sizeof *spans);
    if (b->n)
        memcpy(spans + a->n, b->spans, b->n * sizeof *spans);
    out.n = merge_spans(spans, a->n + b->n);
    out.spans = spans;
    return out;
}

/* ---- texts ---- */

static bool begins_with(struct slice text, struct slice prefix)
{
    return text.len >= prefix.len && nocase_compare((struct slice){text.at, prefix.len}, prefix) == 0;
}

static bool covers(const struct part *outer, const struct part *inner)
{
    if (outer->is_prefix)
        return begins_with(inner->text, outer->text);
    return !inner->is_prefix && nocase_compare(outer->text, inner->text) == 0;
}

static bool is_covered(const struct set *by, const struct part *part)
{
    for (size_t k = 0; k < by->n; k++)
        if (covers(&by->parts[k], part))
            return true;
    return false;
}

/* Whether `part` covers a part of `of`, but not the other way round. */
static bool holds_some(const struct set *of, const struct part *part)
{
    for (size_t k = 0; k < of->n; k++)
        if (covers(part, &of->parts[k]))
            return true;
    return false;
}

static struct set join_parts(struct pool *pool, const struct set *a, const struct set *b)
{
    struct set out = *a;
    struct part *parts = pool_new(pool, (a->n + b->n + 1) * sizeof *parts);

    if (!parts)
        return give_up(a);
    out.n = 0;
    for (size_t k = 0; k < a->n; k++)
        parts[out.n++] = a->parts[k];
    for (size_t k = 0; k < b->n; k++)
        if (!is_covered(a, &b->parts[k]))
            parts[out.n++] = b->parts[k];
    out.parts = parts;
    return out;
}

/* What is in both lists. */
static struct set cut_parts(struct pool *pool, const struct set *a, const struct set *b)
{
    struct set out = *a;
    struct part *parts = pool_new(pool, (a->n + b->n + 1) * sizeof *parts);

    if (!parts)
        return give_up(a);
    out.n = 0;
    out.parts = parts;
    for (size_t k = 0; k < a->n; k++)
        if (is_covered(b, &a->parts[k]))
            parts[out.n++] = a->parts[k];
    for (size_t k = 0; k < b->n; k++)
        if (is_covered(a, &b->parts[k]) && !is_covered(&out, &b->parts[k]))
            parts[out.n++] = b->parts[k];
    return out;
}

/* The parts of `list` that `other` does not cover; those of which it covers a piece are kept or dropped. */
static struct set strip_parts(struct pool *pool, const struct set *list, const struct set *other, bool keeps_pieces)
{
    struct set out = *list;
    struct part *parts = pool_new(pool, (list->n + 1) * sizeof *parts);

    if (!parts)
        return give_up(list);
    out.n = 0;
    for (size_t k = 0; k < list->n; k++) {
        if (is_covered(other, &list->parts[k]))
            continue;
        if (holds_some(other, &list->parts[k])) {
            out.is_exact = false;
            if (!keeps_pieces)
                continue;
        }
        parts[out.n++] = list->parts[k];
    }
    out.parts = parts;
    return out;
}

static struct set and_texts(struct pool *pool, const struct set *a, const struct set *b)
{
    if (a->is_but && b->is_but)
        return join_parts(pool, a, b);
    if (!a->is_but && !b->is_but)
        return cut_parts(pool, a, b);
    return a->is_but ? strip_parts(pool, b, a, true) : strip_parts(pool, a, b, true);
}

static struct set or_texts(struct pool *pool, const struct set *a, const struct set *b)
{
    if (a->is_but && b->is_but)
        return cut_parts(pool, a, b);
    if (!a->is_but && !b->is_but)
        return join_parts(pool, a, b);
    return a->is_but ? strip_parts(pool, a, b, false) : strip_parts(pool, b, a, false);
}

/* ---- both ---- */

struct set set_and(struct pool *pool, const struct set *a, const struct set *b)
{
    if (set_is_all(a) || (set_is_none(b) && b->is_exact)) {
        struct set out = *b;
        out.is_exact = b->is_exact && (a->is_exact || set_is_none(b));
        return out;
    }
    if (set_is_all(b) || (set_is_none(a) && a->is_exact)) {
        struct set out = *a;
        out.is_exact = a->is_exact && (b->is_exact || set_is_none(a));
        return out;
    }
    struct set left = *a;
    left.is_exact = a->is_exact && b->is_exact;
    struct set out = a->class == CLASS_TEXT ? and_texts(pool, &left, b) : and_spans(pool, &left, b);
    out.is_exact = out.is_exact && left.is_exact;
    out.has_null = a->has_null && b->has_null;
    out.has_v6 = a->has_v6 && b->has_v6;
    return out.n > SET_PARTS_MAX ? give_up(a) : out;
}

struct set set_or(struct pool *pool, const struct set *a, const struct set *b)
{
    if ((set_is_all(a) && a->is_exact) || (set_is_all(b) && b->is_exact))
        return set_is_all(a) && a->is_exact ? *a : *b;
    if (set_is_all(a) || set_is_all(b))
        return give_up(a);
    if (set_is_none(a) || set_is_none(b)) {
        struct set out = set_is_none(a) ? *b : *a;
        out.is_exact = a->is_exact && b->is_exact;
        return out;
    }
    struct set out = a->class == CLASS_TEXT ? or_texts(pool, a, b) : or_spans(pool, a, b);
    out.is_exact = out.is_exact && a->is_exact && b->is_exact;
    out.has_null = a->has_null || b->has_null;
    out.has_v6 = a->has_v6 || b->has_v6;
    return out.n > SET_PARTS_MAX ? give_up(a) : out;
}

static bool span_within(const struct span *span, const struct set *outer)
{
    for (size_t k = 0; k < outer->n; k++)
        if (outer->spans[k].low <= span->low && span->high <= outer->spans[k].high)
            return true;
    return false;
}

static bool texts_within(const struct set *inner, const struct set *outer)
{
    if (inner->is_but && !outer->is_but)
        return false;
    if (inner->is_but) {
        for (size_t k = 0; k < outer->n; k++)
            if (!is_covered(inner, &outer->parts[k]))
                return false;
        return true;
    }
    for (size_t k = 0; k < inner->n; k++)
        if (is_covered(outer, &inner->parts[k]) == outer->is_but ||
            (outer->is_but && holds_some(outer, &inner->parts[k])))
            return false;
    return true;
}

bool set_within(const struct set *inner, const struct set *outer)
{
    if ((inner->has_null && !outer->has_null) || (inner->has_v6 && !outer->has_v6))
        return false;
    if (inner->class == CLASS_TEXT)
        return texts_within(inner, outer);
    for (size_t k = 0; k < inner->n; k++)
        if (!span_within(&inner->spans[k], outer))
            return false;
    return true;
}

/* ---- from a term ---- */

static bool compared(enum operator op, uint64_t number, uint64_t most, struct span *out)
{
    switch (op) {
    case OP_LESS: *out = (struct span){0, number ? number - 1 : 0}; return number > 0;
    case OP_LESS_EQUAL: *out = (struct span){0, number}; return true;
    case OP_GREATER: *out = (struct span){number < most ? number + 1 : most, most}; return number < most;
    case OP_GREATER_EQUAL: *out = (struct span){number, most}; return number <= most;
    default: return false;
    }
}

static void add_item(struct set *set, const struct node *term, const struct item *item, struct span *spans,
                     struct part *parts)
{
    struct span span = {item->low, item->high};

    switch (item->type) {
    case ITEM_NULL: set->has_null = true; break;
    case ITEM_TEXT: parts[set->n++] = (struct part){item->text, false}; break;
    case ITEM_NUMBER:
        if ((term->op == OP_IN && item->low <= set->most) || compared(term->op, item->low, set->most, &span))
            spans[set->n++] = (struct span){span.low, span.high < set->most ? span.high : set->most};
        break;
    case ITEM_ADDR:
        if (item->first.family == 4) {
            spans[set->n++] = (struct span){addr_v4(&item->first), addr_v4(&item->last)};
        } else {
            /* the text of an IPv6 address is not one of a kind: all of them, or none, is all that can be said */
            set->has_v6 = true;
            set->is_exact = item->prefix == 0;
        }
        break;
    }
}

static struct set not_spans(struct pool *pool, const struct set *set)
{
    struct set out = *set;
    struct span *gaps;

    if (!set_gaps(pool, set, &gaps, &out.n))
        return give_up(set);
    out.spans = gaps;
    out.has_null = !set->has_null;
    out.has_v6 = set->class == CLASS_ADDR && (!set->has_v6 || !set->is_exact);
    return out;
}

static struct set of_items(struct pool *pool, const struct node *term, weir_field field, bool negated)
{
    struct set set = set_none(field);
    size_t n = 1;

    for (const struct item *item = term->items; item; item = item->next)
        n++;
    struct span *spans = pool_new(pool, n * sizeof *spans);
    struct part *parts = pool_new(pool, n * sizeof *parts);
    if (!spans || !parts || n > SET_PARTS_MAX)
        return give_up(&set);
    bool is_exact = true;
    for (const struct item *item = term->items; item; item = item->next) {
        set.is_exact = true;
        add_item(&set, term, item, spans, parts);
        is_exact = is_exact && set.is_exact;
    }
    set.is_exact = is_exact;
    set.parts = parts;
    set.spans = spans;
    if (set.class != CLASS_TEXT) {
        set.n = merge_spans(spans, set.n);
        return negated ? not_spans(pool, &set) : set;
    }
    set.is_but = negated;
    set.has_null = set.has_null != negated;
    return set;
}

struct set set_of_term(struct pool *pool, const struct node *term, weir_field field, bool negated)
{
    struct set set = set_all(field, false);

    if (term->op == OP_MATCH) {
        set.has_null = negated;
        return set;
    }
    if (term->op != OP_PREFIX)
        return of_items(pool, term, field, negated);
    struct part *part = pool_new(pool, sizeof *part);
    if (!part)
        return set;
    *part = (struct part){term->pattern, true};
    set.is_exact = true;
    set.is_but = set.has_null = negated;
    set.parts = part;
    set.n = 1;
    return set;
}
