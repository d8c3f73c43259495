/* demo.c - the demo as a source: a finite history at once, then, when following, one second after the
 * other as it comes. Records that the history's traffic would deliver after now come live. A clock that
 * stands still delivers the history and waits. */
#include "source/demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "source/classes.h"
#include "base/wait.h"

struct scenario {
    const char *name;
    enum incident incident;
    const char *help;
};

static const struct scenario scenarios[] = {
#define X(name, incident, help) {name, incident, help},
#include "source/demo_scenario.def"
#undef X
};

enum { CHUNK_BYTES = 192 * 1024, OUT_MAX_BYTES = 16 << 20, LIVE_MS = 1000, LIVE_TAIL_S = 5, NAME_BYTES = 64 };

struct demo {
    struct demo_world *world;
    const struct scenario *scenario;
    struct clock clock;
    int cancel_fd;
    bool follow;
    bool begun;
    bool live;
    int64_t now;       /* when it was opened */
    int64_t made;      /* traffic was made up to this second, not included */
    int64_t delivered; /* … and handed out up to this one, not included */
    struct buf out;
    char name[NAME_BYTES];
};

const char *weir_scenario_name(size_t k)
{
    return k < ARRAY_SIZE(scenarios) ? scenarios[k].name : NULL;
}

const char *weir_scenario_help(size_t k)
{
    return k < ARRAY_SIZE(scenarios) ? scenarios[k].help : NULL;
}

bool demo_incident(const char *scenario, enum incident *out)
{
    for (size_t k = 0; k < ARRAY_SIZE(scenarios); k++) {
        if (scenario && strcmp(scenario, scenarios[k].name) != 0)
            continue;
        *out = scenarios[k].incident;
        return true;
    }
    return false;
}

static const struct scenario *find_scenario(const char *spec, weir_error *err)
{
    const char *colon = strchr(spec, ':');
    if (!colon)
        return &scenarios[0];
    for (size_t k = 0; k < ARRAY_SIZE(scenarios); k++) {
        if (strcmp(colon + 1, scenarios[k].name) == 0)
            return &scenarios[k];
    }
    char names[128] = "";
    size_t len = 0;
    for (size_t k = 0; k < ARRAY_SIZE(scenarios) && len < sizeof names; k++)
        len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", k ? ", " : "", scenarios[k].name);
    weir_fail(err, WEIR_E_USAGE, 0, "unknown scenario '%s' of the demo: there are %s", colon + 1, names);
    return NULL;
}

static void demo_close(void *source)
{
    struct demo *demo = source;
    buf_done(&demo->out);
    for (size_t k = 0; demo->world && k < DEMO_SLOTS; k++)
        buf_done(&demo->world->log.slots[k]);
    free(demo->world);
    demo->world = NULL;
}

static weir_status demo_open(void *source, const struct source_options *options, weir_error *err)
{
    struct demo *demo = source;
    *demo = (struct demo){.clock = options->clock, .cancel_fd = options->cancel_fd, .follow = options->follow};
    buf_init(&demo->out, OUT_MAX_BYTES);
    if (options->n_specs > 1)
        return weir_fail(err, WEIR_E_USAGE, 0, "the demo can be looked at only once: give one scenario");
    demo->scenario = find_scenario(options->n_specs ? options->specs[0] : "demo", err);
    if (!demo->scenario)
        return WEIR_E_USAGE;
    struct demo_world *world = demo->world = calloc(1, sizeof *world);
    if (!world)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    demo->now = clock_now(&demo->clock);
    demo_begin(world, demo->scenario->incident, options->seed, demo->now);
    demo->made = demo->delivered = world->from;
    weir_safe_format(demo->name, sizeof demo->name, "demo:%s", demo->scenario->name);
    return WEIR_OK;
}

static size_t demo_streams(const void *source)
{
    (void)source;
    return 1;
}

static const char *demo_name(const void *source, uint32_t stream)
{
    (void)stream;
    return ((const struct demo *)source)->name;
}

/* Hands out all that is delivered before `end`, or about a chunk of it. */
static weir_status deliver_until(struct demo *demo, int64_t end)
{
    while (demo->delivered < end && demo->out.len < CHUNK_BYTES) {
        for (; demo->made <= demo->delivered - DEMO_LAG_MIN_S; demo->made++)
            demo_second(demo->world, demo->made);
        struct buf *slot = &demo->world->log.slots[demo->delivered & (DEMO_SLOTS - 1)];
        if (slot->len > 0 && buf_append(&demo->out, slot->bytes, slot->len) != WEIR_OK)
            return WEIR_E_NOMEM;
        buf_clear(slot);
        demo->delivered++;
    }
    return demo->world->log.failed ? WEIR_E_NOMEM : WEIR_OK;
}

/* Waits until something may be delivered. */
static weir_status wait_live(struct demo *demo, struct source_chunk *chunk)
{
    int rest_ms = demo->clock.fixed ? -1 : LIVE_MS - (int)(clock_now_ms(&demo->clock) % 1000);
    if (wait_for(-1, demo->cancel_fd, rest_ms) == WAIT_CANCELED)
        return WEIR_E_CANCELED;
    chunk->idle = chunk->caught_up = true;
    return WEIR_OK;
}

/* The whole history as seconds of it: bytes are not known before. */
static void progress(const struct demo *demo, struct source_chunk *chunk)
{
    int64_t done = demo->delivered - (demo->now - DEMO_HISTORY_S);
    chunk->done_bytes = (uint64_t)(done < DEMO_HISTORY_S ? done : DEMO_HISTORY_S);
    chunk->total_bytes = DEMO_HISTORY_S;
}

/* Up to which second may be delivered now. The last seconds before now are the first that count as live, so that
 * the delay of delivery is known from the start, even while the clock stands still. */
static int64_t next_end(const struct demo *demo)
{
    if (demo->live)
        return clock_now(&demo->clock) + 1;
    int64_t end = demo->now + 1;
    return demo->delivered < end - LIVE_TAIL_S ? end - LIVE_TAIL_S : end;
}

static weir_status demo_read(void *source, struct source_chunk *chunk, weir_error *err)
{
    struct demo *demo = source;
    *chunk = (struct source_chunk){0};
    if (wait_for(-1, demo->cancel_fd, 0) == WAIT_CANCELED)
        return WEIR_E_CANCELED;
    if (demo->live && !demo->follow)
        return WEIR_END;
    if (demo->live && wait_live(demo, chunk) != WEIR_OK)
        return WEIR_E_CANCELED;
    buf_clear(&demo->out);
    char header[512];
    if (!demo->begun && buf_append(&demo->out, header, demo_header(header, sizeof header)) != WEIR_OK)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    int64_t end = next_end(demo);
    if (deliver_until(demo, end) != WEIR_OK)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    chunk->begins = !demo->begun;
    demo->begun = true;
    if (demo->delivered >= end) {
        chunk->idle = chunk->caught_up = true;
        demo->live = end > demo->now;
        chunk->ends = demo->live && !demo->follow;
    }
    chunk->bytes = demo->out.bytes;
    chunk->len = demo->out.len;
    progress(demo, chunk);
    return WEIR_OK;
}

const struct source_class source_demo = {
    .size = sizeof(struct demo),
    .open = demo_open,
    .streams = demo_streams,
    .name = demo_name,
    .read = demo_read,
    .close = demo_close,
};
