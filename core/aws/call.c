/* call.c - see call.h. Steps: credentials → turn → wait for it → send → answer → judge → (pause → turn) or done. A cure
 * is tried once: the clock is set by the answer's Date, credentials are fetched anew. Everything else is tried again as
 * often as the client allows, unless data have been handed out. */
#include "aws/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/call_words.h"
#include "aws/fault.h"
#include "aws/send.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/scope.h"
#include "base/wait.h"

enum {
    PAUSE_FIRST_MS = 1000,
    PAUSE_MAX_MS = 20000,
    PAUSE_MORE_MS = 5000,     /* a server may make us wait that much longer than we would */
    SKEW_CURABLE_MS = 240000, /* signatures hold for five minutes */
    SKEW_NAMED_MS = 2000,     /* where the error itself names the time */
    QUERY_MAX = 32,
    TEXTS = 6,
};

struct aws_call {
    struct aws_client *client;
    struct http *http;
    struct aws_request request; /* its texts are in `texts` and `pairs` */
    char *texts[TEXTS + 2 * QUERY_MAX];
    size_t n_texts;
    struct sign_pair pairs[QUERY_MAX];
    char *body;
    size_t body_len;
    struct endpoint endpoint;
    struct credential credential; /* wiped once it has signed */
    char used_key[CREDENTIAL_KEY_BYTES], rejected_key[CREDENTIAL_KEY_BYTES];
    char origin[CREDENTIAL_ORIGIN_BYTES];
    struct http_transfer *transfer;
    struct http_response answer;
    enum call_step step;
    unsigned attempts, retries;
    int max_attempts;
    int64_t due_ms, sent_ms, signed_s;
    bool told_credentials, took_head, gave_data, cured_clock, cured_credentials;
    struct fault fault;
    weir_status status; /* of the last attempt */
    weir_error error;
    char words[256];
    uint64_t random;
};

/* ---- making ---- */

static bool keep(struct aws_call *call, const char **text)
{
    if (!*text)
        return true;
    *text = call->texts[call->n_texts] = strdup(*text);
    return call->texts[call->n_texts++] != NULL;
}

static weir_status note_data(void *user, const void *bytes, size_t len)
{
    struct aws_call *call = user;
    call->gave_data = true;
    return call->request.data(call->request.user, bytes, len);
}

static bool keep_all(struct aws_call *call)
{
    struct aws_request *request = &call->request;
    bool is_kept = keep(call, &request->operation) && keep(call, &request->bucket) && keep(call, &request->key) &&
                   keep(call, &request->range) && keep(call, &request->if_match) && keep(call, &request->subject);
    for (size_t k = 0; is_kept && k < request->n_query; k++) {
        call->pairs[k] = request->query[k];
        is_kept = keep(call, &call->pairs[k].name) && keep(call, &call->pairs[k].value);
    }
    request->query = call->pairs;
    return is_kept;
}

weir_status aws_call_new(struct aws_client *client, struct http *http, const struct aws_request *request,
                         struct aws_call **out, weir_error *err)
{
    if (request->n_query > QUERY_MAX)
        return weir_fail(err, WEIR_E_LIMIT, 0, "a request has more than %d parameters", QUERY_MAX);
    struct aws_call *call = calloc(1, sizeof *call);
    if (!call)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    call->client = client;
    call->http = http;
    call->request = *request;
    call->random = (uint64_t)(uintptr_t)call ^ ((uint64_t)clock_mono_ms() << 20);
    call->max_attempts = request->max_attempts ? request->max_attempts : aws_client_max_attempts(client);
    weir_status status = keep_all(call) ? WEIR_OK : weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    if (status == WEIR_OK)
        status = aws_client_endpoint(client, request->service, &call->endpoint, err);
    if (status == WEIR_OK)
        status = send_body(&call->request, &call->body, &call->body_len, err);
    call->request.body = NULL;
    if (status != WEIR_OK) {
        aws_call_free(call);
        return status;
    }
    *out = call;
    return WEIR_OK;
}

void aws_call_free(struct aws_call *call)
{
    if (!call)
        return;
    http_end(call->transfer);
    credential_wipe(&call->credential);
    for (size_t k = 0; k < call->n_texts; k++)
        free(call->texts[k]);
    free(call->body);
    free(call);
}

/* ---- judging ---- */

static weir_status finish(struct aws_call *call, weir_status status)
{
    call->step = STEP_DONE;
    call->status = status;
    call->words[0] = '\0';
    return status;
}

static void fill_words(struct aws_call *call)
{
    struct fault_context context = {.service = call->request.service,
                                    .operation = call->request.operation,
                                    .subject = call->request.subject,
                                    .host = call->endpoint.host,
                                    .profile = aws_client_profile(call->client),
                                    .region = aws_client_region(call->client),
                                    .origin = call->origin,
                                    .uses_sso = aws_client_uses_sso(call->client),
                                    .skew_ms = aws_client_skew_ms(call->client),
                                    .attempts = call->attempts,
                                    .status = call->answer.status};
    call->error = (weir_error){0};
    call->status = fault_words(&call->fault, &context, &call->error);
}

/* Uniform in 0 … max, splitmix64. Only to spread retries: no secret hangs on it. */
static int64_t jitter(struct aws_call *call, int64_t max)
{
    uint64_t x = call->random += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return (int64_t)((x ^ (x >> 31)) % ((uint64_t)max + 1));
}

static void pause_before_retry(struct aws_call *call)
{
    int64_t max = PAUSE_FIRST_MS << (call->retries < 8 ? call->retries : 8);
    int64_t pause = jitter(call, max < PAUSE_MAX_MS ? max : PAUSE_MAX_MS);
    int64_t asked = call->answer.retry_after_ms;
    if (asked > pause)
        pause = asked < pause + PAUSE_MORE_MS ? asked : pause + PAUSE_MORE_MS;
    call->retries++;
    call->due_ms = clock_mono_ms() + pause;
    call->step = STEP_PAUSE;
}

/* The answer's Date shows that we signed with a wrong time; the client knows it by now. */
static bool cure_clock(struct aws_call *call)
{
    int64_t off_ms = (call->answer.date_s - call->signed_s) * 1000;
    int64_t least = call->fault.kind == AWS_SKEWED ? SKEW_NAMED_MS : SKEW_CURABLE_MS;
    bool is_off = call->answer.date_s > 0 && (off_ms >= least || off_ms <= -least);
    if (!is_off)
        return false;
    call->fault.kind = AWS_SKEWED;
    if (call->cured_clock)
        return false;
    call->cured_clock = true;
    call->step = STEP_CREDENTIALS;
    return true;
}

static bool cure_credentials(struct aws_call *call)
{
    if (call->fault.kind != AWS_CREDENTIALS || call->fault.cure == CURE_NONE || call->cured_credentials)
        return false;
    call->cured_credentials = true;
    snprintf(call->rejected_key, sizeof call->rejected_key, "%s", call->used_key);
    aws_client_reject(call->client, call->used_key);
    call->told_credentials = false;
    call->step = STEP_CREDENTIALS;
    return true;
}

/* Goes on with another attempt if that may help. */
static bool go_on(struct aws_call *call, bool timed_out)
{
    if (call->gave_data)
        return false;
    if (call->fault.cure == CURE_CLOCK && cure_clock(call))
        return true;
    if (cure_credentials(call))
        return true;
    if (call->fault.cure != CURE_WAIT || (int)call->retries + 1 >= call->max_attempts ||
        !aws_client_may_retry(call->client, timed_out))
        return false;
    pause_before_retry(call);
    return true;
}

static void judge_failure(struct aws_call *call)
{
    enum http_failure failure = call->answer.failure;
    bool may_pass = failure == HTTP_NO_NAME || failure == HTTP_NO_CONNECT || failure == HTTP_SILENT ||
                    (failure == HTTP_BROKEN && call->status == WEIR_E_IO);
    bool is_unreachable = may_pass || failure == HTTP_TLS || failure == HTTP_PROXY;
    call->fault =
        (struct fault){.kind = is_unreachable ? AWS_UNREACHABLE : AWS_OTHER, .cure = may_pass ? CURE_WAIT : CURE_NONE};
    if (!go_on(call, failure == HTTP_SILENT))
        finish(call, call->status);
}

/* The attempt is over: http said `status`, and *err what that was. */
static void judge(struct aws_call *call, weir_status status, const weir_error *err)
{
    if (status != WEIR_OK) {
        call->status = status;
        call->error = *err;
        judge_failure(call);
        return;
    }
    bool is_good = call->answer.status >= 200 && call->answer.status <= 299;
    if (is_good && !fault_hides(call->request.service, &call->answer)) {
        call->fault = (struct fault){.kind = AWS_FINE};
        if (!call->request.data)
            aws_client_succeeded(call->client, call->retries > 0);
        finish(call, WEIR_OK);
        return;
    }
    fault_read(call->request.service, &call->answer, &call->fault);
    if (*call->fault.region)
        snprintf(call->answer.region, sizeof call->answer.region, "%s", call->fault.region);
    bool goes_on = go_on(call, false);
    fill_words(call);
    if (!goes_on)
        finish(call, call->status);
}

/* ---- the steps ---- */

/* Asking for credentials can take long and does not come back in between: what it is about is said before. */
static weir_status get_credentials(struct aws_call *call, int cancel)
{
    if (!call->told_credentials && !aws_client_has_credential(call->client)) {
        call->told_credentials = true;
        return WEIR_AGAIN;
    }
    weir_error why = {0};
    weir_status status = aws_client_credential(call->client, call->http, cancel, &call->credential, &why);
    if (status == WEIR_E_CANCELED)
        return status;
    if (status == WEIR_OK && call->cured_credentials && strcmp(call->credential.access_key, call->rejected_key) == 0) {
        fill_words(call);
        finish(call, call->status);
        return WEIR_OK;
    }
    if (status != WEIR_OK) {
        call->fault = (struct fault){.kind = AWS_CREDENTIALS};
        call->error = why;
        finish(call, status);
        return WEIR_OK;
    }
    snprintf(call->used_key, sizeof call->used_key, "%s", call->credential.access_key);
    memcpy(call->origin, call->credential.origin, sizeof call->origin);
    call->step = STEP_TURN;
    return WEIR_OK;
}

static void send_now(struct aws_call *call)
{
    http_end(call->transfer);
    call->transfer = NULL;
    call->answer = (struct http_response){.retry_after_ms = -1, .content_length = -1};
    call->took_head = false;
    call->signed_s = aws_client_now_ms(call->client) / 1000;
    struct aws_request request = call->request;
    if (request.data) {
        request.data = note_data;
        request.user = call;
    }
    weir_error why = {0};
    weir_status status = send_signed(call->http, &request, &call->endpoint, &call->credential, call->body,
                                     call->body_len, call->signed_s, &call->transfer, &why);
    credential_wipe(&call->credential);
    if (status != WEIR_OK) {
        call->fault = (struct fault){.kind = AWS_OTHER};
        call->error = why;
        finish(call, status);
        return;
    }
    call->attempts++;
    call->sent_ms = clock_mono_ms();
    call->step = STEP_ANSWER;
}

/* Takes what has come of the answer. */
static void look(struct aws_call *call)
{
    const struct http_response *response = NULL;
    weir_error why = {0};
    weir_status status = http_result(call->transfer, &response, &why);
    call->answer = *response;
    if (response->status && !call->took_head) {
        call->took_head = true;
        if (response->date_s > 0)
            aws_client_saw_date(call->client, response->date_s, response->received_ms);
        if (call->request.data && response->status <= 299)
            aws_client_succeeded(call->client, call->retries > 0);
    }
    if (status != WEIR_AGAIN)
        judge(call, status, &why);
}

static void say(struct aws_call *call)
{
    struct call_wait wait = {.step = call->step,
                             .host = call->endpoint.host,
                             .profile = aws_client_profile(call->client),
                             .error = call->error.text,
                             .kind = call->fault.kind,
                             .status = call->answer.status,
                             .sent_ms = call->sent_ms,
                             .due_ms = call->due_ms,
                             .attempts = call->attempts,
                             .retries = call->retries,
                             .took_head = call->took_head,
                             .is_stream = call->request.data != NULL,
                             .received = call->answer.received};
    call_words(&wait, clock_mono_ms(), call->words, sizeof call->words);
}

/* ---- running ---- */

static void take_turn(struct aws_call *call)
{
    call->due_ms = call->request.unpaced ? 0 : aws_client_take_turn(call->client);
    call->step = STEP_SEND;
}

/* Lets the network go on until `due` (never later than `until`). WEIR_OK: go on, WEIR_AGAIN: the slice is over. */
static weir_status wait_until(struct aws_call *call, int64_t due, int64_t until, int cancel, int wake)
{
    int64_t now = clock_mono_ms(), next = due < until ? due : until;
    int64_t rest = next - now;
    int ms = next == INT64_MAX ? -1 : rest <= 0 ? 0 : rest < INT32_MAX ? (int)rest : INT32_MAX;
    weir_status status = http_wait(call->http, cancel, wake, ms);
    if (status == WEIR_E_CANCELED)
        return status;
    if (status == WEIR_OK && wake >= 0 && wait_for(wake, -1, 0) == WAIT_READY)
        return WEIR_AGAIN;
    return status == WEIR_AGAIN && clock_mono_ms() >= until ? WEIR_AGAIN : WEIR_OK;
}

/* One step. WEIR_OK: another one may follow at once. */
static weir_status step_on(struct aws_call *call, int64_t until, int cancel, int wake)
{
    weir_status status = WEIR_OK;
    switch (call->step) {
    case STEP_CREDENTIALS: return get_credentials(call, cancel);
    case STEP_TURN: take_turn(call); return WEIR_OK;
    case STEP_SEND:
        if (clock_mono_ms() < call->due_ms)
            return wait_until(call, call->due_ms, until, cancel, wake);
        send_now(call);
        return WEIR_OK;
    case STEP_ANSWER:
        status = wait_until(call, INT64_MAX, until, cancel, wake);
        if (status != WEIR_E_CANCELED)
            look(call);
        return status;
    case STEP_PAUSE:
        if (clock_mono_ms() < call->due_ms)
            return wait_until(call, call->due_ms, until, cancel, wake);
        call->step = STEP_CREDENTIALS;
        return WEIR_OK;
    case STEP_DONE: break;
    }
    return WEIR_OK;
}

weir_status aws_call_run(struct aws_call *call, int timeout_ms, int cancel, int wake, weir_error *err)
{
    const int64_t until = timeout_ms < 0 ? INT64_MAX : clock_mono_ms() + timeout_ms;
    while (call->step != STEP_DONE) {
        weir_status status =
            wait_for(-1, cancel, 0) == WAIT_CANCELED ? WEIR_E_CANCELED : step_on(call, until, cancel, wake);
        if (status == WEIR_E_CANCELED)
            return weir_fail(err, WEIR_E_CANCELED, 0, "stopped");
        if (status == WEIR_AGAIN && call->step != STEP_DONE) {
            say(call);
            return WEIR_AGAIN;
        }
    }
    if (call->status == WEIR_OK)
        return WEIR_OK;
    return weir_fail(err, call->status, 0, "%s", call->error.text);
}

/* ---- looking ---- */

enum aws_fault aws_call_fault(const struct aws_call *call)
{
    return call->step == STEP_DONE ? call->fault.kind : AWS_FINE;
}

const char *aws_call_code(const struct aws_call *call)
{
    return call->step == STEP_DONE ? call->fault.code : "";
}

const struct http_response *aws_call_response(const struct aws_call *call)
{
    return &call->answer;
}

const char *aws_call_words(const struct aws_call *call)
{
    return call->words;
}

unsigned aws_call_attempts(const struct aws_call *call)
{
    return call->attempts;
}

weir_status aws_ask(struct aws_client *client, struct http *http, const struct aws_request *request, int cancel,
                    struct buf *body, enum aws_fault *fault, weir_error *err)
{
    struct aws_call *call = NULL;
    weir_status status = aws_call_new(client, http, request, &call, err);
    if (fault)
        *fault = status == WEIR_OK ? AWS_FINE : AWS_OTHER;
    if (status != WEIR_OK || !call)
        return status;
    do
        status = aws_call_run(call, -1, cancel, -1, err);
    while (status == WEIR_AGAIN);
    if (fault)
        *fault = aws_call_fault(call);
    if (status == WEIR_OK && body) {
        const struct buf *got = &call->answer.body;
        buf_init(body, got->len > ANSWER_MAX_BYTES ? got->len : ANSWER_MAX_BYTES);
        if (buf_append(body, got->bytes, got->len) != WEIR_OK)
            status = weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    }
    aws_call_free(call);
    return status;
}
