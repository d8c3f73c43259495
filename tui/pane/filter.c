/* filter.c - the filter bar: the filter that holds, and how many rows match it. */
#include "pane/pane.h"

#include <string.h>

#include "screen/text.h"

static weir_safe counts(const struct look *look, bool small, char *buffer, size_t size)
{
    char matched[40], total[40];
    uint64_t shown = weir_view_matched(look->view), all = weir_view_total(look->view);
    if (small)
        return weir_safe_format(buffer, size, "%s/%s", weir_count_text(shown, matched, sizeof matched).text,
                                weir_count_text(all, total, sizeof total).text);
    return weir_safe_format(buffer, size, "%s of %s", look_number(shown, matched, sizeof matched).text,
                            look_number(all, total, sizeof total).text);
}

int filter_counts_width(const struct look *look)
{
    char buffer[96];
    return text_width(counts(look, false, buffer, sizeof buffer)) + 2;
}

void filter_paint(const struct look *look, struct canvas *canvas, struct rect area)
{
    char buffer[96];
    weir_safe shown = counts(look, area.w < 80, buffer, sizeof buffer);
    int width = text_width(shown);
    canvas_text(canvas, area.x + 1, area.y, 1, ROLE_KEY, WEIR_SAFE("/"));
    const weir_query *query = weir_session_query(look->session);
    int room = area.w - 5 - width;
    if (weir_query_is_empty(query))
        canvas_text(canvas, area.x + 3, area.y, room, ROLE_DIM, WEIR_SAFE("everything"));
    else
        canvas_text(canvas, area.x + 3, area.y, room, ROLE_FILTER, weir_query_text(query));
    canvas_text_right(canvas, area.x + area.w - 1 - width, area.y, width, ROLE_FILTER, shown);
}
