/* moment.c - spans and moments as people write them (weir/record.h). Reads no clock: "now" is given. */
#include <string.h>
#include <time.h>

#include "base/scope.h"
#include "base/slice.h"
#include "weir/record.h"

#define DAY       86400
#define SPAN_MOST (100LL * 365 * DAY + 25 * DAY) /* a hundred years */
#define TIME_MOST 253402300799LL                 /* the end of the year 9999 */

struct text {
    const char *at, *end;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Up to 18 digits, so that nothing overflows; false if there is none or there are more. */
static bool take_number(struct text *text, int64_t *out)
{
    int64_t number = 0;
    int n = 0;
    while (text->at < text->end && is_digit(*text->at) && n++ < 18)
        number = number * 10 + (*text->at++ - '0');
    *out = number;
    return n > 0 && n <= 18;
}

/* Exactly n digits. */
static bool take_digits(struct text *text, int n, int *out)
{
    int number = 0;
    for (int k = 0; k < n; k++) {
        if (text->at == text->end || !is_digit(*text->at))
            return false;
        number = number * 10 + (*text->at++ - '0');
    }
    *out = number;
    return true;
}

static bool take_char(struct text *text, char c)
{
    if (text->at == text->end || *text->at != c)
        return false;
    text->at++;
    return true;
}

static int64_t unit_seconds(char c)
{
    static const struct {
        char letter;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', DAY}, {'w', 7 * DAY}};
    for (size_t k = 0; k < ARRAY_SIZE(units); k++)
        if (units[k].letter == (c | 0x20))
            return units[k].seconds;
    return 0;
}

bool weir_span_parse(const char *text, size_t len, int64_t *seconds)
{
    struct text in = {text, text + len};
    int64_t all = 0;
    do {
        int64_t number, unit = 1;
        if (!take_number(&in, &number))
            return false;
        if (in.at < in.end)
            unit = unit_seconds(*in.at++);
        else if (all > 0)
            return false; /* "2h30": of what? */
        if (unit == 0 || number > SPAN_MOST / unit || all + number * unit > SPAN_MOST)
            return false;
        all += number * unit;
    } while (in.at < in.end);
    *seconds = all;
    return true;
}

/* ---- moments ---- */

/* Days from 1970-01-01, proleptic Gregorian. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400, in_era = y - era * 400;
    int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

struct date {
    int year, month, day, seconds; /* seconds of the day */
};

static bool to_seconds(struct date date, bool local, int64_t *out)
{
    if (!local) {
        *out = days_of(date.year, date.month, date.day) * DAY + date.seconds;
        return true;
    }
    struct tm tm = {.tm_year = date.year - 1900,
                    .tm_mon = date.month - 1,
                    .tm_mday = date.day,
                    .tm_hour = date.seconds / 3600,
                    .tm_min = date.seconds / 60 % 60,
                    .tm_sec = date.seconds % 60,
                    .tm_isdst = -1};
    *out = mktime(&tm);
    return true;
}

static struct date today(int64_t now, bool local)
{
    time_t at = (time_t)now;
    struct tm tm = {.tm_mday = 1};
    if (local)
        localtime_r(&at, &tm);
    else
        gmtime_r(&at, &tm);
    return (struct date){.year = tm.tm_year + 1900, .month = tm.tm_mon + 1, .day = tm.tm_mday};
}

/* "13:10" or "13:10:05", with fractions of a second that are dropped. */
static bool take_clock(struct text *in, int *seconds)
{
    int hour, minute, second = 0;
    if (!take_digits(in, 2, &hour) || !take_char(in, ':') || !take_digits(in, 2, &minute))
        return false;
    if (take_char(in, ':')) {
        if (!take_digits(in, 2, &second))
            return false;
        if (take_char(in, '.') && (in->at == in->end || !is_digit(*in->at)))
            return false;
        while (in->at < in->end && is_digit(*in->at))
            in->at++;
    }
    *seconds = hour * 3600 + minute * 60 + second;
    return hour < 24 && minute < 60 && second < 60;
}

/* Nothing, "Z", "+01:00", "+0100" or "+01"; *zoned tells whether anything was there. */
static bool take_zone(struct text *in, bool *zoned, int *offset)
{
    *zoned = in->at < in->end;
    *offset = 0;
    if (!*zoned || take_char(in, 'Z') || take_char(in, 'z'))
        return true;
    int sign = take_char(in, '+') ? 1 : take_char(in, '-') ? -1 : 0;
    int hours, minutes = 0;
    if (sign == 0 || !take_digits(in, 2, &hours))
        return false;
    bool colon = take_char(in, ':');
    if ((colon || in->at < in->end) && !take_digits(in, 2, &minutes))
        return false;
    *offset = sign * (hours * 3600 + minutes * 60);
    return hours <= 14 && minutes < 60;
}

static bool parse_date(struct text in, bool local, int64_t *out)
{
    struct date date = {0};
    bool zoned = false;
    int offset = 0;
    if (!take_digits(&in, 4, &date.year) || !take_char(&in, '-') || !take_digits(&in, 2, &date.month) ||
        !take_char(&in, '-') || !take_digits(&in, 2, &date.day))
        return false;
    if (date.year < 1970 || date.month < 1 || date.month > 12 || date.day < 1 ||
        date.day > days_in_month(date.year, date.month))
        return false;
    if (take_char(&in, 'T') || take_char(&in, 't') || take_char(&in, ' ')) {
        if (!take_clock(&in, &date.seconds) || !take_zone(&in, &zoned, &offset))
            return false;
    }
    if (in.at != in.end || !to_seconds(date, local && !zoned, out))
        return false;
    *out -= offset;
    return *out >= 0;
}

/* The last such time of day before now. */
static bool parse_clock(struct text in, int64_t now, bool local, int64_t *out)
{
    struct date date = today(now, local);
    if (!take_clock(&in, &date.seconds) || in.at != in.end || !to_seconds(date, local, out))
        return false;
    if (*out <= now)
        return true;
    int seconds = date.seconds;
    date = today(*out - DAY, local);
    date.seconds = seconds;
    return to_seconds(date, local, out);
}

static bool parse_word(struct slice word, int64_t now, bool local, int64_t *out)
{
    if (slice_is_nocase(word, SLICE("now"))) {
        *out = now;
        return true;
    }
    if (slice_is_nocase(word, SLICE("today")))
        return to_seconds(today(now, local), local, out);
    if (!slice_is_nocase(word, SLICE("yesterday")))
        return false;
    int64_t midnight;
    to_seconds(today(now, local), local, &midnight);
    return to_seconds(today(midnight - DAY / 2, local), local, out); /* noon: days of 23 and 25 hours exist */
}

bool weir_time_parse(const char *text, size_t len, int64_t now, bool local, int64_t *seconds)
{
    struct text in = {text, text + len};
    struct slice word = {text, len};
    int64_t number;
    if (len == 0)
        return false;
    if (parse_word(word, now, local, seconds) || parse_date(in, local, seconds) ||
        (len >= 5 && parse_clock(in, now, local, seconds)))
        return true;
    if (take_number(&in, &number) && in.at == in.end) {
        *seconds = number;
        return number <= TIME_MOST;
    }
    bool minus = text[0] == '-';
    if (!weir_span_parse(text + minus, len - minus, &number))
        return false;
    *seconds = now - number;
    return true;
}
