/* watch.c - weir watch: one line of JSON for every flip, again when its cause becomes known, and when it recovers. */
#include "cli/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/incident.h"
#include "cli/network.h"
#include "cli/notice.h"
#include "cli/scope.h"

enum { FLIPS_MAX = 256, TICK_MS = 1000, EXIT_BROKEN = 4 };

struct watching {
    struct notice *notice;
    unsigned events; /* weir_session_events() when it was looked last */
    size_t n_told;
    struct {
        uint64_t id;
        weir_certainty certainty;
        unsigned trail; /* generation of the changes when it was told */
        bool recovered;
    } told[FLIPS_MAX]; /* a ring, by number */
};

static weir_status begin(struct run *run, weir_error *err)
{
    weir_status status = trail_take(run->options, &run->trail, err);
    if (status != WEIR_OK)
        return status;
    run->watching = calloc(1, sizeof *run->watching);
    if (!run->watching)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    weir_session_watch(run->session);
    weir_session_set_trail(run->session, run->trail);
    return notice_new(run->options->on_incident, &run->watching->notice, err);
}

void watch_done(struct run *run)
{
    if (run->watching)
        notice_free(run->watching->notice);
    free(run->watching);
    run->watching = NULL;
}

static void write_line(struct run *run, const weir_incident *incident, const char *event)
{
    char *bytes = NULL;
    size_t len = 0;
    const struct incident_frame frame = {.sources = ""};
    FILE *text = open_memstream(&bytes, &len);
    if (!text)
        return;
    incident_json(text, incident, &frame, event);
    fputc('\n', text);
    if (fclose(text) == 0) {
        out_bytes(&run->out, bytes, len);
        out_flush(&run->out);
        notice_send(run->watching->notice, bytes, len);
    }
    free(bytes);
}

static void look_at(struct run *run, const weir_flip *flip)
{
    struct watching *watching = run->watching;
    size_t n = watching->n_told < FLIPS_MAX ? watching->n_told : FLIPS_MAX, at = 0;
    while (at < n && watching->told[at].id != flip->id)
        at++;
    bool is_new = at == n;
    if (!is_new && watching->told[at].recovered)
        return;
    unsigned trail = run->trail ? weir_trail_generation(run->trail) : 0;
    bool is_over = flip->recovered;
    if (!is_new && !is_over && watching->told[at].trail == trail)
        return; /* nothing can have made its cause another */
    weir_incident *incident = NULL;
    weir_error err = {0};
    if (weir_session_incident(run->session, flip->id, &incident, &err) != WEIR_OK)
        return;
    bool is_better = !is_new && incident->certainty > watching->told[at].certainty;
    if (is_new)
        at = watching->n_told++ % FLIPS_MAX;
    watching->told[at].id = flip->id;
    watching->told[at].trail = trail;
    watching->told[at].certainty = incident->certainty;
    watching->told[at].recovered = flip->recovered;
    if (is_new)
        write_line(run, incident, "flip");
    else if (is_better)
        write_line(run, incident, "cause");
    if (is_over)
        write_line(run, incident, "recovery");
    run->exit_status = EXIT_BROKEN;
    weir_incident_free(incident);
}

static bool look(struct run *run)
{
    struct watching *watching = run->watching;
    static weir_flip flips[FLIPS_MAX];
    char why[200];
    bool more_changes = run->trail && weir_trail_pump(run->trail);
    if (!notice_pump(watching->notice, why))
        cli_complain_format("%s", why);
    unsigned events = weir_session_events(run->session);
    if (!more_changes && events == watching->events)
        return true;
    watching->events = events;
    size_t n = weir_session_flips(run->session, flips, FLIPS_MAX);
    for (size_t k = n; k > 0; k--)
        look_at(run, &flips[k - 1]);
    return true;
}

static weir_status end(struct run *run, weir_error *err)
{
    (void)err;
    weir_watched watched;
    look(run);
    trail_await(run->trail, run->options);
    run->watching->events--; /* what came meanwhile is no event of the session */
    look(run);
    weir_session_watched(run->session, &watched);
    if (*watched.words.text)
        cli_complain(watched.words);
    return WEIR_OK;
}

const struct run_class run_watch = {.keep_counts = true,
                                    .network = true,
                                    .tick_ms = TICK_MS,
                                    .budget_ms = 20,
                                    .begin = begin,
                                    .rows = look,
                                    .end = end};
