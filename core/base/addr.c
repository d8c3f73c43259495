/* addr.c - addresses as text and bits. Written out instead of inet_pton: that wants a terminated copy
 * of each address, and systems differ in what else they let pass. */
#include "base/addr.h"

#include <string.h>

#define GROUPS 8

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One octet at text[*at]; moves *at behind it. */
static bool take_octet(const char *text, size_t len, size_t *at, uint32_t *octet)
{
    size_t k = *at;
    uint32_t value = 0;
    while (k < len && k - *at < 3 && is_digit(text[k]))
        value = value * 10 + (uint32_t)(text[k++] - '0');
    if (k == *at || value > 255 || (text[*at] == '0' && k - *at > 1))
        return false;
    *at = k;
    *octet = value;
    return true;
}

bool addr_parse_v4(const char *text, size_t len, uint32_t *out)
{
    uint32_t value = 0, octet = 0;
    size_t at = 0;
    for (int k = 0; k < 4; k++) {
        if (k > 0 && (at >= len || text[at++] != '.'))
            return false;
        if (!take_octet(text, len, &at, &octet))
            return false;
        value = value << 8 | octet;
    }
    if (at != len)
        return false;
    *out = value;
    return true;
}

/* Up to four hexadecimal digits; returns how many there are. */
static size_t take_group(const char *text, size_t len, uint16_t *group)
{
    size_t k = 0;
    unsigned value = 0;
    while (k < len && k < 4) {
        int digit = hex_value(text[k]);
        if (digit < 0)
            break;
        value = value << 4 | (unsigned)digit;
        k++;
    }
    *group = (uint16_t)value;
    return k;
}

struct groups {
    uint16_t at[GROUPS];
    int n;
    int gap; /* where "::" stands, -1 = nowhere */
};

static bool take_v4_tail(const char *text, size_t len, struct groups *groups)
{
    uint32_t v4;
    if (groups->n > GROUPS - 2 || !addr_parse_v4(text, len, &v4))
        return false;
    groups->at[groups->n++] = (uint16_t)(v4 >> 16);
    groups->at[groups->n++] = (uint16_t)v4;
    return true;
}

static bool take_groups(const char *text, size_t len, struct groups *groups)
{
    size_t at = 0;
    if (len >= 2 && text[0] == ':' && text[1] == ':') {
        groups->gap = 0;
        at = 2;
    }
    while (at < len) {
        uint16_t group;
        size_t digits = take_group(text + at, len - at, &group);
        if (digits == 0)
            return false;
        if (at + digits < len && text[at + digits] == '.')
            return take_v4_tail(text + at, len - at, groups);
        if (groups->n == GROUPS)
            return false;
        groups->at[groups->n++] = group;
        at += digits;
        if (at == len)
            return true;
        if (text[at++] != ':' || at == len)
            return false;
        if (text[at] == ':') {
            if (groups->gap >= 0)
                return false;
            groups->gap = groups->n;
            at++;
        }
    }
    return true;
}

static bool parse_v6(const char *text, size_t len, weir_addr *out)
{
    struct groups groups = {.gap = -1};
    if (len < 2 || !take_groups(text, len, &groups))
        return false;
    if (groups.gap < 0 ? groups.n != GROUPS : groups.n > GROUPS - 1)
        return false;
    *out = (weir_addr){.family = 6};
    int before = groups.gap < 0 ? GROUPS : groups.gap;
    int skipped = GROUPS - groups.n;
    for (int k = 0; k < groups.n; k++) {
        int to = k < before ? k : k + skipped;
        out->bytes[to * 2] = (uint8_t)(groups.at[k] >> 8);
        out->bytes[to * 2 + 1] = (uint8_t)groups.at[k];
    }
    return true;
}

bool addr_parse(const char *text, size_t len, weir_addr *out)
{
    uint32_t v4;
    if (addr_parse_v4(text, len, &v4)) {
        *out = addr_from_v4(v4);
        return true;
    }
    return len < ADDR_TEXT_MAX && parse_v6(text, len, out);
}

static char *put_octet(char *at, unsigned octet)
{
    if (octet >= 100)
        *at++ = (char)('0' + octet / 100);
    if (octet >= 10)
        *at++ = (char)('0' + octet / 10 % 10);
    *at++ = (char)('0' + octet % 10);
    return at;
}

static char *put_v4(char *at, const uint8_t *bytes)
{
    for (int k = 0; k < 4; k++) {
        if (k > 0)
            *at++ = '.';
        at = put_octet(at, bytes[k]);
    }
    return at;
}

static char *put_group(char *at, unsigned group)
{
    static const char digits[] = "0123456789abcdef";
    int shift = group > 0xfff ? 12 : group > 0xff ? 8 : group > 0xf ? 4 : 0;
    for (; shift >= 0; shift -= 4)
        *at++ = digits[group >> shift & 15];
    return at;
}

/* The first of the longest runs of at least two zero groups (RFC 5952 4.2); false if there is none. */
static bool find_gap(const uint16_t *groups, int *from, int *n)
{
    *n = 1;
    for (int k = 0; k < GROUPS; k++) {
        int run = 0;
        while (k + run < GROUPS && groups[k + run] == 0)
            run++;
        if (run > *n) {
            *from = k;
            *n = run;
        }
        k += run;
    }
    return *n > 1;
}

static char *put_v6(char *at, const uint8_t *bytes)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (memcmp(bytes, mapped, sizeof mapped) == 0) {
        memcpy(at, "::ffff:", 7);
        return put_v4(at + 7, bytes + 12);
    }
    uint16_t groups[GROUPS];
    for (int k = 0; k < GROUPS; k++)
        groups[k] = (uint16_t)(bytes[k * 2] << 8 | bytes[k * 2 + 1]);
    int from = -1, n = 0;
    if (!find_gap(groups, &from, &n))
        from = -1;
    for (int k = 0; k < GROUPS; k++) {
        if (k == from) {
            *at++ = ':';
            *at++ = ':';
            k += n - 1;
            continue;
        }
        if (k > 0 && at[-1] != ':')
            *at++ = ':';
        at = put_group(at, groups[k]);
    }
    return at;
}

size_t addr_print(const weir_addr *addr, char *out)
{
    char *end = addr->family == 4 ? put_v4(out, addr->bytes) : put_v6(out, addr->bytes);
    *end = '\0';
    return (size_t)(end - out);
}

int addr_compare(const weir_addr *a, const weir_addr *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

static void clear_bits(uint8_t *bytes, int n_bytes, int prefix)
{
    for (int k = 0; k < n_bytes; k++) {
        int keep = prefix - k * 8;
        if (keep <= 0)
            bytes[k] = 0;
        else if (keep < 8)
            bytes[k] &= (uint8_t)(0xff << (8 - keep));
    }
}

void addr_cut(weir_addr *addr, uint8_t prefix4, uint8_t prefix6)
{
    clear_bits(addr->bytes, addr->family == 4 ? 4 : 16, addr->family == 4 ? prefix4 : prefix6);
}

/* "10" or "10.1": the octets that are missing are 0. Only where a prefix length follows. */
static bool parse_short_v4(const char *text, size_t len, weir_addr *out)
{
    uint32_t value = 0, octet = 0;
    size_t at = 0;
    int n = 0;
    for (; n < 4; n++) {
        if (n > 0 && (at >= len || text[at++] != '.'))
            return false;
        if (!take_octet(text, len, &at, &octet))
            return false;
        value |= octet << (24 - 8 * n);
        if (at == len)
            break;
    }
    if (at != len)
        return false;
    *out = addr_from_v4(value);
    return true;
}

static bool parse_prefix(const char *text, size_t len, unsigned most, uint8_t *out)
{
    unsigned value = 0;
    if (len == 0 || len > 3 || (text[0] == '0' && len > 1))
        return false;
    for (size_t k = 0; k < len; k++) {
        if (!is_digit(text[k]))
            return false;
        value = value * 10 + (unsigned)(text[k] - '0');
    }
    if (value > most)
        return false;
    *out = (uint8_t)value;
    return true;
}

bool net_parse(const char *text, size_t len, struct net *out)
{
    struct net net = {0};
    const char *slash = len ? memchr(text, '/', len) : NULL;
    if (!slash) {
        if (!addr_parse(text, len, &net.addr))
            return false;
        net.prefix = net.addr.family == 4 ? 32 : 128;
        *out = net;
        return true;
    }
    size_t before = (size_t)(slash - text);
    if (!addr_parse(text, before, &net.addr) && !parse_short_v4(text, before, &net.addr))
        return false;
    if (!parse_prefix(slash + 1, len - before - 1, net.addr.family == 4 ? 32 : 128, &net.prefix))
        return false;
    addr_cut(&net.addr, net.prefix, net.prefix);
    *out = net;
    return true;
}

bool net_contains(const struct net *net, const weir_addr *addr)
{
    if (net->addr.family != addr->family)
        return false;
    int whole = net->prefix / 8, rest = net->prefix % 8;
    if (memcmp(net->addr.bytes, addr->bytes, (size_t)whole) != 0)
        return false;
    return rest == 0 || (net->addr.bytes[whole] ^ addr->bytes[whole]) >> (8 - rest) == 0;
}
