/* change_make.h - a change under construction, for the files that make it. Of the vpc room only. */
#ifndef WEIR_VPC_CHANGE_MAKE_H
#define WEIR_VPC_CHANGE_MAKE_H

#include "vpc/change.h"
#include "vpc/pool.h"

struct json_t; /* jansson's */

struct making {
    struct change *change;
    struct pool *pool;
    const struct json_t *event, *asked,
        *answered; /* the whole, requestParameters, responseElements; the latter unwrapped */
    struct change_edit *edits;
    size_t n_edits, room_edits;
    const char **resources; /* borrowed from the event */
    size_t n_resources;
    bool failed; /* out of memory */
};

/* Tells the edits of the event by its row of change.def; false: the table has no such event. */
bool change_edit_all(struct making *making);

/* A change from one event. NULL in *out with WEIR_OK: it is an event that nobody wants. WEIR_E_DATA: it is none. */
weir_status change_of_event(const struct json_t *event, struct change **out);

struct change *change_new(struct pool **pool); /* empty; *pool belongs to it. NULL = out of memory */

weir_safe making_text(struct making *making, const char *text); /* NULL becomes "" */

#endif
