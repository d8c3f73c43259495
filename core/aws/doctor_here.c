/* doctor_here.c - what can be seen on this machine: files, settings, credentials. Nothing secret is ever put into a
 * finding. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "aws/doctor.h"
#include "base/scope.h"

/* ---- files ---- */

void doctor_config(struct doctor *doctor, struct finding *finding)
{
    const struct config *config = doctor->aws->config;
    const char *warning = config_warning(config, 0), *path = config_path(config, true);
    struct stat about;
    size_t n = 0;

    while (config_warning(config, n))
        n++;
    if (path && stat(path, &about) == 0 && (about.st_mode & (S_IRWXG | S_IRWXO))) {
        doctor_say(finding, WEIR_CHECK_WARNING, "others on this machine may read %s", path);
        doctor_advise(finding, "chmod 600 %s", path);
        return;
    }
    if (warning) {
        doctor_say(finding, WEIR_CHECK_WARNING, "%s%s", warning, n > 1 ? ", and more" : "");
        doctor_advise(finding, "correct that line, or see what is understood: aws configure list");
        return;
    }
    path = config_path(config, false);
    bool is_there = path && stat(path, &about) == 0;
    doctor_say(finding, WEIR_CHECK_OK, "%s%s", path ? path : "", is_there ? "" : " (not there, not needed)");
}

/* ---- region and endpoint ---- */

/* The variables and keys that settings_region() looks at. */
static const char *region_origin(const struct doctor *doctor)
{
    if (*doctor->target.region)
        return "the source";
    if (doctor->aws->region)
        return "--region";
    if (environment_get(doctor->aws->environment, "AWS_REGION"))
        return "AWS_REGION";
    if (environment_get(doctor->aws->environment, "AWS_DEFAULT_REGION"))
        return "AWS_DEFAULT_REGION";
    return settings_region(&doctor->settings) ? "the profile" : "the instance";
}

static void make_settings(struct doctor *doctor)
{
    const weir_aws *aws = doctor->aws;
    const char *profile = *doctor->target.profile ? doctor->target.profile
                          : aws->profile          ? aws->profile
                                                  : settings_profile(aws->environment);

    doctor->settings = (struct settings){aws->environment, aws->config, profile, aws->endpoint_url, aws->ca_bundle};
}

void doctor_region(struct doctor *doctor, struct finding *finding)
{
    weir_error why = {0};
    const struct doctor_target *target = &doctor->target;
    weir_status status;

    make_settings(doctor);
    status = aws_client_get(doctor->aws, *target->profile ? target->profile : NULL,
                            *target->region ? target->region : NULL, &doctor->client, &why);
    if (status == WEIR_OK)
        status = aws_client_http(doctor->client, &doctor->http, &why);
    if (status == WEIR_OK) {
        const char *region = aws_client_region(doctor->client);

        doctor_say(finding, WEIR_CHECK_OK, "%s (from %s), partition %s, profile %s", region, region_origin(doctor),
                   partition_of(region)->id, aws_client_profile(doctor->client));
        return;
    }
    doctor_say(finding, WEIR_CHECK_FAILED, "%s", why.text);
    doctor_advise(finding, "export AWS_REGION=eu-west-1 (or yours), or aws configure set region eu-west-1");
}

void doctor_endpoint(struct doctor *doctor, struct finding *finding)
{
    static const enum aws_service asked[] = {AWS_LOGS, AWS_EC2, AWS_STS, AWS_S3};
    struct endpoint_settings settings = settings_endpoint(&doctor->settings, AWS_LOGS);
    char list[300] = "";
    size_t len = 0;

    for (size_t k = 0; k < ARRAY_SIZE(asked); k++) {
        struct endpoint endpoint;
        weir_error why = {0};

        if (aws_client_endpoint(doctor->client, asked[k], &endpoint, &why) != WEIR_OK) {
            doctor_say(finding, WEIR_CHECK_FAILED, "%s", why.text);
            doctor_advise(finding, "correct AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_%s, endpoint_url or --endpoint-url",
                          service_infos[asked[k]].setting);
            return;
        }
        if (endpoint.is_override && len + strlen(endpoint.host) + 24 < sizeof list)
            len += (size_t)snprintf(list + len, sizeof list - len, "%s%s at %s", len ? ", " : "",
                                    service_infos[asked[k]].prefix, endpoint.host);
    }
    if (len)
        doctor_say(finding, WEIR_CHECK_OK, "set by you: %s", list);
    else
        doctor_say(finding, WEIR_CHECK_OK, "AWS's own%s%s", settings.fips ? ", FIPS" : "",
                   settings.dual_stack ? ", dual-stack" : "");
}

/* ---- the way there ---- */

void doctor_proxy(struct doctor *doctor, struct finding *finding)
{
    make_settings(doctor);
    struct http_options options = settings_http(&doctor->settings);
    char shown[200];

    if (!options.https_proxy && options.http_proxy) {
        doctor_hide(options.http_proxy, shown, sizeof shown);
        doctor_say(finding, WEIR_CHECK_WARNING, "HTTP_PROXY is set, HTTPS_PROXY is not: AWS is asked without a proxy");
        doctor_advise(finding, "export HTTPS_PROXY=%s", shown);
    } else if (!options.https_proxy) {
        doctor_say(finding, WEIR_CHECK_OK, "none");
    } else {
        doctor_hide(options.https_proxy, shown, sizeof shown);
        doctor_say(finding, WEIR_CHECK_OK, "%s%s%.100s", shown, options.no_proxy ? ", but not for " : "",
                   options.no_proxy ? options.no_proxy : "");
    }
}

void doctor_ca(struct doctor *doctor, struct finding *finding)
{
    make_settings(doctor);
    const char *path = settings_http(&doctor->settings).ca_bundle;
    struct stat about;

    if (!path) {
        doctor_say(finding, WEIR_CHECK_OK, "the system's");
        return;
    }
    if (stat(path, &about) == 0) {
        doctor_say(finding, WEIR_CHECK_OK, "%s", path);
        return;
    }
    doctor_say(finding, WEIR_CHECK_FAILED, "the CA bundle %s is not there", path);
    doctor_advise(finding, "correct AWS_CA_BUNDLE, ca_bundle in the profile, SSL_CERT_FILE or --ca-bundle");
}

/* ---- who we are ---- */

void doctor_credentials(struct doctor *doctor, struct finding *finding)
{
    struct credential credential = {.expires_s = 0};
    weir_error why = {0};
    weir_status status = aws_client_credential(doctor->client, doctor->http, doctor->cancel, &credential, &why);
    int64_t left = credential.expires_s - aws_client_now_ms(doctor->client) / 1000;

    if (status != WEIR_OK)
        doctor_blame(doctor, finding, "", AWS_CREDENTIALS, &why);
    else if (!credential.expires_s)
        doctor_say(finding, WEIR_CHECK_OK, "from %s", credential.origin);
    else
        doctor_say(finding, left < 60 ? WEIR_CHECK_WARNING : WEIR_CHECK_OK, "from %s, valid for %" PRId64 " min",
                   credential.origin, left > 0 ? left / 60 : 0);
    credential_wipe(&credential);
}
