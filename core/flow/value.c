/* value.c - one value as text, and text as one value. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/addr.h"
#include "base/scope.h"
#include "base/slice.h"
#include "flow/names.h"
#include "weir/record.h"

#define TIME_MOST 253402300799u /* the end of the year 9999 */

/* ---- counts and sizes ---- */

/* Tenths of `unit` in `count`, rounded half up, without overflow. */
static uint64_t tenths_of(uint64_t count, uint64_t unit)
{
    uint64_t whole = count / unit, rest = count % unit;
    uint64_t step = unit / 10;
    uint64_t tenths = unit % 10 == 0 ? (rest + step / 2) / step : (rest * 10 / (unit >> 10) + (1 << 9)) >> 10;
    return whole * 10 + tenths;
}

static uint64_t round_to(uint64_t count, uint64_t unit)
{
    return count / unit + (count % unit >= unit / 2);
}

static weir_safe scale(uint64_t count, uint64_t base, char *buffer, size_t size)
{
    static const char letters[] = "KMGTPE";
    if (count < 1000)
        return weir_safe_format(buffer, size, "%u", (unsigned)count);
    uint64_t unit = base;
    size_t k = 0;
    while (round_to(count, unit) >= 1000 && letters[k + 1]) {
        unit *= base;
        k++;
    }
    uint64_t tenths = tenths_of(count, unit);
    if (tenths < 1000)
        return weir_safe_format(buffer, size, "%u.%u%c", (unsigned)(tenths / 10), (unsigned)(tenths % 10), letters[k]);
    return weir_safe_format(buffer, size, "%u%c", (unsigned)round_to(count, unit), letters[k]);
}

weir_safe weir_count_text(uint64_t count, char *buffer, size_t size)
{
    return scale(count, 1000, buffer, size);
}

weir_safe weir_bytes_text(uint64_t bytes, char *buffer, size_t size)
{
    return scale(bytes, 1024, buffer, size);
}

/* ---- value to text ---- */

static weir_safe print_number(uint64_t number, char *buffer, size_t size)
{
    return weir_safe_format(buffer, size, "%llu", (unsigned long long)number);
}

static weir_safe print_time(uint64_t seconds, bool with_date, char *buffer, size_t size)
{
    time_t at = (time_t)seconds;
    struct tm tm;
    if (seconds > TIME_MOST || !gmtime_r(&at, &tm))
        return print_number(seconds, buffer, size);
    if (!with_date)
        return weir_safe_format(buffer, size, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
    return weir_safe_format(buffer, size, "%04d-%02d-%02d %02d:%02d:%02d UTC", tm.tm_year + 1900, tm.tm_mon + 1,
                            tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static const char *encryption_name(uint64_t number)
{
    static const char *const names[] = {"not encrypted", "by Nitro", "by the application", "by Nitro and application"};
    return number < ARRAY_SIZE(names) ? names[number] : NULL;
}

static weir_safe print_short(weir_field field, uint64_t number, char *buffer, size_t size)
{
    const char *name = NULL;
    switch (weir_field_get(field)->kind) {
    case WEIR_KIND_PROTOCOL: name = weir_protocol_name(number); break;
    case WEIR_KIND_FLAGS: return weir_flags_name(number, buffer, size);
    case WEIR_KIND_PACKETS: return weir_count_text(number, buffer, size);
    case WEIR_KIND_BYTES: return weir_bytes_text(number, buffer, size);
    case WEIR_KIND_TIME: return print_time(number, false, buffer, size);
    default: break;
    }
    return name ? weir_safe_format(buffer, size, "%s", name) : print_number(number, buffer, size);
}

/* "8 (internet gateway, Nitro)": a remark inside the name does not nest its brackets. */
static weir_safe print_path(uint64_t number, char *buffer, size_t size)
{
    const char *name = weir_path_name(number);
    if (!name)
        return print_number(number, buffer, size);
    const char *remark = strstr(name, " (");
    if (!remark)
        return weir_safe_format(buffer, size, "%llu (%s)", (unsigned long long)number, name);
    return weir_safe_format(buffer, size, "%llu (%.*s, %s", (unsigned long long)number, (int)(remark - name), name,
                            remark + 2);
}

static weir_safe print_scaled(uint64_t number, weir_safe scaled, char *buffer, size_t size)
{
    if (number < 1000)
        return print_number(number, buffer, size);
    return weir_safe_format(buffer, size, "%llu (%s)", (unsigned long long)number, scaled.text);
}

static weir_safe print_long(weir_field field, uint64_t number, char *buffer, size_t size)
{
    char text[64];
    const char *name = NULL;
    switch (weir_field_get(field)->kind) {
    case WEIR_KIND_PORT: name = weir_port_name(number); break;
    case WEIR_KIND_PROTOCOL: name = weir_protocol_name(number); break;
    case WEIR_KIND_FLAGS: name = number ? weir_flags_name(number, text, sizeof text).text : NULL; break;
    case WEIR_KIND_ENCRYPTION: name = encryption_name(number); break;
    case WEIR_KIND_PATH: return print_path(number, buffer, size);
    case WEIR_KIND_PACKETS: return print_scaled(number, weir_count_text(number, text, sizeof text), buffer, size);
    case WEIR_KIND_BYTES: return print_scaled(number, weir_bytes_text(number, text, sizeof text), buffer, size);
    case WEIR_KIND_TIME: return print_time(number, true, buffer, size);
    default: break;
    }
    if (!name)
        return print_number(number, buffer, size);
    return weir_safe_format(buffer, size, "%llu (%s)", (unsigned long long)number, name);
}

weir_safe weir_value_text(weir_field field, const weir_value *value, weir_style style, char *buffer, size_t size)
{
    char addr[ADDR_TEXT_MAX];
    switch (value->type) {
    case WEIR_ABSENT: return weir_safe_format(buffer, size, "%s", "");
    case WEIR_NULL: return weir_safe_format(buffer, size, "-");
    case WEIR_TEXT: return weir_sanitize(value->text.text, strlen(value->text.text), buffer, size);
    case WEIR_ADDRESS: return weir_sanitize(addr, addr_print(&value->addr, addr), buffer, size);
    case WEIR_NUMBER: break;
    }
    if (style == WEIR_STYLE_AWS)
        return print_number(value->number, buffer, size);
    return style == WEIR_STYLE_SHORT ? print_short(field, value->number, buffer, size)
                                     : print_long(field, value->number, buffer, size);
}

/* ---- text to value ---- */

static bool parse_digits(struct slice text, uint64_t *out)
{
    uint64_t number = 0;
    if (text.len == 0)
        return false;
    for (size_t k = 0; k < text.len; k++) {
        unsigned digit = (unsigned)(text.at[k] - '0');
        if (digit > 9 || __builtin_mul_overflow(number, 10u, &number) || __builtin_add_overflow(number, digit, &number))
            return false;
    }
    *out = number;
    return true;
}

/* What stands behind the digits: nothing, or K M G T P E with "B", "iB" or nothing. */
static bool parse_unit(struct slice text, uint64_t base, uint64_t *unit)
{
    static const char letters[] = "kmgtpe";
    *unit = 1;
    if (text.len == 0)
        return true;
    const char *letter = memchr(letters, text.at[0] | 0x20, sizeof letters - 1);
    struct slice rest = {text.at + (letter != NULL), text.len - (letter != NULL)};
    bool binary = letter && slice_is_nocase(rest, SLICE("ib"));
    if (rest.len > 0 && !binary && !slice_is_nocase(rest, SLICE("b")))
        return false;
    for (long k = letter ? letter - letters + 1 : 0; k > 0; k--)
        *unit *= binary ? 1024 : base;
    return true;
}

/* "1500", "1M", "1.5K", "2GiB". */
static bool parse_size(struct slice text, uint64_t base, uint64_t *out)
{
    size_t whole = 0;
    while (whole < text.len && text.at[whole] >= '0' && text.at[whole] <= '9')
        whole++;
    size_t end = whole, tenths_from = whole;
    if (end < text.len && text.at[end] == '.') {
        tenths_from = ++end;
        while (end < text.len && text.at[end] >= '0' && text.at[end] <= '9')
            end++;
    }
    uint64_t number, unit, part = 0, scale_of = 1;
    if (!parse_digits((struct slice){text.at, whole}, &number) ||
        !parse_unit((struct slice){text.at + end, text.len - end}, base, &unit))
        return false;
    size_t n = end - tenths_from;
    bool fraction = tenths_from > whole;
    if (fraction && (n == 0 || n > 3 || unit == 1 || !parse_digits((struct slice){text.at + tenths_from, n}, &part)))
        return false;
    for (size_t k = 0; k < n; k++)
        scale_of *= 10;
    uint64_t extra = unit / scale_of * part + unit % scale_of * part / scale_of;
    return !__builtin_mul_overflow(number, unit, out) && !__builtin_add_overflow(*out, extra, out);
}

static bool parse_named(struct slice text, uint64_t most, bool (*find)(const char *, size_t, uint64_t *), uint64_t *out)
{
    if (parse_digits(text, out))
        return *out <= most;
    return find && find(text.at, text.len, out);
}

static bool parse_moment(struct slice text, uint64_t *out)
{
    int64_t seconds;
    if (parse_digits(text, out))
        return *out <= TIME_MOST;
    /* Without a "now" only a full date says when. */
    if (text.len < 10 || text.at[4] != '-' || !weir_time_parse(text.at, text.len, 0, false, &seconds) || seconds < 0)
        return false;
    *out = (uint64_t)seconds;
    return true;
}

static bool parse_number(weir_kind kind, struct slice text, uint64_t *out)
{
    switch (kind) {
    case WEIR_KIND_PORT: return parse_named(text, UINT16_MAX, name_port, out);
    case WEIR_KIND_PROTOCOL: return parse_named(text, UINT8_MAX, name_protocol, out);
    case WEIR_KIND_FLAGS: return parse_named(text, UINT8_MAX, name_flags, out);
    case WEIR_KIND_PATH: return parse_named(text, UINT8_MAX, name_path, out);
    case WEIR_KIND_ENCRYPTION: return parse_named(text, UINT8_MAX, NULL, out);
    case WEIR_KIND_PACKETS: return parse_size(text, 1000, out);
    case WEIR_KIND_BYTES: return parse_size(text, 1024, out);
    case WEIR_KIND_TIME: return parse_moment(text, out);
    default: return parse_digits(text, out);
    }
}

/* Kinds with a closed list of values take no other; the canonical spelling is what comes out. */
static bool parse_word(weir_kind kind, weir_safe text, weir_safe *out)
{
    static const struct {
        weir_kind kind;
        weir_safe word;
    } words[] = {
        {WEIR_KIND_ACTION, {"ACCEPT"}},    {WEIR_KIND_ACTION, {"REJECT"}},   {WEIR_KIND_STATUS, {"OK"}},
        {WEIR_KIND_STATUS, {"NODATA"}},    {WEIR_KIND_STATUS, {"SKIPDATA"}}, {WEIR_KIND_DIRECTION, {"ingress"}},
        {WEIR_KIND_DIRECTION, {"egress"}},
    };
    for (size_t k = 0; k < ARRAY_SIZE(words); k++) {
        if (words[k].kind == kind && slice_is_nocase(slice_of(words[k].word.text), slice_of(text.text))) {
            *out = words[k].word;
            return true;
        }
    }
    *out = text;
    return kind == WEIR_KIND_TEXT || kind == WEIR_KIND_CAUSE || kind == WEIR_KIND_LIST;
}

static bool is_text_kind(weir_kind kind)
{
    return kind == WEIR_KIND_TEXT || kind == WEIR_KIND_ACTION || kind == WEIR_KIND_STATUS ||
           kind == WEIR_KIND_DIRECTION || kind == WEIR_KIND_CAUSE || kind == WEIR_KIND_LIST;
}

bool weir_value_parse(weir_field field, weir_safe text, weir_value *out)
{
    weir_kind kind = weir_field_get(field)->kind;
    struct slice slice = slice_of(text.text);
    weir_value value = {.type = WEIR_NULL};
    bool ok = slice.len > 0;
    if (slice_is(slice, SLICE("-"))) {
        value.type = WEIR_NULL;
    } else if (is_text_kind(kind)) {
        value.type = WEIR_TEXT;
        ok = ok && parse_word(kind, text, &value.text);
    } else if (kind == WEIR_KIND_ADDR) {
        value.type = WEIR_ADDRESS;
        ok = ok && addr_parse(slice.at, slice.len, &value.addr);
    } else {
        value.type = WEIR_NUMBER;
        ok = ok && parse_number(kind, slice, &value.number);
    }
    if (ok)
        *out = value;
    return ok;
}

bool weir_value_equal(const weir_value *a, const weir_value *b)
{
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case WEIR_NUMBER: return a->number == b->number;
    case WEIR_ADDRESS: return addr_compare(&a->addr, &b->addr) == 0;
    case WEIR_TEXT: return strcmp(a->text.text, b->text.text) == 0;
    default: return true;
    }
}
