/* spec.c - see spec.h. What is cut and checked here ends up in host names, request bodies and on screen, so nothing
 * unexpected passes. */
#include "source/spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "aws/endpoint.h"
#include "aws/logs.h"
#include "base/scope.h"
#include "base/slice.h"

enum { GROUP_NAME_MAX = 512 };

struct parameter {
    const char *name;
    size_t at, size; /* in struct spec */
};

static const struct parameter parameters[] = {
    {"region", offsetof(struct spec, region), sizeof(((struct spec *)0)->region)},
    {"profile", offsetof(struct spec, profile), sizeof(((struct spec *)0)->profile)},
    {"stream", offsetof(struct spec, stream), sizeof(((struct spec *)0)->stream)},
};

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Copies text into out[size], '%XX' as the byte that it means. */
static weir_status decode(struct slice text, const char *what, char *out, size_t size, weir_error *err)
{
    size_t len = 0;
    for (size_t k = 0; k < text.len; k++) {
        char c = text.at[k];
        if (c == '%') {
            int high = k + 1 < text.len ? hex_digit(text.at[k + 1]) : -1;
            int low = k + 2 < text.len ? hex_digit(text.at[k + 2]) : -1;
            if (high < 0 || low < 0)
                return weir_fail(err, WEIR_E_USAGE, 0, "%%%.2s in the %s is no byte: write a '%%' itself as %%25",
                                 text.at + k + 1, what);
            c = (char)(high << 4 | low);
            k += 2;
        }
        if ((unsigned char)c < 0x20 || c == 0x7f)
            return weir_fail(err, WEIR_E_USAGE, 0, "the %s holds a control character", what);
        if (len + 1 >= size)
            return weir_fail(err, WEIR_E_USAGE, 0, "the %s is too long: at most %zu bytes", what, size - 1);
        out[len++] = c;
    }
    out[len] = '\0';
    return WEIR_OK;
}

/* "name=value" of what stands behind the '?'. */
static weir_status take_parameter(struct slice text, struct spec *spec, weir_error *err)
{
    for (size_t k = 0; k < ARRAY_SIZE(parameters); k++) {
        const struct parameter *parameter = &parameters[k];
        size_t len = strlen(parameter->name);
        if (text.len <= len || text.at[len] != '=' || memcmp(text.at, parameter->name, len) != 0)
            continue;
        struct slice value = {text.at + len + 1, text.len - len - 1};
        if (value.len == 0)
            return weir_fail(err, WEIR_E_USAGE, 0, "'%s=' needs a value", parameter->name);
        return decode(value, parameter->name, (char *)spec + parameter->at, parameter->size, err);
    }
    return weir_fail(err, WEIR_E_USAGE, 0,
                     "'%.*s' is unknown: behind a '?' come region=, profile= and stream=", (int)text.len, text.at);
}

static weir_status take_parameters(const char *text, struct spec *spec, weir_error *err)
{
    while (*text) {
        size_t len = strcspn(text, "&");
        weir_status status = take_parameter((struct slice){text, len}, spec, err);
        if (status)
            return status;
        text += len + (text[len] == '&');
    }
    if (spec->region[0] && !region_is_sane(spec->region))
        return weir_fail(err, WEIR_E_USAGE, 0, "'%s' is no region: write one like eu-west-1", spec->region);
    return WEIR_OK;
}

static const char group_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_/#";

static weir_status check_arn(struct spec *spec, weir_error *err)
{
    char region[sizeof spec->region], account[16], name[SPEC_NAME_MAX + 1];
    size_t len = strlen(spec->name);
    if (len > 2 && strcmp(spec->name + len - 2, ":*") == 0)
        spec->name[len - 2] = '\0';
    if (!logs_arn_parts(spec->name, region, sizeof region, account, sizeof account, name, sizeof name))
        return weir_fail(err, WEIR_E_USAGE, 0,
                         "'%s' is no ARN of a log group: write one like "
                         "arn:aws:logs:eu-west-1:123456789012:log-group:/vpc/flow",
                         spec->name);
    if (spec->region[0] && strcmp(spec->region, region) != 0)
        return weir_fail(err, WEIR_E_USAGE, 0, "the ARN is of %s, but ?region=%s stands behind it: leave one out",
                         region, spec->region);
    if (!region_is_sane(region))
        return weir_fail(err, WEIR_E_USAGE, 0, "'%s' is no region: write one like eu-west-1", region);
    memcpy(spec->region, region, sizeof spec->region);
    return WEIR_OK;
}

static weir_status check_group(struct spec *spec, const char *scheme, weir_error *err)
{
    if (!spec->name[0])
        return weir_fail(err, WEIR_E_USAGE, 0, "'%s:' needs the name of a log group: %s:/vpc/flow", scheme, scheme);
    if (strncmp(spec->name, "arn:", 4) == 0)
        return check_arn(spec, err);
    size_t len = strspn(spec->name, group_letters);
    if (spec->name[len])
        return weir_fail(err, WEIR_E_USAGE, 0,
                         "'%s' is no name of a log group: it has letters, digits and . - _ / # only", spec->name);
    if (len > GROUP_NAME_MAX)
        return weir_fail(err, WEIR_E_USAGE, 0, "the name of a log group has at most %d letters", GROUP_NAME_MAX);
    return WEIR_OK;
}

static weir_status check_bucket(struct spec *spec, weir_error *err)
{
    char *slash = strchr(spec->name, '/');
    if (slash) {
        snprintf(spec->prefix, sizeof spec->prefix, "%s", slash + 1);
        *slash = '\0';
    }
    size_t len = strlen(spec->name);
    size_t good = strspn(spec->name, "abcdefghijklmnopqrstuvwxyz0123456789.-");
    if (len < 3 || len > 63 || good != len || spec->name[0] == '.' || spec->name[0] == '-')
        return weir_fail(err, WEIR_E_USAGE, 0, "'%s' is no bucket: write s3://BUCKET/PREFIX, like s3://flow-logs/prod",
                         spec->name);
    if (spec->stream[0])
        return weir_fail(err, WEIR_E_USAGE, 0,
                         "'stream=' is of log groups: put what keys begin with behind the bucket");
    return WEIR_OK;
}

weir_status spec_parse(const char *text, const char *scheme, struct spec *out, weir_error *err)
{
    bool is_s3 = strcmp(scheme, "s3") == 0;
    size_t len = strlen(scheme);
    struct spec spec = {0};
    if (strncmp(text, scheme, len) != 0 || text[len] != ':')
        return is_s3
                   ? weir_fail(err, WEIR_E_USAGE, 0, "'%s' needs a bucket: s3://BUCKET/PREFIX", text)
                   : weir_fail(err, WEIR_E_USAGE, 0, "'%s' needs the name of a log group: %s:/vpc/flow", text, scheme);
    const char *name = text + len + 1;
    if (is_s3 && strncmp(name, "//", 2) != 0)
        return weir_fail(err, WEIR_E_USAGE, 0, "'%s' is no place in S3: write s3://BUCKET/PREFIX", text);
    name += is_s3 ? 2 : 0;
    size_t name_len = strcspn(name, "?");
    weir_status status =
        decode((struct slice){name, name_len}, is_s3 ? "place" : "name", spec.name, sizeof spec.name, err);
    if (!status && name[name_len] == '?')
        status = take_parameters(name + name_len + 1, &spec, err);
    if (!status)
        status = is_s3 ? check_bucket(&spec, err) : check_group(&spec, scheme, err);
    if (!status)
        *out = spec;
    return status;
}
