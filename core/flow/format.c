/* format.c - layouts: from LogFormat, from a header line, and the set that keeps them.
 * A column whose name is not known, or which repeats an earlier one, holds no field (header lines only:
 * what a person wrote is refused instead). */
#include "flow/format.h"

#include <stdlib.h>
#include <string.h>

#include "base/slice.h"

#define DEFAULT_COLUMNS 14

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void clear(struct format *format)
{
    *format = (struct format){0};
    memset(format->column, WEIR_FIELD_NONE, sizeof format->column);
    memset(format->column_of, -1, sizeof format->column_of);
}

static void add_column(struct format *format, weir_field field)
{
    if (field != WEIR_FIELD_NONE)
        format->column_of[field] = (int16_t)format->n;
    format->column[format->n++] = (int16_t)field;
}

/* ---- LogFormat ---- */

static bool is_separator(char c)
{
    return is_space(c) || c == ',';
}

/* The name at text[*at], with or without "${ }"; *from is where the name itself begins. */
static struct slice take_name(const char *text, size_t len, size_t *at, size_t *from)
{
    size_t k = *at;
    bool braced = k + 1 < len && text[k] == '$' && text[k + 1] == '{';
    if (braced)
        k += 2;
    *from = k;
    while (k < len && text[k] != '}' && text[k] != '$' && !is_separator(text[k]))
        k++;
    struct slice name = {text + *from, k - *from};
    if (braced && (k >= len || text[k] != '}'))
        name.len = 0;
    else if (braced)
        k++;
    *at = k;
    return name;
}

/* A field that lines may have. */
static weir_field find_logged(struct slice name)
{
    weir_field field = weir_field_find(name.at, name.len);
    return field == WEIR_FIELD_NONE || weir_field_is_derived(field) ? WEIR_FIELD_NONE : field;
}

static weir_status take_field(const char *text, size_t len, size_t *at, struct format *format, weir_error *err)
{
    size_t begin = *at, from;
    struct slice name = take_name(text, len, at, &from);
    if (name.len == 0 || (*at < len && !is_separator(text[*at]) && text[*at] != '$'))
        return weir_fail(err, WEIR_E_SYNTAX, begin + 1, "expected a field name, such as ${srcaddr}");
    weir_field field = find_logged(name);
    if (field == WEIR_FIELD_NONE)
        return weir_fail(err, WEIR_E_SYNTAX, from + 1, "unknown field \"%.*s\"", (int)(name.len < 64 ? name.len : 64),
                         name.at);
    if (format->column_of[field] >= 0)
        return weir_fail(err, WEIR_E_SYNTAX, from + 1, "field %s stands in the format twice",
                         weir_field_get(field)->name);
    if (format->n == FORMAT_COLUMNS_MAX)
        return weir_fail(err, WEIR_E_LIMIT, begin + 1, "a format has at most %d columns", FORMAT_COLUMNS_MAX);
    add_column(format, field);
    return WEIR_OK;
}

weir_status format_parse(const char *text, size_t len, struct format *out, weir_error *err)
{
    struct format format;
    clear(&format);
    for (size_t at = 0; at < len;) {
        if (is_separator(text[at])) {
            at++;
            continue;
        }
        weir_status status = take_field(text, len, &at, &format, err);
        if (status != WEIR_OK)
            return status;
    }
    if (format.n == 0)
        return weir_fail(err, WEIR_E_SYNTAX, 1, "expected field names, such as ${version} ${srcaddr}");
    *out = format;
    return WEIR_OK;
}

/* ---- header line ---- */

static bool looks_like_name(struct slice word)
{
    if (!((word.at[0] | 0x20) >= 'a' && (word.at[0] | 0x20) <= 'z'))
        return false;
    for (size_t k = 0; k < word.len; k++) {
        char c = word.at[k];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_')
            return false;
    }
    return true;
}

bool format_from_header(const char *line, size_t len, struct format *out)
{
    struct format format;
    size_t known = 0;
    clear(&format);
    for (size_t at = 0; at < len;) {
        if (is_space(line[at])) {
            at++;
            continue;
        }
        struct slice word = {line + at, 0};
        while (at < len && !is_space(line[at]))
            at++;
        word.len = (size_t)(line + at - word.at);
        if (format.n == FORMAT_COLUMNS_MAX || !looks_like_name(word))
            return false;
        weir_field field = find_logged(word);
        known += field != WEIR_FIELD_NONE;
        if (field != WEIR_FIELD_NONE && format.column_of[field] >= 0)
            field = WEIR_FIELD_NONE;
        add_column(&format, field);
    }
    if (format.n < 2 || known * 2 < format.n)
        return false;
    *out = format;
    return true;
}

const struct format *format_default(void)
{
    static const struct format format = {
        .n = DEFAULT_COLUMNS,
        .column = {WEIR_F_VERSION, WEIR_F_ACCOUNT_ID, WEIR_F_INTERFACE_ID, WEIR_F_SRCADDR, WEIR_F_DSTADDR,
                   WEIR_F_SRCPORT, WEIR_F_DSTPORT, WEIR_F_PROTOCOL, WEIR_F_PACKETS, WEIR_F_BYTES, WEIR_F_START,
                   WEIR_F_END, WEIR_F_ACTION, WEIR_F_LOG_STATUS,
                   [DEFAULT_COLUMNS... FORMAT_COLUMNS_MAX - 1] = WEIR_FIELD_NONE},
        .column_of = {[WEIR_F_VERSION] = 0,
                      1,
                      2,
                      3,
                      4,
                      5,
                      6,
                      7,
                      8,
                      9,
                      10,
                      11,
                      12,
                      13,
                      [WEIR_F_LOG_STATUS + 1 ... WEIR_FIELD_COUNT - 1] = -1},
    };
    _Static_assert(WEIR_F_VERSION == 0 && WEIR_F_LOG_STATUS == DEFAULT_COLUMNS - 1, "version 2 comes first, in order");
    return &format;
}

/* ---- set ---- */

void format_set_init(struct format_set *set)
{
    pthread_mutex_init(&set->lock, NULL);
    set->n = 0;
}

void format_set_done(struct format_set *set)
{
    for (size_t k = 0; k < set->n; k++)
        free(set->at[k]);
    set->n = 0;
    pthread_mutex_destroy(&set->lock);
}

static const struct format *find(const struct format_set *set, const struct format *layout)
{
    for (size_t k = 0; k < set->n; k++)
        if (format_equal(set->at[k], layout))
            return set->at[k];
    return NULL;
}

static const struct format *add(struct format_set *set, const struct format *layout, weir_error *err)
{
    const struct format *same = find(set, layout);
    if (same)
        return same;
    if (set->n == LAYOUTS_MAX) {
        weir_fail(err, WEIR_E_LIMIT, 0, "more than %d different record layouts", LAYOUTS_MAX);
        return NULL;
    }
    struct format *copy = malloc(sizeof *copy);
    if (!copy) {
        weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
        return NULL;
    }
    *copy = *layout;
    copy->id = (uint8_t)set->n;
    set->at[set->n++] = copy;
    return copy;
}

bool format_equal(const struct format *a, const struct format *b)
{
    return a->n == b->n && memcmp(a->column, b->column, a->n * sizeof *a->column) == 0;
}

const struct format *format_set_add(struct format_set *set, const struct format *layout, weir_error *err)
{
    pthread_mutex_lock(&set->lock);
    const struct format *format = add(set, layout, err);
    pthread_mutex_unlock(&set->lock);
    return format;
}
