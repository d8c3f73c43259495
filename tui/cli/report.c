/* report.c - weir report: reads to the end, waits for CloudTrail where it is asked, and writes every incident. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/incident.h"
#include "cli/network.h"
#include "cli/run.h"
#include "cli/scope.h"

enum { FLIPS_MAX = 64 };

static weir_status begin(struct run *run, weir_error *err)
{
    weir_status status = trail_take(run->options, &run->trail, err);
    if (status != WEIR_OK)
        return status;
    weir_session_watch(run->session);
    weir_session_set_trail(run->session, run->trail);
    return WEIR_OK;
}

static bool rows(struct run *run)
{
    if (run->trail)
        weir_trail_pump(run->trail);
    return true;
}

/* A source as it would be typed: quoted where a shell would read it. */
static void put_sources(const struct cli_options *options, char *out, size_t size)
{
    size_t len = 0;
    *out = '\0';
    for (size_t k = 0; k < options->n_sources && len < size; k++) {
        bool plain =
            strspn(options->sources[k], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%,") ==
            strlen(options->sources[k]);
        char safe[512];
        weir_sanitize(options->sources[k], strlen(options->sources[k]), safe, sizeof safe);
        int n = snprintf(out + len, size - len, plain ? "%s%s" : "%s'%s'", k ? " " : "", safe);
        len += n > 0 ? (size_t)n : 0;
    }
}

static void put_nothing(FILE *text, const struct run *run, bool json)
{
    weir_watched watched;
    weir_session_watched(run->session, &watched);
    if (json)
        return;
    fputs("No service that was accepted is rejected now.\n", text);
    if (*watched.words.text)
        fprintf(text, "\n%s\n", watched.words.text);
}

static weir_status put_all(struct run *run, FILE *text, weir_error *err)
{
    char sources[1024];
    put_sources(run->options, sources, sizeof sources);
    const struct incident_frame frame = {.sources = sources, .raw = run->options->raw};
    bool json = run->options->report == REPORT_JSON;
    static weir_flip flips[FLIPS_MAX];
    size_t n = weir_session_flips(run->session, flips, FLIPS_MAX);
    fputs(json ? "[" : "", text);
    for (size_t k = 0; k < n; k++) {
        weir_incident *incident = NULL;
        weir_status status = weir_session_incident(run->session, flips[k].id, &incident, err);
        if (status != WEIR_OK)
            return status;
        fputs(k && json ? ",\n" : k ? "\n---\n\n" : "", text);
        if (json)
            incident_json(text, incident, &frame, NULL);
        else
            incident_markdown(text, incident, &frame);
        weir_incident_free(incident);
    }
    if (!n)
        put_nothing(text, run, json);
    fputs(json ? "]\n" : "", text);
    return WEIR_OK;
}

static weir_status end(struct run *run, weir_error *err)
{
    char *bytes = NULL;
    size_t len = 0;
    trail_await(run->trail, run->options);
    FILE *text = open_memstream(&bytes, &len);
    if (!text)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    weir_status status = put_all(run, text, err);
    if (fclose(text) != 0 && status == WEIR_OK)
        status = weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    if (status == WEIR_OK)
        out_bytes(&run->out, bytes, len);
    free(bytes);
    cli_complain_of_eviction(run);
    return status;
}

const struct run_class run_report = {
    .keep_counts = true, .network = true, .budget_ms = 20, .begin = begin, .rows = rows, .end = end};
