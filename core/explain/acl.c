/* acl.c - network ACLs: entries in the order of their numbers, the first that matches decides. Stateless: each
 * direction of a connection is asked for alone. Where no ACL is on the way is left to the path (path.c). */
#include "explain/match.h"

static enum answer match_entry(const struct vpc_acl_entry *entry, const weir_addr *remote, const struct packet *packet,
                               unsigned *doubt)
{
    if (!match_protocol(entry->protocol, packet) || !net_contains(&entry->net, remote))
        return ANSWER_DENY;
    return match_ports(entry->protocol, entry->from, entry->to, packet, doubt);
}

static struct acl_answer settle(struct acl_answer perhaps, const bool may[2], bool allow,
                                const struct vpc_acl_entry *entry)
{
    if (may[!allow])
        return perhaps;
    return (struct acl_answer){.answer = allow ? ANSWER_ALLOW : ANSWER_DENY, .entry = entry};
}

struct acl_answer evaluate_acl(const struct vpc_acl *acl, bool egress, const struct packet *packet)
{
    const weir_addr *remote = egress ? &packet->dst : &packet->src;
    struct acl_answer perhaps = {.answer = ANSWER_UNKNOWN};
    bool may[2] = {false, false}; /* an earlier entry may deny, may allow */

    if (address_is_unfiltered(remote))
        return (struct acl_answer){.answer = ANSWER_NONE};
    if (!acl)
        return (struct acl_answer){.answer = ANSWER_UNKNOWN, .doubt = DOUBT_RULES};
    for (size_t k = 0; k < acl->n_entries; k++) {
        const struct vpc_acl_entry *entry = &acl->entries[k];
        if (entry->egress != egress)
            continue;
        enum answer answer = match_entry(entry, remote, packet, &perhaps.doubt);
        if (answer == ANSWER_ALLOW)
            return settle(perhaps, may, entry->allow, entry);
        if (answer == ANSWER_UNKNOWN) {
            may[entry->allow] = true;
            perhaps.entry = perhaps.entry ? perhaps.entry : entry;
        }
    }
    return settle(perhaps, may, false, NULL);
}
