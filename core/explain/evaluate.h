/* evaluate.h - what the rules say of a packet: security groups, network ACLs and routes, three-valued. Pure functions
 * of what they are given: no clock, no network, no allocation. Any thread.
 * docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html, …/vpc-network-acls.html,
 * …/route-tables-concepts.html */
#ifndef WEIR_EXPLAIN_EVALUATE_H
#define WEIR_EXPLAIN_EVALUATE_H

#include "vpc/inventory.h"

enum answer { ANSWER_ALLOW, ANSWER_DENY, ANSWER_UNKNOWN, ANSWER_NONE /* does not apply here */ };

/* One packet, as rules see it. */
struct packet {
    weir_addr src, dst;
    uint8_t protocol;
    int32_t src_port, dst_port;   /* tcp, udp; -1 = not known */
    int32_t icmp_type, icmp_code; /* -1 = not known */
};

/* Why something cannot be known; bits, because there may be several reasons. */
enum doubt {
    DOUBT_NOTHING = 0,
    DOUBT_ICMP_TYPE = 1, /* flow logs do not tell type and code */
    DOUBT_PORT = 2,
    DOUBT_PREFIX_LIST = 4, /* its entries are not known */
    DOUBT_PEER_GROUP = 8,  /* members of a referenced group are not known (another account, interfaces unknown) */
    DOUBT_RULES = 16,      /* the part itself is not known */
    DOUBT_REFERENCE = 32,  /* whether a reference is preserved on this way is not known */
    DOUBT_ROUTE = 64,      /* overlapping prefix lists: AWS picks one */
    DOUBT_FORMS = 128,     /* EC2's two lists of rules differ, and it depends on what only one has */
};

/* ---- security groups ---- */

/* How the packet came, as far as references to groups care. */
enum reference_way {
    WAY_UNKNOWN,
    WAY_PRIVATE,       /* same VPC, private addresses at both ends */
    WAY_PEERING,       /* an active peering connection in the same region */
    WAY_TRANSIT,       /* a transit gateway whose attachments both support referencing */
    WAY_NOT_PRESERVED, /* public addresses, NAT, a middlebox, cross-region peering, a transit gateway without support */
};

struct group_answer {
    enum answer answer;
    const struct vpc_rule *rule; /* ALLOW: the most specific that admits it; UNKNOWN: the first that may */
    unsigned doubt;
    bool has_rules; /* DENY: false = no group has any rule in that direction */
};

/* All groups of an interface together. NONE when the interface has no groups, and for AWS's own services that no group
 * filters (Route 53 Resolver, instance and task metadata, Time Sync, activation of Windows). UNKNOWN with DOUBT_RULES
 * instead of DENY when not all of its groups, or the groups as a part, are in the inventory. NULL interface: UNKNOWN.
 */
struct group_answer evaluate_groups(const struct inventory *inventory, const struct vpc_interface *interface,
                                    bool egress, const struct packet *packet, enum reference_way way);

/* The same over any list of groups (what-if, tests). n = 0: DENY without rules. */
struct group_answer evaluate_group_list(const struct inventory *inventory, const struct vpc_group *const *groups,
                                        size_t n, bool egress, const struct packet *packet, enum reference_way way);

/* One rule alone; *doubt says why it is UNKNOWN. */
enum answer evaluate_rule(const struct inventory *inventory, const struct vpc_rule *rule, const struct packet *packet,
                          enum reference_way way, unsigned *doubt);

/* Whether a TCP or UDP connection in that direction (`egress`: the interface opens it) is not tracked: its rule admits
 * it from (to) everywhere and the opposite direction admits all ports to (from) everywhere, family by family
 * (docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html). */
bool flow_is_untracked(const struct vpc_interface *interface, bool egress, const struct packet *packet);

/* ---- network ACLs ---- */

struct acl_answer {
    enum answer answer;
    const struct vpc_acl_entry *entry; /* that decided; UNKNOWN: the first that may match */
    unsigned doubt;
};

/* `egress`: the packet leaves the subnet. NULL acl: UNKNOWN with DOUBT_RULES. NONE for the services above. DENY with
 * entry NULL: nothing matches, not even "*". */
struct acl_answer evaluate_acl(const struct vpc_acl *acl, bool egress, const struct packet *packet);

/* ---- routes ---- */

struct route_answer {
    enum answer answer;            /* ALLOW: a route is there and works; DENY: none, or a blackhole */
    const struct vpc_route *route; /* NULL = none matches */
    unsigned doubt;
    const struct vpc_route *loser; /* the next best that lost: less specific, or of lower priority */
    bool loser_by_priority;
};

/* Longest prefix, then AWS's order of priority. NULL table: UNKNOWN with DOUBT_RULES. UNKNOWN otherwise: it is between
 * route (NULL = none is known to match) and loser, which differ in target or in being a blackhole. */
struct route_answer evaluate_route(const struct vpc_route_table *table, const weir_addr *dst);

/* ---- near misses ---- */

enum { MISS_PROTOCOL = 1, MISS_PORT = 2, MISS_PEER = 4, NEAR_MAX = 3 };

struct near_miss {
    const struct vpc_rule *rule;
    unsigned misses;       /* MISS_* bits */
    uint32_t port_away;    /* to the nearest port it admits */
    uint8_t common_prefix; /* bits that the peer has in common with the rule's network */
};

/* The rules that come closest to admitting the packet, best first: fewest differing fields, then nearest port (or ICMP
 * type; 65536 = not comparable), then longest common prefix, then order. Rules of the other address family are none,
 * nor are rules that fit or may fit. A field that may fit does not count as differing. Returns how many (at most
 * NEAR_MAX).
 */
size_t near_misses(const struct inventory *inventory, const struct vpc_group *const *groups, size_t n, bool egress,
                   const struct packet *packet, enum reference_way way, struct near_miss *out);

#endif
