/* environment.h - the variables that the program was started with. Core never reads the process's own
 * environment: it is given one, and keeps secrets out of sight afterwards. Immutable: any thread. */
#ifndef WEIR_AWS_ENVIRONMENT_H
#define WEIR_AWS_ENVIRONMENT_H

#include <stdbool.h>

#include "weir/status.h"

struct environment;

/* Copies "NAME=value" … and overwrites the values of secrets (AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN,
 * AWS_SECURITY_TOKEN, AWS_CONTAINER_AUTHORIZATION_TOKEN, and the password in a proxy's URL) in place. */
weir_status environment_new(char **variables, struct environment **out, weir_error *err);
void environment_free(struct environment *environment); /* wipes the copies; accepts NULL */

/* NULL if it is not set or empty; borrowed. */
const char *environment_get(const struct environment *environment, const char *name);
bool environment_is_true(const struct environment *environment, const char *name); /* "true", any case */

/* All of them, for a program that we start; NULL-terminated, borrowed. */
char *const *environment_all(const struct environment *environment);

#endif
