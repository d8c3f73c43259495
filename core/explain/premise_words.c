/* premise_words.c - what was assumed, what is missing and would resolve it, and what to do next, in words (draft.h). */
#include <string.h>

#include "base/scope.h"
#include "explain/draft.h"

/* ---- assumptions ---- */

static const struct {
    unsigned premise;
    const char *words;
} assumptions[] = {
    {PREMISE_DIRECTION_GUESSED, "the direction is learned: one address is in every record of the interface"},
    {PREMISE_DIRECTION_UNKNOWN, "the direction is not known, so both were looked at"},
    {PREMISE_PHASE_BY_PORT, "which side opened the connection is guessed from the ports"},
    {PREMISE_PHASE_BY_SIZE, "whether it opened the connection is guessed from the size of the packets"},
    {PREMISE_ICMP_ECHO, "ICMP is taken for echo (ping): flow logs do not tell type and code"},
    {PREMISE_RULES_OF_NOW, "the rules that are known are taken for those that held when the record was made"},
    {PREMISE_SOURCE_PORT, "a port is not told: any client port may have been used"},
};

static void assumption_lines(struct draft *draft)
{
    const struct decision *decision = draft->decision;
    for (size_t k = 0; k < ARRAY_SIZE(assumptions); k++)
        if (decision->premises & assumptions[k].premise)
            lines_add(&draft->assumptions, words_format(&draft->words, "%s", assumptions[k].words));
    if (decision->both_deny)
        lines_add(&draft->assumptions,
                  words_format(&draft->words,
                               "both deny it, and which one acted cannot be told from the log; %s is asked first "
                               "(confidence in that: 60)",
                               decision->actor == ACTOR_ACL ? "the network ACL" : "the security group"));
    if (decision->cause == WEIR_CAUSE_SG_CHANGE && decision->confidence < 85)
        lines_add(&draft->assumptions, WEIR_SAFE("the rule that is gone admitted traffic from everywhere: only then is "
                                                 "a connection untracked"));
    if (decision->cause == WEIR_CAUSE_BPA && decision->confidence < 95)
        lines_add(&draft->assumptions,
                  WEIR_SAFE("the traffic uses an internet gateway; the record has no reject-reason to prove it"));
}

/* ---- missing ---- */

static const struct {
    unsigned premise;
    bool always; /* also of AWS's own word, and of a new connection that a rule denies */
    const char *words;
} missing[] = {
    {PREMISE_NO_INVENTORY, true, "the network: --network PATH, or permission for ec2:Describe* (README, permissions)"},
    {PREMISE_NO_FLAGS, true, "tcp-flags: add the field to the flow log's format"},
    {PREMISE_NOT_SEARCHED, false, "earlier records of the connection: nobody looked for them"},
    {PREMISE_LOG_NOT_ALL, false, "accepted packets: the flow log seems to have rejected traffic only; let it log ALL"},
    {PREMISE_LOG_GAP, true, "records were lost around this one (SKIPDATA, or a gap in what was read)"},
};

static const struct {
    unsigned doubt;
    const char *words;
} doubts[] = {
    {DOUBT_ICMP_TYPE, "the ICMP type: flow logs do not tell it"},
    {DOUBT_PORT, "a port: the flow does not tell it"},
    {DOUBT_PREFIX_LIST, "entries of a prefix list: ec2:GetManagedPrefixListEntries"},
    {DOUBT_PEER_GROUP, "members of a referenced security group: another account, or interfaces that are not known"},
    {DOUBT_REFERENCE, "whether references to security groups are preserved on this way"},
    {DOUBT_FORMS, "a rule that only one of EC2's two lists has: security group rules are incomplete, ask again"},
    {DOUBT_ROUTE, "which of overlapping prefix lists AWS picks"},
};

static bool part_line(struct draft *draft, enum part part)
{
    if (inventory_part(draft->inventory, part) == PART_KNOWN)
        return false;
    weir_safe words = inventory_part_words(draft->inventory, part);
    lines_add(&draft->missing, words_format(&draft->words, "%s", words.text));
    return true;
}

/* The parts that the answer would need; where all are known, one thing is not among them. */
static void rules_lines(struct draft *draft)
{
    const struct decision *decision = draft->decision;
    if (decision->group.answer == ANSWER_UNKNOWN && decision->group.doubt & DOUBT_RULES && draft->interface) {
        bool told = part_line(draft, PART_GROUPS);
        if (!told)
            lines_add(&draft->missing,
                      words_format(&draft->words, "a security group of %s: it is not in the network that is known",
                                   here_words(draft).text));
    }
    if (decision->acl.answer == ANSWER_UNKNOWN && decision->acl.doubt & DOUBT_RULES) {
        bool told = part_line(draft, PART_SUBNETS);
        told = part_line(draft, PART_ACLS) || told;
        if (!told && draft->interface)
            lines_add(&draft->missing,
                      words_format(&draft->words, "the network ACL of %s: it is not in the network that is known",
                                   draft->interface->subnet_id.text));
    }
    if (decision->premises & PREMISE_NO_INTERFACE)
        part_line(draft, PART_INTERFACES);
}

/* AWS's own word, or a new connection that a rule denies: earlier records would add nothing. */
static bool is_plain_case(const struct draft *draft)
{
    if (draft->decision->actor == ACTOR_BPA || draft->decision->actor == ACTOR_REASON)
        return true;
    return draft->flow->phase == PHASE_INIT && draft->flow->phase_strength == STRENGTH_CERTAIN &&
           (draft->decision->actor == ACTOR_ACL || draft->decision->actor == ACTOR_GROUP);
}

static void missing_lines(struct draft *draft)
{
    const struct decision *decision = draft->decision;
    bool is_plain = is_plain_case(draft);
    for (size_t k = 0; k < ARRAY_SIZE(missing); k++)
        if (decision->premises & missing[k].premise && (missing[k].always || !is_plain))
            lines_add(&draft->missing, words_format(&draft->words, "%s", missing[k].words));
    if (draft->flow->record->protocol < 0)
        lines_add(&draft->missing, WEIR_SAFE("protocol: the record does not have it"));
    if (!draft->inventory)
        return;
    if (decision->premises & PREMISE_NO_INTERFACE)
        lines_add(&draft->missing, draft->flow->record->interface_id[0]
                                       ? words_format(&draft->words, "%s: it is not in the network that is known",
                                                      draft->flow->record->interface_id)
                                       : WEIR_SAFE("which interface it was: the record does not have interface-id"));
    unsigned doubt = (decision->acl.answer == ANSWER_UNKNOWN ? decision->acl.doubt : 0) |
                     (decision->group.answer == ANSWER_UNKNOWN ? decision->group.doubt : 0);
    for (size_t k = 0; k < ARRAY_SIZE(doubts); k++)
        if (doubt & doubts[k].doubt)
            lines_add(&draft->missing, words_format(&draft->words, "%s", doubts[k].words));
    rules_lines(draft);
}

/* ---- next steps ---- */

static const struct {
    weir_cause cause;
    const char *words;
} steps[] = {
    {WEIR_CAUSE_BPA, "see which exclusions there are: aws ec2 describe-vpc-block-public-access-exclusions"},
    {WEIR_CAUSE_REASON, "look the word up: docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html"},
    {WEIR_CAUSE_SG_INGRESS, "if nobody should come in like this, nothing is wrong: it was kept out"},
    {WEIR_CAUSE_NACL_IN, "if nobody should come in like this, nothing is wrong: it was kept out"},
    {WEIR_CAUSE_ASYMMETRIC, "look for the request on the other interfaces of the instance, and at the route it took"},
    {WEIR_CAUSE_ASYMMETRIC,
     "from a public address that nobody spoke to, it is backscatter of an attack on somebody else"},
    {WEIR_CAUSE_LATE_PACKET,
     "nothing, unless it is frequent: then look who closes first, and why the other side goes on"},
    {WEIR_CAUSE_IDLE_TIMEOUT,
     "let one side send keepalives well before the limit, or open a new connection after a pause"},
    {WEIR_CAUSE_LATE_UDP_REPLY, "nothing, unless it is frequent: then see why the server answers so late"},
    {WEIR_CAUSE_NACL_CHANGE, "see who changed the network ACL: CloudTrail, events of EC2 around this time"},
    {WEIR_CAUSE_SG_CHANGE, "see who changed the security group: CloudTrail, events of EC2 around this time"},
    {WEIR_CAUSE_STALE, "nothing, unless it is frequent: then compare idle times with the keepalives of both sides"},
    {WEIR_CAUSE_MID_STREAM, "let the flow log record ALL traffic with tcp-flags: then the beginning can be found"},
    {WEIR_CAUSE_RULES_CHANGED, "see what was changed: CloudTrail, events of EC2 around this time"},
    {WEIR_CAUSE_UNKNOWN, "see whether the connection table was full: ethtool -S, conntrack_allowance_exceeded"},
    {WEIR_CAUSE_UNKNOWN, "capture on the instance whether packets come at all"},
};

/* Reachability Analyzer knows IPv4 with TCP and UDP only. */
static void analyzer_step(struct draft *draft)
{
    const struct packet *packet = &draft->decision->packet;
    const char *id = draft->flow->record->interface_id;
    bool is_tcp = packet->protocol == PROTOCOL_TCP;
    if (draft->decision->cause != WEIR_CAUSE_UNKNOWN || packet->src.family != 4 || packet->dst_port < 0 ||
        !is_plain_id(id) || (!is_tcp && packet->protocol != PROTOCOL_UDP))
        return;
    weir_safe dst = addr_words(draft, &packet->dst);
    if (draft->egress)
        lines_add(&draft->next_steps,
                  words_format(&draft->words,
                               "ask Reachability Analyzer (it costs money): aws ec2 create-network-insights-path "
                               "--source %s --destination-ip %s --destination-port %d --protocol %s",
                               id, dst.text, packet->dst_port, is_tcp ? "tcp" : "udp"));
}

static void next_lines(struct draft *draft)
{
    if (draft->decision->allowed_now)
        lines_add(&draft->next_steps, WEIR_SAFE("nothing: the rules of now let it through"));
    for (size_t k = 0; k < ARRAY_SIZE(steps); k++)
        if (steps[k].cause == draft->decision->cause)
            lines_add(&draft->next_steps, words_format(&draft->words, "%s", steps[k].words));
    analyzer_step(draft);
}

void premises_write(struct draft *draft)
{
    assumption_lines(draft);
    missing_lines(draft);
    next_lines(draft);
}
