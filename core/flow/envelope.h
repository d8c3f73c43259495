/* envelope.h - JSON around records: where such a text ends, and what is inside. Private to the decoder,
 * and the door to jansson in this room.
 *
 * Understood: CloudWatch subscription and Firehose envelopes ("logEvents"), `aws logs filter-log-events`
 * and `get-log-events` ("events"), `get-query-results` ("results"), objects with "message" or
 * "@message", objects whose keys are fields of records, and arrays of all these. */
#ifndef WEIR_FLOW_ENVELOPE_H
#define WEIR_FLOW_ENVELOPE_H

#include "flow/intake.h"

/* Finds the end of a JSON text that arrives in pieces. */
struct scan {
    unsigned depth;
    bool in_string, escaped;
};

enum scan_result {
    SCAN_MORE,
    SCAN_DONE,
    SCAN_BROKEN, /* no JSON text goes on like this */
};

/* Reads [at, end), sets *next behind the last byte used. */
enum scan_result scan_run(struct scan *scan, const char *at, const char *end, const char **next);

/* Everything in one balanced JSON text. */
weir_status envelope_read(struct intake *intake, struct slice text, weir_error *err);

#endif
