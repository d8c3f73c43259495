/* when.c - Unix seconds to text. Rows come with nearly the same time by the thousand, so what stands before
 * the minutes and behind the seconds is kept for a quarter of an hour: zones change at quarters, if at all. */
#include "cli/when.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { QUARTER = 900 };

static bool remember(struct when *when, int64_t seconds)
{
    struct tm tm;
    time_t t = (time_t)seconds;
    if (!(when->local ? localtime_r(&t, &tm) : gmtime_r(&t, &tm)) || tm.tm_year > 9999 - 1900 || tm.tm_year < -1900)
        return false;
    int64_t quarter = seconds - (seconds % QUARTER + QUARTER) % QUARTER;
    when->from = quarter;
    when->to = quarter + QUARTER;
    snprintf(when->prefix, sizeof when->prefix, "%04u-%02u-%02uT%02u:", (unsigned)(tm.tm_year + 1900) % 10000,
             (unsigned)(tm.tm_mon + 1) % 100, (unsigned)tm.tm_mday % 100, (unsigned)tm.tm_hour % 100);
    long offset = when->local ? tm.tm_gmtoff : 0;
    unsigned minutes = (unsigned)(offset < 0 ? -offset : offset) / 60;
    if (when->local)
        snprintf(when->suffix, sizeof when->suffix, "%c%02u:%02u", offset < 0 ? '-' : '+', minutes / 60 % 100,
                 minutes % 60);
    else
        memcpy(when->suffix, "Z", 2);
    when->minute = tm.tm_min - (int)((seconds - quarter) / 60);
    return true;
}

weir_safe when_text(struct when *when, int64_t seconds, char *buffer, size_t size)
{
    if ((seconds < when->from || seconds >= when->to) && !remember(when, seconds))
        return weir_safe_format(buffer, size, "%" PRId64, seconds);
    int64_t past = seconds - when->from;
    int minute = when->minute + (int)(past / 60);
    char text[WHEN_SIZE];
    size_t head = strlen(when->prefix), tail = strlen(when->suffix);
    memcpy(text, when->prefix, head);
    text[head] = (char)('0' + minute / 10);
    text[head + 1] = (char)('0' + minute % 10);
    text[head + 2] = ':';
    text[head + 3] = (char)('0' + past % 60 / 10);
    text[head + 4] = (char)('0' + past % 60 % 10);
    memcpy(text + head + 5, when->suffix, tail);
    return weir_sanitize(text, head + 5 + tail, buffer, size);
}
