/* attempt.c - see attempt.h. The service is at the destination of what opens a connection, whatever its direction; the
 * direction only says whose service it is. */
#include "session/attempt.h"

#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "explain/flow.h"
#include "session/prior_place.h"
#include "session/why.h"
#include "vpc/network.h"

enum { NEAR4 = 24, NEAR6 = 64 }; /* peers on the internet are told apart by their networks */

static bool has_flags(const struct block *block, uint32_t row)
{
    return number_at(block, WEIR_F_PROTOCOL, row) == PROTOCOL_TCP && number_at(block, WEIR_F_TCP_FLAGS, row) >= 0;
}

static enum attempt_kind kind_by_flags(const struct block *block, uint32_t row, bool rejected)
{
    int64_t flags = number_at(block, WEIR_F_TCP_FLAGS, row);
    if (flags_open(flags))
        return ATTEMPT_OPENING;
    return rejected && (flags & FLAGS_SYN_ACK) == FLAGS_SYN_ACK ? ATTEMPT_ANSWER : ATTEMPT_NONE;
}

enum attempt_kind attempt_kind_at(const struct block *block, uint32_t row)
{
    weir_verdict verdict = block_verdict(block, row);
    if (block_kind(block, row) != WEIR_ROW_RECORD || verdict == WEIR_VERDICT_NONE)
        return ATTEMPT_NONE;
    if (has_flags(block, row))
        return kind_by_flags(block, row, verdict == WEIR_VERDICT_REJECT);
    int64_t protocol = number_at(block, WEIR_F_PROTOCOL, row);
    if (protocol != PROTOCOL_TCP && protocol != PROTOCOL_UDP)
        return ATTEMPT_NONE;
    int64_t src = number_at(block, WEIR_F_SRCPORT, row), dst = number_at(block, WEIR_F_DSTPORT, row);
    int ephemeral = src < 0 || dst < 0 ? 0 : port_ephemeral_side((int32_t)src, (int32_t)dst);
    if (ephemeral < 0)
        return ATTEMPT_SIGHTING;
    return ephemeral > 0 && verdict == WEIR_VERDICT_REJECT ? ATTEMPT_SIGHTED_ANSWER : ATTEMPT_NONE;
}

/* ---- whose side is ours ---- */

static const char *interface_id_at(const struct block *block, uint32_t row)
{
    const struct column *ids = block->column[WEIR_F_INTERFACE_ID];
    return ids && !column_is_null(ids, row) ? dict_text(ids->dict, (uint32_t)column_number(ids, row)).text : "";
}

uint64_t attempt_interface(const struct block *block, uint32_t row, uint64_t seed)
{
    return attempt_interface_id(interface_id_at(block, row), seed);
}

uint64_t attempt_interface_id(const char *id, uint64_t seed)
{
    return *id ? XXH3_64bits_withSeed(id, strlen(id), seed) | 1 : 1;
}

/* 10/8, 172.16/12, 192.168/16, 100.64/10, 169.254/16 (RFC 1918, 6598, 3927); fc00::/7, fe80::/10 (RFC 4193, 4291). */
static bool is_private(const weir_addr *addr)
{
    static const struct {
        uint32_t net, mask;
    } nets[] = {{0x0a000000, 0xff000000},
                {0xac100000, 0xfff00000},
                {0xc0a80000, 0xffff0000},
                {0x64400000, 0xffc00000},
                {0xa9fe0000, 0xffff0000}};
    if (addr->family != 4)
        return (addr->bytes[0] & 0xfe) == 0xfc || (addr->bytes[0] == 0xfe && (addr->bytes[1] & 0xc0) == 0x80);
    for (size_t k = 0; k < sizeof nets / sizeof *nets; k++)
        if ((addr_v4(addr) & nets[k].mask) == nets[k].net)
            return true;
    return false;
}

static enum direction direction_told(const struct block *block, uint32_t row)
{
    const struct column *column = block->column[WEIR_F_FLOW_DIRECTION];
    if (!column || column_is_null(column, row))
        return DIRECTION_UNKNOWN;
    const char *text = dict_text(column->dict, (uint32_t)column_number(column, row)).text;
    return strcmp(text, "ingress") == 0  ? DIRECTION_IN
           : strcmp(text, "egress") == 0 ? DIRECTION_OUT
                                         : DIRECTION_UNKNOWN;
}

static enum direction direction_by_address(const weir_session *session, const char *interface_id,
                                           const struct tuple *tuple)
{
    const struct inventory *network = session->network ? network_inventory(session->network) : NULL;
    const struct vpc_interface *interface = network ? inventory_interface(network, interface_id) : NULL;
    if (interface && interface_has_address(interface, &tuple->dst))
        return DIRECTION_IN;
    if (interface && interface_has_address(interface, &tuple->src))
        return DIRECTION_OUT;
    weir_addr learned;
    if (!interface && session->priors && priors_learned(session->priors, interface_id, &learned))
        return addr_compare(&learned, &tuple->dst) == 0 ? DIRECTION_IN : DIRECTION_OUT;
    if (is_private(&tuple->dst))
        return DIRECTION_IN;
    return is_private(&tuple->src) ? DIRECTION_OUT : DIRECTION_UNKNOWN; /* IPv6: both ends look alike */
}

/* Of the row's own packet. */
static enum direction direction_of(const weir_session *session, const struct block *block, uint32_t row,
                                   const struct tuple *tuple)
{
    enum direction direction = direction_told(block, row);
    if (direction == DIRECTION_UNKNOWN)
        direction = direction_by_address(session, interface_id_at(block, row), tuple);
    return direction;
}

/* ---- hashes ---- */

static uint64_t key_of(const struct service *service, uint64_t seed)
{
    struct {
        uint64_t interface;
        weir_addr remote;
        uint8_t zero[3];
        int32_t port, protocol, outbound;
    } key = {service->interface, service->remote, {0}, service->port, service->protocol, service->outbound};
    return XXH3_64bits_withSeed(&key, sizeof key, seed);
}

static uint64_t peer_of(const weir_addr *peer, uint64_t seed)
{
    weir_addr net = *peer;
    if (!is_private(peer))
        addr_cut(&net, NEAR4, NEAR6);
    return XXH3_64bits_withSeed(&net, sizeof net, seed);
}

void attempt_at(const weir_session *session, const struct block *block, uint32_t row, uint64_t seed,
                struct attempt *out)
{
    struct tuple tuple;
    *out = (struct attempt){.kind = attempt_kind_at(block, row)};
    if (out->kind == ATTEMPT_NONE || !tuple_at(block, row, &tuple)) {
        out->kind = ATTEMPT_NONE;
        return;
    }
    bool is_answer = out->kind == ATTEMPT_ANSWER || out->kind == ATTEMPT_SIGHTED_ANSWER;
    enum direction direction = direction_of(session, block, row, &tuple);
    if (direction == DIRECTION_UNKNOWN) {
        out->kind = ATTEMPT_NONE;
        return;
    }
    if (is_answer)
        tuple = tuple_turned(&tuple);
    struct service *service = &out->service;
    service->interface = attempt_interface(block, row, seed);
    snprintf(service->interface_id, sizeof service->interface_id, "%s", interface_id_at(block, row));
    service->outbound = (direction == DIRECTION_OUT) != is_answer;
    service->local = service->outbound ? tuple.src : tuple.dst;
    service->port = tuple.dst_port;
    service->protocol = tuple.protocol;
    if (service->outbound && is_private(&tuple.dst))
        service->remote = tuple.dst;
    out->key = key_of(service, seed);
    out->peer = peer_of(service->outbound ? &tuple.dst : &tuple.src, seed);
    out->tuple = tuple_hash(&tuple, service->interface);
    out->start = number_at(block, WEIR_F_START, row);
    out->accepted = block_verdict(block, row) == WEIR_VERDICT_ACCEPT;
}
