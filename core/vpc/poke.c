/* poke.c - see poke.h. */
#include "vpc/poke.h"

#include <fcntl.h>
#include <unistd.h>

bool poke_open(int ends[2])
{
    if (pipe(ends) != 0) {
        ends[0] = ends[1] = -1;
        return false;
    }
    for (int k = 0; k < 2; k++) {
        fcntl(ends[k], F_SETFD, FD_CLOEXEC);
        fcntl(ends[k], F_SETFL, O_NONBLOCK);
    }
    return true;
}

void poke_close(const int ends[2])
{
    for (int k = 0; k < 2; k++)
        if (ends[k] >= 0)
            close(ends[k]);
}

void poke(const int ends[2])
{
    ssize_t n = write(ends[1], "", 1);
    (void)n; /* a pipe that is full is readable, too */
}

void poke_drain(const int ends[2])
{
    char bytes[64];
    while (read(ends[0], bytes, sizeof bytes) == (ssize_t)sizeof bytes) {
        /* on until it is empty */
    }
}
