/* s3_source.h - the S3 source's own parts. */
#ifndef WEIR_SOURCE_S3_SOURCE_H
#define WEIR_SOURCE_S3_SOURCE_H

#include "base/buf.h"
#include "source/remote.h"
#include "source/s3_objects.h"
#include "source/s3_walk.h"

enum { S3_TRIES_MAX = 5, S3_MOVES_MAX = 3 };

/* What is being done: a round is FIND (now and then), LIST and GET, a day at a time, then REST. */
enum s3_task { S3_FIND, S3_LIST, S3_GET, S3_REST };

struct s3 {
    struct remote remote;
    bool newest_first;
    int64_t since_s, until_s, horizon_s, interval_s;

    enum s3_task task;
    struct aws_call *call; /* NULL = none is under way */
    char *token;           /* of the list under way, NULL = its first page */
    struct s3_walk walk;
    struct s3_texts lists; /* of this round; the first n_flat with a delimiter */
    size_t n_flat, list_at;
    int64_t round_from_s;
    struct s3_objects *objects;

    struct s3_wanted object; /* being read; key NULL = none */
    uint64_t offset;         /* bytes of it that came */
    uint64_t call_at, skip;  /* bytes of the call under way; those of them that are known */
    bool object_begins, object_ends;
    unsigned n_tries, n_moves;
    int wake[2]; /* readable when enough has come for a chunk */
    struct buf out;
    bool given; /* out was handed out */

    uint64_t done_bytes, total_bytes;
    size_t n_parquet, n_other;
    uint64_t n_rounds, n_told_rounds;
    bool read_one, is_full, said_full, said_empty, owes_idle, ended, told_end;
    bool gap;
    char gap_reason[120];
    int64_t gap_from_s;
    int64_t round_ms, found_ms, hold_until_ms; /* monotonic */
};

/* Fills the chunk; false when there is nothing worth a chunk. */
bool s3_tell(struct s3 *s3, struct source_chunk *chunk);

#endif
