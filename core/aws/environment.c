/* environment.c - see environment.h. Copies live in one piece of secret memory: a table of pointers, then the texts.
 * What is overwritten in place is the caller's array, which at the start of a program is what the system shows. */
#include "aws/environment.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/secret.h"
#include "base/scope.h"

struct environment {
    size_t n, bytes;
    char **variables; /* in the secret memory, like the texts behind them */
};

static const char *const secrets[] = {"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
                                      "AWS_CONTAINER_AUTHORIZATION_TOKEN"};
static const char *const proxies[] = {"HTTPS_PROXY", "https_proxy", "HTTP_PROXY",
                                      "http_proxy",  "ALL_PROXY",   "all_proxy"};

/* The value if the variable has that name. */
static char *value_of(char *variable, const char *name)
{
    size_t len = strlen(name);
    return strncmp(variable, name, len) == 0 && variable[len] == '=' ? variable + len + 1 : NULL;
}

/* The password of "http://user:password@host". */
static void wipe_password(char *url)
{
    char *begin = strstr(url, "://");
    begin = begin ? begin + 3 : url;
    char *end = strrchr(begin, '@');
    char *colon = end ? memchr(begin, ':', (size_t)(end - begin)) : NULL;
    for (char *at = colon ? colon + 1 : end; at && at < end; at++)
        *at = '*';
}

static void wipe(char *variable)
{
    for (size_t k = 0; k < ARRAY_SIZE(secrets); k++) {
        char *value = value_of(variable, secrets[k]);
        if (value)
            explicit_bzero(value, strlen(value));
    }
    for (size_t k = 0; k < ARRAY_SIZE(proxies); k++) {
        char *value = value_of(variable, proxies[k]);
        if (value)
            wipe_password(value);
    }
}

weir_status environment_new(char **variables, struct environment **out, weir_error *err)
{
    size_t n = 0, bytes = sizeof(char *);
    for (; variables[n]; n++)
        bytes += sizeof(char *) + strlen(variables[n]) + 1;
    struct environment *environment = calloc(1, sizeof *environment);
    char **copies = environment ? secret_new(bytes) : NULL;
    if (!copies) {
        free(environment);
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    }
    char *at = (char *)(copies + n + 1);
    for (size_t k = 0; k < n; k++) {
        size_t len = strlen(variables[k]) + 1;
        copies[k] = memcpy(at, variables[k], len);
        at += len;
        wipe(variables[k]);
    }
    *environment = (struct environment){.n = n, .bytes = bytes, .variables = copies};
    *out = environment;
    return WEIR_OK;
}

void environment_free(struct environment *environment)
{
    if (!environment)
        return;
    secret_free(environment->variables, environment->bytes);
    free(environment);
}

const char *environment_get(const struct environment *environment, const char *name)
{
    for (size_t k = 0; k < environment->n; k++) {
        const char *value = value_of(environment->variables[k], name);
        if (value)
            return *value ? value : NULL;
    }
    return NULL;
}

bool environment_is_true(const struct environment *environment, const char *name)
{
    const char *value = environment_get(environment, name);
    return value && strcasecmp(value, "true") == 0;
}

char *const *environment_all(const struct environment *environment)
{
    return environment->variables;
}
