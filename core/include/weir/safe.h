/* safe.h - text that may reach a terminal.
 *
 * Everything that comes from outside (log lines, file names, tags, error texts) passes
 * weir_sanitize() once, where it enters the model, and travels as weir_safe from there on. Sinks
 * (canvas, standard output and error, window title, clipboard, export) take weir_safe only, so that
 * forgetting the filter does not compile.
 *
 * What the safe form is: valid UTF-8 without control characters (C0, DEL, C1), without bidirectional
 * and other invisible format characters (Unicode Cf, Zl, Zp, unassigned, private use, surrogates),
 * and with at most 4 combining marks in a row. What is not allowed is made visible, never deleted:
 * ESC is "^[", CR is "^M", TAB is "^I", DEL is "^?", C1 U+009B is "<9B>", U+202E is "<U+202E>",
 * a byte that is not UTF-8 is U+FFFD (one for each maximal subpart, as WHATWG and Unicode 3.9 say).
 * The function is idempotent. */
#ifndef WEIR_SAFE_H
#define WEIR_SAFE_H

#include <stdarg.h>
#include <stddef.h>

/* Borrowed, NUL-terminated, never NULL. Made only by the functions and the macro below. */
typedef struct weir_safe {
    const char *text;
} weir_safe;

/* A string literal of ours. Does not compile with anything but a literal. */
#define WEIR_SAFE(literal) ((weir_safe){"" literal ""})

/* Writes the safe form of `len` bytes into buffer[size] (size >= 4) and returns it, borrowed from
 * the buffer. What does not fit is cut at a character and ends in "…" ("..." is never used).
 * Thread: any. */
weir_safe weir_sanitize(const void *bytes, size_t len, char *buffer, size_t size);

/* printf into buffer[size], then the safe form of the result in the same buffer. Thread: any. */
weir_safe weir_safe_format(char *buffer, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The safe form as a heap string that is yours (free), NULL when out of memory.
 * `max` bounds the result in bytes. */
char *weir_sanitize_new(const void *bytes, size_t len, size_t max);

#endif
