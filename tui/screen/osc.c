/* osc.c - the clipboard sequence, and desktop notices. The text is base64, so nothing in it can end the sequence early.
 */
#include "screen/osc.h"

#include <string.h>

#define FRAME_BYTES 32

static size_t base64(const unsigned char *bytes, size_t len, char *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = 0;
    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        unsigned group = (unsigned)bytes[i] << 16;
        group |= left > 1 ? (unsigned)bytes[i + 1] << 8 : 0;
        group |= left > 2 ? bytes[i + 2] : 0;
        out[n++] = letters[group >> 18];
        out[n++] = letters[group >> 12 & 63];
        out[n++] = '=';
        out[n++] = '=';
        if (left > 1)
            out[n - 2] = letters[group >> 6 & 63];
        if (left > 2)
            out[n - 1] = letters[group & 63];
    }
    return n;
}

static size_t add(char *out, size_t at, const char *text)
{
    size_t len = strlen(text);
    memcpy(out + at, text, len);
    return at + len;
}

size_t osc_clipboard_room(size_t len)
{
    size_t encoded = (len + 2) / 3 * 4;
    return encoded > OSC_CLIPBOARD_MAX_BYTES ? 0 : encoded + FRAME_BYTES;
}

size_t osc_clipboard(const char *text, size_t len, bool is_tmux, char *out)
{
    size_t n = add(out, 0, is_tmux ? "\033Ptmux;\033\033]52;c;" : "\033]52;c;");
    n += base64((const unsigned char *)text, len, out + n);
    return add(out, n, is_tmux ? "\033\033\\\033\\" : "\033\\");
}

static size_t add_sequence(char *out, size_t at, const char *sequence, bool is_tmux)
{
    at = add(out, at, is_tmux ? "\033Ptmux;\033" : "");
    at = add(out, at, sequence);
    return add(out, at, is_tmux ? "\033\033\\\033\\" : "\033\\");
}

size_t osc_notice(const char *text, bool is_tmux, char *out)
{
    enum { TEXT_MAX = 200 };
    char plain[TEXT_MAX + 1] = "", sequence[TEXT_MAX + 32];
    size_t n = 0;
    for (; *text && n < TEXT_MAX; text++)
        if (*text != ';' && (unsigned char)*text >= ' ')
            plain[n++] = *text;
    while (n && *text && ((unsigned char)plain[n - 1] & 0x80)) /* no half a character at the end */
        n--;
    plain[n] = '\0';
    size_t at = add(sequence, 0, "\033]9;");
    sequence[add(sequence, at, plain)] = '\0';
    size_t len = add_sequence(out, 0, sequence, is_tmux);
    at = add(sequence, 0, "\033]777;notify;weir;");
    sequence[add(sequence, at, plain)] = '\0';
    return add_sequence(out, len, sequence, is_tmux);
}
