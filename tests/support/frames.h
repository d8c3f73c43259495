/* frames.h - event-stream messages made by hand, right or wrong on purpose; and a digest of what comes out. */
#ifndef WEIR_SUPPORT_FRAMES_H
#define WEIR_SUPPORT_FRAMES_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aws/eventstream.h"
#include "base/crc.h"

enum { FRAME_MAX = 256 * 1024 };

struct frame {
    size_t len;
    uint8_t at[FRAME_MAX];
};

static inline void frame_put(struct frame *frame, const void *bytes, size_t len)
{
    if (len > sizeof frame->at - frame->len)
        abort();
    if (len)
        memcpy(frame->at + frame->len, bytes, len);
    frame->len += len;
}

static inline void frame_u32(uint8_t *at, uint32_t value)
{
    for (int k = 0; k < 4; k++)
        at[k] = (uint8_t)(value >> (24 - 8 * k));
}

/* Both checksums of a whole message, so that it is wrong only where a test wants it. */
static inline void frame_repair(uint8_t *at, size_t len)
{
    frame_u32(at + 8, crc32_of(0, at, 8));
    frame_u32(at + len - 4, crc32_of(0, at, len - 4));
}

/* A header of any type with the raw bytes of its value. */
static inline void frame_header(struct frame *headers, const char *name, int type, const void *value, size_t len)
{
    const uint8_t name_len = (uint8_t)strlen(name), kind = (uint8_t)type;
    frame_put(headers, &name_len, 1);
    frame_put(headers, name, name_len);
    frame_put(headers, &kind, 1);
    frame_put(headers, value, len);
}

static inline void frame_text(struct frame *headers, const char *name, const char *text)
{
    uint8_t value[2 + 1024];
    size_t len = strlen(text);
    if (len > 1024)
        abort();
    value[0] = (uint8_t)(len >> 8);
    value[1] = (uint8_t)len;
    memcpy(value + 2, text, len);
    frame_header(headers, name, 7, value, len + 2);
}

/* Appends a whole message. */
static inline void frame_message(struct frame *out, const struct frame *headers, const void *payload, size_t len)
{
    size_t from = out->len, total = 16 + headers->len + len;
    uint8_t prelude[12] = {0}, end[4] = {0};
    frame_u32(prelude, (uint32_t)total);
    frame_u32(prelude + 4, (uint32_t)headers->len);
    frame_put(out, prelude, sizeof prelude);
    frame_put(out, headers->at, headers->len);
    frame_put(out, payload, len);
    frame_put(out, end, sizeof end);
    frame_repair(out->at + from, total);
}

/* What a stream said: a running checksum over all parts of all messages. */
struct frame_digest {
    size_t messages;
    uint32_t crc;
};

static inline weir_status frame_visit(const struct eventstream_message *message, void *user)
{
    struct frame_digest *digest = user;
    const struct slice parts[] = {message->message_type, message->event_type, message->content_type,
                                  message->error_message, message->payload};
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        digest->crc = crc32_of(digest->crc, &parts[k].len, sizeof parts[k].len);
        digest->crc = crc32_of(digest->crc, parts[k].at, parts[k].len);
    }
    digest->messages++;
    return WEIR_OK;
}

#endif
