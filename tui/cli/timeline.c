/* timeline.c - weir timeline: counts of matching records by their start, in buckets of equal width.
 * Buckets are fetched in runs of BUCKETS_AT_ONCE, so that a narrow --step over a long time costs no memory. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/run.h"
#include "cli/scope.h"

enum {
    BUCKETS_WANTED = 72, /* at most, when the step is ours to choose: about 60 */
    BUCKETS_AT_ONCE = 1024,
    BUCKETS_MOST = 10000000, /* lines that anybody could want */
    SPIKES_MOST = 512,
    BAR_CELLS = 12,
};

static const int64_t round_steps[] = {1,   5,    10,   15,   30,    60,    120,   300,   600,
                                      900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 604800};

struct timeline {
    struct out *out;
    struct when when;
    output_form output;
    bool is_utf8;
    int64_t from, step;
    uint64_t n;
    uint64_t most_accept, most_reject;
    size_t n_spikes;
    weir_spike spike[SPIKES_MOST];
};

static int64_t floor_to(int64_t seconds, int64_t step)
{
    int64_t rest = seconds % step;
    return seconds - (rest < 0 ? rest + step : rest);
}

static uint64_t buckets_in(int64_t first, int64_t last, int64_t step)
{
    return (uint64_t)(floor_to(last, step) - floor_to(first, step)) / (uint64_t)step + 1;
}

static int64_t choose_step(int64_t first, int64_t last)
{
    for (size_t k = 0; k < ARRAY_SIZE(round_steps); k++)
        if (buckets_in(first, last, round_steps[k]) <= BUCKETS_WANTED)
            return round_steps[k];
    int64_t week = round_steps[ARRAY_SIZE(round_steps) - 1];
    return week * ((last - first) / (week * (BUCKETS_WANTED - 2)) + 1);
}

/* The stretch that there is something to say about; false if there is none. */
static bool find_stretch(const struct run *run, int64_t *first, int64_t *last)
{
    if (!weir_view_span(weir_session_view(run->session), first, last))
        return false;
    const struct cli_options *options = run->options;
    if (options->since && *first < options->since_s)
        *first = options->since_s;
    if (options->until && *last >= options->until_s)
        *last = options->until_s - 1;
    return *first <= *last;
}

/* ---- one bucket ---- */

static bool is_in_spike(const struct timeline *timeline, const weir_bucket *bucket)
{
    for (size_t k = 0; k < timeline->n_spikes; k++)
        if (bucket->start < timeline->spike[k].to && bucket->start + timeline->step > timeline->spike[k].from)
            return true;
    return false;
}

static weir_safe mark_of(const struct timeline *timeline, const weir_bucket *bucket)
{
    bool spike = is_in_spike(timeline, bucket);
    if (bucket->skipped > 0)
        return spike ? WEIR_SAFE("spike skipdata") : WEIR_SAFE("skipdata");
    return spike ? WEIR_SAFE("spike") : WEIR_SAFE("");
}

/* A bar of eighths of cells, at least one eighth where there is anything; '#' in ASCII. */
static void put_bar(const struct timeline *timeline, uint64_t count, uint64_t most)
{
    static const char *const parts[] = {"",
                                        "\xE2\x96\x8F",
                                        "\xE2\x96\x8E",
                                        "\xE2\x96\x8D",
                                        "\xE2\x96\x8C",
                                        "\xE2\x96\x8B",
                                        "\xE2\x96\x8A",
                                        "\xE2\x96\x89"};
    double share = most ? (double)count / (double)most : 0;
    unsigned unit = timeline->is_utf8 ? 8 : 1;
    unsigned eighths = (unsigned)(share * BAR_CELLS * unit + 0.5);
    if (count > 0 && eighths == 0)
        eighths = 1;
    unsigned cells = 0;
    for (; cells < eighths / unit; cells++)
        out_text(timeline->out, timeline->is_utf8 ? WEIR_SAFE("\xE2\x96\x88") : WEIR_SAFE("#"));
    if (eighths % unit) {
        out_bytes(timeline->out, parts[eighths % unit], 3);
        cells++;
    }
    out_spaces(timeline->out, BAR_CELLS - cells);
}

static void put_table(struct timeline *timeline, const weir_bucket *bucket)
{
    char text[WHEN_SIZE], line[64];
    struct out *out = timeline->out;
    out_text(out, when_text(&timeline->when, bucket->start, text, sizeof text));
    out_text(out, weir_safe_format(line, sizeof line, " %8" PRIu64 " ", bucket->accept));
    put_bar(timeline, bucket->accept, timeline->most_accept);
    out_text(out, weir_safe_format(line, sizeof line, " %8" PRIu64 " ", bucket->reject));
    put_bar(timeline, bucket->reject, timeline->most_reject);
    weir_safe mark = mark_of(timeline, bucket);
    out_text(out,
             weir_safe_format(line, sizeof line, " %7" PRIu64 "%s%s", bucket->other, *mark.text ? " " : "", mark.text));
    out_char(out, '\n');
}

static void put_csv(struct timeline *timeline, const weir_bucket *bucket)
{
    char line[200];
    out_text(timeline->out,
             weir_safe_format(line, sizeof line, "%" PRId64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%s",
                              bucket->start, bucket->accept, bucket->reject, bucket->other, bucket->skipped,
                              is_in_spike(timeline, bucket) ? "spike" : ""));
    out_char(timeline->out, '\n');
}

static void put_jsonl(struct timeline *timeline, const weir_bucket *bucket)
{
    char line[200];
    out_text(timeline->out, weir_safe_format(line, sizeof line,
                                             "{\"start\":%" PRId64 ",\"accept\":%" PRIu64 ",\"reject\":%" PRIu64
                                             ",\"other\":%" PRIu64 ",\"skipdata\":%" PRIu64 ",\"spike\":%s}",
                                             bucket->start, bucket->accept, bucket->reject, bucket->other,
                                             bucket->skipped, is_in_spike(timeline, bucket) ? "true" : "false"));
    out_char(timeline->out, '\n');
}

static void put_header(struct timeline *timeline)
{
    char line[120];
    if (timeline->output == OUTPUT_CSV)
        out_text(timeline->out, WEIR_SAFE("start,accept,reject,other,skipdata,mark\n"));
    if (timeline->output != OUTPUT_TABLE)
        return;
    int start = timeline->when.local ? 25 : 20;
    out_text(timeline->out, weir_safe_format(line, sizeof line, "%-*s %8s %*s %8s %*s %7s MARK", start, "START",
                                             "ACCEPT", BAR_CELLS, "", "REJECT", BAR_CELLS, "", "OTHER"));
    out_char(timeline->out, '\n');
}

/* ---- all buckets ---- */

static void put_bucket(struct timeline *timeline, const weir_bucket *bucket)
{
    static void (*const forms[])(struct timeline * timeline, const weir_bucket *bucket) = {
        [OUTPUT_TABLE] = put_table,
        [OUTPUT_CSV] = put_csv,
        [OUTPUT_JSONL] = put_jsonl,
    };
    forms[timeline->output](timeline, bucket);
}

static void measure_bucket(struct timeline *timeline, const weir_bucket *bucket)
{
    if (bucket->accept > timeline->most_accept)
        timeline->most_accept = bucket->accept;
    if (bucket->reject > timeline->most_reject)
        timeline->most_reject = bucket->reject;
}

static void each_bucket(struct timeline *timeline, const weir_view *view, weir_bucket *buckets,
                        void (*visit)(struct timeline *timeline, const weir_bucket *bucket))
{
    for (uint64_t k = 0; k < timeline->n && !out_is_dead(timeline->out); k += BUCKETS_AT_ONCE) {
        size_t n = timeline->n - k < BUCKETS_AT_ONCE ? (size_t)(timeline->n - k) : BUCKETS_AT_ONCE;
        weir_view_timeline(view, timeline->from + (int64_t)k * timeline->step, timeline->step, buckets, n, NULL);
        for (size_t j = 0; j < n; j++)
            visit(timeline, &buckets[j]);
    }
}

/* The step that the person or the data wants, taken up to what the counts can tell apart. */
static weir_status settle(struct timeline *timeline, const struct run *run, int64_t first, int64_t last,
                          weir_error *err)
{
    weir_bucket one;
    int64_t resolution = 1;
    timeline->step = run->options->step ? run->options->step : choose_step(first, last);
    weir_view_timeline(weir_session_view(run->session), floor_to(first, timeline->step), timeline->step, &one, 1,
                       &resolution);
    if (resolution > 1 && timeline->step % resolution)
        timeline->step += resolution - timeline->step % resolution;
    timeline->from = floor_to(first, timeline->step);
    timeline->n = buckets_in(first, last, timeline->step);
    if (timeline->n > BUCKETS_MOST)
        return weir_fail(err, WEIR_E_USAGE, 0,
                         "timeline: %" PRIu64 " lines of %" PRId64
                         " s; take a longer --step, or less with --since and --until",
                         timeline->n, timeline->step);
    return WEIR_OK;
}

static weir_status put_all(struct timeline *timeline, struct run *run, weir_bucket *buckets, weir_error *err)
{
    const weir_view *view = weir_session_view(run->session);
    int64_t first, last;
    bool has_any = find_stretch(run, &first, &last);
    if (has_any && settle(timeline, run, first, last, err) != WEIR_OK)
        return err->status;
    put_header(timeline);
    if (!has_any)
        return WEIR_OK;
    timeline->n_spikes =
        weir_view_spikes(view, timeline->from, timeline->step, (size_t)timeline->n, timeline->spike, SPIKES_MOST);
    if (timeline->output == OUTPUT_TABLE)
        each_bucket(timeline, view, buckets, measure_bucket);
    each_bucket(timeline, view, buckets, put_bucket);
    return WEIR_OK;
}

static weir_status end_timeline(struct run *run, weir_error *err)
{
    struct timeline timeline = {
        .out = &run->out,
        .when.local = run->options->local,
        .output = (output_form)run->options->output,
        .is_utf8 = run->is_utf8,
    };
    weir_bucket *buckets = calloc(BUCKETS_AT_ONCE, sizeof *buckets);
    if (!buckets)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    weir_status status = put_all(&timeline, run, buckets, err);
    free(buckets);
    return status;
}

const struct run_class run_timeline = {.keep_counts = true, .budget_ms = 50, .end = end_timeline};
