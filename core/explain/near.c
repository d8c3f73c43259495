/* near.c - near misses: the rules of security groups that come closest to admitting a packet that none admits. */
#include "explain/match.h"

#include <stdlib.h>

enum { PORT_FAR = PORT_ALL_TO + 1 }; /* nothing that a port could be compared with */

static int kind_of(int protocol)
{
    return protocol_has_ports(protocol) ? 1 : protocol_has_types(protocol) ? 2 : 3;
}

/* Distance to the nearest port, or between ICMP types (then codes), that the rule admits; 0 = fits or may fit. */
static uint32_t port_distance(const struct vpc_rule *rule, const struct packet *packet)
{
    unsigned doubt = DOUBT_NOTHING;

    if (rule->protocol == PROTOCOL_ALL)
        return 0;
    if (kind_of(rule->protocol) != kind_of(packet->protocol) || rule->malformed)
        return PORT_FAR;
    if (match_ports(rule->protocol, rule->from, rule->to, packet, &doubt) != ANSWER_DENY)
        return 0;
    if (protocol_has_types(rule->protocol)) {
        bool type = rule->from >= 0 && packet->icmp_type >= 0 && rule->from != packet->icmp_type;
        return (uint32_t)(type ? abs(rule->from - packet->icmp_type) : abs(rule->to - packet->icmp_code));
    }
    int32_t from = first_port(rule->from), to = last_port(rule->to), port = packet->dst_port;
    if (from > to)
        return PORT_FAR;
    return (uint32_t)(port < from ? from - port : port - to);
}

static uint8_t bits_in_common(const struct net *net, const weir_addr *addr)
{
    uint8_t n = 0;

    while (n < net->prefix && ((net->addr.bytes[n / 8] ^ addr->bytes[n / 8]) >> (7 - n % 8) & 1) == 0)
        n++;
    return n;
}

/* False: the rule is for the other address family. */
static bool compare_peer(const struct vpc_rule *rule, struct remote *remote, struct near_miss *miss)
{
    const struct vpc_prefix_list *list = rule->prefix_list;
    unsigned doubt = DOUBT_NOTHING;

    if (rule->peer_kind == PEER_NET) {
        if (rule->net.addr.family != remote->addr.family)
            return false;
        miss->common_prefix = bits_in_common(&rule->net, &remote->addr);
    } else if (rule->peer_kind == PEER_PREFIX_LIST && list && list->known) {
        bool family = false;
        for (size_t k = 0; k < list->n_nets; k++) {
            if (list->nets[k].addr.family != remote->addr.family)
                continue;
            uint8_t bits = bits_in_common(&list->nets[k], &remote->addr);
            miss->common_prefix = bits > miss->common_prefix ? bits : miss->common_prefix;
            family = true;
        }
        if (!family)
            return false;
    }
    if (match_peer(rule, remote, &doubt) == ANSWER_DENY)
        miss->misses |= MISS_PEER;
    return true;
}

static bool compare(const struct vpc_rule *rule, const struct packet *packet, struct remote *remote,
                    struct near_miss *miss)
{
    *miss = (struct near_miss){.rule = rule, .port_away = port_distance(rule, packet)};
    if (!compare_peer(rule, remote, miss))
        return false;
    if (!match_protocol(rule->protocol, packet))
        miss->misses |= MISS_PROTOCOL;
    if (miss->port_away)
        miss->misses |= MISS_PORT;
    return miss->misses != 0;
}

static bool is_nearer(const struct near_miss *a, const struct near_miss *b)
{
    int left = __builtin_popcount(a->misses), right = __builtin_popcount(b->misses);

    if (left != right)
        return left < right;
    if (a->port_away != b->port_away)
        return a->port_away < b->port_away;
    return a->common_prefix > b->common_prefix;
}

static size_t insert(struct near_miss *out, size_t n, const struct near_miss *miss)
{
    size_t at = n;

    while (at > 0 && is_nearer(miss, &out[at - 1]))
        at--;
    if (at == NEAR_MAX)
        return n;
    for (size_t k = n < NEAR_MAX ? n : NEAR_MAX - 1; k > at; k--)
        out[k] = out[k - 1];
    out[at] = *miss;
    return n < NEAR_MAX ? n + 1 : n;
}

size_t near_misses(const struct inventory *inventory, const struct vpc_group *const *groups, size_t n, bool egress,
                   const struct packet *packet, enum reference_way way, struct near_miss *out)
{
    struct remote remote = remote_of(inventory, packet, egress, way, "");
    struct near_miss miss;
    size_t found = 0;

    for (size_t g = 0; g < n; g++)
        for (size_t k = 0; k < groups[g]->n_rules; k++) {
            const struct vpc_rule *rule = &groups[g]->rules[k];
            if (rule->egress == egress && compare(rule, packet, &remote, &miss))
                found = insert(out, found, &miss);
        }
    return found;
}
