/* trail_ask.c - see trail_ask.h. The questions are shared with the taker's side under a lock; everything else belongs
 * to the thread. An event that was told once is remembered by its id, so that asking again brings only what is new. */
#include "vpc/trail_ask.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "aws/client.h"
#include "aws/lookup.h"
#include "base/clock.h"
#include "base/gate.h"
#include "base/limits.h"
#include "base/scope.h"
#include "base/wait.h"

enum { NEWS_MAX = 64, MINUTE_MS = 60 * 1000 };

/* When a question is asked again: minutes behind the time before. */
static const int again_minutes[] = {1, 2, 4, 8, 15};

struct asked {
    struct trail_question question;
    int64_t due_ms; /* monotonic; INT64_MAX = never again */
    size_t times;
};

struct trail_ask {
    weir_aws *aws;
    char *profile, *region; /* NULL = the defaults of aws */
    struct gate *gate;
    int cancel[2], wake[2]; /* pipes: the thread must end; there is a new question */
    pthread_t thread;
    bool has_thread, has_lock;

    pthread_mutex_t lock;
    struct asked asked[TRAIL_QUESTIONS_MAX];
    size_t n_asked;

    /* of the thread */
    struct http *http;
    uint64_t requests;
    uint64_t known[TRAIL_KNOWN_MAX]; /* hashes of ids, 0 = free */
    size_t n_known;
    int64_t last_ms; /* of the last request */
};

/* ---- news ---- */

void trail_news_free(struct trail_news *news)
{
    if (!news)
        return;
    for (size_t k = 0; k < news->n; k++)
        change_free(news->changes[k]);
    free(news->changes);
    free(news);
}

static void tell(struct trail_ask *ask, struct trail_news *news)
{
    news->requests = ask->requests;
    if (gate_push(ask->gate, news) != WEIR_OK)
        trail_news_free(news);
}

/* True the first time. A full table forgets: then the taker knows it by itself. */
static bool is_new(struct trail_ask *ask, const char *id)
{
    uint64_t hash = XXH3_64bits(id, strlen(id)) | 1;
    if (ask->n_known > TRAIL_KNOWN_MAX / 2) {
        memset(ask->known, 0, sizeof ask->known);
        ask->n_known = 0;
    }
    uint64_t at = hash & (TRAIL_KNOWN_MAX - 1);
    while (ask->known[at] && ask->known[at] != hash)
        at = (at + 1) & (TRAIL_KNOWN_MAX - 1);
    if (ask->known[at])
        return false;
    ask->known[at] = hash;
    ask->n_known++;
    return true;
}

struct taking {
    struct trail_ask *ask;
    struct trail_news *news;
    bool failed;
};

static bool take(struct change *change, void *user)
{
    struct taking *taking = user;
    struct trail_news *news = taking->news;
    if (!is_new(taking->ask, change->id.text)) {
        change_free(change);
        return true;
    }
    struct change **more = realloc(news->changes, (news->n + 1) * sizeof(struct change *));
    if (!more) {
        change_free(change);
        taking->failed = true;
        return false;
    }
    news->changes = more;
    news->changes[news->n++] = change;
    return true;
}

/* ---- asking ---- */

static bool wait_turn(struct trail_ask *ask)
{
    int64_t left = ask->last_ms + LOOKUP_WAIT_MS - clock_mono_ms();
    bool go = left <= 0 || wait_for(-1, ask->cancel[0], (int)left) != WAIT_CANCELED;
    ask->last_ms = clock_mono_ms();
    return go;
}

static weir_status page(struct trail_ask *ask, struct aws_client *client, const struct lookup_question *question,
                        char **token, struct trail_news *news, enum aws_fault *fault)
{
    AUTO(free_cleanup) char *body = NULL;
    char *next = NULL;
    size_t len = 0;
    struct taking taking = {ask, news, false};
    if (!wait_turn(ask))
        return WEIR_E_CANCELED;
    ask->requests++;
    weir_status status =
        lookup_events(client, ask->http, question, *token, ask->cancel[0], &body, &len, &next, fault, &news->failure);
    free(*token);
    *token = next;
    if (status != WEIR_OK)
        return status;
    struct change_counts counts = {0};
    status = change_read(body, len, take, &taking, &counts, &news->failure);
    return taking.failed ? weir_fail(&news->failure, WEIR_E_NOMEM, 0, "out of memory") : status;
}

static weir_status client_of(struct trail_ask *ask, struct aws_client **client, weir_error *err)
{
    weir_status status = aws_client_get(ask->aws, ask->profile, ask->region, client, err);
    if (status == WEIR_OK && !ask->http)
        status = aws_client_http(*client, &ask->http, err);
    return status;
}

/* All pages of one question into news. */
static weir_status ask_one(struct trail_ask *ask, const struct trail_question *asked, struct trail_news *news,
                           enum aws_fault *fault)
{
    const struct lookup_question question = {"ResourceName", asked->resource, asked->from, asked->to};
    struct aws_client *client = NULL;
    char *token = NULL;
    weir_status status = client_of(ask, &client, &news->failure);
    size_t pages = 0;
    if (status != WEIR_OK)
        return status;
    do {
        status = page(ask, client, &question, &token, news, fault);
    } while (status == WEIR_OK && token && ++pages < TRAIL_PAGES_MAX);
    free(token);
    return status;
}

static void put_words(struct trail_news *news, weir_status status, enum aws_fault fault)
{
    weir_error why = news->failure;
    news->failure.status = status;
    if (status == WEIR_OK)
        news->failure.text[0] = '\0';
    else if (fault == AWS_DENIED)
        weir_safe_format(news->failure.text, sizeof news->failure.text,
                         "CloudTrail may not be asked: the role needs cloudtrail:LookupEvents (or give a trail's files "
                         "with --changes)");
    else
        weir_safe_format(news->failure.text, sizeof news->failure.text, "CloudTrail: %.400s", why.text);
}

/* ---- which question is next ---- */

static bool next_question(struct trail_ask *ask, struct trail_question *out, int *wait_ms)
{
    int64_t now = clock_mono_ms(), soonest = INT64_MAX;
    struct asked *due = NULL;
    pthread_mutex_lock(&ask->lock);
    for (size_t k = 0; k < ask->n_asked; k++)
        if (ask->asked[k].due_ms < soonest) {
            soonest = ask->asked[k].due_ms;
            due = &ask->asked[k];
        }
    bool is_due = due && soonest <= now;
    if (is_due)
        *out = due->question;
    pthread_mutex_unlock(&ask->lock);
    int64_t left = soonest - now;
    *wait_ms = soonest == INT64_MAX ? -1 : left > MINUTE_MS ? MINUTE_MS : (int)left;
    return is_due;
}

static bool is_same(const struct trail_question *a, const struct trail_question *b)
{
    return strcmp(a->resource, b->resource) == 0 && a->from == b->from && a->to == b->to;
}

static void plan_again(struct asked *asked, bool denied)
{
    size_t last = ARRAY_SIZE(again_minutes) - 1;
    int64_t minutes = again_minutes[asked->times < last ? asked->times : last];
    int64_t due = clock_mono_ms() + minutes * MINUTE_MS;
    int64_t until_ms = (asked->question.again_until - (int64_t)time(NULL)) * 1000 + clock_mono_ms();
    asked->times++;
    asked->due_ms = denied || !asked->question.again_until || due > until_ms ? INT64_MAX : due;
}

/* True when no question waits for its first answer. */
static bool done_with(struct trail_ask *ask, const struct trail_question *question, bool denied)
{
    bool is_idle = true;
    pthread_mutex_lock(&ask->lock);
    for (size_t k = 0; k < ask->n_asked; k++) {
        if (is_same(&ask->asked[k].question, question))
            plan_again(&ask->asked[k], denied);
        is_idle = is_idle && ask->asked[k].times > 0;
    }
    pthread_mutex_unlock(&ask->lock);
    return is_idle;
}

static void drain(int fd)
{
    char bytes[64];
    while (read(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes) {
        /* all wishes until now are one */
    }
}

static void *run(void *user)
{
    struct trail_ask *ask = user;
    int wait_ms = 0;
    for (;;) {
        struct trail_question question;
        drain(ask->wake[0]);
        if (!next_question(ask, &question, &wait_ms)) {
            if (wait_for(ask->wake[0], ask->cancel[0], wait_ms) == WAIT_CANCELED)
                break;
            continue;
        }
        struct trail_news *news = calloc(1, sizeof *news);
        enum aws_fault fault = AWS_FINE;
        if (!news)
            break;
        weir_status status = ask_one(ask, &question, news, &fault);
        if (status == WEIR_E_CANCELED) {
            trail_news_free(news);
            break;
        }
        put_words(news, status, fault);
        news->is_idle = done_with(ask, &question, fault == AWS_DENIED);
        tell(ask, news);
    }
    return NULL;
}

/* ---- life ---- */

static bool open_pipe(int ends[2])
{
    if (pipe(ends) != 0) {
        ends[0] = ends[1] = -1;
        return false;
    }
    for (int k = 0; k < 2; k++) {
        fcntl(ends[k], F_SETFD, FD_CLOEXEC);
        fcntl(ends[k], F_SETFL, O_NONBLOCK);
    }
    return true;
}

static void close_pipe(const int ends[2])
{
    for (int k = 0; k < 2; k++)
        if (ends[k] >= 0)
            close(ends[k]);
}

static bool keep(char **out, const char *text)
{
    *out = text && *text ? strdup(text) : NULL;
    return *out || !text || !*text;
}

weir_status trail_ask_new(weir_aws *aws, const char *profile, const char *region, struct trail_ask **out,
                          weir_error *err)
{
    struct trail_ask *ask = calloc(1, sizeof *ask);
    if (!ask)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    ask->aws = aws;
    ask->last_ms = -LOOKUP_WAIT_MS;
    ask->gate = gate_new(NEWS_MAX);
    ask->has_lock = pthread_mutex_init(&ask->lock, NULL) == 0;
    bool is_open =
        open_pipe(ask->cancel) & open_pipe(ask->wake) & keep(&ask->profile, profile) & keep(&ask->region, region);
    if (is_open && ask->gate && ask->has_lock)
        ask->has_thread = pthread_create(&ask->thread, NULL, run, ask) == 0;
    if (!ask->has_thread) {
        trail_ask_free(ask);
        return weir_fail(err, WEIR_E_IO, 0, "no thread or file can be opened any more: close other programs");
    }
    *out = ask;
    return WEIR_OK;
}

static void poke(int fd)
{
    ssize_t n = write(fd, "", 1);
    (void)n; /* a pipe that is full is readable, too */
}

void trail_ask_free(struct trail_ask *ask)
{
    if (!ask)
        return;
    if (ask->has_thread) {
        gate_close(ask->gate);
        poke(ask->cancel[1]);
        pthread_join(ask->thread, NULL);
    }
    for (struct trail_news *news; ask->gate && (news = gate_take(ask->gate));)
        trail_news_free(news);
    if (ask->has_lock)
        pthread_mutex_destroy(&ask->lock);
    http_free(ask->http);
    gate_free(ask->gate);
    close_pipe(ask->cancel);
    close_pipe(ask->wake);
    free(ask->profile);
    free(ask->region);
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

/* A question that an earlier one contains is no new one, but for how long it is asked again. */
static bool is_within(const struct trail_question *inner, const struct trail_question *outer)
{
    return strcmp(inner->resource, outer->resource) == 0 && inner->from >= outer->from && inner->to <= outer->to;
}

bool trail_ask_for(struct trail_ask *ask, const struct trail_question *question)
{
    bool is_taken = false, is_known = false;
    pthread_mutex_lock(&ask->lock);
    for (size_t k = 0; k < ask->n_asked && !is_known; k++) {
        struct trail_question *asked = &ask->asked[k].question;
        is_known = is_within(question, asked);
        if (is_known && question->again_until > asked->again_until)
            asked->again_until = question->again_until;
    }
    if (!is_known && ask->n_asked < TRAIL_QUESTIONS_MAX) {
        ask->asked[ask->n_asked++] = (struct asked){.question = *question};
        is_taken = true;
    }
    pthread_mutex_unlock(&ask->lock);
    if (is_taken)
        poke(ask->wake[1]);
    return is_taken;
}
