/* rewind_edit.c - what one edit does to the network's JSON, and how that is undone: one row a kind of edit. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "vpc/rewind_json.h"

json_t *rewind_items(struct capture *capture, enum part part)
{
    return capture->parts[part].items;
}

bool rewind_has_text(const json_t *object, const char *name, const char *text)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value && strcmp(value, text) == 0;
}

json_t *rewind_find(json_t *list, const char *name, const char *id, size_t *at)
{
    json_t *item;
    size_t k;
    json_array_foreach(list, k, item)
    {
        if (!rewind_has_text(item, name, id))
            continue;
        if (at)
            *at = k;
        return item;
    }
    return NULL;
}

json_t *rewind_list(json_t *object, const char *name)
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
    json_t *interfaces = rewind_items(capture, PART_INTERFACES), *interface;
    size_t k;
    if (edit->kind == EDIT_INTERFACE_GROUPS)
        return rewind_find(interfaces, "NetworkInterfaceId", edit->target.text, NULL);
    json_array_foreach(interfaces, k, interface) if (rewind_has_text(json_object_get(interface, "Attachment"),
                                                                     "InstanceId", edit->target.text)) return interface;
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
    json_t *acl = rewind_find(rewind_items(capture, PART_ACLS), "NetworkAclId", id, NULL);
    return acl ? rewind_list(acl, "Entries") : NULL;
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
    else if (rewind_has_ports(edit->protocol))
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
    json_object_set_new(entry, "RuleAction", json_string(REWIND_UNKNOWN));
    json_object_set_new(entry, "Protocol", json_string(REWIND_UNKNOWN));
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
    json_t *acls = rewind_items(capture, PART_ACLS), *acl;
    size_t k, at;
    json_array_foreach(acls, k, acl)
    {
        json_t *associations = json_object_get(acl, "Associations");
        json_t *association = rewind_find(associations, "NetworkAclAssociationId", association_id, &at);
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
    json_t *acls = rewind_items(capture, PART_ACLS), *acl = rewind_find(acls, "NetworkAclId", acl_id, NULL);
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
    json_array_append_new(rewind_list(acl, "Associations"), association);
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
        associate(capture, old ? old->target.text : "acl-" REWIND_UNKNOWN, edit->association_id.text, subnet);
}

/* ---- prefix lists ---- */

static json_t *prefixes_of(struct capture *capture, const char *id)
{
    json_t *list = json_object_get(rewind_items(capture, PART_PREFIX_ENTRIES), id);
    return list ? rewind_list(list, "Entries") : NULL;
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
    if (rewind_find(entries, "Cidr", edit->peer.text, &at))
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
    json_t *items = rewind_items(capture, PART_BPA_OPTIONS);
    if (json_array_size(items))
        json_object_set_new(json_array_get(items, 0), "InternetGatewayBlockMode", json_string(edit->gateway.text));
}

static void set_bpa_back(struct capture *capture, const struct change_edit *edit, const struct change_edit *old)
{
    (void)edit;
    json_t *items = rewind_items(capture, PART_BPA_OPTIONS);
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
    [EDIT_RULE_ADD] = {rewind_rule_add, rewind_rule_add_back},
    [EDIT_RULE_REMOVE] = {rewind_rule_remove, rewind_rule_remove_back},
    [EDIT_RULE_SET] = {rewind_rule_set, rewind_rule_set_back},
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
