/* term.h - the terminal: the only door to curses. Shows canvases, brings keys, and leaves the terminal
 * as it was whatever happens (see the guard in term_guard.c).
 *
 * Output never blocks: curses writes into memory, and term_flush() sends what the terminal takes.
 * While bytes are waiting no new frame is drawn (term_ready), so a stopped terminal costs nothing. */
#ifndef WEIR_SCREEN_TERM_H
#define WEIR_SCREEN_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "screen/canvas.h"
#include "screen/key.h"
#include "screen/theme.h"
#include "weir/status.h"

struct term;

typedef enum term_color { TERM_COLOR_AUTO, TERM_COLOR_ALWAYS, TERM_COLOR_NEVER } term_color;

struct term_options {
    const struct theme *theme; /* borrowed */
    term_color color;          /* AUTO: by terminfo, COLORTERM and NO_COLOR (https://no-color.org) */
    bool ascii;                /* force ASCII; else by the locale */
    int colors;                /* > 0: pretend this many colours (tests) */
    bool mouse;                /* off by default, so that the terminal's own selection works */
};

/* Opens the terminal: standard output if it is one, else WEIR_E_USAGE; keys come from standard input, or
 * /dev/tty when that is not a terminal. An unknown TERM is WEIR_E_USAGE with a hint to `weir print`.
 * Installs the guard. There is one at a time. */
weir_status term_open(const struct term_options *options, struct term **out, weir_error *err);
void term_close(struct term *term); /* restores the terminal; accepts NULL */

bool term_is_ascii(const struct term *term);
int term_colors(const struct term *term); /* 256, 16, 8 or 0 */
void term_set_theme(struct term *term, const struct theme *theme);

void term_size(const struct term *term, int *w, int *h);

int term_key_fd(const struct term *term);    /* poll for POLLIN: keys */
int term_signal_fd(const struct term *term); /* poll for POLLIN: a signal came, see term_signal() */
int term_out_fd(const struct term *term);    /* poll for POLLOUT while !term_ready() */

/* The next key without waiting, K_NONE if there is none. K_HANGUP when the terminal is gone
 * (end of file, EIO, POLLHUP): leave at once. */
key term_key(struct term *term);

/* Handles what arrived on the signal fd: takes a new size (then returns K_RESIZE), stops and comes back
 * on SIGTSTP/SIGCONT (K_RESIZE: repaint all). Returns K_HANGUP and sets *exit_status (128 + signal) on
 * SIGINT, SIGTERM, SIGHUP, SIGQUIT. K_NONE otherwise. */
key term_signal(struct term *term, int *exit_status);
void term_suspend(struct term *term); /* as if SIGTSTP had come (^Z in raw mode) */

/* Whether all bytes of earlier frames are out. */
bool term_ready(struct term *term);
void term_flush(struct term *term); /* never blocks */

/* Sends what differs from the last frame. Returns the bytes queued, 0 if nothing changed. */
uint64_t term_show(struct term *term, const struct canvas *canvas);
void term_repaint(struct term *term); /* the next term_show() draws everything anew (^L) */

/* Clipboard by OSC 52 (with tmux's pass-through when $TMUX is set), at most 74,994 bytes of base64.
 * WEIR_E_LIMIT if it is more. The text is UTF-8 and safe. */
weir_status term_copy(struct term *term, weir_safe text, weir_error *err);
void term_bell(struct term *term);
void term_notify(struct term *term, weir_safe text); /* a desktop notice, where the terminal shows such */

uint64_t term_bytes(const struct term *term); /* sent since the beginning */

#endif
