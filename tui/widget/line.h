/* line.h - one line of safe text with a cursor, and what was done to it. Knows no keys and no screen.
 * The cursor stands between characters as they are seen (a character with its combining marks). */
#ifndef WEIR_WIDGET_LINE_H
#define WEIR_WIDGET_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "widget/prompt.h"

/* Edits of a kind that follow each other are undone together; typing, word by word. */
enum line_edit { LINE_NONE, LINE_TYPE, LINE_DELETE, LINE_PASTE, LINE_REPLACE };

struct line_state {
    char *text;
    size_t cursor;
};

struct line_states { /* a stack that forgets its oldest */
    struct line_state states[PROMPT_UNDO];
    size_t count;
};

struct line {
    char text[PROMPT_MAX_BYTES + 1];
    size_t len, cursor;
    enum line_edit last;
    struct line_states undo, redo;
};

void line_done(struct line *line);
void line_set(struct line *line, const char *text); /* forgets what could be undone */

size_t line_before(const struct line *line, size_t at); /* where the character before `at` begins */
size_t line_after(const struct line *line, size_t at);
size_t line_word_before(const struct line *line, size_t at);

void line_move(struct line *line, size_t at);
/* These say whether the text changed. */
bool line_type(struct line *line, uint32_t codepoint, enum line_edit edit); /* what is not safe is left out */
bool line_delete(struct line *line, size_t from, size_t to);
bool line_replace(struct line *line, size_t from, size_t to, const char *text); /* sanitised */
bool line_undo(struct line *line);
bool line_redo(struct line *line);

#endif
