/* demo_filter.c - what lets traffic through in the demo's account: its security groups and network ACLs, in the
 * shape of the AWS CLI. The incident of a scenario takes a row of demo_rule.def or demo_entry.def away. */
#include "source/demo_json.h"

#include <string.h>

#define WEB_GROUP      "sg-0a000000000000a01"
#define APP_GROUP      "sg-0b000000000000b01"
#define DB_GROUP       "sg-0c000000000000c01"
#define ORIGINAL_GROUP "sg-0f000000000000f01"

enum { SHOP_WEB, SHOP_HTTP, SHOP_APP, SHOP_DB, ORIGINAL, GROUPS };

static const struct {
    const char *id, *name, *description;
} groups[GROUPS] = {
    [SHOP_WEB] = {WEB_GROUP, "shop-web", "web servers"},
    [SHOP_HTTP] = {"sg-0a000000000000a02", "shop-http", "plain HTTP for web-2 and web-3"},
    [SHOP_APP] = {APP_GROUP, "shop-app", "app tier"},
    [SHOP_DB] = {DB_GROUP, "shop-db", "database"},
    [ORIGINAL] = {ORIGINAL_GROUP, "default", "default VPC security group"},
};

/* Bits of the groups; the NAT gateway has none, as all of its kind. */
static const uint8_t groups_of[INTERFACES] = {
    [WEB_1] = 1 << SHOP_WEB,
    [WEB_2] = 1 << SHOP_WEB | 1 << SHOP_HTTP,
    [WEB_3] = 1 << SHOP_WEB | 1 << SHOP_HTTP,
    [APP_1] = 1 << SHOP_APP,
    [APP_2] = 1 << SHOP_APP,
    [DB_1] = 1 << SHOP_DB,
    [DB_2] = 1 << SHOP_DB,
};

enum peer_kind { CIDR4, CIDR6, PREFIX, GROUP, PEER_KINDS };

/* How a peer is written, grouped by permission and rule by rule. */
static const struct {
    const char *list, *key, *flat_key;
} peers[PEER_KINDS] = {
    [CIDR4] = {"IpRanges", "CidrIp", "CidrIpv4"},
    [CIDR6] = {"Ipv6Ranges", "CidrIpv6", "CidrIpv6"},
    [PREFIX] = {"PrefixListIds", "PrefixListId", "PrefixListId"},
    [GROUP] = {"UserIdGroupPairs", "GroupId", "GroupId"},
};

struct rule {
    enum incident revoked_in;
    int group;
    bool egress;
    const char *protocol;
    int from, to;
    enum peer_kind kind;
    const char *peer, *id, *description;
};

static const struct rule rules[] = {
#define X(revoked_in, group, egress, protocol, from, to, kind, peer, id, description) \
    {revoked_in, group, egress, protocol, from, to, kind, peer, id, description},
#include "source/demo_rule.def"
#undef X
};

struct entry {
    enum incident deleted_in;
    int acl;
    bool egress;
    int number;
    bool allow;
    const char *protocol;
    int from, to;
    const char *net;
};

enum { ACL_DEFAULT, ACL_PUBLIC_A, ACL_PUBLIC_B, ACLS, ACL_LAST = 32767 };

static const struct entry entries[] = {
#define X(deleted_in, acl, egress, number, allow, protocol, from, to, net) \
    {deleted_in, acl, egress, number, allow, protocol, from, to, net},
#include "source/demo_entry.def"
#undef X
};

static const struct {
    const char *id, *name;
    int subnets[4], n_subnets;
} acls[ACLS] = {
    [ACL_DEFAULT] = {"acl-0d000000000000d01", "", {APP_A, APP_B, DATA_A, DATA_B}, 4},
    [ACL_PUBLIC_A] = {"acl-0a000000000000a01", "shop-public-a", {PUBLIC_A}, 1},
    [ACL_PUBLIC_B] = {"acl-0a000000000000a02", "shop-public-b", {PUBLIC_B}, 1},
};

/* ---- security groups ---- */

static bool gone(const struct demo_json *json, enum incident in)
{
    return in != INCIDENT_NONE && in == json->incident;
}

static bool same_permission(const struct rule *a, const struct rule *b)
{
    return a->group == b->group && a->egress == b->egress && strcmp(a->protocol, b->protocol) == 0 &&
           a->from == b->from && a->to == b->to;
}

/* Whether it is the first rule of its permission that is there. */
static bool begins_permission(const struct demo_json *json, const struct rule *rule)
{
    for (const struct rule *before = rules; before < rule; before++) {
        if (!gone(json, before->revoked_in) && same_permission(before, rule))
            return false;
    }
    return !gone(json, rule->revoked_in);
}

static void say_ports(struct demo_json *json, const char *protocol, int from, int to)
{
    json_item(json, "'IpProtocol':'%s'", protocol);
    if (from >= 0)
        json_say(json, ",'FromPort':%d,'ToPort':%d", from, to);
}

static void say_permission(struct demo_json *json, const struct rule *first)
{
    json_item(json, "{");
    say_ports(json, first->protocol, first->from, first->to);
    for (enum peer_kind kind = CIDR4; kind < PEER_KINDS; kind++) {
        json_item(json, "'%s':[", peers[kind].list);
        for (size_t k = 0; k < ARRAY_SIZE(rules); k++) {
            const struct rule *rule = &rules[k];
            if (gone(json, rule->revoked_in) || rule->kind != kind || !same_permission(rule, first))
                continue;
            json_item(json, "{'%s':'%s'", peers[kind].key, rule->peer);
            if (kind == GROUP)
                json_say(json, ",'UserId':'" DEMO_ACCOUNT "'");
            if (rule->description[0] != '\0')
                json_say(json, ",'Description':'%s'", rule->description);
            json_say(json, "}");
        }
        json_say(json, "]");
    }
    json_say(json, "}");
}

static void say_permissions(struct demo_json *json, int group, bool egress)
{
    json_item(json, "'%s':[", egress ? "IpPermissionsEgress" : "IpPermissions");
    for (size_t k = 0; k < ARRAY_SIZE(rules); k++) {
        if (rules[k].group == group && rules[k].egress == egress && begins_permission(json, &rules[k]))
            say_permission(json, &rules[k]);
    }
    json_say(json, "]");
}

void json_groups(struct demo_json *json)
{
    for (int k = 0; k < GROUPS; k++) {
        json_item(json, "{'GroupId':'%s','GroupName':'%s','Description':'%s',", groups[k].id, groups[k].name,
                  groups[k].description);
        json_say(json, "'OwnerId':'" DEMO_ACCOUNT "','VpcId':'" DEMO_VPC "'");
        say_permissions(json, k, false);
        say_permissions(json, k, true);
        json_say(json, "}");
    }
}

void json_group_rules(struct demo_json *json)
{
    for (size_t k = 0; k < ARRAY_SIZE(rules); k++) {
        const struct rule *rule = &rules[k];
        if (gone(json, rule->revoked_in))
            continue;
        json_item(json, "{'SecurityGroupRuleId':'%s','GroupId':'%s','GroupOwnerId':'" DEMO_ACCOUNT "',", rule->id,
                  groups[rule->group].id);
        json_say(json, "'IsEgress':%s", rule->egress ? "true" : "false");
        json_item(json, "'IpProtocol':'%s','FromPort':%d,'ToPort':%d", rule->protocol, rule->from, rule->to);
        if (rule->kind == GROUP)
            json_say(json, ",'ReferencedGroupInfo':{'GroupId':'%s','UserId':'" DEMO_ACCOUNT "'}", rule->peer);
        else
            json_say(json, ",'%s':'%s'", peers[rule->kind].flat_key, rule->peer);
        if (rule->description[0] != '\0')
            json_say(json, ",'Description':'%s'", rule->description);
        json_say(json, "}");
    }
}

void json_groups_of(struct demo_json *json, int interface)
{
    for (int k = 0; k < GROUPS; k++) {
        if (groups_of[interface] >> k & 1)
            json_item(json, "{'GroupId':'%s','GroupName':'%s'}", groups[k].id, groups[k].name);
    }
}

/* ---- network ACLs ---- */

static void say_entry(struct demo_json *json, const struct entry *entry)
{
    json_item(json, "{'RuleNumber':%d,'Egress':%s,'RuleAction':'%s','Protocol':'%s'", entry->number,
              entry->egress ? "true" : "false", entry->allow ? "allow" : "deny", entry->protocol);
    json_item(json, "'%s':'%s'", strchr(entry->net, ':') ? "Ipv6CidrBlock" : "CidrBlock", entry->net);
    if (entry->from >= 0)
        json_say(json, ",'PortRange':{'From':%d,'To':%d}", entry->from, entry->to);
    json_say(json, "}");
}

/* What denies all that no entry allows. */
static void say_last(struct demo_json *json, bool egress)
{
    say_entry(json,
              &(struct entry){.egress = egress, .number = ACL_LAST, .protocol = "-1", .from = -1, .net = "0.0.0.0/0"});
    say_entry(json,
              &(struct entry){.egress = egress, .number = ACL_LAST + 1, .protocol = "-1", .from = -1, .net = "::/0"});
}

static void say_entries(struct demo_json *json, int acl, bool egress)
{
    for (size_t k = 0; k < ARRAY_SIZE(entries); k++) {
        if (entries[k].acl == acl && entries[k].egress == egress && !gone(json, entries[k].deleted_in))
            say_entry(json, &entries[k]);
    }
    say_last(json, egress);
}

void json_acls(struct demo_json *json)
{
    for (int k = 0; k < ACLS; k++) {
        json_item(json, "{'NetworkAclId':'%s','VpcId':'" DEMO_VPC "','OwnerId':'" DEMO_ACCOUNT "','IsDefault':%s",
                  acls[k].id, k == ACL_DEFAULT ? "true" : "false");
        json_item(json, "'Entries':[");
        say_entries(json, k, false);
        say_entries(json, k, true);
        json_say(json, "],'Associations':[");
        for (int n = 0; n < acls[k].n_subnets; n++) {
            const char *subnet = demo_subnets[acls[k].subnets[n]].id;
            json_item(json, "{'NetworkAclAssociationId':'aclassoc-%s','NetworkAclId':'%s','SubnetId':'%s'}",
                      subnet + sizeof "subnet-" - 1, acls[k].id, subnet);
        }
        json_say(json, "]");
        if (acls[k].name[0] != '\0')
            json_say(json, ",'Tags':[{'Key':'Name','Value':'%s'}]", acls[k].name);
        json_say(json, "}");
    }
}
