/* blame.h - which change is behind a flip: link × time × counterfactual (docs/incidents.md). Every change near the flip
 * that touches what its packets pass is done to the network as it was just before it, and the first rejected record is
 * decided before and after. Given a record, networks and changes; no clock, no files. Any thread; takes as long as it
 * takes to build the network twice a suspect. */
#ifndef WEIR_EXPLAIN_BLAME_H
#define WEIR_EXPLAIN_BLAME_H

#include <stdatomic.h>

#include "base/limits.h"
#include "explain/decide.h"
#include "vpc/rewind.h"
#include "weir/incident.h"

enum blame_verdict { BLAME_ALLOW, BLAME_DENY, BLAME_UNKNOWN };

struct blame_ask {
    const struct flow_record *record; /* a rejected one of the flip */
    const struct prior *prior;        /* NULL = nobody looked */
    const weir_addr *learned;         /* as in flow_of() */
    const weir_flip *flip;
    int64_t window_s;            /* aggregation interval of the log */
    const atomic_bool *cancel;   /* looked at between two changes: WEIR_E_CANCELED once it is set; NULL = never */
    struct rewind_source source; /* n_editions = 0: no network is known; n_changes = 0: no change is */
};

/* One change held against the flip. */
struct blamed {
    size_t change; /* number in source.changes */
    double link, time, effect, score;
    enum blame_verdict before, after;
    bool repairs;          /* denied before it, admitted after it */
    struct inventory *was; /* the network just before it; owned */
};

struct blame {
    struct blamed suspect[BLAME_SUSPECTS_MAX];
    size_t n;
    enum blame_verdict now; /* behind the last one, or by the network that is known */
    size_t cause;           /* number in suspect; SIZE_MAX = none */
};

/* Suspects in order of time, with scores; free with blame_done(). */
weir_status blame_find(const struct blame_ask *ask, struct blame *out, weir_error *err);
void blame_done(struct blame *blame);
/* Changes before that time are not looked at for this flip. */
int64_t blame_first(const struct blame_ask *ask);

/* In words; *out is yours. `waiting`: CloudTrail may still tell more; `common`: "" or what the flips have in common;
 * `known_changes`: there is somewhere to look for changes at all. */
struct blame_words {
    bool waiting, known_changes;
    const char *common, *failure; /* failure of CloudTrail, "" = none */
};
weir_status incident_make(const struct blame_ask *ask, const struct blame *blame, const struct blame_words *more,
                          weir_incident **out, weir_error *err);

#endif
