/* service.c - one service, opened: what became of its new connections over time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/event_lines.h"

enum { HISTORY_COLUMNS = 64, HISTORY_BESIDE = 24, FLIPS_SHOWN = 8, LEVELS = 8, SERVICES_LISTED = 1000 };

static const char *level(const struct app *app, uint32_t count, uint32_t most)
{
    static const char *const bars[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const plain[] = {" ", ".", ".", ":", ":", "|", "|", "#", "#"};
    uint32_t k = most ? (uint32_t)(((uint64_t)count * LEVELS + most - 1) / most) : 0;
    return (app->canvas.ascii ? plain : bars)[k > LEVELS ? LEVELS : k];
}

static void add_bars(struct app *app, const weir_history *history, size_t n, bool rejects)
{
    char bars[HISTORY_COLUMNS * 4 + 1] = "";
    uint32_t most = 0;
    size_t len = 0;
    for (size_t k = 0; k < n; k++) {
        uint32_t count = rejects ? history[k].rejects : history[k].accepts;
        most = count > most ? count : most;
    }
    for (size_t k = 0; k < n; k++) {
        uint32_t count = rejects ? history[k].rejects : history[k].accepts;
        len += (size_t)snprintf(bars + len, sizeof bars - len, "%s", history[k].known ? level(app, count, most) : "-");
    }
    char *line = list_add(app, false);
    if (line)
        weir_safe_format(line, LIST_TEXT, "   %-9s %s %u", rejects ? "rejected" : "accepted", bars, most);
}

static bool same_service(const weir_service *a, const weir_service *b)
{
    return strcmp(a->interface_id.text, b->interface_id.text) == 0 && a->port == b->port &&
           a->protocol == b->protocol && a->outbound == b->outbound &&
           memcmp(&a->remote, &b->remote, sizeof a->remote) == 0;
}

static void put_mark(const char **at, size_t n, int64_t column, const char *mark)
{
    if (column >= 0 && column < (int64_t)n)
        at[column] = mark;
}

/* The service's flips and the changes behind them, over the columns in which they happened. */
static void add_marks(struct app *app, const weir_service *service, int64_t from, int64_t step, size_t n)
{
    char marks[HISTORY_COLUMNS * 4 + 1] = "";
    const char *at[HISTORY_COLUMNS];
    size_t len = 0;
    bool ascii = app->canvas.ascii;
    for (size_t k = 0; k < n; k++)
        at[k] = " ";
    weir_flip flips[FLIPS_SHOWN];
    size_t n_flips = weir_session_flips(app->session, flips, FLIPS_SHOWN);
    for (size_t f = n_flips; f > 0; f--) {
        if (!same_service(&flips[f - 1].service, service))
            continue;
        const weir_incident *incident = app_incident(app, flips[f - 1].id, NULL);
        for (size_t k = 0; incident && k < incident->n_suspects; k++)
            put_mark(at, n, (incident->suspects[k].change.time - from) / step, ascii ? "o" : "◇");
        put_mark(at, n, (flips[f - 1].first_reject - from) / step, ascii ? "v" : "▼");
        if (flips[f - 1].recovered)
            put_mark(at, n, (flips[f - 1].first_accept - from) / step, ascii ? "^" : "↑");
    }
    for (size_t k = 0; k < n; k++)
        len += (size_t)snprintf(marks + len, sizeof marks - len, "%s", at[k]);
    char *line = list_add(app, false);
    if (line)
        weir_safe_format(line, LIST_TEXT, "   %-9s %s", "", marks);
}

/* `since`: what should be in sight. */
void event_history(struct app *app, const weir_service *service, int64_t since)
{
    weir_history history[HISTORY_COLUMNS];
    weir_watched watched;
    char span[24], title[160];
    weir_session_watched(app->session, &watched);
    int64_t step = watched.step ? watched.step : 60, behind = app->look.now - since;
    int room = event_width(app) - HISTORY_BESIDE, columns = room < 8                 ? 8
                                                            : room < HISTORY_COLUMNS ? room
                                                                                     : HISTORY_COLUMNS;
    while (behind / step > columns * 5 / 8 && step < 3600)
        step *= 2;
    int64_t right = behind / step + 2 < columns / 2 ? columns * 3 / 8 : columns * 5 / 8;
    int64_t from = since / step * step - (columns - right) * step;
    size_t n = (size_t)columns;
    weir_session_history(app->session, service, from, step, history, n);
    while (n > 1 && !history[n - 1].known)
        n--;
    snprintf(title, sizeof title, "New connections, %s a column", look_span(step, span, sizeof span).text);
    event_blank(app);
    event_title(app, title);
    add_marks(app, service, from, step, n);
    add_bars(app, history, n, false);
    add_bars(app, history, n, true);
}

/* ---- a service, opened ---- */

void app_fill_service(struct app *app, size_t k)
{
    static weir_service_state services[SERVICES_LISTED]; /* the screen has one thread */
    char name[160], text[320];
    size_t n = weir_session_services(app->session, services, SERVICES_LISTED);
    list_clear(app);
    free(app->report);
    app->report = NULL;
    app->report_len = 0;
    app->open_flip = 0;
    if (k >= n)
        return;
    weir_service service = services[k].service;
    event_wrapped(app, " ", weir_service_text(&service, name, sizeof name).text, true);
    event_field(app, "is",
                services[k].flipped    ? "rejected, and was accepted"
                : services[k].learning ? "learned: it is not known for long enough to be judged"
                                       : "well");
    event_field(app, "interface", service.interface_id.text);
    event_field(app, "filter", weir_service_filter(&service, text, sizeof text).text);
    int64_t first, last;
    if (!weir_view_span(app->look.view, &first, &last))
        return;
    weir_flip flips[FLIPS_SHOWN];
    int64_t since = first + (last - first) / 2;
    n = weir_session_flips(app->session, flips, FLIPS_SHOWN);
    for (size_t f = n; f > 0; f--)
        if (same_service(&flips[f - 1].service, &service))
            since = flips[f - 1].first_reject;
    event_history(app, &service, since);
}
