/* config_text.c - the dialect of INI that the AWS CLI reads: sections in brackets, "key = value", and keys indented
 * below an empty one that belong to it. A comment is a line that begins with # or ;: behind a value, both are part of
 * it. */
#include "aws/config_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/slice.h"
#include "weir/safe.h"

struct reading {
    struct config *config;
    enum config_file file;
    enum config_kind kind;
    struct slice section, parent; /* parent: the key above, if its value is empty */
    size_t line, indent;          /* of the key above */
    bool in_section, has_key;
};

void config_warn(struct config *config, const char *format, ...)
{
    char text[400], safe[400];
    va_list arguments;
    if (config->n_warnings == CONFIG_WARNINGS_MAX)
        return;
    va_start(arguments, format);
    int n = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    char *copy = strdup(weir_sanitize(text, len, safe, sizeof safe).text);
    if (copy)
        config->warnings[config->n_warnings++] = copy;
}

static void warn(struct reading *reading, const char *what)
{
    config_warn(reading->config, "line %zu of the %s file: %s", reading->line,
                reading->file == CONFIG_FILE ? "config" : "credentials", what);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct slice trim(struct slice text)
{
    while (text.len && is_space(text.at[0]))
        text.at++, text.len--;
    while (text.len && is_space(text.at[text.len - 1]))
        text.len--;
    return text;
}

/* ---- keys ---- */

static bool has_room(struct config *config)
{
    if (config->n_entries < config->room)
        return true;
    size_t room = config->room ? 2 * config->room : 64;
    struct config_entry *more = reallocarray(config->entries, room, sizeof *more);
    if (!more)
        return false;
    config->entries = more;
    config->room = room;
    return true;
}

static const char *put(char **to, struct slice text)
{
    char *begin = *to;
    if (text.len)
        memcpy(begin, text.at, text.len);
    begin[text.len] = '\0';
    *to += text.len + 1;
    return begin;
}

static weir_status add(struct reading *reading, struct slice parent, struct slice key, struct slice value,
                       weir_error *err)
{
    struct config *config = reading->config;
    if (config->n_entries >= CONFIG_KEYS_MAX)
        return weir_fail(err, WEIR_E_LIMIT, 0, "the AWS config files have more than %d keys", CONFIG_KEYS_MAX);
    size_t bytes = reading->section.len + parent.len + key.len + value.len + 4;
    char *text = has_room(config) ? malloc(bytes) : NULL;
    if (!text)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    char *to = text;
    struct config_entry *entry = &config->entries[config->n_entries++];
    *entry = (struct config_entry){.file = reading->file, .kind = reading->kind, .text = text, .text_bytes = bytes};
    entry->section = put(&to, reading->section);
    entry->parent = put(&to, parent);
    entry->key = put(&to, key);
    entry->value = put(&to, value);
    return WEIR_OK;
}

/* ---- sections ---- */

/* Takes "profile", "sso-session" … off the front. */
static bool take_word(struct slice *text, struct slice word)
{
    if (!slice_starts(*text, word) || text->len == word.len || !is_space(text->at[word.len]))
        return false;
    *text = trim((struct slice){text->at + word.len, text->len - word.len});
    return true;
}

static struct slice unquote(struct slice text)
{
    bool quoted = text.len >= 2 && (text.at[0] == '"' || text.at[0] == '\'') && text.at[text.len - 1] == text.at[0];
    return quoted ? trim((struct slice){text.at + 1, text.len - 2}) : text;
}

static enum config_kind kind_of(const struct reading *reading, struct slice *name)
{
    if (reading->file == CREDENTIALS_FILE || slice_is(*name, SLICE("default")))
        return CONFIG_PROFILE;
    if (take_word(name, SLICE("profile")))
        return CONFIG_PROFILE;
    if (take_word(name, SLICE("sso-session")))
        return CONFIG_SSO_SESSION;
    return take_word(name, SLICE("services")) ? CONFIG_SERVICES : CONFIG_OTHER;
}

static weir_status begin_section(struct reading *reading, struct slice line, weir_error *err)
{
    const char *end = memchr(line.at, ']', line.len);
    reading->has_key = false;
    if (!end) {
        reading->in_section = false;
        warn(reading, "expected ']' behind the name of a section");
        return WEIR_OK;
    }
    struct slice name = trim((struct slice){line.at + 1, (size_t)(end - line.at - 1)});
    reading->kind = kind_of(reading, &name);
    reading->section = unquote(name);
    reading->in_section = true;
    struct slice nothing = {NULL, 0};
    return add(reading, nothing, nothing, nothing, err);
}

/* ---- lines ---- */

/* The first '=' or, as the AWS CLI takes it at the beginning of a value, ':'. */
static size_t find_sign(struct slice line, bool is_below)
{
    size_t k = 0;
    while (k < line.len && line.at[k] != '=' && (is_below || line.at[k] != ':'))
        k++;
    return k;
}

/* Whatever it is, deeper lines that follow belong to it. */
static void begin_key(struct reading *reading, size_t indent, struct slice parent)
{
    reading->has_key = true;
    reading->indent = indent;
    reading->parent = parent;
}

static weir_status read_key(struct reading *reading, struct slice line, size_t indent, bool is_below, weir_error *err)
{
    const struct slice nothing = {NULL, 0};
    size_t sign = find_sign(line, is_below);
    struct slice key = trim((struct slice){line.at, sign}), value = nothing;
    bool is_key = sign > 0 && sign < line.len;
    if (is_key)
        value = trim((struct slice){line.at + sign + 1, line.len - sign - 1});
    if (!is_below)
        begin_key(reading, indent, is_key && !value.len ? key : nothing);
    if (!is_key)
        warn(reading, "expected KEY = VALUE");
    else if (!reading->in_section)
        warn(reading, "a key that belongs to no section");
    else if (is_below && !reading->parent.len)
        warn(reading, "indented, but the key above has a value of its own");
    else
        return add(reading, is_below ? reading->parent : nothing, key, value, err);
    return WEIR_OK;
}

static weir_status read_line(struct reading *reading, struct slice line, weir_error *err)
{
    struct slice text = trim(line);
    if (!text.len || text.at[0] == '#' || text.at[0] == ';')
        return WEIR_OK;
    if (memchr(text.at, '\0', text.len)) {
        warn(reading, "a byte that is no text");
        return WEIR_OK;
    }
    size_t indent = (size_t)(text.at - line.at);
    bool is_below = reading->has_key && indent > reading->indent;
    if (!is_below && text.at[0] == '[')
        return begin_section(reading, text, err);
    return read_key(reading, text, indent, is_below, err);
}

weir_status config_text_read(struct config *config, enum config_file file, const char *bytes, size_t len,
                             weir_error *err)
{
    struct reading reading = {.config = config, .file = file};
    if (len > CONFIG_MAX_BYTES)
        return weir_fail(err, WEIR_E_LIMIT, 0, "an AWS config file is larger than %d bytes", CONFIG_MAX_BYTES);
    size_t at = len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < len) {
        const char *end = memchr(bytes + at, '\n', len - at);
        size_t n = end ? (size_t)(end - bytes) - at : len - at;
        reading.line++;
        weir_status status = n ? read_line(&reading, (struct slice){bytes + at, n}, err) : WEIR_OK;
        if (status)
            return status;
        at += n + 1;
    }
    return WEIR_OK;
}
