/* path_walk.h - what the files of path.c share: a packet on its way, the places it comes from and goes to, and the hops
 * that are put down on the way. A walk goes on behind what blocks it. */
#ifndef WEIR_EXPLAIN_PATH_WALK_H
#define WEIR_EXPLAIN_PATH_WALK_H

#include "explain/path.h"

/* An end of a path, or a stop on the way. All may be unknown. */
struct place {
    weir_safe interface_id;                /* of the record, when the interface is not in the inventory */
    const struct vpc_interface *interface; /* NULL = none, or not in the inventory */
    const struct vpc_subnet *subnet;
    const struct vpc *vpc;
    weir_safe vpc_id;
    weir_addr addr;        /* as rules inside the VPC see it */
    weir_addr public_addr; /* that an internet gateway puts in its place; family 0 = none */
    bool by_public;        /* the packet names it by its public address */
    bool far;              /* belongs to the other end */
    bool ours;             /* the record's interface */
};

struct walk {
    const struct flow *flow;
    const struct inventory *inventory;
    struct path *path;
    struct packet packet; /* as it is now */
    struct place from, to;
    bool reply;
    bool opens;       /* it goes in the direction in which the connection was opened */
    bool asks;        /* security groups are asked: nothing is tracked yet */
    bool always_kept; /* something on the way makes every connection a tracked one */
    bool by_nat, by_transit, by_middlebox;
    bool forward_by_nat, forward_by_transit; /* of a reply: what the packet had passed */
    bool references_unsupported;             /* a transit gateway attachment without group referencing */
    weir_safe zone;                          /* that it came into a transit gateway from */
    unsigned stops;
};

enum { WALK_STOPS_MAX = 12 }; /* route tables that are asked; more is a loop */

static inline bool place_is_known(const struct place *place)
{
    return place->interface || place->subnet;
}

/* Whether a packet can be followed from there: the interface is known, or is the record's and its subnet is known. */
static inline bool place_can_depart(const struct place *place)
{
    return place->interface || (place->ours && place->subnet);
}

static inline bool is_told(weir_safe text)
{
    return text.text[0] != '\0';
}

bool same_text(weir_safe a, weir_safe b);
bool addr_equal(const weir_addr *a, const weir_addr *b);
bool addr_is_rfc1918(const weir_addr *addr);
bool addr_is_rfc6598(const weir_addr *addr);
bool addr_is_public(const weir_addr *addr); /* routed on the internet, as far as gateways care */
void packet_turn(struct packet *packet);    /* the packet that goes back */

/* ---- places (path_place.c) ---- */

struct place place_of_interface(const struct vpc_interface *interface, const weir_addr *addr);
/* The place that has an address in a VPC; unknown but for addr, and the subnet it lies in, if nobody has it. */
struct place place_at(const struct walk *walk, weir_safe vpc_id, const weir_addr *addr);
/* The ends of a flow. The local one is the record's interface, unless that forwards for somebody who is known. */
void place_ends(const struct flow *flow, const struct inventory *inventory, struct place *local, struct place *remote);
/* The VPC that a route leads to over peering or a transit gateway; "" = none, or not known. */
weir_safe route_other_vpc(const struct inventory *inventory, weir_safe vpc_id, const struct vpc_route *route,
                          const weir_addr *dst);
weir_safe peering_other_vpc(const struct vpc_peering *peering, weir_safe vpc_id);

/* ---- hops (path_hop.c): each appends one, and returns it to be filled in; never NULL ---- */

struct hop *walk_hop(struct walk *walk, enum hop_kind kind, weir_hop_verdict verdict, weir_safe id, weir_safe name);
/* The end that is not described: where the packet came from, or (`last`) where it goes. */
struct hop *walk_end(struct walk *walk, enum hop_kind kind, bool last);
void hop_block(struct hop *hop, enum code code);   /* the first code stays */
void hop_unknown(struct hop *hop, enum code code); /* unless it blocks */
void hop_tell(struct hop *hop, enum code code);    /* a remark: only if there is no code yet */

void walk_acl(struct walk *walk, const struct vpc_subnet *subnet, bool egress, bool far);
/* The same for a port that NAT chose: any of 1024-65535. */
void walk_acl_remapped(struct walk *walk, const struct vpc_subnet *subnet, bool egress);
void walk_group(struct walk *walk, const struct place *place, bool egress);
void walk_interface(struct walk *walk, const struct place *place, bool egress);
void walk_depart(struct walk *walk, const struct place *place); /* instance, interface, group */
void walk_arrive(struct walk *walk, const struct place *place); /* group, interface, instance; or the unknown end */
const struct vpc_route *walk_route(struct walk *walk, const struct place *at);

/* ---- stretches ---- */

void walk_out(struct walk *walk);                                /* from a known place, by its routes (path_out.c) */
void walk_follow(struct walk *walk, const struct place *at);     /* from the route table of a place on */
void walk_deliver(struct walk *walk, const struct place *place); /* into a subnet of the VPC it is in now */
void walk_in(struct walk *walk);                                 /* from an unknown place (path_in.c) */
bool walk_between(struct walk *walk, bool egress);               /* a gateway by traffic-path alone (path_bare.c) */
void walk_without_inventory(struct walk *walk);                  /* by traffic-path (path_bare.c) */

void walk_to_transit(struct walk *walk, const struct place *at, const struct vpc_route *route); /* path_transit.c */
/* Out of a transit gateway into the VPC of an attachment, which may be NULL. */
void walk_into_vpc(struct walk *walk, const struct vpc_attachment *attachment, weir_safe transit_gateway);
void walk_to_nat(struct walk *walk, const struct place *at, const struct vpc_route *route); /* path_nat.c */
void walk_at_nat(struct walk *walk, const struct place *place, bool arrives);               /* path_nat.c */
void walk_back_through_unknown_nat(struct walk *walk, const struct place *to, weir_safe id);
void walk_back_through_nat(struct walk *walk, const struct place *to, const struct vpc_nat *nat);  /* path_nat.c */
void walk_to_internet(struct walk *walk, const struct place *at, const struct vpc_route *route);   /* path_gateway.c */
void walk_from_internet(struct walk *walk, const struct place *to, const struct vpc_route *route); /* path_gateway.c */
struct hop *walk_internet_in(struct walk *walk, const struct place *to, weir_safe gateway);
void walk_to_egress_only(struct walk *walk, const struct place *at, const struct vpc_route *route); /* path_gateway.c */
void walk_to_vpn(struct walk *walk, const struct place *at, const struct vpc_route *route);         /* path_gateway.c */
struct hop *walk_vpn(struct walk *walk, const struct vpc *vpc, weir_safe id, bool egress);
void walk_to_peering(struct walk *walk, const struct place *at, const struct vpc_route *route); /* path_peer.c */
struct hop *walk_peering(struct walk *walk, weir_safe id, weir_safe vpc_id, const weir_addr *far_addr);
void walk_to_endpoint(struct walk *walk, const struct place *at, const struct vpc_route *route); /* path_peer.c */
struct hop *walk_endpoint(struct walk *walk, weir_safe id);
struct hop *walk_egress_only(struct walk *walk, weir_safe id, const struct vpc_subnet *subnet, const struct vpc *vpc);

/* The appliance that a route leads to; NULL = not in the inventory (path_out.c). */
const struct vpc_interface *walk_middlebox(const struct walk *walk, const struct vpc_route *route);

/* Block Public Access at a gateway; `by_nat`: for a NAT gateway (path_bpa.c). */
void bpa_look(const struct walk *walk, struct hop *hop, const struct vpc *vpc, const struct vpc_subnet *subnet,
              bool outbound_only);

/* traffic-path against the first route (path_drift.c). */
void path_compare(const struct flow *flow, struct path *path);

/* path_way.c; *unsupported: a transit gateway attachment does not keep references. */
enum reference_way way_of(const struct inventory *inventory, const struct place *local, const struct place *remote,
                          const struct flow *flow, bool *unsupported);
const struct vpc_transit_route *transit_table_route(const struct inventory *inventory,
                                                    const struct vpc_transit_table *table, const weir_addr *dst);

#endif
