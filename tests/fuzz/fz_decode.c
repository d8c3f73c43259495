/* fz_decode.c - the decoder from bytes to rows: flow/decode, lines, envelope, intake, plan, block, append,
 * row. The first byte chooses a layout (or all of them, to be tried in turn), the second how the rest is cut into
 * calls. Held: the numbers add up, cutting changes nothing, rows copied to another block say the same, and a row
 * written out reads back as itself. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/decode.h"

#define ROOM       64   /* small blocks, so that filling one is not rare */
#define BLOCKS_MAX 1100 /* 64 KiB of input cannot fill more */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct result {
    struct block *blocks[BLOCKS_MAX];
    size_t n;
    uint64_t bad_hash;
    struct decode_counts counts;
    weir_status status;
};

static const char *const layouts[] = {
    NULL,
    "${version} ${srcaddr} ${dstaddr} ${action} ${log-status}",
    "${interface-id} ${vpc-id}",
    "${start} ${end} ${bytes} ${tcp-flags} ${traffic-path} ${packets-lost-blackhole}",
};

#define LAYOUTS (sizeof layouts / sizeof *layouts)

static void check(bool held, const char *what)
{
    if (!held) {
        fprintf(stderr, "does not hold: %s\n", what);
        abort();
    }
}

static uint64_t mix(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (uint8_t)*text) * 0x100000001b3u;
    return hash * 0x9E3779B97F4A7C15u;
}

static struct block *give_block(void *user)
{
    struct result *result = user;
    if (result->n == BLOCKS_MAX)
        return NULL;
    return result->blocks[result->n++] = block_new(ROOM, 0);
}

static void note_bad(const struct bad_line *bad, void *user)
{
    struct result *result = user;
    result->bad_hash = mix(mix(result->bad_hash + bad->number, bad->line), bad->why);
}

/* With one layout it is the user's, with more they are told to the decoder. */
static void decode(struct format_set *set, const struct format *given, size_t n, const uint8_t *bytes, size_t len,
                   uint64_t cuts, struct result *result)
{
    struct decoder *decoder =
        decoder_new(n == 1 ? given : NULL, set, (struct decode_sink){give_block, note_bad, result});
    weir_error err = {0};
    if (n > 1)
        check(decoder_layouts(decoder, given, n, &err) == WEIR_OK, "layouts are taken");
    while (len > 0 && result->status == WEIR_OK) {
        cuts = cuts * 6364136223846793005u + 1442695040888963407u;
        size_t piece = cuts >> 63 ? 1 + (cuts >> 40) % 7 : 1 + (cuts >> 40) % 300;
        piece = result->bad_hash == UINT64_MAX || piece > len ? len : piece;
        result->status = decoder_feed(decoder, bytes, piece, &err);
        bytes += piece;
        len -= piece;
    }
    weir_status ended = decoder_end(decoder, &err);
    if (result->status == WEIR_OK)
        result->status = ended;
    result->counts = *decoder_counts(decoder);
    decoder_free(decoder);
}

static void release(struct result *result)
{
    for (size_t k = 0; k < result->n; k++)
        block_free(result->blocks[k]);
}

/* Rows one after the other, whatever blocks they lie in. */
static uint64_t hash_rows(struct block *const *blocks, size_t n_blocks, uint64_t *rows)
{
    static char text[WEIR_ROW_TEXT_MAX];
    uint64_t hash = 0;
    *rows = 0;
    for (size_t b = 0; b < n_blocks; b++) {
        for (uint32_t k = 0; k < blocks[b]->n; k++) {
            weir_row row = {.block = blocks[b], .index = k};
            hash = mix(hash, weir_row_text(&row, text, sizeof text).text);
            hash += (uint64_t)weir_row_kind_of(&row) * 3 + (uint64_t)weir_row_verdict(&row);
            ++*rows;
        }
    }
    return hash;
}

/* The same rows gathered in blocks of another size, a few at a time. */
static void check_append(const struct result *result, uint64_t expected)
{
    static struct block *copies[BLOCKS_MAX];
    size_t n = 0;
    uint64_t rows;
    for (size_t b = 0; b < result->n; b++) {
        for (uint32_t from = 0; from < result->blocks[b]->n;) {
            if (n == 0 || block_is_full(copies[n - 1]))
                copies[n++] = block_new(ROOM + 27, 0);
            uint32_t left = result->blocks[b]->n - from, want = 1 + (from * 7 + (uint32_t)b) % 40;
            int done = block_append(copies[n - 1], result->blocks[b], from, want < left ? want : left);
            check(done > 0, "an append makes progress");
            from += (uint32_t)done;
        }
    }
    check(hash_rows(copies, n, &rows) == expected, "copied rows say the same");
    for (size_t k = 0; k < n; k++)
        block_free(copies[k]);
}

static void check_round_trip(struct format_set *set, const weir_row *row)
{
    static char text[WEIR_ROW_TEXT_MAX], again[WEIR_ROW_TEXT_MAX];
    const struct format *layout = row->block->formats[row->block->layout[row->index]];
    struct result result = {0};
    weir_row_text(row, text, sizeof text);
    if (layout->n < 3 || strchr("{[-", text[0]) || strlen(text) > 4096)
        return;
    decode(set, layout, 1, (const uint8_t *)text, strlen(text), 1, &result);
    if (result.counts.headers == 0 && result.counts.malformed == 0) {
        check(result.n == 1 && result.blocks[0]->n == 1, "a row is one row again");
        weir_row second = {.block = result.blocks[0], .index = 0};
        check(strcmp(weir_row_text(&second, again, sizeof again).text, text) == 0, "a row reads back as itself");
    }
    release(&result);
}

static void check_counts(const struct result *result, uint64_t rows)
{
    const struct decode_counts *c = &result->counts;
    check(c->lines == c->records + c->nodata + c->skipdata + c->headers + c->blank + c->malformed, "lines add up");
    check(c->records + c->nodata + c->skipdata == rows, "rows are what was counted");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (len < 2 || len > 1 << 16)
        return 0;
    struct format_set set;
    struct format given[LAYOUTS];
    format_set_init(&set);
    size_t n = 0, chosen = bytes[0] % LAYOUTS;
    for (size_t k = 1; k < LAYOUTS; k++)
        if (k == chosen || bytes[0] >= 128)
            check(format_parse(layouts[k], strlen(layouts[k]), &given[n++], NULL) == WEIR_OK, "a layout is one");
    static struct result whole, pieces;
    whole = (struct result){0};
    pieces = (struct result){0};
    whole.bad_hash = UINT64_MAX; /* one piece */
    decode(&set, given, n, bytes + 2, len - 2, 0, &whole);
    decode(&set, given, n, bytes + 2, len - 2, bytes[1] + 1u, &pieces);
    uint64_t rows, same_rows;
    uint64_t hash = hash_rows(whole.blocks, whole.n, &rows);
    check(hash_rows(pieces.blocks, pieces.n, &same_rows) == hash && rows == same_rows, "cutting changes no row");
    check(whole.status == pieces.status, "cutting changes no status");
    check(memcmp(&whole.counts, &pieces.counts, sizeof whole.counts) == 0, "cutting changes no count");
    check_counts(&whole, rows);
    check_append(&whole, hash);
    if (whole.n > 0 && !memchr(bytes, '{', len)) {
        weir_row first = {.block = whole.blocks[0], .index = 0};
        check_round_trip(&set, &first);
    }
    release(&whole);
    release(&pieces);
    format_set_done(&set);
    return 0;
}
