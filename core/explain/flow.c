/* flow.c - a record seen from its interface: direction, the two ends, phase and client (flow.h). The order of evidence
 * is what matters here: flags before earlier records, those before listeners, and ports last. */
#include <string.h>

#include "base/scope.h"
#include "explain/evaluate.h"
#include "explain/flow.h"

enum { FLAG_FIN = 1, FLAG_SYN = 2, FLAG_RST = 4, FLAGS_TOLD = 7, FLAGS_SYN_ACK = 18 };

/* How long a reply may take and still be one; AWS's tracking times where they are known. */
enum { REPLY_UDP_S = 30, REPLY_UDP_STREAM_S = 180, REPLY_ICMP_S = 30, REPLY_OTHER_S = 600, EXCHANGES_ONE = 2 };

/* A SYN that is sent again: Linux sends up to 7 in 127 s, of 40 to 64 bytes. */
enum { SYN_PACKETS_MAX = 7, SYN_BYTES_MIN = 40, SYN_BYTES_MAX = 64, PAYLOAD_BYTES = 100 };

enum { ICMP_ECHO = 8, ICMP_ECHO_REPLY = 0, ICMP6_ECHO = 128, ICMP6_ECHO_REPLY = 129 };

/* ---- direction ---- */

static enum direction by_address(const struct vpc_interface *interface, const struct flow_record *record)
{
    bool src = interface_has_address(interface, &record->src) ||
               (record->pkt_src.family && interface_has_address(interface, &record->pkt_src));
    bool dst = interface_has_address(interface, &record->dst) ||
               (record->pkt_dst.family && interface_has_address(interface, &record->pkt_dst));
    if (src == dst) /* neither, or it talks to itself */
        return DIRECTION_UNKNOWN;
    return src ? DIRECTION_OUT : DIRECTION_IN;
}

static enum direction by_peers(const weir_addr *learned, const struct flow_record *record)
{
    bool src = addr_compare(learned, &record->src) == 0, dst = addr_compare(learned, &record->dst) == 0;
    if (src == dst)
        return DIRECTION_UNKNOWN;
    return src ? DIRECTION_OUT : DIRECTION_IN;
}

static void find_direction(const struct flow_record *record, const weir_addr *learned, struct flow *out)
{
    out->direction_by = DIRECTION_BY_FIELD;
    out->direction = record->direction;
    if (out->direction == DIRECTION_UNKNOWN && out->interface) {
        out->direction_by = DIRECTION_BY_ADDRESS;
        out->direction = by_address(out->interface, record);
    }
    if (out->direction == DIRECTION_UNKNOWN && learned) {
        out->direction_by = DIRECTION_BY_PEERS;
        out->direction = by_peers(learned, record);
    }
    if (out->direction == DIRECTION_UNKNOWN)
        out->direction_by = DIRECTION_BY_NOTHING;
}

/* ---- ends ---- */

static weir_addr packet_addr(const weir_addr *packet, const weir_addr *plain)
{
    return packet->family ? *packet : *plain;
}

bool subnet_contains(const struct vpc_subnet *subnet, const weir_addr *addr)
{
    for (size_t k = 0; subnet && k < subnet->n_nets; k++)
        if (net_contains(&subnet->nets[k], addr))
            return true;
    return false;
}

void flow_place(const struct flow_record *record, const struct inventory *inventory,
                const struct vpc_interface **interface, const struct vpc_subnet **subnet)
{
    bool has_id = inventory && record->interface_id[0];
    *interface = has_id ? inventory_interface(inventory, record->interface_id) : NULL;
    *subnet = *interface ? (*interface)->subnet : NULL;
    if (!*interface && inventory && record->subnet_id[0])
        *subnet = inventory_subnet(inventory, record->subnet_id);
}

/* An unknown direction is drawn as inbound; who decides looks at both. */
static void find_ends(const struct flow_record *record, struct flow *out)
{
    weir_addr src = packet_addr(&record->pkt_src, &record->src), dst = packet_addr(&record->pkt_dst, &record->dst);
    bool outbound = out->direction == DIRECTION_OUT;
    out->local = outbound ? src : dst;
    out->remote = outbound ? dst : src;
    out->remote_hop = outbound ? record->dst : record->src;
    out->local_port = outbound ? record->src_port : record->dst_port;
    out->remote_port = outbound ? record->dst_port : record->src_port;
    out->local_is_foreign = out->interface && !interface_has_address(out->interface, &out->local);
    out->same_subnet = out->interface && subnet_contains(out->interface->subnet, &out->remote_hop);
}

/* ---- phase ---- */

struct finding {
    enum phase phase;
    enum strength strength;
    enum { CLIENT_UNKNOWN, CLIENT_SRC, CLIENT_DST } client;
    bool by_port, by_size;
};

static bool tells_flags(const struct flow_record *record)
{
    return record->protocol == PROTOCOL_TCP && record->tcp_flags >= 0;
}

/* What flags prove. FIN together with SYN is a whole connection in one window: it began here. */
static void look_at_flags(const struct flow_record *record, struct finding *out)
{
    int32_t flags = record->tcp_flags;
    out->strength = STRENGTH_CERTAIN;
    if ((flags & FLAGS_SYN_ACK) == FLAGS_SYN_ACK) {
        out->phase = PHASE_RESPONSE;
        out->client = CLIENT_DST;
    } else if (flags & FLAG_SYN) {
        out->phase = PHASE_INIT;
        out->client = CLIENT_SRC;
    } else {
        out->phase = flags & FLAGS_TOLD ? PHASE_CLOSING : PHASE_MID;
    }
}

static int64_t reply_time(const struct flow_record *record, const struct prior *prior)
{
    if (record->protocol == PROTOCOL_UDP)
        return prior->exchanges > EXCHANGES_ONE ? REPLY_UDP_STREAM_S : REPLY_UDP_S;
    if (record->protocol == PROTOCOL_ICMP || record->protocol == PROTOCOL_ICMP6)
        return REPLY_ICMP_S;
    return REPLY_OTHER_S;
}

/* Who opened it, from the flags of an earlier record: +1 its source did, -1 its destination, 0 it does not tell. */
static int opener_of(const struct prior_record *record)
{
    if (!record->found || record->tcp_flags < 0 || !(record->tcp_flags & FLAG_SYN))
        return 0;
    return (record->tcp_flags & FLAGS_SYN_ACK) == FLAGS_SYN_ACK ? -1 : 1;
}

static bool client_by_prior(const struct prior *prior, struct finding *out)
{
    int opener = prior->request.found ? -1 : opener_of(&prior->same); /* seen from this record */
    if (opener == 0)
        opener = -opener_of(&prior->reverse);
    if (opener != 0)
        out->client = opener > 0 ? CLIENT_SRC : CLIENT_DST;
    return opener != 0;
}

/* TCP without flags: with packets accepted both ways it is past its opening, with one way only this is the answer. */
static void look_at_prior_tcp(const struct flow_record *record, const struct prior *prior, struct finding *out)
{
    bool reversed = prior->reverse.found && prior->reverse.start <= record->start;
    if (!reversed && !prior->request.found)
        return;
    out->strength = STRENGTH_HIGH;
    out->phase = prior->same.found ? PHASE_MID : PHASE_RESPONSE;
    if (out->phase == PHASE_RESPONSE)
        out->client = CLIENT_DST;
}

static bool look_at_prior(const struct flow_record *record, const struct prior *prior, struct finding *out)
{
    if (record->protocol == PROTOCOL_TCP && !tells_flags(record))
        look_at_prior_tcp(record, prior, out);
    if (record->protocol == PROTOCOL_TCP)
        return out->client != CLIENT_UNKNOWN || client_by_prior(prior, out);
    if (!prior->reverse.found || record->start - prior->reverse.end > reply_time(record, prior))
        return false;
    out->phase = PHASE_RESPONSE;
    out->client = CLIENT_DST;
    out->strength = STRENGTH_HIGH;
    return true;
}

static void settle_client(struct finding *out, bool is_src, enum strength strength)
{
    out->client = is_src ? CLIENT_SRC : CLIENT_DST;
    if (out->phase != PHASE_UNKNOWN)
        return;
    out->phase = is_src ? PHASE_INIT : PHASE_RESPONSE;
    out->strength = strength;
}

static bool look_at_listeners(const struct prior *prior, enum direction direction, struct finding *out)
{
    if (direction == DIRECTION_UNKNOWN || prior->local_listens == prior->remote_listens)
        return false;
    settle_client(out, prior->local_listens == (direction == DIRECTION_IN), STRENGTH_MEDIUM);
    return true;
}

static void look_at_ports(const struct flow_record *record, struct finding *out)
{
    int side = port_ephemeral_side(record->src_port, record->dst_port);
    if (side == 0)
        return;
    out->by_port = true;
    settle_client(out, side < 0, STRENGTH_MEDIUM);
}

/* TCP without flags: large packets carry payload, so they are of a connection that was there; a few packets as small
 * as a SYN are one that is sent again, unless the ports say that the client is at the other end. */
static void look_at_size(const struct flow_record *record, struct finding *out)
{
    if (record->protocol != PROTOCOL_TCP || out->strength > STRENGTH_MEDIUM || record->packets <= 0 ||
        record->bytes <= 0)
        return;
    int64_t mean = record->bytes / record->packets;
    if (mean > PAYLOAD_BYTES) {
        out->phase = PHASE_MID;
    } else if (out->client != CLIENT_DST && record->packets <= SYN_PACKETS_MAX &&
               record->bytes % record->packets == 0 && mean >= SYN_BYTES_MIN && mean <= SYN_BYTES_MAX &&
               mean % 4 == 0) {
        out->phase = PHASE_INIT;
        out->client = CLIENT_SRC;
    } else {
        return;
    }
    out->by_size = true;
    out->strength = STRENGTH_MEDIUM;
}

/* Protocols without ports and flags: what nobody answered to is new. */
static void look_at_protocol(const struct flow_record *record, const struct prior *prior, struct finding *out)
{
    if (record->protocol == PROTOCOL_TCP || record->protocol == PROTOCOL_UDP || record->protocol < 0)
        return;
    out->phase = PHASE_INIT;
    out->client = CLIENT_SRC;
    out->strength = prior->searched ? STRENGTH_MEDIUM : STRENGTH_LOW;
}

static struct finding find_phase(const struct flow_record *record, const struct prior *prior, enum direction direction)
{
    struct finding found = {.phase = PHASE_UNKNOWN};
    if (tells_flags(record))
        look_at_flags(record, &found);
    if (found.client != CLIENT_UNKNOWN || look_at_prior(record, prior, &found))
        return found;
    if (!look_at_listeners(prior, direction, &found))
        look_at_ports(record, &found);
    look_at_size(record, &found);
    if (found.phase == PHASE_UNKNOWN)
        look_at_protocol(record, prior, &found);
    return found;
}

void flow_of(const struct flow_record *record, const struct inventory *inventory, const struct prior *prior,
             const weir_addr *learned, struct flow *out)
{
    static const struct prior nothing;
    *out = (struct flow){.record = record};
    if (inventory && record->interface_id[0])
        out->interface = inventory_interface(inventory, record->interface_id);
    find_direction(record, learned, out);
    find_ends(record, out);
    struct finding found = find_phase(record, prior ? prior : &nothing, out->direction);
    out->phase = found.phase;
    out->phase_strength = found.strength;
    out->by_port_guess = found.by_port;
    out->by_size_guess = found.by_size;
    out->client_known = found.client != CLIENT_UNKNOWN && out->direction != DIRECTION_UNKNOWN;
    out->we_are_client = out->client_known && (found.client == CLIENT_SRC) == (out->direction == DIRECTION_OUT);
}

/* ---- packets ---- */

static int32_t echo_type(int32_t protocol, bool reply)
{
    if (protocol == PROTOCOL_ICMP)
        return reply ? ICMP_ECHO_REPLY : ICMP_ECHO;
    return reply ? ICMP6_ECHO_REPLY : ICMP6_ECHO;
}

static void assume_echo(struct packet *packet, bool reply, bool *assumed)
{
    packet->icmp_type = echo_type(packet->protocol, reply);
    packet->icmp_code = 0;
    *assumed = true;
}

static bool is_icmp(const struct flow_record *record)
{
    return record->protocol == PROTOCOL_ICMP || record->protocol == PROTOCOL_ICMP6;
}

void flow_packet(const struct flow *flow, struct packet *out, bool *assumed_icmp)
{
    const struct flow_record *record = flow->record;
    *out = (struct packet){
        .src = packet_addr(&record->pkt_src, &record->src),
        .dst = packet_addr(&record->pkt_dst, &record->dst),
        .protocol = record->protocol < 0 || record->protocol > UINT8_MAX ? UINT8_MAX : (uint8_t)record->protocol,
        .src_port = record->src_port,
        .dst_port = record->dst_port,
        .icmp_type = -1,
        .icmp_code = -1,
    };
    *assumed_icmp = false;
    if (is_icmp(record) && (flow->phase == PHASE_INIT || flow->phase == PHASE_RESPONSE))
        assume_echo(out, flow->phase == PHASE_RESPONSE, assumed_icmp);
}

void flow_reply_packet(const struct flow *flow, struct packet *out)
{
    struct packet packet;
    bool assumed;
    flow_packet(flow, &packet, &assumed);
    *out = packet;
    out->src = packet.dst;
    out->dst = packet.src;
    out->src_port = packet.dst_port;
    out->dst_port = packet.src_port;
    if (is_icmp(flow->record) && assumed)
        assume_echo(out, flow->phase == PHASE_INIT, &assumed);
}
