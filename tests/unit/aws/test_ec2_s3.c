/* EC2, STS and S3 without a network: forms and queries as botocore writes them, answers, and what is no answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "aws/ec2_wire.h"
#include "aws/form.h"
#include "aws/s3_wire.h"
#include "base/limits.h"
#include "casefile.h"

static void check_body(struct buf *body, weir_status status, const char *expected)
{
    assert_int_equal(status, WEIR_OK);
    assert_int_equal(buf_append(body, "", 1), WEIR_OK);
    assert_string_equal(body->bytes, expected);
    buf_done(body);
}

static void forms_are_botocores(void **state)
{
    (void)state;
    static const char *const ids[] = {"eni-1", "eni-2"};
    struct buf body;
    buf_init(&body, 4096);
    check_body(&body, ec2_flow_logs_body(NULL, NULL, &body, NULL),
               "Action=DescribeFlowLogs&Version=2016-11-15&MaxResults=1000");
    check_body(&body, ec2_flow_logs_body("/vpc/flow log", "a+/=", &body, NULL),
               "Action=DescribeFlowLogs&Version=2016-11-15&MaxResults=1000&Filter.1.Name=log-group-name"
               "&Filter.1.Value.1=%2Fvpc%2Fflow%20log&NextToken=a%2B%2F%3D");
    check_body(&body, sts_identity_body(&body, NULL), "Action=GetCallerIdentity&Version=2011-06-15");
    check_body(&body, ec2_names_body(&ec2_named[2], ids, 2, &body, NULL),
               "Action=DescribeNetworkInterfaces&Version=2016-11-15&Filter.1.Name=network-interface-id"
               "&Filter.1.Value.1=eni-1&Filter.1.Value.2=eni-2");
    buf_init(&body, 40);
    weir_error err = {0};
    assert_int_equal(ec2_flow_logs_body(NULL, NULL, &body, &err), WEIR_E_LIMIT);
    buf_done(&body);
}

static void flow_logs_are_read(void **state)
{
    (void)state;
    struct ec2_flow_logs logs = {0};
    char *token = NULL;
    weir_error err = {0};
    size_t len;
    char *bytes = case_read(WEIR_CASES "/xml/DescribeFlowLogs.xml", &len);
    assert_int_equal(ec2_flow_logs_read(bytes, len, &logs, &token, &err), WEIR_OK);
    assert_string_equal(token, "eyJ2IjoiMiJ9+/=");
    free(token);
    assert_int_equal(ec2_flow_logs_read(bytes, len, &logs, &token, &err), WEIR_OK);
    free(token);
    free(bytes);
    assert_int_equal(logs.n, 4);
    const struct ec2_flow_log *first = &logs.at[2], *second = &logs.at[3];
    assert_string_equal(first->id, "fl-0123456789abcdef0");
    assert_string_equal(first->name, "edge & core");
    assert_string_equal(first->resource, "vpc-0123456789abcdef0");
    assert_string_equal(first->log_group, "/vpc/flow");
    assert_string_equal(first->destination, "");
    assert_string_equal(first->delivery, "FAILED");
    assert_string_equal(first->delivery_error, "Rate limited");
    assert_true(strncmp(first->format, "${version} ${account-id}", 24) == 0);
    assert_int_equal(first->interval_s, 60);
    assert_int_equal(first->created_s, 1785579630);
    assert_false(first->hive || first->per_hour);
    assert_string_equal(second->name, "");
    assert_string_equal(second->destination, "arn:aws:s3:::bkt/prefix/");
    assert_string_equal(second->destination_type, "s3");
    assert_string_equal(second->file_format, "parquet");
    assert_string_equal(second->traffic, "REJECT");
    assert_int_equal(second->interval_s, 600);
    assert_int_equal(second->created_s, 1767225600);
    assert_true(second->hive && second->per_hour);
    ec2_flow_logs_done(&logs);
}

static void odd_answers_of_ec2(void **state)
{
    (void)state;
    struct ec2_flow_logs logs = {0};
    char *token = (char *)"unchanged";
    static const char empty[] = "<DescribeFlowLogsResponse><flowLogSet/></DescribeFlowLogsResponse>";
    static const char bare[] = "<DescribeFlowLogsResponse><flowLogSet><item/><item><maxAggregationInterval>99999999999"
                               "</maxAggregationInterval><creationTime>x</creationTime></item></flowLogSet>"
                               "</DescribeFlowLogsResponse>";
    static const char other[] = "<Response><Errors/></Response>";
    weir_error err = {0};
    assert_int_equal(ec2_flow_logs_read(other, sizeof other - 1, &logs, &token, &err), WEIR_E_DATA);
    assert_string_equal(token, "unchanged");
    assert_non_null(strstr(err.text, "DescribeFlowLogsResponse"));
    assert_int_equal(ec2_flow_logs_read(empty, sizeof empty - 1, &logs, &token, NULL), WEIR_OK);
    assert_null(token);
    assert_int_equal(logs.n, 0);
    assert_int_equal(ec2_flow_logs_read(bare, sizeof bare - 1, &logs, &token, NULL), WEIR_OK);
    assert_int_equal(logs.n, 2);
    assert_string_equal(logs.at[1].id, "");
    assert_int_equal(logs.at[1].interval_s, 0);
    assert_int_equal(logs.at[1].created_s, 0);
    ec2_flow_logs_done(&logs);
}

static void flow_logs_have_a_cap(void **state)
{
    (void)state;
    static const char begin[] = "<DescribeFlowLogsResponse><flowLogSet>";
    static const char end[] = "</flowLogSet></DescribeFlowLogsResponse>";
    struct ec2_flow_logs logs = {0};
    char *token = NULL;
    for (size_t n = FLOW_LOGS_MAX; n <= FLOW_LOGS_MAX + 1; n++) {
        struct buf text;
        buf_init(&text, ANSWER_MAX_BYTES);
        assert_int_equal(buf_append(&text, begin, sizeof begin - 1), WEIR_OK);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(buf_append(&text, "<item/>", 7), WEIR_OK);
        assert_int_equal(buf_append(&text, end, sizeof end - 1), WEIR_OK);
        assert_int_equal(ec2_flow_logs_read(text.bytes, text.len, &logs, &token, NULL),
                         n > FLOW_LOGS_MAX ? WEIR_E_LIMIT : WEIR_OK);
        assert_int_equal(logs.n, n > FLOW_LOGS_MAX ? 0 : n);
        ec2_flow_logs_done(&logs);
        buf_done(&text);
    }
}

static void names_are_read(void **state)
{
    (void)state;
    static const char *const ids[] = {"subnet-2", "subnet-1", "subnet-9", "subnet-1"};
    static const char text[] =
        "<DescribeSubnetsResponse><subnetSet><item><subnetId>subnet-1</subnetId><tagSet><item><key>a</key><value>b</"
        "value>"
        "</item><item><key>Name</key><value>one</value></item></tagSet></item><item><subnetId>subnet-2</subnetId></"
        "item>"
        "<item><subnetId>subnet-3</subnetId><tagSet><item><key>Name</key><value>three</value></item></tagSet></item>"
        "</subnetSet></DescribeSubnetsResponse>";
    static const char *const expected[] = {"", "one", "", "one"};
    char *names[4];
    for (size_t k = 0; k < 4; k++)
        assert_non_null(names[k] = strdup(""));
    assert_int_equal(ec2_names_read(&ec2_named[1], text, sizeof text - 1, ids, 4, names, NULL), WEIR_OK);
    assert_int_equal(ec2_names_read(&ec2_named[0], text, sizeof text - 1, ids, 4, names, NULL), WEIR_E_DATA);
    for (size_t k = 0; k < 4; k++) {
        assert_string_equal(names[k], expected[k]);
        free(names[k]);
    }
}

static void identity_is_read(void **state)
{
    (void)state;
    static const char text[] =
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
        "<Arn>arn:aws:iam::123456789012:user/a</Arn><UserId>AIDA</UserId><Account>123456789012</Account>"
        "</GetCallerIdentityResult></GetCallerIdentityResponse>";
    static const char none[] = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>\xc3\xa9</Account>"
                               "</GetCallerIdentityResult></GetCallerIdentityResponse>";
    char account[16], arn[64];
    assert_int_equal(sts_identity_read(text, sizeof text - 1, account, sizeof account, arn, sizeof arn, NULL), WEIR_OK);
    assert_string_equal(account, "123456789012");
    assert_string_equal(arn, "arn:aws:iam::123456789012:user/a");
    assert_int_equal(sts_identity_read(text, sizeof text - 1, NULL, 0, NULL, 0, NULL), WEIR_OK);
    assert_int_equal(sts_identity_read(none, sizeof none - 1, account, sizeof account, NULL, 0, NULL), WEIR_E_DATA);
}

/* ---- S3 ---- */

static void queries_of_lists(void **state)
{
    (void)state;
    struct sign_pair query[S3_LIST_PAIRS];
    assert_int_equal(s3_list_query("AWSLogs/", "/", "a", "tok", query), 6);
    assert_string_equal(query[5].name, "continuation-token");
    assert_int_equal(s3_list_query("", NULL, NULL, NULL, query), 2);
    assert_string_equal(query[0].name, "list-type");
    assert_string_equal(query[1].value, "url");
    char range[S3_RANGE_BYTES];
    assert_null(s3_range(0, range));
    assert_string_equal(s3_range(UINT64_MAX, range), "bytes=18446744073709551615-");
}

static void lists_are_read(void **state)
{
    (void)state;
    struct s3_list list;
    size_t len;
    char *bytes = case_read(WEIR_CASES "/xml/ListObjectsV2.xml", &len);
    assert_int_equal(s3_list_read(bytes, len, &list, NULL), WEIR_OK);
    assert_int_equal(list.n, 1);
    assert_string_equal(list.at[0].etag, "\"fba9dede5f27731c9771645a39863328\"");
    assert_int_equal(list.at[0].size, 434234);
    assert_int_equal(list.at[0].modified_s, 1788221251);
    assert_string_equal(list.token, "1ue+GcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=");
    assert_true(strstr(list.at[0].key, "_0a1b2c3d.log.gz") != NULL);
    s3_list_done(&list);
    free(bytes);
    bytes = case_read(WEIR_CASES "/xml/ListObjectsV2_url.xml", &len);
    assert_int_equal(s3_list_read(bytes, len, &list, NULL), WEIR_OK);
    assert_int_equal(list.n, 2);
    assert_string_equal(list.at[0].key, "AWSLogs/aws-account-id=123456789012/x y+z\xc3\xa9.log.gz");
    assert_true(list.at[0].size == UINT64_MAX);
    assert_int_equal(list.at[0].modified_s, 1788221251);
    assert_string_equal(list.at[1].key, "100%%2g%");
    assert_string_equal(list.at[1].etag, "");
    assert_int_equal(list.at[1].size, 0);
    assert_int_equal(list.at[1].modified_s, 0);
    assert_int_equal(list.n_prefixes, 2);
    assert_string_equal(list.prefixes[0], "AWSLogs/a b/");
    assert_string_equal(list.prefixes[1], "AWSLogs/c/");
    assert_null(list.token);
    s3_list_done(&list);
    free(bytes);
}

static void odd_lists_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "<Error><Code>NoSuchBucket</Code></Error>", "<ListBucketResult>",
                                        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        struct s3_list list;
        weir_error err = {0};
        assert_int_equal(s3_list_read(texts[k], strlen(texts[k]), &list, &err), WEIR_E_DATA);
        assert_true(*err.text);
    }
    struct s3_list list;
    assert_int_equal(s3_list_read("<ListBucketResult/>", 19, &list, NULL), WEIR_OK);
    assert_int_equal(list.n + list.n_prefixes, 0);
    s3_list_done(&list);
}

static void regions_are_told(void **state)
{
    (void)state;
    static const char body[] = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>";
    char region[S3_REGION_BYTES], large[200];
    s3_region_read("us-west-2", body, sizeof body - 1, region);
    assert_string_equal(region, "us-west-2");
    s3_region_read("", body, sizeof body - 1, region);
    assert_string_equal(region, "eu-west-1");
    s3_region_read("", "garbage", 7, region);
    assert_string_equal(region, "");
    s3_region_read("", NULL, 0, region);
    assert_string_equal(region, "");
    int len = snprintf(large, sizeof large, "<Error><Region>%0100d</Region></Error>", 1);
    s3_region_read("", large, (size_t)len, region);
    assert_string_equal(region, "");
}

/* ---- times ---- */

static void times_are_read_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t unix_s; /* -1 = refused */
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2000-02-29T12:00:00Z", 951825600},
        {"2026-09-01T12:34:56.000Z", 1788266096},
        {"2026-09-01T12:34:56.123456789Z", 1788266096},
        {"2026-09-01T14:34:56+02:00", 1788266096},
        {"2026-09-01T05:04:56-07:30", 1788266096},
        {"9999-12-31T23:59:59Z", 253402300799},
        {"", -1},
        {"2026-09-01", -1},
        {"2026-13-01T00:00:00Z", -1},
        {"2026-00-01T00:00:00Z", -1},
        {"2026-09-31T00:00:00Z", -1},
        {"2026-09-01T24:00:00Z", -1},
        {"2026-09-01T00:60:00Z", -1},
        {"2026-09-01T00:00:00", -1},
        {"2026-09-01T00:00:00.Z", -1},
        {"2026-09-01T00:00:00Zx", -1},
        {"2026-09-01T00:00:00+2:00", -1},
        {"2026-09-01T00:00:00+24:00", -1},
        {"2026-9-01T00:00:00Z", -1},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        int64_t unix_s = -1;
        assert_int_equal(iso8601_read(rows[k].text, &unix_s), rows[k].unix_s >= 0);
        assert_int_equal(unix_s, rows[k].unix_s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_are_botocores),     cmocka_unit_test(flow_logs_are_read),
        cmocka_unit_test(odd_answers_of_ec2),      cmocka_unit_test(flow_logs_have_a_cap),
        cmocka_unit_test(names_are_read),          cmocka_unit_test(identity_is_read),
        cmocka_unit_test(queries_of_lists),        cmocka_unit_test(lists_are_read),
        cmocka_unit_test(odd_lists_are_refused),   cmocka_unit_test(regions_are_told),
        cmocka_unit_test(times_are_read_strictly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
