/* stream.c - opening, reading and recognising one file. Leaves when to do so to files.c and follow.c. */
#include "source/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/inflate.h"
#include "base/scope.h"
#include "weir/safe.h"

enum { NAME_MAX_BYTES = 4096 };

static bool is_gz_name(const char *path)
{
    size_t len = strlen(path);
    return len > 3 && strcmp(path + len - 3, ".gz") == 0;
}

/* Takes over an open descriptor. */
static bool adopt(struct stream *stream, int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return false;
    if (S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return false;
    }
    stream->fd = fd;
    stream->is_regular = S_ISREG(st.st_mode);
    stream->is_gzip = stream->path && is_gz_name(stream->path);
    stream->begun = stream->missing = stream->rotated = stream->said_denied = stream->skips_nul = false;
    stream->dev = st.st_dev;
    stream->ino = st.st_ino;
    off_t at = stream->is_regular && !stream->path ? lseek(fd, 0, SEEK_CUR) : 0;
    stream->offset = at > 0 ? (uint64_t)at : 0;
    stream->n_print = 0;
    stream->total = stream->is_regular ? (uint64_t)st.st_size : 0;
    return true;
}

/* Not blocking, so that a FIFO without a writer does not hold up the start; poll() does the waiting. */
static int open_path(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

bool stream_reopen(struct stream *stream)
{
    int fd = open_path(stream->path);
    if (fd < 0)
        return false;
    stream_close(stream);
    if (adopt(stream, fd))
        return true;
    int why = errno;
    close(fd);
    errno = why;
    return false;
}

static weir_status refuse(const struct stream *stream, weir_error *err)
{
    int why = errno;
    if (why == EISDIR)
        return weir_fail(err, WEIR_E_USAGE, 0, "cannot read %s: it is a directory; name the files in it", stream->name);
    char text[128];
    const char *words = strerror_r(why, text, sizeof text);
    if (why == EACCES || why == EPERM)
        return weir_fail(err, WEIR_E_DENIED, 0, "cannot open %s: %s", stream->name, words);
    return weir_fail(err, WEIR_E_IO, 0, "cannot open %s: %s", stream->name, words);
}

weir_status stream_open(struct stream *stream, const char *spec, int stdin_fd, weir_error *err)
{
    bool is_stdin = strcmp(spec, "-") == 0;
    *stream = (struct stream){.fd = -1, .watch = -1, .owns_fd = !is_stdin};
    const char *name = is_stdin ? "standard input" : spec;
    stream->name = weir_sanitize_new(name, strlen(name), NAME_MAX_BYTES);
    stream->path = is_stdin ? NULL : strdup(spec);
    if (!stream->name || (!is_stdin && !stream->path))
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    if (is_stdin)
        return adopt(stream, stdin_fd) ? WEIR_OK : refuse(stream, err);
    return stream_reopen(stream) ? WEIR_OK : refuse(stream, err);
}

void stream_close(struct stream *stream)
{
    if (stream->fd >= 0 && stream->owns_fd)
        close(stream->fd);
    stream->fd = -1;
}

void stream_done(struct stream *stream)
{
    stream_close(stream);
    free(stream->path);
    free(stream->name);
    stream->path = stream->name = NULL;
}

static void remember(struct stream *stream, const char *buffer, size_t len)
{
    size_t n = len < PRINT_BYTES ? len : PRINT_BYTES;
    memcpy(stream->print, buffer + len - n, n);
    stream->n_print = n;
}

static ssize_t read_at(int fd, char *buffer, size_t size, uint64_t at)
{
    ssize_t n;
    do {
        n = pread(fd, buffer, size, (off_t)at);
    } while (n < 0 && errno == EINTR);
    return n;
}

enum stream_news stream_read(struct stream *stream, char *buffer, const char **bytes, size_t *len)
{
    size_t known = stream->n_print;
    ssize_t n = read_at(stream->fd, buffer, known + READ_BYTES, stream->offset - known);
    if (n < 0)
        return STREAM_FAILED;
    if ((size_t)n < known || memcmp(buffer, stream->print, known) != 0)
        return STREAM_TRUNCATED;
    *bytes = buffer + known;
    *len = (size_t)n - known;
    if (*len == 0)
        return STREAM_NOTHING;
    if (stream->offset == 0 && inflate_is_gzip(*bytes, *len))
        stream->is_gzip = true;
    remember(stream, buffer, (size_t)n);
    stream->offset += *len;
    while (stream->skips_nul && *len > 0 && **bytes == '\0') {
        ++*bytes;
        --*len;
    }
    stream->skips_nul = stream->skips_nul && *len == 0;
    return STREAM_BYTES;
}

enum stream_path stream_check(const struct stream *stream)
{
    struct stat st;
    if (stat(stream->path, &st) != 0)
        return PATH_GONE;
    return st.st_dev == stream->dev && st.st_ino == stream->ino ? PATH_SAME : PATH_OTHER;
}
