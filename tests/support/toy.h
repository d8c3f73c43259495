/* toy.h - a random small network, made twice from the same choices: as the inventory's structs and in the plain form of
 * enumerate.h. 16 addresses of each family, 8 ports, 4 protocols. */
#ifndef WEIR_SUPPORT_TOY_H
#define WEIR_SUPPORT_TOY_H

#include <stdlib.h>

#include "enumerate.h"
#include "explain/evaluate.h"
#include "fake_inventory.h"

enum { TOY_GROUPS = 3, TOY_RULES = 4, TOY_HOSTS = 4, TOY_LISTS = 3, TOY_ENTRIES = 7, TOY_ROUTES = 6, TOY_PEERS = 3 };

struct toy {
    /* who is who: hosts own addresses, peer groups have hosts; the last peer group and list may be unknown */
    struct vpc_interface hosts[TOY_HOSTS];
    struct vpc_address host_addresses[TOY_HOSTS][PLAIN_ADDRESSES];
    struct net host_prefixes[TOY_HOSTS];
    const struct vpc_group *host_groups[TOY_HOSTS][TOY_PEERS];
    int owner[PLAIN_ADDRESSES]; /* host, -1 = nobody */
    struct vpc_group peers[TOY_PEERS];
    const struct vpc_interface *peer_members[TOY_PEERS][TOY_HOSTS];
    bool member[TOY_PEERS][TOY_HOSTS], far[TOY_PEERS];
    struct vpc_prefix_list lists[TOY_LISTS];
    struct net list_nets[TOY_LISTS][3];
    int list_breadth[TOY_LISTS][PLAIN_ADDRESSES]; /* 0 = does not hold it */
    bool interfaces_known;
    struct inventory inventory;
    bool with_inventory;

    struct vpc_rule rules[TOY_GROUPS][TOY_RULES + 1];
    struct vpc_group groups[TOY_GROUPS];
    const struct vpc_group *list[TOY_GROUPS];
    struct vpc_interface home;
    struct plain_rule plain_rules[TOY_GROUPS * TOY_RULES];
    const struct vpc_rule *same[TOY_GROUPS * TOY_RULES]; /* the real one of each plain rule */
    int n_groups, n_rules;

    struct vpc_acl_entry entries[TOY_ENTRIES];
    struct vpc_acl acl;
    struct plain_entry plain_entries[TOY_ENTRIES];
    struct vpc_route routes[TOY_ROUTES];
    struct vpc_route_table table;
    struct plain_route plain_routes[TOY_ROUTES];
};

static inline unsigned toy_pick(uint64_t *seed, unsigned n) /* splitmix64 */
{
    uint64_t z = (*seed += 0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (unsigned)((z ^ z >> 31) >> 33) % n;
}

/* 0..15 is 10.0.0.0/28, 16..31 is 2001:db8::/124. */
static inline weir_addr toy_addr(int number)
{
    if (number < 16)
        return (weir_addr){.family = 4, .bytes = {10, 0, 0, (uint8_t)number}};
    return (weir_addr){.family = 6, .bytes = {0x20, 0x01, 0x0d, 0xb8, [15] = (uint8_t)(number - 16)}};
}

/* A network: `bits` of the 4 that tell the addresses apart, -1 = everything of the family. */
static inline struct net toy_net(int first, int bits)
{
    bool v4 = first < 16;

    if (bits < 0)
        return (struct net){.addr.family = v4 ? 4 : 6};
    int size = 16 >> bits;
    return (struct net){toy_addr(first / size * size), (uint8_t)((v4 ? 28 : 124) + bits)};
}

static inline bool toy_in(int number, int first, int bits)
{
    if ((number < 16) != (first < 16))
        return false;
    return bits < 0 || number / (16 >> bits) == first / (16 >> bits);
}

static inline int toy_breadth(int bits)
{
    return bits < 0 ? PLAIN_EVERYTHING : 16 >> bits;
}

static inline int toy_bits(uint64_t *seed)
{
    int bits = (int)toy_pick(seed, 9) - 4; /* everything is as frequent as in real rules */
    return bits < 0 ? -1 : bits;
}

/* ---- who is who ---- */

static inline void toy_hosts(struct toy *toy, uint64_t *seed)
{
    int prefix_of = (int)toy_pick(seed, TOY_HOSTS), block = (int)toy_pick(seed, 8);

    for (int h = 0; h < TOY_HOSTS; h++) {
        toy->hosts[h].addresses = toy->host_addresses[h];
        toy->hosts[h].groups = toy->host_groups[h];
    }
    toy->host_prefixes[prefix_of] = toy_net(block * 4, 2);
    toy->hosts[prefix_of].prefixes = &toy->host_prefixes[prefix_of];
    toy->hosts[prefix_of].n_prefixes = 1;
    for (int a = 0; a < PLAIN_ADDRESSES; a++) {
        int owner = a / 4 == block ? prefix_of : (int)toy_pick(seed, TOY_HOSTS + 2) - 2;
        toy->owner[a] = owner < 0 ? -1 : owner;
        if (owner < 0)
            continue;
        struct vpc_interface *host = &toy->hosts[owner];
        if (a / 4 != block)
            toy->host_addresses[owner][host->n_addresses++].addr = toy_addr(a);
        fake_owner(&toy->inventory, "vpc-toy", toy_addr(a), host);
    }
}

static inline void toy_peers(struct toy *toy, uint64_t *seed)
{
    for (int p = 0; p < TOY_PEERS; p++) {
        toy->far[p] = p == TOY_PEERS - 1;
        toy->peers[p] = (struct vpc_group){.id = WEIR_SAFE("sg-peer"), .vpc_id = WEIR_SAFE("vpc-toy")};
        toy->peers[p].members = toy->peer_members[p];
        for (int h = 0; !toy->far[p] && h < TOY_HOSTS; h++) {
            toy->member[p][h] = toy_pick(seed, 2);
            if (!toy->member[p][h])
                continue;
            toy->peer_members[p][toy->peers[p].n_members++] = &toy->hosts[h];
            toy->host_groups[h][toy->hosts[h].n_groups++] = &toy->peers[p];
        }
    }
}

static inline void toy_lists(struct toy *toy, uint64_t *seed)
{
    for (int l = 0; l < TOY_LISTS; l++) {
        toy->lists[l] = (struct vpc_prefix_list){.known = l < TOY_LISTS - 1, .nets = toy->list_nets[l]};
        for (int k = 0; toy->lists[l].known && k < (int)toy_pick(seed, 4); k++) {
            int first = (int)toy_pick(seed, PLAIN_ADDRESSES), bits = toy_bits(seed);
            toy->list_nets[l][toy->lists[l].n_nets++] = toy_net(first, bits);
            for (int a = 0; a < PLAIN_ADDRESSES; a++) {
                int *breadth = &toy->list_breadth[l][a];
                if (toy_in(a, first, bits) && (*breadth == 0 || toy_breadth(bits) < *breadth))
                    *breadth = toy_breadth(bits);
            }
        }
    }
}

/* ---- rules ---- */

static inline struct plain_traffic toy_traffic(uint64_t *seed)
{
    static const int protocols[] = {-1, 6, 6, 6, 17, 1, 58, 47}, types[] = {-1, 8, 0, 3, 128, 129};
    struct plain_traffic out = {.protocol = protocols[toy_pick(seed, 8)]};

    if (out.protocol == 1 || out.protocol == 58) {
        out.from = types[toy_pick(seed, 6)];
        out.to = (int)toy_pick(seed, 3) ? -1 : (int)toy_pick(seed, 2) * 4;
        return out;
    }
    unsigned from = toy_pick(seed, 8), to = toy_pick(seed, 8);
    out.from = plain_ports[from < to ? from : to];
    out.to = plain_ports[from < to ? to : from];
    if (toy_pick(seed, 5) == 0) {
        out.from = 0;
        out.to = 65535;
    }
    return out;
}

static inline void toy_reference(struct toy *toy, uint64_t *seed, struct vpc_rule *rule, struct plain_rule *plain)
{
    int p = (int)toy_pick(seed, TOY_PEERS);

    rule->peer_kind = PEER_GROUP;
    rule->peer_id = WEIR_SAFE("sg-peer");
    rule->peer_group = toy->far[p] ? NULL : &toy->peers[p];
    if (toy->far[p])
        rule->peering = WEIR_SAFE("pcx-toy");
    plain->reference = true;
    bool stale = toy_pick(seed, 8) == 0;
    if (stale)
        rule->peering_status = WEIR_SAFE("deleted");
    for (int a = 0; a < PLAIN_ADDRESSES; a++) {
        int owner = toy->owner[a];
        bool blind = toy->with_inventory && !toy->interfaces_known && owner < 0;
        plain->names[a] = !stale && owner >= 0 && toy->member[p][owner];
        plain->unsure[a] = !stale && (toy->far[p] || blind);
        plain->breadth[a] = 1;
    }
}

static inline void toy_peer(struct toy *toy, uint64_t *seed, struct vpc_rule *rule, struct plain_rule *plain)
{
    unsigned kind = toy_pick(seed, 6);

    if (kind == 0) {
        toy_reference(toy, seed, rule, plain);
        return;
    }
    if (kind == 1) {
        int l = (int)toy_pick(seed, TOY_LISTS);
        rule->peer_kind = PEER_PREFIX_LIST;
        rule->prefix_list = l == TOY_LISTS - 1 && toy_pick(seed, 2) ? NULL : &toy->lists[l];
        for (int a = 0; a < PLAIN_ADDRESSES; a++) {
            plain->unsure[a] = l == TOY_LISTS - 1;
            plain->names[a] = toy->list_breadth[l][a] != 0;
            plain->breadth[a] = toy->list_breadth[l][a];
        }
        return;
    }
    int first = (int)toy_pick(seed, PLAIN_ADDRESSES), bits = toy_bits(seed);
    rule->peer_kind = PEER_NET;
    rule->net = toy_net(first, bits);
    for (int a = 0; a < PLAIN_ADDRESSES; a++) {
        plain->names[a] = toy_in(a, first, bits);
        plain->breadth[a] = toy_breadth(bits);
    }
}

static inline void toy_rule(struct toy *toy, uint64_t *seed, struct vpc_rule *rule, struct plain_rule *plain)
{
    struct plain_traffic traffic = toy_traffic(seed);

    if ((traffic.protocol == 1 || traffic.protocol == 58) && traffic.from == -1 && traffic.to != -1)
        traffic.malformed = true;
    *plain = (struct plain_rule){.egress = toy_pick(seed, 2), .traffic = traffic};
    *rule = (struct vpc_rule){.egress = plain->egress,
                              .protocol = (int16_t)traffic.protocol,
                              .from = traffic.from,
                              .to = traffic.to,
                              .malformed = traffic.malformed};
    toy_peer(toy, seed, rule, plain);
}

static inline void toy_groups(struct toy *toy, uint64_t *seed)
{
    toy->n_groups = 1 + (int)toy_pick(seed, TOY_GROUPS);
    for (int g = 0; g < toy->n_groups; g++) {
        struct vpc_group *group = &toy->groups[g];
        *group = (struct vpc_group){.id = WEIR_SAFE("sg-toy"), .vpc_id = WEIR_SAFE("vpc-toy"), .rules = toy->rules[g]};
        toy->list[g] = group;
        for (int k = (int)toy_pick(seed, TOY_RULES + 1); k > 0; k--) {
            struct vpc_rule *rule = &toy->rules[g][group->n_rules++];
            toy_rule(toy, seed, rule, &toy->plain_rules[toy->n_rules]);
            rule->group = group;
            toy->same[toy->n_rules++] = rule;
        }
    }
    /* Without a VPC, so that it knows no more of far groups than the list of groups does. */
    toy->home = (struct vpc_interface){.vpc_id = WEIR_SAFE(""), .groups = toy->list};
    toy->home.n_groups = toy->home.n_group_ids = (size_t)toy->n_groups;
}

/* ---- network ACL, routes ---- */

static inline void toy_acl(struct toy *toy, uint64_t *seed)
{
    toy->acl.entries = toy->entries;
    toy->acl.n_entries = TOY_ENTRIES - toy_pick(seed, 2) * toy_pick(seed, TOY_ENTRIES + 1);
    size_t ingress = toy_pick(seed, (unsigned)toy->acl.n_entries + 1);
    for (size_t k = 0; k < toy->acl.n_entries; k++) {
        struct plain_traffic traffic = toy_traffic(seed);
        int first = (int)toy_pick(seed, PLAIN_ADDRESSES), bits = toy_bits(seed);
        struct plain_entry plain = {
            .number = 100 + 10 * (int)k, .egress = k >= ingress, .allow = toy_pick(seed, 2), .traffic = traffic};
        for (int a = 0; a < PLAIN_ADDRESSES; a++)
            plain.names[a] = toy_in(a, first, bits);
        toy->entries[k] = (struct vpc_acl_entry){.number = (uint16_t)plain.number,
                                                 .egress = plain.egress,
                                                 .allow = plain.allow,
                                                 .protocol = (int16_t)traffic.protocol,
                                                 .from = traffic.from,
                                                 .to = traffic.to,
                                                 .net = toy_net(first, bits)};
        toy->plain_entries[toy->acl.n_entries - 1 - k] = plain; /* in another order: it sorts itself */
    }
}

static inline void toy_route_list(struct toy *toy, int l, struct vpc_route *route, struct plain_route *plain)
{
    route->prefix_list_id = WEIR_SAFE("pl-toy");
    route->prefix_list = &toy->lists[l];
    plain->list = true;
    plain->unknown = !toy->lists[l].known;
    for (int a = 0; a < PLAIN_ADDRESSES; a++) {
        plain->names[a] = toy->list_breadth[l][a] != 0;
        plain->breadth[a] = toy->list_breadth[l][a];
    }
}

static inline void toy_routes(struct toy *toy, uint64_t *seed)
{
    static const weir_safe targets[] = {{"igw-1"}, {"nat-1"}, {"pcx-1"}};
    int list = 0;

    toy->table.routes = toy->routes;
    toy->table.n_routes = toy_pick(seed, TOY_ROUTES + 1);
    for (size_t k = 0; k < toy->table.n_routes; k++) {
        struct vpc_route *route = &toy->routes[k];
        struct plain_route *plain = &toy->plain_routes[k];
        int first = (int)toy_pick(seed, PLAIN_ADDRESSES), bits = toy_bits(seed);
        unsigned how = toy_pick(seed, 8);
        plain->target = (int)toy_pick(seed, 3);
        plain->blackhole = toy_pick(seed, 6) == 0;
        plain->local = how == 0;
        plain->propagated = how == 1 || how == 2;
        *route = (struct vpc_route){.net = toy_net(first, bits), .kind = TARGET_UNKNOWN, .blackhole = plain->blackhole};
        route->target = targets[plain->target];
        route->origin = plain->propagated ? ORIGIN_PROPAGATED : ORIGIN_CREATE;
        for (int a = 0; a < PLAIN_ADDRESSES; a++) {
            plain->names[a] = toy_in(a, first, bits);
            plain->breadth[a] = toy_breadth(bits);
        }
        if (plain->local) {
            plain->target = 3;
            plain->blackhole = route->blackhole = false;
            route->kind = TARGET_LOCAL;
            route->target = WEIR_SAFE("local");
        } else if (how >= 6 && list < TOY_LISTS) {
            toy_route_list(toy, list++, route, plain);
        }
    }
}

static inline void toy_make(struct toy *toy, uint64_t *seed)
{
    *toy = (struct toy){.with_inventory = toy_pick(seed, 2), .interfaces_known = toy_pick(seed, 2)};
    fake_known(&toy->inventory);
    if (!toy->interfaces_known)
        toy->inventory.parts[PART_INTERFACES] = PART_PARTIAL;
    toy_hosts(toy, seed);
    toy_peers(toy, seed);
    toy_lists(toy, seed);
    toy_groups(toy, seed);
    toy_acl(toy, seed);
    toy_routes(toy, seed);
}

static inline const struct inventory *toy_inventory(const struct toy *toy)
{
    return toy->with_inventory ? &toy->inventory : NULL;
}

/* ---- packets ---- */

static inline struct plain_packet toy_packet(uint64_t *seed)
{
    static const int protocols[] = {6, 6, 6, 17, 1, 58, 47}, types[] = {-1, 8, 0, 3, 128, 129, 11};
    struct plain_packet out = {.remote = (int)toy_pick(seed, PLAIN_ADDRESSES), .port = -1, .type = -1, .code = -1};

    out.protocol = protocols[toy_pick(seed, 7)];
    if (out.protocol == 6 || out.protocol == 17)
        out.port = toy_pick(seed, 4) ? plain_ports[toy_pick(seed, 8)] : -1;
    if (out.protocol == 1 || out.protocol == 58) {
        out.type = types[toy_pick(seed, 7)];
        out.code = (int)toy_pick(seed, 4) - 1;
    }
    return out;
}

static inline struct packet toy_real_packet(const struct plain_packet *plain, bool egress)
{
    weir_addr remote = toy_addr(plain->remote);
    weir_addr local = remote.family == 4 ? (weir_addr){4, {192, 0, 2, 1}} : (weir_addr){6, {0x20, 1, 0x0d, 0xb8, 1}};

    return (struct packet){.src = egress ? local : remote,
                           .dst = egress ? remote : local,
                           .protocol = (uint8_t)plain->protocol,
                           .src_port = 40000,
                           .dst_port = plain->port,
                           .icmp_type = plain->type,
                           .icmp_code = plain->code};
}

#endif
