/* Captures and inventories: 'x' and a part's letter, then EC2's XML; 'j' and a letter, then the CLI's JSON; 's', then a
 * snapshot. Whatever came in: the snapshot written of it reads back the same, and what is built of it is whole. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vpc/capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void must(int is_so)
{
    if (!is_so)
        abort();
}

static void check_text(weir_safe text)
{
    must(text.text != NULL);
    for (const unsigned char *at = (const unsigned char *)text.text; *at; at++)
        must(*at >= 0x20 && *at != 0x7f);
}

static void check_nets(const struct net *nets, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        weir_addr cut = nets[k].addr;
        must(cut.family == 4 || cut.family == 6);
        must(nets[k].prefix <= (cut.family == 4 ? 32 : 128));
        addr_cut(&cut, nets[k].prefix, nets[k].prefix);
        must(addr_compare(&cut, &nets[k].addr) == 0);
    }
}

static void check_span(int protocol, int32_t from, int32_t to)
{
    must(protocol >= PROTOCOL_ALL && protocol <= 255);
    if (protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMP6)
        must(from >= -1 && from <= 255 && to >= -1 && to <= 255);
    else
        must(from >= 0 && to <= 65535);
}

static void check_groups(const struct inventory *inventory)
{
    const struct vpc_group *group;
    for (size_t k = 0; (group = inventory_nth_group(inventory, k)); k++) {
        must(inventory_group(inventory, group->id.text) == group);
        must(group->n_ingress + group->n_egress == group->n_rules);
        check_text(group->name), check_text(group->vpc_id), check_text(group->account);
        for (size_t n = 0; n < group->n_rules; n++) {
            const struct vpc_rule *rule = &group->rules[n];
            must(rule->group == group && rule->egress == (n >= group->n_ingress));
            check_text(rule->id), check_text(rule->peer_id), check_text(rule->peer_account);
            check_text(rule->peer_vpc), check_text(rule->peering), check_text(rule->peering_status);
            check_text(rule->description);
            check_span(rule->protocol, rule->from, rule->to);
            if (rule->peer_kind == PEER_NET)
                check_nets(&rule->net, 1);
        }
        for (size_t n = 0; n < group->n_members; n++)
            must(inventory_interface(inventory, group->members[n]->id.text) == group->members[n]);
    }
}

static void check_interfaces(const struct inventory *inventory)
{
    const struct vpc_interface *interface;
    for (size_t k = 0; (interface = inventory_nth_interface(inventory, k)); k++) {
        must(inventory_interface(inventory, interface->id.text) == interface);
        check_text(interface->label), check_text(interface->description), check_text(interface->type);
        check_text(interface->instance_id), check_text(interface->zone), check_text(interface->requester);
        must(*interface->label.text && interface->n_groups <= interface->n_group_ids);
        check_nets(interface->prefixes, interface->n_prefixes);
        for (size_t n = 0; n < interface->n_addresses; n++) {
            must(interface_has_address(interface, &interface->addresses[n].addr));
            must(inventory_address_owner(inventory, interface->vpc_id.text, &interface->addresses[n].addr) ||
                 !*interface->vpc_id.text);
        }
    }
}

static void check_acls(const struct inventory *inventory)
{
    const struct vpc_acl *acl;
    for (size_t k = 0; (acl = inventory_nth_acl(inventory, k)); k++) {
        must(acl->n_entries >= 4);
        for (size_t n = 0; n < acl->n_entries; n++) {
            const struct vpc_acl_entry *entry = &acl->entries[n];
            check_nets(&entry->net, 1);
            check_span(entry->protocol, entry->from, entry->to);
            must(!n || entry[-1].egress < entry->egress ||
                 (entry[-1].egress == entry->egress && entry[-1].number <= entry->number));
        }
    }
}

static void check_places(const struct inventory *inventory)
{
    const struct vpc_subnet *subnet;
    const struct vpc *vpc;
    for (size_t k = 0; (subnet = inventory_nth_subnet(inventory, k)); k++) {
        check_nets(subnet->nets, subnet->n_nets);
        for (size_t n = 0; subnet->route_table && n < subnet->route_table->n_routes; n++) {
            const struct vpc_route *route = &subnet->route_table->routes[n];
            check_text(route->target), check_text(route->prefix_list_id);
            if (!*route->prefix_list_id.text)
                check_nets(&route->net, 1);
        }
    }
    for (size_t k = 0; (vpc = inventory_nth_vpc(inventory, k)); k++) {
        check_nets(vpc->nets, vpc->n_nets);
        check_text(vpc->encryption_mode), check_text(vpc->name);
    }
}

static void check_inventory(const struct capture *capture)
{
    struct inventory *inventory = NULL;
    weir_safe text;
    must(inventory_build(capture, &inventory, NULL) == WEIR_OK);
    check_groups(inventory);
    check_interfaces(inventory);
    check_acls(inventory);
    check_places(inventory);
    for (int part = 0; part < PART_COUNT; part++) {
        check_text(inventory_part_words(inventory, (enum part)part));
        must((inventory_part(inventory, (enum part)part) == PART_KNOWN) ==
             !*inventory_part_words(inventory, (enum part)part).text);
    }
    for (size_t k = 0; inventory_warning(inventory, k, &text); k++)
        check_text(text);
    inventory_free(inventory);
}

static void check(const struct capture *capture)
{
    struct buf one, other;
    struct capture *again = NULL;
    buf_init(&one, 64u << 20);
    buf_init(&other, 64u << 20);
    check_inventory(capture);
    must(capture_write(capture, &one, NULL) == WEIR_OK);
    if (capture_read_bytes(one.bytes, one.len, &again, NULL) == WEIR_OK) {
        must(capture_write(again, &other, NULL) == WEIR_OK);
        must(one.len == other.len && memcmp(one.bytes, other.bytes, one.len) == 0);
        check_inventory(again);
    }
    capture_free(again);
    buf_done(&one);
    buf_done(&other);
}

static void take_page(struct capture *capture, const uint8_t *bytes, size_t len)
{
    enum part part = (enum part)((unsigned)(bytes[1] - 'a') % PART_COUNT);
    const char *of = part == PART_PREFIX_ENTRIES ? "pl-1" : part == PART_TRANSIT_ROUTES ? "tgw-rtb-1" : NULL;
    const char *text = (const char *)bytes + 2;
    char *token = NULL;
    weir_error err = {0};
    weir_status status = bytes[0] == 'x' ? capture_add_xml(capture, part, of, text, len - 2, &token, &err)
                                         : capture_add_json(capture, part, of, text, len - 2, &err);
    must((status == WEIR_OK) == !*err.text);
    free(token);
    for (size_t k = 0; capture_next_of(capture, PART_PREFIX_ENTRIES, k); k++)
        must(*capture_next_of(capture, PART_PREFIX_ENTRIES, k) || k < 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct capture *capture = NULL;
    if (len < 2)
        return 0;
    if (bytes[0] == 's') {
        weir_error err = {0};
        weir_status status = capture_read_bytes((const char *)bytes + 1, len - 1, &capture, &err);
        must((status == WEIR_OK) == (capture != NULL) && (status == WEIR_OK) == !*err.text);
    } else if (bytes[0] == 'x' || bytes[0] == 'j') {
        capture = capture_new();
        take_page(capture, bytes, len);
    }
    if (capture)
        check(capture);
    capture_free(capture);
    return 0;
}
