/* What a person types to name a source in AWS, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/scope.h"
#include "source/spec.h"

#define ARN "arn:aws:logs:eu-west-1:123456789012:log-group:"

struct good {
    const char *text, *scheme;
    const char *name, *prefix, *region, *profile, *stream;
};

static const struct good goods[] = {
    {"cw:/vpc/flow", "cw", "/vpc/flow", "", "", "", ""},
    {"tail:/vpc/flow", "tail", "/vpc/flow", "", "", "", ""},
    {"cw:flow-logs_1.x#2", "cw", "flow-logs_1.x#2", "", "", "", ""},
    {"cw:g?region=eu-west-1", "cw", "g", "", "eu-west-1", "", ""},
    {"cw:g?region=eu-west-1&profile=prod&stream=eni-0a", "cw", "g", "", "eu-west-1", "prod", "eni-0a"},
    {"cw:g?profile=my%20team%26co", "cw", "g", "", "", "my team&co", ""},
    {"cw:%2fvpc%2Fflow", "cw", "/vpc/flow", "", "", "", ""},
    {"cw:g?", "cw", "g", "", "", "", ""},
    {"cw:" ARN "/vpc/flow", "cw", ARN "/vpc/flow", "", "eu-west-1", "", ""},
    {"cw:" ARN "/vpc/flow:*", "cw", ARN "/vpc/flow", "", "eu-west-1", "", ""},
    {"cw:" ARN "/vpc/flow?region=eu-west-1", "cw", ARN "/vpc/flow", "", "eu-west-1", "", ""},
    {"s3://flow-logs", "s3", "flow-logs", "", "", "", ""},
    {"s3://flow-logs/", "s3", "flow-logs", "", "", "", ""},
    {"s3://flow-logs/prod/AWSLogs/", "s3", "flow-logs", "prod/AWSLogs/", "", "", ""},
    {"s3://my.dotted.bucket/a%3Fb?region=us-east-1", "s3", "my.dotted.bucket", "a?b", "us-east-1", "", ""},
    {"s3://b01/AWSLogs/aws-account-id=123456789012/", "s3", "b01", "AWSLogs/aws-account-id=123456789012/", "", "", ""},
};

struct bad {
    const char *text, *scheme, *says;
};

static const struct bad bads[] = {
    {"cw", "cw", "needs the name of a log group: cw:/vpc/flow"},
    {"cw:", "cw", "needs the name of a log group: cw:/vpc/flow"},
    {"tail:", "tail", "tail:/vpc/flow"},
    {"cw:?region=eu-west-1", "cw", "needs the name"},
    {"cw:a b", "cw", "is no name of a log group"},
    {"cw:a%00b", "cw", "control character"},
    {"cw:a%1bb", "cw", "control character"},
    {"cw:a%zz", "cw", "is no byte"},
    {"cw:a%4", "cw", "is no byte"},
    {"cw:g?regio=eu-west-1", "cw", "'regio=eu-west-1' is unknown"},
    {"cw:g?region=", "cw", "'region=' needs a value"},
    {"cw:g?region", "cw", "is unknown"},
    {"cw:g?region=eu-west-1.evil.example%2F", "cw", "is no region"},
    {"cw:arn:aws:s3:::bucket", "cw", "is no ARN of a log group"},
    {"cw:" ARN "/vpc/flow?region=us-east-1", "cw", "the ARN is of eu-west-1, but ?region=us-east-1"},
    {"s3", "s3", "needs a bucket"},
    {"s3:bucket", "s3", "write s3://BUCKET/PREFIX"},
    {"s3://", "s3", "is no bucket"},
    {"s3:///key", "s3", "is no bucket"},
    {"s3://Bucket/", "s3", "is no bucket"},
    {"s3://b@evil.example/", "s3", "is no bucket"},
    {"s3://bucket/p?stream=eni", "s3", "'stream=' is of log groups"},
};

static void good_ones_are_read(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_SIZE(goods); k++) {
        const struct good *good = &goods[k];
        struct spec spec;
        weir_error err = {0};
        if (spec_parse(good->text, good->scheme, &spec, &err) != WEIR_OK)
            fail_msg("%s: %s", good->text, err.text);
        assert_string_equal(spec.name, good->name);
        assert_string_equal(spec.prefix, good->prefix);
        assert_string_equal(spec.region, good->region);
        assert_string_equal(spec.profile, good->profile);
        assert_string_equal(spec.stream, good->stream);
    }
}

static void bad_ones_say_what_is_wrong(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_SIZE(bads); k++) {
        struct spec spec;
        weir_error err = {0};
        assert_int_equal(spec_parse(bads[k].text, bads[k].scheme, &spec, &err), WEIR_E_USAGE);
        if (!strstr(err.text, bads[k].says))
            fail_msg("%s: '%s' does not say '%s'", bads[k].text, err.text, bads[k].says);
    }
}

static void what_is_too_long_is_refused(void **state)
{
    (void)state;
    char text[SPEC_NAME_MAX + 16] = "cw:";
    struct spec spec;
    memset(text + 3, 'a', 513);
    text[516] = '\0';
    assert_int_equal(spec_parse(text, "cw", &spec, NULL), WEIR_E_USAGE);
    text[515] = '\0';
    assert_int_equal(spec_parse(text, "cw", &spec, NULL), WEIR_OK);
    memset(text + 3, 'a', SPEC_NAME_MAX + 1);
    text[SPEC_NAME_MAX + 4] = '\0';
    assert_int_equal(spec_parse(text, "cw", &spec, NULL), WEIR_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_ones_are_read),
        cmocka_unit_test(bad_ones_say_what_is_wrong),
        cmocka_unit_test(what_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
