/* when.h - moments as people and programs read them. The zone is always part of the text. */
#ifndef WEIR_CLI_WHEN_H
#define WEIR_CLI_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "weir/safe.h"

enum { WHEN_SIZE = 40 };

/* Begin with {.local = …}; the rest is what when_text() remembers from the call before. */
struct when {
    bool local;
    int64_t from, to; /* [from, to) is the stretch that the texts below hold for */
    int minute;       /* of `from` */
    char prefix[16], suffix[8];
};

/* "2026-11-23T13:57:05Z", or "2026-11-23T14:57:05+01:00" when local, in buffer[size] (WHEN_SIZE does).
 * The bare number where there is no such date. */

weir_safe when_text(struct when *when, int64_t seconds, char *buffer, size_t size);

#endif
