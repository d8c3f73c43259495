/* fz_sanitize.c - base/safe: the filter between outside text and terminals. The first two bytes choose
 * the buffer's size. Held: nothing that drives a terminal comes out, idempotence, the bound, a cut that
 * is a beginning and "…". */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "weir/safe.h"

#define TEXT_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(int held, const char *what)
{
    if (!held) {
        fprintf(stderr, "does not hold: %s\n", what);
        abort();
    }
}

/* Strict and independent of the code under test: the length of one UTF-8 character, 0 if it is none. */
static size_t char_len(const uint8_t *at, uint32_t *code)
{
    size_t n = at[0] < 0x80 ? 1 : at[0] >> 5 == 6 ? 2 : at[0] >> 4 == 14 ? 3 : at[0] >> 3 == 30 ? 4 : 0;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (n == 0)
        return 0;
    *code = n == 1 ? at[0] : at[0] & (0xffu >> (n + 1));
    for (size_t k = 1; k < n; k++) {
        if ((at[k] & 0xC0) != 0x80)
            return 0;
        *code = *code << 6 | (at[k] & 0x3f);
    }
    return *code >= least[n] && *code <= 0x10ffff && !(*code >= 0xd800 && *code <= 0xdfff) ? n : 0;
}

static int is_format_character(uint32_t c)
{
    return c == 0xad || (c >= 0x600 && c <= 0x605) || c == 0x61c || c == 0x6dd || c == 0x180e ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
           c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe000 && c <= 0xf8ff) || c >= 0xe01f0;
}

static void check_safe(const char *text)
{
    const uint8_t *at = (const uint8_t *)text;
    while (*at) {
        uint32_t code = 0;
        size_t n = char_len(at, &code);
        check(n > 0, "the result is UTF-8");
        check(code >= 0x20 && code != 0x7f && !(code >= 0x80 && code < 0xa0), "no control character");
        check(!is_format_character(code), "no format character");
        at += n;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static char large[TEXT_MAX * 4 + 1], again[TEXT_MAX * 4 + 1], small[TEXT_MAX];
    if (len < 2 || len > TEXT_MAX)
        return 0;
    size_t size = 4 + ((size_t)bytes[0] << 8 | bytes[1]) % (TEXT_MAX - 4);
    bytes += 2;
    len -= 2;
    weir_sanitize(bytes, len, large, sizeof large);
    size_t full = strlen(large);
    check_safe(large);
    weir_sanitize(large, full, again, sizeof again);
    check(strcmp(large, again) == 0, "idempotent");

    weir_sanitize(bytes, len, small, size);
    size_t n = strlen(small);
    check_safe(small);
    if (full < size) {
        check(strcmp(small, large) == 0, "what fits is whole");
    } else {
        check(n >= 3 && n < size && strcmp(small + n - 3, "\xE2\x80\xA6") == 0, "a cut ends in an ellipsis");
        check(memcmp(small, large, n - 3) == 0, "a cut is a beginning");
    }

    char *heap = weir_sanitize_new(bytes, len, size);
    check(heap && strlen(heap) <= size && (full > size || strcmp(heap, large) == 0), "the heap form is the same");
    free(heap);
    return 0;
}
