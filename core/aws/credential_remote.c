/* credential_remote.c - credentials that a container or an instance is given by the place where it runs
 * (docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html, …/feature-imds-credentials.html). They
 * are asked without a proxy, and in little time: nobody there is the usual case. */
#include <stdio.h>
#include <string.h>

#include "aws/credential_chain.h"
#include "aws/http_route.h"
#include "aws/settings.h"
#include "base/scope.h"
#include "weir/safe.h"

enum { URL_BYTES = 2048, ROLE_BYTES = 128, TRIES = 2, CONTAINER_MS = 2000, INSTANCE_MS = 1000 };

static const char *variable(const struct credential_search *search, const char *name)
{
    return environment_get(search->options->environment, name);
}

/* ---- container ---- */

/* https, or plain http to this host and the addresses that AWS gives to containers. */
static bool is_trusted(const char *url)
{
    char host[256];
    if (strncmp(url, "https://", 8) == 0)
        return true;
    if (strncmp(url, "http://", 7) != 0)
        return false;
    const char *at = url + 7;
    size_t len = *at == '[' ? strcspn(at, "]") + 1 : strcspn(at, ":/?");
    if (len >= sizeof host || memchr(at, '@', strcspn(at, "/")))
        return false;
    memcpy(host, at, len);
    host[len] = '\0';
    return route_is_local(host);
}

static weir_status container_token(struct credential_search *search, char *out, size_t size, weir_error *err)
{
    const char *file = variable(search, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *token = variable(search, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    out[0] = '\0';
    if (file) {
        weir_status status = credential_read_file(file, out, size, err);
        if (status)
            return status;
    } else if (token && strlen(token) < size) {
        memcpy(out, token, strlen(token) + 1);
    }
    if (strpbrk(out, "\r\n"))
        return weir_fail(err, WEIR_E_DENIED, 0, "the container's authorization token has a line break in it");
    return WEIR_OK;
}

static weir_status ask_container(struct credential_search *search, const char *url, const char *token,
                                 struct credential *out, weir_error *err)
{
    const struct http_header headers[] = {{"Accept", "application/json"}, {"Authorization", token}};
    const struct http_request request = {.method = "GET",
                                         .url = url,
                                         .headers = headers,
                                         .n_headers = *token ? 2 : 1,
                                         .connect_ms = CONTAINER_MS,
                                         .silence_ms = CONTAINER_MS,
                                         .total_ms = CONTAINER_MS,
                                         .direct = true};
    struct buf body;
    int http_status = 0;
    weir_error why = {0};
    weir_status status = credential_ask(search, &request, &body, &http_status, &why);
    if (status == WEIR_E_CANCELED)
        return status;
    if (status)
        return weir_fail(err, status, 0, "the container's credentials: %s", why.text);
    if (http_status != 200)
        status = weir_fail(err, WEIR_E_DENIED, 0, "the container's credentials: the agent answered with HTTP status %d",
                           http_status);
    else
        status = credential_read_json(body.bytes, body.len, search->now_s, "the container's credentials", out, err);
    credential_body_done(&body);
    return status;
}

weir_status credential_from_container(struct credential_search *search, struct credential *out, weir_error *err)
{
    const char *relative = variable(search, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = variable(search, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    char url[URL_BYTES], token[CREDENTIAL_TOKEN_BYTES];
    if (!relative && !full)
        return WEIR_AGAIN;
    int len = relative ? snprintf(url, sizeof url, "http://169.254.170.2%s%s", *relative == '/' ? "" : "/", relative)
                       : snprintf(url, sizeof url, "%s", full);
    if (len < 0 || (size_t)len >= sizeof url || !is_trusted(url))
        return weir_fail(err, WEIR_E_DENIED, 0,
                         "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or http to this host or the container's "
                         "agent");
    weir_status status = container_token(search, token, sizeof token, err);
    weir_error why = {0};
    for (int k = 0; !status && k < TRIES; k++) {
        why = (weir_error){0};
        status = ask_container(search, url, token, out, &why);
        if (status != WEIR_E_IO || k + 1 == TRIES)
            break;
        status = WEIR_OK;
    }
    explicit_bzero(token, sizeof token);
    if (why.status)
        weir_fail(err, why.status, 0, "%s", why.text);
    if (!status)
        weir_safe_format(search->origin, sizeof search->origin, "container");
    return status;
}

/* ---- instance ---- */

struct instance {
    struct credential_search *search;
    char base[512];
    char token[1024];
};

static weir_status ask_instance(struct instance *instance, const char *method, const char *path,
                                const struct http_header *header, struct buf *body, int *http_status, weir_error *err)
{
    char url[URL_BYTES];
    snprintf(url, sizeof url, "%s%s", instance->base, path);
    const struct http_request request = {.method = method,
                                         .url = url,
                                         .headers = header,
                                         .n_headers = 1,
                                         .connect_ms = INSTANCE_MS,
                                         .silence_ms = INSTANCE_MS,
                                         .total_ms = INSTANCE_MS,
                                         .direct = true,
                                         .is_override = true};
    return credential_ask(instance->search, &request, body, http_status, err);
}

/* One line of an answer into out[size]; false if it is none. */
static bool take_line(const struct buf *body, char *out, size_t size)
{
    size_t len = 0;
    while (len < body->len && body->bytes[len] > ' ' && body->bytes[len] <= '~')
        len++;
    if (!len || len >= size)
        return false;
    memcpy(out, body->bytes, len);
    out[len] = '\0';
    return true;
}

/* Version 2 alone: a token first. WEIR_AGAIN when there is nobody: this is no instance. */
static weir_status take_token(struct instance *instance, weir_error *err)
{
    const struct http_header ttl = {"x-aws-ec2-metadata-token-ttl-seconds", "21600"};
    struct buf body;
    int http_status = 0;
    weir_status status = WEIR_E_IO;
    for (int k = 0; k < TRIES && status == WEIR_E_IO; k++)
        status = ask_instance(instance, "PUT", "/latest/api/token", &ttl, &body, &http_status, NULL);
    if (status)
        return status == WEIR_E_CANCELED ? status : WEIR_AGAIN;
    bool good = http_status == 200 && take_line(&body, instance->token, sizeof instance->token);
    credential_body_done(&body);
    if (good)
        return WEIR_OK;
    return weir_fail(err, WEIR_E_DENIED, 0,
                     "the instance metadata gives no token (HTTP status %d); in a container its hop limit may be 1",
                     http_status);
}

static weir_status take_role(struct instance *instance, const struct http_header *header, char *role, weir_error *err)
{
    struct buf body;
    int http_status = 0;
    weir_status status =
        ask_instance(instance, "GET", "/latest/meta-data/iam/security-credentials/", header, &body, &http_status, err);
    if (status)
        return status;
    bool good = http_status == 200 && take_line(&body, role, ROLE_BYTES) &&
                strspn(role, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+=,.@_-") == strlen(role);
    credential_body_done(&body);
    return good ? WEIR_OK
                : weir_fail(err, WEIR_E_DENIED, 0, "the instance has no role: attach an instance profile to it");
}

static weir_status take_keys(struct instance *instance, const struct http_header *header, const char *role,
                             struct credential *out, weir_error *err)
{
    char path[ROLE_BYTES + 64];
    struct buf body;
    int http_status = 0;
    snprintf(path, sizeof path, "/latest/meta-data/iam/security-credentials/%s", role);
    weir_status status = ask_instance(instance, "GET", path, header, &body, &http_status, err);
    if (status)
        return status;
    status = http_status == 200
                 ? credential_read_json(body.bytes, body.len, instance->search->now_s, "the instance's credentials",
                                        out, err)
                 : weir_fail(err, WEIR_E_DENIED, 0, "the instance metadata answered with HTTP status %d", http_status);
    credential_body_done(&body);
    return status;
}

weir_status credential_from_instance(struct credential_search *search, struct credential *out, weir_error *err)
{
    struct instance instance = {.search = search};
    const struct settings settings = {.environment = search->options->environment,
                                      .config = search->options->config,
                                      .profile = search->options->profile ? search->options->profile : "default"};
    char role[ROLE_BYTES];
    if (environment_is_true(search->options->environment, "AWS_EC2_METADATA_DISABLED"))
        return WEIR_AGAIN;
    settings_metadata_url(&settings, instance.base, sizeof instance.base);
    weir_status status = take_token(&instance, err);
    const struct http_header header = {"x-aws-ec2-metadata-token", instance.token};
    if (!status)
        status = take_role(&instance, &header, role, err);
    if (!status)
        status = take_keys(&instance, &header, role, out, err);
    explicit_bzero(instance.token, sizeof instance.token);
    if (!status)
        weir_safe_format(search->origin, sizeof search->origin, "instance metadata, role %s", role);
    return status;
}
