/* The one door to PCRE2. A pattern comes from a person and may be hostile to the machine without meaning to be:
 * the number of steps, the depth and the heap of one match are bounded, and the pattern cannot switch on what would
 * undo that. JIT code has a stack of its own and knows neither depth nor heap limits; when its stack is too small
 * the interpreter is asked, because "no match" would be a lie. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "query/match.h"

#include <pcre2.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/scope.h"

#define MATCH_LIMIT      100000
#define QUICK_LIMIT      2000 /* most matches end within; those that do not are slow */
#define SLOW_MATCHES_MAX 2000
#define DEPTH_LIMIT      10000
#define HEAP_LIMIT_KIB   2048

struct pattern {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *quick, *full;
    unsigned slow_matches;
};

static void drop_compile(pcre2_compile_context **context)
{
    pcre2_compile_context_free(*context);
}

static void drop_pattern(struct pattern **pattern)
{
    pattern_free(*pattern);
}

void pattern_free(struct pattern *pattern)
{
    if (!pattern)
        return;
    pcre2_match_data_free(pattern->match);
    pcre2_match_context_free(pattern->quick);
    pcre2_match_context_free(pattern->full);
    pcre2_code_free(pattern->code);
    free(pattern);
}

static weir_status compile(struct pattern *pattern, struct slice text, size_t *offset, char *why, size_t size)
{
    AUTO(drop_compile) pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    int code;

    if (!context)
        return WEIR_E_NOMEM;
    pcre2_set_max_pattern_length(context, PATTERN_MAX_BYTES);
    pattern->code = pcre2_compile((PCRE2_SPTR)text.at, text.len,
                                  PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C, &code, offset, context);
    if (pattern->code)
        return WEIR_OK;
    if (code == PCRE2_ERROR_NOMEMORY)
        return WEIR_E_NOMEM;
    if (pcre2_get_error_message(code, (PCRE2_UCHAR *)why, size) == PCRE2_ERROR_BADDATA && size)
        *why = '\0';
    return WEIR_E_SYNTAX;
}

static pcre2_match_context *new_limits(uint32_t steps)
{
    pcre2_match_context *limits = pcre2_match_context_create(NULL);

    if (limits) {
        pcre2_set_match_limit(limits, steps);
        pcre2_set_depth_limit(limits, DEPTH_LIMIT);
        pcre2_set_heap_limit(limits, HEAP_LIMIT_KIB);
    }
    return limits;
}

weir_status pattern_new(struct slice text, bool fast, struct pattern **out, size_t *offset, char *why, size_t size)
{
    AUTO(drop_pattern) struct pattern *pattern = calloc(1, sizeof *pattern);

    if (text.len > PATTERN_MAX_BYTES)
        return WEIR_E_LIMIT;
    if (!pattern)
        return WEIR_E_NOMEM;
    weir_status status = compile(pattern, text, offset, why, size);
    if (status != WEIR_OK)
        return status;
    pattern->match = pcre2_match_data_create(1, NULL);
    pattern->quick = new_limits(QUICK_LIMIT);
    pattern->full = new_limits(MATCH_LIMIT);
    if (!pattern->match || !pattern->quick || !pattern->full)
        return WEIR_E_NOMEM;
    if (fast)
        (void)pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE); /* without it the interpreter does the work */
    *out = TAKE(pattern);
    return WEIR_OK;
}

static int match(struct pattern *pattern, pcre2_match_context *limits, struct slice text)
{
    PCRE2_SPTR subject = (PCRE2_SPTR)text.at;
    int result = pcre2_match(pattern->code, subject, text.len, 0, 0, pattern->match, limits);

    if (result == PCRE2_ERROR_JIT_STACKLIMIT)
        result = pcre2_match(pattern->code, subject, text.len, 0, PCRE2_NO_JIT, pattern->match, limits);
    return result;
}

enum answer pattern_run(struct pattern *pattern, const char *text, size_t len)
{
    int result = match(pattern, pattern->quick, (struct slice){text, len});

    if (result == PCRE2_ERROR_MATCHLIMIT && pattern->slow_matches < SLOW_MATCHES_MAX) {
        pattern->slow_matches++;
        result = match(pattern, pattern->full, (struct slice){text, len});
    }
    if (result >= 0)
        return ANSWER_YES;
    return result == PCRE2_ERROR_NOMATCH ? ANSWER_NO : ANSWER_UNDECIDED;
}
