/* Edits of changes: the encodings of EC2's requests and answers, each family of events. */
#include <stdio.h>

#include "base/limits.h"
#include "base/scope.h"
#include "changecase.h"

enum { EDITS_MAX = 8, WORDS_BYTES = 512 };

/* An edit in one line, what is not told left out. */
static const char *words_of(const struct change_edit *edit, char out[WORDS_BYTES])
{
    static const char *const kinds[] = {
        [EDIT_RULE_ADD] = "add",
        [EDIT_RULE_REMOVE] = "remove",
        [EDIT_RULE_SET] = "set",
        [EDIT_INTERFACE_GROUPS] = "interface",
        [EDIT_INSTANCE_GROUPS] = "instance",
        [EDIT_ENTRY_CREATE] = "create-entry",
        [EDIT_ENTRY_REPLACE] = "replace-entry",
        [EDIT_ENTRY_DELETE] = "delete-entry",
        [EDIT_ACL_ASSOCIATE] = "acl",
        [EDIT_ROUTE_CREATE] = "create-route",
        [EDIT_ROUTE_REPLACE] = "replace-route",
        [EDIT_ROUTE_DELETE] = "delete-route",
        [EDIT_TABLE_ASSOCIATE] = "table",
        [EDIT_TABLE_DISASSOCIATE] = "no-table",
        [EDIT_PREFIX_ADD] = "prefix+",
        [EDIT_PREFIX_REMOVE] = "prefix-",
        [EDIT_BPA_OPTIONS] = "bpa",
        [EDIT_OTHER] = "other",
    };
    int len = snprintf(out, WORDS_BYTES, "%s %s", kinds[edit->kind], edit->target.text);
#define ADD(is_told, ...) \
    if (is_told)          \
    len += snprintf(out + len, (size_t)(WORDS_BYTES - len), __VA_ARGS__)
    ADD(*edit->rule_id.text, " %s", edit->rule_id.text);
    ADD(edit->number >= 0, " #%d", edit->number);
    ADD(edit->egress, " egress");
    ADD(edit->allow, " allow");
    ADD(edit->has_rule, " %d/%d-%d", edit->protocol, edit->from, edit->to);
    ADD(*edit->peer.text, " %s", edit->peer.text);
    ADD(*edit->description.text, " \"%s\"", edit->description.text);
    ADD(*edit->association_id.text, " from %s", edit->association_id.text);
    ADD(*edit->new_association_id.text, " to %s", edit->new_association_id.text);
    ADD(*edit->subnet_id.text, " in %s", edit->subnet_id.text);
    ADD(*edit->destination.text, " dst %s", edit->destination.text);
    ADD(*edit->gateway.text, " via %s", edit->gateway.text);
    for (size_t k = 0; k < edit->n_groups; k++) {
        ADD(true, " %s", edit->groups[k].text);
    }
#undef ADD
    return out;
}

struct edit_case {
    const char *event;
    enum change_effect effect;
    const char *edits[EDITS_MAX];
};

static void check_case(const struct edit_case *row)
{
    struct change *change = change_only(row->event);
    char words[WORDS_BYTES];
    size_t n = 0;
    for (; n < EDITS_MAX && row->edits[n]; n++) {
        assert_true(n < change->n_edits);
        assert_string_equal(words_of(&change->edits[n], words), row->edits[n]);
        if (*change->edits[n].target.text)
            assert_true(change_names(change, change->edits[n].target.text));
    }
    assert_int_equal(change->n_edits, n);
    assert_int_equal(change->effect, row->effect);
    assert_false(change->is_cut);
    change_free(change);
}

#define CASES(name, ...)                                      \
    static void name(void **state)                            \
    {                                                         \
        static const struct edit_case rows[] = {__VA_ARGS__}; \
        (void)state;                                          \
        for (size_t k = 0; k < ARRAY_SIZE(rows); k++)         \
            check_case(&rows[k]);                             \
    }

#define DONE "{'_return':true,'requestId':'r-1'}"

/* ---- security groups ---- */

CASES(rules_in_the_classic_encoding,
      {EVENT("AuthorizeSecurityGroupIngress", "ec2",
             "{'groupId':'sg-1','ipPermissions':{'items':[{'ipProtocol':'tcp','fromPort':443,'toPort':443,'groups':"
             "{'items':[{'groupId':'sg-2','userId':'123456789012'}]},'ipRanges':{'items':[{'cidrIp':'203.0.113.9/24',"
             "'description':'office'},{'cidrIp':'192.0.2.0/24'}]},'ipv6Ranges':{'items':[{'cidrIpv6':"
             "'2001:DB8:0::/32'}]},'prefixListIds':{'items':[{'prefixListId':'pl-1'}]}},{'ipProtocol':'-1','groups':{},"
             "'ipRanges':{'items':[{'cidrIp':'198.51.100.0/24'}]},'ipv6Ranges':{},'prefixListIds':{}}]}}",
             DONE),
       CHANGE_RULES,
       {"add sg-1 6/443-443 sg-2", "add sg-1 6/443-443 203.0.113.0/24 \"office\"", "add sg-1 6/443-443 192.0.2.0/24",
        "add sg-1 6/443-443 2001:db8::/32", "add sg-1 6/443-443 pl-1", "add sg-1 -1/-1--1 198.51.100.0/24"}},
      {EVENT("RevokeSecurityGroupEgress", "ec2",
             "{'groupId':'sg-1','ipPermissions':{'items':[{'ipProtocol':'17','fromPort':'53','toPort':'53','ipRanges':"
             "{'items':[{'cidrIp':'203.0.113.0/24'}]}}]}}",
             DONE),
       CHANGE_RULES,
       {"remove sg-1 egress 17/53-53 203.0.113.0/24"}},
      {EVENT("RevokeSecurityGroupIngress", "ec2", "{'groupId':'sg-1','ipPermissions':{}}", DONE), CHANGE_RULES, {0}},
      {EVENT("AuthorizeSecurityGroupIngress", "ec2",
             "{'groupId':'sg-1','ipPermissions':{'items':[{'ipProtocol':'icmp','fromPort':8,'toPort':-1,'ipRanges':"
             "{'items':[{'cidrIp':'192.0.2.0/24'}]}},{'ipProtocol':'tcp','fromPort':-1,'toPort':-1,'ipRanges':{'items':"
             "[{'cidrIp':'192.0.2.0/24'}]}},{'ipProtocol':'udp','ipRanges':{'items':[{'cidrIp':'192.0.2.0/24'}]}},"
             "{'ipProtocol':'50','fromPort':1,'toPort':2,'ipRanges':{'items':[{'cidrIp':'192.0.2.0/24'}]}},"
             "{'ipProtocol':'nonsense','ipRanges':{'items':[{'cidrIp':'192.0.2.0/24'}]}}]}}",
             DONE),
       CHANGE_RULES,
       {"add sg-1 1/8--1 192.0.2.0/24", "add sg-1 6/0-65535 192.0.2.0/24", "add sg-1 17/0-65535 192.0.2.0/24",
        "add sg-1 50/-1--1 192.0.2.0/24", "add sg-1 192.0.2.0/24"}})

#define ANSWERED(list, rules) "{'_return':true,'" list "':{'items':[" rules "]}}"
#define RULE_1                                                                                                     \
    "{'groupId':'sg-1','groupOwnerId':'123456789012','securityGroupRuleId':'sgr-1','isEgress':false,'ipProtocol':" \
    "'tcp','fromPort':443,'toPort':443,'cidrIpv4':'203.0.113.0/24'}"
#define RULE_2                                                                                                     \
    "{'groupId':'sg-1','securityGroupRuleId':'sgr-2','isEgress':true,'ipProtocol':'-1','fromPort':-1,'toPort':-1," \
    "'referencedGroupInfo':{'groupId':'sg-2'}}"

CASES(rules_that_the_answer_tells,
      {EVENT("AuthorizeSecurityGroupIngress", "ec2",
             "{'groupId':'sg-1','ipPermissions':{'items':[{'ipProtocol':'tcp','fromPort':443,'toPort':443,'ipRanges':"
             "{'items':[{'cidrIp':'203.0.113.0/24'}]}}]}}",
             ANSWERED("securityGroupRuleSet", RULE_1)),
       CHANGE_RULES,
       {"add sg-1 sgr-1 6/443-443 203.0.113.0/24"}},
      {EVENT("RevokeSecurityGroupIngress", "ec2",
             "{'groupId':'sg-1','ipPermissions':{},'securityGroupRuleIds':{'items':[{'securityGroupRuleId':'sgr-1'},"
             "'sgr-2','sgr-3']}}",
             ANSWERED("revokedSecurityGroupRuleSet", RULE_1 "," RULE_2)),
       CHANGE_RULES,
       {"remove sg-1 sgr-1 6/443-443 203.0.113.0/24", "remove sg-1 sgr-2 egress -1/-1--1 sg-2", "remove sg-1 sgr-3"}},
      {EVENT("RevokeSecurityGroupEgress", "ec2", "{'groupId':'sg-1','securityGroupRuleIds':{'items':['sgr-1']}}", DONE),
       CHANGE_RULES,
       {"remove sg-1 sgr-1 egress"}},
      {EVENT("AuthorizeSecurityGroupIngress", "ec2",
             "{'groupId':'sg-1','ipPermissions':{'items':[{'ipProtocol':'tcp','fromPort':22,'toPort':22,'ipRanges':"
             "{'items':[{'cidrIp':'203.0.113.0/24'}]}}]}}",
             ANSWERED("securityGroupRuleSet", "{'securityGroupRuleId':'sgr-7'}")),
       CHANGE_RULES,
       {"add sg-1 sgr-7 6/22-22 203.0.113.0/24"}})

CASES(rules_of_a_flat_legacy_call,
      {EVENT("AuthorizeSecurityGroupIngress", "ec2",
             "{'groupId':'sg-1','ipProtocol':'tcp','fromPort':22,'toPort':22,'cidrIp':'192.0.2.1/32','ipPermissions':"
             "{}}",
             DONE),
       CHANGE_RULES,
       {"add sg-1 6/22-22 192.0.2.1/32"}},
      {EVENT("RevokeSecurityGroupIngress", "ec2",
             "{'groupName':'default','sourceSecurityGroupName':'web','ipPermissions':{}}", DONE),
       CHANGE_RULES,
       {"remove default -1/-1--1 web"}},
      {EVENT("AuthorizeSecurityGroupIngress", "ec2",
             "{'groupName':'web','ipProtocol':'tcp','fromPort':443,'toPort':443,'cidrIp':'203.0.113.0/24'}",
             ANSWERED("securityGroupRuleSet", RULE_1)),
       CHANGE_RULES,
       {"add sg-1 sgr-1 6/443-443 203.0.113.0/24"}})

#define MODIFIED(rules) "{'ModifySecurityGroupRulesRequest':{'GroupId':'sg-1','SecurityGroupRule':" rules "}}"
#define INNER(id, peer)                                                                                            \
    "{'SecurityGroupRuleId':'" id "','SecurityGroupRule':{'IpProtocol':'tcp','FromPort':80,'ToPort':90," peer "}," \
    "'tag':1}"

CASES(rules_of_the_newer_encoding,
      {EVENT("ModifySecurityGroupRules", "ec2", MODIFIED(INNER("sgr-1", "'CidrIpv4':'192.0.2.0/24','Description':'d'")),
             "{'ModifySecurityGroupRulesResponse':{'return':true}}"),
       CHANGE_RULES,
       {"set sg-1 sgr-1 6/80-90 192.0.2.0/24 \"d\""}},
      {EVENT("ModifySecurityGroupRules", "ec2",
             MODIFIED("[" INNER("sgr-1", "'CidrIpv6':'2001:db8::/32'") "," INNER(
                 "sgr-2", "'ReferencedGroupId':'sg-2'") "," INNER("sgr-3", "'PrefixListId':'pl-1'") "]"),
             "null"),
       CHANGE_RULES,
       {"set sg-1 sgr-1 6/80-90 2001:db8::/32", "set sg-1 sgr-2 6/80-90 sg-2", "set sg-1 sgr-3 6/80-90 pl-1"}})

/* ---- interfaces and instances ---- */

CASES(groups_of_interfaces,
      {EVENT("ModifyNetworkInterfaceAttribute", "ec2",
             "{'networkInterfaceId':'eni-1','groupSet':{'items':[{'groupId':'sg-1'},{'groupId':'sg-2'}]}}", DONE),
       CHANGE_RULES,
       {"interface eni-1 sg-1 sg-2"}},
      {EVENT("ModifyNetworkInterfaceAttribute", "ec2",
             "{'networkInterfaceId':'eni-1','sourceDestCheck':{'value':true}}", DONE),
       CHANGE_ROUTES,
       {"other eni-1"}},
      {EVENT("ModifyNetworkInterfaceAttribute", "ec2", "{'networkInterfaceId':'eni-1','description':{'value':'x'}}",
             DONE),
       CHANGE_NONE,
       {"other eni-1"}},
      {EVENT("ModifyInstanceAttribute", "ec2", "{'instanceId':'i-1','groupSet':{'items':[{'groupId':'sg-1'}]}}", DONE),
       CHANGE_RULES,
       {"instance i-1 sg-1"}},
      {EVENT("ModifyInstanceAttribute", "ec2", "{'instanceId':'i-1','groupSet':{},'disableApiTermination':true}", DONE),
       CHANGE_NONE,
       {"other i-1"}})

/* ---- network ACLs ---- */

CASES(entries,
      {EVENT("CreateNetworkAclEntry", "ec2",
             "{'networkAclId':'acl-1','ruleNumber':90,'egress':false,'ruleAction':'deny','icmpTypeCode':{},'portRange':"
             "{'from':443,'to':443},'aclProtocol':'6','cidrBlock':'203.0.113.0/24'}",
             DONE),
       CHANGE_RULES,
       {"create-entry acl-1 #90 6/443-443 203.0.113.0/24"}},
      {EVENT("ReplaceNetworkAclEntry", "ec2",
             "{'networkAclId':'acl-1','ruleNumber':100,'egress':true,'ruleAction':'allow','portRange':{},'aclProtocol':"
             "'-1','ipv6CidrBlock':'2001:db8::/32'}",
             DONE),
       CHANGE_RULES,
       {"replace-entry acl-1 #100 egress allow -1/-1--1 2001:db8::/32"}},
      {EVENT("CreateNetworkAclEntry", "ec2",
             "{'networkAclId':'acl-1','ruleNumber':'91','egress':'true','ruleAction':'allow','aclProtocol':1,"
             "'icmpTypeCode':{'type':8,'code':-1},'cidrBlock':'192.0.2.0/24'}",
             DONE),
       CHANGE_RULES,
       {"create-entry acl-1 #91 egress allow 1/8--1 192.0.2.0/24"}},
      {EVENT("DeleteNetworkAclEntry", "ec2", "{'networkAclId':'acl-1','ruleNumber':90,'egress':false}", DONE),
       CHANGE_RULES,
       {"delete-entry acl-1 #90"}},
      {EVENT("CreateNetworkAclEntry", "ec2", "{'networkAclId':'acl-1','ruleNumber':99999}", DONE),
       CHANGE_RULES,
       {"create-entry acl-1"}},
      {EVENT("ReplaceNetworkAclAssociation", "ec2", "{'associationId':'aclassoc-1','networkAclId':'acl-2'}",
             "{'newAssociationId':'aclassoc-2'}"),
       CHANGE_RULES,
       {"acl acl-2 from aclassoc-1 to aclassoc-2"}})

/* ---- routes ---- */

CASES(routes_and_tables,
      {EVENT("CreateRoute", "ec2",
             "{'routeTableId':'rtb-1','destinationCidrBlock':'198.51.100.0/24','natGatewayId':'nat-1'}", DONE),
       CHANGE_ROUTES,
       {"create-route rtb-1 dst 198.51.100.0/24 via nat-1"}},
      {EVENT("ReplaceRoute", "ec2",
             "{'routeTableId':'rtb-1','destinationPrefixListId':'pl-1','transitGatewayId':'tgw-1'}", DONE),
       CHANGE_ROUTES,
       {"replace-route rtb-1 dst pl-1 via tgw-1"}},
      {EVENT("DeleteRoute", "ec2", "{'routeTableId':'rtb-1','destinationIpv6CidrBlock':'2001:db8::/32'}", DONE),
       CHANGE_ROUTES,
       {"delete-route rtb-1 dst 2001:db8::/32"}},
      {EVENT("AssociateRouteTable", "ec2", "{'routeTableId':'rtb-1','subnetId':'subnet-1'}",
             "{'associationId':'rtbassoc-1'}"),
       CHANGE_ROUTES,
       {"table rtb-1 to rtbassoc-1 in subnet-1"}},
      {EVENT("ReplaceRouteTableAssociation", "ec2", "{'routeTableId':'rtb-2','associationId':'rtbassoc-1'}",
             "{'newAssociationId':'rtbassoc-2'}"),
       CHANGE_ROUTES,
       {"table rtb-2 from rtbassoc-1 to rtbassoc-2"}},
      {EVENT("DisassociateRouteTable", "ec2", "{'associationId':'rtbassoc-1'}", DONE),
       CHANGE_ROUTES,
       {"no-table  from rtbassoc-1"}},
      {EVENT("CreateTransitGatewayRoute", "ec2",
             "{'CreateTransitGatewayRouteRequest':{'TransitGatewayRouteTableId':'tgw-rtb-1','DestinationCidrBlock':"
             "'198.51.100.0/24','TransitGatewayAttachmentId':'tgw-attach-1'}}",
             "null"),
       CHANGE_ROUTES,
       {"other tgw-rtb-1 dst 198.51.100.0/24 via tgw-attach-1"}})

/* ---- prefix lists, block public access ---- */

CASES(prefix_lists_and_blocks,
      {EVENT("ModifyManagedPrefixList", "ec2",
             "{'ModifyManagedPrefixListRequest':{'PrefixListId':'pl-1','CurrentVersion':3,'AddEntry':[{'Cidr':"
             "'192.0.2.0/24','Description':'x','tag':1},{'Cidr':'198.51.100.0/24','tag':2}],'RemoveEntry':{'Cidr':"
             "'203.0.113.0/24','tag':1}}}",
             "null"),
       CHANGE_RULES,
       {"prefix- pl-1 203.0.113.0/24", "prefix+ pl-1 192.0.2.0/24 \"x\"", "prefix+ pl-1 198.51.100.0/24"}},
      {EVENT("ModifyManagedPrefixList", "ec2",
             "{'ModifyManagedPrefixListRequest':{'PrefixListId':'pl-1','PrefixListName':'new'}}", "null"),
       CHANGE_NONE,
       {0}},
      {EVENT("ModifyVpcBlockPublicAccessOptions", "ec2",
             "{'ModifyVpcBlockPublicAccessOptionsRequest':{'InternetGatewayBlockMode':'block-bidirectional'}}", "null"),
       CHANGE_RULES,
       {"bpa  via block-bidirectional"}},
      {EVENT("CreateVpcBlockPublicAccessExclusion", "ec2",
             "{'CreateVpcBlockPublicAccessExclusionRequest':{'SubnetId':{'content':'subnet-1','tag':1}}}", "null"),
       CHANGE_RULES,
       {"other subnet-1"}},
      {EVENT("DeleteVpcBlockPublicAccessExclusion", "ec2",
             "{'DeleteVpcBlockPublicAccessExclusionRequest':{'ExclusionId':'vpcbpa-exclude-1'}}", "null"),
       CHANGE_RULES,
       {"other vpcbpa-exclude-1"}},
      {EVENT("CreateVpcEncryptionControl", "ec2", "{'CreateVpcEncryptionControlRequest':{'VpcId':'vpc-1'}}", "null"),
       CHANGE_RULES,
       {"other vpc-1"}})

/* ---- gateways, services, hosts ---- */

CASES(gateways_and_endpoints,
      {EVENT("DetachInternetGateway", "ec2", "{'internetGatewayId':'igw-1','vpcId':'vpc-1'}", DONE),
       CHANGE_ROUTES,
       {"other igw-1"}},
      {EVENT("DeleteNatGateway", "ec2", "{'DeleteNatGatewayRequest':{'NatGatewayId':'nat-1'}}", "null"),
       CHANGE_ROUTES,
       {"other nat-1"}},
      {EVENT("DeleteVpcPeeringConnection", "ec2", "{'vpcPeeringConnectionId':'pcx-1'}", DONE),
       CHANGE_RULES,
       {"other pcx-1"}},
      {EVENT("DeleteVpcEndpoints", "ec2",
             "{'DeleteVpcEndpointsRequest':{'VpcEndpointId':[{'content':'vpce-1','tag':1},{'content':'vpce-2'}]}}",
             "null"),
       CHANGE_ROUTES,
       {"other vpce-1", "other vpce-2"}},
      {EVENT("ModifyVpcEndpoint", "ec2",
             "{'ModifyVpcEndpointRequest':{'VpcEndpointId':'vpce-1','RemoveSecurityGroupId':{'content':'sg-1'}}}",
             "null"),
       CHANGE_MANAGED,
       {"other vpce-1"}},
      {EVENT("DisableTransitGatewayRouteTablePropagation", "ec2",
             "{'DisableTransitGatewayRouteTablePropagationRequest':{'TransitGatewayRouteTableId':'tgw-rtb-1'}}",
             "null"),
       CHANGE_ROUTES,
       {"other tgw-rtb-1"}},
      {EVENT("DetachInternetGateway", "ec2", "null", "null"), CHANGE_ROUTES, {"other "}})

CASES(groups_of_services,
      {EVENT("SetSecurityGroups", "elasticloadbalancing",
             "{'loadBalancerArn':'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc',"
             "'securityGroups':['sg-1','sg-2']}",
             "{'securityGroupIds':['sg-1','sg-2','sg-3']}"),
       CHANGE_MANAGED,
       {"other arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc sg-1 sg-2"}},
      {EVENT("ModifyDBInstance", "rds", "{'dBInstanceIdentifier':'db','vpcSecurityGroupIds':['sg-1']}", "{}"),
       CHANGE_MANAGED,
       {"other db sg-1"}},
      {EVENT("ModifyDBInstance", "rds", "{'dBInstanceIdentifier':'db','allocatedStorage':20}", "{}"),
       CHANGE_NONE,
       {"other db"}},
      {EVENT("UpdateFunctionConfiguration20150331v2", "lambda",
             "{'functionName':'f','vpcConfig':{'securityGroupIds':['sg-1'],'subnetIds':['subnet-1']}}", "{}"),
       CHANGE_MANAGED,
       {"other f sg-1"}},
      {EVENT("UpdateService", "ecs",
             "{'service':'web','networkConfiguration':{'awsvpcConfiguration':{'securityGroups':['sg-1']}}}", "{}"),
       CHANGE_MANAGED,
       {"other web sg-1"}},
      {EVENT("UpdateClusterConfig", "eks", "{'name':'c','resourcesVpcConfig':{'securityGroupIds':['sg-1']}}", "{}"),
       CHANGE_MANAGED,
       {"other c sg-1"}})

CASES(hosts,
      {EVENT("StopInstances", "ec2", "{'instancesSet':{'items':[{'instanceId':'i-1'},{'instanceId':'i-2'}]}}", "{}"),
       CHANGE_HOST,
       {"other i-1", "other i-2"}},
      {EVENT("DetachNetworkInterface", "ec2", "{'attachmentId':'eni-attach-1','force':false}", DONE),
       CHANGE_HOST,
       {"other eni-attach-1"}},
      {EVENT("UnassignPrivateIpAddresses", "ec2", "{'networkInterfaceId':'eni-1'}", DONE),
       CHANGE_HOST,
       {"other eni-1"}})

/* ---- spellings that are met now and then ---- */

CASES(odd_spellings,
      {EVENT("ModifyManagedPrefixList", "ec2",
             "{'ModifyManagedPrefixListRequest':{'AddEntry':{'Description':'x','cidr':'192.0.2.0/24','tag':'1'},"
             "'PrefixListId':'pl-1'}}",
             "null"),
       CHANGE_RULES,
       {"prefix+ pl-1 192.0.2.0/24 \"x\""}},
      {EVENT("RevokeSecurityGroupIngress", "ec2", "{'groupId':'sg-1','securityGroupRuleIds':['sgr-1']}",
             "{'RevokeSecurityGroupIngressResponse':{'revokedSecurityGroupRuleSet':{'item':" RULE_1 "}}}"),
       CHANGE_RULES,
       {"remove sg-1 sgr-1 6/443-443 203.0.113.0/24"}},
      {EVENT("ModifyNetworkInterfaceAttribute", "ec2", "{'networkInterfaceId':'eni-1','groupSet':['sg-1',{},7,'sg-2']}",
             DONE),
       CHANGE_RULES,
       {"interface eni-1 sg-1 sg-2"}},
      {EVENT("StopInstances", "ec2", "{'instancesSet':{'items':{'instanceId':'i-1'}}}", "7"),
       CHANGE_HOST,
       {"other i-1"}},
      {EVENT("CreateRoute", "ec2", "['rtb-1']", "[]"), CHANGE_ROUTES, {"create-route "}})

/* ---- too many, too large ---- */

static void a_request_that_cloudtrail_left_out_is_told(void **state)
{
    struct change *change = change_only(EVENT("AuthorizeSecurityGroupIngress", "ec2",
                                              "{'omitted':true,'originalSize':120000,'reason':'too large'}", "null"));
    (void)state;
    assert_true(change->is_cut && !change->n_edits);
    change_free(change);
}

static void edits_beyond_the_cap_are_told_to_be_cut(void **state)
{
    static const char item[] = "'sgr-1%05zu',", head[] = "{'groupId':'sg-1','securityGroupRuleIds':{'items':[";
    size_t n = CHANGE_EDITS_MAX + 5, room = n * sizeof item + 4096;
    AUTO(free_cleanup) char *text = malloc(room);
    (void)state;
    assert_non_null(text);
    size_t len = (size_t)snprintf(text, room,
                                  "{" EVENT_HEAD("RevokeSecurityGroupIngress", "ec2") ",'requestParameters':%s", head);
    for (size_t k = 0; k < n; k++)
        len += (size_t)snprintf(text + len, room - len, item, k);
    snprintf(text + len - 1, room - len + 1, "]}}}");
    struct change *change = change_only(text);
    assert_int_equal(change->n_edits, CHANGE_EDITS_MAX);
    assert_true(change->is_cut);
    assert_true(change_names(change, "sgr-102004"));
    change_free(change);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_in_the_classic_encoding),
        cmocka_unit_test(rules_that_the_answer_tells),
        cmocka_unit_test(rules_of_a_flat_legacy_call),
        cmocka_unit_test(rules_of_the_newer_encoding),
        cmocka_unit_test(groups_of_interfaces),
        cmocka_unit_test(entries),
        cmocka_unit_test(routes_and_tables),
        cmocka_unit_test(prefix_lists_and_blocks),
        cmocka_unit_test(gateways_and_endpoints),
        cmocka_unit_test(groups_of_services),
        cmocka_unit_test(hosts),
        cmocka_unit_test(odd_spellings),
        cmocka_unit_test(a_request_that_cloudtrail_left_out_is_told),
        cmocka_unit_test(edits_beyond_the_cap_are_told_to_be_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
