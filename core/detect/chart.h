/* chart.h - whether new connections to a service that used to be accepted are now rejected, and when they are accepted
 * again: a cumulative sum of log likelihood ratios, one vote a bucket however many connections are in it, so that a
 * storm of retries counts no more than a steady trickle. Two charts run side by side: nearly all are rejected, and
 * about half of them are. Constant work a bucket, a hundred bytes. Pure; any thread. */
#ifndef WEIR_DETECT_CHART_H
#define WEIR_DETECT_CHART_H

#include <stdbool.h>
#include <stdint.h>

enum {
    CHART_AGE = 120,     /* buckets in which a service is learned … */
    CHART_AGE_BUSY = 30, /* … or so many with CHART_BUSY accepted connections */
    CHART_BUSY = 50,
    CHART_ACCEPTS = 5, /* accepted connections without which nothing was there that could flip */
};

struct chart {
    float accepts, rejects;                 /* baseline, decayed with a half-life of 6 hours */
    float pending_accepts, pending_rejects; /* not in the baseline yet */
    float missing;                          /* accepted connections that should have come since the last one */
    float full, part, back;                 /* evidence in nats: nearly all rejected, half rejected, accepted again */
    uint32_t age;                           /* buckets */
    uint16_t held;                          /* buckets in which the baseline was not touched for a suspicion */
    uint8_t pending;                        /* buckets in pending_* */
    uint8_t silent_buckets;                 /* with rejects of anybody since the last accepted one */
    uint8_t full_buckets, part_buckets, back_buckets; /* with rejects (accepts) since the evidence was 0 */
    bool flipped;
};

enum chart_news { CHART_NOTHING, CHART_FLIPPED, CHART_RECOVERED };

/* One bucket. `strangers`: rejects that may be a scanner's as well; they count once so many accepted connections are
 * missing that it cannot be a quiet hour. */
enum chart_news chart_add(struct chart *chart, uint32_t accepts, uint32_t rejects, uint32_t strangers);

/* Buckets in which nothing came, or could not be known: time goes by. */
void chart_skip(struct chart *chart, uint32_t buckets);

static inline bool chart_is_learning(const struct chart *chart)
{
    return chart->age < CHART_AGE && (chart->age < CHART_AGE_BUSY || chart->accepts < (float)CHART_BUSY);
}

/* Something is suspected: the evidence is not 0. */
static inline bool chart_is_open(const struct chart *chart)
{
    return chart->flipped ? chart->back > 0 : chart->full > 0 || chart->part > 0;
}

float chart_evidence(const struct chart *chart); /* nats of what it leans to now */

#endif
