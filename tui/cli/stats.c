/* stats.c - the totals as one JSON object. */
#include "cli/stats.h"

#include <inttypes.h>

#include "cli/scope.h"

void stats_write(FILE *to, const weir_totals *totals, const struct stats_shown *shown)
{
    const struct {
        const char *name;
        uint64_t number;
    } rows[] = {
        {"lines", totals->lines},
        {"records", totals->records},
        {"nodata", totals->nodata},
        {"skipdata", totals->skipdata},
        {"headers", totals->headers},
        {"blank", totals->blank},
        {"malformed", totals->malformed},
        {"shown", shown ? shown->records : totals->shown},
        {"filtered", shown ? totals->records - shown->records : totals->filtered},
        {"surplus", totals->surplus},
        {"evicted", totals->evicted},
        {"gaps", totals->gaps},
        {"bytes", totals->bytes},
        {"memory_bytes", totals->memory_bytes},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++)
        fprintf(to, "%s\"%s\":%" PRIu64, k ? "," : "{", rows[k].name, rows[k].number);
    if (shown)
        fprintf(to, ",\"nodata_shown\":%" PRIu64 ",\"skipdata_shown\":%" PRIu64, shown->nodata, shown->skipdata);
    fputs("}\n", to);
}
