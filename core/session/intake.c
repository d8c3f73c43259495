/* intake.c - see intake.h. Invariant: the counts in a batch are those of the lines whose rows it carries, so that
 * the totals add up at whatever batch the session stops. */
#include "session/intake.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { FLUSH_MS = 50 };

struct intake {
    const struct source_class *class;
    void *source;
    struct gate *gate;
    struct clock clock;
    uint32_t number;
    pthread_t thread;
    size_t n_streams;
    struct decoder **decoder; /* by stream */
    bool *failed;             /* by stream: its bytes are skipped until it begins anew */
    uint32_t stream;          /* being decoded */
    struct batch *batch;
    struct batch *farewell;       /* kept ready, so that the end is told even when memory is out */
    struct decode_counts counted; /* of all decoders, up to the last batch */
    uint64_t bytes, bytes_counted;
    int64_t first_row_ms; /* monotonic time of the batch's first row; 0 = no row yet */
    bool live, canceled, out_of_memory;
    bool is_given; /* the person said what records look like */
};

struct batch *batch_new(uint32_t source)
{
    struct batch *batch = calloc(1, sizeof *batch);
    if (!batch)
        return NULL;
    batch->source = source;
    batch->block = block_new(BATCH_ROWS, 0);
    if (!batch->block) {
        free(batch);
        return NULL;
    }
    return batch;
}

void batch_free(struct batch *batch)
{
    if (!batch)
        return;
    block_free(batch->block);
    free(batch->facts);
    free(batch->layouts);
    free(batch);
}

static struct decode_counts counts_now(const struct intake *intake)
{
    struct decode_counts sum = {0};
    for (size_t k = 0; k < intake->n_streams; k++) {
        const struct decode_counts *counts = decoder_counts(intake->decoder[k]);
        sum.lines += counts->lines;
        sum.records += counts->records;
        sum.nodata += counts->nodata;
        sum.skipdata += counts->skipdata;
        sum.headers += counts->headers;
        sum.blank += counts->blank;
        sum.malformed += counts->malformed;
        sum.surplus += counts->surplus;
    }
    return sum;
}

static struct decode_counts counts_since(const struct decode_counts *now, const struct decode_counts *then)
{
    return (struct decode_counts){
        .lines = now->lines - then->lines,
        .records = now->records - then->records,
        .nodata = now->nodata - then->nodata,
        .skipdata = now->skipdata - then->skipdata,
        .headers = now->headers - then->headers,
        .blank = now->blank - then->blank,
        .malformed = now->malformed - then->malformed,
        .surplus = now->surplus - then->surplus,
    };
}

/* Gives the batch away and begins the next. False when the session is closing or memory is out. */
static bool flush(struct intake *intake, bool last)
{
    struct batch *batch = intake->batch;
    struct decode_counts now = counts_now(intake);
    batch->counts = counts_since(&now, &intake->counted);
    batch->bytes = intake->bytes - intake->bytes_counted;
    batch->live = intake->live;
    batch->last = last;
    bool is_empty = !batch->block->n && !batch->n_news && !batch->counts.lines && !batch->bytes;
    if (is_empty && !batch->facts && !batch->layouts && !last)
        return true;
    batch->block->arrival = (uint32_t)clock_now(&intake->clock);
    if (gate_push(intake->gate, batch) != WEIR_OK) {
        intake->canceled = true;
        return false;
    }
    intake->counted = now;
    intake->bytes_counted = intake->bytes;
    intake->first_row_ms = 0;
    intake->batch = last ? NULL : batch_new(intake->number);
    intake->out_of_memory = !last && !intake->batch;
    return !intake->out_of_memory;
}

/* The sink's block. A full one is given away in the middle of a chunk; decode_counts are up to date then. */
static struct block *take_block(void *user)
{
    struct intake *intake = user;
    if (block_is_full(intake->batch->block) && !flush(intake, false))
        return NULL;
    if (!intake->first_row_ms)
        intake->first_row_ms = clock_mono_ms();
    return intake->batch->block;
}

static void keep_bad(const struct bad_line *bad, void *user)
{
    struct intake *intake = user;
    struct batch *batch = intake->batch;
    size_t at = batch->n_bad++ % BATCH_BAD_LINES;
    batch->bad_stream[at] = intake->stream;
    batch->bad[at] = *bad;
}

static bool tell(struct intake *intake, const struct source_chunk *chunk, weir_source_state state, const char *notice,
                 bool gap)
{
    if (intake->batch->n_news == BATCH_NEWS && !flush(intake, false))
        return false;
    struct news *news = &intake->batch->news[intake->batch->n_news++];
    *news = (struct news){.stream = chunk->stream,
                          .state = state,
                          .gap = gap,
                          .where = chunk->where,
                          .done_bytes = chunk->done_bytes,
                          .total_bytes = chunk->total_bytes};
    weir_safe_format(news->notice, sizeof news->notice, "%s", notice);
    return true;
}

/* What cannot be read as a layout is left to the shape of the records. */
static void learn_layouts(struct decoder *decoder, const char *texts)
{
    struct format *layouts = calloc(LAYOUTS_GIVEN_MAX, sizeof *layouts);
    size_t n = 0;
    for (const char *at = texts; layouts && *at && n < LAYOUTS_GIVEN_MAX;) {
        size_t len = strcspn(at, "\n");
        n += format_parse(at, len, &layouts[n], NULL) == WEIR_OK;
        at += len + (at[len] == '\n');
    }
    if (n)
        decoder_layouts(decoder, layouts, n, NULL);
    free(layouts);
}

/* The newest word on the source itself travels with the batch. */
static void take_facts(struct intake *intake, const struct source_chunk *chunk)
{
    struct batch *batch = intake->batch;
    if (chunk->facts) {
        if (!batch->facts)
            batch->facts = malloc(sizeof *batch->facts);
        if (batch->facts)
            *batch->facts = *chunk->facts;
    }
    if (chunk->layouts) {
        free(batch->layouts);
        batch->layouts = strdup(chunk->layouts);
    }
}

static weir_status feed(struct intake *intake, const struct source_chunk *chunk, weir_error *err)
{
    struct decoder *decoder = intake->decoder[chunk->stream];
    intake->stream = chunk->stream;
    intake->bytes += chunk->len;
    if (chunk->begins) {
        decoder_reset(decoder);
        intake->failed[chunk->stream] = false;
    }
    if (intake->failed[chunk->stream])
        return WEIR_OK;
    if (chunk->layouts && !intake->is_given)
        learn_layouts(decoder, chunk->layouts);
    weir_status status = chunk->len ? decoder_feed(decoder, chunk->bytes, chunk->len, err) : WEIR_OK;
    if (status == WEIR_OK && chunk->ends)
        status = decoder_end(decoder, err);
    intake->failed[chunk->stream] = chunk->failed || status != WEIR_OK;
    return status;
}

/* False when reading must stop. */
static bool decode(struct intake *intake, const struct source_chunk *chunk)
{
    weir_error err = {0};
    weir_status status = feed(intake, chunk, &err);
    if (intake->canceled || intake->out_of_memory)
        return false;
    weir_source_state state = intake->failed[chunk->stream] ? WEIR_SOURCE_FAILED
                              : chunk->ends                 ? WEIR_SOURCE_ENDED
                              : intake->live                ? WEIR_SOURCE_FOLLOWING
                                                            : WEIR_SOURCE_READING;
    if (status == WEIR_OK)
        return tell(intake, chunk, state, chunk->notice, chunk->gap);
    char notice[200];
    weir_safe_format(notice, sizeof notice, "%s: %s", intake_name(intake, chunk->stream), err.text);
    return tell(intake, chunk, state, notice, true);
}

static void read_all(struct intake *intake)
{
    for (;;) {
        struct source_chunk chunk = {0};
        weir_error err = {0};
        weir_status status = intake->class->read(intake->source, &chunk, &err);
        if (status == WEIR_E_CANCELED)
            return;
        if (status && status != WEIR_END) {
            chunk.failed = true;
            weir_safe_format(chunk.notice, sizeof chunk.notice, "%s", err.text);
        }
        if (status == WEIR_END || chunk.stream >= intake->n_streams) {
            flush(intake, true);
            return;
        }
        if (!decode(intake, &chunk))
            break;
        take_facts(intake, &chunk);
        if (status) {
            flush(intake, true);
            return;
        }
        intake->batch->history_done = chunk.caught_up && !intake->live;
        bool stale = intake->first_row_ms && clock_mono_ms() - intake->first_row_ms > FLUSH_MS;
        bool is_word = !chunk.len && (chunk.notice[0] || chunk.facts || chunk.layouts);
        if ((chunk.idle || chunk.caught_up || chunk.ends || stale || is_word) && !flush(intake, false))
            break;
        /* What came with the word that history is done still is history. */
        intake->live |= chunk.caught_up;
    }
}

static void say_farewell(struct intake *intake)
{
    struct batch *batch = intake->farewell;
    intake->farewell = NULL;
    batch->last = true;
    for (uint32_t k = 0; k < intake->n_streams && k < BATCH_NEWS; k++) {
        struct news *news = &batch->news[batch->n_news++];
        *news = (struct news){.stream = k, .state = WEIR_SOURCE_FAILED, .gap = k == 0};
        weir_safe_format(news->notice, sizeof news->notice, "out of memory: reading stopped");
    }
    if (gate_push(intake->gate, batch) != WEIR_OK)
        batch_free(batch);
}

static void *run(void *user)
{
    struct intake *intake = user;
    read_all(intake);
    if (intake->out_of_memory)
        say_farewell(intake);
    return NULL;
}

static void free_intake(struct intake *intake)
{
    for (size_t k = 0; intake->decoder && k < intake->n_streams; k++)
        decoder_free(intake->decoder[k]);
    free(intake->decoder);
    free(intake->failed);
    if (intake->source)
        intake->class->close(intake->source);
    free(intake->source);
    batch_free(intake->batch);
    batch_free(intake->farewell);
    free(intake);
}

static bool make_decoders(struct intake *intake, const struct intake_options *options)
{
    const struct decode_sink sink = {.block = take_block, .bad = keep_bad, .user = intake};
    intake->n_streams = intake->class->streams(intake->source);
    intake->decoder = calloc(intake->n_streams ? intake->n_streams : 1, sizeof *intake->decoder);
    intake->failed = calloc(intake->n_streams ? intake->n_streams : 1, sizeof *intake->failed);
    intake->batch = batch_new(intake->number);
    intake->farewell = batch_new(intake->number);
    if (!intake->decoder || !intake->failed || !intake->batch || !intake->farewell)
        return false;
    for (size_t k = 0; k < intake->n_streams; k++)
        if (!(intake->decoder[k] = decoder_new(options->format, options->formats, sink)))
            return false;
    return true;
}

weir_status intake_open(const struct intake_options *options, struct intake **out, weir_error *err)
{
    struct intake *intake = calloc(1, sizeof *intake);
    if (!intake)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    intake->class = options->class;
    intake->gate = options->gate;
    intake->clock = options->source.clock;
    intake->number = options->number;
    intake->is_given = options->format != NULL;
    void *source = calloc(1, options->class->size);
    weir_status status = source ? options->class->open(source, &options->source, err) : WEIR_E_NOMEM;
    if (status) {
        free(source);
        free_intake(intake);
        return weir_fail(err, status, 0, "out of memory");
    }
    intake->source = source;
    if (!make_decoders(intake, options) || pthread_create(&intake->thread, NULL, run, intake)) {
        free_intake(intake);
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    }
    *out = intake;
    return WEIR_OK;
}

void intake_close(struct intake *intake)
{
    if (!intake)
        return;
    pthread_join(intake->thread, NULL);
    free_intake(intake);
}

size_t intake_streams(const struct intake *intake)
{
    return intake->n_streams;
}

const char *intake_name(const struct intake *intake, uint32_t stream)
{
    return intake->class->name(intake->source, stream);
}
