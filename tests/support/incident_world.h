/* incident_world.h - a small network and its CloudTrail, invented from a seed: a service that works, harmless changes,
 * one change that breaks it. The model knows nothing of weir: it prints snapshots and events as AWS does. */
#ifndef WEIR_TESTS_INCIDENT_WORLD_H
#define WEIR_TESTS_INCIDENT_WORLD_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { GROUPS = 6, RULES = 12, ACLS = 3, ENTRIES = 8, INTERFACES = 5, SUBNETS = 2, TEXT_MAX = 1 << 18 };
enum { LIST_PEER = -1 }; /* the rule's peer is the prefix list */
#define NOON 1784900000

struct world_rule {
    bool used;
    int port, id;
    int net; /* third octet of 203.0.NET.0/24, or LIST_PEER */
};

struct world_entry {
    bool used, allow, egress;
    int number, port_from, port_to; /* tcp; -1 = all protocols */
};

struct world {
    uint64_t state;
    struct world_rule rule[GROUPS][RULES];
    struct world_entry entry[ACLS][ENTRIES];
    int acl_of[SUBNETS], association[SUBNETS];
    bool has_group[INTERFACES][GROUPS];
    bool list_has; /* the prefix list has the clients' network */
    int next_id;
    char *events; /* lines of JSON */
    size_t n_events_text;
    int n_events;
    /* the service */
    int interface, port, group, net;
};

static inline uint32_t world_below(struct world *world, uint32_t bound)
{
    world->state = world->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(world->state >> 33) % bound;
}

static inline bool world_chance(struct world *world, uint32_t percent)
{
    return world_below(world, 100) < percent;
}

static inline int world_subnet(int interface)
{
    return interface % SUBNETS;
}

/* ---- the network as JSON ---- */

struct printer {
    char *text;
    size_t len;
};

static inline void say(struct printer *out, const char *format, ...)
{
    char line[2048];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    for (int k = 0; k < n; k++)
        out->text[out->len++] = line[k] == '\'' ? '"' : line[k];
    out->text[out->len] = '\0';
}

static inline void say_peer(struct printer *out, int net)
{
    if (net == LIST_PEER)
        say(out, "'PrefixListIds':[{'PrefixListId':'pl-0aa'}]");
    else
        say(out, "'IpRanges':[{'CidrIp':'203.0.%d.0/24'}]", net);
}

static inline void say_groups(const struct world *world, struct printer *out)
{
    say(out, "'SecurityGroups':[");
    for (int g = 0; g < GROUPS; g++) {
        say(out,
            "%s{'GroupId':'sg-0%d','GroupName':'group-%d','VpcId':'vpc-01','OwnerId':'123456789012',"
            "'IpPermissionsEgress':[{'IpProtocol':'-1','IpRanges':[{'CidrIp':'0.0.0.0/0'}]}],'IpPermissions':[",
            g ? "," : "", g, g);
        bool first = true;
        for (int r = 0; r < RULES; r++) {
            const struct world_rule *rule = &world->rule[g][r];
            if (!rule->used)
                continue;
            say(out, "%s{'IpProtocol':'tcp','FromPort':%d,'ToPort':%d,", first ? "" : ",", rule->port, rule->port);
            say_peer(out, rule->net);
            say(out, "}");
            first = false;
        }
        say(out, "]}");
    }
    say(out, "],\n'SecurityGroupRules':[");
    bool first = true;
    for (int g = 0; g < GROUPS; g++) {
        say(out,
            "%s{'SecurityGroupRuleId':'sgr-9%d','GroupId':'sg-0%d','IsEgress':true,'IpProtocol':'-1','FromPort':-1,"
            "'ToPort':-1,'CidrIpv4':'0.0.0.0/0'}",
            first ? "" : ",", g, g);
        first = false;
        for (int r = 0; r < RULES; r++) {
            const struct world_rule *rule = &world->rule[g][r];
            if (!rule->used)
                continue;
            say(out,
                ",{'SecurityGroupRuleId':'sgr-%d','GroupId':'sg-0%d','IsEgress':false,'IpProtocol':'tcp',"
                "'FromPort':%d,'ToPort':%d,",
                rule->id, g, rule->port, rule->port);
            if (rule->net == LIST_PEER)
                say(out, "'PrefixListId':'pl-0aa'}");
            else
                say(out, "'CidrIpv4':'203.0.%d.0/24'}", rule->net);
        }
    }
    say(out, "],\n");
}

static inline void say_acls(const struct world *world, struct printer *out)
{
    say(out, "'NetworkAcls':[");
    for (int a = 0; a < ACLS; a++) {
        say(out, "%s{'NetworkAclId':'acl-0%d','VpcId':'vpc-01','IsDefault':%s,'Entries':[", a ? "," : "", a,
            a ? "false" : "true");
        for (int e = 0; e < ENTRIES; e++) {
            const struct world_entry *entry = &world->entry[a][e];
            if (!entry->used)
                continue;
            say(out, "{'RuleNumber':%d,'Egress':%s,'RuleAction':'%s','CidrBlock':'0.0.0.0/0','Protocol':'%s'",
                entry->number, entry->egress ? "true" : "false", entry->allow ? "allow" : "deny",
                entry->port_from < 0 ? "-1" : "6");
            if (entry->port_from >= 0)
                say(out, ",'PortRange':{'From':%d,'To':%d}", entry->port_from, entry->port_to);
            say(out, "},");
        }
        say(out, "{'RuleNumber':32767,'Egress':false,'RuleAction':'deny','CidrBlock':'0.0.0.0/0','Protocol':'-1'},"
                 "{'RuleNumber':32767,'Egress':true,'RuleAction':'deny','CidrBlock':'0.0.0.0/0','Protocol':'-1'}],"
                 "'Associations':[");
        bool first = true;
        for (int s = 0; s < SUBNETS; s++) {
            if (world->acl_of[s] != a)
                continue;
            say(out, "%s{'NetworkAclAssociationId':'aclassoc-%d','NetworkAclId':'acl-0%d','SubnetId':'subnet-0%d'}",
                first ? "" : ",", world->association[s], a, s);
            first = false;
        }
        say(out, "]}");
    }
    say(out, "],\n");
}

/* The snapshot, as it is now; yours. */
static inline char *world_snapshot(const struct world *world, int64_t taken)
{
    struct printer out = {malloc(TEXT_MAX), 0};
    say(&out, "{'WeirNetwork':1,'Region':'eu-west-1','Account':'123456789012','Taken':%" PRId64 ",\n", taken);
    say(&out, "'NetworkInterfaces':[");
    for (int i = 0; i < INTERFACES; i++) {
        say(&out,
            "%s{'NetworkInterfaceId':'eni-0%d','InterfaceType':'interface','VpcId':'vpc-01','SubnetId':'subnet-0%d',"
            "'PrivateIpAddress':'10.0.%d.%d','PrivateIpAddresses':[{'PrivateIpAddress':'10.0.%d.%d','Primary':true,"
            "'Association':{'PublicIp':'198.51.100.%d'}}],'SourceDestCheck':true,'Attachment':{'InstanceId':'i-0%d',"
            "'Status':'attached'},'Groups':[",
            i ? "," : "", i, world_subnet(i), world_subnet(i), 10 + i, world_subnet(i), 10 + i, 10 + i, i);
        bool first = true;
        for (int g = 0; g < GROUPS; g++) {
            if (!world->has_group[i][g])
                continue;
            say(&out, "%s{'GroupId':'sg-0%d'}", first ? "" : ",", g);
            first = false;
        }
        say(&out, "]}");
    }
    say(&out, "],\n");
    say_groups(world, &out);
    say_acls(world, &out);
    say(&out, "'Subnets':[");
    for (int s = 0; s < SUBNETS; s++)
        say(&out, "%s{'SubnetId':'subnet-0%d','VpcId':'vpc-01','CidrBlock':'10.0.%d.0/24','OwnerId':'123456789012'}",
            s ? "," : "", s, s);
    say(&out, "],\n'Vpcs':[{'VpcId':'vpc-01','OwnerId':'123456789012','CidrBlock':'10.0.0.0/16'}],\n");
    say(&out,
        "'RouteTables':[{'RouteTableId':'rtb-01','VpcId':'vpc-01','Routes':[{'DestinationCidrBlock':'10.0.0.0/16',"
        "'GatewayId':'local','Origin':'CreateRouteTable','State':'active'},{'DestinationCidrBlock':'0.0.0.0/0',"
        "'GatewayId':'igw-01','Origin':'CreateRoute','State':'active'}],'Associations':[{'Main':true}]}],\n");
    say(&out, "'Reservations':[],'InternetGateways':[{'InternetGatewayId':'igw-01','Attachments':[{'VpcId':'vpc-01',"
              "'State':'available'}]}],\n");
    say(&out, "'PrefixLists':[{'PrefixListId':'pl-0aa','PrefixListName':'clients','OwnerId':'123456789012'}],\n");
    say(&out, "'Entries':{'pl-0aa':{'Entries':[{'Cidr':'192.0.2.0/24'}%s]}}}\n",
        world->list_has ? ",{'Cidr':'203.0.113.0/24'}" : "");
    return out.text;
}

/* ---- its CloudTrail ---- */

static inline void world_time(int64_t t, char out[32])
{
    time_t seconds = (time_t)t;
    struct tm moment;
    gmtime_r(&seconds, &moment);
    strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &moment);
}

/* An event; *id is its number. `error` NULL = it was done. */
static inline int world_event(struct world *world, int64_t t, const char *name, const char *error, const char *asked,
                              const char *answered)
{
    static const char *const who[] = {
        "'type':'IAMUser','userName':'dev-7','accountId':'123456789012'",
        "'type':'AssumedRole','principalId':'AROAEXAMPLE:run-1','accountId':'123456789012','sessionContext':"
        "{'sessionIssuer':{'userName':'InfraPipeline'}}",
        "'type':'AssumedRole','principalId':'AROAEXAMPLE:eks','accountId':'123456789012','sessionContext':"
        "{'sessionIssuer':{'userName':'LoadBalancerController'}}",
        "'type':'Root','accountId':'123456789012'"};
    static const char *const agents[] = {"console.amazonaws.com", "APN/1.0 HashiCorp/1.0 Terraform/1.9.5",
                                         "elbv2.k8s.aws/v2.8.1 aws-sdk-go/1.53", "aws-cli/2.17.40"};
    struct printer out = {world->events, world->n_events_text};
    char moment[32];
    uint32_t k = world_below(world, 4);
    world_time(t, moment);
    say(&out,
        "{'eventVersion':'1.10','userIdentity':{%s},'eventTime':'%s','eventSource':'ec2.amazonaws.com',"
        "'eventName':'%s','awsRegion':'eu-west-1','sourceIPAddress':'192.0.2.7','userAgent':'%s',",
        who[k], moment, name, agents[k]);
    if (error)
        say(&out, "'errorCode':'%s','errorMessage':'no',", error);
    say(&out, "'requestParameters':{%s},", asked);
    if (error)
        say(&out, "'responseElements':null,");
    else
        say(&out, "'responseElements':{'_return':true%s%s},", *answered ? "," : "", answered);
    say(&out, "'eventID':'event-%d','readOnly':false,'eventType':'AwsApiCall','recipientAccountId':'123456789012'}\n",
        world->n_events);
    world->n_events_text = out.len;
    return world->n_events++;
}

/* ---- changes of rules ---- */

static inline void peer_json(int net, bool flat, char *out, size_t size)
{
    if (net == LIST_PEER)
        snprintf(out, size, flat ? "'prefixListId':'pl-0aa'" : "'prefixListIds':{'items':[{'prefixListId':'pl-0aa'}]}");
    else
        snprintf(out, size, flat ? "'cidrIpv4':'203.0.%d.0/24'" : "'ipRanges':{'items':[{'cidrIp':'203.0.%d.0/24'}]}",
                 net);
}

static inline int world_authorize(struct world *world, int64_t t, int group, int port, int net, const char *error)
{
    char asked[512], answered[512], peer[128], flat[128];
    struct world_rule *rule = world->rule[group];
    int k = 0;
    while (k < RULES && rule[k].used)
        k++;
    peer_json(net, false, peer, sizeof peer);
    peer_json(net, true, flat, sizeof flat);
    int id = world->next_id++;
    snprintf(asked, sizeof asked,
             "'groupId':'sg-0%d','ipPermissions':{'items':[{'ipProtocol':'tcp','fromPort':%d,"
             "'toPort':%d,'groups':{},%s}]}",
             group, port, port, peer);
    snprintf(answered, sizeof answered,
             "'securityGroupRuleSet':{'items':[{'groupId':'sg-0%d','securityGroupRuleId':"
             "'sgr-%d','isEgress':false,'ipProtocol':'tcp','fromPort':%d,'toPort':%d,%s}]}",
             group, id, port, port, flat);
    if (!error && k < RULES)
        rule[k] = (struct world_rule){true, port, id, net};
    return world_event(world, t, "AuthorizeSecurityGroupIngress", error, asked, answered);
}

static inline struct world_rule *world_find(struct world *world, int group, int port)
{
    for (int k = 0; k < RULES; k++)
        if (world->rule[group][k].used && world->rule[group][k].port == port)
            return &world->rule[group][k];
    return NULL;
}

enum { BY_PROPERTY, BY_ID, BY_FLAT };

static inline int world_revoke(struct world *world, int64_t t, int group, int port, int form, const char *error)
{
    char asked[512], answered[512] = "", peer[128], flat[128];
    struct world_rule *rule = world_find(world, group, port);
    struct world_rule nothing = {true, port, 4999, 9};
    const struct world_rule *old = rule ? rule : &nothing;
    peer_json(old->net, false, peer, sizeof peer);
    peer_json(old->net, true, flat, sizeof flat);
    if (form == BY_ID)
        snprintf(asked, sizeof asked,
                 "'groupId':'sg-0%d','securityGroupRuleIds':{'items':[{'securityGroupRuleId':"
                 "'sgr-%d'}]}",
                 group, old->id);
    else if (form == BY_FLAT && old->net != LIST_PEER)
        snprintf(asked, sizeof asked,
                 "'groupId':'sg-0%d','ipProtocol':'tcp','fromPort':%d,'toPort':%d,'cidrIp':"
                 "'203.0.%d.0/24','ipPermissions':{}",
                 group, port, port, old->net);
    else
        snprintf(asked, sizeof asked,
                 "'groupId':'sg-0%d','ipPermissions':{'items':[{'ipProtocol':'tcp','fromPort':%d,"
                 "'toPort':%d,%s}]}",
                 group, port, port, peer);
    if (form == BY_ID)
        snprintf(answered, sizeof answered,
                 "'revokedSecurityGroupRuleSet':{'items':[{'groupId':'sg-0%d',"
                 "'securityGroupRuleId':'sgr-%d','isEgress':false,'ipProtocol':'tcp','fromPort':%d,'toPort':%d,%s}]}",
                 group, old->id, port, port, flat);
    if (!error && rule)
        rule->used = false;
    return world_event(world, t, "RevokeSecurityGroupIngress", error, asked, answered);
}

static inline int world_modify_rule(struct world *world, int64_t t, int group, int port, int net)
{
    char asked[512];
    struct world_rule *rule = world_find(world, group, port);
    snprintf(
        asked, sizeof asked,
        "'ModifySecurityGroupRulesRequest':{'GroupId':'sg-0%d','SecurityGroupRule':"
        "{'SecurityGroupRuleId':'sgr-%d','tag':1,'SecurityGroupRule':{'IpProtocol':'tcp','FromPort':%d,'ToPort':%d,"
        "'CidrIpv4':'203.0.%d.0/24'}}}",
        group, rule->id, port, port, net);
    rule->net = net;
    return world_event(world, t, "ModifySecurityGroupRules", NULL, asked, "");
}

/* ---- of interfaces and ACLs ---- */

static inline int world_set_groups(struct world *world, int64_t t, int interface, const bool *groups, bool by_instance)
{
    char asked[768];
    size_t len = (size_t)snprintf(asked, sizeof asked,
                                  by_instance ? "'instanceId':'i-0%d','groupSet':{'items':["
                                              : "'networkInterfaceId':'eni-0%d','groupSet':{'items':[",
                                  interface);
    bool first = true;
    for (int g = 0; g < GROUPS; g++) {
        world->has_group[interface][g] = groups[g];
        if (!groups[g])
            continue;
        len += (size_t)snprintf(asked + len, sizeof asked - len, "%s{'groupId':'sg-0%d'}", first ? "" : ",", g);
        first = false;
    }
    snprintf(asked + len, sizeof asked - len, "]}");
    return world_event(world, t, by_instance ? "ModifyInstanceAttribute" : "ModifyNetworkInterfaceAttribute", NULL,
                       asked, "");
}

static inline int world_entry_event(struct world *world, int64_t t, const char *name, int acl,
                                    const struct world_entry *entry, const char *error)
{
    char asked[512];
    bool deletes = strcmp(name, "DeleteNetworkAclEntry") == 0;
    size_t len = (size_t)snprintf(asked, sizeof asked, "'networkAclId':'acl-0%d','ruleNumber':%d,'egress':%s", acl,
                                  entry->number, entry->egress ? "true" : "false");
    if (!deletes)
        len += (size_t)snprintf(asked + len, sizeof asked - len,
                                ",'ruleAction':'%s','aclProtocol':'%s','cidrBlock':"
                                "'0.0.0.0/0','icmpTypeCode':{}",
                                entry->allow ? "allow" : "deny", entry->port_from < 0 ? "-1" : "6");
    if (!deletes && entry->port_from >= 0)
        snprintf(asked + len, sizeof asked - len, ",'portRange':{'from':%d,'to':%d}", entry->port_from, entry->port_to);
    if (!error) {
        struct world_entry *at = NULL;
        for (int k = 0; k < ENTRIES; k++) {
            struct world_entry *old = &world->entry[acl][k];
            if (old->used && old->number == entry->number && old->egress == entry->egress)
                at = old;
            else if (!at && !old->used)
                at = old;
        }
        *at = *entry;
        at->used = !deletes;
    }
    return world_event(world, t, name, error, asked, "");
}

static inline int world_associate(struct world *world, int64_t t, int subnet, int acl)
{
    char asked[160], answered[80];
    int id = world->next_id++;
    snprintf(asked, sizeof asked, "'associationId':'aclassoc-%d','networkAclId':'acl-0%d'", world->association[subnet],
             acl);
    snprintf(answered, sizeof answered, "'newAssociationId':'aclassoc-%d'", id);
    world->association[subnet] = id;
    world->acl_of[subnet] = acl;
    return world_event(world, t, "ReplaceNetworkAclAssociation", NULL, asked, answered);
}

static inline int world_list(struct world *world, int64_t t, bool has)
{
    world->list_has = has;
    return world_event(
        world, t, "ModifyManagedPrefixList", NULL,
        has ? "'ModifyManagedPrefixListRequest':{'PrefixListId':'pl-0aa','CurrentVersion':3,'AddEntry':"
              "{'Cidr':'203.0.113.0/24','tag':1}}"
            : "'ModifyManagedPrefixListRequest':{'PrefixListId':'pl-0aa','CurrentVersion':3,'RemoveEntry':"
              "{'Cidr':'203.0.113.0/24','tag':1}}",
        "");
}

/* ---- the beginning ---- */

static const int world_ports[] = {22, 80, 443, 5432, 8080, 9090};

static inline void world_begin(struct world *world, uint64_t seed)
{
    *world = (struct world){.state = seed * 0x9e3779b97f4a7c15u + 7, .next_id = 100, .list_has = true};
    world->events = calloc(1, TEXT_MAX);
    for (int s = 0; s < SUBNETS; s++) {
        world->acl_of[s] = s;
        world->association[s] = world->next_id++;
    }
    for (int a = 0; a < ACLS - 1; a++) { /* the last one denies all */
        world->entry[a][0] = (struct world_entry){true, true, false, 100, -1, -1};
        world->entry[a][1] = (struct world_entry){true, true, true, 100, -1, -1};
    }
    for (int i = 0; i < INTERFACES; i++) {
        world->has_group[i][i % GROUPS] = true;
        world->has_group[i][(int)world_below(world, GROUPS)] = true;
    }
    world->interface = (int)world_below(world, INTERFACES);
    world->group = world->interface % GROUPS;
    world->port = world_ports[world_below(world, 6)];
    world->net = world_chance(world, 20) ? LIST_PEER : 113;
    for (int g = 0; g < GROUPS; g++)
        for (int k = 0; k < 6; k++) {
            bool is_service = g == world->group && world_ports[k] == world->port;
            if (is_service || world_ports[k] == world->port || !world_chance(world, 40))
                continue;
            world->rule[g][k] =
                (struct world_rule){true, world_ports[k], world->next_id++, world_chance(world, 50) ? 113 : 9};
        }
    /* The service's rule: in the trail only if it was made lately. */
    if (world_chance(world, 60))
        world_authorize(world, NOON - 86400 * 3, world->group, world->port, world->net, NULL);
    else
        world->rule[world->group][6] = (struct world_rule){true, world->port, world->next_id++, world->net};
}

static inline void world_end(struct world *world)
{
    free(world->events);
}

#endif
