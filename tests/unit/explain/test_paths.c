/* test_paths.c - tests/explain/paths/CASE: a network, flows, and the paths as they are drawn. UPDATE_PATHS=1 writes
 * what is drawn; read the difference as a user would. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "casefile.h"
#include "explain/draw.h"
#include "explain/hop_words.h"
#include "explain/path.h"
#include "network_text.h"

enum { NOW = 1700000000, WIDTH = 100, TEXT_MAX = 256 * 1024, CASES_MAX = 64 };

#define FOLDER WEIR_CASES "/../explain/paths"

struct text {
    char at[TEXT_MAX];
    size_t len;
};

static struct path path;

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(text->at + text->len, sizeof text->at - text->len, format, arguments);
    va_end(arguments);
    assert_true(n >= 0 && (size_t)n < sizeof text->at - text->len);
    text->len += (size_t)n;
}

static const char *way_name(enum reference_way way)
{
    static const char *const names[] = {[WAY_UNKNOWN] = "unknown",
                                        [WAY_PRIVATE] = "private",
                                        [WAY_PEERING] = "peering",
                                        [WAY_TRANSIT] = "transit gateway",
                                        [WAY_NOT_PRESERVED] = "not preserved"};
    return names[way];
}

static void put_path(struct text *text, const struct path *drawn)
{
    static weir_path_line line;
    struct words words = {0};
    weir_hop *hops = words_array(&words, drawn->n, sizeof *hops);
    for (size_t k = 0; k < drawn->n; k++)
        assert_int_equal(hop_words(&drawn->hop[k], &words, &hops[k]), WEIR_OK);
    put(text, "way %s%s%s%s\n", way_name(drawn->way), drawn->cut ? ", cut" : "", drawn->drift ? ", " : "",
        drawn->drift ? drawn->drift_words : "");
    for (size_t k = 0; hops_line(hops, drawn->n, WIDTH, k, &line); k++) {
        bool coded = line.first && line.hop->code.text[0];
        put(text, "%-2s %s%s%s%s\n", line.glyph, line.text.text, coded ? "  [" : "", coded ? line.hop->code.text : "",
            coded ? "]" : "");
    }
    words_done(&words);
}

static void explain_line(struct text *text, const char *flow_text, const struct inventory *inventory)
{
    static const struct prior nothing;
    struct flow_record record;
    struct flow flow;
    weir_error err = {0};
    put(text, "> %s\n", flow_text);
    if (flow_record_parse(flow_text, NOW, &record, &err) != WEIR_OK) {
        put(text, "! %s\n", err.text);
        return;
    }
    flow_of(&record, inventory, &nothing, NULL, &flow);
    path_of(&flow, inventory, &path);
    assert_int_equal(path.way, path_reference_way(&flow, inventory));
    put_path(text, &path);
}

static void explain_case(const char *name, struct text *text)
{
    char at[512];
    size_t len;
    snprintf(at, sizeof at, FOLDER "/%s/network.json", name);
    struct inventory *inventory = network_of_file(at);
    snprintf(at, sizeof at, FOLDER "/%s/flow.txt", name);
    char *flows = case_read(at, &len);
    char *rest = flows;
    char *flow;
    while ((flow = strsep(&rest, "\n"))) {
        if (flow[0] == '#')
            put(text, "\n%s\n", flow);
        else if (flow[0])
            explain_line(text, flow, inventory);
    }
    free(flows);
    inventory_free(inventory);
}

static void compare_or_write(const char *name, const struct text *text)
{
    char at[512];
    size_t len;
    snprintf(at, sizeof at, FOLDER "/%s/expected.txt", name);
    if (getenv("UPDATE_PATHS")) {
        FILE *file = fopen(at, "w");
        assert_non_null(file);
        fwrite(text->at, 1, text->len, file);
        fclose(file);
    }
    char *expected = case_read(at, &len);
    if (len != text->len || memcmp(expected, text->at, len) != 0)
        print_message("case %s draws:\n%s\n", name, text->at);
    assert_true(len == text->len && memcmp(expected, text->at, len) == 0);
    free(expected);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static char names[CASES_MAX][64];

static size_t list_cases(void)
{
    size_t n = 0;
    DIR *folder = opendir(FOLDER);
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) && n < CASES_MAX;)
        if (entry->d_name[0] != '.')
            snprintf(names[n++], sizeof names[0], "%.63s", entry->d_name);
    closedir(folder);
    assert_true(n > 15 && n < CASES_MAX);
    qsort(names, n, sizeof names[0], by_name);
    return n;
}

static void test_cases(void **state)
{
    (void)state;
    static struct text text;
    size_t n = list_cases();
    for (size_t k = 0; k < n; k++) {
        text.len = 0;
        explain_case(names[k], &text);
        compare_or_write(names[k], &text);
    }
}

/* ---- what holds of every path ---- */

static void check_hop(const struct hop *hop)
{
    assert_non_null(hop->id.text);
    assert_non_null(hop->name.text);
    assert_true(hop->verdict != WEIR_HOP_BLOCK || hop->code != CODE_NONE);
    if (hop->kind == HOP_ACL)
        assert_true((hop->verdict == WEIR_HOP_BLOCK) == (hop->acl.answer == ANSWER_DENY));
    if (hop->kind == HOP_GROUP && hop->verdict == WEIR_HOP_BLOCK)
        assert_int_equal(hop->group.answer, ANSWER_DENY);
    if (hop->kind == HOP_GROUP && hop->verdict == WEIR_HOP_PASS)
        assert_int_equal(hop->group.answer, ANSWER_ALLOW);
}

static void check_lines(const struct path *drawn)
{
    static weir_path_line line;
    static const int widths[] = {0, 60, 80, 1000};
    struct words words = {0};
    weir_hop *hops = words_array(&words, drawn->n, sizeof *hops);
    for (size_t k = 0; k < drawn->n; k++)
        assert_int_equal(hop_words(&drawn->hop[k], &words, &hops[k]), WEIR_OK);
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        size_t firsts = 0, cells = widths[w] < 60 ? 60 : widths[w] > 240 ? 240 : (size_t)widths[w];
        for (size_t k = 0; hops_line(hops, drawn->n, widths[w], k, &line); k++) {
            assert_true(strlen(line.text.text) + 3 <= cells);
            firsts += line.first;
        }
        assert_int_equal(firsts, drawn->n);
    }
    words_done(&words);
}

static void check_path(const struct flow_record *record, const struct inventory *inventory, const struct prior *prior)
{
    struct flow flow;
    flow_of(record, inventory, prior, NULL, &flow);
    path_of(&flow, inventory, &path);
    size_t forward = 0;
    assert_true(path.n > 0 && path.n <= PATH_HOPS_MAX);
    for (size_t k = 0; k < path.n; k++) {
        check_hop(&path.hop[k]);
        assert_true(k == 0 || path.hop[k].reply >= path.hop[k - 1].reply);
        forward += !path.hop[k].reply;
    }
    assert_true(forward > 0 && (forward < path.n || path.cut));
    assert_int_equal(path.way, path_reference_way(&flow, inventory));
}

static const char *const strangers[] = {"203.0.113.9",    "10.0.2.10",        "10.2.1.10",          "192.168.1.1",
                                        "2001:db8:ff::9", "2001:db8:1:1::10", "64:ff9b::cb00:7109", "198.51.100.20",
                                        "198.51.100.100", "169.254.169.254",  "10.0.1.255",         "100.64.0.1"};

/* Flows of one interface with every stranger, both ways, in all phases and some protocols. */
static size_t check_interface(const struct inventory *inventory, const struct vpc_interface *interface)
{
    static const int32_t protocols[] = {6, 17, 1, 58, 47};
    static const int32_t flags[] = {-1, 0, 2, 18, 4};
    static const struct prior nothing;
    size_t n = 0;
    for (size_t k = 0; k < sizeof strangers / sizeof *strangers * 100; k++) {
        struct flow_record record = {.traffic_path = (int32_t)(k % 9), .version = 5, .packets = 1, .bytes = 40};
        weir_addr other;
        assert_true(addr_parse(strangers[k / 100], strlen(strangers[k / 100]), &other));
        const weir_addr *own = &interface->addresses[k % interface->n_addresses].addr;
        bool out = k % 2;
        record.src = out ? *own : other;
        record.dst = out ? other : *own;
        record.protocol = protocols[k / 2 % 5];
        record.tcp_flags = flags[k / 10 % 5];
        record.src_port = k / 50 % 2 ? 443 : 50000;
        record.dst_port = k / 50 % 2 ? 50000 : 443;
        record.verdict = WEIR_VERDICT_REJECT;
        snprintf(record.interface_id, sizeof record.interface_id, "%s", interface->id.text);
        check_path(&record, inventory, &nothing);
        if (k % 199 == 0)
            check_lines(&path);
        n++;
    }
    return n;
}

static void test_every_path(void **state)
{
    (void)state;
    size_t checked = 0, n = list_cases();
    for (size_t k = 0; k < n; k++) {
        char at[512];
        snprintf(at, sizeof at, FOLDER "/%s/network.json", names[k]);
        struct inventory *inventory = network_of_file(at);
        const struct vpc_interface *interface;
        for (size_t i = 0; inventory && (interface = inventory_nth_interface(inventory, i)); i++)
            checked += check_interface(inventory, interface);
        inventory_free(inventory);
    }
    assert_true(checked > 50000);
}

static void test_words(void **state)
{
    (void)state;
    struct words words = {0};
    assert_string_equal(words_format(&words, "%s\x1b[31m", "a").text, "a^[[31m");
    assert_string_equal(words_format(&words, "%s", "").text, "");
    const char *long_text = words_format(&words, "%*s", 5000, "x").text;
    assert_true(strlen(long_text) < WORDS_TEXT_BYTES);
    int *numbers = words_array(&words, 10000, sizeof *numbers);
    assert_non_null(numbers);
    assert_int_equal(numbers[9999], 0);
    assert_null(words_array(&words, 0, 4));
    assert_int_equal(words_status(&words, NULL), WEIR_OK);

    weir_error err = {0};
    assert_null(words_array(&words, SIZE_MAX / 2, 4));
    assert_string_equal(words_format(&words, "lost").text, "");
    assert_int_equal(words_status(&words, &err), WEIR_E_LIMIT);
    assert_int_equal(err.status, WEIR_E_LIMIT);
    words_done(&words);
    assert_int_equal(words.bytes, 0);
    assert_string_equal(words_format(&words, "%d", 7).text, "7");
    words_done(&words);
}

static weir_safe safe_of(const char *text)
{
    return (weir_safe){text};
}

static void test_drawing(void **state)
{
    (void)state;
    static weir_path_line line;
    static char long_rule[400];
    memset(long_rule, 'r', sizeof long_rule - 1);
    weir_hop hops[] = {
        {.component = safe_of("network ACL"),
         .id = safe_of("acl-1"),
         .name = safe_of("\xe7\xb6\xb2\xe8\xb7\xaf"),
         .rule = safe_of("in #100"),
         .note = safe_of(""),
         .code = safe_of("")},
        {.component = safe_of("internet"),
         .id = safe_of(""),
         .name = safe_of(""),
         .rule = safe_of(long_rule),
         .note = safe_of("why"),
         .code = safe_of(""),
         .reply = true,
         .verdict = WEIR_HOP_BLOCK},
    };
    assert_true(hops_line(hops, 2, 80, 0, &line));
    assert_string_equal(line.text.text, "network ACL       acl-1 \xe7\xb6\xb2\xe8\xb7\xaf  in #100");
    assert_string_equal(line.glyph, "ok");
    assert_true(hops_line(hops, 2, 80, 1, &line));
    assert_null(line.hop);
    assert_string_equal(line.text.text, "reply");
    assert_true(hops_line(hops, 2, 80, 2, &line));
    assert_string_equal(line.glyph, "XX");
    size_t k = 3, letters = 0;
    for (; hops_line(hops, 2, 80, k, &line) && strchr(line.text.text, 'r'); k++) {
        assert_true(!line.first && line.hop == &hops[1]);
        letters += strlen(line.text.text) - strspn(line.text.text, " ");
    }
    assert_int_equal(letters, sizeof long_rule - 1);
    assert_string_equal(line.text.text + strspn(line.text.text, " "), "why");
    assert_false(hops_line(hops, 2, 80, k + 1, &line));
    assert_false(hops_line(hops, 0, 80, 0, &line));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_every_path),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_drawing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
