/* s3_key.c - see s3_key.h. */
#include "source/s3_key.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/scope.h"
#include "base/slice.h"

/* The folders of a date, from the largest on. */
struct part {
    const char *hive; /* what stands before the digits in Hive's way */
    size_t digits;
    int least, most;
};

static const struct part parts[] = {
    {"year=", 4, 1970, 2999}, {"month=", 2, 1, 12}, {"day=", 2, 1, 31}, {"hour=", 2, 0, 23}};

enum { YEAR, MONTH, DAY, HOUR };

/* A number of so many digits and nothing else; -1 if it is none. */
static int number_of(struct slice text, size_t digits)
{
    int number = 0;
    if (text.len != digits)
        return -1;
    for (size_t k = 0; k < digits; k++) {
        if (text.at[k] < '0' || text.at[k] > '9')
            return -1;
        number = number * 10 + (text.at[k] - '0');
    }
    return number;
}

/* The value of a folder as that part of a date, -1 if it is none. */
static int part_of(struct slice folder, size_t which, bool *hive)
{
    const struct part *part = &parts[which];
    struct slice prefix = slice_of(part->hive);
    bool is_hive = slice_starts(folder, prefix);
    struct slice digits = is_hive ? (struct slice){folder.at + prefix.len, folder.len - prefix.len} : folder;
    int number = number_of(digits, part->digits);
    if (number < part->least || number > part->most || (which != YEAR && is_hive != *hive))
        return -1;
    *hive = is_hive;
    return number;
}

static int64_t seconds_of(const int values[4])
{
    struct tm time = {
        .tm_year = values[YEAR] - 1900, .tm_mon = values[MONTH] - 1, .tm_mday = values[DAY], .tm_hour = values[HOUR]};
    return timegm(&time);
}

/* Values of the date's folders at `path`; how many there are. */
static size_t read_date(const char *path, int values[4], bool *hive)
{
    size_t n = 0;
    for (const char *slash; n < ARRAY_SIZE(parts) && (slash = strchr(path, '/')); path = slash + 1, n++) {
        int value = part_of((struct slice){path, (size_t)(slash - path)}, n, hive);
        if (value < 0)
            break;
        values[n] = value;
    }
    return n;
}

/* What stands behind AWSLogs/, NULL if there is no such folder. */
static const char *behind_top(const char *path)
{
    const char *top = strncmp(path, "AWSLogs/", 8) == 0 ? path : strstr(path, "/AWSLogs/");
    return top ? strchr(top + 1, '/') + 1 : NULL;
}

void s3_place(const char *path, struct s3_place *out)
{
    *out = (struct s3_place){.from_s = INT64_MIN, .to_s = INT64_MAX, .date_at = strlen(path)};
    const char *top = behind_top(path), *folder = top ? top : path;
    for (const char *slash; (slash = strchr(folder, '/')); folder = slash + 1) {
        int first[4] = {1970, 1, 1, 0};
        bool hive = false;
        size_t n = read_date(folder, first, &hive);
        if (n == 0)
            continue;
        int next[4] = {first[YEAR], first[MONTH], first[DAY], first[HOUR]};
        next[n - 1]++; /* timegm() carries what is too much */
        *out = (struct s3_place){.dated = true,
                                 .hive = hive,
                                 .date_at = (size_t)(folder - path),
                                 .from_s = seconds_of(first),
                                 .to_s = seconds_of(next)};
        return;
    }
}

bool s3_is_top(const char *prefix)
{
    static const char top[] = "AWSLogs/";
    size_t len = strlen(prefix), top_len = sizeof top - 1;
    return len >= top_len && strcmp(prefix + len - top_len, top) == 0 &&
           (len == top_len || prefix[len - top_len - 1] == '/');
}

bool s3_may_hold(const char *prefix)
{
    const char *account = behind_top(prefix);
    const char *service = account ? strchr(account, '/') : NULL;
    const char *end = service ? strchr(service + 1, '/') : NULL;
    if (!end)
        return true;
    struct slice name = {service + 1, (size_t)(end - service - 1)};
    return slice_is(name, SLICE("vpcflowlogs")) || slice_is(name, SLICE("aws-service=vpcflowlogs"));
}

static bool ends_in(const char *key, const char *end)
{
    size_t len = strlen(key), end_len = strlen(end);
    return len > end_len && strcmp(key + len - end_len, end) == 0;
}

enum s3_kind s3_kind(const char *key)
{
    if (ends_in(key, ".parquet"))
        return S3_PARQUET;
    return ends_in(key, ".gz") || ends_in(key, ".log") ? S3_TEXT : S3_OTHER;
}

int64_t s3_name_time(const char *key)
{
    const char *name = strrchr(key, '/');
    name = name ? name + 1 : key;
    for (const char *at = strchr(name, '_'); at; at = strchr(at + 1, '_')) {
        const char *text = at + 1;
        if (strnlen(text, 15) < 15 || text[8] != 'T' || text[13] != 'Z' || text[14] != '_')
            continue;
        int values[4] = {number_of((struct slice){text, 4}, 4), number_of((struct slice){text + 4, 2}, 2),
                         number_of((struct slice){text + 6, 2}, 2), number_of((struct slice){text + 9, 2}, 2)};
        int minute = number_of((struct slice){text + 11, 2}, 2);
        bool is_good = minute >= 0 && minute < 60;
        for (size_t k = 0; k < ARRAY_SIZE(parts); k++)
            is_good = is_good && values[k] >= parts[k].least && values[k] <= parts[k].most;
        if (is_good)
            return seconds_of(values) + minute * 60;
    }
    return 0;
}

void s3_day_folder(int64_t time_s, bool hive, char out[S3_FOLDER_BYTES])
{
    struct tm time = {0};
    time_t seconds = (time_t)time_s;
    gmtime_r(&seconds, &time);
    snprintf(out, S3_FOLDER_BYTES, hive ? "year=%04d/month=%02d/day=%02d/" : "%04d/%02d/%02d/",
             (time.tm_year + 1900) % 10000, (time.tm_mon + 1) % 100, time.tm_mday % 100);
}
