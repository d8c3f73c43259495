/* What EC2 tells of a flow log, as a person sees it: what to type to open it, what cannot be read, in which order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aws/flow_log.h"

static struct ec2_flow_log plain(void)
{
    static char nothing[] = "";

    return (struct ec2_flow_log){.id = nothing,
                                 .name = nothing,
                                 .resource = nothing,
                                 .traffic = nothing,
                                 .destination_type = nothing,
                                 .destination = nothing,
                                 .log_group = nothing,
                                 .format = nothing,
                                 .file_format = nothing,
                                 .status = nothing,
                                 .delivery = nothing,
                                 .delivery_error = nothing};
}

static void each_destination_has_a_text_that_opens_it_or_a_reason(void **state)
{
    static const struct {
        const char *type, *group, *destination, *file_format, *source, *why_not;
    } cases[] = {
        {"cloud-watch-logs", "/vpc/flow", "arn:aws:logs:eu-west-1:123456789012:log-group:/vpc/flow", "", "cw:/vpc/flow",
         ""},
        {"cloud-watch-logs", "", "arn:aws:logs:eu-west-1:123456789012:log-group:/vpc/flow:*", "",
         "cw:arn:aws:logs:eu-west-1:123456789012:log-group:/vpc/flow", ""},
        {"", "flow", "", "", "cw:flow", ""},
        {"cloud-watch-logs", "what?100%", "", "", "cw:what%3F100%25", ""},
        {"cloud-watch-logs", "", "", "", "", "EC2 does not say where it delivers to"},
        {"s3", "", "arn:aws:s3:::bucket", "plain-text", "s3://bucket", ""},
        {"s3", "", "arn:aws:s3:::bucket/logs/vpc/", "plain-text", "s3://bucket/logs/vpc", ""},
        {"s3", "", "arn:aws-cn:s3:::bucket/a?b", "", "s3://bucket/a%3Fb", ""},
        {"s3", "", "arn:aws:s3:::bucket/logs", "parquet", "", "Parquet objects: query them with Athena"},
        {"s3", "", "arn:aws:s3:::", "plain-text", "", "EC2 does not say where it delivers to"},
        {"s3", "", "bucket", "plain-text", "", "EC2 does not say where it delivers to"},
        {"kinesis-data-firehose", "", "arn:aws:firehose:eu-west-1:123456789012:deliverystream/x", "", "",
         "Firehose: open the bucket or the log group that it delivers to"},
        {"carrier-pigeon", "x", "y", "", "", "a kind of destination that weir does not know"},
    };

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct ec2_flow_log log = plain();
        char source[4096];
        const char *why_not = NULL;

        log.destination_type = (char *)(uintptr_t)cases[k].type;
        log.log_group = (char *)(uintptr_t)cases[k].group;
        log.destination = (char *)(uintptr_t)cases[k].destination;
        log.file_format = (char *)(uintptr_t)cases[k].file_format;
        flow_log_source(&log, source, sizeof source, &why_not);
        assert_string_equal(source, cases[k].source);
        assert_string_equal(why_not ? why_not : "", cases[k].why_not);
    }
}

static void active_and_readable_ones_come_first(void **state)
{
    static struct {
        char id[8], name[4], type[24], group[4], status[12];
    } cases[] = {
        {"fl-1", "a", "kinesis-data-firehose", "", "ACTIVE"}, {"fl-2", "", "cloud-watch-logs", "b", "ACTIVE"},
        {"fl-3", "z", "cloud-watch-logs", "b", "ACTIVE"},     {"fl-4", "a", "cloud-watch-logs", "b", "INACTIVE"},
        {"fl-5", "", "cloud-watch-logs", "a", "ACTIVE"},      {"fl-6", "", "cloud-watch-logs", "a", "ACTIVE"},
    };
    static char failed[] = "FAILED", odd[] = "prod\x1b[2J";
    char *names[] = {NULL, odd, NULL, NULL, NULL, NULL};
    static const char *const expected[] = {"fl-3", "fl-5", "fl-2", "fl-6", "fl-4", "fl-1"};
    struct ec2_flow_log at[6];
    struct flow_list *list = NULL;

    (void)state;
    for (size_t k = 0; k < 6; k++) {
        at[k] = plain();
        at[k].id = cases[k].id;
        at[k].name = cases[k].name;
        at[k].destination_type = cases[k].type;
        at[k].log_group = cases[k].group;
        at[k].status = cases[k].status;
        at[k].delivery = k == 5 ? failed : at[k].delivery;
        at[k].interval_s = 60;
    }
    struct ec2_flow_logs logs = {6, at};
    assert_int_equal(flow_list_new(&logs, names, "eu-west-1", "123456789012", &list, NULL), WEIR_OK);
    assert_int_equal(list->n, 6);
    for (size_t k = 0; k < 6; k++)
        assert_string_equal(list->at[k].id.text, expected[k]);
    assert_string_equal(list->at[2].resource_name.text, "prod^[[2J");
    assert_string_equal(list->at[0].region.text, "eu-west-1");
    assert_string_equal(list->at[0].account.text, "123456789012");
    assert_string_equal(list->at[5].source.text, "");
    assert_int_equal(list->at[0].interval_s, 60);
    flow_list_free(list);
    struct ec2_flow_logs none = {0, NULL};
    assert_int_equal(flow_list_new(&none, NULL, "", "", &list, NULL), WEIR_OK);
    assert_int_equal(list->n, 0);
    flow_list_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_destination_has_a_text_that_opens_it_or_a_reason),
        cmocka_unit_test(active_and_readable_ones_come_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
