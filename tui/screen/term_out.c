/* term_out.c - the queue before the terminal.
 * A terminal that could only be had as a shared, blocking fd is fed in pieces that poll() promises to fit. */
#include "screen/term_out.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE_BYTES 128 /* the tty driver says POLLOUT when it has this much room, and more */

void term_out_init(struct term_out *out, int fd, bool may_block)
{
    *out = (struct term_out){.fd = fd, .may_block = may_block};
}

void term_out_done(struct term_out *out)
{
    free(out->bytes);
    out->bytes = NULL;
    out->at = out->len = out->room = 0;
}

char *term_out_reserve(struct term_out *out, size_t len)
{
    if (out->at > 0) {
        memmove(out->bytes, out->bytes + out->at, out->len - out->at);
        out->len -= out->at;
        out->at = 0;
    }
    if (len > TERM_OUT_MAX_BYTES || out->len + len > TERM_OUT_MAX_BYTES)
        return NULL;
    if (out->len + len > out->room) {
        size_t room = (out->len + len) * 2;
        char *bytes = realloc(out->bytes, room);
        if (!bytes)
            return NULL;
        out->bytes = bytes;
        out->room = room;
    }
    return out->bytes + out->len;
}

void term_out_commit(struct term_out *out, size_t len)
{
    out->len += len;
}

bool term_out_add(struct term_out *out, const void *bytes, size_t len)
{
    if (len == 0)
        return true;
    char *to = term_out_reserve(out, len);
    if (!to)
        return false;
    memcpy(to, bytes, len);
    term_out_commit(out, len);
    return true;
}

bool term_out_is_empty(const struct term_out *out)
{
    return out->at == out->len;
}

void term_out_flush(struct term_out *out)
{
    while (!term_out_is_empty(out) && !out->is_lost) {
        size_t len = out->len - out->at;
        if (out->may_block) {
            struct pollfd poller = {.fd = out->fd, .events = POLLOUT};
            if (poll(&poller, 1, 0) <= 0)
                return;
            len = len < PIECE_BYTES ? len : PIECE_BYTES;
        }
        ssize_t n = write(out->fd, out->bytes + out->at, len);
        if (n > 0) {
            out->at += (size_t)n;
            out->sent += (uint64_t)n;
        } else if (n < 0 && errno == EINTR) {
            continue;
        } else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return;
        } else {
            out->is_lost = true;
        }
    }
    if (term_out_is_empty(out))
        out->at = out->len = 0;
}
