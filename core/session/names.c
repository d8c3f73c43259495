/* names.c - names by address and by interface. Most rows repeat addresses and interfaces of others in their block: the
 * answers are kept as ids of the block's own texts, so that a row is a look-up or two. */
#include "session/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/scope.h"
#include "vpc/network.h"

enum { ADDRESSES = 8192 /* a power of two */, LIST_BYTES = 1024 };

struct address_name {
    weir_addr addr;
    uint32_t vpc;   /* of the interface, by its place in interfaces[] + 1 */
    uint32_t turn;  /* names.turn when it was looked up */
    uint32_t id[2]; /* as source, as destination; UNASKED or an id of the block */
};

struct interface_name {
    const struct vpc_interface *interface; /* NULL = not in the inventory */
    uint32_t turn, name, groups;           /* name, groups: ids of the block */
};

struct names {
    const weir_network *network;
    uint32_t turn; /* counts the calls: ids of another one mean nothing */
    struct address_name address[ADDRESSES];
    struct interface_name *interfaces; /* by the id of interface-id in the block */
    size_t n_interfaces;
};

enum { UNASKED = UINT32_MAX - 1 };

struct names *names_new(const weir_network *network)
{
    struct names *names = calloc(1, sizeof *names);
    if (names)
        names->network = network;
    return names;
}

void names_free(struct names *names)
{
    if (names)
        free(names->interfaces);
    free(names);
}

size_t names_bytes(const struct names *names)
{
    return names ? sizeof *names + names->n_interfaces * sizeof *names->interfaces : 0;
}

static uint32_t id_of(struct block *block, weir_field field, weir_safe text)
{
    uint32_t id = DERIVED_NULL;
    if (*text.text && block_derived_id(block, field, text, &id) != WEIR_OK)
        id = DERIVED_NULL;
    return id;
}

/* ---- interfaces ---- */

static size_t join(char *list, size_t len, const char *text)
{
    size_t n = strlen(text);
    if (!n || len + n + 2 > LIST_BYTES)
        return len;
    if (len)
        list[len++] = '|';
    memcpy(list + len, text, n + 1);
    return len + n;
}

/* Names before ids, since the first is what fits into a column. */
static weir_safe group_list(const struct vpc_interface *interface, char list[LIST_BYTES])
{
    size_t len = 0;
    *list = '\0';
    for (size_t k = 0; k < interface->n_groups; k++)
        len = join(list, len, interface->groups[k]->name.text);
    for (size_t k = 0; k < interface->n_group_ids; k++)
        len = join(list, len, interface->group_ids[k].text);
    return (weir_safe){list};
}

static bool make_room(struct names *names, size_t n)
{
    if (n <= names->n_interfaces)
        return true;
    struct interface_name *more = reallocarray(names->interfaces, n, sizeof *more);
    if (!more)
        return false;
    memset(more + names->n_interfaces, 0, (n - names->n_interfaces) * sizeof *more);
    names->interfaces = more;
    names->n_interfaces = n;
    return true;
}

static struct interface_name *interface_of(struct names *names, struct block *block, uint32_t row)
{
    const struct column *ids = block->column[WEIR_F_INTERFACE_ID];
    if (!ids || column_is_null(ids, row))
        return NULL;
    uint32_t id = (uint32_t)column_number(ids, row);
    if (!make_room(names, dict_count(ids->dict)))
        return NULL;
    struct interface_name *name = &names->interfaces[id];
    if (name->turn == names->turn)
        return name;
    const struct inventory *inventory = network_inventory(names->network);
    *name = (struct interface_name){.turn = names->turn, .name = DERIVED_NULL, .groups = DERIVED_NULL};
    name->interface = inventory ? inventory_interface(inventory, dict_text(ids->dict, id).text) : NULL;
    if (name->interface) {
        char list[LIST_BYTES];
        name->name = id_of(block, WEIR_F_INTERFACE_NAME, name->interface->label);
        name->groups = id_of(block, WEIR_F_SECURITY_GROUPS, group_list(name->interface, list));
    }
    return name;
}

/* ---- addresses ---- */

static const struct side {
    weir_field addr, name, service;
} sides[] = {
    {WEIR_F_SRCADDR, WEIR_F_SRC_NAME, WEIR_F_PKT_SRC_AWS_SERVICE},
    {WEIR_F_DSTADDR, WEIR_F_DST_NAME, WEIR_F_PKT_DST_AWS_SERVICE},
};

static struct address_name *slot_of(struct names *names, const weir_addr *addr, uint32_t vpc)
{
    uint64_t words[2], hash = vpc;
    memcpy(words, addr->bytes, sizeof words);
    hash = (hash ^ words[0]) * 0x9e3779b97f4a7c15u;
    hash = (hash ^ words[1] ^ hash >> 29) * 0xbf58476d1ce4e5b9u;
    struct address_name *slot = &names->address[(hash ^ hash >> 32) & (ADDRESSES - 1)];
    if (slot->turn != names->turn || slot->vpc != vpc || memcmp(&slot->addr, addr, sizeof *addr) != 0)
        *slot = (struct address_name){.addr = *addr, .vpc = vpc, .turn = names->turn, .id = {UNASKED, UNASKED}};
    return slot;
}

/* The service that the record names, where nothing else is known of the address. */
static uint32_t service_of(struct block *block, const struct side *side, uint32_t row)
{
    const struct column *services = block->column[side->service];
    if (!services || column_is_null(services, row))
        return DERIVED_NULL;
    return id_of(block, side->name, dict_text(services->dict, (uint32_t)column_number(services, row)));
}

static void name_side(struct names *names, struct block *block, uint32_t row, int k, const struct interface_name *at)
{
    const struct side *side = &sides[k];
    const struct column *addrs = block->column[side->addr];
    uint32_t id = DERIVED_NULL;
    if (addrs && !column_is_null(addrs, row)) {
        weir_addr addr = column_addr(addrs, row);
        const struct vpc_interface *interface = at ? at->interface : NULL;
        uint32_t vpc = interface ? (uint32_t)(at - names->interfaces) + 1 : 0;
        struct address_name *slot = slot_of(names, &addr, vpc);
        if (slot->id[k] == UNASKED)
            slot->id[k] = id_of(block, side->name,
                                weir_network_owner(names->network, interface ? interface->vpc_id.text : NULL, &addr));
        id = slot->id[k] == DERIVED_NULL ? service_of(block, side, row) : slot->id[k];
    }
    (void)block_derive(block, side->name, row, id);
}

void names_fill(struct names *names, struct block *block, uint32_t from, uint32_t to)
{
    names->turn++;
    for (uint32_t row = from; row < to; row++) {
        const struct interface_name *at = interface_of(names, block, row);
        (void)block_derive(block, WEIR_F_INTERFACE_NAME, row, at ? at->name : DERIVED_NULL);
        (void)block_derive(block, WEIR_F_SECURITY_GROUPS, row, at ? at->groups : DERIVED_NULL);
        for (int k = 0; k < (int)ARRAY_SIZE(sides); k++)
            name_side(names, block, row, k, at);
    }
}
