/* tail.h - the Live Tail source's own parts, for its tests too. */
#ifndef WEIR_SOURCE_TAIL_H
#define WEIR_SOURCE_TAIL_H

#include "aws/eventstream.h"
#include "source/group.h"

enum { TAIL_CHANNELS = 2 };

struct tail;

/* One session. Times are monotonic where they are not AWS's. */
struct channel {
    struct tail *tail;
    int number;
    struct eventstream *stream;
    struct aws_call *call; /* NULL = no session */
    bool started, over;
    char words[200]; /* of an exception, safe */
    char pattern[PUSH_MAX_BYTES + 1];
    int64_t asked_ms, started_ms, heard_ms;
    int64_t last_ms; /* AWS's time of the last word */
};

struct tail {
    struct group group; /* first: the company's functions find the tail by it */
    struct channel channels[TAIL_CHANNELS];
    struct channel *shown; /* NULL = no session runs */
    bool given_up;         /* pages alone from here on */
    unsigned n_failures;   /* in a row */
    int64_t retry_ms;      /* monotonic: no session is asked for before */
    int64_t dark_from_ms;  /* AWS's time since which no session runs */
    int64_t doubt_ms;      /* monotonic, of the last doubt */
    int64_t sampled_ms;    /* monotonic */
    int64_t successor_ms;  /* age at which a session gets its successor */
    int64_t interval_ms;   /* as the poller was told last */
    int64_t minutes;       /* begun by the sessions that have ended */
    double price;
};

#endif
