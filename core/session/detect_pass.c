/* detect_pass.c - rows of the ring put into buckets and given to the detectors. The rows of a few buckets are found by
 * one look at the blocks of their time; then each bucket is given as a whole, accepted attempts first, so that nothing
 * depends on the order of arrival. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/clock.h"
#include "base/scope.h"
#include "session/attempt.h"
#include "session/detect_state.h"
#include "session/prior_key.h"
#include "vpc/network.h"

enum {
    ROWS_MOST = 16384,    /* of a span; fewer buckets are taken when there are more */
    ROWS_LIMIT = 1 << 20, /* of one bucket: beyond, rows are not looked at */
    TALLY_FIRST = 1024,
    NONE = UINT32_MAX,
};

/* ---- the rows of a span ---- */

struct row_ref {
    uint64_t row;
    uint32_t next; /* of the same bucket */
};

struct span {
    int64_t from, step;
    uint32_t n_buckets;
    uint32_t first[SPAN_BUCKETS]; /* NONE = empty */
    struct row_ref *ref;
    uint32_t n, room;
    bool overflow;
};

static bool is_of_interest(const struct block *block, uint32_t row)
{
    if (block_kind(block, row) == WEIR_ROW_SKIPDATA || block_verdict(block, row) == WEIR_VERDICT_REJECT)
        return true;
    return attempt_kind_at(block, row) != ATTEMPT_NONE;
}

static bool span_add(struct span *span, uint32_t bucket, uint64_t row, uint32_t most)
{
    if (span->n == span->room) {
        uint32_t room = span->room ? span->room * 2 : 4096;
        struct row_ref *ref = room > most ? NULL : realloc(span->ref, room * sizeof *ref);
        if (!ref)
            return false;
        span->ref = ref;
        span->room = room;
    }
    span->ref[span->n] = (struct row_ref){row, span->first[bucket]};
    span->first[bucket] = span->n++;
    return true;
}

static bool gather_block(struct span *span, const struct block *block, uint32_t most)
{
    const struct column *starts = block->column[WEIR_F_START];
    int64_t to = span->from + span->step * span->n_buckets;
    for (uint32_t row = 0; row < block->n; row++) {
        if (column_is_null(starts, row))
            continue;
        int64_t start = (int64_t)column_number(starts, row);
        if (start < span->from || start >= to || !is_of_interest(block, row))
            continue;
        if (!span_add(span, (uint32_t)((start - span->from) / span->step), block->first_row + row, most))
            return false;
    }
    return true;
}

static bool gather(const weir_session *session, struct span *span, uint32_t most)
{
    int64_t to = span->from + span->step * span->n_buckets;
    memset(span->first, 0xff, sizeof span->first);
    span->n = 0;
    for (size_t k = 0; k < ring_blocks(session->ring); k++) {
        const struct block *block = ring_block(session->ring, k);
        bool overlaps = block->min_start < to && block->max_start >= span->from;
        if (overlaps && block->column[WEIR_F_START] && !gather_block(span, block, most))
            return false;
    }
    return true;
}

/* As many buckets as have rows for one span, at least one. */
static void take_span(const weir_session *session, struct span *span)
{
    while (!gather(session, span, span->n_buckets > 1 ? ROWS_MOST : ROWS_LIMIT)) {
        if (span->n_buckets == 1) {
            span->overflow = true;
            return;
        }
        span->n_buckets = (span->n_buckets + 3) / 4;
    }
}

/* ---- rejects by part ---- */

struct tally_entry {
    uint64_t hash; /* 0 = free */
    enum part_of kind;
    uint32_t count;
    char value[PART_VALUE_BYTES];
};

struct tally {
    struct tally_entry *entry;
    uint32_t n, room; /* a power of two */
};

static struct tally_entry *tally_slot(const struct tally *tally, uint64_t hash)
{
    uint32_t at = (uint32_t)hash & (tally->room - 1);
    while (tally->entry[at].hash && tally->entry[at].hash != hash)
        at = (at + 1) & (tally->room - 1);
    return &tally->entry[at];
}

static bool tally_grow(struct tally *tally)
{
    struct tally more = {.room = tally->room ? tally->room * 2 : TALLY_FIRST};
    more.entry = calloc(more.room, sizeof *more.entry);
    if (!more.entry)
        return false;
    for (uint32_t k = 0; k < tally->room; k++)
        if (tally->entry[k].hash)
            *tally_slot(&more, tally->entry[k].hash) = tally->entry[k];
    more.n = tally->n;
    free(tally->entry);
    *tally = more;
    return true;
}

static void tally_add(struct tally *tally, enum part_of kind, const void *bytes, size_t len, const char *value)
{
    uint64_t hash = XXH3_64bits_withSeed(bytes, len, kind + 1) | 1;
    if (tally->n * 2 >= tally->room && !tally_grow(tally))
        return;
    struct tally_entry *entry = tally_slot(tally, hash);
    if (!entry->hash) {
        *entry = (struct tally_entry){.hash = hash, .kind = kind};
        snprintf(entry->value, sizeof entry->value, "%s", value);
        tally->n++;
    }
    entry->count++;
}

static void tally_network(struct tally *tally, const struct block *block, uint32_t row)
{
    weir_addr source;
    char text[ADDR_TEXT_MAX], value[PART_VALUE_BYTES + 8];
    if (!addr_at(block, WEIR_F_SRCADDR, WEIR_F_PKT_SRCADDR, row, &source))
        return;
    addr_cut(&source, 24, 48);
    addr_print(&source, text);
    snprintf(value, sizeof value, "%s/%d", text, source.family == 4 ? 24 : 48);
    tally_add(tally, PART_OF_NETWORK, &source, sizeof source, value);
}

static void tally_interface(const weir_session *session, struct tally *tally, const struct block *block, uint32_t row)
{
    const struct column *ids = block->column[WEIR_F_INTERFACE_ID];
    if (!ids || column_is_null(ids, row))
        return;
    const char *id = dict_text(ids->dict, (uint32_t)column_number(ids, row)).text;
    tally_add(tally, PART_OF_INTERFACE, id, strlen(id), id);
    const struct inventory *network = session->network ? network_inventory(session->network) : NULL;
    const struct vpc_interface *interface = network ? inventory_interface(network, id) : NULL;
    for (size_t k = 0; interface && k < interface->n_group_ids; k++)
        if (*interface->group_ids[k].text)
            tally_add(tally, PART_OF_GROUP, interface->group_ids[k].text, strlen(interface->group_ids[k].text),
                      interface->group_ids[k].text);
}

static void tally_row(const weir_session *session, struct tally *tally, const struct block *block, uint32_t row)
{
    char value[24];
    tally_add(tally, PART_OF_ALL, "", 0, "");
    tally_interface(session, tally, block, row);
    tally_network(tally, block, row);
    int64_t port = number_at(block, WEIR_F_DSTPORT, row), protocol = number_at(block, WEIR_F_PROTOCOL, row);
    if (port < 0 || (protocol != PROTOCOL_TCP && protocol != PROTOCOL_UDP && protocol >= 0))
        return;
    snprintf(value, sizeof value, "%lld", (long long)port);
    tally_add(tally, PART_OF_PORT, &port, sizeof port, value);
}

static int largest_first(const void *a, const void *b)
{
    const struct tally_entry *left = a, *right = b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return left->hash < right->hash ? -1 : left->hash > right->hash;
}

static void tally_tell(struct tally *tally, struct parts *parts)
{
    uint32_t n = 0;
    for (uint32_t k = 0; k < tally->room; k++)
        if (tally->entry[k].hash)
            tally->entry[n++] = tally->entry[k];
    if (n)
        qsort(tally->entry, n, sizeof *tally->entry, largest_first);
    for (uint32_t k = 0; k < n; k++)
        parts_add(parts, tally->entry[k].kind, tally->entry[k].hash, tally->entry[k].value, tally->entry[k].count);
    if (tally->room)
        memset(tally->entry, 0, tally->room * sizeof *tally->entry);
    tally->n = 0;
}

/* ---- a bucket ---- */

struct passing {
    const weir_session *session;
    struct outlook *outlook;
    struct tally *tally;
    uint64_t seed;
};

static bool is_new(struct outlook *outlook, const struct attempt *attempt)
{
    if (attempt->kind == ATTEMPT_OPENING || attempt->kind == ATTEMPT_ANSWER)
        return true;
    uint64_t tuple = attempt->tuple ^ (attempt->kind == ATTEMPT_SIGHTED_ANSWER ? 0x5851f42d4c957f2du : 0);
    if (recall_has(&outlook->tuples, tuple))
        return false;
    recall_add(&outlook->tuples, tuple);
    return true;
}

static void give(const struct passing *passing, const struct block *block, uint32_t row, bool accepted)
{
    struct attempt attempt;
    bool is_accepted = block_verdict(block, row) == WEIR_VERDICT_ACCEPT;
    if (is_accepted != accepted)
        return;
    attempt_at(passing->session, block, row, passing->seed, &attempt);
    if (attempt.kind == ATTEMPT_NONE || !is_new(passing->outlook, &attempt))
        return;
    struct watch_attempt told = {
        .service = &attempt.service,
        .key = attempt.key,
        .peer = attempt.peer,
        .start = attempt.start,
        .row = block->first_row + row,
        .is_answer = attempt.kind == ATTEMPT_ANSWER || attempt.kind == ATTEMPT_SIGHTED_ANSWER,
    };
    if (accepted)
        watch_accept(passing->outlook->watch, &told);
    else
        watch_reject(passing->outlook->watch, &told);
}

static void look(const struct passing *passing, const struct span *span, uint32_t bucket, bool accepted)
{
    for (uint32_t k = span->ref ? span->first[bucket] : NONE; k != NONE; k = span->ref[k].next) {
        uint32_t row;
        const struct block *block = ring_find(passing->session->ring, span->ref[k].row, &row);
        if (!block)
            continue;
        if (block_kind(block, row) == WEIR_ROW_SKIPDATA) {
            if (accepted)
                watch_gap(passing->outlook->watch, attempt_interface(block, row, passing->seed));
            continue;
        }
        give(passing, block, row, accepted);
        if (!accepted && block_verdict(block, row) == WEIR_VERDICT_REJECT)
            tally_row(passing->session, passing->tally, block, row);
    }
}

static void do_bucket(const struct passing *passing, const struct span *span, uint32_t bucket)
{
    struct outlook *outlook = passing->outlook;
    int64_t start = span->from + bucket * span->step;
    bool has_gap = ledger_has_gap(passing->session, start, start + span->step - 1);
    recall_tick(&outlook->tuples, start);
    watch_begin(outlook->watch, start);
    if (has_gap)
        watch_gap(outlook->watch, 0);
    look(passing, span, bucket, true);
    look(passing, span, bucket, false);
    watch_end(outlook->watch);
    tally_tell(passing->tally, &outlook->parts);
    parts_end(&outlook->parts, start, has_gap);
    outlook->next = start + span->step;
}

/* Buckets in which nothing at all was recorded, at most up to `to`: they are gone through without looking at rows. */
static void skip_empty(const weir_session *session, struct outlook *outlook, int64_t to)
{
    int64_t soonest = INT64_MAX, step = watch_bucket(outlook->watch);
    for (size_t k = 0; k < ring_blocks(session->ring); k++) {
        const struct block *block = ring_block(session->ring, k);
        if (block->max_start < outlook->next || block->min_start > block->max_start)
            continue;
        soonest = block->min_start < soonest ? block->min_start : soonest;
    }
    if (soonest < outlook->next + SPAN_BUCKETS * step)
        return;
    int64_t there = soonest == INT64_MAX ? to : soonest / step * step;
    outlook->next = there < to ? there : to;
}

bool detect_pass(weir_session *session, struct outlook *outlook, int64_t to, int64_t until_ms)
{
    struct tally tally = {0};
    struct span span = {.step = watch_bucket(outlook->watch)};
    struct passing passing = {session, outlook, &tally, session->detect->seed};
    do {
        if (outlook->next < to)
            skip_empty(session, outlook, to);
        if (outlook->next >= to)
            break;
        int64_t left = (to - outlook->next + span.step - 1) / span.step;
        span.from = outlook->next;
        span.n_buckets = left < SPAN_BUCKETS ? (uint32_t)left : SPAN_BUCKETS;
        take_span(session, &span);
        for (uint32_t k = 0; k < span.n_buckets && (k == 0 || clock_mono_ms() < until_ms); k++)
            do_bucket(&passing, &span, k);
    } while (clock_mono_ms() < until_ms);
    session->detect->too_many = session->detect->too_many || span.overflow;
    free(span.ref);
    free(tally.entry);
    return outlook->next >= to;
}
