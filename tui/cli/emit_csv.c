/* emit_csv.c - comma-separated values (RFC 4180, with a bare LF at the ends of lines as Unix tools expect).
 * The header comes from the first row's layout and holds for all: a field that a row lacks is empty, "-" is what AWS
 * wrote, and a field that the header lacks is left out, which is said at the end. */
#include "cli/emit.h"

void emit_csv_text(struct out *out, weir_safe text)
{
    /* https://owasp.org/www-community/attacks/CSV_Injection */
    bool is_formula = *text.text && strchr("=+-@", *text.text);
    if (!is_formula && !strpbrk(text.text, ",\"")) {
        out_text(out, text);
        return;
    }
    out_char(out, '"');
    if (is_formula)
        out_char(out, '\'');
    for (const char *at = text.text; *at; at++) {
        if (*at == '"')
            out_char(out, '"');
        out_char(out, *at);
    }
    out_char(out, '"');
}

void emit_csv_value(struct out *out, weir_field field, const weir_value *value)
{
    if (value->type == WEIR_TEXT)
        emit_csv_text(out, value->text);
    else
        emit_value(out, field, value);
}

static void put_header(struct emit *emit)
{
    for (size_t k = 0; k < emit->n_columns; k++) {
        const char *name = weir_field_get(emit->column[k])->name;
        if (k > 0)
            out_char(emit->out, ',');
        out_bytes(emit->out, name, strlen(name));
    }
    out_char(emit->out, '\n');
    emit->header_done = true;
}

static bool has_column(const struct emit *emit, weir_field field)
{
    for (size_t k = 0; k < emit->n_columns; k++)
        if (emit->column[k] == field)
            return true;
    return false;
}

/* Rows of one layout come in long runs, so this is a comparison of two short lists nearly always. */
static bool fits(const struct emit *emit, const weir_row *row)
{
    weir_field fields[WEIR_FIELD_COUNT];
    size_t n = weir_row_fields(row, fields, WEIR_FIELD_COUNT);
    if (n == emit->n_columns && memcmp(fields, emit->column, n * sizeof *fields) == 0)
        return true;
    for (size_t k = 0; k < n; k++)
        if (!has_column(emit, fields[k]))
            return false;
    return true;
}

static void csv_row(struct emit *emit, const weir_row *row)
{
    if (emit->n_columns == 0)
        emit->n_columns = weir_row_fields(row, emit->column, WEIR_FIELD_COUNT);
    if (!emit->header_done)
        put_header(emit);
    if (!emit->chosen && !emit->lost_columns)
        emit->lost_columns = !fits(emit, row);
    for (size_t k = 0; k < emit->n_columns; k++) {
        if (k > 0)
            out_char(emit->out, ',');
        weir_value value = weir_row_value(row, emit->column[k]);
        emit_csv_value(emit->out, emit->column[k], &value);
    }
    out_char(emit->out, '\n');
}

/* A file of no records still says what its columns would be: version 2's, unless others were chosen. */
static void csv_end(struct emit *emit)
{
    if (emit->n_columns == 0)
        for (int k = 0; k < WEIR_FIELD_COUNT; k++)
            if (weir_field_get((weir_field)k)->since == 2)
                emit->column[emit->n_columns++] = (weir_field)k;
    if (!emit->header_done)
        put_header(emit);
}

const struct emit_class emit_csv = {.row = csv_row, .end = csv_end};
