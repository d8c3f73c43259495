/* From a tree to something that runs. Negation is pushed down to the leaves, so that only "and", "or" and leaves are
 * left; a leaf speaks of one field. Under "and" the rows that still hold are the mask of the next condition; "or" is
 * the same with everything turned round: the rows that do not hold yet are looked at by the next. So one bit map a
 * level of groups is all the memory that a run needs, and rows that are decided are not looked at again.
 * Cheap conditions go first, regular expressions last. */
#include "query/program.h"

#include <stdlib.h>

#include "base/addr.h"
#include "base/limits.h"
#include "base/scope.h"
#include "query/scan.h"

#define TABLE_MIN  5 /* intervals */
#define TABLE_BITS 65536

struct step {
    enum node_type type;
    struct leaf leaf; /* NODE_TERM */
    struct step *first, *next;
    unsigned cost;
};

struct program {
    struct pool pool;
    struct step *root;
    unsigned levels; /* of bit maps */
    uint64_t *maps;
    uint64_t range[BITMAP_WORDS];
    struct scan_state state;
};

struct compiler {
    struct program *program;
    weir_status status;
};

static void *compile_new(struct compiler *c, size_t size)
{
    void *at = c->status == WEIR_OK ? pool_new(&c->program->pool, size) : NULL;

    if (!at && c->status == WEIR_OK)
        c->status = WEIR_E_NOMEM;
    return at;
}

/* ---- leaves ---- */

static size_t count_items(const struct item *item)
{
    size_t n = 0;

    for (; item; item = item->next)
        n++;
    return n;
}

static int compare_intervals(const void *a, const void *b)
{
    const struct interval *x = a, *y = b;

    return x->low < y->low ? -1 : x->low > y->low;
}

static int compare_addr_intervals(const void *a, const void *b)
{
    return addr_compare(&((const struct addr_interval *)a)->low, &((const struct addr_interval *)b)->low);
}

static int compare_slices(const void *a, const void *b)
{
    return nocase_compare(*(const struct slice *)a, *(const struct slice *)b);
}

static size_t merge_intervals(struct interval *at, size_t n)
{
    size_t out = 0;

    qsort(at, n, sizeof *at, compare_intervals);
    for (size_t k = 0; k < n; k++)
        if (out && (at[out - 1].high == UINT64_MAX || at[k].low <= at[out - 1].high + 1))
            at[out - 1].high = at[k].high > at[out - 1].high ? at[k].high : at[out - 1].high;
        else
            at[out++] = at[k];
    return out;
}

static size_t merge_addr_intervals(struct addr_interval *at, size_t n)
{
    size_t out = 0;

    qsort(at, n, sizeof *at, compare_addr_intervals);
    for (size_t k = 0; k < n; k++)
        if (out && addr_compare(&at[k].low, &at[out - 1].high) <= 0)
            at[out - 1].high = addr_compare(&at[k].high, &at[out - 1].high) > 0 ? at[k].high : at[out - 1].high;
        else
            at[out++] = at[k];
    return out;
}

static void fill_table(struct compiler *c, struct leaf *leaf)
{
    leaf->table = compile_new(c, TABLE_BITS / 8);
    for (size_t k = 0; leaf->table && k < leaf->n_intervals; k++)
        for (uint64_t number = leaf->intervals[k].low; number <= leaf->intervals[k].high && number < TABLE_BITS;
             number++)
            bit_set(leaf->table, (uint32_t)number);
}

static struct interval compared(enum operator op, uint64_t number)
{
    /* an interval that begins after its end is empty and is left out */
    static const struct interval empty = {1, 0};

    switch (op) {
    case OP_LESS: return number ? (struct interval){0, number - 1} : empty;
    case OP_LESS_EQUAL: return (struct interval){0, number};
    case OP_GREATER: return number < UINT64_MAX ? (struct interval){number + 1, UINT64_MAX} : empty;
    case OP_GREATER_EQUAL: return (struct interval){number, UINT64_MAX};
    default: return empty;
    }
}

static bool add_item(struct compiler *c, struct leaf *leaf, enum operator op, const struct item *item)
{
    char *copy;

    switch (item->type) {
    case ITEM_NULL: leaf->takes_null = true; return true;
    case ITEM_NUMBER: {
        struct interval interval = op == OP_IN ? (struct interval){item->low, item->high} : compared(op, item->low);

        if (interval.low <= interval.high)
            leaf->intervals[leaf->n_intervals++] = interval;
        return true;
    }
    case ITEM_ADDR:
        if (item->first.family == 4)
            leaf->intervals[leaf->n_intervals++] = (struct interval){addr_v4(&item->first), addr_v4(&item->last)};
        else
            leaf->v6[leaf->n_v6++] = (struct addr_interval){item->first, item->last};
        return true;
    default:
        copy = compile_new(c, item->text.len + 1);
        if (copy)
            leaf->texts[leaf->n_texts++] = (struct slice){memcpy(copy, item->text.at, item->text.len), item->text.len};
        return copy;
    }
}

static void fill_items(struct compiler *c, struct leaf *leaf, const struct node *node)
{
    size_t n = count_items(node->items);

    leaf->intervals = compile_new(c, n * sizeof *leaf->intervals);
    leaf->v6 = compile_new(c, n * sizeof *leaf->v6);
    leaf->texts = compile_new(c, n * sizeof *leaf->texts);
    for (const struct item *item = node->items; item && c->status == WEIR_OK; item = item->next)
        add_item(c, leaf, node->op, item);
    if (c->status != WEIR_OK)
        return;
    leaf->n_intervals = merge_intervals(leaf->intervals, leaf->n_intervals);
    leaf->n_v6 = merge_addr_intervals(leaf->v6, leaf->n_v6);
    qsort(leaf->texts, leaf->n_texts, sizeof *leaf->texts, compare_slices);
    if (leaf->n_intervals >= TABLE_MIN && leaf->kind != WEIR_KIND_ADDR)
        fill_table(c, leaf);
}

static void fill_pattern(struct compiler *c, struct leaf *leaf, struct slice pattern)
{
    char why[64];
    size_t offset;

    if (leaf->op == OP_MATCH) {
        c->status = pattern_new(pattern, true, &leaf->pattern, &offset, why, sizeof why);
        return;
    }
    char *copy = compile_new(c, pattern.len + 1);
    if (copy)
        leaf->prefix = (struct slice){memcpy(copy, pattern.at, pattern.len), pattern.len};
}

static unsigned leaf_cost(const struct leaf *leaf)
{
    bool is_text = kind_class(leaf->kind) == CLASS_TEXT;

    if (leaf->op == OP_MATCH)
        return is_text ? 6 : 8;
    if (leaf->kind == WEIR_KIND_TEXT)
        return 3;
    if (is_text)
        return 0;
    return leaf->n_intervals > 4 ? 4 : leaf->n_intervals > 1 ? 2 : 1;
}

static struct step *compile_leaf(struct compiler *c, const struct node *node, weir_field field, bool negated)
{
    struct step *step = compile_new(c, sizeof *step);

    if (!step)
        return NULL;
    step->type = NODE_TERM;
    step->leaf.field = field;
    step->leaf.kind = weir_field_get(field)->kind;
    step->leaf.negated = negated;
    step->leaf.op = node->op == OP_MATCH || node->op == OP_PREFIX ? node->op : OP_IN;
    if (step->leaf.op == OP_IN)
        fill_items(c, &step->leaf, node);
    else
        fill_pattern(c, &step->leaf, node->pattern);
    step->cost = leaf_cost(&step->leaf);
    return step;
}

/* ---- groups ---- */

static void insert_by_cost(struct step **list, struct step *step)
{
    while (*list && (*list)->cost <= step->cost)
        list = &(*list)->next;
    step->next = *list;
    *list = step;
}

static struct step *compile_node(struct compiler *c, const struct node *node, bool flip, unsigned level);

static struct step *new_group(struct compiler *c, enum node_type type, bool negated, unsigned *level)
{
    struct step *step = compile_new(c, sizeof *step);

    if (!step)
        return NULL;
    step->type = negated ? (type == NODE_AND ? NODE_OR : NODE_AND) : type;
    if (++*level > c->program->levels)
        c->program->levels = *level;
    return step;
}

static void add_step(struct step *group, struct step *step)
{
    if (!step)
        return;
    group->cost = step->cost > group->cost ? step->cost : group->cost;
    insert_by_cost(&group->first, step);
}

static struct step *compile_fields(struct compiler *c, const struct node *node, bool negated, unsigned level)
{
    if (node->n_fields == 1)
        return compile_leaf(c, node, node->field[0], negated);
    struct step *group = new_group(c, NODE_OR, negated, &level);
    for (size_t k = 0; group && k < node->n_fields; k++)
        add_step(group, compile_leaf(c, node, node->field[k], negated));
    return group;
}

static struct step *compile_node(struct compiler *c, const struct node *node, bool flip, unsigned level)
{
    bool negated = node->negated != flip;

    if (node->type == NODE_TERM)
        return compile_fields(c, node, negated, level);
    struct step *group = new_group(c, node->type, negated, &level);
    for (const struct node *kid = node->first; group && kid; kid = kid->next)
        add_step(group, compile_node(c, kid, negated, level));
    return group;
}

static bool belongs(const struct node *node, int part, const weir_field *facets, size_t n_facets)
{
    if (part == PROGRAM_ALL)
        return true;
    if (part != PROGRAM_REST)
        return term_pins(node, (weir_field)part);
    for (size_t k = 0; k < n_facets; k++)
        if (term_pins(node, facets[k]))
            return false;
    return true;
}

static void drop_program(struct program **program)
{
    program_free(*program);
}

static weir_status finish(struct program *program, struct step *group)
{
    program->root = group->first->next ? group : group->first;
    program->maps = calloc(program->levels + 1, sizeof(uint64_t) * BITMAP_WORDS);
    return program->maps ? WEIR_OK : WEIR_E_NOMEM;
}

weir_status program_new(const weir_query *query, int part, const weir_field *facets, size_t n_facets,
                        struct program **out, weir_error *err)
{
    AUTO(drop_program) struct program *program = calloc(1, sizeof *program);
    struct compiler c = {.program = program, .status = program ? WEIR_OK : WEIR_E_NOMEM};

    *out = NULL;
    struct step *group = compile_new(&c, sizeof *group);
    if (group) {
        group->type = NODE_AND;
        program->root = group;
        program->state.tally = tally_share(query->tally);
    }
    for (const struct node *at = NULL; group && (at = conjunct_next(query->root, at));)
        if (belongs(at, part, facets, n_facets))
            add_step(group, compile_node(&c, at, false, 0));
    if (c.status == WEIR_OK && !group->first)
        return WEIR_OK;
    if (c.status == WEIR_OK)
        c.status = finish(program, group);
    if (c.status != WEIR_OK)
        return weir_fail(err, c.status, 0, "the filter cannot be made ready: %s", weir_status_name(c.status));
    *out = TAKE(program);
    return WEIR_OK;
}

static void free_patterns(struct step *step)
{
    for (; step; step = step->next) {
        pattern_free(step->leaf.pattern);
        free_patterns(step->first);
    }
}

void program_free(struct program *program)
{
    if (!program)
        return;
    free_patterns(program->root);
    tally_drop(program->state.tally);
    pool_done(&program->pool);
    free(program->maps);
    free(program);
}

/* ---- running ---- */

struct run {
    struct program *program;
    const struct block *block;
    uint32_t from, to;
};

/* out = mask and the step, or mask and not the step; `out` may be `mask`. Returns all words of out ORed. */
static uint64_t run_step(const struct run *run, const struct step *step, bool flip, const uint64_t *mask, uint64_t *out,
                         unsigned level);

static uint64_t run_all(const struct run *run, const struct step *step, bool flip, const uint64_t *mask, uint64_t *out,
                        unsigned level)
{
    uint64_t any = 1;

    for (const struct step *kid = step->first; kid; kid = kid->next) {
        any = run_step(run, kid, flip, mask, out, level);
        mask = out;
        if (!any)
            break;
    }
    return any;
}

static uint64_t run_any(const struct run *run, const struct step *step, bool flip, const uint64_t *mask, uint64_t *out,
                        unsigned level)
{
    uint64_t *rest = run->program->maps + (size_t)level * BITMAP_WORDS;
    uint64_t any = 0;

    run_all(run, step, !flip, mask, rest, level + 1);
    for (uint32_t w = run->from / 64; w <= (run->to - 1) / 64; w++) {
        out[w] = mask[w] & ~rest[w];
        any |= out[w];
    }
    return any;
}

static uint64_t run_step(const struct run *run, const struct step *step, bool flip, const uint64_t *mask, uint64_t *out,
                         unsigned level)
{
    if (step->type == NODE_TERM) {
        struct leaf leaf = step->leaf;

        leaf.negated ^= flip;
        return scan_leaf(&leaf, &run->program->state, run->block, run->from, run->to, mask, out);
    }
    if ((step->type == NODE_AND) != flip)
        return run_all(run, step, flip, mask, out, level);
    return run_any(run, step, flip, mask, out, level);
}

void program_run(struct program *program, const struct block *block, uint32_t from, uint32_t to, uint64_t *bits)
{
    struct run run = {program, block, from, to};

    if (from >= to)
        return;
    uint32_t first = from / 64, last = (to - 1) / 64;
    uint64_t *range = program->range, *out = program->maps + (size_t)program->levels * BITMAP_WORDS;

    for (uint32_t w = first; w <= last; w++)
        range[w] = ~0ull;
    range[first] &= ~0ull << (from & 63);
    range[last] &= ~0ull >> (63 - ((to - 1) & 63));
    run_step(&run, program->root, false, range, out, 0);
    for (uint32_t w = first; w <= last; w++)
        bits[w] = (bits[w] & ~range[w]) | out[w];
}
