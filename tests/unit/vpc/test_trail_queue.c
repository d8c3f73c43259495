/* What CloudTrail is asked and when, and which events were told already; the time is the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/limits.h"
#include "base/scope.h"
#include "vpc/trail_queue.h"
#include "vpc/trail_seen.h"

enum { NOON = 1788264000, MINUTE = 60 };

static struct trail_question about(const char *resource, int64_t from, int64_t to, int64_t again_until)
{
    struct trail_question question = {.from = from, .to = to, .again_until = again_until};
    snprintf(question.resource, sizeof question.resource, "%s", resource);
    return question;
}

static enum trail_added add(struct trail_queue *queue, const char *resource, int64_t from, int64_t to,
                            int64_t again_until, int64_t now)
{
    struct trail_question question = about(resource, from, to, again_until);
    return trail_queue_add(queue, &question, now);
}

/* The resource that is asked now, "" = none. */
static const char *next(struct trail_queue *queue, int64_t now, uint64_t *ticket)
{
    static struct trail_question question;
    int64_t due;
    return trail_queue_next(queue, now, &question, ticket, &due) ? question.resource : "";
}

static int64_t due(struct trail_queue *queue)
{
    struct trail_question question;
    uint64_t ticket;
    int64_t when;
    assert_false(trail_queue_next(queue, 0, &question, &ticket, &when));
    return when;
}

static void answer(struct trail_queue *queue, const char *resource, int64_t now)
{
    uint64_t ticket = 0;
    assert_string_equal(next(queue, now, &ticket), resource);
    trail_queue_answered(queue, ticket, now);
}

static void questions_are_asked_in_their_order_and_once(void **state)
{
    (void)state;
    struct trail_queue *queue = trail_queue_new();
    uint64_t ticket;
    assert_int_equal(add(queue, "sg-b", 10, 20, 0, NOON), TRAIL_NEW);
    assert_int_equal(add(queue, "sg-a", 10, 20, 0, NOON), TRAIL_NEW);
    assert_int_equal(add(queue, "sg-b", 12, 20, 0, NOON), TRAIL_KNOWN);
    assert_int_equal(trail_queue_waiting(queue), 2);
    answer(queue, "sg-b", NOON);
    assert_int_equal(add(queue, "sg-b", 10, 19, 0, NOON), TRAIL_KNOWN);
    answer(queue, "sg-a", NOON);
    assert_string_equal(next(queue, NOON + 86400, &ticket), "");
    assert_int_equal(due(queue), 0);
    assert_int_equal(add(queue, "sg-b", 10, 21, 0, NOON), TRAIL_NEW);
    answer(queue, "sg-b", NOON);
    trail_queue_free(queue);
}

static void it_is_asked_again_at_growing_distances(void **state)
{
    (void)state;
    static const int minutes[] = {1, 3, 7, 15, 30, 45, 60, 70};
    struct trail_queue *queue = trail_queue_new();
    add(queue, "sg-a", 10, 20, NOON + 70 * MINUTE, NOON);
    answer(queue, "sg-a", NOON);
    for (size_t k = 0; k < ARRAY_SIZE(minutes); k++) {
        uint64_t ticket;
        int64_t when = NOON + minutes[k] * MINUTE;
        assert_int_equal(due(queue), when);
        assert_string_equal(next(queue, when - 1, &ticket), "");
        answer(queue, "sg-a", when);
    }
    assert_int_equal(due(queue), 0);
    assert_int_equal(trail_queue_waiting(queue), 0);
    trail_queue_free(queue);
}

static void the_time_until_when_is_taken_over(void **state)
{
    (void)state;
    struct trail_queue *queue = trail_queue_new();
    add(queue, "sg-a", 10, 20, 0, NOON);
    assert_int_equal(add(queue, "sg-a", 10, 20, NOON + 2 * MINUTE, NOON), TRAIL_KNOWN);
    answer(queue, "sg-a", NOON);
    assert_int_equal(add(queue, "sg-a", 15, 16, NOON + 3 * MINUTE, NOON), TRAIL_KNOWN);
    assert_int_equal(add(queue, "sg-a", 15, 16, NOON, NOON), TRAIL_KNOWN);
    answer(queue, "sg-a", NOON + 1 * MINUTE);
    answer(queue, "sg-a", NOON + 3 * MINUTE);
    assert_int_equal(due(queue), 0);
    /* it was over: what was late then can be there by now */
    assert_int_equal(add(queue, "sg-a", 15, 16, NOON + 90 * MINUTE, NOON + 80 * MINUTE), TRAIL_NEW);
    answer(queue, "sg-a", NOON + 80 * MINUTE);
    assert_int_equal(due(queue), NOON + 82 * MINUTE);
    trail_queue_free(queue);
}

static void a_wider_question_takes_the_place_of_narrow_ones(void **state)
{
    (void)state;
    struct trail_queue *queue = trail_queue_new();
    uint64_t narrow, wide;
    add(queue, "sg-a", 10, 20, NOON + MINUTE, NOON);
    add(queue, "sg-a", 30, 40, 0, NOON);
    add(queue, "sg-b", 30, 40, 0, NOON);
    assert_string_equal(next(queue, NOON, &narrow), "sg-a");
    assert_int_equal(add(queue, "sg-a", 10, 40, 0, NOON), TRAIL_NEW);
    assert_int_equal(trail_queue_waiting(queue), 2);
    trail_queue_answered(queue, narrow, NOON); /* it was under way */
    trail_queue_failed(queue, narrow, NOON);
    trail_queue_hopeless(queue, narrow);
    answer(queue, "sg-b", NOON);
    assert_string_equal(next(queue, NOON, &wide), "sg-a");
    assert_true(wide != narrow);
    trail_queue_answered(queue, wide, NOON);
    assert_int_equal(due(queue), NOON + MINUTE);
    trail_queue_free(queue);
}

static void new_questions_come_before_old_ones(void **state)
{
    (void)state;
    struct trail_queue *queue = trail_queue_new();
    uint64_t ticket;
    add(queue, "sg-a", 10, 20, NOON + 900, NOON);
    answer(queue, "sg-a", NOON);
    add(queue, "sg-b", 10, 20, NOON + 900, NOON + 30);
    answer(queue, "sg-b", NOON + 30);
    add(queue, "sg-c", 10, 20, 0, NOON + 300);
    answer(queue, "sg-c", NOON + 300);
    assert_string_equal(next(queue, NOON + 300, &ticket), "sg-a");
    trail_queue_failed(queue, ticket, NOON + 300);
    assert_string_equal(next(queue, NOON + 300, &ticket), "sg-b");
    answer(queue, "sg-b", NOON + 300);
    answer(queue, "sg-a", NOON + 360);
    trail_queue_free(queue);
}

static void what_fails_goes_to_the_end_and_what_is_refused_is_over(void **state)
{
    (void)state;
    struct trail_queue *queue = trail_queue_new();
    uint64_t ticket;
    add(queue, "sg-a", 10, 20, NOON + 900, NOON);
    add(queue, "sg-b", 10, 20, 0, NOON);
    next(queue, NOON, &ticket);
    trail_queue_failed(queue, ticket, NOON);
    answer(queue, "sg-b", NOON);
    assert_string_equal(next(queue, NOON, &ticket), "sg-a");
    trail_queue_hopeless(queue, ticket);
    assert_int_equal(due(queue), 0);
    assert_int_equal(add(queue, "sg-a", 10, 20, NOON + 9000, NOON), TRAIL_KNOWN);
    assert_int_equal(due(queue), 0);
    assert_int_equal(add(queue, "sg-a", 10, 30, 0, NOON), TRAIL_NEW); /* another one */
    answer(queue, "sg-a", NOON);
    assert_int_equal(due(queue), 0);
    trail_queue_free(queue);
}

static void a_full_queue_takes_nothing_and_forgets_what_is_over(void **state)
{
    (void)state;
    struct trail_queue *queue = trail_queue_new();
    char name[32];
    for (int k = 0; k < TRAIL_QUESTIONS_MAX; k++) {
        snprintf(name, sizeof name, "sg-%d", k);
        assert_int_equal(add(queue, name, 10, 20, 0, NOON), TRAIL_NEW);
    }
    assert_int_equal(add(queue, "sg-more", 10, 20, 0, NOON), TRAIL_FULL);
    assert_int_equal(add(queue, "sg-7", 10, 20, NOON + 900, NOON), TRAIL_KNOWN);
    for (int k = 0; k < TRAIL_QUESTIONS_MAX; k++) {
        snprintf(name, sizeof name, "sg-%d", k);
        answer(queue, name, NOON);
    }
    for (int k = 0; k < 2 * TRAIL_QUESTIONS_KEPT; k++) {
        snprintf(name, sizeof name, "acl-%d", k);
        assert_int_equal(add(queue, name, 10, 20, 0, NOON + 1), TRAIL_NEW);
        answer(queue, name, NOON + 1);
    }
    assert_int_equal(add(queue, "sg-8", 10, 20, 0, NOON), TRAIL_NEW);   /* forgotten */
    assert_int_equal(add(queue, "sg-7", 10, 20, 0, NOON), TRAIL_KNOWN); /* is still to be asked again */
    trail_queue_free(queue);
}

static void events_are_told_once(void **state)
{
    (void)state;
    struct trail_seen seen;
    char id[32];
    assert_true(trail_seen_init(&seen));
    for (int k = 0; k < 3 * TRAIL_SEEN_MAX; k++) {
        snprintf(id, sizeof id, "%08x-0000-4000", k);
        assert_true(trail_seen_add(&seen, id));
        assert_false(trail_seen_add(&seen, id));
        snprintf(id, sizeof id, "%08x-0000-4000", k - TRAIL_SEEN_MAX + 1);
        if (k >= TRAIL_SEEN_MAX)
            assert_false(trail_seen_add(&seen, id));
    }
    assert_true(trail_seen_add(&seen, "00000000-0000-4000")); /* two generations ago */
    trail_seen_done(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_are_asked_in_their_order_and_once),
        cmocka_unit_test(it_is_asked_again_at_growing_distances),
        cmocka_unit_test(the_time_until_when_is_taken_over),
        cmocka_unit_test(a_wider_question_takes_the_place_of_narrow_ones),
        cmocka_unit_test(new_questions_come_before_old_ones),
        cmocka_unit_test(what_fails_goes_to_the_end_and_what_is_refused_is_over),
        cmocka_unit_test(a_full_queue_takes_nothing_and_forgets_what_is_over),
        cmocka_unit_test(events_are_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
