/* change_words.h - changes in words: what each edit did as a line of a diff, and the command that undoes it. Pure; any
 * thread. */
#ifndef WEIR_EXPLAIN_CHANGE_WORDS_H
#define WEIR_EXPLAIN_CHANGE_WORDS_H

#include "explain/words.h"
#include "vpc/change.h"
#include "weir/incident.h"

/* `inventory` (may be NULL) gives names. Texts live with `words`. */
void change_fill(struct words *words, const struct change *change, const struct inventory *inventory,
                 weir_trail_event *out);

/* The commands that undo all edits of a change, joined by " && "; "" = none can be given, and *note says what to do.
 * `before`: the network just before it (NULL = not known), for what the event does not tell; `subnet_id`: that a
 * changed association is of ("" = not known). */
weir_safe change_undo(struct words *words, const struct change *change, const struct inventory *before,
                      const char *subnet_id, weir_safe *note);

weir_safe change_time_words(struct words *words, int64_t seconds); /* "2026-11-23 13:10:00 UTC" */

#endif
