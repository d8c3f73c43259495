/* fix_acl.c - the narrowest entry of a network ACL that lets the packet, or its reply, through: for one address, with
 * a free number below the rule that denies (draft.h). Replies go to ports that the other side chose: 1024-65535. */
#include <string.h>

#include "explain/draft.h"

enum { NUMBER_MIN = 1, NUMBER_MAX = 32766, PORT_CLIENT_FROM = 1024, PORT_CLIENT_TO = 65535 };

/* ---- a free number ---- */

static bool is_taken(const struct vpc_acl *acl, bool egress, int number)
{
    for (size_t k = 0; k < acl->n_entries; k++)
        if (acl->entries[k].egress == egress && acl->entries[k].number == number)
            return true;
    return false;
}

/* The greatest number in use below `limit`, 0 = none. */
static int number_before(const struct vpc_acl *acl, bool egress, int limit)
{
    int before = 0;
    for (size_t k = 0; k < acl->n_entries; k++)
        if (acl->entries[k].egress == egress && acl->entries[k].number < limit && acl->entries[k].number > before)
            before = acl->entries[k].number;
    return before;
}

/* People number by tens and hundreds: the roundest number of the gap below `limit`. */
static int round_number(int before, int limit)
{
    static const int steps[] = {100, 10, 5};
    for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
        int number = (before / steps[k] + 1) * steps[k];
        if (number < limit && number <= NUMBER_MAX)
            return number;
    }
    return limit - 1;
}

/* 0 = every number below the rule that denies is taken. */
static int free_number(const struct vpc_acl *acl, bool egress, const struct vpc_acl_entry *denies)
{
    int limit = !denies || denies->number > NUMBER_MAX ? NUMBER_MAX + 1 : denies->number;
    int number = round_number(number_before(acl, egress, limit), limit);
    while (number >= NUMBER_MIN && is_taken(acl, egress, number))
        number--;
    return number >= NUMBER_MIN ? number : 0;
}

/* ---- the entry ---- */

struct entry {
    bool egress, reply;
    int number;
    const struct packet *packet;
    const weir_addr *remote;
    int32_t from, to; /* -1 = the protocol has no ports */
};

static void find_ports(struct draft *draft, struct entry *out)
{
    const struct packet *packet = out->packet;
    bool past_opening = draft->decision->cause != WEIR_CAUSE_NACL_IN && draft->decision->cause != WEIR_CAUSE_NACL_OUT &&
                        draft->decision->cause != WEIR_CAUSE_SG_INGRESS &&
                        draft->decision->cause != WEIR_CAUSE_SG_EGRESS;
    /* Of a packet in mid-stream, the side that opened it sends to the service. */
    bool to_client = out->reply || (past_opening && (draft->flow->we_are_client != draft->egress));
    out->from = out->to = -1;
    if (packet->protocol != PROTOCOL_TCP && packet->protocol != PROTOCOL_UDP)
        return;
    bool is_usual = packet->dst_port < 0 || packet->dst_port >= PORT_CLIENT_FROM;
    out->from = to_client && is_usual ? PORT_CLIENT_FROM : packet->dst_port;
    out->to = to_client && is_usual ? PORT_CLIENT_TO : packet->dst_port;
}

static weir_safe matter_options(struct draft *draft, const struct entry *entry)
{
    if (entry->from >= 0)
        return words_format(&draft->words, " --port-range From=%d,To=%d", entry->from, entry->to);
    if (entry->packet->protocol == PROTOCOL_ICMP || entry->packet->protocol == PROTOCOL_ICMP6)
        return words_format(&draft->words, " --icmp-type-code Type=%d,Code=-1", entry->packet->icmp_type);
    return WEIR_SAFE("");
}

static weir_safe command_words(struct draft *draft, const struct entry *entry)
{
    weir_safe addr = addr_words(draft, entry->remote);
    return words_format(&draft->words,
                        "aws ec2 create-network-acl-entry --network-acl-id %s --%s --rule-number %d --protocol %u%s "
                        "--%s %s/%d --rule-action allow%s",
                        draft->acl->id.text, entry->egress ? "egress" : "ingress", entry->number,
                        entry->packet->protocol, matter_options(draft, entry).text,
                        entry->remote->family == 4 ? "cidr-block" : "ipv6-cidr-block", addr.text,
                        entry->remote->family == 4 ? 32 : 128, region_option(draft).text);
}

static weir_safe matter_words(struct draft *draft, const struct entry *entry)
{
    const char *name = weir_protocol_name(entry->packet->protocol);
    if (!name)
        return words_format(&draft->words, "protocol %u", entry->packet->protocol);
    if (entry->packet->protocol == PROTOCOL_ICMP || entry->packet->protocol == PROTOCOL_ICMP6)
        return icmp_words(draft, entry->packet);
    if (entry->from < 0)
        return words_format(&draft->words, "%s", name);
    if (entry->from == entry->to)
        return words_format(&draft->words, "%s/%d", name, entry->from);
    return words_format(&draft->words, "%s/%d-%d", name, entry->from, entry->to);
}

weir_safe acl_fix_command(struct draft *draft, bool reply, weir_safe *words)
{
    const struct decision *decision = draft->decision;
    struct entry entry = {.egress = reply ? !draft->egress : draft->egress,
                          .reply = reply,
                          .packet = reply ? &decision->reply : &decision->packet};
    const struct vpc_acl_entry *denies = reply ? decision->reply_acl.entry : decision->acl.entry;
    if (!draft->acl)
        return WEIR_SAFE("");
    entry.remote = entry.egress ? &entry.packet->dst : &entry.packet->src;
    find_ports(draft, &entry);
    entry.number = free_number(draft->acl, entry.egress, denies);
    bool has_port =
        (entry.packet->protocol != PROTOCOL_TCP && entry.packet->protocol != PROTOCOL_UDP) || entry.from >= 0;
    weir_safe matter = matter_words(draft, &entry), remote = owner_words(draft, entry.remote);
    *words = words_format(&draft->words, "allow %s%s %s %s in %s, %s%s", reply ? "the reply, " : "", matter.text,
                          entry.egress ? "to" : "from", remote.text, acl_words(draft).text,
                          entry.egress ? "outbound, before rule " : "inbound, before rule ",
                          number_words(draft, denies).text);
    if (entry.number == 0) {
        *words = words_format(&draft->words, "%s; its rules have to be numbered anew: no number is free", words->text);
        return WEIR_SAFE("");
    }
    return has_port && is_plain_id(draft->acl->id.text) ? command_words(draft, &entry) : WEIR_SAFE("");
}
