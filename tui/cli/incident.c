/* incident.c - an incident as Markdown. Whatever comes from outside stands in code spans or fences, so that none of it
 * is read as Markdown; a fence is longer than any run of backticks in it. */
#include "cli/incident.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

enum { TEXT_BYTES = 640 };

const char *incident_time(int64_t seconds, char *buffer)
{
    time_t t = (time_t)seconds;
    struct tm moment;
    if (!seconds || !gmtime_r(&t, &moment) || !strftime(buffer, 32, "%Y-%m-%dT%H:%M:%SZ", &moment))
        snprintf(buffer, 32, "-");
    return buffer;
}

/* In a code span: backticks would end it. */
static void put_code(FILE *out, const char *text)
{
    fputc('`', out);
    for (; *text; text++)
        fputc(*text == '`' ? '\'' : *text, out);
    fputc('`', out);
}

/* In running text: what Markdown reads as a mark is escaped. */
static void put_plain(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("\\`*_[]<>|#", *text))
            fputc('\\', out);
        fputc(*text, out);
    }
}

static void put_fence(FILE *out, const char *kind, const char *text)
{
    size_t longest = 0, run = 0;
    for (const char *at = text; *at; at++) {
        run = *at == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    char fence[64];
    size_t n = longest < 3 ? 3 : longest + 1 < sizeof fence ? longest + 1 : sizeof fence - 1;
    memset(fence, '`', n);
    fence[n] = '\0';
    fprintf(out, "%s%s\n%s\n%s\n", fence, kind, text, fence);
}

static void put_row(FILE *out, int64_t t, const char *what)
{
    char moment[32];
    fprintf(out, "| %s | ", incident_time(t, moment));
    put_plain(out, what);
    fputs(" |\n", out);
}

static void put_timeline(FILE *out, const weir_incident *incident)
{
    const weir_flip *flip = &incident->flip;
    char text[TEXT_BYTES];
    fputs("\n## Timeline\n\n| time (UTC) | what |\n|---|---|\n", out);
    for (size_t k = incident->n_others; k > 0; k--) {
        const weir_trail_event *event = &incident->others[k - 1];
        snprintf(text, sizeof text, "%.80s by %.120s on %.120s (not a cause: it does not touch these packets)",
                 event->name.text, event->who.text, event->target.text);
        put_row(out, event->time, text);
    }
    for (size_t k = incident->n_refused; k > 0; k--) {
        const weir_trail_event *event = &incident->refused[k - 1];
        snprintf(text, sizeof text, "%.80s by %.120s was refused (%.80s): not a cause", event->name.text,
                 event->who.text, event->error.text);
        put_row(out, event->time, text);
    }
    for (size_t k = 0; k < incident->n_suspects; k++) {
        const weir_trail_event *event = &incident->suspects[k].change;
        snprintf(text, sizeof text, "%.80s by %.120s on %.120s", event->name.text, event->who.text, event->target.text);
        put_row(out, event->time, text);
    }
    if (flip->last_accept)
        put_row(out, flip->last_accept, "last new connection that was accepted");
    put_row(out, flip->first_reject, "first new connection that was rejected");
    if (flip->recovered)
        put_row(out, flip->first_accept, "first new connection that was accepted again");
    for (size_t k = 0; k < incident->n_recoveries; k++) {
        const weir_trail_event *event = &incident->recoveries[k].change;
        snprintf(text, sizeof text, "repaired by %.80s by %.120s on %.120s", event->name.text, event->who.text,
                 event->target.text);
        put_row(out, event->time, text);
    }
}

static void put_item(FILE *out, const char *name, const char *text)
{
    if (!*text)
        return;
    fprintf(out, "- %s: ", name);
    put_code(out, text);
    fputc('\n', out);
}

static void put_suspect(FILE *out, const weir_suspect *suspect, const char *title, bool raw)
{
    const weir_trail_event *event = &suspect->change;
    char moment[32];
    fprintf(out, "\n## %s\n\n", title);
    put_code(out, event->name.text);
    fprintf(out, " at %s, match %.0f %%: ", incident_time(event->time, moment), suspect->score * 100);
    put_plain(out, suspect->why.text);
    fputs("\n\n", out);
    put_item(out, "on", event->target.text);
    put_item(out, "by", event->who.text);
    put_item(out, "session", event->session.text);
    put_item(out, "on behalf of", event->identity.text);
    put_item(out, "with", *event->tool.text ? event->tool.text : event->agent.text);
    put_item(out, "from", event->from.text);
    put_item(out, "event", event->id.text);
    put_item(out, "also", suspect->also.text);
    char diff[8192] = "";
    size_t len = 0;
    for (size_t k = 0; k < event->n_lines && len < sizeof diff - 2; k++) {
        int n = snprintf(diff + len, sizeof diff - len, "%s%s", k ? "\n" : "", event->lines[k].text);
        len += n < 0 ? 0 : (size_t)n < sizeof diff - len ? (size_t)n : sizeof diff - len - 1;
    }
    if (len) {
        fputc('\n', out);
        put_fence(out, "diff", diff);
    }
    if (*suspect->undo.text) {
        fputs("\nUndo:\n\n", out);
        put_fence(out, "sh", suspect->undo.text);
    }
    if (*suspect->undo_note.text) {
        fputc('\n', out);
        put_plain(out, suspect->undo_note.text);
        fputc('\n', out);
    }
    if (raw && *event->raw.text) {
        fputc('\n', out);
        put_fence(out, "json", event->raw.text);
    }
}

static void put_commands(FILE *out, const weir_incident *incident, const struct incident_frame *frame)
{
    char filter[320], text[1600], since[32];
    const weir_flip *flip = &incident->flip;
    weir_service_filter(&flip->service, filter, sizeof filter);
    incident_time((flip->last_accept ? flip->last_accept : flip->first_reject) - 600, since);
    snprintf(text, sizeof text,
             "weir %s -s %s -f '%s'\nweir timeline %s -s %s -f '%s'\nweir explain %s --count 3 -f '%s action = REJECT'",
             frame->sources, since, filter, frame->sources, since, filter, frame->sources, filter);
    fputs("\n## See it\n\n", out);
    put_fence(out, "sh", text);
}

void incident_markdown(FILE *out, const weir_incident *incident, const struct incident_frame *frame)
{
    const weir_flip *flip = &incident->flip;
    fputs("# ", out);
    put_plain(out, incident->title.text);
    fputs("\n\n", out);
    put_plain(out, incident->summary.text);
    fputs("\n\n", out);
    fprintf(out, "- rejected: %" PRIu64 " new connections (accepted meanwhile: %" PRIu64 ")\n", flip->rejects,
            flip->accepts);
    fprintf(out, "- evidence: %.0f nats; %.1f %% were rejected before\n", flip->evidence, flip->usual * 100);
    if (*incident->cause.text) {
        fputs("- the rules now: ", out);
        put_plain(out, incident->cause.text);
        fputc('\n', out);
    }
    if (*incident->common.text) {
        fputs("- in common: ", out);
        put_plain(out, incident->common.text);
        fputc('\n', out);
    }
    put_timeline(out, incident);
    for (size_t k = 0; k < incident->n_suspects; k++)
        put_suspect(out, &incident->suspects[k], k ? "Less likely" : "The change", frame->raw);
    for (size_t k = 0; k < incident->n_recoveries; k++)
        put_suspect(out, &incident->recoveries[k], "The repair", frame->raw);
    put_commands(out, incident, frame);
}
