/* what_if.h - what a proposal would do to the verdict of one flow: the rules as they would be are asked beside those
 * that are there. Pure but for memory while it is made; then any thread. */
#ifndef WEIR_EXPLAIN_WHAT_IF_H
#define WEIR_EXPLAIN_WHAT_IF_H

#include "explain/flow.h"
#include "explain/proposal.h"

struct overlay;

/* What a group of the flow's interface would have to admit, as a proposal in buffer[size]: the group with the rule that
 * comes closest, else the first. False: a group's rule is not what it lacks. */
bool proposal_suggest(const struct flow *flow, const struct inventory *inventory, char *buffer, size_t size);

/* The proposal is borrowed. WEIR_E_NOMEM. */
weir_status overlay_make(const struct proposal *proposal, struct overlay **out, weir_error *err);
void overlay_free(struct overlay *overlay); /* accepts NULL */

enum turn {
    TURN_NONE,         /* it stays as it is */
    TURN_OPENS,        /* REJECT would become ACCEPT */
    TURN_CLOSES,       /* ACCEPT would become REJECT */
    TURN_STILL_DENIED, /* a rule would admit it, and another hop denies it all the same */
    TURN_UNKNOWN,      /* the proposal may concern it, and something is not known */
};

/* *reply_denied: it opens, and the network ACL denies what would answer. NULL is fine. */
enum turn overlay_ask(const struct overlay *overlay, const struct flow *flow, bool *reply_denied);

#endif
