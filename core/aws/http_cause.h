/* http_cause.h - why there is no answer, and the words for it: rows of http_cause.def. Pure. */
#ifndef WEIR_AWS_HTTP_CAUSE_H
#define WEIR_AWS_HTTP_CAUSE_H

#include "aws/http.h"

enum http_cause {
#define X(id, failure, status, words) id,
#include "aws/http_cause.def"
#undef X
};

struct http_facts {
    const char *host, *proxy; /* proxy "" = none */
    const char *why;          /* "" = not known */
    const char *ca;           /* NULL = the system's */
    long long n;
};

enum http_failure http_cause_failure(enum http_cause cause);

/* Fills *err as weir_fail() does and returns the status of the row. */
weir_status http_cause_fail(enum http_cause cause, const struct http_facts *facts, weir_error *err);

#endif
