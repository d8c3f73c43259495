/* layout.c - which pane where, at which size. No size is refused: what does not fit is left out, the status line
 * last of all. The breakpoints are one table in ARCHITECTURE.md. */
#include "app/state.h"

enum { FACETS_WIDTH = 33, DRAWER_WIDTH = 27, RIGHT_WIDTH = 54 };

static struct rect take_top(struct rect *rest, int h)
{
    if (h > rest->h)
        h = rest->h < 0 ? 0 : rest->h;
    struct rect taken = {rest->x, rest->y, rest->w, h};
    rest->y += h;
    rest->h -= h;
    return taken;
}

static struct rect take_bottom(struct rect *rest, int h)
{
    if (h > rest->h)
        h = rest->h < 0 ? 0 : rest->h;
    rest->h -= h;
    return (struct rect){rest->x, rest->y + rest->h, rest->w, h};
}

static struct rect take_left(struct rect *rest, int w)
{
    struct rect taken = {rest->x, rest->y, w, rest->h};
    rest->x += w;
    rest->w -= w;
    return taken;
}

static struct rect take_right(struct rect *rest, int w)
{
    rest->w -= w;
    return (struct rect){rest->x + rest->w, rest->y, w, rest->h};
}

static int chart_height(const struct app *app, int h)
{
    if (app->maximised)
        return 0;
    if (app->big_timeline)
        return h / 2 < 14 ? h / 2 : 14;
    return h >= 36 ? 9 : 6;
}

/* Facets and top as panes of their own beside the rows, or as drawers over them. */
static void side_panes(struct app *app, struct rect *rest, int w)
{
    struct layout *layout = &app->layout;
    const struct look *look = &app->look;
    bool facets = look->focus == FOCUS_FACETS, top = look->focus == FOCUS_TOP || app->top_shown;
    if (app->maximised && facets) {
        layout->facets = take_left(rest, rest->w);
        return;
    }
    if (app->maximised && look->focus == FOCUS_TOP) {
        layout->top = take_left(rest, rest->w);
        return;
    }
    if (app->maximised)
        return;
    if (w >= 120)
        layout->facets = take_left(rest, FACETS_WIDTH);
    else if (facets)
        layout->facets = take_left(rest, rest->w < 2 * DRAWER_WIDTH ? rest->w : DRAWER_WIDTH);
    if (w >= 160) {
        struct rect right = take_right(rest, RIGHT_WIDTH);
        layout->record = take_bottom(&right, right.h >= 30 ? 12 : right.h / 3);
        layout->events = take_bottom(&right, right.h >= 24 ? 8 : right.h / 4);
        layout->top = right;
    } else if (top && rest->w >= 30) {
        layout->top = take_left(rest, rest->w);
    }
}

static void make_small(struct app *app, struct rect rest)
{
    struct layout *layout = &app->layout;
    layout->filter = take_top(&rest, rest.h >= 2 ? 1 : 0);
    if (layout->tiny) {
        layout->event = app->look.notice[0] && rest.h >= 2 ? take_bottom(&rest, 1) : (struct rect){0};
        side_panes(app, &rest, rest.w);
        layout->rows = rest;
        return;
    }
    layout->footer = take_bottom(&rest, rest.h >= 6 ? 1 : 0);
    layout->event = take_bottom(&rest, rest.h >= 7 ? 1 : 0);
    if (!app->maximised)
        layout->spark = take_top(&rest, rest.h >= 8 ? 2 : rest.h >= 5 ? 1 : 0);
    side_panes(app, &rest, rest.w);
    layout->rows = rest;
}

void layout_make(struct app *app)
{
    int w = app->canvas.w, h = app->canvas.h;
    struct layout *layout = &app->layout;
    struct rect rest = {0, 0, w, h};
    *layout = (struct layout){.tiny = w < 40 || h < 6, .small = w < 80 || h < 20};
    app->look.compact = w < 66;
    layout->status = take_top(&rest, 1);
    if (layout->small) {
        make_small(app, rest);
        return;
    }
    layout->filter = take_top(&rest, 1);
    layout->footer = take_bottom(&rest, 1);
    layout->event = take_bottom(&rest, 1);
    layout->following = take_bottom(&rest, w >= 120 ? 1 : 0);
    layout->chart = take_top(&rest, chart_height(app, h));
    bool drawer_below_header = w < 120;
    if (drawer_below_header) {
        layout->header = take_top(&rest, 1);
        side_panes(app, &rest, w);
        /* The header goes with its columns when a drawer pushes them aside. */
        layout->header.x = rest.x;
        layout->header.w = rest.w;
        struct rect *over = layout->top.h ? &layout->top : &layout->facets;
        if (rest.w <= 0 && over->h) { /* nothing is left of the table: its heading's line is free */
            over->y--;
            over->h++;
        }
    } else {
        side_panes(app, &rest, w);
        layout->header = take_top(&rest, 1);
    }
    layout->rows = rest;
}
