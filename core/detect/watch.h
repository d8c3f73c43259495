/* watch.h - all services that were ever connected to, each with its chart (detect/chart.h), and the flips found.
 *
 * Fed bucket by bucket, in the order of time: begin, every accepted attempt, then every rejected one, end. Within each
 * of the two the order does not matter, so the same records give the same flips however they came. Only accepted
 * attempts make state: who scans a million ports leaves nothing behind. A reject counts when its peer was accepted at
 * this service within about a day, unless the service's peers are always new ones; then it takes more of them.
 *
 * Not locked: one owner at a time. No clock. */
#ifndef WEIR_DETECT_WATCH_H
#define WEIR_DETECT_WATCH_H

#include <stddef.h>

#include "detect/chart.h"
#include "detect/service.h"

struct watch;

struct watch_attempt {
    const struct service *service;
    uint64_t key;   /* hash of the service, keyed */
    uint64_t peer;  /* hash of who is at the other end (an address at home, a network of the internet), keyed */
    int64_t start;  /* Unix seconds */
    uint64_t row;   /* that shows it */
    bool is_answer; /* a rejected answer to an attempt that was let in */
};

struct flip {
    uint64_t number;  /* counts flips of a watch, from 0 */
    uint32_t ordinal; /* … and of its service: late records move the times of a flip, not this */
    struct service service;
    int64_t last_accept;             /* start of the last accepted new connection before it, 0 = not known any more */
    int64_t first_reject;            /* start of the first rejected one: it happened in between */
    int64_t found;                   /* start of the bucket that gave enough evidence */
    float evidence;                  /* nats when it was found */
    float usual;                     /* share of new connections that were rejected before, 0..1 */
    uint64_t accepts, rejects;       /* of new connections, since first_reject, until it recovered */
    uint64_t accept_row, reject_row; /* the last one and the first one; UINT64_MAX = none */
    bool partial;                    /* some are still accepted */
    bool answers;                    /* attempts come in, the answers are rejected */
    bool recovered;
    int64_t last_reject, first_accept; /* recovered: in between */
};

/* `bucket_s` is the width of a bucket, 60 or the aggregation interval of the log. NULL = out of memory. */
struct watch *watch_new(int64_t bucket_s);
void watch_free(struct watch *watch); /* accepts NULL */
/* A watch that goes on from the same state, of its own; NULL = out of memory. */
struct watch *watch_clone(const struct watch *watch);
size_t watch_bytes(const struct watch *watch);
int64_t watch_bucket(const struct watch *watch); /* width in seconds */

void watch_begin(struct watch *watch, int64_t bucket); /* its start; later than the one before */
void watch_accept(struct watch *watch, const struct watch_attempt *attempt);
void watch_reject(struct watch *watch, const struct watch_attempt *attempt);
/* The log of an interface has a hole in this bucket: its services are not judged by it. 0 = of all interfaces. */
void watch_gap(struct watch *watch, uint64_t interface);
void watch_end(struct watch *watch);

/* Flips, the newest last; at most WATCH_FLIPS_MAX are kept. NULL past the last. */
size_t watch_flips(const struct watch *watch);
const struct flip *watch_flip(const struct watch *watch, size_t k);

/* What there is of services. `learning`: too young to be judged. */
struct watch_state {
    size_t services, learning, flipped;
    uint64_t buckets;
    uint64_t accepts, rejects; /* attempts taken, of all */
};
void watch_state(const struct watch *watch, struct watch_state *out);

/* The services, in no order; false past the last. */
struct watch_service {
    const struct service *service; /* borrowed until the next bucket begins */
    const struct chart *chart;
    int64_t last_accept, first_seen; /* Unix seconds */
};
bool watch_nth(const struct watch *watch, size_t k, struct watch_service *out);

#endif
