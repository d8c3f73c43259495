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

static struct list_line *new_line(struct app *app)
{
    return app->n_list < LIST_MAX ? &app->list[app->n_list++] : NULL;
}

static void add_line(struct app *app, const char *left, const char *right, bool title)
{
    struct list_line *line = new_line(app);
    if (line)
        *line = (struct list_line){.left = left, .right = right, .title = title};
}

void act_help(struct app *app, key pressed)
{
    (void)pressed;
    app->n_list = app->list_scroll = 0;
    for (int g = 0; g < GROUP_COUNT; g++) {
        if (g)
            add_line(app, "", NULL, false);
        add_line(app, group_title((help_group)g), NULL, true);
        for (int id = 0; id < ACTION_COUNT; id++)
            if ((int)action_get((action_id)id)->group == g)
                add_line(app, action_get((action_id)id)->keys, action_get((action_id)id)->help, false);
    }
    app->layer = LAYER_HELP;
}

void act_bad_lines(struct app *app, key pressed)
{
    (void)pressed;
    weir_bad_line bad;
    app->n_list = app->list_scroll = 0;
    for (size_t k = 0; app->n_list + 1 < LIST_MAX && weir_session_bad_line(app->session, k, &bad); k++) {
        for (int part = 0; part < 2; part++) {
            char *text = app->list_text[app->n_list];
            if (part == 0)
                weir_safe_format(text, sizeof app->list_text[0], "%s line %llu: %s", bad.source.text,
                                 (unsigned long long)bad.number, bad.why.text);
            else
                weir_safe_format(text, sizeof app->list_text[0], "    %s", bad.line.text);
            add_line(app, text, NULL, part == 0);
        }
    }
    if (app->n_list)
        app->layer = LAYER_BAD_LINES;
    else
        app_notice(app, false, "every line could be read");
}

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
    for (size_t k = 0; k < app->options->session.n_sources; k++)
        if (strcmp(app->options->session.sources[k], "-") == 0)
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
