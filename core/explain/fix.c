/* fix.c - the smallest change that lets the packet through, and what it risks (draft.h). Which kind of fix a cause
 * has; the commands themselves are in fix_group.c and fix_acl.c. Nothing is ever opened to everywhere. */
#include <string.h>

#include "explain/draft.h"

bool is_plain_id(const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    return text[0] && text[0] != '-' && strspn(text, plain) == strlen(text);
}

weir_safe region_option(struct draft *draft)
{
    const char *region = draft->inventory ? inventory_region(draft->inventory).text : "";
    if (!is_plain_id(region))
        return WEIR_SAFE("");
    return words_format(&draft->words, " --region %s", region);
}

/* ---- fixes that are no rules ---- */

static const struct {
    weir_cause cause;
    const char *words;
} no_rules[] = {
    {WEIR_CAUSE_REASON, "no rule helps: AWS itself names why"},
    {WEIR_CAUSE_ASYMMETRIC, "no rule helps: let request and reply use the same interface"},
    {WEIR_CAUSE_LATE_PACKET, "nothing to change: it is harmless unless it is frequent"},
    {WEIR_CAUSE_IDLE_TIMEOUT, "no rule helps: send keepalives more often than the limit"},
    {WEIR_CAUSE_LATE_UDP_REPLY, "nothing to change: it is harmless unless it is frequent"},
    {WEIR_CAUSE_STALE, "nothing to change: it is harmless unless it is frequent"},
    {WEIR_CAUSE_MID_STREAM, "no rule is proposed: it may just be late; look at its beginning first"},
    {WEIR_CAUSE_RULES_CHANGED, "no rule is proposed: compare the rules before and after the record first"},
    {WEIR_CAUSE_UNDETERMINED, "no rule is proposed: what is missing comes first"},
    {WEIR_CAUSE_UNKNOWN, "no rule is proposed: none that is known denies it"},
};

static void no_rule(struct draft *draft)
{
    for (size_t k = 0; k < sizeof no_rules / sizeof *no_rules; k++)
        if (no_rules[k].cause == draft->decision->cause)
            draft->out->fix.words = words_format(&draft->words, "%s", no_rules[k].words);
}

/* An exclusion of one subnet: the narrowest that AWS has. */
static void exclusion(struct draft *draft)
{
    const char *mode = draft->flow->we_are_client ? "allow-egress" : "allow-bidirectional";
    const char *id = draft->subnet ? draft->subnet->id.text : draft->flow->record->subnet_id;
    /* With block-ingress only whole exclusions mean something. */
    if (!draft->inventory || inventory_bpa(draft->inventory) != BPA_BLOCK_BIDIRECTIONAL)
        mode = "allow-bidirectional";
    draft->out->fix.words = words_format(&draft->words, "exclude the subnet from VPC Block Public Access (%s)", mode);
    draft->out->fix.risk = WEIR_SAFE("the whole subnet is open to the internet gateway again, as far as its rules go");
    if (is_plain_id(id))
        draft->out->fix.command = words_format(&draft->words,
                                               "aws ec2 create-vpc-block-public-access-exclusion --subnet-id %s "
                                               "--internet-gateway-exclusion-mode %s%s",
                                               id, mode, region_option(draft).text);
}

/* ---- rules ---- */

static weir_safe join(struct draft *draft, weir_safe a, weir_safe b)
{
    if (!a.text[0] || !b.text[0])
        return a.text[0] ? a : b;
    return words_format(&draft->words, "%s; %s", a.text, b.text);
}

static void acl_fix(struct draft *draft)
{
    const struct decision *decision = draft->decision;
    weir_safe words = WEIR_SAFE(""), reply = WEIR_SAFE("");
    draft->out->fix.command = acl_fix_command(draft, false, &words);
    bool opens = decision->cause == WEIR_CAUSE_NACL_IN || decision->cause == WEIR_CAUSE_NACL_OUT;
    if (opens && decision->reply_acl.answer == ANSWER_DENY)
        draft->out->fix.second_command = acl_fix_command(draft, true, &reply);
    draft->out->fix.words = join(draft, words, reply);
    draft->out->fix.risk = draft->acl
                               ? WEIR_SAFE("a network ACL is for whole subnets: every interface in them gets the rule")
                               : WEIR_SAFE("");
}

static void group_fix(struct draft *draft)
{
    const struct decision *decision = draft->decision;
    weir_safe words = WEIR_SAFE(""), risk = WEIR_SAFE(""), reply = WEIR_SAFE("");
    draft->out->fix.command = group_fix_command(draft, &words, &risk);
    if (decision->cause != WEIR_CAUSE_SG_CHANGE && decision->reply_acl.answer == ANSWER_DENY)
        draft->out->fix.second_command = acl_fix_command(draft, true, &reply);
    draft->out->fix.words = join(draft, words, reply);
    draft->out->fix.risk = risk;
}

/* Where both deny, the other kind of rule is needed as well. */
static void other_fix(struct draft *draft)
{
    weir_safe words = WEIR_SAFE(""), risk = WEIR_SAFE("");
    if (draft->decision->actor == ACTOR_ACL)
        draft->out->fix.third_command = group_fix_command(draft, &words, &risk);
    else
        draft->out->fix.third_command = acl_fix_command(draft, false, &words);
    draft->out->fix.words = join(draft, draft->out->fix.words, words);
    draft->out->fix.risk = join(draft, draft->out->fix.risk, risk);
}

void fix_write(struct draft *draft)
{
    const struct decision *decision = draft->decision;
    bool by_rule = decision->actor == ACTOR_ACL || decision->actor == ACTOR_GROUP;
    if (decision->cause == WEIR_CAUSE_BPA) {
        exclusion(draft);
    } else if (!by_rule || decision->cause == WEIR_CAUSE_MID_STREAM) {
        no_rule(draft);
    } else if (decision->allowed_now) {
        draft->out->fix.words = WEIR_SAFE("nothing to change: the rules of now let it through");
    } else {
        if (decision->actor == ACTOR_ACL)
            acl_fix(draft);
        else
            group_fix(draft);
        if (decision->both_deny)
            other_fix(draft);
        if (!draft->out->fix.words.text[0])
            draft->out->fix.words = WEIR_SAFE("no rule is proposed: which one to change is not known");
    }
}
