/* credential.h - who we are: the chain of the AWS CLI for one profile, kept fresh. In this order
 * (docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html): environment, assume-role of the profile,
 * web identity, SSO (by `aws configure export-credentials`), credentials file, credential_process, config file,
 * container, instance metadata. A profile that was named leaves the environment's keys out.
 *
 * Shared by all threads that ask in the name of the profile: one fetches, the others wait for it, at most as long as
 * their patience. Secrets live in one wiped, locked place and are copied out only to sign. */
#ifndef WEIR_AWS_CREDENTIAL_H
#define WEIR_AWS_CREDENTIAL_H

#include "aws/config.h"
#include "aws/environment.h"
#include "aws/http.h"

struct credential_provider;

struct credential_options {
    const struct environment *environment; /* outlives the provider, like all that follows */
    const struct config *config;
    const char *profile;   /* NULL = AWS_PROFILE, AWS_DEFAULT_PROFILE, "default" */
    bool profile_is_named; /* by --profile or ?profile= */
    const char *region;    /* for STS; NULL = none is known */
    const char *sts_url;   /* the endpoint override that holds for STS; NULL = AWS's own */
};

enum { CREDENTIAL_KEY_BYTES = 256, CREDENTIAL_TOKEN_BYTES = 8192, CREDENTIAL_ORIGIN_BYTES = 200 };

struct credential {
    char access_key[CREDENTIAL_KEY_BYTES], secret_key[CREDENTIAL_KEY_BYTES], session_token[CREDENTIAL_TOKEN_BYTES];
    char account[16];                     /* where the source tells it, else "" */
    int64_t expires_s;                    /* Unix seconds, 0 = never */
    char origin[CREDENTIAL_ORIGIN_BYTES]; /* "environment", "profile prod: assume role", "instance metadata"; safe,
                                             never secret */
};

weir_status credential_provider_new(const struct credential_options *options, struct credential_provider **out,
                                    weir_error *err);
void credential_provider_free(struct credential_provider *provider); /* wipes; accepts NULL */

/* Copies credentials that hold for at least a minute into *out, which is the caller's to wipe
 * (credential_wipe). Fetches or refreshes when needed: early (15 minutes before the end) if that can be had, and a
 * failed early refresh is no failure while the old ones hold: the one who refreshes may be kept for as long as that
 * takes, the others are not. `now_s` is AWS's time. Blocks at most until `cancel` is readable. WEIR_E_DENIED: there are
 * none, or nobody gives them; *err says what to run. WEIR_E_IO, WEIR_E_CANCELED. */
weir_status credential_get(struct credential_provider *provider, struct http *http, int cancel, int64_t now_s,
                           struct credential *out, weir_error *err);

/* AWS said that they are expired or wrong: the next credential_get() fetches anew. `access_key` names the ones meant.
 */
void credential_reject(struct credential_provider *provider, const char *access_key);

void credential_wipe(struct credential *credential);

#endif
