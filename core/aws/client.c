/* client.c - see client.h. Clients are made under the lock of their weir_aws and live as long as it; what changes in a
 * client is under its own lock, but for the skew, which is read with every signature. */
#include "aws/client.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/open.h"
#include "base/scope.h"

/* The retry quota of the SDKs' standard mode, and how far a clock may be off before it is corrected. */
enum { QUOTA = 500, RETRY_COST = 5, TIMEOUT_COST = 10, BURST = 2, SKEW_MIN_MS = 2000 };

struct aws_client {
    struct aws_client *next;
    weir_aws *aws;
    struct aws_identity *identity;
    char region[64];
    struct settings settings;
    _Atomic int64_t skew_ms;
    atomic_bool has_credential;
    pthread_mutex_t lock; /* of what follows */
    char account[16];
    int64_t turn_ms; /* the pace's clock: when the place behind the queue begins */
    int quota;
};

/* ---- making ---- */

static struct aws_identity *find_identity(weir_aws *aws, const char *profile, bool is_named)
{
    for (struct aws_identity *at = aws->identities; at; at = at->next) {
        if (at->is_named == is_named && strcmp(at->profile, profile) == 0)
            return at;
    }
    return NULL;
}

static void identity_free(struct aws_identity *identity)
{
    credential_provider_free(identity->provider);
    free(identity->profile);
    free(identity->region);
    free(identity);
}

static weir_status make_identity(weir_aws *aws, const char *profile, bool is_named, const char *region,
                                 struct aws_identity **out, weir_error *err)
{
    struct aws_identity *identity = calloc(1, sizeof *identity);
    if (!identity)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    identity->is_named = is_named;
    identity->profile = strdup(profile);
    identity->region = strdup(region);
    if (!identity->profile || !identity->region) {
        identity_free(identity);
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    }
    struct settings settings = {aws->environment, aws->config, identity->profile, aws->endpoint_url, aws->ca_bundle};
    struct credential_options options = {
        .environment = aws->environment,
        .config = aws->config,
        .profile = identity->profile,
        .profile_is_named = is_named,
        .region = identity->region,
        .sts_url = settings_endpoint(&settings, AWS_STS).override,
    };
    weir_status status = credential_provider_new(&options, &identity->provider, err);
    if (status != WEIR_OK) {
        identity_free(identity);
        return status;
    }
    identity->next = aws->identities;
    aws->identities = *out = identity;
    return WEIR_OK;
}

static weir_status make_client(weir_aws *aws, struct aws_identity *identity, const char *region,
                               struct aws_client **out, weir_error *err)
{
    struct aws_client *client = calloc(1, sizeof *client);
    if (!client)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    client->aws = aws;
    client->identity = identity;
    client->quota = QUOTA;
    snprintf(client->region, sizeof client->region, "%s", region);
    client->settings =
        (struct settings){aws->environment, aws->config, identity->profile, aws->endpoint_url, aws->ca_bundle};
    pthread_mutex_init(&client->lock, NULL);
    client->next = aws->clients;
    aws->clients = *out = client;
    return WEIR_OK;
}

static weir_status check_profile(const weir_aws *aws, const char *profile, weir_error *err)
{
    if (strcmp(profile, "default") == 0 || config_has_profile(aws->config, profile))
        return WEIR_OK;
    return weir_fail(err, WEIR_E_USAGE, 0,
                     "there is no profile '%s' in %s or %s; `aws configure list-profiles` names those that exist",
                     profile, config_path(aws->config, false), config_path(aws->config, true));
}

/* The region of the instance, asked for once; the lock is not held meanwhile. */
static const char *region_of_instance(weir_aws *aws, const struct settings *settings, bool is_named)
{
    pthread_mutex_lock(&aws->lock);
    bool is_known = aws->asked_instance;
    pthread_mutex_unlock(&aws->lock);
    char region[sizeof aws->instance_region] = "";
    if (!is_known && settings_may_be_instance(settings, is_named) &&
        (!instance_region(settings, region, sizeof region) || !region_is_sane(region)))
        region[0] = '\0';
    pthread_mutex_lock(&aws->lock);
    if (!aws->asked_instance)
        snprintf(aws->instance_region, sizeof aws->instance_region, "%s", region);
    aws->asked_instance = true;
    pthread_mutex_unlock(&aws->lock);
    return *aws->instance_region ? aws->instance_region : NULL;
}

/* The client of that profile and region, made if there is none yet; the lock is held. */
static weir_status find_or_make(weir_aws *aws, const char *profile, bool is_named, const char *region,
                                struct aws_client **out, weir_error *err)
{
    struct aws_identity *identity = find_identity(aws, profile, is_named);
    if (!identity) {
        weir_status status = make_identity(aws, profile, is_named, region, &identity, err);
        if (status != WEIR_OK || !identity)
            return status;
    }
    for (struct aws_client *at = aws->clients; at; at = at->next) {
        if (at->identity == identity && strcmp(at->region, region) == 0) {
            *out = at;
            return WEIR_OK;
        }
    }
    return make_client(aws, identity, region, out, err);
}

weir_status aws_client_get(weir_aws *aws, const char *profile, const char *region, struct aws_client **out,
                           weir_error *err)
{
    bool is_named = (profile && *profile) || aws->profile;
    if (!profile || !*profile)
        profile = aws->profile ? aws->profile : settings_profile(aws->environment);
    weir_status status = check_profile(aws, profile, err);
    if (status != WEIR_OK)
        return status;
    struct settings settings = {aws->environment, aws->config, profile, aws->endpoint_url, aws->ca_bundle};
    if (!region || !*region)
        region = aws->region;
    if (!region)
        region = settings_region(&settings);
    if (!region)
        region = region_of_instance(aws, &settings, is_named);
    if (!region)
        return weir_fail(err, WEIR_E_USAGE, 0, "no region is set: set AWS_REGION or use --region REGION (profile %s)",
                         profile);
    if (!region_is_sane(region))
        return weir_fail(err, WEIR_E_USAGE, 0, "'%s' is no region: expected something like eu-west-1", region);
    pthread_mutex_lock(&aws->lock);
    status = find_or_make(aws, profile, is_named, region, out, err);
    pthread_mutex_unlock(&aws->lock);
    return status;
}

weir_status aws_client_elsewhere(const struct aws_client *client, const char *region, struct aws_client **out,
                                 weir_error *err)
{
    weir_aws *aws = client->aws;
    const struct aws_identity *identity = client->identity;
    if (!region_is_sane(region))
        return weir_fail(err, WEIR_E_USAGE, 0, "'%s' is no region: expected something like eu-west-1", region);
    pthread_mutex_lock(&aws->lock);
    weir_status status = find_or_make(aws, identity->profile, identity->is_named, region, out, err);
    pthread_mutex_unlock(&aws->lock);
    return status;
}

void aws_clients_free(weir_aws *aws)
{
    while (aws->clients) {
        struct aws_client *client = aws->clients;
        aws->clients = client->next;
        pthread_mutex_destroy(&client->lock);
        free(client);
    }
    while (aws->identities) {
        struct aws_identity *identity = aws->identities;
        aws->identities = identity->next;
        identity_free(identity);
    }
}

/* ---- asking it ---- */

const char *aws_client_region(const struct aws_client *client)
{
    return client->region;
}

const char *aws_client_profile(const struct aws_client *client)
{
    return client->identity->profile;
}

void aws_client_account(struct aws_client *client, char *out)
{
    pthread_mutex_lock(&client->lock);
    memcpy(out, client->account, sizeof client->account);
    pthread_mutex_unlock(&client->lock);
}

void aws_client_set_account(struct aws_client *client, const char *account)
{
    pthread_mutex_lock(&client->lock);
    snprintf(client->account, sizeof client->account, "%s", account);
    pthread_mutex_unlock(&client->lock);
}

weir_status aws_client_http(struct aws_client *client, struct http **out, weir_error *err)
{
    struct http_options options = settings_http(&client->settings);
    return http_new(&options, out, err);
}

weir_status aws_client_endpoint(struct aws_client *client, enum aws_service service, struct endpoint *out,
                                weir_error *err)
{
    struct endpoint_settings settings = settings_endpoint(&client->settings, service);
    return endpoint_make(service, client->region, &settings, out, err);
}

weir_status aws_client_credential(struct aws_client *client, struct http *http, int cancel, struct credential *out,
                                  weir_error *err)
{
    int64_t now_s = aws_client_now_ms(client) / 1000;
    weir_status status = credential_get(client->identity->provider, http, cancel, now_s, out, err);
    if (status == WEIR_OK && *out->account)
        aws_client_set_account(client, out->account);
    atomic_store(&client->has_credential, status == WEIR_OK);
    return status;
}

void aws_client_reject(struct aws_client *client, const char *access_key)
{
    credential_reject(client->identity->provider, access_key);
    atomic_store(&client->has_credential, false);
}

bool aws_client_has_credential(const struct aws_client *client)
{
    return atomic_load(&client->has_credential);
}

int aws_client_max_attempts(const struct aws_client *client)
{
    return settings_max_attempts(&client->settings);
}

bool aws_client_uses_sso(const struct aws_client *client)
{
    const struct config *config = client->aws->config;
    return config_get(config, client->identity->profile, "sso_session") ||
           config_get(config, client->identity->profile, "sso_start_url");
}

/* ---- time ---- */

int64_t aws_client_now_ms(const struct aws_client *client)
{
    return clock_now_ms(&client->aws->clock) + aws_client_skew_ms(client);
}

int64_t aws_client_skew_ms(const struct aws_client *client)
{
    return atomic_load_explicit(&client->skew_ms, memory_order_relaxed);
}

void aws_client_saw_date(struct aws_client *client, int64_t date_s, int64_t received_ms)
{
    int64_t local_ms = clock_now_ms(&client->aws->clock);
    if (!client->aws->clock.fixed)
        local_ms -= clock_mono_ms() - received_ms;
    int64_t seen = date_s * 1000 + 500 - local_ms; /* a Date is cut to seconds */
    int64_t change = seen - aws_client_skew_ms(client);
    if (change > -SKEW_MIN_MS && change < SKEW_MIN_MS)
        return;
    bool is_none = seen > -SKEW_MIN_MS && seen < SKEW_MIN_MS;
    atomic_store_explicit(&client->skew_ms, is_none ? 0 : seen, memory_order_relaxed);
}

/* ---- pace and retries ---- */

/* `turn_ms` runs one interval ahead for each request; BURST - 1 intervals of lead are no reason to wait. */
int64_t aws_client_take_turn(struct aws_client *client)
{
    int64_t interval = (int64_t)(1000 / client->aws->requests_per_s), now = clock_mono_ms();
    pthread_mutex_lock(&client->lock);
    int64_t turn = client->turn_ms > now ? client->turn_ms : now;
    client->turn_ms = turn + interval;
    pthread_mutex_unlock(&client->lock);
    int64_t at = turn - interval * (BURST - 1);
    return at > now ? at : now;
}

bool aws_client_may_retry(struct aws_client *client, bool timed_out)
{
    int cost = timed_out ? TIMEOUT_COST : RETRY_COST;
    pthread_mutex_lock(&client->lock);
    bool may = client->quota >= cost;
    if (may)
        client->quota -= cost;
    pthread_mutex_unlock(&client->lock);
    return may;
}

void aws_client_succeeded(struct aws_client *client, bool after_retry)
{
    pthread_mutex_lock(&client->lock);
    client->quota += after_retry ? RETRY_COST : 1;
    if (client->quota > QUOTA)
        client->quota = QUOTA;
    pthread_mutex_unlock(&client->lock);
}
