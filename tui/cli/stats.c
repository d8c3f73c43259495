/* stats.c - the totals and the ledger as one JSON object. */
#include "cli/stats.h"

#include <inttypes.h>

#include "cli/scope.h"

/* Safe text holds no control characters. */
static void put_text(FILE *to, weir_safe text)
{
    fputc('"', to);
    for (const char *at = text.text; *at; at++)
        fprintf(to, "%s%c", *at == '"' || *at == '\\' ? "\\" : "", *at);
    fputc('"', to);
}

static void put_time(FILE *to, const char *name, int64_t time)
{
    if (time)
        fprintf(to, ",\"%s\":%" PRId64, name, time);
    else
        fprintf(to, ",\"%s\":null", name);
}

static void put_ledger(FILE *to, const weir_session *session)
{
    weir_gap gap;
    fputs(",\"ledger\":[", to);
    for (size_t k = 0; weir_session_gap(session, k, &gap); k++) {
        fputs(k ? ",{\"source\":" : "{\"source\":", to);
        put_text(to, gap.source);
        put_time(to, "from", gap.from);
        put_time(to, "to", gap.to);
        fputs(",\"reason\":", to);
        put_text(to, gap.reason);
        fputc('}', to);
    }
    fputc(']', to);
}

void stats_write(FILE *to, const weir_session *session, const struct stats_shown *shown)
{
    weir_totals sums;
    const weir_totals *totals = &sums;
    weir_session_totals(session, &sums);
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
        {"requests", totals->requests},
        {"duplicates", totals->duplicates},
        {"memory_bytes", totals->memory_bytes},
    };
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++)
        fprintf(to, "%s\"%s\":%" PRIu64, k ? "," : "{", rows[k].name, rows[k].number);
    if (shown)
        fprintf(to, ",\"nodata_shown\":%" PRIu64 ",\"skipdata_shown\":%" PRIu64, shown->nodata, shown->skipdata);
    put_ledger(to, session);
    fputs("}\n", to);
}
