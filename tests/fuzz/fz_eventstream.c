/* Event streams: the bytes whole, and in pieces whose sizes follow from the bytes, give the same messages and end the
 * same way; a cleared stream reads again. Checksums are repaired after most mutations, else nothing but them would be
 * tested. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aws/eventstream.h"
#include "base/crc.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t len, size_t room, unsigned seed);
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *bytes, size_t len, size_t room);

enum { MESSAGE_MAX = 2048, OVERHEAD = 16 };

struct digest {
    size_t messages;
    uint32_t crc;
    weir_status status;
};

static weir_status visit(const struct eventstream_message *message, void *user)
{
    struct digest *digest = user;
    const struct slice parts[] = {message->message_type, message->event_type, message->content_type,
                                  message->error_message, message->payload};
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        if (!parts[k].at || parts[k].len > MESSAGE_MAX - OVERHEAD)
            abort();
        digest->crc = crc32_of(digest->crc, &parts[k].len, sizeof parts[k].len);
        digest->crc = crc32_of(digest->crc, parts[k].at, parts[k].len);
    }
    digest->messages++;
    return WEIR_OK;
}

/* Pieces of at most `most` bytes, each an exact copy, so that a read beyond it is seen. */
static struct digest run(struct eventstream *stream, const uint8_t *bytes, size_t len, size_t most, uint32_t seed)
{
    struct digest digest = {.status = WEIR_OK};
    weir_error err = {0};
    eventstream_clear(stream);
    for (size_t at = 0, size; at < len && digest.status == WEIR_OK; at += size) {
        seed = seed * 1664525u + 1013904223u;
        size = 1 + (seed >> 8) % most;
        if (size > len - at || most >= len)
            size = len - at;
        uint8_t *piece = malloc(size);
        if (!piece)
            abort();
        memcpy(piece, bytes + at, size);
        digest.status = eventstream_feed(stream, piece, size, visit, &digest, &err);
        free(piece);
    }
    if ((digest.status != WEIR_OK) != (*err.text != '\0'))
        abort();
    if (digest.status != WEIR_OK && eventstream_feed(stream, bytes, len, visit, &digest, NULL) != digest.status)
        abort();
    return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const size_t most[] = {1, 7, 64, 700};
    struct eventstream *stream = eventstream_new(MESSAGE_MAX);
    if (!stream)
        abort();
    uint32_t seed = crc32_of(0, bytes, len);
    struct digest whole = len ? run(stream, bytes, len, len, 0) : (struct digest){.status = WEIR_OK};
    if (whole.status != WEIR_OK && whole.status != WEIR_E_DATA && whole.status != WEIR_E_LIMIT)
        abort();
    struct digest pieces = run(stream, bytes, len, len < 200 ? 1 : most[seed % 4], seed);
    if (pieces.messages != whole.messages || pieces.crc != whole.crc || pieces.status != whole.status)
        abort();
    eventstream_free(stream);
    return 0;
}

/* ---- mutations that get past the checksums ---- */

static uint32_t read_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void write_u32(uint8_t *at, uint32_t value)
{
    for (int k = 0; k < 4; k++)
        at[k] = (uint8_t)(value >> (24 - 8 * k));
}

/* Both checksums of each message, as far as lengths lead from one to the next. */
static void repair(uint8_t *bytes, size_t len)
{
    for (size_t at = 0; len - at >= OVERHEAD;) {
        size_t total = read_u32(bytes + at);
        write_u32(bytes + at + 8, crc32_of(0, bytes + at, 8));
        if (total < OVERHEAD || total > len - at)
            return;
        write_u32(bytes + at + total - 4, crc32_of(0, bytes + at, total - 4));
        at += total;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t len, size_t room, unsigned seed)
{
    if (!LLVMFuzzerMutate)
        return len;
    len = LLVMFuzzerMutate(bytes, len, room);
    /* A message's length that fits what is there, or lengths of headers around it. */
    if (len >= OVERHEAD && len <= MESSAGE_MAX && seed % 8 == 1)
        write_u32(bytes, (uint32_t)len);
    if (len >= OVERHEAD && seed % 8 == 2)
        write_u32(bytes + 4, read_u32(bytes) - OVERHEAD - 2 + seed / 8 % 5);
    if (seed % 8)
        repair(bytes, len);
    return len;
}
