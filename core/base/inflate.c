/* inflate.c - gzip members, one after the other. Between members only another member or zero padding
 * may stand (tapes and some copiers pad; gzip(1) takes that too). */
#include "base/inflate.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/limits.h"

#define WINDOW_GZIP (MAX_WBITS + 16)

struct inflate {
    z_stream z;
    bool in_member;
    bool padded; /* zero bytes seen behind a member: only more of them may follow */
    uint64_t in_bytes, out_bytes;
};

bool inflate_is_gzip(const void *bytes, size_t len)
{
    return len >= 3 && memcmp(bytes, "\x1f\x8b\x08", 3) == 0;
}

struct inflate *inflate_new(void)
{
    struct inflate *self = calloc(1, sizeof *self);
    if (!self)
        return NULL;
    if (inflateInit2(&self->z, WINDOW_GZIP) != Z_OK) {
        free(self);
        return NULL;
    }
    self->in_member = true;
    return self;
}

void inflate_free(struct inflate *self)
{
    if (!self)
        return;
    inflateEnd(&self->z);
    free(self);
}

static weir_status check_bomb(const struct inflate *self, weir_error *err)
{
    if (self->out_bytes <= GUNZIP_FREE_BYTES || self->out_bytes / GUNZIP_RATIO_MAX <= self->in_bytes)
        return WEIR_OK;
    return weir_fail(err, WEIR_E_LIMIT, 0, "gzip data expands more than %u times: looks like a bomb, stopped",
                     GUNZIP_RATIO_MAX);
}

/* Skips padding and opens the next member; returns the input bytes used. */
static size_t leave_member(struct inflate *self, const uint8_t *in, size_t len, weir_error *err, weir_status *status)
{
    size_t k = 0;
    while (k < len && in[k] == 0)
        k++;
    self->padded = self->padded || k > 0;
    if (k == len)
        return k;
    if (self->padded || in[k] != 0x1f) {
        *status = weir_fail(err, WEIR_E_DATA, 0, "trailing bytes behind the gzip data are ignored");
        return k;
    }
    inflateReset(&self->z);
    self->in_member = true;
    return k;
}

static weir_status run_member(struct inflate *self, const uint8_t *in, size_t *in_len, uint8_t *out, size_t *out_len,
                              weir_error *err)
{
    z_stream *z = &self->z;
    z->next_in = (Bytef *)(uintptr_t)in;
    z->avail_in = *in_len > UINT_MAX ? UINT_MAX : (uInt)*in_len;
    z->next_out = out;
    z->avail_out = *out_len > UINT_MAX ? UINT_MAX : (uInt)*out_len;
    int rc = inflate(z, Z_NO_FLUSH);
    *in_len = (size_t)(z->next_in - in);
    *out_len = (size_t)(z->next_out - out);
    if (rc == Z_STREAM_END) {
        self->in_member = false;
        return WEIR_OK;
    }
    if (rc == Z_OK || rc == Z_BUF_ERROR)
        return WEIR_OK;
    if (rc == Z_MEM_ERROR)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    return weir_fail(err, WEIR_E_DATA, 0, "damaged gzip data (%s)", z->msg ? z->msg : "unreadable");
}

weir_status inflate_run(struct inflate *self, const void *in, size_t *in_len, void *out, size_t *out_len,
                        weir_error *err)
{
    weir_status status = WEIR_OK;
    size_t used = 0, made = 0;
    while (status == WEIR_OK && made < *out_len) {
        const uint8_t *from = (const uint8_t *)in + used;
        if (!self->in_member) {
            if (used == *in_len)
                break;
            used += leave_member(self, from, *in_len - used, err, &status);
            continue;
        }
        size_t n_in = *in_len - used, n_out = *out_len - made;
        status = run_member(self, from, &n_in, (uint8_t *)out + made, &n_out, err);
        used += n_in;
        made += n_out;
        if (n_in == 0 && n_out == 0)
            break;
        self->in_bytes += n_in;
        self->out_bytes += n_out;
        if (status == WEIR_OK)
            status = check_bomb(self, err);
    }
    *in_len = used;
    *out_len = made;
    return status;
}

weir_status inflate_end(struct inflate *self, weir_error *err)
{
    if (!self->in_member)
        return WEIR_OK;
    return weir_fail(err, WEIR_E_DATA, 0, "gzip data is cut off");
}
