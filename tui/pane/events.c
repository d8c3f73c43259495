/* events.c - what happened and where: flips, changes, spikes and bookmarks as a list, and the line under the table that
 * says the most important one in words. */
#include "pane/pane.h"

#include <stdio.h>

#include "screen/text.h"

static weir_safe spike_text(const struct look *look, size_t k, bool is_long, char *buffer, size_t size)
{
    const weir_spike *spike = &look->timeline.spike[k];
    char from[40], to[40], peak[24], step[24], zone[16], base[24];
    int64_t last = spike->to - 1;
    return weir_safe_format(
        buffer, size, is_long ? "%s-%s%s REJECT %s/%s = %.1fx the usual %s" : "%s-%s%s %s/%s %.1fx",
        look_time(look, spike->from, TIME_MINUTE, from, sizeof from).text,
        look_time(look, last, TIME_MINUTE, to, sizeof to).text, look_zone(look, zone, sizeof zone).text,
        weir_count_text(spike->peak, peak, sizeof peak).text, look_span(look->timeline.step, step, sizeof step).text,
        spike->ratio, weir_count_text(spike->baseline, base, sizeof base).text);
}

/* Spikes of the filtered timeline, which have their numbers there, and everything else that happened. */
static int list_spikes(const struct look *look, struct canvas *canvas, struct rect area, int y, int bottom)
{
    char text[200];
    for (size_t k = 0; k < look->timeline.n_spikes && y < bottom; k++, y++) {
        canvas_glyph(canvas, area.x + 2, y, ROLE_CHART_SPIKE, GLYPH_SPIKE);
        canvas_printf(canvas, area.x + 3, y, 3, ROLE_CHART_SPIKE, "%zu", look->timeline.n_spikes - k);
        canvas_text(canvas, area.x + 6, y, area.w - 8, ROLE_TEXT, spike_text(look, k, true, text, sizeof text));
    }
    return y;
}

static int list_happened(const struct look *look, struct canvas *canvas, struct rect area, int y, int bottom)
{
    char time[40];
    for (size_t k = 0; k < look->n_events && y < bottom; k++) {
        const struct look_event *event = &look->event[k];
        if (event->kind == EVENT_SPIKE)
            continue;
        canvas_glyph(canvas, area.x + 2, y, event_role(event->kind), event_glyph(event->kind));
        int x = area.x + 4;
        x += canvas_text(canvas, x, y, 9, ROLE_DIM, look_time(look, event->time, TIME_CLOCK, time, sizeof time)) + 1;
        canvas_text(canvas, x, y, area.x + area.w - x - 2, event->kind == EVENT_FLIP ? ROLE_STRONG : ROLE_TEXT,
                    (weir_safe){event->text});
        y++;
    }
    return y;
}

static int list_marks(const struct look *look, struct canvas *canvas, struct rect area, int y, int bottom)
{
    char full[64];
    for (int k = 0; k < LOOK_MARKS && y < bottom; k++) {
        if (!look->mark[k].set)
            continue;
        canvas_glyph(canvas, area.x + 2, y, ROLE_MARK, GLYPH_MARK);
        canvas_printf(canvas, area.x + 3, y, 2, ROLE_MARK, "%c", 'a' + k);
        canvas_text(canvas, area.x + 6, y, area.w - 8, ROLE_TEXT,
                    look_time(look, look->mark[k].time, TIME_FULL, full, sizeof full));
        y++;
    }
    return y;
}

void events_paint(const struct look *look, struct canvas *canvas, struct rect area)
{
    canvas_fill(canvas, area, ROLE_TEXT);
    canvas_box(canvas, area, ROLE_BORDER, ROLE_TITLE, WEIR_SAFE("Events (I), spikes (e E), marks (m ')"));
    int y = area.y + 1, bottom = area.y + area.h - 1;
    size_t n_marks = 0;
    for (int k = 0; k < LOOK_MARKS; k++)
        n_marks += look->mark[k].set;
    int spikes = (int)look->timeline.n_spikes < 2 ? (int)look->timeline.n_spikes : 2;
    int kept = spikes + (n_marks > 2 ? 2 : (int)n_marks); /* lines that the others leave */
    y = list_happened(look, canvas, area, y, bottom - kept > y ? bottom - kept : y);
    y = list_spikes(look, canvas, area, y, n_marks ? bottom - 1 : bottom);
    y = list_marks(look, canvas, area, y, bottom);
    if (y == area.y + 1)
        canvas_text(canvas, area.x + 2, y, area.w - 4, ROLE_DIM, WEIR_SAFE("nothing happened in the time shown"));
}

static const weir_bucket *cursor_bucket(const struct look *look)
{
    const struct look_timeline *line = &look->timeline;
    if (!line->cursor || !line->n || line->cursor < line->from)
        return NULL;
    size_t k = (size_t)((line->cursor - line->from) / line->step);
    return k < line->n ? &line->bucket[k] : NULL;
}

static weir_safe cursor_text(const struct look *look, const weir_bucket *bucket, char *buffer, size_t size)
{
    char from[40], zone[16], step[24], rejects[32], accepts[32], other[40];
    const struct look_timeline *line = &look->timeline;
    if (line->range && line->range != line->cursor) {
        int64_t low = line->range < line->cursor ? line->range : line->cursor;
        int64_t high = line->range < line->cursor ? line->cursor : line->range;
        return weir_safe_format(buffer, size, "range %s to %s%s   Enter: filter to it   Esc: forget it",
                                look_time(look, low, TIME_MINUTE, from, sizeof from).text,
                                look_time(look, high + line->step, TIME_MINUTE, other, sizeof other).text,
                                look_zone(look, zone, sizeof zone).text);
    }
    return weir_safe_format(buffer, size, "%s%s +%s   REJECT %s   ACCEPT %s%s   w filter   v range   Esc",
                            look_time(look, line->cursor, TIME_CLOCK, from, sizeof from).text,
                            look_zone(look, zone, sizeof zone).text, look_span(line->step, step, sizeof step).text,
                            look_number(bucket->reject, rejects, sizeof rejects).text,
                            look_number(bucket->accept, accepts, sizeof accepts).text,
                            bucket->skipped   ? "   records were lost here"
                            : bucket->partial ? "   older rows have left the ring"
                                              : "");
}

void event_line_paint(const struct look *look, struct canvas *canvas, struct rect area)
{
    char text[320];
    const weir_bucket *bucket = cursor_bucket(look);
    if (look->notice[0]) {
        canvas_printf(canvas, area.x + 1, area.y, area.w - 2, look->notice_is_error ? ROLE_ERROR : ROLE_NOTICE, "%s",
                      look->notice);
        return;
    }
    if (bucket) {
        canvas_text(canvas, area.x + 1, area.y, area.w - 2, ROLE_STRONG, cursor_text(look, bucket, text, sizeof text));
        return;
    }
    if (look->sources.reading) {
        reading_paint(look, canvas, (struct rect){area.x + 1, area.y, area.w - 2, 1});
        return;
    }
    double classified = weir_session_classified(look->session);
    if (classified >= 0 && classified < 1) {
        canvas_printf(canvas, area.x + 1, area.y, area.w - 2, ROLE_NOTICE, "working out causes: %d %%",
                      (int)(classified * 100));
        return;
    }
    if (look->sources.behind) {
        canvas_text(canvas, area.x + 1, area.y, area.w - 2, ROLE_ERROR,
                    WEIR_SAFE("behind, more comes than may be asked for: narrow the filter, or P"));
        return;
    }
    int x = area.x + 1;
    if (look->headline[0]) {
        canvas_glyph(canvas, x, area.y, ROLE_FLIP, GLYPH_FLIP);
        int end = area.x + area.w - 1 - (area.w >= 60 ? 9 : 0);
        canvas_text(canvas, x + 2, area.y, end - x - 2, ROLE_STRONG, (weir_safe){look->headline});
        if (area.w >= 60)
            canvas_text_right(canvas, x, area.y, area.w - 2, ROLE_DIM, WEIR_SAFE("I = why"));
        return;
    }
    weir_safe right = area.w < WITH_MODE && *look->sources.mode ? (weir_safe){look->sources.mode} : WEIR_SAFE("");
    if (!look->timeline.n_spikes) {
        canvas_text_right(canvas, x, area.y, area.w - 2, ROLE_DIM, right);
        return;
    }
    if (!*right.text)
        right = WEIR_SAFE("e = jump");
    canvas_glyph(canvas, x, area.y, ROLE_CHART_SPIKE, GLYPH_SPIKE);
    x += 1 + canvas_printf(canvas, x + 1, area.y, 3, ROLE_CHART_SPIKE, "%zu", look->timeline.n_spikes) + 1;
    x += canvas_text(canvas, x, area.y, area.x + area.w - x - 1, ROLE_STRONG,
                     spike_text(look, 0, area.w >= 70, text, sizeof text));
    int room = area.x + area.w - x - 1;
    if (room < text_width(right) + 2)
        right = WEIR_SAFE("e = jump");
    if (room > 19)
        canvas_text_right(canvas, x, area.y, room, ROLE_DIM, right);
}
