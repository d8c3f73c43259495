/* change_draft.h - a change while it is made of an event, for the files that read its parts. Of the vpc room only. */
#ifndef WEIR_VPC_CHANGE_DRAFT_H
#define WEIR_VPC_CHANGE_DRAFT_H

#include <stdatomic.h>

#include "vpc/change.h"
#include "vpc/change_json.h"
#include "vpc/pool.h"

/* What change_free() frees: the change is the first member, its texts and lists are in the pool. */
struct change_made {
    struct change change;
    struct pool pool;
    atomic_uint owners; /* beside the first */
};

struct draft;
typedef void edits_maker(struct draft *draft);

/* A row of vpc/change.def. */
struct change_row {
    const char *name, *service; /* eventName ('*' at its end: whatever follows), and eventSource's first part */
    enum change_effect effect;
    edits_maker *make;
    enum edit_kind kind;
    const char *target; /* path of the id or of the list of ids that it is about, "" = none */
};

struct draft {
    struct change_made *made;
    const struct change_row *row;
    const struct json_t *event;
    const struct json_t *request, *response; /* without <Action>Request around it; NULL = not told */
    bool is_out_of_memory;
    struct change_edit *edits; /* of the heap until draft_settle() */
    size_t n_edits, room_edits;
    weir_safe *ids;
    size_t n_ids, room_ids;
    size_t n_asked; /* of those, the first so many are of the request */
};

/* A safe copy; the same text gives the same pointer. "" when out of memory. */
weir_safe draft_slice(struct draft *draft, struct slice text);
weir_safe draft_text(struct draft *draft, const struct json_t *object, const char *path);
/* An edit of the row's kind with nothing told. NULL beyond CHANGE_EDITS_MAX and when out of memory. Valid until the
 * next one is made. */
struct change_edit *draft_edit(struct draft *draft, struct slice target);
void draft_name(struct draft *draft, weir_safe id);                  /* one more resource */
void draft_name_all(struct draft *draft, const struct json_t *json); /* every id of EC2's inside of it */
/* The ids of a list, by the name that they have in its elements or as they are. False: it has none. */
bool draft_groups(struct draft *draft, struct field_list list, const char *name, struct change_edit *edit);
void draft_settle(struct draft *draft); /* lists go to the change */
void draft_done(struct draft *draft);   /* what is left of it, the change too */

/* ---- the parts of an event ---- */

const struct change_row *change_row_of(struct slice name, struct slice service); /* NULL = the table has none */
void change_read_who(struct draft *draft);
void change_read_tool(struct draft *draft);
void change_read_raw(struct draft *draft);

/* A change of an event of the table. *out NULL with WEIR_OK: the table does not have it. WEIR_E_DATA: it is no event of
 * CloudTrail's. */
weir_status change_of_event(const struct json_t *event, struct change **out, weir_error *err);

/* A network without host bits in canonical text, anything else as it is. */
weir_safe draft_network(struct draft *draft, struct slice text);

/* What edits_of_… of vpc/change.def make. */
#define X(name, service, effect, make, kind, target) edits_maker make;
#include "vpc/change.def"
#undef X

#endif
