/* term_guard.h - puts the terminal back as it was, whatever ends the program: return, exit(), a signal that
 * asks to leave, a crash, a stop. Knows no curses: it is given the bytes that enter and leave the screen. */
#ifndef WEIR_SCREEN_TERM_GUARD_H
#define WEIR_SCREEN_TERM_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#define GUARD_STRING_BYTES 512 /* of the leaving bytes */
#define GUARD_PATIENCE_MS  200 /* from a signal that asks to leave until the guard leaves by force */

enum { GUARD_RESIZED = 1, GUARD_STOP = 2, GUARD_CONTINUED = 4 };

/* Saves the terminal's modes and takes the signals. False, with errno, if key_fd is no terminal or there is
 * no pipe. One at a time. */
bool guard_install(int key_fd, int out_fd);
void guard_remove(void); /* restores the terminal and gives the signals back; harmless if not installed */

/* What to write when leaving; may change while the screen is on (its height is in it). */
void guard_set_leave(const char *bytes, size_t len);
void guard_raw(void);     /* the keyboard's raw mode; from here the guard restores */
void guard_restore(void); /* the leaving bytes and the saved modes, once */
bool guard_is_raw(void);

int guard_fd(void);           /* readable when a signal came */
int guard_take(void);         /* GUARD_* of what came since the last call */
int guard_leave_signal(void); /* SIGINT, SIGTERM, SIGHUP or SIGQUIT if one asked to leave, else 0 */

/* Stops the process (its whole group if `group`) with the terminal restored; returns when it goes on, with
 * the modes that are then in force saved. */
void guard_stop(bool group);

#endif
