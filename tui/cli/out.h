/* out.h - buffered bytes to a file descriptor, for millions of lines. Takes safe text and our own literals.
 * A reader that has gone (EPIPE) and an error are remembered: what is put afterwards is dropped. */
#ifndef WEIR_CLI_OUT_H
#define WEIR_CLI_OUT_H

#include <stdint.h>
#include <string.h>

#include "weir/safe.h"
#include "weir/status.h"

enum { OUT_BYTES = 256 * 1024 };

struct out {
    int fd;
    char *bytes; /* OUT_BYTES of them */
    size_t len;
    int error;                /* errno of the first write that failed; EPIPE: the reader has gone */
    bool (*is_stopped)(void); /* NULL, or asked when a write was interrupted: true drops what is left */
};

weir_status out_init(struct out *out, int fd, bool (*is_stopped)(void), weir_error *err);
void out_done(struct out *out); /* does not flush */
void out_flush(struct out *out);
void out_long(struct out *out, const char *bytes, size_t len); /* more than there is room for */

static inline bool out_is_dead(const struct out *out)
{
    return out->error != 0;
}

static inline void out_bytes(struct out *out, const char *bytes, size_t len)
{
    if (OUT_BYTES - out->len < len) {
        out_long(out, bytes, len);
        return;
    }
    memcpy(out->bytes + out->len, bytes, len);
    out->len += len;
}

static inline void out_char(struct out *out, char c)
{
    out_bytes(out, &c, 1);
}

static inline void out_text(struct out *out, weir_safe text)
{
    out_bytes(out, text.text, strlen(text.text));
}

void out_spaces(struct out *out, size_t n);
void out_number(struct out *out, uint64_t number);

#endif
