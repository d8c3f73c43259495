/* field.c - the table of fields and how a name finds its row. */
#include "weir/field.h"

#include "base/scope.h"

static const weir_field_info infos[] = {
#define X(id, n, a, v, k, t, w, h) \
    [id] = {.name = n, .alias = a, .since = v, .kind = k, .title = t, .width = w, .help = h},
#include "weir/field.def"
#undef X
};
_Static_assert(ARRAY_SIZE(infos) == WEIR_FIELD_COUNT, "one row a field");

static const struct {
    unsigned char name, alias; /* lengths, so that most rows are passed over without a look at the text */
} lengths[] = {
#define X(id, n, a, v, k, t, w, h) [id] = {sizeof(n) - 1, sizeof(a) - 1},
#include "weir/field.def"
#undef X
};

const weir_field_info *weir_field_get(weir_field field)
{
    return &infos[field];
}

bool weir_field_is_derived(weir_field field)
{
    return infos[field].since == 0;
}

static char fold(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c | 0x20);
    return c == '_' ? '-' : c;
}

static bool is_name(const char *row, const char *name, size_t len)
{
    for (size_t k = 0; k < len; k++)
        if (row[k] != fold(name[k]))
            return false;
    return true;
}

weir_field weir_field_find(const char *name, size_t len)
{
    if (len == 0)
        return WEIR_FIELD_NONE;
    for (int k = 0; k < WEIR_FIELD_COUNT; k++) {
        if (lengths[k].name == len && is_name(infos[k].name, name, len))
            return (weir_field)k;
        if (lengths[k].alias == len && is_name(infos[k].alias, name, len))
            return (weir_field)k;
    }
    return WEIR_FIELD_NONE;
}
