/* event_lines.c - see event_lines.h: words. */
#include "app/event_lines.h"

#include <stdio.h>
#include <string.h>

int event_width(const struct app *app)
{
    int w = (app->canvas.w < 150 ? app->canvas.w : 150) - 5;
    return w < 20 ? 20 : w > LIST_TEXT - 8 ? LIST_TEXT - 8 : w;
}

/* Where to break `text` so that at most `width` bytes stand in a line: at a blank, if there is one. */
static size_t break_at(const char *text, size_t width)
{
    size_t len = strlen(text);
    if (len <= width)
        return len;
    size_t at = width;
    while (at > width / 2 && text[at] != ' ')
        at--;
    if (text[at] == ' ')
        return at;
    for (at = width; at > width / 2 && text[at - 1] != ',';)
        at--;
    if (text[at - 1] == ',')
        return at;
    at = width;
    while (at > 1 && ((unsigned char)text[at] & 0xc0) == 0x80)
        at--;
    return at;
}

void event_wrapped(struct app *app, const char *label, const char *text, bool title)
{
    size_t indent = strlen(label), width = (size_t)event_width(app) - indent;
    bool first = true;
    while (*text) {
        size_t n = break_at(text, width);
        char *line = list_add(app, title);
        if (!line)
            return;
        weir_safe_format(line, LIST_TEXT, "%*s%.*s", (int)indent, first ? label : "", (int)n, text);
        first = false;
        text += n;
        while (*text == ' ')
            text++;
    }
}

void event_blank(struct app *app)
{
    list_add(app, false);
}

void event_title(struct app *app, const char *text)
{
    char *line = list_add(app, true);
    if (line)
        weir_safe_format(line, LIST_TEXT, " %s", text);
}

void event_field(struct app *app, const char *name, const char *text)
{
    char label[24];
    if (!*text)
        return;
    snprintf(label, sizeof label, "   %-9s ", name);
    event_wrapped(app, label, text, false);
}
