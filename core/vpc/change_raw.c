/* change_raw.c - an event as it is shown: indented JSON, each line safe text, without what gives access. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "aws/json.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/scope.h"
#include "vpc/change_draft.h"

#define CUT_OUT "\xE2\x80\xA6" /* … */

enum { INDENT = 2, KEY_ID_BYTES = 20 };

static bool has(const char *name, const char *word)
{
    size_t len = strlen(word);
    for (; *name; name++)
        if (strncasecmp(name, word, len) == 0)
            return true;
    return false;
}

static bool is_secret_name(const char *name)
{
    static const char *const words[] = {"accesskeyid", "token", "secret", "password", "passphrase", "privatekey"};
    for (size_t k = 0; k < ARRAY_SIZE(words); k++)
        if (has(name, words[k]))
            return true;
    return false;
}

/* "AKIA…" and "ASIA…", wherever they are. */
static bool is_key_id(struct slice text)
{
    if (text.len != KEY_ID_BYTES || !(slice_starts(text, SLICE("AKIA")) || slice_starts(text, SLICE("ASIA"))))
        return false;
    for (size_t k = 0; k < text.len; k++)
        if (!((text.at[k] >= 'A' && text.at[k] <= 'Z') || (text.at[k] >= '0' && text.at[k] <= '9')))
            return false;
    return true;
}

/* A copy without secrets, yours; NULL = out of memory. */
static json_t *shown(const json_t *json, size_t depth);

static json_t *shown_object(const json_t *object, size_t depth)
{
    const char *name;
    json_t *value, *copy = json_object();
    json_object_foreach((json_t *)object, name, value)
    {
        json_t *part = is_secret_name(name) ? json_string(CUT_OUT) : shown(value, depth);
        if (copy && json_object_set_new_nocheck(copy, name, part)) {
            json_decref(copy);
            copy = NULL;
        }
        if (!copy)
            break;
    }
    return copy;
}

static json_t *shown_array(const json_t *array, size_t depth)
{
    json_t *value, *copy = json_array();
    size_t k;
    json_array_foreach(array, k, value)
    {
        if (copy && json_array_append_new(copy, shown(value, depth))) {
            json_decref(copy);
            copy = NULL;
        }
    }
    return copy;
}

static json_t *shown(const json_t *json, size_t depth)
{
    if (depth == CHANGE_DEPTH_MAX || is_key_id(json_value(json)))
        return json_string(CUT_OUT);
    if (json_is_object(json))
        return shown_object(json, depth + 1);
    if (json_is_array(json))
        return shown_array(json, depth + 1);
    return json_incref((json_t *)json);
}

/* ---- text ---- */

static int append(const char *bytes, size_t len, void *to)
{
    return buf_append(to, bytes, len) == WEIR_OK ? 0 : -1;
}

/* The safe form of each line. False: out of memory, or no more room. */
static bool append_lines(struct slice text, struct buf *out)
{
    while (text.len) {
        const char *end = memchr(text.at, '\n', text.len);
        size_t len = end ? (size_t)(end - text.at) : text.len;
        AUTO(free_cleanup) char *line = weir_sanitize_new(text.at, len, CHANGE_RAW_MAX_BYTES);
        if (!line || buf_append(out, line, strlen(line)) != WEIR_OK || (end && buf_append(out, "\n", 1) != WEIR_OK))
            return false;
        text = (struct slice){text.at + len + (end != NULL), text.len - len - (end != NULL)};
    }
    return true;
}

static weir_safe keep(struct draft *draft, const struct buf *text, bool is_cut)
{
    size_t tail = is_cut ? sizeof "\n" CUT_OUT : 1;
    char *copy = vpc_pool_take(&draft->made->pool, text->len + tail);
    if (!copy) {
        draft->is_out_of_memory = true;
        return WEIR_SAFE("");
    }
    if (text->len)
        memcpy(copy, text->bytes, text->len);
    memcpy(copy + text->len, is_cut ? "\n" CUT_OUT : "", tail);
    return (weir_safe){copy};
}

void change_read_raw(struct draft *draft)
{
    AUTO(buf_done) struct buf text, lines;
    json_t *copy = shown(draft->event, 0);
    buf_init(&text, CHANGE_RAW_MAX_BYTES);
    buf_init(&lines, CHANGE_RAW_MAX_BYTES);
    draft->is_out_of_memory = draft->is_out_of_memory || !copy;
    bool is_whole = copy && json_dump_callback(copy, append, &text, JSON_INDENT(INDENT)) == 0;
    json_decref(copy);
    is_whole = append_lines((struct slice){text.bytes ? text.bytes : "", text.len}, &lines) && is_whole;
    draft->made->change.raw = keep(draft, &lines, !is_whole);
}
