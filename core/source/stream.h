/* stream.h - one file, pipe or device of the files source, through all its generations.
 *
 * What proves that a file is still the one that was read: its last PRINT_BYTES bytes before the offset. Each
 * read takes them again together with what is new, in one call, so that nothing can slip in between:
 *
 *   file:    ……………[ fingerprint ][ new bytes … ]
 *   buffer:       [ fingerprint ][ new bytes … ]   the same? then the new bytes follow what was read */
#ifndef WEIR_SOURCE_STREAM_H
#define WEIR_SOURCE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/limits.h"
#include "weir/status.h"

enum { PRINT_BYTES = 256 };

struct stream {
    char *path; /* NULL = standard input */
    char *name; /* safe */
    int fd;     /* -1 while closed */
    int watch;  /* inotify watch or -1 */
    bool owns_fd;
    bool is_regular;
    bool is_gzip;
    bool begun;   /* the current generation has been announced */
    bool ended;   /* nothing more will come of it */
    bool missing; /* the path leads nowhere; said once */
    bool said_denied;
    bool skips_nul; /* truncated under a writer that keeps its offset: the hole before it reads as zeros */
    bool rotated;   /* the path leads to another file: drain, then switch */
    dev_t dev;
    ino_t ino;
    uint64_t offset; /* bytes of this generation that were handed out */
    uint64_t total;  /* size when it was opened, 0 = unknown */
    size_t n_print;
    char print[PRINT_BYTES];
};

enum stream_news {
    STREAM_BYTES,     /* some bytes */
    STREAM_NOTHING,   /* at the end, for now or for good */
    STREAM_TRUNCATED, /* what was read is no longer there: begins anew */
    STREAM_FAILED,    /* errno says why */
};

/* Opens a path, or takes stdin_fd for "-". */
weir_status stream_open(struct stream *stream, const char *spec, int stdin_fd, weir_error *err);
void stream_close(struct stream *stream); /* the descriptor only */
void stream_done(struct stream *stream);

/* Opens a closed regular file again (and forgets where it was). False with errno. */
bool stream_reopen(struct stream *stream);

/* Regular files: what came behind the offset, into buffer[PRINT_BYTES + READ_BYTES]; *bytes borrowed from it. */
enum stream_news stream_read(struct stream *stream, char *buffer, const char **bytes, size_t *len);

/* What the path leads to now. */
enum stream_path { PATH_SAME, PATH_OTHER, PATH_GONE };
enum stream_path stream_check(const struct stream *stream);

#endif
