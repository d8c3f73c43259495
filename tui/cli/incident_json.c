/* incident_json.c - an incident as one JSON object. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/incident.h"

void incident_json_text(FILE *out, weir_safe text)
{
    fputc('"', out);
    for (const char *at = text.text; *at; at++) {
        if (*at == '"' || *at == '\\')
            fputc('\\', out);
        if (*at == '\n')
            fputs("\\n", out);
        else
            fputc(*at, out);
    }
    fputc('"', out);
}

static void put_text(FILE *out, const char *name, weir_safe text)
{
    fprintf(out, ",\"%s\":", name);
    if (*text.text)
        incident_json_text(out, text);
    else
        fputs("null", out);
}

static void put_time(FILE *out, const char *name, int64_t seconds)
{
    if (seconds)
        fprintf(out, ",\"%s\":%" PRId64, name, seconds);
    else
        fprintf(out, ",\"%s\":null", name);
}

static void put_flag(FILE *out, const char *name, bool flag)
{
    fprintf(out, ",\"%s\":%s", name, flag ? "true" : "false");
}

static void put_service(FILE *out, const weir_service *service)
{
    char text[160], filter[320];
    fputs(",\"service\":{\"text\":", out);
    incident_json_text(out, weir_service_text(service, text, sizeof text));
    put_text(out, "interface_id", service->interface_id);
    put_text(out, "name", service->name);
    fprintf(out, ",\"protocol\":%d,\"port\":%d", service->protocol, service->port);
    put_flag(out, "outbound", service->outbound);
    put_text(out, "filter", weir_service_filter(service, filter, sizeof filter));
    fputc('}', out);
}

static void put_event(FILE *out, const weir_trail_event *event, bool raw)
{
    fprintf(out, "{\"time\":%" PRId64, event->time);
    put_text(out, "event_id", event->id);
    put_text(out, "event_name", event->name);
    put_text(out, "service", event->service);
    put_text(out, "target", event->target);
    put_text(out, "who", event->who);
    put_text(out, "session", event->session);
    put_text(out, "on_behalf_of", event->identity);
    put_text(out, "from", event->from);
    put_text(out, "tool", event->tool);
    put_text(out, "user_agent", event->agent);
    put_flag(out, "automation", event->is_automation);
    put_flag(out, "refused", event->refused);
    put_text(out, "error_code", event->error);
    fputs(",\"changes\":[", out);
    for (size_t k = 0; k < event->n_lines; k++) {
        if (k)
            fputc(',', out);
        incident_json_text(out, event->lines[k]);
    }
    fputc(']', out);
    if (raw && *event->raw.text)
        fprintf(out, ",\"raw\":%s", event->raw.text);
    fputc('}', out);
}

static void put_suspects(FILE *out, const char *name, const weir_suspect *suspects, size_t n, bool raw)
{
    fprintf(out, ",\"%s\":[", name);
    for (size_t k = 0; k < n; k++) {
        fprintf(out, "%s{\"score\":%.3f,\"seconds_before_first_reject\":%" PRId64, k ? "," : "", suspects[k].score,
                suspects[k].before_s);
        put_text(out, "why", suspects[k].why);
        put_text(out, "also", suspects[k].also);
        put_text(out, "undo", suspects[k].undo);
        put_text(out, "undo_note", suspects[k].undo_note);
        fputs(",\"event\":", out);
        put_event(out, &suspects[k].change, raw);
        fputc('}', out);
    }
    fputc(']', out);
}

static void put_events(FILE *out, const char *name, const weir_trail_event *events, size_t n, bool raw)
{
    fprintf(out, ",\"%s\":[", name);
    for (size_t k = 0; k < n; k++) {
        if (k)
            fputc(',', out);
        put_event(out, &events[k], raw);
    }
    fputc(']', out);
}

void incident_json(FILE *out, const weir_incident *incident, const struct incident_frame *frame, const char *event)
{
    const weir_flip *flip = &incident->flip;
    fputc('{', out);
    if (event)
        fprintf(out, "\"event\":\"%s\",", event);
    fprintf(out, "\"flip_id\":\"%016" PRIx64 "\"", flip->id);
    put_text(out, "title", incident->title);
    put_text(out, "summary", incident->summary);
    put_text(out, "certainty", (weir_safe){weir_certainty_word(incident->certainty)});
    put_text(out, "cause", incident->cause);
    put_text(out, "common", incident->common);
    put_service(out, &flip->service);
    put_time(out, "last_accept", flip->last_accept);
    put_time(out, "first_reject", flip->first_reject);
    put_time(out, "last_reject", flip->recovered ? flip->last_reject : 0);
    put_time(out, "first_accept", flip->recovered ? flip->first_accept : 0);
    fprintf(out, ",\"rejects\":%" PRIu64 ",\"accepts\":%" PRIu64 ",\"evidence\":%.1f", flip->rejects, flip->accepts,
            flip->evidence);
    put_flag(out, "partial", flip->partial);
    put_flag(out, "answers", flip->answers);
    put_flag(out, "recovered", flip->recovered);
    put_flag(out, "provisional", flip->provisional);
    put_flag(out, "waiting_for_cloudtrail", incident->waiting);
    put_suspects(out, "suspects", incident->suspects, incident->n_suspects, frame->raw);
    put_suspects(out, "recoveries", incident->recoveries, incident->n_recoveries, frame->raw);
    put_events(out, "refused", incident->refused, incident->n_refused, frame->raw);
    put_events(out, "others", incident->others, incident->n_others, frame->raw);
    fputc('}', out);
}
