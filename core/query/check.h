/* check.h - what the words of a filter are: fields, subjects and typed values, with advice for what they are not. */
#ifndef WEIR_QUERY_CHECK_H
#define WEIR_QUERY_CHECK_H

#include "query/ast.h"

/* One item of a set: a value, a range, a network or "-". `quoted` texts stand for themselves. False with
 * why[size] if the text is no such item of `field`; the text must live in the pool. */
bool check_item(weir_field field, enum subject subject, struct slice text, bool quoted, int64_t now, struct item *out,
                char *why, size_t size);

/* "a port number or service name" */
const char *check_expected(weir_field field);

/* A word that stands alone: 22, 10.0.0.0/8, reject, tcp, eni-0a5b. Fills a term; false if it means nothing. */
bool check_bare(struct slice word, int64_t now, struct node *term, struct item *item);

/* A subject that begins with this word; SUBJECT_FIELD if there is none. */
enum subject check_subject(struct slice first, struct slice second, bool *takes_second);

/* The enumerated values of a kind; NULL past the end. */
const char *check_value_at(weir_kind kind, size_t k);

/* The nearest name of a field, or of a word that may stand alone; NULL if nothing is near. */
const char *check_nearest_field(struct slice word);
const char *check_nearest_bare(struct slice word);

#endif
