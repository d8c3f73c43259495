/* record.c - one record explained: the short form beside the table, and every field for the detail pane. */
#include "pane/pane.h"

#include <stdio.h>
#include <string.h>

#include "screen/text.h"

static weir_safe field_text(const struct look *look, const weir_row *row, weir_field field, char *buffer, size_t size)
{
    weir_value value = weir_row_value(row, field);
    if (value.type == WEIR_NUMBER && weir_field_get(field)->kind == WEIR_KIND_TIME) {
        char text[64];
        return weir_safe_format(buffer, size, "%s (%llu)",
                                look_time(look, (int64_t)value.number, TIME_FULL, text, sizeof text).text,
                                (unsigned long long)value.number);
    }
    return weir_value_text(field, &value, WEIR_STYLE_LONG, buffer, size);
}

static weir_safe short_text(const struct look *look, const weir_row *row, weir_field field, char *buffer, size_t size)
{
    weir_value value = weir_row_value(row, field);
    if (value.type == WEIR_ABSENT)
        return weir_safe_format(buffer, size, "-");
    if (value.type == WEIR_NUMBER && weir_field_get(field)->kind == WEIR_KIND_TIME) {
        char clock[40], zone[16];
        return weir_safe_format(buffer, size, "%s%s",
                                look_time(look, (int64_t)value.number, TIME_CLOCK, clock, sizeof clock).text,
                                look_zone(look, zone, sizeof zone).text);
    }
    return weir_value_text(field, &value, WEIR_STYLE_LONG, buffer, size);
}

static void endpoint(const struct look *look, const weir_row *row, weir_field addr, weir_field port, char *buffer,
                     size_t size)
{
    bool is_src = addr == WEIR_F_SRCADDR;
    char host[64], number[64];
    const char *name = is_src ? look->src_name : look->dst_name;
    weir_value known = weir_row_value(row, is_src ? WEIR_F_SRC_NAME : WEIR_F_DST_NAME);
    if (!*name && known.type == WEIR_TEXT)
        name = known.text.text;
    short_text(look, row, addr, host, sizeof host);
    short_text(look, row, port, number, sizeof number);
    snprintf(buffer, size, strchr(host, ':') ? "[%s]:%s%s%.60s" : "%s:%s%s%.60s", host, number, name[0] ? "  " : "",
             name);
}

/* Label and value lines of the short form. */
static int short_lines(const struct look *look, const weir_row *row, char lines[12][160])
{
    char a[240], b[96], c[96];
    int n = 0;
#define TEXT(field, buffer) short_text(look, row, field, buffer, sizeof buffer).text
    snprintf(lines[n++], 160, "start      %s  end %s", TEXT(WEIR_F_START, a), TEXT(WEIR_F_END, b));
    int64_t arrival = weir_session_arrival(look->session, row->id);
    weir_value end = weir_row_value(row, WEIR_F_END);
    if (arrival > 0 && end.type == WEIR_NUMBER && arrival >= (int64_t)end.number &&
        arrival - (int64_t)end.number < 86400)
        snprintf(lines[n++], 160, "arrived    %s%s  lag %s", look_time(look, arrival, TIME_CLOCK, a, sizeof a).text,
                 look_zone(look, b, sizeof b).text, look_span(arrival - (int64_t)end.number, c, sizeof c).text);
    const char *cause = look_cause(look, row);
    if (cause)
        snprintf(lines[n++], 160, "action     %s  %.60s", TEXT(WEIR_F_ACTION, a), cause);
    else
        snprintf(lines[n++], 160, "action     %s  log-status %s", TEXT(WEIR_F_ACTION, a), TEXT(WEIR_F_LOG_STATUS, b));
    endpoint(look, row, WEIR_F_SRCADDR, WEIR_F_SRCPORT, a, sizeof a);
    snprintf(lines[n++], 160, "src        %.140s", a);
    endpoint(look, row, WEIR_F_DSTADDR, WEIR_F_DSTPORT, a, sizeof a);
    snprintf(lines[n++], 160, "dst        %.140s", a);
    snprintf(lines[n++], 160, "proto      %s  flags %s", TEXT(WEIR_F_PROTOCOL, a), TEXT(WEIR_F_TCP_FLAGS, b));
    snprintf(lines[n++], 160, "packets    %s  bytes %s", TEXT(WEIR_F_PACKETS, a), TEXT(WEIR_F_BYTES, b));
    weir_value name = weir_row_value(row, WEIR_F_INTERFACE_NAME);
    snprintf(lines[n++], 160, "interface  %.60s  %.80s", TEXT(WEIR_F_INTERFACE_ID, a),
             name.type == WEIR_TEXT ? name.text.text : "");
    snprintf(lines[n++], 160, "direction  %s  path %s", TEXT(WEIR_F_FLOW_DIRECTION, a), TEXT(WEIR_F_TRAFFIC_PATH, b));
    snprintf(lines[n++], 160, "account    %s  %s", TEXT(WEIR_F_ACCOUNT_ID, a), TEXT(WEIR_F_VPC_ID, b));
#undef TEXT
    return n;
}

static bool cursor_row(const struct look *look, weir_row *row)
{
    uint64_t matched = weir_view_matched(look->view);
    if (!matched)
        return false;
    uint64_t rank = look->follow ? matched - 1 : weir_view_rank(look->view, look->cursor);
    return weir_view_nth(look->view, rank < matched ? rank : matched - 1, row);
}

void record_paint(const struct look *look, struct canvas *canvas, struct rect area)
{
    canvas_fill(canvas, area, ROLE_TEXT);
    canvas_box(canvas, area, ROLE_BORDER, ROLE_TITLE, WEIR_SAFE("Record"));
    weir_row row;
    if (!cursor_row(look, &row))
        return;
    char lines[12][160];
    int n = short_lines(look, &row, lines);
    for (int k = 0; k < n && k < area.h - 2; k++) {
        canvas_printf(canvas, area.x + 2, area.y + 1 + k, 10, ROLE_DIM, "%.10s", lines[k]);
        canvas_printf(canvas, area.x + 13, area.y + 1 + k, area.w - 15, ROLE_TEXT, "%s", lines[k] + 11);
    }
    canvas_text(canvas, area.x + 2, area.y + area.h - 1, area.w - 4, ROLE_DIM,
                WEIR_SAFE(" Enter why, path, every field "));
}

static weir_safe headline(const weir_row *row)
{
    switch (weir_row_kind_of(row)) {
    case WEIR_ROW_NODATA: return WEIR_SAFE("NODATA: no traffic on the interface in this interval");
    case WEIR_ROW_SKIPDATA:
        return WEIR_SAFE("SKIPDATA: AWS lost records of this interval; traffic may be missing here");
    case WEIR_ROW_RECORD: break;
    }
    switch (weir_row_verdict(row)) {
    case WEIR_VERDICT_REJECT:
        return WEIR_SAFE("REJECT: a security group, a network ACL, or a packet after the connection closed");
    case WEIR_VERDICT_ACCEPT: return WEIR_SAFE("ACCEPT: let through by security groups and network ACLs");
    case WEIR_VERDICT_NONE: break;
    }
    return WEIR_SAFE("the record does not say whether the traffic was accepted");
}

int detail_paint(const struct look *look, struct canvas *canvas, struct rect area, uint64_t id, int scroll)
{
    weir_row row;
    struct rect inner = {area.x + 2, area.y + 1, area.w - 4, area.h - 2};
    if (!weir_view_row(look->view, id, &row)) {
        canvas_text(canvas, inner.x, inner.y, inner.w, ROLE_DIM, WEIR_SAFE("this record has left the ring"));
        return 1;
    }
    weir_field fields[WEIR_FIELD_COUNT];
    static char raw[WEIR_ROW_TEXT_MAX]; /* the screen has one thread */
    int n = (int)weir_row_fields(&row, fields, WEIR_FIELD_COUNT), line = 0;
    int value_width = inner.w >= 110 ? 42 : inner.w >= 70 ? 34 : inner.w - 20;
#define SHOWN (line >= scroll && line - scroll < inner.h)
    if (SHOWN)
        canvas_text(canvas, inner.x, inner.y + line - scroll, inner.w, ROLE_STRONG, headline(&row));
    line++;
    for (int k = 0; k < n; k++, line++) {
        char text[1100];
        if (!SHOWN)
            continue;
        int y = inner.y + line - scroll;
        const weir_field_info *info = weir_field_get(fields[k]);
        int name = (int)strlen(info->name) > 18 && inner.w >= 90 ? 26 : 19;
        canvas_printf(canvas, inner.x, y, name, ROLE_DIM, "%s", info->name);
        canvas_text(canvas, inner.x + name, y, value_width, ROLE_TEXT,
                    field_text(look, &row, fields[k], text, sizeof text));
        canvas_printf(canvas, inner.x + name + value_width + 1, y, inner.w - name - value_width - 1, ROLE_DIM, "%s",
                      info->help);
    }
    line++;
    weir_safe text = weir_row_text(&row, raw, sizeof raw);
    for (const char *at = text.text; *at; line++) {
        int used;
        size_t len = text_fit((weir_safe){at}, inner.w, &used);
        if (!len)
            break;
        if (SHOWN)
            canvas_printf(canvas, inner.x, inner.y + line - scroll, inner.w, ROLE_FILTER, "%.*s", (int)len, at);
        at += len;
    }
#undef SHOWN
    return line;
}
