/* path_route.c - the hop of a route table: which route, and why none. */
#include <string.h>
#include <strings.h>

#include "explain/path_walk.h"

static bool has_only_local(const struct vpc_route_table *table)
{
    for (size_t k = 0; k < table->n_routes; k++)
        if (table->routes[k].kind != TARGET_LOCAL)
            return false;
    return true;
}

static bool peering_reaches(const struct vpc_peering *peering, weir_safe vpc_id, const weir_addr *addr)
{
    bool asked = same_text(peering->requester.vpc_id, vpc_id);
    const struct net *nets = asked ? peering->accepter.nets : peering->requester.nets;
    size_t n = asked ? peering->accepter.n_nets : peering->requester.n_nets;
    for (size_t k = 0; k < n; k++)
        if (net_contains(&nets[k], addr))
            return true;
    return false;
}

/* Whether the route's target leads to where the address is, whatever the route itself covers. */
static bool would_lead(const struct walk *walk, const struct place *at, const struct vpc_route *route,
                       weir_safe other_vpc)
{
    const struct inventory *inventory = walk->inventory;
    const weir_addr *dst = &walk->packet.dst;
    if (route->kind == TARGET_INTERNET_GATEWAY || route->kind == TARGET_NAT_GATEWAY)
        return addr_is_public(dst) && dst->family == route->net.addr.family;
    if (route->kind == TARGET_EGRESS_GATEWAY)
        return addr_is_public(dst) && dst->family == 6;
    if (route->kind == TARGET_PEERING) {
        const struct vpc_peering *peering = inventory_peering(inventory, route->target.text);
        return peering && (peering_reaches(peering, at->vpc_id, dst) ||
                           (is_told(other_vpc) && same_text(peering_other_vpc(peering, at->vpc_id), other_vpc)));
    }
    return route->kind == TARGET_TRANSIT_GATEWAY && is_told(other_vpc) &&
           inventory_vpc_attachment(inventory, other_vpc.text, route->target.text);
}

static const struct vpc_route *find_other_route(const struct walk *walk, const struct place *at,
                                                const struct vpc_route_table *table, weir_safe other_vpc)
{
    for (size_t k = 0; k < table->n_routes; k++)
        if (would_lead(walk, at, &table->routes[k], other_vpc))
            return &table->routes[k];
    return NULL;
}

static bool knows_connections(const struct inventory *inventory)
{
    return inventory_part(inventory, PART_PEERINGS) == PART_KNOWN &&
           inventory_part(inventory, PART_ATTACHMENTS) == PART_KNOWN;
}

static bool share_connection(const struct inventory *inventory, weir_safe a, weir_safe b)
{
    const struct vpc_peering *peering;
    for (size_t k = 0; (peering = inventory_nth_peering(inventory, k)); k++)
        if ((same_text(peering->requester.vpc_id, a) && same_text(peering->accepter.vpc_id, b)) ||
            (same_text(peering->requester.vpc_id, b) && same_text(peering->accepter.vpc_id, a)))
            return true;
    const struct vpc_attachment *attachment;
    for (size_t k = 0; (attachment = inventory_nth_attachment(inventory, k)); k++)
        if (same_text(attachment->resource_id, a) &&
            inventory_vpc_attachment(inventory, b.text, attachment->transit_gateway.text))
            return true;
    return false;
}

static void tell_missing(const struct walk *walk, const struct place *at, const struct vpc_route_table *table,
                         struct hop *hop)
{
    const struct vpc_interface *owner = inventory_address_owner(walk->inventory, "", &walk->packet.dst);
    weir_safe other = is_told(walk->to.vpc_id) && !same_text(walk->to.vpc_id, at->vpc_id) ? walk->to.vpc_id
                      : owner && !same_text(owner->vpc_id, at->vpc_id)                    ? owner->vpc_id
                                                                                          : WEIR_SAFE("");
    hop->route.loser = find_other_route(walk, at, table, other);
    if (walk->reply && walk->forward_by_transit)
        hop->code = CODE_RESPONSE_RTB_HAS_NO_ROUTE_TO_TRANSIT_GATEWAY;
    else if (hop->route.loser)
        hop->code = CODE_CANNOT_ROUTE;
    else if (is_told(other) && knows_connections(walk->inventory) &&
             !share_connection(walk->inventory, at->vpc_id, other))
        hop->code = CODE_DISCONNECTED_VPCS;
    else
        hop->code = has_only_local(table) ? CODE_VPC_LOCAL_ROUTE_CIDR_RESTRICTION : CODE_NO_ROUTE_TO_DESTINATION;
}

/* Ways that one expects beside a default route. */
static bool is_ordinary(const struct vpc_route *route, const struct vpc_route *loser)
{
    return loser->net.prefix == 0 && !is_told(loser->prefix_list_id) && route->kind != TARGET_INTERNET_GATEWAY &&
           route->kind != TARGET_NAT_GATEWAY && route->kind != TARGET_INTERFACE && route->kind != TARGET_INSTANCE;
}

/* A wider route, or one of lower priority, that would have taken it elsewhere. */
static void tell_loser(struct hop *hop)
{
    const struct vpc_route *route = hop->route.route, *loser = hop->route.loser;
    if (!loser || same_text(loser->target, route->target))
        return;
    if (hop->route.loser_by_priority)
        hop_tell(hop, CODE_HIGHER_PRIORITY_ROUTE);
    else if (route->kind != TARGET_LOCAL && !is_ordinary(route, loser))
        hop_tell(hop, CODE_MORE_SPECIFIC_ROUTE);
}

/* The last word of "com.amazonaws.us-east-1.s3" is what pkt-dst-aws-service calls S3. */
static bool is_service(const struct vpc_endpoint *endpoint, const char *service)
{
    const char *dot = strrchr(endpoint->service.text, '.');
    return service[0] && dot && strcasecmp(dot + 1, service) == 0;
}

/* A gateway endpoint of the service that the record names, whose list does not have the address. */
static void tell_missed_endpoint(const struct walk *walk, const struct vpc_route_table *table, struct hop *hop)
{
    const struct flow_record *record = walk->flow->record;
    bool to_src = addr_equal(&walk->packet.dst, &record->src) || addr_equal(&walk->packet.dst, &record->pkt_src);
    const char *service = to_src ? record->src_service : record->dst_service;
    for (size_t k = 0; k < table->n_routes; k++) {
        const struct vpc_route *route = &table->routes[k];
        const struct vpc_endpoint *endpoint =
            route->kind == TARGET_ENDPOINT ? inventory_endpoint(walk->inventory, route->target.text) : NULL;
        if (endpoint && route != hop->route.route && route->prefix_list && route->prefix_list->known &&
            is_service(endpoint, service)) {
            hop_tell(hop, CODE_VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION);
            hop->route.loser = route;
        }
    }
}

const struct vpc_route *walk_route(struct walk *walk, const struct place *at)
{
    const struct vpc_route_table *table = at->subnet ? at->subnet->route_table : NULL;
    struct route_answer answer = evaluate_route(table, &walk->packet.dst);
    struct hop *hop = walk_hop(walk, HOP_ROUTE_TABLE, WEIR_HOP_PASS, table ? table->id : WEIR_SAFE(""),
                               table ? table->name : WEIR_SAFE(""));
    hop->far = at->far;
    hop->route = answer;
    hop->doubt = answer.doubt;
    if (!table || answer.answer == ANSWER_UNKNOWN) {
        hop_unknown(hop, table ? CODE_NONE : CODE_UNKNOWN_RESOURCE);
        hop->doubt |= table ? 0 : DOUBT_RULES;
    } else if (!answer.route) {
        hop->verdict = WEIR_HOP_BLOCK;
        tell_missing(walk, at, table, hop);
    } else if (answer.route->blackhole) {
        hop_block(hop, CODE_BAD_STATE_ROUTE);
    } else if (answer.route->kind == TARGET_LOCAL && at->vpc && !vpc_contains(at->vpc, &walk->packet.dst)) {
        hop_block(hop, CODE_VPC_LOCAL_ROUTE_CIDR_RESTRICTION);
    } else {
        if (answer.route->kind != TARGET_ENDPOINT)
            tell_missed_endpoint(walk, table, hop);
        tell_loser(hop);
    }
    return answer.route;
}
