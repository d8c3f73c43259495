/* settings.c - see settings.h. */
#include "aws/settings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/scope.h"
#include "weir/weir.h"

enum { ATTEMPTS = 3, ATTEMPTS_MAX = 20, NAME_BYTES = 64 };

static const char *variable(const struct settings *settings, const char *name)
{
    return environment_get(settings->environment, name);
}

static const char *profile_key(const struct settings *settings, const char *key)
{
    const char *value = config_get(settings->config, settings->profile, key);
    return value && *value ? value : NULL;
}

/* The first that is set: the variable, the key of the profile. */
static const char *either(const struct settings *settings, const char *name, const char *key)
{
    const char *value = variable(settings, name);
    return value ? value : profile_key(settings, key);
}

static bool is_true(const char *value)
{
    return value && strcasecmp(value, "true") == 0;
}

const char *settings_profile(const struct environment *environment)
{
    const char *profile = environment_get(environment, "AWS_PROFILE");
    if (!profile)
        profile = environment_get(environment, "AWS_DEFAULT_PROFILE");
    return profile ? profile : "default";
}

const char *settings_region(const struct settings *settings)
{
    const char *region = variable(settings, "AWS_REGION");
    return region ? region : either(settings, "AWS_DEFAULT_REGION", "region");
}

/* "CLOUDWATCH_LOGS" is `cloudwatch_logs` in a services section. */
static const char *services_url(const struct settings *settings, const char *setting)
{
    const char *services = profile_key(settings, "services");
    if (!services)
        return NULL;
    char key[NAME_BYTES];
    size_t len = 0;
    for (; len < sizeof key - 1 && setting[len]; len++)
        key[len] = (char)tolower((unsigned char)setting[len]);
    key[len] = '\0';
    return config_get_service(settings->config, services, key, "endpoint_url");
}

static const char *override_url(const struct settings *settings, enum aws_service service)
{
    if (settings->endpoint_url)
        return settings->endpoint_url;
    if (is_true(either(settings, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls")))
        return NULL;
    char name[NAME_BYTES];
    snprintf(name, sizeof name, "AWS_ENDPOINT_URL_%s", service_infos[service].setting);
    const char *url = variable(settings, name);
    if (!url)
        url = variable(settings, "AWS_ENDPOINT_URL");
    if (!url)
        url = services_url(settings, service_infos[service].setting);
    return url ? url : profile_key(settings, "endpoint_url");
}

struct endpoint_settings settings_endpoint(const struct settings *settings, enum aws_service service)
{
    return (struct endpoint_settings){
        .override = override_url(settings, service),
        .fips = is_true(either(settings, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")),
        .dual_stack = is_true(either(settings, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")),
    };
}

static const char *proxy(const struct settings *settings, const char *lower, const char *upper)
{
    const char *value = variable(settings, lower);
    return value ? value : variable(settings, upper);
}

struct http_options settings_http(const struct settings *settings)
{
    const char *ca = settings->ca_bundle ? settings->ca_bundle : either(settings, "AWS_CA_BUNDLE", "ca_bundle");
    return (struct http_options){
        .ca_bundle = ca ? ca : variable(settings, "SSL_CERT_FILE"),
        .https_proxy = proxy(settings, "https_proxy", "HTTPS_PROXY"),
        .http_proxy = proxy(settings, "http_proxy", "HTTP_PROXY"),
        .no_proxy = proxy(settings, "no_proxy", "NO_PROXY"),
        .user_agent = "weir/" WEIR_VERSION,
    };
}

int settings_max_attempts(const struct settings *settings)
{
    const char *text = either(settings, "AWS_MAX_ATTEMPTS", "max_attempts");
    char *end = NULL;
    long value = text ? strtol(text, &end, 10) : 0;
    return value >= 1 && value <= ATTEMPTS_MAX && *end == '\0' ? (int)value : ATTEMPTS;
}

bool settings_may_be_instance(const struct settings *settings, bool profile_is_named)
{
    static const char *const others[] = {"aws_access_key_id", "source_profile", "sso_session",
                                         "sso_start_url",     "login_session",  "web_identity_token_file",
                                         "credential_process"};
    if (environment_is_true(settings->environment, "AWS_EC2_METADATA_DISABLED"))
        return false;
    if (!profile_is_named &&
        (variable(settings, "AWS_ACCESS_KEY_ID") || variable(settings, "AWS_WEB_IDENTITY_TOKEN_FILE")))
        return false;
    for (size_t k = 0; k < ARRAY_SIZE(others); k++) {
        if (profile_key(settings, others[k]))
            return false;
    }
    return true;
}

void settings_metadata_url(const struct settings *settings, char *out, size_t size)
{
    const char *url = either(settings, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
    const char *mode = either(settings, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode");
    if (!url)
        url = mode && strcasecmp(mode, "ipv6") == 0 ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
    size_t len = strlen(url);
    while (len > 0 && url[len - 1] == '/')
        len--;
    snprintf(out, size, "%.*s", (int)len, url);
}
