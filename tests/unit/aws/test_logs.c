/* CloudWatch Logs without a network: bodies as botocore writes them, pages with odd events, updates of Live Tail, ARNs
 * and names that are like another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aws/logs_wire.h"
#include "base/limits.h"
#include "casefile.h"
#include "frames.h"

/* ---- bodies ---- */

static void check_body(struct buf *body, weir_status status, const char *expected)
{
    assert_int_equal(status, WEIR_OK);
    assert_int_equal(buf_append(body, "", 1), WEIR_OK);
    assert_string_equal(body->bytes, expected);
    buf_done(body);
}

static void bodies_of_filter_log_events(void **state)
{
    (void)state;
    struct buf body;
    buf_init(&body, ANSWER_MAX_BYTES);
    struct logs_filter filter = {.group = "/vpc/flow", .from_ms = 1, .to_ms = 1788266096000};
    check_body(&body, logs_filter_body(&filter, &body, NULL),
               "{\"logGroupName\":\"/vpc/flow\",\"startTime\":1,\"endTime\":1788266096000,\"limit\":10000}");
    filter.stream_prefix = "eni-\"\\";
    filter.pattern = "[..., action=\"REJECT\", status]";
    filter.token = "tok/+=";
    filter.limit = 5;
    check_body(&body, logs_filter_body(&filter, &body, NULL),
               "{\"logGroupName\":\"/vpc/flow\",\"logStreamNamePrefix\":\"eni-\\\"\\\\\",\"startTime\":1,"
               "\"endTime\":1788266096000,\"filterPattern\":\"[..., action=\\\"REJECT\\\", status]\","
               "\"nextToken\":\"tok/+=\",\"limit\":5}");
    filter = (struct logs_filter){.group = "arn:aws:logs:us-east-1:123456789012:log-group:/vpc/flow:*", .to_ms = 2};
    check_body(&body, logs_filter_body(&filter, &body, NULL),
               "{\"logGroupIdentifier\":\"arn:aws:logs:us-east-1:123456789012:log-group:/vpc/flow\","
               "\"startTime\":0,\"endTime\":2,\"limit\":10000}");
    filter.group = "\xff";
    weir_error err = {0};
    assert_int_equal(logs_filter_body(&filter, &body, &err), WEIR_E_USAGE);
    filter.group = "arn:\xff";
    assert_int_equal(logs_filter_body(&filter, &body, NULL), WEIR_E_USAGE);
    filter.group = "g";
    filter.pattern = "\xc3";
    assert_int_equal(logs_filter_body(&filter, &body, NULL), WEIR_E_USAGE);
    assert_int_equal(body.len, 0);
}

static void bodies_of_live_tail_and_groups(void **state)
{
    (void)state;
    struct buf body;
    buf_init(&body, ANSWER_MAX_BYTES);
    static const char *const groups[] = {"arn:aws:logs:us-east-1:1:log-group:/vpc/flow", "arn:b"};
    struct logs_tail tail = {.groups = groups, .n_groups = 1, .pattern = "REJECT"};
    check_body(&body, logs_tail_body(&tail, &body, NULL),
               "{\"logGroupIdentifiers\":[\"arn:aws:logs:us-east-1:1:log-group:/vpc/flow\"],"
               "\"logEventFilterPattern\":\"REJECT\"}");
    tail = (struct logs_tail){.groups = groups, .n_groups = 2, .stream_prefix = "eni-"};
    check_body(&body, logs_tail_body(&tail, &body, NULL),
               "{\"logGroupIdentifiers\":[\"arn:aws:logs:us-east-1:1:log-group:/vpc/flow\",\"arn:b\"],"
               "\"logStreamNamePrefixes\":[\"eni-\"]}");
    check_body(&body, logs_groups_body("/vpc", NULL, &body, NULL), "{\"logGroupNamePrefix\":\"/vpc\",\"limit\":50}");
    check_body(&body, logs_groups_body("", "t", &body, NULL), "{\"nextToken\":\"t\",\"limit\":50}");
    static const char *const broken[] = {"\xff"};
    tail = (struct logs_tail){.groups = broken, .n_groups = 1};
    assert_int_equal(logs_tail_body(&tail, &body, NULL), WEIR_E_USAGE);
}

/* ---- pages ---- */

static struct logs_page read_page(const char *text, size_t len)
{
    struct logs_page page;
    weir_error err = {0};
    assert_int_equal(logs_page_read(text, len, &page, &err), WEIR_OK);
    return page;
}

#define EVENT(id, message, time)                                                   \
    "{\"logStreamName\":\"eni-1-all\",\"timestamp\":" time ",\"message\":" message \
    ",\"ingestionTime\":7,\"eventId\":" id "}"

static void a_page_is_read(void **state)
{
    (void)state;
    static const char text[] = "{\"events\":[" EVENT("\"38\"", "\"2 1 eni\"",
                                                     "1700000000000") "],\"searchedLogStreams\":[],"
                                                                      "\"nextToken\":\"abc\",\"new\":{\"member\":[1]}}";
    struct logs_page page = read_page(text, sizeof text - 1);
    assert_int_equal(page.n, 1);
    assert_int_equal(page.unreadable, 0);
    assert_string_equal(page.next_token, "abc");
    assert_true(slice_is(page.events[0].id, SLICE("38")));
    assert_true(slice_is(page.events[0].stream, SLICE("eni-1-all")));
    assert_true(slice_is(page.events[0].message, SLICE("2 1 eni")));
    assert_true(slice_is(page.events[0].group, SLICE("")));
    assert_int_equal(page.events[0].timestamp_ms, 1700000000000);
    assert_int_equal(page.events[0].ingestion_ms, 7);
    logs_page_done(&page);
}

static void empty_pages_may_have_a_token(void **state)
{
    (void)state;
    struct logs_page page = read_page("{\"events\":[],\"nextToken\":\"t\"}", 29);
    assert_int_equal(page.n + page.unreadable, 0);
    assert_string_equal(page.next_token, "t");
    logs_page_done(&page);
    page = read_page("{}", 2);
    assert_int_equal(page.n + page.unreadable, 0);
    assert_null(page.next_token);
    logs_page_done(&page);
    page = read_page("{\"events\":[],\"nextToken\":\"\"}", 28);
    assert_null(page.next_token);
    logs_page_done(&page);
    page = read_page("{\"nextToken\":null}", 18);
    assert_null(page.next_token);
    logs_page_done(&page);
}

static void poison_event_does_not_hide_neighbours(void **state)
{
    (void)state;
    static const struct {
        struct slice event;
        bool is_readable;
    } rows[] = {
        {SLICE(EVENT("\"2\"", "\"a\\u0000b\"", "2")), true},
        {SLICE(EVENT("\"2\"", "\"\\ud800\"", "2")), true},
        {SLICE(EVENT("\"2\"", "\"\xff\x01\"", "2")), true},
        {SLICE(EVENT("\"2\"", "\"\"", "2")), true},
        {SLICE("{\"eventId\":\"2\",\"message\":\"m\",\"timestamp\":2}"), true},
        {SLICE(EVENT("\"2\"", "\"m\"", "9223372036854775808")), false},
        {SLICE(EVENT("\"2\"", "\"m\"", "1e999")), false},
        {SLICE(EVENT("\"2\"", "\"m\"", "-5")), false},
        {SLICE(EVENT("\"2\"", "\"m\"", "\"2\"")), false},
        {SLICE(EVENT("\"2\"", "7", "2")), false},
        {SLICE(EVENT("\"2\"", "null", "2")), false},
        {SLICE(EVENT("\"\"", "\"m\"", "2")), false},
        {SLICE(EVENT("2", "\"m\"", "2")), false},
        {SLICE("{\"logStreamName\":\"s\",\"message\":\"m\",\"timestamp\":2}"), false},
        {SLICE("{}"), false},
        {SLICE("[]"), false},
        {SLICE("null"), false},
        {SLICE("\"text\""), false},
        {SLICE("18446744073709551616"), false},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        char text[2048];
        int len = snprintf(text, sizeof text, "{\"events\":[%s,%.*s,%s]}", EVENT("\"1\"", "\"first\"", "1700000000001"),
                           (int)rows[k].event.len, rows[k].event.at, EVENT("\"3\"", "\"last\"", "1700000000003"));
        struct logs_page page = read_page(text, (size_t)len);
        assert_int_equal(page.n, rows[k].is_readable ? 3 : 2);
        assert_int_equal(page.unreadable, rows[k].is_readable ? 0 : 1);
        assert_true(slice_is(page.events[0].message, SLICE("first")));
        assert_true(slice_is(page.events[page.n - 1].message, SLICE("last")));
        assert_int_equal(page.events[page.n - 1].timestamp_ms, 1700000000003);
        logs_page_done(&page);
    }
}

static void pages_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",       "[]",           "null", "\"x\"", "{\"events\":{}}", "{\"events\":7}",
                                        "<xml/>", "{\"events\":["};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        struct logs_page page;
        weir_error err = {0};
        assert_int_equal(logs_page_read(texts[k], strlen(texts[k]), &page, &err), WEIR_E_DATA);
        assert_true(*err.text);
    }
}

/* ---- Live Tail ---- */

struct told {
    size_t n;
    struct {
        int what;
        size_t events;
        bool sampled;
    } at[8];
    char words[200];
};

static weir_status tell(const struct eventstream_message *message, void *user)
{
    struct told *told = user;
    struct logs_tail_update update;
    weir_error err = {0};
    assert_int_equal(logs_tail_read(message, &update, &err), WEIR_OK);
    told->at[told->n].what = (int)update.what;
    told->at[told->n].events = update.n;
    told->at[told->n++].sampled = update.sampled;
    if (update.n) {
        assert_true(slice_is(update.events[0].id, SLICE("")));
        assert_true(slice_is(update.events[0].group, SLICE("123456789012:/vpc/flow")));
        assert_int_equal(update.events[0].timestamp_ms, 1788232200000);
        assert_int_equal(update.events[0].ingestion_ms, 1788232311234);
    }
    memcpy(told->words, update.words, sizeof told->words);
    logs_tail_update_done(&update);
    return WEIR_OK;
}

static void a_session_is_read(void **state)
{
    (void)state;
    struct told told = {0};
    weir_error err = {0};
    size_t len;
    char *bytes = case_read(WEIR_CASES "/eventstream/livetail.bin", &len);
    struct eventstream *stream = eventstream_new(LIVE_MESSAGE_MAX_BYTES);
    assert_non_null(stream);
    assert_int_equal(eventstream_feed(stream, bytes, len, tell, &told, &err), WEIR_OK);
    assert_int_equal(told.n, 4);
    assert_int_equal(told.at[0].what, TAIL_IGNORED);
    assert_int_equal(told.at[1].what, TAIL_STARTED);
    assert_int_equal(told.at[2].what, TAIL_UPDATE);
    assert_int_equal(told.at[2].events, 1);
    assert_int_equal(told.at[3].what, TAIL_TIMED_OUT);
    assert_string_equal(told.words, "SessionTimeoutException: Session timed out");
    eventstream_free(stream);
    free(bytes);
}

static struct eventstream_message message_of(const char *type, const char *event, const char *payload)
{
    return (struct eventstream_message){.message_type = slice_of(type),
                                        .event_type = slice_of(event),
                                        .content_type = SLICE(""),
                                        .error_message = SLICE(""),
                                        .payload = slice_of(payload)};
}

static void updates_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *type, *event, *payload;
        int what;
        const char *words;
    } rows[] = {
        {"event", "sessionUpdate", "{\"sessionMetadata\":{\"sampled\":true},\"sessionResults\":[]}", TAIL_UPDATE, ""},
        {"event", "sessionUpdate", "{}", TAIL_UPDATE, ""},
        {"event", "somethingNew", "not json", TAIL_IGNORED, ""},
        {"novelty", "sessionUpdate", "{}", TAIL_IGNORED, ""},
        {"", "", "", TAIL_IGNORED, ""},
        {"exception", "SessionStreamingException", "{\"Message\":\"a\\u001b[31mb\"}", TAIL_FAILED,
         "SessionStreamingException: a^[[31mb"},
        {"exception", "SessionTimeoutException", "not json", TAIL_TIMED_OUT, "SessionTimeoutException"},
        {"error", "InternalFailure", "", TAIL_FAILED, "InternalFailure"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct eventstream_message message = message_of(rows[k].type, rows[k].event, rows[k].payload);
        struct logs_tail_update update;
        assert_int_equal(logs_tail_read(&message, &update, NULL), WEIR_OK);
        assert_int_equal(update.what, rows[k].what);
        assert_string_equal(update.words, rows[k].words);
        assert_int_equal(update.sampled, k == 0);
        logs_tail_update_done(&update);
    }
    struct logs_tail_update update;
    struct eventstream_message message = message_of("error", "Code", "{\"message\":\"not this\"}");
    message.error_message = SLICE("this");
    assert_int_equal(logs_tail_read(&message, &update, NULL), WEIR_OK);
    assert_string_equal(update.words, "Code: this");
    logs_tail_update_done(&update);
    message = message_of("event", "sessionUpdate", "{\"sessionResults\":[");
    assert_int_equal(logs_tail_read(&message, &update, NULL), WEIR_E_DATA);
    message = message_of("event", "sessionUpdate", "{\"sessionResults\":7}");
    assert_int_equal(logs_tail_read(&message, &update, NULL), WEIR_E_DATA);
}

static void a_poisoned_update_keeps_its_neighbours(void **state)
{
    (void)state;
    struct eventstream_message message = message_of("event", "sessionUpdate",
                                                    "{\"sessionResults\":[{\"message\":\"a\",\"timestamp\":1},{},"
                                                    "{\"message\":\"\\ud800\",\"timestamp\":18446744073709551616},"
                                                    "{\"message\":\"b\",\"timestamp\":2}]}");
    struct logs_tail_update update;
    assert_int_equal(logs_tail_read(&message, &update, NULL), WEIR_OK);
    assert_int_equal(update.n, 2);
    assert_int_equal(update.unreadable, 2);
    assert_true(slice_is(update.events[1].message, SLICE("b")));
    assert_int_equal(update.events[1].ingestion_ms, -1);
    logs_tail_update_done(&update);
}

/* ---- groups ---- */

static void arns_have_parts(void **state)
{
    (void)state;
    static const struct {
        const char *arn, *region, *account, *name;
    } rows[] = {
        {"arn:aws:logs:eu-west-1:123456789012:log-group:/vpc/flow", "eu-west-1", "123456789012", "/vpc/flow"},
        {"arn:aws:logs:eu-west-1:123456789012:log-group:/vpc/flow:*", "eu-west-1", "123456789012", "/vpc/flow"},
        {"arn:aws-cn:logs:cn-north-1:123456789012:log-group:a", "cn-north-1", "123456789012", "a"},
        {"/vpc/flow", NULL, NULL, NULL},
        {"arn", NULL, NULL, NULL},
        {"", NULL, NULL, NULL},
        {"arn:aws:logs:eu-west-1:123456789012:log-group:", NULL, NULL, NULL},
        {"arn:aws:logs:eu-west-1::log-group:a", NULL, NULL, NULL},
        {"arn:aws:logs::123456789012:log-group:a", NULL, NULL, NULL},
        {"arn:aws:s3:eu-west-1:123456789012:log-group:a", NULL, NULL, NULL},
        {"arn:gcp:logs:eu-west-1:123456789012:log-group:a", NULL, NULL, NULL},
        {"arn:aws:logs:eu-west-1:12x:log-group:a", NULL, NULL, NULL},
        {"arn:aws:logs:eu-west-1:123456789012:log-group:a:log-stream:b", NULL, NULL, NULL},
        {"arn:aws:logs:eu-west-1:12345678901234567890:log-group:a", NULL, NULL, NULL},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        char region[32], account[16], name[64];
        bool is_arn = logs_arn_parts(rows[k].arn, region, sizeof region, account, sizeof account, name, sizeof name);
        assert_int_equal(is_arn, rows[k].name != NULL);
        if (!is_arn)
            continue;
        assert_string_equal(region, rows[k].region);
        assert_string_equal(account, rows[k].account);
        assert_string_equal(name, rows[k].name);
    }
}

static void groups_are_read_and_compared(void **state)
{
    (void)state;
    static const char text[] =
        "{\"logGroups\":[{\"logGroupName\":\"/vpc/flow\",\"arn\":\"arn:1:*\",\"logGroupArn\":\"arn:1\"},"
        "{\"logGroupName\":\"/vpc/flows\",\"arn\":\"arn:2:*\"},{\"arn\":\"arn:3\"},7,"
        "{\"logGroupName\":\"/lambda/x\",\"arn\":\"arn:4\"},{\"logGroupName\":\"/vpc/fl\",\"arn\":\"arn:5\"}],"
        "\"nextToken\":\"t\"}";
    struct logs_groups groups;
    char words[64];
    assert_int_equal(logs_groups_read(text, sizeof text - 1, &groups, NULL), WEIR_OK);
    assert_int_equal(groups.n, 4);
    assert_string_equal(groups.at[0].arn, "arn:1");
    assert_string_equal(groups.at[1].arn, "arn:2");
    assert_string_equal(groups.next_token, "t");
    logs_groups_nearest(&groups, "/vpc/flowss", words, sizeof words);
    assert_string_equal(words, "/vpc/flows, /vpc/flow, /vpc/fl");
    logs_groups_nearest(&groups, "/lambda/y", words, 12);
    assert_string_equal(words, "/lambda/x");
    logs_groups_done(&groups);
    assert_int_equal(logs_groups_read("{}", 2, &groups, NULL), WEIR_OK);
    logs_groups_nearest(&groups, "a", words, sizeof words);
    assert_string_equal(words, "");
    logs_groups_done(&groups);
    assert_int_equal(logs_groups_read("[]", 2, &groups, NULL), WEIR_E_DATA);
}

static void distance_counts_letters(void **state)
{
    (void)state;
    static char longest[1000];
    assert_int_equal(logs_distance("", ""), 0);
    assert_int_equal(logs_distance("abc", ""), 3);
    assert_int_equal(logs_distance("kitten", "sitting"), 3);
    assert_int_equal(logs_distance("flow", "folw"), 2);
    memset(longest, 'x', sizeof longest - 1);
    assert_int_equal(logs_distance(longest, ""), 128);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_of_filter_log_events),
        cmocka_unit_test(bodies_of_live_tail_and_groups),
        cmocka_unit_test(a_page_is_read),
        cmocka_unit_test(empty_pages_may_have_a_token),
        cmocka_unit_test(poison_event_does_not_hide_neighbours),
        cmocka_unit_test(pages_that_are_none_are_refused),
        cmocka_unit_test(a_session_is_read),
        cmocka_unit_test(updates_are_told_apart),
        cmocka_unit_test(a_poisoned_update_keeps_its_neighbours),
        cmocka_unit_test(arns_have_parts),
        cmocka_unit_test(groups_are_read_and_compared),
        cmocka_unit_test(distance_counts_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
