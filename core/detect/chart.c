/* chart.c - see chart.h. p is how often a new connection was rejected so far, q how often it is if the service flipped;
 * a bucket's vote is the mean log likelihood ratio of its connections, and accepted connections that should have come
 * and did not add a little to a bucket that has rejects only. */
#include "detect/chart.h"

#include <math.h>

enum {
    MERGE = 15,     /* buckets that enter the baseline at once … */
    HOLD_MOST = 90, /* … and for how many a suspicion keeps them out */
    BACK_BUCKETS = 2,
    SILENT_BUCKETS = 5,
};
#define HALF_LIFE       360.0f /* buckets: 6 hours of minutes */
#define SUSPICION       4.0f   /* nats that hold the baseline */
#define USUAL_MOST      0.3f   /* a service that rejects more than that as a rule cannot flip */
#define BACK_ENOUGH     6.0f
#define BACK_USUAL      0.05f /* of a flipped service: accepted by chance … */
#define BACK_USUAL_MOST 0.7f
#define BACK_SHARE      0.95f /* … and accepted when it is well again */
#define SILENCE         0.0f  /* nats for each accepted connection that did not come … */
#define SILENCE_MOST    3.0f  /* … of which so many count */
#define EVIDENCE_MOST   40.0f /* so that what is over is forgotten in time */
#define MISSING_LEAST   25.0f /* accepted connections; with fewer a quiet hour looks the same */

struct alternative {
    float least, part; /* q = max(least, p + part (1 - p)) */
    float enough;
    uint8_t buckets;
};

static const struct alternative nearly_all = {0.9f, 0.8f, 10, 3};
static const struct alternative half = {0.5f, 0.5f, 20, 5};

static float usual(const struct chart *chart)
{
    float p = (chart->rejects + 0.5f) / (chart->accepts + chart->rejects + 25);
    return p < 0.005f ? 0.005f : p > 0.95f ? 0.95f : p;
}

static float vote(float p, float q, float for_it, float against)
{
    return (for_it * logf(q / p) + against * logf((1 - q) / (1 - p))) / (for_it + against);
}

static float vote_for(const struct alternative *alternative, float p, float accepts, float rejects)
{
    float q = p + alternative->part * (1 - p);
    q = q < alternative->least ? alternative->least : q;
    return vote(p, q, rejects, accepts);
}

static void sum(float *evidence, uint8_t *buckets, float vote, bool has_some)
{
    *evidence = *evidence + vote > EVIDENCE_MOST ? EVIDENCE_MOST : *evidence + vote;
    if (*evidence <= 0) {
        *evidence = 0;
        *buckets = 0;
    } else if (has_some && *buckets < UINT8_MAX) {
        ++*buckets;
    }
}

/* Accepted connections that a bucket usually brings, as far as the baseline reaches. */
static float expected(const struct chart *chart)
{
    float reach = chart->age < HALF_LIFE / 0.6931f ? (float)chart->age : HALF_LIFE / 0.6931f;
    return reach > 0 ? chart->accepts / reach : 0;
}

static float silence(const struct chart *chart)
{
    float missing = expected(chart);
    return SILENCE * (missing > SILENCE_MOST ? SILENCE_MOST : missing);
}

static void merge(struct chart *chart)
{
    float decay = exp2f(-(float)chart->pending / HALF_LIFE);
    chart->accepts = chart->accepts * decay + chart->pending_accepts;
    chart->rejects = chart->rejects * decay + chart->pending_rejects;
    chart->pending_accepts = chart->pending_rejects = 0;
    chart->pending = 0;
}

static void learn(struct chart *chart, float accepts, float rejects)
{
    chart->pending_accepts += accepts;
    chart->pending_rejects += rejects;
    if (chart->pending < UINT8_MAX)
        chart->pending++;
    bool suspects = chart->full > SUSPICION || chart->part > SUSPICION;
    if (suspects && chart->held < HOLD_MOST) {
        chart->held++;
        return;
    }
    if (chart->pending >= MERGE || chart_is_learning(chart)) {
        merge(chart);
        chart->held = 0;
    }
}

static bool is_enough(const struct alternative *alternative, float evidence, uint8_t buckets)
{
    return evidence >= alternative->enough && buckets >= alternative->buckets;
}

/* Nobody gets in any more, for so long that it cannot be chance, and somebody is rejected. */
static bool fell_silent(struct chart *chart, float accepts, float all_rejects)
{
    if (accepts > 0) {
        chart->missing = 0;
        chart->silent_buckets = 0;
        return false;
    }
    chart->missing += expected(chart);
    chart->silent_buckets += all_rejects > 0 && chart->silent_buckets < UINT8_MAX;
    return chart->missing >= MISSING_LEAST && chart->silent_buckets >= SILENT_BUCKETS;
}

static enum chart_news watch_for_flip(struct chart *chart, float accepts, float rejects, float strangers)
{
    if (chart_is_learning(chart)) { /* how often it rejects is not known yet: nothing speaks for or against */
        chart->full = chart->part = 0;
        chart->full_buckets = chart->part_buckets = 0;
        learn(chart, accepts, rejects);
        return CHART_NOTHING;
    }
    float p = usual(chart);
    if (accepts + rejects > 0) {
        float missing = rejects > 0 && accepts <= 0 ? silence(chart) : 0;
        sum(&chart->full, &chart->full_buckets, vote_for(&nearly_all, p, accepts, rejects) + missing, rejects > 0);
        sum(&chart->part, &chart->part_buckets, vote_for(&half, p, accepts, rejects), rejects > 0);
    }
    bool is_silent = fell_silent(chart, accepts, rejects + strangers);
    bool is_flip = rejects + strangers > 0 && (is_silent || is_enough(&nearly_all, chart->full, chart->full_buckets) ||
                                               is_enough(&half, chart->part, chart->part_buckets));
    if (!is_flip || p >= USUAL_MOST || chart->accepts < (float)CHART_ACCEPTS) {
        learn(chart, accepts, rejects);
        return CHART_NOTHING;
    }
    chart->flipped = true;
    chart->pending_accepts = 0;
    chart->pending_rejects = 0;
    chart->back = 0;
    chart->back_buckets = 0;
    return CHART_FLIPPED;
}

/* While it is flipped, pending_* say how it is accepted now: of a service that rejects half, a few accepts prove
 * nothing. */
static enum chart_news watch_for_recovery(struct chart *chart, float accepts, float rejects)
{
    if (accepts + rejects <= 0)
        return CHART_NOTHING;
    float p = (chart->pending_accepts + 0.5f) / (chart->pending_accepts + chart->pending_rejects + 4);
    p = p < BACK_USUAL ? BACK_USUAL : p > BACK_USUAL_MOST ? BACK_USUAL_MOST : p;
    sum(&chart->back, &chart->back_buckets, vote(p, BACK_SHARE, accepts, rejects), accepts > 0);
    if (chart->back < SUSPICION) {
        chart->pending_accepts += accepts;
        chart->pending_rejects += rejects;
    }
    if (chart->back < BACK_ENOUGH || chart->back_buckets < BACK_BUCKETS)
        return CHART_NOTHING;
    chart->flipped = false;
    chart->full = chart->part = chart->back = 0;
    chart->full_buckets = chart->part_buckets = chart->back_buckets = 0;
    chart->pending_accepts = chart->pending_rejects = 0;
    chart->held = 0;
    return CHART_RECOVERED;
}

enum chart_news chart_add(struct chart *chart, uint32_t accepts, uint32_t rejects, uint32_t strangers)
{
    chart->age++;
    if (chart->flipped)
        return watch_for_recovery(chart, (float)accepts, (float)(rejects + strangers));
    return watch_for_flip(chart, (float)accepts, (float)rejects, (float)strangers);
}

void chart_skip(struct chart *chart, uint32_t buckets)
{
    chart->age += buckets;
    if (chart->flipped)
        return;
    chart->missing += expected(chart) * (float)buckets;
    float decay = exp2f(-(float)buckets / HALF_LIFE);
    chart->accepts *= decay;
    chart->rejects *= decay;
}

float chart_evidence(const struct chart *chart)
{
    if (chart->flipped)
        return chart->back;
    return chart->full > chart->part ? chart->full : chart->part;
}
