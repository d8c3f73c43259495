/* What is pushed, as a table; and, for random layouts, filters and records: the pattern and the rest together are the
 * filter, and the pattern drops nothing that the filter selects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "flow/block.h"
#include "pattern.h"
#include "query/program.h"
#include "query/push.h"
#include "rows.h"

#define NOW 1763900000

/* ---- the table ---- */

static const char full[] =
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start "
    "end action log-status vpc-id type";

struct expected {
    const char *filter, *pattern, *server, *rest;
};

static const struct expected table[] = {
    {"", "", "", ""},
    {"reject", "[a1,a2,a3,a4,a5,a6,a7,a8,a9,a10,a11,a12,a13=REJECT,...]", "action = REJECT", ""},
    {"reject and dstport in (22, 3389) and src 203.0.113.0/24",
     "[a1,a2,a3,a4=203.0.113.*,a5,a6,a7=22 || a7=3389,a8,a9,a10,a11,a12,a13=REJECT,...]",
     "action = REJECT and dstport in (22, 3389) and src 203.0.113.0/24", ""},
};

static void print_case(const struct expected *expected, const struct push *push)
{
    print_error("filter  %s\npattern %s\nserver  %s\nrest    %s\n", expected->filter, push->pattern, push->server,
                push->rest);
}

static void push_text(const char *filter, const struct format *layout, struct push *push)
{
    weir_query *query = NULL;
    weir_error err = {0};

    if (weir_query_parse(filter, NOW, &query, &err) != WEIR_OK)
        fail_msg("%s: %s", filter, err.text);
    assert_int_equal(push_logs(query, layout, push, &err), WEIR_OK);
    weir_query_free(query);
}

static void pushes_as_much_as_can_be_said(void **state)
{
    struct format layout;
    size_t n_wrong = 0;

    (void)state;
    assert_int_equal(format_parse(full, sizeof full - 1, &layout, NULL), WEIR_OK);
    for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
        struct push push;
        struct filter_pattern pattern;

        push_text(table[k].filter, &layout, &push);
        if (strcmp(push.pattern, table[k].pattern) != 0 || strcmp(push.server, table[k].server) != 0 ||
            strcmp(push.rest, table[k].rest) != 0) {
            print_case(&table[k], &push);
            n_wrong++;
        }
        assert_true(pattern_parse(push.pattern, &pattern));
        pattern_done(&pattern);
        push_done(&push);
    }
    assert_int_equal(n_wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pushes_as_much_as_can_be_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
