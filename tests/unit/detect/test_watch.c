/* test_watch.c - the flip detector on simulated services: how many flips it finds and how soon, how often it is wrong,
 * what a scan costs. Seeds here are not those that anything was tuned on. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "detect/watch.h"

enum { BUCKET = 60, WEEK = 7 * 1440, DAY = 1440 };
#define START 1700006400 /* a full day */

/* ---- chance ---- */

static uint64_t state;

static uint64_t next(void)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double uniform(void)
{
    return (double)(next() >> 11) / 9007199254740992.0;
}

static unsigned poisson(double mean)
{
    if (mean > 40) {
        double sum = 0;
        for (int k = 0; k < 12; k++)
            sum += uniform();
        double value = mean + sqrt(mean) * (sum - 6);
        return value > 0 ? (unsigned)(value + 0.5) : 0;
    }
    double limit = exp(-mean), product = uniform();
    unsigned n = 0;
    for (; product > limit; n++)
        product *= uniform();
    return n;
}

/* Mean 1, shape 4: the load of a minute. */
static double gamma4(void)
{
    return -0.25 * (log(1 - uniform()) + log(1 - uniform()) + log(1 - uniform()) + log(1 - uniform()));
}

/* ---- a simulated service ---- */

struct model {
    double per_minute, share; /* new connections; of them rejected as a rule */
    unsigned peers;           /* in its neighbourhood; 0 = always new ones */
    bool scanned;
    struct service service;
    uint64_t key;
    unsigned burst; /* minutes that a burst goes on */
};

static struct model model_of(uint64_t number, double per_minute, double share, unsigned peers)
{
    struct model model = {.per_minute = per_minute, .share = share, .peers = peers, .scanned = number % 4 != 0};
    model.service = (struct service){.interface = number + 1, .port = 443, .protocol = 6};
    model.key = (number + 1) * 0x9e3779b97f4a7c15u;
    return model;
}

/* Few peers come often, most seldom. */
static uint64_t peer_of(const struct model *model)
{
    if (!model->peers)
        return next();
    double share = uniform();
    return (uint64_t)(share * share * share * model->peers) + 1;
}

struct minute {
    unsigned accepts, rejects, knocks;
    uint64_t accept[400], reject[400];
};

static void live(struct model *model, int64_t t, double rejected, struct minute *out)
{
    double day = 1 + 0.6 * sin((double)(t % 86400) / 86400 * 2 * M_PI);
    unsigned n = poisson(model->per_minute * day * gamma4());
    *out = (struct minute){0};
    for (unsigned k = 0; k < n && k < 300; k++) {
        if (uniform() < rejected)
            out->reject[out->rejects++] = peer_of(model);
        else
            out->accept[out->accepts++] = peer_of(model);
    }
    if (model->scanned && !model->burst && uniform() < 1.0 / 700)
        model->burst = 3 + (unsigned)(uniform() * 25);
    model->burst -= model->burst > 0;
    out->knocks = model->burst ? 2 + (unsigned)(uniform() * 40) : 0;
}

static void feed(struct watch *watch, const struct model *model, int64_t t, const struct minute *minute)
{
    struct watch_attempt attempt = {.service = &model->service, .key = model->key, .start = t, .row = UINT64_MAX};
    for (unsigned k = 0; k < minute->accepts; k++) {
        attempt.peer = minute->accept[k] * 0xd6e8feb86659fd93u;
        attempt.start = t + k % BUCKET;
        watch_accept(watch, &attempt);
    }
    for (unsigned k = 0; k < minute->rejects; k++) {
        attempt.peer = minute->reject[k] * 0xd6e8feb86659fd93u;
        attempt.start = t + k % BUCKET;
        watch_reject(watch, &attempt);
    }
    for (unsigned k = 0; k < minute->knocks; k++) {
        attempt.peer = next(); /* a scanner, or a host that was never let in */
        watch_reject(watch, &attempt);
    }
}

static void pass(struct watch *watch, struct model *models, size_t n, int64_t t, const double *rejected)
{
    struct minute minute;
    watch_begin(watch, t);
    for (size_t k = 0; k < n; k++) {
        live(&models[k], t, rejected ? rejected[k] : models[k].share, &minute);
        feed(watch, &models[k], t, &minute);
    }
    watch_end(watch);
}

/* ---- how often it is wrong ---- */

static const double rates[] = {0.2, 1, 5, 50};
static const double shares[] = {0, 0.01, 0.1};
static const unsigned neighbourhoods[] = {12, 200, 3000, 0};

static void test_false_alarms(void **unused)
{
    (void)unused;
    enum { SERVICES = 300 };
    state = 20260731;
    static struct model models[SERVICES];
    for (size_t k = 0; k < SERVICES; k++) /* one in fifteen is a busy one: they cost the time of the test */
        models[k] = model_of(k, k % 15 == 14 ? rates[3] : rates[k % 3], shares[k / 3 % 3], neighbourhoods[k / 9 % 4]);
    struct watch *watch = watch_new(BUCKET);
    for (int64_t minute = 0; minute < WEEK; minute++)
        pass(watch, models, SERVICES, START + minute * BUCKET, NULL);
    size_t false_alarms = watch_flips(watch);
    print_message("%zu false alarms in %d service-weeks\n", false_alarms, SERVICES);
    for (size_t k = 0; k < false_alarms; k++) {
        const struct flip *flip = watch_flip(watch, k);
        const struct model *model = &models[flip->service.interface - 1];
        print_message("  service %llu: %g a minute, share %g, %u peers, evidence %.1f\n",
                      (unsigned long long)flip->service.interface, model->per_minute, model->share, model->peers,
                      (double)flip->evidence);
    }
    assert_true(false_alarms <= SERVICES / 100);
    watch_free(watch);
}

/* ---- how many it finds, and how soon ---- */

struct found {
    unsigned of, found;
    int delay[600];
};

static int by_value(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static struct found find_steps(double per_minute, uint64_t seed, double step)
{
    enum { SERVICES = 240 };
    static struct model models[SERVICES];
    static double rejected[SERVICES];
    static int64_t step_at[SERVICES];
    state = seed;
    struct found found = {.of = SERVICES};
    struct watch *watch = watch_new(BUCKET);
    for (size_t k = 0; k < SERVICES; k++) {
        models[k] = model_of(k, per_minute, shares[k % 3], neighbourhoods[k / 3 % 3]);
        step_at[k] = START + (DAY + (int64_t)(uniform() * DAY)) * BUCKET;
    }
    for (int64_t minute = 0; minute < 2 * DAY + 70; minute++) {
        int64_t t = START + minute * BUCKET;
        for (size_t k = 0; k < SERVICES; k++)
            rejected[k] = t >= step_at[k] ? step : models[k].share;
        pass(watch, models, SERVICES, t, rejected);
    }
    for (size_t k = 0; k < watch_flips(watch); k++) {
        const struct flip *flip = watch_flip(watch, k);
        int64_t delay = (flip->found - step_at[flip->service.interface - 1]) / BUCKET;
        if (delay < 0 || delay > 60)
            continue;
        found.delay[found.found++] = (int)delay + 1;
    }
    qsort(found.delay, found.found, sizeof *found.delay, by_value);
    watch_free(watch);
    return found;
}

static void check_steps(double per_minute, uint64_t seed, double least, int median_most)
{
    struct found found = find_steps(per_minute, seed, 1);
    double share = (double)found.found / found.of;
    int median = found.found ? found.delay[found.found / 2] : 999;
    print_message("%g a minute: %.1f %% found, median after %d buckets\n", per_minute, share * 100, median);
    assert_true(share >= least);
    assert_true(median <= median_most);
}

static void test_found(void **unused)
{
    (void)unused;
    check_steps(0.2, 977, 0.6, 60);
    check_steps(1, 978, 0.99, 8);
    check_steps(5, 979, 0.99, 3);
    check_steps(50, 980, 0.99, 3);
}

static void test_half(void **unused)
{
    (void)unused;
    struct found found = find_steps(5, 4711, 0.5);
    print_message("half of 5 a minute: %u of %u found\n", found.found, found.of);
    assert_true(found.found >= found.of * 80 / 100);
}

/* ---- one service, step by step ---- */

static struct watch_attempt attempt_of(const struct model *model, uint64_t peer, int64_t start)
{
    return (struct watch_attempt){&model->service, model->key,      peer * 0xd6e8feb86659fd93u,
                                  start,           (uint64_t)start, false};
}

static void minutes(struct watch *watch, const struct model *model, int64_t from, int64_t to, int accepts, int rejects)
{
    for (int64_t minute = from; minute < to; minute++) {
        int64_t t = START + minute * BUCKET;
        watch_begin(watch, t);
        for (int k = 0; k < accepts; k++) {
            struct watch_attempt attempt = attempt_of(model, (uint64_t)k + 1, t + k * 5);
            watch_accept(watch, &attempt);
        }
        for (int k = 0; k < rejects; k++) {
            struct watch_attempt attempt = attempt_of(model, (uint64_t)k + 1, t + 2 + k * 5);
            watch_reject(watch, &attempt);
        }
        watch_end(watch);
    }
}

static void test_interval_and_recovery(void **unused)
{
    (void)unused;
    struct model model = model_of(1, 5, 0, 10);
    struct watch *watch = watch_new(BUCKET);
    minutes(watch, &model, 0, 200, 6, 0);
    minutes(watch, &model, 200, 230, 0, 6);
    assert_int_equal(watch_flips(watch), 1);
    const struct flip *flip = watch_flip(watch, 0);
    assert_int_equal(flip->last_accept, START + 199 * BUCKET + 25);
    assert_int_equal(flip->first_reject, START + 200 * BUCKET + 2);
    assert_true(flip->found - flip->first_reject < 3 * BUCKET);
    assert_false(flip->partial);
    assert_int_equal(flip->rejects, 30 * 6);
    assert_int_equal(flip->reject_row, flip->first_reject);
    minutes(watch, &model, 230, 240, 6, 0);
    assert_true(flip->recovered);
    assert_int_equal(flip->last_reject, START + 229 * BUCKET + 27);
    assert_int_equal(flip->first_accept, START + 230 * BUCKET);
    minutes(watch, &model, 240, 250, 0, 6); /* and once more */
    assert_int_equal(watch_flips(watch), 2);
    watch_free(watch);
}

static void test_too_young(void **unused)
{
    (void)unused;
    struct model model = model_of(1, 5, 0, 10);
    struct watch *watch = watch_new(BUCKET);
    minutes(watch, &model, 0, 20, 6, 0);
    minutes(watch, &model, 20, 28, 0, 6);
    assert_int_equal(watch_flips(watch), 0);
    struct watch_state told;
    watch_state(watch, &told);
    assert_int_equal(told.services, 1);
    assert_int_equal(told.learning, 1);
    watch_free(watch);
}

/* A service that rejects a third of what comes does so from the beginning: that is no flip, however it began. */
static void test_usual_rejects(void **unused)
{
    (void)unused;
    struct model model = model_of(1, 5, 0, 10);
    struct watch *watch = watch_new(BUCKET);
    for (int64_t minute = 0; minute < 400; minute++) {
        int64_t t = START + minute * BUCKET;
        watch_begin(watch, t);
        struct watch_attempt attempt = attempt_of(&model, (uint64_t)minute % 5 + 1, t);
        if (minute % 5 < 3 || minute < 10)
            watch_accept(watch, &attempt);
        else
            watch_reject(watch, &attempt);
        watch_end(watch);
    }
    assert_int_equal(watch_flips(watch), 0);
    watch_free(watch);
}

/* Accepts that stopped hours ago, then rejects: the interval stays as long as it was. */
static void test_idle(void **unused)
{
    (void)unused;
    struct model model = model_of(1, 5, 0, 10);
    struct watch *watch = watch_new(BUCKET);
    minutes(watch, &model, 0, 200, 6, 0);
    minutes(watch, &model, 500, 520, 0, 6);
    assert_int_equal(watch_flips(watch), 1);
    assert_int_equal(watch_flip(watch, 0)->last_accept, START + 199 * BUCKET + 25);
    assert_int_equal(watch_flip(watch, 0)->first_reject, START + 500 * BUCKET + 2);
    watch_free(watch);
}

static void test_gap_is_not_judged(void **unused)
{
    (void)unused;
    struct model model = model_of(1, 5, 0, 10);
    struct watch *watch = watch_new(BUCKET);
    minutes(watch, &model, 0, 200, 6, 0);
    for (int64_t minute = 200; minute < 230; minute++) {
        watch_begin(watch, START + minute * BUCKET);
        watch_gap(watch, model.service.interface);
        for (int k = 0; k < 6; k++) {
            struct watch_attempt attempt = attempt_of(&model, (uint64_t)k + 1, START + minute * BUCKET + k);
            watch_reject(watch, &attempt);
        }
        watch_end(watch);
    }
    assert_int_equal(watch_flips(watch), 0);
    watch_free(watch);
}

/* Requests come in, answers are rejected: half of what is seen is accepted, and nothing works. */
static void test_answers(void **unused)
{
    (void)unused;
    struct model model = model_of(1, 5, 0, 10);
    struct watch *watch = watch_new(BUCKET);
    minutes(watch, &model, 0, 200, 6, 0);
    for (int64_t minute = 200; minute < 210; minute++) {
        int64_t t = START + minute * BUCKET;
        watch_begin(watch, t);
        for (int k = 0; k < 6; k++) {
            struct watch_attempt attempt = attempt_of(&model, (uint64_t)k + 1, t + k);
            watch_accept(watch, &attempt);
            attempt.is_answer = true;
            watch_reject(watch, &attempt);
        }
        watch_end(watch);
    }
    assert_int_equal(watch_flips(watch), 1);
    assert_true(watch_flip(watch, 0)->answers);
    assert_int_equal(watch_flip(watch, 0)->first_reject, START + 200 * BUCKET);
    watch_free(watch);
}

static void test_scan_costs_nothing(void **unused)
{
    (void)unused;
    struct model model = model_of(1, 5, 0, 10);
    struct watch *watch = watch_new(BUCKET);
    minutes(watch, &model, 0, 200, 6, 0);
    size_t before = watch_bytes(watch);
    for (int minute = 0; minute < 10; minute++) {
        int64_t t = START + (200 + minute) * BUCKET;
        watch_begin(watch, t);
        for (int k = 0; k < 6; k++) {
            struct watch_attempt attempt = attempt_of(&model, (uint64_t)k + 1, t + k);
            watch_accept(watch, &attempt);
        }
        for (uint64_t k = 0; k < 100000; k++) {
            struct service service = {.interface = 2, .port = (int32_t)(k % 65536), .protocol = 6};
            struct watch_attempt attempt = {&service, k % 65536 + 1000000, k, t, k, false};
            watch_reject(watch, &attempt);
            attempt.service = &model.service; /* and as many strangers at the service itself */
            attempt.key = model.key;
            attempt.peer = next();
            watch_reject(watch, &attempt);
        }
        watch_end(watch);
    }
    struct watch_state told;
    watch_state(watch, &told);
    assert_int_equal(told.services, 1);
    assert_int_equal(watch_flips(watch), 0);
    assert_int_equal(watch_bytes(watch), before);
    watch_free(watch);
}

/* More services than there is room for: those that are there stay, and nothing breaks. */
static void test_full(void **unused)
{
    (void)unused;
    struct watch *watch = watch_new(BUCKET);
    for (int64_t minute = 0; minute < 4; minute++) {
        watch_begin(watch, START + minute * BUCKET);
        for (uint64_t k = 0; k < 40000; k++) {
            struct service service = {.interface = k, .port = 80, .protocol = 6};
            struct watch_attempt attempt = {&service, (k + 1) * 0x9e3779b97f4a7c15u, k, START + minute * BUCKET, k,
                                            false};
            watch_accept(watch, &attempt);
        }
        watch_end(watch);
    }
    struct watch_state told;
    watch_state(watch, &told);
    assert_int_equal(told.services, 32768);
    watch_free(watch);
}

static void test_clone_goes_its_own_way(void **unused)
{
    (void)unused;
    struct model model = model_of(1, 5, 0, 10);
    struct watch *watch = watch_new(BUCKET);
    minutes(watch, &model, 0, 200, 6, 0);
    struct watch *clone = watch_clone(watch);
    minutes(clone, &model, 200, 210, 0, 6);
    assert_int_equal(watch_flips(clone), 1);
    assert_int_equal(watch_flips(watch), 0);
    watch_free(clone);
    minutes(watch, &model, 200, 210, 0, 6);
    assert_int_equal(watch_flips(watch), 1);
    watch_free(watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval_and_recovery),
        cmocka_unit_test(test_too_young),
        cmocka_unit_test(test_usual_rejects),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_gap_is_not_judged),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_scan_costs_nothing),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_clone_goes_its_own_way),
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_half),
        cmocka_unit_test(test_false_alarms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
