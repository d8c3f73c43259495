/* detect_state.h - what the detectors keep, for the files of detect. */
#ifndef WEIR_SESSION_DETECT_STATE_H
#define WEIR_SESSION_DETECT_STATE_H

#include "detect/parts.h"
#include "detect/recall.h"
#include "detect/watch.h"
#include "session/state.h"
#include "weir/event.h"

enum { SPAN_BUCKETS = 32, PART_SPIKES_TOLD = 64, DETECT_TEXT = 64 };

/* The detectors' state up to a bucket; another one goes on from a copy of it. */
struct outlook {
    struct watch *watch;
    struct recall tuples; /* connections that were seen, of logs without flags */
    struct parts parts;
    int64_t next; /* bucket; all before it have been looked at */
};

struct outlook *outlook_new(int64_t bucket_s, int64_t next);
struct outlook *outlook_clone(const struct outlook *outlook);
void outlook_free(struct outlook *outlook); /* accepts NULL */

struct told_spike {
    uint64_t key; /* of the spike when its words were made */
    weir_part_spike spike;
    char value[DETECT_TEXT], source[DETECT_TEXT], port[24];
};

struct detect {
    uint64_t seed;
    int64_t step;             /* width of a bucket; 0 = not known yet */
    struct outlook *settled;  /* judged for good */
    struct outlook *open;     /* with what is not complete; NULL = there is nothing more */
    uint64_t open_end;        /* rows that were there when `open` was made */
    int64_t open_ms, open_of; /* … when, monotonic, and up to which bucket `settled` went */
    uint64_t begun_at;        /* row: those before it were evicted before anybody looked */
    unsigned generation;      /* pumps that judged something */
    bool too_many;            /* a bucket had more rows than are looked at */

    /* told to the outside */
    uint64_t told_accepts; /* attempts that were accepted, of all */
    struct told_spike told[PART_SPIKES_TOLD];
    size_t n_told;
    char words[200];
};

static inline const struct outlook *detect_newest(const struct detect *detect)
{
    return detect->open ? detect->open : detect->settled;
}

/* Looks at buckets [outlook->next, to), or as many of them as the time allows; true when all are done. */
bool detect_pass(weir_session *session, struct outlook *outlook, int64_t to, int64_t until_ms);

void detect_tell_spikes(weir_session *session);

#endif
