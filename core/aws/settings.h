/* settings.h - what environment and profile say about endpoints, proxies and retries, in the order of the AWS CLI
 * (docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html). Pure; texts are borrowed from environment and
 * config. */
#ifndef WEIR_AWS_SETTINGS_H
#define WEIR_AWS_SETTINGS_H

#include "aws/config.h"
#include "aws/endpoint.h"
#include "aws/environment.h"
#include "aws/http.h"

struct settings {
    const struct environment *environment;
    const struct config *config;
    const char *profile;      /* resolved, never NULL */
    const char *endpoint_url; /* --endpoint-url, NULL = not given */
    const char *ca_bundle;    /* --ca-bundle, NULL = not given */
};

/* AWS_PROFILE, AWS_DEFAULT_PROFILE, "default". */
const char *settings_profile(const struct environment *environment);

/* AWS_REGION, AWS_DEFAULT_REGION, the profile's `region`; NULL = none of them. */
const char *settings_region(const struct settings *settings);

/* Override, FIPS and dual-stack for a service. */
struct endpoint_settings settings_endpoint(const struct settings *settings, enum aws_service service);

/* CA bundle, and the proxies as the AWS CLI reads them: lower-case names win, ALL_PROXY is not looked at. */
struct http_options settings_http(const struct settings *settings);

int settings_max_attempts(const struct settings *settings); /* 1 to 20; 3 if nothing sensible is set */

/* Whether the credentials can be those of an EC2 instance, so that its region may be asked for. */
bool settings_may_be_instance(const struct settings *settings, bool profile_is_named);

/* Where the instance's metadata are: "http://169.254.169.254", without a '/' at the end; into out[size]. */
void settings_metadata_url(const struct settings *settings, char *out, size_t size);

#endif
