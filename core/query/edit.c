/* Edits of the conditions that are joined by "and" at the top. An edit makes a new list of conditions (copies where
 * it changes something, the query's own nodes elsewhere) and prints it; the query stays as it is. */
#include <stdlib.h>

#include "base/addr.h"
#include "base/limits.h"
#include "base/scope.h"
#include "query/ast.h"

#define DUPLICATES_LOOKED_THROUGH 64 /* conditions; a longer filter just gets longer */

struct list {
    struct pool pool;
    const struct node **nodes;
    size_t n, room;
};

static void list_done(struct list *list)
{
    pool_done(&list->pool);
    free(list->nodes);
}

static bool list_init(struct list *list, size_t room)
{
    *list = (struct list){.nodes = calloc(room, sizeof *list->nodes), .room = room};
    return list->nodes;
}

static size_t count_conjuncts(const struct node *root)
{
    size_t n = 0;

    for (const struct node *at = NULL; (at = conjunct_next(root, at));)
        n++;
    return n;
}

static weir_status print_list(const struct list *list, char *buffer, size_t size, weir_error *err)
{
    struct printer measure = {0};

    printer_conjuncts(&measure, list->nodes, list->n);
    if (measure.len >= size || measure.len > FILTER_MAX_BYTES)
        return weir_fail(err, WEIR_E_LIMIT, 0, "the filter would be too long");
    struct printer out = {.at = buffer, .size = size};
    buffer[0] = '\0';
    printer_conjuncts(&out, list->nodes, list->n);
    return WEIR_OK;
}

static bool term_matches(const struct node *term, const weir_value *value)
{
    for (const struct item *item = term->items; item; item = item->next)
        if (item_matches(item, value))
            return true;
    return false;
}

weir_mark weir_query_mark(const weir_query *query, weir_field field, const weir_value *value)
{
    bool is_included = false, is_missing = false;

    for (const struct node *at = NULL; (at = conjunct_next(query->root, at));) {
        if (!term_pins(at, field))
            continue;
        bool matches = term_matches(at, value);
        if (at->negated && matches)
            return WEIR_MARK_EXCLUDED;
        is_included |= !at->negated;
        is_missing |= !at->negated && !matches;
    }
    return is_included && !is_missing ? WEIR_MARK_INCLUDED : WEIR_MARK_NONE;
}

/* ---- one condition ---- */

static struct item *item_of(struct pool *pool, const weir_value *value)
{
    struct item *item = pool_new(pool, sizeof *item);

    if (!item)
        return NULL;
    switch (value->type) {
    case WEIR_NUMBER:
        item->type = ITEM_NUMBER;
        item->low = item->high = value->number;
        break;
    case WEIR_ADDRESS:
        item->type = ITEM_ADDR;
        item->first = item->last = value->addr;
        item->prefix = value->addr.family == 4 ? 32 : 128;
        break;
    case WEIR_TEXT:
        item->type = ITEM_TEXT;
        item->text = slice_of(value->text.text);
        break;
    default: item->type = ITEM_NULL; break;
    }
    return item;
}

static struct node *new_term(struct pool *pool, weir_field field, bool negated)
{
    struct node *term = pool_new(pool, sizeof *term);

    if (!term)
        return NULL;
    *term = (struct node){.type = NODE_TERM, .negated = negated, .n_fields = 1, .field = {field}, .op = OP_IN};
    return term;
}

static bool append(struct pool *pool, struct node *term, const struct item *item)
{
    struct item **tail = &term->items;
    struct item *copy = pool_new(pool, sizeof *copy);

    if (!copy)
        return false;
    *copy = *item;
    copy->next = NULL;
    while (*tail)
        tail = &(*tail)->next;
    *tail = copy;
    return true;
}

/* Whether an item is one value, not a range or a network. */
static bool is_exact(const struct item *item)
{
    if (item->type == ITEM_NUMBER)
        return item->low == item->high;
    return item->type != ITEM_ADDR || addr_compare(&item->first, &item->last) == 0;
}

/* The term with the items of `from` that do not match `value`; `keep_wide` keeps ranges and networks that do. */
static bool append_others(struct pool *pool, struct node *term, const struct node *from, const weir_value *value,
                          bool keep_wide)
{
    for (const struct item *item = from->items; item; item = item->next) {
        if (value && item_matches(item, value) && (is_exact(item) || !keep_wide))
            continue;
        if (!append(pool, term, item))
            return false;
    }
    return true;
}

/* ---- the edits ---- */

struct change {
    weir_field field;
    const weir_value *value;
    bool negated;        /* the sign of the conditions that the value goes into or out of */
    bool takes_out;      /* the value stands there already */
    bool is_placed;      /* the value was added to a condition */
    struct node *merged; /* all exclusions of the field */
};

static bool push(struct list *list, const struct node *node)
{
    if (list->n == list->room)
        return false;
    list->nodes[list->n++] = node;
    return true;
}

/* An own condition on the field: with its value added, or taken out. */
static bool change_own(struct list *list, struct change *change, const struct node *term)
{
    bool is_merged = change->negated && change->merged;
    struct node *copy = is_merged ? change->merged : new_term(&list->pool, change->field, change->negated);

    if (!copy || !append_others(&list->pool, copy, term, change->takes_out ? change->value : NULL, false))
        return false;
    if (!change->takes_out && !is_merged) {
        struct node *added = new_term(&list->pool, change->field, false);
        struct item *item = item_of(&list->pool, change->value);

        if (!added || !item)
            return false;
        if (!term_matches(term, change->value) && !append(&list->pool, copy, item))
            return false;
        change->is_placed = true;
    }
    if (is_merged)
        return true;
    if (change->negated)
        change->merged = copy;
    return push(list, copy);
}

/* A condition of the other sign: an exclusion takes the value out of what is included. */
static bool change_other(struct list *list, const struct change *change, const struct node *term)
{
    struct node *copy;

    if (!change->negated || change->takes_out)
        return push(list, term);
    copy = new_term(&list->pool, change->field, false);
    if (!copy || !append_others(&list->pool, copy, term, change->value, true))
        return false;
    return copy->items ? push(list, copy) : true;
}

static bool append_value(struct list *list, const struct change *change)
{
    struct node *term = new_term(&list->pool, change->field, change->negated);
    struct item *item = item_of(&list->pool, change->value);

    return term && item && append(&list->pool, term, item) && push(list, term);
}

static void drop_empty(struct list *list)
{
    size_t n = 0;

    for (size_t k = 0; k < list->n; k++)
        if (list->nodes[k]->type != NODE_TERM || list->nodes[k]->op != OP_IN || list->nodes[k]->items)
            list->nodes[n++] = list->nodes[k];
    list->n = n;
}

static bool toggle(struct list *list, const weir_query *query, struct change *change)
{
    for (const struct node *at = NULL; (at = conjunct_next(query->root, at));) {
        bool is_done = !term_pins(at, change->field)    ? push(list, at)
                       : at->negated == change->negated ? change_own(list, change, at)
                                                        : change_other(list, change, at);

        if (!is_done)
            return false;
    }
    drop_empty(list);
    return change->takes_out || change->is_placed || append_value(list, change);
}

static bool replace(struct list *list, const weir_query *query, struct change *change, bool has_value)
{
    bool is_placed = !has_value;

    for (const struct node *at = NULL; (at = conjunct_next(query->root, at));) {
        if (!term_pins(at, change->field)) {
            if (!push(list, at))
                return false;
        } else if (!is_placed) {
            is_placed = true;
            if (!append_value(list, change))
                return false;
        }
    }
    return is_placed || append_value(list, change);
}

weir_status weir_query_edit(const weir_query *query, weir_edit edit, weir_field field, const weir_value *value,
                            char *buffer, size_t size, weir_error *err)
{
    AUTO(list_done) struct list list;
    struct change change = {.field = field, .value = value, .negated = edit == WEIR_EDIT_EXCLUDE};
    bool is_done;

    if (!list_init(&list, count_conjuncts(query->root) + 1))
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    if (edit == WEIR_EDIT_ONLY || edit == WEIR_EDIT_CLEAR) {
        is_done = replace(&list, query, &change, edit == WEIR_EDIT_ONLY);
    } else {
        weir_mark mark = weir_query_mark(query, field, value);

        /* including what is excluded only lifts the exclusion */
        change.negated |= mark == WEIR_MARK_EXCLUDED;
        change.takes_out = mark == WEIR_MARK_EXCLUDED || (mark == WEIR_MARK_INCLUDED && edit == WEIR_EDIT_INCLUDE);
        is_done = toggle(&list, query, &change);
    }
    if (!is_done)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    return print_list(&list, buffer, size, err);
}

/* ---- joining two filters ---- */

static bool is_about_start(const weir_query *query)
{
    for (const struct node *at = NULL; (at = conjunct_next(query->root, at));)
        if (!node_is_about(at, WEIR_F_START))
            return false;
    return query->root;
}

static bool is_same_text(const struct node *a, const struct node *b, struct pool *pool)
{
    struct printer x = {0}, y = {0};

    printer_node(&x, a);
    printer_node(&y, b);
    if (x.len != y.len)
        return false;
    x.size = y.size = x.len + 1;
    x.at = pool_new(pool, x.size);
    y.at = pool_new(pool, y.size);
    if (!x.at || !y.at)
        return false;
    x.len = y.len = 0;
    printer_node(&x, a);
    printer_node(&y, b);
    return memcmp(x.at, y.at, x.len) == 0;
}

static bool has_node(struct list *list, const struct node *node)
{
    for (size_t k = 0; k < list->n; k++)
        if (list->nodes[k]->type == node->type && is_same_text(list->nodes[k], node, &list->pool))
            return true;
    return false;
}

static void drop_query(weir_query **query)
{
    weir_query_free(*query);
}

weir_status weir_query_and(const weir_query *query, const char *more, int64_t now, bool replace_start, char *buffer,
                           size_t size, weir_error *err)
{
    AUTO(drop_query) weir_query *other = NULL;
    AUTO(list_done) struct list list = {0};
    weir_status status = weir_query_parse(more, now, &other, err);

    if (status != WEIR_OK)
        return status;
    if (!list_init(&list, count_conjuncts(query->root) + count_conjuncts(other->root) + 1))
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    bool drops_start = replace_start && is_about_start(other);
    for (const struct node *at = NULL; (at = conjunct_next(query->root, at));)
        if (!drops_start || !node_is_about(at, WEIR_F_START))
            push(&list, at);
    size_t n_own = list.n;
    for (const struct node *at = NULL; (at = conjunct_next(other->root, at));)
        if (n_own > DUPLICATES_LOOKED_THROUGH || !has_node(&list, at))
            push(&list, at);
    return print_list(&list, buffer, size, err);
}
