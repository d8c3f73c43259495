/* draft.c - names and numbers in words, for the parts of an explanation (draft.h). */
#include "explain/draft.h"

#include <inttypes.h>
#include <string.h>

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400, FLAGS_TOLD = 7 };

void lines_add_row(struct lines *lines, weir_safe text, uint64_t row)
{
    if (text.text[0] && lines->n < DRAFT_LINES_MAX)
        lines->line[lines->n++] = (weir_evidence){.text = text, .row = row};
}

void lines_add(struct lines *lines, weir_safe text)
{
    lines_add_row(lines, text, UINT64_MAX);
}

/* ---- names ---- */

weir_safe addr_words(struct draft *draft, const weir_addr *addr)
{
    char text[ADDR_TEXT_MAX] = "";
    if (addr->family)
        addr_print(addr, text);
    return words_format(&draft->words, "%s", text);
}

weir_safe named_words(struct draft *draft, weir_safe name, weir_safe id)
{
    if (!name.text[0] || strcmp(name.text, id.text) == 0)
        return words_format(&draft->words, "%s", id.text);
    return words_format(&draft->words, "%s (%s)", name.text, id.text);
}

weir_safe owner_words(struct draft *draft, const weir_addr *addr)
{
    const char *vpc_id = draft->interface ? draft->interface->vpc_id.text : draft->flow->record->vpc_id;
    const struct vpc_interface *owner =
        draft->inventory ? inventory_address_owner(draft->inventory, vpc_id, addr) : NULL;
    weir_safe text = addr_words(draft, addr);
    if (!owner || !owner->label.text[0])
        return text;
    return words_format(&draft->words, "%s (%s)", owner->label.text, text.text);
}

weir_safe here_words(struct draft *draft)
{
    if (draft->interface)
        return named_words(draft, draft->interface->label, draft->interface->id);
    if (draft->flow->record->interface_id[0])
        return words_format(&draft->words, "%s", draft->flow->record->interface_id);
    return WEIR_SAFE("this interface");
}

weir_safe groups_words(struct draft *draft)
{
    const struct vpc_interface *interface = draft->interface;
    if (!interface || interface->n_groups == 0)
        return WEIR_SAFE("the security groups");
    weir_safe text = words_format(&draft->words, "security group%s ", interface->n_groups > 1 ? "s" : "");
    size_t shown = interface->n_groups < DRAFT_GROUPS_MAX ? interface->n_groups : DRAFT_GROUPS_MAX;
    for (size_t k = 0; k < shown; k++) {
        bool last = k + 1 == interface->n_groups;
        const char *comma = k == 0 ? "" : last ? " and " : ", ";
        weir_safe name = named_words(draft, interface->groups[k]->name, interface->groups[k]->id);
        text = words_format(&draft->words, "%s%s%s", text.text, comma, name.text);
    }
    if (shown < interface->n_groups)
        text = words_format(&draft->words, "%s and %zu more", text.text, interface->n_groups - shown);
    return text;
}

weir_safe acl_words(struct draft *draft)
{
    if (!draft->acl)
        return WEIR_SAFE("the network ACL");
    weir_safe name = named_words(draft, draft->acl->name, draft->acl->id);
    return words_format(&draft->words, "network ACL %s", name.text);
}

weir_safe number_words(struct draft *draft, const struct vpc_acl_entry *entry)
{
    if (!entry || entry->number > 32766)
        return WEIR_SAFE("*");
    return words_format(&draft->words, "#%u", entry->number);
}

/* ---- packets ---- */

weir_safe icmp_words(struct draft *draft, const struct packet *packet)
{
    const char *name = packet->protocol == PROTOCOL_ICMP ? "icmp" : "icmpv6";
    if (packet->icmp_type < 0)
        return words_format(&draft->words, "%s", name);
    if (packet->icmp_type == 8 || packet->icmp_type == 128)
        return words_format(&draft->words, "%s echo request", name);
    if (packet->icmp_type == 0 || packet->icmp_type == 129)
        return words_format(&draft->words, "%s echo reply", name);
    return words_format(&draft->words, "%s type %d", name, packet->icmp_type);
}

weir_safe service_words(struct draft *draft)
{
    const struct packet *packet = &draft->decision->packet;
    if (draft->flow->record->protocol < 0)
        return WEIR_SAFE("traffic");
    if (packet->protocol == PROTOCOL_ICMP || packet->protocol == PROTOCOL_ICMP6)
        return icmp_words(draft, packet);
    const char *name = weir_protocol_name(packet->protocol);
    if (packet->protocol != PROTOCOL_TCP && packet->protocol != PROTOCOL_UDP)
        return name ? words_format(&draft->words, "protocol %u (%s)", packet->protocol, name)
                    : words_format(&draft->words, "protocol %u", packet->protocol);
    name = packet->protocol == PROTOCOL_TCP ? "tcp" : "udp";
    if (packet->dst_port < 0)
        return words_format(&draft->words, "%s", name);
    return words_format(&draft->words, "%s/%d", name, packet->dst_port);
}

weir_safe peer_words(struct draft *draft)
{
    weir_safe peer = owner_words(draft, draft->egress ? &draft->decision->packet.dst : &draft->decision->packet.src);
    return words_format(&draft->words, "%s %s", draft->egress ? "to" : "from", peer.text);
}

weir_safe flags_words(struct draft *draft, int32_t flags)
{
    char text[64];
    if (flags < 0)
        return WEIR_SAFE("");
    if ((flags & FLAGS_TOLD) == 0)
        return WEIR_SAFE("no SYN, FIN or RST");
    return words_format(&draft->words, "%s", weir_flags_name((uint64_t)flags, text, sizeof text).text);
}

/* ---- times ---- */

weir_safe span_words(struct draft *draft, int64_t seconds)
{
    if (seconds < 0)
        seconds = 0;
    if (seconds < 2 * MINUTE_S)
        return words_format(&draft->words, "%" PRId64 " s", seconds);
    if (seconds < HOUR_S && seconds % MINUTE_S != 0 && seconds < 10 * MINUTE_S)
        return words_format(&draft->words, "%" PRId64 " min %" PRId64 " s", seconds / MINUTE_S, seconds % MINUTE_S);
    if (seconds < 2 * HOUR_S)
        return words_format(&draft->words, "%" PRId64 " min", seconds / MINUTE_S);
    if (seconds < 2 * DAY_S)
        return words_format(&draft->words, "%" PRId64 " h %" PRId64 " min", seconds / HOUR_S,
                            seconds % HOUR_S / MINUTE_S);
    int64_t days = seconds / DAY_S, hours = seconds % DAY_S / HOUR_S;
    if (hours == 0)
        return words_format(&draft->words, "%" PRId64 " days", days);
    return words_format(&draft->words, "%" PRId64 " days %" PRId64 " h", days, hours);
}

weir_safe moment_words(struct draft *draft, int64_t seconds)
{
    char text[64];
    weir_value value = {.type = WEIR_NUMBER, .number = seconds < 0 ? 0 : (uint64_t)seconds};
    if (seconds < 0)
        return WEIR_SAFE("an unknown time");
    weir_safe moment = weir_value_text(WEIR_F_START, &value, WEIR_STYLE_LONG, text, sizeof text);
    return words_format(&draft->words, "%s", moment.text);
}

/* ---- which part of the rules it is about ---- */

static bool is_one_of(weir_cause cause, const weir_cause *of, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (of[k] == cause)
            return true;
    return false;
}

bool cause_asks_groups(const struct decision *decision)
{
    static const weir_cause group[] = {WEIR_CAUSE_SG_INGRESS, WEIR_CAUSE_SG_EGRESS, WEIR_CAUSE_SG_CHANGE};
    if (is_one_of(decision->cause, group, sizeof group / sizeof *group))
        return true;
    if (decision->both_deny)
        return true;
    bool by_second = decision->cause == WEIR_CAUSE_MID_STREAM || decision->cause == WEIR_CAUSE_RULES_CHANGED;
    return by_second && is_one_of(decision->second, group, 2);
}
