/* usage.c - which rules a record used (usage.h). A REJECT inbound ends at the network ACL before a security group is
 * asked, outbound at the group before the ACL is (explain.h: order of components). */
#include "explain/usage.h"

bool usage_of(const struct flow *flow, const struct inventory *inventory, struct usage *out)
{
    struct packet packet, reply;
    bool assumed;
    *out = (struct usage){0};
    if (!inventory || flow->direction == DIRECTION_UNKNOWN)
        return false;
    flow_packet(flow, &packet, &assumed);
    flow_reply_packet(flow, &reply);
    struct ruling *ruling = &out->ruling;
    ruling_make(flow, inventory, &packet, &reply, ruling);
    bool outbound = flow->direction == DIRECTION_OUT, rejected = flow->record->verdict == WEIR_VERDICT_REJECT;
    /* What is no TCP and no known answer is taken for a packet that opens, as the decision table does. */
    bool may_open = flow->phase == PHASE_UNKNOWN && flow->record->protocol != PROTOCOL_TCP;
    out->groups_asked = flow->phase == PHASE_INIT || may_open || ruling->untracked;
    bool group_denies = out->groups_asked && ruling->group.answer == ANSWER_DENY;
    bool acl_denies = ruling->acl.answer == ANSWER_DENY;
    bool acl_reached = !outbound || !rejected || !group_denies;
    bool group_reached = outbound || !rejected || !acl_denies;
    if (acl_reached && ruling->acl_applies && (acl_denies || ruling->acl.answer == ANSWER_ALLOW))
        out->entry = ruling->acl.entry;
    out->admitted_by_acl = ruling->acl.answer == ANSWER_ALLOW || ruling->acl.answer == ANSWER_NONE;
    if (out->groups_asked && group_reached && ruling->group.answer == ANSWER_ALLOW)
        out->rule = ruling->group.rule;
    out->denied_by_groups = group_denies && group_reached;
    return true;
}
