/* app.c - lifetime of the dashboard, and where a key goes. */
#include "app/state.h"
#include "cli/notice.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/stats.h"

int64_t app_mono_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void app_notice(struct app *app, bool is_error, const char *format, ...)
{
    char text[sizeof app->look.notice];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    weir_safe_format(app->look.notice, sizeof app->look.notice, "%s", text);
    app->look.notice_is_error = is_error;
    bool stands_still = app->options.session.now != 0;
    app->notice_until = stands_still ? 0 : app_mono_ms() + (is_error ? 30000 : 8000);
}

context app_context(const struct app *app)
{
    if (app->layer == LAYER_DETAIL)
        return CONTEXT_DETAIL;
    if (app->layer != LAYER_NONE)
        return CONTEXT_LIST;
    if (app->picker)
        return CONTEXT_PICKER;
    switch (app->look.focus) {
    case FOCUS_FACETS: return CONTEXT_FACETS;
    case FOCUS_TOP: return CONTEXT_TOP;
    case FOCUS_ROWS: break;
    }
    return CONTEXT_MAIN;
}

void app_key(struct app *app, key k)
{
    app->key_pressed = true;
    if (app->asking != ASK_NOTHING) {
        ask_key(app, k);
        return;
    }
    if (k != K_ESC) /* Esc takes the notice away and does nothing else */
        app->look.notice[0] = '\0';
    if (app->layer == LAYER_COPY && k > ' ' && k < 127)
        for (int line = 0; line < app->n_list; line++)
            if ((key)app->list[line].left[0] == k) {
                app->layer = LAYER_NONE;
                export_copy(app, line);
                return;
            }
    const struct action *action = action_for_key(app_context(app), k);
    if (action)
        action->run(app, k);
    else if (k != K_PASTE_BEGIN && k != K_PASTE_END &&
             (app_context(app) == CONTEXT_MAIN || app_context(app) == CONTEXT_PICKER))
        app_notice(app, false, "no such key here; ? shows all keys");
}

static bool open_terminal(struct app *app, weir_error *err)
{
    const struct app_options *options = &app->options;
    struct term_options term = {
        .theme = app->theme, .color = options->color, .ascii = options->ascii, .mouse = options->mouse};
    if (term_open(&term, &app->term, err))
        return false;
    app->canvas.ascii = term_is_ascii(app->term);
    return true;
}

/* What is looked at in the session, as it is at first. */
static void begin(struct app *app)
{
    const weir_session_options *session = &app->options.session;
    struct look *look = &app->look;
    look->session = app->session;
    look->view = weir_session_view(app->session);
    look->follow = true;
    look->local = app->options.local;
    look->column = 2;
    look->endpoint = app->options.endpoint;
    look->history_s = session->since       ? weir_session_now(app->session) - session->since
                      : session->horizon_s ? session->horizon_s
                                           : HORIZON_USUAL_S;
    look_at_sources(look);
    app_forget_why(app);
    if (!app_network_pump(app)) /* causes will be asked for: the ring is read for them as it fills */
        weir_session_set_network(app->session, NULL);
    weir_session_watch(app->session);
    weir_session_set_trail(app->session, app->options.trail);
    weir_error err = {0};
    if (app->options.by_start && weir_session_order(app->session, WEIR_ORDER_START, &err))
        app_notice(app, true, "%s", err.text);
    app_set_filter(app, weir_query_text(weir_session_query(app->session)).text);
    if (!app->n_undo) { /* an empty filter is where undo ends */
        app->undo[0] = strdup("");
        app->n_undo = app->undo[0] != NULL;
    }
}

static bool open_app(struct app *app, weir_error *err)
{
    const struct app_options *options = &app->options;
    weir_error theme_error = {0};
    theme_load(options->theme ? options->theme : "default", &app->theme, &theme_error);
    if (!app->theme || !ask_open(app)) {
        weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
        return false;
    }
    bool picks = options->session.n_sources == 0;
    if (picks && !(open_terminal(app, err) && picker_run(app, err)))
        return false;
    if (!picks && (weir_session_open(&options->session, &app->session, err) || !open_terminal(app, err)))
        return false;
    if (theme_error.status)
        app_notice(app, true, "%s", theme_error.text);
    begin(app);
    return notice_new(options->on_incident, &app->notice, err) == WEIR_OK;
}

static void close_app(struct app *app)
{
    term_close(app->term);
    if (app->session && app->options.stats)
        stats_write(stderr, app->session, NULL);
    app_forget_why(app);
    app_rules_close(app);
    app_events_close(app);
    weir_session_close(app->session);
    picker_close(app);
    ask_close(app);
    theme_free(app->theme);
    canvas_done(&app->canvas);
    for (int k = 0; k < app->n_undo; k++)
        free(app->undo[k]);
    for (size_t k = 0; app->picked && app->picked[k]; k++)
        free(app->picked[k]);
    free(app->picked);
    free(app->picked_format);
}

static int status_of(weir_status status)
{
    return status == WEIR_E_USAGE || status == WEIR_E_SYNTAX ? 2 : status == WEIR_E_DENIED ? 3 : 1;
}

int app_run(const struct app_options *options, weir_error *err)
{
    struct app *app = calloc(1, sizeof *app);
    if (!app) {
        weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
        return 1;
    }
    app->options = *options;
    int status = open_app(app, err) ? loop_run(app, err) : app->quit ? app->exit_status : status_of(err->status);
    close_app(app);
    free(app);
    return status;
}
