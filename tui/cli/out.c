/* out.c - the buffer in front of standard output. */
#include "cli/out.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

weir_status out_init(struct out *out, int fd, bool (*is_stopped)(void), weir_error *err)
{
    *out = (struct out){.fd = fd, .bytes = malloc(OUT_BYTES), .is_stopped = is_stopped};
    return out->bytes ? WEIR_OK : weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
}

void out_done(struct out *out)
{
    free(out->bytes);
    *out = (struct out){.fd = -1};
}

/* Standard output may have been made non-blocking by whoever shares it. */
static void wait_for_room(const struct out *out)
{
    struct pollfd fd = {.fd = out->fd, .events = POLLOUT};
    poll(&fd, 1, -1);
}

static void write_all(struct out *out, const char *bytes, size_t len)
{
    while (len > 0 && !out->error) {
        ssize_t n = write(out->fd, bytes, len);
        if (n >= 0) {
            bytes += n;
            len -= (size_t)n;
        } else if (errno == EAGAIN) {
            wait_for_room(out);
        } else if (errno != EINTR) {
            out->error = errno;
        }
        if (n < 0 && out->is_stopped && out->is_stopped())
            return;
    }
}

void out_flush(struct out *out)
{
    write_all(out, out->bytes, out->len);
    out->len = 0;
}

void out_long(struct out *out, const char *bytes, size_t len)
{
    out_flush(out);
    if (len > OUT_BYTES) {
        write_all(out, bytes, len);
        return;
    }
    memcpy(out->bytes, bytes, len);
    out->len = len;
}

void out_spaces(struct out *out, size_t n)
{
    static const char spaces[] = "                                                                ";
    for (; n > sizeof spaces - 1; n -= sizeof spaces - 1)
        out_bytes(out, spaces, sizeof spaces - 1);
    out_bytes(out, spaces, n);
}

void out_number(struct out *out, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    out_bytes(out, digits + at, sizeof digits - at);
}
