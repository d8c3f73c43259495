/* eventstream.h - application/vnd.amazon.eventstream, incremental: bytes in any pieces, whole messages out.
 * docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html has the frame:
 *
 *   total u32 | headers u32 | CRC of these 8 | headers … | payload … | CRC of all before      (big-endian)
 *
 * The prelude's CRC is checked before its lengths are believed, the message's before it is handed out. */
#ifndef WEIR_AWS_EVENTSTREAM_H
#define WEIR_AWS_EVENTSTREAM_H

#include <stddef.h>

#include "base/slice.h"
#include "weir/status.h"

struct eventstream;

struct eventstream_message {
    struct slice message_type;  /* :message-type, "event", "exception" or "error" */
    struct slice event_type;    /* :event-type, :exception-type or :error-code */
    struct slice content_type;  /* :content-type */
    struct slice error_message; /* :error-message */
    struct slice payload;
};

struct eventstream *eventstream_new(size_t max_message_bytes);
void eventstream_free(struct eventstream *stream);  /* accepts NULL */
void eventstream_clear(struct eventstream *stream); /* a new connection */

/* Takes all of the bytes; calls visit for each whole message, whose slices end with the call. Not WEIR_OK from visit
 * ends it with that. WEIR_E_DATA: damaged, the connection is worth nothing any more (until eventstream_clear()).
 * WEIR_E_LIMIT: a message beyond max_message_bytes. */
weir_status eventstream_feed(struct eventstream *stream, const void *bytes, size_t len,
                             weir_status (*visit)(const struct eventstream_message *message, void *user), void *user,
                             weir_error *err);

#endif
