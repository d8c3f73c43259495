/* parts.h - spikes of REJECTs in parts of the traffic: in all of it, at an interface, in a security group, to a port,
 * from a network. Fed bucket by bucket, in the order of time, with the counts of one bucket; which parts are kept does
 * not depend on the order in which its records came.
 *
 * A spike begins where a part has at least 20 rejects in a bucket, three times the median of (up to) 30 buckets before,
 * and that is rare among what it showed (detect/rarity.h), or as long as too little was seen for that, above the median
 * by 5 * 1.48 * MAD. It ends where two buckets are below half of what it took. Fixed memory, no pointers: a copy is a
 * clone. No clock. */
#ifndef WEIR_DETECT_PARTS_H
#define WEIR_DETECT_PARTS_H

#include <stddef.h>

#include "base/limits.h"
#include "detect/rarity.h"

enum { PART_VALUE_BYTES = 48, PART_BASELINE = 30 };
enum part_of { PART_OF_ALL, PART_OF_INTERFACE, PART_OF_GROUP, PART_OF_PORT, PART_OF_NETWORK, PART_KINDS };

struct part_spike {
    enum part_of kind;
    char value[PART_VALUE_BYTES];
    int64_t from, to; /* Unix seconds */
    uint64_t peak, total, usual;
    float rarity; /* nats */
    bool open;
};

struct traffic_part {
    enum part_of kind;
    uint64_t hash; /* of kind and value; 0 = free */
    char value[PART_VALUE_BYTES];
    struct rarity rarity;
    float weight; /* decayed count: the lightest makes room */
    uint32_t last[PART_BASELINE], n_last;
    uint32_t count; /* of this bucket */
    uint8_t quiet;
    uint32_t least; /* what it took to begin the spike that is open */
    uint64_t spike; /* number + 1 of it; 0 = none */
};

struct parts {
    int64_t bucket_s;
    uint64_t buckets, n_spikes;
    struct traffic_part part[PARTS_MAX];
    struct part_spike spike[PART_SPIKES_MAX]; /* a ring, by number */
};

void parts_begin(struct parts *parts, int64_t bucket_s);
/* The rejects of a part in this bucket; each part once, the largest first (ties by hash), so that what does not fit is
 * always the same. */
void parts_add(struct parts *parts, enum part_of kind, uint64_t hash, const char *value, uint32_t count);
void parts_end(struct parts *parts, int64_t bucket, bool has_gap); /* has_gap: nothing is learned from this bucket */

size_t parts_spikes(const struct parts *parts);
const struct part_spike *parts_spike(const struct parts *parts, size_t k); /* 0 = the newest */

#endif
