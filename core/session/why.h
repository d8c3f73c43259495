/* why.h - causes of rows in the ring: what the ring has of the same connection (prior.c), put before the decision
 * table. Belongs to the session's thread. */
#ifndef WEIR_SESSION_WHY_H
#define WEIR_SESSION_WHY_H

#include "explain/flow.h"
#include "store/ring.h"
#include "weir/session.h"

/* ---- prior.c: an index of the ring by connection, grown in slices and only when somebody asks ---- */
struct priors;

struct priors *
priors_new(const struct ring *ring);      /* the ring is borrowed; NULL = out of memory. Nothing is read yet */
void priors_free(struct priors *priors);  /* accepts NULL */
void priors_added(struct priors *priors); /* rows came: they are taken in at once if the older ones are */
bool priors_work(struct priors *priors, int budget_ms); /* true while rows are left that are not in it */
uint64_t priors_bytes(const struct priors *priors);     /* counts under the memory cap */

/* What the ring has of the connection of a row. Searches rows that are not in the index yet too, so that the answer is
 * the same, only later. `gap` says whether the ledger has a gap around the record. */
void priors_find(const struct priors *priors, uint64_t row_id, const struct flow_record *record, struct prior *out);

/* The address that was in every record of an interface, for logs without flow-direction and networks without the
 * interface. False: there is none, or the interface is not known. */
bool priors_learned(const struct priors *priors, const char *interface_id, weir_addr *out);

/* ---- why.c ---- */

/* Causes of rows [from, to) of a block of the ring, WEIR_CAUSE_NONE where there is nothing to explain. */
void why_causes(weir_session *session, const struct block *block, uint32_t from, uint32_t to, weir_cause *out);

void why_close(weir_session *session);

#endif
