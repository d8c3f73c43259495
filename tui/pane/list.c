/* list.c - lines in a box: help, the command menu, lines that could not be read. */
#include "pane/pane.h"

#include "screen/text.h"

void list_paint(struct canvas *canvas, struct rect area, weir_safe title, weir_safe hint, const struct list_line *lines,
                size_t n, int cursor, int scroll)
{
    canvas_fill(canvas, area, ROLE_TEXT);
    canvas_box(canvas, area, ROLE_BORDER_FOCUS, ROLE_TITLE, title);
    struct rect inner = {area.x + 2, area.y + 1, area.w - 4, area.h - 2};
    int left = 0;
    for (size_t k = 0; k < n; k++) {
        int width = lines[k].right ? text_width((weir_safe){lines[k].left}) : 0;
        left = width > left ? width : left;
    }
    if (left > inner.w / 2)
        left = inner.w / 2;
    for (int y = 0; y < inner.h && y + scroll < (int)n && inner.w > 0; y++) {
        const struct list_line *line = &lines[y + scroll];
        int at = inner.y + y;
        if (!line->right) {
            canvas_printf(canvas, inner.x, at, inner.w,
                          line->title ? ROLE_TITLE
                          : line->dim ? ROLE_DIM
                                      : ROLE_TEXT,
                          "%s", line->left);
        } else {
            canvas_printf(canvas, inner.x, at, left, ROLE_KEY, "%s", line->left);
            canvas_printf(canvas, inner.x + left + 2, at, inner.w - left - 2, ROLE_TEXT, "%s", line->right);
        }
        if (y + scroll == cursor)
            canvas_role(canvas, (struct rect){inner.x, at, inner.w, 1}, ROLE_ROW_CURSOR);
    }
    canvas_text(canvas, area.x + 2, area.y + area.h - 1, area.w - 4, ROLE_DIM, hint);
}
