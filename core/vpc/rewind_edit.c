/* rewind_edit.c - what one edit does to the network's JSON, and how that is undone: one row a kind of edit. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "vpc/capture_state.h"
#include "vpc/rewind.h"

#define UNKNOWN "unknown"

static json_t *items_of(struct capture *capture, enum part part)
{
    return capture->parts[part].items;
}

static bool has_text(const json_t *object, const char *name, const char *text)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value && strcmp(value, text) == 0;
}

static json_t *find(json_t *list, const char *name, const char *id, size_t *at)
{
    json_t *item;
    size_t k;
    json_array_foreach(list, k, item)
    {
        if (!has_text(item, name, id))
            continue;
        if (at)
            *at = k;
        return item;
    }
    return NULL;
}

static json_t *list_of(json_t *object, const char *name)
{
    json_t *list = json_object_get(object, name);
    if (!json_is_array(list)) {
        list = json_array();
        json_object_set_new(object, name, list);
    }
    return list;
}

static bool is_v6(const char *peer)
{
    return strchr(peer, ':') != NULL;
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* ---- rules of security groups ---- */

enum peer_form { FORM_V4, FORM_V6, FORM_LIST, FORM_GROUP, FORMS };
static const struct {
    const char *list, *member; /* in IpPermissions */
    const char *rule_member;   /* in SecurityGroupRules; a group is in ReferencedGroupInfo */
} forms[FORMS] = {
    [FORM_V4] = {"IpRanges", "CidrIp", "CidrIpv4"},
    [FORM_V6] = {"Ipv6Ranges", "CidrIpv6", "CidrIpv6"},
    [FORM_LIST] = {"PrefixListIds", "PrefixListId", "PrefixListId"},
    [FORM_GROUP] = {"UserIdGroupPairs", "GroupId", NULL},
};

static enum peer_form form_of(const char *peer)
{
    if (starts(peer, "sg-"))
        return FORM_GROUP;
    if (starts(peer, "pl-"))
        return FORM_LIST;
    return is_v6(peer) ? FORM_V6 : FORM_V4;
}

/* Protocols are told by name or by number. */
static int protocol_number(const char *text)
{
    static const struct {
        const char *name;
        int number;
    } names[] = {{"tcp", 6}, {"udp", 17}, {"icmp", 1}, {"icmpv6", 58}, {"all", PROTOCOL_ALL}};
    for (size_t k = 0; k < ARRAY_SIZE(names); k++)
        if (strcmp(text, names[k].name) == 0)
            return names[k].number;
    return (int)strtol(text, NULL, 10);
}

static void put_protocol(json_t *object, const char *name, int protocol)
{
    char text[16];
    snprintf(text, sizeof text, "%d", protocol);
    const char *word = protocol == PROTOCOL_TCP   ? "tcp"
                       : protocol == PROTOCOL_UDP ? "udp"
                       : protocol == 1            ? "icmp"
                                                  : text;
    json_object_set_new(object, name, json_string(word));
}

static bool has_ports(int protocol)
{
    return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP || protocol == PROTOCOL_ICMP ||
           protocol == PROTOCOL_ICMP6;
}

/* An absent end is an open one. */
static int64_t port_of(const json_t *object, const char *name, int64_t open)
{
    const json_t *value = json_object_get(object, name);
    int64_t port = json_is_integer(value) ? json_integer_value(value) : -1;
    return port < 0 ? open : port;
}

static bool is_same_traffic(const json_t *object, const struct change_edit *edit)
{
    const char *protocol = json_string_value(json_object_get(object, "IpProtocol"));
    if (!protocol || protocol_number(protocol) != edit->protocol)
        return false;
    if (!has_ports(edit->protocol))
        return true;
    bool icmp = edit->protocol == PROTOCOL_ICMP || edit->protocol == PROTOCOL_ICMP6;
    return port_of(object, "FromPort", icmp ? -1 : 0) == edit->from &&
           port_of(object, "ToPort", icmp ? -1 : 65535) == edit->to;
}

static void put_traffic(json_t *object, const struct change_edit *edit)
{
    put_protocol(object, "IpProtocol", edit->protocol);
    if (!has_ports(edit->protocol))
        return;
    json_object_set_new(object, "FromPort", json_integer(edit->from));
    json_object_set_new(object, "ToPort", json_integer(edit->to));
}

static const char *permissions_of(const struct change_edit *edit)
{
    return edit->egress ? "IpPermissionsEgress" : "IpPermissions";
}

static void add_grouped(struct capture *capture, const struct change_edit *edit)
{
    json_t *group = find(items_of(capture, PART_GROUPS), "GroupId", edit->target.text, NULL);
    if (!group)
        return;
    enum peer_form form = form_of(edit->peer.text);
    json_t *permission = json_object(), *peer = json_object();
    put_traffic(permission, edit);
    json_object_set_new(peer, forms[form].member, json_string(edit->peer.text));
    json_array_append_new(list_of(permission, forms[form].list), peer);
    json_array_append_new(list_of(group, permissions_of(edit)), permission);
}

static void remove_grouped(struct capture *capture, const struct change_edit *edit)
{
    json_t *group = find(items_of(capture, PART_GROUPS), "GroupId", edit->target.text, NULL);
    json_t *permissions = json_object_get(group, permissions_of(edit)), *permission;
    enum peer_form form = form_of(edit->peer.text);
    size_t k;
    json_array_foreach(permissions, k, permission)
    {
        json_t *peers = json_object_get(permission, forms[form].list);
        size_t at;
        if (is_same_traffic(permission, edit) && find(peers, forms[form].member, edit->peer.text, &at)) {
            json_array_remove(peers, at);
            return;
        }
    }
}

static void add_single(struct capture *capture, const struct change_edit *edit)
{
    json_t *rules = items_of(capture, PART_GROUP_RULES), *rule;
    if (!json_is_array(rules))
        return;
    enum peer_form form = form_of(edit->peer.text);
    rule = json_object();
    json_object_set_new(rule, "SecurityGroupRuleId",
                        json_string(*edit->rule_id.text ? edit->rule_id.text : "sgr-" UNKNOWN));
    json_object_set_new(rule, "GroupId", json_string(edit->target.text));
    json_object_set_new(rule, "IsEgress", json_boolean(edit->egress));
    put_traffic(rule, edit);
    if (form == FORM_GROUP) {
        json_t *reference = json_object();
        json_object_set_new(reference, "GroupId", json_string(edit->peer.text));
        json_object_set_new(rule, "ReferencedGroupInfo", reference);
    } else {
        json_object_set_new(rule, forms[form].rule_member, json_string(edit->peer.text));
    }
    json_array_append_new(rules, rule);
}

static bool is_single(const json_t *rule, const struct change_edit *edit)
{
    if (*edit->rule_id.text && has_text(rule, "SecurityGroupRuleId", edit->rule_id.text))
        return true;
    if (!edit->has_rule || !has_text(rule, "GroupId", edit->target.text) || !is_same_traffic(rule, edit) ||
        json_is_true(json_object_get(rule, "IsEgress")) != edit->egress)
        return false;
    enum peer_form form = form_of(edit->peer.text);
    if (form == FORM_GROUP)
        return has_text(json_object_get(rule, "ReferencedGroupInfo"), "GroupId", edit->peer.text);
    return has_text(rule, forms[form].rule_member, edit->peer.text);
}

/* The rule of a list of single rules, in an edit's form; texts are borrowed from it. */
static bool read_single(const json_t *rule, struct change_edit *out)
{
    const char *peer = json_string_value(json_object_get(json_object_get(rule, "ReferencedGroupInfo"), "GroupId"));
    for (int form = 0; !peer && form < FORM_GROUP; form++)
        peer = json_string_value(json_object_get(rule, forms[form].rule_member));
    const char *protocol = json_string_value(json_object_get(rule, "IpProtocol"));
    if (!peer || !protocol)
        return false;
    out->has_rule = true;
    out->egress = json_is_true(json_object_get(rule, "IsEgress"));
    out->protocol = protocol_number(protocol);
    bool icmp = out->protocol == PROTOCOL_ICMP || out->protocol == PROTOCOL_ICMP6;
    out->from = (int32_t)port_of(rule, "FromPort", icmp ? -1 : 0);
    out->to = (int32_t)port_of(rule, "ToPort", icmp ? -1 : 65535);
    out->peer = (weir_safe){peer};
    return true;
}

static void remove_rule(struct capture *capture, const struct change_edit *edit)
{
    json_t *rules = items_of(capture, PART_GROUP_RULES), *rule;
    struct change_edit whole = *edit;
    size_t k;
    json_array_foreach(rules, k, rule)
    {
        if (!is_single(rule, edit))
            continue;
        if (whole.has_rule || read_single(rule, &whole))
            remove_grouped(capture, &whole);
        json_array_remove(rules, k);
        return;
    }
    if (whole.has_rule)
        remove_grouped(capture, &whole);
}

static void add_rule(struct capture *capture, const struct change_edit *edit)
{
    add_grouped(capture, edit);
    add_single(capture, edit);
}

/* A rule of which only that it was there is known. */
static void add_unknown_rule(struct capture *capture, const struct change_edit *edit)
{
    json_t *group = find(items_of(capture, PART_GROUPS), "GroupId", edit->target.text, NULL);
    if (!group)
        return;
    json_t *permission = json_object(), *peer = json_object();
    json_object_set_new(permission, "IpProtocol", json_string(UNKNOWN));
    json_object_set_new(peer, "CidrIp", json_string("0.0.0.0/0"));
    json_array_append_new(list_of(permission, "IpRanges"), peer);
    json_array_append_new(list_of(group, permissions_of(edit)), permission);
}

static void add_rule_again(struct capture *capture, const struct change_edit *edit, const struct change_edit *old)
{
    if (edit->kind == EDIT_RULE_REMOVE && edit->has_rule)
        add_rule(capture, edit);
    else if (old)
        add_rule(capture, old);
    else
        add_unknown_rule(capture, edit);
}

static void take_rule_back(struct capture *capture, const struct change_edit *edit, const struct change_edit *old)
{
    (void)old;
    remove_rule(capture, edit);
}

static void set_rule(struct capture *capture, const struct change_edit *edit)
{
    struct change_edit by_id = *edit;
    by_id.has_rule = false;
    remove_rule(capture, &by_id);
    if (edit->has_rule)
        add_rule(capture, edit);
}

static void set_rule_back(struct capture *capture, const struct change_edit *edit, const struct change_edit *old)
{
    remove_rule(capture, edit);
    if (old)
        add_rule(capture, old);
    else
        add_unknown_rule(capture, edit);
}

/* ---- groups of interfaces ---- */

static void put_groups(json_t *interface, const struct change_edit *edit)
{
    json_t *groups = json_array();
    for (size_t k = 0; k < edit->n_groups; k++) {
        json_t *group = json_object();
        json_object_set_new(group, "GroupId", json_string(edit->groups[k].text));
        json_array_append_new(groups, group);
    }
    json_object_set_new(interface, "Groups", groups);
}

static json_t *interface_of(struct capture *capture, const struct change_edit *edit)
{
    json_t *interfaces = items_of(capture, PART_INTERFACES), *interface;
    size_t k;
    if (edit->kind == EDIT_INTERFACE_GROUPS)
        return find(interfaces, "NetworkInterfaceId", edit->target.text, NULL);
    json_array_foreach(interfaces, k, interface) if (has_text(json_object_get(interface, "Attachment"), "InstanceId",
                                                              edit->target.text)) return interface;
    return NULL;
}

static void set_groups(struct capture *capture, const struct change_edit *edit)
{
    json_t *interface = interface_of(capture, edit);
    if (interface)
        put_groups(interface, edit);
}

static void set_groups_back(struct capture *capture, const struct change_edit *edit, const struct change_edit *old)
{
    json_t *interface = interface_of(capture, edit);
    if (interface && old)
        put_groups(interface, old);
    else if (interface)
        json_object_del(interface, "Groups");
}

/* ---- entries of network ACLs ---- */

static json_t *entries_of(struct capture *capture, const char *id)
{
    json_t *acl = find(items_of(capture, PART_ACLS), "NetworkAclId", id, NULL);
    return acl ? list_of(acl, "Entries") : NULL;
}

static void remove_entry(struct capture *capture, const struct change_edit *edit)
{
    json_t *entries = entries_of(capture, edit->target.text), *entry;
    size_t k;
    json_array_foreach(entries, k, entry)
    {
        if (json_integer_value(json_object_get(entry, "RuleNumber")) != edit->number ||
            json_is_true(json_object_get(entry, "Egress")) != edit->egress)
            continue;
        json_array_remove(entries, k);
        return;
    }
}

static void put_range(json_t *entry, const char *name, const char *first, const char *last,
                      const struct change_edit *edit)
{
    json_t *range = json_object();
    json_object_set_new(range, first, json_integer(edit->from));
    json_object_set_new(range, last, json_integer(edit->to));
    json_object_set_new(entry, name, range);
}

static void add_entry(struct capture *capture, const struct change_edit *edit)
{
    json_t *entries = entries_of(capture, edit->target.text), *entry = json_object();
    char protocol[16];
    snprintf(protocol, sizeof protocol, "%d", edit->protocol);
    json_object_set_new(entry, "RuleNumber", json_integer(edit->number));
    json_object_set_new(entry, "Egress", json_boolean(edit->egress));
    json_object_set_new(entry, "RuleAction", json_string(edit->allow ? "allow" : "deny"));
    json_object_set_new(entry, "Protocol", json_string(protocol));
    json_object_set_new(entry, is_v6(edit->peer.text) ? "Ipv6CidrBlock" : "CidrBlock", json_string(edit->peer.text));
    if (edit->protocol == PROTOCOL_TCP || edit->protocol == PROTOCOL_UDP)
        put_range(entry, "PortRange", "From", "To", edit);
    else if (has_ports(edit->protocol))
        put_range(entry, "IcmpTypeCode", "Type", "Code", edit);
    if (!entries || json_array_append(entries, entry) != 0)
        entries = NULL;
    json_decref(entry);
}

static void replace_entry(struct capture *capture, const struct change_edit *edit)
{
    remove_entry(capture, edit);
    add_entry(capture, edit);
}

/* An entry that makes no sense: what its ACL says is not known. */
static void add_unknown_entry(struct capture *capture, const char *acl, const struct change_edit *edit)
{
    json_t *entries = entries_of(capture, acl), *entry = json_object();
    json_object_set_new(entry, "RuleNumber", json_integer(edit->number));
    json_object_set_new(entry, "Egress", json_boolean(edit->egress));
    json_object_set_new(entry, "RuleAction", json_string(UNKNOWN));
    json_object_set_new(entry, "Protocol", json_string(UNKNOWN));
    if (entries)
        json_array_append(entries, entry);
    json_decref(entry);
}

static void take_entry_back(struct capture *capture, const struct change_edit *edit, const struct change_edit *old)
{
    (void)old;
    remove_entry(capture, edit);
}

static void put_entry_back(struct capture *capture, const struct change_edit *edit, const struct change_edit *old)
{
    remove_entry(capture, edit);
    if (old)
        add_entry(capture, old);
    else
        add_unknown_entry(capture, edit->target.text, edit);
}

/* ---- which network ACL a subnet has ---- */

/* Takes the association out of whatever ACL has it; the subnet's id is copied. */
static bool take_association(struct capture *capture, const char *association_id, char *subnet, size_t size)
{
    json_t *acls = items_of(capture, PART_ACLS), *acl;
    size_t k, at;
    json_array_foreach(acls, k, acl)
    {
        json_t *associations = json_object_get(acl, "Associations");
        json_t *association = find(associations, "NetworkAclAssociationId", association_id, &at);
        const char *id = json_string_value(json_object_get(association, "SubnetId"));
        if (!id)
            continue;
        snprintf(subnet, size, "%s", id);
        json_array_remove(associations, at);
        return true;
    }
    return false;
}

static void associate(struct capture *capture, const char *acl_id, const char *association_id, const char *subnet)
{
    json_t *acls = items_of(capture, PART_ACLS), *acl = find(acls, "NetworkAclId", acl_id, NULL);
    if (!acl && json_is_array(acls)) { /* one that is not in the network any more, or not known: it says nothing */
        acl = json_object();
        json_object_set_new(acl, "NetworkAclId", json_string(acl_id));
        json_array_append_new(acls, acl);
        const struct change_edit nothing = {.number = 100};
        add_unknown_entry(capture, acl_id, &nothing);
    }
    if (!acl)
        return;
    json_t *association = json_object();
    json_object_set_new(association, "NetworkAclAssociationId", json_string(association_id));
    json_object_set_new(association, "SubnetId", json_string(subnet));
    json_array_append_new(list_of(acl, "Associations"), association);
}

static void set_association(struct capture *capture, const struct change_edit *edit)
{
    char subnet[CAPTURE_PLACE_BYTES];
    if (take_association(capture, edit->association_id.text, subnet, sizeof subnet))
        associate(capture, edit->target.text, edit->new_association_id.text, subnet);
}

static void set_association_back(struct capture *capture, const struct change_edit *edit, const struct change_edit *old)
{
    char subnet[CAPTURE_PLACE_BYTES];
    if (*edit->new_association_id.text &&
        take_association(capture, edit->new_association_id.text, subnet, sizeof subnet))
        associate(capture, old ? old->target.text : "acl-" UNKNOWN, edit->association_id.text, subnet);
}

/* ---- prefix lists ---- */

static json_t *prefixes_of(struct capture *capture, const char *id)
{
    json_t *list = json_object_get(items_of(capture, PART_PREFIX_ENTRIES), id);
    return list ? list_of(list, "Entries") : NULL;
}

static void add_prefix(struct capture *capture, const struct change_edit *edit)
{
    json_t *entries = prefixes_of(capture, edit->target.text), *entry = json_object();
    json_object_set_new(entry, "Cidr", json_string(edit->peer.text));
    if (entries)
        json_array_append(entries, entry);
    json_decref(entry);
}

static void remove_prefix(struct capture *capture, const struct change_edit *edit)
{
    json_t *entries = prefixes_of(capture, edit->target.text);
    size_t at;
    if (find(entries, "Cidr", edit->peer.text, &at))
        json_array_remove(entries, at);
}

static void take_prefix_back(struct capture *capture, const struct change_edit *edit, const struct change_edit *old)
{
    (void)old;
    remove_prefix(capture, edit);
}

static void put_prefix_back(struct capture *capture, const struct change_edit *edit, const struct change_edit *old)
{
    (void)old;
    add_prefix(capture, edit);
}

/* ---- VPC Block Public Access ---- */

static void set_bpa(struct capture *capture, const struct change_edit *edit)
{
    json_t *items = items_of(capture, PART_BPA_OPTIONS);
    if (json_array_size(items))
        json_object_set_new(json_array_get(items, 0), "InternetGatewayBlockMode", json_string(edit->gateway.text));
}

static void set_bpa_back(struct capture *capture, const struct change_edit *edit, const struct change_edit *old)
{
    (void)edit;
    json_t *items = items_of(capture, PART_BPA_OPTIONS);
    if (old)
        set_bpa(capture, old);
    else if (json_array_size(items))
        json_object_del(json_array_get(items, 0), "InternetGatewayBlockMode");
}

/* ---- all of them ---- */

static const struct {
    void (*make)(struct capture *, const struct change_edit *);
    void (*unmake)(struct capture *, const struct change_edit *, const struct change_edit *old);
} hands[] = {
    [EDIT_RULE_ADD] = {add_rule, take_rule_back},
    [EDIT_RULE_REMOVE] = {remove_rule, add_rule_again},
    [EDIT_RULE_SET] = {set_rule, set_rule_back},
    [EDIT_INTERFACE_GROUPS] = {set_groups, set_groups_back},
    [EDIT_INSTANCE_GROUPS] = {set_groups, set_groups_back},
    [EDIT_ENTRY_CREATE] = {replace_entry, take_entry_back},
    [EDIT_ENTRY_REPLACE] = {replace_entry, put_entry_back},
    [EDIT_ENTRY_DELETE] = {remove_entry, put_entry_back},
    [EDIT_ACL_ASSOCIATE] = {set_association, set_association_back},
    [EDIT_PREFIX_ADD] = {add_prefix, take_prefix_back},
    [EDIT_PREFIX_REMOVE] = {remove_prefix, put_prefix_back},
    [EDIT_BPA_OPTIONS] = {set_bpa, set_bpa_back},
};

void rewind_do(struct capture *capture, const struct change_edit *edit)
{
    if (edit->kind < ARRAY_SIZE(hands) && hands[edit->kind].make)
        hands[edit->kind].make(capture, edit);
}

void rewind_undo(struct capture *capture, const struct change_edit *edit, rewind_earlier *earlier, const void *user)
{
    if (edit->kind < ARRAY_SIZE(hands) && hands[edit->kind].unmake)
        hands[edit->kind].unmake(capture, edit, earlier(user, edit));
}
