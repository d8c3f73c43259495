/* build_interface.c - network interfaces and instances: addresses, groups, who is attached, members of groups. */
#include <stdlib.h>
#include <string.h>

#include "vpc/build.h"

/* ---- addresses ---- */

static int compare_addresses(const void *a, const void *b)
{
    const struct vpc_address *one = a, *other = b;
    if (one->addr.family != other->addr.family)
        return one->addr.family < other->addr.family ? -1 : 1;
    if (one->primary != other->primary)
        return one->primary ? -1 : 1;
    return addr_compare(&one->addr, &other->addr);
}

static void read_public(const struct json_t *association, struct vpc_address *out)
{
    if (!build_addr(association, "PublicIp", &out->public_addr))
        build_addr(association, "CarrierIp", &out->public_addr);
}

static void add_address(struct build *build, struct vpc_interface *interface, struct vpc_address *addresses,
                        const struct json_t *item, const char *name, const char *primary)
{
    struct vpc_address address = {.primary = primary && json_flag(item, primary)};
    if (!build_addr(item, name, &address.addr)) {
        build_doubt(build, PART_INTERFACES, "%s has an address that is none", interface->id.text);
        return;
    }
    read_public(json_member(item, "Association"), &address);
    for (size_t k = 0; k < interface->n_addresses; k++)
        if (addr_compare(&addresses[k].addr, &address.addr) == 0)
            return;
    addresses[interface->n_addresses++] = address;
}

/* PrivateIpAddresses tells all of them; the single PrivateIpAddress counts where that list is not there. */
static void read_addresses(struct build *build, const struct json_t *item, struct vpc_interface *interface)
{
    const struct json_t *four = json_member(item, "PrivateIpAddresses"), *six = json_member(item, "Ipv6Addresses");
    struct vpc_address *addresses = build_take(build, json_count(four) + json_count(six) + 1, sizeof *addresses);
    if (!addresses)
        return;
    for (size_t k = 0; k < json_count(four); k++)
        add_address(build, interface, addresses, json_at(four, k), "PrivateIpAddress", "Primary");
    if (!json_count(four) && json_text(item, "PrivateIpAddress").len) {
        add_address(build, interface, addresses, item, "PrivateIpAddress", NULL);
        if (interface->n_addresses)
            addresses[0].primary = true;
    }
    for (size_t k = 0; k < json_count(six); k++)
        add_address(build, interface, addresses, json_at(six, k), "Ipv6Address", "IsPrimaryIpv6");
    qsort(addresses, interface->n_addresses, sizeof *addresses, compare_addresses);
    interface->addresses = addresses;
}

static void read_prefixes(struct build *build, const struct json_t *item, struct vpc_interface *interface)
{
    const struct json_t *four = json_member(item, "Ipv4Prefixes"), *six = json_member(item, "Ipv6Prefixes");
    struct net_list list;
    if (!net_list_begin(build, &list, json_count(four) + json_count(six)))
        return;
    for (size_t k = 0; k < json_count(four); k++)
        net_list_add(build, &list, json_at(four, k), "Ipv4Prefix", 4, PART_INTERFACES, interface->id);
    for (size_t k = 0; k < json_count(six); k++)
        net_list_add(build, &list, json_at(six, k), "Ipv6Prefix", 6, PART_INTERFACES, interface->id);
    interface->prefixes = net_list_end(&list, &interface->n_prefixes);
}

/* ---- an interface ---- */

static int read_timeout(const struct json_t *item, const char *name)
{
    int64_t seconds = json_number(json_member(item, "ConnectionTrackingConfiguration"), name, 0);
    return seconds > 0 && seconds <= 432000 ? (int)seconds : 0;
}

/* Without groups nothing filters its traffic, so that has to be told, and each group by its id. */
static bool tells_groups(const struct json_t *item)
{
    static const char *const types[] = {"nat_gateway", "transit_gateway", "gateway_load_balancer_endpoint"};
    const struct json_t *groups = json_member(item, "Groups");
    struct slice type = json_text(item, "InterfaceType");
    for (size_t k = 0; k < ARRAY_SIZE(types); k++)
        if (slice_is_nocase(type, slice_of(types[k]))) /* has none */
            return true;
    for (size_t k = 0; k < json_count(groups); k++)
        if (!json_text(json_at(groups, k), "GroupId").len)
            return false;
    return groups != NULL;
}

/* One that does not tell its groups has one that nobody knows: its id is "". */
static void read_groups(struct build *build, const struct json_t *item, struct vpc_interface *interface)
{
    size_t n;
    const weir_safe *ids = build_texts(build, json_member(item, "Groups"), "GroupId", &n);
    interface->group_ids = ids;
    interface->n_group_ids = n;
    if (tells_groups(item))
        return;
    weir_safe *more = build_take(build, n + 1, sizeof *more);
    if (!more)
        return;
    build_doubt(build, PART_INTERFACES, "%s does not tell its groups", interface->id.text);
    more[0] = WEIR_SAFE("");
    if (n)
        memcpy(more + 1, ids, n * sizeof *ids);
    interface->group_ids = more;
    interface->n_group_ids = n + 1;
}

enum made read_interface(struct build *build, const struct json_t *item, void *out)
{
    struct vpc_interface *interface = out;
    const struct json_t *attachment = json_member(item, "Attachment");
    interface->name = build_tag(build, item, "TagSet", "Name");
    interface->type = build_text(build, item, "InterfaceType");
    interface->description = build_text(build, item, "Description");
    interface->status = build_text(build, item, "Status");
    interface->vpc_id = build_text(build, item, "VpcId");
    interface->subnet_id = build_text(build, item, "SubnetId");
    interface->zone = build_text(build, item, "AvailabilityZone");
    interface->account = build_text(build, item, "OwnerId");
    interface->requester = build_text(build, item, "RequesterId");
    interface->instance_id = build_text(build, attachment, "InstanceId");
    interface->attachment_status = build_text(build, attachment, "Status");
    interface->label = interface->id;
    interface->source_dest_check = !json_member(item, "SourceDestCheck") || json_flag(item, "SourceDestCheck");
    interface->requester_managed = json_flag(item, "RequesterManaged");
    interface->tcp_established_s = read_timeout(item, "TcpEstablishedTimeout");
    interface->udp_stream_s = read_timeout(item, "UdpStreamTimeout");
    interface->udp_s = read_timeout(item, "UdpTimeout");
    read_groups(build, item, interface);
    read_addresses(build, item, interface);
    read_prefixes(build, item, interface);
    return MADE;
}

void link_interface(struct build *build, void *at)
{
    struct vpc_interface *interface = at;
    const struct inventory *inventory = build->inventory;
    const struct vpc_group **groups = build_take(build, interface->n_group_ids, sizeof(struct vpc_group *));
    interface->vpc = inventory_vpc(inventory, interface->vpc_id.text);
    interface->subnet = inventory_subnet(inventory, interface->subnet_id.text);
    interface->instance = inventory_instance(inventory, interface->instance_id.text);
    for (size_t k = 0; groups && k < interface->n_group_ids; k++) {
        const struct vpc_group *group = inventory_group(inventory, interface->group_ids[k].text);
        if (group)
            groups[interface->n_groups++] = group;
    }
    interface->groups = groups;
}

/* ---- members of groups ---- */

void build_members(struct build *build)
{
    const struct things *interfaces = &build->inventory->things[THING_INTERFACE];
    const struct things *groups = &build->inventory->things[THING_GROUP];
    size_t *counts = build_take(build, groups->n, sizeof *counts);
    if (!counts)
        return;
    for (size_t k = 0; k < interfaces->n; k++) {
        const struct vpc_interface *interface = things_nth(interfaces, k);
        for (size_t at = 0; at < interface->n_groups; at++)
            counts[interface->groups[at] - (struct vpc_group *)(void *)groups->at]++;
    }
    for (size_t k = 0; k < groups->n; k++) {
        struct vpc_group *group = things_nth(groups, k);
        group->members = build_take(build, counts[k], sizeof *group->members);
    }
    for (size_t k = 0; k < interfaces->n && !build->is_out_of_memory; k++) {
        const struct vpc_interface *interface = things_nth(interfaces, k);
        for (size_t at = 0; at < interface->n_groups; at++) {
            struct vpc_group *group = (struct vpc_group *)(void *)interface->groups[at];
            ((const struct vpc_interface **)(void *)group->members)[group->n_members++] = interface;
        }
    }
}

/* ---- instances ---- */

enum made read_instance(struct build *build, const struct json_t *item, void *out)
{
    struct vpc_instance *instance = out;
    instance->name = build_tag(build, item, "Tags", "Name");
    instance->state = build_text(build, json_member(item, "State"), "Name");
    return MADE;
}
