/* rewind_rule.c - rules of security groups in the network's JSON: EC2 tells them twice, grouped by traffic and one by
 * one, and an edit changes both, so that neither is taken for newer than the other. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "vpc/rewind_json.h"

static bool is_v6(const char *peer)
{
    return strchr(peer, ':') != NULL;
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

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
    if (!rewind_has_ports(edit->protocol))
        return true;
    bool icmp = edit->protocol == PROTOCOL_ICMP || edit->protocol == PROTOCOL_ICMP6;
    return port_of(object, "FromPort", icmp ? -1 : 0) == edit->from &&
           port_of(object, "ToPort", icmp ? -1 : 65535) == edit->to;
}

static void put_traffic(json_t *object, const struct change_edit *edit)
{
    put_protocol(object, "IpProtocol", edit->protocol);
    if (!rewind_has_ports(edit->protocol))
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
    json_t *group = rewind_find(rewind_items(capture, PART_GROUPS), "GroupId", edit->target.text, NULL);
    if (!group)
        return;
    enum peer_form form = form_of(edit->peer.text);
    json_t *permission = json_object(), *peer = json_object();
    put_traffic(permission, edit);
    json_object_set_new(peer, forms[form].member, json_string(edit->peer.text));
    json_array_append_new(rewind_list(permission, forms[form].list), peer);
    json_array_append_new(rewind_list(group, permissions_of(edit)), permission);
}

static void remove_grouped(struct capture *capture, const struct change_edit *edit)
{
    json_t *group = rewind_find(rewind_items(capture, PART_GROUPS), "GroupId", edit->target.text, NULL);
    json_t *permissions = json_object_get(group, permissions_of(edit)), *permission;
    enum peer_form form = form_of(edit->peer.text);
    size_t k;
    json_array_foreach(permissions, k, permission)
    {
        json_t *peers = json_object_get(permission, forms[form].list);
        size_t at;
        if (is_same_traffic(permission, edit) && rewind_find(peers, forms[form].member, edit->peer.text, &at)) {
            json_array_remove(peers, at);
            return;
        }
    }
}

static void add_single(struct capture *capture, const struct change_edit *edit)
{
    json_t *rules = rewind_items(capture, PART_GROUP_RULES), *rule;
    if (!json_is_array(rules))
        return;
    enum peer_form form = form_of(edit->peer.text);
    rule = json_object();
    json_object_set_new(rule, "SecurityGroupRuleId",
                        json_string(*edit->rule_id.text ? edit->rule_id.text : "sgr-" REWIND_UNKNOWN));
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
    if (*edit->rule_id.text && rewind_has_text(rule, "SecurityGroupRuleId", edit->rule_id.text))
        return true;
    if (!edit->has_rule || !rewind_has_text(rule, "GroupId", edit->target.text) || !is_same_traffic(rule, edit) ||
        json_is_true(json_object_get(rule, "IsEgress")) != edit->egress)
        return false;
    enum peer_form form = form_of(edit->peer.text);
    if (form == FORM_GROUP)
        return rewind_has_text(json_object_get(rule, "ReferencedGroupInfo"), "GroupId", edit->peer.text);
    return rewind_has_text(rule, forms[form].rule_member, edit->peer.text);
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

void rewind_rule_remove(struct capture *capture, const struct change_edit *edit)
{
    json_t *rules = rewind_items(capture, PART_GROUP_RULES), *rule;
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

void rewind_rule_add(struct capture *capture, const struct change_edit *edit)
{
    add_grouped(capture, edit);
    add_single(capture, edit);
}

/* A rule of which only that it was there is known. */
static void add_unknown_rule(struct capture *capture, const struct change_edit *edit)
{
    json_t *group = rewind_find(rewind_items(capture, PART_GROUPS), "GroupId", edit->target.text, NULL);
    if (!group)
        return;
    json_t *permission = json_object(), *peer = json_object();
    json_object_set_new(permission, "IpProtocol", json_string(REWIND_UNKNOWN));
    json_object_set_new(peer, "CidrIp", json_string("0.0.0.0/0"));
    json_array_append_new(rewind_list(permission, "IpRanges"), peer);
    json_array_append_new(rewind_list(group, permissions_of(edit)), permission);
}

void rewind_rule_remove_back(struct capture *capture, const struct change_edit *edit, const struct change_edit *old)
{
    if (edit->kind == EDIT_RULE_REMOVE && edit->has_rule)
        rewind_rule_add(capture, edit);
    else if (old)
        rewind_rule_add(capture, old);
    else
        add_unknown_rule(capture, edit);
}

void rewind_rule_add_back(struct capture *capture, const struct change_edit *edit, const struct change_edit *old)
{
    (void)old;
    rewind_rule_remove(capture, edit);
}

void rewind_rule_set(struct capture *capture, const struct change_edit *edit)
{
    struct change_edit by_id = *edit;
    by_id.has_rule = false;
    rewind_rule_remove(capture, &by_id);
    if (edit->has_rule)
        rewind_rule_add(capture, edit);
}

void rewind_rule_set_back(struct capture *capture, const struct change_edit *edit, const struct change_edit *old)
{
    rewind_rule_remove(capture, edit);
    if (old)
        rewind_rule_add(capture, old);
    else
        add_unknown_rule(capture, edit);
}
