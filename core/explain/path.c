/* path.c - both ways of a flow: the ends, who opened it, and then one walk there and one back. */
#include <string.h>

#include "explain/path_walk.h"

/* What makes every connection a tracked one, whatever its rules say.
 * docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html#automatic-tracking */
static bool is_keeper(const struct vpc_interface *interface)
{
    static const char *const types[] = {"nat_gateway",           "vpc_endpoint",
                                        "network_load_balancer", "gateway_load_balancer_endpoint",
                                        "gateway_load_balancer", "global_accelerator_managed",
                                        "transit_gateway"};
    for (size_t k = 0; interface && k < sizeof types / sizeof *types; k++)
        if (strcmp(interface->type.text, types[k]) == 0)
            return true;
    return false;
}

static bool is_always_kept(const struct place *local, const struct place *remote)
{
    if (is_keeper(local->interface) || is_keeper(remote->interface))
        return true;
    const struct place *known = local->subnet ? local : remote, *other = local->subnet ? remote : local;
    struct route_answer answer = evaluate_route(known->subnet ? known->subnet->route_table : NULL, &other->addr);
    if (!answer.route)
        return false;
    enum target_kind kind = answer.route->kind;
    return kind == TARGET_NAT_GATEWAY || kind == TARGET_EGRESS_GATEWAY || kind == TARGET_TRANSIT_GATEWAY;
}

/* Whether the record's packet goes in the direction in which the connection was opened. */
static bool record_opens(const struct flow *flow)
{
    if (flow->client_known)
        return flow->we_are_client == (flow->direction == DIRECTION_OUT);
    return flow->phase != PHASE_RESPONSE;
}

static void go(struct walk *walk)
{
    if (!place_can_depart(&walk->from) && !place_can_depart(&walk->to))
        walk_without_inventory(walk);
    else if (place_can_depart(&walk->from))
        walk_out(walk);
    else
        walk_in(walk);
}

void path_of(const struct flow *flow, const struct inventory *inventory, struct path *out)
{
    memset(out, 0, sizeof *out);
    struct walk walk = {.flow = flow, .inventory = inventory, .path = out, .zone = WEIR_SAFE("")};
    struct place local = {.interface_id = WEIR_SAFE(""), .vpc_id = WEIR_SAFE("")}, remote = local;
    if (inventory) {
        place_ends(flow, inventory, &local, &remote);
        out->way = way_of(inventory, &local, &remote, flow, &walk.references_unsupported);
        walk.always_kept = is_always_kept(&local, &remote);
    }
    bool outbound = flow->direction == DIRECTION_OUT, assumed;
    walk.from = outbound ? local : remote;
    walk.to = outbound ? remote : local;
    walk.opens = record_opens(flow);
    walk.asks = flow->phase == PHASE_INIT || flow->phase == PHASE_UNKNOWN;
    flow_packet(flow, &walk.packet, &assumed);
    go(&walk);

    struct walk back = {.flow = flow, .inventory = inventory, .path = out, .zone = WEIR_SAFE("")};
    back.from = walk.to;
    back.to = walk.from;
    back.reply = true;
    back.opens = !walk.opens;
    back.always_kept = walk.always_kept;
    back.references_unsupported = walk.references_unsupported;
    back.forward_by_nat = walk.by_nat;
    back.forward_by_transit = walk.by_transit;
    flow_reply_packet(flow, &back.packet);
    go(&back);
    if (inventory)
        path_compare(flow, out);
}
