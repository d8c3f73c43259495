/* buf.h - growable bytes that cannot outgrow their cap.
 * Embedded: buf_init / buf_done. Any failure leaves the old content. */
#ifndef WEIR_BASE_BUF_H
#define WEIR_BASE_BUF_H

#include <stddef.h>

#include "weir/status.h"

struct buf {
    char *bytes; /* NULL while empty; not NUL-terminated */
    size_t len;
    size_t room;
    size_t max;
};

void buf_init(struct buf *buf, size_t max_bytes);
void buf_done(struct buf *buf);
void buf_clear(struct buf *buf); /* keeps the memory */

/* WEIR_E_LIMIT beyond the cap, WEIR_E_NOMEM. */
weir_status buf_append(struct buf *buf, const void *bytes, size_t len);
weir_status buf_reserve(struct buf *buf, size_t more); /* room for `more` bytes behind len */

#endif
