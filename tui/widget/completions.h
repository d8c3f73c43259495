/* completions.h - a list of words to choose from, and its pop-up. Knows no text that they complete. */
#ifndef WEIR_WIDGET_COMPLETIONS_H
#define WEIR_WIDGET_COMPLETIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "screen/canvas.h"
#include "widget/prompt.h"

struct completion {
    size_t from; /* byte offset of the word that it replaces */
    char *word, *help;
};

struct completions {
    struct completion list[PROMPT_COMPLETIONS];
    size_t count;
    int chosen; /* -1 = none */
    bool is_open;
};

void completions_clear(struct completions *completions); /* and closes */
void completions_add(struct completions *completions, size_t from, weir_safe word, weir_safe help);
void completions_step(struct completions *completions, int by); /* goes round */

/* Bytes that the beginnings of all words have in common, 0 if they replace different words. */
size_t completions_common(const struct completions *completions);

/* Paints the pop-up into `area`, at its bottom if `is_above` the line, near column x. */
void completions_paint(const struct completions *completions, struct canvas *canvas, struct rect area, int x,
                       bool is_above);

#endif
