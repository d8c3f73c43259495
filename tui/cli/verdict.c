/* verdict.c - see verdict.h. */
#include "cli/verdict.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE_BYTES = 1024 };

/* Words over as many lines as they need, the later ones indented by two more. */
static void put(struct out *out, int width, int indent, const char *text)
{
    size_t room = (size_t)(width - indent), hang = 0;
    while (*text) {
        size_t len = strlen(text), cut = room - hang;
        if (len > cut) {
            while (cut > 0 && text[cut] != ' ')
                cut--;
            if (cut == 0)
                cut = strcspn(text, " ");
            len = cut;
        }
        out_spaces(out, (size_t)indent + hang);
        out_bytes(out, text, len);
        out_char(out, '\n');
        text += len;
        text += strspn(text, " ");
        hang = 2;
    }
}

static void heading(struct out *out, const char *text)
{
    out_char(out, '\n');
    out_text(out, (weir_safe){text});
    out_char(out, '\n');
}

static void put_list(struct out *out, int width, const char *title, const weir_safe *text, size_t n)
{
    if (n)
        heading(out, title);
    for (size_t k = 0; k < n; k++)
        put(out, width, 2, text[k].text);
}

static void put_head(struct out *out, const weir_explanation *why, int width)
{
    char line[LINE_BYTES];
    put(out, width, 0, why->title.text);
    if (why->cause != WEIR_CAUSE_NONE) {
        const weir_cause_info *info = weir_cause_get(why->cause);
        snprintf(line, sizeof line, "%s, %s (%d %%)%s", info->name, why->confidence_word.text, why->confidence,
                 info->harmless ? ", usually harmless" : "");
        put(out, width, 2, line);
    }
    put(out, width, 2, why->flow.text);
    snprintf(line, sizeof line, "%s; %s", why->phase.text, why->direction.text);
    put(out, width, 2, line);
}

static void put_decided(struct out *out, const weir_explanation *why, int width)
{
    char line[LINE_BYTES];
    if (!*why->acted_on.rule.text)
        return;
    heading(out, "What decided");
    snprintf(line, sizeof line, "%s %s%s%s%s: %s", why->acted_on.component.text, why->acted_on.id.text,
             *why->acted_on.name.text ? " (" : "", why->acted_on.name.text, *why->acted_on.name.text ? ")" : "",
             why->acted_on.rule.text);
    put(out, width, 2, line);
}

static void put_hops(struct out *out, const weir_explanation *why, int width, int indent)
{
    weir_path_line line;
    for (size_t k = 0; weir_explanation_path(why, width - indent, k, &line); k++) {
        out_spaces(out, (size_t)indent);
        out_text(out, (weir_safe){line.glyph});
        out_spaces(out, 3 - strlen(line.glyph));
        out_text(out, line.text);
        out_char(out, '\n');
    }
}

static void put_fix(struct out *out, const weir_explanation *why, int width)
{
    const weir_safe commands[] = {why->fix.command, why->fix.second_command, why->fix.third_command};
    if (!*why->fix.words.text)
        return;
    heading(out, "The smallest change that lets it through");
    put(out, width, 2, why->fix.words.text);
    for (size_t k = 0; k < sizeof commands / sizeof *commands; k++) {
        if (!*commands[k].text)
            continue;
        out_spaces(out, 2);
        out_text(out, commands[k]);
        out_char(out, '\n');
    }
    if (*why->fix.risk.text)
        put(out, width, 2, why->fix.risk.text);
}

static void put_near_misses(struct out *out, const weir_explanation *why, int width)
{
    if (why->n_near_misses)
        heading(out, "Rules that almost matched");
    for (size_t k = 0; k < why->n_near_misses; k++) {
        put(out, width, 2, why->near_misses[k].rule.text);
        put(out, width, 4, why->near_misses[k].why.text);
    }
}

void verdict_text(struct out *out, const weir_explanation *why, int width)
{
    put_head(out, why, width);
    put_decided(out, why, width);
    put_list(out, width, "Others would block it too", why->also_blocking, why->n_also_blocking);
    put_fix(out, why, width);
    put_near_misses(out, why, width);
    if (why->n_hops) {
        heading(out, "Path");
        put_hops(out, why, width, 2);
    }
    if (why->n_evidence)
        heading(out, "Evidence");
    for (size_t k = 0; k < why->n_evidence; k++)
        put(out, width, 2, why->evidence[k].text.text);
    put_list(out, width, "Assumed", why->assumptions, why->n_assumptions);
    put_list(out, width, "Not known", why->missing, why->n_missing);
    put_list(out, width, "What to look at next", why->next_steps, why->n_next_steps);
}

void verdict_path(struct out *out, const weir_explanation *why, int width)
{
    put(out, width, 0, why->flow.text);
    put_hops(out, why, width, 0);
}

weir_status verdict_json(struct out *out, const weir_explanation *why, weir_error *err)
{
    char *line = weir_explanation_json(why);
    if (!line)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    out_bytes(out, line, strlen(line));
    out_char(out, '\n');
    free(line);
    return WEIR_OK;
}
