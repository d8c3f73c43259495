/* explanation.c - makes an explanation of a decision: what it is about, the hops of the path, and all the parts of the
 * draft (draft.h), in memory of its own (weir/explain.h). */
#include "explain/explanation.h"

#include <string.h>

#include "base/scope.h"
#include "explain/decide.h"
#include "explain/draft.h"
#include "explain/hop_words.h"

/* ---- what it is about ---- */

static const char *const phases[] = {
    [PHASE_UNKNOWN] = "not known",         [PHASE_INIT] = "new connection", [PHASE_RESPONSE] = "reply",
    [PHASE_MID] = "in mid-stream, no SYN", [PHASE_CLOSING] = "closing",
};

static const char *const directions[] = {
    [DIRECTION_UNKNOWN] = "unknown",
    [DIRECTION_IN] = "inbound",
    [DIRECTION_OUT] = "outbound",
};

static const char *const sources[] = {
    [DIRECTION_BY_NOTHING] = "",
    [DIRECTION_BY_PEERS] = ", by its peers",
    [DIRECTION_BY_ADDRESS] = ", by the interface's addresses",
    [DIRECTION_BY_FIELD] = ", by flow-direction",
};

static weir_safe end_words(struct draft *draft, const weir_addr *addr, int32_t port)
{
    weir_safe text = addr_words(draft, addr);
    if (port < 0)
        return text;
    return words_format(&draft->words, addr->family == 6 ? "[%s]:%d" : "%s:%d", text.text, port);
}

static weir_safe flow_words(struct draft *draft)
{
    const struct packet *packet = &draft->decision->packet;
    int32_t flags = draft->flow->record->tcp_flags;
    const char *name = draft->flow->record->protocol < 0 ? "?" : weir_protocol_name(packet->protocol);
    weir_safe protocol =
        name ? words_format(&draft->words, "%s", name) : words_format(&draft->words, "protocol %u", packet->protocol);
    if (packet->protocol == PROTOCOL_TCP && flags >= 0)
        protocol =
            words_format(&draft->words, flags ? "%s %s" : "%s (%s)", protocol.text, flags_words(draft, flags).text);
    return words_format(&draft->words, "%s -> %s %s, %s%s at %s", end_words(draft, &packet->src, packet->src_port).text,
                        end_words(draft, &packet->dst, packet->dst_port).text, protocol.text,
                        draft->flow->direction == DIRECTION_UNKNOWN ? "direction " : "",
                        directions[draft->flow->direction], here_words(draft).text);
}

static void head_write(struct draft *draft)
{
    weir_explanation *out = draft->out;
    const struct flow *flow = draft->flow;
    out->cause = draft->decision->cause;
    out->confidence = draft->decision->confidence;
    out->confidence_word = words_format(&draft->words, "%s", confidence_word(out->confidence));
    out->flow = flow_words(draft);
    out->phase = words_format(&draft->words, "%s", phases[flow->phase]);
    out->direction = words_format(&draft->words, "%s%s", directions[flow->direction], sources[flow->direction_by]);
    out->reject_reason = words_format(&draft->words, "%s", flow->record->reject_reason);
}

/* ---- hops ---- */

static bool is_actor(const struct draft *draft, const struct hop *hop)
{
    enum actor actor = draft->decision->actor;
    if (hop->far || hop->reply || hop->verdict != WEIR_HOP_BLOCK)
        return false;
    if (actor == ACTOR_ACL)
        return hop->kind == HOP_ACL && hop->egress == draft->egress && hop->the_acl == draft->acl;
    if (actor == ACTOR_GROUP)
        return hop->kind == HOP_GROUP && hop->egress == draft->egress;
    return actor == ACTOR_BPA && hop->kind == HOP_GATEWAY;
}

static void blocking_line(struct draft *draft, const weir_hop *hop, bool far)
{
    weir_safe name = named_words(draft, hop->name, hop->id), why = hop->rule.text[0] ? hop->rule : hop->note;
    lines_add(&draft->also_blocking,
              words_format(&draft->words, "%s%s %s%s%s%s", hop->reply ? "on the way back, " : "", hop->component.text,
                           name.text, why.text[0] ? ": " : "", why.text, far ? " (at the other end)" : ""));
}

static void hops_write(struct draft *draft)
{
    const struct path *path = &draft->path;
    weir_hop *out = words_array(&draft->words, path->n, sizeof *out);
    bool acted = false;
    if (!out)
        return;
    for (size_t k = 0; k < path->n; k++) {
        hop_words(&path->hop[k], &draft->words, &out[k]);
        out[k].acted = !acted && is_actor(draft, &path->hop[k]);
        acted = acted || out[k].acted;
        if (path->hop[k].verdict == WEIR_HOP_BLOCK && !out[k].acted && draft->out->cause != WEIR_CAUSE_NONE)
            blocking_line(draft, &out[k], path->hop[k].far);
    }
    draft->out->hops = out;
    draft->out->n_hops = path->n;
}

/* ---- what acted ---- */

static void acted_group(struct draft *draft)
{
    const struct vpc_interface *interface = draft->interface;
    draft->out->acted_on.component = WEIR_SAFE("security group");
    draft->out->acted_on.rule = draft->decision->group.has_rules ? WEIR_SAFE("no rule admits it")
                                                                 : WEIR_SAFE("it has no rules in this direction");
    if (!interface || interface->n_groups == 0)
        return;
    weir_safe ids = WEIR_SAFE(""), names = WEIR_SAFE("");
    for (size_t k = 0; k < interface->n_groups; k++) {
        const char *comma = k > 0 ? ", " : "";
        ids = words_format(&draft->words, "%s%s%s", ids.text, comma, interface->groups[k]->id.text);
        names = words_format(&draft->words, "%s%s%s", names.text, comma, interface->groups[k]->name.text);
    }
    draft->out->acted_on.id = ids;
    draft->out->acted_on.name = names;
}

static void acted_acl(struct draft *draft)
{
    draft->out->acted_on.component = WEIR_SAFE("network ACL");
    if (draft->acl) {
        draft->out->acted_on.id = words_format(&draft->words, "%s", draft->acl->id.text);
        draft->out->acted_on.name = words_format(&draft->words, "%s", draft->acl->name.text);
    }
    if (draft->decision->acl.entry)
        draft->out->acted_on.rule = acl_entry_words(draft->decision->acl.entry, &draft->words);
}

static void acted_write(struct draft *draft)
{
    switch (draft->decision->actor) {
    case ACTOR_BPA: draft->out->acted_on.component = WEIR_SAFE("VPC Block Public Access"); break;
    case ACTOR_REASON: draft->out->acted_on.component = WEIR_SAFE("AWS"); break;
    case ACTOR_GROUP: acted_group(draft); break;
    case ACTOR_ACL: acted_acl(draft); break;
    case ACTOR_NONE: break;
    }
}

/* ---- the whole ---- */

static const weir_safe *texts_of(struct draft *draft, const struct lines *lines, size_t *n)
{
    weir_safe *out = words_array(&draft->words, lines->n, sizeof *out);
    *n = out ? lines->n : 0;
    for (size_t k = 0; k < *n; k++)
        out[k] = lines->line[k].text;
    return out;
}

static void lists_write(struct draft *draft)
{
    weir_explanation *out = draft->out;
    weir_evidence *evidence = words_array(&draft->words, draft->evidence.n, sizeof *evidence);
    if (evidence)
        memcpy(evidence, draft->evidence.line, draft->evidence.n * sizeof *evidence);
    out->evidence = evidence;
    out->n_evidence = evidence ? draft->evidence.n : 0;
    out->also_blocking = texts_of(draft, &draft->also_blocking, &out->n_also_blocking);
    out->assumptions = texts_of(draft, &draft->assumptions, &out->n_assumptions);
    out->missing = texts_of(draft, &draft->missing, &out->n_missing);
    out->next_steps = texts_of(draft, &draft->next_steps, &out->n_next_steps);
}

static void empty_texts(weir_explanation *out)
{
    const weir_safe none = WEIR_SAFE("");
    out->title = out->confidence_word = out->flow = out->phase = out->direction = out->reject_reason = none;
    out->acted_on.component = out->acted_on.id = out->acted_on.name = out->acted_on.rule = none;
    out->fix.words = out->fix.command = out->fix.second_command = out->fix.third_command = out->fix.risk = none;
}

static void write_all(struct draft *draft)
{
    empty_texts(draft->out);
    flow_place(draft->flow->record, draft->inventory, &draft->interface, &draft->subnet);
    draft->acl = draft->subnet ? draft->subnet->acl : NULL;
    head_write(draft);
    title_write(draft);
    struct flow here = *draft->flow; /* its interface may be that of another inventory */
    here.interface = draft->interface;
    path_of(&here, draft->inventory, &draft->path);
    hops_write(draft);
    if (draft->decision->cause != WEIR_CAUSE_NONE) {
        acted_write(draft);
        near_misses_write(draft);
        evidence_write(draft);
        premises_write(draft);
        fix_write(draft);
    }
    lists_write(draft);
}

weir_status explanation_make(const struct flow *flow, const struct prior *prior, const struct rules_at *rules,
                             const struct decision *decision, weir_explanation **out, weir_error *err)
{
    static const struct prior nothing;
    static const struct rules_at none;
    struct explanation *made = calloc(1, sizeof *made);
    AUTO(free_cleanup) struct draft *draft = calloc(1, sizeof *draft);
    if (!made || !draft) {
        free(made);
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    }
    rules = rules ? rules : &none;
    draft->flow = flow;
    draft->prior = prior ? prior : &nothing;
    draft->decision = decision;
    draft->inventory = decision->by_now ? rules->now : rules->at;
    draft->egress = flow->direction == DIRECTION_OUT;
    draft->out = &made->told;
    made->direction = flow->direction;
    made->direction_by = flow->direction_by;
    write_all(draft);
    made->words = draft->words;
    weir_status status = words_status(&made->words, err);
    if (status == WEIR_OK)
        *out = &made->told;
    else
        weir_explanation_free(&made->told);
    return status;
}

void weir_explanation_free(weir_explanation *explanation)
{
    struct explanation *made = (struct explanation *)explanation;
    if (!made)
        return;
    words_done(&made->words);
    free(made);
}
