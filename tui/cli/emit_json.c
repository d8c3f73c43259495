/* emit_json.c - one JSON object a record and line: AWS's own names in the order of the record's layout.
 * Safe text holds no control characters, so only the quote and the backslash need one before them. */
#include "cli/emit.h"
#include "cli/scope.h"

void emit_json_text(struct out *out, weir_safe text)
{
    out_char(out, '"');
    for (const char *at = text.text; *at;) {
        size_t run = strcspn(at, "\"\\");
        out_bytes(out, at, run);
        at += run;
        if (*at) {
            const char escape[2] = {'\\', *at++};
            out_bytes(out, escape, sizeof escape);
        }
    }
    out_char(out, '"');
}

void emit_json_value(struct out *out, weir_field field, const weir_value *value)
{
    switch (value->type) {
    case WEIR_ABSENT:
    case WEIR_NULL: out_bytes(out, "null", 4); break;
    case WEIR_NUMBER: out_number(out, value->number); break;
    case WEIR_TEXT: emit_json_text(out, value->text); break;
    case WEIR_ADDRESS:
        out_char(out, '"');
        emit_value(out, field, value);
        out_char(out, '"');
        break;
    }
}

/* ,"name": of every field, so that a key is one copy. */
static const struct {
    const char *text;
    size_t len;
} keys[] = {
#define X(id, name, alias, since, kind, title, width, help) [id] = {",\"" name "\":", sizeof(",\"" name "\":") - 1},
#include "weir/field.def"
#undef X
};
_Static_assert(ARRAY_SIZE(keys) == WEIR_FIELD_COUNT, "one row a field");

static void json_row(struct emit *emit, const weir_row *row)
{
    weir_field fields[WEIR_FIELD_COUNT];
    const weir_field *column = emit->column;
    size_t n = emit->n_columns;
    if (!emit->chosen) {
        n = weir_row_fields(row, fields, WEIR_FIELD_COUNT);
        column = fields;
    }
    struct out *out = emit->out;
    out_char(out, '{');
    size_t skip = 1; /* no comma before the first key */
    for (size_t k = 0; k < n; k++) {
        weir_value value = weir_row_value(row, column[k]);
        if (value.type == WEIR_ABSENT)
            continue;
        out_bytes(out, keys[column[k]].text + skip, keys[column[k]].len - skip);
        emit_json_value(out, column[k], &value);
        skip = 0;
    }
    out_bytes(out, "}\n", 2);
}

const struct emit_class emit_jsonl = {.row = json_row};
