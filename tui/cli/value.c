/* value.c - see value.h: one reader a kind. */
#include "cli/value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void *member(struct cli_options *options, const struct option *option)
{
    return (char *)options + option->offset;
}

static bool take_number(struct cli_options *options, const struct option *option, const char *value, weir_error *err)
{
    char *end;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || errno || number < option->least || number > option->most) {
        if (option->most == INT64_MAX)
            weir_fail(err, WEIR_E_USAGE, 0, "--%s %s: expected a number from %" PRId64, option->name, value,
                      option->least);
        else
            weir_fail(err, WEIR_E_USAGE, 0, "--%s %s: expected a number from %" PRId64 " to %" PRId64, option->name,
                      value, option->least, option->most);
        return false;
    }
    *(int64_t *)member(options, option) = number;
    return true;
}

static int size_shift(const char *unit)
{
    static const char units[] = "KMGT";
    if (*unit == '\0')
        return 0;
    const char *at = strchr(units, *unit & ~0x20);
    bool ends = unit[1] == '\0' || strcasecmp(unit + 1, "B") == 0 || strcasecmp(unit + 1, "iB") == 0;
    return at && ends ? 10 * (int)(at - units + 1) : -1;
}

static bool take_size(struct cli_options *options, const struct option *option, const char *value, weir_error *err)
{
    char *end;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    int shift = *value >= '0' && *value <= '9' && !errno ? size_shift(end) : -1;
    if (shift < 0 || number > option->most >> shift || number << shift < option->least) {
        weir_fail(err, WEIR_E_USAGE, 0, "--%s %s: expected a size from %" PRId64 "M, such as 256M or 1G", option->name,
                  value, option->least >> 20);
        return false;
    }
    *(int64_t *)member(options, option) = number << shift;
    return true;
}

static bool take_span(struct cli_options *options, const struct option *option, const char *value, weir_error *err)
{
    int64_t seconds;
    if (!weir_span_parse(value, strlen(value), &seconds) || seconds < option->least) {
        weir_fail(err, WEIR_E_USAGE, 0, "--%s %s: expected a duration, such as 30s, 10m or 2h30m", option->name, value);
        return false;
    }
    if (seconds > option->most) {
        weir_fail(err, WEIR_E_USAGE, 0, "--%s %s: at most %" PRId64 " seconds", option->name, value, option->most);
        return false;
    }
    *(int64_t *)member(options, option) = seconds;
    return true;
}

/* Index of the choice that `value` is, or that alone begins with it; -1 if there is none. */
static int find_choice(const char *choices, const char *value)
{
    size_t len = strlen(value);
    int index = 0, found = -1, begins = 0;
    for (const char *at = choices; at; index++) {
        const char *bar = strchr(at, '|');
        size_t n = bar ? (size_t)(bar - at) : strlen(at);
        if (len > 0 && len <= n && memcmp(at, value, len) == 0) {
            if (len == n)
                return index;
            begins++;
            found = index;
        }
        at = bar ? bar + 1 : NULL;
    }
    return begins == 1 ? found : -1;
}

static bool take_choice(struct cli_options *options, const struct option *option, const char *value, weir_error *err)
{
    int index = find_choice(option->argument, value);
    if (index < 0) {
        weir_fail(err, WEIR_E_USAGE, 0, "--%s %s: expected one of %s", option->name, value, option->argument);
        return false;
    }
    *(int *)member(options, option) = index + (int)option->least;
    return true;
}

static bool take_text(struct cli_options *options, const struct option *option, const char *value, weir_error *err)
{
    (void)err;
    *(const char **)member(options, option) = value;
    return true;
}

static bool take_flag(struct cli_options *options, const struct option *option, const char *value, weir_error *err)
{
    (void)value, (void)err;
    *(int *)member(options, option) = (int)option->most;
    return true;
}

static bool bad_price(const struct option *option, const char *value, weir_error *err)
{
    weir_fail(err, WEIR_E_USAGE, 0, "--%s %s: expected dollars, such as 0.01", option->name, value);
    return false;
}

/* Digits, a point, at most six digits: no locale has a say in it. */
static bool take_price(struct cli_options *options, const struct option *option, const char *value, weir_error *err)
{
    int64_t millionths = 0;
    int places = -1; /* digits behind the point, which has not come */
    for (const char *at = value; *at; at++) {
        if (*at == '.' && places < 0 && at > value) {
            places = 0;
            continue;
        }
        if (*at < '0' || *at > '9' || places == 6 || millionths > option->most)
            return bad_price(option, value, err);
        millionths = millionths * 10 + (*at - '0');
        places += places >= 0;
    }
    for (int k = places < 0 ? 0 : places; k < 6 && millionths <= option->most; k++)
        millionths *= 10;
    if (!*value || millionths < option->least || millionths > option->most)
        return bad_price(option, value, err);
    *(int64_t *)member(options, option) = millionths;
    return true;
}

static bool take_list(struct cli_options *options, const struct option *option, const char *value, weir_error *err)
{
    struct text_list *list = member(options, option);
    const char **text = reallocarray(list->text, list->n + 1, sizeof *text);
    if (!text) {
        weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
        return false;
    }
    list->text = text;
    list->text[list->n++] = value;
    return true;
}

static bool (*const takers[])(struct cli_options *options, const struct option *option, const char *value,
                              weir_error *err) = {
    [OPTION_FLAG] = take_flag,     [OPTION_CHOICE] = take_choice, [OPTION_TEXT] = take_text,
    [OPTION_NUMBER] = take_number, [OPTION_SIZE] = take_size,     [OPTION_SPAN] = take_span,
    [OPTION_PRICE] = take_price,   [OPTION_LIST] = take_list,
};

bool value_take(struct cli_options *options, const struct option *option, const char *value, weir_error *err)
{
    return takers[option->kind](options, option, value, err);
}
