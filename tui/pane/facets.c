/* facets.c - the most frequent values of some fields, counted under every other condition of the filter.
 * The panel is one flat list of title and value lines; when it does not fit it scrolls with the cursor. */
#include "pane/pane.h"

#include <stdio.h>
#include <string.h>

#include "screen/text.h"

/* How many values each facet shows before room is shared out. */
static const struct {
    const char *title;
    int usual;
} facets[WEIR_FACETS] = {{"Action", 3},   {"Dst port", 8},  {"Src addr", 5},   {"Dst addr", 4}, {"Interface", 4},
                         {"Protocol", 3}, {"Direction", 2}, {"Log status", 3}, {"Cause", 4}};

struct line {
    int facet, value; /* value -1 = title */
};

enum { LINES_MAX = WEIR_FACETS * (LOOK_FACET_VALUES + 1) };

/* A field that weir derives is there only when it has been derived, or was asked for. */
bool facet_is_hidden(const struct look *look, int k)
{
    return weir_field_is_derived(look->facet[k].info.field) && look->facet[k].n == 0 && look->facet_k != k;
}

/* Shares `height` lines out: titles first, then the usual numbers, then whoever has more values. */
static int plan_lines(const struct look *look, int height, struct line *out)
{
    int quota[WEIR_FACETS], total = 0;
    for (int k = 0; k < WEIR_FACETS; k++) {
        int n = (int)look->facet[k].n;
        quota[k] = n < facets[k].usual ? n : facets[k].usual;
        total += quota[k] + !facet_is_hidden(look, k);
    }
    while (total > height) {
        int most = 0;
        for (int k = 1; k < WEIR_FACETS; k++)
            if (quota[k] >= quota[most])
                most = k;
        if (quota[most] <= 2)
            break;
        quota[most]--;
        total--;
    }
    for (bool grew = true; grew && total < height;) {
        grew = false;
        for (int k = 0; k < WEIR_FACETS && total < height; k++) {
            if (quota[k] >= (int)look->facet[k].n)
                continue;
            quota[k]++;
            total++;
            grew = true;
        }
    }
    int n = 0;
    for (int k = 0; k < WEIR_FACETS; k++)
        for (int value = facet_is_hidden(look, k) ? 0 : -1; value < quota[k] && n < LINES_MAX; value++)
            out[n++] = (struct line){k, value};
    return n;
}

int facets_shown(const struct look *look, int height, int k)
{
    struct line lines[LINES_MAX];
    int n = plan_lines(look, height, lines), shown = 0;
    for (int at = 0; at < n; at++)
        shown += lines[at].facet == k && lines[at].value >= 0;
    return shown;
}

static weir_safe value_label(weir_field field, const struct look_value *value, int room, char *buffer, size_t size)
{
    char text[LOOK_TEXT];
    if (value->value.type == WEIR_NULL)
        return weir_safe_format(buffer, size, "(none)");
    weir_value_text(field, &value->value, WEIR_STYLE_SHORT, text, sizeof text);
    if (weir_field_get(field)->kind == WEIR_KIND_PORT) {
        const char *name = weir_port_name(value->value.number);
        return weir_safe_format(buffer, size, name && room > 8 ? "%s %s" : "%s", text, name ? name : "");
    }
    int len = (int)strlen(text);
    if (len > room && room > 6 && weir_field_get(field)->kind == WEIR_KIND_ADDR)
        return weir_safe_format(buffer, size, "%.*s~%s", room / 2, text, text + len - (room - 1 - room / 2));
    return weir_safe_format(buffer, size, "%s", text);
}

static void title_line(const struct look *look, struct canvas *canvas, struct rect area, int y, int k)
{
    const struct look_facet *facet = &look->facet[k];
    char distinct[24], right[64];
    bool focused = look->focus == FOCUS_FACETS && look->facet_k == k && look->facet_row < 0;
    canvas_printf(canvas, area.x, y, area.w, focused ? ROLE_ROW_CURSOR : ROLE_TITLE, "%d %s", k + 1, facets[k].title);
    if (facet->info.distinct <= facet->n || area.w < 24)
        return;
    weir_safe text = weir_safe_format(right, sizeof right, "of %s%s",
                                      weir_count_text(facet->info.distinct, distinct, sizeof distinct).text,
                                      facet->info.uncounted ? "+" : "");
    canvas_text_right(canvas, area.x + area.w - 14, y, 14, ROLE_DIM, text);
}

static weir_safe facet_number(uint64_t n, char *buffer, size_t size)
{
    return n < 100000000 ? look_number(n, buffer, size) : weir_count_text(n, buffer, size);
}

static int widest_number(const struct look_facet *facet)
{
    char count[32];
    int widest = 5;
    for (size_t k = 0; k < facet->n; k++) {
        int width = text_width(facet_number(facet->value[k].records, count, sizeof count));
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void value_line(const struct look *look, struct canvas *canvas, struct rect area, int y, int k, int v)
{
    static const struct {
        const char *box;
        role r;
    } boxes[] = {[WEIR_MARK_NONE] = {"[ ]", ROLE_TEXT},
                 [WEIR_MARK_INCLUDED] = {"[x]", ROLE_FACET_ON},
                 [WEIR_MARK_EXCLUDED] = {"[-]", ROLE_FACET_OFF}};
    const struct look_facet *facet = &look->facet[k];
    const struct look_value *value = &facet->value[v];
    role r = boxes[value->mark].r;
    char label[128], count[32];
    int bar = area.w >= 30 ? 6 : area.w >= 24 ? 3 : 0;
    weir_safe number = facet_number(value->records, count, sizeof count);
    int number_width = widest_number(facet);
    int room = area.w - 5 - number_width - bar - (bar ? 1 : 0);
    canvas_printf(canvas, area.x, y, 3, r, "%s", boxes[value->mark].box);
    canvas_text(canvas, area.x + 4, y, room, r, value_label(facet->info.field, value, room, label, sizeof label));
    if (value->mark == WEIR_MARK_EXCLUDED && !value->records)
        canvas_text_right(canvas, area.x + 4 + room, y, number_width + 1, r, WEIR_SAFE("excl."));
    else
        canvas_text_right(canvas, area.x + 4 + room, y, number_width + 1, r, number);
    uint64_t most = 1;
    for (size_t n = 0; n < facet->n; n++)
        most = facet->value[n].records > most ? facet->value[n].records : most;
    if (bar)
        canvas_bar(canvas, area.x + area.w - bar, y, bar, ROLE_FACET_BAR, (double)value->records / (double)most);
    if (look->focus == FOCUS_FACETS && look->facet_k == k && look->facet_row == v)
        canvas_role(canvas, (struct rect){area.x, y, area.w, 1}, ROLE_ROW_CURSOR);
}

/* The line under the cursor is shown, and as much of its facet as fits. */
static int scroll_for(const struct look *look, const struct line *lines, int n, int height)
{
    int title = 0, at = 0, end = 0;
    for (int k = 0; k < n; k++) {
        if (lines[k].facet != look->facet_k)
            continue;
        if (lines[k].value < 0)
            title = k;
        if (lines[k].value <= look->facet_row)
            at = k;
        end = k;
    }
    int least = at - height + 1, usual = end - height + 1 < title ? end - height + 1 : title;
    int scroll = usual > least ? usual : least;
    return scroll > 0 ? scroll : 0;
}

void facets_paint(const struct look *look, struct canvas *canvas, struct rect area)
{
    bool focused = look->focus == FOCUS_FACETS;
    canvas_fill(canvas, area, ROLE_TEXT);
    canvas_box(canvas, area, focused ? ROLE_BORDER_FOCUS : ROLE_BORDER, ROLE_TITLE, WEIR_SAFE("Facets"));
    struct rect inner = {area.x + 2, area.y + 1, area.w - 4, area.h - 2};
    if (inner.h <= 0 || inner.w <= 0)
        return;
    struct line lines[LINES_MAX];
    int n = plan_lines(look, inner.h, lines);
    int scroll = focused ? scroll_for(look, lines, n, inner.h) : 0;
    for (int y = 0; y < inner.h && y + scroll < n; y++) {
        struct line line = lines[y + scroll];
        if (line.value < 0)
            title_line(look, canvas, inner, inner.y + y, line.facet);
        else
            value_line(look, canvas, inner, inner.y + y, line.facet, line.value);
    }
    canvas_text(canvas, area.x + 2, area.y + area.h - 1, area.w - 4, ROLE_DIM,
                focused ? WEIR_SAFE(" Spc incl - excl = only") : WEIR_SAFE(" Tab focus  1-9 facet "));
}
