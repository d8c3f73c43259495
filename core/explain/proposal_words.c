/* proposal_words.c - a proposed change in words, as a command, and what is dangerous about it (proposal.h). */
#include <stdio.h>
#include <string.h>

#include "explain/draft.h"
#include "explain/hop_words.h"
#include "explain/proposal.h"

enum { NET_TEXT = ADDR_TEXT_MAX + 5, OPTION_TEXT = 96 };

static weir_safe owner_of(const struct edit *edit, struct words *words)
{
    weir_safe id = WEIR_SAFE(""), name = WEIR_SAFE("");
    if (edit->group) {
        id = edit->group->id;
        name = edit->group->name;
    } else if (edit->acl) {
        id = edit->acl->id;
        name = edit->acl->name;
    }
    return name.text[0] ? words_format(words, "%s (%s)", name.text, id.text) : words_format(words, "%s", id.text);
}

weir_safe edit_words(const struct edit *edit, struct words *words)
{
    const char *verb = edit->add ? "add to" : "remove from", *way = edit->egress ? "out" : "in";
    if (edit->acl)
        return words_format(words, "%s network ACL %s: %s", verb, owner_of(edit, words).text,
                            acl_entry_words(&edit->entry, words).text);
    return words_format(words, "%s security group %s: %s %s", verb, owner_of(edit, words).text, way,
                        rule_words(&edit->rule, words).text);
}

/* ---- commands ---- */

static void net_text(const struct net *net, char out[NET_TEXT])
{
    char addr[ADDR_TEXT_MAX];
    addr_print(&net->addr, addr);
    snprintf(out, NET_TEXT, "%s/%u", addr, net->prefix);
}

static bool has_ports(int protocol)
{
    return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP;
}

static bool has_types(int protocol)
{
    return protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMP6;
}

static weir_safe protocol_pairs(const struct vpc_rule *rule, struct words *words)
{
    const char *name = rule->protocol == PROTOCOL_TCP     ? "tcp"
                       : rule->protocol == PROTOCOL_UDP   ? "udp"
                       : rule->protocol == PROTOCOL_ICMP  ? "icmp"
                       : rule->protocol == PROTOCOL_ICMP6 ? "icmpv6"
                                                          : NULL;
    if (!name)
        return words_format(words, "IpProtocol=%d", rule->protocol);
    return words_format(words, "IpProtocol=%s,FromPort=%d,ToPort=%d", name, (int)rule->from, (int)rule->to);
}

static weir_safe peer_pair(const struct vpc_rule *rule, struct words *words)
{
    char net[NET_TEXT];
    if (rule->peer_kind != PEER_NET && !is_plain_id(rule->peer_id.text))
        return WEIR_SAFE("");
    if (rule->peer_kind == PEER_GROUP)
        return words_format(words, "UserIdGroupPairs=[{GroupId=%s}]", rule->peer_id.text);
    if (rule->peer_kind == PEER_PREFIX_LIST)
        return words_format(words, "PrefixListIds=[{PrefixListId=%s}]", rule->peer_id.text);
    net_text(&rule->net, net);
    return rule->net.addr.family == 4 ? words_format(words, "IpRanges=[{CidrIp=%s}]", net)
                                      : words_format(words, "Ipv6Ranges=[{CidrIpv6=%s}]", net);
}

static weir_safe region_of(const struct proposal *proposal, struct words *words)
{
    const char *region = inventory_region(proposal->inventory).text;
    return region[0] && is_plain_id(region) ? words_format(words, " --region %s", region) : WEIR_SAFE("");
}

static weir_safe group_command(const struct edit *edit, weir_safe region, struct words *words)
{
    const struct vpc_rule *rule = edit->old_rule && !edit->add ? edit->old_rule : &edit->rule;
    const char *way = edit->egress ? "egress" : "ingress", *id = edit->group->id.text;
    if (!is_plain_id(id))
        return WEIR_SAFE("");
    if (!edit->add && rule->id.text[0] && is_plain_id(rule->id.text))
        return words_format(words, "aws ec2 revoke-security-group-%s --group-id %s --security-group-rule-ids %s%s", way,
                            id, rule->id.text, region.text);
    weir_safe peer = peer_pair(rule, words);
    if (!peer.text[0])
        return WEIR_SAFE("");
    return words_format(words, "aws ec2 %s-security-group-%s --group-id %s --ip-permissions '%s,%s'%s",
                        edit->add ? "authorize" : "revoke", way, id, protocol_pairs(rule, words).text, peer.text,
                        region.text);
}

static weir_safe acl_command(const struct edit *edit, weir_safe region, struct words *words)
{
    const struct vpc_acl_entry *entry = &edit->entry;
    const char *way = edit->egress ? "egress" : "ingress", *id = edit->acl->id.text;
    char matter[OPTION_TEXT] = "", net[NET_TEXT];
    if (!is_plain_id(id))
        return WEIR_SAFE("");
    if (!edit->add)
        return words_format(words, "aws ec2 delete-network-acl-entry --network-acl-id %s --%s --rule-number %u%s", id,
                            way, entry->number, region.text);
    if (has_ports(entry->protocol))
        snprintf(matter, sizeof matter, " --port-range From=%d,To=%d", (int)entry->from, (int)entry->to);
    else if (has_types(entry->protocol))
        snprintf(matter, sizeof matter, " --icmp-type-code Type=%d,Code=%d", (int)entry->from, (int)entry->to);
    net_text(&entry->net, net);
    return words_format(words,
                        "aws ec2 create-network-acl-entry --network-acl-id %s --%s --rule-number %u --protocol %d%s "
                        "--%s %s --rule-action %s%s",
                        id, way, entry->number, entry->protocol, matter,
                        entry->net.addr.family == 4 ? "cidr-block" : "ipv6-cidr-block", net,
                        entry->allow ? "allow" : "deny", region.text);
}

weir_safe edit_command(const struct proposal *proposal, const struct edit *edit, struct words *words)
{
    weir_safe region = region_of(proposal, words);
    return edit->acl ? acl_command(edit, region, words) : group_command(edit, region, words);
}

/* ---- warnings ---- */

weir_safe edit_warning(const struct edit *edit, struct words *words)
{
    const struct vpc_rule *rule = &edit->rule;
    if (!edit->add || edit->egress || edit->acl)
        return WEIR_SAFE("");
    if (rule->peer_kind == PEER_NET && rule->net.prefix == 0)
        return words_format(words, "it opens %s to the whole internet, on %zu interface%s",
                            rule_words(rule, words).text, edit->group->n_members,
                            edit->group->n_members == 1 ? "" : "s");
    if (edit->group->n_members > 1)
        return words_format(words, "%s is on %zu interfaces: it opens all of them", owner_of(edit, words).text,
                            edit->group->n_members);
    return WEIR_SAFE("");
}
