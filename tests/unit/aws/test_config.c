/* The config files of the AWS CLI: what each way of writing means, what is told of what makes no sense, and the files
 * themselves. What botocore makes of the same texts is in tests/aws/test_config.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/config.h"
#include "base/limits.h"
#include "base/scope.h"

static struct config *parse(const char *config_text, const char *credentials)
{
    struct config *config = NULL;
    weir_error err = {0};
    assert_int_equal(config_parse(config_text, strlen(config_text), credentials, strlen(credentials), &config, &err),
                     WEIR_OK);
    return config;
}

static void assert_text(const char *found, const char *expected)
{
    if (!expected) {
        assert_null(found);
        return;
    }
    assert_non_null(found);
    assert_string_equal(found, expected);
}

static const struct {
    const char *text, *profile, *key, *value;
} ways[] = {
    {"[default]\nregion = a\n", "default", "region", "a"},
    {"[default]\nregion=a", "default", "region", "a"},
    {"[profile x]\nregion = a\n", "x", "region", "a"},
    {"[profile x]\nregion = a\n", "profile x", "region", NULL},
    {"[x]\nregion = a\n", "x", "region", NULL},
    {"[profile default]\nregion = a\n", "default", "region", "a"},
    {"[profilex]\nregion = a\n", "x", "region", NULL},
    {"[ profile \t x ]\nregion = a\n", "x", "region", "a"},
    {"[profile \"a b\"]\nregion = a\n", "a b", "region", "a"},
    {"[profile 'a b']\nregion = a\n", "a b", "region", "a"},
    {"[profile \"a b']\nregion = a\n", "a b", "region", NULL},
    {"[profile X]\nregion = a\n", "x", "region", NULL},
    {"[profile x] # and more\nregion = a\n", "x", "region", "a"},
    {"\xef\xbb\xbf[default]\nregion = a\n", "default", "region", "a"},
    {"[default]\r\nregion = a\r\n\r\noutput = b\r\n", "default", "region", "a"},
    {"[default]\r\nregion = a\r\n\r\noutput = b\r\n", "default", "output", "b"},
    {"[default]\nRegion = a\n", "default", "rEGION", "a"},
    {"[default]\nregion : a=b\n", "default", "region", "a=b"},
    {"[default]\nregion =\t a b \t\n", "default", "region", "a b"},
    {"[default]\nregion = a = b\n", "default", "region", "a = b"},
    {"[default]\nregion = \"a\"\n", "default", "region", "\"a\""},
    {"# [default]\n; [default]\n[default]\n# region = b\n;region = c\nregion = a\n", "default", "region", "a"},
    {"[default]\nregion = a # b\n", "default", "region", "a # b"},
    {"[default]\nregion = a;b#c\n", "default", "region", "a;b#c"},
    {"[default]\nregion = a\n[profile x]\nregion = b\n[default]\noutput = c\n", "default", "region", "a"},
    {"[default]\nregion = a\n[profile x]\nregion = b\n[default]\noutput = c\n", "default", "output", "c"},
    {"[default]\nregion = a\n[default]\nREGION = b\n", "default", "region", "b"},
    {"[default]\nregion = a\nregion = b\n", "default", "region", "b"},
    {"[default]\nregion =\n", "default", "region", NULL},
    {"[default]\n\tregion = a\n\toutput = b\n", "default", "output", "b"},
    {"[default]\ns3 =\n  region = b\nregion = a\n", "default", "region", "a"},
    {"[default]\ns3 =\n  region = b\n", "default", "region", NULL},
    {"[default]\ns3 =\n\n  # c\n  region = b\n", "default", "region", NULL},
    {"[default]\n  s3 =\n    a = b\n  region = c\n", "default", "region", "c"},
    {"[default]\nregion = a\n  output = b\n", "default", "output", NULL},
    {"[default]\nregion = a\n  output = b\n", "default", "region", "a"},
    {"[default]\n  [profile x]\n  region = a\n", "x", "region", "a"},
    {"[default]\ns3 =\n  [profile x]\nregion = a\n", "default", "region", "a"},
    {"[default]\ns3 =\nnonsense\n  region = a\n", "default", "region", NULL},
    {"[sso-session x]\nregion = a\n", "x", "region", NULL},
    {"region = a\n[default]\n", "default", "region", NULL},
    {"[default\nregion = a\n", "default", "region", NULL},
    {"[default]\n= a\nregion = b", "default", "", NULL},
    {"", "default", "region", NULL},
    {"[default]\nregion = \xc3\xa9\n", "default", "region", "\xc3\xa9"},
};

static void ways_of_writing(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_SIZE(ways); k++) {
        struct config *config = parse(ways[k].text, "");
        const char *value = config_get(config, ways[k].profile, ways[k].key);
        if (!value != !ways[k].value)
            print_error("row %zu: %s\n", k, ways[k].text);
        assert_text(value, ways[k].value);
        config_free(config);
    }
}

static void other_sections(void **state)
{
    (void)state;
    struct config *config = parse("[services dev]\ns3 =\n  endpoint_url = http://127.0.0.1:1\n  Other = x\n"
                                  "cloudwatch_logs =\n  endpoint_url = http://127.0.0.1:2\nendpoint_url = no\n"
                                  "[sso-session \"my one\"]\nsso_region = a\n[profile dev]\nservices = dev\n",
                                  "[services dev]\ns3 =\n  endpoint_url = no\n[sso-session b]\nsso_region = no\n");
    assert_text(config_get_service(config, "dev", "s3", "endpoint_url"), "http://127.0.0.1:1");
    assert_text(config_get_service(config, "dev", "S3", "other"), "x");
    assert_text(config_get_service(config, "dev", "cloudwatch_logs", "endpoint_url"), "http://127.0.0.1:2");
    assert_text(config_get_service(config, "dev", "ec2", "endpoint_url"), NULL);
    assert_text(config_get_service(config, "other", "s3", "endpoint_url"), NULL);
    assert_text(config_get_sso_session(config, "my one", "sso_region"), "a");
    assert_text(config_get_sso_session(config, "b", "sso_region"), NULL);
    assert_true(config_has_profile(config, "dev"));
    assert_false(config_has_profile(config, "my one"));
    assert_text(config_get(config, "dev", "services"), "dev");
    config_free(config);
}

static void the_credentials_file_wins(void **state)
{
    (void)state;
    struct config *config = parse("[profile x]\nkey = config\nonly = config\nempty = config\ncredential_process = c\n"
                                  "[profile bare]\n",
                                  "[x]\nkey = credentials\nempty =\n[profile y]\nkey = y\n[z]\n");
    assert_text(config_get(config, "x", "key"), "credentials");
    assert_text(config_get(config, "x", "only"), "config");
    assert_text(config_get(config, "x", "empty"), "config");
    assert_text(config_get_config(config, "x", "key"), "config");
    assert_text(config_get_credentials(config, "x", "key"), "credentials");
    assert_text(config_get_credentials(config, "x", "credential_process"), NULL);
    assert_text(config_get(config, "y", "key"), NULL);
    assert_true(config_has_profile(config, "bare") && config_has_profile(config, "z"));
    assert_false(config_has_profile(config, "y"));
    config_free(config);
}

static void warnings_have_lines_and_no_values(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "line 1 of the config file: a key that belongs to no section",
        "line 3 of the config file: expected KEY = VALUE",
        "line 4 of the config file: expected KEY = VALUE",
        "line 7 of the config file: indented, but the key above has a value of its own",
        "line 8 of the config file: expected ']' behind the name of a section",
        "line 9 of the config file: a key that belongs to no section",
        "line 2 of the credentials file: expected KEY = VALUE",
    };
    struct config *config = parse("CANARY = CANARY\r\n[default]\r\nCANARY\033[31m\r\n=CANARY\r\n\r\nregion = a\r\n"
                                  " CANARY = CANARY\r\n[CANARY\r\nCANARY = CANARY\r\n",
                                  "[default]\nCANARY\n");
    for (size_t k = 0; k < ARRAY_SIZE(expected); k++)
        assert_text(config_warning(config, k), expected[k]);
    assert_null(config_warning(config, ARRAY_SIZE(expected)));
    config_free(config);
}

static void bytes_that_are_no_text(void **state)
{
    (void)state;
    static const char text[] = "[default]\nregion = a\0b\noutput = c\n";
    struct config *config = NULL;
    assert_int_equal(config_parse(text, sizeof text - 1, NULL, 0, &config, NULL), WEIR_OK);
    assert_text(config_get(config, "default", "region"), NULL);
    assert_text(config_get(config, "default", "output"), "c");
    assert_text(config_warning(config, 0), "line 2 of the config file: a byte that is no text");
    config_free(config);
}

static void what_grows_has_an_end(void **state)
{
    (void)state;
    AUTO(free_cleanup) char *text = malloc(CONFIG_MAX_BYTES + 2);
    assert_non_null(text);
    struct config *config = NULL;
    weir_error err = {0};
    memset(text, '#', CONFIG_MAX_BYTES + 1);
    assert_int_equal(config_parse(text, CONFIG_MAX_BYTES, text, CONFIG_MAX_BYTES, &config, NULL), WEIR_OK);
    config_free(config);
    config = NULL;
    assert_int_equal(config_parse(text, CONFIG_MAX_BYTES + 1, "", 0, &config, &err), WEIR_E_LIMIT);
    assert_non_null(strstr(err.text, "262144"));
    size_t len = 0, n = 1;
    memcpy(text, "[default]\n", 10);
    for (len = 10; n < CONFIG_KEYS_MAX; n++, len += 4)
        memcpy(text + len, "a=b\n", 4);
    assert_int_equal(config_parse(text, len, "", 0, &config, NULL), WEIR_OK);
    config_free(config);
    config = NULL;
    assert_int_equal(config_parse(text, len, "[a]", 3, &config, &err), WEIR_E_LIMIT);
    assert_null(config);
    for (len = 0; len + 2 <= CONFIG_MAX_BYTES; len += 2)
        memcpy(text + len, "x\n", 2);
    assert_int_equal(config_parse(text, len, "", 0, &config, NULL), WEIR_OK);
    for (n = 0; config_warning(config, n);)
        n++;
    assert_true(n > 0 && n <= 100);
    config_free(config);
    config_free(NULL);
}

/* ---- files ---- */

struct home {
    char folder[64], home[100], config[120], credentials[120];
    struct environment *environment;
};

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

/* Up to two variables more than HOME. */
static void start(struct home *home, char *more, char *other)
{
    memcpy(home->folder, "/tmp/weir-config-XXXXXX", 24);
    assert_non_null(mkdtemp(home->folder));
    snprintf(home->home, sizeof home->home, "HOME=%s", home->folder);
    snprintf(home->config, sizeof home->config, "%s/.aws", home->folder);
    assert_int_equal(mkdir(home->config, 0700), 0);
    snprintf(home->config, sizeof home->config, "%s/.aws/config", home->folder);
    snprintf(home->credentials, sizeof home->credentials, "%s/.aws/credentials", home->folder);
    char *variables[] = {home->home, more, other, NULL};
    assert_int_equal(environment_new(variables, &home->environment, NULL), WEIR_OK);
}

static void stop(struct home *home)
{
    environment_free(home->environment);
    unlink(home->config);
    rmdir(home->config);
    unlink(home->credentials);
    char *slash = strrchr(home->config, '/');
    *slash = '\0';
    rmdir(home->config);
    assert_int_equal(rmdir(home->folder), 0);
}

static void files_are_read(void **state)
{
    (void)state;
    struct home home;
    struct config *config = NULL;
    start(&home, NULL, NULL);
    assert_int_equal(config_read(home.environment, &config, NULL), WEIR_OK);
    assert_false(config_has_profile(config, "default"));
    assert_null(config_warning(config, 0));
    assert_string_equal(config_path(config, false), home.config);
    assert_string_equal(config_path(config, true), home.credentials);
    config_free(config);
    write_file(home.config, "[default]\nregion = a\n", 0644);
    write_file(home.credentials, "[default]\naws_access_key_id = b\n", 0600);
    assert_int_equal(config_read(home.environment, &config, NULL), WEIR_OK);
    assert_text(config_get(config, "default", "region"), "a");
    assert_text(config_get(config, "default", "aws_access_key_id"), "b");
    assert_null(config_warning(config, 0));
    config_free(config);
    stop(&home);
}

static void variables_name_files(void **state)
{
    (void)state;
    struct home home;
    struct config *config = NULL;
    char a[] = "AWS_CONFIG_FILE=~/.aws/credentials", b[] = "AWS_SHARED_CREDENTIALS_FILE=/nonexistent/\033x";
    start(&home, a, b);
    write_file(home.credentials, "[profile x]\nregion = a\n", 0600);
    assert_int_equal(config_read(home.environment, &config, NULL), WEIR_OK);
    assert_text(config_get(config, "x", "region"), "a");
    assert_string_equal(config_path(config, false), home.credentials);
    assert_null(strchr(config_path(config, true), '\033'));
    assert_non_null(strstr(config_path(config, true), "/nonexistent/"));
    config_free(config);
    stop(&home);
}

static void there_may_be_no_home(void **state)
{
    (void)state;
    char *variables[] = {NULL};
    struct environment *environment = NULL;
    struct config *config = NULL;
    assert_int_equal(environment_new(variables, &environment, NULL), WEIR_OK);
    assert_int_equal(config_read(environment, &config, NULL), WEIR_OK);
    assert_string_equal(config_path(config, false), "");
    assert_string_equal(config_path(config, true), "");
    config_free(config);
    environment_free(environment);
}

/* Secrets that others may read, and programs that others may choose. */
static void others_are_told_of(void **state)
{
    (void)state;
    static const struct {
        mode_t config, credentials;
        const char *words;
    } rows[] = {
        {0600, 0600, NULL},
        {0644, 0600, NULL},
        {0644, 0640, "credentials can be read by others: chmod 600 "},
        {0644, 0604, "credentials can be read by others"},
        {0600, 0620, "credentials can be changed by others"},
        {0664, 0600, "config can be changed by others"},
        {0602, 0600, "config can be changed by others"},
    };
    struct home home;
    start(&home, NULL, NULL);
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        struct config *config = NULL;
        write_file(home.config, "[default]\n", rows[k].config);
        write_file(home.credentials, "[default]\n", rows[k].credentials);
        assert_int_equal(config_read(home.environment, &config, NULL), WEIR_OK);
        const char *warning = config_warning(config, 0);
        assert_int_equal(!warning, !rows[k].words);
        if (warning)
            assert_non_null(strstr(warning, rows[k].words));
        assert_null(config_warning(config, 1));
        config_free(config);
    }
    stop(&home);
}

static void what_cannot_be_read(void **state)
{
    (void)state;
    struct home home;
    struct config *config = NULL;
    weir_error err = {0};
    start(&home, NULL, NULL);
    assert_int_equal(mkdir(home.config, 0700), 0);
    assert_int_equal(config_read(home.environment, &config, &err), WEIR_E_IO);
    assert_non_null(strstr(err.text, home.config));
    assert_int_equal(rmdir(home.config), 0);
    write_file(home.config, "[default]\n", 0600);
    assert_int_equal(truncate(home.config, CONFIG_MAX_BYTES + 1), 0);
    assert_int_equal(config_read(home.environment, &config, &err), WEIR_E_LIMIT);
    write_file(home.config, "[default]\n", 0000);
    if (geteuid() != 0) {
        assert_int_equal(config_read(home.environment, &config, &err), WEIR_E_IO);
        assert_non_null(strstr(err.text, "cannot read"));
    }
    assert_null(config);
    stop(&home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ways_of_writing),
        cmocka_unit_test(other_sections),
        cmocka_unit_test(the_credentials_file_wins),
        cmocka_unit_test(warnings_have_lines_and_no_values),
        cmocka_unit_test(bytes_that_are_no_text),
        cmocka_unit_test(what_grows_has_an_end),
        cmocka_unit_test(files_are_read),
        cmocka_unit_test(variables_name_files),
        cmocka_unit_test(there_may_be_no_home),
        cmocka_unit_test(others_are_told_of),
        cmocka_unit_test(what_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
