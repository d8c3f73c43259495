/* words.h - texts and small arrays that live and die together: what an explanation is made of.
 * Zeroed is empty. A failure sticks: from then on texts are "" and arrays NULL, so that a caller asks once, at the
 * end, with words_status(). May be moved; one owner at a time. */
#ifndef WEIR_EXPLAIN_WORDS_H
#define WEIR_EXPLAIN_WORDS_H

#include <stddef.h>

#include "weir/safe.h"
#include "weir/status.h"

struct words_block;

struct words {
    struct words_block *blocks; /* the newest first */
    size_t bytes;               /* taken from the heap */
    size_t most;                /* that may be taken; 0 = WORDS_MAX_BYTES */
    weir_status status;         /* WEIR_OK, WEIR_E_NOMEM, or WEIR_E_LIMIT beyond `most` */
};

/* printf, made safe; lives until words_done(). A text beyond WORDS_TEXT_BYTES ends in "…". */
enum { WORDS_TEXT_BYTES = 1024 };
weir_safe words_format(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* n zeroed elements; NULL on a failure, and for n = 0. */
void *words_array(struct words *words, size_t n, size_t size);

/* WEIR_OK while nothing failed; else fills *err (which may be NULL). */
weir_status words_status(const struct words *words, weir_error *err);

void words_done(struct words *words);

#endif
