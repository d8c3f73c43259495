/* wishes.h - what the session wants of a source that is already reading, the only thing both threads touch besides
 * batches: a filter pattern for the server. */
#ifndef WEIR_SOURCE_WISHES_H
#define WEIR_SOURCE_WISHES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "weir/status.h"

struct wishes;

struct wishes *wishes_new(void); /* NULL when out of memory or file descriptors */
void wishes_free(struct wishes *wishes);

/* Session: "" = all events. `same_filter`: the pattern says the same filter in other words, so that nothing that was
 * read under the old one has to be read again. */
void wishes_set_pattern(struct wishes *wishes, const char *pattern, bool same_filter);

/* Source: readable when there is something new; copies the pattern and makes the descriptor quiet. False: nothing new.
 */
int wishes_fd(const struct wishes *wishes);
bool wishes_take_pattern(struct wishes *wishes, char out[PUSH_MAX_BYTES + 1], bool *same_filter);

#endif
