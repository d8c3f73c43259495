/* Command lines: what they mean, and what is said about those that mean nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "cli/nearest.h"
#include "cli/options.h"

static weir_error err;

static weir_status parse(struct cli_options *options, const char *const *words)
{
    static char *argv[32];
    int argc = 1;
    argv[0] = (char *)(uintptr_t) "weir";
    while (words[argc - 1]) {
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
        argc++;
    }
    argv[argc] = NULL;
    memset(&err, 0, sizeof err);
    memset(options, 0, sizeof *options);
    return options_parse(argc, argv, options, &err);
}

#define PARSE(options, ...) parse(options, (const char *const[]){__VA_ARGS__, NULL})

static void assert_refused(const char *part, const char *const *words)
{
    struct cli_options options;
    weir_status status = parse(&options, words);
    assert_true(status == WEIR_E_USAGE || status == WEIR_E_SYNTAX);
    assert_int_equal(options_exit_status(status), 2);
    if (!strstr(err.text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, err.text);
    assert_null(strchr(err.text, '\n'));
}

#define REFUSED(part, ...) assert_refused(part, (const char *const[]){__VA_ARGS__, NULL})

static void sources_alone_open_the_dashboard(void **state)
{
    (void)state;
    struct cli_options options;
    assert_int_equal(PARSE(&options, "a.log", "-", "demo"), WEIR_OK);
    assert_int_equal(options.command, COMMAND_SCREEN);
    assert_int_equal(options.n_sources, 3);
    assert_string_equal(options.sources[1], "-");
    assert_int_equal(options.fps, 4);
    assert_int_equal(options.limit, 20);
    assert_int_equal(options.now_s, 0);
    options_done(&options);
}

static void the_first_word_may_be_a_command(void **state)
{
    (void)state;
    struct cli_options options;
    assert_int_equal(PARSE(&options, "-F", "print", "print"), WEIR_OK);
    assert_int_equal(options.command, COMMAND_PRINT);
    assert_int_equal(options.n_sources, 1);
    assert_string_equal(options.sources[0], "print");
    options_done(&options);
    assert_int_equal(PARSE(&options, "./print", "top"), WEIR_OK);
    assert_int_equal(options.command, COMMAND_SCREEN);
    assert_int_equal(options.n_sources, 2);
    options_done(&options);
    assert_int_equal(PARSE(&options, "--", "print", "-F"), WEIR_OK);
    assert_int_equal(options.command, COMMAND_SCREEN);
    assert_int_equal(options.n_sources, 2);
    assert_int_equal(options.follow, FOLLOW_AS_USUAL);
    options_done(&options);
}

static void top_takes_its_fields_first(void **state)
{
    (void)state;
    struct cli_options options;
    assert_int_equal(PARSE(&options, "top", "--by", "bytes", "srcaddr/24,dstport", "--limit=3", "demo"), WEIR_OK);
    assert_string_equal(options.group, "srcaddr/24,dstport");
    assert_int_equal(options.limit, 3);
    assert_int_equal(options.by, WEIR_BY_BYTES);
    assert_int_equal(options.n_sources, 1);
    options_done(&options);
    REFUSED("name a field", "top");
    REFUSED("--by packets", "top", "packets", "demo");
    REFUSED("top nonsense", "top", "nonsense", "demo");
}

static void whatif_takes_its_proposal_first(void **state)
{
    (void)state;
    struct cli_options options;
    assert_int_equal(PARSE(&options, "whatif", "-o", "jsonl", "remove sgr-1", "demo", "a.log"), WEIR_OK);
    assert_string_equal(options.proposal, "remove sgr-1");
    assert_int_equal(options.n_sources, 2);
    options_done(&options);
    assert_int_equal(PARSE(&options, "rules", "--scope", "web-1", "--unused", "demo"), WEIR_OK);
    assert_string_equal(options.scope, "web-1");
    assert_true(options.unused);
    options_done(&options);
    REFUSED("say what would be changed", "whatif");
    REFUSED("--scope", "explain", "--scope", "web-1", "demo");
    REFUSED("--limit", "rules", "--limit", "3", "demo");
}

static void what_is_no_table_is_text(void **state)
{
    (void)state;
    static const char *const commands[] = {"explain", "path", "doctor"};
    struct cli_options options;
    for (size_t k = 0; k < sizeof commands / sizeof *commands; k++) {
        assert_int_equal(PARSE(&options, commands[k], "-o", "text", "demo"), WEIR_OK);
        assert_int_equal(options.output, OUTPUT_TABLE);
        options_done(&options);
    }
    REFUSED("use -o text or -o jsonl", "explain", "-o", "csv", "demo");
    REFUSED("-o text belongs to", "print", "-o", "text", "demo");
    REFUSED("-o text belongs to", "rules", "-o", "text", "demo");
}

static void options_have_all_usual_forms(void **state)
{
    (void)state;
    struct cli_options options;
    assert_int_equal(PARSE(&options, "print", "-Ff", "reject", "-ojson", "a", "--count=5", "--timeout", "2m"), WEIR_OK);
    assert_int_equal(options.follow, FOLLOW_YES);
    assert_string_equal(options.filter, "reject");
    assert_int_equal(options.output, OUTPUT_JSONL);
    assert_int_equal(options.count, 5);
    assert_int_equal(options.timeout, 120);
    options_done(&options);
    assert_int_equal(PARSE(&options, "print", "-fport 22", "-o=csv", "a", "--no-follow"), WEIR_OK);
    assert_string_equal(options.filter, "port 22");
    assert_int_equal(options.output, OUTPUT_CSV);
    assert_int_equal(options.follow, FOLLOW_NO);
    options_done(&options);
}

static void an_option_of_print_means_print(void **state)
{
    (void)state;
    struct cli_options options;
    assert_int_equal(PARSE(&options, "-o", "csv", "--ascii", "a"), WEIR_OK);
    assert_int_equal(options.command, COMMAND_PRINT);
    options_done(&options);
    REFUSED("does not belong to the dashboard", "--limit", "3", "a");
    REFUSED("does not belong to top", "top", "srcaddr", "--count", "3", "a");
    REFUSED("does not belong to timeline", "timeline", "a", "--theme", "light");
}

static void values_are_checked(void **state)
{
    (void)state;
    REFUSED("from 1 to 60", "--fps", "0", "a");
    REFUSED("from 1 to 60", "--fps", "61", "a");
    REFUSED("expected a number", "--count", "1x", "a");
    REFUSED("expected a number", "--count", "-1", "a");
    REFUSED("expected a number", "--count", "99999999999999999999", "a");
    REFUSED("expected a size from 4M", "--memory", "1M", "a");
    REFUSED("expected a size", "--memory", "9999999999G", "a");
    REFUSED("expected a duration", "--timeout", "soon", "a");
    REFUSED("expected one of table|csv|jsonl|raw", "-o", "xml", "a");
    REFUSED("expected one of auto|always|never", "--color", "a", "a");
    REFUSED("expected a time", "--since", "when?", "a");
    REFUSED("is not before", "--since", "10m", "--until", "20m", "a");
    REFUSED("needs a value", "a", "--filter");
    REFUSED("needs a value", "a", "-f");
    REFUSED("takes no value", "--follow=yes", "a");
    REFUSED("belongs to print", "timeline", "-o", "raw", "a");
}

static void sizes_are_powers_of_1024(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t bytes;
    } rows[] = {{"4194304", 4 << 20}, {"8192k", 8 << 20}, {"256M", 256 << 20}, {"1GiB", 1 << 30}, {"64MB", 64 << 20}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct cli_options options;
        assert_int_equal(PARSE(&options, "--memory", rows[k].text, "a"), WEIR_OK);
        assert_int_equal(options.memory, rows[k].bytes);
        options_done(&options);
    }
}

static void times_count_from_now(void **state)
{
    (void)state;
    struct cli_options options;
    assert_int_equal(PARSE(&options, "--since", "-1h", "--until", "10m", "--now", "2026-11-23T13:00:00Z", "a"),
                     WEIR_OK);
    assert_int_equal(options.now_s, 1795438800);
    assert_int_equal(options.since_s, 1795438800 - 3600);
    assert_int_equal(options.until_s, 1795438800 - 600);
    options_done(&options);
}

static void a_near_miss_is_named(void **state)
{
    (void)state;
    REFUSED("unknown option --folow; did you mean --follow?", "--folow", "a");
    REFUSED("did you mean --filter?", "--flter=x", "a");
    REFUSED("did you mean --output?", "--ouptut", "csv");
    REFUSED("unknown option -theme; did you mean --theme?", "-theme", "light", "a");
    REFUSED("unknown option --zzzzzz; weir help lists them all", "--zzzzzz", "a");
    REFUSED("unknown option -Z", "-Z", "a");
}

static void filters_are_read_before_anything_is_opened(void **state)
{
    (void)state;
    REFUSED("filter: column ", "print", "-f", "dstport =", "a");
    assert_int_equal(err.status, WEIR_E_SYNTAX);
    assert_true(err.column > 0);
    struct cli_options options;
    assert_int_equal(PARSE(&options, "print", "-f", "dstport = 22", "a"), WEIR_OK);
    options_done(&options);
}

static void outside_text_is_made_visible(void **state)
{
    (void)state;
    REFUSED("^[[31m", "--\033[31mfollow\a", "a");
    for (const char *at = err.text; *at; at++)
        assert_true((unsigned char)*at >= 0x20 && *at != 0x7f);
}

static void help_has_topics(void **state)
{
    (void)state;
    struct cli_options options;
    assert_int_equal(PARSE(&options, "help", "top"), WEIR_OK);
    assert_int_equal(options.command, COMMAND_HELP);
    assert_int_equal(options.topic, COMMAND_TOP);
    options_done(&options);
    assert_int_equal(PARSE(&options, "top", "--help"), WEIR_OK);
    assert_int_equal(options.topic, COMMAND_TOP);
    assert_true(options.help);
    options_done(&options);
    REFUSED("no command nonsense", "help", "nonsense");
    REFUSED("no command csv", "help", "print", "csv");
}

static void live_sources_are_followed_on_the_screen_alone(void **state)
{
    (void)state;
    static const struct {
        const char *words[4];
        bool on_screen, in_commands;
    } rows[] = {
        {{"demo", NULL}, true, false},
        {{"demo:quiet", NULL}, true, false},
        {{"demo", "--no-follow", NULL}, false, false},
        {{"demo.log", NULL}, false, false},
        {{"a.log", NULL}, false, false},
        {{"a.log", "-F", NULL}, true, true},
        {{"cw:/vpc/flow", NULL}, true, false},
        {{"tail:/vpc/flow", "-F", NULL}, true, true},
        {{"s3://bucket/prefix", NULL}, true, false},
        {{"s3://bucket", "--no-follow", NULL}, false, false},
        {{"--log-group", "/vpc/flow", NULL}, true, false},
        {{"cwd.log", NULL}, false, false},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct cli_options options;
        assert_int_equal(parse(&options, rows[k].words), WEIR_OK);
        assert_int_equal(options_session(&options, true).follow, rows[k].on_screen);
        assert_int_equal(options_session(&options, false).follow, rows[k].in_commands);
        options_done(&options);
    }
}

static void log_groups_are_sources(void **state)
{
    (void)state;
    struct cli_options options;
    assert_int_equal(
        PARSE(&options, "--log-group", "/a?b%c", "print", "x.log", "--log-group=arn:aws:logs:r:1:log-group:g:*"),
        WEIR_OK);
    assert_int_equal(options.command, COMMAND_PRINT);
    assert_int_equal(options.n_sources, 3);
    assert_string_equal(options.sources[0], "x.log");
    assert_string_equal(options.sources[1], "cw:/a%3Fb%25c");
    assert_string_equal(options.sources[2], "cw:arn:aws:logs:r:1:log-group:g:*");
    assert_true(options_need_aws(&options) && options_are_merged(&options));
    options_done(&options);
    assert_int_equal(PARSE(&options, "--log-group", "g", "--log-stream-name-prefix", "eni-0a&b"), WEIR_OK);
    assert_int_equal(options.n_sources, 1);
    assert_string_equal(options.sources[0], "cw:g?stream=eni-0a%26b");
    assert_false(options_are_merged(&options));
    options_done(&options);
    REFUSED("belongs to --log-group", "cw:g", "--log-stream-name-prefix", "eni-0a");
    REFUSED("--log-group needs a value", "--log-group");
}

static void aws_has_the_names_of_its_own_options(void **state)
{
    (void)state;
    struct cli_options options;
    assert_int_equal(PARSE(&options, "list", "--profile", "prod", "--region=eu-west-1", "--ca-bundle", "ca.pem",
                           "--endpoint-url", "http://127.0.0.1:1", "-o", "csv"),
                     WEIR_OK);
    assert_int_equal(options.command, COMMAND_LIST);
    assert_string_equal(options.profile, "prod");
    assert_string_equal(options.region, "eu-west-1");
    assert_string_equal(options.ca_bundle, "ca.pem");
    assert_string_equal(options.endpoint_url, "http://127.0.0.1:1");
    assert_true(options_need_aws(&options));
    options_done(&options);
    assert_int_equal(PARSE(&options, "doctor", "cw:g", "-o", "jsonl"), WEIR_OK);
    assert_int_equal(options.n_sources, 1);
    options_done(&options);
    REFUSED("list: takes no source", "list", "cw:g");
    REFUSED("does not belong to list", "list", "--filter", "reject");
    REFUSED("-o table or -o jsonl", "doctor", "-o", "csv");
    REFUSED("-o raw belongs to print", "list", "-o", "raw");
    assert_int_equal(PARSE(&options, "demo", "a.log", "b.log"), WEIR_OK);
    assert_false(options_need_aws(&options));
    assert_true(options_are_merged(&options));
    options_done(&options);
    assert_int_equal(PARSE(&options, "a.log", "b.log", "-"), WEIR_OK);
    assert_false(options_are_merged(&options)); /* one after the other */
    options_done(&options);
}

static void what_a_session_is_told_of_aws(void **state)
{
    (void)state;
    struct cli_options options;
    assert_int_equal(PARSE(&options, "cw:g"), WEIR_OK);
    weir_session_options session = options_session(&options, true);
    assert_true(session.horizon_s == 0 && session.interval_s == 0 && session.newest_first);
    assert_int_equal(session.push, WEIR_PUSH_AUTO);
    assert_true(session.tail_price > 0.0099 && session.tail_price < 0.0101);
    session = options_session(&options, false);
    assert_int_equal(session.push, WEIR_PUSH_ALWAYS);
    assert_false(session.newest_first);
    options_done(&options);
    assert_int_equal(PARSE(&options, "cw:g", "--horizon", "1h30m", "--interval=15", "--push", "never", "--tail-price",
                           "0.25", "--filter-pattern", "[a, b=1]", "--yes"),
                     WEIR_OK);
    session = options_session(&options, false);
    assert_int_equal(session.horizon_s, 5400);
    assert_int_equal(session.interval_s, 15);
    assert_int_equal(session.push, WEIR_PUSH_NEVER);
    assert_true(session.tail_price == 0.25);
    assert_string_equal(session.filter_pattern, "[a, b=1]");
    assert_true(options.yes);
    options_done(&options);
    REFUSED("at most 86400 seconds", "cw:g", "--horizon", "2d");
    REFUSED("expected a duration", "cw:g", "--horizon", "5s");
    REFUSED("expected one of auto|always|never", "cw:g", "--push", "a");
}

static void prices_are_dollars(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t millionths;
    } rows[] = {{"0.01", 10000}, {"1", 1000000}, {"0", 0}, {"0.000001", 1}, {"12.5", 12500000}, {"1000", 1000000000}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct cli_options options;
        assert_int_equal(PARSE(&options, "demo", "--tail-price", rows[k].text), WEIR_OK);
        assert_int_equal(options.tail_price, rows[k].millionths);
        options_done(&options);
    }
    static const char *const bad[] = {
        "", ".5", "1,5", "-1", "1.2.3", "0.0000001", "1e3", "1000.01", "99999999999999999999"};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
        REFUSED("expected dollars, such as 0.01", "demo", "--tail-price", bad[k]);
}

static void the_nearest_name_wins(void **state)
{
    (void)state;
    struct nearest nearest = {0};
    nearest_offer(&nearest, "srcadr", 6, "dstaddr");
    nearest_offer(&nearest, "srcadr", 6, "srcaddr");
    nearest_offer(&nearest, "srcadr", 6, "srcport");
    assert_string_equal(nearest.name, "srcaddr");
    nearest = (struct nearest){0};
    nearest_offer(&nearest, "zzz", 3, "srcaddr");
    nearest_offer(&nearest, "", 0, "x");
    assert_null(nearest.name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_alone_open_the_dashboard),
        cmocka_unit_test(the_first_word_may_be_a_command),
        cmocka_unit_test(top_takes_its_fields_first),
        cmocka_unit_test(whatif_takes_its_proposal_first),
        cmocka_unit_test(what_is_no_table_is_text),
        cmocka_unit_test(options_have_all_usual_forms),
        cmocka_unit_test(an_option_of_print_means_print),
        cmocka_unit_test(values_are_checked),
        cmocka_unit_test(sizes_are_powers_of_1024),
        cmocka_unit_test(times_count_from_now),
        cmocka_unit_test(a_near_miss_is_named),
        cmocka_unit_test(filters_are_read_before_anything_is_opened),
        cmocka_unit_test(outside_text_is_made_visible),
        cmocka_unit_test(help_has_topics),
        cmocka_unit_test(live_sources_are_followed_on_the_screen_alone),
        cmocka_unit_test(log_groups_are_sources),
        cmocka_unit_test(aws_has_the_names_of_its_own_options),
        cmocka_unit_test(what_a_session_is_told_of_aws),
        cmocka_unit_test(prices_are_dollars),
        cmocka_unit_test(the_nearest_name_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
