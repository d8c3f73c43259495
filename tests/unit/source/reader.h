/* reader.h - a source read on the test's own thread, and what it brought as one transcript:
 * its bytes, with "[" where a stream begins, "]" where it ends, "!" at a gap, "{k}" where another stream
 * goes on, "?" where one failed. A read that never comes back is ended by the alarm. */
#ifndef WEIR_TESTS_READER_H
#define WEIR_TESTS_READER_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/source.h"

enum { READER_ROOM = 1 << 20, READER_PATIENCE_S = 20 };

struct reader {
    const struct source_class *class;
    void *source;
    int cancel[2];
    uint32_t stream;
    bool idle, caught_up;
    uint64_t done_bytes, total_bytes;
    char notice[200]; /* the last one */
    size_t len;
    char text[READER_ROOM];
};

static inline weir_status reader_open(struct reader *reader, const struct source_options *options, weir_error *err)
{
    memset(reader, 0, sizeof *reader);
    struct source_options mine = *options;
    assert_int_equal(pipe(reader->cancel), 0);
    mine.cancel_fd = reader->cancel[0];
    reader->class = source_find(mine.specs[0]);
    reader->source = calloc(1, reader->class->size);
    alarm(READER_PATIENCE_S);
    return reader->class->open(reader->source, &mine, err);
}

static inline void reader_close(struct reader *reader)
{
    reader->class->close(reader->source);
    free(reader->source);
    close(reader->cancel[0]);
    close(reader->cancel[1]);
    alarm(0);
}

static inline void reader_note(struct reader *reader, const void *bytes, size_t len)
{
    assert_true(reader->len + len < READER_ROOM);
    memcpy(reader->text + reader->len, bytes, len);
    reader->len += len;
    reader->text[reader->len] = '\0';
}

static inline weir_status reader_step(struct reader *reader)
{
    struct source_chunk chunk;
    weir_error err = {0};
    weir_status status = reader->class->read(reader->source, &chunk, &err);
    if (status != WEIR_OK)
        return status;
    char mark[32];
    int len = 0;
    if (chunk.stream != reader->stream)
        len = snprintf(mark, sizeof mark, "{%u}", chunk.stream);
    len += snprintf(mark + len, sizeof mark - (size_t)len, "%s%s%s", chunk.gap ? "!" : "", chunk.failed ? "?" : "",
                    chunk.begins ? "[" : "");
    reader->stream = chunk.stream;
    reader_note(reader, mark, (size_t)len);
    reader_note(reader, chunk.bytes ? chunk.bytes : "", chunk.len);
    reader_note(reader, "]", chunk.ends);
    reader->idle = chunk.idle;
    reader->caught_up = reader->caught_up || chunk.caught_up;
    reader->done_bytes = chunk.done_bytes;
    reader->total_bytes = chunk.total_bytes;
    if (chunk.notice[0])
        snprintf(reader->notice, sizeof reader->notice, "%s", chunk.notice);
    return WEIR_OK;
}

/* Reads until the transcript is as long as `expected`, then wants it to be that. */
static inline void reader_expect(struct reader *reader, const char *expected)
{
    while (reader->len < strlen(expected) && reader_step(reader) == WEIR_OK)
        continue;
    assert_string_equal(reader->text, expected);
}

/* The barrier: all that is there now has come. */
static inline void reader_settle(struct reader *reader)
{
    do {
        assert_int_equal(reader_step(reader), WEIR_OK);
    } while (!reader->idle);
}

/* ---- files in a directory of their own ---- */

static char scratch[64];

static inline int scratch_make(void **state)
{
    (void)state;
    snprintf(scratch, sizeof scratch, "/tmp/weir-test-XXXXXX");
    return mkdtemp(scratch) ? 0 : -1;
}

static inline int scratch_remove(void **state)
{
    (void)state;
    char path[160];
    static const char *const names[] = {"a", "b", "c", "a.1", "a.2", "a.gz", "fifo"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        snprintf(path, sizeof path, "%s/%s", scratch, names[k]);
        unlink(path);
    }
    return rmdir(scratch);
}

/* Borrowed until four calls later. */
static inline const char *scratch_path(const char *name)
{
    static char paths[4][160];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", scratch, name);
    return path;
}

static inline void scratch_write(const char *name, int flags, const void *bytes, size_t len)
{
    int fd = open(scratch_path(name), O_WRONLY | O_CREAT | flags, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

static inline void scratch_put(const char *name, const char *text)
{
    scratch_write(name, O_TRUNC, text, strlen(text));
}

static inline void scratch_append(const char *name, const char *text)
{
    scratch_write(name, O_APPEND, text, strlen(text));
}

#endif
