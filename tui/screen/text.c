/* text.c - widths and cuts of safe text, in cells.
 * Leaves to the sanitiser what may be in the text at all. A combining mark without a character before it
 * counts as a character of its own, one cell wide, so that every step moves on by at least a cell. */
#include "screen/text.h"

#include <langinfo.h>
#include <string.h>

#include <utf8proc.h>

#define CODEPOINT_MAX       0x10ffff
#define CODEPOINT_MAX_BYTES 4

size_t text_decode(const void *bytes, size_t len, uint32_t *codepoint)
{
    utf8proc_int32_t decoded;
    size_t most = len < CODEPOINT_MAX_BYTES ? len : CODEPOINT_MAX_BYTES;
    utf8proc_ssize_t n = utf8proc_iterate(bytes, (utf8proc_ssize_t)most, &decoded);
    if (n <= 0)
        return 0;
    *codepoint = (uint32_t)decoded;
    return (size_t)n;
}

size_t text_encode(uint32_t codepoint, char out[CODEPOINT_MAX_BYTES])
{
    if (codepoint > CODEPOINT_MAX || !utf8proc_codepoint_valid((utf8proc_int32_t)codepoint))
        return 0;
    return (size_t)utf8proc_encode_char((utf8proc_int32_t)codepoint, (utf8proc_uint8_t *)out);
}

/* Width of the code point at `at`, and its length. */
static int measure(const char *at, int *bytes)
{
    if ((unsigned char)*at < 0x80) {
        *bytes = 1;
        return 1;
    }
    uint32_t codepoint;
    size_t n = text_decode(at, strnlen(at, CODEPOINT_MAX_BYTES), &codepoint);
    *bytes = n ? (int)n : 1;
    return n ? utf8proc_charwidth((utf8proc_int32_t)codepoint) : 1;
}

int text_next(const char **at)
{
    if (!**at)
        return 0;
    int bytes;
    int width = measure(*at, &bytes);
    *at += bytes;
    while ((unsigned char)**at >= 0x80) {
        if (measure(*at, &bytes) > 0)
            break;
        *at += bytes;
    }
    return width > 0 ? width : 1;
}

bool text_is_mark(const char *text)
{
    int bytes;
    return *text && measure(text, &bytes) <= 0;
}

int text_width(weir_safe text)
{
    int width = 0;
    for (const char *at = text.text; *at;)
        width += text_next(&at);
    return width;
}

size_t text_fit(weir_safe text, int cells, int *used)
{
    const char *at = text.text;
    int total = 0;
    while (*at) {
        const char *next = at;
        int width = text_next(&next);
        if (total + width > cells)
            break;
        total += width;
        at = next;
    }
    if (used)
        *used = total;
    return (size_t)(at - text.text);
}

bool text_locale_is_utf8(void)
{
    const char *charset = nl_langinfo(CODESET);
    return !strcasecmp(charset, "UTF-8") || !strcasecmp(charset, "UTF8");
}
