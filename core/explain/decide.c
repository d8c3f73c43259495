/* decide.c - the decision table from the top (decide.h): gathers what the rows look at, asks them in their order, and
 * caps the confidence by what had to be assumed. The rows are in decide_rows.c and decide_late.c. */
#include "explain/decide.h"

#include <string.h>
#include <strings.h>

#include "base/scope.h"
#include "explain/decide_row.h"

/* ---- confidence ---- */

const char *confidence_word(int confidence)
{
    if (confidence >= 95)
        return "certain";
    if (confidence >= 85)
        return "high";
    if (confidence >= 60)
        return "medium";
    return confidence >= 30 ? "low" : "none";
}

/* What each cause rests on: only that can lower its confidence. */
enum rest {
    ON_RULES = 1,    /* that they held at the time */
    ON_ACL = 2,      /* the ACL's answer decides */
    ON_GROUP = 4,    /* the groups' does */
    ON_PHASE = 8,    /* what the packet was to the connection */
    ON_EARLIER = 16, /* records from before */
    ON_RECORD = 32,  /* anything of it but one field */
};

static const uint8_t rests[WEIR_CAUSE_COUNT] = {
    [WEIR_CAUSE_BPA] = 0,
    [WEIR_CAUSE_REASON] = 0,
    [WEIR_CAUSE_NACL_IN] = ON_RECORD | ON_RULES | ON_ACL | ON_PHASE,
    [WEIR_CAUSE_SG_INGRESS] = ON_RECORD | ON_RULES | ON_ACL | ON_GROUP | ON_PHASE,
    [WEIR_CAUSE_SG_EGRESS] = ON_RECORD | ON_RULES | ON_GROUP | ON_PHASE,
    [WEIR_CAUSE_NACL_OUT] = ON_RECORD | ON_RULES | ON_ACL | ON_GROUP | ON_PHASE,
    [WEIR_CAUSE_NACL_OUT_REPLY] = ON_RECORD | ON_RULES | ON_ACL | ON_PHASE,
    [WEIR_CAUSE_NACL_IN_REPLY] = ON_RECORD | ON_RULES | ON_ACL | ON_PHASE,
    [WEIR_CAUSE_ASYMMETRIC] = ON_RECORD | ON_RULES | ON_ACL | ON_PHASE | ON_EARLIER,
    [WEIR_CAUSE_LATE_PACKET] = ON_RECORD | ON_EARLIER,
    [WEIR_CAUSE_IDLE_TIMEOUT] = ON_RECORD | ON_EARLIER,
    [WEIR_CAUSE_LATE_UDP_REPLY] = ON_RECORD | ON_EARLIER,
    [WEIR_CAUSE_NACL_CHANGE] = ON_RECORD | ON_RULES | ON_ACL | ON_EARLIER,
    [WEIR_CAUSE_SG_CHANGE] = ON_RECORD | ON_RULES | ON_GROUP | ON_EARLIER,
    [WEIR_CAUSE_STALE] = ON_RECORD | ON_RULES | ON_ACL | ON_PHASE | ON_EARLIER,
    [WEIR_CAUSE_MID_STREAM] = ON_RECORD | ON_RULES | ON_ACL | ON_GROUP | ON_PHASE | ON_EARLIER,
    [WEIR_CAUSE_RULES_CHANGED] = ON_RECORD | ON_RULES | ON_PHASE,
    [WEIR_CAUSE_UNDETERMINED] = ON_RECORD,
    [WEIR_CAUSE_UNKNOWN] = ON_RECORD,
};

static const struct {
    unsigned premise;
    uint8_t rest;
    int most;
} caps[] = {
    {PREMISE_DIRECTION_GUESSED, ON_RECORD, 85}, {PREMISE_DIRECTION_UNKNOWN, ON_RECORD, 40},
    {PREMISE_PHASE_BY_PORT, ON_PHASE, 70},      {PREMISE_PHASE_BY_SIZE, ON_PHASE, 70},
    {PREMISE_HOP_UNKNOWN, ON_RECORD, 70},       {PREMISE_RULES_OF_NOW, ON_RULES, 70},
    {PREMISE_LOG_NOT_ALL, ON_EARLIER, 70},      {PREMISE_NOT_SEARCHED, ON_EARLIER, 70},
    {PREMISE_LOG_GAP, ON_RECORD, 85},
};

static void cap(struct decision *out)
{
    if (out->cause == WEIR_CAUSE_NONE)
        return;
    for (size_t k = 0; k < ARRAY_SIZE(caps); k++)
        if (out->premises & caps[k].premise && rests[out->cause] & caps[k].rest && out->confidence > caps[k].most)
            out->confidence = caps[k].most;
}

/* ---- premises ---- */

static unsigned premises_of_record(const struct flow *flow, const struct prior *prior)
{
    const struct flow_record *record = flow->record;
    bool has_ports = record->protocol == PROTOCOL_TCP || record->protocol == PROTOCOL_UDP;
    unsigned premises = 0;
    premises |= flow->direction_by == DIRECTION_BY_PEERS ? PREMISE_DIRECTION_GUESSED : 0;
    premises |= flow->direction == DIRECTION_UNKNOWN ? PREMISE_DIRECTION_UNKNOWN : 0;
    premises |= flow->by_port_guess ? PREMISE_PHASE_BY_PORT : 0;
    premises |= flow->by_size_guess ? PREMISE_PHASE_BY_SIZE : 0;
    premises |= record->protocol == PROTOCOL_TCP && record->tcp_flags < 0 ? PREMISE_NO_FLAGS : 0;
    premises |= has_ports && (record->src_port < 0 || record->dst_port < 0) ? PREMISE_SOURCE_PORT : 0;
    premises |= !prior->searched ? PREMISE_NOT_SEARCHED : !prior->log_is_all ? PREMISE_LOG_NOT_ALL : 0;
    premises |= prior->has_gap ? PREMISE_LOG_GAP : 0;
    return premises;
}

static unsigned premises_of_rules(const struct ruling *ruling, const struct rules_at *rules)
{
    if (!ruling->inventory)
        return PREMISE_NO_INVENTORY;
    return (ruling->interface ? 0 : PREMISE_NO_INTERFACE) | (rules->exact ? 0 : PREMISE_RULES_OF_NOW);
}

/* A hop that is not known counts where the cause rests on it. */
static unsigned premises_of_hops(const struct ruling *ruling, weir_cause cause)
{
    bool acl = ruling->acl.answer == ANSWER_UNKNOWN && rests[cause] & ON_ACL;
    bool group = ruling->group.answer == ANSWER_UNKNOWN && rests[cause] & ON_GROUP;
    return acl || group ? PREMISE_HOP_UNKNOWN : 0;
}

/* ---- the table ---- */

/* R1, R2: AWS's own word. */
static bool rows_of_reason(const struct flow *flow, struct decision *out)
{
    const char *reason = flow->record->reject_reason;
    if (!reason[0] || strcmp(reason, "-") == 0)
        return false;
    if (strcasecmp(reason, "BPA") == 0)
        return decision_take(out, WEIR_CAUSE_BPA, CERTAIN, ACTOR_BPA);
    return decision_take(out, WEIR_CAUSE_REASON, CERTAIN, ACTOR_REASON);
}

typedef bool rows(const struct view *, struct decision *);

/* Neither flags nor earlier records nor ports say what the packet was: of TCP, it may be one in mid-stream. */
static bool rows_of_guess(const struct view *view, struct decision *out)
{
    if (rows_of_lateness(view, out))
        return true;
    if (view->flow->record->protocol == PROTOCOL_TCP)
        return rows_of_change(view, out) || rows_of_middle(view, out);
    if (!rows_of_opening(view, out))
        return false;
    if (out->actor == ACTOR_GROUP) {
        out->second = WEIR_CAUSE_STALE; /* as a reply it would not have been asked of the groups */
        out->confidence = LOW;
    } else if (out->confidence > MEDIUM) {
        out->confidence = MEDIUM;
    }
    return true;
}

/* Which rows may take a packet, by its phase, in order. */
static rows *const order[][5] = {
    [PHASE_INIT] = {rows_of_lateness, rows_of_opening},
    [PHASE_RESPONSE] = {rows_of_reply, rows_of_asymmetry, rows_of_lateness, rows_of_change},
    [PHASE_MID] = {rows_of_lateness, rows_of_change, rows_of_reply, rows_of_middle},
    [PHASE_CLOSING] = {rows_of_lateness, rows_of_change, rows_of_reply, rows_of_middle},
    [PHASE_UNKNOWN] = {rows_of_guess},
};

static bool is_undetermined(const struct view *view)
{
    bool new = view->flow->phase == PHASE_INIT || view->flow->phase == PHASE_UNKNOWN;
    bool group_asked = new || view->at.untracked || (!view->flow->client_known && view->flow->phase != PHASE_RESPONSE);
    return view->at.acl.answer == ANSWER_UNKNOWN || (group_asked && view->at.group.answer == ANSWER_UNKNOWN);
}

/* Nothing that is known denies it. */
static bool rows_at_the_end(const struct view *view, struct decision *out)
{
    bool tells_reason = view->flow->record->reject_reason[0] != '\0';
    if (rows_of_drift(view, out))
        return true;
    if (is_undetermined(view))
        return decision_take(out, WEIR_CAUSE_UNDETERMINED, LOW, ACTOR_NONE);
    if (!tells_reason && bpa_blocks(view->flow, &view->at))
        return decision_take(out, WEIR_CAUSE_BPA, MEDIUM, ACTOR_BPA);
    return decision_take(out, WEIR_CAUSE_UNKNOWN, 0, ACTOR_NONE);
}

static void pick_row(const struct view *view, struct decision *out)
{
    bool taken = rows_of_reason(view->flow, out);
    if (!taken && view->flow->record->protocol < 0)
        taken = decision_take(out, WEIR_CAUSE_UNDETERMINED, LOW, ACTOR_NONE);
    rows *const *row = order[view->flow->phase];
    for (size_t k = 0; !taken && row[k]; k++)
        taken = row[k](view, out);
    if (!taken)
        rows_at_the_end(view, out);
}

/* ---- one record ---- */

/* A reply is not asked of the groups. */
static bool admits(const struct ruling *ruling, const struct decision *decision)
{
    bool acl = ruling->acl.answer == ANSWER_ALLOW || ruling->acl.answer == ANSWER_NONE;
    bool group = ruling->group.answer == ANSWER_ALLOW || ruling->group.answer == ANSWER_NONE;
    return acl && (group || !(rests[decision->cause] & ON_GROUP) || decision->cause == WEIR_CAUSE_NACL_IN);
}

/* The newest inventory looks at the record with its own interface; the direction is settled. */
static void look_at_now(const struct flow *flow, const struct rules_at *rules, struct view *out)
{
    if (!rules->now || rules->now == rules->at)
        return;
    ruling_make(flow, rules->now, &out->packet, &out->reply, &out->now);
    out->has_now = out->now.interface != NULL || out->now.subnet != NULL;
}

static void decide_directed(const struct flow *flow, const struct prior *prior, const struct rules_at *rules,
                            struct decision *out)
{
    struct view view = {.flow = flow, .prior = prior};
    bool assumed;
    flow_packet(flow, &view.packet, &assumed);
    flow_reply_packet(flow, &view.reply);
    ruling_make(flow, rules->at, &view.packet, &view.reply, &view.at);
    look_at_now(flow, rules, &view);
    *out = (struct decision){
        .cause = WEIR_CAUSE_NONE,
        .second = WEIR_CAUSE_NONE,
        .acl_applies = view.at.acl_applies,
        .acl = view.at.acl,
        .group = view.at.group,
        .reply_acl = view.at.reply_acl,
        .packet = view.packet,
        .reply = view.reply,
        .way = view.at.way,
        .untracked = view.at.untracked,
        .premises = premises_of_record(flow, prior) | premises_of_rules(&view.at, rules),
    };
    out->premises |= assumed ? PREMISE_ICMP_ECHO : 0;
    pick_row(&view, out);
    out->premises |= premises_of_hops(&view.at, out->cause);
    bool by_rule = out->actor == ACTOR_ACL || out->actor == ACTOR_GROUP;
    out->allowed_now = by_rule && view.has_now && admits(&view.now, out);
}

/* Direction is not known: what both ways agree on, else both. */
static void decide_both(const struct flow *flow, const struct prior *prior, const struct rules_at *rules,
                        struct decision *out)
{
    struct flow_record record = *flow->record;
    struct flow turned;
    struct decision other;
    record.direction = DIRECTION_OUT;
    flow_of(&record, rules->at, prior, NULL, &turned);
    decide_directed(&turned, prior, rules, &other);
    record.direction = DIRECTION_IN;
    flow_of(&record, rules->at, prior, NULL, &turned);
    decide_directed(&turned, prior, rules, out);
    if (out->cause != other.cause) {
        out->second = out->cause;
        decision_take(out, WEIR_CAUSE_UNDETERMINED, LOW, ACTOR_NONE);
    }
    out->premises |= PREMISE_DIRECTION_UNKNOWN;
}

void decide(const struct flow *flow, const struct prior *prior, const struct rules_at *rules, struct decision *out)
{
    static const struct prior nothing;
    static const struct rules_at none;
    prior = prior ? prior : &nothing;
    rules = rules ? rules : &none;
    if (flow->record->verdict != WEIR_VERDICT_REJECT) {
        bool assumed;
        *out = (struct decision){.cause = WEIR_CAUSE_NONE, .second = WEIR_CAUSE_NONE};
        flow_packet(flow, &out->packet, &assumed);
        flow_reply_packet(flow, &out->reply);
        return;
    }
    if (flow->direction == DIRECTION_UNKNOWN)
        decide_both(flow, prior, rules, out);
    else
        decide_directed(flow, prior, rules, out);
    cap(out);
}
