/* top.c - the largest groups of matching records: top talkers and their relatives. */
#include "pane/pane.h"

#include <stdio.h>

#include "screen/text.h"

enum { NUMBERS = 25 }; /* cells of records, bytes and share */

static weir_safe key_text(const struct look *look, const struct look_top *row, char *buffer, size_t size)
{
    const weir_group *group = weir_view_group(look->view);
    char part[LOOK_TEXT], joined[320] = "";
    size_t len = 0;
    for (size_t k = 0; k < group->n; k++) {
        weir_field field = group->part[k].field;
        weir_value_text(field, &row->key[k].value, WEIR_STYLE_SHORT, part, sizeof part);
        const char *join = k == 0 ? "" : field == WEIR_F_DSTPORT || field == WEIR_F_SRCPORT ? ":" : " > ";
        len += (size_t)snprintf(joined + len, sizeof joined - len, "%s%s", join, part);
        if (len >= sizeof joined)
            break;
        bool cut = (row->key[k].value.type == WEIR_ADDRESS && row->key[k].value.addr.family == 4)
                       ? group->part[k].prefix4 < 32
                       : row->key[k].value.type == WEIR_ADDRESS && group->part[k].prefix6 < 128;
        if (cut)
            len +=
                (size_t)snprintf(joined + len, sizeof joined - len, "/%d",
                                 row->key[k].value.addr.family == 4 ? group->part[k].prefix4 : group->part[k].prefix6);
    }
    if (group->n == 1 && weir_field_get(group->part[0].field)->kind == WEIR_KIND_PORT &&
        row->key[0].value.type == WEIR_NUMBER && weir_port_name(row->key[0].value.number))
        return weir_safe_format(buffer, size, "%s %s", joined, weir_port_name(row->key[0].value.number));
    return weir_safe_format(buffer, size, "%s", joined);
}

static uint64_t measured(const struct look *look, uint64_t records, uint64_t packets, uint64_t bytes)
{
    return look->measure == WEIR_BY_RECORDS ? records : look->measure == WEIR_BY_PACKETS ? packets : bytes;
}

static void paint_row(const struct look *look, struct canvas *canvas, struct rect area, int y, int k)
{
    const struct look_top *row = &look->top[k];
    char text[340], number[24];
    uint64_t whole = measured(look, look->top_totals.records, look->top_totals.packets, look->top_totals.bytes);
    double share = whole ? (double)measured(look, row->records, row->packets, row->bytes) / (double)whole : 0;
    int room = area.w - NUMBERS;
    weir_safe records = row->records < 10000000 ? look_number(row->records, number, sizeof number)
                                                : weir_count_text(row->records, number, sizeof number);
    canvas_text(canvas, area.x, y, room, ROLE_TEXT, key_text(look, row, text, sizeof text));
    canvas_text_right(canvas, area.x + room + 1, y, 9, ROLE_TEXT, records);
    canvas_text_right(canvas, area.x + room + 11, y, 8, ROLE_TEXT, weir_bytes_text(row->bytes, number, sizeof number));
    canvas_printf(canvas, area.x + room + 20, y, 5, ROLE_DIM, "%3d%%", (int)(share * 100 + 0.5));
    if (look->focus == FOCUS_TOP && k == look->top_row)
        canvas_role(canvas, (struct rect){area.x, y, area.w, 1}, ROLE_ROW_CURSOR);
}

void top_paint(const struct look *look, struct canvas *canvas, struct rect area)
{
    static const char *const by[] = {
        [WEIR_BY_RECORDS] = "records", [WEIR_BY_PACKETS] = "packets", [WEIR_BY_BYTES] = "bytes"};
    char name[128], title[200], groups[24];
    canvas_fill(canvas, area, ROLE_TEXT);
    weir_group_text(weir_view_group(look->view), name, sizeof name);
    weir_safe text = weir_safe_format(title, sizeof title, "Top %s by %s", name, by[look->measure]);
    canvas_box(canvas, area, look->focus == FOCUS_TOP ? ROLE_BORDER_FOCUS : ROLE_BORDER, ROLE_TITLE, text);
    struct rect inner = {area.x + 2, area.y + 1, area.w - 4, area.h - 2};
    if (inner.h < 2 || inner.w < NUMBERS + 8)
        return;
    canvas_printf(canvas, inner.x, inner.y, inner.w - NUMBERS, ROLE_HEADER, "%s group%s%s",
                  weir_count_text(look->top_totals.groups, groups, sizeof groups).text,
                  look->top_totals.groups == 1 ? "" : "s", look->top_totals.uncounted ? " and more" : "");
    canvas_text(canvas, inner.x + inner.w - NUMBERS, inner.y, NUMBERS, ROLE_HEADER,
                WEIR_SAFE("   RECORDS    BYTES    %"));
    int visible = inner.h - 1;
    int scroll = look->focus == FOCUS_TOP && look->top_row >= visible ? look->top_row - visible + 1 : 0;
    for (int y = 0; y < visible && y + scroll < (int)look->n_top; y++)
        paint_row(look, canvas, inner, inner.y + 1 + y, y + scroll);
    canvas_text(canvas, area.x + 2, area.y + area.h - 1, area.w - 4, ROLE_DIM,
                WEIR_SAFE(" t next grouping  s sort  = only  - exclude "));
}
