/* match.h - whether the traffic and the peer of one rule fit one packet, field by field and three-valued: what security
 * groups, network ACLs and near misses share. ALLOW = fits, DENY = does not, UNKNOWN = may; never NONE. Doubts are
 * added to *doubt. Pure; any thread. */
#ifndef WEIR_EXPLAIN_MATCH_H
#define WEIR_EXPLAIN_MATCH_H

#include "explain/evaluate.h"

/* The other end of a packet, and who owns it. */
struct remote {
    const struct inventory *inventory; /* NULL = none; then members of groups are complete */
    weir_addr addr;
    enum reference_way way;
    const char *vpc_id;                /* of the interface that is looked at; "" = not known */
    const char *asked_in;              /* VPC in which the owner was looked up last; NULL = none yet */
    const struct vpc_interface *owner; /* what that gave */
};

/* `vpc_id` is borrowed as long as the result. */
struct remote remote_of(const struct inventory *inventory, const struct packet *packet, bool egress,
                        enum reference_way way, const char *vpc_id);

bool match_protocol(int16_t protocol, const struct packet *packet);

/* Ports, or ICMP type and code, of a rule or entry whose protocol matches. */
enum answer match_ports(int16_t protocol, int32_t from, int32_t to, const struct packet *packet, unsigned *doubt);

enum answer match_peer(const struct vpc_rule *rule, struct remote *remote, unsigned *doubt);

enum answer match_rule(const struct vpc_rule *rule, const struct packet *packet, struct remote *remote,
                       unsigned *doubt);

/* All fields of a rule together: one that does not fit decides, then one that may not. */
static inline enum answer match_both(enum answer a, enum answer b)
{
    if (a == ANSWER_DENY || b == ANSWER_DENY)
        return ANSWER_DENY;
    return a == ANSWER_UNKNOWN || b == ANSWER_UNKNOWN ? ANSWER_UNKNOWN : ANSWER_ALLOW;
}

/* Length of the longest network of a list that holds the address; -1 = none does. */
int list_prefix(const struct vpc_prefix_list *list, const weir_addr *addr);

/* Addresses of AWS's own services at every interface, which neither security groups nor network ACLs filter: Route 53
 * Resolver, instance and task metadata, Time Sync, activation of Windows. */
bool address_is_unfiltered(const weir_addr *addr);

static inline bool protocol_has_ports(int protocol)
{
    return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP;
}

static inline bool protocol_has_types(int protocol)
{
    return protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMP6;
}

static inline int32_t first_port(int32_t from)
{
    return from < 0 ? PORT_ALL_FROM : from;
}

static inline int32_t last_port(int32_t to)
{
    return to < 0 ? PORT_ALL_TO : to;
}

#endif
