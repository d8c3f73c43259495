/* lines.c - a machine over bytes. Lines and JSON texts that lie whole in one call are used in place.
 *
 * A text that begins like JSON and turns out to be none costs its first line only: what was swallowed
 * behind that line goes through the machine again. */
#include "flow/lines.h"

#include <stdlib.h>

#include "base/limits.h"

#define HELD_KEPT_BYTES (4 * LINE_MAX_BYTES) /* what a large envelope took beyond that is given back */

static const char bom[] = "\xEF\xBB\xBF";

static const char too_long[] = "line longer than 65536 bytes";
static const char not_json[] = "begins like JSON and is none";
_Static_assert(LINE_MAX_BYTES == 65536, "the text above names it");

void lines_init(struct lines *lines, struct intake *intake)
{
    *lines = (struct lines){.intake = intake};
    buf_init(&lines->held, ENVELOPE_MAX_BYTES);
}

void lines_done(struct lines *lines)
{
    buf_done(&lines->held);
}

void lines_restart(struct lines *lines)
{
    buf_clear(&lines->held);
    lines->state = LINES_START;
    lines->spaces = false;
    lines->bom = 0;
    lines->from = NULL;
}

static weir_status hold(struct lines *lines, const char *at, size_t len, weir_error *err)
{
    weir_status status = buf_append(&lines->held, at, len);
    return status == WEIR_OK ? WEIR_OK : weir_fail(err, status, 0, "out of memory");
}

static struct slice held_text(const struct lines *lines)
{
    return (struct slice){lines->held.len ? lines->held.bytes : "", lines->held.len};
}

static void leave_line(struct lines *lines)
{
    buf_clear(&lines->held);
    if (UNLIKELY(lines->held.room > HELD_KEPT_BYTES))
        buf_done(&lines->held);
    lines->state = LINES_START;
    lines->spaces = false;
}

static void report(struct lines *lines, struct slice line, const char *why)
{
    lines->intake->number++;
    intake_bad(lines->intake, line, "%s", why);
}

/* Keeps enough of a bad line for a sample. */
static weir_status hold_sample(struct lines *lines, const char *at, size_t len, weir_error *err)
{
    if (lines->held.len >= BAD_LINE_BYTES)
        return WEIR_OK;
    size_t room = BAD_LINE_BYTES - lines->held.len;
    return hold(lines, at, len < room ? len : room, err);
}

/* From here on the line is only waited out. */
static weir_status skip_line(struct lines *lines, const char *at, size_t len, const char *why, weir_error *err)
{
    lines->state = LINES_SKIP;
    lines->skip_why = why;
    return hold_sample(lines, at, len, err);
}

static void begin_json(struct lines *lines, const char *at)
{
    lines->state = LINES_JSON;
    lines->scan = (struct scan){0};
    lines->from = at;
    lines->json_len = 0;
}

/* ---- one step a state: uses bytes from *at on ---- */

static weir_status step_start(struct lines *lines, const char **at, const char *end, weir_error *err)
{
    const char *k = *at;
    while (k < end && (*k == ' ' || *k == '\t' || *k == '\r'))
        k++;
    lines->spaces = lines->spaces || k > *at;
    *at = k;
    if (k == end)
        return WEIR_OK;
    if (*k == '\n') {
        *at = k + 1;
        leave_line(lines);
        lines->intake->number++;
        return intake_line(lines->intake, (struct slice){k, 0}, err);
    }
    if (*k == '{' || *k == '[')
        begin_json(lines, k);
    else
        lines->state = LINES_TEXT;
    return WEIR_OK;
}

static weir_status step_text(struct lines *lines, const char **at, const char *end, weir_error *err)
{
    const char *newline = memchr(*at, '\n', (size_t)(end - *at));
    size_t n = (size_t)((newline ? newline : end) - *at);
    if (UNLIKELY(lines->held.len + n > LINE_MAX_BYTES))
        return skip_line(lines, "", 0, too_long, err);
    struct slice line = {*at, n};
    if (!newline || lines->held.len > 0) {
        weir_status status = hold(lines, *at, n, err);
        if (status != WEIR_OK)
            return status;
        line = held_text(lines);
    }
    if (!newline) {
        *at = end;
        return WEIR_OK;
    }
    *at = newline + 1;
    lines->intake->number++;
    weir_status status = intake_line(lines->intake, line, err);
    leave_line(lines);
    return status;
}

static weir_status step_skip(struct lines *lines, const char **at, const char *end, weir_error *err)
{
    const char *newline = memchr(*at, '\n', (size_t)(end - *at));
    weir_status status = hold_sample(lines, *at, (size_t)((newline ? newline : end) - *at), err);
    *at = newline ? newline + 1 : end;
    if (newline && status == WEIR_OK) {
        report(lines, held_text(lines), lines->skip_why);
        leave_line(lines);
    }
    return status;
}

static weir_status step_after(struct lines *lines, const char **at, const char *end, weir_error *err)
{
    (void)err;
    while (*at < end && (**at == ' ' || **at == '\t' || **at == '\r' || **at == ','))
        ++*at;
    if (*at == end)
        return WEIR_OK;
    if (**at == '\n') {
        ++*at;
        lines->intake->number++;
        leave_line(lines);
    } else if (**at == '{' || **at == '[') {
        begin_json(lines, *at);
    } else {
        lines->state = LINES_TEXT;
    }
    return WEIR_OK;
}

static uint64_t count_newlines(struct slice text)
{
    uint64_t n = 0;
    const char *at = text.at, *end = text.at + text.len;
    while (at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
        n++;
        at++;
    }
    return n;
}

static weir_status finish_json(struct lines *lines, const char *at, const char *next, weir_error *err)
{
    struct slice text = {lines->from, (size_t)(next - at)};
    if (lines->from) {
        text.len = (size_t)(next - lines->from);
    } else {
        weir_status status = hold(lines, at, text.len, err);
        if (status != WEIR_OK)
            return status;
        text = held_text(lines);
    }
    lines->intake->number++; /* all of it stands under the number of its first line */
    weir_status status = envelope_read(lines->intake, text, err);
    lines->intake->number += count_newlines(text);
    lines->intake->number--; /* the line is not over */
    leave_line(lines);
    lines->from = NULL;
    lines->state = LINES_AFTER;
    return status;
}

/* The held text is no JSON: reports its first line and sends the rest through the machine again.
 * Without a newline in it, the rest of the line is skipped. */
static weir_status replay(struct lines *lines, weir_error *err)
{
    struct slice text = held_text(lines);
    const char *newline = memchr(text.at, '\n', text.len);
    if (!newline) {
        lines->held.len = text.len < BAD_LINE_BYTES ? text.len : BAD_LINE_BYTES;
        return skip_line(lines, "", 0, not_json, err);
    }
    report(lines, (struct slice){text.at, (size_t)(newline - text.at)}, not_json);
    struct buf again = lines->held;
    buf_init(&lines->held, ENVELOPE_MAX_BYTES);
    leave_line(lines);
    size_t used = (size_t)(newline + 1 - text.at);
    weir_status status = lines_feed(lines, again.bytes + used, again.len - used, err);
    buf_done(&again);
    return status;
}

/* What lies between lines->from (or `held`) and `next` is no JSON. */
static weir_status break_json(struct lines *lines, const char **at, const char *next, weir_error *err)
{
    const char *from = TAKE(lines->from);
    if (!from) {
        weir_status status = hold(lines, *at, (size_t)(next - *at), err);
        *at = next;
        return status == WEIR_OK ? replay(lines, err) : status;
    }
    const char *newline = memchr(from, '\n', (size_t)(next - from));
    if (!newline) {
        *at = next;
        return skip_line(lines, from, (size_t)(next - from), not_json, err);
    }
    report(lines, (struct slice){from, (size_t)(newline - from)}, not_json);
    leave_line(lines);
    *at = newline + 1;
    return WEIR_OK;
}

static weir_status step_json(struct lines *lines, const char **at, const char *end, weir_error *err)
{
    size_t room = ENVELOPE_MAX_BYTES - lines->json_len;
    const char *limit = (size_t)(end - *at) > room ? *at + room : end;
    const char *next;
    enum scan_result result = scan_run(&lines->scan, *at, limit, &next);
    lines->json_len += (size_t)(next - *at);
    if (result == SCAN_DONE) {
        const char *from = *at;
        *at = next;
        return finish_json(lines, from, next, err);
    }
    if (result == SCAN_BROKEN || lines->json_len == ENVELOPE_MAX_BYTES)
        return break_json(lines, at, next, err);
    const char *from = lines->from ? TAKE(lines->from) : *at;
    *at = next;
    return hold(lines, from, (size_t)(next - from), err);
}

static weir_status (*const steps[])(struct lines *, const char **, const char *, weir_error *) = {
    [LINES_START] = step_start, [LINES_TEXT] = step_text,   [LINES_JSON] = step_json,
    [LINES_SKIP] = step_skip,   [LINES_AFTER] = step_after,
};

static weir_status run(struct lines *lines, const char *at, const char *end, weir_error *err)
{
    weir_status status = WEIR_OK;
    while (at < end && status == WEIR_OK)
        status = steps[lines->state](lines, &at, end, err);
    return status;
}

/* What only began like a byte order mark is text. */
static weir_status run_bom(struct lines *lines, weir_error *err)
{
    uint8_t matched = lines->bom;
    lines->bom = 3;
    return run(lines, bom, bom + matched, err);
}

/* Drops a byte order mark at the stream's beginning. */
static weir_status pass_bom(struct lines *lines, const char **at, const char *end, weir_error *err)
{
    while (*at < end && lines->bom < 3 && **at == bom[lines->bom]) {
        lines->bom++;
        ++*at;
    }
    if (*at == end || lines->bom == 3)
        return WEIR_OK;
    return run_bom(lines, err);
}

weir_status lines_feed(struct lines *lines, const char *bytes, size_t len, weir_error *err)
{
    const char *at = bytes, *end = bytes + len;
    if (UNLIKELY(lines->bom < 3)) {
        weir_status status = pass_bom(lines, &at, end, err);
        if (status != WEIR_OK)
            return status;
    }
    return run(lines, at, end, err);
}

static weir_status end_text(struct lines *lines, const char *cut_why, weir_error *err)
{
    weir_status status = WEIR_OK;
    if (cut_why) {
        report(lines, held_text(lines), cut_why);
    } else {
        lines->intake->number++;
        status = intake_line(lines->intake, held_text(lines), err);
    }
    leave_line(lines);
    return status;
}

weir_status lines_end(struct lines *lines, const char *cut_why, weir_error *err)
{
    weir_status status = WEIR_OK;
    if (lines->bom < 3)
        status = run_bom(lines, err);
    /* Each turn takes at least a line off the front of what is held. */
    while (lines->state == LINES_JSON && status == WEIR_OK)
        status = replay(lines, err);
    if (status != WEIR_OK)
        return status;
    if (lines->state == LINES_TEXT)
        return end_text(lines, cut_why, err);
    if (lines->state == LINES_SKIP)
        report(lines, held_text(lines), lines->skip_why);
    else if (lines->state == LINES_START && lines->spaces)
        status = intake_line(lines->intake, (struct slice){"", 0}, err);
    leave_line(lines);
    return status;
}
