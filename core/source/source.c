/* source.c - the list of all sources and which of them a spec means. Leaves what a spec says to the
 * sources. A spec that is no scheme is a file: "demo" is the demo, "./demo" a file of that name. */
#include "source/source.h"

#include <string.h>

#include "base/scope.h"
#include "source/classes.h"

static const struct source_class *const classes[] = {
#define X(class, scheme, syntax, help) &class,
#include "source/source.def"
#undef X
};

static const weir_source_info infos[] = {
#define X(class, scheme, syntax, help) {scheme, syntax, help},
#include "source/source.def"
#undef X
};

size_t weir_source_count(void)
{
    return ARRAY_SIZE(infos);
}

const weir_source_info *weir_source_get(size_t k)
{
    return k < ARRAY_SIZE(infos) ? &infos[k] : NULL;
}

const struct source_class *source_find(const char *spec)
{
    for (size_t k = 0; k < ARRAY_SIZE(classes); k++) {
        size_t len = strlen(infos[k].scheme);
        if (len > 0 && strncmp(spec, infos[k].scheme, len) == 0 && (spec[len] == '\0' || spec[len] == ':'))
            return classes[k];
    }
    return &source_files;
}
