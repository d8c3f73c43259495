/* rows.c - the log table: one record a line, newest at the bottom.
 * The rows on screen are found by rank from one anchor: the newest while following, a row id while held. */
#include "pane/pane.h"

#include <stdio.h>
#include <string.h>

#include "screen/text.h"

enum { COLUMNS_MAX = 25, WIDE_TABLE = 84, IPV6_WIDTH = 39, CAUSE_WIDTH = 15, LAST_RANK = 22 };

/* In order of appearance; `rank` says which go first when room is short (1 stays longest). `narrow` is the
 * title and width below WIDE_TABLE cells, width 0 = not shown there. */
static const struct {
    weir_field field;
    const char *title, *narrow_title;
    int width, narrow_width, rank;
    bool right, named;
} candidates[] = {
    {WEIR_F_START, "START", "START", 9, 9, 1, false, false},
    {WEIR_F_ACTION, "ACTION", "ACT", 6, 3, 2, false, false},
    {WEIR_F_SRCADDR, "SRC ADDR", "SRC", 15, 15, 3, false, false},
    {WEIR_F_SRCPORT, "SPORT", "SPORT", 5, 5, 6, true, false},
    {WEIR_F_DSTADDR, "DST ADDR", "DST", 15, 15, 4, false, false},
    {WEIR_F_DSTPORT, "DPORT", "DPORT", 5, 5, 5, true, false},
    {WEIR_F_DSTPORT, "SERVICE", "", 7, 0, 12, false, true},
    {WEIR_F_PROTOCOL, "PROTO", "PROT", 5, 4, 7, false, false},
    {WEIR_F_TCP_FLAGS, "FLAGS", "", 11, 0, 13, false, false},
    {WEIR_F_PACKETS, "PKTS", "PKT", 5, 4, 9, true, false},
    {WEIR_F_BYTES, "BYTES", "BYTES", 6, 6, 8, true, false},
    {WEIR_F_INTERFACE_ID, "INTERFACE", "ENI", 10, 4, 10, false, false},
    {WEIR_F_CAUSE, "CAUSE", "", 11, 0, 11, false, false},
    {WEIR_F_FLOW_DIRECTION, "DIR", "", 7, 0, 14, false, false},
    {WEIR_F_INSTANCE_ID, "INSTANCE", "", 12, 0, 17, false, false},
    {WEIR_F_REJECT_REASON, "REASON", "", 6, 0, 15, false, false},
    {WEIR_F_TGW_ATTACHMENT_ID, "TGW ATTACHMENT", "TGW", 20, 6, 10, false, false},
    {WEIR_F_PACKETS_LOST_NO_ROUTE, "NO ROUTE", "NORT", 8, 4, 9, true, false},
    {WEIR_F_PACKETS_LOST_BLACKHOLE, "BLACKHOLE", "BLKH", 9, 4, 9, true, false},
    {WEIR_F_TRAFFIC_PATH, "PATH", "", 4, 0, 18, true, false},
    {WEIR_F_PKT_SRCADDR, "PKT SRC", "", 15, 0, 19, false, false},
    {WEIR_F_PKT_DSTADDR, "PKT DST", "", 15, 0, 19, false, false},
    {WEIR_F_AZ_ID, "AZ", "", 9, 0, 20, false, false},
    {WEIR_F_LOG_STATUS, "STATUS", "", 8, 0, 21, false, false},
    {WEIR_F_ACCOUNT_ID, "ACCOUNT", "", 12, 0, 22, false, false},
};

/* Fields of the newest row; every field of the default format before the first one came. */
static void present_fields(const struct look *look, bool present[WEIR_FIELD_COUNT])
{
    memset(present, 0, WEIR_FIELD_COUNT * sizeof *present);
    weir_field fields[WEIR_FIELD_COUNT];
    weir_row row;
    uint64_t matched = weir_view_matched(look->view);
    if (!matched || !weir_view_nth(look->view, matched - 1, &row)) {
        for (int field = WEIR_F_VERSION; field <= WEIR_F_LOG_STATUS; field++)
            present[field] = true;
        return;
    }
    size_t n = weir_row_fields(&row, fields, WEIR_FIELD_COUNT);
    for (size_t k = 0; k < n && k < WEIR_FIELD_COUNT; k++)
        present[fields[k]] = true;
    present[WEIR_F_CAUSE] = look->has_causes;
}

static bool is_address(weir_field field)
{
    return weir_field_get(field)->kind == WEIR_KIND_ADDR;
}

/* The names of some causes are longer than most; what room is left then. */
static int widen_cause(struct rows_column *columns, size_t n, int room)
{
    for (size_t k = 0; k < n && room > 0; k++) {
        if (columns[k].field != WEIR_F_CAUSE)
            continue;
        int more = CAUSE_WIDTH - columns[k].width;
        more = more < room ? more : room;
        columns[k].width += more;
        room -= more;
    }
    return room;
}

/* Room that no further column can use goes to the addresses: IPv6 is long. */
static void widen_addresses(struct rows_column *columns, size_t n, int room)
{
    int addresses = 0;
    for (size_t k = 0; k < n; k++)
        addresses += is_address(columns[k].field);
    for (size_t k = 0; k < n && room > 0 && addresses > 0; k++) {
        if (!is_address(columns[k].field))
            continue;
        int more = room / addresses, most = IPV6_WIDTH - columns[k].width;
        more = more < most ? more : most;
        columns[k].width += more;
        room -= more;
        addresses--;
    }
}

size_t rows_columns(const struct look *look, int width, struct rows_column *out)
{
    enum { CANDIDATES = sizeof candidates / sizeof *candidates };
    bool present[WEIR_FIELD_COUNT], taken[CANDIDATES] = {false}, full = false;
    present_fields(look, present);
    bool narrow = width < WIDE_TABLE;
    int used = 1;
    for (int rank = 1; rank <= LAST_RANK && !full; rank++) {
        for (size_t k = 0; k < CANDIDATES; k++) {
            int cells = narrow ? candidates[k].narrow_width : candidates[k].width;
            if (candidates[k].rank != rank || !cells || !present[candidates[k].field])
                continue;
            /* Less important columns do not jump the queue because they are narrow. */
            full = full || used + cells > width;
            taken[k] = !full;
            used += full ? 0 : cells + 1;
        }
    }
    size_t n = 0;
    for (size_t k = 0; k < CANDIDATES && n < COLUMNS_MAX; k++) {
        if (!taken[k])
            continue;
        out[n++] = (struct rows_column){
            .field = candidates[k].field,
            .title = narrow ? candidates[k].narrow_title : candidates[k].title,
            .width = narrow ? candidates[k].narrow_width : candidates[k].width,
            .right = candidates[k].right,
            .named = candidates[k].named,
        };
    }
    widen_addresses(out, n, widen_cause(out, n, width - used));
    return n;
}

uint64_t rows_first(const struct look *look, int h)
{
    uint64_t matched = weir_view_matched(look->view);
    if (h <= 0 || !matched)
        return 0;
    uint64_t last = matched - 1;
    if (!look->follow) {
        uint64_t bottom = weir_view_rank(look->view, look->bottom);
        last = bottom < last ? bottom : last;
    }
    /* A screen that is not full shows the oldest rows at its top. */
    return last + 1 > (uint64_t)h ? last + 1 - (uint64_t)h : 0;
}

static role row_role(const weir_row *row)
{
    switch (weir_row_kind_of(row)) {
    case WEIR_ROW_NODATA: return ROLE_ROW_NODATA;
    case WEIR_ROW_SKIPDATA: return ROLE_ROW_SKIPDATA;
    case WEIR_ROW_RECORD: break;
    }
    return weir_row_verdict(row) == WEIR_VERDICT_REJECT ? ROLE_ROW_REJECT : ROLE_ROW_ACCEPT;
}

/* Keeps both ends of a long address: the network and the host matter, the middle does not. */
static weir_safe squeeze(const struct canvas *canvas, weir_safe text, int width, char *buffer, size_t size)
{
    int len = (int)strlen(text.text);
    if (len <= width || width < 5)
        return weir_safe_format(buffer, size, "%s", text.text);
    int left = (width - 1) / 2, right = width - 1 - left;
    return weir_safe_format(buffer, size, "%.*s%s%s", left, text.text, glyph_text(GLYPH_ELLIPSIS, canvas->ascii).text,
                            text.text + len - right);
}

/* What a NODATA or SKIPDATA line says where a record has its action. */
static const char *kind_word(const weir_row *row, int width)
{
    if (weir_row_kind_of(row) == WEIR_ROW_NODATA)
        return width < 6 ? "---" : "NODATA";
    return width < 6 ? "LOST" : "SKIPDATA";
}

static weir_safe cell_text(const struct look *look, const struct canvas *canvas, const weir_row *row,
                           const struct rows_column *column, char *buffer, size_t size)
{
    char full[1100];
    if (column->field == WEIR_F_CAUSE) {
        const char *cause = look_cause(look, row);
        return weir_safe_format(buffer, size, "%s", cause ? cause : "");
    }
    weir_value value = weir_row_value(row, column->field);
    if (column->field == WEIR_F_ACTION && weir_row_kind_of(row) != WEIR_ROW_RECORD)
        return weir_safe_format(buffer, size, "%s", kind_word(row, column->width));
    if (value.type == WEIR_NULL)
        return WEIR_SAFE("-");
    if (value.type == WEIR_ABSENT)
        return WEIR_SAFE("");
    if (column->named) {
        const char *name = weir_port_name(value.number);
        return weir_safe_format(buffer, size, "%s", name ? name : "");
    }
    switch (weir_field_get(column->field)->kind) {
    case WEIR_KIND_TIME: return look_time(look, (int64_t)value.number, TIME_CLOCK, buffer, size);
    case WEIR_KIND_ADDR:
        return squeeze(canvas, weir_value_text(column->field, &value, WEIR_STYLE_AWS, full, sizeof full), column->width,
                       buffer, size);
    default: break;
    }
    if (column->field == WEIR_F_ACTION && column->width < 6)
        return weir_safe_format(buffer, size, "%.*s", column->width, value.text.text);
    if (column->field == WEIR_F_INTERFACE_ID && column->width < 8 && strncmp(value.text.text, "eni-", 4) == 0)
        return weir_safe_format(buffer, size, "%.*s", column->width, value.text.text + 4);
    return weir_value_text(column->field, &value, WEIR_STYLE_SHORT, buffer, size);
}

static void paint_cells(const struct look *look, struct canvas *canvas, struct rect area, int y, const weir_row *row,
                        const struct rows_column *columns, size_t n, bool is_cursor)
{
    role r = row_role(row);
    int x = area.x + 1;
    for (size_t k = 0; k < n; k++) {
        char buffer[128];
        weir_safe text = cell_text(look, canvas, row, &columns[k], buffer, sizeof buffer);
        if (columns[k].right)
            canvas_text_right(canvas, x, y, columns[k].width, r, text);
        else
            canvas_text(canvas, x, y, columns[k].width, r, text);
        if (is_cursor && look->focus == FOCUS_ROWS && (int)k == look->column)
            canvas_attribute(canvas, (struct rect){x, y, columns[k].width, 1}, STYLE_UNDERLINE | STYLE_BOLD);
        x += columns[k].width + 1;
    }
}

/* For narrow terminals: "14:01:14 REJ 203.0.113.3:40772 > 10.0.1.7:22 tcp 4p". */
static weir_safe compact(const struct look *look, const weir_row *row, bool timed, char *buffer, size_t size)
{
    char clock[40] = "", src[64], dst[64], sport[32], dport[32], proto[32], packets[32];
    weir_value value = weir_row_value(row, WEIR_F_START);
    if (timed && value.type == WEIR_NUMBER)
        weir_safe_format(clock, sizeof clock, "%s ",
                         look_time(look, (int64_t)value.number, TIME_CLOCK, src, sizeof src).text);
    if (weir_row_kind_of(row) != WEIR_ROW_RECORD) {
        weir_value eni = weir_row_value(row, WEIR_F_INTERFACE_ID);
        return weir_safe_format(buffer, size, "%s%s %s", clock, kind_word(row, 8),
                                weir_value_text(WEIR_F_INTERFACE_ID, &eni, WEIR_STYLE_SHORT, src, sizeof src).text);
    }
    struct {
        weir_field field;
        char *text;
        size_t size;
    } parts[] = {{WEIR_F_SRCADDR, src, sizeof src},      {WEIR_F_DSTADDR, dst, sizeof dst},
                 {WEIR_F_SRCPORT, sport, sizeof sport},  {WEIR_F_DSTPORT, dport, sizeof dport},
                 {WEIR_F_PROTOCOL, proto, sizeof proto}, {WEIR_F_PACKETS, packets, sizeof packets}};
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        value = weir_row_value(row, parts[k].field);
        weir_value_text(parts[k].field, &value, WEIR_STYLE_SHORT, parts[k].text, parts[k].size);
    }
    const char *act = weir_row_verdict(row) == WEIR_VERDICT_REJECT   ? "REJ"
                      : weir_row_verdict(row) == WEIR_VERDICT_ACCEPT ? "ACC"
                                                                     : "---";
    return weir_safe_format(buffer, size, "%s%s %s:%s > %s:%s %s %sp", clock, act, src, sport, dst, dport, proto,
                            packets);
}

static void nothing_here(const struct look *look, struct canvas *canvas, struct rect area)
{
    weir_safe text = weir_view_busy(look->view)    ? WEIR_SAFE("looking…")
                     : weir_view_total(look->view) ? WEIR_SAFE("no record matches the filter: c clears it, u undoes it")
                     : look->reading || look->live ? WEIR_SAFE("waiting for records…")
                                                   : WEIR_SAFE("no records in this source");
    if (canvas->ascii)
        text = weir_view_total(look->view) ? WEIR_SAFE("no record matches the filter: c clears it, u undoes it")
                                           : WEIR_SAFE("no records yet");
    canvas_text(canvas, area.x + 2, area.y + (area.h > 2 ? 1 : 0), area.w - 3, ROLE_DIM, text);
}

void rows_header_paint(const struct look *look, struct canvas *canvas, struct rect area)
{
    struct rows_column columns[COLUMNS_MAX];
    size_t n = rows_columns(look, area.w, columns);
    int x = area.x + 1;
    char zone[16], title[40];
    if (look->raw) {
        canvas_text(canvas, x, area.y, area.w - 1, ROLE_HEADER, WEIR_SAFE("RECORD AS AWS WRITES IT"));
        return;
    }
    for (size_t k = 0; k < n; k++) {
        weir_safe text = weir_safe_format(title, sizeof title, "%s", columns[k].title);
        if (columns[k].field == WEIR_F_START)
            text = look->local ? weir_safe_format(title, sizeof title, "ST%s", look_zone(look, zone, sizeof zone).text)
                               : weir_safe_format(title, sizeof title, "START(Z)");
        if (columns[k].right)
            canvas_text_right(canvas, x, area.y, columns[k].width, ROLE_HEADER, text);
        else
            canvas_text(canvas, x, area.y, columns[k].width, ROLE_HEADER, text);
        if (look->focus == FOCUS_ROWS && (int)k == look->column)
            canvas_attribute(canvas, (struct rect){x, area.y, columns[k].width, 1}, STYLE_UNDERLINE);
        x += columns[k].width + 1;
    }
}

void rows_paint(const struct look *look, struct canvas *canvas, struct rect area)
{
    struct rows_column columns[COLUMNS_MAX];
    bool is_compact = look->compact;
    size_t n = is_compact || look->raw ? 0 : rows_columns(look, area.w, columns);
    uint64_t matched = weir_view_matched(look->view), first = rows_first(look, area.h);
    if (!matched) {
        nothing_here(look, canvas, area);
        return;
    }
    uint64_t cursor = look->follow ? matched - 1 : weir_view_rank(look->view, look->cursor);
    static char line[WEIR_ROW_TEXT_MAX]; /* the screen has one thread */
    for (int y = 0; y < area.h; y++) {
        weir_row row;
        if (!weir_view_nth(look->view, first + (uint64_t)y, &row))
            break;
        bool is_cursor = first + (uint64_t)y == cursor;
        int at = area.y + y;
        if (look->raw)
            canvas_text(canvas, area.x + 1, at, area.w - 1, row_role(&row), weir_row_text(&row, line, sizeof line));
        else if (is_compact)
            canvas_text(canvas, area.x + 1, at, area.w - 1, row_role(&row),
                        compact(look, &row, area.w >= 40, line, 256));
        else
            paint_cells(look, canvas, area, at, &row, columns, n, is_cursor);
        for (int k = 0; k < LOOK_MARKS; k++)
            if (look->mark[k].set && look->mark[k].row == row.id)
                canvas_printf(canvas, area.x, at, 1, ROLE_MARK, "%c", 'a' + k);
        if (is_cursor) {
            canvas_text(canvas, area.x, at, 1, ROLE_STRONG, glyph_text(GLYPH_CURSOR, canvas->ascii));
            canvas_role(canvas, (struct rect){area.x + 1, at, area.w - 1, 1},
                        look->focus == FOCUS_ROWS ? ROLE_ROW_CURSOR : ROLE_STRONG);
        }
    }
}
