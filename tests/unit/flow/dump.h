/* dump.h - what the decoder makes of some bytes, as text: one line a row, one a bad line, the counts. */
#ifndef WEIR_TEST_DUMP_H
#define WEIR_TEST_DUMP_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/decode.h"

struct dump {
    char *text;
    size_t len, room;
    struct block *block;
    struct decode_counts counts;
    weir_status status;
};

__attribute__((format(printf, 2, 3))) static inline void dump_add(struct dump *dump, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    size_t n = (size_t)vsnprintf(NULL, 0, format, arguments);
    if (dump->len + n + 1 > dump->room) {
        dump->room = (dump->len + n + 1) * 2;
        dump->text = realloc(dump->text, dump->room);
    }
    vsnprintf(dump->text + dump->len, n + 1, format, again);
    dump->len += n;
    va_end(again);
    va_end(arguments);
}

/* Rows are written when their block goes, so bad lines in between stand before them. */
static inline void dump_rows(struct dump *dump)
{
    static const char *const kinds[] = {"record", "nodata", "skipdata"};
    static const char *const verdicts[] = {"none", "accept", "reject"};
    char text[WEIR_ROW_TEXT_MAX];
    for (uint32_t k = 0; dump->block && k < dump->block->n; k++) {
        weir_row row = {.block = dump->block, .index = k};
        dump_add(dump, "%s %s: %s\n", kinds[weir_row_kind_of(&row)], verdicts[weir_row_verdict(&row)],
                 weir_row_text(&row, text, sizeof text).text);
    }
    block_free(dump->block);
    dump->block = NULL;
}

static inline struct block *dump_block(void *user)
{
    struct dump *dump = user;
    if (!dump->block || block_is_full(dump->block)) {
        dump_rows(dump);
        dump->block = block_new(64, 0);
    }
    return dump->block;
}

static inline void dump_bad(const struct bad_line *bad, void *user)
{
    dump_add(user, "bad %" PRIu64 ": %s\n    %s\n", bad->number, bad->why, bad->line);
}

/* Decodes bytes that are cut at each of cuts[0..n_cuts). The text is the caller's (free). */
static inline struct dump dump_cut(const char *given, const char *bytes, size_t len, const size_t *cuts, size_t n_cuts)
{
    struct dump dump = {0};
    struct format_set set;
    struct format layout;
    weir_error err = {0};
    format_set_init(&set);
    if (given)
        dump.status = format_parse(given, strlen(given), &layout, &err);
    struct decoder *decoder =
        decoder_new(given ? &layout : NULL, &set, (struct decode_sink){dump_block, dump_bad, &dump});
    size_t at = 0;
    for (size_t k = 0; k <= n_cuts && dump.status == WEIR_OK; k++) {
        size_t to = k < n_cuts ? cuts[k] : len;
        dump.status = decoder_feed(decoder, bytes + at, to - at, &err);
        at = to;
    }
    if (dump.status == WEIR_OK)
        dump.status = decoder_end(decoder, &err);
    dump_rows(&dump);
    const struct decode_counts *c = decoder_counts(decoder);
    dump.counts = *c;
    dump_add(&dump,
             "lines %" PRIu64 " = records %" PRIu64 " + nodata %" PRIu64 " + skipdata %" PRIu64 " + headers %" PRIu64
             " + blank %" PRIu64 " + malformed %" PRIu64 "; surplus %" PRIu64 "\n",
             c->lines, c->records, c->nodata, c->skipdata, c->headers, c->blank, c->malformed, c->surplus);
    if (dump.status != WEIR_OK)
        dump_add(&dump, "%s: %s\n", weir_status_name(dump.status), err.text);
    decoder_free(decoder);
    format_set_done(&set);
    return dump;
}

static inline struct dump dump_text(const char *given, const char *text)
{
    return dump_cut(given, text, strlen(text), NULL, 0);
}

#endif
