/* inventory_state.h - what is inside an inventory, for the files that build it and look things up. Of the vpc room. */
#ifndef WEIR_VPC_INVENTORY_STATE_H
#define WEIR_VPC_INVENTORY_STATE_H

#include "vpc/inventory.h"
#include "vpc/pool.h"

enum thing {
    THING_INTERFACE,
    THING_GROUP,
    THING_ACL,
    THING_SUBNET,
    THING_VPC,
    THING_INSTANCE,
    THING_ROUTE_TABLE,
    THING_GATEWAY,
    THING_NAT,
    THING_PEERING,
    THING_ENDPOINT,
    THING_PREFIX_LIST,
    THING_ATTACHMENT,
    THING_TRANSIT_TABLE,
    THING_COUNT
};

/* All of a kind, in the order of ids, and a hash of the ids. */
struct things {
    char *at;
    size_t n, size, id_at; /* size of one; where its id is */
    uint32_t *slots;       /* number + 1, 0 = free */
    size_t mask;
};

/* An address or network and what has it. */
struct holder {
    struct net net; /* of an address: /32 or /128 */
    void *of;       /* struct vpc_interface, struct vpc_subnet */
    weir_safe vpc_id;
};

/* Sorted by (family, prefix, address), then by the order of `of`. */
struct holders {
    struct holder *at;
    size_t n;
    uint64_t prefixes[2][3]; /* bits: prefix lengths that occur, of IPv4 and IPv6 */
};

struct inventory {
    struct pool pool;
    weir_safe region, account;
    int64_t taken;
    enum part_state states[PART_COUNT];
    weir_safe words[PART_COUNT];
    const weir_safe *warnings;
    size_t n_warnings;
    enum bpa_mode bpa;
    struct things things[THING_COUNT];
    struct holders privates, publics, delegated, subnets;
    const struct vpc_gateway **gateways; /* attached, by (VPC, kind) */
    size_t n_gateways;
    const struct vpc_attachment **attachments; /* of VPCs, by (VPC, transit gateway) */
    size_t n_attachments;
};

static inline void *things_nth(const struct things *things, size_t k)
{
    return k < things->n ? things->at + k * things->size : NULL;
}

weir_safe things_id(const struct things *things, size_t k);
void *things_find(const struct things *things, const char *id); /* NULL = none */
/* Makes the hash; the things must be sorted. False = out of memory. */
bool things_index(struct things *things, struct pool *pool);

/* Sorts them and notes the prefix lengths. */
void holders_settle(struct holders *holders);
/* The first holder of exactly that network, NULL = none; *end is behind the last. */
const struct holder *holders_find(const struct holders *holders, const struct net *net, const struct holder **end);
int net_compare(const struct net *a, const struct net *b); /* family, prefix, address */

#endif
