/* flow_logs.c - asks for the flow logs of a region on a thread of its own. What it finds out travels as news through a
 * gate, in whole lists: first the flow logs, then the account, then the names of what they cover. Only the first can
 * fail the asking; the others are left out where they are denied. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/ec2_wire.h"
#include "aws/flow_log.h"
#include "base/clock.h"
#include "base/gate.h"
#include "base/limits.h"
#include "base/scope.h"

enum {
    NEWS_MAX = 8,
    WORDS_BYTES = 200,
    PAGES_MAX = 100,
    SLICE_MS = 250, /* of a call, after which it says what it waits for */
};

struct news {
    struct flow_list *list; /* NULL = as before */
    char region[64], account[16], profile[128], host[256];
    char words[WORDS_BYTES]; /* of the call under way, "" = nothing to say */
    bool is_last;
    weir_error failure; /* of the last */
};

struct weir_flow_logs {
    weir_aws *aws;
    struct gate *gate;
    int cancel[2]; /* a pipe: readable once the asking must end */
    pthread_t thread;

    /* of the taker */
    struct flow_list *list;
    struct news now;
    int64_t began_ms;
    char words[320], place[320];
};

/* ---- the asking thread ---- */

struct asking {
    weir_flow_logs *logs;
    struct aws_client *client;
    struct http *http;
    struct ec2_flow_logs found;
    char **names;
};

static void tell(struct asking *asking, struct flow_list *list, const char *words, bool is_last,
                 const weir_error *failure)
{
    struct news *news = calloc(1, sizeof *news);
    struct endpoint endpoint;

    if (!news) {
        flow_list_free(list);
        return;
    }
    news->list = list;
    news->is_last = is_last;
    snprintf(news->words, sizeof news->words, "%s", words);
    if (failure)
        news->failure = *failure;
    if (asking->client) {
        snprintf(news->region, sizeof news->region, "%s", aws_client_region(asking->client));
        snprintf(news->profile, sizeof news->profile, "%s", aws_client_profile(asking->client));
        aws_client_account(asking->client, news->account);
        if (aws_client_endpoint(asking->client, AWS_EC2, &endpoint, NULL) == WEIR_OK)
            snprintf(news->host, sizeof news->host, "%s", endpoint.host);
    }
    if (gate_push(asking->logs->gate, news) != WEIR_OK) {
        flow_list_free(list);
        free(news);
    }
}

static weir_status make_list(struct asking *asking, struct flow_list **out, weir_error *err)
{
    char account[16];

    aws_client_account(asking->client, account);
    return flow_list_new(&asking->found, asking->names, aws_client_region(asking->client), account, out, err);
}

static void tell_list(struct asking *asking)
{
    struct flow_list *list = NULL;

    if (make_list(asking, &list, NULL) == WEIR_OK)
        tell(asking, list, "", false, NULL);
}

static bool has_name(const char *id)
{
    return strncmp(id, "vpc-", 4) == 0 || strncmp(id, "subnet-", 7) == 0 || strncmp(id, "eni-", 4) == 0;
}

static void ask_names(struct asking *asking)
{
    size_t n = 0, *where = calloc(asking->found.n + 1, sizeof *where);
    const char **ids = calloc(asking->found.n + 1, sizeof *ids);
    char **names = calloc(asking->found.n + 1, sizeof *names);

    asking->names = calloc(asking->found.n + 1, sizeof *asking->names);
    for (size_t k = 0; where && ids && names && asking->names && k < asking->found.n; k++)
        if (has_name(asking->found.at[k].resource)) {
            where[n] = k;
            ids[n++] = asking->found.at[k].resource;
        }
    if (n && ec2_names(asking->client, asking->http, ids, n, asking->logs->cancel[0], names, NULL) == WEIR_OK)
        for (size_t k = 0; k < n; k++)
            asking->names[where[k]] = TAKE(names[k]);
    for (size_t k = 0; names && k < n; k++)
        free(names[k]);
    free(names);
    free(ids);
    free(where);
}

/* ---- flow logs: page by page, telling what is waited for ---- */

static weir_status run_call(struct asking *asking, struct aws_call *call, weir_error *err)
{
    char last[WORDS_BYTES] = "";
    weir_status status;

    while ((status = aws_call_run(call, SLICE_MS, asking->logs->cancel[0], -1, err)) == WEIR_AGAIN) {
        if (strncmp(last, aws_call_words(call), sizeof last - 1) == 0)
            continue;
        snprintf(last, sizeof last, "%s", aws_call_words(call));
        tell(asking, NULL, last, false, NULL);
    }
    return status;
}

static weir_status read_page(struct asking *asking, const struct buf *body, char **token, weir_error *err)
{
    struct aws_request request = {
        .service = AWS_EC2, .operation = "DescribeFlowLogs", .body = body->bytes, .body_len = body->len};
    struct aws_call *call = NULL;
    weir_status status = aws_call_new(asking->client, asking->http, &request, &call, err);

    if (status == WEIR_OK)
        status = run_call(asking, call, err);
    if (status == WEIR_OK) {
        const struct buf *answer = &aws_call_response(call)->body;
        status = ec2_flow_logs_read(answer->bytes, answer->len, &asking->found, token, err);
    }
    aws_call_free(call);
    return status;
}

static weir_status ask_logs(struct asking *asking, weir_error *err)
{
    AUTO(free_cleanup) char *token = NULL;
    weir_status status = WEIR_OK;

    for (int page = 0; status == WEIR_OK && (page == 0 || token); page++) {
        AUTO(buf_done) struct buf body;
        AUTO(free_cleanup) char *last = TAKE(token);

        buf_init(&body, ANSWER_MAX_BYTES);
        if (page == PAGES_MAX)
            return weir_fail(err, WEIR_E_LIMIT, 0, "DescribeFlowLogs has more than %d pages", PAGES_MAX);
        status = ec2_flow_logs_body(NULL, last, &body, err);
        if (status == WEIR_OK)
            status = read_page(asking, &body, &token, err);
        if (status == WEIR_OK && last && token && strcmp(last, token) == 0)
            return weir_fail(err, WEIR_E_DATA, 0, "DescribeFlowLogs gives the same page again and again");
    }
    return status;
}

static weir_status ask(struct asking *asking, struct flow_list **list, weir_error *err)
{
    enum aws_fault fault = AWS_FINE;
    char account[16];
    int cancel = asking->logs->cancel[0];
    weir_status status = aws_client_get(asking->logs->aws, NULL, NULL, &asking->client, err);

    if (status != WEIR_OK)
        return status;
    tell(asking, NULL, "", false, NULL);
    status = aws_client_http(asking->client, &asking->http, err);
    if (status == WEIR_OK)
        status = ask_logs(asking, err);
    if (status != WEIR_OK)
        return status;
    tell_list(asking);
    aws_client_account(asking->client, account);
    if (!*account &&
        sts_identity(asking->client, asking->http, cancel, account, sizeof account, NULL, 0, &fault, NULL) == WEIR_OK)
        tell_list(asking);
    ask_names(asking);
    return make_list(asking, list, err);
}

static void *run(void *user)
{
    struct asking asking = {.logs = user};
    struct flow_list *list = NULL;
    weir_error failure = {0};
    weir_status status = ask(&asking, &list, &failure);

    failure.status = status;
    tell(&asking, list, "", true, &failure);
    for (size_t k = 0; asking.names && k < asking.found.n; k++)
        free(asking.names[k]);
    free(asking.names);
    ec2_flow_logs_done(&asking.found);
    http_free(asking.http);
    return NULL;
}

/* ---- life ---- */

static void drain(weir_flow_logs *logs)
{
    for (struct news *news; (news = gate_take(logs->gate));) {
        flow_list_free(news->list);
        free(news);
    }
}

static void drop(weir_flow_logs *logs)
{
    if (logs->gate)
        drain(logs);
    gate_free(logs->gate);
    for (int k = 0; k < 2; k++)
        if (logs->cancel[k] >= 0)
            close(logs->cancel[k]);
    flow_list_free(logs->list);
    free(logs);
}

static bool open_cancel(int cancel[2])
{
    if (pipe(cancel) != 0) {
        cancel[0] = cancel[1] = -1;
        return false;
    }
    for (int k = 0; k < 2; k++)
        fcntl(cancel[k], F_SETFD, FD_CLOEXEC);
    return true;
}

weir_status weir_flow_logs_ask(weir_aws *aws, weir_flow_logs **out, weir_error *err)
{
    weir_flow_logs *logs = calloc(1, sizeof *logs);

    if (!logs)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    logs->aws = aws;
    logs->began_ms = clock_mono_ms();
    logs->gate = gate_new(NEWS_MAX);
    if (!open_cancel(logs->cancel) || !logs->gate || pthread_create(&logs->thread, NULL, run, logs) != 0) {
        drop(logs);
        return weir_fail(err, WEIR_E_IO, 0, "no thread or file can be opened any more: close other programs");
    }
    *out = logs;
    return WEIR_OK;
}

void weir_flow_logs_free(weir_flow_logs *logs)
{
    if (!logs)
        return;
    gate_close(logs->gate);
    if (write(logs->cancel[1], "", 1) < 0) {
        /* a pipe that nobody has written to has room */
    }
    pthread_join(logs->thread, NULL);
    drop(logs);
}

/* ---- the taker's side ---- */

int weir_flow_logs_fd(const weir_flow_logs *logs)
{
    return gate_fd(logs->gate);
}

static void take_news(weir_flow_logs *logs)
{
    for (struct news *news; !logs->now.is_last && (news = gate_take(logs->gate));) {
        if (news->list) {
            flow_list_free(logs->list);
            logs->list = news->list;
        }
        logs->now = *news;
        logs->now.list = NULL;
        free(news);
    }
}

static void say(weir_flow_logs *logs)
{
    const struct news *now = &logs->now;
    int64_t seconds = (clock_mono_ms() - logs->began_ms) / 1000;
    const char *what = *now->host ? now->host : "for a region and credentials";

    if (*now->words)
        weir_safe_format(logs->words, sizeof logs->words, "%s", now->words);
    else
        weir_safe_format(logs->words, sizeof logs->words, seconds > 0 ? "asking %s (%d s)" : "asking %s", what,
                         (int)seconds);
    weir_safe_format(logs->place, sizeof logs->place, "%s%s%s%s%s", now->region, *now->account ? "  account " : "",
                     now->account, *now->profile ? "  profile " : "", now->profile);
}

weir_status weir_flow_logs_pump(weir_flow_logs *logs, weir_error *err)
{
    take_news(logs);
    say(logs);
    if (!logs->now.is_last)
        return WEIR_AGAIN;
    if (logs->now.failure.status == WEIR_OK)
        return WEIR_OK;
    return weir_fail(err, logs->now.failure.status, 0, "%s",
                     *logs->now.failure.text ? logs->now.failure.text : "out of memory");
}

size_t weir_flow_logs_count(const weir_flow_logs *logs)
{
    return logs->list ? logs->list->n : 0;
}

const weir_flow_log *weir_flow_logs_get(const weir_flow_logs *logs, size_t k)
{
    return k < weir_flow_logs_count(logs) ? &logs->list->at[k] : NULL;
}

weir_safe weir_flow_logs_words(const weir_flow_logs *logs)
{
    return (weir_safe){logs->words};
}

weir_safe weir_flow_logs_place(const weir_flow_logs *logs)
{
    return (weir_safe){logs->place};
}
