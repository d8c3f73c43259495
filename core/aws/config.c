/* config.c - see config.h: which files there are, and what is asked of them. Reading a text is config_text.c. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/config_text.h"
#include "base/limits.h"
#include "base/scope.h"
#include "weir/safe.h"

/* ---- files ---- */

static bool find_path(const struct environment *environment, const char *variable, const char *usual, char *out)
{
    const char *path = environment_get(environment, variable);
    const char *home = environment_get(environment, "HOME");
    bool is_home = !path || strncmp(path, "~/", 2) == 0;
    if (is_home && !home)
        return false;
    const char *rest = path ? path + (is_home ? 1 : 0) : usual;
    size_t n = is_home ? strlen(home) : 0, len = strlen(rest);
    if (n + len >= CONFIG_PATH_BYTES)
        return false;
    if (is_home)
        memcpy(out, home, n);
    memcpy(out + n, rest, len + 1);
    return true;
}

static weir_status fail_to_read(const char *path, weir_error *err)
{
    char text[128];
    return weir_fail(err, WEIR_E_IO, 0, "cannot read %s: %s", path, strerror_r(errno, text, sizeof text));
}

static weir_status read_open(int fd, const char *path, struct buf *out, weir_error *err)
{
    struct stat facts;
    if (fstat(fd, &facts) != 0)
        return fail_to_read(path, err);
    if (S_ISDIR(facts.st_mode))
        return weir_fail(err, WEIR_E_IO, 0, "cannot read %s: it is a folder", path);
    weir_status status = buf_reserve(out, CONFIG_MAX_BYTES + 1); /* never moved: no copies of secrets are left behind */
    while (!status) {
        ssize_t n = read(fd, out->bytes + out->len, CONFIG_MAX_BYTES + 1 - out->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_to_read(path, err);
        out->len += (size_t)n;
        if (out->len > CONFIG_MAX_BYTES)
            return weir_fail(err, WEIR_E_LIMIT, 0, "%s is larger than %d bytes", path, CONFIG_MAX_BYTES);
        if (n == 0)
            return WEIR_OK;
    }
    return weir_fail(err, status, 0, "out of memory");
}

/* A file that is not there is empty. */
static weir_status read_file(const char *path, struct buf *out, weir_error *err)
{
    if (!*path)
        return WEIR_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? WEIR_OK : fail_to_read(path, err);
    weir_status status = read_open(fd, path, out, err);
    close(fd);
    return status;
}

/* Nobody else may write what we run (credential_process) or believe, nor read secrets. */
static void warn_of_others(struct config *config, const char *path, mode_t unwanted)
{
    struct stat facts;
    if (*path && stat(path, &facts) == 0 && facts.st_mode & unwanted)
        config_warn(config, "%s can be %s by others: chmod 600 %s", path, facts.st_mode & 022 ? "changed" : "read",
                    path);
}

weir_status config_read(const struct environment *environment, struct config **out, weir_error *err)
{
    char paths[2][CONFIG_PATH_BYTES] = {"", ""};
    struct buf texts[2];
    find_path(environment, "AWS_CONFIG_FILE", "/.aws/config", paths[0]);
    find_path(environment, "AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials", paths[1]);
    weir_status status = WEIR_OK;
    for (int k = 0; k < 2; k++) {
        buf_init(&texts[k], CONFIG_MAX_BYTES + 1);
        if (!status)
            status = read_file(paths[k], &texts[k], err);
    }
    struct config *config = NULL;
    if (!status)
        status = config_parse(texts[0].bytes, texts[0].len, texts[1].bytes, texts[1].len, &config, err);
    for (int k = 0; k < 2; k++) {
        if (texts[k].bytes)
            explicit_bzero(texts[k].bytes, texts[k].room);
        buf_done(&texts[k]);
    }
    if (status)
        return status;
    for (int k = 0; k < 2; k++)
        weir_safe_format(config->paths[k], CONFIG_PATH_BYTES, "%s", paths[k]);
    warn_of_others(config, paths[0], 022);
    warn_of_others(config, paths[1], 077);
    *out = config;
    return WEIR_OK;
}

weir_status config_parse(const char *config_bytes, size_t config_len, const char *credentials, size_t credentials_len,
                         struct config **out, weir_error *err)
{
    struct config *config = calloc(1, sizeof *config);
    if (!config)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    weir_status status = config_text_read(config, CONFIG_FILE, config_bytes, config_len, err);
    if (!status)
        status = config_text_read(config, CREDENTIALS_FILE, credentials, credentials_len, err);
    if (status) {
        config_free(config);
        return status;
    }
    *out = config;
    return WEIR_OK;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    for (size_t k = 0; k < config->n_entries; k++) {
        explicit_bzero(config->entries[k].text, config->entries[k].text_bytes);
        free(config->entries[k].text);
    }
    free(config->entries);
    for (size_t k = 0; k < config->n_warnings; k++)
        free(config->warnings[k]);
    free(config);
}

/* ---- what is asked ---- */

/* The last of its kind wins. */
static const char *find(const struct config *config, enum config_file file, enum config_kind kind, const char *section,
                        const char *parent, const char *key)
{
    for (size_t k = config->n_entries; k-- > 0;) {
        const struct config_entry *entry = &config->entries[k];
        if (entry->file == file && entry->kind == kind && strcmp(entry->section, section) == 0 &&
            strcasecmp(entry->parent, parent) == 0 && strcasecmp(entry->key, key) == 0)
            return *entry->value ? entry->value : NULL;
    }
    return NULL;
}

bool config_has_profile(const struct config *config, const char *profile)
{
    for (size_t k = 0; k < config->n_entries; k++)
        if (config->entries[k].kind == CONFIG_PROFILE && strcmp(config->entries[k].section, profile) == 0)
            return true;
    return false;
}

const char *config_get(const struct config *config, const char *profile, const char *key)
{
    const char *value = config_get_credentials(config, profile, key);
    return value ? value : config_get_config(config, profile, key);
}

const char *config_get_config(const struct config *config, const char *profile, const char *key)
{
    return find(config, CONFIG_FILE, CONFIG_PROFILE, profile, "", key);
}

const char *config_get_credentials(const struct config *config, const char *profile, const char *key)
{
    return find(config, CREDENTIALS_FILE, CONFIG_PROFILE, profile, "", key);
}

const char *config_get_service(const struct config *config, const char *services, const char *service, const char *key)
{
    return find(config, CONFIG_FILE, CONFIG_SERVICES, services, service, key);
}

const char *config_get_sso_session(const struct config *config, const char *session, const char *key)
{
    return find(config, CONFIG_FILE, CONFIG_SSO_SESSION, session, "", key);
}

const char *config_warning(const struct config *config, size_t k)
{
    return k < config->n_warnings ? config->warnings[k] : NULL;
}

const char *config_path(const struct config *config, bool credentials_file)
{
    return config->paths[credentials_file];
}
