/* capture_snapshot.h - what a snapshot has beside its lists: place, time, and the state of parts that are not known.
 * Of the vpc room only. */
#ifndef WEIR_VPC_CAPTURE_SNAPSHOT_H
#define WEIR_VPC_CAPTURE_SNAPSHOT_H

#include "vpc/capture_state.h"

#define SNAPSHOT_MARK    "WeirNetwork" /* the member that tells a snapshot, with the version */
#define SNAPSHOT_VERSION 1

extern const char *const snapshot_states[]; /* names, by enum part_state */

/* Place, time and states; nothing for a document that is no snapshot. WEIR_E_DATA for a version of the future. */
weir_status snapshot_take_head(struct capture *capture, const struct json_t *document, weir_error *err);

/* Says of parts that are unknown why they are. NULL: its file is not in the folder. */
void snapshot_tell_missing(struct capture *capture, const char *why);

#endif
