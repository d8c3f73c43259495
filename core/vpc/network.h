/* network.h - what is inside a weir_network, for the rooms that evaluate. */
#ifndef WEIR_VPC_NETWORK_H
#define WEIR_VPC_NETWORK_H

#include "vpc/inventory.h"
#include "weir/network.h"

/* The newest inventory; NULL = none yet. Borrowed until the next pump. */
const struct inventory *network_inventory(const weir_network *network);

/* The inventory that held at a time: the newest one taken at or before `t`, else the oldest that is kept. At most
 * NETWORKS_KEPT of different content are. *exact: it was taken before `t` and a later one, taken after `t`, is equal.
 */
const struct inventory *network_inventory_at(const weir_network *network, int64_t t, bool *exact);

/* All states that are kept, by time, the oldest first; NULL past the last. Borrowed until the next pump. */
struct edition;
const struct edition *network_edition(const weir_network *network, size_t k);

#endif
