/* stop.h - SIGINT, SIGTERM and SIGHUP end a command in good order; the second one ends it at once. */
#ifndef WEIR_CLI_STOP_H
#define WEIR_CLI_STOP_H

#include <stdbool.h>

#include "weir/status.h"

/* Installs the handlers, once a process. Until stop_listen() the signals wait, so that threads that are started in
 * between inherit a mask that keeps signals away from them. */
weir_status stop_open(weir_error *err);
void stop_listen(void);

int stop_fd(void);     /* readable once a signal has come */
int stop_signal(void); /* which one, 0 = none */
bool stop_is_asked(void);

#endif
