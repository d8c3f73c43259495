/* groups.c - security groups: the union of what all rules of all groups admit, and which flows are not tracked. Rules
 * only allow, so their order means nothing; of several that admit a packet the most specific is shown. */
#include "explain/match.h"

#include "base/scope.h"

enum { DNS_PORT = 53 };

/* How narrow a rule is, in the two ways that a reader cares about. */
struct breadth {
    int prefix;    /* longer is narrower; a reference names hosts */
    int32_t ports; /* fewer is narrower */
};

static struct breadth breadth_of(const struct vpc_rule *rule, const weir_addr *addr)
{
    struct breadth out = {.prefix = addr->family == 4 ? 32 : 128, .ports = PORT_ALL_TO + 1};

    if (rule->peer_kind == PEER_NET)
        out.prefix = rule->net.prefix;
    else if (rule->peer_kind == PEER_PREFIX_LIST && rule->prefix_list)
        out.prefix = list_prefix(rule->prefix_list, addr);
    if (rule->protocol == PROTOCOL_ALL)
        out.ports = PORT_ALL_TO + 2;
    else if (protocol_has_ports(rule->protocol))
        out.ports = last_port(rule->to) - first_port(rule->from) + 1;
    else if (protocol_has_types(rule->protocol) && rule->from >= 0)
        out.ports = rule->to < 0 ? 256 : 1;
    return out;
}

static bool is_narrower(const struct vpc_rule *a, const struct vpc_rule *b, const weir_addr *addr)
{
    struct breadth left = breadth_of(a, addr), right = breadth_of(b, addr);

    return left.prefix != right.prefix ? left.prefix > right.prefix : left.ports < right.ports;
}

static void weigh(struct group_answer *sum, const struct vpc_rule *rule, const struct packet *packet,
                  struct remote *remote)
{
    unsigned doubt = DOUBT_NOTHING;
    enum answer answer = match_rule(rule, packet, remote, &doubt);

    sum->has_rules = true;
    if (answer == ANSWER_ALLOW) {
        if (sum->answer != ANSWER_ALLOW || is_narrower(rule, sum->rule, &remote->addr))
            sum->rule = rule;
        sum->answer = ANSWER_ALLOW;
        sum->doubt = DOUBT_NOTHING;
    } else if (answer == ANSWER_UNKNOWN && sum->answer != ANSWER_ALLOW) {
        if (sum->answer == ANSWER_DENY)
            sum->rule = rule;
        sum->answer = ANSWER_UNKNOWN;
        sum->doubt |= doubt;
    }
}

static struct group_answer unite(const struct vpc_group *const *groups, size_t n, bool egress,
                                 const struct packet *packet, struct remote *remote)
{
    struct group_answer sum = {.answer = ANSWER_DENY};

    for (size_t g = 0; g < n; g++)
        for (size_t k = 0; k < groups[g]->n_rules; k++)
            if (groups[g]->rules[k].egress == egress)
                weigh(&sum, &groups[g]->rules[k], packet, remote);
    return sum;
}

struct group_answer evaluate_group_list(const struct inventory *inventory, const struct vpc_group *const *groups,
                                        size_t n, bool egress, const struct packet *packet, enum reference_way way)
{
    struct remote remote = remote_of(inventory, packet, egress, way, "");
    return unite(groups, n, egress, packet, &remote);
}

enum answer evaluate_rule(const struct inventory *inventory, const struct vpc_rule *rule, const struct packet *packet,
                          enum reference_way way, unsigned *doubt)
{
    struct remote remote = remote_of(inventory, packet, rule->egress, way, "");

    *doubt = DOUBT_NOTHING;
    return match_rule(rule, packet, &remote, doubt);
}

/* ---- an interface ---- */

/* The Route 53 Resolver answers at the base of a VPC's network plus two, too. */
static bool is_resolver(const struct vpc *vpc, const struct packet *packet, const weir_addr *addr)
{
    if (!vpc || addr->family != 4 || !protocol_has_ports(packet->protocol) ||
        (packet->dst_port != DNS_PORT && packet->src_port != DNS_PORT))
        return false;
    for (size_t k = 0; k < vpc->n_nets; k++)
        if (vpc->nets[k].addr.family == 4 && addr_v4(&vpc->nets[k].addr) + 2 == addr_v4(addr))
            return true;
    return false;
}

static bool rules_are_complete(const struct inventory *inventory, const struct vpc_interface *interface)
{
    if (interface->n_groups < interface->n_group_ids)
        return false;
    return !inventory || inventory_part(inventory, PART_GROUPS) == PART_KNOWN ||
           inventory_part(inventory, PART_GROUP_RULES) == PART_KNOWN;
}

struct group_answer evaluate_groups(const struct inventory *inventory, const struct vpc_interface *interface,
                                    bool egress, const struct packet *packet, enum reference_way way)
{
    if (!interface)
        return (struct group_answer){.answer = ANSWER_UNKNOWN, .doubt = DOUBT_RULES};
    const char *vpc_id = interface->vpc_id.text ? interface->vpc_id.text : "";
    struct remote remote = remote_of(inventory, packet, egress, way, vpc_id);
    if ((!interface->n_groups && !interface->n_group_ids) || address_is_unfiltered(&remote.addr) ||
        is_resolver(interface->vpc, packet, &remote.addr))
        return (struct group_answer){.answer = ANSWER_NONE};
    struct group_answer sum = unite(interface->groups, interface->n_groups, egress, packet, &remote);
    if (sum.answer != ANSWER_ALLOW && !rules_are_complete(inventory, interface)) {
        sum.answer = ANSWER_UNKNOWN;
        sum.doubt |= DOUBT_RULES;
    }
    return sum;
}

/* ---- flows that are not tracked ---- */

/* Whether one rule admits these ports from (to) every address of the family. */
static bool is_open(const struct vpc_interface *interface, bool egress, uint8_t family, uint8_t protocol, int32_t from,
                    int32_t to)
{
    for (size_t g = 0; g < interface->n_groups; g++)
        for (size_t k = 0; k < interface->groups[g]->n_rules; k++) {
            const struct vpc_rule *rule = &interface->groups[g]->rules[k];
            if (rule->egress != egress || rule->peer_kind != PEER_NET || rule->net.prefix != 0 ||
                rule->net.addr.family != family)
                continue;
            if (rule->protocol == PROTOCOL_ALL ||
                (rule->protocol == protocol && first_port(rule->from) <= from && last_port(rule->to) >= to))
                return true;
        }
    return false;
}

bool flow_is_untracked(const struct vpc_interface *interface, bool egress, const struct packet *packet)
{
    if (!interface || !protocol_has_ports(packet->protocol))
        return false;
    uint8_t family = egress ? packet->dst.family : packet->src.family;
    int32_t port = packet->dst_port;
    return is_open(interface, egress, family, packet->protocol, first_port(port), last_port(port)) &&
           is_open(interface, !egress, family, packet->protocol, PORT_ALL_FROM, PORT_ALL_TO);
}
