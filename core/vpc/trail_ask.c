/* trail_ask.c - see trail_ask.h. What to ask is in the queue, under a lock that is never held while somebody waits; the
 * thread asks page by page, and each page is news. */
#include "vpc/trail_ask.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/client.h"
#include "aws/http.h"
#include "aws/logs.h"
#include "aws/lookup.h"
#include "base/clock.h"
#include "base/gate.h"
#include "base/limits.h"
#include "base/scope.h"
#include "base/wait.h"
#include "vpc/poke.h"
#include "vpc/trail_queue.h"
#include "vpc/trail_seen.h"

enum {
    NEWS_MAX = 8,
    PROGRESS_MAX = 4,      /* news in the gate beyond which progress is not told */
    PAUSE_FIRST_MS = 5000, /* after a call that failed in spite of its own retries; doubles … */
    PAUSE_DOUBLINGS = 3,   /* … so often */
    LOOK_AGAIN_MS = 60000, /* the time of day may jump: it is looked at once a minute */
    GROUP_LATE_S = 7200,   /* after its event's time a log group may still get it */
    STOPPED_S = 60,        /* how long a question that is known already does not end a stop */
};

struct trail_ask {
    weir_aws *aws;
    char *profile, *region; /* NULL = the defaults of aws */
    char *group;            /* that a trail writes to; NULL = LookupEvents is asked */
    struct gate *gate;
    int cancel[2]; /* readable once the asking must end */
    int again[2];  /* readable once there is something new to ask */
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    bool has_lock, has_thread;
    bool is_stopped;   /* denied: nothing is asked until a question comes */
    int64_t stopped_s; /* since when */
    struct trail_queue *queue;
    /* of the thread */
    struct aws_client *client;
    struct http *http;
    struct trail_seen seen;
    uint64_t requests;
    int64_t free_ms;   /* monotonic: when the next request may be sent */
    unsigned failures; /* one after the other */
};

/* What is asked now. */
struct work {
    struct trail_question question;
    uint64_t ticket;
    size_t waiting; /* that many in all have no answer yet */
};

static int64_t now_s(void)
{
    return clock_now(&(struct clock){0});
}

/* ---- telling ---- */

void trail_news_free(struct trail_news *news)
{
    for (size_t k = 0; news && k < news->n; k++)
        change_free(news->changes[k]);
    if (news)
        free(news->changes);
    free(news);
}

static void tell(struct trail_ask *ask, struct trail_news *news)
{
    news->requests = ask->requests;
    if (gate_push(ask->gate, news) != WEIR_OK)
        trail_news_free(news);
}

static void tell_progress(struct trail_ask *ask, const struct work *work)
{
    struct trail_news *news = gate_count(ask->gate) < PROGRESS_MAX ? calloc(1, sizeof *news) : NULL;
    if (!news)
        return;
    if (work->waiting > 1)
        weir_safe_format(news->words, sizeof news->words, "asking CloudTrail about %s, %zu more wait",
                         work->question.resource, work->waiting - 1);
    else
        weir_safe_format(news->words, sizeof news->words, "asking CloudTrail about %s", work->question.resource);
    news->is_idle = work->waiting == 0;
    tell(ask, news);
}

/* ---- reading a page ---- */

struct reading {
    struct trail_seen *seen;
    struct trail_news *news;
    size_t room;
    bool is_short; /* of memory */
};

static bool append(struct reading *reading, struct change *change)
{
    struct trail_news *news = reading->news;
    if (news->n == reading->room) {
        size_t room = reading->room ? 2 * reading->room : LOOKUP_PAGE;
        struct change **changes = realloc(news->changes, room * sizeof *changes);
        if (!changes)
            return false;
        news->changes = changes;
        reading->room = room;
    }
    news->changes[news->n++] = change;
    return true;
}

static bool take_change(struct change *change, void *user)
{
    struct reading *reading = user;
    if (!trail_seen_add(reading->seen, *change->id.text ? change->id.text : change->raw.text)) {
        change_free(change);
        return true;
    }
    if (append(reading, change))
        return true;
    change_free(change);
    reading->is_short = true;
    return false;
}

static weir_status read_changes(struct trail_ask *ask, const char *body, size_t len, struct trail_news *news)
{
    struct reading reading = {.seen = &ask->seen, .news = news};
    struct change_counts counts = {0};
    weir_error why = {0};
    weir_status status = change_read(body, len, take_change, &reading, &counts, &why);
    if (reading.is_short)
        return weir_fail(&news->failure, WEIR_E_NOMEM, 0, "out of memory");
    /* "nothing of it is an event": a page may be empty, and that it is a page is known already */
    if (status == WEIR_OK || status == WEIR_E_DATA)
        return WEIR_OK;
    return weir_fail(&news->failure, status, 0, "%s", why.text);
}

/* ---- asking ---- */

/* False: the asking must end. */
static bool wait_for_turn(struct trail_ask *ask)
{
    int64_t rest = ask->free_ms - clock_mono_ms();
    return wait_for(-1, ask->cancel[0], rest > 0 ? (int)rest : 0) != WAIT_CANCELED;
}

static weir_status open_client(struct trail_ask *ask, weir_error *err)
{
    weir_status status = ask->client ? WEIR_OK : aws_client_get(ask->aws, ask->profile, ask->region, &ask->client, err);
    return status != WEIR_OK || ask->http ? status : aws_client_http(ask->client, &ask->http, err);
}

static weir_status page_of_lookup(struct trail_ask *ask, const struct work *work, const char *token, char **body,
                                  size_t *len, char **next, enum aws_fault *fault, weir_error *err)
{
    const struct lookup_question question = {"ResourceName", work->question.resource, work->question.from,
                                             work->question.to};
    return lookup_events(ask->client, ask->http, &question, token, ask->cancel[0], body, len, next, fault, err);
}

/* Events of a log group lie by when they were delivered: some minutes after they happened, seldom an hour. */
static weir_status page_of_group(struct trail_ask *ask, const struct work *work, const char *token, char **body,
                                 size_t *len, char **next, enum aws_fault *fault, weir_error *err)
{
    char pattern[sizeof work->question.resource + 4];
    snprintf(pattern, sizeof pattern, "\"%s\"", work->question.resource);
    const struct logs_filter filter = {.group = ask->group,
                                       .pattern = pattern,
                                       .from_ms = work->question.from * 1000,
                                       .to_ms = (work->question.to + GROUP_LATE_S) * 1000,
                                       .token = token};
    return logs_filter_ask(ask->client, ask->http, &filter, ask->cancel[0], body, len, next, fault, err);
}

/* One request. Replaces *token by that of the next page. */
static weir_status ask_page(struct trail_ask *ask, const struct work *work, char **token, struct trail_news *news,
                            enum aws_fault *fault)
{
    AUTO(free_cleanup) char *body = NULL;
    char *next = NULL;
    size_t len = 0;
    ask->requests++;
    weir_status status = ask->group ? page_of_group(ask, work, *token, &body, &len, &next, fault, &news->failure)
                                    : page_of_lookup(ask, work, *token, &body, &len, &next, fault, &news->failure);
    ask->free_ms = clock_mono_ms() + LOOKUP_WAIT_MS;
    free(*token);
    *token = next;
    return status == WEIR_OK ? read_changes(ask, body, len, news) : status;
}

/* What came of one request. */
struct outcome {
    weir_status status;
    enum aws_fault fault;
    bool is_first, is_last; /* page */
};

static void settle_failure(struct trail_ask *ask, const struct work *work, const struct outcome *outcome)
{
    bool is_stop = outcome->fault == AWS_DENIED || !ask->http;
    if (is_stop) {
        ask->is_stopped = true;
        ask->stopped_s = now_s();
    } else if (outcome->status == WEIR_E_USAGE && outcome->is_first) {
        trail_queue_hopeless(ask->queue, work->ticket); /* it is this question that AWS refuses */
    } else {
        unsigned doublings = ask->failures < PAUSE_DOUBLINGS ? ask->failures : PAUSE_DOUBLINGS;
        ask->free_ms = clock_mono_ms() + ((int64_t)PAUSE_FIRST_MS << doublings);
        ask->failures++;
        trail_queue_failed(ask->queue, work->ticket, now_s());
    }
}

/* Tells the queue what became of a request, and the taker whether that leaves something to wait for. */
static void settle(struct trail_ask *ask, const struct work *work, const struct outcome *outcome,
                   struct trail_news *news)
{
    pthread_mutex_lock(&ask->lock);
    if (outcome->status != WEIR_OK)
        settle_failure(ask, work, outcome);
    else
        ask->failures = 0;
    if (outcome->status == WEIR_OK && outcome->is_last)
        trail_queue_answered(ask->queue, work->ticket, now_s());
    news->is_idle = ask->is_stopped || trail_queue_waiting(ask->queue) == 0;
    pthread_mutex_unlock(&ask->lock);
}

static weir_status ask_once(struct trail_ask *ask, const struct work *work, char **token, struct trail_news *news,
                            enum aws_fault *fault)
{
    *fault = AWS_OTHER;
    weir_status status = open_client(ask, &news->failure);
    return status == WEIR_OK ? ask_page(ask, work, token, news, fault) : status;
}

/* Asks one page and tells it. WEIR_AGAIN: there is a next one. */
static weir_status ask_on(struct trail_ask *ask, const struct work *work, size_t page, char **token)
{
    struct outcome outcome = {.is_first = page == 0};
    struct trail_news *news = calloc(1, sizeof *news);
    if (!news) {
        ask->free_ms = clock_mono_ms() + PAUSE_FIRST_MS;
        return WEIR_E_NOMEM;
    }
    outcome.status = ask_once(ask, work, token, news, &outcome.fault);
    if (outcome.status == WEIR_E_CANCELED) {
        trail_news_free(news);
        return WEIR_E_CANCELED;
    }
    bool is_cut = *token && page + 1 == TRAIL_PAGES_MAX;
    outcome.is_last = !*token || is_cut;
    settle(ask, work, &outcome, news);
    if (is_cut && outcome.status == WEIR_OK)
        weir_fail(&news->failure, WEIR_E_LIMIT, 0, "CloudTrail has more than %d events of %s: these are the newest",
                  TRAIL_PAGES_MAX * LOOKUP_PAGE, work->question.resource);
    tell(ask, news);
    return outcome.status == WEIR_OK && !outcome.is_last ? WEIR_AGAIN : outcome.status;
}

static weir_status ask_all(struct trail_ask *ask, const struct work *work)
{
    AUTO(free_cleanup) char *token = NULL;
    weir_status status = WEIR_AGAIN;
    if (!wait_for_turn(ask))
        return WEIR_E_CANCELED;
    tell_progress(ask, work);
    for (size_t page = 0; status == WEIR_AGAIN; page++)
        status = wait_for_turn(ask) ? ask_on(ask, work, page, &token) : WEIR_E_CANCELED;
    return status;
}

/* True: *work is to be done now. Else *wait_ms says when to look again, -1 = when something new has come. */
static bool take_work(struct trail_ask *ask, struct work *work, int *wait_ms)
{
    int64_t due = 0;
    pthread_mutex_lock(&ask->lock);
    int64_t now = now_s();
    bool has_work = !ask->is_stopped && trail_queue_next(ask->queue, now, &work->question, &work->ticket, &due);
    work->waiting = trail_queue_waiting(ask->queue);
    pthread_mutex_unlock(&ask->lock);
    int64_t ms = (due - now) * 1000;
    *wait_ms = !due ? -1 : ms < LOOK_AGAIN_MS ? (int)ms : LOOK_AGAIN_MS;
    return has_work;
}

static void *run(void *user)
{
    struct trail_ask *ask = user;
    struct work work;
    for (;;) {
        int wait_ms = -1;
        poke_drain(ask->again);
        if (take_work(ask, &work, &wait_ms)) {
            if (ask_all(ask, &work) == WEIR_E_CANCELED)
                return NULL;
        } else if (wait_for(ask->again[0], ask->cancel[0], wait_ms) == WAIT_CANCELED) {
            return NULL;
        }
    }
}

/* ---- life ---- */

static bool keep(char **out, const char *text)
{
    *out = text && *text ? strdup(text) : NULL;
    return *out || !text || !*text;
}

weir_status trail_ask_new(weir_aws *aws, const char *profile, const char *region, const char *group,
                          struct trail_ask **out, weir_error *err)
{
    struct trail_ask *ask = calloc(1, sizeof *ask);
    if (!ask)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    ask->aws = aws;
    ask->gate = gate_new(NEWS_MAX);
    ask->queue = trail_queue_new();
    ask->has_lock = pthread_mutex_init(&ask->lock, NULL) == 0;
    bool is_open = poke_open(ask->cancel) & poke_open(ask->again) & keep(&ask->profile, profile) &
                   keep(&ask->region, region) & keep(&ask->group, group) & trail_seen_init(&ask->seen);
    if (is_open && ask->has_lock && ask->queue && ask->gate)
        ask->has_thread = pthread_create(&ask->thread, NULL, run, ask) == 0;
    if (!ask->has_thread) {
        trail_ask_free(ask);
        return weir_fail(err, WEIR_E_IO, 0, "no thread or file can be opened any more: close other programs");
    }
    *out = ask;
    return WEIR_OK;
}

void trail_ask_free(struct trail_ask *ask)
{
    if (!ask)
        return;
    if (ask->has_thread) {
        gate_close(ask->gate);
        poke(ask->cancel);
        pthread_join(ask->thread, NULL);
    }
    for (struct trail_news *news; ask->gate && (news = gate_take(ask->gate));)
        trail_news_free(news);
    http_free(ask->http);
    gate_free(ask->gate);
    trail_queue_free(ask->queue);
    trail_seen_done(&ask->seen);
    poke_close(ask->cancel);
    poke_close(ask->again);
    if (ask->has_lock)
        pthread_mutex_destroy(&ask->lock);
    free(ask->profile);
    free(ask->region);
    free(ask->group);
    free(ask);
}

/* ---- the taker's side ---- */

int trail_ask_fd(const struct trail_ask *ask)
{
    return gate_fd(ask->gate);
}

struct trail_news *trail_ask_take(struct trail_ask *ask)
{
    return gate_take(ask->gate);
}

bool trail_ask_for(struct trail_ask *ask, const struct trail_question *question)
{
    pthread_mutex_lock(&ask->lock);
    int64_t now = now_s();
    enum trail_added added = trail_queue_add(ask->queue, question, now);
    if (added == TRAIL_NEW || now - ask->stopped_s >= STOPPED_S)
        ask->is_stopped = false;
    pthread_mutex_unlock(&ask->lock);
    poke(ask->again);
    return added != TRAIL_FULL;
}
