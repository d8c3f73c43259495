/* act_time.c - the time cursor, zoom, ranges, spikes and marks. */
#include "app/state.h"

#include <inttypes.h>
#include <stdio.h>

/* Brings a moment into the columns shown, then puts the cursor there. */
static void show_time(struct app *app, int64_t t)
{
    struct look_timeline *line = &app->look.timeline;
    if (!line->n)
        return;
    int64_t end = line->from + (int64_t)line->n * line->step;
    if (t < line->from || t >= end)
        line->to = t + (int64_t)(line->n / 2) * line->step;
    line->cursor = t - (t % line->step + line->step) % line->step;
    if (!line->cursor)
        line->cursor = line->step; /* 0 means none */
    app->stale |= REFRESH_TIMELINE;
}

void app_go_to_time(struct app *app, int64_t t)
{
    struct look_timeline *line = &app->look.timeline;
    weir_row row;
    show_time(app, t);
    int64_t step = line->step ? line->step : 60;
    /* A reject, if there is one: that is what brings people to a moment. */
    if (weir_view_find(app->look.view, t, t + step, WEIR_VERDICT_REJECT, &row) ||
        weir_view_find(app->look.view, t, t + step, WEIR_VERDICT_NONE, &row) ||
        weir_view_find(app->look.view, t, INT64_MAX, WEIR_VERDICT_NONE, &row))
        app_go_to_row(app, row.id);
    else
        app_follow(app);
}

static void move_time(struct app *app, int by)
{
    struct look_timeline *line = &app->look.timeline;
    if (!line->n)
        return;
    int64_t last = line->from + ((int64_t)line->n - 1) * line->step;
    int64_t first, newest, t = line->cursor ? line->cursor + by * line->step : last;
    if (weir_view_span(app->look.view, &first, &newest)) {
        int64_t low = first - (first % line->step + line->step) % line->step;
        t = t < low ? low : t > last && line->to == 0 ? last : t;
    }
    if (line->range) /* the rows stay while a range is drawn */
        show_time(app, t);
    else
        app_go_to_time(app, t);
}

void act_time_prev(struct app *app, key pressed)
{
    (void)pressed;
    move_time(app, -1);
}

void act_time_next(struct app *app, key pressed)
{
    (void)pressed;
    move_time(app, 1);
}

static void zoom(struct app *app, int by)
{
    struct look_timeline *line = &app->look.timeline;
    if (!line->n)
        return;
    size_t k = 0;
    while (look_step(k + 1) && look_step(k) < line->step)
        k++;
    if (by < 0 && k == 0)
        return;
    int64_t first, last;
    size_t widest = weir_view_span(app->look.view, &first, &last) ? look_step_for(last - first + 1, line->n) : k;
    k = by < 0 ? k - 1 : k + 1;
    line->to = line->cursor ? line->cursor + (int64_t)(line->n / 2) * look_step(k) : 0;
    line->wanted_step = look_step(k);
    if (k >= widest) { /* all of it is in view again */
        line->wanted_step = 0;
        line->to = 0;
    }
    int64_t edge = app->look.live ? app->look.now : last;
    if (line->to > edge)
        line->to = 0;
    app->stale |= REFRESH_TIMELINE;
}

void act_zoom_in(struct app *app, key pressed)
{
    (void)pressed;
    zoom(app, -1);
}

void act_zoom_out(struct app *app, key pressed)
{
    (void)pressed;
    zoom(app, 1);
}

void act_range(struct app *app, key pressed)
{
    (void)pressed;
    struct look_timeline *line = &app->look.timeline;
    if (!line->cursor)
        move_time(app, 0);
    line->range = line->range ? 0 : line->cursor;
}

static void filter_to(struct app *app, int64_t from, int64_t to)
{
    static char text[FILTER_TEXT];
    char range[80];
    weir_error err = {0};
    snprintf(range, sizeof range, "start >= %" PRId64 " and start < %" PRId64, from, to);
    if (weir_query_and(weir_session_query(app->session), range, app->look.now, true, text, sizeof text, &err)) {
        app_notice(app, true, "%s", err.text);
        return;
    }
    if (app_set_filter(app, text))
        app_notice(app, false, "filtered to that time; u undoes it, t shows who is behind it");
}

/* The window is the selected range, the spike under the cursor, or the column. */
void act_window(struct app *app, key pressed)
{
    (void)pressed;
    struct look_timeline *line = &app->look.timeline;
    if (!line->cursor) {
        app_notice(app, false, "no time cursor: [ and ] move it, e goes to a spike");
        return;
    }
    int64_t from = line->cursor, to = line->cursor;
    if (line->range) {
        from = line->range < from ? line->range : from;
        to = line->range > to ? line->range : to;
        line->range = 0;
    } else {
        for (size_t k = 0; k < line->n_spikes; k++)
            if (line->cursor >= line->spike[k].from && line->cursor < line->spike[k].to) {
                from = line->spike[k].from;
                to = line->spike[k].to - line->step;
            }
    }
    filter_to(app, from, to + line->step);
}

static void go_to_spike(struct app *app, int by)
{
    struct look_timeline *line = &app->look.timeline;
    if (!line->n_spikes) {
        app_notice(app, false, "no spike of rejects in the time shown");
        return;
    }
    size_t at = line->n_spikes;
    for (size_t k = 0; k < line->n_spikes; k++)
        if (line->cursor >= line->spike[k].from && line->cursor < line->spike[k].to)
            at = k;
    /* Spikes are newest first: "next" from nowhere is the newest, then towards the past. */
    size_t next =
        at == line->n_spikes ? (by > 0 ? 0 : line->n_spikes - 1) : (at + line->n_spikes + (size_t)by) % line->n_spikes;
    line->range = 0;
    app_go_to_time(app, line->spike[next].from); /* where it began is where the cause is */
}

void act_spike_next(struct app *app, key pressed)
{
    (void)pressed;
    go_to_spike(app, 1);
}

void act_spike_prev(struct app *app, key pressed)
{
    (void)pressed;
    go_to_spike(app, -1);
}

void act_goto(struct app *app, key pressed)
{
    (void)pressed;
    ask(app, ASK_TIME, "");
}

/* ---- marks ---- */

void act_mark(struct app *app, key pressed)
{
    (void)pressed;
    ask(app, ASK_MARK, "");
}

void act_jump(struct app *app, key pressed)
{
    (void)pressed;
    ask(app, ASK_JUMP, "");
}

static void neighbour_mark(struct app *app, bool after)
{
    weir_row row;
    if (!app_cursor_row(app, &row))
        return;
    const struct look_mark *best = NULL;
    for (int k = 0; k < LOOK_MARKS; k++) {
        const struct look_mark *mark = &app->look.mark[k];
        if (!mark->set || (after ? mark->row <= row.id : mark->row >= row.id))
            continue;
        if (!best || (after ? mark->row < best->row : mark->row > best->row))
            best = mark;
    }
    if (best)
        app_go_to_row(app, best->row);
    else
        app_notice(app, false, after ? "no mark after this record" : "no mark before this record");
}

void act_mark_prev(struct app *app, key pressed)
{
    (void)pressed;
    neighbour_mark(app, false);
}

void act_mark_next(struct app *app, key pressed)
{
    (void)pressed;
    neighbour_mark(app, true);
}
