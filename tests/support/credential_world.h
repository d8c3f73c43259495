/* credential_world.h - a provider of credentials, what it is told by environment and files, and the loopback server
 * that plays container, instance metadata or STS. The monotonic clock can be put forward. Include it in one .c file of
 * a test. */
#ifndef WEIR_CREDENTIAL_WORLD_H
#define WEIR_CREDENTIAL_WORLD_H

#include <inttypes.h>
#include <stdarg.h>
#include <time.h>

#include "aws/credential.h"
#include "base/clock.h"
#include "loopback.h"

#define WORLD_NOW INT64_C(1780000000)

enum { WORLD_REPLIES = 8, WORLD_REPLY_BYTES = 2048, WORLD_VARIABLES = 8, WORLD_HOUR_S = 3600 };

/* ---- time ---- */

static _Atomic int64_t world_forward_ms;

int64_t clock_mono_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + world_forward_ms;
}

int64_t clock_now_ms(const struct clock *clock)
{
    return (clock && clock->fixed ? clock->fixed : WORLD_NOW) * 1000;
}

int64_t clock_now(const struct clock *clock)
{
    return clock_now_ms(clock) / 1000;
}

/* ---- the world ---- */

struct world {
    struct loopback server;
    struct loopback_reply replies[WORLD_REPLIES];
    char texts[WORLD_REPLIES][WORLD_REPLY_BYTES];
    size_t n_replies;
    char variables[WORLD_VARIABLES][256];
    char *environment_list[WORLD_VARIABLES + 1];
    size_t n_variables;
    struct environment *environment;
    struct config *config;
    struct credential_options options;
    struct credential_provider *provider;
    struct http *http;
    char url[64];
    struct credential found;
    weir_error error;
};

/* "2026-05-28T20:26:40Z" */
static inline const char *world_time(int64_t seconds, char out[32])
{
    time_t at = (time_t)seconds;
    struct tm tm;
    strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &tm));
    return out;
}

/* The next reply: status line, body. It can be changed until world_start(). */
static inline struct loopback_reply *world_reply(struct world *world, const char *status, const char *body)
{
    struct loopback_reply *reply = &world->replies[world->n_replies];
    char *text = world->texts[world->n_replies++];
    snprintf(text, WORLD_REPLY_BYTES, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", status, strlen(body), body);
    reply->text = text;
    return reply;
}

/* The next reply: credentials that end at `expires_s`, 0 = never. */
static inline struct loopback_reply *world_gives(struct world *world, const char *key, int64_t expires_s)
{
    char body[512], text[32], end[64] = "";
    if (expires_s)
        snprintf(end, sizeof end, ",\"Expiration\":\"%s\"", world_time(expires_s, text));
    snprintf(body, sizeof body,
             "{\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"secret-of-%s\",\"Token\":\"token-of-%s\"%s}", key, key, key,
             end);
    return world_reply(world, "200 OK", body);
}

static inline void world_set(struct world *world, const char *name, const char *value)
{
    char *variable = world->variables[world->n_variables];
    snprintf(variable, sizeof world->variables[0], "%s=%s", name, value);
    world->environment_list[world->n_variables++] = variable;
}

/* Starts the server, with its URL in world->url. */
static inline bool world_listen(struct world *world)
{
    world_forward_ms = 0;
    if (world->n_replies == 0)
        world_reply(world, "500 Nothing planned", "");
    if (!loopback_start(&world->server, world->replies, world->n_replies))
        return false;
    snprintf(world->url, sizeof world->url, "http://127.0.0.1:%u", world->server.port);
    return true;
}

/* Makes the provider of world->options with these files. */
static inline bool world_open(struct world *world, const char *config, const char *credentials)
{
    const struct http_options http = {.user_agent = "weir/test"};
    if (environment_new(world->environment_list, &world->environment, NULL) ||
        config_parse(config, strlen(config), credentials, strlen(credentials), &world->config, NULL) ||
        http_new(&http, &world->http, NULL))
        return false;
    world->options.environment = world->environment;
    world->options.config = world->config;
    return credential_provider_new(&world->options, &world->provider, NULL) == WEIR_OK;
}

/* All of it, for credentials of a container. */
static inline bool world_container(struct world *world)
{
    bool listens = world_listen(world);
    world_set(world, "AWS_EC2_METADATA_DISABLED", "true");
    world_set(world, "AWS_CONTAINER_CREDENTIALS_FULL_URI", world->url);
    return listens && world_open(world, "", "");
}

static inline weir_status world_ask(struct world *world, int64_t now_s)
{
    world->error = (weir_error){0};
    return credential_get(world->provider, world->http, -1, now_s, &world->found, &world->error);
}

static inline void world_close(struct world *world)
{
    credential_provider_free(world->provider);
    http_free(world->http);
    config_free(world->config);
    environment_free(world->environment);
    loopback_stop(&world->server);
}

#endif
