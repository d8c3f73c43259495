/* fz_inflate.c - base/inflate: gzip members. The first byte chooses how the rest is cut into calls. Held:
 * cutting changes neither the output nor how it ends, and the output stays below the bomb's bound. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/inflate.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct result {
    weir_status status;
    uint64_t hash, n;
};

static void check(int held, const char *what)
{
    if (!held) {
        fprintf(stderr, "does not hold: %s\n", what);
        abort();
    }
}

static struct result run(const uint8_t *bytes, size_t len, size_t piece, size_t room)
{
    struct inflate *inflate = inflate_new();
    struct result result = {.hash = 14695981039346656037u};
    uint8_t *out = malloc(room);
    bool full = false;
    while ((len > 0 || full) && result.status == WEIR_OK) {
        size_t n_in = piece < len ? piece : len, n_out = room;
        result.status = inflate_run(inflate, bytes, &n_in, out, &n_out, NULL);
        for (size_t k = 0; k < n_out; k++)
            result.hash = (result.hash ^ out[k]) * 0x100000001b3u;
        result.n += n_out;
        full = n_out == room;
        check(n_in > 0 || n_out > 0 || len == 0 || result.status != WEIR_OK, "a call makes progress");
        bytes += n_in;
        len -= n_in;
    }
    if (result.status == WEIR_OK)
        result.status = inflate_end(inflate, NULL);
    inflate_free(inflate);
    free(out);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (len < 1)
        return 0;
    struct result whole = run(bytes + 1, len - 1, SIZE_MAX, 65536);
    struct result pieces = run(bytes + 1, len - 1, 1 + bytes[0] % 61, 1 + bytes[0] * 7u);
    check(whole.n <= (uint64_t)GUNZIP_FREE_BYTES + (uint64_t)GUNZIP_RATIO_MAX * len + 65536, "a bomb is stopped");
    if (whole.status != WEIR_E_LIMIT && pieces.status != WEIR_E_LIMIT) {
        check(whole.status == pieces.status, "cutting changes no status");
        check(whole.n == pieces.n && whole.hash == pieces.hash, "cutting changes no byte");
    }
    return 0;
}
