/* text.h - cells: how wide safe text is and where it may be cut. Widths as in Unicode UAX 11 by
 * utf8proc; ambiguous characters are narrow. */
#ifndef WEIR_SCREEN_TEXT_H
#define WEIR_SCREEN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weir/safe.h"

int text_width(weir_safe text); /* in cells */

/* The next character (with its combining marks) at *at: advances *at, returns its width, 0 at the end.
 * The character's bytes are [old *at, new *at). */
int text_next(const char **at);

/* Whether the text begins with a combining mark that has nothing to combine with; it is one cell wide. */
bool text_is_mark(const char *text);

/* Bytes of the longest beginning that is at most `cells` wide; *used gets its width. */
size_t text_fit(weir_safe text, int cells, int *used);

/* The code point that begins bytes[len] (len up to 4 is looked at). Returns its bytes, 0 if it is not UTF-8. */
size_t text_decode(const void *bytes, size_t len, uint32_t *codepoint);
/* Returns the bytes written, 0 if there is no such character. */
size_t text_encode(uint32_t codepoint, char out[4]);

/* Whether the locale's charset is UTF-8; call after setlocale(LC_CTYPE, ""). */
bool text_locale_is_utf8(void);

#endif
