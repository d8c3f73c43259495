/* flow_log.h - a flow log as words for people: in weir list and in the picker. */
#ifndef WEIR_CLI_FLOW_LOG_H
#define WEIR_CLI_FLOW_LOG_H

#include "weir/weir.h"

enum flow_log_cell {
    FLOW_LOG_NAME,        /* the tag Name, else the id */
    FLOW_LOG_COVERS,      /* "prod (vpc-0a1b)" */
    FLOW_LOG_TRAFFIC,     /* ALL, ACCEPT, REJECT */
    FLOW_LOG_DESTINATION, /* what to type, or where it goes when weir cannot read that */
    FLOW_LOG_EVERY,       /* "1m", "10m" */
    FLOW_LOG_FORMAT,      /* "v2 default", "v5, 29 fields" */
    FLOW_LOG_STATUS,      /* "ACTIVE", "Access error" */
    FLOW_LOG_CELLS
};

struct flow_log_words {
    char cell[FLOW_LOG_CELLS][256];
    bool failing;  /* AWS could not deliver it */
    bool readable; /* there is a source to type */
};

void flow_log_words(const weir_flow_log *log, struct flow_log_words *out);
const char *flow_log_title(enum flow_log_cell cell); /* "NAME", static */

#endif
