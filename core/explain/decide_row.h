/* decide_row.h - what the rows of the decision table look at, gathered once (decide.c), and the rows in groups.
 * Pure; any thread. */
#ifndef WEIR_EXPLAIN_DECIDE_ROW_H
#define WEIR_EXPLAIN_DECIDE_ROW_H

#include "explain/decide.h"

enum { CERTAIN = 99, HIGH = 90, MEDIUM = 70, LOW = 40 };

/* What the rules of one inventory say of a flow. */
struct ruling {
    const struct inventory *inventory; /* NULL = there is none */
    const struct vpc_interface *interface;
    const struct vpc_subnet *subnet;
    enum reference_way way;
    bool acl_applies;
    struct acl_answer acl, reply_acl;
    struct group_answer group;
    bool untracked;
};

/* Everything about one record. */
struct view {
    const struct flow *flow;
    const struct prior *prior; /* never NULL */
    struct ruling at, now;     /* now: only where it differs */
    bool has_now;
    struct packet packet, reply;
};

void ruling_make(const struct flow *flow, const struct inventory *inventory, const struct packet *packet,
                 const struct packet *reply, struct ruling *out);

/* Each takes the record if one of its rows does: cause, base confidence, actor, second. */
bool rows_of_opening(const struct view *view, struct decision *out);   /* R3 to R6 */
bool rows_of_reply(const struct view *view, struct decision *out);     /* R7, R8 */
bool rows_of_asymmetry(const struct view *view, struct decision *out); /* R9 */
bool rows_of_lateness(const struct view *view, struct decision *out);  /* R10 to R12 */
bool rows_of_change(const struct view *view, struct decision *out);    /* R13, R14 */
bool rows_of_middle(const struct view *view, struct decision *out);    /* R15, R16 */
bool rows_of_drift(const struct view *view, struct decision *out);     /* R17 */

/* Sets cause, confidence and actor; true. */
bool decision_take(struct decision *out, weir_cause cause, int confidence, enum actor actor);

/* The packet goes from the side that opened the connection (which must be known). */
bool is_from_client(const struct flow *flow);

/* VPC Block Public Access stops it, as far as the options tell. */
bool bpa_blocks(const struct flow *flow, const struct ruling *ruling);

/* What connection tracking keeps the flow for; TIMEOUT_NONE and 0: there is no limit that is known. */
int64_t tracking_timeout(const struct view *view, enum timeout_kind *kind);
/* The connection was closed or reset, and its ports were not used for another one since. */
bool is_closed(const struct prior *prior);
/* Seconds since the newest accepted packet of the connection, either way; -1 = there was none. */
int64_t idle_time(const struct flow *flow, const struct prior *prior);

#endif
