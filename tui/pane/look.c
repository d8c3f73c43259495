/* look.c - copies what panes show out of the view, and prints times and numbers for them.
 * Invariant: after look_refresh() nothing in the look borrows from the view. */
#include "pane/pane.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

static const int64_t steps[] = {1,   2,    5,    10,   15,    30,    60,    120,    300,     600,
                                900, 1800, 3600, 7200, 21600, 43200, 86400, 604800, 2592000, 31536000};

int64_t look_step(size_t k)
{
    return k < sizeof steps / sizeof *steps ? steps[k] : 0;
}

size_t look_step_for(int64_t span, size_t n)
{
    size_t k = 0;
    while (n && k + 1 < sizeof steps / sizeof *steps && span / steps[k] >= (int64_t)n)
        k++;
    return k;
}

static bool broken_down(const struct look *look, int64_t t, struct tm *out)
{
    time_t seconds = (time_t)t;
    return look->local ? localtime_r(&seconds, out) != NULL : gmtime_r(&seconds, out) != NULL;
}

weir_safe look_time(const struct look *look, int64_t t, enum time_form form, char *buffer, size_t size)
{
    struct tm tm;
    if (!broken_down(look, t, &tm))
        return weir_safe_format(buffer, size, "%" PRId64, t);
    if (form == TIME_MINUTE)
        return weir_safe_format(buffer, size, "%02d:%02d", tm.tm_hour, tm.tm_min);
    if (form == TIME_CLOCK)
        return weir_safe_format(buffer, size, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
    char zone[16];
    return weir_safe_format(buffer, size, "%04d-%02d-%02d %02d:%02d:%02d%s", tm.tm_year + 1900, tm.tm_mon + 1,
                            tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, look_zone(look, zone, sizeof zone).text);
}

weir_safe look_zone(const struct look *look, char *buffer, size_t size)
{
    struct tm tm;
    if (!look->local || !broken_down(look, look->now, &tm))
        return weir_safe_format(buffer, size, "Z");
    long minutes = tm.tm_gmtoff / 60;
    long absolute = minutes < 0 ? -minutes : minutes;
    return weir_safe_format(buffer, size, "%c%02ld:%02ld", minutes < 0 ? '-' : '+', absolute / 60, absolute % 60);
}

weir_safe look_number(uint64_t n, char *buffer, size_t size)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    char grouped[32];
    int out = 0;
    for (int k = 0; k < len; k++) {
        if (k && (len - k) % 3 == 0)
            grouped[out++] = ',';
        grouped[out++] = digits[k];
    }
    grouped[out] = '\0';
    return weir_safe_format(buffer, size, "%s", grouped);
}

weir_safe look_span(int64_t seconds, char *buffer, size_t size)
{
    static const struct {
        int64_t seconds;
        char unit;
    } units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    if (seconds < 0)
        seconds = 0;
    for (size_t k = 0; k + 1 < sizeof units / sizeof *units; k++) {
        if (seconds < units[k].seconds)
            continue;
        int64_t whole = seconds / units[k].seconds;
        int64_t rest = seconds % units[k].seconds / units[k + 1].seconds;
        if (rest)
            return weir_safe_format(buffer, size, "%" PRId64 "%c%" PRId64 "%c", whole, units[k].unit, rest,
                                    units[k + 1].unit);
        return weir_safe_format(buffer, size, "%" PRId64 "%c", whole, units[k].unit);
    }
    return weir_safe_format(buffer, size, "%" PRId64 "s", seconds);
}

static void keep_value(struct look_value *out, const weir_value *value)
{
    out->value = *value;
    out->text[0] = '\0';
    if (value->type == WEIR_TEXT)
        out->value.text = weir_safe_format(out->text, sizeof out->text, "%s", value->text.text);
}

static void refresh_facets(struct look *look)
{
    weir_facet_value values[LOOK_FACET_VALUES];
    for (size_t k = 0; k < WEIR_FACETS; k++) {
        struct look_facet *facet = &look->facet[k];
        facet->n = weir_view_facet(look->view, k, &facet->info, values, LOOK_FACET_VALUES);
        for (size_t v = 0; v < facet->n; v++) {
            keep_value(&facet->value[v], &values[v].value);
            facet->value[v].records = values[v].records;
            facet->value[v].mark = values[v].mark;
        }
    }
}

static void refresh_top(struct look *look)
{
    static weir_top_row rows[LOOK_TOP]; /* the screen has one thread */
    look->n_top = weir_view_top(look->view, look->measure, rows, LOOK_TOP, &look->top_totals);
    for (size_t k = 0; k < look->n_top; k++) {
        for (size_t part = 0; part < WEIR_GROUP_FIELDS; part++)
            keep_value(&look->top[k].key[part], &rows[k].key[part]);
        look->top[k].records = rows[k].records;
        look->top[k].packets = rows[k].packets;
        look->top[k].bytes = rows[k].bytes;
    }
    if (look->top_row >= (int)look->n_top)
        look->top_row = look->n_top ? (int)look->n_top - 1 : 0;
}

static int64_t floor_to(int64_t t, int64_t step)
{
    int64_t rest = step > 0 ? t % step : 0;
    return t - (rest < 0 ? rest + step : rest);
}

static void refresh_timeline(struct look *look, size_t columns)
{
    struct look_timeline *line = &look->timeline;
    line->n = columns < LOOK_BUCKETS ? columns : LOOK_BUCKETS;
    int64_t first, last;
    if (!line->n || !weir_view_span(look->view, &first, &last)) {
        line->n = line->n_spikes = 0;
        return;
    }
    /* A log that stopped hours ago ends at its last record, not at today's empty edge. */
    if (look->live && look->now > last && look->now - last < 1800)
        last = look->now;
    line->step = line->wanted_step ? line->wanted_step : look_step(look_step_for(last - first + 1, line->n));
    int64_t to = floor_to(line->to ? line->to : last, line->step) + line->step;
    line->from = to - (int64_t)line->n * line->step;
    int64_t resolution;
    weir_view_timeline(look->view, line->from, line->step, line->bucket, line->n, &resolution);
    line->n_spikes = weir_view_spikes(look->view, line->from, line->step, line->n, line->spike, LOOK_SPIKES);
    if (line->cursor)
        line->cursor = floor_to(line->cursor, line->step);
}

const char *look_cause(const struct look *look, const weir_row *row)
{
    size_t at = row->id % LOOK_CAUSES;
    if (look->cause[at].row == row->id + 1)
        return look->cause[at].name;
    weir_value value = weir_row_value(row, WEIR_F_CAUSE); /* of the whole ring they are worked out */
    weir_cause cause =
        value.type == WEIR_TEXT ? weir_cause_find(value.text.text, strlen(value.text.text)) : WEIR_CAUSE_NONE;
    return cause == WEIR_CAUSE_NONE ? NULL : weir_cause_get(cause)->name;
}

void look_refresh(struct look *look, unsigned what, int columns)
{
    weir_session_totals(look->session, &look->totals);
    weir_session_rates(look->session, &look->rates);
    look->matched = weir_view_matched(look->view);
    if (what & REFRESH_FACETS)
        refresh_facets(look);
    if (what & REFRESH_TOP)
        refresh_top(look);
    if (what & REFRESH_TIMELINE)
        refresh_timeline(look, columns > 0 ? (size_t)columns : 0);
}
