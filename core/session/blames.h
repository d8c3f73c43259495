/* blames.h - what the causes of flips need: the first rejected record of each, and questions to CloudTrail. Belongs to
 * the session's thread. */
#ifndef WEIR_SESSION_BLAMES_H
#define WEIR_SESSION_BLAMES_H

#include "weir/session.h"

void blames_keep(weir_session *session); /* flips were found, or may be others */
void blames_close(weir_session *session);

#endif
