/* What may stand at the cursor of an unfinished filter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "weir/query.h"

static void the_place_of_the_cursor_is_known(void **state)
{
    static const struct {
        const char *text; /* up to the cursor */
        weir_expect expect;
        weir_field field;
        size_t from;
    } rows[] = {
        {"", WEIR_EXPECT_TERM, WEIR_FIELD_NONE, 0},
        {"dst", WEIR_EXPECT_TERM, WEIR_FIELD_NONE, 0},
        {"dstport", WEIR_EXPECT_TERM, WEIR_FIELD_NONE, 0},
        {"dstport ", WEIR_EXPECT_OPERATOR, WEIR_FIELD_NONE, 8},
        {"dstport n", WEIR_EXPECT_OPERATOR, WEIR_FIELD_NONE, 8},
        {"dstport not ", WEIR_EXPECT_OPERATOR, WEIR_FIELD_NONE, 12},
        {"dstport <", WEIR_EXPECT_OPERATOR, WEIR_FIELD_NONE, 8},
        {"dstport = ", WEIR_EXPECT_VALUE, WEIR_F_DSTPORT, 10},
        {"dstport=ss", WEIR_EXPECT_VALUE, WEIR_F_DSTPORT, 8},
        {"dstport = ssh", WEIR_EXPECT_VALUE, WEIR_F_DSTPORT, 10},
        {"dstport = ssh ", WEIR_EXPECT_TERM, WEIR_FIELD_NONE, 14},
        {"dstport in ", WEIR_EXPECT_VALUE, WEIR_F_DSTPORT, 11},
        {"dstport in (", WEIR_EXPECT_VALUE, WEIR_F_DSTPORT, 12},
        {"dstport in (22, ", WEIR_EXPECT_VALUE, WEIR_F_DSTPORT, 16},
        {"dstport in (22, ht", WEIR_EXPECT_VALUE, WEIR_F_DSTPORT, 16},
        {"dstport in (22 ", WEIR_EXPECT_NOTHING, WEIR_FIELD_NONE, 15},
        {"dstport in (22) a", WEIR_EXPECT_TERM, WEIR_FIELD_NONE, 16},
        {"dstport not in (22) and (act", WEIR_EXPECT_TERM, WEIR_FIELD_NONE, 25},
        {"action = R", WEIR_EXPECT_VALUE, WEIR_F_ACTION, 9},
        {"src ", WEIR_EXPECT_VALUE, WEIR_F_SRCADDR, 4},
        {"src port ", WEIR_EXPECT_VALUE, WEIR_F_SRCPORT, 9},
        {"port (22, ", WEIR_EXPECT_VALUE, WEIR_F_DSTPORT, 10},
        {"srcaddr ~ \"a", WEIR_EXPECT_NOTHING, WEIR_FIELD_NONE, 12},
        {"tcp and not ", WEIR_EXPECT_TERM, WEIR_FIELD_NONE, 12},
        {"tcp and not r", WEIR_EXPECT_TERM, WEIR_FIELD_NONE, 12},
        {"region = \"abc", WEIR_EXPECT_NOTHING, WEIR_FIELD_NONE, 13},
    };

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        weir_completion got = weir_query_expect(rows[k].text, strlen(rows[k].text));

        if (got.expect != rows[k].expect || got.field != rows[k].field || got.from != rows[k].from)
            fail_msg("\"%s\": expect %d, field %d, from %zu", rows[k].text, (int)got.expect, (int)got.field, got.from);
    }
    weir_completion past = weir_query_expect("dst", 99);
    assert_int_equal(past.from, 0);
}

struct words {
    char text[4096];
    size_t n;
};

static void collect(const char *word, const char *help, void *user)
{
    struct words *words = user;

    assert_non_null(help);
    words->n++;
    if (strlen(words->text) + strlen(word) + 2 < sizeof words->text) {
        strncat(words->text, word, sizeof words->text - strlen(words->text) - 1);
        strncat(words->text, " ", sizeof words->text - strlen(words->text) - 1);
    }
}

static void words_that_fit_are_offered(void **state)
{
    static const struct {
        const char *text, *expected; /* the beginning of what is offered */
    } rows[] = {
        {"dstp", "dstport "},
        {"ac", "account-id action ACCEPT account "},
        {"action = ", "ACCEPT REJECT "},
        {"action = r", "REJECT "},
        {"action in (ACCEPT, ", "ACCEPT REJECT "},
        {"flow-direction = ", "ingress egress "},
        {"log-status != ", "OK NODATA SKIPDATA "},
        {"srcaddr ", "= != in not in ~ !~ "},
        {"bytes <", "< <= "},
        {"srcaddr n", "not in "},
        {"dstport = ss", "ssh "},
        {"protocol = tc", "tcp "},
        {"tcp an", "and "},
        {"tcp ", "and or "},
        {"src ", "port host net "},
        {"src p", "port "},
        {"tcp-flags = ", "SYN-ACK "},
    };

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct words words = {0};

        weir_query_complete(rows[k].text, strlen(rows[k].text), collect, &words);
        if (strncmp(words.text, rows[k].expected, strlen(rows[k].expected)) != 0)
            fail_msg("\"%s\" offers %.200s", rows[k].text, words.text);
    }
}

static void every_beginning_of_a_filter_can_be_completed(void **state)
{
    static const char text[] = "not (dstport not in (22, 80) or src net 10/8) && action=REJECT and eni ~ /a\\/(b)/ || "
                               "start in 13:00-13:10 !tcp region = 'x' bytes>=1M";

    (void)state;
    for (size_t cursor = 0; cursor <= sizeof text; cursor++) {
        struct words words = {0};
        weir_completion got = weir_query_expect(text, cursor);

        assert_true(got.from <= cursor);
        assert_int_equal(got.field != WEIR_FIELD_NONE, got.expect == WEIR_EXPECT_VALUE);
        weir_query_complete(text, cursor, collect, &words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_place_of_the_cursor_is_known),
        cmocka_unit_test(words_that_fit_are_offered),
        cmocka_unit_test(every_beginning_of_a_filter_can_be_completed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
