/* emit_table.c - rows for people: aligned columns, one header. Which columns there are is settled by the first row:
 * the usual ones that its layout has. */
#include "cli/emit.h"

#include "cli/scope.h"

enum { GROWS_TO = 39 }; /* cells: the longest IPv6 address */

/* For VPC and for Transit Gateway records: a row's layout has a part of them. */
static const weir_field usual[] = {
    WEIR_F_START,
    WEIR_F_ACTION,
    WEIR_F_SRCADDR,
    WEIR_F_SRCPORT,
    WEIR_F_DSTADDR,
    WEIR_F_DSTPORT,
    WEIR_F_PROTOCOL,
    WEIR_F_TCP_FLAGS,
    WEIR_F_PACKETS,
    WEIR_F_BYTES,
    WEIR_F_PACKETS_LOST_NO_ROUTE,
    WEIR_F_PACKETS_LOST_BLACKHOLE,
    WEIR_F_INTERFACE_ID,
    WEIR_F_TGW_ATTACHMENT_ID,
};

static bool is_right(weir_field field)
{
    switch (weir_field_get(field)->kind) {
    case WEIR_KIND_NUMBER:
    case WEIR_KIND_PORT:
    case WEIR_KIND_PACKETS:
    case WEIR_KIND_BYTES: return true;
    default: return false;
    }
}

/* The column may hold words that are wider than its own values: see put_cell(). */
static size_t width_of(const struct emit *emit, weir_field field)
{
    const weir_field_info *info = weir_field_get(field);
    size_t width = (size_t)info->width, title = strlen(info->title);
    if (info->kind == WEIR_KIND_TIME)
        width = emit->when.local ? sizeof "2026-11-23T13:57:05+01:00" - 1 : sizeof "2026-11-23T13:57:05Z" - 1;
    if (field == WEIR_F_ACTION)
        width = sizeof "SKIPDATA" - 1;
    if (info->kind == WEIR_KIND_FLAGS)
        width = sizeof "SYN-ACK FIN" - 1;
    return width > title ? width : title;
}

static void pick_columns(struct emit *emit, const weir_row *row)
{
    if (emit->n_columns == 0)
        for (size_t k = 0; k < ARRAY_SIZE(usual); k++)
            if (weir_row_value(row, usual[k]).type != WEIR_ABSENT)
                emit->column[emit->n_columns++] = usual[k];
    if (emit->n_columns == 0)
        emit->n_columns = weir_row_fields(row, emit->column, WEIR_FIELD_COUNT);
    for (size_t k = 0; k < emit->n_columns; k++)
        emit->width[k] = width_of(emit, emit->column[k]);
}

/* Cells of safe text: one a character that is no combining mark is near enough for a table of addresses. */
static size_t cells(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += (*text & 0xC0) != 0x80;
    return n;
}

static void put_aligned(struct emit *emit, size_t k, weir_safe text, const char *sgr)
{
    struct out *out = emit->out;
    size_t len = cells(text.text), width = emit->width[k];
    if (len > width && len <= GROWS_TO)
        emit->width[k] = len; /* from here on, so that IPv6 does not make every second line jump */
    size_t pad = len < width ? width - len : 0;
    bool is_last = k + 1 == emit->n_columns;
    if (is_right(emit->column[k]))
        out_spaces(out, pad);
    if (sgr)
        out_bytes(out, sgr, strlen(sgr));
    out_text(out, text);
    if (sgr)
        out_bytes(out, "\033[0m", 4);
    if (!is_right(emit->column[k]) && !is_last)
        out_spaces(out, pad);
    out_char(out, is_last ? '\n' : ' ');
}

static void put_header(struct emit *emit)
{
    char title[64];
    for (size_t k = 0; k < emit->n_columns; k++)
        put_aligned(emit, k, weir_safe_format(title, sizeof title, "%s", weir_field_get(emit->column[k])->title), NULL);
    emit->header_done = true;
}

/* The word that says what the row is stands in the action column, also where there was no traffic. */
static weir_safe action_text(const weir_row *row, const weir_value *value, char *buffer, size_t size)
{
    switch (weir_row_kind_of(row)) {
    case WEIR_ROW_NODATA: return WEIR_SAFE("NODATA");
    case WEIR_ROW_SKIPDATA: return WEIR_SAFE("SKIPDATA");
    default: return weir_value_text(WEIR_F_ACTION, value, WEIR_STYLE_AWS, buffer, size);
    }
}

static const char *color_of(const struct emit *emit, const weir_row *row)
{
    if (!emit->color)
        return NULL;
    if (weir_row_kind_of(row) == WEIR_ROW_SKIPDATA)
        return "\033[33m";
    return weir_row_verdict(row) == WEIR_VERDICT_REJECT ? "\033[1;31m" : NULL;
}

static void put_cell(struct emit *emit, const weir_row *row, size_t k)
{
    weir_field field = emit->column[k];
    weir_value value = weir_row_value(row, field);
    char buffer[2048];
    weir_kind kind = weir_field_get(field)->kind;
    if (field == WEIR_F_ACTION)
        put_aligned(emit, k, action_text(row, &value, buffer, sizeof buffer), color_of(emit, row));
    else if (kind == WEIR_KIND_TIME && value.type == WEIR_NUMBER && value.number <= INT64_MAX)
        put_aligned(emit, k, when_text(&emit->when, (int64_t)value.number, buffer, sizeof buffer), NULL);
    else if (kind == WEIR_KIND_PROTOCOL || kind == WEIR_KIND_FLAGS)
        put_aligned(emit, k, weir_value_text(field, &value, WEIR_STYLE_SHORT, buffer, sizeof buffer), NULL);
    else
        put_aligned(emit, k, weir_value_text(field, &value, WEIR_STYLE_AWS, buffer, sizeof buffer), NULL);
}

static void table_row(struct emit *emit, const weir_row *row)
{
    if (!emit->header_done) {
        pick_columns(emit, row);
        put_header(emit);
    }
    for (size_t k = 0; k < emit->n_columns; k++)
        put_cell(emit, row, k);
}

const struct emit_class emit_table = {.row = table_row};
