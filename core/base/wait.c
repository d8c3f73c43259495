/* wait.c - the one poll() of the core. */
#include "base/wait.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>

#include "base/clock.h"

enum wait wait_for(int fd, int cancel_fd, int timeout_ms)
{
    int64_t until = timeout_ms < 0 ? -1 : clock_mono_ms() + timeout_ms;
    struct pollfd fds[2] = {{.fd = cancel_fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    for (;;) {
        int n = poll(fds, 2, timeout_ms);
        if (n > 0 && fds[0].revents)
            return WAIT_CANCELED;
        if (n > 0)
            return WAIT_READY;
        if (n == 0)
            return WAIT_TIMEOUT;
        if (errno != EINTR)
            return WAIT_CANCELED;
        if (until >= 0) {
            int64_t left = until - clock_mono_ms();
            timeout_ms = left > 0 ? (int)left : 0;
        }
    }
}
