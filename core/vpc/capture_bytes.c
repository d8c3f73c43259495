/* capture_bytes.c - see capture_bytes.h. */
#include "vpc/capture_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/inflate.h"
#include "base/limits.h"
#include "base/scope.h"

static weir_status fail_to_read(const char *name, weir_error *err)
{
    char text[128];
    return weir_fail(err, WEIR_E_IO, 0, "cannot read %s: %s", name, strerror_r(errno, text, sizeof text));
}

static weir_status read_open(int fd, const char *name, struct buf *out, weir_error *err)
{
    for (;;) {
        weir_status status = buf_reserve(out, READ_BYTES);
        if (status == WEIR_E_LIMIT)
            return weir_fail(err, status, 0, "%s is larger than %d bytes", name, CAPTURE_FILE_MAX_BYTES);
        if (status != WEIR_OK)
            return weir_fail(err, status, 0, "out of memory");
        ssize_t n = read(fd, out->bytes + out->len, READ_BYTES);
        if (n < 0 && errno != EINTR)
            return fail_to_read(name, err);
        if (n == 0)
            return WEIR_OK;
        out->len += n > 0 ? (size_t)n : 0;
    }
}

weir_status file_read(int folder, const char *name, struct buf *out, weir_error *err)
{
    buf_init(out, CAPTURE_FILE_MAX_BYTES + READ_BYTES);
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return fail_to_read(name, err);
    weir_status status = read_open(fd, name, out, err);
    close(fd);
    return status;
}

/* ---- gzip ---- */

static void drop_inflate(struct inflate **inflate)
{
    inflate_free(*inflate);
}

static weir_status unpack(struct slice bytes, struct buf *out, weir_error *err)
{
    AUTO(drop_inflate) struct inflate *inflate = inflate_new();
    weir_status status = inflate ? WEIR_OK : weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    size_t used = 0, written = 1;
    while (status == WEIR_OK && (used < bytes.len || written)) {
        size_t in = bytes.len - used;
        status = buf_reserve(out, READ_BYTES);
        if (status != WEIR_OK)
            return weir_fail(err, status, 0, "it unpacks to more than %d bytes", CAPTURE_FILE_MAX_BYTES);
        written = READ_BYTES;
        status = inflate_run(inflate, bytes.at + used, &in, out->bytes + out->len, &written, err);
        if (status == WEIR_OK && !in && !written && used < bytes.len)
            return weir_fail(err, WEIR_E_DATA, 0, "the gzip data make no sense");
        used += in;
        out->len += written;
    }
    return status == WEIR_OK ? inflate_end(inflate, err) : status;
}

/* ---- text ---- */

weir_status text_of_bytes(struct slice bytes, struct buf *room, struct slice *out, weir_error *err)
{
    buf_init(room, CAPTURE_FILE_MAX_BYTES + READ_BYTES);
    if (inflate_is_gzip(bytes.at, bytes.len)) {
        weir_status status = unpack(bytes, room, err);
        if (status != WEIR_OK)
            return status;
        bytes = (struct slice){room->bytes ? room->bytes : "", room->len};
    }
    if (slice_starts(bytes, SLICE("\xFF\xFE")) || slice_starts(bytes, SLICE("\xFE\xFF")))
        return weir_fail(err, WEIR_E_DATA, 0, "it is UTF-16, as PowerShell's > writes it: save it as UTF-8");
    if (slice_starts(bytes, SLICE("\xEF\xBB\xBF")))
        bytes = (struct slice){bytes.at + 3, bytes.len - 3};
    *out = bytes;
    return WEIR_OK;
}
