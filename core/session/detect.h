/* detect.h - the detectors over the ring: takes its rows bucket by bucket, in the order of time, once a bucket is
 * complete. Belongs to the session's thread. */
#ifndef WEIR_SESSION_DETECT_H
#define WEIR_SESSION_DETECT_H

#include "weir/session.h"

bool detect_work(weir_session *session, int budget_ms, bool *changed); /* true while there is more to do */
void detect_close(weir_session *session);

#endif
