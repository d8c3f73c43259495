/* cause.c - the table of causes. */
#include <string.h>
#include <strings.h>

#include "weir/explain.h"

static const weir_cause_info causes[WEIR_CAUSE_COUNT] = {
#define X(id, name, row, harmless, words) [id] = {name, row, harmless, words},
#include "weir/cause.def"
#undef X
};

const weir_cause_info *weir_cause_get(weir_cause cause)
{
    return &causes[cause];
}

weir_cause weir_cause_find(const char *name, size_t len)
{
    for (int cause = 0; cause < WEIR_CAUSE_COUNT; cause++)
        if (strlen(causes[cause].name) == len && strncasecmp(causes[cause].name, name, len) == 0)
            return (weir_cause)cause;
    return WEIR_CAUSE_NONE;
}
