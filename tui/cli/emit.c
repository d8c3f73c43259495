/* emit.c - what all forms share: which columns, and values as AWS writes them; and the raw form.
 * IPv4 addresses and numbers are written here digit by digit: they are nine tenths of what is printed. */
#include "cli/emit.h"

#include <stdlib.h>
#include <string.h>

#include "cli/nearest.h"
#include "cli/scope.h"

static const struct emit_class *const classes[] = {
    [OUTPUT_TABLE] = &emit_table,
    [OUTPUT_CSV] = &emit_csv,
    [OUTPUT_JSONL] = &emit_jsonl,
    [OUTPUT_RAW] = &emit_raw,
};

static weir_status unknown_field(const char *name, size_t len, weir_error *err)
{
    struct nearest nearest = {0};
    for (int k = 0; k < WEIR_FIELD_COUNT; k++) {
        nearest_offer(&nearest, name, len, weir_field_get((weir_field)k)->name);
        nearest_offer(&nearest, name, len, weir_field_get((weir_field)k)->alias);
    }
    if (nearest.name)
        return weir_fail(err, WEIR_E_USAGE, 0, "--fields: no field %.*s; did you mean %s?", (int)len, name,
                         nearest.name);
    return weir_fail(err, WEIR_E_USAGE, 0, "--fields: no field \"%.*s\"; weir --man-page lists them all", (int)len,
                     name);
}

static weir_status choose_columns(struct emit *emit, const char *fields, weir_error *err)
{
    for (const char *at = fields; at;) {
        size_t len = strcspn(at, ",");
        weir_field field = weir_field_find(at, len);
        if (field == WEIR_FIELD_NONE)
            return unknown_field(at, len, err);
        for (size_t k = 0; k < emit->n_columns; k++)
            if (emit->column[k] == field)
                return weir_fail(err, WEIR_E_USAGE, 0, "--fields: %s stands there twice", weir_field_get(field)->name);
        emit->column[emit->n_columns++] = field;
        at = at[len] ? at + len + 1 : NULL;
    }
    emit->chosen = true;
    return WEIR_OK;
}

weir_status emit_init(struct emit *emit, const struct emit_options *options, struct out *out, weir_error *err)
{
    *emit = (struct emit){
        .class = classes[options->output],
        .out = out,
        .color = options->color,
        .when = {.local = options->local},
    };
    if (options->fields && choose_columns(emit, options->fields, err) != WEIR_OK)
        return err->status;
    emit->text = malloc(WEIR_ROW_TEXT_MAX);
    return emit->text ? WEIR_OK : weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
}

void emit_done(struct emit *emit)
{
    free(emit->text);
    emit->text = NULL;
}

void emit_row(struct emit *emit, const weir_row *row)
{
    emit->class->row(emit, row);
}

void emit_end(struct emit *emit)
{
    if (emit->class->end)
        emit->class->end(emit);
}

static void put_address(struct out *out, weir_field field, const weir_value *value)
{
    if (value->addr.family == 4) {
        for (int k = 0; k < 4; k++) {
            out_number(out, value->addr.bytes[k]);
            if (k < 3)
                out_char(out, '.');
        }
        return;
    }
    char buffer[64];
    out_text(out, weir_value_text(field, value, WEIR_STYLE_AWS, buffer, sizeof buffer));
}

void emit_value(struct out *out, weir_field field, const weir_value *value)
{
    switch (value->type) {
    case WEIR_ABSENT: break;
    case WEIR_NULL: out_char(out, '-'); break;
    case WEIR_NUMBER: out_number(out, value->number); break;
    case WEIR_ADDRESS: put_address(out, field, value); break;
    case WEIR_TEXT: out_text(out, value->text); break;
    }
}

static void raw_row(struct emit *emit, const weir_row *row)
{
    out_text(emit->out, weir_row_text(row, emit->text, WEIR_ROW_TEXT_MAX));
    out_char(emit->out, '\n');
}

const struct emit_class emit_raw = {.row = raw_row};
