/* config.h - the shared config and credentials files of the AWS CLI and SDKs
 * (docs.aws.amazon.com/sdkref/latest/guide/file-format.html): sections, keys, indented sub-keys. Missing files are
 * empty. What cannot be read is skipped and noted, never fatal. Immutable once read: any thread. */
#ifndef WEIR_AWS_CONFIG_H
#define WEIR_AWS_CONFIG_H

#include <stddef.h>

#include "aws/environment.h"

struct config;

/* Reads AWS_CONFIG_FILE (~/.aws/config) and AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials). WEIR_E_NOMEM,
 * WEIR_E_IO for a file that is there and cannot be read, WEIR_E_LIMIT beyond 256 KiB. */
weir_status config_read(const struct environment *environment, struct config **out, weir_error *err);

/* The same from texts (tests, fuzzing). */
weir_status config_parse(const char *config, size_t config_len, const char *credentials, size_t credentials_len,
                         struct config **out, weir_error *err);
void config_free(struct config *config); /* wipes; accepts NULL */

bool config_has_profile(const struct config *config, const char *profile);

/* A key of a profile; the credentials file wins over the config file. NULL = not there. Borrowed. */
const char *config_get(const struct config *config, const char *profile, const char *key);

/* The same from one file alone: credential_process is believed in the config file only. */
const char *config_get_config(const struct config *config, const char *profile, const char *key);

const char *config_get_credentials(const struct config *config, const char *profile, const char *key);

/* A key of "[services NAME]" › service › key, and of "[sso-session NAME]". */
const char *config_get_service(const struct config *config, const char *services, const char *service, const char *key);
const char *config_get_sso_session(const struct config *config, const char *session, const char *key);

/* "line 7 of the config file: expected KEY = VALUE"; NULL past the last. Borrowed. */
const char *config_warning(const struct config *config, size_t k);

/* The path of a file as it was looked for, safe text; "" = there is no home to look in. */
const char *config_path(const struct config *config, bool credentials_file);

#endif
