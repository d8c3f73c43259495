/* what_if.c - weir whatif: which records would change their verdict under other rules, once all of them are here. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/json_pair.h"
#include "cli/run.h"
#include "cli/stop.h"
#include "cli/when.h"
#include "weir/rules.h"

enum { SLICE_MS = 50, LINE_BYTES = 2048, NAME_BYTES = 200 };

static const char *direction(bool egress)
{
    return egress ? "out" : "in";
}

static weir_safe flow_of(const weir_change *change, char *buffer)
{
    char local[64], remote[64], name[32];
    weir_value ends[2] = {{.type = WEIR_ADDRESS, .addr = change->local},
                          {.type = WEIR_ADDRESS, .addr = change->remote}},
               protocol = {.type = WEIR_NUMBER, .number = change->protocol};
    weir_value_text(WEIR_F_SRCADDR, &ends[0], WEIR_STYLE_AWS, local, sizeof local);
    weir_value_text(WEIR_F_DSTADDR, &ends[1], WEIR_STYLE_AWS, remote, sizeof remote);
    weir_value_text(WEIR_F_PROTOCOL, &protocol, WEIR_STYLE_SHORT, name, sizeof name);
    bool has_port = change->protocol == 6 || change->protocol == 17;
    char port[16] = "";
    if (has_port)
        snprintf(port, sizeof port, " %u", (unsigned)change->port);
    return weir_safe_format(buffer, NAME_BYTES, "%s -> %s %s%s", change->inbound ? remote : local,
                            change->inbound ? local : remote, name, port);
}

static void change_row(struct run *run, const weir_change *change)
{
    char line[LINE_BYTES], flow[NAME_BYTES], number[32], last[WHEN_SIZE];
    struct when when = {.local = run->options->local};
    out_text(&run->out,
             weir_safe_format(line, sizeof line, "%-6s  %-46s %9s record%s  last %s  %s%s%s",
                              change->opens ? "opens" : "closes", flow_of(change, flow).text,
                              cli_thousands(change->records, number, sizeof number).text,
                              change->records == 1 ? " " : "s", when_text(&when, change->last, last, sizeof last).text,
                              *change->interface_name.text ? change->interface_name.text : change->interface_id.text,
                              *change->note.text ? "; " : "", change->note.text));
    out_char(&run->out, '\n');
}

static void put_address(struct run *run, const char *name, const weir_addr *addr)
{
    weir_value value = {.type = WEIR_ADDRESS, .addr = *addr};
    out_text(&run->out, (weir_safe){name});
    emit_json_value(&run->out, WEIR_F_SRCADDR, &value);
}

static void change_json(struct run *run, const weir_change *change)
{
    put_pair(run, "{\"change\":", change->opens ? WEIR_SAFE("opens") : WEIR_SAFE("closes"));
    put_pair(run, ",\"interface_id\":", change->interface_id);
    put_pair(run, ",\"interface_name\":", change->interface_name);
    put_pair(run, ",\"direction\":", (weir_safe){direction(!change->inbound)});
    put_address(run, ",\"local\":", &change->local);
    put_address(run, ",\"remote\":", &change->remote);
    put_number(run, ",\"port\":", change->port);
    put_number(run, ",\"protocol\":", change->protocol);
    put_number(run, ",\"records\":", change->records);
    put_time(run, ",\"first\":", change->first);
    put_time(run, ",\"last\":", change->last);
    put_pair(run, ",\"note\":", change->note);
    out_text(&run->out, WEIR_SAFE("}\n"));
}

static void totals_json(struct run *run, const weir_what_if *what_if, const weir_what_if_totals *totals)
{
    weir_safe text;
    put_pair(run, "{\"proposal\":", totals->words);
    put_number(run, ",\"looked_at\":", totals->looked_at);
    put_number(run, ",\"opened\":", totals->opened);
    put_number(run, ",\"closed\":", totals->closed);
    put_number(run, ",\"still_denied\":", totals->still_denied);
    put_number(run, ",\"unknown\":", totals->unknown);
    put_number(run, ",\"flows\":", totals->flows);
    put_pair(run, ",\"warning\":", totals->warning);
    out_text(&run->out, WEIR_SAFE(",\"commands\":["));
    for (size_t k = 0; weir_what_if_command(what_if, k, &text); k++)
        put_pair(run, k ? "," : "", text);
    out_text(&run->out, WEIR_SAFE("]}\n"));
}

static void totals_text(struct run *run, const weir_what_if *what_if, const weir_what_if_totals *totals)
{
    char line[LINE_BYTES], numbers[5][32];
    const uint64_t counts[5] = {totals->opened, totals->closed, totals->still_denied, totals->unknown,
                                totals->looked_at};
    weir_safe text;
    for (size_t k = 0; k < 5; k++)
        cli_thousands(counts[k], numbers[k], sizeof numbers[k]);
    out_text(&run->out, totals->words);
    out_char(&run->out, '\n');
    out_text(&run->out,
             weir_safe_format(line, sizeof line,
                              "%s records would be accepted, %s rejected; %s would be stopped elsewhere all the same; "
                              "of %s nothing can be said; %s were looked at",
                              numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]));
    out_char(&run->out, '\n');
    if (*totals->warning.text) {
        out_text(&run->out, weir_safe_format(line, sizeof line, "careful: %s", totals->warning.text));
        out_char(&run->out, '\n');
    }
    for (size_t k = 0; weir_what_if_command(what_if, k, &text); k++) {
        out_text(&run->out, text);
        out_char(&run->out, '\n');
    }
    if (totals->flows)
        out_char(&run->out, '\n');
}

static void put_what_if(struct run *run, weir_what_if *what_if)
{
    weir_what_if_totals totals;
    weir_change change;
    bool is_json = run->options->output == OUTPUT_JSONL;
    uint64_t limit = (uint64_t)run->options->limit;
    weir_what_if_totals_get(what_if, &totals);
    (is_json ? totals_json : totals_text)(run, what_if, &totals);
    for (size_t k = 0; k < limit && weir_what_if_get(what_if, k, &change); k++)
        (is_json ? change_json : change_row)(run, &change);
    out_flush(&run->out);
    if (totals.flows > limit)
        cli_complain_format("%" PRIu64 " more flows would change; --limit prints more", totals.flows - limit);
    if (totals.uncounted)
        cli_complain_format("%" PRIu64 " records came after the table of flows was full and are in none of them",
                            totals.uncounted);
}

static weir_status begin_what_if(struct run *run, weir_error *err)
{
    weir_error why = {0};
    weir_status status = weir_what_if_new(run->session, run->options->proposal, true, &run->what_if, &why);
    if (status && why.column)
        return weir_fail(err, status, 0, "whatif: column %zu: %s", why.column, why.text);
    return status ? weir_fail(err, status, 0, "%s", why.text) : WEIR_OK;
}

static weir_status end_what_if(struct run *run, weir_error *err)
{
    (void)err;
    while (!stop_is_asked() && weir_what_if_work(run->what_if, SLICE_MS))
        continue;
    put_what_if(run, run->what_if);
    cli_complain_of_eviction(run);
    return WEIR_OK;
}

const struct run_class run_what_if = {
    .network = true, .needs_network = true, .budget_ms = 50, .begin = begin_what_if, .end = end_what_if};
