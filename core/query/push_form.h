/* push_form.h - what a pattern says about one column: conditions "a7=22 || a7=3389" or "a7!=\"22\" && a7!=\"-\"".
 * One column has one kind of joint only: how the two bind is written nowhere. */
#ifndef WEIR_QUERY_PUSH_FORM_H
#define WEIR_QUERY_PUSH_FORM_H

#include "base/limits.h"
#include "query/push_set.h"

enum form_strength { FORM_NOTHING, FORM_NOT, FORM_RANGE, FORM_ONE_OF };

struct form {
    unsigned column; /* from 1 */
    struct printer out;
    size_t n;    /* conditions */
    bool is_and; /* … joined by && */
    bool has_regex;
    enum form_strength strength;
    struct set takes; /* the values that it lets pass: at least those that were wanted */
    char text[PUSH_MAX_BYTES + 1];
};

/* The shortest form that lets pass what `wanted` has; says nothing (strength FORM_NOTHING, takes everything) where
 * there is nothing that can be said. */
void form_make(struct pool *pool, unsigned column, weir_field field, const struct set *wanted, bool may_regex,
               struct form *out);

/* ---- for push_form.c and push_addr.c ---- */

void form_begin(struct form *form, bool is_and);
void form_say(struct form *form, const char *relation, const char *value, size_t len); /* quotes what needs it */
void form_add_regex(struct form *form, const char *relation, const char *regex);
void form_addr(struct pool *pool, const struct set *wanted, bool may_regex, struct form *out);

#endif
