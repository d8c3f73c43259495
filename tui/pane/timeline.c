/* timeline.c - REJECT and ACCEPT per time, each on its own scale (a spike of rejects would vanish when
 * stacked on accepts). The newest column is at the right; columns that can still grow are hatched. */
#include "pane/pane.h"

#include <stdio.h>
#include <string.h>

#include "screen/text.h"

enum { MARGIN = 11, WIDE_MARGIN = 12, WIDE = 120 };

int timeline_columns(int width, bool spark)
{
    int margin = spark ? 5 : width >= WIDE ? WIDE_MARGIN : MARGIN;
    int columns = width - margin - 1;
    return columns < 0 ? 0 : columns > LOOK_BUCKETS ? LOOK_BUCKETS : columns;
}

static uint64_t highest(const struct look_timeline *line, bool reject)
{
    uint64_t most = 0;
    for (size_t k = 0; k < line->n; k++) {
        uint64_t count = reject ? line->bucket[k].reject : line->bucket[k].accept;
        if (count > most)
            most = count;
    }
    return most;
}

static bool in_spike(const struct look_timeline *line, int64_t t)
{
    for (size_t k = 0; k < line->n_spikes; k++)
        if (t >= line->spike[k].from && t < line->spike[k].to)
            return true;
    return false;
}

static bool is_chosen(const struct look_timeline *line, int64_t t)
{
    if (!line->cursor)
        return false;
    int64_t low = line->cursor, high = line->cursor;
    if (line->range) {
        low = line->range < low ? line->range : low;
        high = line->range > high ? line->range : high;
    }
    return t >= low && t <= high;
}

/* One column: `rows` cells high, `count` against `most`; eighths of a cell. A count above 0 shows at
 * least one eighth. */
static void column(struct canvas *canvas, int x, int y, int rows, uint64_t count, uint64_t most, role r)
{
    uint64_t eighths = most ? (uint64_t)((double)count / (double)most * rows * 8 + 0.5) : 0;
    if (count && !eighths)
        eighths = 1;
    for (int k = 0; k < rows; k++) {
        uint64_t below = (uint64_t)k * 8;
        uint64_t part = eighths <= below ? 0 : eighths - below >= 8 ? 8 : eighths - below;
        if (part)
            canvas_glyph(canvas, x, y + rows - 1 - k, r, (glyph)(GLYPH_BAR_0 + part));
    }
}

static void bars(const struct look_timeline *line, struct canvas *canvas, int x, int y, int rows, bool reject,
                 uint64_t most)
{
    for (size_t k = 0; k < line->n; k++) {
        const weir_bucket *bucket = &line->bucket[k];
        int at = x + (int)k;
        uint64_t count = reject ? bucket->reject : bucket->accept;
        role r = !reject ? ROLE_CHART_ACCEPT : in_spike(line, bucket->start) ? ROLE_CHART_SPIKE : ROLE_CHART_REJECT;
        if (!bucket->settled)
            canvas_glyph(canvas, at, y + rows - 1, ROLE_CHART_UNSETTLED, GLYPH_HATCH);
        if (bucket->settled || count)
            column(canvas, at, y, rows, count, most, bucket->settled ? r : ROLE_CHART_UNSETTLED);
        if (is_chosen(line, bucket->start))
            for (int row = 0; row < rows; row++)
                canvas_attribute(canvas, (struct rect){at, y + row, 1, 1}, STYLE_REVERSE);
    }
}

static void reject_bars(const struct look *look, struct canvas *canvas, struct rect area, int rows, int margin)
{
    const struct look_timeline *line = &look->timeline;
    uint64_t most = highest(line, true);
    char count[24], step[24], label[48];
    bool wide = margin == WIDE_MARGIN;
    if (wide) {
        canvas_text(canvas, area.x + 1, area.y, 3, ROLE_ROW_REJECT, WEIR_SAFE("REJ"));
        for (int row = 0; row < rows; row++) {
            uint64_t value = most * (uint64_t)(rows - row) / (uint64_t)rows;
            canvas_text_right(canvas, area.x + 5, area.y + row, margin - 6, ROLE_CHART_AXIS,
                              weir_count_text(value, count, sizeof count));
        }
    } else {
        /* "/m" for one minute, "/30s" otherwise */
        const char *unit = line->step == 60 ? "m" : look_span(line->step, step, sizeof step).text;
        weir_safe_format(label, sizeof label, "REJ/%s", unit);
        canvas_printf(canvas, area.x + 1, area.y, margin - 2, ROLE_ROW_REJECT, "%s", label);
        canvas_text(canvas, area.x + 1, area.y + (rows > 1 ? 1 : 0), margin - 2, ROLE_CHART_AXIS,
                    weir_count_text(most, count, sizeof count));
    }
    bars(line, canvas, area.x + margin, area.y, rows, true, most);
}

static void accept_bars(const struct look *look, struct canvas *canvas, struct rect area, int y, int margin)
{
    uint64_t most = highest(&look->timeline, false);
    char count[24];
    canvas_text(canvas, area.x + 1, y, 3, ROLE_ROW_ACCEPT, WEIR_SAFE("ACC"));
    canvas_text_right(canvas, area.x + 5, y, margin - 6, ROLE_CHART_AXIS, weir_count_text(most, count, sizeof count));
    bars(&look->timeline, canvas, area.x + margin, y, 1, false, most);
}

/* Times under the columns, at round moments, about every 15 cells. */
static void axis(const struct look *look, struct canvas *canvas, int x, int y, int width)
{
    const struct look_timeline *line = &look->timeline;
    int64_t every = 1;
    for (size_t k = 0; look_step(k); k++) {
        every = look_step(k);
        if (every >= line->step * 12 && every >= 60)
            break;
    }
    bool days = every >= 86400;
    int64_t last_drawn = -20, gap = days ? 12 : 8;
    char text[40], zone[16];
    for (size_t k = 0; k < line->n; k++) {
        int64_t t = line->bucket[k].start;
        int64_t into = t % every;
        if (into < 0 || into >= line->step || (int64_t)k - last_drawn < gap || (int)k + 6 > width)
            continue;
        last_drawn = (int64_t)k;
        weir_safe clock = look_time(look, t - into, days ? TIME_FULL : TIME_MINUTE, text, sizeof text);
        canvas_printf(canvas, x + (int)k, y, 10, ROLE_CHART_AXIS, "%.*s", days ? 10 : 5, clock.text);
    }
    canvas_printf(canvas, x + width - 1, y, 1, ROLE_CHART_AXIS, "%.1s", look_zone(look, zone, sizeof zone).text);
}

static void mark_at(const struct look_timeline *line, struct canvas *canvas, int x, int y, int64_t t, role r, glyph g,
                    const char *label)
{
    if (!line->n || t < line->from || t >= line->from + (int64_t)line->n * line->step)
        return;
    int at = x + (int)((t - line->from) / line->step);
    canvas_glyph(canvas, at, y, r, g);
    int width = x + (int)line->n - at - 1;
    canvas_printf(canvas, at + 1, y, width < 12 ? width : 12, r, "%s", label);
}

/* Spikes are numbered as time goes: the newest has the highest number. */
static void markers(const struct look *look, struct canvas *canvas, int x, int y)
{
    const struct look_timeline *line = &look->timeline;
    char label[24];
    size_t unsettled = 0;
    while (unsettled < line->n && !line->bucket[line->n - 1 - unsettled].settled)
        unsettled++;
    for (size_t k = line->n - unsettled; k < line->n; k++)
        canvas_text(canvas, x + (int)k, y, 1, ROLE_CHART_UNSETTLED, WEIR_SAFE("~"));
    for (size_t k = 0; k < line->n; k++) /* records were lost here */
        if (line->bucket[k].skipped)
            canvas_text(canvas, x + (int)k, y, 1, ROLE_STATUS_ALERT, WEIR_SAFE("?"));
    for (size_t k = look->n_events; k-- > 0;) { /* changes first: flips are drawn over them */
        const struct look_event *event = &look->event[k];
        if (event->kind == EVENT_CHANGE)
            mark_at(line, canvas, x, y, event->time, ROLE_CHANGE, GLYPH_CHANGE, "");
    }
    for (size_t k = line->n_spikes; k-- > 0;) {
        snprintf(label, sizeof label, "%zu", line->n_spikes - k);
        mark_at(line, canvas, x, y, line->spike[k].from, ROLE_CHART_SPIKE, GLYPH_SPIKE, label);
    }
    for (size_t k = look->n_events; k-- > 0;) {
        const struct look_event *event = &look->event[k];
        if (event->kind == EVENT_FLIP)
            mark_at(line, canvas, x, y, event->time, ROLE_FLIP, GLYPH_FLIP, "");
    }
    for (int k = 0; k < LOOK_MARKS; k++) {
        snprintf(label, sizeof label, "%c", 'a' + k);
        if (look->mark[k].set)
            mark_at(line, canvas, x, y, look->mark[k].time, ROLE_MARK, GLYPH_MARK, label);
    }
    if (line->cursor && line->cursor >= line->from && line->cursor < line->from + (int64_t)line->n * line->step)
        canvas_glyph(canvas, x + (int)((line->cursor - line->from) / line->step), y, ROLE_CHART_CURSOR, GLYPH_UP);
}

void timeline_paint(const struct look *look, struct canvas *canvas, struct rect area)
{
    int margin = area.w >= WIDE ? WIDE_MARGIN : MARGIN;
    char step[24];
    if (!look->timeline.n) {
        canvas_text(canvas, area.x + 1, area.y, area.w - 2, ROLE_DIM, WEIR_SAFE("no records with a time yet"));
        return;
    }
    bool accepts = area.h >= 8;
    int rows = area.h - 2 - (accepts ? 1 : 0);
    if (rows > 0)
        reject_bars(look, canvas, area, rows, margin);
    int y = area.y + (rows > 0 ? rows : 0);
    if (accepts)
        accept_bars(look, canvas, area, y++, margin);
    canvas_printf(canvas, area.x + 1, y, margin - 2, ROLE_CHART_AXIS, "%s/col",
                  look_span(look->timeline.step, step, sizeof step).text);
    axis(look, canvas, area.x + margin, y, (int)look->timeline.n);
    canvas_text(canvas, area.x + 1, y + 1, margin - 2, ROLE_CHART_AXIS, WEIR_SAFE("events"));
    markers(look, canvas, area.x + margin, y + 1);
}

void sparkline_paint(const struct look *look, struct canvas *canvas, struct rect area)
{
    canvas_text(canvas, area.x + 1, area.y, 3, ROLE_ROW_REJECT, WEIR_SAFE("REJ"));
    bars(&look->timeline, canvas, area.x + 5, area.y, 1, true, highest(&look->timeline, true));
    if (area.h > 1)
        markers(look, canvas, area.x + 5, area.y + 1);
}
