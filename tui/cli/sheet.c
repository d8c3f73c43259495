/* sheet.c - see sheet.h. Columns of the table are as wide as their longest text. */
#include "cli/sheet.h"

#include "cli/emit.h"

static size_t cells_of(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

static void put_padded(struct out *out, weir_safe text, size_t width, bool is_last)
{
    size_t len = cells_of(text.text);
    out_text(out, text);
    if (is_last)
        out_char(out, '\n');
    else
        out_spaces(out, (len < width ? width - len : 0) + 2);
}

static void put_row(const struct sheet *sheet, const weir_safe *cell, const size_t *width)
{
    size_t last = 0;
    for (size_t k = 0; k < sheet->n_columns; k++)
        last = sheet->column[k].title && *cell[k].text ? k : last;
    for (size_t k = 0; k <= last; k++)
        if (sheet->column[k].title)
            put_padded(sheet->out, cell[k], width[k], k == last);
}

static void write_table(const struct sheet *sheet)
{
    size_t width[SHEET_COLUMNS] = {0};
    weir_safe cell[SHEET_COLUMNS];
    for (size_t k = 0; k < sheet->n_columns; k++)
        width[k] = sheet->column[k].title ? strlen(sheet->column[k].title) : 0;
    for (size_t row = 0; row < sheet->n_rows; row++) {
        sheet->cells(row, cell, sheet->user);
        for (size_t k = 0; k < sheet->n_columns; k++) {
            size_t len = cells_of(cell[k].text);
            width[k] = len > width[k] ? len : width[k];
        }
    }
    for (size_t k = 0; k < sheet->n_columns; k++)
        cell[k] = (weir_safe){sheet->column[k].title ? sheet->column[k].title : ""};
    put_row(sheet, cell, width);
    for (size_t row = 0; row < sheet->n_rows; row++) {
        sheet->cells(row, cell, sheet->user);
        put_row(sheet, cell, width);
    }
}

static void write_csv(const struct sheet *sheet)
{
    weir_safe cell[SHEET_COLUMNS];
    for (size_t k = 0, n = 0; k < sheet->n_columns; k++)
        if (sheet->column[k].name) {
            if (n++)
                out_char(sheet->out, ',');
            out_text(sheet->out, (weir_safe){sheet->column[k].name});
        }
    out_char(sheet->out, '\n');
    for (size_t row = 0; row < sheet->n_rows; row++) {
        sheet->cells(row, cell, sheet->user);
        for (size_t k = 0, n = 0; k < sheet->n_columns; k++)
            if (sheet->column[k].name) {
                if (n++)
                    out_char(sheet->out, ',');
                emit_csv_text(sheet->out, cell[k]);
            }
        out_char(sheet->out, '\n');
    }
}

static void write_jsonl(const struct sheet *sheet)
{
    weir_safe cell[SHEET_COLUMNS];
    for (size_t row = 0; row < sheet->n_rows; row++) {
        sheet->cells(row, cell, sheet->user);
        for (size_t k = 0, n = 0; k < sheet->n_columns; k++) {
            const struct sheet_column *column = &sheet->column[k];
            if (!column->name)
                continue;
            out_char(sheet->out, n++ ? ',' : '{');
            emit_json_text(sheet->out, (weir_safe){column->name});
            out_char(sheet->out, ':');
            if (!*cell[k].text)
                out_text(sheet->out, WEIR_SAFE("null"));
            else if (column->number)
                out_text(sheet->out, cell[k]);
            else
                emit_json_text(sheet->out, cell[k]);
        }
        out_text(sheet->out, WEIR_SAFE("}"));
        out_char(sheet->out, '\n');
    }
}

void sheet_write(const struct sheet *sheet)
{
    switch (sheet->form) {
    case OUTPUT_CSV: write_csv(sheet); break;
    case OUTPUT_JSONL: write_jsonl(sheet); break;
    default: write_table(sheet); break;
    }
}
