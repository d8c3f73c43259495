/* print.c - weir print: every matching row once, in the order of arrival. */
#include "cli/run.h"

static void count_row(struct run *run, const weir_row *row)
{
    run->printed++;
    switch (weir_row_kind_of(row)) {
    case WEIR_ROW_RECORD: run->shown.records++; break;
    case WEIR_ROW_NODATA: run->shown.nodata++; break;
    case WEIR_ROW_SKIPDATA: run->shown.skipdata++; break;
    }
}

static bool print_rows(struct run *run)
{
    const weir_view *view = weir_session_view(run->session);
    run->knows_shown = true;
    uint64_t newest = weir_view_newest(view);
    if (newest == UINT64_MAX || newest < run->next_row)
        return true;
    uint64_t count = (uint64_t)run->options->count;
    weir_row row;
    for (uint64_t n = weir_view_rank(view, run->next_row); weir_view_nth(view, n, &row); n++) {
        emit_row(&run->emit, &row);
        count_row(run, &row);
        if (run->printed == count || out_is_dead(&run->out))
            return false;
    }
    run->next_row = newest + 1;
    return true;
}

static weir_status end_print(struct run *run, weir_error *err)
{
    (void)err;
    emit_end(&run->emit);
    if (run->emit.lost_columns)
        cli_complain_format("csv: records came with fields that the header does not have; choose with --fields, or "
                            "use -o jsonl");
    return WEIR_OK;
}

const struct run_class run_print = {.budget_ms = 0, .rows = print_rows, .end = end_print};
