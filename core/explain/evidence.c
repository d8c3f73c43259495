/* evidence.c - what the verdict rests on: the record, earlier records, the rules that were looked at, and times
 * (draft.h). Each line can be checked by the reader. */
#include <inttypes.h>
#include <string.h>

#include "base/scope.h"
#include "explain/draft.h"
#include "explain/hop_words.h"

enum { NITRO_V6_S = 350, EPHEMERAL_GROUPS = 3, FLAG_RST = 4, FLAGS_TOLD = 7 };

/* ---- records ---- */

/* ", flags SYN"; ", no SYN, FIN or RST"; "" where they are not told. */
static weir_safe flags_part(struct draft *draft, int32_t flags)
{
    if (draft->flow->record->protocol != PROTOCOL_TCP || flags < 0)
        return WEIR_SAFE("");
    return words_format(&draft->words, flags & FLAGS_TOLD ? ", flags %s" : ", %s", flags_words(draft, flags).text);
}

static void record_line(struct draft *draft)
{
    const struct flow_record *record = draft->flow->record;
    weir_safe packets = record->packets < 0 ? WEIR_SAFE("")
                                            : words_format(&draft->words, ", %" PRId64 " packet%s of %" PRId64 " bytes",
                                                           record->packets, record->packets == 1 ? "" : "s",
                                                           record->bytes < 0 ? 0 : record->bytes);
    lines_add(&draft->evidence,
              words_format(&draft->words, "the record: REJECT at %s%s%s", moment_words(draft, record->start).text,
                           packets.text, flags_part(draft, record->tcp_flags).text));
    if (record->reject_reason[0] && strcmp(record->reject_reason, "-") != 0)
        lines_add(&draft->evidence, words_format(&draft->words, "reject-reason is %s", record->reject_reason));
}

static void prior_line(struct draft *draft, const char *what, const struct prior_record *prior)
{
    if (!prior->found)
        return;
    weir_safe span = prior->end > prior->start
                         ? words_format(&draft->words, " and for %s", span_words(draft, prior->end - prior->start).text)
                         : WEIR_SAFE("");
    lines_add_row(&draft->evidence,
                  words_format(&draft->words, "%s: ACCEPT at %s%s%s", what, moment_words(draft, prior->start).text,
                               span.text, flags_part(draft, prior->tcp_flags).text),
                  prior->row);
}

static bool is_row(const struct prior_record *record, uint64_t row)
{
    return record->found && record->row == row;
}

static void prior_lines(struct draft *draft)
{
    const struct prior *prior = draft->prior;
    if (prior->request.found)
        prior_line(draft, "the request", &prior->request);
    if (prior->same.found && !is_row(&prior->close, prior->same.row))
        prior_line(draft, "before, the same way", &prior->same);
    if (prior->reverse.found && !is_row(&prior->request, prior->reverse.row) &&
        !is_row(&prior->close, prior->reverse.row))
        prior_line(draft, "before, the other way", &prior->reverse);
    if (prior->close.found && !is_row(&prior->request, prior->close.row))
        prior_line(draft, prior->close.tcp_flags > 0 && prior->close.tcp_flags & FLAG_RST ? "reset" : "closed",
                   &prior->close);
    if (prior->searched && !prior->same.found && !prior->reverse.found && draft->flow->phase != PHASE_INIT)
        lines_add(&draft->evidence, prior->log_is_all ? WEIR_SAFE("no accepted packet of this connection is in the log")
                                                      : WEIR_SAFE("the log has no accepted packets at all"));
}

/* ---- times ---- */

static const char *const timeouts[] = {
    [TIMEOUT_NONE] = "",
    [TIMEOUT_TCP] = "what EC2 has for TCP",
    [TIMEOUT_TCP_SET] = "this interface's own TCP idle timeout",
    [TIMEOUT_UDP] = "of UDP with one question and its answer",
    [TIMEOUT_UDP_STREAM] = "of UDP with more than one exchange",
    [TIMEOUT_OTHER] = "of protocols other than TCP, UDP and ICMP",
    [TIMEOUT_NAT] = "of NAT gateways and Network Load Balancers",
};

static int64_t silence(const struct draft *draft)
{
    const struct prior *prior = draft->prior;
    int64_t end = prior->same.found ? prior->same.end : -1;
    if (prior->reverse.found && prior->reverse.end > end)
        end = prior->reverse.end;
    return end < 0 ? -1 : draft->flow->record->start - end;
}

static void time_lines(struct draft *draft)
{
    const struct decision *decision = draft->decision;
    if (decision->timeout_kind != TIMEOUT_NONE)
        lines_add(&draft->evidence,
                  words_format(&draft->words, "%s without a packet; the limit is %s (%s)",
                               span_words(draft, decision->gap_s).text, span_words(draft, decision->timeout_s).text,
                               timeouts[decision->timeout_kind]));
    bool is_stale = decision->cause == WEIR_CAUSE_STALE && draft->flow->record->protocol == PROTOCOL_TCP;
    if (is_stale && silence(draft) >= NITRO_V6_S)
        lines_add(&draft->evidence,
                  words_format(&draft->words,
                               "%s without a packet: instances of the sixth Nitro generation forget a connection after "
                               "350 s, others after 5 days",
                               span_words(draft, silence(draft)).text));
}

/* ---- rules ---- */

static void acl_line(struct draft *draft)
{
    const struct decision *decision = draft->decision;
    if (!draft->subnet)
        return;
    if (!decision->acl_applies) {
        lines_add(&draft->evidence, WEIR_SAFE("no network ACL is on the way: the traffic stays in its subnet"));
        return;
    }
    if (!decision->acl.entry)
        return;
    weir_safe entry = acl_entry_words(decision->acl.entry, &draft->words);
    static const char *const verbs[] = {[ANSWER_ALLOW] = "allows it",
                                        [ANSWER_DENY] = "denies it",
                                        [ANSWER_UNKNOWN] = "may decide it",
                                        [ANSWER_NONE] = ""};
    lines_add(&draft->evidence,
              words_format(&draft->words, "%s %s: %s", acl_words(draft).text, verbs[decision->acl.answer], entry.text));
}

static size_t rules_of(const struct vpc_group *group, bool egress)
{
    return egress ? group->n_egress : group->n_ingress;
}

/* Rules are for what opens a connection, or is not tracked. */
static bool are_groups_asked(const struct draft *draft)
{
    enum phase phase = draft->flow->phase;
    return phase == PHASE_INIT || phase == PHASE_UNKNOWN || cause_asks_groups(draft->decision);
}

static void group_lines(struct draft *draft)
{
    const struct decision *decision = draft->decision;
    const char *way = draft->egress ? "outbound" : "inbound";
    if (!draft->interface || decision->group.answer == ANSWER_NONE)
        return;
    if (!are_groups_asked(draft)) {
        lines_add(&draft->evidence,
                  WEIR_SAFE("the rules of security groups are not asked: this packet opens no connection"));
        return;
    }
    if (decision->group.answer == ANSWER_ALLOW && decision->group.rule) {
        const struct vpc_rule *rule = decision->group.rule;
        weir_safe name = rule->group ? named_words(draft, rule->group->name, rule->group->id) : WEIR_SAFE("");
        lines_add(&draft->evidence, words_format(&draft->words, "security group %s would admit it: %s", name.text,
                                                 rule_words(rule, &draft->words).text));
    }
    if (decision->group.answer != ANSWER_DENY || !cause_asks_groups(decision))
        return;
    for (size_t k = 0; k < draft->interface->n_groups && k < 5; k++) {
        const struct vpc_group *group = draft->interface->groups[k];
        weir_safe name = named_words(draft, group->name, group->id);
        size_t n = rules_of(group, draft->egress);
        if (n < 2)
            lines_add(&draft->evidence, words_format(&draft->words, "security group %s: %s", name.text,
                                                     n == 0 ? "it has no rule in this direction"
                                                            : "its only rule in this direction does not fit"));
        else
            lines_add(&draft->evidence, words_format(&draft->words, "security group %s: none of its %zu %s rules fits",
                                                     name.text, n, way));
    }
}

/* Which clients a reply's rule leaves out: their ephemeral ports differ. */
static void client_lines(struct draft *draft)
{
    static const struct {
        const char *who;
        int32_t from, to;
    } clients[EPHEMERAL_GROUPS] = {
        {"Linux (32768-60999)", 32768, 60999},
        {"Windows (49152-65535)", 49152, 65535},
        {"load balancers, NAT gateways and Lambda (1024-65535)", 1024, 65535},
    };
    const struct decision *decision = draft->decision;
    bool is_reply = decision->cause == WEIR_CAUSE_NACL_IN_REPLY || decision->cause == WEIR_CAUSE_NACL_OUT_REPLY;
    if (!is_reply || !draft->acl || decision->packet.dst_port < 0)
        return;
    for (size_t k = 0; k < EPHEMERAL_GROUPS; k++) {
        struct packet low = decision->packet, high = decision->packet;
        low.dst_port = clients[k].from;
        high.dst_port = clients[k].to;
        bool misses = evaluate_acl(draft->acl, draft->egress, &low).answer == ANSWER_DENY ||
                      evaluate_acl(draft->acl, draft->egress, &high).answer == ANSWER_DENY;
        if (misses)
            lines_add(&draft->evidence, words_format(&draft->words, "the rules of %s leave out clients on %s",
                                                     acl_words(draft).text, clients[k].who));
    }
}

static void reply_line(struct draft *draft)
{
    const struct decision *decision = draft->decision;
    bool opens = decision->cause == WEIR_CAUSE_NACL_IN || decision->cause == WEIR_CAUSE_NACL_OUT ||
                 decision->cause == WEIR_CAUSE_SG_INGRESS || decision->cause == WEIR_CAUSE_SG_EGRESS;
    if (!opens || decision->reply_acl.answer != ANSWER_DENY || !decision->reply_acl.entry)
        return;
    lines_add(&draft->evidence,
              words_format(&draft->words, "if it were let through, %s would deny the reply: %s", acl_words(draft).text,
                           acl_entry_words(decision->reply_acl.entry, &draft->words).text));
}

/* ---- other ways, and drift ---- */

static void other_interfaces(struct draft *draft)
{
    const struct vpc_interface *mine = draft->interface, *other;
    if (draft->decision->cause != WEIR_CAUSE_ASYMMETRIC || !mine || !mine->instance_id.text[0])
        return;
    for (size_t k = 0; (other = inventory_nth_interface(draft->inventory, k)) != NULL; k++)
        if (other != mine && strcmp(other->instance_id.text, mine->instance_id.text) == 0)
            lines_add(&draft->evidence,
                      words_format(&draft->words, "%s also has the interface %s: the request may have used that one",
                                   mine->instance_id.text, other->id.text));
}

static void drift_line(struct draft *draft)
{
    if (draft->path.drift && draft->path.drift_words)
        lines_add(&draft->evidence, words_format(&draft->words, "%s", draft->path.drift_words));
}

static void untracked_line(struct draft *draft)
{
    if (draft->decision->cause == WEIR_CAUSE_SG_CHANGE)
        lines_add(&draft->evidence,
                  WEIR_SAFE("the connection was not tracked: its rule admitted it from everywhere, and "
                            "the opposite direction admits everything"));
}

void evidence_write(struct draft *draft)
{
    record_line(draft);
    prior_lines(draft);
    time_lines(draft);
    if (draft->decision->by_now)
        lines_add(&draft->evidence,
                  WEIR_SAFE("the rules of that time let it through; the lines below say what those of now do"));
    acl_line(draft);
    client_lines(draft);
    group_lines(draft);
    reply_line(draft);
    untracked_line(draft);
    other_interfaces(draft);
    drift_line(draft);
}
