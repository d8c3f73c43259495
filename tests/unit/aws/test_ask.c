/* The functions that ask: with an aws_ask() and aws_call_new() of the test's own, which note what is asked and answer
 * from a list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/ec2.h"
#include "aws/logs.h"
#include "aws/s3.h"

/* ---- the other side ---- */

struct answer {
    const char *asked; /* must be in the body */
    const char *body;  /* NULL = fails with: */
    enum aws_fault fault;
    weir_status status;
};

static const struct answer *answers;
static size_t n_answers, asked;
static struct aws_request seen;
static char seen_body[65536], seen_texts[4][256], account[16];
static struct http_response response;
static const char *followed;

static void expect(const struct answer *list, size_t n)
{
    answers = list;
    n_answers = n;
    asked = 0;
    account[0] = '\0';
}

weir_status aws_ask(struct aws_client *client, struct http *http, const struct aws_request *request, int cancel,
                    struct buf *body, enum aws_fault *fault, weir_error *err)
{
    (void)client, (void)http, (void)cancel;
    assert_true(asked < n_answers);
    const struct answer *answer = &answers[asked++];
    assert_true(request->body_len < sizeof seen_body);
    memcpy(seen_body, request->body, request->body_len);
    seen_body[request->body_len] = '\0';
    seen = *request;
    if (!strstr(seen_body, answer->asked))
        fail_msg("asked %s instead of %s", seen_body, answer->asked);
    if (fault)
        *fault = answer->fault;
    if (!answer->body)
        return weir_fail(err, answer->status, 0, "no answer");
    buf_init(body, 1 << 20);
    return buf_append(body, answer->body, strlen(answer->body));
}

weir_status aws_call_new(struct aws_client *client, struct http *http, const struct aws_request *request,
                         struct aws_call **out, weir_error *err)
{
    (void)client, (void)http, (void)err;
    const char *const texts[] = {request->key, request->range, request->if_match, request->subject};
    seen = *request;
    seen_body[0] = '\0';
    if (request->body_len)
        memcpy(seen_body, request->body, request->body_len);
    seen_body[request->body_len] = '\0';
    for (size_t k = 0; k < 4; k++)
        snprintf(seen_texts[k], sizeof seen_texts[k], "%s", texts[k] ? texts[k] : "");
    *out = NULL;
    return WEIR_OK;
}

const struct http_response *aws_call_response(const struct aws_call *call)
{
    (void)call;
    return &response;
}

const char *aws_client_region(const struct aws_client *client)
{
    (void)client;
    return "eu-west-1";
}

void aws_client_set_account(struct aws_client *client, const char *number)
{
    (void)client;
    snprintf(account, sizeof account, "%s", number);
}

weir_status aws_client_elsewhere(const struct aws_client *client, const char *region, struct aws_client **out,
                                 weir_error *err)
{
    static char copy[64];
    (void)client, (void)err;
    snprintf(copy, sizeof copy, "%s", region);
    followed = copy;
    *out = NULL;
    return WEIR_OK;
}

bool region_is_sane(const char *region)
{
    return *region && strlen(region) < 32 && region[strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static weir_status take_bytes(void *user, const void *bytes, size_t len)
{
    (void)user, (void)bytes, (void)len;
    return WEIR_OK;
}

/* ---- CloudWatch Logs ---- */

static void filter_log_events_is_asked(void **state)
{
    (void)state;
    struct logs_filter filter = {.group = "/vpc/flow", .from_ms = 1, .to_ms = 2};
    struct aws_call *call;
    assert_int_equal(logs_filter_call(NULL, NULL, &filter, &call, NULL), WEIR_OK);
    assert_int_equal(seen.service, AWS_LOGS);
    assert_string_equal(seen.operation, "FilterLogEvents");
    assert_string_equal(seen_texts[3], "/vpc/flow");
    assert_string_equal(seen_body, "{\"logGroupName\":\"/vpc/flow\",\"startTime\":1,\"endTime\":2,\"limit\":10000}");
    filter.group = "\xff";
    assert_int_equal(logs_filter_call(NULL, NULL, &filter, &call, NULL), WEIR_E_USAGE);
}

static void a_session_has_no_end(void **state)
{
    (void)state;
    static const char *const groups[11] = {"arn:a", "arn:b", "c", "d", "e", "f", "g", "h", "i", "j", "k"};
    struct logs_tail tail = {.groups = groups, .n_groups = 10};
    struct aws_call *call;
    int user;
    assert_int_equal(logs_tail_call(NULL, NULL, &tail, take_bytes, &user, &call, NULL), WEIR_OK);
    assert_int_equal(seen.service, AWS_LOGS_STREAM);
    assert_string_equal(seen.operation, "StartLiveTail");
    assert_int_equal(seen.total_ms, -1);
    assert_true(seen.max_bytes == SIZE_MAX && seen.unpaced && seen.silence_ms > 1000);
    assert_true(seen.data == take_bytes && seen.user == &user);
    tail.n_groups = 11;
    assert_int_equal(logs_tail_call(NULL, NULL, &tail, take_bytes, &user, &call, NULL), WEIR_E_USAGE);
    tail.n_groups = 0;
    assert_int_equal(logs_tail_call(NULL, NULL, &tail, take_bytes, &user, &call, NULL), WEIR_E_USAGE);
    tail.n_groups = 2;
    tail.stream_prefix = "eni-";
    assert_int_equal(logs_tail_call(NULL, NULL, &tail, take_bytes, &user, &call, NULL), WEIR_E_USAGE);
}

#define GROUP(name) \
    "{\"logGroupName\":\"" name "\",\"arn\":\"arn:aws:logs:eu-west-1:123456789012:log-group:" name ":*\"}"

static void the_arn_of_a_name_is_asked(void **state)
{
    (void)state;
    static const struct answer pages[] = {
        {"\"logGroupNamePrefix\":\"/vpc/flow\"", "{\"logGroups\":[" GROUP("/vpc/flow2") "],\"nextToken\":\"t1\"}", 0,
         0},
        {"\"nextToken\":\"t1\"", "{\"logGroups\":[],\"nextToken\":\"t2\"}", 0, 0},
        {"\"nextToken\":\"t2\"", "{\"logGroups\":[" GROUP("/vpc/flow") "]}", 0, 0},
    };
    char arn[256];
    expect(pages, 3);
    assert_int_equal(logs_group_arn(NULL, NULL, "/vpc/flow", -1, arn, sizeof arn, NULL), WEIR_OK);
    assert_string_equal(arn, "arn:aws:logs:eu-west-1:123456789012:log-group:/vpc/flow");
    assert_string_equal(account, "123456789012");
    assert_int_equal(asked, 3);
    expect(pages, 3);
    assert_int_equal(logs_group_arn(NULL, NULL, "/vpc/flow", -1, arn, 20, NULL), WEIR_E_LIMIT);
}

static void an_arn_is_not_asked(void **state)
{
    (void)state;
    char arn[256];
    weir_error err = {0};
    expect(NULL, 0);
    assert_int_equal(
        logs_group_arn(NULL, NULL, "arn:aws:logs:eu-west-1:123456789012:log-group:a:*", -1, arn, sizeof arn, NULL),
        WEIR_OK);
    assert_string_equal(arn, "arn:aws:logs:eu-west-1:123456789012:log-group:a");
    assert_int_equal(logs_group_arn(NULL, NULL, "arn:aws:s3:::bkt", -1, arn, sizeof arn, &err), WEIR_E_USAGE);
    assert_non_null(strstr(err.text, "arn:aws:logs:REGION:ACCOUNT:log-group:NAME"));
}

static void unknown_groups_are_told_with_the_nearest(void **state)
{
    (void)state;
    static const struct answer folder[] = {
        {"\"logGroupNamePrefix\":\"/vpc/flw\"", "{\"logGroups\":[]}", 0, 0},
        {"\"logGroupNamePrefix\":\"/vpc/\"", "{\"logGroups\":[" GROUP("/vpc/other") "," GROUP("/vpc/flow") "]}", 0, 0},
    };
    static const struct answer all[] = {
        {"\"logGroupNamePrefix\":\"/vcp/flow\"", "{\"logGroups\":[]}", 0, 0},
        {"\"logGroupNamePrefix\":\"/vcp/\"", "{\"logGroups\":[]}", 0, 0},
        {"{\"limit\":50}", "{\"logGroups\":[" GROUP("/vpc/flow") "]}", 0, 0},
    };
    static const struct answer none[] = {
        {"\"logGroupNamePrefix\":\"x\"", "{\"logGroups\":[]}", 0, 0},
        {"{\"limit\":50}", NULL, AWS_DENIED, WEIR_E_DENIED},
    };
    char arn[256] = "unchanged";
    weir_error err = {0};
    expect(folder, 2);
    assert_int_equal(logs_group_arn(NULL, NULL, "/vpc/flw", -1, arn, sizeof arn, &err), WEIR_E_USAGE);
    assert_string_equal(err.text, "there is no log group /vpc/flw in eu-west-1: is it /vpc/flow, /vpc/other?");
    err = (weir_error){0};
    expect(all, 3);
    assert_int_equal(logs_group_arn(NULL, NULL, "/vcp/flow", -1, arn, sizeof arn, &err), WEIR_E_USAGE);
    assert_string_equal(err.text, "there is no log group /vcp/flow in eu-west-1: is it /vpc/flow?");
    err = (weir_error){0};
    expect(none, 2);
    assert_int_equal(logs_group_arn(NULL, NULL, "x", -1, arn, sizeof arn, &err), WEIR_E_USAGE);
    assert_string_equal(err.text, "there is no log group x in eu-west-1");
    static const struct answer denied[] = {{"\"x\"", NULL, AWS_DENIED, WEIR_E_DENIED}};
    expect(denied, 1);
    assert_int_equal(logs_group_arn(NULL, NULL, "x", -1, arn, sizeof arn, NULL), WEIR_E_DENIED);
    assert_string_equal(arn, "unchanged");
}

/* ---- EC2 and STS ---- */

#define FLOW_LOG(id, token)                                                                               \
    "<DescribeFlowLogsResponse><flowLogSet><item><flowLogId>" id "</flowLogId></item></flowLogSet>" token \
    "</DescribeFlowLogsResponse>"

static void all_pages_of_flow_logs_are_asked(void **state)
{
    (void)state;
    static const struct answer pages[] = {
        {"Filter.1.Value.1=%2Fvpc%2Fflow", FLOW_LOG("fl-1", "<nextToken>a+b</nextToken>"), 0, 0},
        {"NextToken=a%2Bb", FLOW_LOG("fl-2", ""), 0, 0},
    };
    static const struct answer same[] = {
        {"Action=DescribeFlowLogs", FLOW_LOG("fl-1", "<nextToken>a</nextToken>"), 0, 0},
        {"NextToken=a", FLOW_LOG("fl-2", "<nextToken>a</nextToken>"), 0, 0},
    };
    static const struct answer denied[] = {{"Action=DescribeFlowLogs", NULL, AWS_DENIED, WEIR_E_DENIED}};
    struct ec2_flow_logs logs = {0};
    enum aws_fault fault = AWS_OTHER;
    expect(pages, 2);
    assert_int_equal(ec2_flow_logs(NULL, NULL, "/vpc/flow", -1, &logs, &fault, NULL), WEIR_OK);
    assert_int_equal(logs.n, 2);
    assert_int_equal(fault, AWS_FINE);
    assert_string_equal(logs.at[1].id, "fl-2");
    ec2_flow_logs_done(&logs);
    expect(same, 2);
    assert_int_equal(ec2_flow_logs(NULL, NULL, NULL, -1, &logs, NULL, NULL), WEIR_E_DATA);
    expect(denied, 1);
    assert_int_equal(ec2_flow_logs(NULL, NULL, NULL, -1, &logs, &fault, NULL), WEIR_E_DENIED);
    assert_int_equal(fault, AWS_DENIED);
    assert_int_equal(logs.n, 0);
}

#define VPC(id, name)                                                                                    \
    "<DescribeVpcsResponse><vpcSet><item><vpcId>" id "</vpcId><tagSet><item><key>Name</key><value>" name \
    "</value></item></tagSet></item></vpcSet></DescribeVpcsResponse>"

static void names_are_asked_by_kind(void **state)
{
    (void)state;
    static const char *const ids[] = {"eni-1", "vpc-1", "tgw-1", "vpc-2"};
    static const struct answer list[] = {
        {"Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1&Filter.1.Value.2=vpc-2", VPC("vpc-2", "two"), 0, 0},
        {"Filter.1.Name=network-interface-id&Filter.1.Value.1=eni-1", NULL, AWS_DENIED, WEIR_E_DENIED},
    };
    static const struct answer dead[] = {{"Action=DescribeVpcs", NULL, AWS_UNREACHABLE, WEIR_E_IO}};
    static const char *const expected[] = {"", "", "", "two"};
    char *names[4];
    weir_error err = {0};
    expect(list, 2);
    assert_int_equal(ec2_names(NULL, NULL, ids, 4, -1, names, &err), WEIR_OK);
    assert_int_equal(asked, 2);
    assert_int_equal(err.status, WEIR_OK);
    for (size_t k = 0; k < 4; k++) {
        assert_string_equal(names[k], expected[k]);
        free(names[k]);
    }
    expect(dead, 1);
    assert_int_equal(ec2_names(NULL, NULL, ids, 4, -1, names, &err), WEIR_E_IO);
    assert_string_equal(err.text, "no answer");
    for (size_t k = 0; k < 4; k++)
        assert_null(names[k]);
}

static void names_are_asked_in_chunks(void **state)
{
    (void)state;
    enum { COUNT = 401 };
    static char texts[COUNT][16], *names[COUNT];
    static const char *ids[COUNT];
    static const struct answer list[] = {
        {"Filter.1.Value.200=vpc-199", VPC("vpc-7", "seven"), 0, 0},
        {"Filter.1.Value.1=vpc-200", VPC("vpc-399", "last but one"), 0, 0},
        {"Filter.1.Value.1=vpc-400", VPC("vpc-400", "last"), 0, 0},
    };
    for (size_t k = 0; k < COUNT; k++) {
        snprintf(texts[k], sizeof texts[k], "vpc-%zu", k);
        ids[k] = texts[k];
    }
    expect(list, 3);
    assert_int_equal(ec2_names(NULL, NULL, ids, COUNT, -1, names, NULL), WEIR_OK);
    assert_int_equal(asked, 3);
    assert_null(strstr(seen_body, "Value.2="));
    assert_string_equal(names[7], "seven");
    assert_string_equal(names[8], "");
    assert_string_equal(names[399], "last but one");
    assert_string_equal(names[400], "last");
    for (size_t k = 0; k < COUNT; k++)
        free(names[k]);
}

static void the_account_is_told_to_the_client(void **state)
{
    (void)state;
    static const struct answer list[] = {
        {"Action=GetCallerIdentity&Version=2011-06-15",
         "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:a</Arn><Account>123456789012</Account>"
         "</GetCallerIdentityResult></GetCallerIdentityResponse>",
         0, 0}};
    char number[16], arn[16];
    expect(list, 1);
    assert_int_equal(sts_identity(NULL, NULL, -1, number, sizeof number, NULL, 0, NULL, NULL), WEIR_OK);
    assert_string_equal(number, "123456789012");
    assert_string_equal(account, "123456789012");
    expect(list, 1);
    assert_int_equal(sts_identity(NULL, NULL, -1, number, sizeof number, arn, sizeof arn, NULL, NULL), WEIR_OK);
    assert_string_equal(arn, "arn:a");
}

/* ---- S3 ---- */

static void objects_are_asked_from_an_offset(void **state)
{
    (void)state;
    struct aws_call *call;
    assert_int_equal(s3_get_call(NULL, NULL, "bkt", "a/b=c.gz", "\"e\"", 5, take_bytes, NULL, &call, NULL), WEIR_OK);
    assert_string_equal(seen.operation, "GetObject");
    assert_string_equal(seen_texts[0], "a/b=c.gz");
    assert_string_equal(seen_texts[1], "bytes=5-");
    assert_string_equal(seen_texts[2], "\"e\"");
    assert_true(seen.max_bytes > 100u << 20 && seen.total_ms == -1);
    assert_int_equal(s3_get_call(NULL, NULL, "bkt", "k", NULL, 0, take_bytes, NULL, &call, NULL), WEIR_OK);
    assert_string_equal(seen_texts[1], "");
    assert_int_equal(s3_list_call(NULL, NULL, "bkt", "p/", NULL, NULL, "t", &call, NULL), WEIR_OK);
    assert_string_equal(seen.operation, "ListObjectsV2");
    assert_string_equal(seen.bucket, "bkt");
    assert_null(seen.key);
    assert_int_equal(seen.n_query, 4);
}

static void a_bucket_is_followed_once(void **state)
{
    (void)state;
    static char body[] = "<Error><Code>PermanentRedirect</Code><Region>us-west-2</Region></Error>";
    struct aws_client *client;
    weir_error err = {0};
    response = (struct http_response){.region = "us-gov-west-1"};
    assert_int_equal(s3_follow(NULL, NULL, &client, &err), WEIR_OK);
    assert_string_equal(followed, "us-gov-west-1");
    response = (struct http_response){.body = {.bytes = body, .len = sizeof body - 1}};
    assert_int_equal(s3_follow(NULL, NULL, &client, &err), WEIR_OK);
    assert_string_equal(followed, "us-west-2");
    static const char *const bad[] = {"", "evil.example.com/", "eu-west-1", "EU"};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        err = (weir_error){0};
        followed = NULL;
        response = (struct http_response){.region = ""};
        memcpy(response.region, bad[k], strlen(bad[k]));
        assert_int_equal(s3_follow(NULL, NULL, &client, &err), WEIR_E_DATA);
        assert_null(followed);
        assert_true(*err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filter_log_events_is_asked),
        cmocka_unit_test(a_session_has_no_end),
        cmocka_unit_test(the_arn_of_a_name_is_asked),
        cmocka_unit_test(an_arn_is_not_asked),
        cmocka_unit_test(unknown_groups_are_told_with_the_nearest),
        cmocka_unit_test(all_pages_of_flow_logs_are_asked),
        cmocka_unit_test(names_are_asked_by_kind),
        cmocka_unit_test(names_are_asked_in_chunks),
        cmocka_unit_test(the_account_is_told_to_the_client),
        cmocka_unit_test(objects_are_asked_from_an_offset),
        cmocka_unit_test(a_bucket_is_followed_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
