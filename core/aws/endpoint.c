/* endpoint.c - see endpoint.h. Hosts are put together from the two tables; nothing is asked, and nothing but checked
 * characters gets into a host's name. */
#include "aws/endpoint.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/scope.h"
#include "base/slice.h"

/* Names of regions have at most 20 characters so far; all fields for them hold 31. */
enum { REGION_MAX = 31, PORT_DIGITS = 5, PORT_MAX = 65535 };

const struct service_info service_infos[AWS_SERVICE_COUNT] = {
#define X(id, prefix, signing, setting, protocol, version, target) \
    [id] = {prefix, signing, setting, protocol, version, target},
#include "aws/service.def"
#undef X
};

static const struct partition_info partitions[] = {
#define X(id, pattern, suffix, dual, global, plain, missing) {id, pattern, suffix, dual, global, plain, missing},
#include "aws/partition.def"
#undef X
};

/* Takes the next word of a list with spaces between; empty at the end. */
static struct slice next_word(const char **list)
{
    const char *at = *list + strspn(*list, " ");
    size_t len = strcspn(at, " ");
    *list = at + len;
    return (struct slice){at, len};
}

static bool has_word(const char *list, const char *word)
{
    for (struct slice w = next_word(&list); w.len > 0; w = next_word(&list)) {
        if (slice_is(w, slice_of(word)))
            return true;
    }
    return false;
}

const struct partition_info *partition_of(const char *region)
{
    const struct partition_info *best = &partitions[0];
    size_t best_len = 0;
    for (size_t k = 0; k < ARRAY_SIZE(partitions); k++) {
        const char *list = partitions[k].pattern;
        for (struct slice w = next_word(&list); w.len > 0; w = next_word(&list)) {
            if (w.len > best_len && slice_starts(slice_of(region), w)) {
                best = &partitions[k];
                best_len = w.len;
            }
        }
    }
    return best;
}

bool region_is_sane(const char *region)
{
    size_t len = region ? strlen(region) : 0;
    if (len == 0 || len > REGION_MAX || region[0] == '-' || region[len - 1] == '-')
        return false;
    return strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

/* "s3-fips.dualstack.us-east-1.amazonaws.com": S3 has rules of its own. */
static void name_s3(const char *region, const struct partition_info *partition, bool fips, bool dual,
                    struct endpoint *out)
{
    snprintf(out->host, sizeof out->host, "s3%s%s.%s.%s", fips ? "-fips" : "", dual ? ".dualstack" : "", region,
             partition->suffix);
}

static weir_status name_host(enum aws_service service, const char *region, const struct endpoint_settings *settings,
                             struct endpoint *out, weir_error *err)
{
    const struct partition_info *partition = partition_of(region);
    const struct service_info *info = &service_infos[service];
    bool fips = settings->fips, dual = settings->dual_stack;
    if (fips && has_word(partition->fips_is_missing, info->prefix))
        return weir_fail(err, WEIR_E_USAGE, 0,
                         "%s has no FIPS endpoint in %s: unset AWS_USE_FIPS_ENDPOINT, or set AWS_ENDPOINT_URL_%s",
                         info->prefix, region, info->setting);
    if (dual && !*partition->dual_stack && service != AWS_S3)
        return weir_fail(err, WEIR_E_USAGE, 0, "%s has no dual-stack endpoint in %s: unset AWS_USE_DUALSTACK_ENDPOINT",
                         info->prefix, region);
    if (service == AWS_S3) {
        name_s3(region, partition, fips, dual, out);
        return WEIR_OK;
    }
    if (fips && !dual && has_word(partition->fips_is_plain, info->prefix))
        fips = false;
    snprintf(out->host, sizeof out->host, "%s%s.%s.%s", info->prefix, fips ? "-fips" : "", region,
             dual ? partition->dual_stack : partition->suffix);
    return WEIR_OK;
}

/* Length of "host" or "[v6]" at the start of *text, 0 if it is none. */
static size_t host_length(const char *text)
{
    if (*text == '[') {
        size_t len = strspn(text + 1, "0123456789abcdefABCDEF:.");
        return len > 1 && text[len + 1] == ']' ? len + 2 : 0;
    }
    size_t len = 0;
    while (isalnum((unsigned char)text[len]) || strchr("-._", text[len]) != NULL) {
        if (!text[len])
            break;
        len++;
    }
    return *text == '.' || *text == '-' ? 0 : len;
}

/* Reads ":port"; *port 0 = none. The rest of the text, NULL if it is no port. */
static const char *read_port(const char *text, unsigned *port)
{
    *port = 0;
    if (*text != ':')
        return text;
    size_t digits = strspn(++text, "0123456789");
    for (size_t k = 0; k < digits && digits <= PORT_DIGITS; k++)
        *port = *port * 10 + (unsigned)(text[k] - '0');
    return *port > 0 && *port <= PORT_MAX ? text + digits : NULL;
}

static bool path_is_sane(const char *path)
{
    if (*path && *path != '/')
        return false;
    for (const char *p = path; *p; p++) {
        if (!isalnum((unsigned char)*p) && !strchr("/-._~", *p))
            return false;
    }
    return !strstr(path, "//") && !strstr(path, "/./") && !strstr(path, "/../");
}

/* "http(s)://host[:port][/path]", nothing else: no user, no query. */
static weir_status take_override(const char *url, struct endpoint *out, weir_error *err)
{
    bool tls = strncasecmp(url, "https://", 8) == 0;
    if (!tls && strncasecmp(url, "http://", 7) != 0)
        return weir_fail(err, WEIR_E_USAGE, 0, "endpoint URL '%s': it must begin with https:// or http://", url);
    const char *host = url + (tls ? 8 : 7);
    if (memchr(host, '@', strcspn(host, "/")))
        return weir_fail(err, WEIR_E_USAGE, 0, "an endpoint URL must not contain a user name or password");
    size_t host_len = host_length(host);
    if (host_len == 0 || host_len > sizeof out->host - PORT_DIGITS - 2)
        return weir_fail(err, WEIR_E_USAGE, 0, "endpoint URL '%s': expected a host behind '://'", url);
    unsigned port = 0;
    const char *path = read_port(host + host_len, &port);
    if (!path)
        return weir_fail(err, WEIR_E_USAGE, 0, "endpoint URL '%s': the port must be 1 to %d", url, PORT_MAX);
    if (!path_is_sane(path) || strlen(path) >= sizeof out->path)
        return weir_fail(err, WEIR_E_USAGE, 0,
                         "endpoint URL '%s': behind the host there may be a path of letters, digits and / - . _ ~",
                         url);
    if (port == 0 || port == (tls ? 443u : 80u))
        snprintf(out->host, sizeof out->host, "%.*s", (int)host_len, host);
    else
        snprintf(out->host, sizeof out->host, "%.*s:%u", (int)host_len, host, port);
    size_t path_len = strlen(path);
    while (path_len > 0 && path[path_len - 1] == '/')
        path_len--;
    snprintf(out->path, sizeof out->path, "%.*s", (int)path_len, path);
    int n = snprintf(out->url, sizeof out->url, "%s%s%s", tls ? "https://" : "http://", out->host, out->path);
    if (n < 0 || (size_t)n >= sizeof out->url)
        return weir_fail(err, WEIR_E_USAGE, 0, "an endpoint URL is longer than %zu bytes", sizeof out->url);
    out->is_override = true;
    return WEIR_OK;
}

weir_status endpoint_make(enum aws_service service, const char *region, const struct endpoint_settings *settings,
                          struct endpoint *out, weir_error *err)
{
    struct endpoint made = {0};
    if (!region_is_sane(region))
        return weir_fail(err, WEIR_E_USAGE, 0, "'%s' is no region: expected something like eu-west-1",
                         region ? region : "");
    snprintf(made.region, sizeof made.region, "%s", region);
    weir_status status = settings->override ? take_override(settings->override, &made, err)
                                            : name_host(service, region, settings, &made, err);
    if (status != WEIR_OK)
        return status;
    if (!made.is_override)
        snprintf(made.url, sizeof made.url, "https://%s", made.host);
    *out = made;
    return WEIR_OK;
}
