/* Captures: XML, the CLI's JSON and a snapshot are the same; what is missing, damaged or hostile is told, not guessed.
 */
#include <stdio.h>

#include "base/limits.h"
#include "base/scope.h"
#include "casefile.h"
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

/* ---- the three forms ---- */

static const struct form {
    enum part part;
    const char *of, *operation, *xml, *json;
} forms[] = {
    {PART_INTERFACES, NULL, "DescribeNetworkInterfaces",
     "<networkInterfaceSet><item><networkInterfaceId>eni-2</networkInterfaceId><vpcId>vpc-1</vpcId><subnetId>subnet-1"
     "</subnetId><description/><sourceDestCheck>true</sourceDestCheck><groupSet><item><groupId>sg-1</groupId>"
     "<groupName>web</groupName></item></groupSet><privateIpAddressesSet><item><privateIpAddress>10.0.0.5"
     "</privateIpAddress><primary>true</primary><association><publicIp>192.0.2.1</publicIp></association></item>"
     "</privateIpAddressesSet><ipv6AddressesSet/><connectionTrackingConfiguration><tcpEstablishedTimeout>350"
     "</tcpEstablishedTimeout></connectionTrackingConfiguration><tagSet><item><key>Name</key><value>a &amp; b</value>"
     "</item></tagSet></item></networkInterfaceSet>",
     "{'NetworkInterfaces':[{'VpcId':'vpc-1','MacAddress':'0a:00','SubnetId':'subnet-1','NetworkInterfaceId':'eni-2',"
     "'Description':'','SourceDestCheck':true,'Groups':[{'GroupName':'web','GroupId':'sg-1'}],'PrivateIpAddresses':"
     "[{'PrivateIpAddress':'10.0.0.5','Primary':true,'Association':{'PublicIp':'192.0.2.1','PublicDnsName':'x'}}],"
     "'Ipv6Addresses':[],'ConnectionTrackingConfiguration':{'TcpEstablishedTimeout':350},'TagSet':[{'Key':'Name',"
     "'Value':'a & b'}],'Attachment':null}]}"},
    {PART_GROUPS, NULL, "DescribeSecurityGroups",
     "<securityGroupInfo><item><groupId>sg-1</groupId><groupName>web</groupName><groupDescription>d</groupDescription>"
     "<vpcId>vpc-1</vpcId><ipPermissions><item><ipProtocol>tcp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort>"
     "<groups><item><userId>123456789012</userId><groupId>sg-1</groupId></item></groups><ipRanges><item><cidrIp>"
     "10.0.0.0/8</cidrIp></item></ipRanges><ipv6Ranges/><prefixListIds><item><prefixListId>pl-1</prefixListId></item>"
     "</prefixListIds></item></ipPermissions><ipPermissionsEgress/></item></securityGroupInfo>",
     "{'SecurityGroups':[{'GroupName':'web','GroupId':'sg-1','Description':'d','VpcId':'vpc-1','IpPermissions':["
     "{'FromPort':443,'ToPort':443,'IpProtocol':'tcp','IpRanges':[{'CidrIp':'10.0.0.0/8'}],'Ipv6Ranges':[],"
     "'PrefixListIds':[{'PrefixListId':'pl-1'}],'UserIdGroupPairs':[{'UserId':'123456789012','GroupId':'sg-1'}]}],"
     "'IpPermissionsEgress':[],'Tags':[{'Key':'k','Value':'v'}]}]}"},
    {PART_ACLS, NULL, "DescribeNetworkAcls",
     "<networkAclSet><item><networkAclId>acl-1</networkAclId><vpcId>vpc-1</vpcId><default>true</"
     "default><entrySet><item>"
     "<ruleNumber>100</ruleNumber><protocol>6</protocol><ruleAction>allow</ruleAction><egress>false</egress><cidrBlock>"
     "0.0.0.0/0</cidrBlock><portRange><from>443</from><to>443</to></portRange></item></entrySet><associationSet><item>"
     "<networkAclAssociationId>aclassoc-1</networkAclAssociationId><subnetId>subnet-1</subnetId></item></"
     "associationSet>"
     "<tagSet/></item></networkAclSet>",
     "{'NetworkAcls':[{'NetworkAclId':'acl-1','VpcId':'vpc-1','IsDefault':true,'Entries':[{'RuleNumber':100,'Protocol':"
     "'6','RuleAction':'allow','Egress':false,'CidrBlock':'0.0.0.0/0','PortRange':{'From':443,'To':443}}],"
     "'Associations':[{'SubnetId':'subnet-1','NetworkAclAssociationId':'aclassoc-1'}],'Tags':[],'OwnerId':'1'}]}"},
    {PART_SUBNETS, NULL, "DescribeSubnets",
     "<subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/24</cidrBlock></item>"
     "</subnetSet>",
     "{'Subnets':[{'SubnetId':'subnet-1','VpcId':'vpc-1','CidrBlock':'10.0.0.0/24','MapPublicIpOnLaunch':true}]}"},
    {PART_BPA_OPTIONS, NULL, "DescribeVpcBlockPublicAccessOptions",
     "<vpcBlockPublicAccessOptions><awsRegion>eu-west-1</awsRegion><internetGatewayBlockMode>off"
     "</internetGatewayBlockMode></vpcBlockPublicAccessOptions>",
     "{'VpcBlockPublicAccessOptions':{'AwsRegion':'eu-west-1','InternetGatewayBlockMode':'off'}}"},
    {PART_ATTACHMENTS, NULL, "DescribeTransitGatewayVpcAttachments",
     "<transitGatewayVpcAttachments><item><transitGatewayAttachmentId>tgw-attach-1</transitGatewayAttachmentId>"
     "<subnetIds><item>subnet-2</item><item>subnet-1</item></subnetIds></item></transitGatewayVpcAttachments>",
     "{'TransitGatewayVpcAttachments':[{'TransitGatewayAttachmentId':'tgw-attach-1','SubnetIds':['subnet-1','subnet-2']"
     "}"
     "]}"},
    {PART_PREFIX_ENTRIES, "pl-1", "GetManagedPrefixListEntries",
     "<entrySet><item><cidr>192.0.2.0/24</cidr></item></entrySet>",
     "{'Entries':[{'Cidr':'192.0.2.0/24','Description':'x'}]}"},
};

static void three_forms_are_one(void **state)
{
    (void)state;
    struct capture *from_json = capture_new(), *again = NULL;
    for (size_t k = 0; k < ARRAY_SIZE(forms); k++) {
        assert_null(net_xml(capture, forms[k].part, forms[k].of, forms[k].operation, forms[k].xml));
        net_json(from_json, forms[k].part, forms[k].of, forms[k].json);
    }
    capture_set_place(capture, "eu-west-1", "123456789012", 1700000000);
    capture_set_place(from_json, "eu-west-1", "123456789012", 1700000000);
    capture_set_state(capture, PART_VPCS, PART_DENIED, "ec2:DescribeVpcs is denied\x1b[31m");
    capture_set_state(from_json, PART_VPCS, PART_DENIED, "ec2:DescribeVpcs is denied\x1b[31m");
    char *one = net_snapshot(capture), *other = net_snapshot(from_json);
    assert_string_equal(one, other);
    assert_non_null(strstr(one, "\"WeirNetwork\":1"));
    assert_null(strstr(one, "MacAddress"));
    weir_error err = {0};
    assert_int_equal(capture_read_bytes(one, strlen(one), &again, &err), WEIR_OK);
    char *third = net_snapshot(again);
    assert_string_equal(one, third);
    struct inventory *inventory = net_build(again);
    assert_string_equal(inventory_region(inventory).text, "eu-west-1");
    assert_int_equal(inventory_taken(inventory), 1700000000);
    assert_int_equal(inventory_part(inventory, PART_VPCS), PART_DENIED);
    assert_string_equal(inventory_part_words(inventory, PART_VPCS).text,
                        "VPCs are unknown: ec2:DescribeVpcs is denied^[[31m");
    assert_string_equal(inventory_interface(inventory, "eni-2")->label.text, "a & b");
    assert_true(inventory_prefix_list(inventory, "pl-1")->known);
    assert_int_equal(inventory_part(inventory, PART_PREFIX_ENTRIES), PART_KNOWN);
    inventory_free(inventory);
    free(one);
    free(other);
    free(third);
    capture_free(from_json);
    capture_free(again);
}

static void order_makes_no_difference(void **state)
{
    (void)state;
    struct capture *other = capture_new();
    net_json(capture, PART_SUBNETS, NULL,
             "{'Subnets':[{'SubnetId':'subnet-1','Tags':[{'Key':'a','Value':'1'},{'Key':'b','Value':'2'}]},{'SubnetId':"
             "'subnet-2'},{'SubnetId':'subnet-2'}]}");
    net_json(other, PART_SUBNETS, NULL,
             "{'Subnets':[{'SubnetId':'subnet-2'}]} {'Subnets':[{'Tags':[{'Value':'2','Key':'b'},{'Key':'a','Value':"
             "'1'}],'SubnetId':'subnet-1'}]}");
    char *one = net_snapshot(capture), *two = net_snapshot(other);
    assert_string_equal(one, two);
    free(one);
    free(two);
    capture_free(other);
}

static void saved_answers_of_ec2_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        enum part part;
        bool has_more;
    } rows[] = {{"DescribeSecurityGroups.xml", PART_GROUPS, false},
                {"DescribeNetworkAcls.xml", PART_ACLS, true},
                {"DescribeRouteTables.xml", PART_ROUTE_TABLES, false}};
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        char path[4096], *token = NULL;
        size_t len;
        weir_error err = {0};
        snprintf(path, sizeof path, "%s/xml/%s", WEIR_CASES, rows[k].file);
        char *bytes = case_read(path, &len);
        assert_int_equal(capture_add_xml(capture, rows[k].part, NULL, bytes, len, &token, &err), WEIR_OK);
        assert_int_equal(token != NULL, rows[k].has_more);
        free(token);
        free(bytes);
    }
    assert_string_equal(capture_next_of(capture, PART_PREFIX_ENTRIES, 0), "pl-0123456789abcdef0");
    assert_string_equal(capture_next_of(capture, PART_PREFIX_ENTRIES, 1), "pl-63a5400a");
    assert_null(capture_next_of(capture, PART_PREFIX_ENTRIES, 2));
    assert_null(capture_next_of(capture, PART_VPCS, 0));
    struct inventory *inventory = net_build(capture);
    const struct vpc_group *group = inventory_group(inventory, "sg-0a1b2c3d4e5f60718");
    assert_int_equal(group->n_rules, 6);
    assert_int_equal(group->rules[0].peer_kind, PEER_GROUP);
    assert_string_equal(group->name.text, "web");
    assert_int_equal(inventory_part(inventory, PART_ACLS), PART_PARTIAL);
    assert_int_equal(inventory_acl(inventory, "acl-0123456789abcdef0")->n_entries, 7);
    const struct vpc_route_table *table = inventory_route_table(inventory, "rtb-0123456789abcdef0");
    assert_true(table->main);
    assert_true(table->routes[0].blackhole);
    inventory_free(inventory);
}

/* ---- pages and states ---- */

static enum part_state state_of(enum part part)
{
    struct inventory *inventory = net_build(capture);
    enum part_state state = inventory_part(inventory, part);
    inventory_free(inventory);
    return state;
}

static void pages_follow_each_other(void **state)
{
    (void)state;
    assert_int_equal(state_of(PART_VPCS), PART_UNKNOWN);
    char *token = net_xml(capture, PART_VPCS, NULL, "DescribeVpcs",
                          "<vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet><nextToken>a&amp;b</nextToken>");
    assert_string_equal(token, "a&b");
    free(token);
    assert_int_equal(state_of(PART_VPCS), PART_PARTIAL);
    assert_null(net_xml(capture, PART_VPCS, NULL, "DescribeVpcs",
                        "<vpcSet><item><vpcId>vpc-2</vpcId></item></vpcSet><nextToken/>"));
    assert_int_equal(state_of(PART_VPCS), PART_KNOWN);
    capture_set_state(capture, PART_VPCS, PART_FAILED, "page 3 did not come");
    assert_int_equal(state_of(PART_VPCS), PART_PARTIAL);
    assert_null(net_xml(capture, PART_SUBNETS, NULL, "DescribeSubnets", "<subnetSet/>"));
    assert_int_equal(state_of(PART_SUBNETS), PART_KNOWN);
    capture_set_state(capture, PART_ACLS, PART_FAILED, "");
    assert_int_equal(state_of(PART_ACLS), PART_FAILED);
}

static void items_that_are_none_make_a_part_partial(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{'Vpcs':[{'VpcId':'vpc-1'},7]}",
        "{'Vpcs':[{'VpcId':'vpc-1'},null]}",
        "{'Vpcs':[{'VpcId':'vpc-1'},{'VpcId':'vpc-2','Tags':{}}]}",
        "{'Vpcs':[{'VpcId':'vpc-1'},{'VpcId':'vpc-2','Tags':[{'Key':[]}]}]}",
        "{'Vpcs':[{'VpcId':'vpc-1'},{'VpcId':['vpc-2']}]}",
        "{'Vpcs':[{'VpcId':'vpc-1'}],'NextToken':'x'}",
    };
    for (size_t k = 0; k < ARRAY_SIZE(texts); k++) {
        capture_free(capture);
        capture = capture_new();
        net_json(capture, PART_VPCS, NULL, texts[k]);
        struct inventory *inventory = net_build(capture);
        assert_int_equal(inventory_part(inventory, PART_VPCS), PART_PARTIAL);
        assert_non_null(inventory_vpc(inventory, "vpc-1"));
        assert_null(inventory_vpc(inventory, "vpc-2"));
        inventory_free(inventory);
    }
}

static void documents_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "  \n",
        "{",
        "{'Vpcs'",
        "{'Vpcs':[{'VpcId':'vpc-1'}",
        "7",
        "'x'",
        "null",
        "{}",
        "{'Vpcs':7}",
        "{'Vpcs':{}}",
        "{'Subnets':[]}",
        "{'Vpcs':[]} x",
        "{'Vpcs':[]}}",
        "nonsense",
    };
    for (size_t k = 0; k < ARRAY_SIZE(texts); k++) {
        weir_error err;
        assert_int_equal(net_try_json(capture, PART_VPCS, NULL, texts[k], &err), WEIR_E_DATA);
        assert_true(*err.text);
    }
    weir_error err;
    assert_int_equal(net_try_json(capture, PART_PREFIX_ENTRIES, NULL, "{'Entries':[]}", &err), WEIR_E_DATA);
    assert_non_null(strstr(err.text, "whose"));
}

static void answers_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "<Response><Errors><Error><Code>UnauthorizedOperation</Code></Error></Errors></Response>",
        "<DescribeVpcsResponse/>",
        "<DescribeSubnetsResponse><subnetSet/></DescribeSubnetsResponse>",
        "<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet>",
        "{}",
        "",
    };
    for (size_t k = 0; k < ARRAY_SIZE(texts); k++) {
        char *token = NULL;
        weir_error err = {0};
        assert_int_equal(capture_add_xml(capture, PART_VPCS, NULL, texts[k], strlen(texts[k]), &token, &err),
                         WEIR_E_DATA);
        assert_null(token);
        assert_true(*err.text);
    }
    assert_int_equal(state_of(PART_VPCS), PART_UNKNOWN);
}

static void odd_xml_is_left_out(void **state)
{
    (void)state;
    static const char *const items[] = {
        "<item><networkAclId>acl-2</networkAclId><default>perhaps</default></item>",
        "<item><networkAclId>acl-2</networkAclId><entrySet><item><ruleNumber>ten</ruleNumber></item></entrySet></item>",
        "<item><networkAclId>acl-2</networkAclId><entrySet>text</entrySet></item>",
        "<item><networkAclId><a>acl-2</a></networkAclId></item>",
        "<item>acl-2</item>",
        "<item><networkAclId>acl-2</networkAclId><entrySet><item><ruleNumber>99999999999999999999</ruleNumber></item>"
        "</entrySet></item>",
    };
    for (size_t k = 0; k < ARRAY_SIZE(items); k++) {
        char text[512];
        snprintf(text, sizeof text,
                 "<networkAclSet><item><networkAclId>acl-1</networkAclId><entrySet/></item>%s</networkAclSet>",
                 items[k]);
        capture_free(capture);
        capture = capture_new();
        assert_null(net_xml(capture, PART_ACLS, NULL, "DescribeNetworkAcls", text));
        struct inventory *inventory = net_build(capture);
        assert_int_equal(inventory_part(inventory, PART_ACLS), PART_PARTIAL);
        assert_non_null(inventory_acl(inventory, "acl-1"));
        assert_null(inventory_acl(inventory, "acl-2"));
        inventory_free(inventory);
    }
}

/* ---- snapshots ---- */

/* Cut anywhere, a snapshot is refused, but for the blank behind its last bracket. */
static void a_cut_snapshot_is_refused(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_SIZE(forms); k++)
        net_json(capture, forms[k].part, forms[k].of, forms[k].json);
    char *text = net_snapshot(capture);
    size_t len = strlen(text);
    assert_int_equal(text[len - 1], '\n');
    for (size_t cut = 0; cut < len - 1; cut++) {
        struct capture *again = NULL;
        weir_error err = {0};
        assert_int_equal(capture_read_bytes(text, cut, &again, &err), WEIR_E_DATA);
        assert_null(again);
        assert_true(*err.text);
    }
    free(text);
}

static void what_is_no_snapshot_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"{}",
                                        "[]",
                                        "{'WeirNetwork':1}",
                                        "{'WeirNetwork':2,'Vpcs':[]}",
                                        "{'WeirNetwork':'1','Vpcs':[]}",
                                        "\xff\xfe{\0}",
                                        "\x1f\x8b\x08nonsense"};
    for (size_t k = 0; k < ARRAY_SIZE(texts); k++) {
        char *json = net_quote(texts[k]);
        struct capture *again = NULL;
        weir_error err = {0};
        assert_int_equal(capture_read_bytes(json, strlen(json), &again, &err), WEIR_E_DATA);
        assert_true(*err.text);
        free(json);
    }
}

static void a_hostile_snapshot_fails_its_parts_alone(void **state)
{
    (void)state;
    char *json = net_quote("{'WeirNetwork':1,'Region':7,'Taken':'x','Vpcs':'all','Subnets':[{'SubnetId':'subnet-1'}],"
                           "'Entries':{'pl-1':[],'pl-2':9},'Routes':[],'States':{'NetworkAcls':{'State':'denied','Why':"
                           "'no\\nmore'},'SecurityGroups':{'State':'odd'},'Vpcs':3}}");
    weir_error err = {0};
    capture_free(capture);
    capture = NULL;
    assert_int_equal(capture_read_bytes(json, strlen(json), &capture, &err), WEIR_OK);
    free(json);
    struct inventory *inventory = net_build(capture);
    assert_int_equal(inventory_part(inventory, PART_VPCS), PART_FAILED);
    assert_int_equal(inventory_part(inventory, PART_SUBNETS), PART_KNOWN);
    assert_int_equal(inventory_part(inventory, PART_ACLS), PART_DENIED);
    assert_string_equal(inventory_part_words(inventory, PART_ACLS).text, "network ACLs are unknown: no^Jmore");
    assert_int_equal(inventory_part(inventory, PART_GROUPS), PART_UNKNOWN);
    assert_int_equal(inventory_part(inventory, PART_TRANSIT_ROUTES), PART_FAILED);
    assert_string_equal(inventory_region(inventory).text, "");
    assert_int_equal(inventory_taken(inventory), 0);
    inventory_free(inventory);
}

static void states_survive_a_snapshot(void **state)
{
    (void)state;
    struct capture *again = NULL;
    weir_error err = {0};
    net_json(capture, PART_VPCS, NULL, "{'Vpcs':[{'VpcId':'vpc-1'}],'NextToken':'x'}");
    net_json(capture, PART_SUBNETS, NULL, "{'Subnets':[]}");
    net_json(capture, PART_GROUPS, NULL, "{'SecurityGroups':[]}");
    net_json(capture, PART_PREFIX_ENTRIES, "pl-1", "{'Entries':[{'Cidr':'192.0.2.0/24'}],'NextToken':'x'}");
    net_json(capture, PART_PREFIX_ENTRIES, "pl-2", "{'Entries':[5]}");
    capture_set_state(capture, PART_ACLS, PART_DENIED, "denied");
    capture_set_state(capture, PART_ENDPOINTS, PART_FAILED, "failed");
    char *text = net_snapshot(capture);
    assert_int_equal(capture_read_bytes(text, strlen(text), &again, &err), WEIR_OK);
    char *second = net_snapshot(again);
    assert_string_equal(text, second);
    struct inventory *one = net_build(capture), *other = net_build(again);
    for (int part = 0; part < PART_COUNT; part++) {
        assert_int_equal(inventory_part(one, (enum part)part), inventory_part(other, (enum part)part));
        if (inventory_part(one, (enum part)part) != PART_UNKNOWN)
            assert_string_equal(inventory_part_words(one, (enum part)part).text,
                                inventory_part_words(other, (enum part)part).text);
    }
    assert_false(inventory_prefix_list(other, "pl-1")->known);
    assert_false(inventory_prefix_list(other, "pl-2")->known);
    inventory_free(one);
    inventory_free(other);
    capture_free(again);
    free(text);
    free(second);
}

static void limits_are_told(void **state)
{
    (void)state;
    struct buf out;
    weir_error err = {0};
    buf_init(&out, 16);
    net_json(capture, PART_SUBNETS, NULL, "{'Subnets':[]}");
    assert_int_equal(capture_write(capture, &out, &err), WEIR_E_LIMIT);
    buf_done(&out);
    size_t room = (size_t)CAPTURE_ITEMS_MAX * 3 + 64, len = 0;
    char *text = malloc(room);
    len += (size_t)snprintf(text, room, "{\"Vpcs\":[{}");
    for (size_t k = 0; k < CAPTURE_ITEMS_MAX; k++) {
        memcpy(text + len, ",{}", 3);
        len += 3;
    }
    memcpy(text + len, "]}", 2);
    err = (weir_error){0};
    assert_int_equal(capture_add_json(capture, PART_VPCS, NULL, text, len + 2, &err), WEIR_E_LIMIT);
    free(text);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(three_forms_are_one),
        CASE(order_makes_no_difference),
        CASE(saved_answers_of_ec2_are_read),
        CASE(pages_follow_each_other),
        CASE(items_that_are_none_make_a_part_partial),
        CASE(documents_that_are_none_are_refused),
        CASE(answers_that_are_none_are_refused),
        CASE(odd_xml_is_left_out),
        CASE(a_cut_snapshot_is_refused),
        CASE(what_is_no_snapshot_is_refused),
        CASE(a_hostile_snapshot_fails_its_parts_alone),
        CASE(states_survive_a_snapshot),
        CASE(limits_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
