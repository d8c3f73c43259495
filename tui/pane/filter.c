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

/* "server: reject  here: flags = SYN", as far as there is room. */
static void where_paint(const struct look *look, struct canvas *canvas, int x, int y, int room)
{
    weir_pushed pushed;
    weir_session_pushed(look->session, &pushed);
    if (!pushed.possible || !pushed.active)
        return;
    weir_safe server = pushed.server;
    char own[200];
    if (!*server.text && *pushed.pattern.text)
        server = weir_safe_format(own, sizeof own, "%s", pushed.pattern.text);
    if (!*server.text)
        return;
    int here = *pushed.here.text ? text_width(pushed.here) + 8 : 0, need = 8 + text_width(server) + here;
    if (room < 20) { /* no room to say which part */
        if (room >= 6)
            canvas_text_right(canvas, x, y, room, ROLE_DIM,
                              here ? WEIR_SAFE("partly at server") : WEIR_SAFE("at server"));
        return;
    }
    int end = x + room;
    if (need < room)
        x = end - need;
    x += canvas_text(canvas, x, y, end - x, ROLE_KEY, WEIR_SAFE("server: "));
    int most = here && need > room ? (end - x) / 2 : end - x - here;
    x += canvas_text(canvas, x, y, most, ROLE_DIM, server);
    if (!here)
        return;
    x += canvas_text(canvas, x, y, end - x, ROLE_KEY, WEIR_SAFE("  here: "));
    canvas_text(canvas, x, y, end - x, ROLE_DIM, pushed.here);
}

void filter_paint(const struct look *look, struct canvas *canvas, struct rect area)
{
    char buffer[96];
    weir_safe shown = counts(look, area.w < 80, buffer, sizeof buffer);
    int width = text_width(shown);
    canvas_text(canvas, area.x + 1, area.y, 1, ROLE_KEY, WEIR_SAFE("/"));
    const weir_query *query = weir_session_query(look->session);
    int room = area.w - 5 - width, used;
    if (weir_query_is_empty(query))
        used = canvas_text(canvas, area.x + 3, area.y, room, ROLE_DIM, WEIR_SAFE("everything"));
    else
        used = canvas_text(canvas, area.x + 3, area.y, room, ROLE_FILTER, weir_query_text(query));
    where_paint(look, canvas, area.x + 3 + used + 3, area.y, room - used - 5);
    canvas_text_right(canvas, area.x + area.w - 1 - width, area.y, width, ROLE_FILTER, shown);
}
