/* top.c - weir top: the largest groups. Shares are of all groups, not of the printed ones. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/run.h"

struct top {
    struct out *out;
    const weir_group *group;
    weir_measure by;
    uint64_t total; /* of the measure, over all groups */
};

static uint64_t measure_of(weir_measure by, uint64_t records, uint64_t packets, uint64_t bytes)
{
    const uint64_t sums[] = {[WEIR_BY_RECORDS] = records, [WEIR_BY_PACKETS] = packets, [WEIR_BY_BYTES] = bytes};
    return sums[by];
}

/* A key as text: an address that was cut carries the length of its prefix. */
static weir_safe key_text(const struct top *top, const weir_top_row *row, size_t k, char *buffer, size_t size)
{
    char text[1100];
    weir_field field = top->group->part[k].field;
    const weir_value *key = &row->key[k];
    weir_value_text(field, key, WEIR_STYLE_AWS, text, sizeof text);
    bool is_v6 = key->type == WEIR_ADDRESS && key->addr.family == 6;
    unsigned prefix = is_v6 ? top->group->part[k].prefix6 : top->group->part[k].prefix4;
    if (key->type != WEIR_ADDRESS || prefix == (is_v6 ? 128u : 32u))
        return weir_safe_format(buffer, size, "%s", text);
    return weir_safe_format(buffer, size, "%s/%u", text, prefix);
}

static void put_jsonl(const struct top *top, const weir_top_row *row)
{
    char text[1200];
    for (size_t k = 0; k < top->group->n; k++) {
        const weir_value *key = &row->key[k];
        out_text(top->out, k ? WEIR_SAFE(",\"") : WEIR_SAFE("{\""));
        out_text(top->out, (weir_safe){weir_field_get(top->group->part[k].field)->name});
        out_text(top->out, WEIR_SAFE("\":"));
        if (key->type == WEIR_ADDRESS)
            emit_json_text(top->out, key_text(top, row, k, text, sizeof text));
        else
            emit_json_value(top->out, top->group->part[k].field, key);
    }
    char sums[160];
    out_text(top->out, weir_safe_format(sums, sizeof sums,
                                        ",\"records\":%" PRIu64 ",\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64 "}",
                                        row->records, row->packets, row->bytes));
    out_char(top->out, '\n');
}

static void put_csv_header(const struct top *top)
{
    for (size_t k = 0; k < top->group->n; k++) {
        out_text(top->out, (weir_safe){weir_field_get(top->group->part[k].field)->name});
        out_char(top->out, ',');
    }
    out_text(top->out, WEIR_SAFE("records,packets,bytes\n"));
}

static void put_csv(const struct top *top, const weir_top_row *row)
{
    char text[1200];
    for (size_t k = 0; k < top->group->n; k++) {
        if (row->key[k].type == WEIR_ADDRESS)
            out_text(top->out, key_text(top, row, k, text, sizeof text));
        else
            emit_csv_value(top->out, top->group->part[k].field, &row->key[k]);
        out_char(top->out, ',');
    }
    out_number(top->out, row->records);
    out_char(top->out, ',');
    out_number(top->out, row->packets);
    out_char(top->out, ',');
    out_number(top->out, row->bytes);
    out_char(top->out, '\n');
}

static int longest_key(const struct top *top, const weir_top_row *rows, size_t n, size_t k)
{
    char text[1200];
    size_t width = strlen(weir_field_get(top->group->part[k].field)->title);
    for (size_t j = 0; j < n; j++) {
        size_t len = strlen(key_text(top, &rows[j], k, text, sizeof text).text);
        width = len > width ? len : width;
    }
    return (int)width;
}

static void put_table(const struct top *top, const weir_top_row *rows, size_t n)
{
    char key[1200], line[1600];
    int width[WEIR_GROUP_FIELDS] = {0};
    out_text(top->out, WEIR_SAFE("RANK "));
    for (size_t k = 0; k < top->group->n; k++) {
        width[k] = longest_key(top, rows, n, k);
        out_text(top->out, weir_safe_format(line, sizeof line, "%-*s ", width[k],
                                            weir_field_get(top->group->part[k].field)->title));
    }
    out_text(top->out, weir_safe_format(line, sizeof line, "%12s %14s %17s %6s", "RECORDS", "PACKETS", "BYTES", "%"));
    out_char(top->out, '\n');
    for (size_t j = 0; j < n; j++) {
        const weir_top_row *row = &rows[j];
        out_text(top->out, weir_safe_format(line, sizeof line, "%4zu ", j + 1));
        for (size_t k = 0; k < top->group->n; k++)
            out_text(top->out, weir_safe_format(line, sizeof line, "%-*s ", width[k],
                                                key_text(top, row, k, key, sizeof key).text));
        uint64_t part = measure_of(top->by, row->records, row->packets, row->bytes);
        double share = top->total ? 100.0 * (double)part / (double)top->total : 0;
        out_text(top->out, weir_safe_format(line, sizeof line, "%12" PRIu64 " %14" PRIu64 " %17" PRIu64 " %5.1f%%",
                                            row->records, row->packets, row->bytes, share));
        out_char(top->out, '\n');
    }
}

static void put_all(const struct top *top, output_form output, const weir_top_row *rows, size_t n)
{
    if (output == OUTPUT_TABLE) {
        put_table(top, rows, n);
        return;
    }
    if (output == OUTPUT_CSV)
        put_csv_header(top);
    for (size_t j = 0; j < n; j++)
        (output == OUTPUT_CSV ? put_csv : put_jsonl)(top, &rows[j]);
}

static void put_top(struct run *run, weir_top_row *rows, size_t limit)
{
    const weir_view *view = weir_session_view(run->session);
    weir_top_totals totals = {0};
    weir_measure by = (weir_measure)run->options->by;
    size_t n = weir_view_top(view, by, rows, limit, &totals);
    struct top top = {
        .out = &run->out,
        .group = weir_view_group(view),
        .by = by,
        .total = measure_of(by, totals.records, totals.packets, totals.bytes),
    };
    put_all(&top, (output_form)run->options->output, rows, n);
    if (totals.uncounted > 0)
        cli_complain_format("%" PRIu64 " records came after the table of groups was full and are not counted; "
                            "narrow the filter or raise --memory",
                            totals.uncounted);
}

static weir_status end_top(struct run *run, weir_error *err)
{
    size_t limit = (size_t)run->options->limit;
    weir_top_row *rows = calloc(limit, sizeof *rows);
    if (!rows)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    put_top(run, rows, limit);
    free(rows);
    return WEIR_OK;
}

const struct run_class run_top = {.keep_counts = true, .budget_ms = 50, .end = end_top};
