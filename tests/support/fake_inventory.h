/* fake_inventory.h - an inventory as far as the evaluators ask for one: who owns an address, and what is known. It
 * stands in for core/vpc/inventory.c, which is not linked then. */
#ifndef WEIR_SUPPORT_FAKE_INVENTORY_H
#define WEIR_SUPPORT_FAKE_INVENTORY_H

#include <string.h>

#include "vpc/inventory.h"

enum { FAKE_OWNERS = 64 };

struct inventory {
    enum part_state parts[PART_COUNT];
    weir_safe account;
    struct {
        const char *vpc_id;
        weir_addr addr;
        const struct vpc_interface *interface;
    } owners[FAKE_OWNERS];
    size_t n_owners;
    size_t asked; /* how often for an owner */
};

enum part_state inventory_part(const struct inventory *inventory, enum part part)
{
    return inventory->parts[part];
}

weir_safe inventory_account(const struct inventory *inventory)
{
    return inventory->account.text ? inventory->account : WEIR_SAFE("");
}

const struct vpc_interface *inventory_address_owner(const struct inventory *inventory, const char *vpc_id,
                                                    const weir_addr *addr)
{
    ((struct inventory *)inventory)->asked++;
    for (size_t k = 0; k < inventory->n_owners; k++)
        if (addr_compare(&inventory->owners[k].addr, addr) == 0 &&
            (!*vpc_id || strcmp(inventory->owners[k].vpc_id, vpc_id) == 0))
            return inventory->owners[k].interface;
    return NULL;
}

static inline void fake_known(struct inventory *inventory)
{
    for (int part = 0; part < PART_COUNT; part++)
        inventory->parts[part] = PART_KNOWN;
}

static inline void fake_owner(struct inventory *inventory, const char *vpc_id, weir_addr addr,
                              const struct vpc_interface *interface)
{
    size_t k = inventory->n_owners++;
    inventory->owners[k].vpc_id = vpc_id;
    inventory->owners[k].addr = addr;
    inventory->owners[k].interface = interface;
}

#endif
