/* group.c - groupings of the top table as people write them. */
#include <stdio.h>
#include <string.h>

#include "base/slice.h"
#include "weir/view.h"

struct reader {
    const char *text;
    size_t at;
    weir_error *err;
};

static weir_status expected(const struct reader *reader, size_t at, const char *what)
{
    return weir_fail(reader->err, WEIR_E_SYNTAX, at + 1, "grouping: expected %s", what);
}

/* "/24" at the reader, if there is one. */
static weir_status read_prefix(struct reader *reader, unsigned max, uint8_t *out)
{
    size_t from = ++reader->at;
    unsigned prefix = 0;
    while (reader->text[reader->at] >= '0' && reader->text[reader->at] <= '9' && reader->at - from < 4)
        prefix = prefix * 10 + (unsigned)(reader->text[reader->at++] - '0');
    if (reader->at == from || prefix > max)
        return expected(reader, from, max == 32 ? "a prefix length from 0 to 32" : "a prefix length from 0 to 128");
    *out = (uint8_t)prefix;
    return WEIR_OK;
}

static weir_status read_part(struct reader *reader, weir_group *out)
{
    reader->at += strspn(reader->text + reader->at, " ");
    size_t from = reader->at;
    reader->at += strcspn(reader->text + reader->at, "/, ");
    weir_field field = weir_field_find(reader->text + from, reader->at - from);
    if (field == WEIR_FIELD_NONE)
        return expected(reader, from, "a field name, as srcaddr or dstport");
    if (out->n == WEIR_GROUP_FIELDS)
        return expected(reader, from, "at most 3 fields");
    out->part[out->n].field = field;
    out->part[out->n].prefix4 = 32;
    out->part[out->n].prefix6 = 128;
    if (reader->text[reader->at] == '/') {
        if (weir_field_get(field)->kind != WEIR_KIND_ADDR)
            return expected(reader, reader->at, "no prefix length here: the field is no address");
        weir_status status = read_prefix(reader, 32, &out->part[out->n].prefix4);
        if (status == WEIR_OK && reader->text[reader->at] == '/')
            status = read_prefix(reader, 128, &out->part[out->n].prefix6);
        if (status != WEIR_OK)
            return status;
    }
    out->n++;
    reader->at += strspn(reader->text + reader->at, " ");
    return WEIR_OK;
}

weir_status weir_group_parse(const char *text, weir_group *out, weir_error *err)
{
    weir_group group = {0};
    struct reader reader = {text, 0, err};
    for (;;) {
        weir_status status = read_part(&reader, &group);
        if (status != WEIR_OK)
            return status;
        if (!text[reader.at])
            break;
        if (text[reader.at] != ',')
            return expected(&reader, reader.at, "a comma");
        reader.at++;
    }
    *out = group;
    return WEIR_OK;
}

weir_safe weir_group_text(const weir_group *group, char *buffer, size_t size)
{
    char text[WEIR_GROUP_FIELDS * 64] = "";
    size_t len = 0;
    for (size_t k = 0; k < group->n && len < sizeof text; k++) {
        const char *name = weir_field_get(group->part[k].field)->name;
        unsigned prefix4 = group->part[k].prefix4;
        unsigned prefix6 = group->part[k].prefix6;
        const char *comma = k ? "," : "";
        int more;
        if (prefix6 != 128)
            more = snprintf(text + len, sizeof text - len, "%s%s/%u/%u", comma, name, prefix4, prefix6);
        else if (prefix4 != 32)
            more = snprintf(text + len, sizeof text - len, "%s%s/%u", comma, name, prefix4);
        else
            more = snprintf(text + len, sizeof text - len, "%s%s", comma, name);
        len += more > 0 ? (size_t)more : 0;
    }
    return weir_safe_format(buffer, size, "%s", text);
}
