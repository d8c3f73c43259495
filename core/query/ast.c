/* The tree of a filter: its memory, its shape and what can be asked of it. */
#include "query/ast.h"

#include <stdlib.h>

#include "base/addr.h"
#include "base/scope.h"
#include "query/lex.h"

#define CHUNK_BYTES 4096

struct pool_chunk {
    struct pool_chunk *next;
    size_t size;
    _Alignas(16) char bytes[];
};

const struct operator_info operators[OPERATOR_COUNT] = {
#define X(id, text, canonical, negated, classes, help) [id] = {text, canonical, negated, classes, help},
#include "query/query.def"
#undef X
};

const struct subject_info subjects[SUBJECT_COUNT] = {
#define X(id, first, second, n, a, b, c, help) [id] = {first, second, n, {a, b, c}, help},
#include "query/subject.def"
#undef X
};

void pool_done(struct pool *pool)
{
    while (pool->chunks) {
        struct pool_chunk *chunk = pool->chunks;

        pool->chunks = chunk->next;
        free(chunk);
    }
    pool->room = 0;
}

void *pool_new(struct pool *pool, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (!pool->chunks || pool->room < size) {
        size_t bytes = size > CHUNK_BYTES ? size : CHUNK_BYTES;
        struct pool_chunk *chunk = calloc(1, sizeof *chunk + bytes);

        if (!chunk)
            return NULL;
        chunk->next = pool->chunks;
        chunk->size = bytes;
        pool->chunks = chunk;
        pool->room = bytes;
    }
    void *at = pool->chunks->bytes + pool->chunks->size - pool->room;
    pool->room -= size;
    return at;
}

char *pool_text(struct pool *pool, const char *text, size_t len)
{
    char *copy = pool_new(pool, len + 1);

    if (copy)
        memcpy(copy, text, len);
    return copy;
}

struct tally *tally_share(struct tally *tally)
{
    atomic_fetch_add(&tally->owners, 1);
    return tally;
}

void tally_drop(struct tally *tally)
{
    if (tally && atomic_fetch_sub(&tally->owners, 1) == 1)
        free(tally);
}

enum operator_class kind_class(weir_kind kind)
{
    switch (kind) {
    case WEIR_KIND_ADDR: return CLASS_ADDR;
    case WEIR_KIND_TEXT:
    case WEIR_KIND_ACTION:
    case WEIR_KIND_STATUS:
    case WEIR_KIND_DIRECTION:
    case WEIR_KIND_CAUSE:
    case WEIR_KIND_LIST: return CLASS_TEXT;
    default: return CLASS_NUMBER;
    }
}

struct node *node_group(struct pool *pool, enum node_type type, struct node *kids)
{
    struct node *head = NULL, **tail = &head;

    if (!kids || !kids->next)
        return kids;
    for (struct node *kid = kids, *next; kid; kid = next) {
        next = kid->next;
        *tail = kid->type == type && !kid->negated ? kid->first : kid;
        while (*tail && *tail != next)
            tail = &(*tail)->next;
        *tail = NULL;
    }
    struct node *group = pool_new(pool, sizeof *group);
    if (group) {
        group->type = type;
        group->first = head;
    }
    return group;
}

const struct node *conjunct_next(const struct node *root, const struct node *at)
{
    bool is_list = root && root->type == NODE_AND && !root->negated;

    if (!at)
        return is_list ? root->first : root;
    return is_list ? at->next : NULL;
}

bool term_pins(const struct node *node, weir_field field)
{
    return node && node->type == NODE_TERM && node->op == OP_IN && node->n_fields == 1 && node->field[0] == field;
}

bool node_mentions(const struct node *node, weir_field field)
{
    for (size_t k = 0; node->type == NODE_TERM && k < node->n_fields; k++)
        if (node->field[k] == field)
            return true;
    for (const struct node *kid = node->first; kid; kid = kid->next)
        if (node_mentions(kid, field))
            return true;
    return false;
}

bool node_is_about(const struct node *node, weir_field field)
{
    if (node->type == NODE_TERM)
        return node->n_fields == 1 && node->field[0] == field;
    for (const struct node *kid = node->first; kid; kid = kid->next)
        if (!node_is_about(kid, field))
            return false;
    return true;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : (unsigned char)c;
}

int nocase_compare(struct slice a, struct slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;

    for (size_t k = 0; k < n; k++)
        if (lower(a.at[k]) != lower(b.at[k]))
            return lower(a.at[k]) - lower(b.at[k]);
    return a.len < b.len ? -1 : a.len > b.len;
}

bool item_matches(const struct item *item, const weir_value *value)
{
    switch (value->type) {
    case WEIR_NUMBER: return item->type == ITEM_NUMBER && item->low <= value->number && value->number <= item->high;
    case WEIR_ADDRESS:
        return item->type == ITEM_ADDR && item->first.family == value->addr.family &&
               addr_compare(&item->first, &value->addr) <= 0 && addr_compare(&value->addr, &item->last) <= 0;
    case WEIR_TEXT: return item->type == ITEM_TEXT && nocase_compare(item->text, slice_of(value->text.text)) == 0;
    default: return item->type == ITEM_NULL;
    }
}
