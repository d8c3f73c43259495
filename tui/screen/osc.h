/* osc.h - the clipboard sequence (OSC 52), and tmux's wrapping of it. */
#ifndef WEIR_SCREEN_OSC_H
#define WEIR_SCREEN_OSC_H

#include <stdbool.h>
#include <stddef.h>

#define OSC_CLIPBOARD_MAX_BYTES 74994 /* of base64: what xterm and tmux take */

/* Bytes that osc_clipboard() needs at most for `len` bytes of text; 0 if that is too much text. */
size_t osc_clipboard_room(size_t len);
/* Writes the sequence that puts text[len] on the clipboard; returns its length. */
size_t osc_clipboard(const char *text, size_t len, bool is_tmux, char *out);

/* Bytes that osc_notice() needs at most. */
enum { OSC_NOTICE_BYTES = 1024 };
/* A desktop notice, in both forms that terminals know: OSC 9 (iTerm2, Windows Terminal, ghostty) and OSC 777 (urxvt,
 * foot, VTE). The text must be safe text; what is longer than 200 bytes, and ";" in it, are cut out. Returns its
 * length. */
size_t osc_notice(const char *text, bool is_tmux, char *out);

#endif
