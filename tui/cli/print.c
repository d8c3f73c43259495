/* print.c - weir print: every matching row once, in the order of arrival. Rows of several sources that end are held in
 * the ring and printed by record start at the end; when the ring is nearly full those that are there are printed, and
 * what comes later comes in the order of arrival. Rows wait too when a cause is asked for: what comes behind a record
 * can be the evidence for it. */
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

enum { FULL_PERCENT = 75 }; /* of the ring: a batch more must not evict */

/* The rows that were not printed yet, from `n` on in the view's order. False: enough was printed. */
static bool print_from(struct run *run, uint64_t n)
{
    const weir_view *view = weir_session_view(run->session);
    uint64_t count = (uint64_t)run->options->count;
    weir_row row;
    for (; weir_view_nth(view, n, &row); n++) {
        if (row.id < run->next_row)
            continue;
        emit_row(&run->emit, &row);
        count_row(run, &row);
        if (run->printed == count || out_is_dead(&run->out))
            return false;
    }
    run->next_row = weir_view_newest(view) + 1;
    return true;
}

/* In order of time; the order of arrival when there is no memory for another one. */
static bool print_held(struct run *run)
{
    weir_error err = {0};
    run->held = false;
    bool by_time = options_are_merged(run->options);
    if (by_time && weir_session_order(run->session, WEIR_ORDER_START, &err))
        cli_complain_format("the records come in the order of arrival: %s", err.text);
    bool goes_on = print_from(run, 0);
    if (by_time)
        weir_session_order(run->session, WEIR_ORDER_ARRIVAL, NULL);
    return goes_on;
}

static bool ring_is_full(const struct run *run)
{
    weir_rates rates;
    weir_session_rates(run->session, &rates);
    return rates.ring_fill * 100 >= FULL_PERCENT;
}

static bool print_rows(struct run *run)
{
    const weir_view *view = weir_session_view(run->session);
    if (!run->knows_shown) {
        run->knows_shown = true;
        run->held = (run->derives || options_are_merged(run->options)) && run->options->follow != FOLLOW_YES;
    }
    if (run->held && !ring_is_full(run))
        return true;
    if (run->held) {
        cli_complain(
            run->derives
                ? WEIR_SAFE("more records came than --memory holds: causes are those that the records so far "
                            "tell")
                : WEIR_SAFE("more records came than --memory holds: the ones so far are in order of time, what "
                            "follows is in the order of arrival"));
        return print_held(run);
    }
    uint64_t newest = weir_view_newest(view);
    if (newest == UINT64_MAX || newest < run->next_row)
        return true;
    return print_from(run, weir_view_rank(view, run->next_row));
}

static weir_status end_print(struct run *run, weir_error *err)
{
    (void)err;
    if (run->held && weir_view_newest(weir_session_view(run->session)) != UINT64_MAX)
        print_held(run);
    emit_end(&run->emit);
    if (run->emit.lost_columns)
        cli_complain_format("csv: records came with fields that the header does not have; choose with --fields, or "
                            "use -o jsonl");
    return WEIR_OK;
}

const struct run_class run_print = {.budget_ms = 0, .rows = print_rows, .end = end_print};
