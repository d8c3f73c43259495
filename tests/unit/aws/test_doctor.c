/* Where the doctor looks, and what it does not show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aws/doctor.h"

static void the_first_source_of_a_kind_says_where_to_look(void **state)
{
    static const struct {
        const char *sources[4];
        const char *group, *bucket, *prefix, *region, *profile;
    } cases[] = {
        {{"cw:/vpc/flow"}, "/vpc/flow", "", "", "", ""},
        {{"tail:/vpc/flow?profile=prod&region=eu-west-1&stream=eni-"}, "/vpc/flow", "", "", "eu-west-1", "prod"},
        {{"flow.log", "-", "demo"}, "", "", "", "", ""},
        {{"flow.log", "cw:a", "cw:b?region=eu-west-1"}, "a", "", "", "", ""},
        {{"cw:what%3F%25", "s3://bucket/a%3Fb/c?region=eu-west-2"}, "what?%", "bucket", "a?b/c", "eu-west-2", ""},
        {{"s3://bucket"}, "", "bucket", "", "", ""},
        {{"s3://bucket?region=eu-west-1"}, "", "bucket", "", "eu-west-1", ""},
        {{"cw:arn:aws:logs:eu-central-1:123456789012:log-group:/vpc/flow"},
         "arn:aws:logs:eu-central-1:123456789012:log-group:/vpc/flow",
         "",
         "",
         "eu-central-1",
         ""},
        {{"cw:arn"}, "arn", "", "", "", ""},
        {{"cw:"}, "", "", "", "", ""},
        {{""}, "", "", "", "", ""},
    };

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct doctor_target target = {.group = ""};

        for (size_t s = 0; s < 4 && cases[k].sources[s]; s++)
            doctor_take(&target, cases[k].sources[s]);
        assert_string_equal(target.group, cases[k].group);
        assert_string_equal(target.bucket, cases[k].bucket);
        assert_string_equal(target.prefix, cases[k].prefix);
        assert_string_equal(target.region, cases[k].region);
        assert_string_equal(target.profile, cases[k].profile);
    }
}

static void what_is_too_long_is_cut(void **state)
{
    static char long_text[8000];
    struct doctor_target target = {.group = ""};

    (void)state;
    memset(long_text, 'x', sizeof long_text - 1);
    memcpy(long_text, "cw:", 3);
    doctor_take(&target, long_text);
    assert_int_equal(strlen(target.group), DOCTOR_NAME_MAX);
    memcpy(long_text, "s3://", 5);
    memcpy(long_text + 5000, "?region=", 8);
    doctor_take(&target, long_text);
    assert_int_equal(strlen(target.bucket), DOCTOR_NAME_MAX);
    assert_int_equal(strlen(target.region), 63);
}

static void a_flow_log_is_about_the_target_that_it_delivers_to(void **state)
{
    static const struct {
        char group[80], bucket[16], log_group[16], destination[48];
        bool is_about;
    } cases[] = {
        {"/vpc/flow", "", "/vpc/flow", "", true},
        {"a/vpc/flow", "", "/vpc/flow", "", false},
        {"arn:aws:logs:eu-west-1:123456789012:log-group:/vpc/flow", "", "/vpc/flow", "", true},
        {"", "", "/vpc/flow", "", false},
        {"/vpc/flow", "", "", "", false},
        {"", "flows", "", "arn:aws:s3:::flows/prod", true},
        {"", "flows", "", "arn:aws:s3:::flows", true},
        {"", "flows", "", "arn:aws:s3:::flows2", false},
        {"/vpc/flow", "", "", "arn:aws:s3:::flows", false},
    };

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct doctor_target target = {.group = ""};
        struct ec2_flow_log log = {.log_group = (char *)(uintptr_t)cases[k].log_group,
                                   .destination = (char *)(uintptr_t)cases[k].destination};

        memcpy(target.group, cases[k].group, sizeof cases[k].group);
        memcpy(target.bucket, cases[k].bucket, sizeof cases[k].bucket);
        assert_int_equal(doctor_is_about(&target, &log), cases[k].is_about);
    }
}

static void a_password_of_a_proxy_is_not_shown(void **state)
{
    static const struct {
        const char *url, *shown;
    } cases[] = {
        {"http://proxy.example.com:3128", "http://proxy.example.com:3128"},
        {"http://user:secret@proxy.example.com:3128/", "http://***@proxy.example.com:3128/"},
        {"user:se@cret@proxy.example.com", "***@proxy.example.com"},
        {"http://proxy.example.com/a@b", "http://proxy.example.com/a@b"},
        {"http://u:p@h\x1b[2J", "http://***@h^[[2J"},
        {"", ""},
    };

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char shown[100];

        doctor_hide(cases[k].url, shown, sizeof shown);
        assert_string_equal(shown, cases[k].shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_source_of_a_kind_says_where_to_look),
        cmocka_unit_test(what_is_too_long_is_cut),
        cmocka_unit_test(a_flow_log_is_about_the_target_that_it_delivers_to),
        cmocka_unit_test(a_password_of_a_proxy_is_not_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
