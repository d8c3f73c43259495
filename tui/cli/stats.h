/* stats.h - the object of --stats: its numbers add up (weir_totals says how). */
#ifndef WEIR_CLI_STATS_H
#define WEIR_CLI_STATS_H

#include <stdio.h>

#include "weir/session.h"

/* What was really shown, where that is known better than by the totals. */
struct stats_shown {
    uint64_t records, nodata, skipdata;
};

/* One line. `shown` may be NULL. */
void stats_write(FILE *to, const weir_session *session, const struct stats_shown *shown);

#endif
