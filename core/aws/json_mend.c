/* json_mend.c - see json_mend.h. */
#include "aws/json_mend.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A number with more digits than these has at least five letters: "null" fits in its place. */
enum { ESCAPE_BYTES = 6, DIGITS_MAX = 300, EXPONENT_DIGITS_MAX = 2 };

/* The length of the UTF-8 character there, 0 if it is none (Unicode, table 3-7). */
static size_t utf8_len(const char *text, size_t len)
{
    const uint8_t *at = (const uint8_t *)text;
    size_t need = at[0] < 0x80 ? 1 : at[0] >= 0xc2 && at[0] <= 0xdf ? 2 : (at[0] & 0xf0) == 0xe0 ? 3 : 4;
    uint8_t low = at[0] == 0xe0 ? 0xa0 : at[0] == 0xf0 ? 0x90 : 0x80;
    uint8_t top = at[0] == 0xed ? 0x9f : at[0] == 0xf4 ? 0x8f : 0xbf;
    if (need > len || (at[0] >= 0x80 && at[0] < 0xc2) || at[0] > 0xf4)
        return 0;
    for (size_t k = 1; k < need; k++) {
        if (at[k] < low || at[k] > top)
            return 0;
        low = 0x80;
        top = 0xbf;
    }
    return need;
}

/* The unit of "\uXXXX" there, -1 if there is none. */
static int32_t unit_of(const char *at, size_t len)
{
    int32_t unit = 0;
    if (len < ESCAPE_BYTES || at[0] != '\\' || at[1] != 'u')
        return -1;
    for (size_t k = 2; k < ESCAPE_BYTES; k++) {
        char c = at[k];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c - 'A' + 10;
        if (digit < 0 || digit > 15 || (c > '9' && c < 'A'))
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

/* How many bytes the escape there takes. */
static size_t mend_escape(char *at, size_t len)
{
    int32_t unit = unit_of(at, len);
    if (unit < 0)
        return len < 2 ? len : 2;
    bool is_high = unit >= 0xd800 && unit <= 0xdbff, is_low = unit >= 0xdc00 && unit <= 0xdfff;
    int32_t next = is_high ? unit_of(at + ESCAPE_BYTES, len - ESCAPE_BYTES) : -1;
    if (next >= 0xdc00 && next <= 0xdfff)
        return (size_t)2 * ESCAPE_BYTES;
    if (is_high || is_low)
        memcpy(at + 2, "fffd", 4);
    return ESCAPE_BYTES;
}

static void mend_name(char *at, const char *end)
{
    while (at < end) {
        size_t step = *at == '\\' ? 2 : 1;
        if (unit_of(at, (size_t)(end - at)) == 0)
            memcpy(at + 2, "fffd", 4);
        at += step;
    }
}

/* From behind the opening quote to behind the closing one. */
static char *mend_text(char *from, char *end)
{
    char *at = from;
    while (at < end && *at != '"') {
        size_t left = (size_t)(end - at), len = *at == '\\' ? mend_escape(at, left) : utf8_len(at, left);
        if (len == 0)
            *at = '?';
        else if ((unsigned char)*at < 0x20)
            *at = ' ';
        at += len ? len : 1;
    }
    if (at == end)
        return end;
    const char *behind = at + 1;
    while (behind < end && (*behind == ' ' || *behind == '\t' || *behind == '\n' || *behind == '\r'))
        behind++;
    if (behind < end && *behind == ':')
        mend_name(from, at);
    return at + 1;
}

static bool is_in_number(char c)
{
    return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E';
}

static char *mend_number(char *from, const char *end)
{
    char *at = from;
    size_t digits = 0;
    bool has_exponent = false;
    for (; at < end && is_in_number(*at); at++) {
        if (*at == 'e' || *at == 'E') {
            has_exponent = true;
            digits = 0;
        } else if ((*at >= '1' && *at <= '9') || (*at == '0' && digits > 0)) {
            digits++;
        }
        if (digits > (has_exponent ? EXPONENT_DIGITS_MAX : DIGITS_MAX)) {
            while (at < end && is_in_number(*at))
                at++;
            memset(from, ' ', (size_t)(at - from));
            memcpy(from, "null", 4);
            return at;
        }
    }
    return at;
}

void json_mend(char *bytes, size_t len)
{
    char *at = bytes, *end = bytes + len;
    while (at < end) {
        if (*at == '"')
            at = mend_text(at + 1, end);
        else if ((*at >= '0' && *at <= '9') || *at == '-')
            at = mend_number(at, end);
        else
            at++;
    }
}
