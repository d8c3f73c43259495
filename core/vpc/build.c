/* build.c - a capture becomes an inventory: kind by kind items are sorted by id, typed (read) and, when all are there,
 * tied to each other (link). The order of a capture's items makes no difference to the result. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/scope.h"
#include "vpc/build.h"
#include "vpc/part.h"

#define FROM_MAX 3

static const struct kind {
    size_t size, id_at;
    struct {
        enum part part;
        const char *id;
    } from[FROM_MAX];
    enum made (*read)(struct build *build, const struct json_t *item, void *out);
    void (*link)(struct build *build, void *at);
} kinds[THING_COUNT] = {
#define KIND(type) .size = sizeof(struct type), .id_at = offsetof(struct type, id)
    [THING_INTERFACE] = {KIND(vpc_interface),
                         {{PART_INTERFACES, "NetworkInterfaceId"}},
                         read_interface,
                         link_interface},
    [THING_GROUP] = {KIND(vpc_group), {{PART_GROUPS, "GroupId"}}, read_group, link_group},
    [THING_ACL] = {KIND(vpc_acl), {{PART_ACLS, "NetworkAclId"}}, read_acl, NULL},
    [THING_SUBNET] = {KIND(vpc_subnet), {{PART_SUBNETS, "SubnetId"}}, read_subnet, link_subnet},
    [THING_VPC] = {KIND(vpc), {{PART_VPCS, "VpcId"}}, read_vpc, NULL},
    [THING_INSTANCE] = {KIND(vpc_instance), {{PART_INSTANCES, "InstanceId"}}, read_instance, NULL},
    [THING_ROUTE_TABLE] = {KIND(vpc_route_table),
                           {{PART_ROUTE_TABLES, "RouteTableId"}},
                           read_route_table,
                           link_route_table},
    [THING_GATEWAY] = {KIND(vpc_gateway),
                       {{PART_INTERNET_GATEWAYS, "InternetGatewayId"},
                        {PART_EGRESS_GATEWAYS, "EgressOnlyInternetGatewayId"},
                        {PART_VPN_GATEWAYS, "VpnGatewayId"}},
                       read_gateway,
                       NULL},
    [THING_NAT] = {KIND(vpc_nat), {{PART_NAT_GATEWAYS, "NatGatewayId"}}, read_nat, link_nat},
    [THING_PEERING] = {KIND(vpc_peering), {{PART_PEERINGS, "VpcPeeringConnectionId"}}, read_peering, NULL},
    [THING_ENDPOINT] = {KIND(vpc_endpoint), {{PART_ENDPOINTS, "VpcEndpointId"}}, read_endpoint, NULL},
    [THING_PREFIX_LIST] = {KIND(vpc_prefix_list), {{PART_PREFIX_LISTS, "PrefixListId"}}, read_prefix_list, NULL},
    [THING_ATTACHMENT] = {KIND(vpc_attachment),
                          {{PART_ATTACHMENTS, "TransitGatewayAttachmentId"},
                           {PART_TRANSIT_ATTACHMENTS, "TransitGatewayAttachmentId"}},
                          read_attachment,
                          NULL},
    [THING_TRANSIT_TABLE] = {KIND(vpc_transit_table),
                             {{PART_TRANSIT_TABLES, "TransitGatewayRouteTableId"}},
                             read_transit_table,
                             NULL},
#undef KIND
};

/* ---- the items of a kind ---- */

struct found {
    weir_safe id;
    const json_t *item;
    enum part part;
};

struct found_list {
    struct found *at;
    size_t n, room;
};

static void add_found(struct build *build, struct found_list *list, enum part part, const char *name,
                      const json_t *item)
{
    if (list->n == list->room) {
        size_t room = list->room ? list->room * 2 : 64;
        struct found *at = realloc(list->at, room * sizeof *at);
        if (!at) {
            build->is_out_of_memory = true;
            return;
        }
        list->at = at;
        list->room = room;
    }
    weir_safe id = build_text(build, item, name);
    if (*id.text)
        list->at[list->n++] = (struct found){id, item, part};
    else
        build_doubt(build, part, "one of the %s has no %s", part_get(part)->words, name);
}

/* Items as they are listed; instances lie one level deeper. */
static void find_items(struct build *build, struct found_list *list, enum part part, const char *name)
{
    const json_t *items = build->capture->parts[part].items;
    for (size_t k = 0; k < json_array_size(items); k++) {
        const json_t *item = json_array_get(items, k);
        const json_t *within = part == PART_INSTANCES ? json_object_get(item, "Instances") : NULL;
        if (part != PART_INSTANCES)
            add_found(build, list, part, name, item);
        for (size_t n = 0; n < json_array_size(within); n++)
            add_found(build, list, part, name, json_array_get(within, n));
    }
}

static json_t *make_item(struct build *build, enum thing thing, const char *name, const char *id)
{
    json_t *item = json_object();
    if (!build->merged[thing])
        build->merged[thing] = json_array();
    if (!item || json_array_append_new(build->merged[thing], item) || json_object_set_new(item, name, json_string(id)))
        build->is_out_of_memory = true;
    return build->is_out_of_memory ? NULL : item;
}

/* Things that are known by what they hold alone: a prefix list by its entries, a transit gateway's table by its
 * routes, a group by its rules. */
static void find_holders(struct build *build, struct found_list *list, enum thing thing)
{
    enum part held = thing == THING_PREFIX_LIST ? PART_PREFIX_ENTRIES : PART_TRANSIT_ROUTES;
    json_t *documents = build->capture->parts[held].items;
    for (void *at = json_object_iter(documents); at; at = json_object_iter_next(documents, at)) {
        const char *name = kinds[thing].from[0].id;
        add_found(build, list, held, name, make_item(build, thing, name, json_object_iter_key(at)));
    }
}

static void find_ruled_groups(struct build *build, struct found_list *list)
{
    if (capture_part_state(build->capture, PART_GROUP_RULES) != PART_KNOWN)
        return;
    for (size_t k = 0; k < build->n_flat; k++) {
        if (k && build->flat[k].group_id.text == build->flat[k - 1].group_id.text)
            continue;
        json_t *item = make_item(build, THING_GROUP, "GroupId", build->flat[k].group_id.text);
        struct slice owner = json_text(build->flat[k].item, "GroupOwnerId");
        if (item && owner.len && json_object_set_new(item, "OwnerId", json_stringn(owner.at, owner.len)))
            build->is_out_of_memory = true;
        add_found(build, list, PART_GROUP_RULES, "GroupId", item);
    }
}

static int compare_found(const void *a, const void *b)
{
    const struct found *one = a, *other = b;
    int order = strcmp(one->id.text, other->id.text);
    return order ? order : (int)one->part - (int)other->part;
}

/* Two items of one id from different parts are one; two of the same part must be equal, else neither is believed. */
static const json_t *settle_item(struct build *build, enum thing thing, const struct found *at, size_t n)
{
    const json_t *item = at[0].item;
    for (size_t k = 1; k < n; k++) {
        if (at[k].part == at[k - 1].part) {
            if (json_equal(at[k].item, at[k - 1].item))
                continue;
            build_doubt(build, at[k].part, "%s is told twice and differently: neither is believed", at[k].id.text);
            return NULL;
        }
        if (thing != THING_ATTACHMENT)
            continue;
        json_t *both = make_item(build, thing, kinds[thing].from[0].id, at[k].id.text);
        if (!both || json_object_update(both, (json_t *)at[k].item) || json_object_update(both, (json_t *)item))
            build->is_out_of_memory = true;
        item = both;
    }
    return item;
}

static void read_kind(struct build *build, enum thing thing, struct found_list *list)
{
    const struct kind *kind = &kinds[thing];
    struct things *things = &build->inventory->things[thing];
    if (list->n)
        qsort(list->at, list->n, sizeof *list->at, compare_found);
    things->size = kind->size;
    things->id_at = kind->id_at;
    things->at = build_take(build, list->n, kind->size);
    for (size_t k = 0, n; k < list->n && !build->is_out_of_memory; k += n) {
        for (n = 1; k + n < list->n && list->at[k + n].id.text == list->at[k].id.text;)
            n++;
        const json_t *item = settle_item(build, thing, &list->at[k], n);
        char *out = things->at + things->n * things->size;
        memset(out, 0, things->size);
        if (!item || build->is_out_of_memory)
            continue;
        memcpy(out + things->id_at, &list->at[k].id, sizeof list->at[k].id);
        things->n += kind->read(build, item, out) == MADE;
    }
    if (!things_index(things, &build->inventory->pool))
        build->is_out_of_memory = true;
}

static void build_kind(struct build *build, enum thing thing)
{
    struct found_list list = {0};
    for (size_t k = 0; k < FROM_MAX && kinds[thing].from[k].id; k++)
        find_items(build, &list, kinds[thing].from[k].part, kinds[thing].from[k].id);
    if (thing == THING_PREFIX_LIST || thing == THING_TRANSIT_TABLE)
        find_holders(build, &list, thing);
    if (thing == THING_GROUP)
        find_ruled_groups(build, &list);
    if (!build->is_out_of_memory)
        read_kind(build, thing, &list);
    free(list.at);
}

static void link_kind(struct build *build, enum thing thing)
{
    const struct things *things = &build->inventory->things[thing];
    for (size_t k = 0; kinds[thing].link && k < things->n && !build->is_out_of_memory; k++)
        kinds[thing].link(build, things_nth(things, k));
}

/* ---- states ---- */

static void tell_state(struct build *build, enum part part)
{
    struct inventory *inventory = build->inventory;
    enum part_state state = capture_part_state(build->capture, part);
    const char *why = capture_part_why(build->capture, part);
    if (state == PART_KNOWN && build->is_lossy[part]) {
        state = PART_PARTIAL;
        why = "what makes no sense was left out";
    }
    if (part == PART_GROUPS && state < PART_PARTIAL && inventory->things[THING_GROUP].n)
        state = PART_PARTIAL; /* their rules were told without them */
    inventory->states[part] = state;
    char text[TEXT_MAX_BYTES];
    weir_safe words = WEIR_SAFE("");
    if (state != PART_KNOWN)
        words = weir_safe_format(text, sizeof text, "%s are %s: %s", part_get(part)->words,
                                 state == PART_PARTIAL ? "incomplete" : "unknown", why);
    inventory->words[part] = build_slice(build, slice_of(words.text));
}

static void keep_warnings(struct build *build)
{
    weir_safe *kept = build_take(build, build->n_warnings, sizeof *kept);
    if (!kept)
        return;
    memcpy(kept, build->warnings, build->n_warnings * sizeof *kept);
    build->inventory->warnings = kept;
    build->inventory->n_warnings = build->n_warnings;
}

/* ---- all of it ---- */

static void run(struct build *build)
{
    static void (*const after[])(struct build *) = {
        build_members,    build_block_public_access,
        build_encryption, build_elastic_addresses,
        build_labels,     build_holders,
        build_attached,   build_place,
    };
    build_flat_rules(build);
    build_ties(build);
    for (int thing = 0; thing < THING_COUNT && !build->is_out_of_memory; thing++)
        build_kind(build, (enum thing)thing);
    for (int thing = 0; thing < THING_COUNT && !build->is_out_of_memory; thing++)
        link_kind(build, (enum thing)thing);
    for (size_t k = 0; k < ARRAY_SIZE(after) && !build->is_out_of_memory; k++)
        after[k](build);
    for (int part = 0; part < PART_COUNT && !build->is_out_of_memory; part++)
        tell_state(build, (enum part)part);
    if (!build->is_out_of_memory)
        keep_warnings(build);
}

static void build_done(struct build *build)
{
    for (int thing = 0; thing < THING_COUNT; thing++)
        json_decref(build->merged[thing]);
    free(build->acls.at);
    free(build->tables.at);
    free(build->default_acls.at);
    free(build->main_tables.at);
    free(build->flat);
}

static void drop_inventory(struct inventory **inventory)
{
    inventory_free(*inventory);
}

weir_status inventory_build(const struct capture *capture, struct inventory **out, weir_error *err)
{
    AUTO(drop_inventory) struct inventory *inventory = calloc(1, sizeof *inventory);
    if (!inventory)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    AUTO(build_done) struct build build = {.inventory = inventory, .capture = capture};
    inventory->taken = capture->taken;
    run(&build);
    if (build.is_out_of_memory)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    vpc_pool_settle(&inventory->pool);
    *out = TAKE(inventory);
    return WEIR_OK;
}
