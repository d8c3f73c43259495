/* path_drift.c - traffic-path, the way that the record says it left by, against the route that is there now.
 * docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html, traffic-path */
#include "base/scope.h"
#include "explain/path_walk.h"

#define BIT(path)    (1u << (path))
#define LEFT_BY(way) "the record left by " way ", the route table says another way now"

static const char *const words[] = {
    [1] = LEFT_BY("the VPC itself"),
    [2] = LEFT_BY("an internet gateway or a gateway endpoint"),
    [3] = LEFT_BY("a virtual private gateway"),
    [4] = LEFT_BY("a peering connection of the region"),
    [5] = LEFT_BY("a peering connection to another region"),
    [6] = LEFT_BY("a local gateway"),
    [7] = LEFT_BY("a gateway endpoint"),
    [8] = LEFT_BY("an internet gateway"),
};

/* Values of traffic-path that fit a target; 0 = any may. What has an interface in the VPC counts as 1. */
static const unsigned fitting[] = {
    [TARGET_LOCAL] = BIT(1),
    [TARGET_INTERNET_GATEWAY] = BIT(2) | BIT(8),
    [TARGET_EGRESS_GATEWAY] = 0,
    [TARGET_NAT_GATEWAY] = BIT(1),
    [TARGET_INTERFACE] = BIT(1),
    [TARGET_INSTANCE] = BIT(1),
    [TARGET_PEERING] = BIT(4) | BIT(5),
    [TARGET_TRANSIT_GATEWAY] = BIT(1),
    [TARGET_VPN_GATEWAY] = BIT(3),
    [TARGET_ENDPOINT] = BIT(1) | BIT(2) | BIT(7),
    [TARGET_LOCAL_GATEWAY] = BIT(6),
    [TARGET_CARRIER_GATEWAY] = 0,
    [TARGET_CORE_NETWORK] = 0,
};

static unsigned expected(const struct path *path)
{
    for (size_t k = 0; k < path->n && !path->hop[k].reply; k++) {
        const struct hop *hop = &path->hop[k];
        if (hop->kind != HOP_ROUTE_TABLE)
            continue;
        if (hop->verdict == WEIR_HOP_UNKNOWN)
            return 0;
        return hop->route.route ? fitting[hop->route.route->kind] : BIT(31);
    }
    return BIT(1);
}

void path_compare(const struct flow *flow, struct path *path)
{
    int32_t told = flow->record->traffic_path;
    if (flow->direction != DIRECTION_OUT || told < 1 || (size_t)told >= ARRAY_SIZE(words))
        return;
    unsigned fits = expected(path);
    path->drift = fits != 0 && !(fits & BIT(told));
    path->drift_words = path->drift ? words[told] : NULL;
}
