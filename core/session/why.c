/* why.c - puts a row of the ring, what the ring has of its connection and the network before the decision table. */
#include "session/why.h"

#include "session/state.h"
#include "vpc/network.h"

static const weir_network *network_of(const weir_session *session)
{
    return session->network && weir_network_ready(session->network) ? session->network : NULL;
}

static bool make_priors(weir_session *session)
{
    if (!session->priors)
        session->priors = priors_new(session->ring, ring_cap(session->ring));
    return session->priors;
}

bool why_work(weir_session *session, int budget_ms)
{
    return make_priors(session) && priors_work(session->priors, budget_ms);
}

bool why_ask(weir_session *session, const weir_row *row, struct question *out)
{
    if (!flow_record_of(row, &out->record) || !make_priors(session))
        return false;
    while (priors_work(session->priors, 1000))
        continue;
    const weir_network *network = network_of(session);
    out->rules = (struct rules_at){0};
    if (network) {
        out->rules.at = network_inventory_at(network, out->record.start, &out->rules.exact);
        out->rules.now = network_inventory(network);
    }
    weir_addr address;
    const weir_addr *learned = priors_learned(session->priors, out->record.interface_id, &address) ? &address : NULL;
    flow_of(&out->record, out->rules.at, NULL, learned, &out->flow);
    priors_find(session->priors, row->id, &out->record, out->flow.direction == DIRECTION_OUT, &out->prior);
    out->prior.has_gap = out->prior.has_gap || ledger_has_gap(session, out->record.start, out->record.end);
    flow_of(&out->record, out->rules.at, &out->prior, learned, &out->flow);
    return true;
}

bool weir_session_cause_ready(const weir_session *session)
{
    return session->priors && priors_ready(session->priors);
}

weir_cause weir_session_cause(weir_session *session, const weir_row *row)
{
    struct question question;
    if (weir_row_verdict(row) != WEIR_VERDICT_REJECT || !why_ask(session, row, &question))
        return WEIR_CAUSE_NONE;
    struct decision decision;
    decide(&question.flow, &question.prior, &question.rules, &decision);
    return decision.cause;
}

void why_causes(weir_session *session, const struct block *block, uint32_t from, uint32_t to, weir_cause *out)
{
    for (uint32_t row = from; row < to; row++) {
        weir_row at = {.id = block->first_row + row, .block = block, .index = row};
        out[row - from] = weir_session_cause(session, &at);
    }
}

weir_status weir_session_explain(weir_session *session, uint64_t row_id, weir_explanation **out, weir_error *err)
{
    weir_row row;
    struct question question;
    if (!weir_view_row(session->view, row_id, &row))
        return weir_fail(err, WEIR_E_USAGE, 0, "the record has left the ring: --memory makes it larger");
    if (!why_ask(session, &row, &question))
        return weir_fail(err, WEIR_E_USAGE, 0, "only records of traffic can be explained: this one has no addresses");
    struct decision decision;
    decide(&question.flow, &question.prior, &question.rules, &decision);
    return explanation_make(&question.flow, &question.prior, &question.rules, &decision, out, err);
}
