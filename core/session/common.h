/* common.h - what services that flipped at about the same time have in common, and those that did not flip lack. Needs
 * no CloudTrail: it says which resource it must be. Belongs to the session's thread. */
#ifndef WEIR_SESSION_COMMON_H
#define WEIR_SESSION_COMMON_H

#include "weir/session.h"

enum { COMMON_BYTES = 400 };

/* One sentence in out[COMMON_BYTES], which is returned; "" = nothing can be said. */
const char *common_cause(const weir_session *session, const weir_flip *flip, char *out);

#endif
