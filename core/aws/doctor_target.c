/* doctor_target.c - where the doctor looks, out of what a person typed; and what it does not show. Pure. A source that
 * cannot be opened is told about by whoever opens it: here what can be understood is taken, and nothing is refused. */
#include <stdio.h>
#include <string.h>

#include "aws/doctor.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Up to one of `ends`, %XX decoded; returns what is behind. What is too long is cut. */
static const char *take_word(const char *at, const char *ends, char *out, size_t size)
{
    size_t len = 0;

    for (; *at && !strchr(ends, *at); at++) {
        char c = *at;

        if (c == '%' && hex_digit(at[1]) >= 0 && hex_digit(at[2]) >= 0) {
            c = (char)(hex_digit(at[1]) << 4 | hex_digit(at[2]));
            at += 2;
        }
        if (len + 1 < size)
            out[len++] = c;
    }
    out[len] = '\0';
    return at;
}

static void take_place(struct doctor_target *target, const char *at)
{
    for (; *at; at += *at == '&') {
        char word[192];

        at = take_word(at, "&", word, sizeof word);
        if (!*target->region && strncmp(word, "region=", 7) == 0)
            snprintf(target->region, sizeof target->region, "%.63s", word + 7);
        if (!*target->profile && strncmp(word, "profile=", 8) == 0)
            snprintf(target->profile, sizeof target->profile, "%.127s", word + 8);
    }
}

/* arn:aws:logs:REGION:… */
static void take_arn_region(struct doctor_target *target)
{
    const char *at = target->group;

    for (int k = 0; k < 3; k++) {
        at = strchr(at, ':');
        if (!at++)
            return;
    }
    take_word(at, ":", target->region, sizeof target->region);
}

void doctor_take(struct doctor_target *target, const char *source)
{
    bool is_s3 = strncmp(source, "s3://", 5) == 0, is_tail = strncmp(source, "tail:", 5) == 0;
    bool is_cw = strncmp(source, "cw:", 3) == 0;
    const char *at = source + (is_cw ? 3 : 5);

    if ((!is_s3 && !is_tail && !is_cw) || (is_s3 ? *target->bucket : *target->group))
        return;
    if (is_s3) {
        at = take_word(at, "/?", target->bucket, sizeof target->bucket);
        at = take_word(at + (*at == '/'), "?", target->prefix, sizeof target->prefix);
    } else {
        at = take_word(at, "?", target->group, sizeof target->group);
        if (!*target->region && strncmp(target->group, "arn:", 4) == 0)
            take_arn_region(target);
    }
    take_place(target, at + (*at == '?'));
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), n = strlen(end);

    return len >= n && strcmp(text + len - n, end) == 0;
}

bool doctor_is_about(const struct doctor_target *target, const struct ec2_flow_log *log)
{
    const char *bucket = strstr(log->destination, ":s3:::");
    size_t len = strlen(target->bucket);

    if (bucket)
        return len && strncmp(bucket + 6, target->bucket, len) == 0 && (!bucket[6 + len] || bucket[6 + len] == '/');
    if (!*target->group || !*log->log_group || !ends_with(target->group, log->log_group))
        return false;
    size_t before = strlen(target->group) - strlen(log->log_group);
    return !before || target->group[before - 1] == ':';
}

void doctor_hide(const char *url, char *out, size_t size)
{
    const char *scheme = strstr(url, "://");
    const char *host = scheme ? scheme + 3 : url, *at = NULL;

    for (const char *c = host; *c && *c != '/'; c++)
        at = *c == '@' ? c : at;
    weir_safe_format(out, size, "%.*s%s%s", (int)(host - url), url, at ? "***@" : "", at ? at + 1 : host);
}
