/* config_text.h - what the config files say, as one list in the order of the files. Of the aws room only. */
#ifndef WEIR_AWS_CONFIG_TEXT_H
#define WEIR_AWS_CONFIG_TEXT_H

#include "aws/config.h"
#include "base/buf.h"

enum { CONFIG_PATH_BYTES = 4096, CONFIG_WARNINGS_MAX = 20 };

enum config_file { CONFIG_FILE, CREDENTIALS_FILE };
enum config_kind { CONFIG_PROFILE, CONFIG_SSO_SESSION, CONFIG_SERVICES, CONFIG_OTHER };

/* One key; a section without any has one whose key is "". */
struct config_entry {
    enum config_file file;
    enum config_kind kind;
    const char *section; /* "default", "prod" */
    const char *parent;  /* of an indented key: "s3"; else "" */
    const char *key, *value;
    char *text; /* what they are in */
    size_t text_bytes;
};

struct config {
    struct config_entry *entries;
    size_t n_entries, room;
    char *warnings[CONFIG_WARNINGS_MAX]; /* safe */
    size_t n_warnings;
    char paths[2][CONFIG_PATH_BYTES]; /* safe */
};

/* Appends what a file says. WEIR_E_NOMEM; WEIR_E_LIMIT beyond CONFIG_MAX_BYTES or CONFIG_KEYS_MAX. */
weir_status config_text_read(struct config *config, enum config_file file, const char *bytes, size_t len,
                             weir_error *err);

/* Never a value: it may be secret. */
void config_warn(struct config *config, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
