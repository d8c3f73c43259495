/* parts.c - see parts.h. A part that is new has shown nothing in all the buckets before, which is learned when it
 * enters: who was never seen and comes a hundred times a minute is rare. */
#include "detect/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COUNT_MIN = 20,
    ENTER_MIN = 5,
    BASELINE_MIN = 8,
    QUIET_BUCKETS = 2,
    LONGEST = 120, /* buckets; then it is what is usual now */
    LEARNED = 250, /* buckets from which on the histogram can tell what is rare */
    ZEROS_MOST = 400,
};
#define TIMES_MEDIAN 3.0
#define TIMES_SPREAD (5 * 1.48) /* 1.48 MAD is one standard deviation of normal noise */
#define DECAY        0.99f

void parts_begin(struct parts *parts, int64_t bucket_s)
{
    memset(parts, 0, sizeof *parts);
    parts->bucket_s = bucket_s;
}

/* ---- who is in ---- */

static struct traffic_part *find(struct parts *parts, uint64_t hash, struct traffic_part **lightest)
{
    *lightest = &parts->part[0];
    for (size_t k = 0; k < PARTS_MAX; k++) {
        struct traffic_part *part = &parts->part[k];
        if (part->hash == hash)
            return part;
        if ((*lightest)->hash && (!part->hash || part->weight < (*lightest)->weight))
            *lightest = part;
    }
    return NULL;
}

static void enter(struct parts *parts, struct traffic_part *part, enum part_of kind, uint64_t hash, const char *value)
{
    *part = (struct traffic_part){.kind = kind, .hash = hash};
    snprintf(part->value, sizeof part->value, "%s", value);
    rarity_begin(&part->rarity, RARITY_COUNTS);
    uint64_t zeros = parts->buckets < ZEROS_MOST ? parts->buckets : ZEROS_MOST;
    for (uint64_t k = 0; k < zeros; k++)
        rarity_add(&part->rarity, 0, NULL);
    part->n_last = zeros < PART_BASELINE ? (uint32_t)zeros : PART_BASELINE;
}

void parts_add(struct parts *parts, enum part_of kind, uint64_t hash, const char *value, uint32_t count)
{
    struct traffic_part *lightest, *part = find(parts, hash, &lightest);
    if (!part) {
        bool has_room = !lightest->hash || (!lightest->spike && lightest->weight < (float)count);
        if (kind != PART_OF_ALL && (count < ENTER_MIN || !has_room))
            return;
        part = lightest;
        enter(parts, part, kind, hash, value);
    }
    part->count = count;
}

/* ---- a bucket ---- */

static int by_value(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

static uint32_t median(uint32_t *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return values[(n - 1) / 2] + (values[n / 2] - values[(n - 1) / 2]) / 2;
}

struct level {
    uint32_t usual;
    double above; /* what noise reaches */
    bool known;
};

static struct level level_of(const struct traffic_part *part)
{
    size_t n = part->n_last < PART_BASELINE ? part->n_last : PART_BASELINE;
    uint32_t values[PART_BASELINE];
    if (n < BASELINE_MIN)
        return (struct level){0};
    memcpy(values, part->last, n * sizeof *values);
    uint32_t middle = median(values, n);
    for (size_t k = 0; k < n; k++)
        values[k] = values[k] > middle ? values[k] - middle : middle - values[k];
    return (struct level){middle, middle + TIMES_SPREAD * median(values, n), true};
}

static void learn(struct traffic_part *part)
{
    part->last[part->n_last % PART_BASELINE] = part->count;
    part->n_last++;
    if (part->n_last == 2 * PART_BASELINE)
        part->n_last = PART_BASELINE;
}

static struct part_spike *open_spike(struct parts *parts, const struct traffic_part *part)
{
    if (!part->spike || parts->n_spikes - (part->spike - 1) > PART_SPIKES_MAX)
        return NULL;
    return &parts->spike[(part->spike - 1) % PART_SPIKES_MAX];
}

static void begin_spike(struct parts *parts, struct traffic_part *part, int64_t bucket, const struct level *level)
{
    struct part_spike *spike = &parts->spike[parts->n_spikes % PART_SPIKES_MAX];
    part->spike = ++parts->n_spikes;
    part->quiet = 0;
    part->least = part->count / 2;
    *spike = (struct part_spike){.kind = part->kind, .from = bucket, .usual = level->usual, .open = true};
    memcpy(spike->value, part->value, sizeof spike->value);
}

static void follow(struct parts *parts, struct traffic_part *part, int64_t bucket, float rarity)
{
    struct part_spike *spike = open_spike(parts, part);
    bool is_quiet = part->count < part->least || part->count < COUNT_MIN / 2;
    part->quiet = is_quiet ? part->quiet + 1 : 0;
    if (spike && !is_quiet) {
        spike->to = bucket + parts->bucket_s;
        spike->total += part->count;
        spike->peak = part->count > spike->peak ? part->count : spike->peak;
        spike->rarity = rarity > spike->rarity ? rarity : spike->rarity;
    }
    bool too_long = spike && bucket - spike->from >= LONGEST * parts->bucket_s;
    if (spike && part->quiet < QUIET_BUCKETS && !too_long)
        return;
    if (spike)
        spike->open = false;
    part->spike = 0;
}

static void judge(struct parts *parts, struct traffic_part *part, int64_t bucket)
{
    bool alarm = false;
    struct level level = level_of(part);
    double score = rarity_add(&part->rarity, part->count, &alarm);
    bool is_learned = parts->buckets >= LEARNED;
    bool is_rare = is_learned ? alarm : (double)part->count > level.above;
    bool is_high = level.known && part->count >= COUNT_MIN && part->count >= TIMES_MEDIAN * level.usual;
    if (!part->spike && is_high && is_rare)
        begin_spike(parts, part, bucket, &level);
    if (part->spike)
        follow(parts, part, bucket, (float)score);
    else
        learn(part);
}

void parts_end(struct parts *parts, int64_t bucket, bool has_gap)
{
    for (size_t k = 0; k < PARTS_MAX; k++) {
        struct traffic_part *part = &parts->part[k];
        if (!part->hash)
            continue;
        if (!has_gap)
            judge(parts, part, bucket);
        part->weight = part->weight * DECAY + (float)part->count;
        part->count = 0;
    }
    parts->buckets += !has_gap;
}

/* ---- looking ---- */

size_t parts_spikes(const struct parts *parts)
{
    return parts->n_spikes < PART_SPIKES_MAX ? (size_t)parts->n_spikes : PART_SPIKES_MAX;
}

const struct part_spike *parts_spike(const struct parts *parts, size_t k)
{
    return &parts->spike[(parts->n_spikes - 1 - k) % PART_SPIKES_MAX];
}
