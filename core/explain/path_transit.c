/* path_transit.c - transit gateways: the attachment in the source's zone, its route table, the attachment of the other
 * side, and which network ACLs apply. docs.aws.amazon.com/vpc/latest/tgw/tgw-nacls.html */
#include "explain/path_walk.h"

static bool covers(const struct inventory *inventory, const struct vpc_transit_route *route, const weir_addr *dst,
                   uint8_t *prefix)
{
    if (!is_told(route->prefix_list_id)) {
        *prefix = route->net.prefix;
        return net_contains(&route->net, dst);
    }
    const struct vpc_prefix_list *list = inventory_prefix_list(inventory, route->prefix_list_id.text);
    bool covered = false;
    *prefix = 0;
    for (size_t k = 0; list && k < list->n_nets; k++) {
        if (!net_contains(&list->nets[k], dst))
            continue;
        covered = true;
        *prefix = list->nets[k].prefix > *prefix ? list->nets[k].prefix : *prefix;
    }
    return covered;
}

/* The longest prefix; of equal ones a static route. */
const struct vpc_transit_route *transit_table_route(const struct inventory *inventory,
                                                    const struct vpc_transit_table *table, const weir_addr *dst)
{
    const struct vpc_transit_route *best = NULL;
    uint8_t best_prefix = 0;
    for (size_t k = 0; table && k < table->n_routes; k++) {
        const struct vpc_transit_route *route = &table->routes[k];
        uint8_t prefix;
        if (!covers(inventory, route, dst, &prefix))
            continue;
        bool is_static = same_text(route->type, WEIR_SAFE("static"));
        if (!best || prefix > best_prefix || (prefix == best_prefix && is_static)) {
            best = route;
            best_prefix = prefix;
        }
    }
    return best;
}

/* The subnet through which a VPC reaches the gateway from a zone; *other: only in another zone. */
static const struct vpc_subnet *entry_subnet(const struct walk *walk, const struct vpc_attachment *attachment,
                                             weir_safe zone, bool *other)
{
    const struct vpc_subnet *first = NULL;
    *other = false;
    for (size_t k = 0; attachment && k < attachment->n_subnets; k++) {
        const struct vpc_subnet *subnet = inventory_subnet(walk->inventory, attachment->subnet_ids[k].text);
        if (subnet && same_text(subnet->zone, zone))
            return subnet;
        first = first ? first : subnet;
    }
    *other = first != NULL;
    return first;
}

static struct hop *add_attachment(struct walk *walk, const struct vpc_attachment *attachment, weir_safe otherwise)
{
    struct hop *hop = walk_hop(walk, HOP_ATTACHMENT, WEIR_HOP_PASS, attachment ? attachment->id : otherwise,
                               attachment ? attachment->name : WEIR_SAFE(""));
    if (!attachment)
        hop_unknown(hop, CODE_UNKNOWN_RESOURCE);
    else if (is_told(attachment->state) && !same_text(attachment->state, WEIR_SAFE("available")))
        hop_block(hop, CODE_BAD_STATE_ATTACHMENT);
    return hop;
}

static const struct vpc_transit_route *add_table(struct walk *walk, const struct vpc_attachment *attachment)
{
    const struct vpc_transit_table *table = attachment && is_told(attachment->table_id)
                                                ? inventory_transit_table(walk->inventory, attachment->table_id.text)
                                                : NULL;
    weir_safe id = table ? table->id : attachment ? attachment->table_id : WEIR_SAFE("");
    struct hop *hop = walk_hop(walk, HOP_TRANSIT_TABLE, WEIR_HOP_PASS, id, table ? table->name : WEIR_SAFE(""));
    if (!table || !table->known) {
        hop_unknown(hop, CODE_TGW_RTB_ROUTES_ARE_UNKNOWN);
        return NULL;
    }
    const struct vpc_transit_route *route = transit_table_route(walk->inventory, table, &walk->packet.dst);
    hop->transit_route = route;
    if (!route)
        hop_block(hop, CODE_TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT);
    else if (route->blackhole)
        hop_block(hop, CODE_TGW_RTB_BAD_STATE_ROUTE);
    return route;
}

static void end_remote(struct walk *walk)
{
    hop_tell(walk_end(walk, HOP_REMOTE, true), CODE_UNKNOWN_DESTINATION);
}

/* The gateway's subnet has its own route table: what is not for this VPC goes on by it. */
static void leave_gateway(struct walk *walk, const struct vpc_subnet *subnet, weir_safe vpc_id)
{
    const struct vpc *vpc = inventory_vpc(walk->inventory, vpc_id.text);
    struct place place = place_at(walk, vpc_id, &walk->packet.dst);
    bool inside = place_is_known(&place) || !vpc || vpc_contains(vpc, &walk->packet.dst) || !subnet;
    if (inside && subnet && subnet == place.subnet) {
        walk_arrive(walk, &place);
        return;
    }
    if (subnet)
        walk_acl(walk, subnet, true, place.far);
    if (inside) {
        walk_deliver(walk, &place);
        return;
    }
    struct place at = {.interface_id = WEIR_SAFE(""), .subnet = subnet, .vpc = vpc, .vpc_id = vpc_id, .far = true};
    walk_follow(walk, &at);
}

void walk_into_vpc(struct walk *walk, const struct vpc_attachment *attachment, weir_safe transit_gateway)
{
    bool other_zone;
    struct hop *hop = add_attachment(walk, attachment, transit_gateway);
    hop->far = walk->to.far;
    if (attachment && !same_text(attachment->resource_type, WEIR_SAFE("vpc")) && is_told(attachment->resource_type)) {
        end_remote(walk);
        return;
    }
    const struct vpc_subnet *subnet = entry_subnet(walk, attachment, walk->zone, &other_zone);
    if (other_zone && is_told(walk->zone))
        hop_tell(hop, CODE_AVAILABILITY_ZONE_CROSSED);
    weir_safe vpc_id = attachment ? attachment->resource_id : walk->to.vpc_id;
    if (inventory_vpc(walk->inventory, vpc_id.text) || place_is_known(&walk->to))
        leave_gateway(walk, subnet, vpc_id);
    else
        end_remote(walk);
}

static void go_to_attachment(struct walk *walk, const struct vpc_transit_route *route)
{
    const struct vpc_attachment *next = route && is_told(route->attachment_id)
                                            ? inventory_attachment(walk->inventory, route->attachment_id.text)
                                            : NULL;
    if (next || (route && same_text(route->resource_type, WEIR_SAFE("vpc")))) {
        walk_into_vpc(walk, next, route->attachment_id);
    } else if (route && is_told(route->attachment_id)) {
        add_attachment(walk, NULL, route->attachment_id)->far = true;
        end_remote(walk);
    } else if (place_is_known(&walk->to)) {
        walk_deliver(walk, &walk->to); /* not that it gets there: what lies there is evaluated */
    } else {
        end_remote(walk);
    }
}

void walk_to_transit(struct walk *walk, const struct place *at, const struct vpc_route *route)
{
    const struct vpc_attachment *own = inventory_vpc_attachment(walk->inventory, at->vpc_id.text, route->target.text);
    bool other_zone;
    walk->by_transit = true;
    walk->zone = at->subnet ? at->subnet->zone : WEIR_SAFE("");
    const struct vpc_subnet *subnet = entry_subnet(walk, own, walk->zone, &other_zone);
    if (subnet && !other_zone)
        walk_acl(walk, subnet, false, at->far);
    struct hop *hop = add_attachment(walk, own, route->target);
    hop->far = at->far;
    if (other_zone && is_told(walk->zone))
        hop_block(hop, CODE_TGW_ROUTE_AZ_RESTRICTION);
    if (own && !is_told(own->table_id)) {
        if (inventory_part(walk->inventory, PART_TRANSIT_ATTACHMENTS) == PART_KNOWN)
            hop_block(hop, CODE_TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION);
        else
            hop_unknown(hop, CODE_TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION);
    }
    go_to_attachment(walk, add_table(walk, own));
}
