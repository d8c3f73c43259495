/* wait.h - waiting that always ends: with something to read, at a time limit, or because reading must stop. */
#ifndef WEIR_BASE_WAIT_H
#define WEIR_BASE_WAIT_H

enum wait { WAIT_READY, WAIT_TIMEOUT, WAIT_CANCELED };

/* `fd` or `cancel_fd` may be -1; timeout_ms -1 waits for ever. A hang-up of fd counts as ready, cancel wins. */
enum wait wait_for(int fd, int cancel_fd, int timeout_ms);

#endif
