/* pattern.h - CloudWatch Logs filter patterns for tests, written from AWS's page
 * (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForSpaceDelimited.html) and knowing nothing
 * of what makes them in core/query. Stricter than the service: what it might refuse, or take in two ways, is an
 * error here. Space-delimited patterns and single words. */
#ifndef WEIR_SUPPORT_PATTERN_H
#define WEIR_SUPPORT_PATTERN_H

#include <regex.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATTERN_FIELDS_MAX     160
#define PATTERN_CONDITIONS_MAX 256

struct pattern_condition {
    char operator[3]; /* = != < <= > >= */
    char value[512];
    bool is_regex, is_quoted;
    regex_t regex;
};

struct pattern_field {
    size_t from, n; /* conditions */
    bool is_and;
};

struct filter_pattern {
    bool is_word, is_everything, is_open; /* ends with "..." */
    char word[64];
    size_t n_fields, n_conditions, n_regexes;
    struct pattern_field field[PATTERN_FIELDS_MAX];
    struct pattern_condition condition[PATTERN_CONDITIONS_MAX];
};

static inline bool pattern_is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline const char *pattern_spaces(const char *at)
{
    while (*at == ' ')
        at++;
    return at;
}

/* A value: %regex%, "quoted" or a bare word. NULL = wrong. */
static inline const char *pattern_value(struct filter_pattern *pattern, struct pattern_condition *out, const char *at)
{
    char end = *at == '%' ? '%' : *at == '"' ? '"' : 0;
    size_t n = 0;

    out->is_regex = end == '%';
    out->is_quoted = end == '"';
    for (at += end != 0; *at && (end ? *at != end : pattern_is_alnum(*at) || strchr(".*", *at)); at++) {
        if (out->is_regex && !pattern_is_alnum(*at) && !strchr(":_#=@/;,-^$?[]{}|\\*+.", *at))
            return NULL;
        if (out->is_quoted && (*at == '\\' || *at == '%'))
            return NULL;
        if (n + 1 >= sizeof out->value)
            return NULL;
        out->value[n++] = *at;
    }
    out->value[n] = '\0';
    if (!n || (end && *at++ != end))
        return NULL;
    if (!out->is_regex)
        return at;
    pattern->n_regexes++;
    return regcomp(&out->regex, out->value, REG_EXTENDED | REG_NOSUB) == 0 ? at : NULL;
}

static inline const char *pattern_operator(struct pattern_condition *out, const char *at)
{
    static const char *const operators[] = {"!=", "<=", ">=", "=", "<", ">"};

    for (size_t k = 0; k < 6; k++)
        if (strncmp(at, operators[k], strlen(operators[k])) == 0) {
            snprintf(out->operator, sizeof out->operator, "%s", operators[k]);
            return at + strlen(operators[k]);
        }
    return NULL;
}

/* One field between commas: a name, or conditions that repeat the name. */
static inline const char *pattern_field(struct filter_pattern *pattern, const char *at)
{
    struct pattern_field *field = &pattern->field[pattern->n_fields++];
    char name[32] = "", again[32];
    const char *joint = NULL;

    field->from = pattern->n_conditions;
    for (;;) {
        size_t n = 0;

        for (at = pattern_spaces(at); pattern_is_alnum(*at) && n + 1 < sizeof again; at++)
            again[n++] = *at;
        again[n] = '\0';
        if (!n || again[0] <= '9' || (*name && strcmp(name, again) != 0))
            return NULL;
        memcpy(name, again, sizeof name);
        at = pattern_spaces(at);
        if (!field->n && (*at == ',' || *at == ']'))
            return at;
        if (pattern->n_conditions == PATTERN_CONDITIONS_MAX)
            return NULL;
        struct pattern_condition *condition = &pattern->condition[pattern->n_conditions];
        if (!(at = pattern_operator(condition, at)) || !(at = pattern_value(pattern, condition, pattern_spaces(at))))
            return NULL;
        pattern->n_conditions++;
        field->n++;
        at = pattern_spaces(at);
        if (*at == ',' || *at == ']')
            return at;
        /* which of && and || binds closer is not documented */
        if ((strncmp(at, "&&", 2) != 0 && strncmp(at, "||", 2) != 0) || (joint && strncmp(joint, at, 2) != 0))
            return NULL;
        joint = at;
        field->is_and = *at == '&';
        at += 2;
    }
}

static inline bool pattern_parse(const char *text, struct filter_pattern *out)
{
    memset(out, 0, sizeof *out);
    out->is_everything = !*text;
    if (strlen(text) > 1024)
        return false;
    if (*text != '[') {
        out->is_word = true;
        for (size_t k = 0; text[k]; k++) {
            if (!pattern_is_alnum(text[k]) || k + 1 >= sizeof out->word)
                return false;
            out->word[k] = text[k];
        }
        return true;
    }
    const char *at = text + 1;
    for (;;) {
        at = pattern_spaces(at);
        if (strncmp(at, "...", 3) == 0) {
            out->is_open = true;
            at += 3;
            return strcmp(at, "]") == 0 && out->n_regexes <= 2;
        }
        if (out->n_fields == PATTERN_FIELDS_MAX || !(at = pattern_field(out, at)))
            return false;
        if (*at == ']')
            return !at[1] && out->n_regexes <= 2;
        at++;
    }
}

static inline void pattern_done(struct filter_pattern *pattern)
{
    for (size_t k = 0; k < pattern->n_conditions; k++)
        if (pattern->condition[k].is_regex)
            regfree(&pattern->condition[k].regex);
}

static inline bool pattern_number(const char *text, double *out)
{
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    *out = strtod(text, &end);
    return !*end;
}

static inline bool pattern_wild(const char *pattern, const char *text)
{
    if (*pattern == '*')
        return pattern_wild(pattern + 1, text) || (*text && pattern_wild(pattern, text + 1));
    return *pattern == *text && (!*text || pattern_wild(pattern + 1, text + 1));
}

static inline bool pattern_holds(struct pattern_condition *condition, const char *word)
{
    double a, b;
    bool is_equal;

    if (condition->operator[0] == '<' || condition->operator[0] == '>') {
        if (!pattern_number(condition->value, &a) || !pattern_number(word, &b))
            return false;
        bool is_more = condition->operator[0] == '>';
        return (condition->operator[1] && a == b) || (is_more ? b > a : b < a);
    }
    if (condition->is_regex)
        is_equal = regexec(&condition->regex, word, 0, NULL, 0) == 0;
    else if (pattern_number(condition->value, &a) && pattern_number(word, &b))
        is_equal = a == b; /* even in quotes: it is not documented that they make it a text */
    else
        is_equal = pattern_wild(condition->value, word);
    return is_equal != (condition->operator[0] == '!');
}

static inline bool pattern_matches(struct filter_pattern *pattern, const char *line)
{
    size_t n = 0;

    if (pattern->is_everything)
        return true;
    for (const char *at = pattern_spaces(line); *at; at = pattern_spaces(at)) {
        char word[256];
        size_t len = strcspn(at, " ");

        snprintf(word, sizeof word, "%.*s", (int)len, at);
        at += len;
        if (pattern->is_word && strcmp(word, pattern->word) == 0)
            return true;
        if (pattern->is_word)
            continue;
        if (n == pattern->n_fields)
            return pattern->is_open;
        struct pattern_field *field = &pattern->field[n++];
        bool holds = field->n == 0 || field->is_and;
        for (size_t k = 0; k < field->n; k++) {
            bool one = pattern_holds(&pattern->condition[field->from + k], word);
            holds = field->is_and ? holds && one : holds || one;
        }
        if (!holds)
            return false;
    }
    return !pattern->is_word && n == pattern->n_fields;
}

#endif
