/* form.c - see form.h. */
#include "aws/form.h"

#include <stdio.h>
#include <string.h>

#include "aws/sign.h"

weir_status form_put(struct buf *form, const char *name, const char *value)
{
    size_t len = strlen(name), more = sign_uri_encode(value, false, NULL, 0), lead = form->len > 0;
    weir_status status = buf_reserve(form, lead + len + 1 + more + 1);
    if (status != WEIR_OK)
        return status;
    char *at = form->bytes + form->len;
    memcpy(at, "&", lead);
    memcpy(at + lead, name, len);
    at[lead + len] = '=';
    sign_uri_encode(value, false, at + lead + len + 1, more + 1);
    form->len += lead + len + 1 + more;
    return WEIR_OK;
}

weir_status form_put_nth(struct buf *form, const char *prefix, size_t n, const char *value)
{
    char name[64];
    int len = snprintf(name, sizeof name, "%s.%zu", prefix, n);
    if (len < 0 || (size_t)len >= sizeof name)
        return WEIR_E_LIMIT;
    return form_put(form, name, value);
}

/* ---- times ---- */

/* `digits` digits, then the character `end` unless it is NUL. */
static bool take_number(const char **at, int digits, char end, int *out)
{
    int value = 0;
    for (int k = 0; k < digits; k++) {
        if ((*at)[k] < '0' || (*at)[k] > '9')
            return false;
        value = value * 10 + (*at)[k] - '0';
    }
    *at += digits;
    if (end && *(*at)++ != end)
        return false;
    *out = value;
    return true;
}

/* Days from 1970-01-01; the year begins in March, so that the leap day is its last. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1, era = y / 400, of_era = y % 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool take_zone(const char *at, int *seconds)
{
    int hours, minutes, sign = *at == '-' ? -1 : 1;
    *seconds = 0;
    if (strcmp(at, "Z") == 0)
        return true;
    if (*at != '+' && *at != '-')
        return false;
    at++;
    if (!take_number(&at, 2, ':', &hours) || !take_number(&at, 2, '\0', &minutes) || *at || hours > 23 || minutes > 59)
        return false;
    *seconds = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool iso8601_read(const char *text, int64_t *unix_s)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day, hour, minute, second, zone;
    const char *at = text;
    if (!take_number(&at, 4, '-', &year) || !take_number(&at, 2, '-', &month) || !take_number(&at, 2, 'T', &day) ||
        !take_number(&at, 2, ':', &hour) || !take_number(&at, 2, ':', &minute) || !take_number(&at, 2, '\0', &second))
        return false;
    if (*at == '.') {
        size_t len = strspn(at + 1, "0123456789");
        if (len == 0)
            return false;
        at += 1 + len;
    }
    bool is_date = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
    if (!is_date || hour > 23 || minute > 59 || second > 60 || !take_zone(at, &zone))
        return false;
    *unix_s = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - zone;
    return true;
}
