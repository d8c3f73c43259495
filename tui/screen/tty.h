/* tty.h - the files behind a screen: where keys come from, where bytes go, and a file in memory. */
#ifndef WEIR_SCREEN_TTY_H
#define WEIR_SCREEN_TTY_H

#include <stdbool.h>
#include <stdio.h>

struct tty {
    int key_fd, out_fd;
    bool owns_key_fd, owns_out_fd; /* opened anew, thus without blocking; else they are 0 and 1 themselves */
};

void tty_open(struct tty *tty);
void tty_close(struct tty *tty);
void tty_size(int fd, int *w, int *h); /* 80x24 if it does not say */
FILE *tty_memory(void);                /* NULL: errno says why */
void tty_distrust_terminfo(void);

#endif
