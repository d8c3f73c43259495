/* Rules of security groups in both forms, and network ACLs: in order, and what makes no sense unknown. */
#include <stdio.h>

#include "base/scope.h"
#include "netcase.h"

static struct capture *capture;

static int begin(void **state)
{
    (void)state;
    capture = capture_new();
    return capture ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    capture_free(capture);
    return 0;
}

static void add(enum part part, const char *text)
{
    net_json(capture, part, NULL, text);
}

static const char grouped[] =
    "{'SecurityGroups':[{'GroupId':'sg-1','GroupName':'web','Description':'d','OwnerId':'123456789012','VpcId':'vpc-1',"
    "'IpPermissions':["
    "{'IpProtocol':'tcp','FromPort':443,'ToPort':443,'IpRanges':[{'CidrIp':'10.1.2.3/8','Description':'in'},"
    "{'CidrIp':'0.0.0.0/0'}],'Ipv6Ranges':[{'CidrIpv6':'2001:db8::/32'}],'PrefixListIds':[{'PrefixListId':'pl-1'}]},"
    "{'IpProtocol':'icmp','FromPort':8,'ToPort':-1,'IpRanges':[{'CidrIp':'10.0.0.0/8'}]},"
    "{'IpProtocol':'icmpv6','Ipv6Ranges':[{'CidrIpv6':'::/0'}]},"
    "{'IpProtocol':'50','IpRanges':[{'CidrIp':'198.51.100.0/24'}]},"
    "{'IpProtocol':'-1','UserIdGroupPairs':[{'GroupId':'sg-1','UserId':'123456789012'},{'GroupId':'sg-9','UserId':"
    "'123456789012','VpcId':'vpc-9','VpcPeeringConnectionId':'pcx-1','PeeringStatus':'active'}]}],"
    "'IpPermissionsEgress':[{'IpProtocol':'-1','IpRanges':[{'CidrIp':'0.0.0.0/0'}]}]}]}";

static const char flat[] =
    "{'SecurityGroupRules':["
    "{'SecurityGroupRuleId':'sgr-9','GroupId':'sg-1','IsEgress':true,'IpProtocol':'-1','FromPort':-1,'ToPort':-1,"
    "'CidrIpv4':'0.0.0.0/0'},"
    "{'SecurityGroupRuleId':'sgr-8','GroupId':'sg-1','GroupOwnerId':'123456789012','IsEgress':false,'IpProtocol':'-1',"
    "'FromPort':-1,'ToPort':-1,'ReferencedGroupInfo':{'GroupId':'sg-9','UserId':'123456789012','VpcId':'vpc-9',"
    "'VpcPeeringConnectionId':'pcx-1','PeeringStatus':'active'}},"
    "{'SecurityGroupRuleId':'sgr-7','GroupId':'sg-1','IsEgress':false,'IpProtocol':'-1','FromPort':-1,'ToPort':-1,"
    "'ReferencedGroupInfo':{'GroupId':'sg-1','UserId':'123456789012'}},"
    "{'SecurityGroupRuleId':'sgr-1','GroupId':'sg-1','IsEgress':false,'IpProtocol':'tcp','FromPort':443,'ToPort':443,"
    "'CidrIpv4':'10.0.0.0/8','Description':'in'},"
    "{'SecurityGroupRuleId':'sgr-2','GroupId':'sg-1','IsEgress':false,'IpProtocol':'tcp','FromPort':443,'ToPort':443,"
    "'CidrIpv4':'0.0.0.0/0'},"
    "{'SecurityGroupRuleId':'sgr-3','GroupId':'sg-1','IsEgress':false,'IpProtocol':'6','FromPort':443,'ToPort':443,"
    "'CidrIpv6':'2001:db8::/32'},"
    "{'SecurityGroupRuleId':'sgr-4','GroupId':'sg-1','IsEgress':false,'IpProtocol':'tcp','FromPort':443,'ToPort':443,"
    "'PrefixListId':'pl-1'},"
    "{'SecurityGroupRuleId':'sgr-5','GroupId':'sg-1','IsEgress':false,'IpProtocol':'icmp','FromPort':8,'ToPort':-1,"
    "'CidrIpv4':'10.0.0.0/8'},"
    "{'SecurityGroupRuleId':'sgr-6','GroupId':'sg-1','IsEgress':false,'IpProtocol':'icmpv6','FromPort':-1,'ToPort':-1,"
    "'CidrIpv6':'::/0'},"
    "{'SecurityGroupRuleId':'sgr-0','GroupId':'sg-1','GroupOwnerId':'123456789012','IsEgress':false,'IpProtocol':'50','"
    "FromPort':-1,'ToPort':-1,"
    "'CidrIpv4':'198.51.100.0/24'}]}";

static void assert_same_rules(const struct vpc_group *a, const struct vpc_group *b)
{
    assert_int_equal(a->n_rules, b->n_rules);
    assert_int_equal(a->n_ingress, b->n_ingress);
    for (size_t k = 0; k < a->n_rules; k++) {
        const struct vpc_rule *one = &a->rules[k], *other = &b->rules[k];
        assert_int_equal(one->egress, other->egress);
        assert_int_equal(one->protocol, other->protocol);
        assert_int_equal(one->from, other->from);
        assert_int_equal(one->to, other->to);
        assert_int_equal(one->malformed, other->malformed);
        assert_int_equal(one->peer_kind, other->peer_kind);
        assert_int_equal(one->net.prefix, other->net.prefix);
        assert_int_equal(addr_compare(&one->net.addr, &other->net.addr), 0);
        assert_string_equal(one->peer_id.text, other->peer_id.text);
        assert_string_equal(one->peer_account.text, other->peer_account.text);
        assert_string_equal(one->peer_vpc.text, other->peer_vpc.text);
        assert_string_equal(one->peering.text, other->peering.text);
        assert_string_equal(one->peering_status.text, other->peering_status.text);
        assert_string_equal(one->description.text, other->description.text);
        assert_ptr_equal(one->group, a);
    }
}

static void both_forms_give_the_same_rules(void **state)
{
    (void)state;
    struct capture *flat_only = capture_new(), *both = capture_new();
    net_json(capture, PART_GROUPS, NULL, grouped);
    net_json(flat_only, PART_GROUP_RULES, NULL, flat);
    net_json(both, PART_GROUPS, NULL, grouped);
    net_json(both, PART_GROUP_RULES, NULL, flat);
    struct inventory *one = net_build(capture), *other = net_build(flat_only), *all = net_build(both);
    const struct vpc_group *group = inventory_group(one, "sg-1");
    assert_int_equal(group->n_rules, 10);
    assert_int_equal(group->n_egress, 1);
    assert_same_rules(group, inventory_group(other, "sg-1"));
    assert_same_rules(group, inventory_group(all, "sg-1"));
    for (size_t k = 0; k < group->n_rules; k++) {
        assert_string_equal(group->rules[k].id.text, "");
        assert_int_equal(strncmp(inventory_group(other, "sg-1")->rules[k].id.text, "sgr-", 4), 0);
        assert_string_equal(inventory_group(all, "sg-1")->rules[k].id.text,
                            inventory_group(other, "sg-1")->rules[k].id.text);
    }
    assert_string_equal(inventory_group(other, "sg-1")->account.text, "123456789012");
    assert_string_equal(inventory_account(one).text, "123456789012");
    assert_int_equal(inventory_part(one, PART_GROUPS), PART_KNOWN);
    assert_int_equal(inventory_part(other, PART_GROUPS), PART_PARTIAL);
    assert_int_equal(inventory_part(all, PART_GROUP_RULES), PART_KNOWN);
    assert_ptr_equal(group->rules[0].peer_group, group);
    assert_null(group->rules[1].peer_group);
    inventory_free(one);
    inventory_free(other);
    inventory_free(all);
    capture_free(flat_only);
    capture_free(both);
}

static void forms_that_differ_are_told(void **state)
{
    (void)state;
    add(PART_GROUPS, "{'SecurityGroups':[{'GroupId':'sg-1','IpPermissions':[{'IpProtocol':'tcp','FromPort':80,'ToPort':"
                     "80,'IpRanges':[{'CidrIp':'10.0.0.0/8'}]}],'IpPermissionsEgress':[]}]}");
    add(PART_GROUP_RULES, "{'SecurityGroupRules':[{'SecurityGroupRuleId':'sgr-1','GroupId':'sg-1','IsEgress':false,"
                          "'IpProtocol':'tcp','FromPort':81,'ToPort':81,'CidrIpv4':'10.0.0.0/8'}]}");
    struct inventory *inventory = net_build(capture);
    const struct vpc_group *group = inventory_group(inventory, "sg-1");
    assert_int_equal(group->n_rules, 2);
    assert_true(group->rules[0].from == 80 && group->rules[0].unsure);
    assert_true(group->rules[1].from == 81 && group->rules[1].unsure);
    assert_true(net_warns(inventory, "differ"));
    assert_int_equal(inventory_part(inventory, PART_GROUP_RULES), PART_PARTIAL);
    inventory_free(inventory);
}

/* What both forms have stays sure; a list of rules that was saved for other groups alone says nothing of this one. */
static void what_both_forms_have_is_sure(void **state)
{
    (void)state;
    add(PART_GROUPS,
        "{'SecurityGroups':[{'GroupId':'sg-1','IpPermissions':[{'IpProtocol':'tcp','FromPort':80,'ToPort':"
        "80,'IpRanges':[{'CidrIp':'10.0.0.0/8'}]},{'IpProtocol':'tcp','FromPort':90,'ToPort':90,'IpRanges':[{'CidrIp':"
        "'10.0.0.0/8'}]}],'IpPermissionsEgress':[]},{'GroupId':'sg-2','IpPermissions':[{'IpProtocol':'tcp','FromPort':"
        "443,'ToPort':443,'IpRanges':[{'CidrIp':'10.0.0.0/8'}]}],'IpPermissionsEgress':[]}]}");
    add(PART_GROUP_RULES, "{'SecurityGroupRules':[{'SecurityGroupRuleId':'sgr-1','GroupId':'sg-1','IsEgress':false,"
                          "'IpProtocol':'tcp','FromPort':80,'ToPort':80,'CidrIpv4':'10.0.0.0/8'}]}");
    struct inventory *inventory = net_build(capture);
    const struct vpc_group *group = inventory_group(inventory, "sg-1"), *other = inventory_group(inventory, "sg-2");
    assert_int_equal(group->n_rules, 2);
    assert_string_equal(group->rules[0].id.text, "sgr-1");
    assert_false(group->rules[0].unsure);
    assert_true(group->rules[1].from == 90 && group->rules[1].unsure);
    assert_true(other->n_rules == 1 && !other->rules[0].unsure);
    assert_int_equal(inventory_part(inventory, PART_GROUP_RULES), PART_PARTIAL);
    inventory_free(inventory);
}

/* One group with one inbound rule of these members. */
static const struct vpc_rule *rule_of(const char *members, struct inventory **inventory)
{
    char text[1024];
    snprintf(text, sizeof text,
             "{'SecurityGroups':[{'GroupId':'sg-1','IpPermissions':[{%s}],'IpPermissionsEgress':[]}]}", members);
    capture_free(capture);
    capture = capture_new();
    add(PART_GROUPS, text);
    *inventory = net_build(capture);
    const struct vpc_group *group = inventory_group(*inventory, "sg-1");
    assert_non_null(group);
    assert_int_equal(group->n_rules, 1);
    return &group->rules[0];
}

/* What lacks its rules, entries or groups is not known: without them it would deny, or let through, everything. */
static void what_lacks_its_rules_is_left_out(void **state)
{
    (void)state;
    add(PART_GROUPS, "{'SecurityGroups':[{'GroupId':'sg-1'},{'GroupId':'sg-2','IpPermissions':[]},"
                     "{'GroupId':'sg-3','IpPermissionsEgress':[]},{'GroupId':'sg-4','IpPermissions':[],"
                     "'IpPermissionsEgress':[]}]}");
    add(PART_ACLS, "{'NetworkAcls':[{'NetworkAclId':'acl-1'},{'NetworkAclId':'acl-2','Entries':[]}]}");
    add(PART_INTERFACES, "{'NetworkInterfaces':[{'NetworkInterfaceId':'eni-1'},{'NetworkInterfaceId':'eni-2','Groups':"
                         "[{}]},{'NetworkInterfaceId':'eni-3','Groups':[]},{'NetworkInterfaceId':'eni-4',"
                         "'InterfaceType':'nat_gateway'}]}");
    struct inventory *inventory = net_build(capture);
    assert_null(inventory_group(inventory, "sg-1"));
    assert_null(inventory_group(inventory, "sg-2"));
    assert_null(inventory_group(inventory, "sg-3"));
    assert_non_null(inventory_group(inventory, "sg-4"));
    assert_null(inventory_acl(inventory, "acl-1"));
    assert_non_null(inventory_acl(inventory, "acl-2"));
    for (size_t k = 0; k < 4; k++) {
        static const char *const ids[] = {"eni-1", "eni-2", "eni-3", "eni-4"};
        const struct vpc_interface *interface = inventory_interface(inventory, ids[k]);
        assert_int_equal(interface->n_groups, 0);
        assert_int_equal(interface->n_group_ids, k < 2);
    }
    assert_int_equal(inventory_part(inventory, PART_GROUPS), PART_PARTIAL);
    assert_int_equal(inventory_part(inventory, PART_ACLS), PART_PARTIAL);
    assert_int_equal(inventory_part(inventory, PART_INTERFACES), PART_PARTIAL);
    assert_true(net_warns(inventory, "without its rules"));
    inventory_free(inventory);
}

static void ports_have_open_ends(void **state)
{
    (void)state;
    static const struct {
        const char *members;
        int protocol, from, to;
        bool malformed;
    } rows[] = {
        {"'IpProtocol':'tcp','FromPort':22,'ToPort':22", 6, 22, 22, false},
        {"'IpProtocol':'tcp'", 6, 0, 65535, false},
        {"'IpProtocol':'TCP','FromPort':-1,'ToPort':-1", 6, 0, 65535, false},
        {"'IpProtocol':'udp','FromPort':1024", 17, 1024, 65535, false},
        {"'IpProtocol':'17','ToPort':1024", 17, 0, 1024, false},
        {"'IpProtocol':'icmp'", 1, -1, -1, false},
        {"'IpProtocol':'icmp','FromPort':3,'ToPort':4", 1, 3, 4, false},
        {"'IpProtocol':'1','FromPort':-1,'ToPort':4", 1, -1, 4, true},
        {"'IpProtocol':'58','FromPort':128,'ToPort':-1", 58, 128, -1, false},
        {"'IpProtocol':'-1','FromPort':5,'ToPort':6", -1, 0, 65535, false},
        {"'IpProtocol':-1", -1, 0, 65535, false},
        {"'IpProtocol':'47','FromPort':5,'ToPort':6", 47, 0, 65535, false},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        char text[256];
        struct inventory *inventory;
        snprintf(text, sizeof text, "%s,'IpRanges':[{'CidrIp':'10.0.0.0/8'}]", rows[k].members);
        const struct vpc_rule *rule = rule_of(text, &inventory);
        assert_int_equal(rule->protocol, rows[k].protocol);
        assert_int_equal(rule->from, rows[k].from);
        assert_int_equal(rule->to, rows[k].to);
        assert_int_equal(rule->malformed, rows[k].malformed);
        assert_int_equal(inventory_part(inventory, PART_GROUPS), PART_KNOWN);
        inventory_free(inventory);
    }
}

static void a_rule_that_makes_no_sense_is_unknown(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "'IpProtocol':'tcp','FromPort':22,'ToPort':22,'IpRanges':[{'CidrIp':'10.0.0.0/33'}]",
        "'IpProtocol':'tcp','FromPort':22,'ToPort':22,'IpRanges':[{'CidrIp':'10/8'}]",
        "'IpProtocol':'tcp','FromPort':22,'ToPort':22,'IpRanges':[{'CidrIp':'10.0.0.0'}]",
        "'IpProtocol':'tcp','FromPort':22,'ToPort':22,'IpRanges':[{'CidrIp':'::/0'}]",
        "'IpProtocol':'tcp','FromPort':22,'ToPort':22,'IpRanges':[{'Description':'no peer'}]",
        "'IpProtocol':'tcp','FromPort':22,'ToPort':22,'Ipv6Ranges':[{'CidrIpv6':'0.0.0.0/0'}]",
        "'IpProtocol':'tcp','FromPort':23,'ToPort':22,'IpRanges':[{'CidrIp':'10.0.0.0/8'}]",
        "'IpProtocol':'tcp','FromPort':0,'ToPort':65536,'IpRanges':[{'CidrIp':'10.0.0.0/8'}]",
        "'IpProtocol':'tcp','FromPort':-2,'ToPort':22,'IpRanges':[{'CidrIp':'10.0.0.0/8'}]",
        "'IpProtocol':'icmp','FromPort':256,'ToPort':-1,'IpRanges':[{'CidrIp':'10.0.0.0/8'}]",
        "'IpProtocol':'256','IpRanges':[{'CidrIp':'10.0.0.0/8'}]",
        "'IpProtocol':'tpc','IpRanges':[{'CidrIp':'10.0.0.0/8'}]",
        "'IpRanges':[{'CidrIp':'10.0.0.0/8'}]",
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        struct inventory *inventory;
        const struct vpc_rule *rule = rule_of(rows[k], &inventory);
        assert_int_equal(rule->peer_kind, PEER_PREFIX_LIST);
        assert_null(rule->prefix_list);
        assert_int_equal(inventory_part(inventory, PART_GROUPS), PART_PARTIAL);
        assert_true(net_warns(inventory, "sg-1"));
        assert_non_null(strstr(inventory_part_words(inventory, PART_GROUPS).text, "security groups are incomplete"));
        inventory_free(inventory);
    }
}

static void acl_entries_are_in_order(void **state)
{
    (void)state;
    add(PART_ACLS,
        "{'NetworkAcls':[{'NetworkAclId':'acl-1','VpcId':'vpc-1','IsDefault':true,'Entries':["
        "{'Egress':true,'RuleNumber':32767,'Protocol':'-1','RuleAction':'deny','CidrBlock':'0.0.0.0/0'},"
        "{'Egress':false,'RuleNumber':200,'Protocol':'6','RuleAction':'allow','CidrBlock':'0.0.0.0/0',"
        "'PortRange':{'From':1024,'To':65535}},"
        "{'Egress':true,'RuleNumber':100,'Protocol':'-1','RuleAction':'allow','CidrBlock':'0.0.0.0/0'},"
        "{'Egress':false,'RuleNumber':100,'Protocol':'1','RuleAction':'deny','CidrBlock':'10.9.8.7/8',"
        "'IcmpTypeCode':{'Code':-1,'Type':8}},"
        "{'Egress':false,'RuleNumber':101,'Protocol':'58','RuleAction':'allow','Ipv6CidrBlock':'::/0'},"
        "{'Egress':false,'RuleNumber':102,'Protocol':'17','RuleAction':'allow','CidrBlock':'10.0.0.0/8'}]}]}");
    struct inventory *inventory = net_build(capture);
    static const struct {
        int number, protocol, from, to;
        bool egress, allow;
        const char *net;
    } rows[] = {
        {100, 1, 8, -1, false, false, "10.0.0.0/8"},      {101, 58, -1, -1, false, true, "::/0"},
        {102, 17, 0, 65535, false, true, "10.0.0.0/8"},   {200, 6, 1024, 65535, false, true, "0.0.0.0/0"},
        {32767, -1, 0, 65535, false, false, "0.0.0.0/0"}, {32768, -1, 0, 65535, false, false, "::/0"},
        {100, -1, 0, 65535, true, true, "0.0.0.0/0"},     {32767, -1, 0, 65535, true, false, "0.0.0.0/0"},
        {32768, -1, 0, 65535, true, false, "::/0"},
    };
    const struct vpc_acl *acl = inventory_acl(inventory, "acl-1");
    assert_int_equal(acl->n_entries, ARRAY_SIZE(rows));
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        const struct vpc_acl_entry *entry = &acl->entries[k];
        assert_int_equal(entry->number, rows[k].number);
        assert_int_equal(entry->protocol, rows[k].protocol);
        assert_int_equal(entry->from, rows[k].from);
        assert_int_equal(entry->to, rows[k].to);
        assert_int_equal(entry->egress, rows[k].egress);
        assert_int_equal(entry->allow, rows[k].allow);
        assert_true(net_is(&entry->net, rows[k].net));
    }
    assert_true(acl->is_default);
    inventory_free(inventory);
}

static void an_acl_that_makes_no_sense_is_left_out(void **state)
{
    (void)state;
    static const char *const entries[] = {
        "'RuleNumber':100,'Protocol':'-1','RuleAction':'allow','CidrBlock':'0.0.0.0/0'",
        "'Egress':false,'Protocol':'-1','RuleAction':'allow','CidrBlock':'0.0.0.0/0'",
        "'Egress':false,'RuleNumber':0,'Protocol':'-1','RuleAction':'allow','CidrBlock':'0.0.0.0/0'",
        "'Egress':false,'RuleNumber':32769,'Protocol':'-1','RuleAction':'allow','CidrBlock':'0.0.0.0/0'",
        "'Egress':false,'RuleNumber':1,'Protocol':'-1','RuleAction':'allow'",
        "'Egress':false,'RuleNumber':1,'Protocol':'-1','RuleAction':'allow','CidrBlock':'0.0.0.0/0',"
        "'Ipv6CidrBlock':'::/0'",
        "'Egress':false,'RuleNumber':1,'Protocol':'-1','RuleAction':'allow','CidrBlock':'2001:db8::/32'",
        "'Egress':false,'RuleNumber':1,'Protocol':'-1','RuleAction':'permit','CidrBlock':'0.0.0.0/0'",
        "'Egress':false,'RuleNumber':1,'Protocol':'-1','CidrBlock':'0.0.0.0/0'",
        "'Egress':false,'RuleNumber':1,'RuleAction':'allow','CidrBlock':'0.0.0.0/0'",
        "'Egress':false,'RuleNumber':1,'Protocol':'6','RuleAction':'allow','CidrBlock':'0.0.0.0/0',"
        "'PortRange':{'From':9,'To':8}",
        "'Egress':false,'RuleNumber':1,'Protocol':'6','RuleAction':'allow','CidrBlock':'0.0.0.0/0',"
        "'PortRange':{'From':9,'To':65536}",
        "'Egress':false,'RuleNumber':1,'Protocol':'6','RuleAction':'allow','CidrBlock':'0.0.0.0/0',"
        "'PortRange':'all'",
        "'Egress':'maybe','RuleNumber':1,'Protocol':'6','RuleAction':'allow','CidrBlock':'0.0.0.0/0'",
    };
    for (size_t k = 0; k < ARRAY_SIZE(entries); k++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "{'NetworkAcls':[{'NetworkAclId':'acl-1','VpcId':'vpc-1','Entries':[{%s}],'Associations':[{'SubnetId':"
                 "'subnet-1'}]},{'NetworkAclId':'acl-0','VpcId':'vpc-1','IsDefault':true,'Entries':[]}]}",
                 entries[k]);
        capture_free(capture);
        capture = capture_new();
        add(PART_ACLS, text);
        add(PART_SUBNETS, "{'Subnets':[{'SubnetId':'subnet-1','VpcId':'vpc-1','CidrBlock':'10.0.0.0/24'}]}");
        struct inventory *inventory = net_build(capture);
        assert_null(inventory_acl(inventory, "acl-1"));
        assert_non_null(inventory_acl(inventory, "acl-0"));
        assert_null(inventory_subnet(inventory, "subnet-1")->acl);
        assert_int_equal(inventory_part(inventory, PART_ACLS), PART_PARTIAL);
        inventory_free(inventory);
    }
}

static void a_rule_number_comes_once(void **state)
{
    (void)state;
    add(PART_ACLS, "{'NetworkAcls':[{'NetworkAclId':'acl-1','Entries':["
                   "{'Egress':false,'RuleNumber':1,'Protocol':'-1','RuleAction':'allow','CidrBlock':'0.0.0.0/0'},"
                   "{'Egress':false,'RuleNumber':1,'Protocol':'-1','RuleAction':'deny','CidrBlock':'0.0.0.0/0'}]}]}");
    struct inventory *inventory = net_build(capture);
    assert_null(inventory_acl(inventory, "acl-1"));
    assert_true(net_warns(inventory, "twice"));
    inventory_free(inventory);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(both_forms_give_the_same_rules),         CASE(forms_that_differ_are_told),
        CASE(what_both_forms_have_is_sure),           CASE(ports_have_open_ends),
        CASE(a_rule_that_makes_no_sense_is_unknown),  CASE(acl_entries_are_in_order),
        CASE(an_acl_that_makes_no_sense_is_left_out), CASE(a_rule_number_comes_once),
        CASE(what_lacks_its_rules_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
