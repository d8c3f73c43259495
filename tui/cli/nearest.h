/* nearest.h - the name that a person may have meant. */
#ifndef WEIR_CLI_NEAREST_H
#define WEIR_CLI_NEAREST_H

#include <stddef.h>

/* One comparison a call; starts as {0}. */
struct nearest {
    const char *name; /* NULL while nothing is near enough */
    size_t distance;
};

/* Offers a candidate: it is kept if it is near enough to text[len] and nearer than the one before. */
void nearest_offer(struct nearest *nearest, const char *text, size_t len, const char *candidate);

#endif
