/* group.h - a log group that is read by pages, as poll.h says: what cw.c is, and what tail.c puts Live Tail on top of.
 */
#ifndef WEIR_SOURCE_GROUP_H
#define WEIR_SOURCE_GROUP_H

#include "aws/logs.h"
#include "base/buf.h"
#include "source/poll.h"
#include "source/remote.h"

enum { GROUP_TOKENS = 16 }; /* more passes than run at once */

struct group;

/* What goes on beside the pages, on the same thread and the same http. */
struct group_company {
    weir_status (*tend)(struct group *group, weir_error *err); /* between steps; never waits */
    void (*facts)(struct group *group, struct source_facts *facts);
};

struct group {
    struct remote remote;
    const struct group_company *company; /* NULL = none */
    struct wishes *wishes;               /* NULL = none */
    struct poll_options settings;        /* without the time; since 0 = a horizon ago */
    struct poll *poll;
    int64_t skew_ms;     /* when the poller was made */
    int64_t interval_ms; /* that was asked for; 0 = the poller's */

    struct aws_call *call; /* of the page under way, NULL = none */
    struct poll_ask ask;

    char pattern[PUSH_MAX_BYTES + 1]; /* of the passes since it was set */
    char wanted[PUSH_MAX_BYTES + 1];
    bool wants, wants_same;             /* the same filter in other words */
    uint64_t open_tokens[GROUP_TOKENS]; /* hashes: the newest tokens of passes without a pattern */
    size_t n_tokens;
    int64_t narrow_from_ms; /* event time since which a pattern left events out; INT64_MAX = it did not */
    int64_t switched_ms;    /* AWS's time when the pattern was set */

    struct buf out;
    bool given;           /* out was handed out */
    bool worked;          /* a page came */
    bool ended, told_end; /* nothing more will come */
    bool caught_up;       /* it was said that history is done */
    bool told_layouts, told_trouble;
    int64_t began_ms;      /* monotonic */
    int64_t hold_until_ms; /* monotonic: asks nothing before */
    int64_t last_page_ms;  /* AWS's time */
    unsigned n_failures;   /* in a row */
    unsigned n_unreadable; /* pages, before the first that could be read */
};

weir_status group_open(struct group *group, const struct source_options *options, const char *scheme,
                       const struct group_company *company, weir_error *err);
weir_status group_read(struct group *group, struct source_chunk *chunk, weir_error *err);
void group_close(struct group *group);

/* Fills the chunk; false when there is nothing worth a chunk. */
bool group_tell(struct group *group, struct source_chunk *chunk);

/* Rows wait for a moment until it is known what they look like. */
bool group_holds(const struct group *group);

/* Appends an event's text as a line to what is handed out next. */
weir_status group_append(struct group *group, struct slice message, weir_error *err);

#endif
