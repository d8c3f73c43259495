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
static bool is_seen[CODE_COUNT];

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
    for (size_t k = 0; k < path.n; k++)
        is_seen[path.hop[k].code] = true;
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

static void test_cases(void **state)
{
    (void)state;
    static char names[CASES_MAX][64];
    static struct text text;
    size_t n = 0;
    DIR *folder = opendir(FOLDER);
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) && n < CASES_MAX;)
        if (entry->d_name[0] != '.')
            snprintf(names[n++], sizeof names[0], "%.63s", entry->d_name);
    closedir(folder);
    assert_true(n > 15 && n < CASES_MAX);
    qsort(names, n, sizeof names[0], by_name);
    for (size_t k = 0; k < n; k++) {
        text.len = 0;
        explain_case(names[k], &text);
        compare_or_write(names[k], &text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
