/* path_hop.c - the hops of a path, one by one: what is asked at an ACL, at a security group, at an interface. */
#include <string.h>

#include "base/scope.h"
#include "explain/path_walk.h"

struct hop *walk_hop(struct walk *walk, enum hop_kind kind, weir_hop_verdict verdict, weir_safe id, weir_safe name)
{
    struct path *path = walk->path;
    size_t at = path->n < PATH_HOPS_MAX ? path->n++ : PATH_HOPS_MAX - 1;
    path->cut |= at == PATH_HOPS_MAX - 1 && path->hop[at].id.text != NULL;
    path->hop[at] = (struct hop){
        .kind = kind, .verdict = verdict, .reply = walk->reply, .id = id, .name = name, .packet = walk->packet};
    return &path->hop[at];
}

struct hop *walk_end(struct walk *walk, enum hop_kind kind, bool last)
{
    struct hop *hop = walk_hop(walk, kind, WEIR_HOP_NONE, WEIR_SAFE(""), WEIR_SAFE(""));
    hop->far = true;
    hop->egress = last;
    return hop;
}

void hop_tell(struct hop *hop, enum code code)
{
    if (hop->code == CODE_NONE)
        hop->code = code;
}

void hop_block(struct hop *hop, enum code code)
{
    if (hop->verdict != WEIR_HOP_BLOCK)
        hop->code = code;
    hop->verdict = WEIR_HOP_BLOCK;
}

void hop_unknown(struct hop *hop, enum code code)
{
    if (hop->verdict == WEIR_HOP_BLOCK)
        return;
    if (hop->verdict != WEIR_HOP_UNKNOWN)
        hop->code = code;
    hop->verdict = WEIR_HOP_UNKNOWN;
}

static weir_hop_verdict verdict_of(enum answer answer)
{
    static const weir_hop_verdict verdicts[] = {
        [ANSWER_ALLOW] = WEIR_HOP_PASS,
        [ANSWER_DENY] = WEIR_HOP_BLOCK,
        [ANSWER_UNKNOWN] = WEIR_HOP_UNKNOWN,
        [ANSWER_NONE] = WEIR_HOP_NONE,
    };
    return verdicts[answer];
}

/* ---- the assumed echo ---- */

/* The packet with its ICMP type forgotten; false: it has none. */
static bool forget_type(const struct packet *packet, struct packet *out)
{
    *out = *packet;
    out->icmp_type = out->icmp_code = -1;
    return packet->icmp_type >= 0;
}

/* The answer holds for an echo; for another type it may be another. */
static void tell_assumed(struct hop *hop, enum answer otherwise, unsigned doubt)
{
    if (otherwise != ANSWER_UNKNOWN || !(doubt & DOUBT_ICMP_TYPE))
        return;
    hop->doubt |= DOUBT_ICMP_TYPE;
    hop_tell(hop, CODE_FL_ICMP_TYPE_UNKNOWN);
}

/* ---- network ACLs ---- */

static struct hop *add_acl(struct walk *walk, const struct vpc_subnet *subnet, bool egress,
                           const struct acl_answer *answer)
{
    const struct vpc_acl *acl = subnet ? subnet->acl : NULL;
    struct hop *hop = walk_hop(walk, HOP_ACL, verdict_of(answer->answer), acl ? acl->id : WEIR_SAFE(""),
                               acl ? acl->name : WEIR_SAFE(""));
    hop->the_acl = acl;
    hop->acl = *answer;
    hop->egress = egress;
    hop->doubt = answer->doubt;
    if (answer->answer == ANSWER_DENY)
        hop->code = walk->opens ? CODE_SUBNET_ACL_RESTRICTION : CODE_FL_NACL_DENIES_REPLY;
    else if (answer->answer == ANSWER_UNKNOWN)
        hop->code = answer->doubt & DOUBT_ICMP_TYPE ? CODE_FL_ICMP_TYPE_UNKNOWN : CODE_NONE;
    return hop;
}

void walk_acl(struct walk *walk, const struct vpc_subnet *subnet, bool egress, bool far)
{
    const struct vpc_acl *acl = subnet ? subnet->acl : NULL;
    struct acl_answer answer = evaluate_acl(acl, egress, &walk->packet);
    struct hop *hop = add_acl(walk, subnet, egress, &answer);
    hop->far = far;
    struct packet untyped;
    if (acl && forget_type(&walk->packet, &untyped)) {
        struct acl_answer otherwise = evaluate_acl(acl, egress, &untyped);
        tell_assumed(hop, otherwise.answer, otherwise.doubt);
    }
}

enum { REMAPPED_FROM = 1024, REMAPPED_TO = 65535 };

/* An ACL answers alike between the ends of its entries, so asking at each of them is asking for every port. */
void walk_acl_remapped(struct walk *walk, const struct vpc_subnet *subnet, bool egress)
{
    const struct vpc_acl *acl = subnet ? subnet->acl : NULL;
    struct packet packet = walk->packet;
    packet.dst_port = REMAPPED_FROM;
    struct acl_answer answer = evaluate_acl(acl, egress, &packet);
    bool mixed = false;
    for (size_t k = 0; acl && k < acl->n_entries * 2; k++) {
        const struct vpc_acl_entry *entry = &acl->entries[k / 2];
        packet.dst_port = k % 2 ? entry->to + 1 : entry->from;
        if (entry->egress != egress || packet.dst_port <= REMAPPED_FROM || packet.dst_port > REMAPPED_TO)
            continue;
        struct acl_answer other = evaluate_acl(acl, egress, &packet);
        mixed |= other.answer != answer.answer;
        if (other.answer == ANSWER_DENY)
            answer = other;
    }
    if (mixed) {
        answer.answer = ANSWER_UNKNOWN;
        answer.doubt |= DOUBT_PORT;
    }
    struct hop *hop = add_acl(walk, subnet, egress, &answer);
    if (mixed)
        hop->code = CODE_REMAP_EPHEMERAL_PORT;
}

/* ---- security groups ---- */

/* The opening packet of the connection, as it is seen at this end. */
static bool is_untracked(const struct walk *walk, const struct place *place, bool egress)
{
    if (walk->always_kept)
        return false;
    struct packet opening = walk->packet;
    if (!walk->opens)
        packet_turn(&opening);
    return flow_is_untracked(place->interface, walk->opens ? egress : !egress, &opening);
}

/* A rule that names a group would have admitted it, or may have, had the way kept who sent it. */
static bool is_lost_reference(const struct walk *walk, const struct place *place, bool egress)
{
    static const enum reference_way keeping[] = {WAY_PRIVATE, WAY_TRANSIT};
    bool lost = false;
    for (size_t k = 0; k < ARRAY_SIZE(keeping) && walk->path->way == WAY_NOT_PRESERVED; k++) {
        struct group_answer answer =
            evaluate_groups(walk->inventory, place->interface, egress, &walk->packet, keeping[k]);
        lost |= answer.answer == ANSWER_ALLOW || (answer.answer == ANSWER_UNKNOWN && answer.doubt & DOUBT_PEER_GROUP);
    }
    return lost;
}

static enum code group_code(const struct walk *walk, const struct place *place, bool egress,
                            const struct group_answer *answer)
{
    if (answer->answer == ANSWER_UNKNOWN) {
        if (answer->doubt & DOUBT_ICMP_TYPE)
            return CODE_FL_ICMP_TYPE_UNKNOWN;
        return answer->doubt & DOUBT_PEER_GROUP && walk->path->way == WAY_PEERING ? CODE_UNKNOWN_PEERED_SGS : CODE_NONE;
    }
    if (answer->answer != ANSWER_DENY)
        return CODE_NONE;
    if (is_lost_reference(walk, place, egress))
        return walk->references_unsupported ? CODE_SG_REFERENCING_SUPPORT : CODE_SG_REFERENCES_NOT_PRESERVED;
    return answer->has_rules ? CODE_ENI_SG_RULES_MISMATCH : CODE_SG_HAS_NO_RULES;
}

void walk_group(struct walk *walk, const struct place *place, bool egress)
{
    const struct vpc_interface *interface = place->interface;
    if (!interface) {
        struct hop *hop =
            walk_hop(walk, HOP_GROUP, walk->asks ? WEIR_HOP_UNKNOWN : WEIR_HOP_STATE, WEIR_SAFE(""), WEIR_SAFE(""));
        hop->egress = egress;
        hop->far = place->far;
        hop->doubt = DOUBT_RULES;
        hop->group = (struct group_answer){.answer = ANSWER_UNKNOWN, .doubt = DOUBT_RULES};
        return;
    }
    if (interface->n_group_ids == 0)
        return;
    struct group_answer answer = evaluate_groups(walk->inventory, interface, egress, &walk->packet, walk->path->way);
    const struct vpc_group *group = answer.rule               ? answer.rule->group
                                    : interface->n_groups > 0 ? interface->groups[0]
                                                              : NULL;
    struct hop *hop = walk_hop(walk, HOP_GROUP, verdict_of(answer.answer), group ? group->id : interface->group_ids[0],
                               group ? group->name : WEIR_SAFE(""));
    hop->egress = egress;
    hop->far = place->far;
    hop->interface = interface;
    hop->group = answer;
    if (!walk->asks && !is_untracked(walk, place, egress)) {
        hop->verdict = WEIR_HOP_STATE;
        return;
    }
    hop->untracked = !walk->asks;
    hop->doubt = answer.doubt;
    hop->code = group_code(walk, place, egress, &answer);
    struct packet untyped;
    if (forget_type(&walk->packet, &untyped)) {
        struct group_answer otherwise = evaluate_groups(walk->inventory, interface, egress, &untyped, walk->path->way);
        tell_assumed(hop, otherwise.answer, otherwise.doubt);
    }
}

/* ---- interfaces and instances ---- */

static void look_at_attachment(struct hop *hop, const struct vpc_interface *interface)
{
    bool attached =
        !is_told(interface->attachment_status) || same_text(interface->attachment_status, WEIR_SAFE("attached"));
    if (!attached || same_text(interface->status, WEIR_SAFE("available")))
        hop_block(hop, CODE_BAD_STATE_ATTACHMENT);
}

static void look_at_address(struct hop *hop, const struct vpc_interface *interface, const weir_addr *own)
{
    if (!interface->source_dest_check || interface_has_address(interface, own))
        return;
    bool plain = !is_told(interface->type) || same_text(interface->type, WEIR_SAFE("interface"));
    hop_block(hop, plain && !interface->requester_managed ? CODE_ENI_SOURCE_DEST_CHECK_RESTRICTION
                                                          : CODE_ENI_ADDRESS_RESTRICTION);
}

void walk_interface(struct walk *walk, const struct place *place, bool egress)
{
    const struct vpc_interface *interface = place->interface;
    struct hop *hop = walk_hop(walk, HOP_INTERFACE, WEIR_HOP_PASS, interface ? interface->id : place->interface_id,
                               interface ? interface->label : WEIR_SAFE(""));
    hop->far = place->far;
    hop->egress = egress;
    hop->interface = interface;
    if (!interface) {
        bool gone = inventory_part(walk->inventory, PART_INTERFACES) == PART_KNOWN && place->ours;
        hop_unknown(hop, gone ? CODE_NO_SOURCE_OR_DESTINATION : CODE_UNKNOWN_RESOURCE);
        return;
    }
    look_at_attachment(hop, interface);
    look_at_address(hop, interface, egress ? &walk->packet.src : &walk->packet.dst);
    if (egress && walk->opens && same_text(interface->type, WEIR_SAFE("vpc_endpoint")))
        hop_block(hop, CODE_VPCE_INTRA_VPC_TRAFFIC);
}

static void add_instance(struct walk *walk, const struct place *place)
{
    const struct vpc_interface *interface = place->interface;
    if (!interface || !is_told(interface->instance_id))
        return;
    const struct vpc_instance *instance = interface->instance;
    struct hop *hop = walk_hop(walk, HOP_INSTANCE, instance ? WEIR_HOP_PASS : WEIR_HOP_NONE, interface->instance_id,
                               instance ? instance->name : WEIR_SAFE(""));
    hop->far = place->far;
    if (!instance || !is_told(instance->state) || same_text(instance->state, WEIR_SAFE("running")))
        return;
    bool ended = same_text(instance->state, WEIR_SAFE("terminated"));
    hop_block(hop, ended ? CODE_UNASSOCIATED_COMPONENT : CODE_BAD_STATE);
}

static bool is_nat(const struct place *place)
{
    return place->interface && same_text(place->interface->type, WEIR_SAFE("nat_gateway"));
}

void walk_depart(struct walk *walk, const struct place *place)
{
    if (is_nat(place)) {
        walk_at_nat(walk, place, false);
        return;
    }
    add_instance(walk, place);
    walk_interface(walk, place, true);
    walk_group(walk, place, true);
}

/* Nobody is known to have the address: in a network whose interfaces are all known that is an answer. */
static void arrive_nowhere(struct walk *walk, const struct place *place)
{
    bool outside = !place->vpc && addr_is_public(&walk->packet.dst);
    struct hop *hop = walk_end(walk, outside ? HOP_INTERNET : HOP_REMOTE, true);
    if (outside)
        return;
    if (!place->vpc)
        hop_tell(hop, CODE_UNKNOWN_DESTINATION);
    else if (inventory_part(walk->inventory, PART_INTERFACES) == PART_KNOWN && vpc_contains(place->vpc, &place->addr))
        hop_block(hop, CODE_NO_POSSIBLE_DESTINATION);
    else
        hop_unknown(hop, CODE_UNKNOWN_DESTINATION);
}

void walk_arrive(struct walk *walk, const struct place *place)
{
    if (!place->interface && !place->ours) {
        arrive_nowhere(walk, place);
    } else if (is_nat(place)) {
        walk_at_nat(walk, place, true);
    } else {
        walk_group(walk, place, false);
        walk_interface(walk, place, false);
        add_instance(walk, place);
    }
}
