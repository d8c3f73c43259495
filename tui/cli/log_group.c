/* log_group.c - see log_group.h. Knows how names are escaped; what they name is the library's. */
#include "cli/log_group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *append(char *to, const char *text, const char *special)
{
    for (; *text; text++) {
        if (strchr(special, *text))
            to += snprintf(to, 4, "%%%02X", (unsigned char)*text);
        else
            *to++ = *text;
    }
    *to = '\0';
    return to;
}

char *log_group_source(const char *group, const char *prefix)
{
    size_t room = strlen("cw:?stream=") + 3 * (strlen(group) + (prefix ? strlen(prefix) : 0)) + 1;
    char *source = malloc(room);
    if (!source)
        return NULL;
    char *end = append(append(source, "cw:", ""), group, "%?");
    if (prefix)
        append(append(end, "?stream=", ""), prefix, "%?&=+# ");
    return source;
}
