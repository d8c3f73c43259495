/* push_set.h - the values of one field that a filter lets pass, as a set that can be joined, cut and compared. A set
 * that is not `exact` holds at least those values: it may be used to ask for more, never to leave a check out. Memory
 * is the pool's; what would need too much of it becomes "every value", not exact. */
#ifndef WEIR_QUERY_PUSH_SET_H
#define WEIR_QUERY_PUSH_SET_H

#include "query/ast.h"

#define SET_PARTS_MAX 512 /* intervals or texts of one set: a pattern of 1024 bytes has no room for more */

struct span {
    uint64_t low, high; /* both included */
};

struct part {
    struct slice text;
    bool is_prefix;
};

struct set {
    enum operator_class class;
    uint64_t most; /* CLASS_NUMBER, CLASS_ADDR: the largest value there is */
    bool is_exact;
    bool has_null; /* "-" */
    bool has_v6;   /* CLASS_ADDR: every IPv6 address, or none */
    bool is_but;   /* CLASS_TEXT: every text but the parts */
    size_t n;
    const struct span *spans; /* CLASS_NUMBER, CLASS_ADDR: sorted, with gaps between */
    const struct part *parts; /* CLASS_TEXT, without regard to case */
};

struct set set_all(weir_field field, bool is_exact);
struct set set_none(weir_field field);
bool set_is_all(const struct set *set);
bool set_is_none(const struct set *set);

/* What a term says about one of its fields; exact but for IPv6 networks and regular expressions. */
struct set set_of_term(struct pool *pool, const struct node *term, weir_field field, bool negated);

struct set set_and(struct pool *pool, const struct set *a, const struct set *b);
struct set set_or(struct pool *pool, const struct set *a, const struct set *b);

/* The values that numbers or IPv4 addresses of `set` leave out. False when out of memory. */
bool set_gaps(struct pool *pool, const struct set *set, struct span **gaps, size_t *n);

/* Whether each value of `inner` is one of `outer`; may say no where it is hard to see. */
bool set_within(const struct set *inner, const struct set *outer);

#endif
