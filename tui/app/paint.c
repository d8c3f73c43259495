/* paint.c - paints all panes for the layout, then what lies over them. */
#include "app/state.h"

#include <ctype.h>
#include <string.h>

#include "screen/text.h"

void paint_footer(struct app *app, struct rect area)
{
    context now = app_context(app);
    int x = area.x + 1, end = area.x + area.w;
    for (int pass = 0; pass < 2; pass++) {
        context shown = pass == 0 ? now : CONTEXT_MAIN;
        if (pass == 1 && (now == CONTEXT_MAIN || now == CONTEXT_DETAIL || now == CONTEXT_LIST || now == CONTEXT_PICKER))
            break;
        for (int id = 0; id < ACTION_COUNT; id++) {
            const struct action *action = action_get((action_id)id);
            if (action->context != shown || !action->footer[0])
                continue;
            if (pass == 1 && action_for_key(now, action_first_key(action)) != action)
                continue;
            char name[16];
            size_t len = strcspn(action->keys, " ");
            const char *label = action->footer;
            if (action->id == ACTION_HOLD && !app->look.follow)
                label = "Follow";
            weir_safe_format(name, sizeof name, "%.*s", (int)len, action->keys);
            /* "?Help", but "e:Spike": a letter would run into its label. */
            bool apart = len > 1 || isalnum((unsigned char)name[0]);
            int need = (int)strlen(name) + apart + (int)strlen(label) + 1;
            if (x + need > end)
                continue;
            x += canvas_printf(&app->canvas, x, area.y, -1, ROLE_KEY, "%s", name);
            x += canvas_printf(&app->canvas, x, area.y, -1, ROLE_TEXT, apart ? ":%s" : "%s", label) + 1;
        }
    }
}

static void prompt_area(struct app *app)
{
    struct prompt *prompt = app_prompt(app);
    const struct layout *layout = &app->layout;
    bool in_filter = app->asking == ASK_FILTER && layout->filter.h;
    struct rect bar = in_filter ? layout->filter : layout->event.h ? layout->event : layout->status;
    struct canvas *canvas = &app->canvas;
    canvas_fill(canvas, bar, ROLE_FILTER);
    weir_safe label = ask_label(app);
    int used = canvas_text(canvas, bar.x + 1, bar.y, bar.w - 1, ROLE_KEY, label) + 2;
    if (!prompt)
        return;
    struct rect line = {bar.x + used, bar.y, bar.w - used - 1, 1};
    bool below = bar.y < canvas->h / 2;
    int room = below ? canvas->h - bar.y - 1 : bar.y;
    int h = room < 12 ? room : 12;
    struct rect list = {line.x, below ? bar.y + 1 : bar.y - h, line.w < 64 ? line.w : 64, h};
    prompt_paint(prompt, canvas, line, list);
    if (!prompt_is_valid(prompt) && layout->event.h && in_filter) {
        canvas_fill(canvas, layout->event, ROLE_TEXT);
        canvas_text(canvas, layout->event.x + 1, layout->event.y, layout->event.w - 2, ROLE_ERROR, prompt_why(prompt));
    }
}

static struct rect middle(const struct app *app, int w, int h)
{
    int most_w = app->canvas.w, most_h = app->canvas.h - (app->canvas.h > 12 ? 2 : 0);
    w = w < most_w ? w : most_w;
    h = h < most_h ? h : most_h;
    return (struct rect){(app->canvas.w - w) / 2, (app->canvas.h - h) / 2, w, h};
}

static void paint_detail(struct app *app)
{
    struct canvas *canvas = &app->canvas;
    struct rect area = middle(app, 150, 60);
    const weir_explanation *why = app->detail_tab == TAB_FIELDS ? NULL : app_why(app);
    detail_frame(canvas, area, app->detail_tab,
                 WEIR_SAFE(" Tab why, path, fields  j k scroll  n N next record  y copy  Esc close "));
    if (app->detail_tab == TAB_FIELDS) {
        app->detail_lines = detail_paint(&app->look, canvas, area, app->detail_row, app->detail_scroll);
    } else if (!why) {
        canvas_text(canvas, area.x + 2, area.y + 1, area.w - 4, ROLE_DIM, (weir_safe){app->why_error.text});
        app->detail_lines = 1;
    } else {
        int (*paint_tab)(const weir_explanation *, struct canvas *, struct rect, int) =
            app->detail_tab == TAB_WHY ? why_paint : path_paint;
        app->detail_lines = paint_tab(why, canvas, area, app->detail_scroll);
    }
}

/* The line of notices stays in sight: copying and saving are answered there. */
static struct rect above_notice(const struct app *app)
{
    int most = app->canvas.h >= 8 ? app->canvas.h - 4 : app->canvas.h, h = app->n_list + 2;
    return middle(app, 150, h < most ? h : most);
}

static weir_safe events_title(const struct app *app)
{
    static const char *const titles[] = {"Events, newest first", "Events: flips", "Events: spikes, the rarest first",
                                         "Events: changes", "Services, new connections of about 6 h"};
    return (weir_safe){titles[app->event_filter]};
}

void paint_layers(struct app *app)
{
    switch (app->layer) {
    case LAYER_NONE: break;
    case LAYER_DETAIL: paint_detail(app); break;
    case LAYER_HELP:
        list_paint(&app->canvas, middle(app, 96, 70), WEIR_SAFE("Keys"), WEIR_SAFE(" j k scroll  Esc close "),
                   app->list, (size_t)app->n_list, -1, app->list_scroll);
        break;
    case LAYER_BAD_LINES:
        list_paint(&app->canvas, middle(app, 140, 50), WEIR_SAFE("Lines that could not be read, newest first"),
                   WEIR_SAFE(" j k scroll  Esc close "), app->list, (size_t)app->n_list, -1, app->list_scroll);
        break;
    case LAYER_GAPS:
        list_paint(&app->canvas, middle(app, 110, app->n_list + 2), WEIR_SAFE("Is it complete?"),
                   WEIR_SAFE(" j k scroll  Esc close "), app->list, (size_t)app->n_list, -1, app->list_scroll);
        break;
    case LAYER_NETWORK:
        list_paint(&app->canvas, middle(app, 120, app->n_list + 2), WEIR_SAFE("The network"),
                   WEIR_SAFE(" j k scroll  Esc close "), app->list, (size_t)app->n_list, -1, app->list_scroll);
        break;
    case LAYER_SILENT:
        list_paint(&app->canvas, middle(app, 150, app->n_list + 2), WEIR_SAFE("Accepted and never answered"),
                   WEIR_SAFE(" j k scroll  Esc close "), app->list, (size_t)app->n_list, -1, app->list_scroll);
        break;
    case LAYER_RULES:
        list_paint(&app->canvas, middle(app, 150, app->n_list + 2), WEIR_SAFE("Rules against traffic"),
                   WEIR_SAFE(" Tab whose  u unused  Enter what if it went  Esc close "), app->list, (size_t)app->n_list,
                   app->list_cursor, app->list_scroll);
        break;
    case LAYER_WHAT_IF:
        list_paint(&app->canvas, middle(app, 150, app->n_list + 2), WEIR_SAFE("What if"),
                   WEIR_SAFE(" W another  j k scroll  Esc close "), app->list, (size_t)app->n_list, -1,
                   app->list_scroll);
        break;
    case LAYER_EVENTS:
        list_paint(&app->canvas, middle(app, 150, app->n_list + 2), events_title(app),
                   WEIR_SAFE(" Enter open  Tab kinds  j k move  Esc close "), app->list, (size_t)app->n_list,
                   app->list_cursor, app->list_scroll);
        break;
    case LAYER_EVENT:
        list_paint(&app->canvas, above_notice(app), WEIR_SAFE("Event"),
                   WEIR_SAFE(" y copy report  S save it  j k scroll  Esc back "), app->list, (size_t)app->n_list, -1,
                   app->list_scroll);
        break;
    case LAYER_COPY:
        list_paint(&app->canvas, middle(app, 64, app->n_list + 2), WEIR_SAFE("Copy"),
                   WEIR_SAFE(" Enter copy  Esc close "), app->list, (size_t)app->n_list, app->list_cursor, 0);
        break;
    }
}

void paint(struct app *app)
{
    const struct layout *layout = &app->layout;
    struct canvas *canvas = &app->canvas;
    const struct look *look = &app->look;
    canvas_clear(canvas);
    if (layout->tiny)
        status_line_paint(look, canvas, layout->status);
    else
        status_paint(look, canvas, layout->status);
    const struct {
        struct rect area;
        void (*paint)(const struct look *, struct canvas *, struct rect);
    } panes[] = {
        {layout->filter, filter_paint},
        {layout->chart, timeline_paint},
        {layout->spark, sparkline_paint},
        {layout->rows, rows_paint},
        {layout->header, rows_header_paint},
        {layout->facets, facets_paint},
        {layout->top, top_paint},
        {layout->record, record_paint},
        {layout->events, events_paint},
        {layout->following, following_paint},
        {layout->event, event_line_paint},
    };
    for (size_t k = 0; k < sizeof panes / sizeof *panes; k++) {
        if (panes[k].area.w <= 0 || panes[k].area.h <= 0)
            continue;
        canvas_clip(canvas, panes[k].area);
        panes[k].paint(look, canvas, panes[k].area);
    }
    canvas_clip(canvas, (struct rect){0, 0, canvas->w, canvas->h});
    if (layout->footer.h)
        paint_footer(app, layout->footer);
    paint_layers(app);
    if (app->asking != ASK_NOTHING)
        prompt_area(app);
}
