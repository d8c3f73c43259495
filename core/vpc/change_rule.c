/* change_rule.c - edits of rules: security groups in their three encodings, and entries of network ACLs. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "vpc/build.h"
#include "vpc/change_draft.h"

/* ---- protocol, ports, peer ---- */

static bool is_icmp(int32_t protocol)
{
    return protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMP6;
}

static int32_t within(int64_t number, int32_t highest, int32_t otherwise)
{
    return number < 0 || number > highest ? otherwise : (int32_t)number;
}

/* Ports of TCP and UDP, type and code of ICMP; other protocols have none. Absent and -1 are all of them. */
static void set_span(struct change_edit *edit, int64_t from, int64_t to)
{
    edit->from = edit->to = -1;
    if (is_icmp(edit->protocol)) {
        edit->from = within(from, 255, -1);
        edit->to = within(to, 255, -1);
    } else if (edit->protocol == PROTOCOL_TCP || edit->protocol == PROTOCOL_UDP) {
        edit->from = within(from, PORT_ALL_TO, PORT_ALL_FROM);
        edit->to = within(to, PORT_ALL_TO, PORT_ALL_TO);
    }
}

/* A protocol is a number or a name, and absent where a legacy call means all. */
static bool read_protocol(const json_t *from, const char *path, struct change_edit *edit)
{
    struct slice text = field_text(from, path);
    int64_t number = field_number(from, path, PROTOCOL_NONE);
    if (!field(from, path))
        edit->protocol = PROTOCOL_ALL;
    else
        edit->protocol = text.len                                  ? protocol_read(text)
                         : number >= PROTOCOL_ALL && number <= 255 ? (int32_t)number
                                                                   : PROTOCOL_NONE;
    if (edit->protocol != PROTOCOL_NONE)
        return true;
    edit->protocol = PROTOCOL_ALL;
    return false;
}

/* Networks as EC2 keeps them, without host bits and in canonical text, so that two of them can be compared; anything
 * else as it is. */
weir_safe draft_network(struct draft *draft, struct slice text)
{
    struct net net;
    char address[ADDR_TEXT_MAX], canonical[ADDR_TEXT_MAX + 8];
    if (!memchr(text.at, '/', text.len) || !net_parse(text.at, text.len, &net))
        return draft_slice(draft, text);
    addr_print(&net.addr, address);
    weir_safe_format(canonical, sizeof canonical, "%s/%u", address, (unsigned)net.prefix);
    return draft_slice(draft, slice_of(canonical));
}

static weir_safe first_peer(struct draft *draft, const json_t *from)
{
    static const char *const paths[] = {"cidrIpv4",
                                        "cidrIpv6",
                                        "cidrIp",
                                        "prefixListId",
                                        "referencedGroupId",
                                        "referencedGroupInfo.groupId",
                                        "sourceSecurityGroupId",
                                        "sourceSecurityGroupName"};
    for (size_t k = 0; k < ARRAY_SIZE(paths); k++) {
        struct slice text = field_text(from, paths[k]);
        if (text.len)
            return draft_network(draft, text);
    }
    return WEIR_SAFE("");
}

static void read_rule(struct draft *draft, const struct json_t *flat, struct change_edit *edit)
{
    edit->peer = first_peer(draft, flat);
    edit->description = draft_text(draft, flat, "description");
    bool is_told = read_protocol(flat, "ipProtocol", edit) && *edit->peer.text;
    set_span(edit, field_number(flat, "fromPort", -1), field_number(flat, "toPort", -1));
    edit->has_rule = is_told;
}

/* ---- security groups ---- */

static bool is_of_egress(const struct draft *draft)
{
    const char *name = draft->row->name;
    size_t len = strlen(name), n = strlen("Egress");
    return len > n && strcmp(name + len - n, "Egress") == 0;
}

/* The group by its id, which a call with a name has in its answer alone. */
static struct slice group_of(const struct draft *draft)
{
    struct slice id = field_text(draft->request, draft->row->target);
    return id.len ? id : field_text(draft->request, "groupName");
}

/* What an answer lists are the rules as they are now (or were), one peer each. */
static void take_answer(struct draft *draft)
{
    static const char *const lists[] = {"securityGroupRuleSet", "revokedSecurityGroupRuleSet"};
    for (size_t k = 0; k < ARRAY_SIZE(lists); k++) {
        struct field_list rules = field_list(draft->response, lists[k]);
        const json_t *rule;
        while ((rule = field_next(&rules))) {
            struct slice group = field_text(rule, "groupId");
            struct change_edit *edit = draft_edit(draft, group.len ? group : group_of(draft));
            if (!edit)
                return;
            edit->rule_id = draft_text(draft, rule, "securityGroupRuleId");
            edit->egress = field_flag(rule, "isEgress", is_of_egress(draft));
            read_rule(draft, rule, edit);
        }
    }
}

static bool all_are_told(const struct draft *draft)
{
    bool is_told = draft->n_edits > 0;
    for (size_t k = 0; k < draft->n_edits; k++)
        is_told = is_told && draft->edits[k].has_rule;
    return is_told;
}

static void take_peers(struct draft *draft, const json_t *permission, const char *list, const char *name)
{
    struct field_list peers = field_list(permission, list);
    const json_t *peer;
    while ((peer = field_next(&peers))) {
        struct slice text = field_text(peer, name);
        if (!text.len)
            text = field_text(peer, "groupName");
        struct change_edit *edit = text.len ? draft_edit(draft, group_of(draft)) : NULL;
        if (!edit)
            continue;
        edit->egress = is_of_egress(draft);
        edit->peer = draft_network(draft, text);
        edit->description = draft_text(draft, peer, "description");
        edit->has_rule = read_protocol(permission, "ipProtocol", edit);
        set_span(edit, field_number(permission, "fromPort", -1), field_number(permission, "toPort", -1));
    }
}

static void take_permissions(struct draft *draft)
{
    static const struct {
        const char *list, *name;
    } kinds[] = {{"groups", "groupId"},
                 {"userIdGroupPairs", "groupId"},
                 {"ipRanges", "cidrIp"},
                 {"ipv6Ranges", "cidrIpv6"},
                 {"prefixListIds", "prefixListId"}};
    struct field_list permissions = field_list(draft->request, "ipPermissions");
    const json_t *permission;
    while ((permission = field_next(&permissions)))
        for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
            take_peers(draft, permission, kinds[k].list, kinds[k].name);
}

/* The call of long ago has one rule in the request itself. */
static void take_flat(struct draft *draft)
{
    if (!*first_peer(draft, draft->request).text)
        return;
    struct change_edit *edit = draft_edit(draft, group_of(draft));
    if (!edit)
        return;
    edit->egress = is_of_egress(draft);
    read_rule(draft, draft->request, edit);
}

static bool has_rule_id(const struct draft *draft, weir_safe id)
{
    for (size_t k = 0; k < draft->n_edits; k++)
        if (draft->edits[k].rule_id.text == id.text)
            return true;
    return false;
}

static void take_rule_ids(struct draft *draft)
{
    static const char *const lists[] = {"securityGroupRuleIds", "securityGroupRuleId"};
    for (size_t k = 0; k < ARRAY_SIZE(lists); k++) {
        struct field_list ids = field_list(draft->request, lists[k]);
        const json_t *item;
        while ((item = field_next(&ids))) {
            struct slice text = field_value(item);
            weir_safe id = draft_slice(draft, text.len ? text : field_text(item, "securityGroupRuleId"));
            struct change_edit *edit = *id.text && !has_rule_id(draft, id) ? draft_edit(draft, group_of(draft)) : NULL;
            if (edit) {
                edit->egress = is_of_egress(draft);
                edit->rule_id = id;
            }
        }
    }
}

/* Ids of an answer that tells nothing else, given to the rules of the request where it is clear which is whose. */
static void give_ids(struct change_edit *edits, size_t n, const weir_safe *ids, size_t n_ids)
{
    for (size_t k = 0; n == n_ids && k < n; k++)
        edits[k].rule_id = ids[k];
}

void edits_of_group(struct draft *draft)
{
    take_answer(draft);
    if (!all_are_told(draft)) {
        size_t n_ids = draft->n_edits;
        AUTO(free_cleanup) weir_safe *ids = calloc(n_ids + 1, sizeof *ids);
        for (size_t k = 0; ids && k < n_ids; k++)
            ids[k] = draft->edits[k].rule_id;
        draft->n_edits = 0;
        take_permissions(draft);
        take_flat(draft);
        if (ids)
            give_ids(draft->edits, draft->n_edits, ids, n_ids);
        else
            draft->is_out_of_memory = true;
    }
    take_rule_ids(draft);
}

/* SecurityGroupRule is the list, and in each of it the rule. */
void edits_of_rules(struct draft *draft)
{
    struct field_list rules = field_list(draft->request, "securityGroupRule");
    const json_t *rule;
    if (!rules.list)
        rules = field_list(draft->request, "securityGroupRules");
    while ((rule = field_next(&rules))) {
        const json_t *content = field(rule, "securityGroupRule");
        struct change_edit *edit = draft_edit(draft, group_of(draft));
        if (!edit)
            return;
        edit->rule_id = draft_text(draft, rule, "securityGroupRuleId");
        read_rule(draft, content ? content : rule, edit);
    }
}

/* ---- network ACLs ---- */

static void read_entry(struct draft *draft, const json_t *from, struct change_edit *edit)
{
    struct slice four = field_text(from, "cidrBlock"), six = field_text(from, "ipv6CidrBlock");
    struct slice action = field_text(from, "ruleAction");
    const char *protocol = field(from, "aclProtocol") ? "aclProtocol" : "protocol";
    bool is_known = field(from, protocol) && read_protocol(from, protocol, edit);
    const char *first = is_icmp(edit->protocol) ? "icmpTypeCode.type" : "portRange.from";
    const char *last = is_icmp(edit->protocol) ? "icmpTypeCode.code" : "portRange.to";
    set_span(edit, field_number(from, first, -1), field_number(from, last, -1));
    edit->peer = four.len || six.len ? draft_network(draft, four.len ? four : six) : WEIR_SAFE("");
    edit->allow = slice_is_nocase(action, SLICE("allow"));
    edit->has_rule = is_known && *edit->peer.text && (edit->allow || slice_is_nocase(action, SLICE("deny")));
}

void edits_of_entry(struct draft *draft)
{
    struct change_edit *edit = draft_edit(draft, field_text(draft->request, draft->row->target));
    if (!edit)
        return;
    int64_t number = field_number(draft->request, "ruleNumber", -1);
    edit->number = number < 1 || number > 32766 ? -1 : (int32_t)number;
    edit->egress = field_flag(draft->request, "egress", false);
    if (edit->kind != EDIT_ENTRY_DELETE)
        read_entry(draft, draft->request, edit);
}
