/* batch.h - what travels from a source's thread to the session: rows, and what is to be said about them.
 * One owner at a time: the intake until gate_push(), the session from gate_take() on. */
#ifndef WEIR_SESSION_BATCH_H
#define WEIR_SESSION_BATCH_H

#include "flow/block.h"
#include "flow/decode.h"
#include "source/source.h"
#include "weir/session.h"

enum { BATCH_BAD_LINES = 20, BATCH_NEWS = 16 };

/* A change of one stream's state, in order. */
struct news {
    uint32_t stream;
    weir_source_state state;
    bool gap;
    struct source_gap where; /* of the gap */
    char notice[200];        /* safe text, "" = none */
    uint64_t done_bytes, total_bytes;
};

struct batch {
    struct block *block;         /* may be empty */
    struct decode_counts counts; /* of the lines of this batch */
    uint64_t bytes;              /* read for it */
    bool live;                   /* its rows came after history was done */
    bool history_done;           /* what comes after it is live */
    bool last;                   /* the source brings nothing more */
    uint32_t source;
    struct bad_line bad[BATCH_BAD_LINES];
    uint32_t bad_stream[BATCH_BAD_LINES];
    size_t n_bad; /* lines that could not be read; the newest BATCH_BAD_LINES of them are kept, by number */
    struct news news[BATCH_NEWS];
    size_t n_news;
    struct source_facts *facts; /* the newest of a source in AWS, which has one stream; NULL = nothing new. Owned */
    char *layouts;              /* LogFormat texts with line breaks between; NULL = nothing new. Owned */
};

struct batch *batch_new(uint32_t source); /* NULL when out of memory */
void batch_free(struct batch *batch);

#endif
