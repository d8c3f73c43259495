/* decide.h - the decision table: one REJECT, one cause. Pure, allocates nothing, a few microseconds: the ring is
 * classified with it. The rows are R1 to R19 of weir/cause.def. Any thread. */
#ifndef WEIR_EXPLAIN_DECIDE_H
#define WEIR_EXPLAIN_DECIDE_H

#include "explain/evaluate.h"
#include "explain/flow.h"
#include "weir/explain.h"

enum actor { ACTOR_NONE, ACTOR_BPA, ACTOR_REASON, ACTOR_ACL, ACTOR_GROUP };

/* Bits; each is a line of "assumptions" or "missing" in the explanation, and a cap of the confidence. */
enum premise {
    PREMISE_DIRECTION_GUESSED = 1 << 0, /* learned from peers: 85 */
    PREMISE_DIRECTION_UNKNOWN = 1 << 1, /* both were evaluated: 40 */
    PREMISE_PHASE_BY_PORT = 1 << 2,     /* 70 */
    PREMISE_PHASE_BY_SIZE = 1 << 3,     /* 70 */
    PREMISE_ICMP_ECHO = 1 << 4,         /* an ICMP type was assumed */
    PREMISE_HOP_UNKNOWN = 1 << 5,       /* 70 */
    PREMISE_RULES_OF_NOW = 1 << 6,      /* the inventory is newer or older than the record: 70 */
    PREMISE_LOG_NOT_ALL = 1 << 7,       /* R9 to R16: 70 */
    PREMISE_LOG_GAP = 1 << 8,           /* SKIPDATA: 85 */
    PREMISE_NO_INTERFACE = 1 << 9,      /* not in the inventory */
    PREMISE_NO_INVENTORY = 1 << 10,
    PREMISE_NO_FLAGS = 1 << 11,     /* the format has no tcp-flags */
    PREMISE_NOT_SEARCHED = 1 << 12, /* nobody looked for earlier records */
    PREMISE_SOURCE_PORT = 1 << 13,
};

enum timeout_kind {
    TIMEOUT_NONE,
    TIMEOUT_TCP,
    TIMEOUT_TCP_SET,
    TIMEOUT_UDP,
    TIMEOUT_UDP_STREAM,
    TIMEOUT_OTHER,
    TIMEOUT_NAT
};

struct decision {
    weir_cause cause;
    int confidence; /* 0..99, caps applied */
    enum actor actor;
    bool both_deny;        /* security group and network ACL: which acted cannot be told from the log (first: 60) */
    bool acl_applies;      /* false: same subnet, or no subnet known and … */
    struct acl_answer acl; /* of the packet's own direction */
    struct group_answer group;
    struct acl_answer reply_acl; /* what would become of the reply */
    struct packet packet, reply;
    enum reference_way way;
    bool untracked;
    unsigned premises;
    int64_t gap_s, timeout_s; /* R10, R11, R12 */
    enum timeout_kind timeout_kind;
    weir_cause second; /* R16: what it else may be; R17: the cause under the other rules; else NONE */
    bool allowed_now;  /* the newest rules would let it through */
    bool by_now; /* acl, group and reply_acl are what the newest rules say: R17, and R13 and R14 where only they deny */
};

struct rules_at {
    const struct inventory *at;  /* rules that held when the record was made, as far as is known; NULL = none */
    const struct inventory *now; /* newest; may be the same */
    bool exact;                  /* `at` is known to be those */
};

/* flow->record's verdict need not be REJECT: an ACCEPT gives WEIR_CAUSE_NONE and the packets. */
void decide(const struct flow *flow, const struct prior *prior, const struct rules_at *rules, struct decision *out);

const char *confidence_word(int confidence); /* certain >= 95, high >= 85, medium >= 60, low >= 30, none */

/* Puts everything into words: decision, path, near misses, fix. `prior` may be NULL. */
weir_status explanation_make(const struct flow *flow, const struct prior *prior, const struct rules_at *rules,
                             const struct decision *decision, weir_explanation **out, weir_error *err);

#endif
