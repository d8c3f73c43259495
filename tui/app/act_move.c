/* act_move.c - moving through the records, between panes and through lists.
 * The view is held by a row id; ranks are looked up anew each time, so that rows that come or go do not move it. */
#include "app/state.h"

static int page(const struct app *app)
{
    return app->layout.rows.h > 1 ? app->layout.rows.h : 1;
}

static uint64_t cursor_rank(const struct app *app)
{
    uint64_t matched = weir_view_matched(app->look.view);
    if (!matched)
        return 0;
    uint64_t rank = app->look.follow ? matched - 1 : weir_view_rank(app->look.view, app->look.cursor);
    return rank < matched ? rank : matched - 1;
}

bool app_cursor_row(struct app *app, weir_row *row)
{
    /* While a filter is still being applied the row may not have been counted yet. */
    if (!app->look.follow && weir_view_busy(app->look.view) && weir_view_row(app->look.view, app->look.cursor, row))
        return true;
    return weir_view_nth(app->look.view, cursor_rank(app), row);
}

void app_hold(struct app *app)
{
    struct look *look = &app->look;
    weir_row row;
    if (!look->follow || !app_cursor_row(app, &row))
        return;
    look->follow = false;
    look->cursor = look->bottom = row.id;
    look->held_at = weir_view_newest(look->view);
}

void app_keep_place(struct app *app)
{
    struct look *look = &app->look;
    uint64_t oldest = weir_view_oldest(look->view), matched = weir_view_matched(look->view);
    weir_row row;
    if (look->follow || look->bottom >= oldest || !matched)
        return;
    uint64_t last = (uint64_t)page(app) < matched ? (uint64_t)page(app) - 1 : matched - 1;
    if (weir_view_nth(look->view, last, &row))
        look->bottom = row.id;
    if (look->cursor < oldest && weir_view_nth(look->view, 0, &row))
        look->cursor = row.id;
    app_notice(app, false, "these records left the ring (--memory); the view moved to the oldest that are there");
}

void app_follow(struct app *app)
{
    app->look.follow = true;
}

static void move_to(struct app *app, uint64_t rank)
{
    struct look *look = &app->look;
    uint64_t matched = weir_view_matched(look->view);
    weir_row row;
    if (!matched)
        return;
    app_hold(app);
    if (rank >= matched)
        rank = matched - 1;
    if (!weir_view_nth(look->view, rank, &row))
        return;
    look->cursor = row.id;
    uint64_t first = rows_first(look, page(app)), last = first + (uint64_t)page(app) - 1;
    uint64_t bottom = last;
    if (rank < first)
        bottom = rank + (uint64_t)page(app) - 1;
    else if (rank > last)
        bottom = rank;
    if (bottom >= matched)
        bottom = matched - 1;
    if (weir_view_nth(look->view, bottom, &row))
        look->bottom = row.id;
}

static void move_by(struct app *app, int64_t by)
{
    uint64_t rank = cursor_rank(app), matched = weir_view_matched(app->look.view);
    if (by > 0 && rank + 1 >= matched) {
        app_follow(app); /* down at the last record is the wish to go on */
        return;
    }
    if (by < 0 && rank == 0 && app->look.follow)
        app_hold(app);
    move_to(app, by < 0 && rank < (uint64_t)-by ? 0 : rank + (uint64_t)by);
}

void app_go_to_row(struct app *app, uint64_t id)
{
    struct look *look = &app->look;
    uint64_t matched = weir_view_matched(look->view), rank = weir_view_rank(look->view, id);
    weir_row row;
    app_hold(app);
    app->jumped_from = look->cursor;
    move_to(app, rank);
    uint64_t bottom = rank + (uint64_t)page(app) / 2;
    if (matched && weir_view_nth(look->view, bottom < matched ? bottom : matched - 1, &row))
        look->bottom = row.id;
}

void act_down(struct app *app, key pressed)
{
    (void)pressed;
    move_by(app, 1);
}

void act_up(struct app *app, key pressed)
{
    (void)pressed;
    move_by(app, -1);
}

void act_half_down(struct app *app, key pressed)
{
    (void)pressed;
    move_by(app, page(app) / 2 + 1);
}

void act_half_up(struct app *app, key pressed)
{
    (void)pressed;
    move_by(app, -(page(app) / 2 + 1));
}

void act_page_down(struct app *app, key pressed)
{
    (void)pressed;
    move_by(app, page(app));
}

void act_page_up(struct app *app, key pressed)
{
    (void)pressed;
    move_by(app, -page(app));
}

void act_first(struct app *app, key pressed)
{
    (void)pressed;
    app_hold(app);
    move_to(app, 0);
}

void act_last(struct app *app, key pressed)
{
    (void)pressed;
    app_follow(app);
}

void act_hold(struct app *app, key pressed)
{
    (void)pressed;
    if (app->look.follow)
        app_hold(app);
    else
        app_follow(app);
}

static void move_column(struct app *app, int by)
{
    struct rows_column columns[24];
    int n = (int)rows_columns(&app->look, app->layout.rows.w, columns);
    int column = app->look.column + by;
    app->look.column = column < 0 ? 0 : column >= n ? n - 1 : column;
}

void act_left(struct app *app, key pressed)
{
    (void)pressed;
    move_column(app, -1);
}

void act_right(struct app *app, key pressed)
{
    (void)pressed;
    move_column(app, 1);
}

/* ---- panes ---- */

static void focus_on(struct app *app, focus wanted)
{
    app->look.focus = wanted;
    if (wanted == FOCUS_TOP)
        app->top_shown = true;
    else if (app->canvas.w < 160)
        app->top_shown = false;
    app->stale |= REFRESH_FACETS | REFRESH_TOP;
}

void act_pane_next(struct app *app, key pressed)
{
    (void)pressed;
    focus_on(app, (focus)((app->look.focus + 1) % 3));
}

void act_pane_prev(struct app *app, key pressed)
{
    (void)pressed;
    focus_on(app, (focus)((app->look.focus + 2) % 3));
}

void act_facet(struct app *app, key pressed)
{
    int k = (int)(pressed - '1');
    bool is_coming = app->look.facet[k].info.field == WEIR_F_CAUSE && weir_session_classified(app->session) < 0;
    if (is_coming)
        act_classify(app, pressed); /* there are no causes yet: they are on their way now */
    focus_on(app, FOCUS_FACETS);
    app->look.facet_k = k;
    app->look.facet_row = is_coming || app->look.facet[k].n ? 0 : -1;
}

void act_rows_focus(struct app *app, key pressed)
{
    (void)pressed;
    app->maximised = app->maximised && app->look.focus == FOCUS_ROWS;
    focus_on(app, FOCUS_ROWS);
}

void act_maximise(struct app *app, key pressed)
{
    (void)pressed;
    app->maximised = !app->maximised;
}

void act_detail(struct app *app, key pressed)
{
    weir_row row;
    if (app->look.timeline.range) {
        act_window(app, pressed);
        return;
    }
    if (!app_cursor_row(app, &row))
        return;
    app_hold(app);
    app->detail_row = row.id;
    app->detail_scroll = 0;
    app->detail_tab = weir_row_verdict(&row) == WEIR_VERDICT_REJECT ? TAB_WHY : TAB_FIELDS;
    app_forget_why(app);
    app->layer = LAYER_DETAIL;
}

/* ---- layers ---- */

static void scroll_detail(struct app *app, int by)
{
    int most = app->detail_lines - (app->canvas.h - 4);
    int scroll = app->detail_scroll + by;
    app->detail_scroll = scroll > most ? most : scroll;
    if (app->detail_scroll < 0)
        app->detail_scroll = 0;
}

static void detail_neighbour(struct app *app, int by)
{
    move_by(app, by);
    app_hold(app);
    app->detail_row = app->look.cursor;
}

/* A list with a cursor: it goes from line to line that can be chosen, and the list follows. */
static void scroll_to_cursor(struct app *app, int by)
{
    int shown = app->canvas.h > 12 ? app->canvas.h - 4 : app->canvas.h - 2, step = by < 0 ? -1 : 1;
    int at = app->list_cursor + by;
    at = at < 0 ? 0 : at >= app->n_list ? app->n_list - 1 : at;
    while (at > 0 && at + 1 < app->n_list && app->list_rule[at] == SIZE_MAX)
        at += step;
    if (at < 0 || at >= app->n_list || app->list_rule[at] == SIZE_MAX)
        at = app->list_cursor;
    app->list_cursor = at;
    if (at < app->list_scroll + 1)
        app->list_scroll = at > 0 ? at - 1 : 0; /* whose rule it is stays in sight */
    if (at >= app->list_scroll + shown)
        app->list_scroll = at - shown + 1;
}

static void scroll_list(struct app *app, int by)
{
    if (app->layer == LAYER_COPY) {
        int at = app->list_cursor + by;
        app->list_cursor = at < 0 ? 0 : at >= app->n_list ? app->n_list - 1 : at;
        return;
    }
    if (app->layer == LAYER_RULES || app->layer == LAYER_EVENTS) {
        scroll_to_cursor(app, by);
        return;
    }
    int shown = app->canvas.h > 12 ? app->canvas.h - 4 : app->canvas.h - 2;
    if (app->layer == LAYER_EVENT)
        shown = app->canvas.h >= 8 ? app->canvas.h - 6 : app->canvas.h - 2;
    int most = app->n_list - shown;
    int scroll = app->list_scroll + by;
    app->list_scroll = scroll > most ? most : scroll;
    if (app->list_scroll < 0)
        app->list_scroll = 0;
}

#define STEP(name, call)                    \
    void name(struct app *app, key pressed) \
    {                                       \
        (void)pressed;                      \
        call;                               \
    }
STEP(act_detail_down, scroll_detail(app, 1))
STEP(act_detail_up, scroll_detail(app, -1))
STEP(act_detail_page_down, scroll_detail(app, app->canvas.h - 5))
STEP(act_detail_page_up, scroll_detail(app, -(app->canvas.h - 5)))
STEP(act_detail_next, detail_neighbour(app, 1))
STEP(act_detail_prev, detail_neighbour(app, -1))
STEP(act_list_down, scroll_list(app, 1))
STEP(act_list_up, scroll_list(app, -1))
STEP(act_list_page_down, scroll_list(app, app->canvas.h - 5))
STEP(act_list_page_up, scroll_list(app, -(app->canvas.h - 5)))
STEP(act_close_layer, app_events_back(app))
#undef STEP

void act_list_choose(struct app *app, key pressed)
{
    (void)pressed;
    layer was = app->layer;
    if (was == LAYER_RULES) {
        app_rules_choose(app);
        return;
    }
    if (was == LAYER_EVENTS) {
        app_events_choose(app);
        return;
    }
    if (was == LAYER_EVENT)
        return;
    app->layer = LAYER_NONE;
    if (was == LAYER_COPY)
        export_copy(app, app->list_cursor);
}
