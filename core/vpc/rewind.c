/* rewind.c - see rewind.h. What an edit does to the JSON of a capture is in rewind_edit.c. */
#include "vpc/rewind.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "vpc/capture_state.h"

struct rewind {
    struct rewind_source source;
    struct capture *capture;
    size_t at; /* number of the change that comes next */
    int64_t base;
    bool went_back;
};

void rewind_free(struct rewind *rewind)
{
    if (!rewind)
        return;
    capture_free(rewind->capture);
    free(rewind);
}

/* ---- what was there before ---- */

struct before {
    const struct rewind_source *source;
    size_t at; /* changes before this one */
};

static bool same_text(weir_safe a, weir_safe b)
{
    return *a.text && strcmp(a.text, b.text) == 0;
}

/* Whether `old` says what `edit` replaced or took away. */
static bool tells_old(const struct change_edit *old, const struct change_edit *edit)
{
    switch (edit->kind) {
    case EDIT_RULE_SET:
    case EDIT_RULE_REMOVE:
        return (old->kind == EDIT_RULE_ADD || old->kind == EDIT_RULE_SET) && old->has_rule &&
               same_text(old->rule_id, edit->rule_id);
    case EDIT_ENTRY_REPLACE:
    case EDIT_ENTRY_DELETE:
        return (old->kind == EDIT_ENTRY_CREATE || old->kind == EDIT_ENTRY_REPLACE) && old->number == edit->number &&
               old->egress == edit->egress && same_text(old->target, edit->target);
    case EDIT_INTERFACE_GROUPS:
    case EDIT_INSTANCE_GROUPS: return old->kind == edit->kind && same_text(old->target, edit->target);
    case EDIT_ACL_ASSOCIATE: return old->kind == edit->kind && same_text(old->new_association_id, edit->association_id);
    case EDIT_BPA_OPTIONS: return old->kind == edit->kind;
    default: return false;
    }
}

static const struct change_edit *earlier(const void *user, const struct change_edit *edit)
{
    const struct before *before = user;
    for (size_t k = before->at; k > 0; k--) {
        const struct change *change = before->source->changes[k - 1];
        if (!change_can_act(change))
            continue;
        for (size_t e = change->n_edits; e > 0; e--)
            if (tells_old(&change->edits[e - 1], edit))
                return &change->edits[e - 1];
    }
    return NULL;
}

/* ---- from the base to the moment ---- */

static void do_change(struct rewind *rewind, size_t k)
{
    const struct change *change = rewind->source.changes[k];
    for (size_t e = 0; change_can_act(change) && e < change->n_edits; e++)
        rewind_do(rewind->capture, &change->edits[e]);
}

static void undo_change(struct rewind *rewind, size_t k)
{
    const struct change *change = rewind->source.changes[k];
    const struct before before = {&rewind->source, k};
    for (size_t e = change_can_act(change) ? change->n_edits : 0; e > 0; e--)
        rewind_undo(rewind->capture, &change->edits[e - 1], earlier, &before);
}

/* The newest state asked before the moment, else the oldest one. */
static const struct edition *base_of(const struct rewind_source *source, int64_t moment)
{
    const struct edition *base = source->editions[0];
    for (size_t k = 0; k < source->n_editions; k++)
        if (source->editions[k]->taken <= moment)
            base = source->editions[k];
    return base;
}

static size_t first_after(const struct rewind_source *source, int64_t moment)
{
    size_t k = 0;
    while (k < source->n_changes && source->changes[k]->time < moment)
        k++;
    return k;
}

static size_t count_edits(const struct rewind_source *source, size_t from, size_t to)
{
    size_t n = 0;
    for (size_t k = from; k < to; k++)
        n += source->changes[k]->n_edits;
    return n;
}

static weir_status go(struct rewind *rewind, size_t at, weir_error *err)
{
    size_t here = first_after(&rewind->source, rewind->base);
    size_t n = here < at ? count_edits(&rewind->source, here, at) : count_edits(&rewind->source, at, here);
    if (n > REWIND_EDITS_MAX)
        return weir_fail(err, WEIR_E_LIMIT, 0,
                         "%zu edits lie between the incident and the network that is known: too many", n);
    rewind->went_back = here > at;
    for (; here < at; here++)
        do_change(rewind, here);
    for (; here > at; here--)
        undo_change(rewind, here - 1);
    rewind->at = at;
    return WEIR_OK;
}

weir_status rewind_new(const struct rewind_source *source, size_t at, struct rewind **out, weir_error *err)
{
    int64_t moment = at < source->n_changes ? source->changes[at]->time : INT64_MAX;
    const struct edition *base = base_of(source, moment);
    struct rewind *rewind = calloc(1, sizeof *rewind);
    if (!rewind)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    rewind->source = *source;
    rewind->base = base->taken;
    weir_status status = capture_read_bytes(base->text.bytes, base->text.len, &rewind->capture, err);
    if (status == WEIR_OK)
        status = go(rewind, at, err);
    if (status == WEIR_OK)
        *out = rewind;
    else
        rewind_free(rewind);
    return status;
}

weir_status rewind_inventory(const struct rewind *rewind, struct inventory **out, weir_error *err)
{
    return inventory_build(rewind->capture, out, err);
}

bool rewind_step(struct rewind *rewind)
{
    if (rewind->at >= rewind->source.n_changes)
        return false;
    do_change(rewind, rewind->at++);
    return true;
}

int64_t rewind_base(const struct rewind *rewind)
{
    return rewind->base;
}

bool rewind_went_back(const struct rewind *rewind)
{
    return rewind->went_back;
}
