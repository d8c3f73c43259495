/* follow.c - files that go on growing, through rename-rotation, copytruncate, deletion and re-creation.
 * A file that was renamed away is read to its end twice, one wait apart, before the new one is taken: a writer may
 * still hold it. While a descriptor is open its inode cannot be given to another file, so device and inode
 * number are proof enough that the path leads elsewhere. */
#include "source/files.h"

#include <errno.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/inotify.h>
#endif

#include "base/wait.h"
#include "weir/safe.h"

enum {
    POLL_MS = 250,  /* rotation is found by looking; growth too where nothing tells of it */
    SETTLE_MS = 20, /* a busy writer wakes us 50 times a second at most */
};

#ifdef __linux__
static void watch(struct files *files, struct stream *stream)
{
    if (files->inotify_fd >= 0)
        stream->watch = inotify_add_watch(files->inotify_fd, stream->path, IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF);
}

static void unwatch(struct files *files, struct stream *stream)
{
    if (stream->watch >= 0)
        inotify_rm_watch(files->inotify_fd, stream->watch);
    stream->watch = -1;
}

static int open_inotify(void)
{
    return inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}
#else
static void watch(struct files *files, struct stream *stream)
{
    (void)files, (void)stream;
}

static void unwatch(struct files *files, struct stream *stream)
{
    (void)files, (void)stream;
}

static int open_inotify(void)
{
    return -1;
}
#endif

void follow_start(struct files *files)
{
    files->inotify_fd = open_inotify();
    for (size_t k = 0; k < files->n; k++) {
        if (!files->streams[k].ended)
            watch(files, &files->streams[k]);
    }
}

void follow_stop(struct files *files)
{
    if (files->inotify_fd >= 0)
        close(files->inotify_fd);
    files->inotify_fd = -1;
}

/* The new file of a path whose old one is done. True with a chunk if there is something to say. */
static bool take_new(struct files *files, struct stream *stream, struct source_chunk *chunk)
{
    if (!stream_reopen(stream)) {
        if (errno == ENOENT || stream->said_denied)
            return false;
        stream->said_denied = true;
        files_chunk(files, stream, NULL, 0, chunk);
        stream->begun = false;
        chunk->begins = false;
        weir_safe_format(chunk->notice, sizeof chunk->notice, "cannot open the new %s; trying again", stream->name);
        return true;
    }
    if (!stream->is_regular || stream->is_gzip) {
        stream->ended = true;
        files_chunk(files, stream, NULL, 0, chunk);
        chunk->ends = true;
        weir_safe_format(chunk->notice, sizeof chunk->notice, "%s is no plain file any more; not followed",
                         stream->name);
        stream_close(stream);
        return true;
    }
    watch(files, stream);
    return false;
}

/* At the end of the file: does its path still lead to it? True with a chunk if there is something to say. */
static bool check_path(struct files *files, struct stream *stream, struct source_chunk *chunk)
{
    enum stream_path path = stream_check(stream);
    bool was_rotated = stream->rotated;
    stream->rotated = path == PATH_OTHER;
    if (path == PATH_SAME) {
        stream->missing = false;
        if (stream->begun)
            return false;
        files_chunk(files, stream, NULL, 0, chunk); /* a new file with nothing in it yet */
        return true;
    }
    if (path == PATH_GONE) {
        if (stream->missing)
            return false;
        stream->missing = true;
        files_chunk(files, stream, NULL, 0, chunk);
        weir_safe_format(chunk->notice, sizeof chunk->notice, "%s is gone; waiting for a new one", stream->name);
        return true;
    }
    if (!was_rotated)
        return false;
    files_chunk(files, stream, NULL, 0, chunk);
    chunk->ends = true;
    weir_safe_format(chunk->notice, sizeof chunk->notice, "%s was rotated; reading the new file", stream->name);
    unwatch(files, stream);
    stream_close(stream);
    return true;
}

static bool look(struct files *files, struct stream *stream, struct source_chunk *chunk)
{
    if (stream->fd < 0) {
        if (take_new(files, stream, chunk))
            return true;
        if (stream->fd < 0)
            return false;
    }
    const char *bytes = NULL;
    size_t len = 0;
    switch (stream_read(stream, files->buffer, &bytes, &len)) {
    case STREAM_BYTES:
        files_chunk(files, stream, bytes, len, chunk);
        chunk->idle = len < READ_BYTES;
        files->owes_idle = !chunk->idle;
        stream->rotated = false;
        return true;
    case STREAM_TRUNCATED: files_truncated(files, stream, chunk); return true;
    case STREAM_FAILED: files_failed(files, stream, chunk); return true;
    case STREAM_NOTHING: break;
    }
    return check_path(files, stream, chunk);
}

/* Looks at all streams once, beginning with the one whose turn it is. */
static bool look_round(struct files *files, struct source_chunk *chunk, bool *any_open)
{
    for (size_t k = 0; k < files->n; k++) {
        size_t at = (files->next + k) % files->n;
        if (files->streams[at].ended)
            continue;
        *any_open = true;
        if (look(files, &files->streams[at], chunk)) {
            files->next = at + 1;
            return true;
        }
    }
    return false;
}

static bool wait_for_news(struct files *files)
{
    enum wait wait = wait_for(files->inotify_fd, files->cancel_fd, POLL_MS);
    if (wait == WAIT_TIMEOUT)
        return true;
    if (wait == WAIT_CANCELED)
        return false;
    int64_t rest = files->last_ms + SETTLE_MS - clock_mono_ms();
    if (rest > 0 && wait_for(-1, files->cancel_fd, (int)rest) == WAIT_CANCELED)
        return false;
    char events[4096];
    while (read(files->inotify_fd, events, sizeof events) > 0)
        continue;
    return true;
}

weir_status follow_read(struct files *files, struct source_chunk *chunk)
{
    for (;;) {
        bool any_open = false;
        if (look_round(files, chunk, &any_open)) {
            chunk->caught_up = true;
            files->last_ms = clock_mono_ms();
            return WEIR_OK;
        }
        if (files->owes_idle && files->n > 0) {
            const struct stream *last = &files->streams[(files->next + files->n - 1) % files->n];
            chunk->stream = (uint32_t)(last - files->streams);
            chunk->done_bytes = last->offset;
            chunk->total_bytes = last->total;
            chunk->idle = chunk->caught_up = true;
            files->owes_idle = false;
            return WEIR_OK;
        }
        if (!any_open)
            return WEIR_END;
        if (!wait_for_news(files))
            return WEIR_E_CANCELED;
    }
}
