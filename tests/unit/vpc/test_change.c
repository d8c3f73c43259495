/* test_change.c - CloudTrail events in every wrapping and encoding that is met: what they did, who did it, what is cut
 * out of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "vpc/change.h"

enum { MAX = 16, TEXT = 16384 };

struct taken {
    struct change *change[MAX];
    size_t n;
};

static bool take(struct change *change, void *user)
{
    struct taken *taken = user;
    assert_true(taken->n < MAX);
    taken->change[taken->n++] = change;
    return true;
}

static void drop(struct taken *taken)
{
    for (size_t k = 0; k < taken->n; k++)
        change_free(taken->change[k]);
    taken->n = 0;
}

/* Single quotes stand for double ones. */
static char *json(const char *text)
{
    char *copy = strdup(text);
    for (char *at = copy; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    return copy;
}

static struct taken read_text(const char *text, struct change_counts *counts)
{
    struct taken taken = {.n = 0};
    struct change_counts own = {0};
    weir_error err = {0};
    char *copy = json(text);
    weir_status status = change_read(copy, strlen(copy), take, &taken, counts ? counts : &own, &err);
    if (status != WEIR_OK)
        print_message("%s\n", err.text);
    assert_int_equal(status, WEIR_OK);
    free(copy);
    return taken;
}

#define HEAD(name)                                                                                                  \
    "'eventVersion':'1.10','eventTime':'2026-07-24T14:03:10Z','eventSource':'ec2.amazonaws.com','eventName':'" name \
    "','awsRegion':'eu-west-1','sourceIPAddress':'192.0.2.7','eventID':'e-1','recipientAccountId':'123456789012'"
#define USER                                                                                         \
    "'userIdentity':{'type':'IAMUser','userName':'dev-7','accountId':'123456789012','accessKeyId':'" \
    "AKIAIOSFODNN7EXAMPLE'}"
#define REVOKE                                                                                                       \
    "{" HEAD("RevokeSecurityGroupIngress") "," USER ",'userAgent':'aws-cli/2.17','requestParameters':{'groupId':"    \
                                           "'sg-0c3','ipPermissions':{'items':[{'ipProtocol':'tcp','fromPort':443,'" \
                                           "toPort':443,'groups':{'items':["                                         \
                                           "{'groupId':'sg-0d4'}]},'ipRanges':{'items':[{'cidrIp':'203.0.113.0/"     \
                                           "24','description':'shop'}]},'ipv6Ranges':"                               \
                                           "{'items':[{'cidrIpv6':'2001:db8::/"                                      \
                                           "32'}]},'prefixListIds':{'items':[{'prefixListId':'pl-0e5'}]}}]}},"       \
                                           "'responseElements':{'_return':true}}"

static void check_revoke(const struct change *change)
{
    assert_int_equal(change->time, 1784901790);
    assert_string_equal(change->name.text, "RevokeSecurityGroupIngress");
    assert_string_equal(change->service.text, "ec2");
    assert_string_equal(change->region.text, "eu-west-1");
    assert_string_equal(change->account.text, "123456789012");
    assert_int_equal(change->effect, CHANGE_RULES);
    assert_true(change_can_act(change));
    assert_int_equal(change->n_edits, 4);
    static const char *const peers[] = {"203.0.113.0/24", "2001:db8::/32", "sg-0d4", "pl-0e5"};
    for (size_t k = 0; k < 4; k++) {
        const struct change_edit *edit = &change->edits[k];
        assert_int_equal(edit->kind, EDIT_RULE_REMOVE);
        assert_string_equal(edit->target.text, "sg-0c3");
        assert_true(edit->has_rule && !edit->egress && edit->protocol == 6 && edit->from == 443 && edit->to == 443);
        assert_string_equal(edit->peer.text, peers[k]);
    }
    assert_string_equal(change->edits[0].description.text, "shop");
    assert_true(change_names(change, "sg-0c3") && change_names(change, "sg-0d4") && change_names(change, "pl-0e5"));
    assert_false(change_names(change, "sg-0c4"));
}

static void every_wrapping(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        REVOKE,
        "{'Records':[" REVOKE "]}",
        "[" REVOKE "]",
        REVOKE "\n",
        "{'version':'0','detail-type':'AWS API Call via CloudTrail','source':'aws.ec2','detail':" REVOKE "}",
        "{'events':[{'timestamp':1,'message':" REVOKE "}]}",
    };
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        struct taken taken = read_text(texts[k], NULL);
        assert_int_equal(taken.n, 1);
        check_revoke(taken.change[0]);
        drop(&taken);
    }
    struct change_counts counts = {0};
    struct taken taken = read_text(REVOKE "\n" REVOKE "\n{'half': \n" REVOKE "\n", &counts);
    assert_int_equal(taken.n, 3);
    assert_true(counts.events == 3 && counts.odd >= 1);
    drop(&taken);
}

/* The output of lookup-events has the event as JSON in a string. */
static void an_event_in_a_string(void **unused)
{
    (void)unused;
    char *inner = json(REVOKE), text[TEXT];
    size_t len = (size_t)snprintf(text, sizeof text, "{\"Events\":[{\"EventId\":\"e-1\",\"CloudTrailEvent\":\"");
    for (const char *at = inner; *at; at++) {
        if (*at == '"')
            text[len++] = '\\';
        text[len++] = *at;
    }
    snprintf(text + len, sizeof text - len, "\"}],\"NextToken\":\"more\"}");
    struct taken taken = {.n = 0};
    weir_error err = {0};
    assert_int_equal(change_read(text, strlen(text), take, &taken, NULL, &err), WEIR_OK);
    assert_int_equal(taken.n, 1);
    check_revoke(taken.change[0]);
    drop(&taken);
    free(inner);
}

static struct taken one(const char *name, const char *asked, const char *answered)
{
    char text[TEXT];
    snprintf(
        text, sizeof text,
        "{'eventTime':'2026-07-24T14:03:10Z','eventSource':'ec2.amazonaws.com','eventName':'%s','eventID':'e'," USER
        ",'requestParameters':{%s},'responseElements':{%s}}",
        name, asked, answered);
    struct taken taken = read_text(text, NULL);
    assert_int_equal(taken.n, 1);
    return taken;
}

#define WITH(name, asked, answered)                     \
    struct taken taken = one(name, asked, answered);    \
    const struct change *change = taken.change[0];      \
    const struct change_edit *edit = &change->edits[0]; \
    (void)edit;

static void rules_of_groups(void **unused)
{
    (void)unused;
    { /* flat, the oldest form */
        WITH("AuthorizeSecurityGroupIngress",
             "'groupId':'sg-1','ipProtocol':'udp','fromPort':53,'toPort':53,'cidrIp':'192.0.2.0/24','ipPermissions':{}",
             "'_return':true");
        assert_int_equal(change->n_edits, 1);
        assert_true(edit->kind == EDIT_RULE_ADD && edit->protocol == 17 && edit->from == 53);
        assert_string_equal(edit->peer.text, "192.0.2.0/24");
        drop(&taken);
    }
    { /* by id: the content is in the answer */
        WITH("RevokeSecurityGroupEgress",
             "'groupId':'sg-1','securityGroupRuleIds':{'items':[{'securityGroupRuleId':'sgr-7'}]}",
             "'_return':true,'revokedSecurityGroupRuleSet':{'items':[{'securityGroupRuleId':'sgr-7','groupId':'sg-1',"
             "'isEgress':true,'ipProtocol':'-1','fromPort':-1,'toPort':-1,'cidrIpv4':'0.0.0.0/0'}]}");
        assert_true(edit->kind == EDIT_RULE_REMOVE && edit->has_rule && edit->egress);
        assert_true(edit->protocol == PROTOCOL_ALL && edit->from == -1);
        assert_string_equal(edit->rule_id.text, "sgr-7");
        drop(&taken);
    }
    { /* by id alone */
        WITH("RevokeSecurityGroupIngress",
             "'groupId':'sg-1','securityGroupRuleIds':{'items':[{'securityGroupRuleId':'sgr-7'},"
             "{'securityGroupRuleId':'sgr-8'}]}",
             "'_return':true");
        assert_int_equal(change->n_edits, 2);
        assert_false(edit->has_rule);
        assert_string_equal(change->edits[1].rule_id.text, "sgr-8");
        drop(&taken);
    }
}

static void rules_of_newer_calls(void **unused)
{
    (void)unused;
    { /* the ids of new rules are in the answer */
        WITH("AuthorizeSecurityGroupIngress", "'groupId':'sg-1','ipPermissions':{'items':[]}",
             "'_return':true,'securityGroupRuleSet':{'items':[{'securityGroupRuleId':'sgr-9','groupId':'sg-1','"
             "isEgress':"
             "false,'ipProtocol':'icmp','fromPort':8,'toPort':-1,'referencedGroupId':'sg-2'}]}");
        assert_true(edit->protocol == 1 && edit->from == 8 && edit->to == -1);
        assert_string_equal(edit->peer.text, "sg-2");
        assert_string_equal(edit->rule_id.text, "sgr-9");
        drop(&taken);
    }
    { /* newer APIs: one in an object, more in an array */
        WITH("ModifySecurityGroupRules",
             "'ModifySecurityGroupRulesRequest':{'GroupId':'sg-1','SecurityGroupRule':{'SecurityGroupRuleId':'sgr-7','"
             "tag':1,"
             "'SecurityGroupRule':{'IpProtocol':'tcp','FromPort':22,'ToPort':22,'CidrIpv4':'192.0.2.1/32'}}}",
             "");
        assert_true(change->n_edits == 1 && edit->kind == EDIT_RULE_SET && edit->has_rule && edit->from == 22);
        assert_string_equal(edit->target.text, "sg-1");
        assert_string_equal(edit->rule_id.text, "sgr-7");
        assert_string_equal(edit->peer.text, "192.0.2.1/32");
        drop(&taken);
    }
    {
        WITH("ModifySecurityGroupRules",
             "'ModifySecurityGroupRulesRequest':{'GroupId':'sg-1','SecurityGroupRule':[{'SecurityGroupRuleId':'sgr-7','"
             "tag':1,"
             "'SecurityGroupRule':{'IpProtocol':'tcp'}},{'SecurityGroupRuleId':'sgr-8','tag':2}]}",
             "");
        assert_int_equal(change->n_edits, 2);
        assert_true(edit->from == 0 && edit->to == 65535); /* open ends */
        assert_false(change->edits[1].has_rule);
        drop(&taken);
    }
}

static void interfaces_and_acls(void **unused)
{
    (void)unused;
    {
        WITH("ModifyNetworkInterfaceAttribute",
             "'networkInterfaceId':'eni-1','groupSet':{'items':[{'groupId':'sg-1'},{'groupId':'sg-2'}]}",
             "'_return':true");
        assert_true(edit->kind == EDIT_INTERFACE_GROUPS && edit->n_groups == 2);
        assert_string_equal(edit->groups[1].text, "sg-2");
        drop(&taken);
    }
    {
        WITH("ModifyNetworkInterfaceAttribute", "'networkInterfaceId':'eni-1','sourceDestCheck':{'value':false}", "");
        assert_int_equal(edit->kind, EDIT_OTHER);
        drop(&taken);
    }
    {
        WITH("CreateNetworkAclEntry",
             "'networkAclId':'acl-1','ruleNumber':90,'egress':false,'ruleAction':'deny','aclProtocol':'6','cidrBlock':"
             "'203.0.113.0/24','portRange':{'from':443,'to':444},'icmpTypeCode':{}",
             "'_return':true");
        assert_true(edit->kind == EDIT_ENTRY_CREATE && edit->number == 90 && !edit->egress && !edit->allow);
        assert_true(edit->from == 443 && edit->to == 444);
        drop(&taken);
    }
    {
        WITH("DeleteNetworkAclEntry", "'networkAclId':'acl-1','ruleNumber':90,'egress':true", "'_return':true");
        assert_true(edit->kind == EDIT_ENTRY_DELETE && edit->egress && !edit->has_rule);
        drop(&taken);
    }
    {
        WITH("ReplaceNetworkAclAssociation", "'associationId':'aclassoc-1','networkAclId':'acl-2'",
             "'newAssociationId':'aclassoc-2'");
        assert_string_equal(edit->target.text, "acl-2");
        assert_string_equal(edit->association_id.text, "aclassoc-1");
        assert_string_equal(edit->new_association_id.text, "aclassoc-2");
        drop(&taken);
    }
    {
        WITH("ModifyManagedPrefixList",
             "'ModifyManagedPrefixListRequest':{'PrefixListId':'pl-1','CurrentVersion':3,'AddEntry':{'Cidr':'192.0.2.0/"
             "24',"
             "'tag':1},'RemoveEntry':[{'Cidr':'198.51.100.0/24','tag':1},{'Cidr':'203.0.113.0/24','tag':2}]}",
             "");
        assert_int_equal(change->n_edits, 3);
        assert_true(edit->kind == EDIT_PREFIX_REMOVE && change->edits[2].kind == EDIT_PREFIX_ADD);
        drop(&taken);
    }
    {
        WITH("DeleteRoute", "'routeTableId':'rtb-1','destinationCidrBlock':'0.0.0.0/0'", "'_return':true");
        assert_int_equal(change->effect, CHANGE_ROUTES);
        assert_string_equal(edit->destination.text, "0.0.0.0/0");
        drop(&taken);
    }
}

/* ---- who ---- */

static struct taken by(const char *identity, const char *agent, const char *more)
{
    char text[TEXT];
    snprintf(
        text, sizeof text,
        "{" HEAD("RevokeSecurityGroupIngress") ",'userIdentity':{%s},'userAgent':'%s'%s,'requestParameters':{'groupId':"
                                               "'sg-1'},'responseElements':{'_return':true}}",
        identity, agent, more);
    struct taken taken = read_text(text, NULL);
    assert_int_equal(taken.n, 1);
    return taken;
}

static void identities_and_tools(void **unused)
{
    (void)unused;
    static const struct {
        const char *identity, *agent, *more, *who, *session, *tool;
        bool automation, console;
    } cases[] = {
        {"'type':'Root','accountId':'123456789012'", "console.amazonaws.com", "", "root", "", "console", false, true},
        {"'type':'AssumedRole','principalId':'AROAX:run-4411','sessionContext':{'sessionIssuer':{'userName':'Infra'},"
         "'sourceIdentity':'dana'}",
         "APN/1.0 HashiCorp/1.0 Terraform/1.9.5 aws-sdk-go-v2/1", "", "role/Infra", "run-4411", "Terraform", true,
         false},
        {"'type':'AssumedRole','arn':'arn:aws:sts::123456789012:assumed-role/Ops/me'", "aws-cli/2.1", "", "role/Ops",
         "me", "AWS CLI", false, false},
        {"'type':'AWSService','invokedBy':'autoscaling.amazonaws.com'", "autoscaling.amazonaws.com", "",
         "service autoscaling.amazonaws.com", "", "Auto Scaling", true, false},
        {"'type':'AssumedRole','principalId':'A:k8s','sessionContext':{'sessionIssuer':{'userName':'Lb'}}",
         "elbv2.k8s.aws/v2.8.1 aws-sdk-go/1.5", "", "role/Lb", "k8s", "AWS Load Balancer Controller", true, false},
        {"'type':'IAMUser','userName':'ann'", "Mozilla/5.0", ",'sessionCredentialFromConsole':'true'", "user/ann", "",
         "", false, true},
        {"'type':'IdentityCenterUser','onBehalfOf':{'userId':'u-1'}", "Boto3/1.34", "", "identity-center-user/u-1", "",
         "Boto3", false, false},
        {"'type':'FederatedUser','principalId':'123456789012:bob'", "", "", "federated-user/bob", "", "", false, false},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct taken taken = by(cases[k].identity, cases[k].agent, cases[k].more);
        const struct change *change = taken.change[0];
        assert_string_equal(change->who.text, cases[k].who);
        assert_string_equal(change->session.text, cases[k].session);
        assert_string_equal(change_tool_name(change->tool), cases[k].tool);
        assert_int_equal(change->is_automation, cases[k].automation);
        assert_int_equal(change->from_console, cases[k].console);
        drop(&taken);
    }
}

/* ---- what is no cause ---- */

static void refused_and_ignored(void **unused)
{
    (void)unused;
    static const struct {
        const char *more, *answer;
        bool refused;
    } cases[] = {
        {",'errorCode':'Client.UnauthorizedOperation','errorMessage':'no'", "null", true},
        {",'errorCode':'Client.DryRunOperation'", "null", true},
        {"", "{'_return':false}", true},
        {"", "{'_return':true}", false},
        {"", "null", false},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char text[TEXT];
        snprintf(text, sizeof text,
                 "{" HEAD("RevokeSecurityGroupIngress") "," USER "%s,'requestParameters':{'groupId':'sg-1'},"
                                                        "'responseElements':%s}",
                 cases[k].more, cases[k].answer);
        struct taken taken = read_text(text, NULL);
        assert_int_equal(taken.n, 1);
        assert_int_equal(taken.change[0]->refused, cases[k].refused);
        assert_int_equal(change_can_act(taken.change[0]), !cases[k].refused);
        drop(&taken);
    }
    struct change_counts counts = {0};
    struct taken taken = read_text(
        "{" HEAD("DescribeInstances") ",'readOnly':true}\n{" HEAD("CreateTags") "}\n{" HEAD(
            "UpdateSecurityGroupRuleDescriptionsIngress") "}\n{" HEAD("RevokeSecurityGroupIngress") ",'readOnly':true}",
        &counts);
    assert_int_equal(taken.n, 0);
    assert_true(counts.events == 4 && counts.ignored == 4);
}

static void secrets_and_hostile_texts(void **unused)
{
    (void)unused;
    struct taken taken =
        by("'type':'IAMUser','userName':'a\\u001b[2Jb\\u202ec','accessKeyId':'AKIAIOSFODNN7EXAMPLE'", "x\\u0007y",
           ",'additionalEventData':{'sessionToken':'FwoGZXIvYXdzE','clientSecret':'hush'}");
    const struct change *change = taken.change[0];
    assert_null(strstr(change->raw.text, "AKIAIOSFODNN7EXAMPLE"));
    assert_null(strstr(change->raw.text, "FwoGZXIvYXdzE"));
    assert_null(strstr(change->raw.text, "hush"));
    assert_non_null(strstr(change->raw.text, "\n  \"eventName\""));
    for (const char *at = change->raw.text; *at; at++)
        assert_true(*at == '\n' || (unsigned char)*at >= ' ');
    assert_null(strchr(change->who.text, 27));
    drop(&taken);
}

/* ---- files ---- */

/* Written by the gzip command where it is to be packed: libweir has one door to zlib. */
static void put_file(const char *path, const char *text, bool gzip)
{
    char *copy = json(text), command[320];
    snprintf(command, sizeof command, gzip ? "gzip -c > %s" : "cat > %s", path);
    FILE *file = popen(command, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(copy, 1, strlen(copy), file), strlen(copy));
    assert_int_equal(pclose(file), 0);
    free(copy);
}

static void files_and_folders(void **unused)
{
    (void)unused;
    char folder[] = "/tmp/weir-change-XXXXXX", path[256];
    struct taken taken = {.n = 0};
    weir_error err = {0};
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/24", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/24/a.json.gz", folder);
    put_file(path, "{'Records':[" REVOKE "]}", true);
    assert_int_equal(change_read_path(path, take, &taken, NULL, &err), WEIR_OK);
    assert_int_equal(taken.n, 1);
    drop(&taken);
    snprintf(path, sizeof path, "%s/b.ndjson", folder);
    put_file(path, REVOKE "\n" REVOKE "\n", false);
    snprintf(path, sizeof path, "%s/notes.txt", folder);
    put_file(path, "not an event", false);
    struct change_counts counts = {0};
    assert_int_equal(change_read_path(folder, take, &taken, &counts, &err), WEIR_OK);
    assert_int_equal(taken.n, 3);
    drop(&taken);
    assert_int_equal(change_read_path(path, take, &taken, &counts, &err), WEIR_E_DATA);
    assert_non_null(strstr(err.text, "no CloudTrail event"));
    unlink(path);
    snprintf(path, sizeof path, "%s/b.ndjson", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/24/a.json.gz", folder);
    unlink(path);
    assert_int_equal(change_read_path(folder, take, &taken, &counts, &err), WEIR_E_DATA);
    snprintf(path, sizeof path, "%s/24", folder);
    rmdir(path);
    rmdir(folder);
    assert_int_equal(change_read_path(folder, take, &taken, &counts, &err), WEIR_E_IO);
}

static void cut_at_every_byte(void **unused)
{
    (void)unused;
    char *text = json("{'Records':[" REVOKE "]}");
    for (size_t len = 0; len < strlen(text); len++) {
        struct taken taken = {.n = 0};
        weir_error err = {0};
        char *part = malloc(len + 1); /* so that one byte too far is seen */
        memcpy(part, text, len);
        (void)change_read(part, len, take, &taken, NULL, &err);
        assert_true(taken.n <= 1);
        drop(&taken);
        free(part);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wrapping),      cmocka_unit_test(an_event_in_a_string),
        cmocka_unit_test(rules_of_groups),     cmocka_unit_test(rules_of_newer_calls),
        cmocka_unit_test(interfaces_and_acls), cmocka_unit_test(identities_and_tools),
        cmocka_unit_test(refused_and_ignored), cmocka_unit_test(secrets_and_hostile_texts),
        cmocka_unit_test(files_and_folders),   cmocka_unit_test(cut_at_every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
