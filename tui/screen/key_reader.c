/* key_reader.c - the key decoder.
 * Esc followed at once by a character is two keys: over a slow line two presses arrive together, and a lost
 * key is worse than an Alt that is not understood. In a paste only its end is a sequence; all else is text. */
#include "screen/key_reader.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "screen/scope.h"
#include "screen/text.h"

#define ESC              0x1b
#define DEL              0x7f
#define STRING_MAX_BYTES 1024 /* of a reply such as OSC; what is longer was no reply */
#define CSI_MAX_BYTES    64
#define WHEEL_KEYS       3
#define PASTE_END        "\033[201~"

/* CSI or SS3 and this final byte. */
static const struct {
    char final;
    key k;
} letters[] = {
    {'A', K_UP}, {'B', K_DOWN}, {'C', K_RIGHT}, {'D', K_LEFT}, {'H', K_HOME},      {'F', K_END},
    {'P', K_F1}, {'Q', K_F2},   {'R', K_F3},    {'S', K_F4},   {'Z', K_SHIFT_TAB}, {'M', K_ENTER},
};

/* CSI number ~ */
static const struct {
    int number;
    key k;
} numbers[] = {
    {1, K_HOME}, {3, K_DELETE}, {4, K_END},  {5, K_PGUP}, {6, K_PGDN}, {7, K_HOME},          {8, K_END},
    {11, K_F1},  {12, K_F2},    {13, K_F3},  {14, K_F4},  {15, K_F5},  {17, K_F6},           {18, K_F7},
    {19, K_F8},  {20, K_F9},    {21, K_F10}, {23, K_F11}, {24, K_F12}, {200, K_PASTE_BEGIN}, {201, K_PASTE_END},
};

void key_reader_init(struct key_reader *reader, int fd)
{
    memset(reader, 0, sizeof *reader);
    reader->fd = fd;
}

static key find_letter(char final)
{
    for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
        if (letters[i].final == final)
            return letters[i].k;
    return K_NONE;
}

static key find_number(int number)
{
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
        if (numbers[i].number == number)
            return numbers[i].k;
    return K_NONE;
}

static int leading_number(const unsigned char *at, const unsigned char *end)
{
    int number = 0;
    for (; at < end && *at >= '0' && *at <= '9' && number < 10000; at++)
        number = number * 10 + (*at - '0');
    return number;
}

/* SGR mouse: CSI < button ; x ; y M. Only the wheel means something. */
static key mouse_key(struct key_reader *reader, int button)
{
    if (!reader->is_mouse || (button != 64 && button != 65))
        return K_NONE;
    key k = button == 64 ? K_UP : K_DOWN;
    for (size_t i = 0; i < WHEEL_KEYS - 1; i++)
        reader->next[i] = k;
    reader->next_count = WHEEL_KEYS - 1;
    return k;
}

/* bytes = ESC [ … */
static size_t decode_csi(struct key_reader *reader, const unsigned char *bytes, size_t len, key *out)
{
    size_t i = 2;
    if (i < len && bytes[i] == '[') { /* linux console: ESC [ [ A is F1 */
        if (len < 4)
            return 0;
        *out = bytes[3] >= 'A' && bytes[3] <= 'E' ? (key)(K_F1 + (bytes[3] - 'A')) : K_NONE;
        return 4;
    }
    if (i < len && bytes[i] == 'M') /* X10 mouse: three more bytes */
        return len < 6 ? 0 : 6;
    while (i < len && i < CSI_MAX_BYTES && bytes[i] >= 0x20 && bytes[i] <= 0x3f)
        i++;
    if (i == len)
        return 0;
    if (bytes[i] < 0x40 || bytes[i] > 0x7e) /* not a sequence after all; what stopped it is read anew */
        return i;
    if (bytes[2] == '<')
        *out = bytes[i] == 'M' ? mouse_key(reader, leading_number(bytes + 3, bytes + i)) : K_NONE;
    else if (bytes[2] == '?' || bytes[2] == '>' || bytes[2] == '=') /* a reply of the terminal */
        *out = K_NONE;
    else if (bytes[i] == '~')
        *out = find_number(leading_number(bytes + 2, bytes + i));
    else if (bytes[i] == 'R' && memchr(bytes, ';', i) && bytes[2] != '1') /* cursor position, not F3 */
        *out = K_NONE;
    else
        *out = find_letter((char)bytes[i]);
    return i + 1;
}

/* bytes = ESC and one of ] P _ ^ X: a string up to BEL or ESC \ */
static size_t decode_string(const unsigned char *bytes, size_t len)
{
    for (size_t i = 2; i < len; i++) {
        if (bytes[i] == '\a')
            return i + 1;
        if (bytes[i] == ESC && i + 1 < len)
            return bytes[i + 1] == '\\' ? i + 2 : i;
        if (i > STRING_MAX_BYTES)
            return 2;
    }
    return 0;
}

static size_t decode_escape(struct key_reader *reader, const unsigned char *bytes, size_t len, bool is_final, key *out)
{
    size_t taken = 0;
    *out = K_NONE;
    if (len >= 2) {
        if (bytes[1] == '[') {
            taken = decode_csi(reader, bytes, len, out);
        } else if (bytes[1] == 'O') {
            if (len >= 3) {
                *out = find_letter((char)bytes[2]);
                taken = *out ? 3 : 1;
            }
        } else if (strchr("]P_^X", bytes[1]) && bytes[1]) {
            taken = decode_string(bytes, len);
        } else {
            taken = 1;
        }
    }
    if (!taken && is_final)
        taken = 1;
    if (taken == 1)
        *out = K_ESC;
    return taken;
}

/* Between the paste's ends: text, with Enter and Tab; other control characters are left out. */
static size_t decode_paste(struct key_reader *reader, const unsigned char *bytes, size_t len, bool is_final, key *out)
{
    const size_t end_len = sizeof PASTE_END - 1;
    size_t common = len < end_len ? len : end_len;
    *out = K_NONE;
    if (memcmp(bytes, PASTE_END, common) != 0)
        return 1;
    if (common < end_len && !is_final)
        return 0;
    reader->in_paste = false;
    *out = K_PASTE_END;
    if (common == end_len)
        return end_len;
    if (common == 1) { /* a lone Esc: someone wants out of a paste that does not end */
        reader->next[0] = K_ESC;
        reader->next_count = 1;
    }
    return common;
}

static size_t decode_character(const unsigned char *bytes, size_t len, bool is_final, key *out)
{
    uint32_t codepoint;
    size_t n = text_decode(bytes, len, &codepoint);
    *out = n && codepoint >= 0xa0 ? codepoint : K_NONE; /* below are the C1 controls */
    if (n)
        return n;
    size_t wanted = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : bytes[0] >= 0xc2 ? 2 : 1;
    bool is_unfinished = len < wanted && bytes[0] < 0xf5;
    for (size_t i = 1; i < len && is_unfinished; i++)
        is_unfinished = (bytes[i] & 0xc0) == 0x80;
    return is_unfinished && !is_final ? 0 : 1;
}

size_t key_decode(struct key_reader *reader, const unsigned char *bytes, size_t len, bool is_final, key *out)
{
    unsigned char first = bytes[0];
    *out = K_NONE;
    if (first >= 0x80)
        return decode_character(bytes, len, is_final, out);
    if (first == ESC) {
        size_t taken = reader->in_paste ? decode_paste(reader, bytes, len, is_final, out)
                                        : decode_escape(reader, bytes, len, is_final, out);
        if (*out == K_PASTE_BEGIN)
            reader->in_paste = true;
        return taken;
    }
    if (first == '\r' || first == '\n')
        *out = K_ENTER;
    else if ((first == DEL || first == '\b') && !reader->in_paste)
        *out = K_BACKSPACE;
    else if (first == '\t' || (first >= ' ' && first < DEL) || !reader->in_paste)
        *out = first;
    return 1;
}

/* Reads what is there within `timeout_ms`; false if that is nothing. */
static bool fill(struct key_reader *reader, int timeout_ms)
{
    memmove(reader->bytes, reader->bytes + reader->at, reader->len - reader->at);
    reader->len -= reader->at;
    reader->at = 0;
    struct pollfd poller = {.fd = reader->fd, .events = POLLIN};
    int ready = poll(&poller, 1, timeout_ms);
    if (ready <= 0)
        return false;
    if (poller.revents & POLLIN) {
        ssize_t n = read(reader->fd, reader->bytes + reader->len, sizeof reader->bytes - reader->len);
        if (n > 0) {
            reader->len += (size_t)n;
            return true;
        }
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            return false;
    }
    reader->is_hung = true;
    return false;
}

key key_reader_next(struct key_reader *reader)
{
    if (reader->next_count > 0)
        return reader->next[--reader->next_count];
    for (;;) {
        if (reader->at == reader->len && !fill(reader, 0))
            return reader->is_hung ? K_HANGUP : K_NONE;
        key k;
        size_t left = reader->len - reader->at;
        size_t taken = key_decode(reader, reader->bytes + reader->at, left, false, &k);
        if (!taken && !fill(reader, KEY_ESCAPE_MS))
            taken = key_decode(reader, reader->bytes + reader->at, left, true, &k);
        reader->at += taken;
        if (k != K_NONE && taken)
            return k;
    }
}
