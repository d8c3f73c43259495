/* rules.h - rules, packets and addresses of tests from one line of text, for tables. A line that cannot be read stops
 * the test. */
#ifndef WEIR_SUPPORT_RULES_H
#define WEIR_SUPPORT_RULES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "explain/evaluate.h"

enum { RULES_WORD = 64 };

static inline weir_addr rules_addr(const char *text)
{
    weir_addr addr;

    if (!addr_parse(text, strlen(text), &addr))
        abort();
    return addr;
}

static inline struct net rules_net(const char *text)
{
    struct net net;

    if (!net_parse(text, strlen(text), &net))
        abort();
    return net;
}

static inline int rules_protocol(const char *word)
{
    static const struct {
        const char *name;
        int number;
    } names[] = {{"all", -1}, {"tcp", 6}, {"udp", 17}, {"icmp", 1}, {"icmp6", 58}, {"gre", 47}, {"esp", 50}};

    for (size_t k = 0; k < ARRAY_SIZE(names); k++)
        if (strcmp(names[k].name, word) == 0)
            return names[k].number;
    abort();
}

/* "*" = all; "443", "1024-65535"; of ICMP "8", "3/4", "*" */
static inline void rules_range(int protocol, const char *word, int32_t *from, int32_t *to)
{
    bool icmp = protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMP6;
    int a, b;

    *from = icmp || protocol == PROTOCOL_ALL ? -1 : PORT_ALL_FROM;
    *to = icmp || protocol == PROTOCOL_ALL ? -1 : PORT_ALL_TO;
    if (strcmp(word, "*") == 0)
        return;
    if (sscanf(word, icmp ? "%d/%d" : "%d-%d", &a, &b) == 2) {
        *from = a;
        *to = b;
    } else if (sscanf(word, "%d", &a) == 1) {
        *from = a;
        *to = icmp ? -1 : a;
    } else {
        abort();
    }
}

/* "in tcp 443 10.0.0.0/8"; the peer "pl" or "sg" is filled in by the test. */
static inline struct vpc_rule rules_rule(const char *text)
{
    char way[RULES_WORD], protocol[RULES_WORD], range[RULES_WORD], peer[RULES_WORD];
    struct vpc_rule rule = {.id = WEIR_SAFE(""), .peer_id = WEIR_SAFE("")};

    if (sscanf(text, "%63s %63s %63s %63s", way, protocol, range, peer) != 4)
        abort();
    rule.egress = strcmp(way, "out") == 0;
    rule.protocol = (int16_t)rules_protocol(protocol);
    rules_range(rule.protocol, range, &rule.from, &rule.to);
    rule.malformed = strcmp(range, "-1/0") == 0;
    rule.peer_kind = strcmp(peer, "pl") == 0 ? PEER_PREFIX_LIST : strcmp(peer, "sg") == 0 ? PEER_GROUP : PEER_NET;
    if (rule.peer_kind == PEER_NET)
        rule.net = rules_net(peer);
    return rule;
}

/* "100 in allow tcp 443 10.0.0.0/8" */
static inline struct vpc_acl_entry rules_entry(const char *text)
{
    char way[RULES_WORD], action[RULES_WORD], protocol[RULES_WORD], range[RULES_WORD], net[RULES_WORD];
    struct vpc_acl_entry entry = {0};
    unsigned number;

    if (sscanf(text, "%u %63s %63s %63s %63s %63s", &number, way, action, protocol, range, net) != 6)
        abort();
    entry.number = (uint16_t)number;
    entry.egress = strcmp(way, "out") == 0;
    entry.allow = strcmp(action, "allow") == 0;
    entry.protocol = (int16_t)rules_protocol(protocol);
    rules_range(entry.protocol, range, &entry.from, &entry.to);
    entry.net = rules_net(net);
    return entry;
}

/* "tcp 198.51.100.7 > 10.0.0.5 443"; ICMP "8", "3/4"; "?" = ports or type not known. The source port is 40000. */
static inline struct packet rules_packet(const char *text)
{
    char protocol[RULES_WORD], src[RULES_WORD], dst[RULES_WORD], range[RULES_WORD];
    struct packet packet = {.src_port = -1, .dst_port = -1, .icmp_type = -1, .icmp_code = -1};
    int32_t from = -1, to = -1;

    if (sscanf(text, "%63s %63s > %63s %63s", protocol, src, dst, range) != 4)
        abort();
    packet.protocol = (uint8_t)rules_protocol(protocol);
    packet.src = rules_addr(src);
    packet.dst = rules_addr(dst);
    if (strcmp(range, "?") != 0)
        rules_range(packet.protocol, range, &from, &to);
    if (packet.protocol == PROTOCOL_TCP || packet.protocol == PROTOCOL_UDP) {
        packet.src_port = 40000;
        packet.dst_port = from;
    } else {
        packet.icmp_type = from;
        packet.icmp_code = to;
    }
    return packet;
}

/* A group of the rules of a text, one a line ("\n" between them). */
enum { RULES_MAX = 16 };

struct rules_group {
    struct vpc_group group;
    struct vpc_rule rules[RULES_MAX];
};

static inline void rules_group(struct rules_group *out, const char *text)
{
    *out = (struct rules_group){.group = {.id = WEIR_SAFE("sg-1"), .vpc_id = WEIR_SAFE("vpc-1")}};
    while (*text) {
        out->rules[out->group.n_rules] = rules_rule(text);
        out->rules[out->group.n_rules++].group = &out->group;
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    out->group.rules = out->rules;
}

#endif
