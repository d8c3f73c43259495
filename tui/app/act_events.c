/* act_events.c - flips, spikes and changes: the list of them, the word in the event line, notices to the person. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/state.h"
#include "cli/incident.h"
#include "cli/notice.h"

enum { TEXT_MAX = 320, FLIPS_TOLD = 32, SERVICES_LISTED = 1000 };

/* Which kinds the list shows, by app->event_filter. */
static const unsigned shown_kinds[] = {
    ~0u,
    1u << EVENT_FLIP | 1u << EVENT_RECOVERY,
    1u << EVENT_SPIKE,
    1u << EVENT_CHANGE | 1u << EVENT_REFUSED,
};
enum { SERVICES = sizeof shown_kinds / sizeof *shown_kinds, FILTERS }; /* the last one lists services */

/* ---- the list ---- */

static void add_event(struct app *app, size_t k)
{
    const struct look_event *event = &app->look.event[k];
    char time[64];
    char *text = list_add(app, false);
    if (!text)
        return;
    static const char *const signs[EVENT_KINDS] = {
        [EVENT_FLIP] = "▼", [EVENT_RECOVERY] = "↑", [EVENT_SPIKE] = "▲", [EVENT_CHANGE] = "◇", [EVENT_REFUSED] = "·"};
    static const char *const plain[EVENT_KINDS] = {
        [EVENT_FLIP] = "v", [EVENT_RECOVERY] = "^", [EVENT_SPIKE] = "^", [EVENT_CHANGE] = "o", [EVENT_REFUSED] = "."};
    const char *sign = (app->canvas.ascii ? plain : signs)[event->kind];
    weir_safe_format(text, LIST_TEXT, " %s %s  %s", sign,
                     look_time(&app->look, event->time, TIME_FULL, time, sizeof time).text, event->text);
    app->list[app->n_list - 1].title = event->kind == EVENT_FLIP;
    app->list[app->n_list - 1].dim = event->kind == EVENT_REFUSED;
    app->list_rule[app->n_list - 1] = k;
}

/* Spikes alone are ranked by what is new, not by when or how large. */
static void add_spikes(struct app *app)
{
    bool done[LOOK_EVENTS] = {false};
    for (;;) {
        size_t rarest = SIZE_MAX;
        for (size_t k = 0; k < app->look.n_events; k++)
            if (!done[k] && app->look.event[k].kind == EVENT_SPIKE &&
                (rarest == SIZE_MAX || app->look.event[k].rarity > app->look.event[rarest].rarity))
                rarest = k;
        if (rarest == SIZE_MAX)
            return;
        done[rarest] = true;
        add_event(app, rarest);
    }
}

static void add_services(struct app *app)
{
    static weir_service_state services[SERVICES_LISTED]; /* the screen has one thread */
    char name[160], last[64];
    size_t n = weir_session_services(app->session, services, SERVICES_LISTED);
    for (size_t k = 0; k < n; k++) {
        const weir_service_state *state = &services[k];
        char *text = list_add(app, state->flipped);
        if (!text)
            return;
        double all = state->accepts + state->rejects;
        weir_safe_format(text, LIST_TEXT, " %-8s  %7.0f accepted  %3.0f %% rejected  last %s  %s",
                         state->flipped    ? "REJECTED"
                         : state->learning ? "learning"
                                           : "well",
                         state->accepts, all > 0 ? state->rejects / all * 100 : 0,
                         look_time(&app->look, state->last_accept, TIME_CLOCK, last, sizeof last).text,
                         weir_service_text(&state->service, name, sizeof name).text);
        app->list_rule[app->n_list - 1] = k;
    }
}

static void fill(struct app *app)
{
    list_clear(app);
    if (app->event_filter == SERVICES) {
        add_services(app);
        return;
    }
    if (shown_kinds[app->event_filter] == 1u << EVENT_SPIKE)
        add_spikes(app);
    else
        for (size_t k = 0; k < app->look.n_events; k++)
            if (shown_kinds[app->event_filter] >> app->look.event[k].kind & 1)
                add_event(app, k);
    if (!app->n_list)
        weir_safe_format(list_add(app, false), LIST_TEXT, " nothing of that kind happened");
    char *text = app->look.watching[0] ? list_add(app, false) : NULL;
    if (text) {
        weir_safe_format(text, LIST_TEXT, " %s", app->look.watching);
        app->list[app->n_list - 1].dim = true;
    }
}

void act_events(struct app *app, key pressed)
{
    (void)pressed;
    app->event_filter = 0;
    fill(app);
    app->layer = LAYER_EVENTS;
}

void app_events_next(struct app *app)
{
    app->event_filter = (app->event_filter + 1) % FILTERS;
    fill(app);
}

/* A spike becomes a filter to its part and its window. */
static void filter_to_spike(struct app *app, size_t k)
{
    static const char *const fields[] = {[WEIR_PART_ALL] = NULL,
                                         [WEIR_PART_INTERFACE] = "interface-id",
                                         [WEIR_PART_GROUP] = "security-groups",
                                         [WEIR_PART_PORT] = "dstport",
                                         [WEIR_PART_NETWORK] = "srcaddr"};
    weir_part_spike spikes[64];
    char part[120] = "", text[TEXT_MAX];
    if (k >= weir_session_spikes(app->session, spikes, 64))
        return;
    const weir_part_spike *spike = &spikes[k];
    if (fields[spike->part])
        snprintf(part, sizeof part, "%s %s %s ", fields[spike->part], spike->part == WEIR_PART_NETWORK ? "in" : "=",
                 spike->value.text);
    snprintf(text, sizeof text, "%saction = REJECT start >= %" PRId64 " start < %" PRId64, part, spike->from,
             spike->to);
    app->layer = LAYER_NONE;
    if (app_set_filter(app, text))
        app_go_to_time(app, spike->from);
}

void app_events_choose(struct app *app)
{
    size_t k = app->list_cursor < app->n_list ? app->list_rule[app->list_cursor] : SIZE_MAX;
    if (app->event_filter == SERVICES && k != SIZE_MAX) {
        app->event_at = app->list_cursor;
        app_fill_service(app, k);
        app->layer = LAYER_EVENT;
        return;
    }
    if (k >= app->look.n_events)
        return;
    struct look_event event = app->look.event[k];
    if (event.kind == EVENT_SPIKE) {
        filter_to_spike(app, (size_t)event.id);
        return;
    }
    app->event_at = app->list_cursor;
    app_fill_event(app, &event);
    app->layer = LAYER_EVENT;
}

void app_events_back(struct app *app)
{
    if (app->layer != LAYER_EVENT) {
        app->layer = LAYER_NONE;
        return;
    }
    int at = app->event_at;
    fill(app);
    app->list_cursor = at < app->n_list ? at : 0;
    app->layer = LAYER_EVENTS;
}

/* ---- the word in the event line ---- */

static void put_headline(struct app *app)
{
    struct look *look = &app->look;
    weir_flip flips[FLIPS_TOLD];
    char service[160], time[40], more[32] = "", who[200] = "";
    size_t n = weir_session_flips(app->session, flips, FLIPS_TOLD), open = 0, newest = SIZE_MAX;
    look->headline[0] = '\0';
    for (size_t k = 0; k < n; k++) {
        open += !flips[k].recovered;
        newest = newest == SIZE_MAX && !flips[k].recovered ? k : newest;
    }
    if (newest == SIZE_MAX)
        return;
    const weir_flip *flip = &flips[newest];
    weir_service_text(&flip->service, service, sizeof service);
    weir_safe when = look_time(look, flip->first_reject, TIME_CLOCK, time, sizeof time);
    if (open > 1)
        snprintf(more, sizeof more, " (+%zu)", open - 1);
    const weir_incident *incident = app_incident(app, flip->id, NULL);
    if (incident && incident->n_suspects)
        snprintf(who, sizeof who, ": %.60s by %.100s", incident->suspects[0].change.name.text,
                 incident->suspects[0].change.who.text);
    else if (incident && incident->waiting)
        snprintf(who, sizeof who, ", waiting for CloudTrail");
    char zone[16];
    weir_safe_format(look->headline, sizeof look->headline, "%s %s since %s%s%s%s", service,
                     flip->answers ? "gets no answers out" : "rejected", when.text,
                     look_zone(look, zone, sizeof zone).text, more, who);
}

/* ---- notices ---- */

static bool was_told(struct app *app, uint64_t id, bool now)
{
    size_t most = sizeof app->noticed / sizeof *app->noticed, n = app->n_noticed < most ? app->n_noticed : most;
    for (size_t k = 0; k < n; k++)
        if (app->noticed[k] == id)
            return true;
    if (now)
        app->noticed[app->n_noticed++ % most] = id;
    return false;
}

static void run_command(struct app *app, const weir_incident *incident)
{
    char *bytes = NULL;
    size_t len = 0;
    const struct incident_frame frame = {.sources = ""};
    FILE *text = open_memstream(&bytes, &len);
    if (!text)
        return;
    incident_json(text, incident, &frame, "flip");
    fputc('\n', text);
    if (fclose(text) == 0)
        notice_send(app->notice, bytes, len);
    free(bytes);
}

/* A flip that is still so, and that happened while somebody could be asleep: once. */
static void tell_person(struct app *app)
{
    const struct app_options *options = &app->options;
    weir_flip flips[FLIPS_TOLD];
    if (!app->notice && !options->bell && !options->desktop)
        return;
    size_t n = weir_session_flips(app->session, flips, FLIPS_TOLD);
    for (size_t k = n; k > 0; k--) {
        const weir_flip *flip = &flips[k - 1];
        bool is_final;
        if (flip->recovered || was_told(app, flip->id, false))
            continue;
        const weir_incident *incident = app_incident(app, flip->id, &is_final);
        if (!is_final)
            continue; /* in a moment, with its cause */
        was_told(app, flip->id, true);
        if (options->bell)
            term_bell(app->term);
        if (options->desktop && incident)
            term_notify(app->term, incident->title);
        if (app->notice && incident)
            run_command(app, incident);
    }
}

/* The open flip's cause was worked out: the same lines and more. */
static void refill(struct app *app)
{
    int scroll = app->list_scroll;
    const struct look_event event = {.kind = EVENT_FLIP, .id = app->open_flip};
    app_fill_event(app, &event);
    app->list_scroll = scroll;
}

bool app_events_pump(struct app *app)
{
    char why[200];
    unsigned events = weir_session_events(app->session);
    bool changed = events != app->events_seen || !app->events_begun;
    app->events_seen = events;
    app->events_begun = true;
    if (app->options.trail && weir_trail_pump(app->options.trail))
        changed = true;
    if (!notice_pump(app->notice, why))
        app_notice(app, true, "%s", why);
    if (app_incident_pump(app)) {
        changed = true;
        if (app->layer == LAYER_EVENT && app->open_flip == app->blaming_id)
            refill(app);
    }
    if (!changed)
        return false;
    look_at_events(&app->look, app->session);
    put_headline(app);
    tell_person(app);
    if (app->layer == LAYER_EVENTS) {
        int at = app->list_cursor, scroll = app->list_scroll;
        fill(app);
        app->list_cursor = at < app->n_list ? at : 0;
        app->list_scroll = scroll;
    }
    return true;
}
