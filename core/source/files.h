/* files.h - what files.c (history, in order) and follow.c (what comes after) share. */
#ifndef WEIR_SOURCE_FILES_H
#define WEIR_SOURCE_FILES_H

#include "source/source.h"
#include "source/stream.h"

struct files {
    struct stream *streams;
    size_t n;
    size_t current; /* history: the stream that is being read; n = history is done */
    size_t next;    /* following: whose turn it is */
    bool follow;
    bool owes_idle; /* bytes were handed out and the reader has not been told yet that there are no more */
    int cancel_fd;
    int inotify_fd;  /* -1: polling alone */
    int64_t last_ms; /* when bytes were last handed out while following, monotonic */
    char *buffer;    /* [PRINT_BYTES + READ_BYTES] */
};

/* The chunk of a stream: bytes with progress, and whether a generation begins. */
void files_chunk(struct files *files, struct stream *stream, const char *bytes, size_t len, struct source_chunk *chunk);
void files_truncated(struct files *files, struct stream *stream, struct source_chunk *chunk);
void files_failed(struct files *files, struct stream *stream, struct source_chunk *chunk);

/* After history. WEIR_END when no stream can bring more. */
weir_status follow_read(struct files *files, struct source_chunk *chunk);
void follow_start(struct files *files); /* watches all streams, if the system can */
void follow_stop(struct files *files);

#endif
