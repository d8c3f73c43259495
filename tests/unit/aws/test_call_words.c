/* test_call_words.c - what a call says while it waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aws/call_words.h"

enum { NOW = 1000000 };

static const char *said(const struct call_wait *wait)
{
    static char words[320];
    call_words(wait, NOW, words, sizeof words);
    return words;
}

static struct call_wait waiting(enum call_step step)
{
    return (struct call_wait){.step = step, .host = "logs.example", .profile = "default", .error = ""};
}

static void the_first_moments_are_quiet(void **state)
{
    (void)state;
    struct call_wait wait = waiting(STEP_ANSWER);
    wait.sent_ms = NOW - 599;
    wait.attempts = 1;
    assert_string_equal(said(&wait), "");
    wait.sent_ms = NOW - 600;
    assert_string_equal(said(&wait), "logs.example does not answer (1 s)");
}

/* Whoever looks while the next try is under way is told what became of the last one too. */
static void a_retry_still_says_why(void **state)
{
    (void)state;
    struct call_wait wait = waiting(STEP_ANSWER);
    wait.sent_ms = NOW;
    wait.attempts = 2;
    wait.retries = 1;
    wait.kind = AWS_UNREACHABLE;
    wait.error = "nobody answers at logs.example: check the network";
    assert_string_equal(said(&wait), "nobody answers at logs.example, asking again (try 2)");
    wait.step = STEP_SEND;
    assert_string_equal(said(&wait), "nobody answers at logs.example, asking again (try 2)");
    wait.step = STEP_ANSWER;
    wait.kind = AWS_THROTTLED;
    assert_string_equal(said(&wait), "logs.example throttles, asking again (try 2)");
    wait.kind = AWS_SERVER;
    wait.status = 503;
    assert_string_equal(said(&wait), "logs.example has a fault (503), asking again (try 2)");
}

static void a_pause_says_how_long(void **state)
{
    (void)state;
    struct call_wait wait = waiting(STEP_PAUSE);
    wait.kind = AWS_UNREACHABLE;
    wait.error = "nobody answers at logs.example: check the network";
    wait.due_ms = NOW + 1001;
    assert_string_equal(said(&wait), "nobody answers at logs.example, asking again in 2 s");
    wait.kind = AWS_SERVER;
    wait.status = 500;
    wait.due_ms = NOW - 5;
    assert_string_equal(said(&wait), "logs.example has a fault (500), asking again in 0 s");
}

static void a_slow_answer_is_told_by_its_size(void **state)
{
    (void)state;
    struct call_wait wait = waiting(STEP_ANSWER);
    wait.sent_ms = NOW - 2000;
    wait.took_head = true;
    wait.received = 4096;
    assert_string_equal(said(&wait), "logs.example is answering slowly (4 KiB in 2 s)");
    wait.is_stream = true;
    assert_string_equal(said(&wait), "");
}

static void turns_and_credentials_are_told(void **state)
{
    (void)state;
    struct call_wait wait = waiting(STEP_CREDENTIALS);
    assert_string_equal(said(&wait), "credentials of profile default: asking…");
    wait = waiting(STEP_SEND);
    wait.due_ms = NOW + 3000;
    assert_string_equal(said(&wait), "waiting for its turn (3 s)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_moments_are_quiet),    cmocka_unit_test(a_retry_still_says_why),
        cmocka_unit_test(a_pause_says_how_long),          cmocka_unit_test(a_slow_answer_is_told_by_its_size),
        cmocka_unit_test(turns_and_credentials_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
