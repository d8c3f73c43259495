/* build_group.c - security groups and their rules, of both forms: IpPermissions of DescribeSecurityGroups, and the flat
 * ones of DescribeSecurityGroupRules, which have ids. The rules of a group are the same and in the same order whichever
 * form was read. A rule that cannot be read whole becomes one whose peer is unknown: nobody may say it denies. */
#include <stdlib.h>
#include <string.h>

#include "vpc/build.h"

/* ---- one rule ---- */

/* What both forms tell: protocol and ports. False: they make no sense. */
static bool read_ports(const struct json_t *item, struct vpc_rule *out)
{
    int64_t from = json_number(item, "FromPort", -1), to = json_number(item, "ToPort", -1);
    out->protocol = protocol_read(json_text(item, "IpProtocol"));
    out->from = PORT_ALL_FROM;
    out->to = PORT_ALL_TO;
    if (out->protocol == PROTOCOL_NONE) {
        out->protocol = PROTOCOL_ALL;
        return false;
    }
    if (out->protocol == PROTOCOL_ICMP || out->protocol == PROTOCOL_ICMP6) {
        bool is_good = from >= -1 && from <= 255 && to >= -1 && to <= 255;
        out->from = is_good ? (int32_t)from : -1;
        out->to = is_good ? (int32_t)to : -1;
        out->malformed = is_good && from == -1 && to != -1;
        return is_good;
    }
    if (out->protocol != PROTOCOL_TCP && out->protocol != PROTOCOL_UDP)
        return true;
    if (from < -1 || from > PORT_ALL_TO || to < -1 || to > PORT_ALL_TO)
        return false;
    out->from = from == -1 ? PORT_ALL_FROM : (int32_t)from;
    out->to = to == -1 ? PORT_ALL_TO : (int32_t)to;
    return out->from <= out->to;
}

static void read_net(struct build *build, const struct json_t *item, const char *name, uint8_t family,
                     struct vpc_rule *out)
{
    out->peer_kind = PEER_NET;
    if (build_net(item, name, family, &out->net) == WEIR_OK)
        return;
    out->peer_kind = PEER_PREFIX_LIST;
    out->peer_id = build_text(build, item, name);
    build_doubt(build, PART_GROUPS, "%s has a rule whose peer \"%s\" is no %s", out->group->id.text, out->peer_id.text,
                name);
}

static void read_reference(struct build *build, const struct json_t *item, struct vpc_rule *out)
{
    out->peer_kind = PEER_GROUP;
    out->peer_id = build_text(build, item, "GroupId");
    out->peer_account = build_text(build, item, "UserId");
    out->peer_vpc = build_text(build, item, "VpcId");
    out->peering = build_text(build, item, "VpcPeeringConnectionId");
    out->peering_status = build_text(build, item, "PeeringStatus");
}

static void read_list(struct build *build, const struct json_t *item, struct vpc_rule *out)
{
    out->peer_kind = PEER_PREFIX_LIST;
    out->peer_id = build_text(build, item, "PrefixListId");
}

/* Called when protocol or ports make no sense, whatever the peer is. */
static void doubt_rule(struct build *build, struct vpc_rule *rule, const struct json_t *item)
{
    build_doubt(build, PART_GROUPS, "%s has a rule whose protocol or ports make no sense", rule->group->id.text);
    rule->peer_kind = PEER_PREFIX_LIST;
    rule->peer_id = build_text(build, item, "IpProtocol");
}

/* ---- IpPermissions ---- */

enum { PEER_LISTS = 4 };
static const char *const peer_lists[PEER_LISTS] = {"IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs"};

static size_t count_peers(const struct json_t *permissions)
{
    size_t n = 0;
    for (size_t k = 0; k < json_count(permissions); k++)
        for (size_t list = 0; list < PEER_LISTS; list++)
            n += json_count(json_member(json_at(permissions, k), peer_lists[list]));
    return n;
}

static void read_peer(struct build *build, size_t list, const struct json_t *peer, struct vpc_rule *out)
{
    if (list == 0)
        read_net(build, peer, "CidrIp", 4, out);
    else if (list == 1)
        read_net(build, peer, "CidrIpv6", 6, out);
    else if (list == 2)
        read_list(build, peer, out);
    else
        read_reference(build, peer, out);
    out->description = build_text(build, peer, "Description");
}

static struct vpc_rule *read_permission(struct build *build, const struct json_t *permission, struct vpc_rule rule,
                                        struct vpc_rule *out)
{
    rule.id = rule.peer_id = rule.peer_account = rule.peer_vpc = rule.peering = rule.peering_status = rule.description =
        WEIR_SAFE("");
    bool is_good = read_ports(permission, &rule);
    for (size_t list = 0; list < PEER_LISTS; list++) {
        const struct json_t *peers = json_member(permission, peer_lists[list]);
        for (size_t k = 0; k < json_count(peers); k++) {
            *out = rule;
            if (is_good)
                read_peer(build, list, json_at(peers, k), out);
            else
                doubt_rule(build, out, permission);
            out++;
        }
    }
    return out;
}

static size_t read_permissions(struct build *build, const struct json_t *permissions, struct vpc_group *group,
                               bool egress, struct vpc_rule *out)
{
    struct vpc_rule *at = out;
    for (size_t k = 0; k < json_count(permissions); k++)
        at = read_permission(build, json_at(permissions, k), (struct vpc_rule){.group = group, .egress = egress}, at);
    return (size_t)(at - out);
}

/* ---- flat rules ---- */

static int compare_flat(const void *a, const void *b)
{
    const struct flat_rule *one = a, *other = b;
    int order = strcmp(one->group_id.text, other->group_id.text);
    return order ? order : strcmp(one->id.text, other->id.text);
}

void build_flat_rules(struct build *build)
{
    const struct json_t *items = build->capture->parts[PART_GROUP_RULES].items;
    size_t n = json_count(items);
    build->flat = calloc(n + 1, sizeof *build->flat);
    if (!build->flat) {
        build->is_out_of_memory = true;
        return;
    }
    for (size_t k = 0; k < n; k++) {
        const struct json_t *item = json_at(items, k);
        struct flat_rule flat = {build_text(build, item, "GroupId"), build_text(build, item, "SecurityGroupRuleId"),
                                 item};
        if (*flat.group_id.text && json_member(item, "IsEgress"))
            build->flat[build->n_flat++] = flat;
        else
            build_doubt(build, PART_GROUP_RULES, "a rule \"%s\" has no group or no direction", flat.id.text);
    }
    qsort(build->flat, build->n_flat, sizeof *build->flat, compare_flat);
}

static const struct flat_rule *find_flat(const struct build *build, weir_safe group_id, size_t *n)
{
    size_t low = 0, high = build->n_flat;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(build->flat[middle].group_id.text, group_id.text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*n = 0; low + *n < build->n_flat && build->flat[low + *n].group_id.text == group_id.text;)
        ++*n;
    return build->flat + low;
}

static void read_flat_peer(struct build *build, const struct json_t *item, struct vpc_rule *out)
{
    const struct json_t *reference = json_member(item, "ReferencedGroupInfo");
    if (json_text(item, "CidrIpv4").len)
        read_net(build, item, "CidrIpv4", 4, out);
    else if (json_text(item, "CidrIpv6").len)
        read_net(build, item, "CidrIpv6", 6, out);
    else if (json_text(item, "PrefixListId").len)
        read_list(build, item, out);
    else if (json_text(reference, "GroupId").len)
        read_reference(build, reference, out);
    else
        doubt_rule(build, out, item);
}

static void read_flat(struct build *build, const struct flat_rule *flat, const struct vpc_group *group,
                      struct vpc_rule *out)
{
    *out = (struct vpc_rule){.id = flat->id,
                             .group = group,
                             .egress = json_flag(flat->item, "IsEgress"),
                             .peer_id = WEIR_SAFE(""),
                             .peer_account = WEIR_SAFE(""),
                             .peer_vpc = WEIR_SAFE(""),
                             .peering = WEIR_SAFE(""),
                             .peering_status = WEIR_SAFE(""),
                             .description = build_text(build, flat->item, "Description")};
    if (read_ports(flat->item, out))
        read_flat_peer(build, flat->item, out);
    else
        doubt_rule(build, out, flat->item);
}

/* ---- both forms together ---- */

#define COMPARE(a, b) \
    if ((a) != (b))   \
    return (a) < (b) ? -1 : 1

/* Equal rules are the same rule: AWS takes none twice. */
static int compare_rules(const void *a, const void *b)
{
    const struct vpc_rule *one = a, *other = b;
    COMPARE(one->egress, other->egress);
    COMPARE(one->protocol, other->protocol);
    COMPARE(one->from, other->from);
    COMPARE(one->to, other->to);
    COMPARE(one->peer_kind, other->peer_kind);
    int order = net_compare(&one->net, &other->net);
    return order ? order : strcmp(one->peer_id.text, other->peer_id.text);
}

static int compare_rules_and_ids(const void *a, const void *b)
{
    int order = compare_rules(a, b);
    return order ? order : strcmp(((const struct vpc_rule *)a)->id.text, ((const struct vpc_rule *)b)->id.text);
}

static size_t settle(struct vpc_rule *rules, size_t n)
{
    size_t kept = 0;
    if (n)
        qsort(rules, n, sizeof *rules, compare_rules_and_ids);
    for (size_t k = 0; k < n; k++)
        if (!kept || compare_rules(&rules[kept - 1], &rules[k]) != 0)
            rules[kept++] = rules[k];
    return kept;
}

/* Both forms together, with the flat one's ids. What only one of them has is unsure, because the rules were changed
 * between the two questions; a flat form that is not whole adds nothing but ids. Returns how many there are. */
static size_t merge(const struct vpc_rule *rules, size_t n, const struct vpc_rule *flat, size_t n_flat, bool is_whole,
                    struct vpc_rule *out)
{
    size_t at = 0, k = 0, made = 0;
    while (k < n || at < n_flat) {
        int order = k == n ? 1 : at == n_flat ? -1 : compare_rules(&rules[k], &flat[at]);
        struct vpc_rule one = order > 0 ? flat[at] : rules[k];
        if (order == 0) {
            one.id = flat[at].id;
            one.description = *one.description.text ? one.description : flat[at].description;
        }
        one.unsure = order != 0 && is_whole;
        k += order <= 0;
        at += order >= 0;
        if (order <= 0 || is_whole)
            out[made++] = one;
    }
    return made;
}

static bool is_unsure(const struct vpc_rule *rules, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (rules[k].unsure)
            return true;
    return false;
}

/* Rules of the grouped form; where DescribeSecurityGroups did not tell all of the group, those of the flat one. */
static void read_rules(struct build *build, const struct json_t *item, struct vpc_group *group)
{
    const struct json_t *in = json_member(item, "IpPermissions"), *out = json_member(item, "IpPermissionsEgress");
    size_t n_flat, n = count_peers(in) + count_peers(out);
    const struct flat_rule *found = find_flat(build, group->id, &n_flat);
    struct vpc_rule *rules = build_take(build, n, sizeof *rules), *flat = build_take(build, n_flat, sizeof *flat);
    if (build->is_out_of_memory)
        return;
    if (n) {
        n = read_permissions(build, in, group, false, rules);
        n += read_permissions(build, out, group, true, rules + n);
    }
    for (size_t k = 0; k < n_flat; k++)
        read_flat(build, &found[k], group, &flat[k]);
    n = settle(rules, n);
    n_flat = settle(flat, n_flat);
    bool is_grouped = in && out, is_flat = capture_part_state(build->capture, PART_GROUP_RULES) == PART_KNOWN;
    struct vpc_rule *both = is_grouped && n_flat ? build_take(build, n + n_flat, sizeof *both) : NULL;
    if (build->is_out_of_memory)
        return;
    group->rules = both ? both : is_grouped ? rules : flat;
    group->n_rules = both ? merge(rules, n, flat, n_flat, is_flat, both) : is_grouped ? n : n_flat;
    if (is_unsure(group->rules, group->n_rules) || (is_grouped && is_flat && n && !n_flat))
        build_doubt(build, PART_GROUP_RULES, "%s: DescribeSecurityGroups and DescribeSecurityGroupRules differ",
                    group->id.text);
    for (size_t k = 0; k < group->n_rules; k++)
        group->n_egress += group->rules[k].egress;
    group->n_ingress = group->n_rules - group->n_egress;
}

enum made read_group(struct build *build, const struct json_t *item, void *out)
{
    struct vpc_group *group = out;
    group->name = build_text(build, item, "GroupName");
    group->description = build_text(build, item, "Description");
    group->account = build_text(build, item, "OwnerId");
    group->vpc_id = build_text(build, item, "VpcId");
    bool is_flat = capture_part_state(build->capture, PART_GROUP_RULES) == PART_KNOWN;
    if (!is_flat && (!json_member(item, "IpPermissions") || !json_member(item, "IpPermissionsEgress"))) {
        build_doubt(build, PART_GROUPS, "%s comes without its rules: it is left out", group->id.text);
        return LEFT_OUT;
    }
    read_rules(build, item, group);
    return MADE;
}

void link_group(struct build *build, void *at)
{
    struct vpc_group *group = at;
    struct vpc_rule *rules = (struct vpc_rule *)(void *)group->rules;
    group->vpc = inventory_vpc(build->inventory, group->vpc_id.text);
    for (size_t k = 0; k < group->n_rules; k++) {
        rules[k].group = group;
        if (rules[k].peer_kind == PEER_PREFIX_LIST)
            rules[k].prefix_list = inventory_prefix_list(build->inventory, rules[k].peer_id.text);
        if (rules[k].peer_kind == PEER_GROUP)
            rules[k].peer_group = inventory_group(build->inventory, rules[k].peer_id.text);
    }
}
