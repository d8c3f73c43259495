/* blame.c - see blame.h.
 *
 *   score = effect * (0.55 link + 0.45 time)
 *
 * effect: 1 where ALLOW became DENY, 0.5 where one of them is not known and the edit is about such packets. The cause
 * is the last change that turned ALLOW into DENY before the packets were rejected, unless another turned it back. */
#include "explain/blame.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

enum {
    SLACK_S = 60,   /* record times and the moment a rule takes effect */
    LATE_S = 120,   /* after the first REJECT nothing is a cause any more */
    EARLY_S = 1800, /* before the last ACCEPT it hardly is */
    FADE_S = 300,
    BLIND_S = 86400, /* looked back when no ACCEPT is known */
};
#define LINK_WEIGHT 0.55
#define TIME_WEIGHT 0.45

/* ---- time ---- */

struct stretch {
    int64_t low, high; /* it happened in between */
    int64_t slack;
};

static struct stretch stretch_of(const struct blame_ask *ask)
{
    const weir_flip *flip = ask->flip;
    int64_t low = flip->last_accept ? flip->last_accept : flip->first_reject - BLIND_S;
    return (struct stretch){low, flip->first_reject, ask->window_s > SLACK_S ? ask->window_s : SLACK_S};
}

static int64_t latest(const struct stretch *stretch)
{
    return stretch->high + (stretch->slack > LATE_S ? stretch->slack : LATE_S);
}

static double time_weight(const struct stretch *stretch, int64_t t)
{
    if (t > latest(stretch) || t < stretch->low - EARLY_S)
        return 0;
    if (t > stretch->high + stretch->slack)
        return 0.5;
    int64_t gap = stretch->low - stretch->slack - t;
    return gap <= 0 ? 1 : exp(-(double)gap / FADE_S);
}

/* ---- link ---- */

struct passed {
    const struct vpc_interface *interface, *remote;
    const struct inventory *inventory;
    const char *vpc_id;
};

static bool names_groups(const struct change *change, const struct vpc_interface *interface)
{
    for (size_t k = 0; interface && k < interface->n_group_ids; k++)
        if (change_names(change, interface->group_ids[k].text))
            return true;
    return false;
}

static bool names_interface(const struct change *change, const struct vpc_interface *interface)
{
    return interface && (change_names(change, interface->id.text) ||
                         (*interface->instance_id.text && change_names(change, interface->instance_id.text)));
}

static bool names_subnet(const struct change *change, const struct vpc_interface *interface)
{
    const struct vpc_subnet *subnet = interface ? interface->subnet : NULL;
    return subnet &&
           (change_names(change, subnet->id.text) || (subnet->acl && change_names(change, subnet->acl->id.text)));
}

static bool names_lists(const struct change *change, const struct vpc_interface *interface)
{
    for (size_t g = 0; interface && g < interface->n_groups; g++)
        for (size_t k = 0; k < interface->groups[g]->n_rules; k++) {
            const struct vpc_rule *rule = &interface->groups[g]->rules[k];
            if (rule->peer_kind != PEER_NET && *rule->peer_id.text && change_names(change, rule->peer_id.text))
                return true;
        }
    return false;
}

static bool is_of_all(const struct change *change)
{
    for (size_t k = 0; k < change->n_edits; k++)
        if (change->edits[k].kind == EDIT_BPA_OPTIONS)
            return true;
    return strstr(change->name.text, "BlockPublicAccess") != NULL;
}

static double link_in(const struct change *change, const struct passed *passed)
{
    if (names_interface(change, passed->interface) || names_groups(change, passed->interface) ||
        names_subnet(change, passed->interface))
        return 1;
    if (names_interface(change, passed->remote) || names_groups(change, passed->remote))
        return 0.9;
    if (names_lists(change, passed->interface) || is_of_all(change))
        return 0.8;
    const struct vpc_subnet *subnet = passed->interface ? passed->interface->subnet : NULL;
    if (subnet && subnet->route_table && change_names(change, subnet->route_table->id.text))
        return 0.1;
    return *passed->vpc_id && change_names(change, passed->vpc_id) ? 0.3 : 0;
}

static struct passed passed_in(const struct blame_ask *ask, const struct inventory *inventory)
{
    struct passed passed = {.inventory = inventory, .vpc_id = ""};
    struct flow flow;
    passed.interface = inventory_interface(inventory, ask->record->interface_id);
    flow_of(ask->record, inventory, ask->prior, ask->learned, &flow);
    if (!passed.interface)
        passed.interface = flow.interface;
    passed.vpc_id = passed.interface ? passed.interface->vpc_id.text : ask->record->vpc_id;
    passed.remote = inventory_address_owner(inventory, passed.vpc_id, &flow.remote);
    return passed;
}

/* ---- the counterfactual ---- */

static enum blame_verdict verdict_in(const struct blame_ask *ask, const struct inventory *inventory)
{
    static const struct prior nothing;
    struct flow_record record = *ask->record;
    struct flow flow;
    struct decision decision;
    struct rules_at rules = {inventory, inventory, true};
    const struct vpc_interface *interface;
    const struct vpc_subnet *subnet;
    record.reject_reason[0] = '\0'; /* the rules are asked, not the record */
    flow_place(&record, inventory, &interface, &subnet);
    if (!interface && !subnet)
        return BLAME_UNKNOWN;
    flow_of(&record, inventory, &nothing, ask->learned, &flow);
    decide(&flow, &nothing, &rules, &decision);
    switch (decision.cause) {
    case WEIR_CAUSE_BPA:
    case WEIR_CAUSE_NACL_IN:
    case WEIR_CAUSE_SG_INGRESS:
    case WEIR_CAUSE_SG_EGRESS:
    case WEIR_CAUSE_NACL_OUT:
    case WEIR_CAUSE_NACL_OUT_REPLY:
    case WEIR_CAUSE_NACL_IN_REPLY:
    case WEIR_CAUSE_NACL_CHANGE:
    case WEIR_CAUSE_SG_CHANGE:
    case WEIR_CAUSE_MID_STREAM: return BLAME_DENY;
    case WEIR_CAUSE_UNDETERMINED: return BLAME_UNKNOWN;
    default: return BLAME_ALLOW;
    }
}

/* ---- whether an edit is about such packets ---- */

static bool peer_covers(const struct change_edit *edit, const weir_addr *remote)
{
    struct net net;
    if (!net_parse(edit->peer.text, strlen(edit->peer.text), &net))
        return true; /* a group or a list: it may */
    return net_contains(&net, remote);
}

static bool edit_covers(const struct change_edit *edit, const struct flow *flow)
{
    if (!edit->has_rule)
        return true;
    int32_t port = flow->direction == DIRECTION_OUT ? flow->remote_port : flow->local_port;
    bool is_entry = edit->kind == EDIT_ENTRY_CREATE || edit->kind == EDIT_ENTRY_REPLACE;
    if (edit->protocol != PROTOCOL_ALL && edit->protocol != flow->record->protocol)
        return false;
    bool has_ports = edit->protocol == PROTOCOL_TCP || edit->protocol == PROTOCOL_UDP;
    bool covers_port = port >= edit->from && port <= edit->to;
    bool covers_reply = is_entry && flow->remote_port >= edit->from && flow->remote_port <= edit->to;
    return (!has_ports || covers_port || covers_reply) && peer_covers(edit, &flow->remote);
}

static bool covers(const struct change *change, const struct blame_ask *ask, const struct inventory *inventory)
{
    struct flow flow;
    flow_of(ask->record, inventory, ask->prior, ask->learned, &flow);
    for (size_t k = 0; k < change->n_edits; k++)
        if (edit_covers(&change->edits[k], &flow))
            return true;
    return false;
}

static double effect_of(const struct blamed *blamed, bool is_about_it)
{
    if (blamed->before == BLAME_ALLOW && blamed->after == BLAME_DENY)
        return 1;
    bool unknown = blamed->before == BLAME_UNKNOWN || blamed->after == BLAME_UNKNOWN;
    bool possible = blamed->before != BLAME_DENY && blamed->after != BLAME_ALLOW;
    return unknown && possible && is_about_it ? 0.5 : 0;
}

/* ---- all of them ---- */

struct finding {
    const struct blame_ask *ask;
    struct blame *out;
    struct stretch stretch;
    int64_t first, last; /* times of changes that matter, recoveries too */
    struct passed known; /* in the newest network that is known */
};

static bool is_near(const struct finding *finding, const struct change *change)
{
    return change_can_act(change) && change->time >= finding->first && change->time <= finding->last;
}

/* Without any network: what the event names, and what its edits are about. */
static void suspect_blind(struct finding *finding, size_t k)
{
    const struct blame_ask *ask = finding->ask;
    const struct change *change = ask->source.changes[k];
    if (finding->out->n == BLAME_SUSPECTS_MAX || change->effect != CHANGE_RULES || !covers(change, ask, NULL))
        return;
    bool by_name = change_names(change, ask->record->interface_id);
    finding->out->suspect[finding->out->n++] = (struct blamed){.change = k,
                                                               .link = by_name ? 1 : 0.3,
                                                               .time = time_weight(&finding->stretch, change->time),
                                                               .effect = 0.5,
                                                               .before = BLAME_UNKNOWN,
                                                               .after = BLAME_UNKNOWN};
}

static weir_status suspect(struct finding *finding, size_t k, struct inventory **here, struct rewind *rewind,
                           weir_error *err)
{
    const struct blame_ask *ask = finding->ask;
    const struct change *change = ask->source.changes[k];
    struct inventory *after = NULL;
    weir_status status = *here ? WEIR_OK : rewind_inventory(rewind, here, err);
    rewind_step(rewind);
    if (status == WEIR_OK)
        status = rewind_inventory(rewind, &after, err);
    if (status != WEIR_OK)
        return status;
    struct passed before = passed_in(ask, *here), behind = passed_in(ask, after);
    struct blamed blamed = {.change = k, .was = *here};
    double old_link = link_in(change, &before), new_link = link_in(change, &behind);
    blamed.link = old_link > new_link ? old_link : new_link;
    blamed.time = time_weight(&finding->stretch, change->time);
    blamed.before = verdict_in(ask, *here);
    blamed.after = verdict_in(ask, after);
    blamed.effect = effect_of(&blamed, covers(change, ask, after));
    blamed.repairs = blamed.before == BLAME_DENY && blamed.after == BLAME_ALLOW;
    *here = after;
    finding->out->suspect[finding->out->n++] = blamed;
    return WEIR_OK;
}

static bool touches(struct finding *finding, const struct rewind *rewind, struct inventory **here,
                    const struct change *change)
{
    weir_error ignored;
    if (link_in(change, &finding->known) > 0)
        return true;
    if (!*here && rewind_inventory(rewind, here, &ignored) != WEIR_OK)
        return false;
    struct passed passed = passed_in(finding->ask, *here);
    return link_in(change, &passed) > 0;
}

static weir_status walk(struct finding *finding, size_t from, weir_error *err)
{
    const struct rewind_source *source = &finding->ask->source;
    struct rewind *rewind = NULL;
    struct inventory *here = NULL;
    weir_status status = rewind_new(source, from, &rewind, err);
    for (size_t k = from; status == WEIR_OK && k < source->n_changes; k++) {
        const struct change *change = source->changes[k];
        if (change->time > finding->last)
            break;
        if (finding->ask->cancel && atomic_load(finding->ask->cancel))
            status = WEIR_E_CANCELED;
        bool has_room = finding->out->n < BLAME_SUSPECTS_MAX;
        if (status == WEIR_OK && has_room && is_near(finding, change) && touches(finding, rewind, &here, change))
            status = suspect(finding, k, &here, rewind, err);
        else
            rewind_step(rewind);
    }
    inventory_free(here);
    rewind_free(rewind);
    return status;
}

/* A change that was repaired before the first REJECT broke nothing that is seen. */
static void settle(struct finding *finding)
{
    struct blame *out = finding->out;
    for (size_t k = 0; k < out->n; k++) {
        struct blamed *blamed = &out->suspect[k];
        for (size_t j = k + 1; j < out->n && blamed->effect > 0; j++) {
            const struct change *later = finding->ask->source.changes[out->suspect[j].change];
            if (out->suspect[j].repairs && later->time <= finding->stretch.high - finding->stretch.slack / 2)
                blamed->effect = 0;
        }
        blamed->score = blamed->effect * (LINK_WEIGHT * blamed->link + TIME_WEIGHT * blamed->time);
        if (blamed->time <= 0)
            blamed->score = 0;
    }
    out->cause = SIZE_MAX;
    for (size_t k = 0; k < out->n; k++)
        if (out->suspect[k].score >= 0.5 &&
            (out->cause == SIZE_MAX || out->suspect[k].score >= out->suspect[out->cause].score))
            out->cause = k;
}

static const struct edition *newest_of(const struct rewind_source *source)
{
    return source->n_editions ? source->editions[source->n_editions - 1] : NULL;
}

int64_t blame_first(const struct blame_ask *ask)
{
    return stretch_of(ask).low - EARLY_S;
}

weir_status blame_find(const struct blame_ask *ask, struct blame *out, weir_error *err)
{
    struct finding finding = {.ask = ask, .out = out, .stretch = stretch_of(ask), .known = {.vpc_id = ""}};
    const struct edition *newest = newest_of(&ask->source);
    weir_status status = WEIR_OK;
    size_t from = 0;
    *out = (struct blame){.cause = SIZE_MAX, .now = BLAME_UNKNOWN};
    finding.first = blame_first(ask);
    finding.last = latest(&finding.stretch);
    if (ask->flip->recovered && ask->flip->first_accept + SLACK_S > finding.last)
        finding.last = ask->flip->first_accept + SLACK_S;
    while (from < ask->source.n_changes && ask->source.changes[from]->time < finding.first)
        from++;
    if (newest) {
        finding.known = passed_in(ask, newest->inventory);
        out->now = verdict_in(ask, newest->inventory);
        if (from < ask->source.n_changes)
            status = walk(&finding, from, err);
    } else {
        for (size_t k = from; k < ask->source.n_changes; k++)
            if (is_near(&finding, ask->source.changes[k]))
                suspect_blind(&finding, k);
    }
    if (status == WEIR_OK)
        settle(&finding);
    else
        blame_done(out);
    return status;
}

void blame_done(struct blame *blame)
{
    for (size_t k = 0; k < blame->n; k++)
        inventory_free(blame->suspect[k].was);
    blame->n = 0;
}
