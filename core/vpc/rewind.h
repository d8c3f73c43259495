/* rewind.h - the network as it was: from the state that was asked nearest in time, changes are done or undone until the
 * moment is reached, then done one by one. What cannot be told of the past (a call says what is new, seldom what was
 * old) is looked up in the changes before, and is unknown if it is not there: an unknown rule may match, an unknown
 * entry makes its network ACL unknown. Routes are left as they are: no route makes a REJECT.
 *
 * Not locked: one owner at a time. */
#ifndef WEIR_VPC_REWIND_H
#define WEIR_VPC_REWIND_H

#include "vpc/change.h"
#include "vpc/edition.h"

struct rewind;

struct rewind_source {
    const struct edition *const *editions; /* by time, the oldest first; at least one */
    size_t n_editions;
    const struct change *const
        *changes; /* by time, the oldest first; all that are known, those that changed nothing too */
    size_t n_changes;
};

/* At the moment just before changes[at] (at = n_changes: after the last one). What `source` points to is borrowed until
 * rewind_free(). On success *out is yours. WEIR_E_NOMEM, WEIR_E_LIMIT, WEIR_E_DATA. */
weir_status rewind_new(const struct rewind_source *source, size_t at, struct rewind **out, weir_error *err);
void rewind_free(struct rewind *rewind); /* accepts NULL */

/* The network at this moment, built anew; yours (inventory_free). */
weir_status rewind_inventory(const struct rewind *rewind, struct inventory **out, weir_error *err);

/* Does the next change. False: there is none. */
bool rewind_step(struct rewind *rewind);

int64_t rewind_base(const struct rewind *rewind);   /* when the state it began with was asked */
bool rewind_went_back(const struct rewind *rewind); /* … and that was later than the moment */

/* ---- rewind_edit.c, of the vpc room only ---- */

struct capture;
/* Values that an edit replaced, as earlier changes tell them; NULL = none does. */
typedef const struct change_edit *rewind_earlier(const void *user, const struct change_edit *edit);
void rewind_do(struct capture *capture, const struct change_edit *edit);
void rewind_undo(struct capture *capture, const struct change_edit *edit, rewind_earlier *earlier, const void *user);

#endif
