/* demo_net.c - the account of the demo: its interfaces, and the addresses of the world around it. All
 * addresses are of the documentation ranges, but for the private ones. */
#include "source/demo.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/scope.h"

const struct subnet demo_subnets[SUBNETS] = {
    [PUBLIC_A] = {"subnet-0aa11bb22cc33dd44", "shop-public-a", "us-east-1a", "use1-az1", "10.0.1.0/24",
                  "2001:db8:1234:100::/64", true},
    [PUBLIC_B] = {"subnet-0bb11cc22dd33ee44", "shop-public-b", "us-east-1b", "use1-az2", "10.0.2.0/24",
                  "2001:db8:1234:200::/64", true},
    [APP_A] = {"subnet-0cc11dd22ee33ff44", "shop-app-a", "us-east-1a", "use1-az1", "10.0.11.0/24", NULL, false},
    [APP_B] = {"subnet-0dd11ee22ff33aa44", "shop-app-b", "us-east-1b", "use1-az2", "10.0.12.0/24", NULL, false},
    [DATA_A] = {"subnet-0ee11ff22aa33bb44", "shop-data-a", "us-east-1a", "use1-az1", "10.0.21.0/24", NULL, false},
    [DATA_B] = {"subnet-0ff11aa22bb33cc44", "shop-data-b", "us-east-1b", "use1-az2", "10.0.22.0/24", NULL, false},
};

const struct interface demo_interfaces[INTERFACES] = {
    [WEB_1] = {"eni-0a1000000000000a1", DEMO_VPC, PUBLIC_A, "i-0a1000000000000a1", "use1-az1", "10.0.1.10",
               "2001:db8:1234:100::10", 7, true},
    [WEB_2] = {"eni-0a2000000000000a2", DEMO_VPC, PUBLIC_B, "i-0a2000000000000a2", "use1-az2", "10.0.2.10",
               "2001:db8:1234:200::10", 31, true},
    [WEB_3] = {"eni-0a3000000000000a3", DEMO_VPC, PUBLIC_B, "i-0a3000000000000a3", "use1-az2", "10.0.2.11",
               "2001:db8:1234:200::11", 52, true},
    [APP_1] = {"eni-0b1000000000000b1", DEMO_VPC, APP_A, "i-0b1000000000000b1", "use1-az1", "10.0.11.20", NULL, 18,
               false},
    [APP_2] = {"eni-0b2000000000000b2", DEMO_VPC, APP_B, "i-0b2000000000000b2", "use1-az2", "10.0.12.20", NULL, 43,
               false},
    [DB_1] = {"eni-0c1000000000000c1", DEMO_VPC, DATA_A, "i-0c1000000000000c1", "use1-az1", "10.0.21.30", NULL, 25,
              false},
    [DB_2] = {"eni-0c2000000000000c2", DEMO_VPC, DATA_B, "i-0c2000000000000c2", "use1-az2", "10.0.22.30", NULL, 37,
              false},
    [NAT] = {"eni-0d1000000000000d1", DEMO_VPC, PUBLIC_A, "-", "use1-az1", "10.0.1.5", NULL, 3, true},
};

/* splitmix64: a counter through a mixer. */
uint64_t chance_next(struct chance *chance)
{
    uint64_t z = chance->state += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

struct chance chance_of(uint64_t seed, int64_t moment, uint64_t salt)
{
    struct chance chance = {seed};
    chance.state = chance_next(&chance) ^ (uint64_t)moment;
    chance.state = chance_next(&chance) ^ salt;
    chance_next(&chance);
    return chance;
}

uint32_t chance_below(struct chance *chance, uint32_t bound)
{
    return (uint32_t)((chance_next(chance) >> 32) * bound >> 32);
}

uint32_t chance_between(struct chance *chance, uint32_t from, uint32_t to)
{
    return from + chance_below(chance, to - from + 1);
}

struct peer peer_of(const char *text)
{
    struct peer peer;
    snprintf(peer.text, sizeof peer.text, "%s", text);
    return peer;
}

static struct peer host_of(const char *net, uint32_t host)
{
    struct peer peer;
    snprintf(peer.text, sizeof peer.text, "%s%" PRIu32, net, host);
    return peer;
}

/* A few clients come again and again, most only sometimes. */
struct peer peer_client4(struct chance *chance)
{
    uint32_t regular = chance_below(chance, 3);
    return host_of("203.0.113.", regular ? 10 + chance_below(chance, 12) : 30 + chance_below(chance, 220));
}

struct peer peer_client6(struct chance *chance)
{
    struct peer peer;
    snprintf(peer.text, sizeof peer.text, "2001:db8:%" PRIx32 ":%" PRIx32 "::%" PRIx32, 0xa + chance_below(chance, 6),
             1 + chance_below(chance, 4), 1 + chance_below(chance, 64));
    return peer;
}

struct peer peer_mirror(struct chance *chance)
{
    return host_of("198.51.100.", 200 + chance_below(chance, 12));
}

struct peer peer_scanner(struct chance *chance)
{
    return chance_below(chance, 5) < 3 ? host_of("198.51.100.", 2 + chance_below(chance, 180))
                                       : host_of("192.0.2.", 2 + chance_below(chance, 70));
}
