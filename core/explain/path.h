/* path.h - the way of a packet and of its reply, hop by hop, in the order of AWS's Reachability Analyzer. Pure.
 *
 *   inbound:  internet ► gateway ► (edge route table) ► ACL in ► SG in ► interface ► instance
 *   reply:    instance ► interface ► SG (state) ► ACL out ► route table ► gateway ► internet
 *
 * Every hop is evaluated, those behind the one that blocks too. With no inventory the traffic-path field alone draws
 * the way. */
#ifndef WEIR_EXPLAIN_PATH_H
#define WEIR_EXPLAIN_PATH_H

#include "explain/evaluate.h"
#include "explain/flow.h"
#include "weir/explain.h"

enum code {
    CODE_NONE,
#define X(id, name, needs, words) id,
#include "explain/code.def"
#undef X
    CODE_COUNT
};
const char *code_name(enum code code);  /* "ENI_SG_RULES_MISMATCH"; "" for CODE_NONE */
const char *code_words(enum code code); /* one sentence */

enum hop_kind {
    HOP_INTERNET,
    HOP_GATEWAY, /* internet, egress-only or virtual private gateway */
    HOP_ROUTE_TABLE,
    HOP_ACL,
    HOP_GROUP,
    HOP_INTERFACE,
    HOP_INSTANCE,
    HOP_NAT,
    HOP_PEERING,
    HOP_ATTACHMENT,
    HOP_TRANSIT_TABLE,
    HOP_ENDPOINT,
    HOP_SERVICE, /* AWS service behind a gateway endpoint */
    HOP_REMOTE,  /* the other end, when it is not described */
};

enum { PATH_HOPS_MAX = 48 };

struct hop {
    enum hop_kind kind;
    weir_hop_verdict verdict;
    bool reply, far; /* far: belongs to the other end */
    bool egress;     /* outwards */
    bool untracked;  /* HOP_GROUP: a reply, and its rules are asked all the same */
    enum code code;
    unsigned doubt;
    weir_safe id, name;        /* of the inventory or static */
    struct group_answer group; /* HOP_GROUP */
    struct acl_answer acl;     /* HOP_ACL */
    struct route_answer route; /* HOP_ROUTE_TABLE */
    const struct vpc_acl *the_acl;
    const struct vpc_interface *interface; /* HOP_GROUP, HOP_INTERFACE */
    const struct vpc_transit_route *transit_route;
    struct packet packet; /* as it passes here (NAT changes it) */
    weir_addr from, to;   /* translation: dnat or snat; family 0 = none */
};

struct path {
    struct hop hop[PATH_HOPS_MAX];
    size_t n;
    bool cut;   /* more hops than fit, or route tables that lead in a circle */
    bool drift; /* traffic-path says another way than the route table: routing changed since */
    const char *drift_words;
    enum reference_way way; /* for references between groups, forward */
};

void path_of(const struct flow *flow, const struct inventory *inventory, struct path *out);

/* How references between groups fare between the flow's ends. */
enum reference_way path_reference_way(const struct flow *flow, const struct inventory *inventory);

#endif
