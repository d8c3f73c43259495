/* sheet.h - a small table of texts as table, csv or jsonl: for what is not made of records. */
#ifndef WEIR_CLI_SHEET_H
#define WEIR_CLI_SHEET_H

#include "cli/options.h"
#include "cli/out.h"

enum { SHEET_COLUMNS = 24 };

struct sheet_column {
    const char *name;  /* in csv and jsonl; NULL = not there */
    const char *title; /* in the table; NULL = not there */
    bool number;       /* in jsonl */
};

struct sheet {
    struct out *out;
    output_form form; /* raw is none of it */
    const struct sheet_column *column;
    size_t n_columns, n_rows;
    /* The texts of a row, borrowed until the next call; "" is nothing (null in jsonl). */
    void (*cells)(size_t row, weir_safe cell[SHEET_COLUMNS], void *user);
    void *user;
};

void sheet_write(const struct sheet *sheet);

#endif
