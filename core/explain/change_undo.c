/* change_undo.c - the command that undoes a change. What the event does not tell of the past comes from the network
 * just before it; where that does not know it either, there is no command but a word on where to look. Only ids and
 * networks that may stand in a command line unquoted get there. */
#include <ctype.h>
#include <string.h>

#include "base/scope.h"
#include "explain/change_words.h"

enum { COMMANDS_MAX = 8 };

struct undoing {
    struct words *words;
    const struct inventory *before;
    const char *subnet_id;
    weir_safe region; /* " --region …" */
    weir_safe note;
    weir_safe open; /* the command that takes more permissions, up to them; "" = none */
};

typedef weir_safe undo(struct undoing *undoing, const struct change_edit *edit);

static bool is_plain(const char *text)
{
    for (const char *at = text; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr("-./:_", *at))
            return false;
    return *text != '\0';
}

static weir_safe cannot(struct undoing *undoing, const char *why)
{
    undoing->note = words_format(undoing->words, "%s", why);
    return WEIR_SAFE("");
}

/* ---- security groups ---- */

static weir_safe protocol_text(struct words *words, int32_t protocol)
{
    if (protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP)
        return protocol == PROTOCOL_TCP ? WEIR_SAFE("tcp") : WEIR_SAFE("udp");
    if (protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMP6)
        return protocol == PROTOCOL_ICMP ? WEIR_SAFE("icmp") : WEIR_SAFE("icmpv6");
    return words_format(words, "%d", protocol);
}

static weir_safe peer_text(struct words *words, const char *peer)
{
    if (strncmp(peer, "sg-", 3) == 0)
        return words_format(words, "UserIdGroupPairs=[{GroupId=%s}]", peer);
    if (strncmp(peer, "pl-", 3) == 0)
        return words_format(words, "PrefixListIds=[{PrefixListId=%s}]", peer);
    return strchr(peer, ':') ? words_format(words, "Ipv6Ranges=[{CidrIpv6=%s}]", peer)
                             : words_format(words, "IpRanges=[{CidrIp=%s}]", peer);
}

static weir_safe permission(struct undoing *undoing, const struct change_edit *edit)
{
    struct words *words = undoing->words;
    bool has_ports = edit->protocol == PROTOCOL_TCP || edit->protocol == PROTOCOL_UDP ||
                     edit->protocol == PROTOCOL_ICMP || edit->protocol == PROTOCOL_ICMP6;
    weir_safe ports = has_ports ? words_format(words, ",FromPort=%d,ToPort=%d", edit->from, edit->to) : WEIR_SAFE("");
    return words_format(words, "IpProtocol=%s%s,%s", protocol_text(words, edit->protocol).text, ports.text,
                        peer_text(words, edit->peer.text).text);
}

static weir_safe on_group(struct undoing *undoing, const struct change_edit *edit, const char *verb)
{
    if (!is_plain(edit->target.text) || !is_plain(edit->peer.text))
        return cannot(undoing, "the event names no group or peer that can stand in a command");
    weir_safe open = words_format(undoing->words, "aws ec2 %s-security-group-%s%s --group-id %s --ip-permissions", verb,
                                  edit->egress ? "egress" : "ingress", undoing->region.text, edit->target.text);
    bool goes_on = strcmp(open.text, undoing->open.text) == 0;
    undoing->open = open;
    return words_format(undoing->words, "%s '%s'", goes_on ? "" : open.text, permission(undoing, edit).text);
}

static weir_safe undo_rule_add(struct undoing *undoing, const struct change_edit *edit)
{
    return on_group(undoing, edit, "revoke");
}

static const struct vpc_rule *rule_before(const struct undoing *undoing, const struct change_edit *edit)
{
    const struct vpc_group *group = undoing->before ? inventory_group(undoing->before, edit->target.text) : NULL;
    for (size_t k = 0; group && k < group->n_rules; k++)
        if (*edit->rule_id.text && strcmp(group->rules[k].id.text, edit->rule_id.text) == 0)
            return &group->rules[k];
    return NULL;
}

/* The rule as it was, in an edit's form; its texts live with the words. */
static bool as_edit(struct undoing *undoing, const struct vpc_rule *rule, struct change_edit *out)
{
    char addr[ADDR_TEXT_MAX];
    if (!rule)
        return false;
    out->egress = rule->egress;
    out->protocol = rule->protocol;
    out->from = rule->from;
    out->to = rule->to;
    out->peer = rule->peer_id;
    if (rule->peer_kind == PEER_NET) {
        addr_print(&rule->net.addr, addr);
        out->peer = words_format(undoing->words, "%s/%u", addr, rule->net.prefix);
    }
    return *out->peer.text;
}

static weir_safe undo_rule_remove(struct undoing *undoing, const struct change_edit *edit)
{
    struct change_edit old = *edit;
    if (!edit->has_rule && !as_edit(undoing, rule_before(undoing, edit), &old))
        return cannot(undoing, "the event does not tell what the rule said: see an older snapshot, or its author");
    return on_group(undoing, &old, "authorize");
}

static weir_safe undo_rule_set(struct undoing *undoing, const struct change_edit *edit)
{
    struct change_edit old = *edit;
    struct words *words = undoing->words;
    if (!as_edit(undoing, rule_before(undoing, edit), &old) || !is_plain(edit->rule_id.text) ||
        !is_plain(edit->target.text) || !is_plain(old.peer.text))
        return cannot(undoing, "the event does not tell what the rule was: see an older snapshot, or its author");
    const char *name = strncmp(old.peer.text, "sg-", 3) == 0   ? "ReferencedGroupId"
                       : strncmp(old.peer.text, "pl-", 3) == 0 ? "PrefixListId"
                       : strchr(old.peer.text, ':')            ? "CidrIpv6"
                                                               : "CidrIpv4";
    return words_format(words,
                        "aws ec2 modify-security-group-rules --group-id %s --security-group-rules "
                        "'SecurityGroupRuleId=%s,SecurityGroupRule={IpProtocol=%s,FromPort=%d,ToPort=%d,%s=%s}'%s",
                        edit->target.text, edit->rule_id.text, protocol_text(words, old.protocol).text, old.from,
                        old.to, name, old.peer.text, undoing->region.text);
}

/* ---- groups of interfaces ---- */

static const struct vpc_interface *interface_before(const struct undoing *undoing, const struct change_edit *edit)
{
    if (!undoing->before)
        return NULL;
    if (edit->kind == EDIT_INTERFACE_GROUPS)
        return inventory_interface(undoing->before, edit->target.text);
    const struct vpc_interface *interface;
    for (size_t k = 0; (interface = inventory_nth_interface(undoing->before, k)); k++)
        if (strcmp(interface->instance_id.text, edit->target.text) == 0)
            return interface;
    return NULL;
}

static weir_safe undo_groups(struct undoing *undoing, const struct change_edit *edit)
{
    const struct vpc_interface *interface = interface_before(undoing, edit);
    weir_safe all = WEIR_SAFE("");
    for (size_t k = 0; interface && k < interface->n_group_ids; k++) {
        if (!is_plain(interface->group_ids[k].text))
            return cannot(undoing, "which groups the interface had is not known");
        all = words_format(undoing->words, "%s %s", all.text, interface->group_ids[k].text);
    }
    if (!*all.text || !is_plain(edit->target.text))
        return cannot(undoing, "the event does not tell which groups the interface had: see an older snapshot");
    bool by_instance = edit->kind == EDIT_INSTANCE_GROUPS;
    return words_format(undoing->words, "aws ec2 modify-%s-attribute --%s-id %s --groups%s%s",
                        by_instance ? "instance" : "network-interface", by_instance ? "instance" : "network-interface",
                        edit->target.text, all.text, undoing->region.text);
}

/* ---- network ACLs ---- */

static const struct vpc_acl_entry *entry_before(const struct undoing *undoing, const struct change_edit *edit)
{
    const struct vpc_acl *acl = undoing->before ? inventory_acl(undoing->before, edit->target.text) : NULL;
    for (size_t k = 0; acl && k < acl->n_entries; k++)
        if (acl->entries[k].number == edit->number && acl->entries[k].egress == edit->egress)
            return &acl->entries[k];
    return NULL;
}

static weir_safe entry_command(struct undoing *undoing, const struct change_edit *edit, const char *verb,
                               const struct vpc_acl_entry *entry)
{
    struct words *words = undoing->words;
    char addr[ADDR_TEXT_MAX];
    addr_print(&entry->net.addr, addr);
    weir_safe more = WEIR_SAFE("");
    if (entry->protocol == PROTOCOL_TCP || entry->protocol == PROTOCOL_UDP)
        more = words_format(words, " --port-range From=%d,To=%d", entry->from, entry->to);
    else if (entry->protocol == PROTOCOL_ICMP || entry->protocol == PROTOCOL_ICMP6)
        more = words_format(words, " --icmp-type-code Type=%d,Code=%d", entry->from, entry->to);
    return words_format(words,
                        "aws ec2 %s-network-acl-entry --network-acl-id %s --rule-number %d --%s --protocol %d "
                        "--rule-action %s --%s %s/%u%s%s",
                        verb, edit->target.text, edit->number, edit->egress ? "egress" : "ingress", entry->protocol,
                        entry->allow ? "allow" : "deny", entry->net.addr.family == 4 ? "cidr-block" : "ipv6-cidr-block",
                        addr, entry->net.prefix, more.text, undoing->region.text);
}

static weir_safe undo_entry_create(struct undoing *undoing, const struct change_edit *edit)
{
    if (!is_plain(edit->target.text) || edit->number < 1)
        return cannot(undoing, "the event names no entry");
    return words_format(undoing->words, "aws ec2 delete-network-acl-entry --network-acl-id %s --rule-number %d --%s%s",
                        edit->target.text, edit->number, edit->egress ? "egress" : "ingress", undoing->region.text);
}

static weir_safe undo_entry(struct undoing *undoing, const struct change_edit *edit)
{
    const struct vpc_acl_entry *entry = entry_before(undoing, edit);
    if (!entry || !is_plain(edit->target.text))
        return cannot(undoing, "the event does not tell what the entry was: see an older snapshot, or its author");
    return entry_command(undoing, edit, edit->kind == EDIT_ENTRY_DELETE ? "create" : "replace", entry);
}

static weir_safe undo_association(struct undoing *undoing, const struct change_edit *edit)
{
    if (!is_plain(edit->new_association_id.text))
        return cannot(undoing, "the event does not tell the new association: see the subnet in the console");
    const struct vpc_subnet *subnet = undoing->before ? inventory_subnet(undoing->before, undoing->subnet_id) : NULL;
    bool is_known = subnet && subnet->acl && is_plain(subnet->acl->id.text) &&
                    inventory_acl(undoing->before, subnet->acl->id.text) && !strstr(subnet->acl->id.text, "unknown");
    if (!is_known)
        undoing->note = words_format(undoing->words, "put the network ACL that the subnet had in place of ACL_ID");
    return words_format(
        undoing->words, "aws ec2 replace-network-acl-association --association-id %s --network-acl-id %s%s",
        edit->new_association_id.text, is_known ? subnet->acl->id.text : "ACL_ID", undoing->region.text);
}

/* ---- the rest ---- */

static weir_safe undo_prefix(struct undoing *undoing, const struct change_edit *edit)
{
    if (!is_plain(edit->target.text) || !is_plain(edit->peer.text))
        return cannot(undoing, "the event names no prefix list or entry");
    undoing->note = words_format(undoing->words, "VERSION: aws ec2 describe-managed-prefix-lists tells it");
    return words_format(undoing->words,
                        "aws ec2 modify-managed-prefix-list --prefix-list-id %s --current-version VERSION "
                        "--%s-entries Cidr=%s%s",
                        edit->target.text, edit->kind == EDIT_PREFIX_ADD ? "remove" : "add", edit->peer.text,
                        undoing->region.text);
}

static weir_safe undo_bpa(struct undoing *undoing, const struct change_edit *edit)
{
    static const char *const modes[] = {
        [BPA_OFF] = "off", [BPA_BLOCK_BIDIRECTIONAL] = "block-bidirectional", [BPA_BLOCK_INGRESS] = "block-ingress"};
    (void)edit;
    enum bpa_mode mode = undoing->before ? inventory_bpa(undoing->before) : BPA_UNKNOWN;
    if (mode == BPA_UNKNOWN)
        mode = BPA_OFF;
    return words_format(undoing->words,
                        "aws ec2 modify-vpc-block-public-access-options --internet-gateway-block-mode %s%s",
                        modes[mode], undoing->region.text);
}

static weir_safe undo_route(struct undoing *undoing, const struct change_edit *edit)
{
    (void)edit;
    return cannot(undoing, "a route does not reject: look at the path (Enter on a record, then Tab)");
}

static weir_safe undo_other(struct undoing *undoing, const struct change_edit *edit)
{
    (void)edit;
    return cannot(undoing, "the event does not tell what it replaced: see the raw event");
}

static undo *const undos[] = {
    [EDIT_RULE_ADD] = undo_rule_add,         [EDIT_RULE_REMOVE] = undo_rule_remove,
    [EDIT_RULE_SET] = undo_rule_set,         [EDIT_INTERFACE_GROUPS] = undo_groups,
    [EDIT_INSTANCE_GROUPS] = undo_groups,    [EDIT_ENTRY_CREATE] = undo_entry_create,
    [EDIT_ENTRY_REPLACE] = undo_entry,       [EDIT_ENTRY_DELETE] = undo_entry,
    [EDIT_ACL_ASSOCIATE] = undo_association, [EDIT_ROUTE_CREATE] = undo_route,
    [EDIT_ROUTE_REPLACE] = undo_route,       [EDIT_ROUTE_DELETE] = undo_route,
    [EDIT_TABLE_ASSOCIATE] = undo_route,     [EDIT_TABLE_DISASSOCIATE] = undo_route,
    [EDIT_PREFIX_ADD] = undo_prefix,         [EDIT_PREFIX_REMOVE] = undo_prefix,
    [EDIT_BPA_OPTIONS] = undo_bpa,           [EDIT_OTHER] = undo_other,
};

weir_safe change_undo(struct words *words, const struct change *change, const struct inventory *before,
                      const char *subnet_id, weir_safe *note)
{
    weir_safe region =
        is_plain(change->region.text) ? words_format(words, " --region %s", change->region.text) : WEIR_SAFE("");
    struct undoing undoing = {words, before, subnet_id, region, WEIR_SAFE(""), WEIR_SAFE("")};
    weir_safe all = WEIR_SAFE("");
    size_t n = change->n_edits < COMMANDS_MAX ? change->n_edits : COMMANDS_MAX;
    for (size_t k = 0; k < n; k++) {
        weir_safe one = undos[change->edits[k].kind](&undoing, &change->edits[k]);
        bool goes_on = one.text[0] == ' ';
        if (*one.text)
            all = words_format(words, "%s%s%s", all.text, *all.text && !goes_on ? " && " : "", one.text);
    }
    if (change->n_edits > n)
        undoing.note = words_format(words, "this undoes %zu of %zu edits", n, change->n_edits);
    if (strlen(all.text) >= WORDS_TEXT_BYTES - 4) { /* half a command is none */
        all = WEIR_SAFE("");
        undoing.note = WEIR_SAFE("it takes too many commands to be written here: see the raw event");
    }
    *note = undoing.note;
    return all;
}
