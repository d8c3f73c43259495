/* ruling.c - what the rules of one inventory say of a flow and of its reply (decide_row.h): which interface and subnet
 * it is about, whether a network ACL is on its way at all, and the answers of the evaluators. */
#include <string.h>

#include "explain/decide_row.h"
#include "explain/path_walk.h"

/* ---- what no rule filters ---- */

/* Instance metadata, Time Sync, Windows activation, the resolver, ECS: neither groups nor ACLs stop them. */
static bool is_of_the_host(const weir_addr *addr)
{
    static const struct net nets[] = {
        {{4, {169, 254, 169, 0}}, 24},
        {{4, {169, 254, 170, 0}}, 24},
        {{6, {0xfd, 0x00, 0x0e, 0xc2}}, 32},
    };
    for (size_t k = 0; k < sizeof nets / sizeof *nets; k++)
        if (net_contains(&nets[k], addr))
            return true;
    return false;
}

/* The resolver is the second address of the VPC's first IPv4 block. */
static bool is_resolver(const struct vpc *vpc, const struct flow *flow)
{
    if (!vpc || vpc->n_nets == 0 || vpc->nets[0].addr.family != 4 || flow->remote.family != 4)
        return false;
    return flow->remote_port == 53 && addr_v4(&flow->remote) == addr_v4(&vpc->nets[0].addr) + 2;
}

/* ---- whether a network ACL is on the way ---- */

/* A route more specific than the VPC's own leads even neighbours through a middlebox in another subnet. */
static bool is_diverted(const struct vpc_subnet *subnet, const weir_addr *addr)
{
    if (!subnet->route_table)
        return false;
    struct route_answer answer = evaluate_route(subnet->route_table, addr);
    return answer.answer == ANSWER_ALLOW && answer.route && answer.route->kind != TARGET_LOCAL;
}

/* From a transit gateway whose attachment is in the workload's own subnet, the ACL's inbound rules are not asked
 * (docs.aws.amazon.com/vpc/latest/tgw/tgw-nacls.html). */
static bool is_from_transit_here(const struct ruling *ruling, const struct flow *flow)
{
    const struct vpc_subnet *subnet = ruling->subnet;
    if (flow->direction != DIRECTION_IN || !subnet->route_table ||
        (subnet->vpc && vpc_contains(subnet->vpc, &flow->remote)))
        return false;
    struct route_answer answer = evaluate_route(subnet->route_table, &flow->remote);
    if (!answer.route || answer.route->kind != TARGET_TRANSIT_GATEWAY)
        return false;
    const struct vpc_attachment *attachment =
        inventory_vpc_attachment(ruling->inventory, subnet->vpc_id.text, answer.route->target.text);
    for (size_t k = 0; attachment && k < attachment->n_subnets; k++)
        if (strcmp(attachment->subnet_ids[k].text, subnet->id.text) == 0)
            return true;
    return false;
}

static bool crosses_acl(const struct ruling *ruling, const struct flow *flow)
{
    if (!ruling->subnet)
        return true; /* and its answer is unknown */
    if (subnet_contains(ruling->subnet, &flow->remote_hop))
        return is_diverted(ruling->subnet, &flow->remote_hop);
    return !is_from_transit_here(ruling, flow);
}

/* ---- the answers ---- */

static void ask_acl(const struct flow *flow, const struct packet *packet, const struct packet *reply,
                    struct ruling *out)
{
    const struct vpc_acl *acl = out->subnet ? out->subnet->acl : NULL;
    bool egress = flow->direction == DIRECTION_OUT;
    out->acl_applies = crosses_acl(out, flow);
    if (!out->acl_applies)
        return;
    out->acl = evaluate_acl(acl, egress, packet);
    out->reply_acl = evaluate_acl(acl, !egress, reply);
}

/* Whatever the rules say, a connection through these is tracked.
 * docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html#automatic-tracking */
static bool is_always_tracked(const struct ruling *ruling, const struct flow *flow)
{
    static const char *const types[] = {"nat_gateway",
                                        "vpc_endpoint",
                                        "network_load_balancer",
                                        "gateway_load_balancer",
                                        "transit_gateway",
                                        "gateway_load_balancer_endpoint",
                                        "global_accelerator_managed"};
    for (size_t k = 0; k < sizeof types / sizeof *types; k++)
        if (strcmp(ruling->interface->type.text, types[k]) == 0)
            return true;
    if (!ruling->subnet || !ruling->subnet->route_table)
        return false;
    struct route_answer answer = evaluate_route(ruling->subnet->route_table, &flow->remote);
    enum target_kind kind = answer.route ? answer.route->kind : TARGET_UNKNOWN;
    return kind == TARGET_NAT_GATEWAY || kind == TARGET_EGRESS_GATEWAY || kind == TARGET_TRANSIT_GATEWAY;
}

static void ask_groups(const struct flow *flow, const struct packet *packet, const struct packet *reply,
                       struct ruling *out)
{
    bool egress = flow->direction == DIRECTION_OUT;
    if (!out->interface) {
        out->group = (struct group_answer){.answer = ANSWER_UNKNOWN, .doubt = DOUBT_RULES};
        return;
    }
    struct flow here = *flow; /* its interface is the one of another inventory */
    here.interface = out->interface;
    out->way = path_reference_way(&here, out->inventory);
    out->group = evaluate_groups(out->inventory, out->interface, egress, packet, out->way);
    if (flow->client_known && (packet->protocol == PROTOCOL_TCP || packet->protocol == PROTOCOL_UDP))
        out->untracked =
            flow_is_untracked(out->interface, flow->we_are_client, is_from_client(flow) ? packet : reply) &&
            !is_always_tracked(out, flow);
}

void ruling_make(const struct flow *flow, const struct inventory *inventory, const struct packet *packet,
                 const struct packet *reply, struct ruling *out)
{
    *out = (struct ruling){
        .inventory = inventory,
        .acl = {.answer = ANSWER_NONE},
        .reply_acl = {.answer = ANSWER_NONE},
        .group = {.answer = ANSWER_NONE},
    };
    if (!inventory) {
        out->acl_applies = true;
        out->acl = out->reply_acl = (struct acl_answer){.answer = ANSWER_UNKNOWN, .doubt = DOUBT_RULES};
        out->group = (struct group_answer){.answer = ANSWER_UNKNOWN, .doubt = DOUBT_RULES};
        return;
    }
    flow_place(flow->record, inventory, &out->interface, &out->subnet);
    if (is_of_the_host(&flow->remote) || is_resolver(out->interface ? out->interface->vpc : NULL, flow))
        return;
    ask_acl(flow, packet, reply, out);
    ask_groups(flow, packet, reply, out);
}

/* ---- VPC Block Public Access ---- */

static bool is_internet(const struct flow *flow, const struct ruling *ruling)
{
    return addr_is_public(&flow->remote) &&
           !(ruling->interface->vpc && vpc_contains(ruling->interface->vpc, &flow->remote)) &&
           !inventory_address_owner(ruling->inventory, "", &flow->remote);
}

static bool leaves_by_internet_gateway(const struct flow *flow, const struct ruling *ruling)
{
    if (!ruling->subnet || !ruling->subnet->route_table)
        return false;
    struct route_answer answer = evaluate_route(ruling->subnet->route_table, &flow->remote);
    return answer.route && answer.route->kind == TARGET_INTERNET_GATEWAY;
}

bool bpa_blocks(const struct flow *flow, const struct ruling *ruling)
{
    if (!ruling->inventory || !ruling->interface || !flow->client_known)
        return false;
    enum bpa_mode mode = inventory_bpa(ruling->inventory);
    if ((mode != BPA_BLOCK_BIDIRECTIONAL && mode != BPA_BLOCK_INGRESS) || !is_internet(flow, ruling))
        return false;
    enum bpa_exclusion of_vpc = ruling->interface->vpc ? ruling->interface->vpc->bpa : BPA_NOT_EXCLUDED;
    enum bpa_exclusion of_subnet = ruling->subnet ? ruling->subnet->bpa : BPA_NOT_EXCLUDED;
    if (of_vpc == BPA_ALLOW_BIDIRECTIONAL || of_subnet == BPA_ALLOW_BIDIRECTIONAL)
        return false;
    if (!flow->we_are_client)
        return true;
    if (mode == BPA_BLOCK_INGRESS)
        return leaves_by_internet_gateway(flow, ruling);
    return of_vpc != BPA_ALLOW_EGRESS && of_subnet != BPA_ALLOW_EGRESS;
}
