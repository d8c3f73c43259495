/* prompt.h - a line editor: text, cursor, history, undo, completion list. Knows no filters: validity
 * and completions come from callbacks. UTF-8; the text is at most PROMPT_MAX_BYTES and always safe. */
#ifndef WEIR_WIDGET_PROMPT_H
#define WEIR_WIDGET_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "screen/canvas.h"
#include "screen/key.h"

#define PROMPT_MAX_BYTES   4096
#define PROMPT_HISTORY     100
#define PROMPT_UNDO        100
#define PROMPT_COMPLETIONS 200

struct prompt;

struct prompt_ops {
    /* Says whether the text is valid: returns 0, or the 1-based byte column of the fault, and writes one
     * line on what is wrong into why[size]. */
    size_t (*check)(const char *text, char *why, size_t size, void *user);
    /* Offers completions for the word that ends at `cursor`: calls add(p, from, word, help) for each; `from`
     * is the byte offset where the word begins. */
    void (*complete)(struct prompt *prompt, const char *text, size_t cursor, void *user);
    void *user;
};

struct prompt *prompt_new(const struct prompt_ops *ops); /* NULL when out of memory */
void prompt_free(struct prompt *prompt);

void prompt_set(struct prompt *prompt, const char *text); /* sanitised; cursor at the end; begins a new undo line */
const char *prompt_text(const struct prompt *prompt);
size_t prompt_cursor(const struct prompt *prompt);
void prompt_add_completion(struct prompt *prompt, size_t from, weir_safe word, weir_safe help);

void prompt_history_add(struct prompt *prompt, const char *text); /* newest last; repeats move up */

typedef enum prompt_result {
    PROMPT_GOES_ON,
    PROMPT_CHANGED,
    PROMPT_DONE,
    PROMPT_CANCELLED,
    PROMPT_UNHANDLED
} prompt_result;

/* Handles a key: characters, Left Right Home End ^A ^E, Backspace Delete ^W ^U ^K, Up Down (history, or the
 * completion list when it is open), Tab S-Tab (complete; again = next), ^Z/^_ undo, ^R/^Y redo, Enter
 * (DONE; takes the completion when one is chosen), Esc (closes the list, else CANCELLED), paste. */
prompt_result prompt_key(struct prompt *prompt, key k);

/* Paints the text in one line (scrolled so that the cursor shows, faulty part in ROLE_FILTER_INVALID),
 * puts the canvas's cursor, and the completion list in at most `list` (h = 0: not shown). */
void prompt_paint(struct prompt *prompt, struct canvas *canvas, struct rect line, struct rect list);

bool prompt_is_valid(const struct prompt *prompt);
weir_safe prompt_why(const struct prompt *prompt); /* what is wrong, "" if nothing */

#endif
