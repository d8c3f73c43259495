/* prior.c - the ring's ACCEPTs by connection: chains of rows with the same hash, newest first.
 *
 *   head[hash] ──► newest row ── back[row] ──► older row ── back[row] ──► … until the ring's oldest
 *
 * Rows are named by the low half of their ids and links by their length, so that a row costs four bytes. A chain needs
 * no care when blocks are evicted: it ends where the ring begins. REJECTs are in no chain, so that a flood of them
 * costs nothing here. */
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/scope.h"
#include "session/prior_key.h"
#include "session/prior_place.h"
#include "session/why.h"

enum { HEADS_MIN = 4096, HEAD_BYTES = 128 /* of the cap for each head */, ROOM_MIN = 4096, SLICE_ROWS = 512 };

struct priors {
    const struct ring *ring;
    uint64_t next;  /* rows below it are taken in */
    uint32_t *head; /* low half of a row's id + 1; 0 = none */
    size_t n_heads; /* a power of two */
    uint32_t *back; /* by row id modulo room: how far back the next older row is, 0 = nowhere */
    uint64_t room;  /* a power of two */
    uint64_t seed;
    struct places *places;
    const struct block *block; /* whose interface ids' hashes are in `interfaces` */
    uint64_t block_first;
    uint64_t *interfaces; /* by dict id; 0 = not asked yet */
    uint32_t n_interfaces;
};

struct priors *priors_new(const struct ring *ring, uint64_t cap_bytes)
{
    struct priors *priors = calloc(1, sizeof *priors);
    if (!priors)
        return NULL;
    priors->ring = ring;
    priors->n_heads = HEADS_MIN;
    while (priors->n_heads < cap_bytes / HEAD_BYTES && priors->n_heads < UINT32_MAX / 2)
        priors->n_heads *= 2;
    priors->head = calloc(priors->n_heads, sizeof *priors->head);
    priors->places = places_new(cap_bytes);
    priors->seed = (uint64_t)(uintptr_t)priors * 0x9e3779b97f4a7c15u;
    priors->next = ring_first(ring);
    if (!priors->head || !priors->places) {
        priors_free(priors);
        return NULL;
    }
    return priors;
}

void priors_free(struct priors *priors)
{
    if (!priors)
        return;
    free(priors->head);
    free(priors->back);
    free(priors->interfaces);
    places_free(priors->places);
    free(priors);
}

uint64_t priors_bytes(const struct priors *priors)
{
    return sizeof *priors + priors->n_heads * sizeof *priors->head + priors->room * sizeof *priors->back +
           priors->n_interfaces * sizeof *priors->interfaces + places_bytes(priors->places);
}

/* ---- taking rows in ---- */

static uint64_t hash_interface(const struct priors *priors, const char *id, size_t len)
{
    return XXH3_64bits_withSeed(id, len, priors->seed) | 1;
}

/* The interface of a row; its hash is worked out once for each block. 0 = none is told. */
static uint64_t interface_at(struct priors *priors, const struct block *block, uint32_t row)
{
    const struct column *ids = block->column[WEIR_F_INTERFACE_ID];
    if (!ids || column_is_null(ids, row))
        return 0;
    uint32_t n = dict_count(ids->dict), id = (uint32_t)column_number(ids, row);
    if (priors->block_first != block->first_row || priors->block != block) {
        if (priors->n_interfaces)
            memset(priors->interfaces, 0, priors->n_interfaces * sizeof *priors->interfaces);
        priors->block = block;
        priors->block_first = block->first_row;
    }
    if (n > priors->n_interfaces) {
        uint64_t *more = reallocarray(priors->interfaces, n, sizeof *more);
        if (!more)
            return hash_interface(priors, dict_text(ids->dict, id).text, dict_len(ids->dict, id));
        memset(more + priors->n_interfaces, 0, (n - priors->n_interfaces) * sizeof *more);
        priors->interfaces = more;
        priors->n_interfaces = n;
    }
    if (!priors->interfaces[id])
        priors->interfaces[id] = hash_interface(priors, dict_text(ids->dict, id).text, dict_len(ids->dict, id));
    return priors->interfaces[id];
}

static uint32_t *head_of(const struct priors *priors, const struct tuple *tuple, uint64_t interface)
{
    return &priors->head[tuple_hash(tuple, interface) & (priors->n_heads - 1)];
}

/* Room for links of all rows from `first` up to `end`. */
static bool make_room(struct priors *priors, uint64_t first, uint64_t end)
{
    if (end - first <= priors->room)
        return true;
    uint64_t room = priors->room ? priors->room : ROOM_MIN;
    while (room < end - first)
        room *= 2;
    uint32_t *back = calloc(room, sizeof *back);
    if (!back)
        return false;
    for (uint64_t id = priors->next > priors->room ? priors->next - priors->room : 0; priors->room && id < priors->next;
         id++)
        back[id & (room - 1)] = priors->back[id & (priors->room - 1)];
    free(priors->back);
    priors->back = back;
    priors->room = room;
    return true;
}

/* The row that a head names, or UINT64_MAX: heads have the low half of an id, and outlive the row. */
static uint64_t row_of_head(const struct priors *priors, uint32_t head)
{
    if (head == 0)
        return UINT64_MAX;
    uint64_t distance = (uint32_t)((uint32_t)priors->next - (head - 1));
    return distance == 0 || distance > priors->next ? UINT64_MAX : priors->next - distance;
}

static void take_row(struct priors *priors, const struct block *block, uint32_t row)
{
    struct tuple tuple;
    uint64_t id = block->first_row + row, interface = interface_at(priors, block, row);
    bool has_tuple = block_kind(block, row) == WEIR_ROW_RECORD && tuple_at(block, row, &tuple);
    places_add(priors->places, interface, block, row, has_tuple ? &tuple : NULL);
    uint32_t *back = &priors->back[id & (priors->room - 1)];
    *back = 0;
    if (!has_tuple || block_verdict(block, row) != WEIR_VERDICT_ACCEPT)
        return;
    uint32_t *head = head_of(priors, &tuple, interface);
    uint64_t older = row_of_head(priors, *head);
    if (older != UINT64_MAX && older >= ring_first(priors->ring) && older < id)
        *back = (uint32_t)(id - older);
    *head = (uint32_t)id + 1 ? (uint32_t)id + 1 : 1; /* one id in 2^32 is lost */
}

/* Takes rows in until the budget is used up; -1 = all of them. */
static bool take_rows(struct priors *priors, int budget_ms)
{
    int64_t until = clock_mono_ms() + budget_ms;
    uint64_t first = ring_first(priors->ring), end = ring_end(priors->ring);
    if (priors->next < first)
        priors->next = first;
    if (!make_room(priors, first, end))
        return false;
    for (unsigned n = 1; priors->next < end; n++) {
        uint32_t row;
        const struct block *block = ring_find(priors->ring, priors->next, &row);
        take_row(priors, block, row);
        priors->next++; /* before the clock is looked at: a row that is taken in twice cuts its chain */
        if (budget_ms >= 0 && n % SLICE_ROWS == 0 && clock_mono_ms() >= until)
            break;
    }
    return priors->next < end;
}

bool priors_work(struct priors *priors, int budget_ms)
{
    return take_rows(priors, budget_ms);
}

bool priors_ready(const struct priors *priors)
{
    return priors->next >= ring_end(priors->ring);
}

void priors_added(struct priors *priors, uint64_t first)
{
    if (priors->next >= first)
        (void)take_rows(priors, -1);
}

/* ---- asking ---- */

static void keep(struct prior_record *kept, const struct block *block, uint32_t row, int64_t start)
{
    if (kept->found && kept->start >= start) /* newer rows come first */
        return;
    int64_t packets = number_at(block, WEIR_F_PACKETS, row), bytes = number_at(block, WEIR_F_BYTES, row);
    *kept = (struct prior_record){
        .found = true,
        .row = block->first_row + row,
        .start = start,
        .end = number_at(block, WEIR_F_END, row),
        .tcp_flags = (int32_t)number_at(block, WEIR_F_TCP_FLAGS, row),
        .verdict = WEIR_VERDICT_ACCEPT,
        .packets = packets < 0 ? 0 : (uint64_t)packets,
        .bytes = bytes < 0 ? 0 : (uint64_t)bytes,
    };
}

static bool is_of_interface(const struct block *block, uint32_t row, const char *id)
{
    const struct column *ids = block->column[WEIR_F_INTERFACE_ID];
    if (!ids || column_is_null(ids, row))
        return *id == '\0';
    return strcmp(dict_text(ids->dict, (uint32_t)column_number(ids, row)).text, id) == 0;
}

static struct tuple tuple_of(const struct flow_record *record)
{
    return (struct tuple){.src = record->src,
                          .dst = record->dst,
                          .src_port = record->src_port,
                          .dst_port = record->dst_port,
                          .protocol = record->protocol};
}

/* A connection both ways, and where the walk along its chain is. */
struct walk {
    const struct priors *priors;
    const struct flow_record *record;
    struct tuple tuple, turned;
    uint64_t id; /* of the next row; UINT64_MAX = none */
    unsigned steps;
};

static struct walk walk_of(const struct priors *priors, const struct flow_record *record, uint64_t interface)
{
    struct walk walk = {.priors = priors, .record = record, .tuple = tuple_of(record), .id = UINT64_MAX};
    walk.turned = tuple_turned(&walk.tuple);
    if (priors->room)
        walk.id = row_of_head(priors, *head_of(priors, &walk.tuple, interface));
    return walk;
}

/* The next row of the connection; NULL = there is none, or enough were looked at. */
static const struct block *walk_on(struct walk *walk, uint32_t *row, bool *same, bool *reverse)
{
    const struct priors *priors = walk->priors;
    uint64_t first = ring_first(priors->ring);
    while (walk->id != UINT64_MAX && walk->id >= first && walk->steps++ < PRIOR_STEPS_MAX) {
        const struct block *block = ring_find(priors->ring, walk->id, row);
        uint32_t back = priors->back[walk->id & (priors->room - 1)];
        walk->id = back && back <= walk->id ? walk->id - back : UINT64_MAX;
        *same = tuple_is_at(block, *row, &walk->tuple);
        *reverse = tuple_is_at(block, *row, &walk->turned);
        if ((*same || *reverse) && is_of_interface(block, *row, walk->record->interface_id))
            return block;
    }
    return NULL;
}

static void look(const struct block *block, uint32_t row, bool same, bool reverse, const struct flow_record *record,
                 struct prior *out)
{
    int64_t start = number_at(block, WEIR_F_START, row), flags = number_at(block, WEIR_F_TCP_FLAGS, row);
    if (start > record->end)
        return;
    if (same && start <= record->start)
        keep(&out->same, block, row, start);
    if (reverse)
        keep(&out->reverse, block, row, start);
    if (reverse && flags_open(flags))
        keep(&out->request, block, row, start);
    if (flags > 0 && flags & (FLAG_FIN | FLAG_RST))
        keep(&out->close, block, row, start);
    out->exchanges++;
}

static uint64_t interface_of(const struct priors *priors, const struct flow_record *record)
{
    return *record->interface_id ? hash_interface(priors, record->interface_id, strlen(record->interface_id)) : 0;
}

void priors_find(const struct priors *priors, uint64_t row_id, const struct flow_record *record, bool outbound,
                 struct prior *out)
{
    uint64_t interface = interface_of(priors, record);
    struct walk walk = walk_of(priors, record, interface);
    const struct block *block;
    uint32_t row;
    bool same, reverse;
    *out = (struct prior){.searched = true};
    while ((block = walk_on(&walk, &row, &same, &reverse)))
        if (block->first_row + row != row_id)
            look(block, row, same, reverse, record, out);
    out->log_is_all = places_logs_accepts(priors->places, interface);
    out->has_gap = places_has_gap(priors->places, interface, record->start, record->end);
    bool src = places_listens(priors->places, interface, &record->src, record->src_port, &walk.tuple);
    bool dst = places_listens(priors->places, interface, &record->dst, record->dst_port, &walk.tuple);
    out->local_listens = outbound ? src : dst;
    out->remote_listens = outbound ? dst : src;
}

bool priors_answered(const struct priors *priors, const struct flow_record *record)
{
    struct walk walk = walk_of(priors, record, interface_of(priors, record));
    const struct block *block;
    uint32_t row;
    bool same, reverse;
    while ((block = walk_on(&walk, &row, &same, &reverse)))
        if (reverse && number_at(block, WEIR_F_END, row) >= record->start)
            return true;
    return false;
}

bool priors_gap(const struct priors *priors, const struct flow_record *record, int64_t until)
{
    return places_has_gap(priors->places, interface_of(priors, record), record->start, until);
}

bool priors_learned(const struct priors *priors, const char *interface_id, weir_addr *out)
{
    return *interface_id &&
           places_learned(priors->places, hash_interface(priors, interface_id, strlen(interface_id)), out);
}
