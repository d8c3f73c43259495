/* credential.c - keeps the credentials of one profile fresh: who fetches, who waits, how long what was found holds.
 * Where they come from is credential_profile.c.
 *
 * One thread fetches at a time, without the lock. The others use what still holds, or wait in slices, so that each of
 * them sees its own cancel. */
#include "aws/credential.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/credential_chain.h"
#include "aws/secret.h"
#include "base/clock.h"
#include "base/wait.h"
#include "weir/safe.h"

enum {
    HOLDS_S = 60,      /* what is handed out holds at least so long */
    EARLY_S = 15 * 60, /* refreshed so long before the end */
    AGAIN_MS = 5000,   /* after a failure nobody is asked for so long */
    WAIT_SLICE_MS = 50,
};

/* In secret memory. */
struct secrets {
    struct credential current, fetched;
};

struct credential_provider {
    struct credential_options options;
    pthread_mutex_t lock;
    struct secrets *secrets;
    bool has, fetching;
    int64_t early_s;   /* Unix seconds from which on they are refreshed; INT64_MAX = never */
    int64_t failed_ms; /* monotonic, of the last failure; 0 = none */
    weir_error failure;
};

weir_status credential_provider_new(const struct credential_options *options, struct credential_provider **out,
                                    weir_error *err)
{
    struct credential_provider *provider = calloc(1, sizeof *provider);
    struct secrets *secrets = provider ? secret_new(sizeof *secrets) : NULL;
    if (!secrets) {
        free(provider);
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    }
    provider->options = *options;
    provider->secrets = secrets;
    pthread_mutex_init(&provider->lock, NULL);
    *out = provider;
    return WEIR_OK;
}

void credential_provider_free(struct credential_provider *provider)
{
    if (!provider)
        return;
    secret_free(provider->secrets, sizeof *provider->secrets);
    pthread_mutex_destroy(&provider->lock);
    free(provider);
}

void credential_wipe(struct credential *credential)
{
    explicit_bzero(credential, sizeof *credential);
}

void credential_reject(struct credential_provider *provider, const char *access_key)
{
    pthread_mutex_lock(&provider->lock);
    if (provider->has && strcmp(provider->secrets->current.access_key, access_key) == 0)
        provider->has = false;
    pthread_mutex_unlock(&provider->lock);
}

/* ---- with the lock held ---- */

static bool lasts(const struct credential *credential, int64_t now_s)
{
    return !credential->expires_s || credential->expires_s - now_s >= HOLDS_S;
}

static bool holds(const struct credential_provider *provider, int64_t now_s)
{
    return provider->has && lasts(&provider->secrets->current, now_s);
}

static bool has_failed_lately(const struct credential_provider *provider)
{
    return provider->failed_ms && clock_mono_ms() - provider->failed_ms < AGAIN_MS;
}

static void take_fetched(struct credential_provider *provider, int64_t now_s)
{
    struct credential *current = &provider->secrets->current;
    *current = provider->secrets->fetched;
    provider->has = true;
    provider->failed_ms = 0;
    int64_t life_s = current->expires_s - now_s;
    int64_t early_s = life_s / 10 < EARLY_S ? life_s / 10 : EARLY_S;
    provider->early_s = current->expires_s ? current->expires_s - early_s : INT64_MAX;
}

/* Gives the lock away meanwhile. */
static weir_status fetch(struct credential_provider *provider, struct http *http, int cancel, int64_t now_s)
{
    struct credential_search search = {.options = &provider->options, .http = http, .cancel = cancel, .now_s = now_s};
    weir_error why = {0};
    provider->fetching = true;
    pthread_mutex_unlock(&provider->lock);
    struct credential *fetched = &provider->secrets->fetched;
    weir_status status = credential_search_all(&search, fetched, &why);
    if (status == WEIR_OK && !lasts(fetched, now_s))
        status =
            weir_fail(&why, WEIR_E_DENIED, 0, "the credentials (%s) end in %lld s, and there are no newer ones yet",
                      search.origin, (long long)(fetched->expires_s - now_s));
    pthread_mutex_lock(&provider->lock);
    provider->fetching = false;
    if (status == WEIR_OK) {
        memcpy(fetched->origin, search.origin, sizeof fetched->origin);
        take_fetched(provider, now_s);
    } else if (status != WEIR_E_CANCELED) {
        /* What was given makes no sense: for who asks, it is as if there were none. */
        if (why.status == WEIR_E_DATA || why.status == WEIR_E_LIMIT)
            why.status = status = WEIR_E_DENIED;
        provider->failed_ms = clock_mono_ms();
        provider->failure = why;
    }
    credential_wipe(fetched);
    return status;
}

/* Gives the lock away meanwhile. */
static bool wait_for_other(struct credential_provider *provider, int cancel)
{
    pthread_mutex_unlock(&provider->lock);
    bool canceled = wait_for(-1, cancel, WAIT_SLICE_MS) == WAIT_CANCELED;
    pthread_mutex_lock(&provider->lock);
    return !canceled;
}

static weir_status get(struct credential_provider *provider, struct http *http, int cancel, int64_t now_s,
                       struct credential *out, weir_error *err)
{
    for (;;) {
        bool good = holds(provider, now_s);
        bool early = good && now_s >= provider->early_s && !provider->fetching && !has_failed_lately(provider);
        if (good && !early) {
            *out = provider->secrets->current;
            return WEIR_OK;
        }
        if (provider->fetching) {
            if (!wait_for_other(provider, cancel))
                return WEIR_E_CANCELED;
            continue;
        }
        if (!good && has_failed_lately(provider))
            return weir_fail(err, provider->failure.status, 0, "%s", provider->failure.text);
        weir_status status = fetch(provider, http, cancel, now_s);
        if (status == WEIR_E_CANCELED)
            return status;
        if (status && !holds(provider, now_s))
            return weir_fail(err, provider->failure.status, 0, "%s", provider->failure.text);
    }
}

weir_status credential_get(struct credential_provider *provider, struct http *http, int cancel, int64_t now_s,
                           struct credential *out, weir_error *err)
{
    pthread_mutex_lock(&provider->lock);
    weir_status status = get(provider, http, cancel, now_s, out, err);
    pthread_mutex_unlock(&provider->lock);
    return status;
}
