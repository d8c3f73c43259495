/* bench_view.c - what the ring and the view cost a row: adding batches, applying a filter anew, reading for a frame.
 * Rows have the default format. Prints nanoseconds a row and milliseconds a million rows. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "flow/block.h"
#include "view/view.h"

#define BATCHES 64 /* different batches, used again and again with moving times */

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static struct cell number(uint64_t value)
{
    return (struct cell){.type = CELL_NUMBER, .number = value};
}

static struct cell text(const char *at)
{
    return (struct cell){.type = CELL_TEXT, .text = {at, (uint32_t)strlen(at)}};
}

/* `many_addresses`: sources from all of 10/8 instead of some thousands. */
static void add_row(struct block *block, uint64_t *state, uint64_t start, bool many_addresses)
{
    uint64_t r = next_random(state);
    uint64_t s = next_random(state);
    char eni[32];
    snprintf(eni, sizeof eni, "eni-%017" PRIx64, 0x1235b8ca + r % 200);
    struct cell cells[14] = {
        number(2),
        text("123456789012"),
        text(eni),
        {.type = CELL_V4, .number = 0x0a000000u | (uint32_t)(many_addresses ? r >> 8 & 0xffffff : r >> 8 & 0x0fff)},
        {.type = CELL_V4, .number = 0x0a010000u | (uint32_t)(s & 0x03ff)},
        number(1024 + (r >> 32 & 0x7fff)),
        number(s & 0x10000   ? 443
               : s & 0x20000 ? 22
                             : s >> 20 & 0xffff),
        number(s & 0x40000 ? 6 : 17),
        number(1 + (s >> 36 & 0xff)),
        number(40 + (s >> 44 & 0xffff)),
        number(start - (r >> 52 & 63)),
        number(start),
        text(r >> 58 & 7 ? "ACCEPT" : "REJECT"),
        text("OK"),
    };
    if (block_add(block, format_default(), WEIR_ROW_RECORD, r >> 58 & 7 ? WEIR_VERDICT_ACCEPT : WEIR_VERDICT_REJECT,
                  cells, NULL, 0) != WEIR_OK)
        exit(1);
}

static void on_evict(const struct block *block, void *user)
{
    view_evicting(*(weir_view **)user, block);
}

struct bench {
    struct block *batches[BATCHES];
    struct ring *ring;
    weir_view *view;
};

static void open_bench(struct bench *bench, uint64_t cap, bool many_addresses)
{
    uint64_t state = 0x9e3779b97f4a7c15u;
    for (size_t k = 0; k < BATCHES; k++) {
        bench->batches[k] = block_new(BATCH_ROWS, 0);
        for (uint32_t row = 0; row < BATCH_ROWS; row++)
            add_row(bench->batches[k], &state, 1790000000 + k * 56, many_addresses);
    }
    bench->ring = ring_new(cap, on_evict, &bench->view);
    bench->view = view_new(bench->ring, &(struct view_options){.memory_bytes = 128u << 20});
    if (!bench->ring || !bench->view)
        exit(1);
}

static void close_bench(struct bench *bench)
{
    for (size_t k = 0; k < BATCHES; k++)
        block_free(bench->batches[k]);
    view_free(bench->view);
    ring_free(bench->ring);
}

static void report(const char *what, double seconds, uint64_t rows)
{
    printf("%-44s %8.1f ns/row %8.1f ms/M rows %8.1f ms\n", what, seconds / (double)rows * 1e9,
           seconds / (double)rows * 1e9, seconds * 1e3);
}

/* Adds rows; *in_view is the part of the time that the view took. */
static double add(struct bench *bench, uint64_t rows, double *in_view)
{
    double began = now();
    *in_view = 0;
    for (uint64_t k = 0; k * BATCH_ROWS < rows; k++) {
        uint64_t first, records, shown;
        if (ring_append(bench->ring, bench->batches[k % BATCHES], &first, NULL) != WEIR_OK)
            exit(1);
        double viewed = now();
        if (view_added(bench->view, first, &records, &shown, NULL) != WEIR_OK)
            exit(1);
        *in_view += now() - viewed;
        ring_set_overhead(bench->ring, view_bytes(bench->view));
    }
    return now() - began;
}

static void filter(struct bench *bench, const char *what)
{
    weir_query *query = NULL;
    if (weir_query_parse(what, 0, &query, NULL) != WEIR_OK || view_set_query(bench->view, query, NULL) != WEIR_OK)
        exit(1);
    double began = now();
    while (view_work(bench->view, 10))
        continue;
    char title[80];
    snprintf(title, sizeof title, "filter \"%s\"", what);
    report(title, now() - began, weir_view_total(bench->view));
    view_set_query(bench->view, NULL, NULL);
    weir_query_free(query);
    while (view_work(bench->view, 100))
        continue;
}

static void read_frame(struct bench *bench)
{
    enum { ROWS = 60, FRAMES = 50 };
    static weir_facet_value values[32];
    static weir_top_row top[32];
    static weir_bucket buckets[200];
    double began = now();
    for (unsigned frame = 0; frame < FRAMES; frame++) {
        weir_row row;
        weir_facet facet;
        weir_top_totals totals;
        uint64_t matched = weir_view_matched(bench->view);
        for (uint64_t k = 0; k < ROWS; k++)
            if (!weir_view_nth(bench->view, matched - ROWS + k, &row))
                exit(1);
        for (size_t k = 0; k < WEIR_FACETS; k++)
            weir_view_facet(bench->view, k, &facet, values, 32);
        weir_view_top(bench->view, WEIR_BY_BYTES, top, 32, &totals);
        weir_view_timeline(bench->view, 1790000000, 20, buckets, 200, NULL);
    }
    printf("%-44s %8.3f ms\n", "reading all of a frame", (now() - began) / FRAMES * 1e3);
}

static void run(const char *name, uint64_t rows, uint64_t cap, bool many_addresses)
{
    struct bench bench;
    double in_view;
    open_bench(&bench, cap, many_addresses);
    double seconds = add(&bench, rows, &in_view);
    printf("-- %s: %" PRIu64 " rows, %" PRIu64 " kept, ring %.1f bytes/row, view %.1f MiB\n", name,
           ring_end(bench.ring), weir_view_total(bench.view),
           (double)(ring_bytes(bench.ring) - view_bytes(bench.view)) / (double)weir_view_total(bench.view),
           (double)view_bytes(bench.view) / (1 << 20));
    report("ring and view", seconds, rows);
    report("view alone", in_view, rows);
    filter(&bench, "action = REJECT");
    filter(&bench, "action = REJECT and dstport = 80 and dstaddr in 10.1.0.0/16");
    filter(&bench, "bytes > 1000");
    filter(&bench, "action = ACCEPT and protocol = tcp");
    read_frame(&bench);
    static const char *const groups[] = {"srcaddr",
                                         "srcaddr/24",
                                         "dstport",
                                         "interface-id",
                                         "srcaddr,dstport",
                                         "srcaddr,dstaddr,dstport",
                                         "interface-id,dstport"};
    for (size_t k = 0; k < sizeof groups / sizeof *groups; k++) {
        weir_group group;
        if (weir_group_parse(groups[k], &group, NULL) != WEIR_OK)
            exit(1);
        view_set_group(bench.view, &group);
        double began = now();
        while (view_work(bench.view, 100))
            continue;
        char title[80];
        snprintf(title, sizeof title, "top %s", groups[k]);
        report(title, now() - began, weir_view_total(bench.view));
    }
    double began = now();
    if (view_set_order(bench.view, WEIR_ORDER_START, NULL) != WEIR_OK)
        exit(1);
    report("order by start", now() - began, weir_view_total(bench.view));
    close_bench(&bench);
}

int main(int argc, char **argv)
{
    uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    run("some addresses", rows, 1ull << 40, false);
    run("many addresses", rows, 1ull << 40, true);
    run("under a cap", rows * 2, 40ull << 20, false);
    return 0;
}
