/* tty.c - opening terminals.
 * Standard output is shared with the shell and others, and O_NONBLOCK would be theirs too: so the terminal is
 * opened a second time by its name. */
#include "screen/tty.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIDE_MAX   4096 /* cells; what an ioctl says beyond this is not a screen */
#define NAME_BYTES 256

static int open_anew(int fd, int flags)
{
    flags |= O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    char name[NAME_BYTES];
    int own = ttyname_r(fd, name, sizeof name) == 0 ? open(name, flags) : -1;
    if (own < 0) {
        snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
        own = open(name, flags);
    }
    return own;
}

void tty_open(struct tty *tty)
{
    int own = open_anew(STDOUT_FILENO, O_RDWR);
    tty->owns_out_fd = own >= 0;
    tty->out_fd = own >= 0 ? own : STDOUT_FILENO;

    bool is_stdin = isatty(STDIN_FILENO);
    own = is_stdin ? open_anew(STDIN_FILENO, O_RDONLY) : open("/dev/tty", O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    tty->owns_key_fd = own >= 0;
    tty->key_fd = own >= 0 ? own : is_stdin ? STDIN_FILENO : tty->out_fd;
}

void tty_close(struct tty *tty)
{
    if (tty->owns_key_fd)
        close(tty->key_fd);
    if (tty->owns_out_fd)
        close(tty->out_fd);
    *tty = (struct tty){.key_fd = -1, .out_fd = -1};
}

void tty_size(int fd, int *w, int *h)
{
    struct winsize size = {0};
    *w = 80;
    *h = 24;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        *w = size.ws_col < SIDE_MAX ? size.ws_col : SIDE_MAX;
        *h = size.ws_row < SIDE_MAX ? size.ws_row : SIDE_MAX;
    }
}

FILE *tty_memory(void)
{
    int fd = memfd_create("screen", MFD_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, "w+") : NULL;
    if (!file && fd >= 0)
        close(fd);
    return file ? file : tmpfile();
}

/* Not setuid, but a shared machine: descriptions of terminals from someone else's folder are not read. */
void tty_distrust_terminfo(void)
{
    const char *folder = getenv("TERMINFO");
    struct stat status;
    if (folder && folder[0] == '/' && (stat(folder, &status) < 0 || (status.st_uid != 0 && status.st_uid != geteuid())))
        unsetenv("TERMINFO");
}
