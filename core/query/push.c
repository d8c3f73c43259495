/* push.c - what of a filter a server can check. For each column of the layout, the values that any selected record may
 * have there are found (whatever else the filter asks of it), and written as a condition; the columns' conditions stand
 * side by side and all hold. A condition of the filter is done with when the values that the pattern lets pass imply
 * it.
 *
 * A field that the layout does not have is "-" in every record, but for derived fields, of which a server knows
 * nothing. A record's text has one case where AWS's does. */
#include "query/push.h"

#include <stdlib.h>

#include "base/scope.h"
#include "query/push_form.h"

#define REGEXES_MAX 2       /* of one pattern */
#define WORK_MAX    1000000 /* nodes looked at: beyond, less is pushed */

struct pushing {
    struct pool pool;
    const weir_query *query;
    const struct format *layout;
    struct form *forms; /* by column */
    bool is_mentioned[WEIR_FIELD_COUNT];
    size_t work;
};

/* ---- what values a part of the filter lets pass ---- */

static bool takes_null(const struct node *term)
{
    for (const struct item *item = term->op == OP_IN ? term->items : NULL; item; item = item->next)
        if (item->type == ITEM_NULL)
            return true;
    return false;
}

/* A term about one of its fields, seen from `field`. */
static struct set look_at_field(struct pushing *p, const struct node *term, weir_field about, weir_field field,
                                bool negated)
{
    if (about == field)
        return set_of_term(&p->pool, term, field, negated);
    if (!p->layout || p->layout->column_of[about] >= 0 || weir_field_is_derived(about))
        return set_all(field, false);
    /* no record has it, so what is said about it is true or false for all */
    return takes_null(term) != negated ? set_all(field, true) : set_none(field);
}

static struct set join(struct pushing *p, bool is_or, const struct set *a, const struct set *b)
{
    return is_or ? set_or(&p->pool, a, b) : set_and(&p->pool, a, b);
}

static struct set values_of(struct pushing *p, const struct node *node, weir_field field, bool flip)
{
    bool negated = node->negated != flip;
    bool is_or = node->type != NODE_AND ? !negated : negated;
    struct set set = is_or ? set_none(field) : set_all(field, true);

    if (++p->work > WORK_MAX)
        return set_all(field, false);
    for (size_t k = 0; node->type == NODE_TERM && k < node->n_fields; k++) {
        struct set one = look_at_field(p, node, node->field[k], field, negated);
        set = join(p, is_or, &set, &one);
    }
    for (const struct node *kid = node->first; kid; kid = kid->next) {
        struct set one = values_of(p, kid, field, negated);
        set = join(p, is_or, &set, &one);
    }
    return set;
}

/* ---- what is done with ---- */

static bool fits_one(struct pushing *p, const struct node *node, bool flip)
{
    for (unsigned k = 0; k < p->layout->n; k++) {
        weir_field field = (weir_field)p->layout->column[k];

        if (field == WEIR_FIELD_NONE || !p->is_mentioned[field])
            continue;
        struct set values = values_of(p, node, field, flip);
        if (values.is_exact && set_within(&p->forms[k].takes, &values))
            return true;
    }
    return false;
}

/* A term about several fields, all of which must not hold: each for itself. */
static bool fits_fields(struct pushing *p, const struct node *term)
{
    for (size_t k = 0; k < term->n_fields; k++) {
        struct node one = *term;

        one.n_fields = 1;
        one.field[0] = term->field[k];
        one.negated = true;
        if (!fits_one(p, &one, false))
            return false;
    }
    return true;
}

static bool is_implied(struct pushing *p, const struct node *node, bool flip)
{
    bool negated = node->negated != flip;

    if (p->work > WORK_MAX)
        return false;
    if (fits_one(p, node, flip))
        return true;
    if (node->type == NODE_TERM)
        return negated && node->n_fields > 1 && fits_fields(p, node);
    bool is_or = (node->type == NODE_OR) != negated;
    for (const struct node *kid = node->first; kid; kid = kid->next)
        if (is_implied(p, kid, negated) == is_or)
            return is_or;
    return !is_or;
}

/* Whether the pattern says something because of it. */
static bool helps(struct pushing *p, const struct node *node)
{
    for (unsigned k = 0; k < p->layout->n; k++) {
        if (p->forms[k].strength == FORM_NOTHING)
            continue;
        struct set values = values_of(p, node, (weir_field)p->layout->column[k], false);
        if (!set_is_all(&values))
            return true;
    }
    return false;
}

/* ---- the pattern ---- */

static void mention(struct pushing *p, const struct node *node)
{
    for (size_t k = 0; node->type == NODE_TERM && k < node->n_fields; k++)
        p->is_mentioned[node->field[k]] = true;
    for (const struct node *kid = node->first; kid; kid = kid->next)
        mention(p, kid);
}

static void make_forms(struct pushing *p)
{
    unsigned regexes = 0;

    for (unsigned k = 0; k < p->layout->n; k++) {
        weir_field field = (weir_field)p->layout->column[k];
        struct form *form = &p->forms[k];

        form->strength = FORM_NOTHING;
        if (field == WEIR_FIELD_NONE || !p->is_mentioned[field])
            continue;
        struct set wanted = values_of(p, p->query->root, field, false);
        form_make(&p->pool, k + 1, field, &wanted, regexes < REGEXES_MAX, form);
        regexes += form->has_regex;
    }
}

static void print_pattern(const struct pushing *p, struct printer *out)
{
    unsigned last = 0;
    char name[24];

    for (unsigned k = 0; k < p->layout->n; k++)
        last = p->forms[k].strength == FORM_NOTHING ? last : k + 1;
    for (unsigned k = 0; k < last; k++) {
        printer_text(out, k ? "," : "[");
        if (p->forms[k].strength != FORM_NOTHING)
            printer_bytes(out, p->forms[k].text, p->forms[k].out.len);
        else
            printer_text(out, weir_safe_format(name, sizeof name, "a%u", k + 1).text);
    }
    /* more columns than the layout has may follow, too */
    printer_text(out, last ? ",...]" : "");
}

static struct form *weakest(struct pushing *p)
{
    struct form *found = NULL;

    for (unsigned k = 0; k < p->layout->n; k++) {
        struct form *form = &p->forms[k];

        if (form->strength == FORM_NOTHING)
            continue;
        if (!found || form->strength < found->strength ||
            (form->strength == found->strength && form->out.len > found->out.len))
            found = form;
    }
    return found;
}

static void make_pattern(struct pushing *p, struct push *out)
{
    make_forms(p);
    for (;;) {
        struct printer printer = {.at = out->pattern, .size = sizeof out->pattern};
        struct form *form;

        out->pattern[0] = '\0';
        print_pattern(p, &printer);
        if (printer.len <= PUSH_MAX_BYTES || !(form = weakest(p)))
            return;
        form->strength = FORM_NOTHING;
        form->takes = set_all((weir_field)p->layout->column[form->column - 1], true);
    }
}

/* Without a layout a word of the line is all that can be asked for. */
static bool make_word(struct pushing *p, struct push *out)
{
    struct set wanted = values_of(p, p->query->root, WEIR_F_ACTION, false);

    if (wanted.has_null || wanted.is_but || wanted.n != 1 || wanted.parts[0].is_prefix)
        return false;
    weir_safe_format(out->pattern, sizeof out->pattern, "%s",
                     slice_is_nocase(wanted.parts[0].text, SLICE("REJECT"))   ? "REJECT"
                     : slice_is_nocase(wanted.parts[0].text, SLICE("ACCEPT")) ? "ACCEPT"
                                                                              : "");
    return out->pattern[0];
}

/* ---- the rest ---- */

struct sides {
    const struct node **server, **rest;
    size_t n_server, n_rest;
};

static void choose_sides(struct pushing *p, struct sides *sides, bool has_word)
{
    for (const struct node *at = NULL; (at = conjunct_next(p->query->root, at));) {
        bool is_done = p->layout && is_implied(p, at, false);
        bool is_helpful = is_done;

        if (!is_done && p->layout)
            is_helpful = helps(p, at);
        else if (!is_done && has_word) {
            struct set values = values_of(p, at, WEIR_F_ACTION, false);
            is_helpful = !set_is_all(&values);
        }
        if (is_helpful)
            sides->server[sides->n_server++] = at;
        if (!is_done)
            sides->rest[sides->n_rest++] = at;
    }
}

static char *print(const struct node *const *nodes, size_t n)
{
    struct printer measure = {0};

    printer_conjuncts(&measure, nodes, n);
    struct printer out = {.size = measure.len + 1, .at = calloc(1, measure.len + 1)};
    if (out.at)
        printer_conjuncts(&out, nodes, n);
    return out.at;
}

static weir_status print_sides(struct pushing *p, struct push *out, bool has_word)
{
    struct sides sides = {0};
    size_t n = 1;

    for (const struct node *at = NULL; (at = conjunct_next(p->query->root, at));)
        n++;
    sides.server = pool_new(&p->pool, n * sizeof *sides.server);
    sides.rest = pool_new(&p->pool, n * sizeof *sides.rest);
    if (!sides.server || !sides.rest)
        return WEIR_E_NOMEM;
    choose_sides(p, &sides, has_word);
    out->server = print(sides.server, sides.n_server);
    out->rest = print(sides.rest, sides.n_rest);
    return out->server && out->rest ? WEIR_OK : WEIR_E_NOMEM;
}

static weir_status push_query(struct pushing *p, struct push *out)
{
    bool has_word = false;

    if (p->query->root)
        mention(p, p->query->root);
    if (!p->query->root)
        return print_sides(p, out, false);
    if (!p->layout) {
        has_word = make_word(p, out);
    } else {
        p->forms = calloc(p->layout->n + 1u, sizeof *p->forms);
        if (!p->forms)
            return WEIR_E_NOMEM;
        for (unsigned k = 0; k < p->layout->n; k++)
            if (p->layout->column[k] != WEIR_FIELD_NONE)
                p->forms[k].takes = set_all((weir_field)p->layout->column[k], true);
        make_pattern(p, out);
    }
    return print_sides(p, out, has_word);
}

weir_status push_logs(const weir_query *query, const struct format *layout, struct push *out, weir_error *err)
{
    struct pushing pushing = {.query = query, .layout = layout};
    struct push made = {.pattern = ""};
    weir_status status = push_query(&pushing, &made);

    pool_done(&pushing.pool);
    free(pushing.forms);
    if (status != WEIR_OK) {
        push_done(&made);
        return weir_fail(err, status, 0, "out of memory");
    }
    *out = made;
    return WEIR_OK;
}

void push_done(struct push *push)
{
    free(push->server);
    free(push->rest);
    *push = (struct push){.pattern = ""};
}
