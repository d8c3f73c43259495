/* hop_words.c - what a hop is called, what decided there, and what else is to be said of it. */
#include "explain/hop_words.h"

#include <stdio.h>
#include <string.h>

#include "base/scope.h"

enum { PIECE_BYTES = 160 };

/* ---- pieces ---- */

static const char *addr_text(const weir_addr *addr, char out[ADDR_TEXT_MAX])
{
    if (addr->family == 0)
        return "?";
    addr_print(addr, out);
    return out;
}

static void net_text(const struct net *net, char *out, size_t size)
{
    char addr[ADDR_TEXT_MAX];
    snprintf(out, size, "%s/%u", addr_text(&net->addr, addr), net->prefix);
}

static void protocol_text(int protocol, char *out, size_t size)
{
    const char *name = protocol < 0 ? "all" : weir_protocol_name((uint64_t)protocol);
    if (name)
        snprintf(out, size, "%s", name);
    else
        snprintf(out, size, "protocol %d", protocol);
}

static bool has_ports(int protocol)
{
    return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP;
}

static bool is_icmp(int protocol)
{
    return protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMP6;
}

/* "tcp 443", "udp 1024-65535", "tcp", "icmp type 8 code 0", "all" */
static void traffic_text(int protocol, int32_t from, int32_t to, char *out, size_t size)
{
    char name[32];
    protocol_text(protocol, name, sizeof name);
    if (has_ports(protocol) && from == to)
        snprintf(out, size, "%s %d", name, (int)from);
    else if (has_ports(protocol) && (from > PORT_ALL_FROM || to < PORT_ALL_TO))
        snprintf(out, size, "%s %d-%d", name, (int)from, (int)to);
    else if (is_icmp(protocol) && from >= 0 && to >= 0)
        snprintf(out, size, "%s type %d code %d", name, (int)from, (int)to);
    else if (is_icmp(protocol) && from >= 0)
        snprintf(out, size, "%s type %d", name, (int)from);
    else
        snprintf(out, size, "%s", name);
}

/* What rules look at, without addresses: "tcp 443", "icmp type 8", "udp port not known". */
static void packet_text(const struct packet *packet, char *out, size_t size)
{
    if (is_icmp(packet->protocol)) {
        traffic_text(packet->protocol, packet->icmp_type, packet->icmp_code > 0 ? packet->icmp_code : -1, out, size);
    } else if (has_ports(packet->protocol) && packet->dst_port < 0) {
        char name[32];
        protocol_text(packet->protocol, name, sizeof name);
        snprintf(out, size, "%s port not known", name);
    } else {
        traffic_text(packet->protocol, packet->dst_port, packet->dst_port, out, size);
    }
}

weir_safe packet_words(const struct packet *packet, struct words *words)
{
    char text[PIECE_BYTES];
    packet_text(packet, text, sizeof text);
    return words_format(words, "%s", text);
}

/* ---- rules ---- */

static void peer_text(const struct vpc_rule *rule, char *out, size_t size)
{
    if (rule->peer_kind == PEER_NET)
        net_text(&rule->net, out, size);
    else if (rule->peer_kind == PEER_GROUP && rule->peer_group && rule->peer_group->name.text[0])
        snprintf(out, size, "%s (%s)", rule->peer_id.text, rule->peer_group->name.text);
    else if (rule->peer_kind == PEER_PREFIX_LIST && rule->prefix_list && rule->prefix_list->name.text[0])
        snprintf(out, size, "%s (%s)", rule->peer_id.text, rule->prefix_list->name.text);
    else
        snprintf(out, size, "%s", rule->peer_id.text);
}

weir_safe rule_words(const struct vpc_rule *rule, struct words *words)
{
    char traffic[PIECE_BYTES], peer[PIECE_BYTES];
    traffic_text(rule->protocol, rule->from, rule->to, traffic, sizeof traffic);
    peer_text(rule, peer, sizeof peer);
    const char *all = rule->protocol < 0 ? " traffic" : "";
    return words_format(words, "%s%s %s %s", traffic, all, rule->egress ? "to" : "from", peer);
}

enum { ACL_LAST_NUMBER = 32766 };

weir_safe acl_entry_words(const struct vpc_acl_entry *entry, struct words *words)
{
    char traffic[PIECE_BYTES], net[ADDR_TEXT_MAX + 5], number[16] = "*";
    traffic_text(entry->protocol, entry->from, entry->to, traffic, sizeof traffic);
    net_text(&entry->net, net, sizeof net);
    if (entry->number <= ACL_LAST_NUMBER)
        snprintf(number, sizeof number, "%u", entry->number);
    return words_format(words, "%s #%s %s %s %s", entry->egress ? "out" : "in", number, entry->allow ? "allow" : "deny",
                        traffic, net);
}

weir_safe route_words(const struct vpc_route *route, struct words *words)
{
    char net[ADDR_TEXT_MAX + 5];
    net_text(&route->net, net, sizeof net);
    const char *to = route->prefix_list_id.text[0] ? route->prefix_list_id.text : net;
    return words_format(words, "%s -> %s%s", to, route->target.text, route->blackhole ? " (blackhole)" : "");
}

static weir_safe group_rule_words(const struct hop *hop, struct words *words)
{
    char traffic[PIECE_BYTES], addr[ADDR_TEXT_MAX];
    const char *way = hop->egress ? "out" : "in";
    if (hop->verdict == WEIR_HOP_STATE)
        return words_format(words, "%s, tracked: no rule is asked", way);
    if (hop->group.rule)
        return words_format(words, "%s %s", way, rule_words(hop->group.rule, words).text);
    if (hop->group.answer != ANSWER_DENY)
        return words_format(words, "%s", way);
    packet_text(&hop->packet, traffic, sizeof traffic);
    const weir_addr *peer = hop->egress ? &hop->packet.dst : &hop->packet.src;
    return words_format(words, "%s no rule admits %s %s %s", way, traffic, hop->egress ? "to" : "from",
                        addr_text(peer, addr));
}

static weir_safe route_rule_words(const struct hop *hop, struct words *words)
{
    char addr[ADDR_TEXT_MAX];
    if (hop->route.route)
        return route_words(hop->route.route, words);
    if (hop->route.answer != ANSWER_DENY)
        return WEIR_SAFE("");
    return words_format(words, "no route to %s", addr_text(&hop->packet.dst, addr));
}

static weir_safe transit_rule_words(const struct hop *hop, struct words *words)
{
    const struct vpc_transit_route *route = hop->transit_route;
    char text[ADDR_TEXT_MAX + 5];
    if (!route && hop->verdict != WEIR_HOP_BLOCK)
        return WEIR_SAFE("");
    if (!route)
        return words_format(words, "no route to %s", addr_text(&hop->packet.dst, text));
    net_text(&route->net, text, sizeof text);
    return words_format(words, "%s -> %s%s", route->prefix_list_id.text[0] ? route->prefix_list_id.text : text,
                        route->blackhole ? "blackhole" : route->attachment_id.text, "");
}

static weir_safe rule_of(const struct hop *hop, struct words *words)
{
    switch (hop->kind) {
    case HOP_ACL:
        return hop->acl.entry ? acl_entry_words(hop->acl.entry, words)
                              : words_format(words, "%s", hop->egress ? "out" : "in");
    case HOP_GROUP: return group_rule_words(hop, words);
    case HOP_ROUTE_TABLE: return route_rule_words(hop, words);
    case HOP_TRANSIT_TABLE: return transit_rule_words(hop, words);
    default: return WEIR_SAFE("");
    }
}

/* ---- notes ---- */

static const struct {
    unsigned bit;
    const char *words;
} doubts[] = {
    {DOUBT_ICMP_TYPE, "flow logs do not tell the ICMP type"},
    {DOUBT_PORT, "the port is not known"},
    {DOUBT_PREFIX_LIST, "entries of a prefix list are not known"},
    {DOUBT_PEER_GROUP, "members of a security group are not known"},
    {DOUBT_RULES, "it is not in the inventory"},
    {DOUBT_REFERENCE, "whether the sender's security group is kept on the way is not known"},
    {DOUBT_FORMS, "EC2's two lists of rules differ: they were being changed"},
    {DOUBT_ROUTE, "two prefix lists cover the address, and AWS picks one"},
};

static weir_safe doubt_words(const struct hop *hop, struct words *words)
{
    for (size_t k = 0; k < ARRAY_SIZE(doubts); k++)
        if (hop->doubt & doubts[k].bit)
            return words_format(words, "%s", doubts[k].words);
    return WEIR_SAFE("");
}

static const char *translation_name(const struct hop *hop)
{
    if (hop->kind == HOP_NAT && !hop->egress)
        return "back to the source";
    return hop->egress ? "snat" : "dnat";
}

static weir_safe translation_words(const struct hop *hop, struct words *words)
{
    char from[ADDR_TEXT_MAX], to[ADDR_TEXT_MAX];
    if (!hop->to.family || hop->verdict == WEIR_HOP_BLOCK)
        return WEIR_SAFE("");
    bool port = hop->kind == HOP_NAT && hop->egress && has_ports(hop->packet.protocol);
    return words_format(words, "%s %s -> %s%s", translation_name(hop), addr_text(&hop->from, from),
                        addr_text(&hop->to, to), port ? ", port 1024-65535" : "");
}

/* What the other route has to do with it. */
static const char *loser_part(const struct hop *hop)
{
    if (hop->verdict == WEIR_HOP_UNKNOWN)
        return hop->route.route ? "or" : "perhaps";
    switch (hop->code) {
    case CODE_CANNOT_ROUTE: return "does not cover the address:";
    case CODE_VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION: return "there is";
    case CODE_HIGHER_PRIORITY_ROUTE: return "of higher priority than";
    case CODE_BAD_STATE_ROUTE: return hop->route.loser_by_priority ? "of higher priority than" : "more specific than";
    case CODE_MORE_SPECIFIC_ROUTE: return "more specific than";
    default: return NULL;
    }
}

static weir_safe loser_words(const struct hop *hop, struct words *words)
{
    const struct vpc_route *loser = hop->kind == HOP_ROUTE_TABLE ? hop->route.loser : NULL;
    const char *part = loser ? loser_part(hop) : NULL;
    return part ? words_format(words, "%s %s", part, route_words(loser, words).text) : WEIR_SAFE("");
}

/* Codes that say no more than the rule beside them does. */
static bool is_plain(enum code code)
{
    return code == CODE_NONE || code == CODE_ENI_SG_RULES_MISMATCH || code == CODE_SUBNET_ACL_RESTRICTION ||
           code == CODE_FL_NACL_DENIES_REPLY || code == CODE_NO_ROUTE_TO_DESTINATION || code == CODE_BAD_STATE_ROUTE ||
           code == CODE_NGW_SOURCE_ADDRESS_REASSIGN || code == CODE_TGW_RTB_BAD_STATE_ROUTE ||
           code == CODE_TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT || code == CODE_CANNOT_ROUTE ||
           code == CODE_MORE_SPECIFIC_ROUTE || code == CODE_HIGHER_PRIORITY_ROUTE || code == CODE_FL_ICMP_TYPE_UNKNOWN;
}

static weir_safe join(struct words *words, weir_safe a, weir_safe b)
{
    if (!a.text[0] || !b.text[0])
        return a.text[0] ? a : b;
    return words_format(words, "%s; %s", a.text, b.text);
}

/* Where a code says too much or too little for the place. */
static const char *words_of_code(const struct hop *hop)
{
    bool unknown = hop->verdict == WEIR_HOP_UNKNOWN;
    if (hop->code == CODE_NO_PATH && hop->kind == HOP_NAT)
        return "a NAT gateway does not serve its own subnet";
    if (unknown && (hop->code == CODE_IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS ||
                    hop->code == CODE_IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS))
        return "whether the address has a public one is not known";
    if (unknown && hop->code == CODE_TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION)
        return "the route table of the transit gateway that is associated with it is not known";
    return is_plain(hop->code) ? "" : code_words(hop->code);
}

static weir_safe note_of(const struct hop *hop, struct words *words)
{
    bool missing = hop->code == CODE_UNKNOWN_RESOURCE || hop->code == CODE_NO_SOURCE_OR_DESTINATION;
    weir_safe note = words_format(words, "%s", words_of_code(hop));
    note = join(words, note, loser_words(hop, words));
    note = join(words, note, translation_words(hop, words));
    if (hop->verdict == WEIR_HOP_UNKNOWN && !missing && hop->code != CODE_REMAP_EPHEMERAL_PORT)
        note = join(words, note, doubt_words(hop, words));
    if (hop->verdict != WEIR_HOP_UNKNOWN && hop->doubt & DOUBT_ICMP_TYPE)
        note = join(words, note, WEIR_SAFE("an echo is assumed: flow logs do not tell the ICMP type"));
    if (hop->kind == HOP_GROUP && hop->untracked)
        note = join(words, note, WEIR_SAFE("not tracked, so its rules are asked"));
    return note;
}

/* ---- names ---- */

static const char *gateway_component(const char *id)
{
    static const char *const prefixes[][2] = {
        {"igw-", "internet gateway"},        {"eigw-", "egress-only internet gateway"},
        {"vgw-", "virtual private gateway"}, {"lgw-", "local gateway"},
        {"cagw-", "carrier gateway"},        {"arn:", "core network"},
    };
    for (size_t k = 0; k < ARRAY_SIZE(prefixes); k++)
        if (strncmp(id, prefixes[k][0], strlen(prefixes[k][0])) == 0)
            return prefixes[k][1];
    return "gateway";
}

static const char *component_of(const struct hop *hop)
{
    static const char *const names[] = {
        [HOP_INTERNET] = "internet",
        [HOP_GATEWAY] = "gateway",
        [HOP_ROUTE_TABLE] = "route table",
        [HOP_ACL] = "network ACL",
        [HOP_GROUP] = "security group",
        [HOP_INTERFACE] = "network interface",
        [HOP_INSTANCE] = "instance",
        [HOP_NAT] = "NAT gateway",
        [HOP_PEERING] = "peering connection",
        [HOP_ATTACHMENT] = "transit gateway attachment",
        [HOP_TRANSIT_TABLE] = "transit gateway route table",
        [HOP_ENDPOINT] = "VPC endpoint",
        [HOP_SERVICE] = "AWS service",
        [HOP_REMOTE] = "remote host",
    };
    return hop->kind == HOP_GATEWAY ? gateway_component(hop->id.text) : names[hop->kind];
}

/* The end that is not described is known by its address. */
static weir_safe id_of(const struct hop *hop, struct words *words)
{
    if (hop->id.text[0] || (hop->kind != HOP_INTERNET && hop->kind != HOP_SERVICE && hop->kind != HOP_REMOTE))
        return words_format(words, "%s", hop->id.text);
    char addr[ADDR_TEXT_MAX];
    return words_format(words, "%s", addr_text(hop->egress ? &hop->packet.dst : &hop->packet.src, addr));
}

/* All groups of an interface decide together: where none of them admits it, all are named. */
static weir_safe name_of(const struct hop *hop, struct words *words)
{
    if (hop->kind != HOP_GROUP || hop->group.rule || !hop->interface || hop->interface->n_groups < 2)
        return words_format(words, "%s", hop->name.text);
    char text[PIECE_BYTES] = "";
    size_t len = 0;
    for (size_t k = 0; k < hop->interface->n_groups && len < sizeof text; k++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", k ? ", " : "",
                                hop->interface->groups[k]->name.text);
    return words_format(words, "%s", text);
}

weir_status hop_words(const struct hop *hop, struct words *words, weir_hop *out)
{
    bool acted = out->acted;
    *out = (weir_hop){
        .verdict = hop->verdict,
        .reply = hop->reply,
        .acted = acted,
        .component = words_format(words, "%s", component_of(hop)),
        .id = id_of(hop, words),
        .name = name_of(hop, words),
        .rule = rule_of(hop, words),
        .note = note_of(hop, words),
        .code = words_format(words, "%s", code_name(hop->code)),
    };
    return words_status(words, NULL);
}
