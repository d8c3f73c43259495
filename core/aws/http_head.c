/* http_head.c - see http_head.h. A row a header that is looked at. */
#include "aws/http_head.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/scope.h"
#include "base/slice.h"

enum { NUMBER_MAX_DIGITS = 18, DATE_LEN = 29, RETRY_AFTER_MAX_S = 3600 };

/* A number of digits alone; -1 if it is none. */
static int64_t number(struct slice text)
{
    int64_t value = 0;
    if (text.len == 0 || text.len > NUMBER_MAX_DIGITS)
        return -1;
    for (size_t k = 0; k < text.len; k++) {
        if (!isdigit((unsigned char)text.at[k]))
            return -1;
        value = value * 10 + (text.at[k] - '0');
    }
    return value;
}

/* Days since 1970-01-01 of the proleptic Gregorian calendar; years that begin in March have the leap day last. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    if (month <= 2)
        year--;
    int64_t era = year / 400, of_era = year % 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int64_t http_date(const char *text, size_t len)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (len != DATE_LEN || text[3] != ',' || text[19] != ':' || text[22] != ':' || memcmp(text + 25, " GMT", 4) != 0)
        return 0;
    int64_t month = 0;
    for (int64_t k = 0; k < 12; k++) {
        if (memcmp(months + 3 * k, text + 8, 3) == 0)
            month = k + 1;
    }
    int64_t day = number((struct slice){text + 5, 2}), year = number((struct slice){text + 12, 4});
    int64_t hour = number((struct slice){text + 17, 2}), minute = number((struct slice){text + 20, 2});
    int64_t second = number((struct slice){text + 23, 2});
    if (!month || day < 1 || day > 31 || year < 1970 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60)
        return 0;
    return ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
}

struct text_row {
    const char *name;
    size_t offset, size;
};
#define TEXT(name, member)                                                                      \
    {                                                                                           \
        name, offsetof(struct http_response, member), sizeof((struct http_response *)0)->member \
    }

static const struct text_row texts[] = {
    TEXT("x-amzn-requestid", request_id), TEXT("x-amz-request-id", request_id), TEXT("x-amzn-errortype", error_type),
    TEXT("x-amz-bucket-region", region),  TEXT("content-type", content_type),   TEXT("etag", etag),
};

static void copy_printable(char *out, size_t size, struct slice value)
{
    size_t len = value.len < size ? value.len : size - 1;
    for (size_t k = 0; k < len; k++)
        out[k] = value.at[k] >= 0x20 && value.at[k] < 0x7f ? value.at[k] : '?';
    out[len] = '\0';
}

static void take_header(struct http_response *response, struct slice name, struct slice value)
{
    for (size_t k = 0; k < ARRAY_SIZE(texts); k++) {
        if (slice_is_nocase(name, slice_of(texts[k].name)))
            copy_printable((char *)response + texts[k].offset, texts[k].size, value);
    }
    if (slice_is_nocase(name, SLICE("date")))
        response->date_s = http_date(value.at, value.len);
    else if (slice_is_nocase(name, SLICE("content-length")))
        response->content_length = number(value);
    else if (slice_is_nocase(name, SLICE("x-amz-retry-after")))
        response->retry_after_ms = number(value);
    else if (slice_is_nocase(name, SLICE("retry-after")) && response->retry_after_ms < 0) {
        int64_t seconds = number(value);
        response->retry_after_ms = seconds >= 0 && seconds <= RETRY_AFTER_MAX_S ? seconds * 1000 : -1;
    }
}

static void begin(struct http_response *response, struct slice line)
{
    response->status = 0;
    response->date_s = 0;
    response->retry_after_ms = response->content_length = -1;
    for (size_t k = 0; k < ARRAY_SIZE(texts); k++)
        *((char *)response + texts[k].offset) = '\0';
    const char *space = memchr(line.at, ' ', line.len);
    if (space && (size_t)(line.at + line.len - space) >= 4) {
        int64_t status = number((struct slice){space + 1, 3});
        response->status = status >= 100 && status <= 999 ? (int)status : 0;
    }
}

void http_head_line(struct http_response *response, const char *line, size_t len)
{
    while (len > 0 && isspace((unsigned char)line[len - 1]))
        len--;
    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        begin(response, (struct slice){line, len});
        return;
    }
    const char *colon = len > 0 ? memchr(line, ':', len) : NULL;
    if (!colon)
        return;
    struct slice name = {line, (size_t)(colon - line)};
    const char *value = colon + 1;
    while (value < line + len && isspace((unsigned char)*value))
        value++;
    take_header(response, name, (struct slice){value, (size_t)(line + len - value)});
}
