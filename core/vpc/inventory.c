/* inventory.c - looking things up: ids by a hash, addresses and networks by sorted lists. */
#include "vpc/inventory.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/scope.h"
#include "vpc/inventory_state.h"

void inventory_free(struct inventory *inventory)
{
    if (!inventory)
        return;
    vpc_pool_done(&inventory->pool);
    free(inventory);
}

/* ---- ids ---- */

weir_safe things_id(const struct things *things, size_t k)
{
    return *(const weir_safe *)(const void *)(things->at + k * things->size + things->id_at);
}

bool things_index(struct things *things, struct pool *pool)
{
    size_t room = 8;
    while (room < things->n * 2)
        room *= 2;
    things->slots = vpc_pool_take(pool, room * sizeof *things->slots);
    if (!things->slots)
        return false;
    things->mask = room - 1;
    for (size_t k = 0; k < things->n; k++) {
        const char *id = things_id(things, k).text;
        size_t at = XXH3_64bits(id, strlen(id)) & things->mask;
        while (things->slots[at])
            at = (at + 1) & things->mask;
        things->slots[at] = (uint32_t)k + 1;
    }
    return true;
}

void *things_find(const struct things *things, const char *id)
{
    if (!things->slots || !id || !*id)
        return NULL;
    size_t at = XXH3_64bits(id, strlen(id)) & things->mask;
    for (; things->slots[at]; at = (at + 1) & things->mask)
        if (strcmp(things_id(things, things->slots[at] - 1).text, id) == 0)
            return things_nth(things, things->slots[at] - 1);
    return NULL;
}

#define FINDER(function, type, thing)                                              \
    const struct type *function(const struct inventory *inventory, const char *id) \
    {                                                                              \
        return things_find(&inventory->things[thing], id);                         \
    }
FINDER(inventory_interface, vpc_interface, THING_INTERFACE)
FINDER(inventory_group, vpc_group, THING_GROUP)
FINDER(inventory_acl, vpc_acl, THING_ACL)
FINDER(inventory_subnet, vpc_subnet, THING_SUBNET)
FINDER(inventory_vpc, vpc, THING_VPC)
FINDER(inventory_instance, vpc_instance, THING_INSTANCE)
FINDER(inventory_route_table, vpc_route_table, THING_ROUTE_TABLE)
FINDER(inventory_gateway, vpc_gateway, THING_GATEWAY)
FINDER(inventory_nat, vpc_nat, THING_NAT)
FINDER(inventory_peering, vpc_peering, THING_PEERING)
FINDER(inventory_endpoint, vpc_endpoint, THING_ENDPOINT)
FINDER(inventory_prefix_list, vpc_prefix_list, THING_PREFIX_LIST)
FINDER(inventory_attachment, vpc_attachment, THING_ATTACHMENT)
FINDER(inventory_transit_table, vpc_transit_table, THING_TRANSIT_TABLE)

#define NTH(function, type, thing)                                           \
    const struct type *function(const struct inventory *inventory, size_t k) \
    {                                                                        \
        return things_nth(&inventory->things[thing], k);                     \
    }
NTH(inventory_nth_interface, vpc_interface, THING_INTERFACE)
NTH(inventory_nth_group, vpc_group, THING_GROUP)
NTH(inventory_nth_acl, vpc_acl, THING_ACL)
NTH(inventory_nth_subnet, vpc_subnet, THING_SUBNET)
NTH(inventory_nth_vpc, vpc, THING_VPC)
NTH(inventory_nth_route_table, vpc_route_table, THING_ROUTE_TABLE)
NTH(inventory_nth_peering, vpc_peering, THING_PEERING)
NTH(inventory_nth_attachment, vpc_attachment, THING_ATTACHMENT)

/* ---- the whole ---- */

weir_safe inventory_region(const struct inventory *inventory)
{
    return inventory->region;
}

weir_safe inventory_account(const struct inventory *inventory)
{
    return inventory->account;
}

int64_t inventory_taken(const struct inventory *inventory)
{
    return inventory->taken;
}

enum part_state inventory_part(const struct inventory *inventory, enum part part)
{
    return inventory->states[part];
}

weir_safe inventory_part_words(const struct inventory *inventory, enum part part)
{
    return inventory->words[part];
}

bool inventory_warning(const struct inventory *inventory, size_t k, weir_safe *out)
{
    if (k >= inventory->n_warnings)
        return false;
    *out = inventory->warnings[k];
    return true;
}

size_t inventory_bytes(const struct inventory *inventory)
{
    return sizeof *inventory + inventory->pool.bytes;
}

enum bpa_mode inventory_bpa(const struct inventory *inventory)
{
    return inventory->bpa;
}

/* ---- addresses ---- */

int net_compare(const struct net *a, const struct net *b)
{
    if (a->addr.family != b->addr.family)
        return a->addr.family < b->addr.family ? -1 : 1;
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    return memcmp(a->addr.bytes, b->addr.bytes, sizeof a->addr.bytes);
}

static int compare_holders(const void *a, const void *b)
{
    const struct holder *one = a, *other = b;
    int order = net_compare(&one->net, &other->net);
    if (!order)
        order = strcmp(one->vpc_id.text, other->vpc_id.text);
    return order ? order : one->of < other->of ? -1 : one->of > other->of;
}

void holders_settle(struct holders *holders)
{
    if (holders->n)
        qsort(holders->at, holders->n, sizeof *holders->at, compare_holders);
    for (size_t k = 0; k < holders->n; k++) {
        const struct net *net = &holders->at[k].net;
        holders->prefixes[net->addr.family == 6][net->prefix / 64] |= 1ull << net->prefix % 64;
    }
}

const struct holder *holders_find(const struct holders *holders, const struct net *net, const struct holder **end)
{
    size_t low = 0, high = holders->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (net_compare(&holders->at[middle].net, net) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    size_t last = low;
    while (last < holders->n && net_compare(&holders->at[last].net, net) == 0)
        last++;
    *end = holders->at + last;
    return last > low ? holders->at + low : NULL;
}

/* What holds the network in a VPC; "" = in any, if only one does. */
static void *holder_of(const struct holders *holders, const struct net *net, const char *vpc_id)
{
    const struct holder *end, *at = holders_find(holders, net, &end);
    void *of = NULL;
    for (; at && at < end; at++) {
        if (vpc_id && *vpc_id) {
            if (strcmp(at->vpc_id.text, vpc_id) == 0)
                return at->of;
        } else if (of && at->of != of) {
            return NULL;
        } else {
            of = at->of;
        }
    }
    return of;
}

/* The same for the smallest network that an address lies in. */
static void *holder_around(const struct holders *holders, const weir_addr *addr, const char *vpc_id)
{
    const uint64_t *prefixes = holders->prefixes[addr->family == 6];
    for (int prefix = addr->family == 6 ? 128 : 32; prefix >= 0; prefix--) {
        if (!(prefixes[prefix / 64] >> prefix % 64 & 1))
            continue;
        struct net net = {.addr = *addr, .prefix = (uint8_t)prefix};
        addr_cut(&net.addr, (uint8_t)prefix, (uint8_t)prefix);
        void *of = holder_of(holders, &net, vpc_id);
        if (of)
            return of;
    }
    return NULL;
}

static struct net host_net(const weir_addr *addr)
{
    return (struct net){.addr = *addr, .prefix = addr->family == 6 ? 128 : 32};
}

const struct vpc_interface *inventory_address_owner(const struct inventory *inventory, const char *vpc_id,
                                                    const weir_addr *addr)
{
    struct net host = host_net(addr);
    const struct vpc_interface *owner = holder_of(&inventory->privates, &host, vpc_id);
    if (!owner)
        owner = holder_around(&inventory->delegated, addr, vpc_id);
    return owner ? owner : holder_of(&inventory->publics, &host, "");
}

const struct vpc_subnet *inventory_address_subnet(const struct inventory *inventory, const char *vpc_id,
                                                  const weir_addr *addr)
{
    return holder_around(&inventory->subnets, addr, vpc_id);
}

bool vpc_contains(const struct vpc *vpc, const weir_addr *addr)
{
    for (size_t k = 0; vpc && k < vpc->n_nets; k++)
        if (net_contains(&vpc->nets[k], addr))
            return true;
    return false;
}

bool interface_has_address(const struct vpc_interface *interface, const weir_addr *addr)
{
    for (size_t k = 0; k < interface->n_addresses; k++)
        if (addr_compare(&interface->addresses[k].addr, addr) == 0)
            return true;
    for (size_t k = 0; k < interface->n_prefixes; k++)
        if (net_contains(&interface->prefixes[k], addr))
            return true;
    return false;
}

/* ---- what is attached to a VPC ---- */

const struct vpc_gateway *inventory_vpc_gateway(const struct inventory *inventory, const char *vpc_id,
                                                enum gateway_kind kind)
{
    size_t low = 0, high = vpc_id && *vpc_id ? inventory->n_gateways : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct vpc_gateway *at = inventory->gateways[middle];
        int order = strcmp(at->vpc_id.text, vpc_id);
        if (order == 0)
            order = (int)at->kind - (int)kind;
        if (order == 0)
            return at;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct vpc_attachment *inventory_vpc_attachment(const struct inventory *inventory, const char *vpc_id,
                                                      const char *transit_gateway)
{
    size_t low = 0, high = vpc_id && *vpc_id && transit_gateway ? inventory->n_attachments : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct vpc_attachment *at = inventory->attachments[middle];
        int order = strcmp(at->resource_id.text, vpc_id);
        if (order == 0)
            order = strcmp(at->transit_gateway.text, transit_gateway);
        if (order == 0)
            return at;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
