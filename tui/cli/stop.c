/* stop.c - a pipe to oneself. The handlers interrupt system calls (no SA_RESTART), so a write that waits for a slow
 * reader ends too. */
#include "cli/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "cli/scope.h"

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
static volatile sig_atomic_t came;
static int pipe_fds[2] = {-1, -1};

static void handle(int number)
{
    int before = errno;
    came = number;
    if (write(pipe_fds[1], "", 1) < 0)
        came = number; /* a full pipe is readable, which is all that is asked */
    errno = before;
}

static void mask(int how)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t k = 0; k < ARRAY_SIZE(signals); k++)
        sigaddset(&set, signals[k]);
    pthread_sigmask(how, &set, NULL);
}

weir_status stop_open(weir_error *err)
{
    if (pipe_fds[0] < 0 && pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0)
        return weir_fail(err, WEIR_E_IO, 0, "cannot open a pipe: %s", strerror(errno));
    mask(SIG_BLOCK);
    for (size_t k = 0; k < ARRAY_SIZE(signals); k++) {
        struct sigaction old, action = {.sa_handler = handle, .sa_flags = (int)SA_RESETHAND};
        sigemptyset(&action.sa_mask);
        /* nohup and background jobs of a plain shell want a signal ignored */
        if (sigaction(signals[k], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(signals[k], &action, NULL);
    }
    return WEIR_OK;
}

void stop_listen(void)
{
    mask(SIG_UNBLOCK);
}

int stop_fd(void)
{
    return pipe_fds[0];
}

int stop_signal(void)
{
    return came;
}

bool stop_is_asked(void)
{
    return came != 0;
}
