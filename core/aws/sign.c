/* sign.c - see sign.h. All that is derived from secrets, and the canonical request (the session token is in it), lives
 * in one block that is wiped before it is freed. */
#include "aws/sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/scope.h"

enum {
    TEXT_BYTES = 48 * 1024, /* a session token has up to 8 KiB, an S3 key up to 3 KiB once it is encoded */
    PAIRS_MAX = 64,
    OWN_HEADERS = 4,
    HASH_BYTES = 32,
    SECRET_BYTES = 512,
    SCOPE_BYTES = 256,
};

struct text {
    size_t len;
    bool is_full; /* something was left out */
    char at[TEXT_BYTES];
};

struct work {
    struct text canonical, names, words; /* words: what is encoded or in lower case, each with its NUL */
    struct sign_pair query[PAIRS_MAX], headers[PAIRS_MAX + OWN_HEADERS];
    size_t n_headers;
    char scope[SCOPE_BYTES], to_sign[sizeof((struct sign_trace *)0)->to_sign], hash[SIGN_HASH_BYTES];
    char secret[SECRET_BYTES];
    unsigned char key[HASH_BYTES];
};

static void drop_work(struct work **work)
{
    if (*work)
        explicit_bzero(*work, sizeof **work);
    free(*work);
}

/* ---- texts ---- */

static void put(struct text *text, const char *bytes, size_t len)
{
    if (text->is_full || len > sizeof text->at - text->len) {
        text->is_full = true;
        return;
    }
    memcpy(text->at + text->len, bytes, len);
    text->len += len;
}

static void put_text(struct text *text, const char *more)
{
    put(text, more, strlen(more));
}

size_t sign_uri_encode(const char *text, bool keep_slash, char *out, size_t size)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t len = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        bool is_plain = (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') ||
                        *at == '-' || *at == '.' || *at == '_' || *at == '~' || (*at == '/' && keep_slash);
        const char coded[3] = {is_plain ? (char)*at : '%', digits[*at >> 4], digits[*at & 15]};
        size_t more = is_plain ? 1 : 3;
        if (len + more < size)
            memcpy(out + len, coded, more);
        len += more;
    }
    if (len < size)
        out[len] = '\0';
    return len;
}

/* The encoded text, which lives in work->words. */
static const char *encode(struct work *work, const char *text, bool keep_slash)
{
    struct text *words = &work->words;
    char *at = words->at + words->len;
    size_t room = sizeof words->at - words->len, len = sign_uri_encode(text, keep_slash, at, room);
    if (words->is_full || len >= room) {
        words->is_full = true;
        return "";
    }
    words->len += len + 1;
    return at;
}

static const char *lower(struct work *work, const char *text)
{
    struct text *words = &work->words;
    char *at = words->at + words->len;
    put(words, text, strlen(text) + 1);
    if (words->is_full)
        return "";
    for (char *c = at; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return at;
}

/* Stable, so that repeated headers keep their order. Few enough for the simple way. */
static void sort_pairs(struct sign_pair *pairs, size_t n, bool by_value)
{
    for (size_t k = 1; k < n; k++) {
        struct sign_pair pair = pairs[k];
        size_t to = k;
        for (; to > 0; to--) {
            int order = strcmp(pairs[to - 1].name, pair.name);
            if (order == 0 && by_value)
                order = strcmp(pairs[to - 1].value, pair.value);
            if (order <= 0)
                break;
            pairs[to] = pairs[to - 1];
        }
        pairs[to] = pair;
    }
}

/* ---- hashes ---- */

static bool hash_hex(const char *algorithm, const void *bytes, size_t len, char *out)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    size_t n = 0;
    out[0] = '\0';
    if (!EVP_Q_digest(NULL, algorithm, NULL, len ? bytes : "", len, hash, &n))
        return false;
    for (size_t k = 0; k < n; k++)
        snprintf(out + 2 * k, 3, "%02x", hash[k]);
    return true;
}

void sign_sha256_hex(const void *bytes, size_t len, char *out)
{
    hash_hex("SHA256", bytes, len, out);
}

void sign_sha1_hex(const void *bytes, size_t len, char *out)
{
    hash_hex("SHA1", bytes, len, out);
}

/* The key becomes the HMAC of the text under the key. */
static bool derive(struct work *work, size_t key_len, const void *key, const char *text)
{
    return HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)text, strlen(text), work->key, NULL) != NULL;
}

/* ---- the canonical request ---- */

/* RFC 3986, 5.2.4; AWS joins repeated slashes too, except in S3. `path` is changed. */
static void normalise(char *path)
{
    char *to = path, *at = path;
    bool ends_in_slash = *path && path[strlen(path) - 1] == '/';
    while (*at) {
        at += strspn(at, "/");
        size_t len = strcspn(at, "/");
        if (len == 2 && at[0] == '.' && at[1] == '.') {
            while (to > path && *--to != '/')
                ;
        } else if (len > 0 && !(len == 1 && at[0] == '.')) {
            *to++ = '/';
            memmove(to, at, len);
            to += len;
        }
        at += len;
    }
    if (to == path || ends_in_slash)
        *to++ = '/';
    *to = '\0';
}

static void put_path(struct work *work, const struct sign_request *request)
{
    const char *sent = encode(work, *request->path ? request->path : "/", true);
    if (request->is_s3 || work->words.is_full) {
        put_text(&work->canonical, sent);
        return;
    }
    normalise(work->words.at + (sent - work->words.at));
    put_text(&work->canonical, encode(work, sent, true));
}

static void put_query(struct work *work, const struct sign_request *request)
{
    for (size_t k = 0; k < request->n_query; k++) {
        const struct sign_pair *pair = &request->query[k];
        work->query[k].name = encode(work, pair->name, false);
        work->query[k].value = encode(work, pair->value ? pair->value : "", false);
    }
    sort_pairs(work->query, request->n_query, true);
    for (size_t k = 0; k < request->n_query; k++) {
        put_text(&work->canonical, k ? "&" : "");
        put_text(&work->canonical, work->query[k].name);
        put_text(&work->canonical, "=");
        put_text(&work->canonical, work->query[k].value);
    }
}

static void add_header(struct work *work, const char *name, const char *value)
{
    work->headers[work->n_headers++] = (struct sign_pair){lower(work, name), value};
}

/* Without white space at both ends, and one space for each run of it. */
static void put_value(struct text *text, const char *value)
{
    static const char space[] = " \t";
    value += strspn(value, space);
    while (*value) {
        size_t len = strcspn(value, space);
        put(text, value, len);
        value += len;
        value += strspn(value, space);
        put_text(text, *value ? " " : "");
    }
}

static void put_headers(struct work *work)
{
    sort_pairs(work->headers, work->n_headers, false);
    for (size_t k = 0; k < work->n_headers; k++) {
        const struct sign_pair *header = &work->headers[k];
        if (k > 0 && strcmp(header[-1].name, header->name) == 0) {
            put_text(&work->canonical, ",");
        } else {
            put_text(&work->canonical, k ? "\n" : "");
            put_text(&work->canonical, header->name);
            put_text(&work->canonical, ":");
            put_text(&work->names, k ? ";" : "");
            put_text(&work->names, header->name);
        }
        put_value(&work->canonical, header->value);
    }
    put(&work->names, "", 1);
    put_text(&work->canonical, "\n\n");
    put_text(&work->canonical, work->names.at);
    put_text(&work->canonical, "\n");
}

static const char *given_hash(const struct sign_request *request)
{
    for (size_t k = 0; k < request->n_headers; k++)
        if (strcasecmp(request->headers[k].name, "x-amz-content-sha256") == 0)
            return request->headers[k].value;
    return NULL;
}

static weir_status make_canonical(struct work *work, const struct sign_request *request, const char *token,
                                  struct sign_result *out, weir_error *err)
{
    const char *given = given_hash(request);
    if (given ? strlen(given) >= sizeof work->hash : !hash_hex("SHA256", request->body, request->body_len, work->hash))
        return weir_fail(err, WEIR_E_LIMIT, 0, "cannot sign: the hash of the body cannot be had");
    if (given)
        memcpy(work->hash, given, strlen(given) + 1);
    put_text(&work->canonical, request->method);
    put_text(&work->canonical, "\n");
    put_path(work, request);
    put_text(&work->canonical, "\n");
    put_query(work, request);
    put_text(&work->canonical, "\n");
    for (size_t k = 0; k < request->n_headers; k++)
        add_header(work, request->headers[k].name, request->headers[k].value);
    add_header(work, "host", request->host);
    add_header(work, "x-amz-date", out->date);
    if (token)
        add_header(work, "x-amz-security-token", token);
    if (request->is_s3 && !given)
        add_header(work, "x-amz-content-sha256", work->hash);
    put_headers(work);
    put_text(&work->canonical, work->hash);
    if (work->canonical.is_full || work->words.is_full || work->names.is_full)
        return weir_fail(err, WEIR_E_LIMIT, 0, "cannot sign: the request has more than %d bytes", TEXT_BYTES);
    if (request->is_s3)
        memcpy(out->content_hash, work->hash, sizeof out->content_hash);
    return WEIR_OK;
}

/* ---- the signature ---- */

static bool fits(int len, size_t size)
{
    return len >= 0 && (size_t)len < size;
}

static weir_status make_signature(struct work *work, const struct sign_request *request, const struct sign_key *key,
                                  struct sign_result *out, weir_error *err)
{
    char day[9], signature[SIGN_HASH_BYTES];
    snprintf(day, sizeof day, "%.8s", out->date);
    int scope =
        snprintf(work->scope, sizeof work->scope, "%s/%s/%s/aws4_request", day, request->region, request->service);
    bool is_hashed = hash_hex("SHA256", work->canonical.at, work->canonical.len, work->hash);
    int to_sign = snprintf(work->to_sign, sizeof work->to_sign, "AWS4-HMAC-SHA256\n%s\n%s\n%s", out->date, work->scope,
                           work->hash);
    int secret = snprintf(work->secret, sizeof work->secret, "AWS4%s", key->secret_key);
    if (!fits(scope, sizeof work->scope) || !fits(to_sign, sizeof work->to_sign) || !fits(secret, sizeof work->secret))
        return weir_fail(err, WEIR_E_LIMIT, 0, "cannot sign: region, service or secret key are too long");
    if (!is_hashed || !derive(work, (size_t)secret, work->secret, day) ||
        !derive(work, HASH_BYTES, work->key, request->region) ||
        !derive(work, HASH_BYTES, work->key, request->service) ||
        !derive(work, HASH_BYTES, work->key, "aws4_request") || !derive(work, HASH_BYTES, work->key, work->to_sign))
        return weir_fail(err, WEIR_E_NOMEM, 0, "cannot sign: libcrypto does not give SHA-256");
    for (size_t k = 0; k < HASH_BYTES; k++)
        snprintf(signature + 2 * k, 3, "%02x", work->key[k]);
    int len = snprintf(out->authorization, sizeof out->authorization,
                       "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s", key->access_key,
                       work->scope, work->names.at, signature);
    if (!fits(len, sizeof out->authorization))
        return weir_fail(err, WEIR_E_LIMIT, 0, "cannot sign: access key and names of headers are too long");
    return WEIR_OK;
}

static bool is_one_line(const char *text)
{
    for (; *text; text++)
        if (((unsigned char)*text < 0x20 && *text != '\t') || *text == 0x7f)
            return false;
    return true;
}

/* What could end a header early would sign something else than what is sent. */
static weir_status check(const struct sign_request *request, const char *token, weir_error *err)
{
    if (*request->path && *request->path != '/')
        return weir_fail(err, WEIR_E_USAGE, 0, "cannot sign: the path does not begin with '/'");
    if (request->n_query > PAIRS_MAX || request->n_headers > PAIRS_MAX)
        return weir_fail(err, WEIR_E_LIMIT, 0, "cannot sign: more than %d parameters or headers", PAIRS_MAX);
    bool is_sane = is_one_line(request->host) && is_one_line(token ? token : "");
    for (size_t k = 0; k < request->n_headers; k++)
        is_sane = is_sane && is_one_line(request->headers[k].name) && is_one_line(request->headers[k].value);
    return is_sane ? WEIR_OK : weir_fail(err, WEIR_E_DATA, 0, "cannot sign: a control character in a header");
}

static void copy_trace(const struct work *work, struct sign_trace *trace)
{
    size_t len = work->canonical.len < sizeof trace->canonical ? work->canonical.len : sizeof trace->canonical - 1;
    memcpy(trace->canonical, work->canonical.at, len);
    trace->canonical[len] = '\0';
    memcpy(trace->to_sign, work->to_sign, sizeof trace->to_sign);
}

weir_status sign(const struct sign_request *request, const struct sign_key *key, int64_t time_s,
                 struct sign_result *out, struct sign_trace *trace, weir_error *err)
{
    const char *token = key->session_token && *key->session_token ? key->session_token : NULL;
    struct sign_result result = {.date = ""};
    time_t when = (time_t)time_s;
    struct tm utc;
    if (!gmtime_r(&when, &utc) || strftime(result.date, sizeof result.date, "%Y%m%dT%H%M%SZ", &utc) != 16)
        return weir_fail(err, WEIR_E_LIMIT, 0, "cannot sign: the clock is beyond the year 9999");
    weir_status status = check(request, token, err);
    if (status != WEIR_OK)
        return status;
    AUTO(drop_work) struct work *work = calloc(1, sizeof *work);
    if (!work)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    status = make_canonical(work, request, token, &result, err);
    if (status == WEIR_OK)
        status = make_signature(work, request, key, &result, err);
    if (status != WEIR_OK)
        return status;
    if (trace)
        copy_trace(work, trace);
    *out = result;
    return WEIR_OK;
}
