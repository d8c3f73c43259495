/* detect_spikes.c - spikes of parts of the traffic in words: which of them say something that a larger one does not,
 * and who makes most of each. The records of a spike are counted when it is new or has grown. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/addr.h"
#include "session/detect_state.h"
#include "session/prior_key.h"
#include "vpc/network.h"

enum { SOURCES = 512, ROWS_COUNTED = 1 << 18 };
#define MOST_OF_IT 0.5
#define THE_SAME   0.8

/* ---- who makes most of it ---- */

struct pair {
    weir_addr source;
    int32_t port;
    uint32_t count; /* 0 = free */
};

struct counted {
    struct pair pair[SOURCES];
    uint64_t rows, uncounted;
};

static void count_pair(struct counted *counted, const weir_addr *source, int32_t port)
{
    uint64_t hash = XXH3_64bits_withSeed(source, sizeof *source, (uint64_t)(uint32_t)port);
    counted->rows++;
    for (uint64_t k = 0; k < 16; k++) {
        struct pair *pair = &counted->pair[(hash + k) % SOURCES];
        if (!pair->count)
            *pair = (struct pair){.source = *source, .port = port};
        if (pair->port == port && memcmp(&pair->source, source, sizeof *source) == 0) {
            pair->count++;
            return;
        }
    }
    counted->uncounted++;
}

static bool interface_has_group(const weir_session *session, const char *id, const char *group)
{
    const struct inventory *network = session->network ? network_inventory(session->network) : NULL;
    const struct vpc_interface *interface = network ? inventory_interface(network, id) : NULL;
    for (size_t k = 0; interface && k < interface->n_group_ids; k++)
        if (strcmp(interface->group_ids[k].text, group) == 0)
            return true;
    return false;
}

static const char *interface_at(const struct block *block, uint32_t row)
{
    const struct column *ids = block->column[WEIR_F_INTERFACE_ID];
    return ids && !column_is_null(ids, row) ? dict_text(ids->dict, (uint32_t)column_number(ids, row)).text : "";
}

static bool is_in_part(const weir_session *session, const struct part_spike *spike, const struct block *block,
                       uint32_t row, const weir_addr *source)
{
    struct net net;
    switch (spike->kind) {
    case PART_OF_INTERFACE: return strcmp(interface_at(block, row), spike->value) == 0;
    case PART_OF_GROUP: return interface_has_group(session, interface_at(block, row), spike->value);
    case PART_OF_PORT: return number_at(block, WEIR_F_DSTPORT, row) == strtoll(spike->value, NULL, 10);
    case PART_OF_NETWORK: return net_parse(spike->value, strlen(spike->value), &net) && net_contains(&net, source);
    default: return true;
    }
}

static void count_block(const weir_session *session, const struct part_spike *spike, const struct block *block,
                        struct counted *counted)
{
    for (uint32_t row = 0; row < block->n && counted->rows < ROWS_COUNTED; row++) {
        weir_addr source;
        int64_t start = number_at(block, WEIR_F_START, row);
        if (block_verdict(block, row) == WEIR_VERDICT_REJECT && start >= spike->from && start < spike->to &&
            addr_at(block, WEIR_F_SRCADDR, WEIR_F_PKT_SRCADDR, row, &source) &&
            is_in_part(session, spike, block, row, &source))
            count_pair(counted, &source, (int32_t)number_at(block, WEIR_F_DSTPORT, row));
    }
}

static const struct pair *largest(const struct counted *counted)
{
    const struct pair *most = &counted->pair[0];
    for (size_t k = 1; k < SOURCES; k++) {
        const struct pair *pair = &counted->pair[k];
        if (pair->count > most->count ||
            (pair->count == most->count && pair->count && addr_compare(&pair->source, &most->source) < 0))
            most = pair;
    }
    return most;
}

static void put_most(const weir_session *session, const struct part_spike *spike, struct told_spike *out)
{
    struct counted counted = {.rows = 0};
    for (size_t k = 0; k < ring_blocks(session->ring); k++) {
        const struct block *block = ring_block(session->ring, k);
        if (block->min_start < spike->to && block->max_start >= spike->from)
            count_block(session, spike, block, &counted);
    }
    const struct pair *most = largest(&counted);
    if (!most->count)
        return;
    char addr[ADDR_TEXT_MAX];
    addr_print(&most->source, addr);
    out->spike.source = weir_safe_format(out->source, sizeof out->source, "%s", addr);
    if (most->port >= 0)
        out->spike.port = weir_safe_format(out->port, sizeof out->port, "%d", most->port);
    out->spike.share = (double)most->count / (double)counted.rows;
}

/* ---- which are told ---- */

static bool overlap(const struct part_spike *a, const struct part_spike *b)
{
    return a->from < b->to && b->from < a->to;
}

/* Another spike of the same time says the same, or more: all of the traffic of which this is most, or a part that is
 * rarer (or named before it) with about as many rejects. */
static bool says_more(const struct part_spike *other, const struct part_spike *spike)
{
    if (other == spike || !overlap(other, spike) || spike->kind == PART_OF_ALL)
        return false;
    double least = (double)other->total * (other->kind == PART_OF_ALL ? MOST_OF_IT : THE_SAME);
    if ((double)spike->total < least)
        return false;
    if (other->kind == PART_OF_ALL)
        return true;
    bool as_many = (double)spike->total * THE_SAME <= (double)other->total;
    return as_many && (other->kind > spike->kind || (other->kind == spike->kind && other < spike));
}

static bool is_explained(const struct parts *parts, const struct part_spike *spike)
{
    for (size_t k = 0; k < parts_spikes(parts); k++)
        if (says_more(parts_spike(parts, k), spike))
            return true;
    return false;
}

static uint64_t key_of(const struct part_spike *spike)
{
    return XXH3_64bits_withSeed(spike->value, strlen(spike->value), (uint64_t)spike->kind) ^
           (uint64_t)spike->from * 0x9e3779b97f4a7c15u ^ spike->total;
}

static void put_spike(const weir_session *session, const struct part_spike *spike, struct told_spike *out)
{
    *out = (struct told_spike){.key = key_of(spike)};
    out->spike = (weir_part_spike){
        .part = (weir_part_kind)spike->kind,
        .from = spike->from,
        .to = spike->to,
        .peak = spike->peak,
        .total = spike->total,
        .usual = spike->usual,
        .rarity = (double)spike->rarity,
        .source = WEIR_SAFE(""),
        .port = WEIR_SAFE(""),
    };
    out->spike.value = weir_safe_format(out->value, sizeof out->value, "%s", spike->value);
    put_most(session, spike, out);
}

static bool keep(struct detect *detect, size_t at, uint64_t key)
{
    return at < detect->n_told && detect->told[at].key == key;
}

static int newest_first(const void *a, const void *b)
{
    const struct part_spike *left = *(const struct part_spike *const *)a, *right = *(const struct part_spike *const *)b;
    if (left->from != right->from)
        return left->from > right->from ? -1 : 1;
    if (left->rarity < right->rarity || left->rarity > right->rarity)
        return left->rarity > right->rarity ? -1 : 1;
    return left->kind != right->kind ? (int)left->kind - (int)right->kind : strcmp(left->value, right->value);
}

void detect_tell_spikes(weir_session *session)
{
    struct detect *detect = session->detect;
    const struct parts *parts = &detect_newest(detect)->parts;
    const struct part_spike *order[PART_SPIKES_MAX];
    size_t n = 0;
    for (size_t k = 0; k < parts_spikes(parts); k++)
        if (!is_explained(parts, parts_spike(parts, k)))
            order[n++] = parts_spike(parts, k);
    if (n)
        qsort(order, n, sizeof *order, newest_first);
    n = n < PART_SPIKES_TOLD ? n : PART_SPIKES_TOLD;
    for (size_t k = 0; k < n; k++)
        if (!keep(detect, k, key_of(order[k])))
            put_spike(session, order[k], &detect->told[k]);
    detect->n_told = n;
}

size_t weir_session_spikes(const weir_session *session, weir_part_spike *out, size_t max)
{
    const struct detect *detect = session->detect;
    size_t n = detect ? detect->n_told : 0;
    n = n < max ? n : max;
    for (size_t k = 0; k < n; k++)
        out[k] = detect->told[k].spike;
    return n;
}
