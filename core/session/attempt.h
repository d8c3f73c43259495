/* attempt.h - rows of the ring as the detectors see them: attempts to open a connection to a service. */
#ifndef WEIR_SESSION_ATTEMPT_H
#define WEIR_SESSION_ATTEMPT_H

#include "detect/service.h"
#include "session/state.h"

enum attempt_kind {
    ATTEMPT_NONE,     /* neither opens a connection nor refuses to let one be answered */
    ATTEMPT_OPENING,  /* by its flags */
    ATTEMPT_ANSWER,   /* a rejected answer, by its flags */
    ATTEMPT_SIGHTING, /* the log tells no flags: it is one if its tuple was not seen before */
    ATTEMPT_SIGHTED_ANSWER,
};

struct attempt {
    enum attempt_kind kind;
    struct service service;
    uint64_t key, peer;
    uint64_t tuple; /* hash, the same for both directions */
    int64_t start;
    bool accepted;
};

/* What a row may be at all, from two columns alone: most rows are nothing. */
enum attempt_kind attempt_kind_at(const struct block *block, uint32_t row);

/* ATTEMPT_NONE: it is none after all. `seed` keys the hashes. What the priors have learned of interfaces is used. */
void attempt_at(const weir_session *session, const struct block *block, uint32_t row, uint64_t seed,
                struct attempt *out);

uint64_t attempt_interface(const struct block *block, uint32_t row, uint64_t seed); /* hash of its id, never 0 */
uint64_t attempt_interface_id(const char *id, uint64_t seed);

#endif
