/* act_view.c - what is shown and how: panes, orders, zones, layers, leaving. */
#include "app/state.h"

#include <stdio.h>
#include <string.h>

static const char *const groupings[] = {
    "srcaddr", "dstaddr", "srcaddr,dstaddr,dstport", "dstport", "srcaddr/24/64", "interface-id", "srcaddr,dstport",
};

void act_top(struct app *app, key pressed)
{
    (void)pressed;
    bool was_shown = app->layout.top.h > 0;
    app->top_shown = true;
    app->stale |= REFRESH_TOP;
    if (!was_shown || app->look.focus != FOCUS_TOP) {
        app->look.focus = FOCUS_TOP;
        return;
    }
    char now[128];
    weir_group_text(weir_view_group(app->look.view), now, sizeof now);
    size_t next = 0, n = sizeof groupings / sizeof *groupings;
    for (size_t k = 0; k < n; k++)
        if (strcmp(groupings[k], now) == 0)
            next = (k + 1) % n;
    weir_group group;
    weir_error err = {0};
    if (weir_group_parse(groupings[next], &group, &err) == WEIR_OK)
        weir_session_group(app->session, &group);
    app->look.top_row = 0;
}

void act_top_sort(struct app *app, key pressed)
{
    (void)pressed;
    app->look.measure = (weir_measure)((app->look.measure + 1) % 3);
    app->stale |= REFRESH_TOP;
}

void act_top_down(struct app *app, key pressed)
{
    (void)pressed;
    if (app->look.top_row + 1 < (int)app->look.n_top)
        app->look.top_row++;
}

void act_top_up(struct app *app, key pressed)
{
    (void)pressed;
    if (app->look.top_row > 0)
        app->look.top_row--;
}

void act_big_timeline(struct app *app, key pressed)
{
    (void)pressed;
    app->big_timeline = !app->big_timeline;
    app->maximised = false;
}

void act_order(struct app *app, key pressed)
{
    (void)pressed;
    weir_error err = {0};
    weir_order order = weir_view_order(app->look.view) == WEIR_ORDER_START ? WEIR_ORDER_ARRIVAL : WEIR_ORDER_START;
    if (weir_session_order(app->session, order, &err))
        app_notice(app, true, "%s", err.text);
    else
        app_notice(app, false, order == WEIR_ORDER_START ? "ordered by record start" : "ordered by arrival");
}

void act_zone(struct app *app, key pressed)
{
    (void)pressed;
    app->look.local = !app->look.local;
}

void act_raw(struct app *app, key pressed)
{
    (void)pressed;
    app->look.raw = !app->look.raw;
}

void act_redraw(struct app *app, key pressed)
{
    (void)pressed;
    term_repaint(app->term);
}

void act_suspend(struct app *app, key pressed)
{
    (void)pressed;
    term_suspend(app->term);
}

/* ---- layers ---- */

void act_copy(struct app *app, key pressed)
{
    (void)pressed;
    export_copy_menu(app);
}

void act_palette(struct app *app, key pressed)
{
    (void)pressed;
    ask(app, ASK_COMMAND, "");
}

void act_save(struct app *app, key pressed)
{
    (void)pressed;
    ask(app, ASK_FILE, "");
}

/* ---- leaving ---- */

void act_back(struct app *app, key pressed)
{
    (void)pressed;
    struct look_timeline *line = &app->look.timeline;
    if (app->look.notice[0])
        app->look.notice[0] = '\0';
    else if (line->range)
        line->range = 0;
    else if (line->cursor || line->to) {
        line->cursor = line->to = 0;
        app->stale |= REFRESH_TIMELINE;
    } else if (app->maximised)
        app->maximised = false;
    else if (app->top_shown)
        app->top_shown = false;
}

/* What came through a pipe is gone when we leave. */
static bool is_replayable(const struct app *app)
{
    for (size_t k = 0; k < app->options.session.n_sources; k++)
        if (strcmp(app->options.session.sources[k], "-") == 0)
            return false;
    return true;
}

void act_quit(struct app *app, key pressed)
{
    (void)pressed;
    if (app->top_shown && app->canvas.w < 160 && app->look.focus == FOCUS_ROWS)
        app->top_shown = false;
    else if (is_replayable(app) || !weir_view_total(app->look.view))
        app->quit = true;
    else
        ask(app, ASK_QUIT, "");
}

void act_quit_now(struct app *app, key pressed)
{
    (void)pressed;
    app->quit = true;
}

void act_cancel(struct app *app, key pressed)
{
    (void)pressed;
    int64_t now = app_mono_ms();
    if (app->cancel_ms && now - app->cancel_ms < 1000) {
        app->quit = true;
        app->exit_status = 130;
        return;
    }
    app->cancel_ms = now;
    app->layer = LAYER_NONE;
    app->look.timeline.range = 0;
    app_notice(app, false, "press ^C again to leave");
}
