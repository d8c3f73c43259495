/* send.c - see send.h. What is built here lives for the call of http_begin() only, which copies it; secrets are wiped.
 */
#include "aws/send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/scope.h"

enum {
    SILENCE_MS = 20000,
    TOTAL_MS = 60000,
    HEADERS_MAX = 10,
    PATH_BYTES = 2048,
    URL_BYTES = 16384,
    HOST_BYTES = 336,
    BUCKET_MAX = 255,
};

struct letter {
    char host[HOST_BYTES], path[PATH_BYTES], url[URL_BYTES], target[128];
    struct http_header headers[HEADERS_MAX];
    size_t n_headers;
    struct sign_result signature;
};

weir_status send_body(const struct aws_request *request, char **out, size_t *len, weir_error *err)
{
    const struct service_info *info = &service_infos[request->service];
    bool is_query = info->protocol == AWS_EC2_QUERY || info->protocol == AWS_QUERY;
    char front[160] = "";
    if (is_query && !(request->body_len >= 7 && memcmp(request->body, "Action=", 7) == 0))
        snprintf(front, sizeof front, "Action=%s&Version=%s%s", request->operation, info->version,
                 request->body_len > 0 ? "&" : "");
    size_t front_len = strlen(front);
    char *body = malloc(front_len + request->body_len + 1);
    if (!body)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    memcpy(body, front, front_len);
    if (request->body_len > 0)
        memcpy(body + front_len, request->body, request->body_len);
    *len = front_len + request->body_len;
    body[*len] = '\0';
    *out = body;
    return WEIR_OK;
}

static bool bucket_is_sane(const char *bucket)
{
    size_t len = strlen(bucket);
    return len >= 3 && len <= BUCKET_MAX && *bucket != '.' && !strstr(bucket, "..") &&
           strspn(bucket, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_") == len;
}

static bool bucket_is_host(const char *bucket)
{
    size_t len = strlen(bucket);
    return len <= 63 && bucket[0] != '-' && bucket[len - 1] != '-' &&
           strspn(bucket, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static weir_status put_place(struct letter *letter, const struct aws_request *request, const struct endpoint *endpoint,
                             weir_error *err)
{
    const char *bucket = request->bucket, *key = request->key ? request->key : "";
    if (bucket && !bucket_is_sane(bucket))
        return weir_fail(err, WEIR_E_USAGE, 0, "'%s' is no name of a bucket", bucket);
    bool in_host = bucket && !endpoint->is_override && bucket_is_host(bucket);
    bool in_path = bucket && !in_host;
    snprintf(letter->host, sizeof letter->host, "%s%s%s", in_host ? bucket : "", in_host ? "." : "", endpoint->host);
    int n = snprintf(letter->path, sizeof letter->path, "%s/%s%s%s", endpoint->path, in_path ? bucket : "",
                     in_path && *key ? "/" : "", key);
    if (n < 0 || (size_t)n >= sizeof letter->path)
        return weir_fail(err, WEIR_E_LIMIT, 0, "a key of S3 is longer than %d bytes", PATH_BYTES);
    return WEIR_OK;
}

/* Appends text as it is or encoded; false when it does not fit. */
static bool put(struct letter *letter, size_t *len, const char *text, bool encode, bool keep_slash)
{
    size_t room = sizeof letter->url - *len, n = strlen(text);
    if (encode)
        n = sign_uri_encode(text, keep_slash, letter->url + *len, room);
    else if (n < room)
        memcpy(letter->url + *len, text, n + 1);
    *len += n;
    return n < room;
}

static weir_status put_url(struct letter *letter, const struct aws_request *request, const struct endpoint *endpoint,
                           weir_error *err)
{
    bool is_plain = strncmp(endpoint->url, "http://", 7) == 0;
    size_t len = 0;
    bool fits = put(letter, &len, is_plain ? "http://" : "https://", false, false) &&
                put(letter, &len, letter->host, false, false) && put(letter, &len, letter->path, true, true);
    for (size_t k = 0; fits && k < request->n_query; k++)
        fits = put(letter, &len, k ? "&" : "?", false, false) &&
               put(letter, &len, request->query[k].name, true, false) && put(letter, &len, "=", false, false) &&
               put(letter, &len, request->query[k].value, true, false);
    return fits ? WEIR_OK : weir_fail(err, WEIR_E_LIMIT, 0, "a request has a URL of more than %d bytes", URL_BYTES);
}

static void add(struct letter *letter, const char *name, const char *value)
{
    if (value && *value && letter->n_headers < HEADERS_MAX)
        letter->headers[letter->n_headers++] = (struct http_header){name, value};
}

/* Headers that are signed, named by protocol. */
static void put_headers(struct letter *letter, const struct aws_request *request)
{
    const struct service_info *info = &service_infos[request->service];
    if (info->protocol == AWS_JSON) {
        snprintf(letter->target, sizeof letter->target, "%s.%s", info->target, request->operation);
        add(letter, "Content-Type", "application/x-amz-json-1.1");
        add(letter, "X-Amz-Target", letter->target);
    } else if (info->protocol != AWS_REST_XML) {
        add(letter, "Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    }
}

static weir_status put_signature(struct letter *letter, const struct aws_request *request,
                                 const struct endpoint *endpoint, const struct credential *credential, const char *body,
                                 size_t body_len, int64_t now_s, weir_error *err)
{
    const struct service_info *info = &service_infos[request->service];
    struct sign_pair pairs[HEADERS_MAX];
    for (size_t k = 0; k < letter->n_headers; k++)
        pairs[k] = (struct sign_pair){letter->headers[k].name, letter->headers[k].value};
    struct sign_request to_sign = {.method = info->protocol == AWS_REST_XML ? "GET" : "POST",
                                   .host = letter->host,
                                   .path = letter->path,
                                   .query = request->query,
                                   .n_query = request->n_query,
                                   .headers = pairs,
                                   .n_headers = letter->n_headers,
                                   .body = body,
                                   .body_len = body_len,
                                   .region = endpoint->region,
                                   .service = info->signing,
                                   .is_s3 = request->service == AWS_S3};
    const char *token = *credential->session_token ? credential->session_token : NULL;
    struct sign_key key = {credential->access_key, credential->secret_key, token};
    weir_status status = sign(&to_sign, &key, now_s, &letter->signature, NULL, err);
    if (status != WEIR_OK)
        return status;
    add(letter, "X-Amz-Date", letter->signature.date);
    add(letter, "X-Amz-Content-Sha256", letter->signature.content_hash);
    add(letter, "X-Amz-Security-Token", token);
    add(letter, "Authorization", letter->signature.authorization);
    add(letter, "Range", request->range);
    add(letter, "If-Match", request->if_match);
    return WEIR_OK;
}

static weir_status begin(struct http *http, const struct letter *letter, const struct aws_request *request,
                         const struct endpoint *endpoint, const char *body, size_t body_len, struct http_transfer **out,
                         weir_error *err)
{
    struct http_request sent = {
        .method = service_infos[request->service].protocol == AWS_REST_XML ? "GET" : "POST",
        .url = letter->url,
        .headers = letter->headers,
        .n_headers = letter->n_headers,
        .body = body,
        .body_len = body_len,
        .silence_ms = request->silence_ms ? request->silence_ms : SILENCE_MS,
        .total_ms = request->total_ms < 0 ? 0 : (request->total_ms ? request->total_ms : TOTAL_MS),
        .max_bytes = request->max_bytes,
        .is_override = endpoint->is_override,
        .data = request->data,
        .user = request->user,
    };
    return http_begin(http, &sent, out, err);
}

weir_status send_signed(struct http *http, const struct aws_request *request, const struct endpoint *endpoint,
                        const struct credential *credential, const char *body, size_t body_len, int64_t now_s,
                        struct http_transfer **out, weir_error *err)
{
    struct letter *letter = calloc(1, sizeof *letter);
    if (!letter)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    weir_status status = put_place(letter, request, endpoint, err);
    if (status == WEIR_OK)
        status = put_url(letter, request, endpoint, err);
    if (status == WEIR_OK) {
        put_headers(letter, request);
        status = put_signature(letter, request, endpoint, credential, body, body_len, now_s, err);
    }
    if (status == WEIR_OK)
        status = begin(http, letter, request, endpoint, body, body_len, out, err);
    explicit_bzero(letter, sizeof *letter);
    free(letter);
    return status;
}
