/* near_words.c - the rules that almost admitted the packet, and what each lacks, in words (draft.h). */
#include <string.h>

#include "base/scope.h"
#include "explain/draft.h"
#include "explain/hop_words.h"

static weir_safe rule_name(struct draft *draft, const struct vpc_rule *rule)
{
    weir_safe what = rule_words(rule, &draft->words);
    weir_safe group = rule->group ? rule->group->name : WEIR_SAFE("");
    if (rule->group && !group.text[0])
        group = rule->group->id;
    if (!rule->id.text[0])
        return words_format(&draft->words, "a rule of %s: %s", group.text, what.text);
    return words_format(&draft->words, "%s of %s: %s", rule->id.text, group.text, what.text);
}

static weir_safe protocol_lack(struct draft *draft, const struct vpc_rule *rule)
{
    const char *its = weir_protocol_name(rule->protocol < 0 ? 0 : (uint64_t)rule->protocol);
    const char *ours = weir_protocol_name(draft->decision->packet.protocol);
    return words_format(&draft->words, "it is for %s, not %s", its ? its : "another protocol",
                        ours ? ours : "this protocol");
}

static weir_safe port_lack(struct draft *draft, const struct vpc_rule *rule)
{
    const struct packet *packet = &draft->decision->packet;
    if (packet->protocol == PROTOCOL_ICMP || packet->protocol == PROTOCOL_ICMP6)
        return WEIR_SAFE("it is for another ICMP type");
    if (rule->from == rule->to)
        return words_format(&draft->words, "port %d is not %d", packet->dst_port, rule->from);
    return words_format(&draft->words, "port %d is not in %d-%d", packet->dst_port, rule->from, rule->to);
}

static weir_safe peer_lack(struct draft *draft, const struct vpc_rule *rule)
{
    const struct packet *packet = &draft->decision->packet;
    weir_safe peer = addr_words(draft, rule->egress ? &packet->dst : &packet->src);
    if (rule->peer_kind == PEER_NET)
        return words_format(&draft->words, "%s is outside", peer.text);
    if (rule->peer_kind == PEER_PREFIX_LIST)
        return words_format(&draft->words, "%s is not in %s", peer.text, rule->peer_id.text);
    if (draft->decision->way == WAY_NOT_PRESERVED)
        return words_format(&draft->words, "the reference to %s is not preserved on this way", rule->peer_id.text);
    weir_safe group = rule->peer_group ? named_words(draft, rule->peer_group->name, rule->peer_group->id)
                                       : words_format(&draft->words, "%s", rule->peer_id.text);
    return words_format(&draft->words, "%s is no member of %s", peer.text, group.text);
}

static weir_safe join(struct draft *draft, weir_safe a, weir_safe b)
{
    return a.text[0] ? words_format(&draft->words, "%s, and %s", a.text, b.text) : b;
}

/* Of another protocol, only its ports are comparable: a type is no port. */
static bool has_same_numbers(int rule, int packet)
{
    bool ports = rule == PROTOCOL_TCP || rule == PROTOCOL_UDP;
    return rule == packet || (ports && (packet == PROTOCOL_TCP || packet == PROTOCOL_UDP));
}

static weir_safe lack_words(struct draft *draft, const struct near_miss *miss)
{
    weir_safe text = WEIR_SAFE("");
    if (miss->misses & MISS_PROTOCOL)
        text = protocol_lack(draft, miss->rule);
    if (miss->misses & MISS_PORT && has_same_numbers(miss->rule->protocol, draft->decision->packet.protocol))
        text = join(draft, text, port_lack(draft, miss->rule));
    if (miss->misses & MISS_PEER)
        text = join(draft, text, peer_lack(draft, miss->rule));
    return text;
}

void near_misses_write(struct draft *draft)
{
    const struct vpc_interface *interface = draft->interface;
    struct near_miss found[NEAR_MAX];
    if (!interface || !cause_asks_groups(draft->decision))
        return;
    size_t n = near_misses(draft->inventory, interface->groups, interface->n_groups, draft->egress,
                           &draft->decision->packet, draft->decision->way, found);
    weir_near_miss *out = words_array(&draft->words, n, sizeof *out);
    if (!out)
        return;
    for (size_t k = 0; k < n; k++)
        out[k] = (weir_near_miss){.rule = rule_name(draft, found[k].rule), .why = lack_words(draft, &found[k])};
    draft->out->near_misses = out;
    draft->out->n_near_misses = n;
}
