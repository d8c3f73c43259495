/* Clients: whose region, endpoint, proxy and patience; pace, quota and AWS's time; from any thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

#include "aws/client.h"
#include "aws/fault.h"
#include "aws/settings.h"
#include "base/clock.h"
#include "base/scope.h"
#include "fake_identity.h"
#include "loopback.h"

#define assert_has(text, part) assert_non_null(strstr(text, part))

enum { VARIABLES = 8 };

/* Opens with these variables. */
static weir_aws *open_with(const weir_aws_options *options, const char *const *variables)
{
    static char texts[VARIABLES][128];
    static char *list[VARIABLES + 1];
    size_t n = 0;
    for (; variables && variables[n]; n++) {
        snprintf(texts[n], sizeof texts[n], "%s", variables[n]);
        list[n] = texts[n];
    }
    list[n] = NULL;
    weir_aws_options all = *options;
    all.environment = list;
    weir_aws *aws = NULL;
    assert_int_equal(weir_aws_open(&all, &aws, NULL), WEIR_OK);
    return aws;
}

static void regions_have_an_order(void **state)
{
    (void)state;
    static const struct fake_key keys[] = {{"default", "region", "eu-north-1"},
                                           {"prod", "region", "us-west-2"},
                                           {"bare", "output", "json"},
                                           {NULL, NULL, NULL}};
    fake_keys = keys;
    struct aws_client *client = NULL, *again = NULL;
    weir_aws *aws =
        open_with(&(weir_aws_options){.region = "sa-east-1"}, (const char *const[]){"AWS_REGION=us-east-2", NULL});
    assert_int_equal(aws_client_get(aws, NULL, NULL, &client, NULL), WEIR_OK);
    assert_string_equal(aws_client_region(client), "sa-east-1");
    assert_string_equal(aws_client_profile(client), "default");
    assert_int_equal(aws_client_get(aws, "prod", "ca-west-1", &again, NULL), WEIR_OK);
    assert_string_equal(aws_client_region(again), "ca-west-1");
    assert_ptr_not_equal(client, again);
    assert_int_equal(aws_client_get(aws, NULL, "sa-east-1", &again, NULL), WEIR_OK);
    assert_ptr_equal(client, again);
    weir_aws_close(aws);
    static const char *const names[] = {"AWS_REGION=us-east-2", "AWS_DEFAULT_REGION=us-east-1", "AWS_PROFILE=prod",
                                        NULL};
    static const char *const regions[] = {"us-east-2", "us-east-1", "us-west-2", "eu-north-1"};
    for (size_t k = 0; k < 4; k++) {
        aws = open_with(&(weir_aws_options){0}, names + k);
        assert_int_equal(aws_client_get(aws, NULL, NULL, &client, NULL), WEIR_OK);
        assert_string_equal(aws_client_region(client), regions[k]);
        weir_aws_close(aws);
    }
    weir_error error = {0};
    aws = open_with(&(weir_aws_options){.profile = "bare"},
                    (const char *const[]){"AWS_EC2_METADATA_DISABLED=true", NULL});
    assert_int_equal(aws_client_get(aws, NULL, NULL, &client, &error), WEIR_E_USAGE);
    assert_has(error.text, "set AWS_REGION or use --region REGION");
    error = (weir_error){0};
    assert_int_equal(aws_client_get(aws, "nobody", "eu-west-1", &client, &error), WEIR_E_USAGE);
    assert_has(error.text, "no profile 'nobody' in ~/.aws/config");
    assert_int_equal(aws_client_get(aws, NULL, "x.example/", &client, NULL), WEIR_E_USAGE);
    weir_aws_close(aws);
    weir_aws_close(NULL);
    fake_keys = NULL;
}

static void an_instance_knows_its_region(void **state)
{
    (void)state;
    static const struct loopback_reply replies[] = {{.text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nTOKEN"},
                                                    {.text = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\neu-west-3"}};
    struct loopback server = {0};
    assert_true(loopback_start(&server, replies, 2));
    char variable[100];
    snprintf(variable, sizeof variable, "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:%u/", server.port);
    const char *variables[] = {variable, "HTTP_PROXY=http://127.0.0.1:1", NULL};
    weir_aws *aws = open_with(&(weir_aws_options){0}, variables);
    struct aws_client *client = NULL;
    assert_int_equal(aws_client_get(aws, NULL, NULL, &client, NULL), WEIR_OK);
    assert_string_equal(aws_client_region(client), "eu-west-3");
    assert_int_equal(aws_client_get(aws, NULL, NULL, &client, NULL), WEIR_OK);
    assert_int_equal(loopback_count(&server), 2);
    assert_has(server.requests[0], "PUT /latest/api/token HTTP/1.1\r\n");
    assert_has(server.requests[1], "GET /latest/meta-data/placement/region HTTP/1.1\r\n");
    assert_has(server.requests[1], "X-aws-ec2-metadata-token: TOKEN\r\n");
    weir_aws_close(aws);
    loopback_stop(&server);
}

static void expect_override(const struct settings *settings, enum aws_service service, const char *url)
{
    const char *override = settings_endpoint(settings, service).override;
    if (url) {
        assert_non_null(override);
        assert_string_equal(override, url);
    } else {
        assert_null(override);
    }
}

static void endpoints_have_an_order(void **state)
{
    (void)state;
    static const struct fake_key keys[] = {{"default", "endpoint_url", "https://profile"},
                                           {"default", "services", "mine"},
                                           {"default", "use_fips_endpoint", "true"},
                                           {"default", "max_attempts", "7"},
                                           {"mine/cloudwatch_logs", "endpoint_url", "https://services"},
                                           {NULL, NULL, NULL}};
    fake_keys = keys;
    char one[] = "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=https://one", all[] = "AWS_ENDPOINT_URL=https://all",
         ignore[] = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", no_fips[] = "AWS_USE_FIPS_ENDPOINT=false",
         attempts[] = "AWS_MAX_ATTEMPTS=0x";
    struct environment environment = {(char *[]){one, all, NULL}};
    struct config config;
    struct settings settings = {&environment, &config, "default", NULL, NULL};
    expect_override(&settings, AWS_LOGS, "https://one");
    expect_override(&settings, AWS_LOGS_STREAM, "https://one");
    expect_override(&settings, AWS_S3, "https://all");
    environment.variables = (char *[]){NULL};
    expect_override(&settings, AWS_LOGS, "https://services");
    expect_override(&settings, AWS_EC2, "https://profile");
    assert_true(settings_endpoint(&settings, AWS_EC2).fips);
    assert_false(settings_endpoint(&settings, AWS_EC2).dual_stack);
    assert_int_equal(settings_max_attempts(&settings), 7);
    environment.variables = (char *[]){one, ignore, no_fips, attempts, NULL};
    expect_override(&settings, AWS_LOGS, NULL);
    assert_false(settings_endpoint(&settings, AWS_EC2).fips);
    assert_int_equal(settings_max_attempts(&settings), 3);
    settings.endpoint_url = "https://line";
    expect_override(&settings, AWS_LOGS, "https://line");
    fake_keys = NULL;
}

static void proxies_are_read_as_the_cli_does(void **state)
{
    (void)state;
    char upper[] = "HTTPS_PROXY=http://upper", lower[] = "https_proxy=http://lower", all[] = "ALL_PROXY=http://all",
         no[] = "NO_PROXY=a,b", ca[] = "AWS_CA_BUNDLE=/ca", ssl[] = "SSL_CERT_FILE=/ssl";
    struct environment environment = {(char *[]){upper, lower, all, no, ssl, NULL}};
    struct config config;
    struct settings settings = {&environment, &config, "default", NULL, NULL};
    struct http_options http = settings_http(&settings);
    assert_string_equal(http.https_proxy, "http://lower");
    assert_null(http.http_proxy);
    assert_string_equal(http.no_proxy, "a,b");
    assert_string_equal(http.ca_bundle, "/ssl");
    environment.variables = (char *[]){ca, ssl, NULL};
    assert_string_equal(settings_http(&settings).ca_bundle, "/ca");
    settings.ca_bundle = "/given";
    assert_string_equal(settings_http(&settings).ca_bundle, "/given");
}

static struct aws_client *only_client(weir_aws *aws)
{
    struct aws_client *client = NULL;
    assert_int_equal(aws_client_get(aws, NULL, "eu-west-1", &client, NULL), WEIR_OK);
    return client;
}

static void the_pace_is_kept_after_a_burst_of_two(void **state)
{
    (void)state;
    weir_aws *aws = open_with(&(weir_aws_options){0}, NULL);
    struct aws_client *client = only_client(aws);
    int64_t first = aws_client_take_turn(client), second = aws_client_take_turn(client);
    assert_in_range(second - first, 0, 50);
    int64_t last = second;
    for (int k = 0; k < 8; k++) {
        int64_t turn = aws_client_take_turn(client);
        assert_in_range(turn - last, 400, 501);
        last = turn;
    }
    assert_in_range(last - first, 3900, 4100);
    weir_aws_close(aws);
}

static void retries_have_a_quota(void **state)
{
    (void)state;
    weir_aws *aws = open_with(&(weir_aws_options){0}, NULL);
    struct aws_client *client = only_client(aws);
    for (int k = 0; k < 90; k++)
        assert_true(aws_client_may_retry(client, false));
    for (int k = 0; k < 5; k++)
        assert_true(aws_client_may_retry(client, true));
    assert_false(aws_client_may_retry(client, false));
    for (int k = 0; k < 4; k++)
        aws_client_succeeded(client, false);
    assert_false(aws_client_may_retry(client, false));
    aws_client_succeeded(client, true);
    assert_true(aws_client_may_retry(client, false));
    assert_false(aws_client_may_retry(client, true));
    weir_aws_close(aws);
}

static void small_differences_of_clocks_are_none(void **state)
{
    (void)state;
    weir_aws *aws = open_with(&(weir_aws_options){.now = 1000000}, NULL);
    struct aws_client *client = only_client(aws);
    assert_int_equal(aws_client_now_ms(client), 1000000000);
    aws_client_saw_date(client, 1000001, clock_mono_ms());
    assert_int_equal(aws_client_skew_ms(client), 0);
    aws_client_saw_date(client, 1000600, clock_mono_ms());
    assert_int_equal(aws_client_skew_ms(client), 600500);
    aws_client_saw_date(client, 1000601, clock_mono_ms());
    assert_int_equal(aws_client_skew_ms(client), 600500);
    assert_int_equal(aws_client_now_ms(client), 1000600500);
    aws_client_saw_date(client, 1000000, clock_mono_ms());
    assert_int_equal(aws_client_skew_ms(client), 0);
    weir_aws_close(aws);
}

static void *use_all(void *user)
{
    weir_aws *aws = user;
    for (int k = 0; k < 200; k++) {
        struct aws_client *client = NULL;
        char account[16], region[32];
        snprintf(region, sizeof region, "eu-west-%d", k % 5);
        if (aws_client_get(aws, NULL, region, &client, NULL) != WEIR_OK)
            return user;
        aws_client_set_account(client, "123456789012");
        aws_client_account(client, account);
        aws_client_take_turn(client);
        aws_client_saw_date(client, 1000000 + k % 3 * 100, clock_mono_ms());
        aws_client_now_ms(client);
        if (aws_client_may_retry(client, false))
            aws_client_succeeded(client, true);
        struct credential credential;
        if (aws_client_credential(client, NULL, -1, &credential, NULL) == WEIR_OK)
            aws_client_reject(client, credential.access_key);
    }
    return NULL;
}

static void any_thread_may_ask(void **state)
{
    (void)state;
    weir_aws *aws = open_with(&(weir_aws_options){.now = 1000000}, NULL);
    pthread_t threads[4];
    for (size_t k = 0; k < 4; k++)
        assert_int_equal(pthread_create(&threads[k], NULL, use_all, aws), 0);
    for (size_t k = 0; k < 4; k++) {
        void *bad = NULL;
        pthread_join(threads[k], &bad);
        assert_null(bad);
    }
    weir_aws_close(aws);
}

struct answer {
    enum aws_service service;
    int status;
    const char *type, *body; /* type: x-amzn-ErrorType */
    enum aws_fault kind;
    const char *code, *words;
};

static const struct answer answers[] = {
    {AWS_LOGS, 400, "", "{\"__type\":\"com.amazonaws.logs#ResourceNotFoundException\",\"message\":\"x\"}",
     AWS_NOT_FOUND, "ResourceNotFoundException", "there is no log group thing in eu-west-1 for profile prod"},
    {AWS_LOGS, 400, "", "{\"__type\":\"InvalidParameterException\",\"message\":\"bad token\"}", AWS_INVALID,
     "InvalidParameterException", "(400 InvalidParameterException): bad token"},
    {AWS_LOGS, 400, "UnrecognizedClientException:http://x", "", AWS_CREDENTIALS, "UnrecognizedClientException",
     "the credentials of profile prod (env) are refused (UnrecognizedClientException)"},
    {AWS_LOGS_STREAM, 400, "", "{\"__type\":\"LimitExceededException\"}", AWS_TOO_MANY, "LimitExceededException",
     "a limit of the account is reached"},
    {AWS_LOGS, 503, "", "", AWS_SERVER, "", "has a fault of its own (503 no code) after 3 tries"},
    {AWS_LOGS, 429, "", "", AWS_THROTTLED, "", "throttles"},
    {AWS_LOGS, 302, "", "", AWS_OTHER, "", "redirect"},
    {AWS_LOGS, 400, "", "{\"__type\":\"Evil\\u001b[31m\\nX\"}", AWS_OTHER, "Evil^[[31m^JX", "Evil^[[31m^JX"},
    {AWS_EC2, 403, "",
     "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized. User: "
     "arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: ec2:DescribeFlowLogs "
     "with an explicit deny</Message></Error></Errors><RequestID>1</RequestID></Response>",
     AWS_DENIED, "UnauthorizedOperation",
     "ec2:DoIt on thing is not allowed for arn:aws:sts::123456789012:assumed-role/r/s (UnauthorizedOperation): a "
     "policy "
     "denies it explicitly"},
    {AWS_EC2, 400, "",
     "<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code><Message>no</Message></Error></Errors>"
     "</Response>",
     AWS_NOT_FOUND, "InvalidVpcID.NotFound", "DoIt: not found in eu-west-1: no"},
    {AWS_EC2, 503, "", "<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>",
     AWS_THROTTLED, "RequestLimitExceeded", "throttles"},
    {AWS_STS, 403, "",
     "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>m</Message>"
     "</Error></ErrorResponse>",
     AWS_CREDENTIALS, "InvalidClientTokenId", "are refused"},
    {AWS_S3, 404, "", "<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code></Error>", AWS_NOT_FOUND, "NoSuchBucket",
     "there is no bucket thing"},
    {AWS_S3, 400, "", "<Error><Code>AuthorizationHeaderMalformed</Code><Region>us-west-2</Region></Error>",
     AWS_ELSEWHERE, "AuthorizationHeaderMalformed", "use --region us-west-2"},
    {AWS_S3, 400, "", "<Error><Code>AuthorizationHeaderMalformed</Code><Region>x.evil/</Region></Error>", AWS_OTHER,
     "AuthorizationHeaderMalformed", "refuses"},
    {AWS_S3, 301, "", "<Error><Code>PermanentRedirect</Code><Region>eu-westooooooooooooooooooooooo-1</Region></Error>",
     AWS_OTHER, "PermanentRedirect", "refuses"},
    {AWS_S3, 503, "", "<Error><Code>SlowDown</Code></Error>", AWS_THROTTLED, "SlowDown", "throttles"},
    {AWS_S3, 403, "", "not xml", AWS_DENIED, "", "s3:DoIt on thing is not allowed for profile prod (no code)"},
};

static void faults_are_told_apart_and_said(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_SIZE(answers); k++) {
        const struct answer *answer = &answers[k];
        struct http_response response = {.status = answer->status};
        snprintf(response.error_type, sizeof response.error_type, "%s", answer->type);
        buf_init(&response.body, 4096);
        assert_int_equal(buf_append(&response.body, answer->body, strlen(answer->body)), WEIR_OK);
        struct fault fault;
        fault_read(answer->service, &response, &fault);
        assert_int_equal(fault.kind, answer->kind);
        assert_string_equal(fault.code, answer->code);
        struct fault_context context = {.service = answer->service,
                                        .operation = "DoIt",
                                        .subject = "thing",
                                        .host = "h.example",
                                        .profile = "prod",
                                        .region = "eu-west-1",
                                        .origin = "env",
                                        .attempts = 3,
                                        .status = answer->status};
        weir_error error = {0};
        assert_int_not_equal(fault_words(&fault, &context, &error), WEIR_OK);
        assert_has(error.text, answer->words);
        buf_done(&response.body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regions_have_an_order),
        cmocka_unit_test(an_instance_knows_its_region),
        cmocka_unit_test(endpoints_have_an_order),
        cmocka_unit_test(proxies_are_read_as_the_cli_does),
        cmocka_unit_test(the_pace_is_kept_after_a_burst_of_two),
        cmocka_unit_test(retries_have_a_quota),
        cmocka_unit_test(small_differences_of_clocks_are_none),
        cmocka_unit_test(any_thread_may_ask),
        cmocka_unit_test(faults_are_told_apart_and_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
