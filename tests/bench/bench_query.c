/* How fast a filter runs over blocks of columns. Prints one line a filter; with a limit in milliseconds as its
 * argument it fails if the first filter is slower. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/scope.h"
#include "flow/block.h"
#include "query/program.h"

#define ROWS 10000000u
#define RUNS 5

static struct block *blocks[ROWS / BLOCK_ROWS + 1];
static size_t n_blocks;
static uint64_t seed = 7;

static uint64_t random_below(uint64_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (seed >> 11) % n;
}

static double now_ms(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static void set_text(struct cell *cell, const char *text)
{
    cell->type = CELL_TEXT;
    cell->text.at = text;
    cell->text.len = (uint32_t)strlen(text);
}

static void set_number(struct cell *cell, uint64_t number)
{
    *cell = (struct cell){.type = CELL_NUMBER, .number = number};
}

static void make_cells(const struct format *layout, struct cell *cells, char *eni, uint64_t k)
{
    static const uint16_t ports[] = {22, 80, 443, 3389, 5432, 6379, 53, 8080};

    for (size_t c = 0; c < layout->n; c++)
        set_number(&cells[c], k % 97);
    snprintf(eni, 24, "eni-0a%02x2c3d4e5f6789", (unsigned)random_below(40));
    set_text(&cells[layout->column_of[WEIR_F_ACCOUNT_ID]], "123456789012");
    set_text(&cells[layout->column_of[WEIR_F_INTERFACE_ID]], eni);
    set_text(&cells[layout->column_of[WEIR_F_ACTION]], random_below(10) ? "ACCEPT" : "REJECT");
    set_text(&cells[layout->column_of[WEIR_F_LOG_STATUS]], "OK");
    cells[layout->column_of[WEIR_F_SRCADDR]] =
        (struct cell){.type = CELL_V4, .number = 0xcb007100u + random_below(256)};
    cells[layout->column_of[WEIR_F_DSTADDR]] =
        (struct cell){.type = CELL_V4, .number = 0x0a000000u + random_below(0x20000)};
    set_number(&cells[layout->column_of[WEIR_F_SRCPORT]], 1024 + random_below(60000));
    set_number(&cells[layout->column_of[WEIR_F_DSTPORT]],
               random_below(5) ? ports[random_below(8)] : random_below(65536));
    set_number(&cells[layout->column_of[WEIR_F_BYTES]], 40 + random_below(1500000));
    set_number(&cells[layout->column_of[WEIR_F_START]], 1763900000 + k / 500);
}

static bool fill(void)
{
    const struct format *layout = format_default();
    struct cell cells[FORMAT_COLUMNS_MAX];
    char eni[24];

    for (uint64_t k = 0; k < ROWS; k++) {
        if (k % BLOCK_ROWS == 0 && !(blocks[n_blocks++] = block_new(BLOCK_ROWS, k)))
            return false;
        make_cells(layout, cells, eni, k);
        if (block_add(blocks[n_blocks - 1], layout, WEIR_ROW_RECORD, WEIR_VERDICT_ACCEPT, cells, NULL, 0) != WEIR_OK)
            return false;
    }
    return true;
}

static double time_filter(const char *text)
{
    static uint64_t bits[BLOCK_ROWS / 64];
    weir_query *query = NULL;
    struct program *program = NULL;
    weir_error err = {0};
    double best = 1e9;
    uint64_t matched = 0;

    if (weir_query_parse(text, 1763900000, &query, &err) != WEIR_OK ||
        program_new(query, PROGRAM_ALL, NULL, 0, &program, &err) != WEIR_OK) {
        printf("%s: %s\n", text, err.text);
        exit(1);
    }
    for (int run = 0; run < RUNS; run++) {
        double before = now_ms();

        matched = 0;
        for (size_t b = 0; b < n_blocks; b++) {
            program_run(program, blocks[b], 0, blocks[b]->n, bits);
            for (uint32_t w = 0; w < (blocks[b]->n + 63) / 64; w++)
                matched += (uint64_t)__builtin_popcountll(
                    w * 64 + 64 <= blocks[b]->n ? bits[w] : bits[w] & ((1ull << (blocks[b]->n & 63)) - 1));
        }
        double took = now_ms() - before;
        best = took < best ? took : best;
    }
    printf("%8.2f ms %10" PRIu64 " rows  %s\n", best, matched, text);
    program_free(program);
    weir_query_free(query);
    return best;
}

int main(int argc, char **argv)
{
    static const char *const filters[] = {
        "action = REJECT and dstport = 80 and dstaddr in 10.0.0.0/16",
        "action = REJECT",
        "dstport in (22, 80, 8000-8100)",
        "dstport in (1, 3, 5, 7, 9, 11, 13, 80)",
        "22",
        "10.0.0.0/8",
        "bytes > 1M",
        "start in 1763901000-1763902000",
        "eni-0a1",
        "interface-id ~ \"0a1[0-9]\"",
        "not (tcp or reject) and src 203.0.113.0/28",
    };
    double first = 0;

    if (!fill()) {
        printf("out of memory\n");
        return 1;
    }
    printf("%u rows, best of %d\n", ROWS, RUNS);
    for (size_t k = 0; k < ARRAY_SIZE(filters); k++) {
        double took = time_filter(filters[k]);

        first = k ? first : took;
    }
    for (size_t b = 0; b < n_blocks; b++)
        block_free(blocks[b]);
    return argc > 1 && first > strtod(argv[1], NULL);
}
