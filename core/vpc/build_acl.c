/* build_acl.c - network ACLs: entries in order, the implicit denies, and which subnet has which. An ACL with an entry
 * that cannot be read is left out whole: it is unknown what it denies. */
#include <stdlib.h>
#include <string.h>

#include "vpc/build.h"

enum { STAR_4 = 32767, STAR_6 = 32768 }; /* the numbers that "*" has */

static bool read_span(const struct json_t *span, const char *first, const char *last, int64_t lowest, int64_t highest,
                      struct vpc_acl_entry *out)
{
    int64_t from = json_number(span, first, lowest), to = json_number(span, last, highest < 256 ? -1 : highest);
    if (lowest == 0 && from == -1)
        from = 0;
    if (lowest == 0 && to == -1)
        to = highest;
    if (from < lowest || from > highest || to < lowest || to > highest)
        return false;
    out->from = (int32_t)from;
    out->to = (int32_t)to;
    return true;
}

static bool read_ports(const struct json_t *item, struct vpc_acl_entry *out)
{
    if (out->protocol == PROTOCOL_TCP || out->protocol == PROTOCOL_UDP)
        return read_span(json_member(item, "PortRange"), "From", "To", PORT_ALL_FROM, PORT_ALL_TO, out) &&
               out->from <= out->to;
    if (out->protocol == PROTOCOL_ICMP || out->protocol == PROTOCOL_ICMP6)
        return read_span(json_member(item, "IcmpTypeCode"), "Type", "Code", -1, 255, out);
    out->from = PORT_ALL_FROM;
    out->to = PORT_ALL_TO;
    return true;
}

static bool read_entry(const struct json_t *item, struct vpc_acl_entry *out)
{
    struct slice action = json_text(item, "RuleAction");
    int64_t number = json_number(item, "RuleNumber", 0);
    bool is_4 = json_text(item, "CidrBlock").len > 0, is_6 = json_text(item, "Ipv6CidrBlock").len > 0;
    out->allow = slice_is_nocase(action, SLICE("allow"));
    out->protocol = protocol_read(json_text(item, "Protocol"));
    out->number = (uint16_t)number;
    out->egress = json_flag(item, "Egress");
    if (number < 1 || number > STAR_6 || !json_member(item, "Egress") || out->protocol == PROTOCOL_NONE ||
        !(out->allow || slice_is_nocase(action, SLICE("deny"))) || is_4 == is_6)
        return false;
    return build_net(item, is_4 ? "CidrBlock" : "Ipv6CidrBlock", is_4 ? 4 : 6, &out->net) == WEIR_OK &&
           read_ports(item, out);
}

static int compare_entries(const void *a, const void *b)
{
    const struct vpc_acl_entry *one = a, *other = b;
    if (one->egress != other->egress)
        return one->egress ? 1 : -1;
    if (one->number != other->number)
        return one->number < other->number ? -1 : 1;
    return net_compare(&one->net, &other->net);
}

static bool is_star(const struct vpc_acl_entry *entry, bool egress, uint8_t family)
{
    return entry->egress == egress && entry->net.addr.family == family && entry->number >= STAR_4;
}

static size_t add_stars(struct vpc_acl_entry *entries, size_t n)
{
    size_t told = n;
    for (int k = 0; k < 4; k++) {
        bool egress = k / 2, is_there = false;
        uint8_t family = k % 2 ? 6 : 4;
        for (size_t at = 0; at < told; at++)
            is_there = is_there || is_star(&entries[at], egress, family);
        if (!is_there)
            entries[n++] = (struct vpc_acl_entry){.number = family == 6 ? STAR_6 : STAR_4,
                                                  .egress = egress,
                                                  .protocol = PROTOCOL_ALL,
                                                  .to = PORT_ALL_TO,
                                                  .net.addr.family = family};
    }
    return n;
}

/* Rule numbers are given once a direction, whatever the family. "*" is not told by number: it comes once a family. */
static bool has_twice(const struct vpc_acl_entry *entries, size_t n)
{
    for (size_t k = 1; k < n; k++)
        if (entries[k].egress == entries[k - 1].egress && entries[k].number == entries[k - 1].number &&
            (entries[k].number < STAR_4 || entries[k].net.addr.family == entries[k - 1].net.addr.family))
            return true;
    return false;
}

enum made read_acl(struct build *build, const struct json_t *item, void *out)
{
    struct vpc_acl *acl = out;
    const struct json_t *list = json_member(item, "Entries");
    size_t n = json_count(list);
    struct vpc_acl_entry *entries = build_take(build, n + 4, sizeof *entries);
    acl->name = build_tag(build, item, "Tags", "Name");
    acl->vpc_id = build_text(build, item, "VpcId");
    acl->is_default = json_flag(item, "IsDefault");
    if (!entries)
        return LEFT_OUT;
    if (!list) {
        build_doubt(build, PART_ACLS, "%s comes without its entries: the ACL is left out", acl->id.text);
        return LEFT_OUT;
    }
    for (size_t k = 0; k < n; k++)
        if (!read_entry(json_at(list, k), &entries[k])) {
            build_doubt(build, PART_ACLS, "%s has an entry that makes no sense: the ACL is left out", acl->id.text);
            return LEFT_OUT;
        }
    n = add_stars(entries, n);
    qsort(entries, n, sizeof *entries, compare_entries);
    if (has_twice(entries, n)) {
        build_doubt(build, PART_ACLS, "%s has a rule number twice: the ACL is left out", acl->id.text);
        return LEFT_OUT;
    }
    acl->entries = entries;
    acl->n_entries = n;
    return MADE;
}
