/* prior_key.h - a connection as a row of the ring shows it, read straight from the columns; for prior.c and silent.c.
 */
#ifndef WEIR_SESSION_PRIOR_KEY_H
#define WEIR_SESSION_PRIOR_KEY_H

#include <string.h>

#include "base/addr.h"
#include "flow/block.h"
#include "vpc/inventory.h"

struct tuple {
    weir_addr src, dst;
    uint8_t zero[2];                      /* tuples are hashed as bytes: there is no padding, whose value is anyone's */
    int32_t src_port, dst_port, protocol; /* -1 = not told */
};
_Static_assert(sizeof(struct tuple) == 2 * sizeof(weir_addr) + 2 + 3 * sizeof(int32_t), "no padding");

enum { FLAG_FIN = 1, FLAG_SYN = 2, FLAG_RST = 4, FLAGS_SYN_ACK = 18 };

static inline int64_t number_at(const struct block *block, weir_field field, uint32_t row)
{
    const struct column *column = block->column[field];
    if (!column || column_is_null(column, row))
        return -1;
    uint64_t number = column_number(column, row);
    return number > INT64_MAX ? INT64_MAX : (int64_t)number;
}

/* A packet that opens a TCP connection. */
static inline bool flags_open(int64_t flags)
{
    return flags > 0 && (flags & FLAG_SYN) && (flags & FLAGS_SYN_ACK) != FLAGS_SYN_ACK;
}

/* The packet's own address stands in for one that the record lacks. */
static inline bool addr_at(const struct block *block, weir_field field, weir_field packet_field, uint32_t row,
                           weir_addr *out)
{
    const struct column *column = block->column[field];
    if (!column || column_is_null(column, row))
        column = block->column[packet_field];
    if (!column || column_is_null(column, row))
        return false;
    *out = column_addr(column, row);
    return true;
}

/* As flow_record_of() reads it. False: the row has no addresses. */
static inline bool tuple_at(const struct block *block, uint32_t row, struct tuple *out)
{
    *out = (struct tuple){0};
    if (!addr_at(block, WEIR_F_SRCADDR, WEIR_F_PKT_SRCADDR, row, &out->src) ||
        !addr_at(block, WEIR_F_DSTADDR, WEIR_F_PKT_DSTADDR, row, &out->dst))
        return false;
    out->protocol = (int32_t)number_at(block, WEIR_F_PROTOCOL, row);
    bool has_ports = out->protocol == PROTOCOL_TCP || out->protocol == PROTOCOL_UDP || out->protocol < 0;
    out->src_port = has_ports ? (int32_t)number_at(block, WEIR_F_SRCPORT, row) : -1;
    out->dst_port = has_ports ? (int32_t)number_at(block, WEIR_F_DSTPORT, row) : -1;
    return true;
}

static inline bool addr_is_at(const struct block *block, weir_field field, weir_field packet_field, uint32_t row,
                              const weir_addr *addr)
{
    const struct column *column = block->column[field];
    if (!column || column_is_null(column, row))
        column = block->column[packet_field];
    if (!column || column_is_null(column, row))
        return false;
    uint64_t element = column_number(column, row);
    if (column_is_v6(column, row))
        return memcmp(&column->v6[element], addr, sizeof *addr) == 0;
    return addr->family == 4 && element == addr_v4(addr);
}

/* tuple_at() of the row would be this one. Chains are walked with it, so it makes none. */
static inline bool tuple_is_at(const struct block *block, uint32_t row, const struct tuple *tuple)
{
    if ((int32_t)number_at(block, WEIR_F_PROTOCOL, row) != tuple->protocol)
        return false;
    bool has_ports = tuple->protocol == PROTOCOL_TCP || tuple->protocol == PROTOCOL_UDP || tuple->protocol < 0;
    if (has_ports && ((int32_t)number_at(block, WEIR_F_SRCPORT, row) != tuple->src_port ||
                      (int32_t)number_at(block, WEIR_F_DSTPORT, row) != tuple->dst_port))
        return false;
    return addr_is_at(block, WEIR_F_SRCADDR, WEIR_F_PKT_SRCADDR, row, &tuple->src) &&
           addr_is_at(block, WEIR_F_DSTADDR, WEIR_F_PKT_DSTADDR, row, &tuple->dst);
}

static inline struct tuple tuple_turned(const struct tuple *tuple)
{
    return (struct tuple){.src = tuple->dst,
                          .dst = tuple->src,
                          .src_port = tuple->dst_port,
                          .dst_port = tuple->src_port,
                          .protocol = tuple->protocol};
}

#endif
