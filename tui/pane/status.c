/* status.c - the status bar: what state the stream is in, whose data it is, how fast, how late, what time. */
#include "pane/pane.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "screen/text.h"

/* The one word that says whether what you see is moving. */
static const char *state_word(const struct look *look, role *r)
{
    *r = ROLE_STATUS_HELD;
    if (!look->follow)
        return "HELD";
    *r = ROLE_STATUS_LIVE;
    if (weir_view_busy(look->view))
        return "FILTERING";
    if (look->reading)
        return "READING";
    if (look->live)
        return "LIVE";
    *r = ROLE_STATUS;
    return "END";
}

/* Parts of the right side, most important last; those at the front go first when room is short. */
struct parts {
    char text[14][64];
    int n;
};

static void part(struct parts *parts, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void part(struct parts *parts, const char *format, ...)
{
    if (parts->n == (int)(sizeof parts->text / sizeof *parts->text))
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(parts->text[parts->n++], sizeof parts->text[0], format, args);
    va_end(args);
}

static void clock_part(const struct look *look, struct parts *parts)
{
    char clock[40], zone[16];
    weir_safe shown = look_zone(look, zone, sizeof zone);
    if (look->live) {
        part(parts, "%s%s", look_time(look, look->now, TIME_CLOCK, clock, sizeof clock).text, shown.text);
        return;
    }
    int64_t first, last;
    if (weir_view_span(look->view, &first, &last))
        part(parts, "to %s%s", look_time(look, last, TIME_CLOCK, clock, sizeof clock).text, shown.text);
}

static void collect(const struct look *look, struct parts *parts, bool wide, bool with_mode)
{
    char number[40], span[24], clock[40];
    const weir_totals *totals = &look->totals;
    if (wide && look->rates.oldest_start)
        part(parts, "oldest %s", look_time(look, look->rates.oldest_start, TIME_MINUTE, clock, sizeof clock).text);
    if (wide)
        part(parts, "%s rows", weir_count_text(weir_view_total(look->view), number, sizeof number).text);
    if (totals->evicted)
        part(parts, "evicted %s", weir_count_text(totals->evicted, number, sizeof number).text);
    part(parts, "ring %d%%", (int)(look->rates.ring_fill * 100 + 0.5));
    if (with_mode && *look->sources.mode)
        part(parts, "%s", look->sources.mode);
    if (totals->skipdata)
        part(parts, "SKIPDATA %s", weir_count_text(totals->skipdata, number, sizeof number).text);
    if (totals->malformed)
        part(parts, "unreadable %s", weir_count_text(totals->malformed, number, sizeof number).text);
    if (look->sources.provisional)
        part(parts, "provisional %s", weir_count_text(look->sources.provisional, number, sizeof number).text);
    if (totals->gaps)
        part(parts, "gaps %s", weir_count_text(totals->gaps, number, sizeof number).text);
    if (look->live && (!look->reading || look->sources.percent < 0))
        part(parts, "%s rec/s",
             weir_count_text((uint64_t)(look->rates.records_per_s + 0.5), number, sizeof number).text);
    if (look->live && look->rates.lag_p50 >= 0 && wide) {
        char p95[24];
        part(parts, "lag p50 %s p95 %s", look_span(look->rates.lag_p50, span, sizeof span).text,
             look_span(look->rates.lag_p95, p95, sizeof p95).text);
    } else if (look->live && look->rates.lag_p50 >= 0) {
        part(parts, "lag %s", look_span(look->rates.lag_p50, span, sizeof span).text);
    }
    clock_part(look, parts);
}

/* Whose data it is, and what about it must not be overlooked. */
struct identity {
    const char *place; /* "eu-west-1 123456789012  profile prod", "" = not in AWS */
    char alert[120];
};

static void name_alert(const struct look *look, bool wide, struct identity *out)
{
    const struct look_sources *sources = &look->sources;
    char host[100] = "";
    if (sources->is_override && wide && look->endpoint)
        weir_safe_format(host, sizeof host, " %s", look->endpoint);
    weir_safe_format(out->alert, sizeof out->alert, "%s%s%s%s", sources->is_override ? "ENDPOINT OVERRIDE" : "", host,
                     sources->is_override && sources->sampled ? "  " : "", sources->sampled ? "sampled" : "");
}

static int width_with_gap(const char *text)
{
    return *text ? text_width((weir_safe){text}) + 2 : 0;
}

/* The parts from `first` on with two blanks between. */
static void join(const struct parts *parts, int first, char *buffer, size_t size)
{
    size_t len = 0;
    buffer[0] = '\0';
    for (int k = first; k < parts->n && len < size; k++)
        len += (size_t)snprintf(buffer + len, size - len, "%s%s", k > first ? "  " : "", parts->text[k]);
}

/* Joins the parts that there is room for. The name gives way down to some cells first, then parts go, the least
 * important first, and then the profile; region and account stay. */
static void fit(const struct look *look, const struct parts *parts, int room, struct identity *who, char *right,
                size_t size)
{
    enum { NAME_CELLS = 16, PARTS_BEFORE_PROFILE = 3 };
    int name = width_with_gap(look->sources.name);
    if (name > NAME_CELLS + 2)
        name = NAME_CELLS + 2;
    const char *places[] = {look->sources.place, look->sources.short_place};
    for (int shorter = 0; shorter < 2; shorter++) {
        int fewest = shorter || !look->sources.in_aws ? 0 : PARTS_BEFORE_PROFILE;
        who->place = places[shorter];
        for (int first = 0; first == 0 || first <= parts->n - fewest; first++) {
            join(parts, first, right, size);
            if (name + width_with_gap(who->place) + width_with_gap(who->alert) + text_width((weir_safe){right}) <= room)
                return;
        }
    }
}

static int state_paint(const struct look *look, struct canvas *canvas, struct rect area)
{
    role word_role;
    const char *word = state_word(look, &word_role);
    int x = area.x + 1;
    x += canvas_printf(canvas, x, area.y, -1, word_role, "%s", word) + 1;
    char fresh[24];
    uint64_t more = look->follow ? 0 : weir_view_matched_after(look->view, look->held_at);
    if (more)
        x += canvas_printf(canvas, x, area.y, -1, ROLE_STATUS_HELD, "+%s",
                           weir_count_text(more, fresh, sizeof fresh).text) +
             1;
    if (look->reading && look->sources.percent >= 0)
        x += canvas_printf(canvas, x, area.y, -1, ROLE_STATUS, "%d%%", look->sources.percent) + 1;
    return x;
}

void status_paint(const struct look *look, struct canvas *canvas, struct rect area)
{
    canvas_fill(canvas, area, ROLE_STATUS);
    int x = state_paint(look, canvas, area), end = area.x + area.w - 1;
    struct parts parts = {.n = 0};
    struct identity who = {.place = ""};
    char right[600];
    collect(look, &parts, area.w >= 120, area.w >= WITH_MODE);
    name_alert(look, area.w >= 120, &who);
    fit(look, &parts, end - x, &who, right, sizeof right);
    int right_width = text_width((weir_safe){right});
    int others = width_with_gap(who.place) + width_with_gap(who.alert);
    int room = end - x - right_width - others - (others ? 2 : 1);
    if (room > 3)
        x += canvas_printf(canvas, x, area.y, room, ROLE_STATUS, "%s", look->sources.name) + 2;
    x += canvas_printf(canvas, x, area.y, end - x, ROLE_STATUS, "%s", who.place) + (*who.place ? 2 : 0);
    canvas_printf(canvas, x, area.y, end - x, ROLE_STATUS_ALERT, "%s", who.alert);
    canvas_printf(canvas, end - right_width, area.y, right_width, ROLE_STATUS, "%s", right);
}

void status_line_paint(const struct look *look, struct canvas *canvas, struct rect area)
{
    canvas_fill(canvas, area, ROLE_STATUS);
    role word_role;
    const char *word = state_word(look, &word_role);
    char rate[24], rejects[24], step[24];
    int x = area.x;
    x += canvas_printf(canvas, x, area.y, area.w, word_role, "%s", word) + 1;
    if (look->sources.in_aws)
        x += canvas_printf(canvas, x, area.y, area.x + area.w - x,
                           look->sources.is_override ? ROLE_STATUS_ALERT : ROLE_STATUS, "%s",
                           look->sources.short_place) +
             1;
    if (look->live)
        x += canvas_printf(canvas, x, area.y, area.x + area.w - x, ROLE_STATUS, "%s/s",
                           weir_count_text((uint64_t)(look->rates.records_per_s + 0.5), rate, sizeof rate).text) +
             1;
    const struct look_timeline *line = &look->timeline;
    if (!line->n)
        return;
    x += canvas_printf(canvas, x, area.y, area.x + area.w - x, ROLE_STATUS, "REJ %s/%s",
                       weir_count_text(line->bucket[line->n - 1].reject, rejects, sizeof rejects).text,
                       look_span(line->step, step, sizeof step).text) +
         1;
    if (line->n_spikes) {
        canvas_glyph(canvas, x, area.y, ROLE_STATUS_ALERT, GLYPH_SPIKE);
        canvas_printf(canvas, x + 1, area.y, area.x + area.w - x - 1, ROLE_STATUS_ALERT, "%zu", line->n_spikes);
    }
}

void following_paint(const struct look *look, struct canvas *canvas, struct rect area)
{
    char rank[40], matched[40], fresh[40];
    uint64_t total = weir_view_matched(look->view);
    uint64_t at = look->follow || !total ? total : weir_view_rank(look->view, look->cursor) + 1;
    int x = area.x + 1;
    const char *order = weir_view_order(look->view) == WEIR_ORDER_START ? "  by start" : "";
    if (look->follow) {
        const char *word = look->live ? "FOLLOWING" : "AT THE END";
        x += canvas_printf(canvas, x, area.y, -1, ROLE_STRONG, "%s", word);
    } else {
        uint64_t more = weir_view_matched_after(look->view, look->held_at);
        x += canvas_printf(canvas, x, area.y, -1, ROLE_STRONG, "HELD, %s new",
                           look_number(more, fresh, sizeof fresh).text);
    }
    int terminal_width = (int)strlen(look->terminal) + 3;
    canvas_printf(canvas, x, area.y, area.x + area.w - x - terminal_width, ROLE_DIM, "  row %s of %s%s   %s",
                  look_number(at > total ? total : at, rank, sizeof rank).text,
                  look_number(total, matched, sizeof matched).text, order,
                  look->follow ? "(scroll up or Space to hold; new records keep landing in the ring)"
                               : "(Space, F or G to follow again; nothing is lost meanwhile)");
    char terminal[80];
    canvas_text_right(canvas, area.x, area.y, area.w - 1, ROLE_DIM,
                      weir_safe_format(terminal, sizeof terminal, "%s", look->terminal));
}
