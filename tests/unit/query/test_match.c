/* Patterns that explode: each match ends soon, and says so when it could not decide. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/limits.h"
#include "query/match.h"

#define ROW_MAX_MS 250 /* 50 ms on a quiet machine */

static double now_ms(void)
{
    struct timespec at;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static const char *const evil[] = {
    "(a+)+$",
    "(a|a)+$",
    "(a*)*b",
    "(a|aa)+$",
    "([a-zA-Z]+)*$",
    "(.*a){12}$",
    "^(a+)+(b|c)$",
    "(x+x+)+y",
    "(a?){40}a{40}b",
    "((a+)*)*b",
    "(.*)*(.*)*x",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(a+a+)+b",
    "(?:a+){10,}b",
    "(.+)+\\1b",
    "(?=(a+))a*b\\1",
    "(a(?1)?a?)+b",
    "^(?:.?){500}b",
    "((a{1,30}){1,30}){1,30}b",
    "(?<=(a))(a+)+b",
    "(\\w+\\s?)+$x",
    "(a*?)*?b",
};

static void run(const char *text, bool fast, const char *subject, size_t len)
{
    struct pattern *pattern = NULL;
    size_t offset;
    char why[128];
    double before = now_ms();

    if (pattern_new((struct slice){text, strlen(text)}, fast, &pattern, &offset, why, sizeof why) != WEIR_OK)
        fail_msg("%s: %s", text, why);
    pattern_run(pattern, subject, len);
    pattern_free(pattern);
    if (now_ms() - before > ROW_MAX_MS)
        fail_msg("%s (%s): %.0f ms", text, fast ? "compiled" : "interpreted", now_ms() - before);
}

static void evil_patterns_end_soon(void **state)
{
    char subject[TEXT_MAX_BYTES];

    (void)state;
    memset(subject, 'a', sizeof subject);
    for (size_t k = 0; k < sizeof evil / sizeof *evil; k++)
        for (int fast = 0; fast < 2; fast++) {
            subject[sizeof subject - 1] = '!';
            run(evil[k], fast, subject, sizeof subject);
            run(evil[k], fast, subject, 40);
            subject[sizeof subject - 1] = 'a';
            run(evil[k], fast, subject, sizeof subject);
        }
}

static enum answer ask(const char *text, const char *subject, size_t len)
{
    struct pattern *pattern = NULL;
    size_t offset;
    char why[128];

    assert_int_equal(pattern_new((struct slice){text, strlen(text)}, true, &pattern, &offset, why, sizeof why),
                     WEIR_OK);
    enum answer answer = pattern_run(pattern, subject, len);
    pattern_free(pattern);
    return answer;
}

static void a_limit_is_undecided_and_never_no(void **state)
{
    char subject[TEXT_MAX_BYTES];

    (void)state;
    memset(subject, 'a', sizeof subject);
    subject[sizeof subject - 1] = '!';
    assert_int_equal(ask("^(a+)+(b|c)$", subject, sizeof subject), ANSWER_UNDECIDED);
    subject[sizeof subject - 1] = 'a';
    assert_int_equal(ask("(a|a)+$", subject, sizeof subject), ANSWER_YES);
    assert_int_equal(ask("^b", subject, sizeof subject), ANSWER_NO);
    assert_int_equal(ask("(?i)^A", subject, sizeof subject), ANSWER_YES);
}

static void a_pattern_cannot_lift_its_limits(void **state)
{
    static const char *const forbidden[] = {"(*UTF)a", "(*UCP)a", "a\\Cb", "(*LIMIT_MATCH=1)(", "[[:foo:]]"};
    struct pattern *pattern = NULL;
    size_t offset;
    char why[128];

    (void)state;
    for (size_t k = 0; k < sizeof forbidden / sizeof *forbidden; k++) {
        struct slice text = {forbidden[k], strlen(forbidden[k])};

        assert_int_equal(pattern_new(text, true, &pattern, &offset, why, sizeof why), WEIR_E_SYNTAX);
        assert_null(pattern);
        assert_true(*why && offset <= text.len);
    }
    char subject[TEXT_MAX_BYTES];
    memset(subject, 'a', sizeof subject);
    subject[sizeof subject - 1] = '!';
    assert_int_equal(ask("(*LIMIT_MATCH=4000000000)^(a+)+(b|c)$", subject, sizeof subject), ANSWER_UNDECIDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evil_patterns_end_soon),
        cmocka_unit_test(a_limit_is_undecided_and_never_no),
        cmocka_unit_test(a_pattern_cannot_lift_its_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
