/* emit.h - rows as text: a class a form (table, csv, jsonl, raw), onto an `out`. */
#ifndef WEIR_CLI_EMIT_H
#define WEIR_CLI_EMIT_H

#include "cli/options.h"
#include "cli/out.h"
#include "cli/when.h"

struct emit;

struct emit_class {
    void (*row)(struct emit *emit, const weir_row *row);
    void (*end)(struct emit *emit); /* NULL = nothing to do */
};

struct emit {
    const struct emit_class *class;
    struct out *out;
    bool color;
    struct when when;
    bool chosen;      /* the columns are the person's choice: they hold for every row */
    size_t n_columns; /* 0 = not known before the first row */
    weir_field column[WEIR_FIELD_COUNT];
    size_t width[WEIR_FIELD_COUNT]; /* of each column, for the table */
    bool header_done;
    bool lost_columns; /* csv: rows came with fields that the header does not have */
    char *text;        /* WEIR_ROW_TEXT_MAX bytes, for raw */
};

struct emit_options {
    output_form output;
    const char *fields; /* "a,b,c" or NULL: the form's usual ones */
    bool local, color;
};

/* Both `out` and the texts are borrowed. WEIR_E_USAGE when a field is not known. */
weir_status emit_init(struct emit *emit, const struct emit_options *options, struct out *out, weir_error *err);
void emit_done(struct emit *emit);

void emit_row(struct emit *emit, const weir_row *row);
void emit_end(struct emit *emit); /* what stands behind the last row */

/* ---- parts, for tables that are not made of rows ---- */

/* A value as AWS writes it. ABSENT is nothing, NULL is "-". */
void emit_value(struct out *out, weir_field field, const weir_value *value);
/* Quotes as RFC 4180 says; a text that a spreadsheet would take for a formula gets a ' before it. */
void emit_csv_text(struct out *out, weir_safe text);
void emit_csv_value(struct out *out, weir_field field, const weir_value *value);
/* A JSON string with its quotes; a JSON value, NULL and ABSENT being null. */
void emit_json_text(struct out *out, weir_safe text);
void emit_json_value(struct out *out, weir_field field, const weir_value *value);

extern const struct emit_class emit_table, emit_csv, emit_jsonl, emit_raw;

#endif
