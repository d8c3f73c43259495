/* What following a log group costs, in virtual time: requests, memory, how often a record is read, how long it takes
 * from ingestion to the screen; and what an event that is already known costs in real time. Fails when 50 interfaces
 * with 333 events a second take a request a second, or 64 MiB, or lose anything. */
#include <time.h>

#include "../support/world.h"

enum { KNOWN_EVENTS = 600000, KNOWN_MINUTES = 30 };

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void print_delays(const struct world *world)
{
    int64_t *delays = malloc((world->n + 1) * sizeof *delays);
    size_t n = 0;
    for (size_t k = 0; delays && k < world->n; k++)
        if (world->records[k].shown && world->records[k].ingestion_ms > WORLD_NOW)
            delays[n++] = world->records[k].shown_ms - world->records[k].ingestion_ms;
    if (n > 0) {
        qsort(delays, n, sizeof *delays, by_value);
        printf("%7.1f %7.1f s\n", (double)delays[n / 2] / 1000, (double)delays[n / 100 * 99] / 1000);
    }
    free(delays);
}

struct figures {
    double requests_per_s;
    size_t bytes;
    uint64_t bad;
};

static struct figures follow(const char *name, struct world_plan plan)
{
    struct world world;
    struct poll_facts facts = {0};
    struct figures figures = {0};
    plan.seed = 1;
    plan.page = WORLD_PAGE_MAX;
    plan.latency_ms = 300;
    plan.snapshot = SNAPSHOT_CURSOR;
    plan.before_ms = 30 * MINUTE;
    plan.after_ms = HOUR;
    plan.poll.now_ms = WORLD_NOW;
    plan.poll.since_ms = WORLD_NOW - 10 * MINUTE;
    plan.poll.newest_first = plan.poll.follow = true;
    plan.poll.until_ms = WORLD_NOW + HOUR;
    plan.poll.horizon_ms = 30 * MINUTE;
    world_open(&world, &plan);
    struct poll *poll = poll_new(&plan.poll);
    uint64_t requests = 0, fetched = 0;
    while (poll && world_step(&world, poll)) {
        poll_facts(poll, &facts);
        figures.bytes = facts.seen_bytes > figures.bytes ? facts.seen_bytes : figures.bytes;
        if (world.now_ms <= WORLD_NOW + HOUR) {
            requests = world.requests;
            fetched = world.fetched;
        }
    }
    world_judge(&world);
    figures.requests_per_s = (double)requests / 3600;
    figures.bad = world.lost + world.twofold + world.named;
    printf("%-34s %3.0f s %8" PRIu64 " %4" PRIu64 " %4" PRIu64 " %7" PRIu64 " x%-5.1f %5.2f/s %6.1f MiB", name,
           (double)plan.poll.interval_ms / 1000, world.wanted, world.lost + world.named, world.twofold, facts.rescued,
           (double)fetched / (double)world.wanted, figures.requests_per_s, (double)figures.bytes / (1 << 20));
    print_delays(&world);
    poll_free(poll);
    world_close(&world);
    return figures;
}

static double cpu_ns(void)
{
    struct timespec at;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

/* Passes in order of time over half an hour of 333 events a second: the first finds them new, the others known. */
static void known_events(void)
{
    const struct poll_options options = {
        .now_ms = WORLD_NOW, .since_ms = WORLD_NOW - HOUR, .until_ms = INT64_MAX, .follow = true};
    struct poll *poll = poll_new(&options);
    struct world_text *texts = malloc(KNOWN_EVENTS * sizeof *texts);
    struct poll_event *events = malloc(KNOWN_EVENTS * sizeof *events);
    struct poll_facts facts;
    double first = 0, best = 1e12;
    for (uint32_t k = 0; texts && events && k < KNOWN_EVENTS; k++) {
        struct world_record record = {.number = k, .twin = k, .interface = (uint16_t)(k % 50)};
        record.time_ms = WORLD_NOW - KNOWN_MINUTES * MINUTE + (int64_t)k * KNOWN_MINUTES * MINUTE / KNOWN_EVENTS;
        record.ingestion_ms = record.time_ms + 2 * MINUTE;
        events[k] = world_event(&record, false, &texts[k]);
    }
    for (int round = 0; poll && texts && events && round < 8; round++) {
        double began = cpu_ns();
        for (uint32_t k = 0; k < KNOWN_EVENTS; k++)
            poll_event(poll, &events[k], WORLD_NOW);
        double took = (cpu_ns() - began) / KNOWN_EVENTS;
        first = round ? first : took;
        best = took < best ? took : best;
    }
    poll_facts(poll, &facts);
    printf("an event that is new: %.0f ns, one that is known: %.0f ns, %.1f bytes each\n", first, best,
           (double)facts.seen_bytes / KNOWN_EVENTS);
    poll_free(poll);
    free(texts);
    free(events);
}

int main(void)
{
    static const struct {
        const char *name;
        struct world_plan plan;
    } worlds[] = {
        {"60 s, 50 interfaces, 60+-20 s", {.interfaces = 50, .per_window = 20, .window_ms = MINUTE, .delay = DELAY_60}},
        {"60 s, 50 interfaces, 300+-60 s",
         {.interfaces = 50, .per_window = 20, .window_ms = MINUTE, .delay = DELAY_300}},
        {"600 s, 50 interfaces, 300+-60 s",
         {.interfaces = 50, .per_window = 200, .window_ms = 10 * MINUTE, .delay = DELAY_300}},
        {"60 s, 50 interfaces, heavy tail",
         {.interfaces = 50, .per_window = 20, .window_ms = MINUTE, .delay = DELAY_TAIL}},
        {"500 interfaces, 333/s, 60+-20 s",
         {.interfaces = 500, .per_window = 40, .window_ms = MINUTE, .delay = DELAY_60}},
        {"50 interfaces, 333/s, 60+-20 s",
         {.interfaces = 50, .per_window = 400, .window_ms = MINUTE, .delay = DELAY_60}},
    };
    struct figures figures = {0};
    printf("%-34s %5s %8s %4s %4s %7s %-6s %7s %10s  %s\n", "world, an hour", "every", "records", "lost", "dup",
           "rescued", "read", "asked", "known", "shown p50, p99 after ingestion");
    uint64_t bad = 0;
    for (size_t k = 0; k < sizeof worlds / sizeof *worlds; k++)
        for (int interval = 5; interval <= 15; interval += 10) {
            struct world_plan plan = worlds[k].plan;
            plan.poll.interval_ms = interval * SECOND;
            struct figures now = follow(worlds[k].name, plan);
            bad += now.bad;
            figures = interval == 5 ? now : figures;
        }
    known_events();
    return bad > 0 || figures.requests_per_s >= 1 || figures.bytes >= (size_t)64 << 20;
}
