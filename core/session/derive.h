/* derive.h - fields that no line has: names from the network and the cause of a REJECT. They are columns of the ring's
 * blocks like all others, filled in here: for rows that come before the view sees them, for older ones block by block
 * in weir_session_pump() when the network or the wish changed. Belongs to the session's thread. */
#ifndef WEIR_SESSION_DERIVE_H
#define WEIR_SESSION_DERIVE_H

#include "weir/session.h"

void derive_added(weir_session *session, uint64_t first); /* rows from id `first` on are new */
bool derive_work(weir_session *session, int budget_ms);   /* true while blocks are left */
bool derive_is_busy(const weir_session *session);
void derive_again(weir_session *session); /* all blocks anew: the network changed, or the wish */
size_t derive_bytes(const weir_session *session);
void derive_close(weir_session *session);

#endif
