/* part.c - the table of an inventory's parts. */
#include "vpc/part.h"

#include <ctype.h>

const struct part_info *part_get(enum part part)
{
    static const struct part_info parts[PART_COUNT] = {
#define X(id, operation, list, set, shape, page, words) [id] = {operation, list, set, page, words},
#include "vpc/part.def"
#undef X
    };
    return &parts[part];
}

void part_file_stem(enum part part, char *out, size_t size)
{
    size_t n = 0;
    for (const char *at = part_get(part)->operation; *at && n + 2 < size; at++) {
        if (isupper((unsigned char)*at) && n)
            out[n++] = '-';
        out[n++] = (char)tolower((unsigned char)*at);
    }
    out[n] = '\0';
}
