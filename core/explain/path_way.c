/* path_way.c - whether what lies between two ends keeps the security group of the sender, as rules that name a group
 * need it. docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html#security-group-referencing */
#include "explain/path_walk.h"

static enum reference_way over_peering(const struct inventory *inventory, const struct vpc_route *route)
{
    const struct vpc_peering *peering = inventory_peering(inventory, route->target.text);
    if (!peering)
        return WAY_UNKNOWN;
    bool told = is_told(peering->requester.region) && is_told(peering->accepter.region);
    if (told && !same_text(peering->requester.region, peering->accepter.region))
        return WAY_NOT_PRESERVED;
    return same_text(peering->status, WEIR_SAFE("active")) ? WAY_PEERING : WAY_NOT_PRESERVED;
}

static enum reference_way over_transit(const struct inventory *inventory, const struct place *local,
                                       const struct vpc_route *route, const weir_addr *remote, bool *unsupported)
{
    const struct vpc_attachment *own = inventory_vpc_attachment(inventory, local->vpc_id.text, route->target.text);
    weir_safe other_vpc = route_other_vpc(inventory, local->vpc_id, route, remote);
    const struct vpc_attachment *other =
        is_told(other_vpc) ? inventory_vpc_attachment(inventory, other_vpc.text, route->target.text) : NULL;
    bool off = (own && own->group_referencing == OPTION_OFF) || (other && other->group_referencing == OPTION_OFF);
    if (off) {
        *unsupported = true;
        return WAY_NOT_PRESERVED;
    }
    bool on = own && own->group_referencing == OPTION_ON && other && other->group_referencing == OPTION_ON;
    return on ? WAY_TRANSIT : WAY_UNKNOWN;
}

static bool came_by_nat(const struct inventory *inventory, const struct place *local, const struct flow *flow)
{
    if (addr_equal(&flow->remote, &flow->remote_hop))
        return false;
    const struct vpc_interface *between = inventory_address_owner(inventory, local->vpc_id.text, &flow->remote_hop);
    return between && same_text(between->type, WEIR_SAFE("nat_gateway"));
}

enum reference_way way_of(const struct inventory *inventory, const struct place *local, const struct place *remote,
                          const struct flow *flow, bool *unsupported)
{
    *unsupported = false;
    if (remote->by_public || local->by_public || came_by_nat(inventory, local, flow))
        return WAY_NOT_PRESERVED;
    const weir_addr *addr = &flow->remote;
    bool same_vpc = is_told(local->vpc_id) && same_text(local->vpc_id, remote->vpc_id);
    if (local->subnet && local->subnet == remote->subnet)
        return WAY_PRIVATE;
    const struct vpc_route_table *table = local->subnet ? local->subnet->route_table : NULL;
    struct route_answer answer = evaluate_route(table, addr);
    if (!answer.route)
        return same_vpc ? WAY_PRIVATE : table && answer.answer == ANSWER_DENY ? WAY_NOT_PRESERVED : WAY_UNKNOWN;
    switch (answer.route->kind) {
    case TARGET_LOCAL: return WAY_PRIVATE;
    case TARGET_PEERING: return over_peering(inventory, answer.route);
    case TARGET_TRANSIT_GATEWAY: return over_transit(inventory, local, answer.route, addr, unsupported);
    default: return WAY_NOT_PRESERVED;
    }
}

enum reference_way path_reference_way(const struct flow *flow, const struct inventory *inventory)
{
    if (!inventory)
        return WAY_UNKNOWN;
    bool unsupported;
    struct place local, remote;
    place_ends(flow, inventory, &local, &remote);
    return way_of(inventory, &local, &remote, flow, &unsupported);
}
