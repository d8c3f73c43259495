/* http.h - HTTP over TLS, the only door to libcurl. Certificates are always verified, redirects never followed,
 * cookies and netrc unknown; http:// is allowed to loopback and the link-local addresses of credentials only, unless
 * the person named the endpoint.
 *
 * A `struct http` belongs to one thread and may have several transfers under way: while one is waited for, the
 * others go on too (a Live Tail session keeps flowing while pages are asked for). */
#ifndef WEIR_AWS_HTTP_H
#define WEIR_AWS_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "weir/status.h"

struct http;
struct http_transfer;

struct http_options {
    const char *ca_bundle;                           /* file or folder; NULL = the system's */
    const char *https_proxy, *http_proxy, *no_proxy; /* as in the environment, NULL = none */
    const char *user_agent;                          /* "weir/0.1.0" */
};

struct http_header {
    const char *name, *value;
};

struct http_request {
    const char *method; /* "GET", "POST", "PUT" */
    const char *url;    /* complete and encoded */
    const struct http_header *headers;
    size_t n_headers;
    const void *body; /* borrowed until http_end(); NULL = none */
    size_t body_len;
    int connect_ms;   /* to connect, TLS included; 0 = 10 s */
    int silence_ms;   /* without a byte; 0 = 30 s */
    int total_ms;     /* 0 = no limit */
    size_t max_bytes; /* of the body: more is WEIR_E_LIMIT; 0 = 8 MiB, no limit for what goes to `data` */
    bool direct;      /* not through a proxy (metadata of instance and container) */
    bool is_override; /* the person named this endpoint: plain http is their choice */
    /* Where the body goes as it comes, instead of into response->body; not WEIR_OK ends the transfer with that.
     * Called on the thread that waits, only for a status of 200 to 299: other bodies are kept in response->body. */
    weir_status (*data)(void *user, const void *bytes, size_t len);
    void *user;
};

/* Why there is no answer. */
enum http_failure {
    HTTP_ANSWERED,
    HTTP_NO_NAME,    /* the host's name could not be resolved */
    HTTP_NO_CONNECT, /* nobody there: refused, unreachable */
    HTTP_SILENT,     /* no answer in time */
    HTTP_TLS,        /* certificate or handshake */
    HTTP_PROXY,      /* the proxy said no */
    HTTP_BROKEN,     /* the connection ended too early, or what came is no HTTP */
    HTTP_TOO_LARGE,
    HTTP_REFUSED, /* we do not do that: plain http to a stranger */
};

struct http_response {
    enum http_failure failure;
    int status;             /* 200; 0 = none came */
    int64_t date_s;         /* of the Date header, 0 = none */
    int64_t received_ms;    /* monotonic time at which the headers came */
    int64_t retry_after_ms; /* x-amz-retry-after (milliseconds) or Retry-After (seconds); -1 = none */
    char request_id[80], error_type[128], region[32]; /* x-amzn-RequestId, x-amzn-ErrorType, x-amz-bucket-region */
    char content_type[64], etag[80];
    int64_t content_length; /* -1 = not told */
    uint64_t received;      /* bytes of the body so far */
    struct buf body;
};

weir_status http_new(const struct http_options *options, struct http **out, weir_error *err);
void http_free(struct http *http); /* ends its transfers, at once even while a name is being resolved; accepts NULL */

/* Starts a transfer. Fails only for want of memory, or with HTTP_REFUSED at http_result(). */
weir_status http_begin(struct http *http, const struct http_request *request, struct http_transfer **out,
                       weir_error *err);

/* Lets all transfers go on until one of them has brought bytes or ended, fd `wake` (-1 = none) is readable, or
 * timeout_ms have passed. WEIR_OK, WEIR_AGAIN at the time limit, WEIR_E_CANCELED when `cancel` is readable. */
weir_status http_wait(struct http *http, int cancel, int wake, int timeout_ms);

/* WEIR_AGAIN while it is under way (status and headers may be there already). WEIR_OK: answered, whatever the status
 * says. Else *err says in plain words why not, naming the host; the data callback's status is passed on. */
weir_status http_result(const struct http_transfer *transfer, const struct http_response **response, weir_error *err);
void http_end(struct http_transfer *transfer); /* accepts NULL; an unfinished one is cut off */

/* Once in a process, before threads. */
weir_status http_global_init(weir_error *err);

#endif
