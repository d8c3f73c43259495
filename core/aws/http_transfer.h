/* http_transfer.h - what http.c and http_take.c share: the doors and transfers, without curl's types. */
#ifndef WEIR_AWS_HTTP_TRANSFER_H
#define WEIR_AWS_HTTP_TRANSFER_H

#include "aws/http.h"
#include "aws/http_cause.h"

enum { HTTP_DETAIL_BYTES = 256 };

struct curl_slist;

struct http {
    void *multi; /* CURLM */
    char *ca_bundle, *https_proxy, *http_proxy, *no_proxy, *user_agent;
    bool ca_is_folder;
    struct http_transfer *transfers;
    uint64_t news; /* grows with every piece that comes and every end */
};

struct http_transfer {
    struct http *http;
    struct http_transfer *next;
    void *easy; /* CURL */
    struct curl_slist *headers;
    struct http_response head; /* as far as it has come; goes to `response` when it is complete */
    struct http_response response;
    weir_status (*data)(void *user, const void *bytes, size_t len);
    void *user;
    char host[256], proxy[256]; /* proxy "" = none; without its password */
    int64_t begun_ms, last_ms;
    int connect_ms, silence_ms, total_ms;
    size_t max_bytes, head_bytes;
    bool began_tls, is_connected, is_large, is_done;
    weir_status data_status; /* what the data callback said */
    weir_error error;
    char detail[HTTP_DETAIL_BYTES];
};

/* Ends it with a row of http_cause.def; the first end wins. `why` "" = not known, n as the row says. */
void http_transfer_fail(struct http_transfer *transfer, enum http_cause cause, const char *why, long long n);

/* Ends it if it is silent for too long or takes too long as a whole; else gives the next moment at which that may be,
 * INT64_MAX = never. */
int64_t http_transfer_deadline(struct http_transfer *transfer, int64_t now);

/* What libcurl calls: a line of the head, a piece of the body (both take all or nothing), the connection is there. */
size_t http_transfer_take_line(char *line, size_t size, size_t count, void *transfer);
size_t http_transfer_take_body(char *bytes, size_t size, size_t count, void *transfer);
int http_transfer_connected(void *transfer, char *to, char *from, int to_port, int from_port);

/* Whole seconds, rounded up. */
static inline long long http_seconds(int64_t ms)
{
    return (ms + 999) / 1000;
}

#endif
