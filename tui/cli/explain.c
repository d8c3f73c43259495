/* explain.c - weir explain and weir path: verdicts of the records that match. A later record can be the evidence for an
 * earlier one, so they are given at the end, in the order of time; with --follow as they come. As text, verdicts that
 * differ in the remote end alone are one, with their number. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/network.h"
#include "cli/run.h"
#include "cli/scope.h"
#include "cli/stop.h"
#include "cli/verdict.h"
#include "cli/when.h"

enum { KINDS_MAX = 4096, WIDTH_USUAL = 100, WIDTH_MOST = 120, SPEAKS_BYTES = 512 };

/* Verdicts that are one as text. */
struct kind {
    uint64_t first_row, records;
    int64_t last; /* record start, Unix seconds */
    char key[SPEAKS_BYTES];
};

struct kinds {
    struct kind *kind; /* in the order of the first */
    size_t n, room;
    uint64_t uncounted; /* records whose kind did not fit */
};

static int width_of(void)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
        return WIDTH_USUAL;
    return size.ws_col < WEIR_PATH_WIDTH_MIN ? WEIR_PATH_WIDTH_MIN
           : size.ws_col > WIDTH_MOST        ? WIDTH_MOST
                                             : size.ws_col;
}

static bool is_json(const struct run *run)
{
    return run->options->output == OUTPUT_JSONL;
}

static bool wants(const struct run *run, const weir_row *row)
{
    return weir_row_kind_of(row) == WEIR_ROW_RECORD &&
           (run->options->command == COMMAND_PATH || weir_row_verdict(row) == WEIR_VERDICT_REJECT);
}

static weir_status write_one(struct run *run, const weir_explanation *explanation, weir_error *err)
{
    if (is_json(run))
        return verdict_json(&run->out, explanation, err);
    if (run->printed)
        out_bytes(&run->out, "\n\n", 2);
    (run->options->command == COMMAND_PATH ? verdict_path : verdict_text)(&run->out, explanation, width_of());
    return WEIR_OK;
}

/* False: that was enough, or *err. Rows without addresses have no verdict. */
static bool explain_row(struct run *run, uint64_t row, weir_error *err)
{
    weir_explanation *explanation = NULL;
    weir_status status = weir_session_explain(run->session, row, &explanation, err);
    if (status == WEIR_E_USAGE) {
        *err = (weir_error){0};
        return true;
    }
    if (status == WEIR_OK)
        status = write_one(run, explanation, err);
    weir_explanation_free(explanation);
    run->printed += status == WEIR_OK;
    return status == WEIR_OK && run->printed != (uint64_t)run->options->count && !out_is_dead(&run->out);
}

/* ---- kinds ---- */

static uint64_t number_of(const weir_row *row, weir_field field)
{
    weir_value value = weir_row_value(row, field);
    return value.type == WEIR_NUMBER ? value.number : 0;
}

/* The service is the lower port: replies go to the higher one. */
static void key_of(struct run *run, const weir_row *row, char key[SPEAKS_BYTES])
{
    weir_value interface = weir_row_value(row, WEIR_F_INTERFACE_ID), local = weir_row_value(row, WEIR_F_DSTADDR),
               direction = weir_row_value(row, WEIR_F_FLOW_DIRECTION);
    uint64_t src = number_of(row, WEIR_F_SRCPORT), dst = number_of(row, WEIR_F_DSTPORT);
    char addr[64] = "", way[32] = "";
    if (interface.type == WEIR_ABSENT)
        weir_value_text(WEIR_F_DSTADDR, &local, WEIR_STYLE_AWS, addr, sizeof addr);
    weir_value_text(WEIR_F_FLOW_DIRECTION, &direction, WEIR_STYLE_AWS, way, sizeof way);
    snprintf(key, SPEAKS_BYTES, "%d %s %s %s %" PRIu64 " %" PRIu64 " %d", (int)weir_session_cause(run->session, row),
             interface.type == WEIR_TEXT ? interface.text.text : "", addr, way, src < dst ? src : dst,
             number_of(row, WEIR_F_PROTOCOL), (int)weir_row_verdict(row));
}

static bool make_room(struct kinds *kinds)
{
    if (kinds->n < kinds->room)
        return true;
    size_t room = kinds->room ? kinds->room * 2 : 64;
    if (room > KINDS_MAX)
        return false;
    struct kind *more = reallocarray(kinds->kind, room, sizeof *more);
    if (!more)
        return false;
    kinds->kind = more;
    kinds->room = room;
    return true;
}

static void add_kind(struct run *run, struct kinds *kinds, const weir_row *row)
{
    char key[SPEAKS_BYTES];
    key_of(run, row, key);
    int64_t start = (int64_t)number_of(row, WEIR_F_START);
    size_t k = 0;
    while (k < kinds->n && strcmp(kinds->kind[k].key, key) != 0)
        k++;
    if (k == kinds->n) {
        if (!make_room(kinds)) {
            kinds->uncounted++;
            return;
        }
        kinds->kind[kinds->n] = (struct kind){.first_row = row->id};
        memcpy(kinds->kind[kinds->n++].key, key, sizeof key);
    }
    kinds->kind[k].records++;
    kinds->kind[k].last = start > kinds->kind[k].last ? start : kinds->kind[k].last;
}

static void tell_number(struct run *run, const struct kind *kind)
{
    char number[32], time[WHEN_SIZE], line[256];
    struct when when = {.local = run->options->local};
    if (kind->records < 2)
        return;
    weir_safe_format(line, sizeof line, "and %s more like it at the same interface and port, the last at %s",
                     cli_thousands(kind->records - 1, number, sizeof number).text,
                     when_text(&when, kind->last, time, sizeof time).text);
    out_char(&run->out, '\n');
    out_text(&run->out, (weir_safe){line});
    out_char(&run->out, '\n');
}

static weir_status explain_kinds(struct run *run, weir_error *err)
{
    struct kinds kinds = {0};
    const weir_view *view = weir_session_view(run->session);
    weir_row row;
    for (uint64_t n = 0; weir_view_nth(view, n, &row) && !stop_is_asked(); n++)
        if (wants(run, &row))
            add_kind(run, &kinds, &row);
    for (size_t k = 0; k < kinds.n && !stop_is_asked(); k++) {
        bool goes_on = explain_row(run, kinds.kind[k].first_row, err);
        if (err->status == WEIR_OK)
            tell_number(run, &kinds.kind[k]);
        if (!goes_on)
            break;
    }
    if (kinds.uncounted)
        cli_complain_format("%" PRIu64 " records are of kinds that are not told: narrow the filter, or use -o jsonl",
                            kinds.uncounted);
    free(kinds.kind);
    return err->status;
}

/* ---- the command ---- */

static bool follow_rows(struct run *run)
{
    const weir_view *view = weir_session_view(run->session);
    weir_error err = {0};
    weir_row row;
    uint64_t newest = weir_view_newest(view);
    if (run->options->follow != FOLLOW_YES || newest == UINT64_MAX || newest < run->next_row)
        return true;
    bool goes_on = true;
    for (uint64_t n = weir_view_rank(view, run->next_row); goes_on && weir_view_nth(view, n, &row); n++)
        if (row.id >= run->next_row && wants(run, &row))
            goes_on = explain_row(run, row.id, &err);
    if (err.status)
        cli_complain((weir_safe){err.text});
    run->next_row = newest + 1;
    return goes_on;
}

static weir_status explain_all(struct run *run, weir_error *err)
{
    const weir_view *view = weir_session_view(run->session);
    weir_row row;
    if (weir_session_order(run->session, WEIR_ORDER_START, NULL))
        cli_complain(WEIR_SAFE("the verdicts come in the order of arrival: there is no memory for another one"));
    if (!is_json(run))
        return explain_kinds(run, err);
    for (uint64_t n = 0; weir_view_nth(view, n, &row) && !stop_is_asked(); n++)
        if (wants(run, &row) && !explain_row(run, row.id, err))
            break;
    return err->status;
}

static weir_status end_explain(struct run *run, weir_error *err)
{
    if (run->options->follow == FOLLOW_YES)
        return WEIR_OK;
    cli_complain_of_eviction(run);
    weir_status status = explain_all(run, err);
    if (status == WEIR_OK && !run->printed && !stop_is_asked())
        cli_complain(run->options->command == COMMAND_PATH
                         ? WEIR_SAFE("no record of traffic matches")
                         : WEIR_SAFE("no REJECT matches: there is nothing to explain"));
    return status;
}

const struct run_class run_explain = {.network = true, .budget_ms = 20, .rows = follow_rows, .end = end_explain};

/* ---- a flow that is in no log ---- */

static weir_status explain_flow(struct run *run, weir_error *err)
{
    weir_explanation *explanation = NULL;
    weir_network *network = NULL;
    const struct cli_options *options = run->options;
    weir_status status = network_take(options, &network, err);
    if (!status && network)
        status = network_await(network, cli_deadline(options), err);
    if (!status)
        status =
            weir_explain_flow(network, options->flow, options->now_s ? options->now_s : time(NULL), &explanation, err);
    if (!status)
        status = write_one(run, explanation, err);
    weir_explanation_free(explanation);
    weir_network_close(network);
    return status;
}

int explain_flow_run(const struct cli_options *options)
{
    struct run run = {.options = options};
    weir_error err = {0};
    weir_status status = stop_open(&err);
    if (!status)
        status = out_init(&run.out, STDOUT_FILENO, stop_is_asked, &err);
    stop_listen();
    if (!status)
        status = explain_flow(&run, &err);
    if (run.out.bytes)
        out_flush(&run.out);
    if (status && err.column)
        cli_complain_format("--flow, column %d: %s", (int)err.column, err.text);
    else if (status && !stop_signal())
        cli_complain((weir_safe){err.text});
    bool failed = cli_complain_of_output(&run.out);
    out_done(&run.out);
    return stop_signal() ? 128 + stop_signal() : status ? options_exit_status(status) : failed ? 1 : 0;
}
