/* lines.h - bytes to lines and JSON texts. How the bytes are cut into calls makes no difference.
 * Private to the decoder. */
#ifndef WEIR_FLOW_LINES_H
#define WEIR_FLOW_LINES_H

#include "base/buf.h"
#include "flow/envelope.h"
#include "flow/intake.h"

enum lines_state {
    LINES_START, /* at the beginning of a line, or in the white space there */
    LINES_TEXT,  /* in a line of text; its beginning may be in `held` */
    LINES_JSON,  /* in a JSON text; its beginning may be in `held` */
    LINES_SKIP,  /* in a line that is bad already; `held` has its beginning */
    LINES_AFTER, /* behind a JSON text, in the same line */
};

struct lines {
    struct intake *intake;
    enum lines_state state;
    bool spaces;          /* LINES_START: something has been skipped */
    uint8_t bom;          /* bytes of a byte order mark seen at the stream's beginning; 3 = past it */
    const char *skip_why; /* LINES_SKIP */
    struct scan scan;
    const char *from; /* LINES_JSON: beginning, if it lies in the bytes of this call */
    size_t json_len;
    struct buf held;
};

void lines_init(struct lines *lines, struct intake *intake);
void lines_done(struct lines *lines);
void lines_restart(struct lines *lines);

weir_status lines_feed(struct lines *lines, const char *bytes, size_t len, weir_error *err);

/* The end. `cut_why` tells why the unfinished line is not to be trusted, NULL = it is whole. */
weir_status lines_end(struct lines *lines, const char *cut_why, weir_error *err);

#endif
