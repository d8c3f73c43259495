/* path_bare.c - a path without an inventory, or of an interface that it does not have: what the record tells. */
#include "explain/path_walk.h"

static struct hop *add_unknown(struct walk *walk, enum hop_kind kind, bool egress)
{
    struct hop *hop = walk_hop(walk, kind, WEIR_HOP_UNKNOWN, WEIR_SAFE(""), WEIR_SAFE(""));
    hop->egress = egress;
    hop->doubt = DOUBT_RULES;
    hop->acl = (struct acl_answer){.answer = ANSWER_UNKNOWN, .doubt = DOUBT_RULES};
    hop->group = (struct group_answer){.answer = ANSWER_UNKNOWN, .doubt = DOUBT_RULES};
    hop->route = (struct route_answer){.answer = ANSWER_UNKNOWN, .doubt = DOUBT_RULES};
    return hop;
}

static void add_own(struct walk *walk, bool egress)
{
    struct hop *hop = add_unknown(walk, HOP_INTERFACE, egress);
    hop->id = (weir_safe){walk->flow->record->interface_id};
    bool gone = walk->inventory && inventory_part(walk->inventory, PART_INTERFACES) == PART_KNOWN;
    hop->code = gone ? CODE_NO_SOURCE_OR_DESTINATION : CODE_UNKNOWN_RESOURCE;
}

static void add_group(struct walk *walk, bool egress)
{
    struct hop *hop = add_unknown(walk, HOP_GROUP, egress);
    if (!walk->asks)
        hop->verdict = WEIR_HOP_STATE;
}

/* What lies between, by traffic-path. */
bool walk_between(struct walk *walk, bool egress)
{
    static const struct {
        enum hop_kind kind;
        weir_safe name;
    } ways[] = {
        [2] = {HOP_GATEWAY, {"internet gateway or gateway endpoint"}},
        [3] = {HOP_GATEWAY, {"virtual private gateway"}},
        [4] = {HOP_PEERING, {"in the same region"}},
        [5] = {HOP_PEERING, {"to another region"}},
        [6] = {HOP_GATEWAY, {"local gateway"}},
        [7] = {HOP_ENDPOINT, {"gateway endpoint"}},
        [8] = {HOP_GATEWAY, {"internet gateway"}},
    };
    int32_t told = walk->flow->record->traffic_path;
    if (told < 2 || (size_t)told >= sizeof ways / sizeof *ways)
        return false;
    struct hop *hop = walk_hop(walk, ways[told].kind, WEIR_HOP_PASS, WEIR_SAFE(""), ways[told].name);
    hop->egress = egress;
    return true;
}

static void add_remote(struct walk *walk, const weir_addr *addr, bool last)
{
    bool service = walk->flow->record->traffic_path == 7;
    enum hop_kind kind = service ? HOP_SERVICE : addr_is_public(addr) ? HOP_INTERNET : HOP_REMOTE;
    walk_end(walk, kind, last);
}

void walk_without_inventory(struct walk *walk)
{
    bool egress = (walk->flow->direction == DIRECTION_OUT) != walk->reply;
    if (egress) {
        add_own(walk, true);
        add_group(walk, true);
        add_unknown(walk, HOP_ACL, true);
        add_unknown(walk, HOP_ROUTE_TABLE, true);
        walk_between(walk, true);
        add_remote(walk, &walk->packet.dst, true);
    } else {
        add_remote(walk, &walk->packet.src, false);
        walk_between(walk, false);
        add_unknown(walk, HOP_ACL, false);
        add_group(walk, false);
        add_own(walk, false);
    }
}
