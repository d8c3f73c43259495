/* network_save.c - the snapshot onto a file: whole under its name, or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/scope.h"
#include "vpc/network_state.h"

enum { NAMES_TRIED = 100 };

static weir_status fail(weir_error *err, const char *path)
{
    char why[128];
    return weir_fail(err, WEIR_E_IO, 0, "%s cannot be written: %s", path, strerror_r(errno, why, sizeof why));
}

static bool write_all(int fd, const struct buf *text)
{
    for (size_t at = 0; at < text->len;) {
        ssize_t n = write(fd, text->bytes + at, text->len - at);
        if (n < 0 && errno != EINTR)
            return false;
        at += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* "net.json.new-0", or the next number that is free. */
static int open_beside(const char *path, char *beside, size_t size)
{
    int fd = -1;
    for (int k = 0; k < NAMES_TRIED && fd < 0; k++) {
        snprintf(beside, size, "%s.new-%d", path, k);
        fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    return fd;
}

static weir_status write_file(const struct buf *text, const char *path, weir_error *err)
{
    size_t size = strlen(path) + 16;
    AUTO(free_cleanup) char *beside = malloc(size);
    if (!beside)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    int fd = open_beside(path, beside, size);
    if (fd < 0)
        return fail(err, path);
    bool is_written = write_all(fd, text) && fsync(fd) == 0;
    int error = errno;
    is_written = close(fd) == 0 && is_written;
    if (is_written && rename(beside, path) == 0)
        return WEIR_OK;
    error = is_written ? errno : error;
    unlink(beside);
    errno = error;
    return fail(err, path);
}

weir_status weir_network_save(const weir_network *network, const char *path, weir_error *err)
{
    const struct edition *newest = network_newest(network);
    if (!newest)
        return weir_fail(err, WEIR_E_IO, 0, "there is no network yet to be saved");
    if (strcmp(path, "-") != 0)
        return write_file(&newest->text, path, err);
    return write_all(STDOUT_FILENO, &newest->text) ? WEIR_OK : fail(err, "standard output");
}
