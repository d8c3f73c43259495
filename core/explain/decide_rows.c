/* decide_rows.c - rows R3 to R9 and R13 to R17 of the decision table (decide_row.h): what rules do to openings, replies
 * and what comes after them. Rows about time are in decide_late.c. */
#include <stddef.h>

#include "explain/decide_row.h"

bool decision_take(struct decision *out, weir_cause cause, int confidence, enum actor actor)
{
    out->cause = cause;
    out->confidence = confidence;
    out->actor = actor;
    return true;
}

bool is_from_client(const struct flow *flow)
{
    return flow->we_are_client == (flow->direction == DIRECTION_OUT);
}

static bool is_from_server(const struct flow *flow)
{
    return flow->client_known && !is_from_client(flow);
}

static bool denies_acl(const struct ruling *ruling)
{
    return ruling->acl.answer == ANSWER_DENY;
}

static bool denies_group(const struct ruling *ruling)
{
    return ruling->group.answer == ANSWER_DENY;
}

/* ---- R3 to R6: a new connection ---- */

static weir_cause opening_cause(const struct flow *flow, const struct ruling *ruling)
{
    bool acl = denies_acl(ruling), group = denies_group(ruling);
    if (flow->direction == DIRECTION_OUT)
        return group ? WEIR_CAUSE_SG_EGRESS : acl ? WEIR_CAUSE_NACL_OUT : WEIR_CAUSE_NONE;
    return acl ? WEIR_CAUSE_NACL_IN : group ? WEIR_CAUSE_SG_INGRESS : WEIR_CAUSE_NONE;
}

static enum actor actor_of(weir_cause cause)
{
    return cause == WEIR_CAUSE_SG_EGRESS || cause == WEIR_CAUSE_SG_INGRESS ? ACTOR_GROUP : ACTOR_ACL;
}

bool rows_of_opening(const struct view *view, struct decision *out)
{
    weir_cause cause = opening_cause(view->flow, &view->at);
    if (cause == WEIR_CAUSE_NONE)
        return false;
    out->both_deny = denies_acl(&view->at) && denies_group(&view->at);
    return decision_take(out, cause, HIGH, actor_of(cause));
}

/* ---- R7, R8: a reply that a network ACL denies; security groups are not asked ---- */

static bool is_accepted(const struct view *view)
{
    return view->prior->request.found || (view->prior->reverse.found && view->flow->record->protocol != PROTOCOL_TCP);
}

/* A packet in mid-stream from the server is a reply as well; with an earlier record R13 says more. */
static bool is_reply(const struct view *view)
{
    if (view->flow->phase == PHASE_RESPONSE)
        return true;
    bool has_prior = view->prior->same.found || view->prior->reverse.found;
    return (view->flow->phase == PHASE_MID || view->flow->phase == PHASE_CLOSING) && is_from_server(view->flow) &&
           !has_prior;
}

bool rows_of_reply(const struct view *view, struct decision *out)
{
    if (!is_reply(view) || !denies_acl(&view->at))
        return false;
    weir_cause cause = view->flow->direction == DIRECTION_OUT ? WEIR_CAUSE_NACL_OUT_REPLY : WEIR_CAUSE_NACL_IN_REPLY;
    int confidence = view->flow->phase != PHASE_RESPONSE ? MEDIUM : is_accepted(view) ? CERTAIN : HIGH;
    return decision_take(out, cause, confidence, ACTOR_ACL);
}

/* ---- R9 ---- */

bool rows_of_asymmetry(const struct view *view, struct decision *out)
{
    const struct prior *prior = view->prior;
    if (view->flow->phase != PHASE_RESPONSE || prior->request.found || prior->reverse.found ||
        view->at.acl.answer == ANSWER_UNKNOWN)
        return false;
    bool is_known = prior->searched && prior->log_is_all;
    if (!is_known)
        out->second = WEIR_CAUSE_STALE;
    return decision_take(out, WEIR_CAUSE_ASYMMETRIC, is_known ? MEDIUM : LOW, ACTOR_NONE);
}

/* ---- R13, R14: a live connection was cut ---- */

static bool is_alive(const struct view *view)
{
    enum timeout_kind kind;
    const struct prior *prior = view->prior;
    if ((!prior->same.found && !prior->reverse.found) || is_closed(prior))
        return false;
    int64_t timeout = tracking_timeout(view, &kind);
    return kind == TIMEOUT_NONE || idle_time(view->flow, prior) < timeout;
}

/* The newest rules deny, not those of the record. */
static void tell_now(const struct view *view, struct decision *out)
{
    out->acl_applies = view->now.acl_applies;
    out->acl = view->now.acl;
    out->reply_acl = view->now.reply_acl;
    out->group = view->now.group;
    out->way = view->now.way;
    out->by_now = true;
}

static bool cut_by_acl(const struct view *view, struct decision *out)
{
    if (!denies_acl(&view->at) && !(view->has_now && denies_acl(&view->now)))
        return false;
    if (!denies_acl(&view->at))
        tell_now(view, out);
    return decision_take(out, WEIR_CAUSE_NACL_CHANGE, HIGH, ACTOR_ACL);
}

/* A rule that admits the whole family and all ports of the protocol. */
static bool admits_everything(const struct vpc_rule *rule, bool egress, const struct packet *packet)
{
    if (rule->egress != egress || rule->peer_kind != PEER_NET || rule->net.prefix != 0 ||
        rule->net.addr.family != packet->src.family)
        return false;
    return rule->protocol == PROTOCOL_ALL ||
           (rule->protocol == packet->protocol && rule->from <= PORT_ALL_FROM && rule->to >= PORT_ALL_TO);
}

static bool has_open_direction(const struct vpc_interface *interface, bool egress, const struct packet *packet)
{
    for (size_t g = 0; g < interface->n_groups; g++)
        for (size_t r = 0; r < interface->groups[g]->n_rules; r++)
            if (admits_everything(&interface->groups[g]->rules[r], egress, packet))
                return true;
    return false;
}

/* The same packets were accepted and no rule admits them any more, so a rule is gone; that cuts only what is not
 * tracked, and the opposite direction is as open as it is for such connections. */
static bool was_untracked(const struct view *view)
{
    const struct flow *flow = view->flow;
    return flow->client_known && is_from_client(flow) && view->prior->same.found && denies_group(&view->at) &&
           has_open_direction(view->at.interface, flow->direction != DIRECTION_OUT, &view->packet);
}

static bool cut_by_group(const struct view *view, struct decision *out)
{
    int32_t protocol = view->flow->record->protocol;
    bool denied_now = view->has_now && denies_group(&view->now);
    if ((protocol != PROTOCOL_TCP && protocol != PROTOCOL_UDP) || (!denies_group(&view->at) && !denied_now))
        return false;
    bool untracked = view->at.untracked || (view->has_now && view->now.untracked);
    if (!untracked && !was_untracked(view))
        return false;
    if (!denies_group(&view->at))
        tell_now(view, out);
    out->untracked = true;
    return decision_take(out, WEIR_CAUSE_SG_CHANGE, untracked ? HIGH : MEDIUM, ACTOR_GROUP);
}

bool rows_of_change(const struct view *view, struct decision *out)
{
    if (!is_alive(view))
        return false;
    return (view->flow->phase != PHASE_RESPONSE && cut_by_acl(view, out)) || cut_by_group(view, out);
}

/* ---- R15, R16: mid-stream, and nothing earlier explains it ---- */

/* What would deny the packet if it opened a connection; a reply of ours is not asked of groups. */
static weir_cause denial_as_new(const struct view *view)
{
    const struct flow *flow = view->flow;
    if (denies_acl(&view->at))
        return flow->direction == DIRECTION_OUT ? WEIR_CAUSE_NACL_OUT : WEIR_CAUSE_NACL_IN;
    if (!denies_group(&view->at) || is_from_server(flow) || flow->we_are_client)
        return WEIR_CAUSE_NONE;
    return flow->direction == DIRECTION_OUT ? WEIR_CAUSE_SG_EGRESS : WEIR_CAUSE_SG_INGRESS;
}

/* With rules that admit every packet of the flow by itself, none is out of date. */
static bool would_pass_untracked(const struct view *view)
{
    return view->at.untracked && view->at.group.answer != ANSWER_DENY;
}

bool rows_of_middle(const struct view *view, struct decision *out)
{
    const struct flow *flow = view->flow;
    bool has_prior = view->prior->same.found || view->prior->reverse.found;
    if (view->at.acl.answer == ANSWER_UNKNOWN) {
        out->second = WEIR_CAUSE_STALE;
        return false;
    }
    weir_cause denial = has_prior ? WEIR_CAUSE_NONE : denial_as_new(view);
    if (denial != WEIR_CAUSE_NONE) {
        out->second = denial;
        return decision_take(out, WEIR_CAUSE_MID_STREAM, LOW, actor_of(denial));
    }
    if (would_pass_untracked(view))
        return false;
    return decision_take(out, WEIR_CAUSE_STALE, flow->client_known || has_prior ? MEDIUM : LOW, ACTOR_NONE);
}

/* ---- R17: other rules than those of the record would deny it ---- */

bool rows_of_drift(const struct view *view, struct decision *out)
{
    bool opens = view->flow->phase == PHASE_INIT || view->flow->phase == PHASE_UNKNOWN;
    if (!view->has_now || (!denies_acl(&view->now) && !(opens && denies_group(&view->now))))
        return false;
    out->second = opens                                    ? opening_cause(view->flow, &view->now)
                  : view->flow->direction == DIRECTION_OUT ? WEIR_CAUSE_NACL_OUT_REPLY
                                                           : WEIR_CAUSE_NACL_IN_REPLY;
    tell_now(view, out);
    return decision_take(out, WEIR_CAUSE_RULES_CHANGED, HIGH, ACTOR_NONE);
}
