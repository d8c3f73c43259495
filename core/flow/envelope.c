/* envelope.c - see the header. What is read twice, is read first with whole numbers and only if one does
 * not fit 63 bits with reals in their place: one odd number must not hide its neighbours. */
#include "flow/envelope.h"

#include <jansson.h>
#include <stdio.h>

#define DEPTH_MAX   16 /* real envelopes have 4; bounds how often hostile text is scanned anew */
#define NESTING_MAX 6  /* containers that are walked into, texts within texts included */
#define WORD_MAX    32

/* ---- where it ends ---- */

/* Bytes that may stand outside strings: punctuation, numbers, true, false, null, white space. */
static const bool outside[256] = {
    ['{'] = 1, ['}'] = 1, ['['] = 1,  [']'] = 1,  [','] = 1,  [':'] = 1,         ['"'] = 1, ['+'] = 1, ['-'] = 1,
    ['.'] = 1, [' '] = 1, ['\t'] = 1, ['\n'] = 1, ['\r'] = 1, ['0' ... '9'] = 1, ['e'] = 1, ['E'] = 1, ['t'] = 1,
    ['r'] = 1, ['u'] = 1, ['f'] = 1,  ['a'] = 1,  ['l'] = 1,  ['s'] = 1,         ['n'] = 1,
};

static const char *scan_string(struct scan *scan, const char *at, const char *end, bool *broken)
{
    for (; at < end; at++) {
        unsigned char c = (unsigned char)*at;
        if (c < 0x20) {
            *broken = true;
            return at + 1;
        }
        if (scan->escaped) {
            scan->escaped = false;
        } else if (c == '\\') {
            scan->escaped = true;
        } else if (c == '"') {
            scan->in_string = false;
            return at + 1;
        }
    }
    return at;
}

enum scan_result scan_run(struct scan *scan, const char *at, const char *end, const char **next)
{
    bool broken = false;
    while (at < end && !broken) {
        if (scan->in_string) {
            at = scan_string(scan, at, end, &broken);
            continue;
        }
        unsigned char c = (unsigned char)*at++;
        scan->in_string = c == '"';
        if (c == '{' || c == '[')
            broken = ++scan->depth > DEPTH_MAX;
        else if (c == '}' || c == ']')
            scan->depth--;
        else
            broken = !outside[c];
        if (scan->depth == 0) {
            *next = at;
            return broken ? SCAN_BROKEN : SCAN_DONE;
        }
    }
    *next = at;
    return broken ? SCAN_BROKEN : SCAN_MORE;
}

/* ---- what is inside ---- */

struct walk {
    struct intake *intake;
    struct slice text; /* of the whole, for samples */
    weir_error *err;
    unsigned nesting;
};

static weir_status walk_value(struct walk *walk, const json_t *value);
static weir_status read_text(struct intake *intake, struct slice text, unsigned nesting, weir_error *err);

/* A message: usually one record, but senders join them with newlines too. */
static weir_status take_message(struct walk *walk, const json_t *string)
{
    struct slice rest = {json_string_value(string), json_string_length(string)};
    if (rest.len > 0 && rest.at[0] == '{')
        return read_text(walk->intake, rest, walk->nesting + 1, walk->err);
    if (rest.len > 0 && rest.at[rest.len - 1] == '\n')
        rest.len--;
    for (;;) {
        const char *newline = rest.len ? memchr(rest.at, '\n', rest.len) : NULL;
        struct slice line = {rest.at, newline ? (size_t)(newline - rest.at) : rest.len};
        if (line.len > LINE_MAX_BYTES) {
            line.len = BAD_LINE_BYTES;
            intake_bad(walk->intake, line, "message longer than %d bytes", LINE_MAX_BYTES);
        } else {
            weir_status status = intake_line(walk->intake, line, walk->err);
            if (status != WEIR_OK)
                return status;
        }
        if (!newline)
            return WEIR_OK;
        rest = (struct slice){newline + 1, rest.len - line.len - 1};
    }
}

static weir_status walk_array(struct walk *walk, const json_t *array)
{
    size_t k;
    json_t *value;
    if (json_array_size(array) == 0)
        intake_header(walk->intake);
    json_array_foreach(array, k, value)
    {
        weir_status status = walk_value(walk, value);
        if (status != WEIR_OK)
            return status;
    }
    return WEIR_OK;
}

/* A row of query results: [{"field": "@message", "value": "2 1234…"}, …]. */
static const json_t *result_message(const json_t *array)
{
    size_t k;
    json_t *value;
    json_array_foreach(array, k, value)
    {
        const char *field = json_string_value(json_object_get(value, "field"));
        if (field && strcmp(field, "@message") == 0)
            return json_object_get(value, "value");
    }
    return NULL;
}

/* ---- an object whose keys are fields ---- */

static bool layout_of(const json_t *object, struct format *format)
{
    const char *key;
    json_t *value;
    unsigned known = 0;
    *format = (struct format){0};
    memset(format->column, WEIR_FIELD_NONE, sizeof format->column);
    memset(format->column_of, -1, sizeof format->column_of);
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        weir_field field = weir_field_find(key, strlen(key));
        if (format->n == FORMAT_COLUMNS_MAX)
            return false;
        if (field != WEIR_FIELD_NONE && format->column_of[field] < 0) {
            format->column_of[field] = (int16_t)format->n;
            format->column[format->n] = (int16_t)field;
            known++;
        }
        format->n++;
    }
    return known >= 2 && known * 2 >= format->n;
}

static const char *type_name(const json_t *value)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "an object",
        [JSON_ARRAY] = "an array",
        [JSON_STRING] = "text with NUL",
        [JSON_INTEGER] = "a number",
        [JSON_REAL] = "a fraction or too large a number",
        [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",
        [JSON_NULL] = "null",
    };
    return names[json_typeof(value)];
}

/* The value as the word that a text record would have. Numbers need the scratch. */
static bool word_of(const json_t *value, char scratch[WORD_MAX], struct slice *word)
{
    double real = json_real_value(value);
    int n = 0;
    switch (json_typeof(value)) {
    case JSON_NULL: *word = SLICE("-"); return true;
    case JSON_STRING: *word = (struct slice){json_string_value(value), json_string_length(value)}; return true;
    case JSON_INTEGER: n = snprintf(scratch, WORD_MAX, "%lld", (long long)json_integer_value(value)); break;
    case JSON_REAL:
        if (!(real >= 0 && real < 18446744073709551616.0) || real != (double)(uint64_t)real)
            return false;
        n = snprintf(scratch, WORD_MAX, "%.0f", real);
        break;
    default: return false;
    }
    *word = (struct slice){scratch, (size_t)n};
    return true;
}

static bool read_cells(const struct plan *plan, const json_t *object, char scratch[][WORD_MAX], struct reading *reading)
{
    const char *key;
    json_t *value;
    unsigned k = 0;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        struct slice word = SLICE("-");
        if (plan->format->column[k] == WEIR_FIELD_NONE) {
            k++;
            continue;
        }
        if (!word_of(value, scratch[k], &word) || memchr(word.at, 0, word.len)) {
            reading->fault = (struct fault){k, "a whole number, a text or null", slice_of(type_name(value))};
            return false;
        }
        if (!plan_read_word(plan, k, word, reading))
            return false;
        k++;
    }
    reading->surplus = (struct slice){0};
    plan_judge(plan, reading);
    return true;
}

static weir_status take_object(struct walk *walk, const json_t *object)
{
    struct intake *intake = walk->intake;
    struct format format;
    char scratch[FORMAT_COLUMNS_MAX][WORD_MAX];
    char why[160];
    const struct plan *plan = intake->object;
    if (!layout_of(object, &format)) {
        intake_bad(intake, walk->text, "JSON without a record: expected a message or fields of flow logs");
        return WEIR_OK;
    }
    if (!plan || !format_equal(plan->format, &format)) {
        weir_status status = intake_plan(intake, &format, &plan, walk->err);
        if (status != WEIR_OK)
            return status;
        if (!plan) {
            intake_bad(intake, walk->text, "a layout more than the %d that can be kept", LAYOUTS_MAX);
            return WEIR_OK;
        }
        intake->object = plan;
    }
    if (read_cells(plan, object, scratch, &intake->reading))
        return intake_row(intake, plan, walk->err);
    plan_explain(plan, &intake->reading.fault, why, sizeof why);
    intake_bad(intake, walk->text, "%s", why);
    return WEIR_OK;
}

static weir_status walk_object(struct walk *walk, const json_t *object)
{
    static const char *const messages[] = {"message", "@message"};
    static const char *const lists[] = {"logEvents", "events", "results"};
    const char *type = json_string_value(json_object_get(object, "messageType"));
    if (type && strcmp(type, "CONTROL_MESSAGE") == 0) {
        intake_header(walk->intake);
        return WEIR_OK;
    }
    for (size_t k = 0; k < ARRAY_SIZE(messages); k++)
        if (json_is_string(json_object_get(object, messages[k])))
            return take_message(walk, json_object_get(object, messages[k]));
    for (size_t k = 0; k < ARRAY_SIZE(lists); k++)
        if (json_is_array(json_object_get(object, lists[k])))
            return walk_array(walk, json_object_get(object, lists[k]));
    return take_object(walk, object);
}

static weir_status walk_value(struct walk *walk, const json_t *value)
{
    weir_status status = WEIR_OK;
    if (++walk->nesting > NESTING_MAX) {
        intake_bad(walk->intake, walk->text, "JSON nested too deep to hold records");
    } else if (json_is_object(value)) {
        status = walk_object(walk, value);
    } else if (json_is_string(value)) {
        status = take_message(walk, value);
    } else if (json_is_array(value)) {
        const json_t *message = result_message(value);
        status = json_is_string(message) ? take_message(walk, message) : walk_array(walk, value);
    } else {
        intake_bad(walk->intake, walk->text, "JSON without a record: expected an object or a text");
    }
    walk->nesting--;
    return status;
}

static weir_status read_text(struct intake *intake, struct slice text, unsigned nesting, weir_error *err)
{
    json_error_t wrong;
    json_t *root = json_loadb(text.at, text.len, JSON_ALLOW_NUL, &wrong);
    if (!root)
        root = json_loadb(text.at, text.len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &wrong);
    if (!root) {
        intake_bad(intake, text, "unreadable JSON: %s", wrong.text);
        return WEIR_OK;
    }
    struct walk walk = {.intake = intake, .text = text, .err = err, .nesting = nesting};
    weir_status status = walk_value(&walk, root);
    json_decref(root);
    return status;
}

weir_status envelope_read(struct intake *intake, struct slice text, weir_error *err)
{
    return read_text(intake, text, 0, err);
}
