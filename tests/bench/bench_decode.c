/* bench_decode.c - how fast text becomes blocks, beside the least that any reader of lines must do:
 * one memchr per line over the same bytes. Prints records per second and the ratio of the two. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "flow/decode.h"

#define ROUNDS 5

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static size_t make_text(char *text, size_t size, uint64_t rows)
{
    size_t len = 0;
    uint64_t state = 0x9E3779B97F4A7C15u;
    for (uint64_t k = 0; k < rows && len + 256 < size; k++) {
        uint64_t r = next_random(&state), s = next_random(&state);
        len += (size_t)snprintf(
            text + len, size - len,
            "2 123456789012 eni-%017" PRIx64 " 203.0.%u.%u 10.0.%u.%u %u %u %u %u %u %" PRIu64 " %" PRIu64 " %s OK\n",
            (uint64_t)0x1235b8ca + r % 24, (unsigned)(r >> 8 & 255), (unsigned)(r >> 16 & 255), (unsigned)(r >> 24 & 3),
            (unsigned)(r >> 28 & 255), (unsigned)(r >> 36 & 0xffff), (unsigned)(s & 1 ? 443 : s >> 4 & 0x3ff),
            s & 2 ? 6 : 17, (unsigned)(s >> 16 & 0x3ff), (unsigned)(s >> 26 & 0xfffff), (uint64_t)1790000000 + k / 1000,
            (uint64_t)1790000060 + k / 1000, s & 12 ? "ACCEPT" : "REJECT");
    }
    return len;
}

struct sink {
    struct block *block;
    uint64_t bytes, blocks;
};

static struct block *give_block(void *user)
{
    struct sink *sink = user;
    if (sink->block)
        sink->bytes += sink->block->bytes;
    block_free(sink->block);
    sink->blocks++;
    sink->block = block_new(BATCH_ROWS, 0);
    return sink->block;
}

static double time_lines(const char *text, size_t len, uint64_t *lines)
{
    double begin = now();
    const char *at = text, *end = text + len;
    *lines = 0;
    while (at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
        ++*lines;
        at++;
    }
    return now() - begin;
}

static double time_decode(const char *text, size_t len, struct sink *sink, struct decode_counts *counts)
{
    struct format_set set;
    format_set_init(&set);
    struct decoder *decoder = decoder_new(NULL, &set, (struct decode_sink){.block = give_block, .user = sink});
    double begin = now();
    for (size_t at = 0; at < len; at += READ_BYTES)
        decoder_feed(decoder, text + at, len - at < READ_BYTES ? len - at : READ_BYTES, NULL);
    decoder_end(decoder, NULL);
    double took = now() - begin;
    *counts = *decoder_counts(decoder);
    decoder_free(decoder);
    block_free(sink->block);
    sink->block = NULL;
    format_set_done(&set);
    return took;
}

static double time_append(const struct block *batch, uint64_t rows)
{
    double begin = now();
    struct block *block = block_new(BLOCK_ROWS, 0);
    for (uint64_t done = 0; done < rows && block;) {
        int n = block_append(block, batch, 0, batch->n);
        done += n > 0 ? (uint64_t)n : 0;
        if (block_is_full(block)) {
            block_free(block);
            block = block_new(BLOCK_ROWS, done);
        }
    }
    block_free(block);
    return now() - begin;
}

static struct block *keep_block(void *user)
{
    struct sink *sink = user;
    if (sink->block)
        return NULL;
    sink->block = block_new(BATCH_ROWS, 0);
    return sink->block;
}

static double best_append(const char *text, size_t len, uint64_t rows)
{
    struct sink sink = {0};
    struct format_set set;
    double best = 1e9;
    format_set_init(&set);
    struct decoder *decoder = decoder_new(NULL, &set, (struct decode_sink){.block = keep_block, .user = &sink});
    decoder_feed(decoder, text, len, NULL);
    for (int k = 0; k < ROUNDS; k++) {
        double took = time_append(sink.block, rows);
        best = took < best ? took : best;
    }
    decoder_free(decoder);
    block_free(sink.block);
    format_set_done(&set);
    return best;
}

int main(int argc, char **argv)
{
    uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000, lines = 0;
    size_t size = (size_t)rows * 160 + 4096;
    char *text = malloc(size);
    if (!text)
        return 1;
    size_t len = make_text(text, size, rows);
    double floor_s = 1e9, decode_s = 1e9;
    struct sink sink = {0};
    struct decode_counts counts = {0};
    for (int k = 0; k < ROUNDS; k++) {
        double took = time_lines(text, len, &lines);
        floor_s = took < floor_s ? took : floor_s;
        sink = (struct sink){0};
        took = time_decode(text, len, &sink, &counts);
        decode_s = took < decode_s ? took : decode_s;
    }
    double append_s = best_append(text, len, rows);
    printf("decode: %.2f M records/s, %.0f MB/s, %.0f ns a record, %.1f bytes a record in blocks\n",
           (double)counts.records / decode_s / 1e6, (double)len / decode_s / 1e6,
           decode_s * 1e9 / (double)counts.records, (double)sink.bytes / ((double)(sink.blocks - 1) * BATCH_ROWS));
    printf("memchr: %.2f M lines/s; decoding takes %.1f times as long\n", (double)lines / floor_s / 1e6,
           decode_s / floor_s);
    printf("append: %.1f ns a record\n", append_s * 1e9 / (double)rows);
    free(text);
    return counts.records == rows ? 0 : 1;
}
