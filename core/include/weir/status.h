/* status.h - how a call ended, for the program (weir_status) and for the person (weir_error). */
#ifndef WEIR_STATUS_H
#define WEIR_STATUS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum weir_status {
    WEIR_OK = 0,
    WEIR_AGAIN,    /* nothing now, more later */
    WEIR_END,      /* nothing more will come */
    WEIR_E_SYNTAX, /* text that a person wrote cannot be read; weir_error.column points into it */
    WEIR_E_USAGE,  /* the call or the command line makes no sense */
    WEIR_E_IO,     /* the operating system said no */
    WEIR_E_DATA,   /* outside bytes are not what they claim to be */
    WEIR_E_LIMIT,  /* a cap of base/limits.h was reached */
    WEIR_E_DENIED, /* credentials or permission */
    WEIR_E_NOMEM,
    WEIR_E_CANCELED, /* the caller asked to stop */
} weir_status;

/* Owned by the caller, who zeroes it before the first call. The first failure wins: a function
 * that finds `status` already set leaves the object alone. `text` is one line of safe text
 * (weir/safe.h) without a final newline and says what to do. */
typedef struct weir_error {
    weir_status status;
    size_t column; /* 1-based byte column into the text at fault, 0 = none */
    char text[320];
} weir_error;

/* Fills *err (which may be NULL) unless it is already set, and returns `status`, so that a failing
 * function can `return weir_fail(err, …)`. The text is sanitised. Thread: any. */
weir_status weir_fail(weir_error *err, weir_status status, size_t column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Short name of a status ("ok", "syntax", …), a static string. Thread: any. */
const char *weir_status_name(weir_status status);

#endif
