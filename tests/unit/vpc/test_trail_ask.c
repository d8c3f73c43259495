/* The thread that asks CloudTrail, with a CloudTrail and a reader of events of the test's own: what it asks, when, and
 * what it tells. Its time is the test's, and jumps to the end of each wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/client.h"
#include "aws/http.h"
#include "aws/logs.h"
#include "aws/lookup.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/scope.h"
#include "base/wait.h"
#include "vpc/trail_ask.h"

enum { NOON = 1788264000, PATIENCE_MS = 20000 };

/* ---- time ---- */

static _Atomic int64_t time_ms;

int64_t clock_mono_ms(void)
{
    return time_ms;
}

int64_t clock_now_ms(const struct clock *clock)
{
    (void)clock;
    return time_ms;
}

int64_t clock_now(const struct clock *clock)
{
    return clock_now_ms(clock) / 1000;
}

enum wait wait_for(int fd, int cancel_fd, int timeout_ms)
{
    struct pollfd fds[2] = {{.fd = cancel_fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    int n = poll(fds, 2, timeout_ms < 0 ? -1 : 0);
    if (n > 0)
        return fds[0].revents ? WAIT_CANCELED : WAIT_READY;
    time_ms += timeout_ms;
    return WAIT_TIMEOUT;
}

/* ---- CloudTrail ---- */

enum { HANG = -1 };

struct answer {
    const char *about; /* NULL = of anything */
    const char *token; /* "" = of the first page, NULL = of any */
    const char *body;  /* ids of events, a letter each */
    const char *next;  /* token */
    int status;        /* other than WEIR_OK: it fails */
    enum aws_fault fault;
    int times; /* that it is given, 0 = always */
};

static struct seen {
    char about[64];
    int64_t from, to, at_ms;
} seen[4096];
static size_t n_seen;
static struct answer answers[8];
static size_t n_answers;
static weir_status client_status;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct answer pick(const struct lookup_question *question, const char *token)
{
    for (size_t k = 0; k < n_answers; k++) {
        struct answer *one = &answers[k];
        bool is_it = (!one->about || strcmp(one->about, question->value) == 0) &&
                     (!one->token || strcmp(one->token, token ? token : "") == 0);
        if (!is_it || one->times < 0)
            continue;
        if (one->times && --one->times == 0)
            one->times = -1;
        return *one;
    }
    return (struct answer){.body = ""};
}

weir_status lookup_events(struct aws_client *client, struct http *http, const struct lookup_question *question,
                          const char *token, int cancel, char **body, size_t *len, char **next, enum aws_fault *fault,
                          weir_error *err)
{
    (void)client, (void)http;
    pthread_mutex_lock(&lock);
    struct seen *note = &seen[n_seen++ % ARRAY_SIZE(seen)];
    *note = (struct seen){.from = question->from, .to = question->to, .at_ms = time_ms};
    snprintf(note->about, sizeof note->about, "%s", question->value);
    bool is_by_name = strcmp(question->key, "ResourceName") == 0;
    struct answer answer = pick(question, token);
    pthread_mutex_unlock(&lock);
    *fault = answer.fault;
    if (answer.status == HANG) {
        struct pollfd canceled = {.fd = cancel, .events = POLLIN};
        poll(&canceled, 1, -1);
        return weir_fail(err, WEIR_E_CANCELED, 0, "stopped");
    }
    if (answer.status != WEIR_OK || !is_by_name)
        return weir_fail(err, (weir_status)answer.status, 0, "cloudtrail:LookupEvents failed");
    *body = strdup(answer.body);
    *len = strlen(answer.body);
    *next = answer.next ? strdup(answer.next) : NULL;
    return WEIR_OK;
}

weir_status logs_filter_ask(struct aws_client *client, struct http *http, const struct logs_filter *filter, int cancel,
                            char **body, size_t *len, char **next, enum aws_fault *fault, weir_error *err)
{
    (void)client, (void)http, (void)filter, (void)cancel, (void)body, (void)len, (void)next, (void)fault;
    return weir_fail(err, WEIR_E_USAGE, 0, "no log group is asked here");
}

weir_status aws_client_get(weir_aws *aws, const char *profile, const char *region, struct aws_client **out,
                           weir_error *err)
{
    (void)aws;
    assert_string_equal(profile, "prod");
    assert_null(region);
    if (client_status != WEIR_OK)
        return weir_fail(err, client_status, 0, "no region is set");
    static int any;
    *out = (struct aws_client *)&any;
    return WEIR_OK;
}

weir_status aws_client_http(struct aws_client *client, struct http **out, weir_error *err)
{
    (void)err;
    *out = (struct http *)client;
    return WEIR_OK;
}

void http_free(struct http *http)
{
    (void)http;
}

weir_status change_read(const char *bytes, size_t len, change_taker *take, void *user, struct change_counts *counts,
                        weir_error *err)
{
    *counts = (struct change_counts){.events = len};
    if (len == 0)
        return weir_fail(err, WEIR_E_DATA, 0, "no event");
    for (size_t k = 0; k < len; k++) {
        struct change *change = calloc(1, sizeof *change + 2);
        char *id = (char *)(change + 1);
        id[0] = bytes[k];
        change->id = (weir_safe){id};
        if (!take(change, user))
            break;
    }
    return WEIR_OK;
}

void change_free(struct change *change)
{
    free(change);
}

/* ---- asking ---- */

static struct trail_ask *begin(const struct answer *list, size_t n)
{
    struct trail_ask *ask = NULL;
    weir_error err = {0};
    for (size_t k = 0; k < n; k++)
        answers[k] = list[k];
    n_answers = n;
    n_seen = 0;
    time_ms = (int64_t)NOON * 1000;
    client_status = WEIR_OK;
    assert_int_equal(trail_ask_new(NULL, "prod", "", NULL, &ask, &err), WEIR_OK);
    return ask;
}

static bool ask_for(struct trail_ask *ask, const char *resource, int64_t to, int64_t again_until)
{
    struct trail_question question = {.from = 10, .to = to, .again_until = again_until};
    snprintf(question.resource, sizeof question.resource, "%s", resource);
    return trail_ask_for(ask, &question);
}

/* What was told until a moment: ids of changes in their order, the last failure, the last words. */
struct told {
    char ids[256], words[200];
    size_t n;
    bool is_idle;
    weir_error failure, last;
    uint64_t requests;
};

static void take_news(struct trail_ask *ask, struct told *told)
{
    struct pollfd fd = {.fd = trail_ask_fd(ask), .events = POLLIN};
    if (poll(&fd, 1, PATIENCE_MS) != 1)
        fail_msg("nothing is told after %zu requests", n_seen);
    for (struct trail_news *news; (news = trail_ask_take(ask)); trail_news_free(news)) {
        for (size_t k = 0; k < news->n; k++)
            told->ids[told->n++] = *news->changes[k]->id.text;
        if (*news->words)
            snprintf(told->words, sizeof told->words, "%s", news->words);
        if (news->failure.status != WEIR_OK)
            told->failure = news->failure;
        told->last = news->failure;
        told->is_idle = news->is_idle && !*news->words;
        told->requests = news->requests;
    }
}

static struct told until_idle(struct trail_ask *ask, uint64_t requests)
{
    struct told told = {0};
    while (!told.is_idle || told.requests < requests)
        take_news(ask, &told);
    assert_int_equal(told.requests, requests);
    return told;
}

static void all_pages_are_told_at_a_slow_pace(void **state)
{
    (void)state;
    static const struct answer list[] = {
        {"sg-a", "", "ed", "1", 0, AWS_FINE, 0},
        {"sg-a", "1", "", "2", 0, AWS_FINE, 0},
        {"sg-a", "2", "cb", NULL, 0, AWS_FINE, 0},
        {"sg-b", "", "xc", NULL, 0, AWS_FINE, 0},
    };
    struct trail_ask *ask = begin(list, ARRAY_SIZE(list));
    assert_true(ask_for(ask, "sg-a", 20, 0));
    struct told told = until_idle(ask, 3);
    assert_string_equal(told.ids, "edcb");
    assert_string_equal(told.words, "asking CloudTrail about sg-a");
    assert_int_equal(told.failure.status, WEIR_OK);
    assert_true(seen[0].from == 10 && seen[0].to == 20);
    assert_true(ask_for(ask, "sg-a", 15, 0));
    assert_true(ask_for(ask, "sg-b", 20, 0));
    told = until_idle(ask, 4);
    assert_string_equal(told.ids, "x"); /* c was told already */
    assert_string_equal(seen[3].about, "sg-b");
    for (size_t k = 1; k < 4; k++)
        assert_true(seen[k].at_ms - seen[k - 1].at_ms >= LOOKUP_WAIT_MS);
    trail_ask_free(ask);
}

static void late_events_are_asked_for_again(void **state)
{
    (void)state;
    static const struct answer list[] = {{"sg-a", "", "b", NULL, 0, AWS_FINE, 2}, {"sg-a", "", "ab", NULL, 0, 0, 0}};
    static const int minutes[] = {0, 1, 3, 7, 15, 30, 40};
    struct trail_ask *ask = begin(list, ARRAY_SIZE(list));
    assert_true(ask_for(ask, "sg-a", 20, NOON + 40 * 60));
    struct told told = until_idle(ask, ARRAY_SIZE(minutes));
    assert_string_equal(told.ids, "ba");
    for (size_t k = 0; k < ARRAY_SIZE(minutes); k++)
        assert_int_equal((seen[k].at_ms / 1000 - NOON) / 60, minutes[k]);
    trail_ask_free(ask);
}

static void denied_means_that_nothing_more_is_asked(void **state)
{
    (void)state;
    static const struct answer list[] = {{NULL, NULL, NULL, NULL, WEIR_E_DENIED, AWS_DENIED, 2},
                                         {"sg-a", "", "a", NULL, 0, AWS_FINE, 0}};
    struct trail_ask *ask = begin(list, ARRAY_SIZE(list));
    assert_true(ask_for(ask, "sg-a", 20, NOON + 3600));
    struct told told = until_idle(ask, 1);
    assert_int_equal(told.failure.status, WEIR_E_DENIED);
    assert_non_null(strstr(told.failure.text, "cloudtrail:LookupEvents"));
    assert_true(ask_for(ask, "sg-a", 20, NOON + 3600)); /* the same one changes nothing … */
    assert_true(ask_for(ask, "sg-b", 20, 0));           /* … another one does: one request, of the first again */
    told = until_idle(ask, 2);
    assert_int_equal(told.last.status, WEIR_E_DENIED);
    assert_string_equal(seen[1].about, "sg-a");
    time_ms += 61000;
    assert_true(ask_for(ask, "sg-b", 20, 0)); /* a minute later it may be allowed */
    while (told.requests < 4)
        take_news(ask, &told);
    assert_string_equal(told.ids, "a");
    trail_ask_free(ask);
}

static void a_failure_is_told_and_tried_again(void **state)
{
    (void)state;
    static const struct answer list[] = {
        {"sg-a", "", NULL, NULL, WEIR_E_IO, AWS_THROTTLED, 1},   {"sg-a", "", "a", "1", 0, AWS_FINE, 0},
        {"sg-a", "1", NULL, NULL, WEIR_E_USAGE, AWS_INVALID, 1}, {"sg-a", "1", "b", NULL, 0, AWS_FINE, 0},
        {"sg-b", "", NULL, NULL, WEIR_E_USAGE, AWS_INVALID, 0},
    };
    struct trail_ask *ask = begin(list, ARRAY_SIZE(list));
    assert_true(ask_for(ask, "sg-a", 20, 0));
    struct told told = until_idle(ask, 5);
    assert_int_equal(told.failure.status, WEIR_E_USAGE);
    assert_int_equal(told.last.status, WEIR_OK);
    assert_string_equal(told.ids, "ab");
    assert_true(seen[1].at_ms - seen[0].at_ms >= 5000);
    assert_true(ask_for(ask, "sg-b", 20, NOON + 86400)); /* AWS refuses it: it is given up */
    told = until_idle(ask, 6);
    assert_int_equal(told.last.status, WEIR_E_USAGE);
    assert_true(ask_for(ask, "sg-c", 20, 0));
    told = until_idle(ask, 7);
    assert_int_equal(told.last.status, WEIR_OK);
    assert_string_equal(seen[6].about, "sg-c");
    trail_ask_free(ask);
}

static void without_a_client_nothing_is_asked(void **state)
{
    (void)state;
    struct trail_ask *ask = begin(NULL, 0);
    client_status = WEIR_E_USAGE;
    assert_true(ask_for(ask, "sg-a", 20, 0));
    struct told told = until_idle(ask, 0);
    assert_int_equal(told.last.status, WEIR_E_USAGE);
    assert_string_equal(told.last.text, "no region is set");
    trail_ask_free(ask);
}

static void pages_have_an_end(void **state)
{
    (void)state;
    static const struct answer list[] = {{NULL, NULL, "a", "more", 0, AWS_FINE, 0}};
    struct trail_ask *ask = begin(list, 1);
    assert_true(ask_for(ask, "sg-a", 20, 0));
    struct told told = until_idle(ask, TRAIL_PAGES_MAX);
    assert_int_equal(told.last.status, WEIR_E_LIMIT);
    assert_string_equal(told.last.text, "CloudTrail has more than 2000 events of sg-a: these are the newest");
    assert_string_equal(told.ids, "a");
    trail_ask_free(ask);
}

static int64_t real_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void a_call_that_hangs_does_not_hold_the_end(void **state)
{
    (void)state;
    static const struct answer list[] = {{NULL, NULL, NULL, NULL, HANG, AWS_FINE, 0}};
    struct trail_ask *ask = begin(list, 1);
    struct told told = {0};
    char name[32];
    for (int k = 0; k < TRAIL_QUESTIONS_MAX; k++) {
        snprintf(name, sizeof name, "sg-%d", k);
        assert_true(ask_for(ask, name, 20, 0));
    }
    assert_false(ask_for(ask, "sg-more", 20, 0));
    assert_true(ask_for(ask, "sg-7", 20, 0));
    take_news(ask, &told);
    assert_false(told.is_idle);
    assert_non_null(strstr(told.words, "asking CloudTrail about sg-0"));
    int64_t before = real_ms();
    trail_ask_free(ask);
    assert_true(real_ms() - before < 1000); /* 200, where nobody else is busy */
}

static void news_that_nobody_takes_do_not_hold_the_end(void **state)
{
    (void)state;
    static const struct answer list[] = {{NULL, NULL, "abc", "more", 0, AWS_FINE, 0}};
    struct trail_ask *ask = begin(list, 1);
    assert_true(ask_for(ask, "sg-a", 20, 0));
    struct pollfd fd = {.fd = trail_ask_fd(ask), .events = POLLIN};
    assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
    trail_ask_free(ask);
    trail_ask_free(NULL);
    trail_news_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_pages_are_told_at_a_slow_pace),
        cmocka_unit_test(late_events_are_asked_for_again),
        cmocka_unit_test(denied_means_that_nothing_more_is_asked),
        cmocka_unit_test(a_failure_is_told_and_tried_again),
        cmocka_unit_test(without_a_client_nothing_is_asked),
        cmocka_unit_test(pages_have_an_end),
        cmocka_unit_test(a_call_that_hangs_does_not_hold_the_end),
        cmocka_unit_test(news_that_nobody_takes_do_not_hold_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
