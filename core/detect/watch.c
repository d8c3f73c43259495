/* watch.c - see watch.h. A table of open addressing finds a service's entry; entries lie densely, so that a clone is a
 * copy. A service that was idle for a day makes room for others when the table is full. */
#include "detect/watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/scope.h"
#include "detect/recall.h"

enum {
    DAY_S = 86400,
    SLOTS = WATCH_SERVICES_MAX * 2,
    ENTRIES_FIRST = 64,
    GAPS_MAX = 64,
    FAMILIAR_LEAST = 10, /* accepted attempts from which on it is known what kind of peers a service has */
};
#define FAMILIAR_DECAY 0.998f
#define FAMILIAR_SHARE 0.5f /* of accepted attempts whose peer was known; below, peers are always new ones */

struct entry {
    uint64_t key;
    struct service service;
    struct chart chart;
    int64_t bucket; /* last one that was judged */
    int64_t first_seen, last_accept, last_reject;
    int64_t calm_accept;  /* last_accept when nothing was suspected */
    int64_t first_reject; /* since then; 0 = none */
    int64_t after_accept; /* start of the first reject behind last_accept; 0 = none */
    uint64_t accept_row, reject_row;
    uint32_t n_flips;
    uint64_t flip;                       /* number of the flip that holds */
    float known, attempts;               /* accepted attempts: from known peers, and all; decayed */
    uint32_t accepts, rejects, answers;  /* of this bucket */
    uint32_t strangers;                  /* … rejects of unknown peers */
    uint32_t open_accepts, open_rejects; /* since first_reject */
    int64_t first_back;                  /* start of the first accept behind last_reject, while flipped; 0 = none */
    bool answered;                       /* some of the rejects since first_reject were of answers */
    bool touched;
};

struct watch {
    int64_t bucket_s, bucket;
    struct entry *entry;
    size_t n_entries, room;
    uint32_t slot[SLOTS]; /* index + 1; 0 = free */
    uint32_t *touched;
    size_t n_touched;
    struct recall peers;
    uint64_t gap[GAPS_MAX];
    size_t n_gaps;
    bool gap_in_all;
    struct flip *flip; /* a ring, by number */
    uint64_t n_flips;
    uint64_t buckets, accepts, rejects;
};

/* ---- life ---- */

struct watch *watch_new(int64_t bucket_s)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    watch->bucket_s = bucket_s;
    recall_begin(&watch->peers, DAY_S);
    return watch;
}

void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    free(watch->entry);
    free(watch->touched);
    free(watch->flip);
    free(watch);
}

static bool copy_of(void **out, const void *from, size_t room, size_t used)
{
    *out = NULL;
    if (!from)
        return true;
    *out = malloc(room);
    if (*out)
        memcpy(*out, from, used);
    return *out;
}

struct watch *watch_clone(const struct watch *watch)
{
    struct watch *clone = malloc(sizeof *clone);
    if (!clone)
        return NULL;
    *clone = *watch;
    bool entries = copy_of((void **)&clone->entry, watch->entry, watch->room * sizeof *watch->entry,
                           watch->n_entries * sizeof *watch->entry);
    bool touched = copy_of((void **)&clone->touched, watch->touched, watch->room * sizeof *watch->touched, 0);
    bool flips = copy_of((void **)&clone->flip, watch->flip, WATCH_FLIPS_MAX * sizeof *watch->flip,
                         WATCH_FLIPS_MAX * sizeof *watch->flip);
    if (entries && touched && flips)
        return clone;
    watch_free(clone);
    return NULL;
}

size_t watch_bytes(const struct watch *watch)
{
    return sizeof *watch + watch->room * (sizeof *watch->entry + sizeof *watch->touched) +
           (watch->flip ? WATCH_FLIPS_MAX * sizeof *watch->flip : 0);
}

int64_t watch_bucket(const struct watch *watch)
{
    return watch->bucket_s;
}

/* ---- the table ---- */

static uint32_t *slot_of(struct watch *watch, uint64_t key)
{
    uint32_t at = (uint32_t)(key ^ key >> 32) & (SLOTS - 1);
    while (watch->slot[at] && watch->entry[watch->slot[at] - 1].key != key)
        at = (at + 1) & (SLOTS - 1);
    return &watch->slot[at];
}

static struct entry *find(struct watch *watch, uint64_t key)
{
    uint32_t *slot = slot_of(watch, key);
    return *slot ? &watch->entry[*slot - 1] : NULL;
}

/* Services that were idle for a day leave. Only between two buckets, so that nothing points into the table. */
static void sweep(struct watch *watch)
{
    size_t n = 0;
    for (size_t k = 0; k < watch->n_entries; k++)
        if (watch->bucket - watch->entry[k].bucket < DAY_S)
            watch->entry[n++] = watch->entry[k];
    watch->n_entries = n;
    memset(watch->slot, 0, sizeof watch->slot);
    for (size_t k = 0; k < n; k++)
        *slot_of(watch, watch->entry[k].key) = (uint32_t)k + 1;
}

static bool grow(struct watch *watch)
{
    size_t room = watch->room ? watch->room * 2 : ENTRIES_FIRST;
    if (room > WATCH_SERVICES_MAX)
        return false;
    struct entry *entry = realloc(watch->entry, room * sizeof *entry);
    if (entry)
        watch->entry = entry;
    uint32_t *touched = realloc(watch->touched, room * sizeof *touched);
    if (touched)
        watch->touched = touched;
    if (entry && touched)
        watch->room = room;
    return entry && touched;
}

static struct entry *make(struct watch *watch, const struct watch_attempt *attempt)
{
    uint32_t *slot = slot_of(watch, attempt->key);
    if (*slot)
        return &watch->entry[*slot - 1];
    if (watch->n_entries == watch->room && !grow(watch))
        return NULL;
    struct entry *entry = &watch->entry[watch->n_entries++];
    *slot = (uint32_t)watch->n_entries;
    *entry = (struct entry){
        .key = attempt->key,
        .service = *attempt->service,
        .bucket = watch->bucket - watch->bucket_s,
        .first_seen = attempt->start,
        .accept_row = UINT64_MAX,
        .reject_row = UINT64_MAX,
    };
    return entry;
}

static void touch(struct watch *watch, struct entry *entry)
{
    if (entry->touched)
        return;
    entry->touched = true;
    entry->accepts = entry->rejects = entry->answers = entry->strangers = 0;
    watch->touched[watch->n_touched++] = (uint32_t)(entry - watch->entry);
}

/* ---- a bucket ---- */

void watch_begin(struct watch *watch, int64_t bucket)
{
    watch->bucket = bucket;
    watch->n_touched = 0;
    watch->n_gaps = 0;
    watch->gap_in_all = false;
    watch->buckets++;
    recall_tick(&watch->peers, bucket);
    if (watch->n_entries >= WATCH_SERVICES_MAX - WATCH_SERVICES_MAX / 8 && watch->buckets % 60 == 0)
        sweep(watch);
}

static uint64_t peer_at(const struct watch_attempt *attempt)
{
    uint64_t hash = (attempt->key ^ attempt->peer) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

void watch_accept(struct watch *watch, const struct watch_attempt *attempt)
{
    struct entry *entry = make(watch, attempt);
    watch->accepts++;
    if (!entry)
        return;
    touch(watch, entry);
    entry->accepts++;
    uint64_t peer = peer_at(attempt);
    bool is_known = recall_has(&watch->peers, peer);
    recall_add(&watch->peers, peer);
    entry->known = entry->known * FAMILIAR_DECAY + (is_known ? 1 : 0);
    entry->attempts = entry->attempts * FAMILIAR_DECAY + 1;
    if (attempt->start >= entry->last_accept) {
        entry->last_accept = attempt->start;
        entry->accept_row = attempt->row;
    }
    if (entry->after_accept && entry->after_accept <= entry->last_accept)
        entry->after_accept = 0;
    if (attempt->start > entry->last_reject && (!entry->first_back || attempt->start < entry->first_back))
        entry->first_back = attempt->start;
}

static void mark_reject(struct entry *entry, const struct watch_attempt *attempt)
{
    if (!entry->first_reject || attempt->start < entry->first_reject) {
        entry->first_reject = attempt->start;
        entry->reject_row = attempt->row;
    }
    if (attempt->start > entry->last_accept && (!entry->after_accept || attempt->start < entry->after_accept))
        entry->after_accept = attempt->start;
    if (attempt->start > entry->last_reject)
        entry->last_reject = attempt->start;
    if (entry->first_back && attempt->start > entry->first_back)
        entry->first_back = 0;
    entry->answered = entry->answered || attempt->is_answer;
}

static bool has_strangers_only(const struct entry *entry)
{
    return entry->attempts < FAMILIAR_LEAST || entry->known < entry->attempts * FAMILIAR_SHARE;
}

void watch_reject(struct watch *watch, const struct watch_attempt *attempt)
{
    struct entry *entry = find(watch, attempt->key);
    watch->rejects++;
    if (!entry)
        return;
    bool is_known = attempt->is_answer || recall_has(&watch->peers, peer_at(attempt));
    if (!is_known && !has_strangers_only(entry))
        return;
    touch(watch, entry);
    entry->rejects++;
    entry->answers += attempt->is_answer;
    entry->strangers += !is_known;
    mark_reject(entry, attempt);
}

void watch_gap(struct watch *watch, uint64_t interface)
{
    if (!interface || watch->n_gaps == GAPS_MAX)
        watch->gap_in_all = true;
    else
        watch->gap[watch->n_gaps++] = interface;
}

static bool has_gap(const struct watch *watch, const struct entry *entry)
{
    for (size_t k = 0; k < watch->n_gaps; k++)
        if (watch->gap[k] == entry->service.interface)
            return true;
    return watch->gap_in_all;
}

/* ---- flips ---- */

static struct flip *flip_add(struct watch *watch)
{
    if (!watch->flip)
        watch->flip = calloc(WATCH_FLIPS_MAX, sizeof *watch->flip);
    if (!watch->flip)
        return NULL;
    struct flip *flip = &watch->flip[watch->n_flips % WATCH_FLIPS_MAX];
    *flip = (struct flip){.number = watch->n_flips++};
    return flip;
}

static struct flip *flip_of(struct watch *watch, const struct entry *entry)
{
    if (!watch->flip)
        return NULL;
    struct flip *flip = &watch->flip[entry->flip % WATCH_FLIPS_MAX];
    return flip->number == entry->flip ? flip : NULL;
}

static void tell_flip(struct watch *watch, struct entry *entry, float usual, float evidence)
{
    struct flip *flip = flip_add(watch);
    if (!flip)
        return;
    /* Accepted ones behind the first rejected one: stragglers of the bucket in which it happened, or it is partial. */
    bool partial = entry->after_accept == 0 || entry->last_accept >= entry->first_reject + 2 * watch->bucket_s;
    entry->flip = flip->number;
    flip->ordinal = entry->n_flips++;
    flip->service = entry->service;
    flip->partial = partial;
    flip->answers = entry->answered;
    flip->last_accept = partial || flip->answers ? entry->calm_accept : entry->last_accept;
    flip->first_reject = partial || flip->answers ? entry->first_reject : entry->after_accept;
    if (flip->last_accept > flip->first_reject)
        flip->last_accept = flip->first_reject;
    flip->found = watch->bucket;
    flip->evidence = evidence;
    flip->usual = usual;
    flip->accepts = entry->open_accepts;
    flip->rejects = entry->open_rejects;
    flip->accept_row = entry->accept_row;
    flip->reject_row = entry->reject_row;
    entry->first_back = 0;
}

static void tell_recovery(struct watch *watch, struct entry *entry)
{
    struct flip *flip = flip_of(watch, entry);
    if (flip) {
        flip->recovered = true;
        flip->last_reject = entry->last_reject;
        flip->first_accept = entry->first_back ? entry->first_back : entry->last_accept;
    }
    entry->first_reject = entry->after_accept = 0;
    entry->open_accepts = entry->open_rejects = 0;
    entry->reject_row = UINT64_MAX;
    entry->answered = false;
}

static void settle_calm(struct entry *entry)
{
    if (chart_is_open(&entry->chart) || entry->chart.flipped)
        return;
    entry->calm_accept = entry->last_accept;
    entry->first_reject = entry->after_accept = 0;
    entry->open_accepts = entry->open_rejects = 0;
    entry->reject_row = UINT64_MAX;
    entry->answered = false;
}

static float usual_of(const struct chart *chart)
{
    float all = chart->accepts + chart->rejects;
    return all > 0 ? chart->rejects / all : 0;
}

static void judge(struct watch *watch, struct entry *entry)
{
    int64_t between = (watch->bucket - entry->bucket) / watch->bucket_s - 1;
    if (between > 0)
        chart_skip(&entry->chart, (uint32_t)between);
    entry->bucket = watch->bucket;
    entry->touched = false;
    if (has_gap(watch, entry)) {
        chart_skip(&entry->chart, 1);
        return;
    }
    /* An answer that was rejected takes the attempt with it that was let in. */
    uint32_t accepts = entry->accepts > entry->answers ? entry->accepts - entry->answers : 0;
    entry->open_accepts += accepts;
    entry->open_rejects += entry->rejects;
    struct chart *chart = &entry->chart;
    float usual = usual_of(chart);
    switch (chart_add(chart, accepts, entry->rejects - entry->strangers, entry->strangers)) {
    case CHART_FLIPPED: tell_flip(watch, entry, usual, chart->full > chart->part ? chart->full : chart->part); break;
    case CHART_RECOVERED: tell_recovery(watch, entry); break;
    case CHART_NOTHING: break;
    }
    struct flip *flip = chart->flipped ? flip_of(watch, entry) : NULL;
    if (flip) {
        flip->accepts = entry->open_accepts;
        flip->rejects = entry->open_rejects;
    }
    settle_calm(entry);
}

void watch_end(struct watch *watch)
{
    for (size_t k = 0; k < watch->n_touched; k++)
        judge(watch, &watch->entry[watch->touched[k]]);
    watch->n_touched = 0;
}

/* ---- looking ---- */

size_t watch_flips(const struct watch *watch)
{
    return watch->n_flips < WATCH_FLIPS_MAX ? (size_t)watch->n_flips : WATCH_FLIPS_MAX;
}

const struct flip *watch_flip(const struct watch *watch, size_t k)
{
    size_t n = watch_flips(watch);
    return k < n ? &watch->flip[(watch->n_flips - n + k) % WATCH_FLIPS_MAX] : NULL;
}

void watch_state(const struct watch *watch, struct watch_state *out)
{
    *out = (struct watch_state){
        .services = watch->n_entries,
        .buckets = watch->buckets,
        .accepts = watch->accepts,
        .rejects = watch->rejects,
    };
    for (size_t k = 0; k < watch->n_entries; k++) {
        out->learning += chart_is_learning(&watch->entry[k].chart);
        out->flipped += watch->entry[k].chart.flipped;
    }
}

bool watch_nth(const struct watch *watch, size_t k, struct watch_service *out)
{
    if (k >= watch->n_entries)
        return false;
    const struct entry *entry = &watch->entry[k];
    *out = (struct watch_service){&entry->service, &entry->chart, entry->last_accept, entry->first_seen};
    return true;
}
