/* intake.h - one source's thread: reads, decodes, and pushes batches through the gate. */
#ifndef WEIR_SESSION_INTAKE_H
#define WEIR_SESSION_INTAKE_H

#include "base/gate.h"
#include "session/batch.h"
#include "source/source.h"

struct intake;

struct intake_options {
    const struct source_class *class;
    struct source_options source;
    uint32_t number;             /* of the source in its session */
    const struct format *format; /* the user's layout, NULL = none */
    struct format_set *formats;  /* outlives the intake */
    struct gate *gate;           /* outlives the intake */
};

/* Opens the source on the caller's thread, so that errors come at once, and starts reading. */
weir_status intake_open(const struct intake_options *options, struct intake **out, weir_error *err);

/* Ends the thread and closes the source. The cancel_fd of the source's options must be readable and the gate
 * closed before. Accepts NULL. */
void intake_close(struct intake *intake);

size_t intake_streams(const struct intake *intake);
const char *intake_name(const struct intake *intake, uint32_t stream); /* safe, borrowed */

#endif
