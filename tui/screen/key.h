/* key.h - keys as numbers, and their names.
 * A key is a Unicode character, a control character (K_CTRL('d') = 4), or one of the K_* below.
 * Names are those that help shows and key tables use: "a", "A", "Space", "Enter", "Tab", "S-Tab", "Esc",
 * "Up" "Down" "Left" "Right" "Home" "End" "PgUp" "PgDn" "Backspace" "Delete" "F1"…"F12", "^D". */
#ifndef WEIR_SCREEN_KEY_H
#define WEIR_SCREEN_KEY_H

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t key;

#define K_CTRL(letter) ((key)((letter)&0x1f))
enum {
    K_NONE = 0,
    K_TAB = 9,
    K_ENTER = 13, /* CR and LF both arrive as this */
    K_ESC = 27,
    K_SPACE = 32,
    K_SPECIAL = 0x200000, /* beyond Unicode */
    K_UP,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_HOME,
    K_END,
    K_PGUP,
    K_PGDN,
    K_BACKSPACE,
    K_DELETE,
    K_SHIFT_TAB,
    K_F1,
    K_F2,
    K_F3,
    K_F4,
    K_F5,
    K_F6,
    K_F7,
    K_F8,
    K_F9,
    K_F10,
    K_F11,
    K_F12,
    K_RESIZE, /* the terminal has a new size */
    K_PASTE_BEGIN,
    K_PASTE_END, /* bracketed paste: the keys between are text, never commands */
    K_HANGUP,    /* the terminal is gone */
};

const char *key_name(key k, char *buffer, int size); /* returns buffer */
bool key_parse(const char *name, key *out);

#endif
