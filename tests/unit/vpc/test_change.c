/* Changes: the shapes that events come in, who and with what, what can act, what is shown of an event, and input that
 * is broken. The edits are in test_change_edit.c. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/scope.h"
#include "changecase.h"

/* ---- shapes ---- */

#define OTHER_EVENT EVENT("DescribeVpcs", "ec2", "null", "null")
#define QUOTED_EVENT                                                                                             \
    "'{\\'eventTime\\':\\'2026-03-01T14:03:10Z\\',\\'eventName\\':\\'StopInstances\\',\\'eventSource\\':\\'ec2." \
    "amazonaws.com\\'}'"
#define ENVELOPE "{'version':'0','detail-type':'AWS API Call via CloudTrail','source':'aws.ec2','detail':" ANY_EVENT "}"

static void every_shape_is_read(void **state)
{
    static const struct {
        const char *text;
        size_t changes, events, ignored, odd;
    } rows[] = {
        {ANY_EVENT, 1, 1, 0, 0},
        {"\n  " ANY_EVENT "\n\n", 1, 1, 0, 0},
        {"{'Records':[" ANY_EVENT "," OTHER_EVENT "," ANY_EVENT "]}", 2, 3, 1, 0},
        {"[" ANY_EVENT "," OTHER_EVENT "]", 1, 2, 1, 0},
        {ANY_EVENT "\n" OTHER_EVENT "\n" ANY_EVENT "\n", 2, 3, 1, 0},
        {ANY_EVENT ANY_EVENT "{'Records':[" ANY_EVENT "]}", 3, 3, 0, 0},
        {ENVELOPE, 1, 1, 0, 0},
        {ENVELOPE "\n" ENVELOPE, 2, 2, 0, 0},
        {"{'Events':[{'EventId':'1','EventName':'StopInstances','CloudTrailEvent':" QUOTED_EVENT "}],'NextToken':'x'}",
         1, 1, 0, 0},
        {"{'events':[{'timestamp':1,'message':" QUOTED_EVENT ",'eventId':'3'}],'searchedLogStreams':[]}", 1, 1, 0, 0},
        {"{'messageType':'DATA_MESSAGE','logEvents':[{'id':'1','message':" QUOTED_EVENT "}]}", 1, 1, 0, 0},
        {"{'@message':" QUOTED_EVENT "}", 1, 1, 0, 0},
        {"{'results':[[{'field':'@timestamp','value':'2026'},{'field':'@message','value':" QUOTED_EVENT "}]]}", 1, 1, 0,
         0},
        {"{'Records':[]}", 0, 0, 0, 0},
        {"[]", 0, 0, 0, 0},
        {"{'Records':[" ANY_EVENT ",7,{},null,'x']}", 1, 1, 0, 4},
        {ANY_EVENT "\n{'broken\n" ANY_EVENT "\nnothing\n{'a':}\n" ANY_EVENT, 3, 3, 0, 3},
        {"{\n  'broken': [\n    {\n" ANY_EVENT, 1, 1, 0, 1},
        {"{'events':[{'message':'no JSON'},{'message':" QUOTED_EVENT "}]}", 1, 1, 0, 1},
    };
    (void)state;
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        struct changes changes = {0};
        struct change_counts counts = {0};
        assert_int_equal(changes_read(rows[k].text, &changes, &counts), WEIR_OK);
        assert_int_equal(changes.n, rows[k].changes);
        assert_int_equal(counts.events, rows[k].events);
        assert_int_equal(counts.ignored, rows[k].ignored);
        assert_int_equal(counts.odd, rows[k].odd);
        changes_drop(&changes);
    }
}

static void what_is_no_event_is_an_error(void **state)
{
    static const char *const texts[] = {
        "",
        " \n",
        "{",
        "x",
        "7",
        "null",
        "{}",
        "{'detail':{}}",
        "{'detail':7}",
        "{'eventName':'StopInstances','eventSource':'ec2.amazonaws.com'}",
        "{'eventName':'StopInstances','eventSource':'ec2.amazonaws.com','eventTime':'yesterday'}",
        "{'eventName':'StopInstances','eventSource':7,'eventTime':'2026-03-01T14:03:10Z'}",
        "{'detail':{'detail':{'detail':{'detail':{'detail':{'detail':{'detail':{'detail':" ANY_EVENT "}}}}}}}}"};
    (void)state;
    for (size_t k = 0; k < ARRAY_SIZE(texts); k++) {
        struct changes changes = {0};
        struct change_counts counts = {0};
        assert_int_equal(changes_read(texts[k], &changes, &counts), WEIR_E_DATA);
        assert_int_equal(changes.n + counts.events, 0);
    }
}

static void a_taker_may_stop(void **state)
{
    struct changes changes = {.most = 2};
    struct change_counts counts = {0};
    (void)state;
    assert_int_equal(changes_read("[" ANY_EVENT "," ANY_EVENT "," ANY_EVENT "]" ANY_EVENT, &changes, &counts), WEIR_OK);
    assert_int_equal(changes.n, 2);
    changes_drop(&changes);
}

static void a_text_that_is_cut_anywhere_is_no_crash(void **state)
{
    AUTO(free_cleanup)
    char *json = net_quote("{'Records':[" ANY_EVENT "]}\n" ENVELOPE "\n{'@message':" QUOTED_EVENT "}");
    (void)state;
    for (size_t len = 0; len < strlen(json); len++) {
        struct changes changes = {0};
        struct change_counts counts = {0};
        AUTO(free_cleanup) char *exact = malloc(len + 1);
        assert_non_null(exact);
        memcpy(exact, json, len);
        exact = realloc(exact, len ? len : 1);
        weir_status status = change_read(exact, len, changes_take, &changes, &counts, NULL);
        assert_true(status == WEIR_OK ? changes.n > 0 : status == WEIR_E_DATA && !changes.n);
        changes_drop(&changes);
    }
}

static void many_broken_documents_do_not_hide_the_last(void **state)
{
    enum { BROKEN = CHANGE_STRAYS_MAX * 3 };
    AUTO(free_cleanup) char *text = calloc(1, BROKEN * 16 + 1024);
    struct changes changes = {0};
    struct change_counts counts = {0};
    (void)state;
    assert_non_null(text);
    for (size_t k = 0; k < BROKEN; k++)
        snprintf(text + k * 9, 16, "{'a':{\n \n");
    snprintf(text + strlen(text), 1024, "%s", "  \n" ANY_EVENT " " ANY_EVENT "\n \n");
    assert_int_equal(changes_read(text, &changes, &counts), WEIR_OK);
    assert_int_equal(changes.n, 2);
    assert_int_equal(counts.odd, BROKEN);
    changes_drop(&changes);
}

/* ---- what an event tells of itself ---- */

static void a_change_tells_what_the_event_tells(void **state)
{
    struct change *change = change_only("{" EVENT_HEAD(
        "DetachInternetGateway",
        "ec2") ",'errorMessage':'a\\u001bb','userAgent':'aws-cli/2.15',"
               "'requestParameters':{'internetGatewayId':'igw-1','list':['sg-1','sg-zz','igw-1','sgx-1','a sg-1']},"
               "'responseElements':{'deep':{'er':'arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1'}},'resources':[{'ARN':"
               "'arn:aws:ec2:eu-west-1:123456789012:network-interface/eni-1'}]}");
    static const char *const ids[] = {"igw-1", "sg-1", "vpc-1", "eni-1"};
    (void)state;
    assert_int_equal(change->time, 1772373790);
    assert_string_equal(change->id.text, "0b1c");
    assert_string_equal(change->name.text, "DetachInternetGateway");
    assert_string_equal(change->service.text, "ec2");
    assert_string_equal(change->region.text, "eu-west-1");
    assert_string_equal(change->account.text, "123456789012");
    assert_string_equal(change->from.text, "192.0.2.7");
    assert_string_equal(change->error_message.text, "a^[b");
    assert_int_equal(change->n_resources, ARRAY_SIZE(ids));
    for (size_t k = 0; k < ARRAY_SIZE(ids); k++)
        assert_string_equal(change->resources[k].text, ids[k]);
    assert_true(change_names(change, "eni-1") && !change_names(change, "eni-2"));
    change_free(change);
    change_free(NULL);
}

#define WITH(more) "{" EVENT_HEAD("DeleteNatGateway", "ec2") "," more "}"

static void some_events_cannot_act(void **state)
{
    static const struct {
        const char *text;
        bool can_act, is_refused, is_read_only;
    } rows[] = {
        {WITH("'responseElements':{'_return':true}"), true, false, false},
        {WITH("'responseElements':null,'readOnly':false"), true, false, false},
        {WITH("'errorCode':'Client.UnauthorizedOperation'"), false, true, false},
        {WITH("'errorCode':'Client.DryRunOperation'"), false, true, false},
        {WITH("'responseElements':{'_return':false}"), false, true, false},
        {WITH("'responseElements':{'DeleteNatGatewayResponse':{'return':'false'}}"), false, true, false},
        {WITH("'readOnly':true"), false, false, true},
    };
    (void)state;
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        struct change *change = change_only(rows[k].text);
        assert_int_equal(change_can_act(change), rows[k].can_act);
        assert_int_equal(change->refused, rows[k].is_refused);
        assert_int_equal(change->read_only, rows[k].is_read_only);
        change_free(change);
    }
}

static void what_does_nothing_is_ignored(void **state)
{
    static const char *const names[] = {
        EVENT("UpdateSecurityGroupRuleDescriptionsIngress", "ec2", "{'groupId':'sg-1'}", "null"),
        EVENT("CreateTags", "ec2", "{}", "{}"), EVENT("StopInstances", "not-ec2", "{}", "{}"),
        EVENT("StopInstancesNow", "ec2", "{}", "{}"), EVENT("DescribeSecurityGroups", "ec2", "{}", "{}")};
    (void)state;
    for (size_t k = 0; k < ARRAY_SIZE(names); k++) {
        struct changes changes = {0};
        struct change_counts counts = {0};
        assert_int_equal(changes_read(names[k], &changes, &counts), WEIR_OK);
        assert_true(counts.ignored == 1 && counts.events == 1 && !changes.n);
    }
}

static void identities(void **state)
{
    static const struct {
        const char *identity, *who, *session, *behalf, *invoked_by;
    } rows[] = {
        {"{'type':'IAMUser','userName':'dev-7'}", "user/dev-7", "", "", ""},
        {"{'type':'AssumedRole','principalId':'AROAEXAMPLE:run-4411','sessionContext':{'sourceIdentity':'dev-7',"
         "'sessionIssuer':{'type':'Role','userName':'InfraPipeline'}}}",
         "role/InfraPipeline", "run-4411", "dev-7", ""},
        {"{'type':'AssumedRole','arn':'arn:aws:sts::123456789012:assumed-role/Ops/me'}", "role/Ops", "me", "", ""},
        {"{'type':'AssumedRole','principalId':'AROAEXAMPLE:x','invokedBy':'cloudformation.amazonaws.com',"
         "'sessionContext':{'sessionIssuer':{'userName':'Deploy'}},'onBehalfOf':{'userId':'u-1'}}",
         "role/Deploy", "x", "u-1", "cloudformation.amazonaws.com"},
        {"{'type':'Root','arn':'arn:aws:iam::123456789012:root'}", "root", "", "", ""},
        {"{'type':'FederatedUser','arn':'arn:aws:sts::123456789012:federated-user/Ann','principalId':'1:Ann'}",
         "federated-user/Ann", "", "", ""},
        {"{'type':'IdentityCenterUser','onBehalfOf':{'userId':'u-1'}}", "identity-center-user/u-1", "", "u-1", ""},
        {"{'type':'AWSService','invokedBy':'autoscaling.amazonaws.com'}", "service autoscaling.amazonaws.com", "", "",
         "autoscaling.amazonaws.com"},
        {"{'type':'AWSAccount','accountId':'123456789012'}", "account/123456789012", "", "", ""},
        {"{'type':'SAMLUser','userName':'ann'}", "saml-user/ann", "", "", ""},
        {"{'type':'Unknown','principalId':'p-1'}", "p-1", "", "", ""},
        {"{'type':'IAMUser'}", "IAMUser", "", "", ""},
        {"'nobody'", "", "", "", ""},
        {"null", "", "", "", ""},
    };
    (void)state;
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        char text[1024];
        snprintf(text, sizeof text, "{" EVENT_HEAD("DeleteNatGateway", "ec2") ",'userIdentity':%s}", rows[k].identity);
        struct change *change = change_only(text);
        assert_string_equal(change->who.text, rows[k].who);
        assert_string_equal(change->session.text, rows[k].session);
        assert_string_equal(change->identity.text, rows[k].behalf);
        assert_string_equal(change->invoked_by.text, rows[k].invoked_by);
        change_free(change);
    }
}

static void tools(void **state)
{
    static const struct {
        const char *agent, *more, *name;
        bool is_console, is_automation;
    } rows[] = {
        {"aws-cli/2.15.0 Python/3.11 Linux/6.1 exe/x86_64 prompt/off command/ec2.x", "", "AWS CLI", false, false},
        {"aws-cli/2.15.0 exec-env/CloudShell", ",'sessionCredentialFromConsole':'true'", "CloudShell", true, false},
        {"console.ec2.amazonaws.com", "", "console", true, false},
        {"AWS Internal", ",'sessionCredentialFromConsole':'true'", "console", true, false},
        {"something new", ",'sessionCredentialFromConsole':'true'", "console", true, false},
        {"Mozilla/5.0 (X11; Linux x86_64)", "", "console", true, false},
        {"APN/1.0 HashiCorp/1.0 Terraform/1.5.7 (+https://www.terraform.io) terraform-provider-aws/5.31.0 "
         "aws-sdk-go-v2/1.24",
         "", "Terraform", false, true},
        {"APN/1.0 OpenTofu/1.6 terraform-provider-aws/5.31.0", "", "OpenTofu", false, true},
        {"APN/1.0 Pulumi/1.0 terraform-provider-aws/5", "", "Pulumi", false, true},
        {"cloudformation.amazonaws.com", "", "CloudFormation", false, true},
        {"aws-sdk-js/2.1 aws-cdk/2.1", "", "CDK", false, true},
        {"elbv2.k8s.aws/v2.4.7 aws-sdk-go/1.42", "", "AWS Load Balancer Controller", false, true},
        {"kubernetes/v1.27 (linux/amd64) aws-sdk-go/1.44", "", "Kubernetes cloud provider", false, true},
        {"APN/1.0 Ansible/2.16 Boto3/1.34", "", "Ansible", false, true},
        {"Boto3/1.34 md/Botocore#1.34", "", "Boto3", false, false},
        {"aws-sdk-java/2.20", "", "AWS SDK for Java", false, false},
        {"autoscaling.amazonaws.com", "", "AWS service", false, true},
        {"curl/8", "", "", false, false},
        {"", "", "", false, false},
    };
    (void)state;
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        char text[1024];
        snprintf(text, sizeof text, "{" EVENT_HEAD("DeleteNatGateway", "ec2") ",'userAgent':'%s'%s}", rows[k].agent,
                 rows[k].more);
        struct change *change = change_only(text);
        assert_string_equal(change_tool_name(change->tool), rows[k].name);
        assert_string_equal(change->agent.text, rows[k].agent);
        assert_int_equal(change->from_console, rows[k].is_console);
        assert_int_equal(change->is_automation, rows[k].is_automation);
        change_free(change);
    }
    for (int effect = CHANGE_NONE; effect <= CHANGE_HOST; effect++)
        assert_true(*change_effect_words((enum change_effect)effect));
}

static void a_long_agent_is_cut(void **state)
{
    char agent[1000] = "", text[2048];
    (void)state;
    memset(agent, 'a', sizeof agent - 1);
    snprintf(text, sizeof text, "{" EVENT_HEAD("DeleteNatGateway", "ec2") ",'userAgent':'%s aws-cli/2'}", agent);
    struct change *change = change_only(text);
    assert_int_equal(strlen(change->agent.text), CHANGE_AGENT_MAX_BYTES);
    assert_int_equal(change->tool, TOOL_CLI);
    change_free(change);
}

/* ---- what is shown ---- */

static void secrets_are_cut_out(void **state)
{
    struct change *change = change_only("{" EVENT_HEAD(
        "ModifyDBInstance",
        "rds") ",'userIdentity':{'type':'IAMUser','accessKeyId':'AKIAIOSFODNN7EXAMPLE'"
               "},'requestParameters':{'masterUserPassword':'hunter1','clientToken':'hunter2','x':{'SecretString':{'a':"
               "'hunter3'}},'other':['ASIAIOSFODNN7EXAMPLE'],'sessionToken':['hunter4'],'kept':'a\\u202eb\\u001b\\nc'}"
               "}");
    (void)state;
    assert_null(strstr(change->raw.text, "hunter"));
    assert_null(strstr(change->raw.text, "IOSFODNN7EXAMPLE"));
    assert_non_null(strstr(change->raw.text, "\n    \"accessKeyId\": \"\xE2\x80\xA6\"\n"));
    assert_non_null(strstr(change->raw.text, "\n    \"masterUserPassword\": \"\xE2\x80\xA6\",\n"));
    assert_non_null(strstr(change->raw.text, "\"kept\": \"a<U+202E>b\\u001B\\nc\""));
    assert_int_equal(strncmp(change->raw.text, "{\n  \"eventTime\": \"2026-03-01T14:03:10Z\",\n", 40), 0);
    change_free(change);
}

static void a_long_event_is_cut(void **state)
{
    size_t room = CHANGE_RAW_MAX_BYTES * 2;
    AUTO(free_cleanup) char *text = malloc(room);
    (void)state;
    assert_non_null(text);
    size_t len = (size_t)snprintf(text, room, "{" EVENT_HEAD("DeleteNatGateway", "ec2") ",'x':[");
    while (len < room - 100)
        len += (size_t)snprintf(text + len, room - len, "'0123456789abcdef',");
    snprintf(text + len - 1, room - len + 1, "]}");
    struct change *change = change_only(text);
    size_t shown = strlen(change->raw.text);
    assert_true(shown > CHANGE_RAW_MAX_BYTES - 100 && shown < CHANGE_RAW_MAX_BYTES + 8);
    assert_string_equal(change->raw.text + shown - 4, "\n\xE2\x80\xA6");
    change_free(change);
}

static void deep_events_are_read(void **state)
{
    enum { DEEP = 1000 };
    AUTO(free_cleanup) char *text = malloc(DEEP * 8 + 1024);
    (void)state;
    assert_non_null(text);
    int len = snprintf(text, 1024, "{" EVENT_HEAD("DeleteNatGateway", "ec2") ",'requestParameters':");
    for (size_t k = 0; k < DEEP; k++)
        len += snprintf(text + len, 8, "{'a':");
    len += snprintf(text + len, 8, "7");
    memset(text + len, '}', DEEP + 1);
    text[len + DEEP + 1] = '\0';
    struct change *change = change_only(text);
    assert_non_null(strstr(change->raw.text, "\xE2\x80\xA6"));
    change_free(change);
}

/* ---- files ---- */

/* gzip -n of
 * {"Records":[{"eventTime":"2026-03-01T14:03:10Z","eventName":"StopInstances","eventSource":"ec2.amazonaws.com"}]} */
static const unsigned char zipped[] = {
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0x0a, 0x4a, 0x4d, 0xce, 0x2f,
    0x4a, 0x29, 0x56, 0xb2, 0x8a, 0xae, 0x56, 0x4a, 0x2d, 0x4b, 0xcd, 0x2b, 0x09, 0xc9, 0xcc, 0x4d, 0x55,
    0xb2, 0x52, 0x32, 0x32, 0x30, 0x32, 0xd3, 0x35, 0x30, 0xd6, 0x35, 0x30, 0x0c, 0x31, 0x34, 0xb1, 0x32,
    0x30, 0xb6, 0x32, 0x34, 0x88, 0x52, 0xd2, 0x81, 0x28, 0xf1, 0x4b, 0x04, 0x2b, 0x09, 0x2e, 0xc9, 0x2f,
    0xf0, 0xcc, 0x2b, 0x2e, 0x49, 0xcc, 0x4b, 0x4e, 0x2d, 0x86, 0xc9, 0x05, 0xe7, 0x97, 0x16, 0x25, 0x83,
    0x64, 0x53, 0x93, 0x8d, 0xf4, 0x12, 0x73, 0x13, 0xab, 0xf2, 0xf3, 0x12, 0xcb, 0x8b, 0xf5, 0x92, 0xf3,
    0x73, 0x95, 0x6a, 0x63, 0x6b, 0x01, 0x23, 0x02, 0x85, 0x0b, 0x70, 0x00, 0x00, 0x00};

static char folder[] = "/tmp/weir-change-XXXXXX";
static char paths[16][256];
static size_t n_paths;

static int begin(void **state)
{
    (void)state;
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    return mkdtemp(folder) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    while (n_paths)
        remove(paths[--n_paths]);
    return rmdir(folder);
}

static const char *path_of(const char *name)
{
    assert_true(n_paths < ARRAY_SIZE(paths));
    snprintf(paths[n_paths], sizeof paths[n_paths], "%s/%s", folder, name);
    return paths[n_paths++];
}

static void put_bytes(const char *name, const void *bytes, size_t len)
{
    FILE *file = fopen(path_of(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void put(const char *name, const char *text)
{
    AUTO(free_cleanup) char *json = net_quote(text);
    put_bytes(name, json, strlen(json));
}

static weir_status read_path(const char *path, struct changes *changes, struct change_counts *counts, weir_error *err)
{
    *err = (weir_error){0};
    return change_read_path(path, changes_take, changes, counts, err);
}

static void files_and_folders_are_read(void **state)
{
    struct changes changes = {0};
    struct change_counts counts = {0};
    weir_error err;
    static const char *const names[] = {"DeleteNatGateway", "DeleteNetworkAclEntry", "StopInstances", "CreateRoute"};
    (void)state;
    assert_int_equal(mkdir(path_of("2026"), 0700), 0);
    assert_int_equal(mkdir(path_of("2026/03"), 0700), 0);
    assert_int_equal(mkdir(path_of("CloudTrail-Digest"), 0700), 0);
    put("2026/03/b.ndjson", ANY_EVENT "\n");
    put("2026/03/a.json", WITH("'readOnly':false"));
    put_bytes("2026/03/c.json.gz", zipped, sizeof zipped);
    put_bytes("2026/03/d.json.gz", zipped, sizeof zipped - 9);
    put("3.jsonl", EVENT("CreateRoute", "ec2", "{}", "{}"));
    put("note.txt", ANY_EVENT);
    put("CloudTrail-Digest/x.json", "{}");
    assert_int_equal(symlink(folder, path_of("2026/round")), 0);
    assert_int_equal(read_path(folder, &changes, &counts, &err), WEIR_OK);
    assert_int_equal(changes.n, ARRAY_SIZE(names));
    for (size_t k = 0; k < ARRAY_SIZE(names); k++)
        assert_string_equal(changes.at[k]->name.text, names[k]);
    assert_int_equal(counts.events, 4);
    assert_int_equal(counts.odd, 1);
    changes_drop(&changes);
    assert_int_equal(read_path(paths[5], &changes, &counts, &err), WEIR_OK);
    assert_int_equal(changes.n, 1);
    assert_int_equal(counts.events, 5);
    changes_drop(&changes);
}

static void files_that_cannot_be_read_are_told(void **state)
{
    struct changes changes = {0};
    struct change_counts counts = {0};
    weir_error err;
    (void)state;
    assert_int_equal(read_path("/nowhere/trail.json", &changes, &counts, &err), WEIR_E_IO);
    assert_non_null(strstr(err.text, "/nowhere/trail.json"));
    assert_int_equal(read_path(folder, &changes, &counts, &err), WEIR_E_DATA);
    assert_non_null(strstr(err.text, folder));
    put_bytes("cut.json.gz", zipped, sizeof zipped - 9);
    assert_int_equal(read_path(paths[0], &changes, &counts, &err), WEIR_E_DATA);
    assert_non_null(strstr(err.text, "cut.json.gz"));
    assert_int_equal(read_path(folder, &changes, &counts, &err), WEIR_E_DATA);
    assert_non_null(strstr(err.text, "cut.json.gz"));
    put("odd.json", "{'a':1}");
    assert_int_equal(read_path(paths[1], &changes, &counts, &err), WEIR_E_DATA);
    assert_non_null(strstr(err.text, "odd.json"));
}

static void folders_in_folders_have_an_end(void **state)
{
    struct changes changes = {0};
    struct change_counts counts = {0};
    weir_error err;
    char name[64] = "";
    (void)state;
    for (size_t k = 0; k <= CHANGE_FOLDER_DEPTH_MAX; k++) {
        snprintf(name + strlen(name), sizeof name - strlen(name), "%sf", k ? "/" : "");
        assert_int_equal(mkdir(path_of(name), 0700), 0);
    }
    snprintf(name + strlen(name), sizeof name - strlen(name), "/a.json");
    put(name, ANY_EVENT);
    assert_int_equal(read_path(folder, &changes, &counts, &err), WEIR_E_DATA);
    assert_int_equal(read_path(paths[0], &changes, &counts, &err), WEIR_OK);
    assert_int_equal(changes.n, 1);
    changes_drop(&changes);
}

#define FILES(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shape_is_read),
        cmocka_unit_test(what_is_no_event_is_an_error),
        cmocka_unit_test(a_taker_may_stop),
        cmocka_unit_test(a_text_that_is_cut_anywhere_is_no_crash),
        cmocka_unit_test(many_broken_documents_do_not_hide_the_last),
        cmocka_unit_test(a_change_tells_what_the_event_tells),
        cmocka_unit_test(some_events_cannot_act),
        cmocka_unit_test(what_does_nothing_is_ignored),
        cmocka_unit_test(identities),
        cmocka_unit_test(tools),
        cmocka_unit_test(a_long_agent_is_cut),
        cmocka_unit_test(secrets_are_cut_out),
        cmocka_unit_test(a_long_event_is_cut),
        cmocka_unit_test(deep_events_are_read),
        FILES(files_and_folders_are_read),
        FILES(files_that_cannot_be_read_are_told),
        FILES(folders_in_folders_have_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
