/* title.c - the verdict in one sentence that a tired person understands: what stopped the packet, by name (draft.h).
 * One row a cause. Of a reply or a packet in mid-stream it says that inbound rules are not what failed. */
#include <strings.h>

#include "explain/draft.h"

#define NOT_INBOUND "; inbound rules are not what failed"
#define NOT_GROUPS  "; rules of security groups are not what failed"

typedef weir_safe sentence(struct draft *draft);

/* ---- R1, R2 ---- */

static weir_safe bpa(struct draft *draft)
{
    if (draft->decision->confidence < 95)
        return words_format(&draft->words,
                            "VPC Block Public Access is on and blocks this; nothing else that is known does");
    return WEIR_SAFE("VPC Block Public Access blocks this internet traffic: AWS says so in the record");
}

static weir_safe reason(struct draft *draft)
{
    const char *text = draft->flow->record->reject_reason;
    if (strcasecmp(text, "EC") == 0)
        return WEIR_SAFE(
            "VPC Encryption Controls block it because it is not encrypted: AWS says so in the record (EC)");
    return words_format(&draft->words, "AWS names the reason in the record: %s", text);
}

/* ---- security groups ---- */

static weir_safe no_rule(struct draft *draft)
{
    const char *way = draft->egress ? "outbound" : "inbound";
    weir_safe groups = groups_words(draft), service = service_words(draft), peer = peer_words(draft);
    if (!draft->decision->group.has_rules)
        return words_format(&draft->words, "There is no %s rule at all in %s, so nothing admits %s %s", way,
                            groups.text, service.text, peer.text);
    return words_format(&draft->words, "No %s rule of %s admits %s %s", way, groups.text, service.text, peer.text);
}

static weir_safe group(struct draft *draft)
{
    weir_safe text = no_rule(draft);
    if (!draft->decision->both_deny)
        return text;
    return words_format(&draft->words, "%s; and %s would deny it too", text.text, acl_words(draft).text);
}

/* ---- network ACLs ---- */

static weir_safe entry_denies(struct draft *draft)
{
    const struct vpc_acl_entry *entry = draft->decision->acl.entry;
    const char *way = draft->egress ? "outbound" : "inbound";
    weir_safe acl = acl_words(draft), service = service_words(draft), peer = peer_words(draft);
    if (!entry || entry->number > 32766)
        return words_format(&draft->words, "no %s rule of %s allows %s %s", way, acl.text, service.text, peer.text);
    return words_format(&draft->words, "%s rule #%u of %s denies %s %s", way, entry->number, acl.text, service.text,
                        peer.text);
}

static weir_safe capital(struct draft *draft, weir_safe text)
{
    char first = text.text[0];
    if (first < 'a' || first > 'z')
        return text;
    return words_format(&draft->words, "%c%s", first - 'a' + 'A', text.text + 1);
}

static weir_safe acl(struct draft *draft)
{
    weir_safe text = capital(draft, entry_denies(draft));
    if (!draft->decision->both_deny)
        return text;
    return words_format(&draft->words, "%s; and %s would not admit it either", text.text, groups_words(draft).text);
}

static weir_safe acl_reply(struct draft *draft)
{
    const char *way = draft->egress ? "The reply could not leave" : "The reply to our own connection could not come in";
    return words_format(&draft->words, "%s: %s" NOT_GROUPS, way, entry_denies(draft).text);
}

/* ---- replies and what comes late ---- */

static weir_safe asymmetric(struct draft *draft)
{
    bool searched = draft->prior->searched && draft->prior->log_is_all;
    weir_safe remote = owner_words(draft, &draft->flow->remote);
    return words_format(&draft->words, "A reply %s %s whose request %s this interface" NOT_INBOUND,
                        draft->egress ? "to" : "from", remote.text, searched ? "did not pass" : "was not seen on");
}

/* A network ACL that denies it now would have stopped it even in time: that is not hidden. */
static weir_safe not_inbound(struct draft *draft)
{
    if (draft->decision->acl.answer != ANSWER_DENY)
        return WEIR_SAFE(NOT_INBOUND);
    return words_format(&draft->words, NOT_GROUPS ", and %s would deny it too", acl_words(draft).text);
}

static weir_safe late_packet(struct draft *draft)
{
    int32_t flags = draft->prior->close.tcp_flags;
    const char *how = flags > 0 && flags & 4 ? "reset (RST)" : "closed (FIN)";
    if (draft->decision->gap_s == 0)
        return words_format(&draft->words, "A late packet: the connection had just been %s%s", how,
                            not_inbound(draft).text);
    return words_format(&draft->words, "A late packet: the connection had been %s %s before%s", how,
                        span_words(draft, draft->decision->gap_s).text, not_inbound(draft).text);
}

static weir_safe idle_timeout(struct draft *draft)
{
    const struct decision *decision = draft->decision;
    return words_format(&draft->words, "The connection had been idle for %s, and idle ones are forgotten after %s%s",
                        span_words(draft, decision->gap_s).text, span_words(draft, decision->timeout_s).text,
                        not_inbound(draft).text);
}

static weir_safe late_udp(struct draft *draft)
{
    const struct decision *decision = draft->decision;
    return words_format(&draft->words,
                        "A UDP reply from %s came %s after our last packet, which is remembered for %s%s",
                        owner_words(draft, &draft->flow->remote).text, span_words(draft, decision->gap_s).text,
                        span_words(draft, decision->timeout_s).text, not_inbound(draft).text);
}

static weir_safe acl_change(struct draft *draft)
{
    return words_format(&draft->words, "A network ACL cut a connection that was alive: %s" NOT_GROUPS,
                        entry_denies(draft).text);
}

static weir_safe group_change(struct draft *draft)
{
    return words_format(&draft->words, "A rule of %s is gone, and that cut this connection, which was not tracked",
                        groups_words(draft).text);
}

static weir_safe stale(struct draft *draft)
{
    if (draft->prior->same.found || draft->prior->reverse.found)
        return WEIR_SAFE(
            "A packet of a connection that is no longer tracked, though the log does not show its end" NOT_INBOUND);
    if (draft->flow->we_are_client && !draft->egress)
        return words_format(&draft->words,
                            "A reply in mid-stream from %s for a connection of ours that is over, or is older than the "
                            "log" NOT_INBOUND,
                            owner_words(draft, &draft->flow->remote).text);
    return WEIR_SAFE("A packet in mid-stream of a connection that is over, or is older than the log" NOT_INBOUND);
}

static weir_safe lower(struct draft *draft, weir_safe text)
{
    if (text.text[0] < 'A' || text.text[0] > 'Z')
        return text;
    return words_format(&draft->words, "%c%s", text.text[0] - 'A' + 'a', text.text + 1);
}

static weir_safe mid_stream(struct draft *draft)
{
    weir_safe denial = draft->decision->actor == ACTOR_ACL ? entry_denies(draft) : lower(draft, no_rule(draft));
    return words_format(&draft->words,
                        "A packet in mid-stream, not a new connection: either its connection is over, or it was "
                        "denied as a new one would be: %s",
                        denial.text);
}

/* ---- what is not certain ---- */

static weir_safe changed(struct draft *draft)
{
    weir_cause second = draft->decision->second;
    return words_format(&draft->words,
                        "The rules of that time let it through and those of now do not (%s): they were changed around "
                        "the record",
                        second == WEIR_CAUSE_NONE ? "the same packet is denied" : weir_cause_get(second)->words);
}

static bool is_past_opening(const struct flow *flow)
{
    return flow->phase == PHASE_MID || flow->phase == PHASE_CLOSING || flow->phase == PHASE_RESPONSE;
}

static weir_safe undetermined(struct draft *draft)
{
    const struct decision *decision = draft->decision;
    if (decision->premises & PREMISE_DIRECTION_UNKNOWN && draft->inventory)
        return WEIR_SAFE("Not determined: nothing tells whether the packet came in or went out");
    if (draft->flow->record->protocol < 0)
        return WEIR_SAFE("Not determined: the record does not say which protocol it was");
    if (is_past_opening(draft->flow))
        return words_format(
            &draft->words,
            "Not determined: a %s, so either its connection was over or a network ACL denied it" NOT_GROUPS,
            draft->flow->phase == PHASE_RESPONSE ? "reply" : "packet in mid-stream");
    if (decision->premises & PREMISE_NO_INTERFACE)
        return words_format(&draft->words, "Not determined: %s is not in the network that is known",
                            here_words(draft).text);
    if (decision->premises & PREMISE_NO_INVENTORY)
        return WEIR_SAFE(
            "Not determined: a security group or a network ACL, but the network's rules are not known here");
    if (decision->group.answer == ANSWER_UNKNOWN && decision->acl.answer == ANSWER_UNKNOWN)
        return words_format(&draft->words,
                            "Not determined: the security groups and the network ACL of %s are not "
                            "known well enough",
                            here_words(draft).text);
    return words_format(&draft->words, "Not determined: %s may have denied it, but what is needed to tell is not known",
                        decision->group.answer == ANSWER_UNKNOWN ? groups_words(draft).text : acl_words(draft).text);
}

static weir_safe unknown(struct draft *draft)
{
    return words_format(&draft->words,
                        "Everything that is known of %s lets it through: security groups and network ACLs do not "
                        "explain this",
                        here_words(draft).text);
}

static sentence *const sentences[WEIR_CAUSE_COUNT] = {
    [WEIR_CAUSE_BPA] = bpa,
    [WEIR_CAUSE_REASON] = reason,
    [WEIR_CAUSE_NACL_IN] = acl,
    [WEIR_CAUSE_SG_INGRESS] = group,
    [WEIR_CAUSE_SG_EGRESS] = group,
    [WEIR_CAUSE_NACL_OUT] = acl,
    [WEIR_CAUSE_NACL_OUT_REPLY] = acl_reply,
    [WEIR_CAUSE_NACL_IN_REPLY] = acl_reply,
    [WEIR_CAUSE_ASYMMETRIC] = asymmetric,
    [WEIR_CAUSE_LATE_PACKET] = late_packet,
    [WEIR_CAUSE_IDLE_TIMEOUT] = idle_timeout,
    [WEIR_CAUSE_LATE_UDP_REPLY] = late_udp,
    [WEIR_CAUSE_NACL_CHANGE] = acl_change,
    [WEIR_CAUSE_SG_CHANGE] = group_change,
    [WEIR_CAUSE_STALE] = stale,
    [WEIR_CAUSE_MID_STREAM] = mid_stream,
    [WEIR_CAUSE_RULES_CHANGED] = changed,
    [WEIR_CAUSE_UNDETERMINED] = undetermined,
    [WEIR_CAUSE_UNKNOWN] = unknown,
};

void title_write(struct draft *draft)
{
    if (draft->decision->cause == WEIR_CAUSE_NONE) {
        draft->out->title = WEIR_SAFE("Nothing was rejected here");
        return;
    }
    draft->out->title = sentences[draft->decision->cause](draft);
}
