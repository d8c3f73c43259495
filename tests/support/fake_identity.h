/* fake_identity.h - environment, config files and credentials that a test says, in the place of the real ones: what is
 * defined here keeps the linker from taking them out of the library. Include it in one .c file of a test. */
#ifndef WEIR_FAKE_IDENTITY_H
#define WEIR_FAKE_IDENTITY_H

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/config.h"
#include "aws/credential.h"
#include "aws/environment.h"

struct fake_key {
    const char *profile, *key, *value;
};

/* What a test sets: keys of profiles (service keys as "SERVICES/SERVICE"), NULL at the end. */
static const struct fake_key *fake_keys;
static atomic_int fake_generation; /* of the credentials: AKID0, AKID1 … */
static atomic_int fake_rejections, fake_gets;
static bool fake_keys_are_static;                    /* rejecting changes nothing */
static weir_status fake_credential_status = WEIR_OK; /* what credential_get() answers */

struct environment {
    char **variables;
};

weir_status environment_new(char **variables, struct environment **out, weir_error *err)
{
    (void)err;
    *out = calloc(1, sizeof **out);
    (*out)->variables = variables;
    return WEIR_OK;
}

void environment_free(struct environment *environment)
{
    free(environment);
}

const char *environment_get(const struct environment *environment, const char *name)
{
    size_t len = strlen(name);
    for (char **at = environment->variables; *at; at++) {
        if (strncmp(*at, name, len) == 0 && (*at)[len] == '=')
            return (*at)[len + 1] ? *at + len + 1 : NULL;
    }
    return NULL;
}

bool environment_is_true(const struct environment *environment, const char *name)
{
    const char *value = environment_get(environment, name);
    return value && strcasecmp(value, "true") == 0;
}

struct config {
    int unused;
};

weir_status config_read(const struct environment *environment, struct config **out, weir_error *err)
{
    (void)environment, (void)err;
    *out = calloc(1, sizeof **out);
    return WEIR_OK;
}

void config_free(struct config *config)
{
    free(config);
}

const char *config_get(const struct config *config, const char *profile, const char *key)
{
    (void)config;
    for (const struct fake_key *at = fake_keys; at && at->profile; at++) {
        if (strcmp(at->profile, profile) == 0 && strcmp(at->key, key) == 0)
            return at->value;
    }
    return NULL;
}

const char *config_get_service(const struct config *config, const char *services, const char *service, const char *key)
{
    char name[128];
    snprintf(name, sizeof name, "%s/%s", services, service);
    return config_get(config, name, key);
}

bool config_has_profile(const struct config *config, const char *profile)
{
    (void)config;
    for (const struct fake_key *at = fake_keys; at && at->profile; at++) {
        if (strcmp(at->profile, profile) == 0)
            return true;
    }
    return false;
}

const char *config_path(const struct config *config, bool credentials_file)
{
    (void)config;
    return credentials_file ? "~/.aws/credentials" : "~/.aws/config";
}

struct credential_provider {
    int unused;
};

weir_status credential_provider_new(const struct credential_options *options, struct credential_provider **out,
                                    weir_error *err)
{
    (void)options, (void)err;
    *out = calloc(1, sizeof **out);
    return WEIR_OK;
}

void credential_provider_free(struct credential_provider *provider)
{
    free(provider);
}

weir_status credential_get(struct credential_provider *provider, struct http *http, int cancel, int64_t now_s,
                           struct credential *out, weir_error *err)
{
    (void)provider, (void)http, (void)cancel, (void)now_s;
    atomic_fetch_add(&fake_gets, 1);
    if (fake_credential_status != WEIR_OK)
        return weir_fail(err, fake_credential_status, 0, "there are no credentials: run `aws configure`");
    *out = (struct credential){.origin = "environment"};
    snprintf(out->access_key, sizeof out->access_key, "AKID%d", atomic_load(&fake_generation));
    snprintf(out->secret_key, sizeof out->secret_key, "canary-secret");
    snprintf(out->session_token, sizeof out->session_token, "canary-token");
    snprintf(out->account, sizeof out->account, "123456789012");
    return WEIR_OK;
}

void credential_reject(struct credential_provider *provider, const char *access_key)
{
    (void)provider, (void)access_key;
    atomic_fetch_add(&fake_rejections, 1);
    if (!fake_keys_are_static)
        atomic_fetch_add(&fake_generation, 1);
}

void credential_wipe(struct credential *credential)
{
    explicit_bzero(credential, sizeof *credential);
}

#endif
