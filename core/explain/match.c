/* match.c - one rule's protocol, ports and peer against one packet. What becomes of several rules is left to groups.c,
 * acl.c and near.c. */
#include "explain/match.h"

#include <string.h>

#include "base/scope.h"

struct remote remote_of(const struct inventory *inventory, const struct packet *packet, bool egress,
                        enum reference_way way, const char *vpc_id)
{
    return (struct remote){
        .inventory = inventory, .addr = egress ? packet->dst : packet->src, .way = way, .vpc_id = vpc_id};
}

/* ---- traffic ---- */

bool match_protocol(int16_t protocol, const struct packet *packet)
{
    return protocol == PROTOCOL_ALL || protocol == packet->protocol;
}

static enum answer match_range(int32_t from, int32_t to, int32_t port, unsigned *doubt)
{
    if (from > to)
        return ANSWER_DENY;
    if (port >= 0)
        return port >= from && port <= to ? ANSWER_ALLOW : ANSWER_DENY;
    if (from <= PORT_ALL_FROM && to >= PORT_ALL_TO)
        return ANSWER_ALLOW;
    *doubt |= DOUBT_PORT;
    return ANSWER_UNKNOWN;
}

static enum answer match_number(int32_t wanted, int32_t number, unsigned *doubt)
{
    if (wanted < 0 || wanted == number)
        return ANSWER_ALLOW;
    if (number >= 0)
        return ANSWER_DENY;
    *doubt |= DOUBT_ICMP_TYPE;
    return ANSWER_UNKNOWN;
}

enum answer match_ports(int16_t protocol, int32_t from, int32_t to, const struct packet *packet, unsigned *doubt)
{
    if (protocol_has_ports(protocol))
        return match_range(first_port(from), last_port(to), packet->dst_port, doubt);
    if (!protocol_has_types(protocol))
        return ANSWER_ALLOW;
    unsigned why = DOUBT_NOTHING;
    enum answer answer =
        match_both(match_number(from, packet->icmp_type, &why), match_number(to, packet->icmp_code, &why));
    if (answer == ANSWER_UNKNOWN)
        *doubt |= why;
    return answer;
}

/* ---- peers ---- */

int list_prefix(const struct vpc_prefix_list *list, const weir_addr *addr)
{
    int longest = -1;

    for (size_t k = 0; k < list->n_nets; k++)
        if (list->nets[k].prefix > longest && net_contains(&list->nets[k], addr))
            longest = list->nets[k].prefix;
    return longest;
}

static enum answer match_list(const struct vpc_prefix_list *list, const weir_addr *addr, unsigned *doubt)
{
    if (list && list->known)
        return list_prefix(list, addr) >= 0 ? ANSWER_ALLOW : ANSWER_DENY;
    *doubt |= DOUBT_PREFIX_LIST;
    return ANSWER_UNKNOWN;
}

/* A reference matches private addresses only: public ones are never compared. */
static bool holds(const struct vpc_interface *interface, const weir_addr *addr)
{
    for (size_t k = 0; k < interface->n_addresses; k++)
        if (addr_compare(&interface->addresses[k].addr, addr) == 0)
            return true;
    for (size_t k = 0; k < interface->n_prefixes; k++)
        if (net_contains(&interface->prefixes[k], addr))
            return true;
    return false;
}

static bool has_text(weir_safe text)
{
    return text.text && *text.text;
}

/* Ids are sorted: one that was not told is the first. */
static bool has_untold_group(const struct vpc_interface *interface)
{
    return interface->n_group_ids > 0 && !has_text(interface->group_ids[0]);
}

static bool has_group(const struct vpc_interface *interface, const struct vpc_rule *rule)
{
    for (size_t k = 0; rule->peer_group && k < interface->n_groups; k++)
        if (interface->groups[k] == rule->peer_group)
            return true;
    for (size_t k = 0; k < interface->n_group_ids; k++)
        if (strcmp(interface->group_ids[k].text, rule->peer_id.text) == 0)
            return true;
    return false;
}

/* Where the other end is: in the same VPC if the packet stayed there, else where the referenced group is at home. */
static const char *peer_vpc(const struct vpc_rule *rule, const struct remote *remote)
{
    if (remote->way == WAY_PRIVATE && *remote->vpc_id)
        return remote->vpc_id;
    if (rule->peer_group && has_text(rule->peer_group->vpc_id))
        return rule->peer_group->vpc_id.text;
    if (has_text(rule->peer_vpc))
        return rule->peer_vpc.text;
    return !has_text(rule->peering) && rule->group && has_text(rule->group->vpc_id) ? rule->group->vpc_id.text : "";
}

static bool same_account(const struct inventory *inventory, weir_safe account)
{
    weir_safe own = inventory_account(inventory);

    return !has_text(account) || !has_text(own) || strcmp(own.text, account.text) == 0;
}

/* Nobody in the inventory has the address. That is a statement only where all interfaces are known, and the group is.
 */
static enum answer match_stranger(const struct vpc_rule *rule, const struct remote *remote)
{
    const struct vpc_group *group = rule->peer_group;
    bool known = inventory_part(remote->inventory, PART_INTERFACES) == PART_KNOWN;

    if (group)
        return known && same_account(remote->inventory, group->account) ? ANSWER_DENY : ANSWER_UNKNOWN;
    /* EC2 refuses to delete a group that its own VPC's rules name, but not one that a peer VPC's do: such a rule is
     * stale. A missing group of the own VPC is a hole in the data. */
    bool deleted = (has_text(rule->peering) || has_text(rule->peer_vpc)) && has_text(rule->peer_account) &&
                   same_account(remote->inventory, rule->peer_account) &&
                   inventory_part(remote->inventory, PART_GROUPS) == PART_KNOWN;
    return deleted ? ANSWER_DENY : ANSWER_UNKNOWN;
}

static enum answer match_member(const struct vpc_rule *rule, struct remote *remote)
{
    const struct vpc_group *group = rule->peer_group;

    if (!remote->inventory) {
        for (size_t k = 0; group && k < group->n_members; k++)
            if (holds(group->members[k], &remote->addr))
                return ANSWER_ALLOW;
        return group ? ANSWER_DENY : ANSWER_UNKNOWN;
    }
    if (!has_text(rule->peer_id))
        return ANSWER_UNKNOWN;
    const char *vpc_id = peer_vpc(rule, remote);
    if (!remote->asked_in || strcmp(remote->asked_in, vpc_id) != 0) {
        remote->owner = inventory_address_owner(remote->inventory, vpc_id, &remote->addr);
        remote->asked_in = vpc_id;
    }
    if (remote->owner && has_group(remote->owner, rule) && holds(remote->owner, &remote->addr))
        return ANSWER_ALLOW;
    if (remote->owner && has_untold_group(remote->owner))
        return ANSWER_UNKNOWN;
    /* Where the VPC is not known, the owner may be somebody with the same address elsewhere. */
    return remote->owner && *vpc_id ? ANSWER_DENY : match_stranger(rule, remote);
}

static enum answer match_reference(const struct vpc_rule *rule, struct remote *remote, unsigned *doubt)
{
    bool stale = has_text(rule->peering_status) && strcmp(rule->peering_status.text, "active") != 0;

    if (stale || remote->way == WAY_NOT_PRESERVED)
        return ANSWER_DENY;
    enum answer answer = match_member(rule, remote);
    if (answer == ANSWER_UNKNOWN)
        *doubt |= DOUBT_PEER_GROUP;
    if (answer == ANSWER_DENY || remote->way != WAY_UNKNOWN)
        return answer;
    *doubt |= DOUBT_REFERENCE;
    return ANSWER_UNKNOWN;
}

enum answer match_peer(const struct vpc_rule *rule, struct remote *remote, unsigned *doubt)
{
    switch (rule->peer_kind) {
    case PEER_NET: return net_contains(&rule->net, &remote->addr) ? ANSWER_ALLOW : ANSWER_DENY;
    case PEER_PREFIX_LIST: return match_list(rule->prefix_list, &remote->addr, doubt);
    case PEER_GROUP: return match_reference(rule, remote, doubt);
    }
    return ANSWER_UNKNOWN;
}

/* ---- the whole rule ---- */

enum answer match_rule(const struct vpc_rule *rule, const struct packet *packet, struct remote *remote, unsigned *doubt)
{
    unsigned why = DOUBT_NOTHING;

    if (rule->malformed || !match_protocol(rule->protocol, packet))
        return ANSWER_DENY;
    enum answer answer = match_ports(rule->protocol, rule->from, rule->to, packet, &why);
    if (answer != ANSWER_DENY)
        answer = match_both(answer, match_peer(rule, remote, &why));
    if (answer == ANSWER_ALLOW && rule->unsure) {
        answer = ANSWER_UNKNOWN;
        why = DOUBT_FORMS;
    }
    if (answer == ANSWER_UNKNOWN)
        *doubt |= why;
    return answer;
}

bool address_is_unfiltered(const weir_addr *addr)
{
    static const weir_addr services[] = {
        {4, {169, 254, 169, 253}},
        {4, {169, 254, 169, 254}},
        {4, {169, 254, 169, 123}},
        {4, {169, 254, 170, 2}},
        {4, {169, 254, 169, 250}},
        {4, {169, 254, 169, 251}},
        {6, {0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, 0x53}},
        {6, {0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, 0x54}},
        {6, {0xfd, 0x00, 0x0e, 0xc2, [14] = 0x01, 0x23}},
    };
    for (size_t k = 0; k < ARRAY_SIZE(services); k++)
        if (addr_compare(&services[k], addr) == 0)
            return true;
    return false;
}
