/* change_words.c - see change_words.h. The lines of a diff; commands are in change_undo.c. */
#include "explain/change_words.h"

#include <string.h>

#include "base/scope.h"

enum { LINES_MAX = 40 };

/* ---- names ---- */

/* "shop-web (sg-…)" where the network has a name. */
static weir_safe named(struct words *words, const struct inventory *inventory, weir_safe id)
{
    const char *name = "";
    const struct vpc_group *group = inventory ? inventory_group(inventory, id.text) : NULL;
    const struct vpc_acl *acl = inventory && !group ? inventory_acl(inventory, id.text) : NULL;
    const struct vpc_interface *interface =
        inventory && !group && !acl ? inventory_interface(inventory, id.text) : NULL;
    if (group)
        name = group->name.text;
    else if (acl)
        name = acl->name.text;
    else if (interface && strcmp(interface->label.text, id.text) != 0)
        name = interface->label.text;
    return *name ? words_format(words, "%s (%s)", name, id.text) : id;
}

weir_safe change_time_words(struct words *words, int64_t seconds)
{
    int64_t days = seconds / 86400, rest = seconds % 86400;
    int64_t z = days + 719468, era = z / 146097, of_era = z - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
    int day = (int)(of_year - (153 * m + 2) / 5 + 1), month = (int)(m < 10 ? m + 3 : m - 9);
    return words_format(words, "%04d-%02d-%02d %02d:%02d:%02d UTC", (int)(y + era * 400 + (month <= 2)), month, day,
                        (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
}

/* ---- what a rule or an entry is about ---- */

static weir_safe protocol_words(struct words *words, int32_t protocol)
{
    static const struct {
        int32_t number;
        const char *name;
    } names[] = {{PROTOCOL_ALL, "all"}, {6, "tcp"}, {17, "udp"}, {1, "icmp"}, {58, "icmpv6"}};
    for (size_t k = 0; k < ARRAY_SIZE(names); k++)
        if (names[k].number == protocol)
            return (weir_safe){names[k].name};
    return words_format(words, "protocol %d", protocol);
}

static weir_safe traffic_words(struct words *words, const struct change_edit *edit)
{
    weir_safe protocol = protocol_words(words, edit->protocol);
    bool icmp = edit->protocol == PROTOCOL_ICMP || edit->protocol == PROTOCOL_ICMP6;
    if (icmp)
        return edit->from < 0 ? protocol : words_format(words, "%s type %d", protocol.text, edit->from);
    if (edit->protocol != PROTOCOL_TCP && edit->protocol != PROTOCOL_UDP)
        return protocol;
    if (edit->from == PORT_ALL_FROM && edit->to == PORT_ALL_TO)
        return words_format(words, "%s all ports", protocol.text);
    if (edit->from == edit->to)
        return words_format(words, "%s %d", protocol.text, edit->from);
    return words_format(words, "%s %d-%d", protocol.text, edit->from, edit->to);
}

static weir_safe rule_line(struct words *words, const struct change_edit *edit, const struct inventory *inventory,
                           char sign)
{
    weir_safe id = *edit->rule_id.text ? words_format(words, "  (%s)", edit->rule_id.text) : WEIR_SAFE("");
    const char *way = edit->egress ? "egress" : "ingress";
    if (!edit->has_rule)
        return words_format(words, "%c %s rule %s: what it said is not told", sign, way, edit->rule_id.text);
    return words_format(words, "%c %s %s %s %s%s", sign, way, traffic_words(words, edit).text,
                        edit->egress ? "to" : "from", named(words, inventory, edit->peer).text, id.text);
}

static weir_safe add_rule_line(struct words *words, const struct change_edit *edit, const struct inventory *inventory)
{
    return rule_line(words, edit, inventory, '+');
}

static weir_safe remove_rule_line(struct words *words, const struct change_edit *edit,
                                  const struct inventory *inventory)
{
    return rule_line(words, edit, inventory, '-');
}

static weir_safe set_rule_line(struct words *words, const struct change_edit *edit, const struct inventory *inventory)
{
    if (!edit->has_rule)
        return words_format(words, "~ rule %s", edit->rule_id.text);
    return words_format(words, "~ rule %s is now: %s %s", edit->rule_id.text, traffic_words(words, edit).text,
                        named(words, inventory, edit->peer).text);
}

static weir_safe groups_line(struct words *words, const struct change_edit *edit, const struct inventory *inventory)
{
    weir_safe all = WEIR_SAFE("");
    for (size_t k = 0; k < edit->n_groups; k++)
        all = words_format(words, "%s%s%s", all.text, k ? ", " : "", named(words, inventory, edit->groups[k]).text);
    return words_format(words, "~ security groups of %s are now: %s", named(words, inventory, edit->target).text,
                        all.text);
}

static weir_safe entry_line(struct words *words, const struct change_edit *edit, char sign)
{
    const char *way = edit->egress ? "out" : "in";
    if (!edit->has_rule)
        return words_format(words, "%c %s #%d", sign, way, edit->number);
    return words_format(words, "%c %s #%d %s %s %s", sign, way, edit->number, edit->allow ? "allow" : "deny",
                        traffic_words(words, edit).text, edit->peer.text);
}

static weir_safe create_entry_line(struct words *words, const struct change_edit *edit,
                                   const struct inventory *inventory)
{
    (void)inventory;
    return entry_line(words, edit, '+');
}

static weir_safe replace_entry_line(struct words *words, const struct change_edit *edit,
                                    const struct inventory *inventory)
{
    (void)inventory;
    return entry_line(words, edit, '~');
}

static weir_safe delete_entry_line(struct words *words, const struct change_edit *edit,
                                   const struct inventory *inventory)
{
    (void)inventory;
    return entry_line(words, edit, '-');
}

static weir_safe association_line(struct words *words, const struct change_edit *edit,
                                  const struct inventory *inventory)
{
    return words_format(words, "~ the subnet of %s has network ACL %s now", edit->association_id.text,
                        named(words, inventory, edit->target).text);
}

static weir_safe create_route_line(struct words *words, const struct change_edit *edit,
                                   const struct inventory *inventory)
{
    (void)inventory;
    return words_format(words, "%c route %s via %s", edit->kind == EDIT_ROUTE_CREATE ? '+' : '~',
                        edit->destination.text, *edit->gateway.text ? edit->gateway.text : "?");
}

static weir_safe delete_route_line(struct words *words, const struct change_edit *edit,
                                   const struct inventory *inventory)
{
    (void)inventory;
    return words_format(words, "- route %s", edit->destination.text);
}

static weir_safe table_line(struct words *words, const struct change_edit *edit, const struct inventory *inventory)
{
    (void)inventory;
    const char *of = *edit->subnet_id.text ? edit->subnet_id.text : edit->association_id.text;
    if (edit->kind == EDIT_TABLE_DISASSOCIATE)
        return words_format(words, "- route table association %s", edit->association_id.text);
    return words_format(words, "~ %s has route table %s now", of, edit->target.text);
}

static weir_safe prefix_line(struct words *words, const struct change_edit *edit, const struct inventory *inventory)
{
    (void)inventory;
    return words_format(words, "%c entry %s", edit->kind == EDIT_PREFIX_ADD ? '+' : '-', edit->peer.text);
}

static weir_safe bpa_line(struct words *words, const struct change_edit *edit, const struct inventory *inventory)
{
    (void)inventory;
    return words_format(words, "~ VPC Block Public Access is %s now", edit->gateway.text);
}

static weir_safe other_line(struct words *words, const struct change_edit *edit, const struct inventory *inventory)
{
    if (edit->n_groups)
        return groups_line(words, edit, inventory);
    return *edit->target.text ? words_format(words, "~ %s", named(words, inventory, edit->target).text) : WEIR_SAFE("");
}

static weir_safe (*const lines[])(struct words *, const struct change_edit *, const struct inventory *) = {
    [EDIT_RULE_ADD] = add_rule_line,
    [EDIT_RULE_REMOVE] = remove_rule_line,
    [EDIT_RULE_SET] = set_rule_line,
    [EDIT_INTERFACE_GROUPS] = groups_line,
    [EDIT_INSTANCE_GROUPS] = groups_line,
    [EDIT_ENTRY_CREATE] = create_entry_line,
    [EDIT_ENTRY_REPLACE] = replace_entry_line,
    [EDIT_ENTRY_DELETE] = delete_entry_line,
    [EDIT_ACL_ASSOCIATE] = association_line,
    [EDIT_ROUTE_CREATE] = create_route_line,
    [EDIT_ROUTE_REPLACE] = create_route_line,
    [EDIT_ROUTE_DELETE] = delete_route_line,
    [EDIT_TABLE_ASSOCIATE] = table_line,
    [EDIT_TABLE_DISASSOCIATE] = table_line,
    [EDIT_PREFIX_ADD] = prefix_line,
    [EDIT_PREFIX_REMOVE] = prefix_line,
    [EDIT_BPA_OPTIONS] = bpa_line,
    [EDIT_OTHER] = other_line,
};

/* ---- the whole ---- */

static void put_lines(struct words *words, const struct change *change, const struct inventory *inventory,
                      weir_trail_event *out)
{
    size_t n = change->n_edits < LINES_MAX ? change->n_edits : LINES_MAX;
    weir_safe *at = words_array(words, n + 1, sizeof *at);
    for (size_t k = 0; at && k < n; k++) {
        weir_safe line = lines[change->edits[k].kind](words, &change->edits[k], inventory);
        if (*line.text)
            at[out->n_lines++] = line;
    }
    if (at && change->n_edits > n)
        at[out->n_lines++] = words_format(words, "… and %zu more", change->n_edits - n);
    out->lines = at;
}

/* A text of any length that lives with the words. */
static weir_safe copy_long(struct words *words, weir_safe text)
{
    size_t len = strlen(text.text);
    char *copy = words_array(words, len + 1, 1);
    if (!copy)
        return WEIR_SAFE("");
    memcpy(copy, text.text, len + 1);
    return (weir_safe){copy};
}

void change_fill(struct words *words, const struct change *change, const struct inventory *inventory,
                 weir_trail_event *out)
{
    weir_safe target = change->n_edits ? change->edits[0].target : WEIR_SAFE("");
    *out = (weir_trail_event){
        .time = change->time,
        .id = copy_long(words, change->id),
        .name = copy_long(words, change->name),
        .service = copy_long(words, change->service),
        .region = copy_long(words, change->region),
        .account = copy_long(words, change->account),
        .who = copy_long(words, change->who),
        .session = copy_long(words, change->session),
        .identity = copy_long(words, change->identity),
        .from = copy_long(words, change->from),
        .tool = (weir_safe){change_tool_name(change->tool)},
        .agent = copy_long(words, change->agent),
        .is_automation = change->is_automation,
        .from_console = change->from_console,
        .refused = change->refused,
        .error = copy_long(words, change->error_code),
        .target = copy_long(words, named(words, inventory, target)),
        .effect = (weir_safe){change_effect_words(change->effect)},
        .raw = copy_long(words, change->raw),
    };
    put_lines(words, change, inventory, out);
}
