/* s3_tell.c - what the S3 source hands out and says of itself. */
#include <stdio.h>

#include "source/s3_source.h"
#include "weir/safe.h"

static bool tell_gap(struct s3 *s3, struct source_chunk *chunk)
{
    if (!s3->gap)
        return false;
    chunk->gap = true;
    chunk->where.from_s = s3->gap_from_s > S3_OBJECT_S ? s3->gap_from_s - S3_OBJECT_S : 0;
    chunk->where.to_s = s3->gap_from_s ? s3->gap_from_s + S3_OBJECT_S : 0;
    weir_safe_format(chunk->where.reason, sizeof chunk->where.reason, "%s", s3->gap_reason);
    s3->gap = false;
    s3->gap_from_s = 0;
    return true;
}

static bool tell_bytes(struct s3 *s3, struct source_chunk *chunk)
{
    if (!s3->out.len && !s3->object_ends)
        return false;
    chunk->begins |= s3->object_begins;
    chunk->bytes = s3->out.bytes;
    chunk->len = s3->out.len;
    chunk->ends = s3->object_ends;
    s3->object_begins = s3->object_ends = false;
    s3->owes_idle = s3->given = true;
    return true;
}

bool s3_tell(struct s3 *s3, struct source_chunk *chunk)
{
    char every[24];
    struct source_facts *facts = &s3->remote.facts;
    remote_span(s3->interval_s * 1000, every, sizeof every);
    if (s3->remote.follow)
        snprintf(facts->mode, sizeof facts->mode, "new objects every %s", every);
    else
        snprintf(facts->mode, sizeof facts->mode, "read once");
    bool has = tell_gap(s3, chunk);
    has |= tell_bytes(s3, chunk);
    bool rests = s3->task == S3_REST && !chunk->len && !chunk->ends;
    chunk->caught_up = s3->n_rounds > 0;
    chunk->done_bytes = s3->done_bytes + (s3->object.key ? s3->offset : 0);
    chunk->total_bytes = s3->total_bytes;
    if (rests && (s3->owes_idle || s3->n_rounds > s3->n_told_rounds)) {
        s3->n_told_rounds = s3->n_rounds;
        s3->owes_idle = false;
        chunk->idle = has = true;
    }
    if (rests && s3->ended && !s3->remote.n_notices) {
        s3->told_end = true;
        chunk->ends = chunk->idle = has = true;
    }
    return remote_tell(&s3->remote, chunk, has);
}
