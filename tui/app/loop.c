/* loop.c - one turn after the other: wait, take what came, handle keys, paint.
 *
 * A key is answered at once. What the data changes is painted at most `fps` times a second, and less often
 * when frames are large: the terminal gets about as many bytes a second as BUDGET allows, because over SSH the
 * line is the bottleneck. Counts are refreshed once a second. Nothing is painted when nothing changed. */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "app/names.h"
#include "app/script.h"
#include "app/state.h"

enum {
    PUMP_MS = 12,           /* work on data between two looks at the keyboard */
    REFRESH_MS = 1000,      /* counts, while data streams in */
    FIRST_REFRESH_MS = 100, /* counts, while history comes in: the first screens should fill fast */
};

struct loop {
    struct app *app;
    struct script *script;
    int64_t now_ms, next_frame_ms, next_refresh_ms, rate_ms;
    int64_t shown_second; /* of the clock on screen */
    uint64_t rate_bytes;
    double kb_per_s; /* to the terminal, over the last 5 s */
    bool data_changed, more;
};

/* Bytes a second that streaming may cost: 4.6 KB at 80x24, 13 KB at 200x50, in proportion between. */
static double byte_budget(const struct app *app)
{
    double cells = (double)app->canvas.w * app->canvas.h;
    return cells <= 1920 ? 4600 : 4600 + (cells - 1920) * 8400 / 8080;
}

void loop_resize(struct app *app)
{
    int w, h;
    term_size(app->term, &w, &h);
    if (w != app->canvas.w || h != app->canvas.h) {
        canvas_resize(&app->canvas, w, h);
    }
    app->stale |= REFRESH_ALL;
    app->key_pressed = true;
}

/* Sources change state and say things; the newest word is shown. */
static void hear_sources(struct app *app)
{
    struct look *look = &app->look;
    look_at_sources(look);
    look->live = !weir_session_ended(app->session);
    look->reading = false;
    for (size_t k = 0; k < weir_session_sources(app->session); k++) {
        weir_source_status status;
        weir_session_source(app->session, k, &status);
        look->reading |= status.state == WEIR_SOURCE_READING;
        if (status.text.text[0] && strcmp(app->source_notice, status.text.text) != 0) {
            weir_safe_format(app->source_notice, sizeof app->source_notice, "%s", status.text.text);
            app_notice(app, status.state == WEIR_SOURCE_FAILED, "%s", status.text.text);
        }
    }
}

static void update_terminal_text(struct loop *loop)
{
    struct app *app = loop->app;
    char *text = app->look.terminal;
    size_t size = sizeof app->look.terminal;
    int len = snprintf(text, size, "%s %dc %dfps", term_is_ascii(app->term) ? "ascii" : "utf8", term_colors(app->term),
                       app->options.fps);
    /* Pictures and tests must not depend on the machine, and what has ended sends nothing. */
    if (app->options.session.now || !app->look.live)
        return;
    if (loop->now_ms - loop->rate_ms >= 5000) {
        uint64_t bytes = term_bytes(app->term);
        loop->kb_per_s = (double)(bytes - loop->rate_bytes) / (double)(loop->now_ms - loop->rate_ms);
        loop->rate_bytes = bytes;
        loop->rate_ms = loop->now_ms;
    }
    if (loop->kb_per_s > 0)
        snprintf(text + len, size - (size_t)len, " %.1fKB/s", loop->kb_per_s);
}

static int timeline_width(const struct app *app)
{
    const struct layout *layout = &app->layout;
    if (layout->chart.h)
        return timeline_columns(layout->chart.w, false);
    return timeline_columns(layout->spark.h ? layout->spark.w : app->canvas.w, true);
}

static void frame(struct loop *loop)
{
    struct app *app = loop->app;
    struct look *look = &app->look;
    bool was_reading = look->reading;
    look->now = weir_session_now(app->session);
    hear_sources(app);
    if (was_reading && !look->reading) /* all of history is here: say the last word on it at once */
        app->stale |= REFRESH_ALL;
    layout_make(app);
    app_keep_place(app);
    bool due = loop->data_changed && loop->now_ms >= loop->next_refresh_ms;
    unsigned what = app->stale | (due ? (unsigned)REFRESH_ALL : 0);
    if (due)
        loop->next_refresh_ms = loop->now_ms + (look->reading ? FIRST_REFRESH_MS : REFRESH_MS);
    if (what) {
        look_refresh(look, what, timeline_width(app));
        app->stale = weir_view_busy(look->view) ? REFRESH_ALL : 0;
    }
    app_causes(app, what != 0);
    if (app->names)
        names_of_cursor(app);
    if (what)
        update_terminal_text(loop);
    paint(app);
    uint64_t bytes = term_show(app->term, &app->canvas);
    int64_t pause = 1000 / app->options.fps, afford = (int64_t)((double)bytes * 1000 / byte_budget(app));
    loop->next_frame_ms = loop->now_ms + (pause > afford || look->reading ? pause : afford);
    loop->shown_second = look->now;
    if (due || !loop->data_changed)
        loop->data_changed = weir_view_busy(look->view);
    app->key_pressed = false;
}

/* When the loop must wake though nothing happens: the clock on screen, a notice that ends, a frame that is due. */
static int wait_ms(const struct loop *loop, bool more)
{
    const struct app *app = loop->app;
    more |= app->layer == LAYER_SILENT && app->silent_told == SIZE_MAX;
    more |= (app->rules || app->what_if) && !app->list_is_whole;
    if (app->is_blaming && !more && !app->key_pressed)
        return 10;
    if (more || app->key_pressed || loop->script)
        return more || app->key_pressed ? 0 : 20;
    int64_t wait = -1;
    if (loop->data_changed)
        wait = loop->next_frame_ms - loop->now_ms;
    if (app->look.live && !app->options.session.now && (wait < 0 || wait > 1000))
        wait = 1000;
    if (app->names && (wait < 0 || wait > 500)) /* a name may have come */
        wait = 500;
    if (app->look.notice[0] && app->notice_until && (wait < 0 || wait > app->notice_until - loop->now_ms))
        wait = app->notice_until - loop->now_ms;
    return wait < -1 ? 0 : wait > 60000 ? 60000 : (int)wait;
}

void loop_keys(struct app *app)
{
    key k;
    while (!app->quit && (k = term_key(app->term)) != K_NONE) {
        if (k == K_HANGUP) {
            app->quit = true;
            app->exit_status = 129;
        } else if (k == K_RESIZE) {
            loop_resize(app);
        } else {
            layout_make(app);
            app_key(app, k);
        }
    }
}

void loop_signals(struct app *app)
{
    int status = 0;
    key k = term_signal(app->term, &status);
    if (k == K_RESIZE)
        loop_resize(app);
    if (k == K_HANGUP) {
        app->quit = true;
        app->exit_status = status;
    }
}

static bool wants_frame(const struct loop *loop)
{
    const struct app *app = loop->app;
    if (app->key_pressed || (app->notice_until && app->look.notice[0] && loop->now_ms >= app->notice_until))
        return true;
    if (loop->now_ms < loop->next_frame_ms)
        return false;
    return loop->data_changed || app->names || (app->look.live && weir_session_now(app->session) != loop->shown_second);
}

static void turn(struct loop *loop)
{
    struct app *app = loop->app;
    bool ready = term_ready(app->term);
    struct pollfd fds[6] = {{.fd = term_key_fd(app->term), .events = POLLIN},
                            {.fd = term_signal_fd(app->term), .events = POLLIN},
                            {.fd = weir_session_fd(app->session), .events = POLLIN},
                            {.fd = ready ? -1 : term_out_fd(app->term), .events = POLLOUT},
                            {.fd = app->options.network ? weir_network_fd(app->options.network) : -1, .events = POLLIN},
                            {.fd = app->options.trail ? weir_trail_fd(app->options.trail) : -1, .events = POLLIN}};
    int polled = poll(fds, 6, wait_ms(loop, loop->more));
    loop->now_ms = app_mono_ms();
    if (polled > 0 && fds[1].revents)
        loop_signals(app);
    loop->data_changed |= app_network_pump(app);
    unsigned changed = weir_session_pump(app->session, PUMP_MS);
    loop->more = changed & WEIR_CHANGED_MORE;
    if (changed & ~(unsigned)WEIR_CHANGED_MORE)
        loop->data_changed = true;
    if (app_events_pump(app))
        loop->data_changed = app->key_pressed = true;
    if (app->layer == LAYER_SILENT) {
        size_t was = app->silent_told;
        app_silent_drops(app);
        app->key_pressed |= app->silent_told != was;
    }
    app->key_pressed |= app_rules_pump(app);
    if (!app->quit)
        loop_keys(app);
    loop->more |= app->key_pressed; /* it may have begun something */
    if (app->look.notice[0] && app->notice_until && loop->now_ms >= app->notice_until) {
        app->look.notice[0] = '\0';
        app->notice_until = 0;
        app->key_pressed = true;
    }
    if (!ready)
        term_flush(app->term);
    if (!app->quit && term_ready(app->term) && wants_frame(loop))
        frame(loop);
}

int loop_run(struct app *app, weir_error *err)
{
    struct loop loop = {.app = app, .now_ms = app_mono_ms(), .data_changed = true, .shown_second = -1};
    if (app->options.keys && script_open(app->options.keys, &loop.script, err))
        return 2;
    loop.rate_ms = loop.now_ms;
    loop_resize(app);
    while (!app->quit) {
        turn(&loop);
        bool settled = !app->look.reading && !loop.more && !app->is_blaming && !weir_view_busy(app->look.view) &&
                       !app->key_pressed && !loop.data_changed;
        if (loop.script && !app->key_pressed && !script_run(loop.script, app, settled)) {
            script_close(loop.script);
            loop.script = NULL;
        }
    }
    script_close(loop.script);
    names_close();
    return app->exit_status;
}
