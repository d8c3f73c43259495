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

static weir_status from_profile(struct chain *chain, const char *profile, struct credential *out, weir_error *err);

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

static weir_status from_source_profile(struct chain *chain, const char *profile, const char *source,
                                       struct credential *out, weir_error *err)
{
    if (!config_has_profile(chain->search->options->config, source))
        return weir_fail(err, WEIR_E_USAGE, 0, "profile %s: there is no profile '%s', its source_profile", profile,
                         source);
    if (strcmp(profile, source) == 0) {
        weir_status status = from_keys(chain, source, false, out, err);
        if (status == WEIR_AGAIN)
            status = from_keys(chain, source, true, out, err);
        return status == WEIR_AGAIN
                   ? weir_fail(err, WEIR_E_USAGE, 0, "profile %s is its own source_profile and has no keys", profile)
                   : status;
    }
    weir_status status = from_profile(chain, source, out, err);
    return status == WEIR_AGAIN ? weir_fail(err, WEIR_E_DENIED, 0,
                                            "profile %s: its source_profile %s has no credentials", profile, source)
                                : status;
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

static weir_status from_role(struct chain *chain, const char *profile, struct credential *out, weir_error *err)
{
    const struct sts_role role = {.arn = key_of(chain, profile, "role_arn"),
                                  .session_name = key_of(chain, profile, "role_session_name"),
                                  .external_id = key_of(chain, profile, "external_id"),
                                  .duration = key_of(chain, profile, "duration_seconds"),
                                  .profile = profile};
    const char *source_profile = key_of(chain, profile, "source_profile");
    const char *source = key_of(chain, profile, "credential_source");
    const char *token_file = key_of(chain, profile, "web_identity_token_file");
    if (!role.arn)
        return WEIR_AGAIN;
    if (key_of(chain, profile, "mfa_serial"))
        return credential_from_cli(chain->search, profile, "MFA", out, err);
    if (token_file && !source_profile && !source)
        return credential_from_web_identity(chain->search, &role, token_file, out, err);
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

static weir_status from_profile(struct chain *chain, const char *profile, struct credential *out, weir_error *err)
{
    static weir_status (*const places[])(struct chain * chain, const char *profile, struct credential *out,
                                         weir_error *err) = {
        from_role, from_cli, from_credentials_file, from_login, from_process, from_config_file,
    };
    weir_status status = enter(chain, profile, err);
    for (size_t k = 0; !status && k < ARRAY_SIZE(places); k++) {
        status = places[k](chain, profile, out, err);
        if (status != WEIR_AGAIN)
            return status;
        status = WEIR_OK;
    }
    return status ? status : WEIR_AGAIN;
}

/* A token that the environment names, as in a pod of EKS. */
static weir_status from_web_identity(struct credential_search *search, struct credential *out, weir_error *err)
{
    const struct sts_role role = {.arn = variable(search, "AWS_ROLE_ARN"),
                                  .session_name = variable(search, "AWS_ROLE_SESSION_NAME"),
                                  .profile = "AWS_ROLE_ARN"};
    const char *token_file = variable(search, "AWS_WEB_IDENTITY_TOKEN_FILE");
    return role.arn && token_file ? credential_from_web_identity(search, &role, token_file, out, err) : WEIR_AGAIN;
}

weir_status credential_search_all(struct credential_search *search, struct credential *out, weir_error *err)
{
    struct chain chain = {.search = search};
    const char *profile = search->options->profile ? search->options->profile : "default";
    bool is_named = search->options->profile_is_named;
    weir_status status = is_named ? WEIR_AGAIN : from_environment(search, out, err);
    /* A profile with a role comes before the environment's token, like in the AWS CLI. */
    if (status == WEIR_AGAIN && !key_of(&chain, profile, "role_arn") && !is_named)
        status = from_web_identity(search, out, err);
    if (status == WEIR_AGAIN)
        status = from_profile(&chain, profile, out, err);
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
