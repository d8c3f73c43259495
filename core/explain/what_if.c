/* what_if.c - copies of the groups and ACLs that a proposal changes (what_if.h), asked in place of the inventory's.
 * Where a REJECT had another reason than these rules (a late packet, Block Public Access), no rule changes it. */
#include "explain/what_if.h"

#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "explain/usage.h"

enum { GROUPS_MAX = 64 /* of one interface; EC2 allows 16 */ };

/* A group as it would be. */
struct new_group {
    const struct vpc_group *of;
    struct vpc_group group;
    struct vpc_rule *rules;
};

struct new_acl {
    const struct vpc_acl *of;
    struct vpc_acl acl;
    struct vpc_acl_entry *entries;
};

struct overlay {
    const struct proposal *proposal;
    struct new_group groups[EDITS_MAX];
    struct new_acl acls[EDITS_MAX];
    size_t n_groups, n_acls;
};

/* ---- rules as they would be ---- */

static const struct new_group *group_now(const struct overlay *overlay, const struct vpc_group *of)
{
    for (size_t k = 0; k < overlay->n_groups; k++)
        if (overlay->groups[k].of == of)
            return &overlay->groups[k];
    return NULL;
}

static const struct new_acl *acl_now(const struct overlay *overlay, const struct vpc_acl *of)
{
    for (size_t k = 0; k < overlay->n_acls; k++)
        if (overlay->acls[k].of == of)
            return &overlay->acls[k];
    return NULL;
}

static bool is_removed(const struct proposal *proposal, const struct vpc_rule *rule)
{
    for (size_t k = 0; k < proposal->n; k++)
        if (!proposal->edit[k].add && proposal->edit[k].old_rule == rule)
            return true;
    return false;
}

static bool is_removed_entry(const struct proposal *proposal, const struct vpc_acl *acl,
                             const struct vpc_acl_entry *entry)
{
    for (size_t k = 0; k < proposal->n; k++) {
        const struct edit *edit = &proposal->edit[k];
        if (!edit->add && edit->acl == acl && edit->entry.number == entry->number && edit->egress == entry->egress)
            return true;
    }
    return false;
}

static bool change_group(struct overlay *overlay, const struct vpc_group *of)
{
    const struct proposal *proposal = overlay->proposal;
    struct new_group *now = &overlay->groups[overlay->n_groups];
    now->rules = calloc(of->n_rules + EDITS_MAX, sizeof *now->rules);
    if (!now->rules)
        return false;
    overlay->n_groups++;
    now->of = of;
    now->group = *of;
    size_t n = 0;
    for (int egress = 0; egress < 2; egress++) {
        for (size_t k = 0; k < of->n_rules; k++)
            if (of->rules[k].egress == (egress != 0) && !is_removed(proposal, &of->rules[k]))
                now->rules[n++] = of->rules[k];
        for (size_t k = 0; k < proposal->n; k++)
            if (proposal->edit[k].add && proposal->edit[k].group == of && proposal->edit[k].egress == (egress != 0))
                now->rules[n++] = proposal->edit[k].rule;
        if (!egress)
            now->group.n_ingress = n;
    }
    now->group.rules = now->rules;
    now->group.n_rules = n;
    now->group.n_egress = n - now->group.n_ingress;
    return true;
}

static int by_number(const void *a, const void *b)
{
    const struct vpc_acl_entry *left = a, *right = b;
    if (left->egress != right->egress)
        return left->egress ? 1 : -1;
    return left->number < right->number ? -1 : left->number > right->number;
}

static bool change_acl(struct overlay *overlay, const struct vpc_acl *of)
{
    const struct proposal *proposal = overlay->proposal;
    struct new_acl *now = &overlay->acls[overlay->n_acls];
    now->entries = calloc(of->n_entries + EDITS_MAX, sizeof *now->entries);
    if (!now->entries)
        return false;
    overlay->n_acls++;
    now->of = of;
    now->acl = *of;
    size_t n = 0;
    for (size_t k = 0; k < of->n_entries; k++)
        if (!is_removed_entry(proposal, of, &of->entries[k]))
            now->entries[n++] = of->entries[k];
    for (size_t k = 0; k < proposal->n; k++)
        if (proposal->edit[k].add && proposal->edit[k].acl == of)
            now->entries[n++] = proposal->edit[k].entry;
    qsort(now->entries, n, sizeof *now->entries, by_number);
    now->acl.entries = now->entries;
    now->acl.n_entries = n;
    return true;
}

weir_status overlay_make(const struct proposal *proposal, struct overlay **out, weir_error *err)
{
    struct overlay *overlay = calloc(1, sizeof *overlay);
    bool ok = overlay != NULL;
    if (ok)
        overlay->proposal = proposal;
    for (size_t k = 0; ok && k < proposal->n; k++) {
        const struct edit *edit = &proposal->edit[k];
        if (edit->group && !group_now(overlay, edit->group))
            ok = change_group(overlay, edit->group);
        else if (edit->acl && !acl_now(overlay, edit->acl))
            ok = change_acl(overlay, edit->acl);
    }
    if (!ok) {
        overlay_free(overlay);
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    }
    *out = overlay;
    return WEIR_OK;
}

void overlay_free(struct overlay *overlay)
{
    for (size_t k = 0; overlay && k < overlay->n_groups; k++)
        free(overlay->groups[k].rules);
    for (size_t k = 0; overlay && k < overlay->n_acls; k++)
        free(overlay->acls[k].entries);
    free(overlay);
}

/* ---- a flow ---- */

/* Whether the proposal changes rules of this place at all. */
static bool concerns(const struct overlay *overlay, const struct ruling *ruling)
{
    for (size_t k = 0; ruling->interface && k < ruling->interface->n_groups; k++)
        if (group_now(overlay, ruling->interface->groups[k]))
            return true;
    return ruling->subnet && ruling->subnet->acl && acl_now(overlay, ruling->subnet->acl);
}

/* Where no rule is asked, none denies. */
static enum answer plain(enum answer answer)
{
    return answer == ANSWER_NONE ? ANSWER_ALLOW : answer;
}

static enum answer both(enum answer a, enum answer b)
{
    a = plain(a);
    b = plain(b);
    if (a == ANSWER_DENY || b == ANSWER_DENY)
        return ANSWER_DENY;
    return a == ANSWER_UNKNOWN || b == ANSWER_UNKNOWN ? ANSWER_UNKNOWN : ANSWER_ALLOW;
}

static enum answer groups_then(const struct overlay *overlay, const struct usage *usage, const struct packet *packet,
                               bool egress)
{
    const struct vpc_interface *interface = usage->ruling.interface;
    const struct vpc_group *groups[GROUPS_MAX];
    enum answer now = usage->ruling.group.answer;
    if (!interface || now == ANSWER_NONE || interface->n_groups > GROUPS_MAX)
        return now;
    for (size_t k = 0; k < interface->n_groups; k++) {
        const struct new_group *changed = group_now(overlay, interface->groups[k]);
        groups[k] = changed ? &changed->group : interface->groups[k];
    }
    struct vpc_interface then = *interface;
    then.groups = groups;
    return evaluate_groups(usage->ruling.inventory, &then, egress, packet, usage->ruling.way).answer;
}

static const struct vpc_acl *acl_then(const struct overlay *overlay, const struct usage *usage)
{
    const struct vpc_acl *acl = usage->ruling.subnet ? usage->ruling.subnet->acl : NULL;
    const struct new_acl *changed = acl ? acl_now(overlay, acl) : NULL;
    return changed ? &changed->acl : acl;
}

struct answers {
    enum answer group, acl;
};

static enum turn turn_of_reject(struct answers now, struct answers then, const struct flow_record *record)
{
    enum answer was = both(now.group, now.acl), is = both(then.group, then.acl);
    bool is_told = record->reject_reason[0] && strcmp(record->reject_reason, "-") != 0;
    if (is_told || was == ANSWER_ALLOW)
        return TURN_NONE;
    if (is == ANSWER_ALLOW)
        return TURN_OPENS;
    bool admits = (plain(now.group) != ANSWER_ALLOW && plain(then.group) == ANSWER_ALLOW) ||
                  (plain(now.acl) != ANSWER_ALLOW && plain(then.acl) == ANSWER_ALLOW);
    if (is == ANSWER_DENY)
        return admits ? TURN_STILL_DENIED : TURN_NONE;
    return admits || was != is ? TURN_UNKNOWN : TURN_NONE;
}

static enum turn turn_of_accept(struct answers now, struct answers then)
{
    enum answer was = both(now.group, now.acl), is = both(then.group, then.acl);
    if (was == ANSWER_DENY || is == was || is == ANSWER_ALLOW) /* denied though it was accepted: rules have changed */
        return TURN_NONE;
    return is == ANSWER_DENY ? TURN_CLOSES : TURN_UNKNOWN;
}

enum turn overlay_ask(const struct overlay *overlay, const struct flow *flow, bool *reply_denied)
{
    struct usage usage;
    struct packet packet, reply;
    bool assumed, egress = flow->direction == DIRECTION_OUT;
    if (reply_denied)
        *reply_denied = false;
    if (!usage_of(flow, overlay->proposal->inventory, &usage) || !concerns(overlay, &usage.ruling))
        return TURN_NONE;
    flow_packet(flow, &packet, &assumed);
    flow_reply_packet(flow, &reply);
    struct answers now = {usage.groups_asked ? usage.ruling.group.answer : ANSWER_NONE, usage.ruling.acl.answer};
    struct answers then = now;
    if (usage.groups_asked)
        then.group = groups_then(overlay, &usage, &packet, egress);
    if (usage.ruling.acl_applies && now.acl != ANSWER_NONE)
        then.acl = evaluate_acl(acl_then(overlay, &usage), egress, &packet).answer;
    enum turn turn = flow->record->verdict == WEIR_VERDICT_REJECT ? turn_of_reject(now, then, flow->record)
                                                                  : turn_of_accept(now, then);
    if (turn == TURN_OPENS && reply_denied && usage.ruling.acl_applies && flow->phase == PHASE_INIT)
        *reply_denied = evaluate_acl(acl_then(overlay, &usage), !egress, &reply).answer == ANSWER_DENY;
    return turn;
}
