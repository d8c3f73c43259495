/* explain_flow.c - explains a flow that is in no log (weir/explain.h): reads it, finds its interface, decides. */
#include <string.h>

#include "explain/decide.h"
#include "vpc/network.h"
#include "weir/explain.h"

/* Without an interface id, the one that has an address of the flow: the receiver's first, unless it goes out. */
static void find_interface(const struct inventory *inventory, struct flow_record *record)
{
    const weir_addr *first = record->direction == DIRECTION_OUT ? &record->src : &record->dst;
    const weir_addr *second = record->direction == DIRECTION_OUT ? &record->dst : &record->src;
    if (!inventory || record->interface_id[0])
        return;
    const struct vpc_interface *owner = inventory_address_owner(inventory, record->vpc_id, first);
    if (!owner && record->direction == DIRECTION_UNKNOWN)
        owner = inventory_address_owner(inventory, record->vpc_id, second);
    if (owner && strlen(owner->id.text) < sizeof record->interface_id)
        memcpy(record->interface_id, owner->id.text, strlen(owner->id.text) + 1);
}

weir_status weir_explain_flow(const weir_network *network, const char *text, int64_t now, weir_explanation **out,
                              weir_error *err)
{
    struct flow_record record;
    struct flow flow;
    struct decision decision;
    struct rules_at rules = {.at = NULL};
    weir_status status = flow_record_parse(text, now, &record, err);
    if (status != WEIR_OK)
        return status;
    if (network) {
        rules.at = network_inventory_at(network, record.start, &rules.exact);
        rules.now = network_inventory(network);
    }
    find_interface(rules.at, &record);
    flow_of(&record, rules.at, NULL, NULL, &flow);
    decide(&flow, NULL, &rules, &decision);
    return explanation_make(&flow, NULL, &rules, &decision, out, err);
}
