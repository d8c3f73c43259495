/* safe.c - the one filter between outside text and a terminal (weir/safe.h), and a door to utf8proc.
 * Works unit by unit: a unit is what one input character becomes, so a cut never splits "^[" or "<9B>". */
#include "weir/safe.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/scope.h"

#define MARKS_MAX     4
#define UNIT_MAX      12 /* "<U+10FFFF>" and its NUL */
#define EXPANSION_MAX 4  /* U+00AD: two bytes become "<U+00AD>"; nothing grows more */

static const char ellipsis[] = "\xE2\x80\xA6";
static const char replacement[] = "\xEF\xBF\xBD";

struct unit {
    const char *at;
    size_t len;
};

/* Length of the run of printable ASCII at the beginning. Eight bytes at a time: a byte below 0x20,
 * 0x7f or above 0x7f leaves its high bit set in one of the three terms. */
static size_t plain_run(const uint8_t *bytes, size_t len)
{
    const uint64_t ones = 0x0101010101010101u;
    const uint64_t high = 0x8080808080808080u;
    size_t k = 0;
    for (; k + 8 <= len; k += 8) {
        uint64_t word;
        memcpy(&word, bytes + k, sizeof word);
        uint64_t below = (word - ones * 0x20) & ~word;
        uint64_t above = word + ones;
        if ((below | above | word) & high)
            break;
    }
    while (k < len && bytes[k] >= 0x20 && bytes[k] < 0x7f)
        k++;
    return k;
}

/* Decodes one character. Returns its length, or the length of the maximal subpart of an ill-formed
 * sequence with *code = -1 (Unicode 3.9, table 3-7). */
static size_t next_char(const uint8_t *at, size_t len, int32_t *code)
{
    uint8_t lead = at[0];
    *code = -1;
    if (lead < 0x80) {
        *code = lead;
        return 1;
    }
    size_t need = lead >= 0xC2 && lead <= 0xDF ? 2 : (lead & 0xF0) == 0xE0 ? 3 : lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
    if (need == 0)
        return 1;
    uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    uint8_t top = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    int32_t value = lead & (0x7F >> need);
    for (size_t k = 1; k < need; k++) {
        if (k >= len || at[k] < low || at[k] > top)
            return k;
        value = value << 6 | (at[k] & 0x3F);
        low = 0x80;
        top = 0xBF;
    }
    *code = value;
    return need;
}

static bool is_mark(utf8proc_category_t category)
{
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ME;
}

static bool is_invisible(utf8proc_category_t category)
{
    return category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP ||
           category == UTF8PROC_CATEGORY_CN || category == UTF8PROC_CATEGORY_CO || category == UTF8PROC_CATEGORY_CS;
}

/* What the character at `at` becomes; *used is its length in the input. */
static struct unit next_unit(const uint8_t *at, size_t len, size_t *marks, char scratch[UNIT_MAX], size_t *used)
{
    int32_t code;
    *used = next_char(at, len, &code);
    if (code < 0) {
        *marks = 0;
        return (struct unit){replacement, sizeof replacement - 1};
    }
    if (code < 0x20 || code == 0x7f) {
        *marks = 0;
        scratch[0] = '^';
        scratch[1] = (char)(code ^ 0x40);
        return (struct unit){scratch, 2};
    }
    if (code < 0x7f) {
        *marks = 0;
        return (struct unit){(const char *)at, 1};
    }
    if (code < 0xA0) {
        *marks = 0;
        return (struct unit){scratch, (size_t)snprintf(scratch, UNIT_MAX, "<%02X>", (unsigned)code)};
    }
    utf8proc_category_t category = utf8proc_category(code);
    *marks = is_mark(category) ? *marks + 1 : 0;
    if (is_invisible(category) || *marks > MARKS_MAX)
        return (struct unit){scratch, (size_t)snprintf(scratch, UNIT_MAX, "<U+%04X>", (unsigned)code)};
    return (struct unit){(const char *)at, *used};
}

/* Longest cut of `out` that leaves room for the ellipsis. */
struct output {
    char *at;
    size_t size, len;
    size_t cut; /* end of the last unit after which the ellipsis still fits */
};

static bool put(struct output *out, struct unit unit)
{
    if (out->len + unit.len >= out->size)
        return false;
    memcpy(out->at + out->len, unit.at, unit.len);
    out->len += unit.len;
    if (out->len + sizeof ellipsis <= out->size)
        out->cut = out->len;
    return true;
}

/* A run of one-byte units: as much as fits. */
static bool put_plain(struct output *out, const uint8_t *bytes, size_t len)
{
    size_t room = out->size - 1 - out->len;
    size_t n = len < room ? len : room;
    memcpy(out->at + out->len, bytes, n);
    out->len += n;
    size_t last = out->size - sizeof ellipsis;
    if (out->len <= last)
        out->cut = out->len;
    else if (out->len - n <= last)
        out->cut = last;
    return n == len;
}

weir_safe weir_sanitize(const void *bytes, size_t len, char *buffer, size_t size)
{
    const uint8_t *in = bytes;
    struct output out = {.at = buffer, .size = size};
    char scratch[UNIT_MAX];
    size_t marks = 0;
    bool fits = true;
    for (size_t k = 0; k < len && fits;) {
        size_t run = plain_run(in + k, len - k < size ? len - k : size); /* no look beyond what can fit */
        if (run > 0) {
            fits = put_plain(&out, in + k, run);
            marks = 0;
            k += run;
            continue;
        }
        size_t used;
        fits = put(&out, next_unit(in + k, len - k, &marks, scratch, &used));
        k += used;
    }
    if (!fits) {
        memcpy(buffer + out.cut, ellipsis, sizeof ellipsis - 1);
        out.len = out.cut + sizeof ellipsis - 1;
    }
    buffer[out.len] = '\0';
    return (weir_safe){buffer};
}

weir_safe weir_safe_format(char *buffer, size_t size, const char *format, ...)
{
    char small[1024];
    AUTO(free_cleanup) char *large = NULL;
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int n = vsnprintf(small, sizeof small, format, arguments);
    size_t len = n < 0 ? 0 : (size_t)n;
    const char *text = small;
    if (len >= sizeof small) {
        large = malloc(len + 1);
        if (large) {
            vsnprintf(large, len + 1, format, again);
            text = large;
        } else {
            len = sizeof small - 1;
        }
    }
    va_end(again);
    va_end(arguments);
    return weir_sanitize(text, len, buffer, size);
}

char *weir_sanitize_new(const void *bytes, size_t len, size_t max)
{
    size_t most = plain_run(bytes, len) == len ? len : len > SIZE_MAX / EXPANSION_MAX ? max : len * EXPANSION_MAX;
    if (most > max)
        most = max;
    size_t size = most < sizeof ellipsis - 1 ? sizeof ellipsis : most + 1;
    char *text = malloc(size);
    if (!text)
        return NULL;
    weir_sanitize(bytes, len, text, size);
    char *fitted = realloc(text, strlen(text) + 1);
    return fitted ? fitted : text;
}
