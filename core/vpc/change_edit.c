/* change_edit.c - what an event did, call by call: the functions that vpc/change.def names. A revoked rule's content is
 * taken from the answer where it is told there, because the request may name it by its id alone. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/scope.h"
#include "vpc/change_json.h"
#include "vpc/change_make.h"

static struct change_edit *add(struct making *making, enum edit_kind kind)
{
    if (making->n_edits == making->room_edits) {
        size_t room = making->room_edits ? making->room_edits * 2 : 8;
        struct change_edit *edits =
            room > CHANGE_EDITS_MAX * 2 ? NULL : realloc(making->edits, room * sizeof *making->edits);
        if (!edits) {
            making->failed = making->failed || room <= CHANGE_EDITS_MAX * 2;
            return NULL;
        }
        making->edits = edits;
        making->room_edits = room;
    }
    struct change_edit *edit = &making->edits[making->n_edits++];
    *edit = (struct change_edit){.kind = kind, .number = -1, .from = -1, .to = -1};
    edit->target = edit->rule_id = edit->peer = edit->description = edit->association_id = edit->new_association_id =
        edit->subnet_id = edit->destination = edit->gateway = WEIR_SAFE("");
    return edit;
}

static weir_safe text(struct making *making, const json_t *object, const char *name)
{
    char buffer[24];
    return making_text(making, event_text(object, name, buffer));
}

/* The first of some names, NULL at the end, that the object has. */
static weir_safe text_of(struct making *making, const json_t *object, const char *const *names)
{
    weir_safe found = WEIR_SAFE("");
    for (; *names && !*found.text; names++)
        found = text(making, object, *names);
    return found;
}

/* ---- protocols and ports ---- */

static int32_t protocol_of(const json_t *object, const char *name)
{
    static const struct {
        const char *name;
        int32_t number;
    } names[] = {{"tcp", 6}, {"udp", 17}, {"icmp", 1}, {"icmpv6", 58}, {"all", PROTOCOL_ALL}};
    char buffer[24];
    const char *told = event_text(object, name, buffer);
    for (size_t k = 0; told && k < ARRAY_SIZE(names); k++)
        if (strcasecmp(told, names[k].name) == 0)
            return names[k].number;
    int64_t number = event_number(object, name, PROTOCOL_ALL);
    return number >= 0 && number <= 255 ? (int32_t)number : PROTOCOL_ALL;
}

static int32_t port(int64_t number, int32_t open)
{
    return number < 0 || number > 65535 ? open : (int32_t)number;
}

static void put_ports(struct change_edit *edit, int64_t from, int64_t to)
{
    bool icmp = edit->protocol == PROTOCOL_ICMP || edit->protocol == PROTOCOL_ICMP6;
    if (edit->protocol != PROTOCOL_TCP && edit->protocol != PROTOCOL_UDP && !icmp)
        return;
    edit->from = port(from, icmp ? -1 : PORT_ALL_FROM);
    edit->to = port(to, icmp ? -1 : PORT_ALL_TO);
}

static void put_traffic(struct change_edit *edit, const json_t *object)
{
    edit->has_rule = true;
    edit->protocol = protocol_of(object, "ipProtocol");
    put_ports(edit, event_number(object, "fromPort", -1), event_number(object, "toPort", -1));
}

/* ---- rules of security groups ---- */

static const char *const peer_names[] = {"cidrIp",       "cidrIpv4", "cidrIpv6", "referencedGroupId",
                                         "prefixListId", "groupId",  NULL};

static weir_safe group_of(struct making *making)
{
    static const char *const names[] = {"groupId", "groupName", NULL};
    return text_of(making, making->asked, names);
}

/* Rules one by one, as the newer answers have them. */
static size_t add_single(struct making *making, enum edit_kind kind, const char *set)
{
    static const char *const peers[] = {"cidrIpv4", "cidrIpv6", "referencedGroupId", "prefixListId", NULL};
    const json_t *rules = event_member(making->answered, set), *rule;
    size_t n = 0;
    for (; (rule = event_item(rules, n)); n++) {
        struct change_edit *edit = add(making, kind);
        if (!edit)
            break;
        put_traffic(edit, rule);
        edit->target = text(making, rule, "groupId");
        if (!*edit->target.text)
            edit->target = group_of(making);
        edit->rule_id = text(making, rule, "securityGroupRuleId");
        edit->egress = event_flag(rule, "isEgress");
        edit->peer = text_of(making, rule, peers);
        if (!*edit->peer.text)
            edit->peer = text(making, event_member(rule, "referencedGroupInfo"), "groupId");
        edit->description = text(making, rule, "description");
    }
    return n;
}

static bool is_egress(const struct making *making)
{
    return strstr(making->change->name.text, "Egress") != NULL;
}

static void add_peer(struct making *making, enum edit_kind kind, const json_t *permission, const json_t *peer)
{
    struct change_edit *edit = add(making, kind);
    if (!edit)
        return;
    put_traffic(edit, permission);
    edit->target = group_of(making);
    edit->egress = is_egress(making);
    edit->peer = text_of(making, peer, peer_names);
    edit->description = text(making, peer, "description");
}

static size_t add_grouped(struct making *making, enum edit_kind kind)
{
    static const char *const lists[] = {"ipRanges", "ipv6Ranges", "groups", "userIdGroupPairs", "prefixListIds"};
    const json_t *permissions = event_member(making->asked, "ipPermissions"), *permission, *peer;
    size_t before = making->n_edits;
    for (size_t k = 0; (permission = event_item(permissions, k)); k++)
        for (size_t list = 0; list < ARRAY_SIZE(lists); list++)
            for (size_t p = 0; (peer = event_item(event_member(permission, lists[list]), p)); p++)
                add_peer(making, kind, permission, peer);
    return making->n_edits - before;
}

/* The oldest form: one rule beside the group's id. */
static size_t add_flat(struct making *making, enum edit_kind kind)
{
    static const char *const peers[] = {"cidrIp", "cidrIpv6", "sourceSecurityGroupId", "sourceSecurityGroupName", NULL};
    if (!event_member(making->asked, "ipProtocol"))
        return 0;
    struct change_edit *edit = add(making, kind);
    if (!edit)
        return 0;
    put_traffic(edit, making->asked);
    edit->target = group_of(making);
    edit->egress = is_egress(making);
    edit->peer = text_of(making, making->asked, peers);
    return 1;
}

static void authorize(struct making *making)
{
    if (!add_single(making, EDIT_RULE_ADD, "securityGroupRuleSet") && !add_grouped(making, EDIT_RULE_ADD))
        add_flat(making, EDIT_RULE_ADD);
}

static void add_by_id(struct making *making)
{
    const json_t *ids = event_member(making->asked, "securityGroupRuleIds"), *id;
    for (size_t k = 0; (id = event_item(ids, k)); k++) {
        struct change_edit *edit = add(making, EDIT_RULE_REMOVE);
        if (!edit)
            return;
        edit->target = group_of(making);
        edit->egress = is_egress(making);
        edit->rule_id =
            json_is_string(id) ? making_text(making, json_string_value(id)) : text(making, id, "securityGroupRuleId");
    }
}

static void revoke(struct making *making)
{
    if (!add_single(making, EDIT_RULE_REMOVE, "revokedSecurityGroupRuleSet") &&
        !add_grouped(making, EDIT_RULE_REMOVE) && !add_flat(making, EDIT_RULE_REMOVE))
        add_by_id(making);
}

/* The rule lies in a member of the same name. */
static void modify_rules(struct making *making)
{
    const json_t *rules = event_member(making->asked, "securityGroupRule"), *rule;
    if (!rules)
        rules = event_member(making->asked, "securityGroupRules");
    for (size_t k = 0; (rule = event_item(rules, k)); k++) {
        struct change_edit *edit = add(making, EDIT_RULE_SET);
        const json_t *now = event_member(rule, "securityGroupRule");
        if (!edit)
            return;
        edit->target = group_of(making);
        edit->rule_id = text(making, rule, "securityGroupRuleId");
        if (!now)
            continue;
        put_traffic(edit, now);
        edit->peer = text_of(making, now, peer_names);
        edit->description = text(making, now, "description");
    }
}

/* ---- groups of interfaces ---- */

static void put_groups(struct making *making, struct change_edit *edit, const json_t *list)
{
    size_t n = 0;
    while (event_item(list, n))
        n++;
    weir_safe *groups = vpc_pool_take(making->pool, (n + !n) * sizeof *groups);
    for (size_t k = 0; groups && k < n; k++) {
        const json_t *item = event_item(list, k);
        groups[k] = json_is_string(item) ? making_text(making, json_string_value(item)) : text(making, item, "groupId");
    }
    making->failed = making->failed || !groups;
    edit->groups = groups;
    edit->n_groups = groups ? n : 0;
}

static void set_groups(struct making *making, enum edit_kind kind, const char *id)
{
    const json_t *groups = event_member(making->asked, "groupSet");
    groups = groups ? groups : event_member(making->asked, "securityGroupIdSet");
    groups = groups ? groups : event_member(making->asked, "groups");
    bool replaces = event_item(groups, 0) != NULL;
    struct change_edit *edit = add(making, replaces ? kind : EDIT_OTHER);
    if (!edit)
        return;
    edit->target = text(making, making->asked, id);
    if (replaces)
        put_groups(making, edit, groups);
}

static void interface_groups(struct making *making)
{
    set_groups(making, EDIT_INTERFACE_GROUPS, "networkInterfaceId");
}

static void instance_groups(struct making *making)
{
    set_groups(making, EDIT_INSTANCE_GROUPS, "instanceId");
}

/* ---- network ACLs ---- */

static void entry(struct making *making, enum edit_kind kind)
{
    static const char *const nets[] = {"cidrBlock", "ipv6CidrBlock", NULL};
    const json_t *asked = making->asked;
    struct change_edit *edit = add(making, kind);
    char buffer[24];
    if (!edit)
        return;
    edit->target = text(making, asked, "networkAclId");
    edit->number = (int32_t)event_number(asked, "ruleNumber", -1);
    edit->egress = event_flag(asked, "egress");
    if (kind == EDIT_ENTRY_DELETE)
        return;
    const char *action = event_text(asked, "ruleAction", buffer);
    edit->has_rule = true;
    edit->allow = action && strcasecmp(action, "allow") == 0;
    edit->protocol = protocol_of(asked, event_member(asked, "aclProtocol") ? "aclProtocol" : "protocol");
    const json_t *range = event_member(asked, "portRange"), *icmp = event_member(asked, "icmpTypeCode");
    if (edit->protocol == PROTOCOL_TCP || edit->protocol == PROTOCOL_UDP)
        put_ports(edit, event_number(range, "from", -1), event_number(range, "to", -1));
    else
        put_ports(edit, event_number(icmp, "type", -1), event_number(icmp, "code", -1));
    edit->peer = text_of(making, asked, nets);
}

static void create_entry(struct making *making)
{
    entry(making, EDIT_ENTRY_CREATE);
}

static void replace_entry(struct making *making)
{
    entry(making, EDIT_ENTRY_REPLACE);
}

static void delete_entry(struct making *making)
{
    entry(making, EDIT_ENTRY_DELETE);
}

static void acl_association(struct making *making)
{
    struct change_edit *edit = add(making, EDIT_ACL_ASSOCIATE);
    if (!edit)
        return;
    edit->target = text(making, making->asked, "networkAclId");
    edit->association_id = text(making, making->asked, "associationId");
    edit->new_association_id = text(making, making->answered, "newAssociationId");
}

/* ---- routes ---- */

static void route(struct making *making, enum edit_kind kind)
{
    static const char *const destinations[] = {"destinationCidrBlock", "destinationIpv6CidrBlock",
                                               "destinationPrefixListId", NULL};
    static const char *const targets[] = {"gatewayId",          "natGatewayId",   "egressOnlyInternetGatewayId",
                                          "transitGatewayId",   "vpcEndpointId",  "vpcPeeringConnectionId",
                                          "networkInterfaceId", "instanceId",     "localGatewayId",
                                          "carrierGatewayId",   "coreNetworkArn", NULL};
    struct change_edit *edit = add(making, kind);
    if (!edit)
        return;
    edit->target = text(making, making->asked, "routeTableId");
    edit->destination = text_of(making, making->asked, destinations);
    edit->gateway = text_of(making, making->asked, targets);
}

static void create_route(struct making *making)
{
    route(making, EDIT_ROUTE_CREATE);
}

static void replace_route(struct making *making)
{
    route(making, EDIT_ROUTE_REPLACE);
}

static void delete_route(struct making *making)
{
    route(making, EDIT_ROUTE_DELETE);
}

static void table(struct making *making, enum edit_kind kind)
{
    struct change_edit *edit = add(making, kind);
    if (!edit)
        return;
    edit->target = text(making, making->asked, "routeTableId");
    edit->subnet_id = text(making, making->asked, "subnetId");
    edit->association_id = text(making, making->asked, "associationId");
    edit->new_association_id = text(making, making->answered, "newAssociationId");
}

static void associate_table(struct making *making)
{
    table(making, EDIT_TABLE_ASSOCIATE);
}

static void disassociate_table(struct making *making)
{
    table(making, EDIT_TABLE_DISASSOCIATE);
}

/* ---- prefix lists, block public access ---- */

static void prefixes(struct making *making, enum edit_kind kind, const char *const *names)
{
    const json_t *list = NULL, *item;
    for (; *names && !list; names++)
        list = event_member(making->asked, *names);
    for (size_t k = 0; (item = event_item(list, k)); k++) {
        struct change_edit *edit = add(making, kind);
        if (!edit)
            return;
        edit->target = text(making, making->asked, "prefixListId");
        edit->peer = text(making, item, "cidr");
        edit->description = text(making, item, "description");
    }
}

static void prefix_list(struct making *making)
{
    static const char *const added[] = {"addEntries", "addEntry", NULL}, *const removed[] = {"removeEntries",
                                                                                             "removeEntry", NULL};
    prefixes(making, EDIT_PREFIX_REMOVE, removed);
    prefixes(making, EDIT_PREFIX_ADD, added);
}

static void bpa_options(struct making *making)
{
    struct change_edit *edit = add(making, EDIT_BPA_OPTIONS);
    if (edit)
        edit->gateway = text(making, making->asked, "internetGatewayBlockMode");
}

/* ---- the rest ---- */

static void managed_groups(struct making *making)
{
    static const char *const names[] = {"loadBalancerArn",
                                        "loadBalancerName",
                                        "dBInstanceIdentifier",
                                        "dBClusterIdentifier",
                                        "functionName",
                                        "service",
                                        "cacheClusterId",
                                        "replicationGroupId",
                                        "clusterIdentifier",
                                        "name",
                                        NULL};
    static const char *const lists[] = {"securityGroups", "vpcSecurityGroupIds", "securityGroupIds"};
    struct change_edit *edit = add(making, EDIT_OTHER);
    if (!edit)
        return;
    edit->target = text_of(making, making->asked, names);
    const json_t *asked = making->asked, *inner = event_member(asked, "vpcConfig");
    inner = inner ? inner : event_member(asked, "resourcesVpcConfig");
    inner = inner ? inner : event_member(event_member(asked, "networkConfiguration"), "awsvpcConfiguration");
    for (size_t k = 0; k < ARRAY_SIZE(lists); k++) {
        const json_t *list = event_member(asked, lists[k]);
        list = list ? list : event_member(inner, lists[k]);
        if (event_item(list, 0)) {
            put_groups(making, edit, list);
            return;
        }
    }
}

static void other(struct making *making)
{
    static const char *const names[] = {"groupId",
                                        "networkAclId",
                                        "routeTableId",
                                        "prefixListId",
                                        "natGatewayId",
                                        "internetGatewayId",
                                        "networkInterfaceId",
                                        "vpcPeeringConnectionId",
                                        "vpcEndpointId",
                                        "transitGatewayRouteTableId",
                                        "transitGatewayAttachmentId",
                                        "transitGatewayId",
                                        "allocationId",
                                        "associationId",
                                        "subnetId",
                                        "vpcId",
                                        NULL};
    struct change_edit *edit = add(making, EDIT_OTHER);
    if (edit)
        edit->target = text_of(making, making->asked, names);
}

/* ---- the table ---- */

static const struct {
    const char *name, *service;
    enum change_effect effect;
    void (*tell)(struct making *);
} events[] = {
#define X(name, service, effect, tell) {name, service, effect, tell},
#include "vpc/change.def"
#undef X
};

bool change_edit_all(struct making *making)
{
    for (size_t k = 0; k < ARRAY_SIZE(events); k++) {
        if (strcmp(events[k].name, making->change->name.text) != 0 ||
            strcmp(events[k].service, making->change->service.text) != 0)
            continue;
        making->change->effect = events[k].effect;
        events[k].tell(making);
        return true;
    }
    return false;
}
