/* intake.h - one message in, one row (or one count) out: chooses the layout, keeps the counts, hands
 * rows and bad lines to the sink. Private to the decoder. */
#ifndef WEIR_FLOW_INTAKE_H
#define WEIR_FLOW_INTAKE_H

#include "base/scope.h"
#include "flow/decode.h"
#include "flow/plan.h"

#define SHAPES 11

/* A layout that is recognised without being told: by its number of columns, its version, and values
 * that fit. */
struct shape {
    uint64_t version;
    struct format format;
    struct plan plan;
};

struct intake {
    struct format_set *set;
    struct decode_sink sink;
    struct block *block; /* the sink's, for this call of the decoder; NULL = ask */
    struct decode_counts counts;
    uint64_t number;             /* of the line at hand, from 1 */
    const struct plan *given;    /* by the user */
    const struct plan *layout;   /* in force: of `several`, the given one, or the last header's; NULL = by shape */
    const struct plan **several; /* told by decoder_layouts(), in its order; NULL = none */
    size_t n_several;
    const struct plan *guess;            /* the shape that fitted last */
    const struct plan *object;           /* layout of the last JSON object */
    unsigned skip;                       /* leading words (time, stream) before the record, last time */
    struct plan *plans[LAYOUTS_MAX + 1]; /* by format id */
    struct shape shapes[SHAPES];
    struct reading reading;
};

/* WEIR_E_NOMEM, WEIR_E_LIMIT. */
weir_status intake_init(struct intake *intake, const struct format *given, struct format_set *set,
                        struct decode_sink sink);
void intake_done(struct intake *intake);
void intake_restart(struct intake *intake); /* forgets the header and what was guessed */

/* See decoder_layouts(). */
weir_status intake_layouts(struct intake *intake, const struct format *layouts, size_t n, weir_error *err);

/* A line without its newline: a record, a header or nothing. */
weir_status intake_line(struct intake *intake, struct slice line, weir_error *err);

/* The plan of a layout that is not (yet) in the set; *plan is NULL when there are too many layouts. */
weir_status intake_plan(struct intake *intake, const struct format *format, const struct plan **plan, weir_error *err);

/* The row in intake->reading. */
weir_status intake_row(struct intake *intake, const struct plan *plan, weir_error *err);

void intake_header(struct intake *intake); /* counts a line that is not data by nature */
void intake_bad(struct intake *intake, struct slice line, const char *why, ...) PRINTF(3, 4);

#endif
