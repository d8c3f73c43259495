/* picker.c - weir without a source: asks for the flow logs of the region, lets the person choose, opens the session.
 * Has a loop of its own, because there is no session yet; keys, lists and prompts are the dashboard's. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "app/state.h"
#include "cli/flow_log.h"

_Static_assert((int)PICKER_COLUMNS == (int)FLOW_LOG_CELLS, "a column for each cell");

enum { SHOWN_MAX = 4096 }; /* flow logs on the list: a region has 2 or so for each VPC, subnet or interface */

struct picker {
    weir_flow_logs *logs;    /* on the list; NULL = nothing was answered yet */
    weir_flow_logs *pending; /* being asked for, to take their place; NULL = nothing is */
    weir_error error;        /* of asking */
    char place[200];
    size_t shown[SHOWN_MAX];  /* of the list: those that have the words */
    bool selected[SHOWN_MAX]; /* by their place in the whole list */
    size_t n_shown, cursor, scroll, page;
    struct flow_log_words words; /* of the row that is painted */
    bool chosen;
    int64_t painted_ms;
    bool stale;

    char **sources; /* what was chosen; ours, NULL at the end */
    char *format;
};

/* ---- the list ---- */

static const weir_flow_log *log_at(const struct picker *picker, size_t k)
{
    return k < picker->n_shown ? weir_flow_logs_get(picker->logs, picker->shown[k]) : NULL;
}

/* Whether each word is somewhere in what the list shows. */
static bool has_words(const weir_flow_log *log, const char *words)
{
    struct flow_log_words text;
    flow_log_words(log, &text);
    for (const char *at = words + strspn(words, " "); *at; at += strspn(at, " ")) {
        char word[128];
        size_t len = strcspn(at, " ");
        bool found = false;
        weir_safe_format(word, sizeof word, "%.*s", (int)len, at);
        for (int k = 0; k < FLOW_LOG_CELLS && !found; k++)
            found = strcasestr(text.cell[k], word) != NULL;
        if (!found && !strcasestr(log->id.text, word))
            return false;
        at += len;
    }
    return true;
}

/* Makes the list anew, with the cursor on the flow log `under`, where that is still there. */
static void make_list(struct app *app, const char *under)
{
    struct picker *picker = app->picker;
    size_t n = picker->logs ? weir_flow_logs_count(picker->logs) : 0;
    picker->n_shown = picker->cursor = 0;
    for (size_t k = 0; k < n && k < SHOWN_MAX; k++) {
        const weir_flow_log *log = weir_flow_logs_get(picker->logs, k);
        if (!has_words(log, prompt_text(app->narrow_prompt)))
            continue;
        if (strcmp(log->id.text, under) == 0)
            picker->cursor = picker->n_shown;
        picker->shown[picker->n_shown++] = k;
    }
    picker->stale = true;
}

static void name_cursor(const struct picker *picker, char *buffer, size_t size)
{
    const weir_flow_log *log = log_at(picker, picker->cursor);
    weir_safe_format(buffer, size, "%s", log ? log->id.text : "");
}

void picker_narrow(struct app *app)
{
    char under[64];
    name_cursor(app->picker, under, sizeof under);
    make_list(app, under);
}

/* What was answered stays on the list until the new answer is here. */
static void ask_again(struct app *app)
{
    struct picker *picker = app->picker;
    weir_flow_logs_free(picker->pending);
    picker->pending = NULL;
    picker->error = (weir_error){0};
    weir_flow_logs_ask(app->options.session.aws, &picker->pending, &picker->error);
    picker->stale = true;
}

static void pump(struct app *app)
{
    struct picker *picker = app->picker;
    if (!picker->pending)
        return;
    weir_status status = weir_flow_logs_pump(picker->pending, &picker->error);
    weir_safe_format(picker->place, sizeof picker->place, "%s", weir_flow_logs_place(picker->pending).text);
    if (status == WEIR_AGAIN)
        return;
    if (status == WEIR_OK) {
        char under[64];
        name_cursor(picker, under, sizeof under);
        weir_flow_logs_free(picker->logs);
        picker->logs = picker->pending;
        memset(picker->selected, 0, sizeof picker->selected);
        make_list(app, under);
    } else {
        weir_flow_logs_free(picker->pending);
    }
    picker->pending = NULL;
    picker->stale = true;
}

/* ---- what is seen ---- */

static void row(size_t k, struct picker_row *out, void *user)
{
    struct picker *picker = user;
    flow_log_words(log_at(picker, k), &picker->words);
    *out = (struct picker_row){.selected = picker->selected[picker->shown[k]],
                               .failing = picker->words.failing,
                               .readable = picker->words.readable};
    for (int cell = 0; cell < FLOW_LOG_CELLS; cell++)
        out->cell[cell] = picker->words.cell[cell];
}

static weir_safe detail_of(const struct picker *picker, char *buffer, size_t size)
{
    const weir_flow_log *log = log_at(picker, picker->cursor);
    if (!log)
        return WEIR_SAFE("");
    if (*log->why_not.text)
        return weir_safe_format(buffer, size, "%s: %s", log->id.text, log->why_not.text);
    struct flow_log_words words;
    flow_log_words(log, &words);
    return weir_safe_format(buffer, size, "%s  every %s  %s  %s  %s", log->id.text, words.cell[FLOW_LOG_EVERY],
                            words.cell[FLOW_LOG_FORMAT], log->source.text, log->format.text);
}

static size_t count_selected(const struct picker *picker)
{
    size_t n = 0;
    for (size_t k = 0; k < SHOWN_MAX; k++)
        n += picker->selected[k];
    return n;
}

static void paint_picker(struct app *app)
{
    struct picker *picker = app->picker;
    struct canvas *canvas = &app->canvas;
    char detail[600];
    struct picker_view view = {
        .place = {picker->place},
        .asking = picker->pending ? weir_flow_logs_words(picker->pending) : WEIR_SAFE(""),
        .error = {picker->error.text},
        .detail = detail_of(picker, detail, sizeof detail),
        .words = {prompt_text(app->narrow_prompt)},
        .typing = app->asking == ASK_NARROW,
        .n = picker->n_shown,
        .total = picker->logs ? weir_flow_logs_count(picker->logs) : 0,
        .n_selected = count_selected(picker),
        .cursor = picker->cursor,
        .scroll = &picker->scroll,
        .row = row,
        .user = picker,
    };
    for (int k = 0; k < PICKER_COLUMNS; k++)
        view.title[k] = flow_log_title((enum flow_log_cell)k);
    canvas_clear(canvas);
    picker->page = picker_paint(&view, canvas);
    if (app->look.notice[0])
        canvas_printf(canvas, 1, canvas->h - 2, canvas->w - 2, app->look.notice_is_error ? ROLE_ERROR : ROLE_NOTICE,
                      "%s", app->look.notice);
    paint_footer(app, (struct rect){0, canvas->h - 1, canvas->w, 1});
    paint_layers(app);
    if (app->asking == ASK_NARROW) {
        int y = canvas->h >= 8 ? 1 : 0;
        canvas_fill(canvas, (struct rect){0, y, canvas->w, 1}, ROLE_FILTER);
        canvas_text(canvas, 1, y, 1, ROLE_KEY, WEIR_SAFE("/"));
        prompt_paint(app->narrow_prompt, canvas, (struct rect){3, y, canvas->w - 4, 1}, (struct rect){0});
    }
    term_show(app->term, canvas);
    picker->painted_ms = app_mono_ms();
    picker->stale = app->key_pressed = false;
}

/* ---- what was chosen ---- */

/* The flow log under the cursor, or those that are selected: picks[] gets their places. */
static size_t collect(const struct picker *picker, size_t *picks)
{
    size_t n = 0;
    for (size_t k = 0; k < SHOWN_MAX; k++)
        if (picker->selected[k])
            picks[n++] = k;
    if (!n && picker->n_shown)
        picks[n++] = picker->shown[picker->cursor];
    return n;
}

static void forget_choice(struct picker *picker)
{
    for (size_t k = 0; picker->sources && picker->sources[k]; k++)
        free(picker->sources[k]);
    free(picker->sources);
    free(picker->format);
    picker->sources = NULL;
    picker->format = NULL;
}

/* Objects in S3 name their fields; log groups do not, and what is read has one format. False: they differ. */
static bool take_format(struct app *app, const weir_flow_log *log, const char **format)
{
    if (app->options.session.format || strcmp(log->destination_type.text, "s3") == 0 || !*log->format.text)
        return true;
    if (*format && strcmp(*format, log->format.text) != 0)
        return false;
    *format = log->format.text;
    return true;
}

static bool choose(struct app *app, const size_t *picks, size_t n)
{
    struct picker *picker = app->picker;
    const char *format = NULL;
    forget_choice(picker);
    picker->sources = calloc(n + 1, sizeof *picker->sources);
    for (size_t k = 0; picker->sources && k < n; k++) {
        const weir_flow_log *log = weir_flow_logs_get(picker->logs, picks[k]);
        if (!*log->source.text) {
            app_notice(app, true, "%s", log->why_not.text);
            return false;
        }
        if (!take_format(app, log, &format)) {
            app_notice(app, true, "these flow logs have different formats: open those with the same one together");
            return false;
        }
        picker->sources[k] = strdup(log->source.text);
    }
    picker->format = format ? strdup(format) : NULL;
    if (!picker->sources || !picker->sources[n - 1] || (format && !picker->format)) {
        app_notice(app, true, "out of memory");
        return false;
    }
    return true;
}

static void open_chosen(struct app *app)
{
    struct picker *picker = app->picker;
    static size_t picks[SHOWN_MAX]; /* the screen has one thread */
    size_t n = collect(picker, picks);
    if (!n || !choose(app, picks, n))
        return;
    weir_session_options session = app->options.session;
    weir_error err = {0};
    session.sources = (const char *const *)picker->sources;
    session.n_sources = n;
    if (picker->format)
        session.format = picker->format;
    if (weir_session_open(&session, &app->session, &err)) {
        app_notice(app, true, "%s", err.text);
        return;
    }
    app->options.session = session;
    picker->chosen = true;
}

/* ---- keys ---- */

static void move(struct app *app, int64_t by)
{
    struct picker *picker = app->picker;
    int64_t at = (int64_t)picker->cursor + by, last = (int64_t)picker->n_shown - 1;
    at = at > last ? last : at;
    picker->cursor = at < 0 ? 0 : (size_t)at;
}

#define STEP(name, call)                    \
    void name(struct app *app, key pressed) \
    {                                       \
        (void)pressed;                      \
        call;                               \
    }
STEP(act_picker_down, move(app, 1))
STEP(act_picker_up, move(app, -1))
STEP(act_picker_page_down, move(app, (int64_t)app->picker->page))
STEP(act_picker_page_up, move(app, -(int64_t)app->picker->page))
STEP(act_picker_first, move(app, -SHOWN_MAX))
STEP(act_picker_last, move(app, SHOWN_MAX))
STEP(act_picker_open, open_chosen(app))
STEP(act_picker_again, ask_again(app))
STEP(act_picker_narrow, ask(app, ASK_NARROW, prompt_text(app->narrow_prompt)))
#undef STEP

void act_picker_select(struct app *app, key pressed)
{
    (void)pressed;
    struct picker *picker = app->picker;
    const weir_flow_log *log = log_at(picker, picker->cursor);
    if (!log)
        return;
    if (!*log->source.text) {
        app_notice(app, true, "%s", log->why_not.text);
        return;
    }
    bool *selected = &picker->selected[picker->shown[picker->cursor]];
    *selected = !*selected;
    move(app, 1);
}

void act_picker_back(struct app *app, key pressed)
{
    (void)pressed;
    if (app->look.notice[0]) {
        app->look.notice[0] = '\0';
    } else if (*prompt_text(app->narrow_prompt)) {
        prompt_set(app->narrow_prompt, "");
        picker_narrow(app);
    } else {
        memset(app->picker->selected, 0, sizeof app->picker->selected);
    }
}

/* ---- the loop ---- */

/* The seconds that asking takes are on the screen, and a notice ends. */
static int wait_ms(const struct app *app)
{
    enum { SECOND = 1000 };
    if (app->key_pressed || app->picker->stale)
        return 0;
    int64_t wait = app->picker->pending ? SECOND - (app_mono_ms() - app->picker->painted_ms) : -1;
    if (app->look.notice[0] && app->notice_until) {
        int64_t left = app->notice_until - app_mono_ms();
        wait = wait < 0 || left < wait ? left : wait;
        return wait < 0 ? 0 : (int)wait;
    }
    return app->picker->pending && wait < 0 ? 0 : (int)wait;
}

static void turn(struct app *app)
{
    struct picker *picker = app->picker;
    bool ready = term_ready(app->term);
    struct pollfd fds[] = {{.fd = term_key_fd(app->term), .events = POLLIN},
                           {.fd = term_signal_fd(app->term), .events = POLLIN},
                           {.fd = picker->pending ? weir_flow_logs_fd(picker->pending) : -1, .events = POLLIN},
                           {.fd = ready ? -1 : term_out_fd(app->term), .events = POLLOUT}};
    int polled = poll(fds, sizeof fds / sizeof *fds, ready ? wait_ms(app) : -1);
    if (polled > 0 && fds[1].revents)
        loop_signals(app);
    pump(app);
    if (!app->quit)
        loop_keys(app);
    if (app->look.notice[0] && app->notice_until && app_mono_ms() >= app->notice_until) {
        app->look.notice[0] = '\0';
        app->notice_until = 0;
        picker->stale = true;
    }
    if (!ready)
        term_flush(app->term);
    bool due = picker->stale || app->key_pressed || (picker->pending && app_mono_ms() - picker->painted_ms >= 1000);
    if (due && !app->quit && !picker->chosen && term_ready(app->term))
        paint_picker(app);
}

bool picker_run(struct app *app, weir_error *err)
{
    app->picker = calloc(1, sizeof *app->picker);
    if (!app->picker) {
        weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
        return false;
    }
    app->picker->page = 1;
    loop_resize(app);
    ask_again(app);
    paint_picker(app); /* before anybody has answered */
    while (!app->quit && !app->picker->chosen)
        turn(app);
    if (app->quit)
        return false;
    /* What was chosen outlives the choosing. */
    app->picked = app->picker->sources;
    app->picked_format = app->picker->format;
    app->picker->sources = NULL;
    app->picker->format = NULL;
    picker_close(app);
    app->look.notice[0] = '\0';
    return true;
}

void picker_close(struct app *app)
{
    if (!app->picker)
        return;
    forget_choice(app->picker);
    weir_flow_logs_free(app->picker->logs);
    weir_flow_logs_free(app->picker->pending);
    free(app->picker);
    app->picker = NULL;
}
