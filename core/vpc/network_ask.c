/* network_ask.c - see network_ask.h. Progress is told only while the taker keeps up; how an asking ended always is. */
#include "vpc/network_ask.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/client.h"
#include "base/gate.h"
#include "base/scope.h"
#include "base/wait.h"
#include "vpc/load.h"
#include "vpc/poke.h"

enum { NEWS_MAX = 8, PROGRESS_MAX = 4, REFRESH_S = 300, REFRESH_MOST_S = 2000000 };

struct network_ask {
    weir_aws *aws;
    char *profile, *region; /* NULL = the defaults of aws */
    int64_t refresh_s;
    struct gate *gate;
    int cancel[2]; /* a pipe: readable once the asking must end */
    int again[2];  /* a pipe: readable once it is wished for anew */
    pthread_t thread;
    bool has_thread;
    const char *place; /* of the thread: the client's region */
};

/* ---- the asking thread ---- */

static void tell(struct network_ask *ask, const struct network_news *news)
{
    struct network_news *copy = malloc(sizeof *copy);
    if (copy) {
        *copy = *news;
        snprintf(copy->place, sizeof copy->place, "%s", ask->place ? ask->place : "");
        if (gate_push(ask->gate, copy) == WEIR_OK)
            return;
    }
    edition_free(news->edition);
    free(copy);
}

static void tell_progress(void *user, size_t done, size_t total, const char *words)
{
    struct network_ask *ask = user;
    struct network_news news = {.done = done, .total = total};
    if (gate_count(ask->gate) >= PROGRESS_MAX)
        return;
    snprintf(news.words, sizeof news.words, "%s", words);
    tell(ask, &news);
}

static weir_status ask_once(struct network_ask *ask, struct edition **out, weir_error *err)
{
    const struct load_tell progress = {tell_progress, ask};
    struct aws_client *client = NULL;
    struct capture *capture = NULL;
    weir_status status = aws_client_get(ask->aws, ask->profile, ask->region, &client, err);
    if (status != WEIR_OK)
        return status;
    ask->place = aws_client_region(client);
    status = load_network(client, ask->cancel[0], &progress, &capture, err);
    return status == WEIR_OK ? edition_new(capture, out, err) : status;
}

static void *run(void *user)
{
    struct network_ask *ask = user;
    int wait_ms = ask->refresh_s < 0 ? -1 : (int)ask->refresh_s * 1000;
    do {
        struct network_news news = {.is_end = true};
        poke_drain(ask->again);
        news.failure.status = ask_once(ask, &news.edition, &news.failure);
        tell(ask, &news);
    } while (wait_for(ask->again[0], ask->cancel[0], wait_ms) != WAIT_CANCELED);
    return NULL;
}

/* ---- life ---- */

static bool keep(char **out, const char *text)
{
    *out = text && *text ? strdup(text) : NULL;
    return *out || !text || !*text;
}

weir_status network_ask_new(weir_aws *aws, const char *profile, const char *region, int64_t refresh_s,
                            struct network_ask **out, weir_error *err)
{
    struct network_ask *ask = calloc(1, sizeof *ask);
    if (!ask)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    ask->aws = aws;
    ask->refresh_s = !refresh_s ? REFRESH_S : refresh_s > REFRESH_MOST_S ? REFRESH_MOST_S : refresh_s;
    ask->gate = gate_new(NEWS_MAX);
    bool is_open =
        poke_open(ask->cancel) & poke_open(ask->again) & keep(&ask->profile, profile) & keep(&ask->region, region);
    if (is_open && ask->gate)
        ask->has_thread = pthread_create(&ask->thread, NULL, run, ask) == 0;
    if (!ask->has_thread) {
        network_ask_free(ask);
        return weir_fail(err, WEIR_E_IO, 0, "no thread or file can be opened any more: close other programs");
    }
    *out = ask;
    return WEIR_OK;
}

void network_ask_free(struct network_ask *ask)
{
    if (!ask)
        return;
    if (ask->has_thread) {
        gate_close(ask->gate);
        poke(ask->cancel);
        pthread_join(ask->thread, NULL);
    }
    for (struct network_news *news; ask->gate && (news = gate_take(ask->gate)); free(news))
        edition_free(news->edition);
    gate_free(ask->gate);
    poke_close(ask->cancel);
    poke_close(ask->again);
    free(ask->profile);
    free(ask->region);
    free(ask);
}

/* ---- the taker's side ---- */

int network_ask_fd(const struct network_ask *ask)
{
    return gate_fd(ask->gate);
}

struct network_news *network_ask_take(struct network_ask *ask)
{
    return gate_take(ask->gate);
}

void network_ask_again(struct network_ask *ask)
{
    poke(ask->again);
}
