/* format.h - the layout of a record: which field stands in which column. */
#ifndef WEIR_FLOW_FORMAT_H
#define WEIR_FLOW_FORMAT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "weir/field.h"
#include "weir/status.h"

#define FORMAT_COLUMNS_MAX 128 /* known and unknown columns; AWS has 72 fields */

struct format {
    uint8_t id;                          /* in its set */
    uint8_t n;                           /* columns */
    int16_t column[FORMAT_COLUMNS_MAX];  /* weir_field of each, WEIR_FIELD_NONE = unknown to us, skipped */
    int16_t column_of[WEIR_FIELD_COUNT]; /* the inverse; -1 = the layout does not have the field */
};

/* All layouts of a session; they live as long as the set. Thread: any (own lock). */
struct format_set {
    pthread_mutex_t lock;
    size_t n;
    struct format *at[LAYOUTS_MAX];
};

void format_set_init(struct format_set *set);
void format_set_done(struct format_set *set);

/* Adds a layout or finds its equal; borrowed. NULL with WEIR_E_LIMIT beyond LAYOUTS_MAX, or NOMEM. */
const struct format *format_set_add(struct format_set *set, const struct format *layout, weir_error *err);

/* "${version} ${srcaddr} …" as in LogFormat of DescribeFlowLogs, or names with spaces or commas between.
 * An unknown or repeated field is WEIR_E_SYNTAX with its column. */
weir_status format_parse(const char *text, size_t len, struct format *out, weir_error *err);

/* A header line of a file: field names with runs of spaces (or tabs) between, hyphens or underscores.
 * False if it is none: at least 2 columns and all of them look like names, at least half are known. */
bool format_from_header(const char *line, size_t len, struct format *out);

/* Whether both have the same columns in the same order. */
bool format_equal(const struct format *a, const struct format *b);

/* The default 14 columns of version 2. */
const struct format *format_default(void);

#endif
