/* credential_profile.c - the chain: which place is asked after which, and what a profile says
 * (docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html, …/feature-assume-role-credentials.html). */
#include <string.h>
#include <strings.h>

#include "aws/credential_chain.h"
#include "base/scope.h"
#include "weir/safe.h"

struct chain {
    struct credential_search *search;
    const char *visited[CREDENTIAL_CHAIN_MAX];
    size_t n_visited;
    bool is_source; /* a source_profile is looked at: the environment no longer counts */
};

static const char *key_of(const struct chain *chain, const char *profile, const char *key)
{
    return config_get(chain->search->options->config, profile, key);
}

static const char *variable(const struct credential_search *search, const char *name)
{
    return environment_get(search->options->environment, name);
}

static void found(struct credential_search *search, const char *profile, const char *how)
{
    weir_safe_format(search->origin, sizeof search->origin, "profile %s: %s", profile, how);
}

/* ---- keys that are written down ---- */

static weir_status from_environment(struct credential_search *search, struct credential *out, weir_error *err)
{
    const char *access_key = variable(search, "AWS_ACCESS_KEY_ID");
    const char *secret_key = variable(search, "AWS_SECRET_ACCESS_KEY");
    const char *token = variable(search, "AWS_SESSION_TOKEN");
    if (!access_key)
        return WEIR_AGAIN;
    if (!secret_key)
        return weir_fail(err, WEIR_E_DENIED, 0,
                         "AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not: set both or "
                         "neither");
    weir_status status =
        credential_fill(access_key, secret_key, token ? token : variable(search, "AWS_SECURITY_TOKEN"),
                        variable(search, "AWS_ACCOUNT_ID"), variable(search, "AWS_CREDENTIAL_EXPIRATION"),
                        search->now_s, "the credentials of the environment", out, err);
    if (!status)
        weir_safe_format(search->origin, sizeof search->origin, "environment");
    return status;
}

static weir_status from_keys(struct chain *chain, const char *profile, bool config_file, struct credential *out,
                             weir_error *err)
{
    const struct config *config = chain->search->options->config;
    const char *access_key = config_get_config(config, profile, "aws_access_key_id");
    const char *secret_key = config_get_config(config, profile, "aws_secret_access_key");
    const char *token = config_get_config(config, profile, "aws_session_token");
    if (!config_file) {
        access_key = config_get_credentials(config, profile, "aws_access_key_id");
        secret_key = config_get_credentials(config, profile, "aws_secret_access_key");
        token = config_get_credentials(config, profile, "aws_session_token");
    }
    if (!access_key)
        return WEIR_AGAIN;
    char who[CREDENTIAL_ORIGIN_BYTES];
    weir_safe_format(who, sizeof who, "profile %s in the %s file", profile, config_file ? "config" : "credentials");
    weir_status status = credential_fill(access_key, secret_key, token, key_of(chain, profile, "aws_account_id"), NULL,
                                         chain->search->now_s, who, out, err);
    if (!status)
        found(chain->search, profile, config_file ? "config file" : "credentials file");
    return status;
}

/* ---- roles ---- */

static weir_status from_places(struct chain *chain, const char *profile, struct credential *out, weir_error *err);

static weir_status from_named_source(struct chain *chain, const char *profile, const char *source,
                                     struct credential *out, weir_error *err)
{
    static const struct {
        const char *name;
        weir_status (*get)(struct credential_search *search, struct credential *out, weir_error *err);
    } sources[] = {{"Environment", from_environment},
                   {"Ec2InstanceMetadata", credential_from_instance},
                   {"EcsContainer", credential_from_container}};
    for (size_t k = 0; k < ARRAY_SIZE(sources); k++) {
        if (strcasecmp(source, sources[k].name) != 0)
            continue;
        weir_status status = sources[k].get(chain->search, out, err);
        return status == WEIR_AGAIN
                   ? weir_fail(err, WEIR_E_DENIED, 0, "profile %s: credential_source = %s has no credentials here",
                               profile, sources[k].name)
                   : status;
    }
    return weir_fail(err, WEIR_E_USAGE, 0,
                     "profile %s: credential_source = %s; expected Environment, Ec2InstanceMetadata or EcsContainer",
                     profile, source);
}

static weir_status enter(struct chain *chain, const char *profile, weir_error *err)
{
    for (size_t k = 0; k < chain->n_visited; k++)
        if (strcmp(chain->visited[k], profile) == 0)
            return weir_fail(err, WEIR_E_USAGE, 0, "the source_profile of profile %s leads back to itself", profile);
    if (chain->n_visited == CREDENTIAL_CHAIN_MAX)
        return weir_fail(err, WEIR_E_LIMIT, 0, "more than %d profiles in a chain of roles", CREDENTIAL_CHAIN_MAX);
    chain->visited[chain->n_visited++] = profile;
    return WEIR_OK;
}

static bool has_keys(const struct chain *chain, const char *profile)
{
    return key_of(chain, profile, "aws_access_key_id") || key_of(chain, profile, "aws_secret_access_key");
}

static weir_status from_source_profile(struct chain *chain, const char *profile, const char *source,
                                       struct credential *out, weir_error *err)
{
    bool is_itself = strcmp(profile, source) == 0;
    if (!config_has_profile(chain->search->options->config, source))
        return weir_fail(err, WEIR_E_USAGE, 0, "profile %s: there is no profile '%s', its source_profile", profile,
                         source);
    if (is_itself && !has_keys(chain, source))
        return weir_fail(err, WEIR_E_USAGE, 0, "profile %s is its own source_profile and has no keys", profile);
    chain->is_source = true;
    weir_status status = is_itself ? WEIR_OK : enter(chain, source, err);
    if (!status)
        status = from_places(chain, source, out, err);
    return status == WEIR_AGAIN ? weir_fail(err, WEIR_E_DENIED, 0,
                                            "profile %s: its source_profile %s has no credentials", profile, source)
                                : status;
}

static weir_status from_role(struct chain *chain, const char *profile, struct credential *out, weir_error *err)
{
    const struct sts_role role = {.arn = key_of(chain, profile, "role_arn"),
                                  .session_name = key_of(chain, profile, "role_session_name"),
                                  .external_id = key_of(chain, profile, "external_id"),
                                  .duration = key_of(chain, profile, "duration_seconds"),
                                  .profile = profile};
    const char *source_profile = key_of(chain, profile, "source_profile");
    const char *source = key_of(chain, profile, "credential_source");
    /* Keys of a source_profile come before its role, and a token before any other source. */
    if (!role.arn || key_of(chain, profile, "web_identity_token_file") ||
        (chain->is_source && has_keys(chain, profile)))
        return WEIR_AGAIN;
    if (key_of(chain, profile, "mfa_serial"))
        return credential_from_cli(chain->search, profile, "MFA", out, err);
    if (source_profile && source)
        return weir_fail(err, WEIR_E_USAGE, 0,
                         "profile %s has both source_profile and credential_source: take one of them out", profile);
    if (!source_profile && !source)
        return weir_fail(err, WEIR_E_USAGE, 0,
                         "profile %s has a role_arn, but neither source_profile nor credential_source", profile);
    struct credential with = {0};
    weir_status status = source_profile ? from_source_profile(chain, profile, source_profile, &with, err)
                                        : from_named_source(chain, profile, source, &with, err);
    if (!status)
        status = credential_from_role(chain->search, &role, &with, out, err);
    credential_wipe(&with);
    if (!status)
        found(chain->search, profile, "assume role");
    return status;
}

/* A token for a role, as in a pod of EKS: each of the three is of the environment, else of the profile. */
static weir_status from_web_identity(struct chain *chain, const char *profile, struct credential *out, weir_error *err)
{
    bool has_environment = !chain->is_source && !chain->search->options->profile_is_named;
    const char *arn = has_environment ? variable(chain->search, "AWS_ROLE_ARN") : NULL;
    const char *session = has_environment ? variable(chain->search, "AWS_ROLE_SESSION_NAME") : NULL;
    const char *token_file = has_environment ? variable(chain->search, "AWS_WEB_IDENTITY_TOKEN_FILE") : NULL;
    if (!token_file)
        token_file = key_of(chain, profile, "web_identity_token_file");
    if (!token_file)
        return WEIR_AGAIN;
    const struct sts_role role = {.arn = arn ? arn : key_of(chain, profile, "role_arn"),
                                  .session_name = session ? session : key_of(chain, profile, "role_session_name"),
                                  .duration = key_of(chain, profile, "duration_seconds"),
                                  .profile = arn ? "AWS_ROLE_ARN" : profile};
    if (!role.arn)
        return weir_fail(err, WEIR_E_USAGE, 0,
                         "profile %s has a web identity token, but no role: set role_arn%s, or take the token out",
                         profile, has_environment ? " or AWS_ROLE_ARN" : "");
    return credential_from_web_identity(chain->search, &role, token_file, out, err);
}

/* ---- a profile, in the order of the AWS CLI ---- */

static weir_status from_cli(struct chain *chain, const char *profile, struct credential *out, weir_error *err)
{
    if (key_of(chain, profile, "sso_session") || key_of(chain, profile, "sso_start_url"))
        return credential_from_cli(chain->search, profile, "SSO", out, err);
    return WEIR_AGAIN;
}

static weir_status from_login(struct chain *chain, const char *profile, struct credential *out, weir_error *err)
{
    if (key_of(chain, profile, "login_session"))
        return credential_from_cli(chain->search, profile, "login", out, err);
    return WEIR_AGAIN;
}

static weir_status from_process(struct chain *chain, const char *profile, struct credential *out, weir_error *err)
{
    const char *command = config_get_config(chain->search->options->config, profile, "credential_process");
    return command ? credential_from_process(chain->search, profile, command, out, err) : WEIR_AGAIN;
}

static weir_status from_credentials_file(struct chain *chain, const char *profile, struct credential *out,
                                         weir_error *err)
{
    return from_keys(chain, profile, false, out, err);
}

static weir_status from_config_file(struct chain *chain, const char *profile, struct credential *out, weir_error *err)
{
    return from_keys(chain, profile, true, out, err);
}

static weir_status from_places(struct chain *chain, const char *profile, struct credential *out, weir_error *err)
{
    static weir_status (*const places[])(struct chain * chain, const char *profile, struct credential *out,
                                         weir_error *err) = {
        from_role, from_web_identity, from_cli, from_credentials_file, from_login, from_process, from_config_file,
    };
    weir_status status = WEIR_AGAIN;
    for (size_t k = 0; status == WEIR_AGAIN && k < ARRAY_SIZE(places); k++)
        status = places[k](chain, profile, out, err);
    return status;
}

weir_status credential_search_all(struct credential_search *search, struct credential *out, weir_error *err)
{
    const char *profile = search->options->profile ? search->options->profile : "default";
    struct chain chain = {.search = search, .visited = {profile}, .n_visited = 1};
    bool is_named = search->options->profile_is_named;
    weir_status status = is_named ? WEIR_AGAIN : from_environment(search, out, err);
    if (status == WEIR_AGAIN)
        status = from_places(&chain, profile, out, err);
    if (status == WEIR_AGAIN)
        status = credential_from_container(search, out, err);
    if (status == WEIR_AGAIN)
        status = credential_from_instance(search, out, err);
    if (status != WEIR_AGAIN)
        return status;
    if (is_named || strcmp(profile, "default") != 0)
        return weir_fail(err, WEIR_E_DENIED, 0,
                         "profile %s has no AWS credentials: run `aws configure --profile %s` or `aws sso login "
                         "--profile %s`",
                         profile, profile, profile);
    return weir_fail(
        err, WEIR_E_DENIED, 0,
        "no AWS credentials: run `aws configure`, or name a profile with --profile; `weir demo` needs none");
}
