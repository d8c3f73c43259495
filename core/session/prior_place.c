/* prior_place.c - two tables whose size is that of the memory cap, open addressing by a keyed hash: addresses are the
 * attacker's choice. What comes when a table is full is not learned, unless what stands there says little. */
#include "session/prior_place.h"

#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/limits.h"

enum {
    PROBES = 16,
    PEERS_MANY = 8,
    PEERS_FEW = 1,
    GAP_SLACK_S = 60,
    LISTENER_SHARE = 1024,
    PLACE_SHARE = 4096 /* of the cap */
};

struct listener {
    uint64_t key;   /* 0 = free */
    uint64_t first; /* tuple that was opened first */
    uint64_t peers; /* bit map of hashes of the other ends */
    bool opened, opened_by_others;
};

struct place {
    uint64_t key; /* 0 = free */
    weir_addr own[2];
    uint8_t n_own; /* addresses that were in every record so far; 2 = both of the first */
    bool accepts;
    bool any;
};

struct gap {
    uint64_t interface;
    int64_t from, to;
};

struct places {
    struct listener *listener;
    struct place *place;
    size_t n_listeners, n_places; /* both a power of two */
    struct gap gap[SKIPS_MAX];    /* a ring, by number */
    uint64_t n_gaps;
};

static size_t power_below(uint64_t n, size_t max)
{
    size_t power = 1;
    while (power * 2 <= n && power < max)
        power *= 2;
    return power;
}

struct places *places_new(uint64_t cap_bytes)
{
    struct places *places = calloc(1, sizeof *places);
    if (!places)
        return NULL;
    places->n_listeners = power_below(cap_bytes / LISTENER_SHARE, LISTENERS_MAX);
    places->n_places = power_below(cap_bytes / PLACE_SHARE, PLACES_MAX);
    places->listener = calloc(places->n_listeners, sizeof *places->listener);
    places->place = calloc(places->n_places, sizeof *places->place);
    if (places->listener && places->place)
        return places;
    places_free(places);
    return NULL;
}

void places_free(struct places *places)
{
    if (places) {
        free(places->listener);
        free(places->place);
    }
    free(places);
}

size_t places_bytes(const struct places *places)
{
    return sizeof *places + places->n_listeners * sizeof *places->listener + places->n_places * sizeof *places->place;
}

uint64_t tuple_hash(const struct tuple *tuple, uint64_t interface)
{
    struct tuple turned = tuple_turned(tuple);
    uint64_t there = XXH3_64bits_withSeed(tuple, sizeof *tuple, interface);
    uint64_t back = XXH3_64bits_withSeed(&turned, sizeof turned, interface);
    return there ^ back ? there ^ back : there;
}

static uint64_t end_hash(uint64_t interface, const weir_addr *addr, int32_t port)
{
    uint64_t hash = XXH3_64bits_withSeed(addr, sizeof *addr, interface ^ ((uint64_t)(uint32_t)port << 32));
    return hash ? hash : 1;
}

/* ---- interfaces ---- */

static const struct place *find_place(const struct places *places, uint64_t interface)
{
    for (uint64_t k = 0; k < PROBES; k++) {
        const struct place *place = &places->place[(interface + k) & (places->n_places - 1)];
        if (place->any && place->key == interface)
            return place;
        if (!place->any)
            return NULL;
    }
    return NULL;
}

static struct place *make_place(struct places *places, uint64_t interface)
{
    for (uint64_t k = 0; k < PROBES; k++) {
        struct place *place = &places->place[(interface + k) & (places->n_places - 1)];
        if (!place->any)
            *place = (struct place){.key = interface, .any = true, .n_own = UINT8_MAX};
        if (place->key == interface)
            return place;
    }
    return NULL;
}

static bool addr_is_same(const weir_addr *a, const weir_addr *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static void learn_own(struct place *place, const struct tuple *tuple)
{
    if (place->n_own == UINT8_MAX) {
        place->own[0] = tuple->src;
        place->own[1] = tuple->dst;
        place->n_own = 2;
        return;
    }
    uint8_t n = 0;
    for (uint8_t k = 0; k < place->n_own; k++)
        if (addr_is_same(&place->own[k], &tuple->src) || addr_is_same(&place->own[k], &tuple->dst))
            place->own[n++] = place->own[k];
    place->n_own = n;
}

/* ---- listeners ---- */

static const struct listener *find_listener(const struct places *places, uint64_t key)
{
    for (uint64_t k = 0; k < PROBES; k++) {
        const struct listener *listener = &places->listener[(key + k) & (places->n_listeners - 1)];
        if (listener->key == key)
            return listener;
        if (!listener->key)
            return NULL;
    }
    return NULL;
}

/* The entry of an end, made if need be; where all its places are taken, one to which no connection was opened and that
 * few use makes room. NULL = all of them are worth more. */
static struct listener *make_listener(struct places *places, uint64_t key)
{
    struct listener *weak = NULL;
    for (uint64_t k = 0; k < PROBES; k++) {
        struct listener *listener = &places->listener[(key + k) & (places->n_listeners - 1)];
        if (!listener->key)
            listener->key = key;
        if (listener->key == key)
            return listener;
        if (!weak && !listener->opened && __builtin_popcountll(listener->peers) <= PEERS_FEW)
            weak = listener;
    }
    if (weak)
        *weak = (struct listener){.key = key};
    return weak;
}

static void learn_listener(struct places *places, uint64_t interface, const struct tuple *tuple, int64_t flags)
{
    bool may_be_tcp = tuple->protocol == PROTOCOL_TCP || tuple->protocol < 0;
    bool opens = may_be_tcp && flags_open(flags), told = may_be_tcp && flags >= 0;
    if (tuple->dst_port <= 0 || (told && !opens))
        return;
    struct listener *listener = make_listener(places, end_hash(interface, &tuple->dst, tuple->dst_port));
    if (!listener)
        return;
    uint64_t hash = tuple_hash(tuple, interface);
    if (opens && !listener->opened)
        listener->first = hash;
    listener->opened_by_others |= listener->opened && opens && listener->first != hash;
    listener->opened |= opens;
    listener->peers |= 1ull << (XXH3_64bits(&tuple->src, sizeof tuple->src) & 63);
}

/* ---- rows ---- */

static void note_gap(struct places *places, uint64_t interface, const struct block *block, uint32_t row)
{
    int64_t from = number_at(block, WEIR_F_START, row), to = number_at(block, WEIR_F_END, row);
    if (from >= 0)
        places->gap[places->n_gaps++ % SKIPS_MAX] = (struct gap){interface, from, to < from ? from : to};
}

void places_add(struct places *places, uint64_t interface, const struct block *block, uint32_t row,
                const struct tuple *tuple)
{
    if (block_kind(block, row) == WEIR_ROW_SKIPDATA)
        note_gap(places, interface, block, row);
    if (!tuple)
        return;
    struct place *place = make_place(places, interface);
    bool is_accept = block_verdict(block, row) == WEIR_VERDICT_ACCEPT;
    if (place) {
        learn_own(place, tuple);
        place->accepts |= is_accept;
    }
    if (is_accept)
        learn_listener(places, interface, tuple, number_at(block, WEIR_F_TCP_FLAGS, row));
}

/* ---- what was learned ---- */

bool places_listens(const struct places *places, uint64_t interface, const weir_addr *addr, int32_t port,
                    const struct tuple *tuple)
{
    if (port <= 0)
        return false;
    const struct listener *listener = find_listener(places, end_hash(interface, addr, port));
    if (!listener)
        return false;
    bool by_others =
        listener->opened && (listener->opened_by_others || listener->first != tuple_hash(tuple, interface));
    return by_others || __builtin_popcountll(listener->peers) >= PEERS_MANY;
}

bool places_logs_accepts(const struct places *places, uint64_t interface)
{
    const struct place *place = find_place(places, interface);
    return place && place->accepts;
}

bool places_has_gap(const struct places *places, uint64_t interface, int64_t from, int64_t to)
{
    uint64_t n = places->n_gaps < SKIPS_MAX ? places->n_gaps : SKIPS_MAX;
    for (uint64_t k = 0; k < n; k++) {
        const struct gap *gap = &places->gap[k];
        if (gap->interface == interface && gap->from <= to + GAP_SLACK_S && gap->to + GAP_SLACK_S >= from)
            return true;
    }
    return false;
}

bool places_learned(const struct places *places, uint64_t interface, weir_addr *out)
{
    const struct place *place = find_place(places, interface);
    if (!place || place->n_own != 1)
        return false;
    *out = place->own[0];
    return true;
}
