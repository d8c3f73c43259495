/* why.c - an explanation on the screen: why a record was rejected, and the path it took. Lines are made anew for each
 * frame, wrapped to the width; those above `scroll` are not painted. */
#include "pane/pane.h"

#include <stdio.h>
#include <string.h>

#include "screen/text.h"

struct pen {
    struct canvas *canvas;
    struct rect inner;
    int scroll, line;
};

static bool is_shown(const struct pen *pen)
{
    return pen->line >= pen->scroll && pen->line - pen->scroll < pen->inner.h;
}

static int row_of(const struct pen *pen)
{
    return pen->inner.y + pen->line - pen->scroll;
}

/* How many bytes of the text fit, cut behind a word where that is possible. */
static size_t fit_words(const char *text, int width)
{
    int used;
    size_t len = text_fit((weir_safe){text}, width, &used);
    if (!text[len])
        return len;
    for (size_t at = len; at > 0; at--)
        if (text[at] == ' ')
            return at;
    return len;
}

/* Words over as many lines as they need. */
static void put(struct pen *pen, role r, int indent, const char *text)
{
    int width = pen->inner.w - indent;
    while (*text && width > 0) {
        size_t len = fit_words(text, width);
        if (!len)
            return;
        if (is_shown(pen))
            canvas_printf(pen->canvas, pen->inner.x + indent, row_of(pen), width, r, "%.*s", (int)len, text);
        pen->line++;
        text += len;
        while (*text == ' ')
            text++;
    }
}

static void heading(struct pen *pen, const char *text)
{
    pen->line++;
    put(pen, ROLE_TITLE, 0, text);
}

/* "rule  why", the second part dim on lines of its own. */
static void put_pair(struct pen *pen, const char *first, const char *second)
{
    put(pen, ROLE_TEXT, 2, first);
    if (*second)
        put(pen, ROLE_DIM, 4, second);
}

static void put_list(struct pen *pen, const char *title, const weir_safe *text, size_t n)
{
    if (n)
        heading(pen, title);
    for (size_t k = 0; k < n; k++)
        put(pen, ROLE_TEXT, 2, text[k].text);
}

static void put_fix(struct pen *pen, const weir_explanation *why)
{
    if (!*why->fix.words.text)
        return;
    const char *const commands[] = {why->fix.command.text, why->fix.second_command.text, why->fix.third_command.text};
    heading(pen, "The smallest change that lets it through");
    put(pen, ROLE_STRONG, 2, why->fix.words.text);
    for (size_t k = 0; k < sizeof commands / sizeof *commands; k++)
        if (*commands[k])
            put(pen, ROLE_FILTER, 2, commands[k]);
    if (*why->fix.risk.text)
        put(pen, ROLE_DIM, 2, why->fix.risk.text);
}

static void put_verdict(struct pen *pen, const weir_explanation *why)
{
    char line[512];
    bool rejected = why->cause != WEIR_CAUSE_NONE;
    put(pen, rejected ? ROLE_ROW_REJECT : ROLE_STRONG, 0, why->title.text);
    if (rejected) {
        const weir_cause_info *info = weir_cause_get(why->cause);
        snprintf(line, sizeof line, "%s, %s (%d %%)%s", info->name, why->confidence_word.text, why->confidence,
                 info->harmless ? ", usually harmless" : "");
        put(pen, ROLE_TEXT, 0, line);
    }
    put(pen, ROLE_DIM, 0, why->flow.text);
    snprintf(line, sizeof line, "%s; %s", why->phase.text, why->direction.text);
    put(pen, ROLE_DIM, 0, line);
}

static struct pen open_pen(struct canvas *canvas, struct rect area, int scroll)
{
    return (struct pen){canvas, {area.x + 2, area.y + 1, area.w - 4, area.h - 2}, scroll, 0};
}

int why_paint(const weir_explanation *why, struct canvas *canvas, struct rect area, int scroll)
{
    struct pen pen = open_pen(canvas, area, scroll);
    put_verdict(&pen, why);
    if (*why->acted_on.rule.text) {
        char line[640];
        heading(&pen, "What decided");
        snprintf(line, sizeof line, "%s %s%s%s%s", why->acted_on.component.text, why->acted_on.id.text,
                 *why->acted_on.name.text ? " (" : "", why->acted_on.name.text, *why->acted_on.name.text ? ")" : "");
        put_pair(&pen, line, why->acted_on.rule.text);
    }
    put_list(&pen, "Others would block it too", why->also_blocking, why->n_also_blocking);
    put_fix(&pen, why);
    if (why->n_near_misses)
        heading(&pen, "Rules that almost matched");
    for (size_t k = 0; k < why->n_near_misses; k++)
        put_pair(&pen, why->near_misses[k].rule.text, why->near_misses[k].why.text);
    if (why->n_evidence)
        heading(&pen, "Evidence");
    for (size_t k = 0; k < why->n_evidence; k++)
        put(&pen, ROLE_TEXT, 2, why->evidence[k].text.text);
    put_list(&pen, "Assumed", why->assumptions, why->n_assumptions);
    put_list(&pen, "Not known", why->missing, why->n_missing);
    put_list(&pen, "What to look at next", why->next_steps, why->n_next_steps);
    return pen.line;
}

/* ---- the path ---- */

static role role_of(const weir_hop *hop)
{
    if (!hop)
        return ROLE_TITLE;
    switch (hop->verdict) {
    case WEIR_HOP_BLOCK: return ROLE_ROW_REJECT;
    case WEIR_HOP_UNKNOWN: return ROLE_TEXT;
    case WEIR_HOP_PASS:
    case WEIR_HOP_STATE:
    case WEIR_HOP_NONE: break;
    }
    return ROLE_DIM;
}

int path_paint(const weir_explanation *why, struct canvas *canvas, struct rect area, int scroll)
{
    struct pen pen = open_pen(canvas, area, scroll);
    put(&pen, ROLE_DIM, 0, why->flow.text);
    pen.line++;
    static weir_path_line line; /* the screen has one thread */
    for (size_t k = 0; weir_explanation_path(why, pen.inner.w, k, &line); k++, pen.line++) {
        if (!is_shown(&pen))
            continue;
        role r = role_of(line.hop);
        canvas_printf(canvas, pen.inner.x, row_of(&pen), 2, r, "%s", line.glyph);
        canvas_text(canvas, pen.inner.x + 3, row_of(&pen), pen.inner.w - 3, r, line.text);
        if (line.hop && line.hop->acted) {
            struct rect whole = {pen.inner.x, row_of(&pen), pen.inner.w, 1};
            canvas_role(canvas, whole, r);
            canvas_attribute(canvas, whole, STYLE_REVERSE);
        }
    }
    pen.line++;
    put(&pen, ROLE_DIM, 0,
        "ok passes   XX blocks   ?? not known   st tracked, no rule is asked   .. nothing to decide");
    return pen.line;
}

/* ---- the layer ---- */

void detail_frame(struct canvas *canvas, struct rect area, detail_tab tab, weir_safe hint)
{
    static const char *const titles[DETAIL_TABS] = {[TAB_WHY] = "Why", [TAB_PATH] = "Path", [TAB_FIELDS] = "Fields"};
    canvas_fill(canvas, area, ROLE_TEXT);
    canvas_box(canvas, area, ROLE_BORDER_FOCUS, ROLE_TITLE, WEIR_SAFE(""));
    int x = area.x + 2;
    for (int k = 0; k < DETAIL_TABS; k++) {
        bool is_open = k == (int)tab;
        x += canvas_printf(canvas, x, area.y, area.x + area.w - x - 1, is_open ? ROLE_TITLE : ROLE_DIM,
                           is_open ? "[%s]" : " %s ", titles[k]);
    }
    canvas_text(canvas, area.x + 2, area.y + area.h - 1, area.w - 4, ROLE_DIM, hint);
}
