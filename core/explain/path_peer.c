/* path_peer.c - peering connections and gateway endpoints.
 * docs.aws.amazon.com/vpc/latest/peering/, …/vpc/latest/privatelink/gateway-endpoints.html */
#include <strings.h>

#include "explain/path_walk.h"

/* ---- peering ---- */

static bool reaches(const struct vpc_peering *peering, weir_safe vpc_id, const weir_addr *addr)
{
    bool asked = same_text(peering->requester.vpc_id, vpc_id);
    const struct net *nets = asked ? peering->accepter.nets : peering->requester.nets;
    size_t n = asked ? peering->accepter.n_nets : peering->requester.n_nets;
    bool inside = n == 0; /* not told */
    for (size_t k = 0; k < n; k++)
        inside |= net_contains(&nets[k], addr);
    return inside;
}

struct hop *walk_peering(struct walk *walk, weir_safe id, weir_safe vpc_id, const weir_addr *far_addr)
{
    const struct vpc_peering *peering = inventory_peering(walk->inventory, id.text);
    struct hop *hop = walk_hop(walk, HOP_PEERING, WEIR_HOP_PASS, id, peering ? peering->name : WEIR_SAFE(""));
    if (!peering) {
        hop_unknown(hop, CODE_UNKNOWN_RESOURCE);
        return hop;
    }
    if (is_told(peering->status) && !same_text(peering->status, WEIR_SAFE("active")))
        hop_block(hop, CODE_BAD_STATE);
    if (!reaches(peering, vpc_id, far_addr))
        hop_block(hop, CODE_PCX_REQUIRES_ADDRESS_IN_VPC_CIDR);
    return hop;
}

void walk_to_peering(struct walk *walk, const struct place *at, const struct vpc_route *route)
{
    walk_peering(walk, route->target, at->vpc_id, &walk->packet.dst);
    const struct vpc_peering *peering = inventory_peering(walk->inventory, route->target.text);
    weir_safe other = peering ? peering_other_vpc(peering, at->vpc_id) : WEIR_SAFE("");
    if (is_told(other)) {
        struct place place = place_at(walk, other, &walk->packet.dst);
        walk_deliver(walk, &place);
    } else {
        walk_arrive(walk, &walk->to);
    }
}

/* ---- gateway endpoints ---- */

static bool is_echo_or_tcp(const struct packet *packet)
{
    if (packet->protocol == PROTOCOL_TCP)
        return true;
    bool icmp = packet->protocol == PROTOCOL_ICMP || packet->protocol == PROTOCOL_ICMP6;
    int32_t type = packet->icmp_type;
    return icmp && (type == -1 || type == 8 || type == 0 || type == 128 || type == 129);
}

struct hop *walk_endpoint(struct walk *walk, weir_safe id)
{
    const struct vpc_endpoint *endpoint = inventory_endpoint(walk->inventory, id.text);
    struct hop *hop = walk_hop(walk, HOP_ENDPOINT, WEIR_HOP_PASS, id, endpoint ? endpoint->service : WEIR_SAFE(""));
    if (!endpoint) {
        hop_unknown(hop, CODE_UNKNOWN_RESOURCE);
        return hop;
    }
    if (is_told(endpoint->state) && strcasecmp(endpoint->state.text, "available") != 0)
        hop_block(hop, CODE_BAD_STATE);
    if (same_text(endpoint->type, WEIR_SAFE("GatewayLoadBalancer")))
        hop_unknown(hop, CODE_UNSUPPORTED_COMPONENT);
    else if (!is_echo_or_tcp(&walk->packet))
        hop_block(hop, CODE_VPCE_GATEWAY_PROTOCOL_RESTRICTION);
    return hop;
}

void walk_to_endpoint(struct walk *walk, const struct place *at, const struct vpc_route *route)
{
    (void)at;
    struct hop *hop = walk_endpoint(walk, route->target);
    if (hop->code == CODE_UNSUPPORTED_COMPONENT)
        walk_arrive(walk, &walk->to);
    else
        walk_end(walk, HOP_SERVICE, true);
}
