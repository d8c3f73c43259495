/* credential_sts.c - roles: AssumeRole, signed with what the source gave, and AssumeRoleWithWebIdentity, which needs no
 * signature (docs.aws.amazon.com/STS/latest/APIReference). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "aws/credential_chain.h"
#include "aws/endpoint.h"
#include "aws/form.h"
#include "aws/xml.h"
#include "base/scope.h"
#include "weir/safe.h"

enum { FORM_MAX_BYTES = 64 * 1024, IDENTITY_TOKEN_BYTES = 20000, STS_MS = 10000, STS_TRIES = 3 };

#define FALLBACK_REGION "us-east-1" /* where STS answers for roles of every region of the first partition */

struct sts {
    struct credential_search *search;
    const char *operation;
    const struct sts_role *role;
    struct endpoint endpoint;
    struct buf form;
};

static void sts_done(struct sts *sts)
{
    credential_body_done(&sts->form);
}

static weir_status begin(struct sts *sts, struct credential_search *search, const char *operation,
                         const struct sts_role *role, weir_error *err)
{
    const struct endpoint_settings settings = {.override = search->options->sts_url};
    const char *region =
        search->options->region && *search->options->region ? search->options->region : FALLBACK_REGION;
    char session[64];
    *sts = (struct sts){.search = search, .operation = operation, .role = role};
    buf_init(&sts->form, FORM_MAX_BYTES);
    weir_status status = endpoint_make(AWS_STS, region, &settings, &sts->endpoint, err);
    if (status)
        return status;
    snprintf(session, sizeof session, "weir-%" PRId64, search->now_s);
    const struct sign_pair pairs[] = {{"Action", operation},
                                      {"Version", service_infos[AWS_STS].version},
                                      {"RoleArn", role->arn},
                                      {"RoleSessionName", role->session_name ? role->session_name : session},
                                      {"DurationSeconds", role->duration},
                                      {"ExternalId", role->external_id}};
    for (size_t k = 0; !status && k < ARRAY_SIZE(pairs); k++)
        if (pairs[k].value)
            status = form_put(&sts->form, pairs[k].name, pairs[k].value);
    return status ? weir_fail(err, status, 0, "profile %s: its role is too long", role->profile) : WEIR_OK;
}

/* "AccessDenied: not authorized to perform …" of an answer that is no success. */
static weir_status blame(const struct sts *sts, const struct buf *body, int http_status, weir_error *err)
{
    struct xml *xml = NULL;
    char code[64] = "", message[200] = "";
    if (xml_parse(body->bytes ? body->bytes : "", body->len, &xml, NULL) == WEIR_OK) {
        weir_safe_format(code, sizeof code, "%s", xml_text(xml_root(xml), "Error/Code"));
        weir_safe_format(message, sizeof message, "%s", xml_text(xml_root(xml), "Error/Message"));
    }
    xml_free(xml);
    if (http_status >= 500)
        return weir_fail(err, WEIR_E_IO, 0, "%s answered with HTTP status %d; asking again may help",
                         sts->endpoint.host, http_status);
    return weir_fail(err, WEIR_E_DENIED, 0, "%s cannot assume the role %s: %s%s%s", sts->role->profile, sts->role->arn,
                     *code ? code : "refused", *message ? ": " : "", message);
}

static weir_status send(struct sts *sts, const struct http_header *headers, size_t n, struct credential *out,
                        weir_error *err)
{
    char url[sizeof sts->endpoint.url + sizeof sts->endpoint.path + 2], who[CREDENTIAL_ORIGIN_BYTES];
    snprintf(url, sizeof url, "%s%s", sts->endpoint.url, sts->endpoint.path[0] ? "" : "/");
    const struct http_request request = {.method = "POST",
                                         .url = url,
                                         .headers = headers,
                                         .n_headers = n,
                                         .body = sts->form.bytes,
                                         .body_len = sts->form.len,
                                         .connect_ms = STS_MS,
                                         .silence_ms = STS_MS,
                                         .total_ms = 2 * STS_MS,
                                         .is_override = sts->endpoint.is_override};
    struct buf body;
    int http_status = 0;
    weir_status status = credential_ask(sts->search, &request, &body, &http_status, err);
    if (status)
        return status;
    weir_safe_format(who, sizeof who, "the role of %s", sts->role->profile);
    status = http_status == 200 ? credential_read_xml(body.bytes, body.len, sts->search->now_s, who, out, err)
                                : blame(sts, &body, http_status, err);
    credential_body_done(&body);
    return status;
}

/* Again when nobody answered, or the service was in trouble. */
static weir_status send_again(struct sts *sts, const struct http_header *headers, size_t n, struct credential *out,
                              weir_error *err)
{
    weir_error why = {0};
    weir_status status = WEIR_E_IO;
    for (int k = 0; k < STS_TRIES && status == WEIR_E_IO; k++) {
        why = (weir_error){0};
        status = send(sts, headers, n, out, &why);
    }
    return status == WEIR_OK || status == WEIR_E_CANCELED ? status : weir_fail(err, status, 0, "%s", why.text);
}

#define FORM_TYPE "application/x-www-form-urlencoded; charset=utf-8"

weir_status credential_from_role(struct credential_search *search, const struct sts_role *role,
                                 const struct credential *source, struct credential *out, weir_error *err)
{
    struct sts sts;
    struct sign_result signature;
    weir_status status = begin(&sts, search, "AssumeRole", role, err);
    const struct sign_pair signed_headers[] = {{"content-type", FORM_TYPE}};
    const struct sign_request request = {.method = "POST",
                                         .host = sts.endpoint.host,
                                         .path = sts.endpoint.path[0] ? sts.endpoint.path : "/",
                                         .headers = signed_headers,
                                         .n_headers = 1,
                                         .body = sts.form.bytes,
                                         .body_len = sts.form.len,
                                         .region = sts.endpoint.region,
                                         .service = service_infos[AWS_STS].signing};
    const char *token = source->session_token[0] ? source->session_token : NULL;
    const struct sign_key key = {source->access_key, source->secret_key, token};
    if (!status)
        status = sign(&request, &key, search->now_s, &signature, NULL, err);
    if (!status) {
        const struct http_header headers[] = {{"Content-Type", FORM_TYPE},
                                              {"X-Amz-Date", signature.date},
                                              {"Authorization", signature.authorization},
                                              {"X-Amz-Security-Token", token}};
        status = send_again(&sts, headers, token ? 4 : 3, out, err);
    }
    sts_done(&sts);
    return status;
}

weir_status credential_from_web_identity(struct credential_search *search, const struct sts_role *role,
                                         const char *token_file, struct credential *out, weir_error *err)
{
    struct sts sts;
    char token[IDENTITY_TOKEN_BYTES];
    /* The file is changed by whoever keeps it fresh: it is read each time. */
    weir_status status = credential_read_file(token_file, token, sizeof token, err);
    if (status)
        return status;
    status = begin(&sts, search, "AssumeRoleWithWebIdentity", role, err);
    if (!status && form_put(&sts.form, "WebIdentityToken", token) != WEIR_OK)
        status = weir_fail(err, WEIR_E_LIMIT, 0, "the token in %s is too long", token_file);
    explicit_bzero(token, sizeof token);
    const struct http_header headers[] = {{"Content-Type", FORM_TYPE}};
    if (!status)
        status = send_again(&sts, headers, 1, out, err);
    sts_done(&sts);
    if (!status)
        weir_safe_format(search->origin, sizeof search->origin, "%s: web identity", role->profile);
    return status;
}
