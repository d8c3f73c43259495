/* silent.h - connection attempts that were accepted and that nobody answered: what faults of routes and hosts look like
 * in a flow log. Belongs to the session's thread. */
#ifndef WEIR_SESSION_SILENT_H
#define WEIR_SESSION_SILENT_H

#include "weir/session.h"

void silent_close(weir_session *session);
size_t silent_bytes(const weir_session *session);

#endif
