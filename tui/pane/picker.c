/* picker.c - the list of flow logs to choose from. What does not fit gives way: long columns are cut first, then whole
 * columns go, the least telling first; name, destination and status stay. */
#include "pane/pane.h"

#include <string.h>

#include "screen/text.h"

enum { GAP = 2, MARGIN = 4 }; /* cells between columns; of cursor and selection */

static const struct {
    int least;   /* cells, when room is short */
    int goes_as; /* order in which columns are left out; 0 = never */
} rules[PICKER_COLUMNS] = {{14, 0}, {14, 4}, {7, 3}, {18, 0}, {5, 1}, {10, 2}, {12, 0}};

struct widths {
    int column[PICKER_COLUMNS]; /* 0 = left out */
};

static int total_width(const struct widths *widths)
{
    int total = MARGIN - GAP;
    for (int k = 0; k < PICKER_COLUMNS; k++)
        total += widths->column[k] ? widths->column[k] + GAP : 0;
    return total;
}

/* Takes a cell from the column with the most to give. `hard`: never mind what is least. */
static bool shrink(struct widths *widths, bool hard)
{
    enum { NEVER_LESS = 4 };
    int widest = -1, most = 0;
    for (int k = 0; k < PICKER_COLUMNS; k++) {
        int spare = widths->column[k] - (hard ? NEVER_LESS : rules[k].least);
        if (spare > most) {
            most = spare;
            widest = k;
        }
    }
    if (widest >= 0)
        widths->column[widest]--;
    return widest >= 0;
}

static void leave_one_out(struct widths *widths)
{
    int first = -1;
    for (int k = 0; k < PICKER_COLUMNS; k++)
        if (widths->column[k] && rules[k].goes_as && (first < 0 || rules[k].goes_as < rules[first].goes_as))
            first = k;
    if (first >= 0)
        widths->column[first] = 0;
}

static struct widths widths_of(const struct picker_view *view, int room)
{
    enum { ROWS_LOOKED_AT = 1000 };
    struct widths natural = {{0}}, widths;
    for (int k = 0; k < PICKER_COLUMNS; k++)
        natural.column[k] = text_width((weir_safe){view->title[k]});
    for (size_t row = 0; row < view->n && row < ROWS_LOOKED_AT; row++) {
        struct picker_row cells;
        view->row(row, &cells, view->user);
        for (int k = 0; k < PICKER_COLUMNS; k++) {
            int width = text_width((weir_safe){cells.cell[k]});
            natural.column[k] = width > natural.column[k] ? width : natural.column[k];
        }
    }
    widths = natural;
    for (int left_out = 0; total_width(&widths) > room && left_out <= PICKER_COLUMNS; left_out++) {
        struct widths tried = widths;
        while (total_width(&tried) > room && shrink(&tried, false))
            ;
        if (total_width(&tried) <= room)
            return tried;
        leave_one_out(&widths);
    }
    while (total_width(&widths) > room && shrink(&widths, true))
        ;
    return widths;
}

static void row_paint(const struct picker_view *view, struct canvas *canvas, const struct widths *widths, size_t at,
                      int y)
{
    enum { DESTINATION = 3, STATUS = 6 };
    struct picker_row row;
    view->row(at, &row, view->user);
    int x = MARGIN - 1;
    if (row.selected)
        canvas_glyph(canvas, 1, y, ROLE_MARK, GLYPH_MARK);
    for (int k = 0; k < PICKER_COLUMNS; k++) {
        role r = !row.readable ? ROLE_DIM : k == 0 ? ROLE_STRONG : ROLE_TEXT;
        if (k == STATUS && row.failing)
            r = ROLE_ROW_REJECT;
        weir_safe text = {row.cell[k]};
        if (k == DESTINATION && text_width(text) > widths->column[k]) /* names differ at their end */
            canvas_text_right(canvas, x, y, widths->column[k], r, text);
        else if (widths->column[k])
            canvas_text(canvas, x, y, widths->column[k], r, text);
        x += widths->column[k] ? widths->column[k] + GAP : 0;
    }
    if (at == view->cursor) {
        canvas_role(canvas, (struct rect){MARGIN - 1, y, canvas->w - MARGIN + 1, 1}, ROLE_ROW_CURSOR);
        canvas_glyph(canvas, 0, y, ROLE_STRONG, GLYPH_CURSOR);
    }
}

static void table_paint(const struct picker_view *view, struct canvas *canvas, struct rect area)
{
    struct widths widths = widths_of(view, canvas->w);
    int x = MARGIN - 1;
    for (int k = 0; k < PICKER_COLUMNS; k++) {
        if (!widths.column[k])
            continue;
        canvas_text(canvas, x, area.y, widths.column[k], ROLE_HEADER, (weir_safe){view->title[k]});
        x += widths.column[k] + GAP;
    }
    size_t rows = area.h > 1 ? (size_t)area.h - 1 : 1;
    if (view->cursor < *view->scroll)
        *view->scroll = view->cursor;
    if (view->cursor >= *view->scroll + rows)
        *view->scroll = view->cursor - rows + 1;
    for (size_t k = 0; k < rows && *view->scroll + k < view->n; k++)
        row_paint(view, canvas, &widths, *view->scroll + k, area.y + 1 + (int)k);
}

/* Words folded to the width; returns the line below. */
static int fold(struct canvas *canvas, struct rect area, role r, weir_safe text)
{
    const char *at = text.text;
    int y = area.y;
    while (*at && y < area.y + area.h) {
        int used;
        size_t len = text_fit((weir_safe){at}, area.w, &used);
        if (at[len] && at[len] != ' ') {
            size_t word = len;
            while (word > 0 && at[word - 1] != ' ')
                word--;
            len = word ? word : len;
        }
        if (!len)
            break;
        canvas_printf(canvas, area.x, y++, area.w, r, "%.*s", (int)len, at);
        at += len;
        at += strspn(at, " ");
    }
    return y;
}

static void message_paint(const struct picker_view *view, struct canvas *canvas, struct rect area)
{
    struct rect box = {area.x + 2, area.y + (area.h > 8 ? 2 : area.h > 4 ? 1 : 0), area.w - 4, 0};
    box.h = area.y + area.h - box.y;
    if (box.w > 100)
        box.w = 100;
    if (*view->error.text) {
        box.h -= 2;
        box.y = fold(canvas, box, ROLE_ERROR, view->error) + (area.h > 6);
        box.h = area.y + area.h - box.y;
        fold(canvas, box, ROLE_TEXT,
             WEIR_SAFE("r asks again. weir doctor says what is in the way. weir demo shows the "
                       "dashboard without an account."));
    } else if (*view->asking.text) {
        fold(canvas, box, ROLE_STRONG, view->asking);
    } else if (view->total) {
        fold(canvas, box, ROLE_TEXT, WEIR_SAFE("No flow log has these words. Esc takes them away."));
    } else {
        box.y = fold(canvas, box, ROLE_STRONG, WEIR_SAFE("There are no flow logs in this region."));
        box.h = area.y + area.h - box.y;
        fold(canvas, box, ROLE_TEXT,
             WEIR_SAFE("weir --region NAME asks another one. weir demo shows the dashboard "
                       "without an account."));
    }
}

static void bar_paint(const struct picker_view *view, struct canvas *canvas)
{
    char text[64];
    canvas_fill(canvas, (struct rect){0, 0, canvas->w, 1}, ROLE_STATUS);
    int x = 1;
    if (canvas->w >= 100)
        x += canvas_text(canvas, x, 0, -1, ROLE_STATUS_LIVE, WEIR_SAFE("weir: choose a flow log")) + 2;
    else if (canvas->w >= 60)
        x += canvas_text(canvas, x, 0, -1, ROLE_STATUS_LIVE, WEIR_SAFE("weir")) + 2;
    x += canvas_text(canvas, x, 0, canvas->w - x, ROLE_STATUS, view->place);
    weir_safe count = WEIR_SAFE("");
    if (view->n < view->total)
        count = weir_safe_format(text, sizeof text, "%zu of %zu", view->n, view->total);
    else if (view->total)
        count = weir_safe_format(text, sizeof text, "%zu", view->total);
    int width = text_width(count);
    if (x + width + 2 < canvas->w)
        canvas_text_right(canvas, canvas->w - 1 - width, 0, width, ROLE_STATUS, count);
}

static void words_paint(const struct picker_view *view, struct canvas *canvas, int y)
{
    if (view->typing)
        return;
    int x = 1;
    if (*view->words.text) {
        x += canvas_text(canvas, x, y, 2, ROLE_KEY, WEIR_SAFE("/ "));
        x += canvas_text(canvas, x, y, canvas->w - x, ROLE_FILTER, view->words) + 2;
    }
    if (view->n_selected)
        x += canvas_printf(canvas, x, y, canvas->w - x, ROLE_MARK, "%zu selected", view->n_selected) + 2;
    if (*view->asking.text && view->n)
        canvas_text(canvas, x, y, canvas->w - x, ROLE_DIM, view->asking);
    else if (x == 1)
        canvas_text(canvas, x, y, canvas->w - x, ROLE_DIM,
                    WEIR_SAFE("flow logs of this region; Enter opens one, Space selects several"));
}

size_t picker_paint(const struct picker_view *view, struct canvas *canvas)
{
    bool has_words = canvas->h >= 8, has_detail = canvas->h >= 12;
    bar_paint(view, canvas);
    if (has_words)
        words_paint(view, canvas, 1);
    struct rect area = {0, 1 + has_words, canvas->w, canvas->h - 3 - has_words - has_detail};
    if (area.h < 1)
        return 1;
    if (view->n)
        table_paint(view, canvas, area);
    else
        message_paint(view, canvas, area);
    if (view->n && *view->error.text)
        canvas_text(canvas, 1, area.y + area.h, canvas->w - 2, ROLE_ERROR, view->error);
    else if (has_detail && view->n)
        canvas_text(canvas, 1, area.y + area.h, canvas->w - 2, ROLE_DIM, view->detail);
    return area.h > 2 ? (size_t)area.h - 1 : 1;
}
