/* buf.c - growable bytes with a cap. Doubles, so that appending is linear in all. */
#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 256

void buf_init(struct buf *buf, size_t max_bytes)
{
    *buf = (struct buf){.max = max_bytes};
}

void buf_done(struct buf *buf)
{
    free(buf->bytes);
    *buf = (struct buf){.max = buf->max};
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
}

weir_status buf_reserve(struct buf *buf, size_t more)
{
    if (more > buf->max - buf->len)
        return WEIR_E_LIMIT;
    size_t need = buf->len + more;
    if (need <= buf->room)
        return WEIR_OK;
    size_t room = buf->room > buf->max / 2 ? buf->max : buf->room * 2;
    if (room < FIRST_ROOM)
        room = FIRST_ROOM < buf->max ? FIRST_ROOM : buf->max;
    if (room < need)
        room = need;
    char *bytes = realloc(buf->bytes, room);
    if (!bytes)
        return WEIR_E_NOMEM;
    buf->bytes = bytes;
    buf->room = room;
    return WEIR_OK;
}

weir_status buf_append(struct buf *buf, const void *bytes, size_t len)
{
    if (len == 0)
        return WEIR_OK;
    weir_status status = buf_reserve(buf, len);
    if (status != WEIR_OK)
        return status;
    memcpy(buf->bytes + buf->len, bytes, len);
    buf->len += len;
    return WEIR_OK;
}
