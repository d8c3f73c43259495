/* why.h - causes of rows in the ring: what the ring has of the same connection (prior.c), put before the decision
 * table. Belongs to the session's thread. */
#ifndef WEIR_SESSION_WHY_H
#define WEIR_SESSION_WHY_H

#include "explain/decide.h"
#include "explain/flow.h"
#include "store/ring.h"
#include "weir/session.h"

/* ---- prior.c: the ring's ACCEPTs by connection, from when somebody asks first ---- */
struct priors;

/* The ring is borrowed; heads of chains take a 32nd of `cap_bytes`. Nothing is read yet. NULL = out of memory. */
struct priors *priors_new(const struct ring *ring, uint64_t cap_bytes);
void priors_free(struct priors *priors); /* accepts NULL */
/* Takes rows in, the oldest first, for about budget_ms; true while rows are left. */
bool priors_work(struct priors *priors, int budget_ms);
bool priors_ready(const struct priors *priors); /* all rows are taken in */
void priors_added(struct priors *priors,
                  uint64_t first);                  /* rows came: they are taken in at once if all older ones are */
uint64_t priors_bytes(const struct priors *priors); /* counts under the memory cap */

/* What the ring has of the connection of a row: all of it but for rows that are not taken in yet, and for connections
 * with more than PRIOR_STEPS_MAX ACCEPTs, of which the newest are looked at. Listeners are remembered though their
 * rows were evicted. `outbound` says which end is the interface's. */
void priors_find(const struct priors *priors, uint64_t row_id, const struct flow_record *record, bool outbound,
                 struct prior *out);

/* The address that was in every record of an interface, for logs without flow-direction and networks without the
 * interface. False: there is none, or the interface is not known. */
bool priors_learned(const struct priors *priors, const char *interface_id, weir_addr *out);

/* A packet of the same connection the other way was accepted, in the record's window or later. */
bool priors_answered(const struct priors *priors, const struct flow_record *record);
/* SKIPDATA of its interface around the time from its start to `until`. */
bool priors_gap(const struct priors *priors, const struct flow_record *record, int64_t until);

/* ---- why.c ---- */

/* A row with all that a decision needs. */
struct question {
    struct flow_record record;
    struct prior prior;
    struct flow flow;
    struct rules_at rules; /* borrowed from the network until its next pump */
};

/* False: the row has no addresses, or memory is out. `out` points into itself: it must not be copied. */
bool why_ask(weir_session *session, const weir_row *row, struct question *out);

/* Causes of rows [from, to) of a block of the ring, WEIR_CAUSE_NONE where there is nothing to explain. */
void why_causes(weir_session *session, const struct block *block, uint32_t from, uint32_t to, weir_cause *out);

bool why_work(weir_session *session, int budget_ms); /* gets ready for causes; true while there is more to do */

#endif
