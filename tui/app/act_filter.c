/* act_filter.c - changing the filter by key: quick filters on the focused value, facets, top groups, undo. */
#include "app/state.h"

#include <stdlib.h>
#include <string.h>

enum { APPLY_MS = 40 };

static char edited[FILTER_TEXT]; /* the screen has one thread */

static void forget(char **text)
{
    free(*text);
    *text = NULL;
}

static void remember(struct app *app, const char *text)
{
    while (app->n_undo > app->undo_at + 1)
        forget(&app->undo[--app->n_undo]);
    if (app->n_undo == UNDO_MAX) {
        forget(&app->undo[0]);
        memmove(app->undo, app->undo + 1, (UNDO_MAX - 1) * sizeof *app->undo);
        app->undo[--app->n_undo] = NULL;
    }
    app->undo[app->n_undo] = strdup(text);
    if (app->undo[app->n_undo])
        app->undo_at = app->n_undo++;
}

static bool apply(struct app *app, const char *text)
{
    weir_error err = {0};
    if (weir_session_filter(app->session, text, &err)) {
        app_notice(app, true, "%s", err.text);
        return false;
    }
    /* Keys that were typed ahead should find the rows of the new filter. */
    weir_session_pump(app->session, APPLY_MS);
    app->stale |= REFRESH_ALL;
    return true;
}

bool app_set_filter(struct app *app, const char *text)
{
    const char *now = app->n_undo ? app->undo[app->undo_at] : "";
    if (!apply(app, text))
        return false;
    weir_session_settle(app->session);
    const char *canonical = weir_query_text(weir_session_query(app->session)).text;
    if (strcmp(now, canonical) != 0)
        remember(app, canonical);
    prompt_history_add(app->filter_prompt, canonical);
    return true;
}

/* A filter that holds again after others were tried. */
static void restore(struct app *app)
{
    if (apply(app, app->n_undo ? app->undo[app->undo_at] : ""))
        weir_session_settle(app->session);
}

void app_preview_filter(struct app *app, const char *text)
{
    if (text)
        apply(app, text);
    else
        restore(app);
}

static void edit(struct app *app, weir_edit how, weir_field field, const weir_value *value)
{
    weir_error err = {0};
    if (weir_query_edit(weir_session_query(app->session), how, field, value, edited, sizeof edited, &err))
        app_notice(app, true, "%s", err.text);
    else
        app_set_filter(app, edited);
}

/* ---- the focused cell ---- */

static void edit_cell(struct app *app, weir_edit how)
{
    struct rows_column columns[24];
    weir_row row;
    size_t n = rows_columns(&app->look, app->layout.rows.w, columns);
    if (!n || !app_cursor_row(app, &row))
        return;
    size_t at = app->look.column < (int)n ? (size_t)app->look.column : n - 1;
    weir_value value = weir_row_value(&row, columns[at].field);
    if (value.type == WEIR_ABSENT) {
        app_notice(app, false, "this record has no %s", weir_field_get(columns[at].field)->name);
        return;
    }
    edit(app, how, columns[at].field, &value);
}

void act_only(struct app *app, key pressed)
{
    (void)pressed;
    edit_cell(app, WEIR_EDIT_ONLY);
}

void act_exclude(struct app *app, key pressed)
{
    (void)pressed;
    edit_cell(app, WEIR_EDIT_EXCLUDE);
}

void act_include(struct app *app, key pressed)
{
    (void)pressed;
    edit_cell(app, WEIR_EDIT_INCLUDE);
}

void act_action(struct app *app, key pressed)
{
    (void)pressed;
    const weir_query *query = weir_session_query(app->session);
    weir_value reject = {.type = WEIR_TEXT, .text = WEIR_SAFE("REJECT")};
    weir_value accept = {.type = WEIR_TEXT, .text = WEIR_SAFE("ACCEPT")};
    if (weir_query_mark(query, WEIR_F_ACTION, &reject) == WEIR_MARK_INCLUDED)
        edit(app, WEIR_EDIT_ONLY, WEIR_F_ACTION, &accept);
    else if (weir_query_mark(query, WEIR_F_ACTION, &accept) == WEIR_MARK_INCLUDED)
        edit(app, WEIR_EDIT_CLEAR, WEIR_F_ACTION, &accept);
    else
        edit(app, WEIR_EDIT_ONLY, WEIR_F_ACTION, &reject);
}

void act_clear(struct app *app, key pressed)
{
    (void)pressed;
    app_set_filter(app, "");
}

void act_filter(struct app *app, key pressed)
{
    (void)pressed;
    ask(app, ASK_FILTER, weir_query_text(weir_session_query(app->session)).text);
}

void act_undo(struct app *app, key pressed)
{
    (void)pressed;
    if (app->undo_at > 0) {
        app->undo_at--;
        restore(app);
    } else {
        app_notice(app, false, "nothing to undo");
    }
}

void act_redo(struct app *app, key pressed)
{
    (void)pressed;
    if (app->undo_at + 1 < app->n_undo) {
        app->undo_at++;
        restore(app);
    } else {
        app_notice(app, false, "nothing to redo");
    }
}

void act_push(struct app *app, key pressed)
{
    static const char *const words[] = {
        [WEIR_PUSH_AUTO] = "auto: while more comes than may be asked for",
        [WEIR_PUSH_ALWAYS] = "always, as far as the server can",
        [WEIR_PUSH_NEVER] = "never: all records come here",
    };
    (void)pressed;
    weir_pushed pushed;
    weir_session_pushed(app->session, &pushed);
    if (!pushed.possible) {
        app_notice(app, false, "no source here has a server that can filter");
        return;
    }
    weir_push next = (weir_push)((pushed.push + 1) % 3);
    weir_session_set_push(app->session, next);
    app_notice(app, false, "filter at the server: %s", words[next]);
}

/* ---- facets ---- */

static void edit_facet(struct app *app, weir_edit how)
{
    struct look *look = &app->look;
    const struct look_facet *facet = &look->facet[look->facet_k];
    weir_value none = {.type = WEIR_NULL};
    if (how == WEIR_EDIT_CLEAR)
        edit(app, how, facet->info.field, &none);
    else if (look->facet_row >= 0 && look->facet_row < (int)facet->n)
        edit(app, how, facet->info.field, &facet->value[look->facet_row].value);
}

void act_facet_include(struct app *app, key pressed)
{
    (void)pressed;
    edit_facet(app, WEIR_EDIT_INCLUDE);
}

void act_facet_exclude(struct app *app, key pressed)
{
    (void)pressed;
    edit_facet(app, WEIR_EDIT_EXCLUDE);
}

void act_facet_only(struct app *app, key pressed)
{
    (void)pressed;
    edit_facet(app, WEIR_EDIT_ONLY);
}

void act_facet_clear(struct app *app, key pressed)
{
    (void)pressed;
    edit_facet(app, WEIR_EDIT_CLEAR);
}

static void go_to_facet(struct app *app, int k)
{
    struct look *look = &app->look;
    int step = k < look->facet_k ? -1 : 1;
    for (k = (k + WEIR_FACETS) % WEIR_FACETS; facet_is_hidden(look, k);)
        k = (k + step + WEIR_FACETS) % WEIR_FACETS;
    look->facet_k = k;
    look->facet_row = look->facet[look->facet_k].n ? 0 : -1;
}

void act_facet_down(struct app *app, key pressed)
{
    (void)pressed;
    struct look *look = &app->look;
    int shown = facets_shown(look, app->layout.facets.h - 2, look->facet_k);
    if (look->facet_row + 1 < shown)
        look->facet_row++;
    else
        go_to_facet(app, look->facet_k + 1);
}

void act_facet_up(struct app *app, key pressed)
{
    (void)pressed;
    struct look *look = &app->look;
    if (look->facet_row > 0) {
        look->facet_row--;
        return;
    }
    go_to_facet(app, look->facet_k - 1);
    look->facet_row = facets_shown(look, app->layout.facets.h - 2, look->facet_k) - 1;
}

void act_facet_next(struct app *app, key pressed)
{
    (void)pressed;
    go_to_facet(app, app->look.facet_k + 1);
}

void act_facet_prev(struct app *app, key pressed)
{
    (void)pressed;
    go_to_facet(app, app->look.facet_k - 1);
}

/* ---- top ---- */

/* A group is one condition for each of its fields; cut addresses are networks. */
static void filter_group(struct app *app, bool only)
{
    struct look *look = &app->look;
    const weir_group *group = weir_view_group(look->view);
    if (look->top_row >= (int)look->n_top)
        return;
    char more[512] = "";
    size_t len = 0;
    for (size_t k = 0; k < group->n; k++) {
        const struct look_value *key_value = &look->top[look->top_row].key[k];
        char text[LOOK_TEXT];
        weir_value_text(group->part[k].field, &key_value->value, WEIR_STYLE_AWS, text, sizeof text);
        len += (size_t)snprintf(more + len, sizeof more - len, "%s%s = %s",
                                k      ? " and "
                                : only ? ""
                                       : "not (",
                                weir_field_get(group->part[k].field)->name, text);
        if (key_value->value.type == WEIR_ADDRESS && len < sizeof more)
            len +=
                (size_t)snprintf(more + len, sizeof more - len, "/%d",
                                 key_value->value.addr.family == 4 ? group->part[k].prefix4 : group->part[k].prefix6);
        if (len >= sizeof more)
            return;
    }
    if (!only)
        snprintf(more + len, sizeof more - len, ")");
    weir_error err = {0};
    if (weir_query_and(weir_session_query(app->session), more, look->now, false, edited, sizeof edited, &err))
        app_notice(app, true, "%s", err.text);
    else
        app_set_filter(app, edited);
}

void act_top_only(struct app *app, key pressed)
{
    (void)pressed;
    filter_group(app, true);
}

void act_top_exclude(struct app *app, key pressed)
{
    (void)pressed;
    filter_group(app, false);
}
