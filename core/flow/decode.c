/* decode.c - the decoder: gzip if the stream begins like it, then lines. */
#include "flow/decode.h"

#include <stdlib.h>

#include "base/inflate.h"
#include "flow/intake.h"
#include "flow/lines.h"

#define INFLATED_BYTES (128 * 1024)
#define MAGIC          "\x1f\x8b\x08"
#define MAGIC_BYTES    3

struct decoder {
    struct intake intake;
    struct lines lines;
    unsigned magic; /* bytes of a gzip header seen at the beginning */
    bool is_plain;  /* … and it is none */
    struct inflate *inflate;
    char *inflated;
    weir_status failed; /* of the gzip stream: nothing more is taken */
};

struct decoder *decoder_new(const struct format *given, struct format_set *set, struct decode_sink sink)
{
    struct decoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder)
        return NULL;
    if (intake_init(&decoder->intake, given, set, sink) != WEIR_OK) {
        intake_done(&decoder->intake);
        free(decoder);
        return NULL;
    }
    lines_init(&decoder->lines, &decoder->intake);
    return decoder;
}

weir_status decoder_layouts(struct decoder *decoder, const struct format *layouts, size_t n, weir_error *err)
{
    return intake_layouts(&decoder->intake, layouts, n, err);
}

static void drop_gzip(struct decoder *decoder)
{
    inflate_free(decoder->inflate);
    decoder->inflate = NULL;
    free(decoder->inflated);
    decoder->inflated = NULL;
}

void decoder_free(struct decoder *decoder)
{
    if (!decoder)
        return;
    drop_gzip(decoder);
    lines_done(&decoder->lines);
    intake_done(&decoder->intake);
    free(decoder);
}

void decoder_reset(struct decoder *decoder)
{
    drop_gzip(decoder);
    lines_restart(&decoder->lines);
    intake_restart(&decoder->intake);
    decoder->magic = 0;
    decoder->is_plain = false;
    decoder->failed = WEIR_OK;
}

const struct decode_counts *decoder_counts(const struct decoder *decoder)
{
    return &decoder->intake.counts;
}

static weir_status open_gzip(struct decoder *decoder, weir_error *err)
{
    decoder->inflate = inflate_new();
    decoder->inflated = malloc(INFLATED_BYTES);
    if (decoder->inflate && decoder->inflated)
        return WEIR_OK;
    drop_gzip(decoder);
    return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
}

/* The stream is damaged: what is whole in it still counts. */
static weir_status fail_gzip(struct decoder *decoder, weir_status failed, weir_error *err)
{
    bool whole = inflate_end(decoder->inflate, NULL) == WEIR_OK;
    weir_status status = lines_end(&decoder->lines, whole ? NULL : "cut off where the gzip data is damaged", err);
    decoder->failed = failed;
    drop_gzip(decoder);
    return status == WEIR_OK ? failed : status;
}

static weir_status feed_gzip(struct decoder *decoder, const char *bytes, size_t len, weir_error *err)
{
    for (;;) {
        size_t in = len, out = INFLATED_BYTES;
        weir_status gunzip = inflate_run(decoder->inflate, bytes, &in, decoder->inflated, &out, err);
        weir_status status = lines_feed(&decoder->lines, decoder->inflated, out, err);
        if (status != WEIR_OK)
            return status;
        if (gunzip != WEIR_OK)
            return fail_gzip(decoder, gunzip, err);
        bytes += in;
        len -= in;
        if (len == 0 && out < INFLATED_BYTES)
            return WEIR_OK;
    }
}

/* The bytes that looked like a gzip header so far, and are none. */
static weir_status feed_magic(struct decoder *decoder, weir_error *err)
{
    decoder->is_plain = true;
    return lines_feed(&decoder->lines, MAGIC, decoder->magic, err);
}

static weir_status feed(struct decoder *decoder, const char *bytes, size_t len, weir_error *err)
{
    weir_status status = WEIR_OK;
    if (decoder->is_plain)
        return lines_feed(&decoder->lines, bytes, len, err);
    if (decoder->inflate)
        return feed_gzip(decoder, bytes, len, err);
    while (len > 0 && decoder->magic < MAGIC_BYTES && *bytes == MAGIC[decoder->magic]) {
        decoder->magic++;
        bytes++;
        len--;
    }
    if (decoder->magic == MAGIC_BYTES) {
        status = open_gzip(decoder, err);
        if (status == WEIR_OK)
            status = feed_gzip(decoder, MAGIC, MAGIC_BYTES, err);
        return status == WEIR_OK ? feed_gzip(decoder, bytes, len, err) : status;
    }
    if (len == 0)
        return WEIR_OK;
    status = feed_magic(decoder, err);
    return status == WEIR_OK ? lines_feed(&decoder->lines, bytes, len, err) : status;
}

weir_status decoder_feed(struct decoder *decoder, const void *bytes, size_t len, weir_error *err)
{
    decoder->intake.block = NULL; /* the sink may have given it away since */
    if (decoder->failed != WEIR_OK)
        return weir_fail(err, decoder->failed, 0, "the gzip data before was damaged");
    return feed(decoder, bytes, len, err);
}

weir_status decoder_end(struct decoder *decoder, weir_error *err)
{
    decoder->intake.block = NULL;
    if (decoder->failed != WEIR_OK)
        return WEIR_OK; /* has been told */
    if (decoder->inflate) {
        weir_status gunzip = inflate_end(decoder->inflate, err);
        if (gunzip != WEIR_OK)
            return fail_gzip(decoder, gunzip, err);
    } else if (!decoder->is_plain && decoder->magic > 0) {
        weir_status status = feed_magic(decoder, err);
        if (status != WEIR_OK)
            return status;
    }
    return lines_end(&decoder->lines, NULL, err);
}
