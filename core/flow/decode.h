/* decode.h - bytes of one stream (one file, one pipe) to rows. The chain of intake:
 *
 *   bytes ─► gunzip ─► lines ─► envelope (JSON, `aws logs tail` prefixes) ─► layout + cells ─► block
 *
 * Knows nothing of sources and threads: one decoder belongs to one stream and one thread.
 * Never fails on content: what cannot be read is counted and sampled. */
#ifndef WEIR_FLOW_DECODE_H
#define WEIR_FLOW_DECODE_H

#include "flow/block.h"
#include "flow/format.h"

struct decode_counts {
    uint64_t lines; /* = records + nodata + skipdata + headers + blank + malformed */
    uint64_t records, nodata, skipdata, headers, blank, malformed;
    uint64_t surplus; /* of the records: lines with more columns than the layout */
};

struct bad_line {
    uint64_t number;           /* line number in the stream, from 1 */
    char line[BAD_LINE_BYTES]; /* safe text */
    char why[128];             /* safe text: "column 4 (srcaddr): expected an address, found 'x'" */
};

/* Where rows and bad lines go. Called on the decoder's thread. */
struct decode_sink {
    /* A block with room for at least one row, borrowed until the next call or until decoder_feed() or
     * decoder_end() returns, whichever is first: each of them asks anew. NULL stops the decoder. */
    struct block *(*block)(void *user);
    void (*bad)(const struct bad_line *bad, void *user);
    void *user;
};

struct decoder;

/* `given` is the user's layout or NULL; layouts are kept in `set`, which must outlive all blocks. */
struct decoder *decoder_new(const struct format *given, struct format_set *set, struct decode_sink sink);
void decoder_free(struct decoder *decoder);

/* What the stream's records look like from the next line on: up to LAYOUTS_MAX layouts, tried in turn on each line
 * (a log group may be fed by several flow logs with different formats); the one that fitted last is tried first. They
 * are in force as if given by the user; no header line changes them. n 0 = as decoder_new() was told.
 * WEIR_E_NOMEM, WEIR_E_LIMIT. */
weir_status decoder_layouts(struct decoder *decoder, const struct format *layouts, size_t n, weir_error *err);

/* Decodes bytes; keeps an unfinished line for the next call. WEIR_E_CANCELED if the sink gave no block,
 * WEIR_E_NOMEM, WEIR_E_DATA/LIMIT for a damaged or hostile gzip stream (the decoder takes no more then). */
weir_status decoder_feed(struct decoder *decoder, const void *bytes, size_t len, weir_error *err);

/* The stream's end: decodes the unfinished line. */
weir_status decoder_end(struct decoder *decoder, weir_error *err);

/* Forgets the unfinished line, the header and the gzip state: the stream begins anew (rotation). */
void decoder_reset(struct decoder *decoder);

/* Since decoder_new(). */
const struct decode_counts *decoder_counts(const struct decoder *decoder);

#endif
