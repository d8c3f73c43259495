/* seen.h - sets of 128-bit keys, one for each minute of event time, so that a whole minute is forgotten at once. A key
 * may carry four small counts. Several sets share one budget of bytes; what is in a set never changes its order, and
 * nothing is forgotten but by the caller. */
#ifndef WEIR_SOURCE_SEEN_H
#define WEIR_SOURCE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define MINUTE_MS INT64_C(60000)

struct seen_key {
    uint64_t low, high;
};

struct seen_budget {
    size_t bytes, max_bytes;
};

struct seen_minute {
    int64_t minute;     /* Unix minutes */
    int64_t touched_ms; /* when a key was added last */
    size_t n, n_slots;  /* slots whose key is 0, 0 are free */
    uint64_t *slots;    /* seen_words() each */
};

struct seen {
    bool counts; /* each key has four counts behind it */
    struct seen_budget *budget;
    size_t n, room, last;        /* the minute that was used last is tried first */
    struct seen_minute *minutes; /* by time */
};

void seen_init(struct seen *seen, bool counts, struct seen_budget *budget);
void seen_done(struct seen *seen);

/* Of several texts: every one counts with its length. */
struct seen_key seen_key_of(const struct slice *texts, size_t n, int64_t salt);

enum seen_answer { SEEN_NEW, SEEN_KNOWN, SEEN_FULL };

/* Adds the key unless it is there. *counts (may be NULL) are its four counts, until the next call. SEEN_FULL: neither
 * the budget nor memory has room for it, and nothing was changed. */
enum seen_answer seen_add(struct seen *seen, int64_t time_ms, struct seen_key key, int64_t now_ms, uint16_t **counts);

/* The first minute that is held, as its first millisecond; INT64_MAX = none. */
int64_t seen_oldest(const struct seen *seen);

/* Forgets the minute that begins there, if it is held. */
void seen_forget(struct seen *seen, int64_t minute_ms);

/* The counts of every key of a minute, one after the other: start with *at = 0; NULL at the end. */
uint16_t *seen_next_counts(const struct seen_minute *minute, size_t *at);

/* The minute of a time, rounded down. */
int64_t seen_minute_of(int64_t time_ms);

#endif
