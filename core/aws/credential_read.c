/* credential_read.c - what programs and services answer, as credentials; and the few ways to ask. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "aws/credential_chain.h"
#include "aws/form.h"
#include "aws/json.h"
#include "aws/xml.h"
#include "base/limits.h"
#include "weir/safe.h"

enum { WAIT_MS = 1000, TEXT_BYTES = 64, PROCESS_VERSION = 1 };

/* ---- texts ---- */

static bool put(char *to, size_t size, const char *text)
{
    size_t len = text ? strlen(text) : 0;
    if (len >= size)
        return false;
    if (len)
        memcpy(to, text, len);
    to[len] = '\0';
    return true;
}

/* What ends up in a header must be one word. */
static bool is_word(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text > '~')
            return false;
    return true;
}

weir_status credential_fill(const char *access_key, const char *secret_key, const char *token, const char *account,
                            const char *expiration, int64_t now_s, const char *who, struct credential *out,
                            weir_error *err)
{
    int64_t expires_s = 0;
    if (!access_key || !*access_key || !secret_key || !*secret_key)
        return weir_fail(err, WEIR_E_DATA, 0, "%s: there is no %s in it", who,
                         access_key && *access_key ? "secret access key" : "access key id");
    bool ends = expiration && *expiration;
    if (ends && !iso8601_read(expiration, &expires_s))
        return weir_fail(err, WEIR_E_DATA, 0, "%s: its Expiration is no time", who);
    if (ends && expires_s <= now_s)
        return weir_fail(err, WEIR_E_DENIED, 0, "%s: they have expired %lld s ago; log in again", who,
                         (long long)(now_s - expires_s));
    struct credential *to = out;
    *to = (struct credential){.expires_s = expires_s};
    bool fits = put(to->access_key, sizeof to->access_key, access_key) &&
                put(to->secret_key, sizeof to->secret_key, secret_key) &&
                put(to->session_token, sizeof to->session_token, token) && is_word(to->access_key) &&
                is_word(to->secret_key) && is_word(to->session_token);
    if (!fits) {
        credential_wipe(to);
        return weir_fail(err, WEIR_E_DATA, 0, "%s: a key is too long, or no word", who);
    }
    if (account && strlen(account) == 12 && strspn(account, "0123456789") == 12)
        put(to->account, sizeof to->account, account);
    return WEIR_OK;
}

/* ---- JSON and XML ---- */

/* jansson's texts end in NUL. One with a NUL inside is not cut but becomes what is neither a word nor a time. */
static const char *text_of(const struct json_t *json, const char *name)
{
    struct slice text = json_text(json, name);
    return text.at && memchr(text.at, '\0', text.len) ? "\n" : text.at;
}

static weir_status read_json(const char *bytes, size_t len, bool needs_version, int64_t now_s, const char *who,
                             struct credential *out, weir_error *err)
{
    struct json_t *json = NULL;
    if (json_read(bytes, len, &json, NULL) != WEIR_OK)
        return weir_fail(err, WEIR_E_DATA, 0, "%s: what came is no JSON", who);
    weir_status status = WEIR_OK;
    if (needs_version && json_number(json, "Version", 0) != PROCESS_VERSION)
        status = weir_fail(err, WEIR_E_DATA, 0, "%s: what came has no \"Version\": %d", who, PROCESS_VERSION);
    struct slice code = json_text(json, "Code");
    if (!status && code.at && !slice_is(code, SLICE("Success"))) {
        char safe[TEXT_BYTES];
        weir_sanitize(code.at, code.len, safe, sizeof safe);
        status = weir_fail(err, WEIR_E_DENIED, 0, "%s: %s", who, safe);
    }
    if (!status) {
        const char *token = text_of(json, "SessionToken");
        status = credential_fill(text_of(json, "AccessKeyId"), text_of(json, "SecretAccessKey"),
                                 token ? token : text_of(json, "Token"), text_of(json, "AccountId"),
                                 text_of(json, "Expiration"), now_s, who, out, err);
    }
    json_done(json);
    return status;
}

weir_status credential_read_json(const char *bytes, size_t len, int64_t now_s, const char *who, struct credential *out,
                                 weir_error *err)
{
    return read_json(bytes, len, false, now_s, who, out, err);
}

weir_status credential_read_process(const char *bytes, size_t len, int64_t now_s, const char *who,
                                    struct credential *out, weir_error *err)
{
    return read_json(bytes, len, true, now_s, who, out, err);
}

weir_status credential_read_xml(const char *bytes, size_t len, int64_t now_s, const char *who, struct credential *out,
                                weir_error *err)
{
    struct xml *xml = NULL;
    weir_error why = {0};
    if (xml_parse(bytes, len, &xml, &why) != WEIR_OK)
        return weir_fail(err, WEIR_E_DATA, 0, "%s: %s", who, why.text);
    const struct xml_node *result = xml_child(xml_root(xml), "AssumeRoleResult");
    if (!result)
        result = xml_child(xml_root(xml), "AssumeRoleWithWebIdentityResult");
    const struct xml_node *found = xml_child(result, "Credentials");
    const char *end = xml_text(found, "Expiration");
    weir_status status = credential_fill(xml_text(found, "AccessKeyId"), xml_text(found, "SecretAccessKey"),
                                         xml_text(found, "SessionToken"), NULL, end, now_s, who, out, err);
    /* A role always ends: without a time it would never be refreshed. */
    if (!status && (!end || !*end)) {
        credential_wipe(out);
        status = weir_fail(err, WEIR_E_DATA, 0, "%s: there is no Expiration in it", who);
    }
    xml_free(xml);
    return status;
}

/* ---- asking ---- */

void credential_body_done(struct buf *body)
{
    if (body->bytes)
        explicit_bzero(body->bytes, body->room);
    buf_done(body);
}

weir_status credential_ask(struct credential_search *search, const struct http_request *request, struct buf *body,
                           int *http_status, weir_error *err)
{
    struct http_transfer *transfer = NULL;
    const struct http_response *response = NULL;
    weir_status status = http_begin(search->http, request, &transfer, err);
    if (status)
        return status;
    do {
        if (http_wait(search->http, search->cancel, -1, WAIT_MS) == WEIR_E_CANCELED) {
            http_end(transfer);
            return WEIR_E_CANCELED;
        }
        status = http_result(transfer, &response, err);
    } while (status == WEIR_AGAIN);
    buf_init(body, ANSWER_MAX_BYTES);
    if (!status) {
        *http_status = response->status;
        status = buf_append(body, response->body.bytes, response->body.len);
        if (status)
            weir_fail(err, status, 0, "out of memory");
        if (response->body.bytes)
            explicit_bzero(response->body.bytes, response->body.len);
    }
    http_end(transfer);
    return status;
}

weir_status credential_read_file(const char *path, char *out, size_t size, weir_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return weir_fail(err, WEIR_E_DENIED, 0, "cannot read the token file %s", path);
    size_t len = 0;
    ssize_t n = 0;
    while (len < size && ((n = read(fd, out + len, size - len)) > 0 || (n < 0 && errno == EINTR)))
        len += n > 0 ? (size_t)n : 0;
    close(fd);
    if (n < 0 || len == size) {
        explicit_bzero(out, size);
        return weir_fail(err, WEIR_E_DENIED, 0, "cannot read the token file %s%s", path,
                         n < 0 ? "" : ": it is too long");
    }
    while (len > 0 && (out[len - 1] == '\n' || out[len - 1] == '\r' || out[len - 1] == ' '))
        len--;
    out[len] = '\0';
    return len ? WEIR_OK : weir_fail(err, WEIR_E_DENIED, 0, "the token file %s is empty", path);
}
