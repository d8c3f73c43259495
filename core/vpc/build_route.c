/* build_route.c - route tables and prefix lists. A table with a route whose destination cannot be read is left out
 * whole; a prefix list with such an entry is not known. */
#include <stdlib.h>
#include <string.h>

#include "vpc/build.h"

/* ---- routes ---- */

/* The first member that is there is the target; of a gateway the id tells the kind. */
static const struct {
    const char *member, *starts;
    enum target_kind kind;
} targets[] = {
    {"GatewayId", "local", TARGET_LOCAL},
    {"GatewayId", "igw-", TARGET_INTERNET_GATEWAY},
    {"GatewayId", "vgw-", TARGET_VPN_GATEWAY},
    {"GatewayId", "vpce-", TARGET_ENDPOINT},
    {"GatewayId", "", TARGET_UNKNOWN},
    {"EgressOnlyInternetGatewayId", "", TARGET_EGRESS_GATEWAY},
    {"NatGatewayId", "", TARGET_NAT_GATEWAY},
    {"TransitGatewayId", "", TARGET_TRANSIT_GATEWAY},
    {"LocalGatewayId", "", TARGET_LOCAL_GATEWAY},
    {"CarrierGatewayId", "", TARGET_CARRIER_GATEWAY},
    {"NetworkInterfaceId", "", TARGET_INTERFACE},
    {"InstanceId", "", TARGET_INSTANCE},
    {"VpcPeeringConnectionId", "", TARGET_PEERING},
    {"CoreNetworkArn", "", TARGET_CORE_NETWORK},
    {"OdbNetworkArn", "", TARGET_UNKNOWN},
};

static void read_target(struct build *build, const struct json_t *item, struct vpc_route *out)
{
    out->target = WEIR_SAFE("");
    for (size_t k = 0; k < ARRAY_SIZE(targets); k++) {
        struct slice id = json_text(item, targets[k].member);
        if (!id.len || !slice_starts(id, slice_of(targets[k].starts)))
            continue;
        out->kind = targets[k].kind;
        out->target = build_slice(build, id);
        return;
    }
}

/* A network of one family, or a prefix list. */
static bool read_destination(struct build *build, const struct json_t *item, const char *four, const char *six,
                             const char *list, struct net *net, weir_safe *list_id)
{
    weir_status status4 = build_net(item, four, 0, net);
    weir_status status6 = six && status4 == WEIR_END ? build_net(item, six, 6, net) : WEIR_END;
    *list_id = build_text(build, item, list);
    if (status4 == WEIR_END && status6 == WEIR_END)
        return *list_id->text != '\0';
    *list_id = WEIR_SAFE("");
    return status4 == WEIR_OK || status6 == WEIR_OK;
}

static bool read_route(struct build *build, const struct json_t *item, struct vpc_route *out)
{
    struct slice origin = json_text(item, "Origin");
    out->blackhole = slice_is(json_text(item, "State"), SLICE("blackhole"));
    out->origin = slice_is(origin, SLICE("CreateRouteTable"))            ? ORIGIN_CREATE_TABLE
                  : slice_is(origin, SLICE("EnableVgwRoutePropagation")) ? ORIGIN_PROPAGATED
                  : slice_is(origin, SLICE("Advertisement"))             ? ORIGIN_PROPAGATED
                                                                         : ORIGIN_CREATE;
    read_target(build, item, out);
    return read_destination(build, item, "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId",
                            &out->net, &out->prefix_list_id);
}

static int compare_routes(const void *a, const void *b)
{
    const struct vpc_route *one = a, *other = b;
    int order = strcmp(one->prefix_list_id.text, other->prefix_list_id.text);
    if (!order)
        order = net_compare(&one->net, &other->net);
    if (!order)
        order = (int)one->origin - (int)other->origin;
    return order ? order : strcmp(one->target.text, other->target.text);
}

/* ---- a table ---- */

static void read_associations(struct build *build, const struct json_t *item, struct vpc_route_table *table)
{
    const struct json_t *list = json_member(item, "Associations");
    table->gateways = build_texts(build, list, "GatewayId", &table->n_gateways);
    for (size_t k = 0; k < json_count(list); k++)
        table->main = table->main || json_flag(json_at(list, k), "Main");
}

enum made read_route_table(struct build *build, const struct json_t *item, void *out)
{
    struct vpc_route_table *table = out;
    const struct json_t *list = json_member(item, "Routes");
    struct vpc_route *routes = build_take(build, json_count(list), sizeof *routes);
    table->name = build_tag(build, item, "Tags", "Name");
    table->vpc_id = build_text(build, item, "VpcId");
    read_associations(build, item, table);
    for (; routes && table->n_routes < json_count(list); table->n_routes++)
        if (!read_route(build, json_at(list, table->n_routes), &routes[table->n_routes])) {
            build_doubt(build, PART_ROUTE_TABLES, "%s has a route that makes no sense: the table is left out",
                        table->id.text);
            return LEFT_OUT;
        }
    if (routes && table->n_routes)
        qsort(routes, table->n_routes, sizeof *routes, compare_routes);
    table->routes = routes;
    return MADE;
}

void link_route_table(struct build *build, void *at)
{
    struct vpc_route_table *table = at;
    struct vpc_route *routes = (struct vpc_route *)(void *)table->routes;
    for (size_t k = 0; k < table->n_routes; k++)
        routes[k].prefix_list = inventory_prefix_list(build->inventory, routes[k].prefix_list_id.text);
}

/* ---- prefix lists ---- */

enum made read_prefix_list(struct build *build, const struct json_t *item, void *out)
{
    struct vpc_prefix_list *list = out;
    bool was_lossy = build->is_lossy[PART_PREFIX_ENTRIES];
    struct net_list nets;
    list->name = build_text(build, item, "PrefixListName");
    list->account = build_text(build, item, "OwnerId");
    const struct json_t *entries = capture_items_of(build->capture, PART_PREFIX_ENTRIES, list->id.text, &list->known);
    if (!net_list_begin(build, &nets, json_count(entries)))
        return MADE;
    build->is_lossy[PART_PREFIX_ENTRIES] = false;
    for (size_t k = 0; k < json_count(entries); k++) {
        net_list_add(build, &nets, json_at(entries, k), "Cidr", 0, PART_PREFIX_ENTRIES, list->id);
        if (!json_text(json_at(entries, k), "Cidr").len)
            build_doubt(build, PART_PREFIX_ENTRIES, "%s has an entry without a Cidr", list->id.text);
    }
    list->known = list->known && !build->is_lossy[PART_PREFIX_ENTRIES];
    build->is_lossy[PART_PREFIX_ENTRIES] = build->is_lossy[PART_PREFIX_ENTRIES] || was_lossy;
    list->nets = net_list_end(&nets, &list->n_nets);
    return MADE;
}

/* ---- transit gateway route tables ---- */

static size_t count_ways(const struct json_t *item)
{
    size_t n = json_count(json_member(item, "TransitGatewayAttachments"));
    return n ? n : 1;
}

/* One for each attachment of the route: several share its traffic. */
static bool read_transit_route(struct build *build, const struct json_t *item, struct vpc_transit_route *out, size_t n)
{
    struct vpc_transit_route route = {.state = build_text(build, item, "State"),
                                      .type = build_text(build, item, "Type")};
    const struct json_t *attachments = json_member(item, "TransitGatewayAttachments");
    route.blackhole = slice_is(slice_of(route.state.text), SLICE("blackhole"));
    if (!read_destination(build, item, "DestinationCidrBlock", NULL, "PrefixListId", &route.net, &route.prefix_list_id))
        return false;
    for (size_t k = 0; k < n; k++) {
        const struct json_t *attachment = json_at(attachments, k);
        route.attachment_id = build_text(build, attachment, "TransitGatewayAttachmentId");
        route.resource_type = build_text(build, attachment, "ResourceType");
        route.resource_id = build_text(build, attachment, "ResourceId");
        out[k] = route;
    }
    return true;
}

static int compare_transit_routes(const void *a, const void *b)
{
    const struct vpc_transit_route *one = a, *other = b;
    int order = strcmp(one->prefix_list_id.text, other->prefix_list_id.text);
    if (!order)
        order = net_compare(&one->net, &other->net);
    if (!order)
        order = strcmp(one->attachment_id.text, other->attachment_id.text);
    return order ? order : strcmp(one->type.text, other->type.text);
}

enum made read_transit_table(struct build *build, const struct json_t *item, void *out)
{
    struct vpc_transit_table *table = out;
    size_t room = 0;
    const struct json_t *list = capture_items_of(build->capture, PART_TRANSIT_ROUTES, table->id.text, &table->known);
    table->name = build_tag(build, item, "Tags", "Name");
    table->transit_gateway = build_text(build, item, "TransitGatewayId");
    table->state = build_text(build, item, "State");
    for (size_t k = 0; k < json_count(list); k++)
        room += count_ways(json_at(list, k));
    struct vpc_transit_route *routes = build_take(build, room, sizeof *routes);
    for (size_t k = 0; routes && k < json_count(list); k++) {
        size_t n = count_ways(json_at(list, k));
        if (read_transit_route(build, json_at(list, k), &routes[table->n_routes], n)) {
            table->n_routes += n;
            continue;
        }
        table->known = false;
        build_doubt(build, PART_TRANSIT_ROUTES, "%s has a route that makes no sense", table->id.text);
    }
    if (routes && table->n_routes)
        qsort(routes, table->n_routes, sizeof *routes, compare_transit_routes);
    table->routes = routes;
    return MADE;
}
