/* casefile.h - a whole file of tests/cases; free() it. A case that is not there ends the test program. */
#ifndef WEIR_SUPPORT_CASEFILE_H
#define WEIR_SUPPORT_CASEFILE_H

#include <stdio.h>
#include <stdlib.h>

static inline char *case_read(const char *path, size_t *len)
{
    enum { MOST = 1 << 20 };
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(MOST + 1);
    if (!file || !bytes) {
        fprintf(stderr, "cannot read %s\n", path);
        abort();
    }
    *len = fread(bytes, 1, MOST, file);
    fclose(file);
    char *exact = realloc(bytes, *len + 1);
    if (!exact)
        abort();
    exact[*len] = '\0';
    return exact;
}

#endif
