/* suggest.c - the proposal that would let a rejected flow through its security groups (what_if.h): one port, one
 * address, as narrow as fix_group.c's. */
#include <stdio.h>

#include "explain/draft.h"
#include "explain/usage.h"
#include "explain/what_if.h"

static const struct vpc_group *group_to_change(const struct usage *usage, const struct packet *packet, bool egress)
{
    const struct vpc_interface *interface = usage->ruling.interface;
    struct near_miss near[NEAR_MAX];
    if (!interface || !interface->n_groups)
        return NULL;
    if (near_misses(usage->ruling.inventory, interface->groups, interface->n_groups, egress, packet, usage->ruling.way,
                    near) > 0 &&
        near[0].rule->group)
        return near[0].rule->group;
    return interface->groups[0];
}

bool proposal_suggest(const struct flow *flow, const struct inventory *inventory, char *buffer, size_t size)
{
    struct usage usage;
    struct packet packet;
    bool assumed, egress = flow->direction == DIRECTION_OUT;
    char addr[ADDR_TEXT_MAX], traffic[48];
    if (flow->record->verdict != WEIR_VERDICT_REJECT || !usage_of(flow, inventory, &usage) || !usage.denied_by_groups)
        return false;
    flow_packet(flow, &packet, &assumed);
    const struct vpc_group *group = group_to_change(&usage, &packet, egress);
    const char *name = weir_protocol_name(packet.protocol);
    bool has_port = packet.protocol == PROTOCOL_TCP || packet.protocol == PROTOCOL_UDP;
    if (!group || !is_plain_id(group->id.text) || (has_port && packet.dst_port < 0))
        return false;
    addr_print(egress ? &packet.dst : &packet.src, addr);
    if (has_port)
        snprintf(traffic, sizeof traffic, "%s %d", name, (int)packet.dst_port);
    else
        snprintf(traffic, sizeof traffic, "%u", packet.protocol);
    int n = snprintf(buffer, size, "add %s %s %s %s %s", group->id.text, egress ? "out" : "in", traffic,
                     egress ? "to" : "from", addr);
    return n > 0 && (size_t)n < size;
}
