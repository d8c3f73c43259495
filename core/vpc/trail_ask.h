/* trail_ask.h - asks CloudTrail for changes of resources on a thread of its own, at most 2 requests a second, and asks
 * again for what may still be late. What it finds travels through a gate to one taker. Of the vpc room only. */
#ifndef WEIR_VPC_TRAIL_ASK_H
#define WEIR_VPC_TRAIL_ASK_H

#include "vpc/change.h"
#include "weir/aws.h"

struct trail_ask;

/* A question: what happened to a resource (by ResourceName) in a stretch of time. */
struct trail_question {
    char resource[64];
    int64_t from, to;    /* Unix seconds */
    int64_t again_until; /* Unix seconds, by time(2): CloudTrail is late, so it is asked again at 1, 2, 4, 8 … 15 min
                            distances until then; 0 = once */
};

struct trail_news {
    struct change **changes; /* the taker's, each change_free(); the list free() */
    size_t n;
    bool is_idle;       /* no question waits for its first answer */
    uint64_t requests;  /* in all */
    weir_error failure; /* status WEIR_OK = the last request was answered */
    char words[200];    /* of a call under way, safe text, "" = nothing to say */
};

/* `group`: a CloudWatch Logs group that a trail writes to, which is asked in place of LookupEvents; NULL = none. */
weir_status trail_ask_new(weir_aws *aws, const char *profile, const char *region, const char *group,
                          struct trail_ask **out, weir_error *err);
void trail_ask_free(struct trail_ask *ask); /* at most 200 ms; accepts NULL */

int trail_ask_fd(const struct trail_ask *ask);
struct trail_news *trail_ask_take(struct trail_ask *ask); /* NULL = none; yours: trail_news_free() */
void trail_news_free(struct trail_news *news);

/* Asks; the same resource with a stretch inside of one that was asked before is not asked again (but for again_until,
 * which is taken over). At most TRAIL_QUESTIONS_MAX wait; more are dropped and false is returned. */
bool trail_ask_for(struct trail_ask *ask, const struct trail_question *question);

#endif
