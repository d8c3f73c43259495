/* The AWS config files, the credentials file behind a form feed: whatever they say, what is found is what was written,
 * texts of warnings are ours, and a command splits into words that are not longer than it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aws/config_text.h"
#include "aws/process.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void require(bool is_so)
{
    if (!is_so)
        abort();
}

static bool is_trimmed(const char *text)
{
    size_t len = strlen(text);
    return !len || (!strchr(" \t\r\n", text[0]) && !strchr(" \t\r\n", text[len - 1]));
}

static const char *ask(const struct config *config, const struct config_entry *entry)
{
    if (entry->kind == CONFIG_SERVICES)
        return *entry->parent ? config_get_service(config, entry->section, entry->parent, entry->key) : NULL;
    if (*entry->parent)
        return NULL;
    if (entry->kind == CONFIG_SSO_SESSION)
        return config_get_sso_session(config, entry->section, entry->key);
    return entry->file == CONFIG_FILE ? config_get_config(config, entry->section, entry->key)
                                      : config_get_credentials(config, entry->section, entry->key);
}

static void look_at(const struct config *config)
{
    require(config->n_entries <= CONFIG_KEYS_MAX);
    for (size_t k = 0; k < config->n_entries; k++) {
        const struct config_entry *entry = &config->entries[k];
        require(is_trimmed(entry->section) && is_trimmed(entry->key) && is_trimmed(entry->value));
        require(entry->kind != CONFIG_PROFILE || config_has_profile(config, entry->section));
        const char *found = ask(config, entry);
        require(!found || *found);
    }
    /* Nothing comes after the last one. */
    const struct config_entry *last = config->n_entries ? &config->entries[config->n_entries - 1] : NULL;
    if (last && *last->value && !*last->parent && last->kind == CONFIG_PROFILE)
        require(strcmp(ask(config, last), last->value) == 0);
    size_t n = 0;
    for (const char *warning; (warning = config_warning(config, n)); n++)
        require(strncmp(warning, "line ", 5) == 0 && strspn(warning + 5, "0123456789") > 0);
    require(n <= CONFIG_WARNINGS_MAX);
}

static void split(const char *bytes, size_t len)
{
    char *command = strndup(bytes, len), **argv = NULL;
    if (!command)
        return;
    weir_error err = {0};
    weir_status status = process_split(command, &argv, &err);
    require((status == WEIR_OK) == (argv != NULL) && (status == WEIR_OK) == !*err.text);
    size_t total = 0;
    for (char **word = argv; word && *word; word++)
        total += strlen(*word) + (word != argv);
    require(total <= strlen(command) && (!argv || argv[0]));
    free(argv);
    free(command);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const char *text = (const char *)bytes, *feed = len ? memchr(text, '\f', len) : NULL;
    size_t config_len = feed ? (size_t)(feed - text) : len;
    const char *credentials = feed ? feed + 1 : "";
    struct config *config = NULL;
    weir_error err = {0};
    weir_status status = config_parse(text, config_len, credentials, feed ? len - config_len - 1 : 0, &config, &err);
    require((status == WEIR_OK) == (config != NULL) && (status == WEIR_OK) == !*err.text);
    if (config)
        look_at(config);
    config_free(config);
    split(text, len);
    return 0;
}
