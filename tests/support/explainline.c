/* explainline.c - explains every REJECT of a small log, one line of JSON each: explainline RECORDS [NETWORK [LATER]]
 * [--inexact], or explainline --flow TEXT [NETWORK]. NETWORK is a document of network_text.h, LATER the same network
 * after a change. --alone: nobody looked for earlier records. --saved: NETWORK is a snapshot or a folder, as
 * weir --network reads it. */
#include "network_text.h"
#include "prior_plain.h"

#include "explain/decide.h"
#include "flow/decode.h"

enum { BLOCKS = 4, NOW = 1700000000 };

struct reader {
    struct block *block;
    size_t bad;
};

static struct block *give_block(void *user)
{
    struct reader *reader = user;
    return block_is_full(reader->block) ? NULL : reader->block;
}

static void note_bad(const struct bad_line *bad, void *user)
{
    struct reader *reader = user;
    reader->bad++;
    fprintf(stderr, "line %llu: %s\n", (unsigned long long)bad->number, bad->why);
}

static void take_row(const struct block *block, uint32_t k, struct plain_log *log)
{
    weir_row row = {.block = block, .index = k};
    struct flow_record *record = &log->record[log->n];
    weir_row_kind kind = weir_row_kind_of(&row);
    log->is_gap[log->n] = kind == WEIR_ROW_SKIPDATA;
    if (flow_record_of(&row, record)) {
        log->n++;
    } else if (kind == WEIR_ROW_SKIPDATA) {
        weir_value id = weir_row_value(&row, WEIR_F_INTERFACE_ID);
        snprintf(record->interface_id, sizeof record->interface_id, "%s", id.type == WEIR_TEXT ? id.text.text : "");
        record->start = (int64_t)weir_row_value(&row, WEIR_F_START).number;
        record->end = (int64_t)weir_row_value(&row, WEIR_F_END).number;
        record->verdict = WEIR_VERDICT_NONE;
        log->n++;
    }
}

static bool read_log(const char *path, struct plain_log *log)
{
    static char bytes[1 << 20];
    struct format_set set;
    struct reader reader = {.block = block_new(PLAIN_ROWS, 0)};
    weir_error err = {0};
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    format_set_init(&set);
    struct decoder *decoder = decoder_new(NULL, &set, (struct decode_sink){give_block, note_bad, &reader});
    weir_status status = decoder_feed(decoder, bytes, len, &err);
    if (status == WEIR_OK)
        status = decoder_end(decoder, &err);
    for (uint32_t k = 0; k < reader.block->n; k++)
        take_row(reader.block, k, log);
    decoder_free(decoder);
    block_free(reader.block);
    format_set_done(&set);
    return status == WEIR_OK && reader.bad == 0;
}

static void print(const struct flow *flow, const struct prior *prior, const struct rules_at *rules)
{
    struct decision decision;
    weir_explanation *told = NULL;
    weir_error err = {0};
    decide(flow, prior, rules, &decision);
    if (explanation_make(flow, prior, rules, &decision, &told, &err) != WEIR_OK) {
        fprintf(stderr, "%s\n", err.text);
        return;
    }
    char *text = weir_explanation_json(told);
    puts(text ? text : "");
    free(text);
    weir_explanation_free(told);
}

static int explain_log(const char *path, const struct rules_at *rules, bool alone)
{
    static struct plain_log log;
    if (!read_log(path, &log))
        return EXIT_FAILURE;
    for (size_t k = 0; k < log.n; k++) {
        struct prior prior = {0};
        struct flow flow;
        if (log.is_gap[k] || log.record[k].verdict != WEIR_VERDICT_REJECT)
            continue;
        flow_of(&log.record[k], rules->at, NULL, NULL, &flow);
        if (!alone)
            plain_prior(&log, k, flow.direction, &prior);
        flow_of(&log.record[k], rules->at, &prior, NULL, &flow);
        print(&flow, &prior, rules);
    }
    return EXIT_SUCCESS;
}

static int explain_text(const char *text, const struct rules_at *rules)
{
    struct flow_record record;
    struct flow flow;
    weir_error err = {0};
    if (flow_record_parse(text, NOW, &record, &err) != WEIR_OK) {
        fprintf(stderr, "%zu: %s\n", err.column, err.text);
        return EXIT_FAILURE;
    }
    flow_of(&record, rules->at, NULL, NULL, &flow);
    print(&flow, NULL, rules);
    return EXIT_SUCCESS;
}

static struct inventory *read_saved(const char *path)
{
    struct capture *capture = NULL;
    struct inventory *inventory = NULL;
    weir_error err = {0};
    weir_status status = capture_read(path, &capture, &err);
    if (status == WEIR_OK)
        status = inventory_build(capture, &inventory, &err);
    if (status != WEIR_OK)
        fprintf(stderr, "%s\n", err.text);
    capture_free(capture);
    return inventory;
}

static struct inventory *read_network(const char *path)
{
    struct inventory *inventory = network_of_file(path);
    if (!inventory)
        fprintf(stderr, "%s cannot be read\n", path);
    return inventory;
}

int main(int argc, char **argv)
{
    const char *name[3] = {NULL};
    const char *flow = NULL;
    size_t n = 0;
    bool exact = true, alone = false, saved = false;
    for (int k = 1; k < argc; k++) {
        if (strcmp(argv[k], "--inexact") == 0)
            exact = false;
        else if (strcmp(argv[k], "--alone") == 0)
            alone = true;
        else if (strcmp(argv[k], "--saved") == 0)
            saved = true;
        else if (strcmp(argv[k], "--flow") == 0 && k + 1 < argc)
            flow = argv[++k];
        else if (n < 3)
            name[n++] = argv[k];
    }
    size_t first = flow ? 0 : 1;
    struct inventory *at = first >= n ? NULL : saved ? read_saved(name[first]) : read_network(name[first]);
    if (saved && !at)
        return EXIT_FAILURE;
    struct inventory *later = first + 1 < n ? read_network(name[first + 1]) : NULL;
    struct rules_at rules = {.at = at, .now = later ? later : at, .exact = exact};
    int status = flow ? explain_text(flow, &rules) : n > 0 ? explain_log(name[0], &rules, alone) : EXIT_FAILURE;
    inventory_free(at);
    inventory_free(later);
    return status;
}
