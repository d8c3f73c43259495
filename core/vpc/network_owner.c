/* network_owner.c - what an address is called: who has it in the inventory, AWS, the ranges that nobody routes, the
 * world. */
#include <string.h>

#include "base/addr.h"
#include "base/scope.h"
#include "vpc/network_state.h"

/* The first row that holds the address. Services that every VPC has at link-local addresses
 * (docs.aws.amazon.com/vpc/latest/userguide/flow-logs-limitations.html), then the ranges of RFC 1918, 6598, 4193, 3927,
 * 4291 and 5771. */
static const struct {
    const char *net, *name;
} reserved[] = {
    {"169.254.169.253/32", "Amazon DNS"},
    {"fd00:ec2::253/128", "Amazon DNS"},
    {"169.254.169.254/32", "instance metadata"},
    {"fd00:ec2::254/128", "instance metadata"},
    {"169.254.169.123/32", "Amazon Time Sync"},
    {"fd00:ec2::123/128", "Amazon Time Sync"},
    {"10.0.0.0/8", "private"},
    {"172.16.0.0/12", "private"},
    {"192.168.0.0/16", "private"},
    {"100.64.0.0/10", "private"},
    {"fc00::/7", "private"},
    {"169.254.0.0/16", "link-local"},
    {"fe80::/10", "link-local"},
    {"127.0.0.0/8", "loopback"},
    {"::1/128", "loopback"},
    {"224.0.0.0/4", "multicast"},
    {"ff00::/8", "multicast"},
};

static weir_safe reserved_name(const weir_addr *addr)
{
    for (size_t k = 0; k < ARRAY_SIZE(reserved); k++) {
        struct net net;
        if (net_parse(reserved[k].net, strlen(reserved[k].net), &net) && net_contains(&net, addr))
            return (weir_safe){reserved[k].name};
    }
    return WEIR_SAFE("");
}

static weir_safe label_of(const weir_network *network, const char *vpc_id, const weir_addr *addr)
{
    const struct inventory *inventory = network_inventory(network);
    const struct vpc_interface *interface =
        inventory ? inventory_address_owner(inventory, vpc_id ? vpc_id : "", addr) : NULL;
    return interface ? interface->label : WEIR_SAFE("");
}

weir_safe weir_network_owner(const weir_network *network, const char *vpc_id, const weir_addr *addr)
{
    weir_safe name = label_of(network, vpc_id, addr);
    if (!*name.text && vpc_id && *vpc_id)
        name = label_of(network, "", addr);
    if (!*name.text)
        name = reserved_name(addr);
    if (!*name.text && network->ranges)
        name = ranges_service(network->ranges, addr);
    if (!*name.text && network->geo)
        name = geo_words(network->geo, addr, network->owner, NETWORK_OWNER_BYTES);
    return name;
}
