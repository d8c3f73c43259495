/* incident.c - one event, opened: who, when, from where, with what, the diff, the command that undoes it, the service's
 * history, the raw event; and the report of it for the clipboard and files. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/event_lines.h"
#include "cli/incident.h"
#include "cli/notice.h"

enum { FLIPS_CUT = 8 };

void app_events_close(struct app *app)
{
    for (size_t k = 0; k < INCIDENTS_KEPT; k++) {
        weir_incident_free(app->incident[k].incident);
        app->incident[k].incident = NULL;
    }
    free(app->report);
    app->report = NULL;
    notice_free(app->notice);
    app->notice = NULL;
}

/* What the cause of a flip depends on, beside the flip itself. */
static unsigned seen_now(const struct app *app, const weir_flip *flip)
{
    unsigned network = app->options.network ? weir_network_generation(app->options.network) : 0;
    unsigned trail = app->options.trail ? weir_trail_generation(app->options.trail) : 0;
    return (network * 4096 + trail) * 2 + flip->recovered;
}

/* Its numbers grow while the cause stays: the texts are the incident's own. */
static void renew(weir_incident *incident, const weir_flip *flip)
{
    weir_service service = incident->flip.service;
    incident->flip = *flip;
    incident->flip.service = service;
}

static size_t place_of(const struct app *app, uint64_t flip_id)
{
    for (size_t k = 0; k < INCIDENTS_KEPT; k++)
        if (app->incident[k].used && app->incident[k].id == flip_id)
            return k;
    return SIZE_MAX;
}

static void begin(struct app *app, uint64_t flip_id, unsigned seen)
{
    if (app->is_blaming || !weir_session_incident_begin(app->session, flip_id))
        return;
    app->is_blaming = true;
    app->blaming_id = flip_id;
    app->blaming_seen = seen;
}

const weir_incident *app_incident(struct app *app, uint64_t flip_id, bool *is_final)
{
    weir_flip flip;
    size_t at = place_of(app, flip_id);
    bool is_there = weir_session_flip(app->session, flip_id, &flip);
    unsigned seen = is_there ? seen_now(app, &flip) : 0;
    weir_incident *incident = at == SIZE_MAX ? NULL : app->incident[at].incident;
    bool is_known = at != SIZE_MAX && (!is_there || app->incident[at].seen == seen);
    if (!is_known && is_there)
        begin(app, flip_id, seen);
    if (incident && is_there)
        renew(incident, &flip);
    if (is_final)
        *is_final = is_known || !is_there;
    return incident;
}

bool app_incident_pump(struct app *app)
{
    weir_incident *incident = NULL;
    weir_error ignored;
    uint64_t id = 0;
    if (!app->is_blaming)
        return false;
    if (weir_session_incident_take(app->session, &id, &incident, &ignored) == WEIR_AGAIN)
        return false;
    app->is_blaming = false;
    size_t at = place_of(app, app->blaming_id);
    if (at == SIZE_MAX)
        at = app->n_incidents++ % INCIDENTS_KEPT;
    weir_incident_free(app->incident[at].incident);
    app->incident[at].incident = incident;
    app->incident[at].id = app->blaming_id;
    app->incident[at].seen = app->blaming_seen;
    app->incident[at].used = true;
    return true;
}

/* ---- lines ---- */

static void add_raw(struct app *app, const char *raw)
{
    if (!*raw)
        return;
    event_blank(app);
    event_title(app, "The event as CloudTrail tells it");
    while (*raw && app->n_list < LIST_MAX - 1) {
        size_t n = strcspn(raw, "\n");
        char *line = list_add(app, false);
        if (!line)
            return;
        weir_safe_format(line, LIST_TEXT, "   %.*s", (int)(n < LIST_TEXT - 8 ? n : LIST_TEXT - 8), raw);
        app->list[app->n_list - 1].dim = true;
        raw += n;
        raw += *raw == '\n';
    }
}

static void put_when(const struct app *app, int64_t time, int64_t before_s, char *out, size_t size)
{
    char moment[64], span[24];
    weir_safe when = look_time(&app->look, time, TIME_FULL, moment, sizeof moment);
    weir_safe apart = look_span(before_s < 0 ? -before_s : before_s, span, sizeof span);
    snprintf(out, size, "%s, %s %s the first REJECT", when.text, apart.text, before_s < 0 ? "after" : "before");
}

static void add_who(struct app *app, const weir_trail_event *event)
{
    char who[320], tool[320];
    snprintf(who, sizeof who, "%.120s%s%.80s%s%.80s%s", event->who.text, *event->session.text ? ", session " : "",
             event->session.text, *event->identity.text ? ", on behalf of " : "", event->identity.text,
             event->is_automation ? " (automation)" : "");
    snprintf(tool, sizeof tool, "%.60s%s%.200s%s", event->tool.text, *event->tool.text ? "  " : "", event->agent.text,
             event->from_console && strcmp(event->tool.text, "console") != 0 ? " (signed in to the console)" : "");
    event_field(app, "who", who);
    event_field(app, "from", event->from.text);
    event_field(app, "with", tool);
}

static void add_diff(struct app *app, const weir_trail_event *event)
{
    for (size_t k = 0; k < event->n_lines; k++)
        event_wrapped(app, "     ", event->lines[k].text, event->lines[k].text[0] == '-');
}

static void add_suspect(struct app *app, const weir_suspect *suspect, const char *title)
{
    char when[160], heading[320];
    const weir_trail_event *event = &suspect->change;
    snprintf(heading, sizeof heading, "%s: %.80s on %.120s", title, event->name.text, event->target.text);
    event_blank(app);
    event_title(app, heading);
    put_when(app, event->time, suspect->before_s, when, sizeof when);
    event_field(app, "when", when);
    add_who(app, event);
    add_diff(app, event);
    event_field(app, "why", suspect->why.text);
    event_field(app, "also", suspect->also.text);
    event_field(app, "undo", suspect->undo.text);
    event_field(app, "note", suspect->undo_note.text);
}

static void add_aside(struct app *app, const weir_trail_event *event, const char *why)
{
    char text[400], time[40];
    snprintf(text, sizeof text, "%s %.80s by %.120s on %.100s%s%.60s",
             look_time(&app->look, event->time, TIME_CLOCK, time, sizeof time).text, event->name.text, event->who.text,
             event->target.text, *event->error.text ? ": " : "", event->error.text);
    event_field(app, why, text);
}

/* ---- a flip, opened ---- */

static void make_report(struct app *app, const weir_incident *incident)
{
    const weir_session_options *session = &app->options.session;
    char sources[1024] = "";
    size_t len = 0;
    for (size_t k = 0; k < session->n_sources && len < sizeof sources - 1; k++)
        len += (size_t)snprintf(sources + len, sizeof sources - len, "%s%.400s", k ? " " : "", session->sources[k]);
    char safe[1024];
    weir_sanitize(sources, strlen(sources), safe, sizeof safe);
    const struct incident_frame frame = {.sources = safe};
    free(app->report);
    app->report = NULL;
    app->report_len = 0;
    FILE *text = open_memstream(&app->report, &app->report_len);
    if (!text)
        return;
    incident_markdown(text, incident, &frame);
    fclose(text);
}

static void fill_incident(struct app *app, const weir_incident *incident)
{
    char text[320], first[64], last[64], count[32];
    const weir_flip *flip = &incident->flip;
    event_wrapped(app, " ", incident->title.text, true);
    event_wrapped(app, " ", incident->summary.text, false);
    event_blank(app);
    if (flip->last_accept)
        snprintf(text, sizeof text, "after %s and by %s",
                 look_time(&app->look, flip->last_accept, TIME_FULL, last, sizeof last).text,
                 look_time(&app->look, flip->first_reject, TIME_FULL, first, sizeof first).text);
    else
        snprintf(text, sizeof text, "by %s",
                 look_time(&app->look, flip->first_reject, TIME_FULL, first, sizeof first).text);
    event_field(app, "broke", text);
    snprintf(text, sizeof text, "%s new connections; evidence %.0f nats%s",
             look_number(flip->rejects, count, sizeof count).text, flip->evidence,
             flip->provisional ? "; provisional: its records are not all here yet" : "");
    event_field(app, "rejected", text);
    event_field(app, "the rules", incident->cause.text);
    event_field(app, "in common", incident->common.text);
    for (size_t k = 0; k < incident->n_suspects; k++)
        add_suspect(app, &incident->suspects[k], k ? "Less likely" : "The change");
    for (size_t k = 0; k < incident->n_recoveries; k++)
        add_suspect(app, &incident->recoveries[k], "The repair");
    if (incident->n_refused + incident->n_others) {
        event_blank(app);
        event_title(app, "Not a cause");
    }
    for (size_t k = 0; k < incident->n_refused; k++)
        add_aside(app, &incident->refused[k], "refused");
    for (size_t k = 0; k < incident->n_others; k++)
        add_aside(app, &incident->others[k], "other");
    event_history(app, &incident->flip.service, flip->first_reject);
    if (incident->n_suspects)
        add_raw(app, incident->suspects[0].change.raw.text);
    make_report(app, incident);
}

/* ---- a change, opened ---- */

/* Services whose flip it is behind, as far as that was worked out. */
static void add_cut(struct app *app, const char *event_id)
{
    weir_flip flips[FLIPS_CUT];
    size_t n = weir_session_flips(app->session, flips, FLIPS_CUT), found = 0;
    for (size_t k = 0; k < n; k++) {
        const weir_incident *incident = app_incident(app, flips[k].id, NULL);
        if (incident && incident->n_suspects && strcmp(incident->suspects[0].change.id.text, event_id) == 0)
            event_field(app, found++ ? "" : "cut", incident->title.text);
    }
}

static void fill_change(struct app *app, size_t k)
{
    weir_trail_event event;
    char text[320], time[64];
    if (!weir_session_trail_event(app->session, k, &event))
        return;
    snprintf(text, sizeof text, "%.80s on %.140s%s%.60s", event.name.text, event.target.text,
             event.refused ? " was refused: " : "", event.error.text);
    event_wrapped(app, " ", text, true);
    event_field(app, "when", look_time(&app->look, event.time, TIME_FULL, time, sizeof time).text);
    add_who(app, &event);
    event_field(app, "effect", event.refused ? "none: it was refused" : event.effect.text);
    add_diff(app, &event);
    add_cut(app, event.id.text);
    add_raw(app, event.raw.text);
}

void app_fill_event(struct app *app, const struct look_event *event)
{
    list_clear(app);
    free(app->report);
    app->report = NULL;
    app->report_len = 0;
    app->open_flip = 0;
    if (event->kind == EVENT_CHANGE || event->kind == EVENT_REFUSED) {
        fill_change(app, (size_t)event->id);
        return;
    }
    bool is_final;
    const weir_incident *incident = app_incident(app, event->id, &is_final);
    app->open_flip = event->id;
    if (incident)
        fill_incident(app, incident);
    else
        weir_safe_format(list_add(app, false), LIST_TEXT,
                         is_final ? " it is not known any more" : " working out which change is behind it ...");
}

/* ---- taking it away ---- */

void app_report_copy(struct app *app)
{
    weir_error err = {0};
    if (!app->report) {
        app_notice(app, false, "only a flip has a report");
        return;
    }
    if (term_copy(app->term, (weir_safe){app->report}, &err))
        app_notice(app, true, "%s", err.text);
    else
        app_notice(app, false, "copied the report as Markdown");
}

void act_list_copy(struct app *app, key pressed)
{
    (void)pressed;
    if (app->layer == LAYER_EVENT)
        app_report_copy(app);
}

void act_list_save(struct app *app, key pressed)
{
    (void)pressed;
    if (app->layer == LAYER_EVENT && app->report)
        ask(app, ASK_FILE, "");
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static bool write_report(struct app *app, int fd, bool json)
{
    FILE *out = fdopen(fd, "w");
    if (!out) {
        close(fd);
        return false;
    }
    const struct incident_frame frame = {.sources = ""};
    size_t at = place_of(app, app->open_flip);
    if (json && at != SIZE_MAX && app->incident[at].incident) {
        incident_json(out, app->incident[at].incident, &frame, NULL);
        fputc('\n', out);
    } else {
        fwrite(app->report, 1, app->report_len, out);
    }
    bool is_good = !ferror(out);
    return fclose(out) == 0 && is_good;
}

/* Never over an existing file, never readable by others: it names people and hosts. */
bool app_report_save(struct app *app, const char *path)
{
    if (app->layer != LAYER_EVENT || !app->report)
        return false;
    bool json = ends_with(path, ".json");
    if (!json && !ends_with(path, ".md")) {
        app_notice(app, true, "name the file .md or .json");
        return true;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || !write_report(app, fd, json)) {
        app_notice(app, true, "cannot save to %s: %s", path, errno == EEXIST ? "it exists already" : strerror(errno));
        return true;
    }
    app_notice(app, false, "saved the report to %s", path);
    return true;
}
