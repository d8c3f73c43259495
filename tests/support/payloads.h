/* payloads.h - reads tests/cases/sanitize/payloads.txt: hostile texts for every sink. */
#ifndef WEIR_TEST_PAYLOADS_H
#define WEIR_TEST_PAYLOADS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One escaped line to bytes, in place; returns the length. */
static inline size_t payload_unescape(char *line)
{
    size_t n = 0;
    for (const char *at = line; *at && *at != '\n'; at++) {
        unsigned byte = (unsigned char)*at;
        if (at[0] == '\\' && at[1] == 'x' && sscanf(at + 2, "%2x", &byte) == 1)
            at += 3;
        else if (at[0] == '\\' && at[1] == '\\')
            at++;
        line[n++] = (char)byte;
    }
    return n;
}

/* Calls visit for each payload; returns how many there were, 0 if the file cannot be read. */
static inline size_t payload_each(const char *path, void (*visit)(const char *bytes, size_t len, void *user),
                                  void *user)
{
    char line[1024];
    size_t n = 0;
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, "# ", 2) == 0)
            continue;
        visit(line, payload_unescape(line), user);
        n++;
    }
    if (file)
        fclose(file);
    return n;
}

#endif
