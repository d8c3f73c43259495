/* prior_plain.h - what a log has of the same connection, found the plain way: every row is looked at. The oracle and
 * stand-in of core/session's index, for small logs. */
#ifndef WEIR_SUPPORT_PRIOR_PLAIN_H
#define WEIR_SUPPORT_PRIOR_PLAIN_H

#include <string.h>

#include "explain/flow.h"

enum { PLAIN_ROWS = 4096, PLAIN_FIN = 1, PLAIN_SYN = 2, PLAIN_RST = 4, PLAIN_SYN_ACK = 18 };

struct plain_log {
    struct flow_record record[PLAIN_ROWS];
    bool is_gap[PLAIN_ROWS]; /* SKIPDATA: only interface and times count */
    size_t n;
};

static inline bool plain_same(const struct flow_record *a, const struct flow_record *b)
{
    return addr_compare(&a->src, &b->src) == 0 && addr_compare(&a->dst, &b->dst) == 0 && a->src_port == b->src_port &&
           a->dst_port == b->dst_port && a->protocol == b->protocol;
}

static inline bool plain_reverse(const struct flow_record *a, const struct flow_record *b)
{
    return addr_compare(&a->src, &b->dst) == 0 && addr_compare(&a->dst, &b->src) == 0 && a->src_port == b->dst_port &&
           a->dst_port == b->src_port && a->protocol == b->protocol;
}

static inline bool plain_opens(const struct flow_record *record)
{
    return record->tcp_flags > 0 && (record->tcp_flags & PLAIN_SYN) &&
           (record->tcp_flags & PLAIN_SYN_ACK) != PLAIN_SYN_ACK;
}

static inline void plain_keep(struct prior_record *kept, const struct flow_record *record, size_t row)
{
    if (kept->found && kept->start > record->start)
        return;
    *kept = (struct prior_record){
        .found = true,
        .row = row,
        .start = record->start,
        .end = record->end,
        .tcp_flags = record->tcp_flags,
        .verdict = record->verdict,
        .packets = record->packets < 0 ? 0 : (uint64_t)record->packets,
        .bytes = record->bytes < 0 ? 0 : (uint64_t)record->bytes,
    };
}

static inline void plain_look(const struct flow_record *record, const struct flow_record *other, size_t row,
                              struct prior *out)
{
    bool same = plain_same(record, other), reverse = plain_reverse(record, other);
    if (other->verdict != WEIR_VERDICT_ACCEPT || other->start > record->end || (!same && !reverse))
        return;
    if (same && other->start <= record->start)
        plain_keep(&out->same, other, row);
    if (reverse)
        plain_keep(&out->reverse, other, row);
    if (reverse && plain_opens(other))
        plain_keep(&out->request, other, row);
    if (other->tcp_flags > 0 && other->tcp_flags & (PLAIN_FIN | PLAIN_RST))
        plain_keep(&out->close, other, row);
    out->exchanges++;
}

/* Somebody else opened a connection to the same address and port. */
static inline bool plain_listens(const struct flow_record *other, const weir_addr *addr, int32_t port)
{
    return port > 0 && other->verdict == WEIR_VERDICT_ACCEPT && plain_opens(other) && other->dst_port == port &&
           addr_compare(&other->dst, addr) == 0;
}

static inline void plain_prior(const struct plain_log *log, size_t at, enum direction direction, struct prior *out)
{
    const struct flow_record *record = &log->record[at];
    bool inbound = direction != DIRECTION_OUT;
    *out = (struct prior){.searched = true};
    for (size_t k = 0; k < log->n; k++) {
        const struct flow_record *other = &log->record[k];
        if (strcmp(other->interface_id, record->interface_id) != 0)
            continue;
        if (log->is_gap[k]) {
            out->has_gap = out->has_gap || (other->start <= record->end + 60 && other->end + 60 >= record->start);
            continue;
        }
        out->log_is_all = out->log_is_all || other->verdict == WEIR_VERDICT_ACCEPT;
        if (k == at)
            continue;
        plain_look(record, other, k, out);
        if (plain_same(record, other) || plain_reverse(record, other))
            continue;
        bool src = plain_listens(other, &record->src, record->src_port);
        bool dst = plain_listens(other, &record->dst, record->dst_port);
        out->local_listens = out->local_listens || (inbound ? dst : src);
        out->remote_listens = out->remote_listens || (inbound ? src : dst);
    }
}

#endif
