/* build_address.c - which address belongs to whom, as sorted lists; Elastic IP addresses. */
#include <string.h>

#include "vpc/build.h"

void build_elastic_addresses(struct build *build)
{
    const struct json_t *items = build->capture->parts[PART_ADDRESSES].items;
    for (size_t k = 0; k < json_count(items); k++) {
        const struct json_t *item = json_at(items, k);
        weir_addr private_addr, public_addr;
        const struct vpc_interface *interface =
            inventory_interface(build->inventory, build_text(build, item, "NetworkInterfaceId").text);
        if (!interface || !build_addr(item, "PrivateIpAddress", &private_addr) ||
            !(build_addr(item, "PublicIp", &public_addr) || build_addr(item, "CarrierIp", &public_addr)))
            continue;
        struct vpc_address *addresses = (struct vpc_address *)(void *)interface->addresses;
        for (size_t at = 0; at < interface->n_addresses; at++)
            if (addr_compare(&addresses[at].addr, &private_addr) == 0 && !addresses[at].public_addr.family)
                addresses[at].public_addr = public_addr;
    }
}

static bool begin(struct build *build, struct holders *holders, size_t n)
{
    holders->at = build_take(build, n, sizeof *holders->at);
    return !build->is_out_of_memory;
}

static void hold(struct holders *holders, const struct net *net, void *of, weir_safe vpc_id)
{
    holders->at[holders->n++] = (struct holder){*net, of, vpc_id};
}

static void hold_addr(struct holders *holders, const weir_addr *addr, struct vpc_interface *interface)
{
    struct net net = {.addr = *addr, .prefix = addr->family == 6 ? 128 : 32};
    hold(holders, &net, interface, interface->vpc_id);
}

static void hold_interface(struct inventory *inventory, struct vpc_interface *interface)
{
    for (size_t k = 0; k < interface->n_addresses; k++) {
        hold_addr(&inventory->privates, &interface->addresses[k].addr, interface);
        if (interface->addresses[k].public_addr.family)
            hold_addr(&inventory->publics, &interface->addresses[k].public_addr, interface);
    }
    for (size_t k = 0; k < interface->n_prefixes; k++)
        hold(&inventory->delegated, &interface->prefixes[k], interface, interface->vpc_id);
}

/* Who has an address that two interfaces of one VPC say they have cannot be told. */
static void doubt_shared(struct build *build)
{
    const struct holders *all = &build->inventory->privates;
    for (size_t k = 1; k < all->n; k++) {
        const struct holder *one = &all->at[k - 1], *other = &all->at[k];
        if (net_compare(&one->net, &other->net) != 0 || one->vpc_id.text != other->vpc_id.text)
            continue;
        char text[ADDR_TEXT_MAX];
        addr_print(&one->net.addr, text);
        build_doubt(build, PART_INTERFACES, "%s and %s both have %s", ((struct vpc_interface *)one->of)->id.text,
                    ((struct vpc_interface *)other->of)->id.text, text);
    }
}

static void hold_interfaces(struct build *build)
{
    struct inventory *inventory = build->inventory;
    const struct things *interfaces = &inventory->things[THING_INTERFACE];
    size_t n_addresses = 0, n_prefixes = 0;
    for (size_t k = 0; k < interfaces->n; k++) {
        const struct vpc_interface *interface = things_nth(interfaces, k);
        n_addresses += interface->n_addresses;
        n_prefixes += interface->n_prefixes;
    }
    if (!begin(build, &inventory->privates, n_addresses) || !begin(build, &inventory->publics, n_addresses) ||
        !begin(build, &inventory->delegated, n_prefixes))
        return;
    for (size_t k = 0; k < interfaces->n; k++)
        hold_interface(inventory, things_nth(interfaces, k));
}

static void hold_subnets(struct build *build)
{
    struct inventory *inventory = build->inventory;
    const struct things *subnets = &inventory->things[THING_SUBNET];
    size_t n = 0;
    for (size_t k = 0; k < subnets->n; k++)
        n += ((const struct vpc_subnet *)things_nth(subnets, k))->n_nets;
    if (!begin(build, &inventory->subnets, n))
        return;
    for (size_t k = 0; k < subnets->n; k++) {
        struct vpc_subnet *subnet = things_nth(subnets, k);
        for (size_t at = 0; at < subnet->n_nets; at++)
            hold(&inventory->subnets, &subnet->nets[at], subnet, subnet->vpc_id);
    }
}

void build_holders(struct build *build)
{
    struct inventory *inventory = build->inventory;
    hold_interfaces(build);
    hold_subnets(build);
    if (build->is_out_of_memory)
        return;
    holders_settle(&inventory->privates);
    holders_settle(&inventory->publics);
    holders_settle(&inventory->delegated);
    holders_settle(&inventory->subnets);
    doubt_shared(build);
}
