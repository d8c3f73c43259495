/* pass.h - one pass over an interval of event times, page by page, until there is no token. It is read in parts: around
 * event times that cannot be read, and in halves when its tokens do not live long enough. Which passes there are, and
 * what a complete one means, is poll.c's. Pure. */
#ifndef WEIR_SOURCE_PASS_H
#define WEIR_SOURCE_PASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/ledger.h"
#include "source/poll.h"

/* The search for an event that cannot be read, one event a page: the least `high` so that [from, high] is unreadable.
 */
struct hunt {
    bool on, probing; /* probing: is there anything to be read behind `known_ms`? */
    int64_t known_ms; /* the last event that could be read; INT64_MIN = none */
    int64_t from_ms, low_ms, high_ms;
};

struct pass {
    bool running;
    int64_t from_ms, to_ms; /* the part that is read */
    int64_t end_ms;         /* of the whole */
    int64_t again_ms;       /* events before cannot be told any more; from_ms or later */
    int64_t newest_ms;      /* newest event of the part; INT64_MIN = none */
    int64_t reached_ms;     /* newest event of the whole, whatever began anew; INT64_MIN = none */
    int64_t span_ms;        /* no part is longer; 0 = no matter */
    char *token;            /* of the next page; NULL = the first */
    int limit;
    unsigned pages, failures, stuck, restarts;
    size_t fresh;     /* new events of this page */
    int64_t retry_ms; /* not before */
    struct hunt hunt;
};

enum pass_answer { PASS_GOES_ON, PASS_COMPLETE };

/* `skips` are the event times that cannot be read. PASS_COMPLETE: there is nothing to be asked for. */
enum pass_answer pass_begin(struct pass *pass, int64_t from_ms, int64_t end_ms, const struct ledger *skips);

/* Anew, with no token. What is before `again_ms` is not asked for, but the very last millisecond of it: an event of
 * that which was not read yet has to be seen in order to be named. */
enum pass_answer pass_restart(struct pass *pass, const struct ledger *skips);

/* What its next page is: fills from, to, token and limit. */
void pass_ask(const struct pass *pass, struct poll_ask *ask);

/* The page came; see poll_page_done(). *unreadable is set to the time of an event that had to be given up, and is to be
 * added to the skips before the next call; else left alone. */
enum pass_answer pass_page(struct pass *pass, const char *token, size_t n_events, const struct ledger *skips,
                           int64_t now_ms, int64_t *unreadable);

/* Likewise, of a page that did not come. Throttling is not the pass's. */
enum pass_answer pass_failed(struct pass *pass, enum poll_failure failure, const struct ledger *skips, int64_t now_ms,
                             int64_t *unreadable);

void pass_end(struct pass *pass); /* frees, and makes it idle */

#endif
