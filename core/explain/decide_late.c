/* decide_late.c - rows R10 to R12 of the decision table (decide_row.h): packets that come when connection tracking has
 * forgotten the connection. They need earlier records, not rules.
 * docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html#connection-tracking-timeouts */
#include <string.h>

#include "explain/decide_row.h"

enum {
    TCP_ESTABLISHED_S = 432000,
    UDP_S = 30,
    UDP_STREAM_S = 180,
    OTHER_S = 600,
    NAT_S = 350,        /* NAT gateways and Network Load Balancers */
    EXCHANGES_ONE = 2,  /* a question and its answer */
    LATE_USUAL_S = 600, /* a packet that is later after the end is less likely to be of the same connection */
    FLAG_SYN = 2,
};

/* ---- timeouts ---- */

static bool forgets_early(const struct vpc_interface *interface)
{
    static const char *const types[] = {"nat_gateway", "network_load_balancer"};
    for (size_t k = 0; interface && k < sizeof types / sizeof *types; k++)
        if (strcmp(interface->type.text, types[k]) == 0)
            return true;
    return false;
}

static int64_t tcp_timeout(const struct view *view, enum timeout_kind *kind)
{
    const struct vpc_interface *interface = view->at.interface;
    const char *vpc_id = interface ? interface->vpc_id.text : "";
    bool early = forgets_early(interface);
    if (!early && view->at.inventory)
        early = forgets_early(inventory_address_owner(view->at.inventory, vpc_id, &view->flow->remote_hop));
    bool is_set = interface && interface->tcp_established_s > 0;
    int64_t own = is_set ? interface->tcp_established_s : TCP_ESTABLISHED_S;
    *kind = early && own > NAT_S ? TIMEOUT_NAT : is_set ? TIMEOUT_TCP_SET : TIMEOUT_TCP;
    return *kind == TIMEOUT_NAT ? NAT_S : own;
}

static int64_t udp_timeout(const struct view *view, enum timeout_kind *kind)
{
    const struct vpc_interface *interface = view->at.interface;
    bool is_stream = view->prior->exchanges > EXCHANGES_ONE;
    int set = !interface ? 0 : is_stream ? interface->udp_stream_s : interface->udp_s;
    *kind = is_stream ? TIMEOUT_UDP_STREAM : TIMEOUT_UDP;
    return set > 0 ? set : is_stream ? UDP_STREAM_S : UDP_S;
}

int64_t tracking_timeout(const struct view *view, enum timeout_kind *kind)
{
    switch (view->flow->record->protocol) {
    case PROTOCOL_TCP: return tcp_timeout(view, kind);
    case PROTOCOL_UDP: return udp_timeout(view, kind);
    case PROTOCOL_ICMP:
    case PROTOCOL_ICMP6: *kind = TIMEOUT_NONE; return 0;
    default: *kind = TIMEOUT_OTHER; return OTHER_S;
    }
}

static int64_t newest_end(const struct prior *prior)
{
    int64_t end = -1;
    if (prior->same.found)
        end = prior->same.end;
    if (prior->reverse.found && prior->reverse.end > end)
        end = prior->reverse.end;
    return end;
}

int64_t idle_time(const struct flow *flow, const struct prior *prior)
{
    if (!prior->same.found && !prior->reverse.found)
        return -1;
    int64_t gap = flow->record->start - newest_end(prior);
    return gap < 0 ? 0 : gap;
}

/* ---- R10 ---- */

/* The same ports were used for another connection after the end. */
static bool is_opened_again(const struct prior *prior)
{
    const struct prior_record *records[] = {&prior->same, &prior->reverse, &prior->request};
    for (size_t k = 0; k < sizeof records / sizeof *records; k++)
        if (records[k]->found && records[k]->start > prior->close.end && records[k]->tcp_flags > 0 &&
            records[k]->tcp_flags & FLAG_SYN)
            return true;
    return false;
}

bool is_closed(const struct prior *prior)
{
    return prior->close.found && !is_opened_again(prior);
}

static bool is_after_close(const struct view *view, struct decision *out)
{
    const struct prior *prior = view->prior;
    if (view->flow->record->protocol != PROTOCOL_TCP || !is_closed(prior))
        return false;
    out->gap_s = view->flow->record->start - prior->close.end;
    if (out->gap_s < 0) /* both in one aggregation window */
        out->gap_s = 0;
    return decision_take(out, WEIR_CAUSE_LATE_PACKET, out->gap_s > LATE_USUAL_S ? MEDIUM : HIGH, ACTOR_NONE);
}

/* ---- R11, R12 ---- */

static bool is_idle(const struct view *view, struct decision *out)
{
    int64_t idle = idle_time(view->flow, view->prior);
    enum timeout_kind kind;
    int64_t timeout = tracking_timeout(view, &kind);
    if (idle < 0 || kind == TIMEOUT_NONE || idle < timeout)
        return false;
    out->gap_s = idle;
    out->timeout_s = timeout;
    out->timeout_kind = kind;
    return true;
}

/* Without flags and states, a rule that admits the packet admits it at any time. */
static bool is_admitted_anyway(const struct view *view)
{
    return view->at.group.answer == ANSWER_ALLOW || view->at.group.answer == ANSWER_NONE;
}

/* We asked, over UDP, and the answer came when the question was forgotten. */
static bool is_late_answer(const struct view *view, struct decision *out)
{
    const struct flow *flow = view->flow;
    if (flow->direction == DIRECTION_OUT || !view->prior->reverse.found || is_admitted_anyway(view))
        return false;
    bool from_service = port_is_service(flow->record->src_port);
    if (!from_service && (flow->phase == PHASE_INIT || view->prior->local_listens))
        return false;
    if (!is_idle(view, out))
        return false;
    return decision_take(out, WEIR_CAUSE_LATE_UDP_REPLY, from_service ? HIGH : MEDIUM, ACTOR_NONE);
}

bool rows_of_lateness(const struct view *view, struct decision *out)
{
    enum phase phase = view->flow->phase;
    int32_t protocol = view->flow->record->protocol;
    if (protocol == PROTOCOL_UDP)
        return is_late_answer(view, out);
    if (protocol == PROTOCOL_TCP && phase == PHASE_INIT)
        return false;
    if (is_after_close(view, out))
        return true;
    if (protocol == PROTOCOL_TCP ? phase == PHASE_RESPONSE : !view->prior->reverse.found || is_admitted_anyway(view))
        return false;
    return is_idle(view, out) && decision_take(out, WEIR_CAUSE_IDLE_TIMEOUT, HIGH, ACTOR_NONE);
}
