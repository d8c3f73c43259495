/* ast.h - a filter as a tree: groups of terms, each term about one field or a few that stand for each other
 * (`port` is srcport or dstport). Typed and folded when it is built:
 *
 *   node GROUP_AND ── node TERM   dstport, items 22 and 8000-8100
 *                  └─ node GROUP_OR (negated) ── node TERM …
 *
 * There is no "not" node: every node carries `negated`. A group is never a child of a group of its own type
 * unless it is negated, and has at least two children. All memory is the pool's. */
#ifndef WEIR_QUERY_AST_H
#define WEIR_QUERY_AST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "weir/query.h"

struct pool_chunk;
struct pool {
    struct pool_chunk *chunks;
    size_t room; /* bytes left in the first chunk */
};
void pool_done(struct pool *pool);
void *pool_new(struct pool *pool, size_t size); /* zeroed; NULL when out of memory */
char *pool_text(struct pool *pool, const char *text, size_t len);

enum operator_class {
    CLASS_NUMBER = 1,
    CLASS_ADDR = 2,
    CLASS_TEXT = 4,
    CLASS_ANY = 7,
};

enum operator{
#define X(id, text, canonical, negated, classes, help) id,
#include "query/query.def"
#undef X
    OPERATOR_COUNT,
};

struct operator_info {
    const char *text;
    enum operator canonical; /* what it is without negation */
    bool negated;
    unsigned classes; /* operator_class bits that it works on */
    const char *help;
};
extern const struct operator_info operators[OPERATOR_COUNT];

/* What a term speaks of besides a single field: tcpdump's words and beginnings of resource ids. */
enum subject {
#define X(id, first, second, n, a, b, c, help) id,
#include "query/subject.def"
#undef X
    SUBJECT_COUNT,
};
#define TERM_FIELDS 3

struct subject_info {
    const char *first, *second; /* "src" "port"; "" = none */
    uint8_t n_fields;
    weir_field fields[TERM_FIELDS];
    const char *help;
};
extern const struct subject_info subjects[SUBJECT_COUNT];

enum item_type { ITEM_NULL, ITEM_NUMBER, ITEM_ADDR, ITEM_TEXT };

struct item {
    enum item_type type;
    uint64_t low, high;    /* ITEM_NUMBER, both included */
    weir_addr first, last; /* ITEM_ADDR, both included, of one family */
    int prefix;            /* of a network or a whole address; -1 = a range */
    struct slice text;     /* ITEM_TEXT, NUL-terminated */
    struct item *next;
};

enum node_type { NODE_TERM, NODE_AND, NODE_OR };

struct node {
    enum node_type type;
    bool negated;
    struct node *next;  /* sibling */
    struct node *first; /* groups: children */

    /* NODE_TERM */
    enum subject subject;
    weir_field field[TERM_FIELDS]; /* any of them */
    uint8_t n_fields;
    enum operator op;     /* canonical: OP_IN, OP_LESS …, OP_MATCH, OP_PREFIX */
    struct item *items;   /* OP_IN: at least one; comparisons: exactly one */
    struct slice pattern; /* OP_MATCH, OP_PREFIX */
};

/* Outlives both the query and its programs. */
struct tally {
    atomic_uint owners;
    atomic_uint_fast64_t undecided;
};
struct tally *tally_share(struct tally *tally);
void tally_drop(struct tally *tally);

struct weir_query {
    struct pool pool;
    struct node *root; /* NULL = everything */
    size_t n_nodes;
    char *text;
    struct tally *tally;
};

enum operator_class kind_class(weir_kind kind);

/* Puts `kids` (linked by next) under one node: NULL for none, the child itself for one, children of the same
 * type are taken in. NULL with kids when out of memory. */
struct node *node_group(struct pool *pool, enum node_type type, struct node *kids);

/* The conditions that are joined by "and" at the top, one after the other: `at` begins as NULL. */
const struct node *conjunct_next(const struct node *root, const struct node *at);

/* A condition that pins values of one field; NULL-safe. */
bool term_pins(const struct node *node, weir_field field);
bool item_matches(const struct item *item, const weir_value *value);
bool node_mentions(const struct node *node, weir_field field);
bool node_is_about(const struct node *node, weir_field field); /* and of nothing else */

int nocase_compare(struct slice a, struct slice b); /* without regard to ASCII case */

/* ---- canonical text ---- */

struct printer {
    char *at;
    size_t size, len; /* len counts on beyond size */
};
void printer_bytes(struct printer *out, const char *text, size_t len);
void printer_text(struct printer *out, const char *text);
void printer_node(struct printer *out, const struct node *node);
void printer_conjuncts(struct printer *out, const struct node *const *nodes, size_t n);

#endif
