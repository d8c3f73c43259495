/* plan.h - a layout made ready for reading, and one record read with it.
 * Private to the decoder. A reading borrows the line. */
#ifndef WEIR_FLOW_PLAN_H
#define WEIR_FLOW_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "flow/block.h"
#include "flow/format.h"

struct plan {
    const struct format *format;
    uint8_t n;
    uint8_t reader[FORMAT_COLUMNS_MAX]; /* how to read each column */
    int16_t action, status;             /* columns, -1 = none */
    uint8_t n_addrs, addrs[8];
    uint8_t n_losses, losses[8];
    bool is_wordy; /* no column that would refuse the word of a header line */
};

/* What is wrong with a line. */
struct fault {
    unsigned column;    /* from 0 */
    const char *wanted; /* "an address"; NULL = the line ends before this column */
    struct slice found;
};

struct reading {
    weir_row_kind kind;
    weir_verdict verdict;
    struct slice surplus; /* what stands behind the last column */
    struct fault fault;   /* set when reading failed */
    struct cell cells[FORMAT_COLUMNS_MAX];
};

void plan_make(struct plan *plan, const struct format *format);

/* A line without its newline. False with reading->fault. */
bool plan_read(const struct plan *plan, struct slice line, struct reading *reading);

/* One word of a column; the kind and the verdict of a row whose cells are all there. */
bool plan_read_word(const struct plan *plan, unsigned column, struct slice word, struct reading *reading);
void plan_judge(const struct plan *plan, struct reading *reading);

/* "column 4 (srcaddr): expected an address, found 'x'" */
void plan_explain(const struct plan *plan, const struct fault *fault, char *why, size_t size);

#endif
