/* lists.c - what the lists over the panes say: keys, lines that could not be read, the ledger. */
#include <inttypes.h>

#include "app/state.h"

static struct list_line *next_line(struct app *app)
{
    return app->n_list < LIST_MAX ? &app->list[app->n_list++] : NULL;
}

void list_clear(struct app *app)
{
    app->n_list = app->list_scroll = app->list_cursor = 0;
}

char *list_add(struct app *app, bool title)
{
    struct list_line *line = next_line(app);
    if (!line)
        return NULL;
    char *text = app->list_text[line - app->list];
    *text = '\0';
    *line = (struct list_line){.left = text, .title = title};
    app->list_rule[line - app->list] = SIZE_MAX;
    return text;
}

void list_add_pair(struct app *app, const char *left, const char *right, bool title)
{
    struct list_line *line = next_line(app);
    if (line)
        *line = (struct list_line){.left = left, .right = right, .title = title};
}

void act_help(struct app *app, key pressed)
{
    (void)pressed;
    list_clear(app);
    for (int k = 0; k < GROUP_COUNT; k++) {
        int g = app->picker ? (k + GROUP_PICKER) % GROUP_COUNT : k; /* what holds here comes first */
        if (k)
            list_add_pair(app, "", NULL, false);
        list_add_pair(app, group_title((help_group)g), NULL, true);
        for (int id = 0; id < ACTION_COUNT; id++)
            if ((int)action_get((action_id)id)->group == g)
                list_add_pair(app, action_get((action_id)id)->keys, action_get((action_id)id)->help, false);
    }
    app->layer = LAYER_HELP;
}

void act_bad_lines(struct app *app, key pressed)
{
    (void)pressed;
    weir_bad_line bad;
    list_clear(app);
    for (size_t k = 0; app->n_list + 1 < LIST_MAX && weir_session_bad_line(app->session, k, &bad); k++) {
        weir_safe_format(list_add(app, true), LIST_TEXT, "%s line %" PRIu64 ": %s", bad.source.text, bad.number,
                         bad.why.text);
        weir_safe_format(list_add(app, false), LIST_TEXT, "    %s", bad.line.text);
    }
    if (app->n_list)
        app->layer = LAYER_BAD_LINES;
    else
        app_notice(app, false, "every line could be read");
}

/* ---- the ledger ---- */

static void add_contract(struct app *app)
{
    char span[24];
    int64_t horizon = app->options.session.horizon_s ? app->options.session.horizon_s : HORIZON_USUAL_S;
    if (!app->look.sources.in_aws) {
        weir_safe_format(list_add(app, false), LIST_TEXT, "Every record that could be read is shown once.");
        return;
    }
    weir_safe_format(list_add(app, false), LIST_TEXT,
                     "Every record that becomes readable within %s of its start is shown once.",
                     look_span(horizon, span, sizeof span).text);
    weir_safe_format(list_add(app, false), LIST_TEXT, "What cannot be proved complete stands below, newest first.");
}

/* Up to when each source is complete. */
static void add_closed(struct app *app)
{
    char time[64];
    for (size_t k = 0; k < weir_session_sources(app->session) && app->n_list < LIST_MAX / 2; k++) {
        weir_source_status status;
        weir_session_source(app->session, k, &status);
        char *text = status.closed ? list_add(app, false) : NULL;
        if (text)
            weir_safe_format(text, LIST_TEXT, "%s is complete up to %s", status.name.text,
                             look_time(&app->look, status.closed, TIME_FULL, time, sizeof time).text);
    }
}

static weir_safe gap_time(const struct app *app, int64_t t, char *buffer, size_t size)
{
    return t ? look_time(&app->look, t, TIME_FULL, buffer, size) : WEIR_SAFE("?");
}

void act_gaps(struct app *app, key pressed)
{
    (void)pressed;
    weir_gap gap;
    char from[64], to[64];
    list_clear(app);
    add_contract(app);
    add_closed(app);
    list_add(app, false);
    size_t n = 0;
    for (; app->n_list + 2 < LIST_MAX && weir_session_gap(app->session, n, &gap); n++) {
        weir_safe_format(list_add(app, true), LIST_TEXT, "%s  %s to %s", gap.source.text,
                         gap_time(app, gap.from, from, sizeof from).text, gap_time(app, gap.to, to, sizeof to).text);
        weir_safe_format(list_add(app, false), LIST_TEXT, "    %s", gap.reason.text);
    }
    char *text = list_add(app, false);
    if (!n && app->look.totals.gaps)
        weir_safe_format(text, LIST_TEXT, "%" PRIu64 " gaps were counted; no more is known of them.",
                         app->look.totals.gaps);
    else if (!n)
        weir_safe_format(text, LIST_TEXT, "There is no gap.");
    else if (app->look.totals.gaps > n)
        weir_safe_format(text, LIST_TEXT, "and %" PRIu64 " more", app->look.totals.gaps - n);
    app->layer = LAYER_GAPS;
}
