/* fix_group.c - the narrowest rule of a security group that admits the packet, as words and as a command (draft.h):
 * one port, and the other interface's group where it is ours and references work on the way, else one address. */
#include <string.h>

#include "explain/draft.h"

/* The group to change: that of the nearest miss, else the first that is not "default". */
static const struct vpc_group *group_to_change(struct draft *draft)
{
    const struct vpc_interface *interface = draft->interface;
    struct near_miss near[NEAR_MAX];
    if (!interface || interface->n_groups == 0)
        return NULL;
    if (near_misses(draft->inventory, interface->groups, interface->n_groups, draft->egress, &draft->decision->packet,
                    draft->decision->way, near) > 0 &&
        near[0].rule->group)
        return near[0].rule->group;
    for (size_t k = 0; k < interface->n_groups; k++)
        if (strcmp(interface->groups[k]->name.text, "default") != 0)
            return interface->groups[k];
    return interface->groups[0];
}

/* The group of the other end, where a reference to it works. */
static const struct vpc_group *peer_group(struct draft *draft)
{
    enum reference_way way = draft->decision->way;
    if (!draft->interface || (way != WAY_PRIVATE && way != WAY_PEERING && way != WAY_TRANSIT))
        return NULL;
    const weir_addr *remote = &draft->flow->remote;
    const struct vpc_interface *owner =
        inventory_address_owner(draft->inventory, draft->interface->vpc_id.text, remote);
    if (!owner)
        owner = inventory_address_owner(draft->inventory, "", remote);
    if (!owner || owner->n_groups == 0 || !interface_has_address(owner, remote))
        return NULL;
    for (size_t k = 0; k < owner->n_groups; k++)
        if (strcmp(owner->groups[k]->name.text, "default") != 0)
            return owner->groups[k];
    return owner->groups[0];
}

static weir_safe protocol_pairs(struct draft *draft)
{
    const struct packet *packet = &draft->decision->packet;
    switch (packet->protocol) {
    case PROTOCOL_TCP:
    case PROTOCOL_UDP:
        if (packet->dst_port < 0)
            return WEIR_SAFE("");
        return words_format(&draft->words, "IpProtocol=%s,FromPort=%d,ToPort=%d",
                            packet->protocol == PROTOCOL_TCP ? "tcp" : "udp", packet->dst_port, packet->dst_port);
    case PROTOCOL_ICMP:
    case PROTOCOL_ICMP6:
        return words_format(&draft->words, "IpProtocol=%s,FromPort=%d,ToPort=-1",
                            packet->protocol == PROTOCOL_ICMP ? "icmp" : "icmpv6", packet->icmp_type);
    default: return words_format(&draft->words, "IpProtocol=%u", packet->protocol);
    }
}

static weir_safe peer_pair(struct draft *draft, const struct vpc_group *peer)
{
    const weir_addr *remote = draft->egress ? &draft->decision->packet.dst : &draft->decision->packet.src;
    weir_safe addr = addr_words(draft, remote);
    if (peer)
        return words_format(&draft->words, "UserIdGroupPairs=[{GroupId=%s}]", peer->id.text);
    if (remote->family == 4)
        return words_format(&draft->words, "IpRanges=[{CidrIp=%s/32}]", addr.text);
    return words_format(&draft->words, "Ipv6Ranges=[{CidrIpv6=%s/128}]", addr.text);
}

static weir_safe risk_words(struct draft *draft, const struct vpc_group *group, bool by_group)
{
    weir_safe name = named_words(draft, group->name, group->id);
    weir_safe who = by_group ? WEIR_SAFE("every interface of the other group may use it, also those to come")
                             : WEIR_SAFE("it is for one address: it fails when that changes");
    if (group->n_members < 2)
        return words_format(&draft->words, "%s", who.text);
    return words_format(&draft->words, "%s is on %zu interfaces: the rule opens all of them; %s", name.text,
                        group->n_members, who.text);
}

weir_safe group_fix_command(struct draft *draft, weir_safe *words, weir_safe *risk)
{
    const struct vpc_group *group = group_to_change(draft), *peer = peer_group(draft);
    if (!group)
        return WEIR_SAFE("");
    weir_safe protocol = protocol_pairs(draft), service = service_words(draft);
    weir_safe name = named_words(draft, group->name, group->id);
    weir_safe other =
        peer ? words_format(&draft->words, "security group %s", named_words(draft, peer->name, peer->id).text)
             : owner_words(draft, &draft->flow->remote);
    *words =
        draft->egress
            ? words_format(&draft->words, "let security group %s send %s to %s", name.text, service.text, other.text)
            : words_format(&draft->words, "let %s from %s into security group %s", service.text, other.text, name.text);
    *risk = risk_words(draft, group, peer != NULL);
    if (!is_plain_id(group->id.text) || (peer && !is_plain_id(peer->id.text)) || !protocol.text[0])
        return WEIR_SAFE("");
    return words_format(&draft->words, "aws ec2 authorize-security-group-%s --group-id %s --ip-permissions '%s,%s'%s",
                        draft->egress ? "egress" : "ingress", group->id.text, protocol.text,
                        peer_pair(draft, peer).text, region_option(draft).text);
}
