/* Filters: what parses has a canonical text that parses to itself, runs over a small block without a fault, and can
 * be edited and completed. The first byte chooses where the cursor stands. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "flow/block.h"
#include "query/program.h"

#define NOW       1763900000
#define FUZZ_ROWS 100

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct block *make_block(void)
{
    struct block *block = block_new(BATCH_ROWS, 0);
    const struct format *layout = format_default();
    struct cell cells[FORMAT_COLUMNS_MAX];
    char eni[24];

    for (uint32_t row = 0; block && row < FUZZ_ROWS; row++) {
        for (size_t c = 0; c < layout->n; c++)
            cells[c] = (struct cell){.type = row % 7 ? CELL_NUMBER : CELL_NULL, .number = row * 131};
        int len = snprintf(eni, sizeof eni, "eni-0a%u", row % 9);
        cells[layout->column_of[WEIR_F_INTERFACE_ID]] =
            (struct cell){.type = CELL_TEXT, .text = {.at = eni, .len = (uint32_t)len}};
        cells[layout->column_of[WEIR_F_ACTION]] =
            (struct cell){.type = CELL_TEXT, .text = {.at = row % 3 ? "ACCEPT" : "REJECT", .len = 6}};
        cells[layout->column_of[WEIR_F_LOG_STATUS]] = (struct cell){.type = CELL_TEXT, .text = {.at = "OK", .len = 2}};
        cells[layout->column_of[WEIR_F_ACCOUNT_ID]] =
            (struct cell){.type = CELL_TEXT, .text = {.at = "123456789012", .len = 12}};
        cells[layout->column_of[WEIR_F_SRCADDR]] = (struct cell){.type = CELL_V4, .number = 0x0a000000u + row};
        cells[layout->column_of[WEIR_F_DSTADDR]] =
            (struct cell){.type = CELL_V6, .addr = {.family = 6, .bytes = {0x20, 1, 0xd, 0xb8, [15] = (uint8_t)row}}};
        if (block_add(block, layout, WEIR_ROW_RECORD, WEIR_VERDICT_ACCEPT, cells, NULL, 0) != WEIR_OK)
            abort();
    }
    return block;
}

static void visit(const char *word, const char *help, void *user)
{
    (void)user;
    if (!word || !*word || !help)
        abort();
}

static void run(const weir_query *query, uint64_t *bits)
{
    static struct block *block;
    struct program *program = NULL;
    weir_error err = {0};

    if (!block && !(block = make_block()))
        abort();
    if (program_new(query, PROGRAM_ALL, NULL, 0, &program, &err) != WEIR_OK)
        abort();
    memset(bits, 0xff, BATCH_ROWS / 8);
    if (program)
        program_run(program, block, 3, FUZZ_ROWS, bits);
    program_free(program);
}

static void edit(const weir_query *query)
{
    static const weir_field fields[] = {WEIR_F_DSTPORT, WEIR_F_SRCADDR, WEIR_F_ACTION};
    static const char *const texts[] = {"22", "10.0.0.1", "REJECT"};
    static char buffer[2 * FILTER_MAX_BYTES];

    for (size_t k = 0; k < 3; k++)
        for (int how = WEIR_EDIT_INCLUDE; how <= WEIR_EDIT_CLEAR; how++) {
            weir_value value = {0};
            weir_query *edited = NULL;
            weir_error err = {0};

            if (!weir_value_parse(fields[k], (weir_safe){texts[k]}, &value))
                abort();
            if (weir_query_edit(query, (weir_edit)how, fields[k], &value, buffer, sizeof buffer, &err) != WEIR_OK)
                continue;
            weir_status status = weir_query_parse(buffer, NOW, &edited, &err);
            if (status != WEIR_OK && status != WEIR_E_LIMIT)
                abort();
            if (edited && strcmp(weir_query_text(edited).text, buffer) != 0)
                abort();
            if (edited && how == WEIR_EDIT_EXCLUDE && weir_query_mark(query, fields[k], &value) != WEIR_MARK_EXCLUDED &&
                weir_query_mark(edited, fields[k], &value) != WEIR_MARK_EXCLUDED)
                abort();
            weir_query_free(edited);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static uint64_t before[BATCH_ROWS / 64], after[BATCH_ROWS / 64];
    char text[4096];
    weir_query *query = NULL, *again = NULL;
    weir_error err = {0};

    if (len < 1 || len >= sizeof text)
        return 0;
    memcpy(text, bytes + 1, len - 1);
    text[len - 1] = '\0';
    size_t cursor = bytes[0] % len;
    if (weir_query_expect(text, cursor).from > cursor)
        abort();
    weir_query_complete(text, cursor, visit, NULL);
    if (weir_query_parse(text, NOW, &query, &err) != WEIR_OK) {
        if (!*err.text || err.column > strlen(text) + 1)
            abort();
        return 0;
    }
    if (weir_query_parse(weir_query_text(query).text, 0, &again, &err) != WEIR_OK ||
        strcmp(weir_query_text(query).text, weir_query_text(again).text) != 0) {
        fprintf(stderr, "\"%s\" prints \"%s\" (%s)\n", text, weir_query_text(query).text, err.text);
        abort();
    }
    run(query, before);
    run(again, after);
    if (memcmp(before, after, sizeof before) != 0 && !weir_query_undecided(query))
        abort();
    edit(query);
    weir_query_free(query);
    weir_query_free(again);
    return 0;
}
