/* proposal.c - reads proposals (proposal.h), word by word. What is named is looked up at once, so that a proposal
 * speaks of things that are there. */
#include "explain/proposal.h"

#include <string.h>
#include <strings.h>

#include "base/scope.h"
#include "base/slice.h"
#include "explain/scope.h"

enum { NAME_MAX_BYTES = 256, ACL_NUMBER_MAX = 32766, PORT_MAX = 65535, PROTOCOL_MAX = 255, TYPE_MAX = 255 };

struct reader {
    const struct inventory *inventory;
    const char *text;
    size_t at;
    struct slice word; /* the one that is next; len 0 = the edit ends here */
    size_t column;     /* of it, from 1 */
    bool quoted;
    struct words *words; /* texts that the proposal keeps */
    weir_error *err;
};

/* ---- words ---- */

static void next_word(struct reader *reader)
{
    const char *text = reader->text;
    reader->at += strspn(text + reader->at, " \t\n\r");
    reader->column = reader->at + 1;
    reader->quoted = text[reader->at] == '"';
    size_t begin = reader->at + reader->quoted;
    size_t len = strcspn(text + begin, reader->quoted ? "\"" : " \t\n\r;\"");
    reader->word = (struct slice){text + begin, len};
    reader->at = begin + len + (reader->quoted && text[begin + len] == '"');
}

static weir_status wrong(struct reader *reader, const char *wanted)
{
    return weir_fail(reader->err, WEIR_E_SYNTAX, reader->column, "%s is wanted here, not %.*s", wanted,
                     reader->word.len ? (int)(reader->word.len < 40 ? reader->word.len : 40) : 7,
                     reader->word.len ? reader->word.at : "the end");
}

static bool is_word(const struct reader *reader, const char *word)
{
    return !reader->quoted && slice_is_nocase(reader->word, slice_of(word));
}

/* True, and goes on, if it is one of the words. */
static bool take(struct reader *reader, const char *a, const char *b, const char *c)
{
    if (!is_word(reader, a) && !(b && is_word(reader, b)) && !(c && is_word(reader, c)))
        return false;
    next_word(reader);
    return true;
}

static bool read_number(struct slice text, int most, int *out)
{
    int number = 0;
    for (size_t k = 0; k < text.len; k++) {
        if (text.at[k] < '0' || text.at[k] > '9' || k > 5)
            return false;
        number = number * 10 + (text.at[k] - '0');
    }
    *out = number;
    return text.len > 0 && number <= most;
}

/* ---- pieces ---- */

static weir_status read_direction(struct reader *reader, bool *egress)
{
    if (take(reader, "in", "inbound", "ingress"))
        *egress = false;
    else if (take(reader, "out", "outbound", "egress"))
        *egress = true;
    else
        return wrong(reader, "in or out");
    return WEIR_OK;
}

static weir_status read_name(struct reader *reader, char *out)
{
    if (reader->word.len == 0 || reader->word.len >= NAME_MAX_BYTES)
        return wrong(reader, "the id or the name of a security group or network ACL");
    memcpy(out, reader->word.at, reader->word.len);
    out[reader->word.len] = '\0';
    return WEIR_OK;
}

/* The group or ACL that is named. */
static weir_status read_owner(struct reader *reader, struct edit *out)
{
    char name[NAME_MAX_BYTES];
    struct scope scope;
    weir_status status = read_name(reader, name);
    if (status == WEIR_OK)
        status = scope_find(reader->inventory, name, SCOPES_WITH_RULES, &scope, reader->err);
    if (status == WEIR_E_USAGE && reader->err)
        reader->err->column = reader->column;
    if (status)
        return status;
    if (scope.kind != SCOPE_GROUP && scope.kind != SCOPE_ACL)
        return weir_fail(reader->err, WEIR_E_USAGE, reader->column,
                         "%s is no security group or network ACL: only they have rules", name);
    out->group = scope.group;
    out->acl = scope.acl;
    next_word(reader);
    return WEIR_OK;
}

static weir_status read_protocol(struct reader *reader, int16_t *out)
{
    char text[32];
    int number;
    weir_value value;
    if (take(reader, "all", "any", "-1")) {
        *out = PROTOCOL_ALL;
        return WEIR_OK;
    }
    if (is_word(reader, "icmpv6")) {
        *out = PROTOCOL_ICMP6;
    } else if (read_number(reader->word, PROTOCOL_MAX, &number)) {
        *out = (int16_t)number;
    } else {
        weir_safe word = weir_sanitize(reader->word.at, reader->word.len, text, sizeof text);
        if (!word.text[0] || !weir_value_parse(WEIR_F_PROTOCOL, word, &value) || value.type != WEIR_NUMBER)
            return wrong(reader, "a protocol (tcp, udp, icmp, all or a number)");
        *out = (int16_t)value.number;
    }
    next_word(reader);
    return WEIR_OK;
}

/* "80", "8000-8080", "https", "all"; left out is all. */
static weir_status read_ports(struct reader *reader, int32_t *from, int32_t *to)
{
    const char *dash = memchr(reader->word.at, '-', reader->word.len);
    int low = PORT_ALL_FROM, high = PORT_ALL_TO;
    weir_value value;
    char text[32];
    if (reader->word.len == 0 || is_word(reader, "from") || is_word(reader, "to") || take(reader, "all", "any", NULL)) {
        *from = PORT_ALL_FROM;
        *to = PORT_ALL_TO;
        return WEIR_OK;
    }
    struct slice first = {reader->word.at, dash ? (size_t)(dash - reader->word.at) : reader->word.len};
    struct slice last = dash ? (struct slice){dash + 1, reader->word.len - first.len - 1} : first;
    weir_safe word = weir_sanitize(reader->word.at, reader->word.len, text, sizeof text);
    if (read_number(first, PORT_MAX, &low) && read_number(last, PORT_MAX, &high) && low <= high) {
        *from = low;
        *to = high;
    } else if (weir_value_parse(WEIR_F_DSTPORT, word, &value) && value.type == WEIR_NUMBER &&
               value.number <= PORT_MAX) {
        *from = *to = (int32_t)value.number;
    } else {
        return wrong(reader, "a port (80), ports (8000-8080), all, or from or to");
    }
    next_word(reader);
    return WEIR_OK;
}

static weir_status read_type(struct reader *reader, int32_t *from, int32_t *to)
{
    int type;
    *from = *to = -1;
    if (reader->word.len == 0 || is_word(reader, "from") || is_word(reader, "to") || take(reader, "all", "any", NULL))
        return WEIR_OK;
    if (!read_number(reader->word, TYPE_MAX, &type))
        return wrong(reader, "an ICMP type (8), all, or from or to");
    *from = type;
    next_word(reader);
    return WEIR_OK;
}

/* "tcp 80", "tcp/80", "icmp 8", "all". */
static weir_status read_traffic(struct reader *reader, int16_t *protocol, int32_t *from, int32_t *to)
{
    const char *slash = memchr(reader->word.at, '/', reader->word.len);
    if (slash && !reader->quoted) { /* the word ends at the slash, and the next begins behind it */
        reader->at = (size_t)(slash + 1 - reader->text);
        reader->word.len = (size_t)(slash - reader->word.at);
    }
    weir_status status = read_protocol(reader, protocol);
    if (status)
        return status;
    *from = PORT_ALL_FROM;
    *to = PORT_ALL_TO;
    if (*protocol == PROTOCOL_TCP || *protocol == PROTOCOL_UDP)
        return read_ports(reader, from, to);
    *from = *to = -1;
    if (*protocol == PROTOCOL_ICMP || *protocol == PROTOCOL_ICMP6)
        return read_type(reader, from, to);
    take(reader, "all", "any", NULL);
    return WEIR_OK;
}

static weir_status read_from(struct reader *reader)
{
    if (!take(reader, "from", "to", NULL))
        return wrong(reader, "from or to, and an address, a CIDR block, pl-... or sg-...");
    return WEIR_OK;
}

/* ---- peers ---- */

static weir_status read_net(struct reader *reader, struct net *out)
{
    static const struct net everywhere = {.addr = {.family = 4}};
    if (take(reader, "anywhere", "any", "everywhere")) {
        *out = everywhere;
        return WEIR_OK;
    }
    if (!net_parse(reader->word.at, reader->word.len, out))
        return wrong(reader, "an address or a CIDR block");
    next_word(reader);
    return WEIR_OK;
}

static weir_status read_group_peer(struct reader *reader, struct vpc_rule *out)
{
    char name[NAME_MAX_BYTES];
    struct scope scope;
    weir_status status = read_name(reader, name);
    if (status)
        return status;
    out->peer_kind = PEER_GROUP;
    out->peer_group = inventory_group(reader->inventory, name);
    if (!out->peer_group && strncmp(name, "sg-", 3) != 0) {
        status = scope_find(reader->inventory, name, 1 << SCOPE_GROUP, &scope, reader->err);
        if (status) {
            if (reader->err)
                reader->err->column = reader->column;
            return status;
        }
        out->peer_group = scope.group;
    }
    out->peer_id = out->peer_group ? out->peer_group->id : words_format(reader->words, "%s", name);
    if (out->peer_group)
        out->peer_account = out->peer_group->account;
    next_word(reader);
    return WEIR_OK;
}

static weir_status read_list_peer(struct reader *reader, struct vpc_rule *out)
{
    char name[NAME_MAX_BYTES];
    weir_status status = read_name(reader, name);
    if (status)
        return status;
    out->peer_kind = PEER_PREFIX_LIST;
    out->prefix_list = inventory_prefix_list(reader->inventory, name);
    out->peer_id = out->prefix_list ? out->prefix_list->id : words_format(reader->words, "%s", name);
    next_word(reader);
    return WEIR_OK;
}

static weir_status read_peer(struct reader *reader, struct vpc_rule *out)
{
    struct net net;
    if (slice_starts(reader->word, SLICE("pl-")))
        return read_list_peer(reader, out);
    if (reader->word.len == 0 || is_word(reader, "anywhere") || net_parse(reader->word.at, reader->word.len, &net)) {
        out->peer_kind = PEER_NET;
        return read_net(reader, &out->net);
    }
    return read_group_peer(reader, out);
}

/* ---- edits ---- */

static bool is_same_rule(const struct vpc_rule *a, const struct vpc_rule *b)
{
    if (a->egress != b->egress || a->protocol != b->protocol || a->peer_kind != b->peer_kind)
        return false;
    bool has_matter = a->protocol == PROTOCOL_TCP || a->protocol == PROTOCOL_UDP || a->protocol == PROTOCOL_ICMP ||
                      a->protocol == PROTOCOL_ICMP6;
    if (has_matter && (a->from != b->from || a->to != b->to))
        return false;
    if (a->peer_kind == PEER_NET)
        return a->net.prefix == b->net.prefix && addr_compare(&a->net.addr, &b->net.addr) == 0;
    return strcmp(a->peer_id.text, b->peer_id.text) == 0;
}

static const struct vpc_rule *find_same(const struct vpc_group *group, const struct vpc_rule *rule)
{
    for (size_t k = 0; k < group->n_rules; k++)
        if (is_same_rule(&group->rules[k], rule))
            return &group->rules[k];
    return NULL;
}

static weir_status read_group_edit(struct reader *reader, struct edit *out)
{
    struct vpc_rule *rule = &out->rule;
    size_t column = reader->column;
    *rule = (struct vpc_rule){.group = out->group, .egress = out->egress, .description = WEIR_SAFE("")};
    rule->id = rule->peer_id = rule->peer_account = rule->peer_vpc = rule->peering = rule->peering_status =
        WEIR_SAFE("");
    weir_status status = read_traffic(reader, &rule->protocol, &rule->from, &rule->to);
    if (status == WEIR_OK)
        status = read_from(reader);
    if (status == WEIR_OK)
        status = read_peer(reader, rule);
    if (status)
        return status;
    out->old_rule = find_same(out->group, rule);
    if (out->add && out->old_rule)
        return weir_fail(reader->err, WEIR_E_USAGE, column, "%s has that rule already%s%s", out->group->id.text,
                         out->old_rule->id.text[0] ? ": " : "", out->old_rule->id.text);
    if (!out->add && !out->old_rule)
        return weir_fail(reader->err, WEIR_E_USAGE, column, "%s has no such rule: weir rules lists them",
                         out->group->id.text);
    return WEIR_OK;
}

static const struct vpc_acl_entry *find_entry(const struct vpc_acl *acl, bool egress, int number)
{
    for (size_t k = 0; k < acl->n_entries; k++)
        if (acl->entries[k].egress == egress && acl->entries[k].number == number)
            return &acl->entries[k];
    return NULL;
}

static weir_status read_entry(struct reader *reader, struct vpc_acl_entry *entry)
{
    if (take(reader, "allow", NULL, NULL))
        entry->allow = true;
    else if (!take(reader, "deny", NULL, NULL))
        return wrong(reader, "allow or deny");
    weir_status status = read_traffic(reader, &entry->protocol, &entry->from, &entry->to);
    if (status == WEIR_OK)
        status = read_from(reader);
    return status == WEIR_OK ? read_net(reader, &entry->net) : status;
}

static weir_status read_acl_edit(struct reader *reader, struct edit *out)
{
    int number;
    size_t column = reader->column;
    if (!read_number(reader->word, ACL_NUMBER_MAX, &number) || number == 0)
        return wrong(reader, "the number of a rule, 1 to 32766");
    next_word(reader);
    const struct vpc_acl_entry *there = find_entry(out->acl, out->egress, number);
    if (out->add && there)
        return weir_fail(reader->err, WEIR_E_USAGE, column, "rule %d of %s is taken: say another number", number,
                         out->acl->id.text);
    if (!out->add && !there)
        return weir_fail(reader->err, WEIR_E_USAGE, column,
                         "%s has no rule %d in that direction: weir rules lists them", out->acl->id.text, number);
    if (!out->add) {
        out->entry = *there;
        return WEIR_OK;
    }
    out->entry = (struct vpc_acl_entry){.number = (uint16_t)number, .egress = out->egress};
    return read_entry(reader, &out->entry);
}

/* "remove sgr-0c3". */
static weir_status read_rule_id(struct reader *reader, struct edit *out)
{
    const struct vpc_group *group;
    for (size_t g = 0; (group = inventory_nth_group(reader->inventory, g)); g++) {
        for (size_t k = 0; k < group->n_rules; k++) {
            if (!slice_is(slice_of(group->rules[k].id.text), reader->word))
                continue;
            out->group = group;
            out->old_rule = &group->rules[k];
            out->rule = group->rules[k];
            out->egress = out->rule.egress;
            next_word(reader);
            return WEIR_OK;
        }
    }
    return weir_fail(reader->err, WEIR_E_USAGE, reader->column,
                     "no security group has a rule %.*s: weir rules lists them",
                     (int)(reader->word.len < 40 ? reader->word.len : 40), reader->word.at);
}

static weir_status read_edit(struct reader *reader, struct edit *out)
{
    *out = (struct edit){0};
    if (take(reader, "add", "allow", "authorize"))
        out->add = true;
    else if (!take(reader, "remove", "delete", "revoke"))
        return wrong(reader, "add or remove");
    if (!out->add && slice_starts(reader->word, SLICE("sgr-")))
        return read_rule_id(reader, out);
    weir_status status = read_owner(reader, out);
    if (status == WEIR_OK)
        status = read_direction(reader, &out->egress);
    if (status)
        return status;
    return out->group ? read_group_edit(reader, out) : read_acl_edit(reader, out);
}

static weir_status read_edits(struct reader *reader, struct proposal *out)
{
    do {
        next_word(reader);
        if (out->n == EDITS_MAX)
            return weir_fail(reader->err, WEIR_E_LIMIT, reader->column, "at most %d changes at once", EDITS_MAX);
        weir_status status = read_edit(reader, &out->edit[out->n]);
        if (status)
            return status;
        out->n++;
        if (reader->word.len || reader->quoted)
            return wrong(reader, "; or the end");
        reader->at += strspn(reader->text + reader->at, " \t\n\r");
    } while (reader->text[reader->at] == ';' && ++reader->at);
    return words_status(&out->words, reader->err);
}

weir_status proposal_parse(const struct inventory *inventory, const char *text, struct proposal *out, weir_error *err)
{
    *out = (struct proposal){.inventory = inventory};
    struct reader reader = {.inventory = inventory, .text = text, .words = &out->words, .err = err};
    weir_status status = read_edits(&reader, out);
    if (status)
        proposal_done(out);
    return status;
}

void proposal_done(struct proposal *proposal)
{
    words_done(&proposal->words);
    *proposal = (struct proposal){0};
}
