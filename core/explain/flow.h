/* flow.h - a record seen from its interface: which side is ours, which way it went, what phase of the connection it
 * shows. Pure; any thread. */
#ifndef WEIR_EXPLAIN_FLOW_H
#define WEIR_EXPLAIN_FLOW_H

#include "vpc/inventory.h"
#include "weir/record.h"
#include "weir/status.h"

enum direction { DIRECTION_UNKNOWN, DIRECTION_IN, DIRECTION_OUT };
enum direction_source { DIRECTION_BY_NOTHING, DIRECTION_BY_PEERS, DIRECTION_BY_ADDRESS, DIRECTION_BY_FIELD };
enum phase { PHASE_UNKNOWN, PHASE_INIT, PHASE_RESPONSE, PHASE_MID, PHASE_CLOSING };
enum strength { STRENGTH_LOW, STRENGTH_MEDIUM, STRENGTH_HIGH, STRENGTH_CERTAIN };

enum { FLOW_TEXT = 64 };

/* As the record tells it. -1 and family 0: not told. */
struct flow_record {
    char interface_id[FLOW_TEXT], vpc_id[FLOW_TEXT], subnet_id[FLOW_TEXT], reject_reason[FLOW_TEXT];
    char src_service[FLOW_TEXT], dst_service[FLOW_TEXT]; /* pkt-*-aws-service */
    weir_addr src, dst, pkt_src, pkt_dst;
    int32_t src_port, dst_port, protocol;
    int32_t tcp_flags;
    int64_t packets, bytes, start, end;
    enum direction direction;
    int32_t traffic_path;
    int32_t version;
    weir_verdict verdict;
};

/* From a row of the ring. False: no addresses (NODATA, SKIPDATA). */
bool flow_record_of(const weir_row *row, struct flow_record *out);

/* From "eni=… src=… dst=… sport=… dport=… proto=… flags=… dir=… action=… reason=… vpc=… path=… start=… end=…", AWS's
 * field names and weir's aliases alike. WEIR_E_SYNTAX with a column. start and end default to `now`, action to REJECT.
 */
weir_status flow_record_parse(const char *text, int64_t now, struct flow_record *out, weir_error *err);

struct packet; /* explain/evaluate.h */

struct flow {
    const struct flow_record *record;
    const struct vpc_interface *interface; /* NULL = not in the inventory */
    enum direction direction;
    enum direction_source direction_by;
    weir_addr local, remote; /* packet level; rules look at these */
    weir_addr
        remote_hop; /* srcaddr or dstaddr of the other side, where it differs (NAT, transit gateway); else = remote */
    int32_t local_port, remote_port;
    bool local_is_foreign; /* the interface forwards: the packet's own address is none of its own */
    bool same_subnet;      /* the other side (remote_hop) lies in the interface's subnet */
    enum phase phase;
    enum strength phase_strength;
    bool client_known;                 /* who opened the connection is known, and the direction too */
    bool we_are_client;                /* this interface's side did; false where it is not known */
    bool by_port_guess, by_size_guess; /* what the phase rests on, for the caps of confidence */
};

/* What the log has of the same connection on the same interface, and of the service. Filled in by whoever has the
 * records (session/prior.c); empty is fine and lowers confidence. Rows that begin after the record do not count as
 * prior, but as `next`. */
struct prior_record {
    bool found;
    uint64_t row; /* id, for the evidence */
    int64_t start, end;
    int32_t tcp_flags; /* -1 = not told */
    weir_verdict verdict;
    uint64_t packets, bytes;
};

struct prior {
    bool searched;                      /* false: nobody looked; true with nothing found is a statement */
    bool log_is_all;                    /* ACCEPTs and REJECTs are both in the log */
    bool has_gap;                       /* SKIPDATA, or a gap of the ledger, around the record */
    struct prior_record same;           /* newest ACCEPT of the same tuple and direction that began before */
    struct prior_record reverse;        /* newest ACCEPT of the reverse tuple that began before or in the same window */
    struct prior_record request;        /* ACCEPTed opening packet (SYN without ACK) of the reverse tuple */
    struct prior_record close;          /* newest ACCEPT of either direction that carried FIN or RST */
    uint64_t exchanges;                 /* ACCEPTed records of the tuple, both directions, before */
    bool local_listens, remote_listens; /* opening packets to (address, port) were accepted, or many peers use it */
};

/* Direction by the field, else by the interface's addresses, else by `peers` (NULL = nobody knows): the address that
 * was in every record of the interface. Phase by flags, then prior, then listeners, then ports. */
void flow_of(const struct flow_record *record, const struct inventory *inventory, const struct prior *prior,
             const weir_addr *learned, struct flow *out);

/* The packet that the rules of the interface are asked about: as it goes, with an ICMP type assumed where the phase
 * allows it (*assumed_icmp). */
void flow_packet(const struct flow *flow, struct packet *out, bool *assumed_icmp);
void flow_reply_packet(const struct flow *flow, struct packet *out); /* the packet that would answer it */

/* Where the record's interface is in an inventory, which may be NULL: the interface, and its subnet or else the one
 * that the record names. NULL = not there. */
void flow_place(const struct flow_record *record, const struct inventory *inventory,
                const struct vpc_interface **interface, const struct vpc_subnet **subnet);
bool subnet_contains(const struct vpc_subnet *subnet, const weir_addr *addr); /* false for no subnet */

/* Well-known service port, and the side of a pair that is ephemeral: -1 source, 1 destination, 0 cannot be told. */
bool port_is_service(int32_t port);
int port_ephemeral_side(int32_t src_port, int32_t dst_port);

#endif
