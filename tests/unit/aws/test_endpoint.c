/* Where services are: against a table of botocore's own answers, and what a person may set instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "aws/endpoint.h"
#include "base/scope.h"

struct golden {
    enum aws_service service;
    const char *region;
    bool fips, dual;
    const char *host;
};
static const struct golden goldens[] = {
#define X(service, region, fips, dual, host) {service, region, fips, dual, host},
#include "endpoints.def"
#undef X
    /* younger than that botocore */
    {AWS_LOGS, "eusc-de-east-1", false, false, "logs.eusc-de-east-1.amazonaws.eu"},
    {AWS_LOGS, "eusc-de-east-1", false, true, "logs.eusc-de-east-1.api.amazonwebservices.eu"},
    {AWS_S3, "eusc-de-east-1", true, false, "s3-fips.eusc-de-east-1.amazonaws.eu"},
    {AWS_EC2, "eu-isoe-west-1", false, false, "ec2.eu-isoe-west-1.cloud.adc-e.uk"},
    {AWS_EC2, "us-isof-south-1", false, false, "ec2.us-isof-south-1.csp.hci.ic.gov"},
    {AWS_STS, "mx-central-1", false, false, "sts.mx-central-1.amazonaws.com"},
    {AWS_STS, "xx-new-1", false, false, "sts.xx-new-1.amazonaws.com"},
    {AWS_LOGS_STREAM, "eu-west-1", false, false, "stream-logs.eu-west-1.amazonaws.com"},
    {AWS_LOGS_STREAM, "us-gov-west-1", true, false, "stream-logs.us-gov-west-1.amazonaws.com"},
    {AWS_LOGS_STREAM, "us-east-1", true, false, "stream-logs-fips.us-east-1.amazonaws.com"},
};

static void hosts_are_those_of_the_sdks(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_SIZE(goldens); k++) {
        const struct golden *golden = &goldens[k];
        struct endpoint_settings settings = {.fips = golden->fips, .dual_stack = golden->dual};
        struct endpoint endpoint = {0};
        weir_error error = {0};
        weir_status status = endpoint_make(golden->service, golden->region, &settings, &endpoint, &error);
        assert_int_equal(status, *golden->host ? WEIR_OK : WEIR_E_USAGE);
        assert_string_equal(endpoint.host, golden->host);
        if (status == WEIR_OK) {
            assert_memory_equal(endpoint.url, "https://", 8);
            assert_string_equal(endpoint.url + 8, golden->host);
            assert_string_equal(endpoint.region, golden->region);
            assert_false(endpoint.is_override);
            assert_string_equal(endpoint.path, "");
        } else {
            assert_non_null(strstr(error.text, "unset"));
        }
    }
}

struct override {
    const char *url, *made, *host, *path;
};

static void an_endpoint_that_is_set_is_taken_as_it_is(void **state)
{
    (void)state;
    static const struct override overrides[] = {
        {"http://127.0.0.1:4566", "http://127.0.0.1:4566", "127.0.0.1:4566", ""},
        {"https://vpce-1.logs.eu-west-1.vpce.amazonaws.com/", "https://vpce-1.logs.eu-west-1.vpce.amazonaws.com",
         "vpce-1.logs.eu-west-1.vpce.amazonaws.com", ""},
        {"HTTPS://h.example:443/a/b//", NULL, NULL, NULL},
        {"HTTPS://h.example:443/a/b/", "https://h.example/a/b", "h.example", "/a/b"},
        {"https://h.example:80", "https://h.example:80", "h.example:80", ""},
        {"http://[::1]:8080/x", "http://[::1]:8080/x", "[::1]:8080", "/x"},
    };
    for (size_t k = 0; k < ARRAY_SIZE(overrides); k++) {
        for (int service = 0; service < AWS_SERVICE_COUNT; service++) {
            struct endpoint_settings settings = {.override = overrides[k].url, .fips = true};
            struct endpoint endpoint = {0};
            weir_status status = endpoint_make((enum aws_service)service, "eu-west-1", &settings, &endpoint, NULL);
            assert_int_equal(status, overrides[k].made ? WEIR_OK : WEIR_E_USAGE);
            if (status != WEIR_OK)
                continue;
            assert_true(endpoint.is_override);
            assert_string_equal(endpoint.url, overrides[k].made);
            assert_string_equal(endpoint.host, overrides[k].host);
            assert_string_equal(endpoint.path, overrides[k].path);
            assert_string_equal(endpoint.region, "eu-west-1");
        }
    }
}

static void what_is_no_endpoint_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "h.example",
                                      "ftp://h.example",
                                      "https://",
                                      "https:///x",
                                      "https://me:secret@h.example",
                                      "https://h.example:",
                                      "https://h.example:0",
                                      "https://h.example:65536",
                                      "https://h.example:99999999999999999999",
                                      "https://h.example:80x",
                                      "https://h.example?x=1",
                                      "https://h.example#x",
                                      "https://h.example/../x",
                                      "https://h.example/%2e",
                                      "https://h.example\\@x",
                                      "https://h example",
                                      "https://[::1",
                                      "https://-h.example",
                                      "https://h.example/a b"};
    for (size_t k = 0; k < ARRAY_SIZE(bad); k++) {
        struct endpoint_settings settings = {.override = bad[k]};
        struct endpoint endpoint = {0};
        weir_error error = {0};
        assert_int_equal(endpoint_make(AWS_LOGS, "eu-west-1", &settings, &endpoint, &error), WEIR_E_USAGE);
        assert_null(strstr(error.text, "secret"));
        assert_string_equal(endpoint.url, "");
    }
}

static void regions_are_letters_digits_and_dashes(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "eu-west-1.evil.example", "EU-WEST-1", "eu west", "eu/west", "-eu", "eu-west-", "eu\x1b", "a@b", "eu_west"};
    for (size_t k = 0; k < ARRAY_SIZE(bad); k++) {
        struct endpoint_settings settings = {0};
        struct endpoint endpoint;
        assert_false(region_is_sane(bad[k]));
        assert_int_equal(endpoint_make(AWS_LOGS, bad[k], &settings, &endpoint, NULL), WEIR_E_USAGE);
    }
    assert_false(region_is_sane(NULL));
    assert_false(region_is_sane("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    assert_true(region_is_sane("ap-southeast-4"));
    assert_string_equal(partition_of("us-gov-west-1")->id, "aws-us-gov");
    assert_string_equal(partition_of("us-isob-east-1")->id, "aws-iso-b");
    assert_string_equal(partition_of("cn-north-1")->id, "aws-cn");
    assert_string_equal(partition_of("eusc-de-east-1")->id, "aws-eusc");
    assert_string_equal(partition_of("unknown")->id, "aws");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_are_those_of_the_sdks),
        cmocka_unit_test(an_endpoint_that_is_set_is_taken_as_it_is),
        cmocka_unit_test(what_is_no_endpoint_is_refused),
        cmocka_unit_test(regions_are_letters_digits_and_dashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
