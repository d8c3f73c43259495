/* pty_child.h - a process on a pseudo-terminal of its own, for tests of the terminal. The test holds both
 * ends, so that it can look at the modes after the process is gone. No function waits longer than DEADLINE_MS. */
#ifndef WEIR_TEST_PTY_CHILD_H
#define WEIR_TEST_PTY_CHILD_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_MS 20000
#define SEEN_BYTES  (4u << 20)

struct pty_child {
    pid_t pid;
    int master, slave;
    int alive; /* reads end of file when the process is gone */
    struct termios before;
    char *seen; /* what the terminal got, NUL-terminated */
    size_t len;
};

static inline int64_t pty_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline void pty_resize(struct pty_child *child, int w, int h)
{
    struct winsize size = {.ws_col = (unsigned short)w, .ws_row = (unsigned short)h};
    ioctl(child->master, TIOCSWINSZ, &size);
}

static inline void pty_begin_child(struct pty_child *child, int alive[2], int (*run)(void *), void *user)
{
    close(alive[0]);
    close(child->master);
    free(child->seen);
    child->seen = NULL;
    setsid();
    ioctl(child->slave, TIOCSCTTY, 0);
    dup2(child->slave, 0);
    dup2(child->slave, 1);
    int null = open("/dev/null", O_WRONLY);
    if (!getenv("PTY_STDERR"))
        dup2(null, 2);
    close(child->slave);
    close(null);
    exit(run(user));
}

static inline bool pty_spawn(struct pty_child *child, int w, int h, int (*run)(void *), void *user)
{
    int alive[2];
    memset(child, 0, sizeof *child);
    child->master = posix_openpt(O_RDWR | O_NOCTTY);
    if (child->master < 0 || grantpt(child->master) < 0 || unlockpt(child->master) < 0 || pipe(alive) < 0)
        return false;
    child->slave = open(ptsname(child->master), O_RDWR | O_NOCTTY);
    child->seen = calloc(1, SEEN_BYTES);
    if (child->slave < 0 || !child->seen)
        return false;
    pty_resize(child, w, h);
    tcgetattr(child->slave, &child->before);
    fflush(NULL);
    child->pid = fork();
    if (child->pid == 0)
        pty_begin_child(child, alive, run, user);
    close(alive[1]);
    child->alive = alive[0];
    return child->pid > 0;
}

/* Reads what the terminal gets until `text` is among it (from byte `from`), the process is gone (text NULL),
 * or time is up. */
static inline bool pty_wait(struct pty_child *child, size_t from, const char *text)
{
    int64_t deadline = pty_now_ms() + DEADLINE_MS;
    bool is_gone = false;
    for (;;) {
        if (text && child->len >= from && memmem(child->seen + from, child->len - from, text, strlen(text)))
            return true;
        int64_t left = deadline - pty_now_ms();
        if (left <= 0)
            return false;
        struct pollfd pollers[2] = {{child->master, POLLIN, 0}, {child->alive, POLLIN, 0}};
        poll(pollers, is_gone ? 1 : 2, is_gone ? 0 : (int)left);
        if (pollers[0].revents & POLLIN) {
            ssize_t n = read(child->master, child->seen + child->len, SEEN_BYTES - 1 - child->len);
            if (n > 0)
                child->len += (size_t)n;
            child->seen[child->len] = '\0';
        } else if (is_gone) {
            return text == NULL;
        }
        is_gone = is_gone || pollers[1].revents != 0;
    }
}

/* Whether the modes are what they were before the process began. */
static inline bool pty_is_restored(const struct pty_child *child)
{
    struct termios now;
    if (tcgetattr(child->slave, &now) < 0)
        return false;
    return now.c_iflag == child->before.c_iflag && now.c_oflag == child->before.c_oflag &&
           now.c_lflag == child->before.c_lflag && now.c_cflag == child->before.c_cflag &&
           !memcmp(now.c_cc, child->before.c_cc, sizeof now.c_cc);
}

/* The wait status; kills what does not end by itself and returns -1. */
static inline int pty_end(struct pty_child *child)
{
    int status = -1;
    bool is_gone = pty_wait(child, 0, NULL);
    if (!is_gone)
        kill(child->pid, SIGKILL);
    waitpid(child->pid, &status, 0);
    close(child->alive);
    return is_gone ? status : -1;
}

static inline void pty_done(struct pty_child *child)
{
    close(child->slave);
    close(child->master);
    free(child->seen);
}

#endif
