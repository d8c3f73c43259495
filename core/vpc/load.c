/* load.c - threads that share one list of questions and one capture.
 *
 * Each thread has its own connection and takes the next question that nobody has taken: first the parts of part.def,
 * then each prefix list and route table that an answer has named. Pages of one question follow one another, because
 * each has the token of the next. Answers are read on the thread that got them, one at a time: a capture has no lock.
 *
 * Pace. EC2 does not count the requests of an account as CloudWatch Logs does: each action has a bucket of its own,
 * which holds 100 requests and fills by 20 a second for actions that are asked in pages (50 and 10 for the others), and
 * which all programs of the account share (docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html). So our
 * calls do not wait for the pace of the client, which is that of logs, but for one of each action: a fifth of the
 * bucket at once, then half of what flows in. What is throttled all the same is retried as everywhere. */
#include "vpc/load.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/call.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/scope.h"
#include "base/wait.h"
#include "vpc/load_wire.h"
#include "vpc/part.h"

enum {
    THREADS = 4,
    PER_S = 10,
    BURST = 20,
    SLICE_MS = 100,
    PAGE_LEAST = 5,     /* of MaxResults */
    GARBLED_MAX = 3,    /* answers to one question that make no sense, until it is given up */
    IDENTITY_MS = 5000, /* the account's number is an extra: STS may be out of reach where EC2 is not */
};

struct question {
    enum part part;
    char *of; /* NULL = the part itself; ours */
};

struct load {
    struct aws_client *client;
    int cancel;
    const struct load_tell *tell;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    struct capture *capture;
    size_t next_part;           /* of part.def, which nobody has taken yet */
    size_t next_of[PART_COUNT]; /* the same of capture_next_of() */
    size_t open[PART_COUNT];    /* questions under way */
    bool is_done[PART_COUNT];   /* all of its questions are answered */
    size_t n_open, n_of, n_answered;
    bool asked_account;
    bool stops;
    weir_error failure; /* the first one */
    char account[16];
    int64_t turn_ms[PART_COUNT];
};

/* ---- what is left ---- */

static bool is_of(enum part part)
{
    return part == PART_PREFIX_ENTRIES || part == PART_TRANSIT_ROUTES;
}

static void give_up(struct load *load, weir_status status, const char *why)
{
    load->stops = true;
    weir_fail(&load->failure, status, 0, "%s", why);
    pthread_cond_broadcast(&load->changed);
}

/* The next list or table that an answer has named; under the lock. */
static bool take_of(struct load *load, enum part part, struct question *out)
{
    const char *of = capture_next_of(load->capture, part, load->next_of[part]);
    if (!of)
        return false;
    if (load->n_of == NETWORK_LISTS_MAX) {
        capture_set_state(load->capture, part, PART_PARTIAL, "there are more of them than are asked for");
        return false;
    }
    load->next_of[part]++;
    load->n_of++;
    *out = (struct question){part, strdup(of)};
    if (!out->of)
        give_up(load, WEIR_E_NOMEM, "out of memory");
    return out->of;
}

static bool take_part(struct load *load, struct question *out)
{
    while (load->next_part < PART_COUNT && is_of((enum part)load->next_part))
        load->next_part++;
    if (load->next_part >= PART_COUNT)
        return false;
    *out = (struct question){(enum part)load->next_part++, NULL};
    return true;
}

/* Waits for a question as long as an answer may still name one. False: there is nothing left to do. */
static bool take_question(struct load *load, struct question *out)
{
    bool is_taken = false;
    pthread_mutex_lock(&load->lock);
    while (!load->stops && !is_taken) {
        is_taken =
            take_part(load, out) || take_of(load, PART_PREFIX_ENTRIES, out) || take_of(load, PART_TRANSIT_ROUTES, out);
        if (is_taken || !load->n_open)
            break;
        pthread_cond_wait(&load->changed, &load->lock);
    }
    if (is_taken) {
        load->n_open++;
        load->open[out->part]++;
    }
    pthread_mutex_unlock(&load->lock);
    return is_taken;
}

static size_t count_done(const struct load *load)
{
    size_t n = 0;
    for (int part = 0; part < PART_COUNT; part++)
        n += load->is_done[part];
    return n;
}

static void say(struct load *load, const char *words)
{
    if (load->tell)
        load->tell->tell(load->tell->user, count_done(load), PART_COUNT, words);
}

/* ---- one question ---- */

static int64_t take_turn(struct load *load, enum part part)
{
    const int64_t interval = 1000 / PER_S;
    int64_t now = clock_mono_ms();
    pthread_mutex_lock(&load->lock);
    int64_t turn = load->turn_ms[part] > now ? load->turn_ms[part] : now;
    load->turn_ms[part] = turn + interval;
    pthread_mutex_unlock(&load->lock);
    int64_t at = turn - interval * (BURST - 1);
    return at > now ? at : now;
}

static bool is_stopped(struct load *load)
{
    pthread_mutex_lock(&load->lock);
    bool stops = load->stops;
    pthread_mutex_unlock(&load->lock);
    return stops || wait_for(-1, load->cancel, 0) == WAIT_CANCELED;
}

static weir_status wait_for_turn(struct load *load, enum part part, weir_error *err)
{
    int64_t due = take_turn(load, part), rest;
    while ((rest = due - clock_mono_ms()) > 0 && !is_stopped(load))
        wait_for(-1, load->cancel, rest < SLICE_MS ? (int)rest : SLICE_MS);
    return is_stopped(load) ? weir_fail(err, WEIR_E_CANCELED, 0, "stopped") : WEIR_OK;
}

static void end_call(struct aws_call **call)
{
    aws_call_free(*call);
}

static weir_status run_call(struct load *load, struct aws_call *call, weir_error *err)
{
    char last[200] = "";
    weir_status status;
    while ((status = aws_call_run(call, SLICE_MS, load->cancel, -1, err)) == WEIR_AGAIN) {
        if (is_stopped(load))
            return weir_fail(err, WEIR_E_CANCELED, 0, "stopped");
        if (strncmp(last, aws_call_words(call), sizeof last - 1) == 0)
            continue;
        snprintf(last, sizeof last, "%s", aws_call_words(call));
        pthread_mutex_lock(&load->lock);
        say(load, last);
        pthread_mutex_unlock(&load->lock);
    }
    return status;
}

static weir_status take_answer(struct load *load, const struct question *question, const struct buf *body, char **token,
                               weir_error *err)
{
    pthread_mutex_lock(&load->lock);
    weir_status status =
        capture_add_xml(load->capture, question->part, question->of, body->bytes, body->len, token, err);
    load->n_answered += status == WEIR_OK;
    pthread_cond_broadcast(&load->changed);
    pthread_mutex_unlock(&load->lock);
    return status;
}

struct fate {
    enum aws_fault fault;
    bool not_offered; /* the region does not know the operation */
    bool unreadable;  /* an answer came that makes no sense, and nothing of it was taken */
};

/* Replaces *token by the next one. */
static weir_status ask_page(struct load *load, struct http *http, const struct question *question, int page,
                            char **token, struct fate *fate, weir_error *err)
{
    AUTO(buf_done) struct buf body;
    AUTO(end_call) struct aws_call *call = NULL;
    buf_init(&body, ANSWER_MAX_BYTES);
    weir_status status = load_body(question->part, question->of, *token, page, &body, err);
    struct aws_request request = {.service = AWS_EC2,
                                  .operation = part_get(question->part)->operation,
                                  .subject = question->of,
                                  .body = body.bytes,
                                  .body_len = body.len,
                                  .unpaced = true};
    if (status == WEIR_OK)
        status = wait_for_turn(load, question->part, err);
    if (status == WEIR_OK)
        status = aws_call_new(load->client, http, &request, &call, err);
    if (status != WEIR_OK || !call)
        return status;
    status = run_call(load, call, err);
    fate->fault = aws_call_fault(call);
    fate->not_offered =
        strcmp(aws_call_code(call), "InvalidAction") == 0 || strcmp(aws_call_code(call), "UnsupportedOperation") == 0;
    if (status != WEIR_OK)
        return status;
    char *next = NULL;
    status = take_answer(load, question, &aws_call_response(call)->body, &next, err);
    fate->unreadable = status == WEIR_E_DATA;
    if (status == WEIR_OK && next && *token && strcmp(next, *token) == 0) {
        free(next);
        return weir_fail(err, WEIR_E_DATA, 0, "%s gives the same page again and again", request.operation);
    }
    if (status == WEIR_OK) {
        free(*token);
        *token = next;
    }
    return status;
}

/* All pages. A page that is too large is asked for again with half as many items, one that something on the way
 * garbled as it was. */
static weir_status ask_pages(struct load *load, struct http *http, const struct question *question, struct fate *fate,
                             weir_error *err)
{
    AUTO(free_cleanup) char *token = NULL;
    int page = part_get(question->part)->page, garbled = 0;
    for (int n = 0; n < NETWORK_PAGES_MAX; n++) {
        weir_error why = {0};
        fate->unreadable = false;
        weir_status status = ask_page(load, http, question, page, &token, fate, &why);
        if (status == WEIR_E_LIMIT && page / 2 >= PAGE_LEAST) {
            page /= 2;
            continue;
        }
        if (fate->unreadable && ++garbled < GARBLED_MAX)
            continue;
        if (status != WEIR_OK)
            return weir_fail(err, status, 0, "%s", why.text);
        if (!token)
            return WEIR_OK;
    }
    return weir_fail(err, WEIR_E_LIMIT, 0, "%s has more than %d pages", part_get(question->part)->operation,
                     NETWORK_PAGES_MAX);
}

/* What went wrong with one question; under the lock. What would go wrong with all of them ends the loading. */
static void blame(struct load *load, enum part part, const struct fate *fate, weir_status status, const char *why)
{
    bool is_for_all = fate->fault == AWS_CREDENTIALS || fate->fault == AWS_SKEWED || status == WEIR_E_NOMEM ||
                      (fate->fault == AWS_UNREACHABLE && !load->n_answered);
    if (status == WEIR_E_CANCELED)
        give_up(load, status, "stopped");
    else if (is_for_all)
        give_up(load, status, why);
    else
        weir_fail(&load->failure, status, 0, "%s", why);
    enum part_state state = fate->fault == AWS_DENIED ? PART_DENIED : fate->not_offered ? PART_UNKNOWN : PART_FAILED;
    capture_set_state(load->capture, part, state, why);
}

/* Under the lock. A part whose lists are asked one by one is done when nothing can name another one. */
static void note_done(struct load *load)
{
    bool is_last = load->next_part >= PART_COUNT && !load->n_open;
    for (int part = 0; part < PART_COUNT; part++) {
        bool is_taken = (size_t)part < load->next_part && !load->open[part];
        bool has_more = is_of((enum part)part) &&
                        (!is_last || capture_next_of(load->capture, (enum part)part, load->next_of[part]));
        load->is_done[part] = is_taken && !has_more;
    }
}

static void answer_question(struct load *load, struct http *http, struct question *question)
{
    struct fate fate = {.fault = AWS_FINE};
    weir_error why = {0};
    weir_status status = ask_pages(load, http, question, &fate, &why);
    pthread_mutex_lock(&load->lock);
    if (status != WEIR_OK)
        blame(load, question->part, &fate, status, why.text);
    load->n_open--;
    load->open[question->part]--;
    note_done(load);
    say(load, "");
    pthread_cond_broadcast(&load->changed);
    pthread_mutex_unlock(&load->lock);
    free(question->of);
}

/* ---- who we are ---- */

/* One thread asks, and nothing depends on it. */
static void ask_account(struct load *load, struct http *http)
{
    AUTO(buf_done) struct buf body;
    AUTO(end_call) struct aws_call *call = NULL;
    char account[16];
    pthread_mutex_lock(&load->lock);
    bool is_mine = !load->asked_account;
    load->asked_account = true;
    pthread_mutex_unlock(&load->lock);
    buf_init(&body, ANSWER_MAX_BYTES);
    aws_client_account(load->client, account);
    if (!is_mine || *account || load_identity_body(&body, NULL) != WEIR_OK)
        return;
    struct aws_request request = {.service = AWS_STS,
                                  .operation = "GetCallerIdentity",
                                  .body = body.bytes,
                                  .body_len = body.len,
                                  .total_ms = IDENTITY_MS,
                                  .max_attempts = 1,
                                  .unpaced = true};
    weir_error why = {0};
    if (aws_call_new(load->client, http, &request, &call, &why) != WEIR_OK || run_call(load, call, &why) != WEIR_OK)
        return;
    const struct buf *answer = &aws_call_response(call)->body;
    load_identity_read(answer->bytes, answer->len, account);
    if (*account)
        aws_client_set_account(load->client, account);
}

/* ---- threads ---- */

static void *work(void *user)
{
    struct load *load = user;
    struct http *http = NULL;
    struct question question;
    weir_error why = {0};
    weir_status status = aws_client_http(load->client, &http, &why);
    if (status != WEIR_OK) {
        pthread_mutex_lock(&load->lock);
        give_up(load, status, why.text);
        pthread_mutex_unlock(&load->lock);
        return NULL;
    }
    while (take_question(load, &question))
        answer_question(load, http, &question);
    if (!is_stopped(load))
        ask_account(load, http);
    http_free(http);
    return NULL;
}

/* This thread is one of them, so that one is there whatever the system says. */
static void work_together(struct load *load)
{
    pthread_t threads[THREADS - 1];
    size_t n = 0;
    while (n < THREADS - 1 && pthread_create(&threads[n], NULL, work, load) == 0)
        n++;
    work(load);
    for (size_t k = 0; k < n; k++)
        pthread_join(threads[k], NULL);
}

static weir_status conclude(struct load *load, weir_error *err)
{
    char account[16];
    if (wait_for(-1, load->cancel, 0) == WAIT_CANCELED)
        return weir_fail(err, WEIR_E_CANCELED, 0, "stopped");
    if (load->stops || !load->n_answered)
        return weir_fail(err, load->failure.status, 0, "%s", load->failure.text);
    aws_client_account(load->client, account);
    capture_set_place(load->capture, aws_client_region(load->client), account, aws_client_now_ms(load->client) / 1000);
    return WEIR_OK;
}

weir_status load_network(struct aws_client *client, int cancel, const struct load_tell *tell, struct capture **out,
                         weir_error *err)
{
    struct load load = {.client = client, .cancel = cancel, .tell = tell, .capture = capture_new()};
    if (!load.capture)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    pthread_mutex_init(&load.lock, NULL);
    pthread_cond_init(&load.changed, NULL);
    work_together(&load);
    weir_status status = conclude(&load, err);
    pthread_cond_destroy(&load.changed);
    pthread_mutex_destroy(&load.lock);
    if (status == WEIR_OK)
        *out = TAKE(load.capture);
    capture_free(load.capture);
    return status;
}
