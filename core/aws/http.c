/* http.c - see http.h. One curl multi handle a `struct http`; connecting is timed by curl, silence and the whole by us,
 * because then the words are ours too. curl never reads an environment variable, a netrc or a cookie: proxy and CA are
 * always set. CURLOPT_QUICK_EXIT lets a name that is being resolved go, so that ending never waits for a resolver. */
#include "aws/http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "aws/http_route.h"
#include "aws/http_transfer.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/scope.h"
#include "base/wait.h"

enum {
    CONNECT_MS = 10000,
    SILENCE_MS = 30000,
    CONNECTIONS_MAX = 8,
    POLL_MAX_MS = 60000,
    RETRY_MS = 20,
};

_Static_assert(HTTP_DETAIL_BYTES >= CURL_ERROR_SIZE, "curl writes that much");
_Static_assert(CURL_PREREQFUNC_OK == 0, "http_transfer_connected() says so");

/* ---- the door ---- */

static CURLcode global_result;

static void start_curl(void)
{
    global_result = curl_global_init(CURL_GLOBAL_DEFAULT);
}

weir_status http_global_init(weir_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_curl);
    if (global_result != CURLE_OK)
        return weir_fail(err, WEIR_E_IO, 0, "libcurl does not start: %s", curl_easy_strerror(global_result));
    return WEIR_OK;
}

static bool copy_text(char **out, const char *text)
{
    *out = text && *text ? strdup(text) : NULL;
    return *out || !text || !*text;
}

weir_status http_new(const struct http_options *options, struct http **out, weir_error *err)
{
    weir_status status = http_global_init(err);
    if (status != WEIR_OK)
        return status;
    struct http *http = calloc(1, sizeof *http);
    if (!http)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    http->multi = curl_multi_init();
    if (!http->multi || !copy_text(&http->ca_bundle, options->ca_bundle) ||
        !copy_text(&http->https_proxy, options->https_proxy) || !copy_text(&http->http_proxy, options->http_proxy) ||
        !copy_text(&http->no_proxy, options->no_proxy) || !copy_text(&http->user_agent, options->user_agent)) {
        http_free(http);
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    }
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_MAX);
    struct stat about;
    http->ca_is_folder = http->ca_bundle && stat(http->ca_bundle, &about) == 0 && S_ISDIR(about.st_mode);
    *out = http;
    return WEIR_OK;
}

/* The password of a proxy may be in its URL. */
static void wipe_free(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

void http_free(struct http *http)
{
    if (!http)
        return;
    while (http->transfers)
        http_end(http->transfers);
    curl_multi_cleanup(http->multi);
    free(http->ca_bundle);
    wipe_free(http->https_proxy);
    wipe_free(http->http_proxy);
    free(http->no_proxy);
    free(http->user_agent);
    free(http);
}

/* ---- what went wrong ---- */

/* Times of curl are 0 until it came to that. */
static bool has_come_to(const struct http_transfer *transfer, CURLINFO info)
{
    curl_off_t us = 0;
    return curl_easy_getinfo(transfer->easy, info, &us) == CURLE_OK && us > 0;
}

static void fail_timeout(struct http_transfer *transfer)
{
    enum http_cause cause = !has_come_to(transfer, CURLINFO_NAMELOOKUP_TIME_T) ? CAUSE_NAME_SLOW
                            : !transfer->began_tls                             ? CAUSE_CONNECT_SLOW
                                                                               : CAUSE_SHAKE_SLOW;
    http_transfer_fail(transfer, cause, "", http_seconds(transfer->connect_ms));
}

static void fail_connect(struct http_transfer *transfer)
{
    long number = 0;
    char reason[80];
    curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &number);
    http_transfer_fail(transfer, CAUSE_CONNECT, number ? strerror_r((int)number, reason, sizeof reason) : "", 0);
}

/* Our own callbacks said no, or the proxy did. */
static bool fail_early(struct http_transfer *transfer)
{
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    bool said_no = *transfer->proxy && status > 0 && status / 100 != 2;
    if (transfer->is_large)
        http_transfer_fail(transfer, transfer->response.status ? CAUSE_LARGE : CAUSE_HEAD, "",
                           transfer->response.status ? (long long)transfer->max_bytes : HEAD_MAX_BYTES);
    else if (transfer->data_status != WEIR_OK) {
        transfer->error.status = WEIR_OK;
        http_transfer_fail(transfer, CAUSE_DATA, "", 0);
        transfer->error.status = transfer->data_status;
    } else if (said_no)
        http_transfer_fail(transfer, status == 407 ? CAUSE_PROXY_LOGIN : CAUSE_PROXY_NO, "", status);
    return transfer->is_done;
}

struct code_row {
    CURLcode code;
    enum http_cause cause;
};
static const struct code_row code_rows[] = {
    {CURLE_COULDNT_RESOLVE_HOST, CAUSE_NAME},
    {CURLE_COULDNT_RESOLVE_PROXY, CAUSE_NAME},
    {CURLE_OUT_OF_MEMORY, CAUSE_MEMORY},
    {CURLE_URL_MALFORMAT, CAUSE_URL},
    {CURLE_UNSUPPORTED_PROTOCOL, CAUSE_NO_HTTP},
    {CURLE_WEIRD_SERVER_REPLY, CAUSE_NO_HTTP},
    {CURLE_PROXY, CAUSE_PROXY},
    {CURLE_SSL_CACERT_BADFILE, CAUSE_CA},
    {CURLE_PEER_FAILED_VERIFICATION, CAUSE_CERTIFICATE},
    {CURLE_SSL_ISSUER_ERROR, CAUSE_CERTIFICATE},
    {CURLE_SSL_CONNECT_ERROR, CAUSE_TLS},
    {CURLE_SSL_CIPHER, CAUSE_TLS},
};

static void fail(struct http_transfer *transfer, CURLcode code)
{
    static const char prefix[] = "SSL certificate problem: ";
    const char *why = *transfer->detail ? transfer->detail : curl_easy_strerror(code);
    if (strncmp(why, prefix, sizeof prefix - 1) == 0)
        why += sizeof prefix - 1;
    if (fail_early(transfer))
        return;
    if (code == CURLE_OPERATION_TIMEDOUT)
        fail_timeout(transfer);
    else if (code == CURLE_COULDNT_CONNECT)
        fail_connect(transfer);
    for (size_t k = 0; k < ARRAY_SIZE(code_rows); k++) {
        if (code_rows[k].code == code)
            http_transfer_fail(transfer, code_rows[k].cause, why, 0);
    }
    http_transfer_fail(transfer, transfer->response.status ? CAUSE_CUT : CAUSE_BROKEN, why, 0);
}

/* ---- beginning ---- */

/* Takes host, port and scheme out of the URL and chooses the proxy, NULL = none. */
static bool find_way(struct http_transfer *transfer, const struct http_request *request, bool *is_plain,
                     const char **proxy)
{
    CURLU *url = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL;
    bool is_url = url && curl_url_set(url, CURLUPART_URL, request->url, CURLU_DISALLOW_USER) == CURLUE_OK &&
                  curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                  curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                  curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK;
    *proxy = NULL;
    if (is_url) {
        const struct http *http = transfer->http;
        *is_plain = strcmp(scheme, "https") != 0;
        bool is_usual = strcmp(port, *is_plain ? "80" : "443") == 0;
        snprintf(transfer->host, sizeof transfer->host, "%s%s%s", host, is_usual ? "" : ":", is_usual ? "" : port);
        bool is_allowed = !*is_plain || request->is_override || route_is_local(host);
        if (!is_allowed)
            http_transfer_fail(transfer, CAUSE_PLAIN, "", 0);
        else if (!request->direct && !route_is_exempt(http->no_proxy, host, port))
            *proxy = *is_plain ? http->http_proxy : http->https_proxy;
        if (*proxy)
            route_proxy_name(*proxy, transfer->proxy, sizeof transfer->proxy);
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(url);
    return is_url;
}

#define SET(option, value) (curl_easy_setopt(transfer->easy, option, value) == CURLE_OK)

static bool add_header(struct curl_slist **list, const char *name, const char *value)
{
    size_t len = strlen(name) + strlen(value) + 3;
    char *line = malloc(len);
    if (!line)
        return false;
    snprintf(line, len, "%s%s%s", name, *value ? ": " : ":", value);
    struct curl_slist *longer = curl_slist_append(*list, line);
    explicit_bzero(line, len);
    free(line);
    *list = longer ? longer : *list;
    return longer != NULL;
}

static bool set_headers(struct http_transfer *transfer, const struct http_request *request)
{
    bool has_type = false;
    for (size_t k = 0; k < request->n_headers; k++) {
        if (!add_header(&transfer->headers, request->headers[k].name, request->headers[k].value))
            return false;
        has_type = has_type || strcasecmp(request->headers[k].name, "content-type") == 0;
    }
    if (!add_header(&transfer->headers, "Expect", "") ||
        (!has_type && !add_header(&transfer->headers, "Content-Type", "")))
        return false;
    return SET(CURLOPT_HTTPHEADER, transfer->headers) && SET(CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
}

static bool set_method(struct http_transfer *transfer, const struct http_request *request)
{
    if (strcmp(request->method, "GET") == 0)
        return SET(CURLOPT_HTTPGET, 1L);
    return SET(CURLOPT_POST, 1L) && SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len) &&
           SET(CURLOPT_POSTFIELDS, request->body ? request->body : "") &&
           (strcmp(request->method, "POST") == 0 || SET(CURLOPT_CUSTOMREQUEST, request->method));
}

struct number_row {
    CURLoption option;
    long value;
};
static const struct number_row numbers[] = {
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_QUICK_EXIT, 1},
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    {CURLOPT_HTTP09_ALLOWED, 0},
    {CURLOPT_PATH_AS_IS, 1}, /* keys of S3 may contain "/../" */
    {CURLOPT_FOLLOWLOCATION, 0},
    {CURLOPT_NETRC, CURL_NETRC_IGNORED},
    {CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
    {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
    {CURLOPT_TCP_KEEPALIVE, 1},
    {CURLOPT_SSL_VERIFYPEER, 1},
    {CURLOPT_SSL_VERIFYHOST, 2},
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    {CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
};

static bool set_way(struct http_transfer *transfer, const char *proxy)
{
    const struct http *http = transfer->http;
    bool is_set = SET(CURLOPT_PROXY, proxy ? proxy : "") && SET(CURLOPT_NOPROXY, "");
    if (http->ca_is_folder)
        return is_set && SET(CURLOPT_CAPATH, http->ca_bundle) && SET(CURLOPT_CAINFO, NULL) &&
               SET(CURLOPT_PROXY_CAPATH, http->ca_bundle) && SET(CURLOPT_PROXY_CAINFO, NULL);
    if (http->ca_bundle)
        return is_set && SET(CURLOPT_CAINFO, http->ca_bundle) && SET(CURLOPT_CAPATH, NULL) &&
               SET(CURLOPT_PROXY_CAINFO, http->ca_bundle) && SET(CURLOPT_PROXY_CAPATH, NULL);
    return is_set;
}

/* Called when TCP is connected and TLS begins. */
static CURLcode on_tls(CURL *easy, void *context, void *user)
{
    (void)easy, (void)context;
    ((struct http_transfer *)user)->began_tls = true;
    return CURLE_OK;
}

static bool set_rest(struct http_transfer *transfer, const struct http_request *request)
{
    for (size_t k = 0; k < ARRAY_SIZE(numbers); k++) {
        if (curl_easy_setopt(transfer->easy, numbers[k].option, numbers[k].value) != CURLE_OK)
            return false;
    }
    (void)(SET(CURLOPT_SSL_CTX_FUNCTION, on_tls) &&
           SET(CURLOPT_SSL_CTX_DATA, transfer)); /* not all TLS libraries can */
    const char *agent = transfer->http->user_agent;
    return SET(CURLOPT_URL, request->url) && SET(CURLOPT_PRIVATE, transfer) &&
           SET(CURLOPT_ERRORBUFFER, transfer->detail) && SET(CURLOPT_PROTOCOLS_STR, "http,https") &&
           SET(CURLOPT_USERAGENT, agent ? agent : "weir") &&
           SET(CURLOPT_CONNECTTIMEOUT_MS, (long)transfer->connect_ms) &&
           SET(CURLOPT_HEADERFUNCTION, http_transfer_take_line) && SET(CURLOPT_HEADERDATA, transfer) &&
           SET(CURLOPT_WRITEFUNCTION, http_transfer_take_body) && SET(CURLOPT_WRITEDATA, transfer) &&
           SET(CURLOPT_PREREQFUNCTION, http_transfer_connected) && SET(CURLOPT_PREREQDATA, transfer);
}

static void set_limits(struct http_transfer *transfer, const struct http_request *request)
{
    size_t cap = request->max_bytes ? request->max_bytes : ANSWER_MAX_BYTES;
    transfer->data = request->data;
    transfer->user = request->user;
    transfer->connect_ms = request->connect_ms ? request->connect_ms : CONNECT_MS;
    transfer->silence_ms = request->silence_ms ? request->silence_ms : SILENCE_MS;
    transfer->total_ms = request->total_ms;
    transfer->max_bytes = request->data && !request->max_bytes ? SIZE_MAX : cap;
    transfer->begun_ms = transfer->last_ms = clock_mono_ms();
    transfer->head.retry_after_ms = transfer->head.content_length = -1;
    transfer->response.retry_after_ms = transfer->response.content_length = -1;
    buf_init(&transfer->response.body, cap);
}

weir_status http_begin(struct http *http, const struct http_request *request, struct http_transfer **out,
                       weir_error *err)
{
    struct http_transfer *transfer = calloc(1, sizeof *transfer);
    if (!transfer)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    transfer->http = http;
    transfer->next = http->transfers;
    http->transfers = transfer;
    set_limits(transfer, request);
    transfer->easy = curl_easy_init();
    bool is_plain = false;
    const char *proxy = NULL;
    if (!find_way(transfer, request, &is_plain, &proxy))
        http_transfer_fail(transfer, CAUSE_URL, "it cannot be read", 0);
    bool is_set = transfer->is_done || (transfer->easy && set_rest(transfer, request) && set_way(transfer, proxy) &&
                                        set_method(transfer, request) && set_headers(transfer, request) &&
                                        curl_multi_add_handle(http->multi, transfer->easy) == CURLM_OK);
    if (!is_set) {
        http_end(transfer);
        return weir_fail(err, WEIR_E_NOMEM, 0, "a request could not be made: out of memory");
    }
    *out = transfer;
    return WEIR_OK;
}

/* ---- going on ---- */

static struct http_transfer *transfer_of(CURL *easy)
{
    char *private = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
    return (struct http_transfer *)(void *)private;
}

static void take_ends(struct http *http)
{
    int left = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(http->multi, &left)) != NULL;) {
        struct http_transfer *transfer = transfer_of(message->easy_handle);
        CURLcode code = message->data.result;
        if (code != CURLE_OK)
            fail(transfer, code);
        else if (!transfer->response.status) /* it ended within the head */
            http_transfer_fail(transfer, CAUSE_BROKEN, "", 0);
        else if (*transfer->proxy && transfer->response.status == 407)
            http_transfer_fail(transfer, CAUSE_PROXY_LOGIN, "", 407);
        else if (!transfer->is_done) {
            transfer->is_done = true;
            http->news++;
        }
    }
}

/* The next deadline of all, INT64_MAX = none. */
static int64_t check_deadlines(struct http *http, int64_t now)
{
    int64_t next = INT64_MAX;
    for (struct http_transfer *transfer = http->transfers; transfer; transfer = transfer->next) {
        bool was_done = transfer->is_done;
        int64_t deadline = http_transfer_deadline(transfer, now);
        if (transfer->is_done && !was_done)
            curl_multi_remove_handle(http->multi, transfer->easy);
        else if (deadline < next)
            next = deadline;
    }
    return next;
}

weir_status http_wait(struct http *http, int cancel, int wake, int timeout_ms)
{
    const uint64_t before = http->news;
    const int64_t until = timeout_ms < 0 ? INT64_MAX : clock_mono_ms() + timeout_ms;
    for (;;) {
        int running = 0, ready = 0;
        CURLMcode code = curl_multi_perform(http->multi, &running);
        take_ends(http);
        int64_t now = clock_mono_ms();
        int64_t next = check_deadlines(http, now);
        enum wait wait = wait_for(wake, cancel, 0);
        if (wait == WAIT_CANCELED)
            return WEIR_E_CANCELED;
        if (wait == WAIT_READY || http->news != before)
            return WEIR_OK;
        if (now >= until)
            return WEIR_AGAIN;
        int64_t rest = (next < until ? next : until) - now;
        struct curl_waitfd extra[2] = {{.fd = cancel, .events = CURL_WAIT_POLLIN}};
        unsigned n = cancel >= 0 ? 1 : 0;
        if (wake >= 0)
            extra[n++] = (struct curl_waitfd){.fd = wake, .events = CURL_WAIT_POLLIN};
        int ms = rest < POLL_MAX_MS ? (int)rest : POLL_MAX_MS;
        if (code == CURLM_OK)
            code = curl_multi_poll(http->multi, extra, n, ms, &ready);
        if (code != CURLM_OK) /* out of memory: try again soon */
            wait_for(wake, cancel, ms < RETRY_MS ? ms : RETRY_MS);
    }
}

weir_status http_result(const struct http_transfer *transfer, const struct http_response **response, weir_error *err)
{
    if (response)
        *response = &transfer->response;
    if (!transfer->is_done)
        return WEIR_AGAIN;
    if (transfer->error.status == WEIR_OK)
        return WEIR_OK;
    return weir_fail(err, transfer->error.status, 0, "%s", transfer->error.text);
}

void http_end(struct http_transfer *transfer)
{
    if (!transfer)
        return;
    struct http *http = transfer->http;
    for (struct http_transfer **link = &http->transfers; *link; link = &(*link)->next) {
        if (*link == transfer) {
            *link = transfer->next;
            break;
        }
    }
    if (transfer->easy) {
        curl_multi_remove_handle(http->multi, transfer->easy);
        curl_easy_cleanup(transfer->easy);
    }
    for (struct curl_slist *line = transfer->headers; line; line = line->next)
        explicit_bzero(line->data, strlen(line->data)); /* the session token is in one of them */
    curl_slist_free_all(transfer->headers);
    buf_done(&transfer->response.body);
    free(transfer);
}
