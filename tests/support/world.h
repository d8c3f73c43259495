/* world.h - a log group in virtual time, with everything that goes wrong: the records of interfaces that publish each
 * on its own schedule, pages with opaque tokens, Live Tail sessions, and faults. It plays the caller of source/poll.h
 * and counts what was shown. The same seed (or the same bytes, when fuzzed) gives the same world. */
#ifndef WEIR_TESTS_WORLD_H
#define WEIR_TESTS_WORLD_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/poll.h"

#define WORLD_NOW INT64_C(1780000000000)

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
enum { WORLD_ID_BYTES = 56, WORLD_PAGE_MAX = 10000, WORLD_CHANNELS = 2 };

/* ---- chance ---- */

struct dice {
    uint64_t state;
    const uint8_t *bytes; /* NULL = from the seed */
    size_t len;
};

static inline uint64_t dice_roll(struct dice *dice)
{
    uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline int64_t dice_below(struct dice *dice, int64_t n)
{
    return n > 0 ? (int64_t)(dice_roll(dice) % (uint64_t)n) : 0;
}

/* Something that happens so many times in a thousand; bytes decide it where there are some, and nothing happens when
 * they are used up. */
static inline bool dice_happens(struct dice *dice, int per_mille)
{
    if (per_mille == 0)
        return false;
    if (!dice->bytes)
        return dice_below(dice, 1000) < per_mille;
    if (dice->len == 0)
        return false;
    dice->len--;
    return *dice->bytes++ < (per_mille * 256 + 999) / 1000;
}

/* About normal. */
static inline int64_t dice_around(struct dice *dice, int64_t mean, int64_t deviation)
{
    int64_t sum = 0;
    for (int k = 0; k < 12; k++)
        sum += dice_below(dice, 1000);
    int64_t value = mean + (sum - 5994) * deviation / 1000;
    return value > SECOND ? value : SECOND;
}

/* ---- the plan ---- */

enum world_delay { DELAY_60, DELAY_300, DELAY_TAIL, DELAY_NONE };
enum world_snapshot { SNAPSHOT_FIRST_PAGE, SNAPSHOT_CURSOR, SNAPSHOT_OFFSET };

struct world_plan {
    uint64_t seed;
    const uint8_t *bytes; /* for the faults, instead of the seed */
    size_t len;
    int interfaces, per_window; /* records of an interface and window */
    int64_t window_ms;
    enum world_delay delay;
    enum world_snapshot snapshot;
    int64_t before_ms, after_ms;         /* records are made from so long before the start to so long after */
    int64_t latency_ms;                  /* most of a request */
    int64_t token_life_ms;               /* 0 = for ever */
    int page;                            /* events */
    int twins, futures, poisons, beyond; /* of the records, per mille; beyond = later than the horizon */
    int throttled, failed, failed_after, empty, same, same_with_events, bad_token, twice, trailing,
        still;                                  /* of calls */
    int sampled, dropped, reconnects, overlaps; /* of seconds with Live Tail */
    struct poll_options poll;
};

struct world_record {
    int64_t time_ms, ingestion_ms, readable_ms, live_ms, shown_ms;
    uint32_t number, twin; /* the message is that of number `twin` */
    uint16_t interface;
    uint8_t shown, poison;
};

struct world_session {
    bool open;
    int64_t since_ms; /* when it opened, or was lost */
    int64_t until_ms; /* when it comes back */
};

struct world {
    struct world_plan plan;
    struct dice dice;
    int64_t now_ms, end_ms; /* the last record's time */
    size_t n, room;
    struct world_record *records; /* by time, ingestion, number: as pages have them */
    uint32_t *by_live;            /* the same by live_ms */
    size_t next_live;
    struct world_session sessions[WORLD_CHANNELS];
    int current;       /* the session that is not about to end */
    int64_t second_ms; /* Live Tail goes second by second */
    uint64_t nonce;
    uint64_t requests, fetched, lost, named, twofold, shown, wanted;
    size_t n_gaps, gaps_room;
    struct poll_gap *gaps;
};

/* ---- the records ---- */

static inline int world_by_page(const void *a, const void *b)
{
    const struct world_record *x = a, *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    if (x->ingestion_ms != y->ingestion_ms)
        return x->ingestion_ms < y->ingestion_ms ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static const struct world_record *world_sorted;

static inline int world_by_live(const void *a, const void *b)
{
    const struct world_record *x = &world_sorted[*(const uint32_t *)a], *y = &world_sorted[*(const uint32_t *)b];
    return x->live_ms < y->live_ms ? -1 : x->live_ms > y->live_ms;
}

static inline int64_t world_delay_of(struct world *world, int64_t age_ms)
{
    const struct world_plan *plan = &world->plan;
    int64_t delay_ms = 0;
    switch (plan->delay) {
    case DELAY_60: delay_ms = dice_around(&world->dice, 60 * SECOND, 20 * SECOND); break;
    case DELAY_300: delay_ms = dice_around(&world->dice, 300 * SECOND, 60 * SECOND); break;
    case DELAY_TAIL:
        delay_ms = dice_around(&world->dice, 60 * SECOND, 20 * SECOND);
        if (dice_below(&world->dice, 100) < 4)
            delay_ms += dice_below(&world->dice, plan->poll.horizon_ms);
        break;
    case DELAY_NONE: return dice_below(&world->dice, SECOND);
    }
    /* Later than the horizon is a thing of its own. */
    int64_t most = plan->poll.horizon_ms - age_ms - 5 * SECOND;
    return delay_ms < most ? delay_ms : most > SECOND ? most : SECOND;
}

static inline struct world_record *world_add(struct world *world)
{
    if (world->n == world->room) {
        world->room = world->room ? world->room * 2 : 4096;
        world->records = realloc(world->records, world->room * sizeof *world->records);
        if (!world->records)
            abort();
    }
    struct world_record *record = &world->records[world->n];
    *record = (struct world_record){.number = (uint32_t)world->n, .twin = (uint32_t)world->n};
    world->n++;
    return record;
}

/* All that one interface publishes at the end of a window. */
static inline void world_publish(struct world *world, int interface, int64_t begin_ms)
{
    const struct world_plan *plan = &world->plan;
    struct dice *dice = &world->dice;
    int64_t ends_ms = begin_ms + plan->window_ms, published_ms = ends_ms + world_delay_of(world, plan->window_ms);
    for (int k = 0; k < plan->per_window; k++) {
        struct world_record *record = world_add(world);
        record->interface = (uint16_t)interface;
        record->time_ms = begin_ms + dice_below(dice, plan->window_ms);
        record->ingestion_ms = published_ms + dice_below(dice, 200);
        if (dice_below(dice, 1000) < plan->beyond)
            record->ingestion_ms = record->time_ms + plan->poll.horizon_ms + MINUTE + dice_below(dice, HOUR);
        if (dice_below(dice, 1000) < plan->futures)
            record->time_ms = record->ingestion_ms + dice_below(dice, 2 * HOUR);
        record->poison = dice_below(dice, 1000) < plan->poisons;
        record->readable_ms = record->ingestion_ms + dice_below(dice, 2 * SECOND);
        record->live_ms = record->ingestion_ms + dice_below(dice, SECOND);
        if (dice_below(dice, 1000) < plan->twins) {
            struct world_record copy = *record, *twin = world_add(world);
            copy.number = twin->number;
            copy.ingestion_ms += dice_below(dice, 30 * SECOND);
            copy.readable_ms = copy.ingestion_ms + dice_below(dice, 2 * SECOND);
            copy.live_ms = copy.ingestion_ms + dice_below(dice, SECOND);
            *twin = copy;
        }
    }
}

static inline void world_open(struct world *world, const struct world_plan *plan)
{
    *world = (struct world){.plan = *plan, .now_ms = WORLD_NOW};
    world->dice.state = plan->seed;
    for (int i = 0; i < plan->interfaces; i++) {
        int64_t at = WORLD_NOW - plan->before_ms - dice_below(&world->dice, plan->window_ms);
        for (; at + plan->window_ms <= WORLD_NOW + plan->after_ms; at += plan->window_ms)
            world_publish(world, i, at);
    }
    qsort(world->records, world->n, sizeof *world->records, world_by_page);
    world->by_live = malloc((world->n + 1) * sizeof *world->by_live);
    if (!world->by_live || world->n == 0)
        abort();
    for (size_t k = 0; k < world->n; k++)
        world->by_live[k] = (uint32_t)k;
    world_sorted = world->records;
    qsort(world->by_live, world->n, sizeof *world->by_live, world_by_live);
    world->end_ms = world->records[world->n - 1].time_ms;
    while (world->next_live < world->n && world->records[world->by_live[world->next_live]].live_ms < WORLD_NOW)
        world->next_live++;
    world->second_ms = WORLD_NOW;
    world->dice.bytes = plan->bytes;
    world->dice.len = plan->len;
}

static inline void world_close(struct world *world)
{
    free(world->records);
    free(world->by_live);
    free(world->gaps);
}

static inline size_t world_digits(char *out, uint64_t number, int digits)
{
    for (int k = digits; k-- > 0; number /= 10)
        out[k] = (char)('0' + number % 10);
    return (size_t)digits;
}

struct world_text {
    char id[WORLD_ID_BYTES], stream[16], message[40];
};

static inline struct poll_event world_event(const struct world_record *record, bool live, struct world_text *text)
{
    struct poll_event event = {.group = SLICE("flows"), .timestamp_ms = record->time_ms};
    event.ingestion_ms = record->ingestion_ms;
    memset(text->id, '3', sizeof text->id);
    world_digits(text->id + 46, record->number, 10);
    memcpy(text->stream, "eni-", 4);
    world_digits(text->stream + 4, record->interface, 5);
    memcpy(text->message, "2 123456789012 OK ", 18);
    world_digits(text->message + 18, record->twin, 10);
    if (!live)
        event.id = (struct slice){text->id, sizeof text->id};
    event.stream = (struct slice){text->stream, 9};
    event.message = (struct slice){text->message, 28};
    return event;
}

/* ---- pages ---- */

struct world_page {
    int failure; /* an enum poll_failure, or -1 */
    bool broken; /* it fails after its events were handed out */
    size_t n;
    uint32_t at[WORLD_PAGE_MAX];
    bool more;
    char token[160];
};

/* What a token says: the interval it belongs to, the record or the count of records where it goes on, when the first
 * page was, and when it was made. */
struct world_token {
    int64_t from_ms, to_ms, at, first_ms, made_ms;
};

static inline void world_token_write(struct world *world, const struct world_token *token, char *out, size_t size)
{
    snprintf(out, size, "%" PRId64 "/%" PRId64 "/%" PRId64 "/%" PRId64 "/%" PRId64 "/%" PRIu64, token->from_ms,
             token->to_ms, token->at, token->first_ms, token->made_ms, world->nonce++);
}

static inline struct world_token world_token_read(const char *text)
{
    int64_t parts[5] = {0};
    char *end = (char *)(uintptr_t)text;
    for (int k = 0; k < 5; k++)
        parts[k] = strtoll(end, &end, 10), end++;
    return (struct world_token){parts[0], parts[1], parts[2], parts[3], parts[4]};
}

static inline size_t world_find(const struct world *world, int64_t time_ms)
{
    size_t low = 0, high = world->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (world->records[middle].time_ms < time_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The events of the page; where the next one begins. */
static inline int64_t world_fill(const struct world *world, const struct world_token *here, size_t limit,
                                 struct world_page *page)
{
    bool offset = world->plan.snapshot == SNAPSHOT_OFFSET;
    int64_t seen_ms = world->plan.snapshot == SNAPSHOT_FIRST_PAGE ? here->first_ms : world->now_ms;
    size_t k = offset || here->at < 0 ? world_find(world, here->from_ms) : (size_t)here->at;
    int64_t skip = offset && here->at > 0 ? here->at : 0, passed = 0;
    for (; k < world->n && world->records[k].time_ms <= here->to_ms; k++) {
        if (world->records[k].readable_ms > seen_ms || passed++ < skip)
            continue;
        if (page->n == limit) {
            page->more = true;
            break;
        }
        page->at[page->n++] = (uint32_t)k;
    }
    return offset ? skip + (int64_t)page->n : (int64_t)k;
}

static inline bool world_poisoned(const struct world *world, const struct world_page *page)
{
    for (size_t k = 0; k < page->n; k++)
        if (world->records[page->at[k]].poison)
            return true;
    return false;
}

static inline int world_refuses(struct world *world, const struct poll_ask *ask)
{
    const struct world_plan *plan = &world->plan;
    if (dice_happens(&world->dice, plan->throttled))
        return POLL_THROTTLED;
    if (dice_happens(&world->dice, plan->failed))
        return POLL_FAILED;
    if (ask->token && dice_happens(&world->dice, plan->bad_token))
        return POLL_BAD_TOKEN;
    return -1;
}

static inline void world_serve(struct world *world, const struct poll_ask *ask, struct world_page *page)
{
    const struct world_plan *plan = &world->plan;
    struct world_token here = {ask->from_ms, ask->to_ms, -1, world->now_ms, world->now_ms};
    world->requests++;
    page->n = 0;
    page->more = page->broken = false;
    page->failure = world_refuses(world, ask);
    if (page->failure >= 0)
        return;
    if (ask->token) {
        here = world_token_read(ask->token);
        if (here.from_ms != ask->from_ms || here.to_ms != ask->to_ms)
            abort(); /* the interval of a pass is frozen */
        if (plan->token_life_ms > 0 && world->now_ms - here.made_ms > plan->token_life_ms) {
            page->failure = POLL_BAD_TOKEN;
            return;
        }
    }
    struct world_token next = here;
    next.made_ms = world->now_ms;
    if (dice_happens(&world->dice, plan->empty)) {
        page->more = true;
    } else if (ask->token && dice_happens(&world->dice, plan->same)) {
        page->more = true;
        snprintf(page->token, sizeof page->token, "%s", ask->token);
        return;
    } else {
        size_t limit = (size_t)(ask->limit > 0 && ask->limit < plan->page ? ask->limit : plan->page);
        next.at = world_fill(world, &here, limit, page);
        if (world_poisoned(world, page)) {
            page->failure = POLL_UNREADABLE;
            return;
        }
        page->more = page->more || dice_happens(&world->dice, plan->trailing);
        page->broken = dice_happens(&world->dice, plan->failed_after);
        if (page->more && dice_happens(&world->dice, plan->twice))
            next.at = here.at;
        if (page->more && ask->token && dice_happens(&world->dice, plan->same_with_events)) {
            snprintf(page->token, sizeof page->token, "%s", ask->token);
            return;
        }
    }
    world_token_write(world, &next, page->token, sizeof page->token);
}

static inline void world_show(struct world *world, struct world_record *record)
{
    if (record->shown < UINT8_MAX)
        record->shown++;
    if (record->shown_ms == 0)
        record->shown_ms = world->now_ms;
}

static inline void world_answer(struct world *world, struct poll *poll, const struct poll_ask *ask)
{
    static struct world_page page;
    struct world_text text;
    world->now_ms += world->plan.latency_ms / 4 + dice_below(&world->dice, world->plan.latency_ms);
    world_serve(world, ask, &page);
    if (page.failure >= 0) {
        poll_page_failed(poll, (enum poll_failure)page.failure, world->now_ms);
        return;
    }
    world->fetched += page.n;
    for (size_t k = 0; k < page.n; k++) {
        struct world_record *record = &world->records[page.at[k]];
        struct poll_event event = world_event(record, false, &text);
        if (poll_event(poll, &event, world->now_ms))
            world_show(world, record);
    }
    if (page.broken)
        poll_page_failed(poll, POLL_FAILED, world->now_ms);
    else
        poll_page_done(poll, page.more ? page.token : NULL, page.n, world->now_ms);
}

/* ---- Live Tail ---- */

static inline void world_live_second(struct world *world, struct poll *poll, int64_t until_ms)
{
    const struct world_plan *plan = &world->plan;
    struct dice *dice = &world->dice;
    struct world_text text;
    int64_t from_ms = until_ms - SECOND;
    for (int c = 0; c < WORLD_CHANNELS; c++) {
        struct world_session *session = &world->sessions[c];
        if (!session->open && session->until_ms != 0 && session->until_ms <= from_ms) {
            session->open = true;
            session->until_ms = 0;
            poll_live_began(poll, c, from_ms);
            if (session->since_ms < from_ms && c == world->current)
                poll_doubt(poll, POLL_RECONNECTED, session->since_ms, from_ms, from_ms);
        }
    }
    bool sampled = dice_happens(dice, plan->sampled), dropped = dice_happens(dice, plan->dropped);
    size_t begin = world->next_live;
    while (world->next_live < world->n && world->records[world->by_live[world->next_live]].live_ms < until_ms)
        world->next_live++;
    for (int c = 0; c < WORLD_CHANNELS; c++)
        for (size_t k = begin; world->sessions[c].open && k < world->next_live; k++) {
            struct world_record *record = &world->records[world->by_live[k]];
            if (dropped || (sampled && dice_below(dice, 2)))
                continue;
            struct poll_event event = world_event(record, true, &text);
            if (poll_live(poll, c, &event, until_ms))
                world_show(world, record);
        }
    if (sampled || dropped) /* an event travels up to a second */
        poll_doubt(poll, POLL_SAMPLED, from_ms - SECOND, until_ms, until_ms);
}

static inline void world_live_faults(struct world *world, int64_t now_ms)
{
    struct world_session *here = &world->sessions[world->current], *other = &world->sessions[1 - world->current];
    if (here->open && other->open && now_ms - other->since_ms > 5 * SECOND)
        other->open = false; /* the predecessor ends */
    if (here->open && dice_happens(&world->dice, world->plan.reconnects)) {
        here->open = false;
        here->since_ms = now_ms - SECOND;
        here->until_ms = now_ms + dice_below(&world->dice, 30 * SECOND);
    } else if (here->open && !other->open && dice_happens(&world->dice, world->plan.overlaps)) {
        here->since_ms = now_ms; /* until then it overlaps */
        other->since_ms = other->until_ms = now_ms;
        world->current = 1 - world->current;
    }
}

static inline void world_live(struct world *world, struct poll *poll)
{
    if (!world->plan.poll.live_tail)
        return;
    if (!world->sessions[0].open && world->second_ms == WORLD_NOW) {
        world->sessions[0] = (struct world_session){.open = true, .since_ms = WORLD_NOW};
        poll_live_began(poll, 0, WORLD_NOW);
    }
    while (world->second_ms + SECOND <= world->now_ms) {
        world->second_ms += SECOND;
        world_live_second(world, poll, world->second_ms);
        world_live_faults(world, world->second_ms);
    }
}

/* ---- the run ---- */

static inline void world_gaps(struct world *world, struct poll *poll)
{
    struct poll_gap gap;
    while (poll_take_gap(poll, &gap)) {
        if (world->n_gaps == world->gaps_room) {
            world->gaps_room = world->gaps_room ? world->gaps_room * 2 : 64;
            world->gaps = realloc(world->gaps, world->gaps_room * sizeof gap);
            if (!world->gaps)
                abort();
        }
        world->gaps[world->n_gaps++] = gap;
    }
}

/* One step of the caller; false when it is over. */
static inline bool world_step(struct world *world, struct poll *poll)
{
    struct poll_ask ask = poll_next(poll, world->now_ms);
    if (ask.what == POLL_PAGE)
        world_answer(world, poll, &ask);
    else if (ask.what == POLL_WAIT)
        world->now_ms = ask.at_ms;
    if (dice_happens(&world->dice, world->plan.still))
        world->now_ms += 10 * MINUTE;
    world_live(world, poll);
    world_gaps(world, poll);
    return ask.what != POLL_END;
}

static inline bool world_named(const struct world *world, int64_t time_ms)
{
    for (size_t k = 0; k < world->n_gaps; k++)
        if (world->gaps[k].from_ms <= time_ms && time_ms <= world->gaps[k].to_ms)
            return true;
    return false;
}

static inline bool world_wants(const struct world *world, const struct world_record *record)
{
    const struct poll_options *options = &world->plan.poll;
    if (record->time_ms < options->since_ms || record->time_ms > options->until_ms)
        return false;
    if (!options->follow)
        return record->readable_ms <= WORLD_NOW && record->time_ms <= WORLD_NOW;
    return record->readable_ms <= (record->time_ms > WORLD_NOW ? record->time_ms : WORLD_NOW) + options->horizon_ms &&
           record->readable_ms <= record->time_ms + options->horizon_ms;
}

/* How many of a record and its twins are wanted, there, and were shown: Live Tail cannot tell them apart. */
struct world_twins {
    int wanted, n, shown;
};

static inline struct world_twins world_twins(const struct world *world, const struct world_record *record)
{
    struct world_twins twins = {0};
    for (size_t k = world_find(world, record->time_ms); k < world->n && world->records[k].time_ms == record->time_ms;
         k++) {
        const struct world_record *other = &world->records[k];
        if (other != record && (!world->plan.poll.live_tail || other->twin != record->twin))
            continue;
        twins.wanted += world_wants(world, other);
        twins.n++;
        twins.shown += other->shown;
    }
    return twins;
}

/* 'l' = lost, 't' = shown twice, ' ' = neither. */
static inline char world_verdict(const struct world *world, const struct world_record *record)
{
    struct world_twins twins = world_twins(world, record);
    if (world->plan.poll.live_tail && record->number != record->twin)
        return ' '; /* it is counted with its twin */
    return twins.shown < twins.wanted ? 'l' : twins.shown > twins.n ? 't' : ' ';
}

/* The oracle: what was lost, or shown twice, outside the ledger. */
static inline void world_judge(struct world *world)
{
    for (size_t k = 0; k < world->n; k++) {
        const struct world_record *record = &world->records[k];
        char verdict = world_verdict(world, record);
        world->wanted += world_wants(world, record);
        world->shown += record->shown > 0;
        if (verdict == ' ')
            continue;
        if (world_named(world, record->time_ms))
            world->named++;
        else if (verdict == 'l')
            world->lost++;
        else
            world->twofold++;
    }
}

/* Runs until everything is closed, at most so long; false when it did not come to its end. */
static inline bool world_run(struct world *world, struct poll *poll, int64_t most_ms)
{
    struct poll_facts facts;
    uint64_t steps = 0;
    while (world_step(world, poll)) {
        if (world->now_ms > WORLD_NOW + most_ms || steps++ > 10000000)
            return false;
        if (steps % 16 != 0 || world->plan.poll.until_ms != INT64_MAX || !world->plan.poll.follow)
            continue;
        poll_facts(poll, &facts);
        if (facts.closed_ms >= world->end_ms && facts.history_done)
            return true;
    }
    return true;
}

#endif
