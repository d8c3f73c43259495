/* files.c - files, pipes and standard input as one source: read one after the other like cat(1), so that
 * the order of rows is always the same. What happens to files afterwards is follow.c's.
 *
 * A pipe may bring one line at a time. Its chunks are collected for up to LINGER_MS, so that a busy writer
 * costs 50 chunks a second at most, whatever the size of its writes. */
#include "source/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/classes.h"
#include "base/wait.h"
#include "weir/safe.h"

enum { LINGER_MS = 20 };

static void files_close(void *source)
{
    struct files *files = source;
    follow_stop(files);
    for (size_t k = 0; k < files->n; k++)
        stream_done(&files->streams[k]);
    free(files->streams);
    free(files->buffer);
    *files = (struct files){.inotify_fd = -1};
}

static weir_status open_all(struct files *files, const struct source_options *options, weir_error *err)
{
    size_t n_stdin = 0;
    for (size_t k = 0; k < options->n_specs; k++) {
        struct stream *stream = &files->streams[files->n++];
        if (strcmp(options->specs[k], "-") == 0 && n_stdin++ > 0)
            return weir_fail(err, WEIR_E_USAGE, 0, "standard input can be read only once: give '-' once");
        weir_status status = stream_open(stream, options->specs[k], options->stdin_fd, err);
        if (status != WEIR_OK)
            return status;
        /* Many files that are read once need not be open at once. */
        if (!options->follow && stream->is_regular && stream->path)
            stream_close(stream);
    }
    return WEIR_OK;
}

static weir_status files_open(void *source, const struct source_options *options, weir_error *err)
{
    struct files *files = source;
    *files = (struct files){.follow = options->follow, .cancel_fd = options->cancel_fd, .inotify_fd = -1};
    if (options->n_specs > SOURCES_MAX)
        return weir_fail(err, WEIR_E_LIMIT, 0, "%zu files are too many at once (at most %d): use cat", options->n_specs,
                         SOURCES_MAX);
    files->streams = calloc(options->n_specs ? options->n_specs : 1, sizeof *files->streams);
    files->buffer = malloc(PRINT_BYTES + READ_BYTES);
    weir_status status = WEIR_E_NOMEM;
    if (files->streams && files->buffer)
        status = open_all(files, options, err);
    else
        weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    if (status != WEIR_OK)
        files_close(files);
    return status;
}

static size_t files_streams(const void *source)
{
    return ((const struct files *)source)->n;
}

static const char *files_name(const void *source, uint32_t stream)
{
    return ((const struct files *)source)->streams[stream].name;
}

void files_chunk(struct files *files, struct stream *stream, const char *bytes, size_t len, struct source_chunk *chunk)
{
    chunk->stream = (uint32_t)(stream - files->streams);
    chunk->begins = !stream->begun;
    stream->begun = true;
    chunk->bytes = bytes;
    chunk->len = len;
    chunk->done_bytes = stream->offset;
    chunk->total_bytes = stream->total;
    if (stream->is_regular && stream->offset > stream->total)
        chunk->total_bytes = stream->total = stream->offset;
    if (len > 0)
        files->owes_idle = true;
}

void files_truncated(struct files *files, struct stream *stream, struct source_chunk *chunk)
{
    stream->offset = 0;
    stream->n_print = 0;
    stream->begun = false;
    stream->skips_nul = true;
    files_chunk(files, stream, NULL, 0, chunk);
    chunk->gap = true;
    weir_safe_format(chunk->notice, sizeof chunk->notice, "%s was truncated; reading it from the start", stream->name);
}

void files_failed(struct files *files, struct stream *stream, struct source_chunk *chunk)
{
    char text[128];
    const char *words = strerror_r(errno, text, sizeof text);
    stream->ended = true;
    files_chunk(files, stream, NULL, 0, chunk);
    chunk->ends = chunk->failed = true;
    weir_safe_format(chunk->notice, sizeof chunk->notice, "cannot read %s: %s", stream->name, words);
    stream_close(stream);
}

/* The stream's history is read: with follow a plain file stays open. */
static void leave(struct files *files, struct stream *stream, struct source_chunk *chunk)
{
    bool stays = files->follow && stream->is_regular && stream->path && !stream->is_gzip && !stream->ended;
    files_chunk(files, stream, chunk->bytes, chunk->len, chunk);
    if (!stays) {
        chunk->ends = stream->ended = true;
        stream_close(stream);
    }
    if (files->follow && stream->is_gzip && !chunk->failed)
        weir_safe_format(chunk->notice, sizeof chunk->notice, "%s is compressed: read to its end, not followed",
                         stream->name);
    files->current++;
    if (files->current < files->n)
        return;
    chunk->idle = chunk->caught_up = true;
    files->owes_idle = false;
    if (files->follow)
        follow_start(files);
}

static void read_regular(struct files *files, struct stream *stream, struct source_chunk *chunk)
{
    const char *bytes = NULL;
    size_t len = 0;
    enum stream_news news =
        stream->fd >= 0 || stream_reopen(stream) ? stream_read(stream, files->buffer, &bytes, &len) : STREAM_FAILED;
    if (news == STREAM_BYTES) {
        files_chunk(files, stream, bytes, len, chunk);
    } else if (news == STREAM_TRUNCATED) {
        files_truncated(files, stream, chunk);
    } else {
        if (news == STREAM_FAILED)
            files_failed(files, stream, chunk);
        leave(files, stream, chunk);
    }
}

/* How long a pipe may be waited for when `len` bytes have been collected. */
static int patience(const struct files *files, size_t len, int64_t deadline_ms)
{
    if (len == 0)
        return files->owes_idle ? LINGER_MS : -1;
    int64_t left = deadline_ms - clock_mono_ms();
    return left > 0 ? (int)left : 0;
}

static bool is_transient(ssize_t n)
{
    return n < 0 && (errno == EINTR || errno == EAGAIN);
}

static weir_status read_pipe(struct files *files, struct stream *stream, struct source_chunk *chunk)
{
    size_t len = 0;
    int64_t deadline_ms = 0;
    while (len < READ_BYTES) {
        enum wait wait = wait_for(stream->fd, files->cancel_fd, patience(files, len, deadline_ms));
        if (wait == WAIT_CANCELED)
            return WEIR_E_CANCELED;
        if (wait == WAIT_TIMEOUT) {
            files_chunk(files, stream, files->buffer, len, chunk);
            chunk->idle = true;
            chunk->caught_up = files->current + 1 == files->n;
            files->owes_idle = false;
            return WEIR_OK;
        }
        ssize_t n = read(stream->fd, files->buffer + len, READ_BYTES - len);
        if (is_transient(n))
            continue;
        if (n < 0 && len == 0) {
            files_failed(files, stream, chunk);
            leave(files, stream, chunk);
            return WEIR_OK;
        }
        if (n <= 0) {
            chunk->bytes = files->buffer;
            chunk->len = len;
            leave(files, stream, chunk);
            return WEIR_OK;
        }
        if (len == 0)
            deadline_ms = clock_mono_ms() + LINGER_MS;
        len += (size_t)n;
        stream->offset += (size_t)n;
    }
    files_chunk(files, stream, files->buffer, len, chunk);
    return WEIR_OK;
}

static weir_status files_read(void *source, struct source_chunk *chunk, weir_error *err)
{
    (void)err;
    struct files *files = source;
    *chunk = (struct source_chunk){0};
    if (wait_for(-1, files->cancel_fd, 0) == WAIT_CANCELED)
        return WEIR_E_CANCELED;
    if (files->current >= files->n)
        return follow_read(files, chunk);
    struct stream *stream = &files->streams[files->current];
    if (!stream->is_regular)
        return read_pipe(files, stream, chunk);
    read_regular(files, stream, chunk);
    return WEIR_OK;
}

const struct source_class source_files = {
    .size = sizeof(struct files),
    .open = files_open,
    .streams = files_streams,
    .name = files_name,
    .read = files_read,
    .close = files_close,
};
