/* notice.h - a command of the person's that is told of incidents: its words, no shell, details as JSON on its standard
 * input. It runs beside us; at most one at a time, what comes meanwhile waits in a short queue. */
#ifndef WEIR_CLI_NOTICE_H
#define WEIR_CLI_NOTICE_H

#include "weir/weir.h"

struct notice;

/* `command` is split at blanks. *out is yours; NULL where command is NULL. WEIR_E_USAGE: it has no word. */
weir_status notice_new(const char *command, struct notice **out, weir_error *err);
void notice_free(struct notice *notice); /* a command that still runs is left alone; accepts NULL */

/* Starts the command with these bytes, or has them wait. Accepts NULL. */
void notice_send(struct notice *notice, const char *json, size_t len);
/* Takes in commands that ended; starts what waits. False and one line in why[200]: one could not be started or failed.
 */
bool notice_pump(struct notice *notice, char *why);

#endif
