/* eventstream.c - see eventstream.h. A message that lies whole in the bytes given is read where it lies; only the rest
 * of a piece is kept, so each byte is copied at most once. Every turn of the loop takes at least one byte. */
#include "aws/eventstream.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/crc.h"

enum {
    PRELUDE_BYTES = 12,
    CRC_BYTES = 4,
    OVERHEAD_BYTES = PRELUDE_BYTES + CRC_BYTES,
    HEADERS_MAX_BYTES = 128 * 1024, /* the format's own limit */
};

struct eventstream {
    struct buf kept;   /* the beginning of a message */
    size_t kept_total; /* how long it will be, 0 = its prelude is not whole */
    size_t max;
    weir_status broken; /* not WEIR_OK: where messages begin is not known any more */
};

struct eventstream *eventstream_new(size_t max_message_bytes)
{
    struct eventstream *stream = calloc(1, sizeof *stream);
    if (stream) {
        stream->max = max_message_bytes;
        buf_init(&stream->kept, max_message_bytes > OVERHEAD_BYTES ? max_message_bytes : OVERHEAD_BYTES);
    }
    return stream;
}

void eventstream_free(struct eventstream *stream)
{
    if (stream)
        buf_done(&stream->kept);
    free(stream);
}

static void forget(struct eventstream *stream)
{
    buf_clear(&stream->kept);
    stream->kept_total = 0;
}

void eventstream_clear(struct eventstream *stream)
{
    forget(stream);
    stream->broken = WEIR_OK;
}

static uint32_t read_u16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t read_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* ---- headers ---- */

enum name { MESSAGE_TYPE, EVENT_TYPE, EXCEPTION_TYPE, ERROR_CODE, CONTENT_TYPE, ERROR_MESSAGE, NAMES };
static const char *const names[NAMES] = {":message-type", ":event-type",   ":exception-type",
                                         ":error-code",   ":content-type", ":error-message"};

/* Bytes of a value by its type; texts and bytes have a length of two bytes in front. */
enum { TYPE_BYTES = 6, TYPE_TEXT = 7, TYPES = 10 };
static const uint8_t value_bytes[TYPES] = {0, 0, 1, 2, 4, 8, 2, 2, 8, 16};

struct header {
    struct slice name, value;
    uint8_t type;
};

/* The first header of *rest, which is then what is behind it. */
static weir_status next_header(struct slice *rest, struct header *out, weir_error *err)
{
    const uint8_t *at = (const uint8_t *)rest->at;
    size_t name_len = at[0];
    if (name_len == 0 || rest->len < 1 + name_len + 1)
        return weir_fail(err, WEIR_E_DATA, 0, "an event stream is damaged: a header's name");
    out->name = (struct slice){rest->at + 1, name_len};
    out->type = at[1 + name_len];
    size_t used = 1 + name_len + 1, left = rest->len - used;
    if (out->type >= TYPES)
        return weir_fail(err, WEIR_E_DATA, 0, "an event stream is damaged: a header of type %d", out->type);
    size_t len = value_bytes[out->type];
    if (len <= left && (out->type == TYPE_TEXT || out->type == TYPE_BYTES)) {
        len = read_u16(at + used);
        used += 2;
        left -= 2;
    }
    if (len > left)
        return weir_fail(err, WEIR_E_DATA, 0,
                         "an event stream is damaged: a header's value is longer than the headers");
    out->value = (struct slice){rest->at + used, len};
    *rest = (struct slice){rest->at + used + len, left - len};
    return WEIR_OK;
}

static weir_status take_header(const struct header *header, struct slice known[NAMES], weir_error *err)
{
    for (size_t k = 0; k < NAMES; k++)
        if (slice_is(header->name, slice_of(names[k]))) {
            if (known[k].at)
                return weir_fail(err, WEIR_E_DATA, 0, "an event stream is damaged: %s is there twice", names[k]);
            if (header->type == TYPE_TEXT)
                known[k] = header->value;
        }
    return WEIR_OK;
}

static weir_status read_headers(struct slice rest, struct eventstream_message *out, weir_error *err)
{
    struct slice known[NAMES] = {0};
    while (rest.len) {
        struct header header = {0};
        weir_status status = next_header(&rest, &header, err);
        if (status == WEIR_OK)
            status = take_header(&header, known, err);
        if (status != WEIR_OK)
            return status;
    }
    for (size_t k = 0; k < NAMES; k++)
        if (!known[k].at)
            known[k] = SLICE("");
    enum name kind = slice_is(known[MESSAGE_TYPE], SLICE("exception")) ? EXCEPTION_TYPE
                     : slice_is(known[MESSAGE_TYPE], SLICE("error"))   ? ERROR_CODE
                                                                       : EVENT_TYPE;
    out->message_type = known[MESSAGE_TYPE];
    out->event_type = known[kind];
    out->content_type = known[CONTENT_TYPE];
    out->error_message = known[ERROR_MESSAGE];
    return WEIR_OK;
}

/* ---- messages ---- */

/* The length of the message that begins with this prelude. */
static weir_status read_prelude(const struct eventstream *stream, const uint8_t *at, size_t *total, weir_error *err)
{
    uint32_t len = read_u32(at), headers = read_u32(at + 4);
    if (crc32_of(0, at, 8) != read_u32(at + 8))
        return weir_fail(err, WEIR_E_DATA, 0,
                         "an event stream is damaged: the checksum of a message's lengths is wrong");
    if (len < OVERHEAD_BYTES || headers > len - OVERHEAD_BYTES || headers > HEADERS_MAX_BYTES)
        return weir_fail(err, WEIR_E_DATA, 0, "an event stream is damaged: %u bytes with %u bytes of headers", len,
                         headers);
    if (len > stream->max)
        return weir_fail(err, WEIR_E_LIMIT, 0, "an event stream has a message of %u bytes, at most %zu are taken", len,
                         stream->max);
    *total = len;
    return WEIR_OK;
}

static weir_status read_message(const uint8_t *at, size_t total, struct eventstream_message *out, weir_error *err)
{
    size_t headers = read_u32(at + 4);
    if (crc32_of(0, at, total - CRC_BYTES) != read_u32(at + total - CRC_BYTES))
        return weir_fail(err, WEIR_E_DATA, 0, "an event stream is damaged: the checksum of a message is wrong");
    const char *from = (const char *)at + PRELUDE_BYTES;
    out->payload = (struct slice){from + headers, total - OVERHEAD_BYTES - headers};
    return read_headers((struct slice){from, headers}, out, err);
}

/* Keeps bytes until there are `want`; what is kept is never more than one message. */
static weir_status keep(struct eventstream *stream, struct slice *rest, size_t want, weir_error *err)
{
    size_t more = want - stream->kept.len < rest->len ? want - stream->kept.len : rest->len;
    weir_status status = buf_append(&stream->kept, rest->at, more);
    if (status == WEIR_OK)
        *rest = (struct slice){rest->at + more, rest->len - more};
    else
        weir_fail(err, status, 0, "out of memory");
    return status;
}

/* Takes the beginning of a message in, as far as its lengths and, once they are known, as far as it goes. */
static weir_status keep_on(struct eventstream *stream, struct slice *rest, weir_error *err)
{
    weir_status status = WEIR_OK;
    if (stream->kept_total == 0) {
        status = keep(stream, rest, PRELUDE_BYTES, err);
        if (status == WEIR_OK && stream->kept.len == PRELUDE_BYTES)
            status = read_prelude(stream, (const uint8_t *)stream->kept.bytes, &stream->kept_total, err);
    }
    if (status == WEIR_OK && stream->kept_total > 0)
        status = keep(stream, rest, stream->kept_total, err);
    return status;
}

/* The next whole message, in the bytes given or in what is kept; *message stays NULL while there is none. */
static weir_status next_message(struct eventstream *stream, struct slice *rest, const uint8_t **message, size_t *total,
                                weir_error *err)
{
    weir_status status;
    if (stream->kept.len == 0 && rest->len >= PRELUDE_BYTES) {
        status = read_prelude(stream, (const uint8_t *)rest->at, total, err);
        if (status != WEIR_OK)
            return status;
        if (rest->len >= *total) {
            *message = (const uint8_t *)rest->at;
            *rest = (struct slice){rest->at + *total, rest->len - *total};
            return WEIR_OK;
        }
    }
    status = keep_on(stream, rest, err);
    *total = stream->kept_total;
    if (status == WEIR_OK && *total > 0 && stream->kept.len == *total)
        *message = (const uint8_t *)stream->kept.bytes;
    return status;
}

weir_status eventstream_feed(struct eventstream *stream, const void *bytes, size_t len,
                             weir_status (*visit)(const struct eventstream_message *message, void *user), void *user,
                             weir_error *err)
{
    struct slice rest = {bytes, len};
    if (stream->broken != WEIR_OK)
        return weir_fail(err, stream->broken, 0, "an event stream was damaged before: connect again");
    while (rest.len) {
        const uint8_t *message = NULL;
        size_t total = 0;
        struct eventstream_message out = {0};
        weir_status status = next_message(stream, &rest, &message, &total, err);
        if (status == WEIR_OK && message)
            status = read_message(message, total, &out, err);
        if (status == WEIR_OK && message)
            status = visit(&out, user);
        if (message)
            forget(stream);
        if (status != WEIR_OK)
            return stream->broken = status;
    }
    return WEIR_OK;
}
