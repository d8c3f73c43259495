/* trail.c - see weir/trail.h. Changes are kept by time; of an event that comes twice the first is kept. */
#include "vpc/trail.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/scope.h"
#include "vpc/trail_ask.h"

struct weir_trail {
    struct change **change; /* by time, then id */
    size_t n, room;
    struct trail_ask *ask; /* NULL = only files */
    bool is_waiting;
    uint64_t requests;
    unsigned generation;
    char failure[512];
    bool failed; /* out of memory */
};

static void drop_trail(weir_trail **trail)
{
    weir_trail_close(*trail);
}

static int compare(const struct change *a, const struct change *b)
{
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    return strcmp(a->id.text, b->id.text);
}

/* Where it belongs: the first that is not before it. */
static size_t place_of(const weir_trail *trail, const struct change *change)
{
    size_t low = 0, high = trail->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(trail->change[middle], change) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool make_room(weir_trail *trail)
{
    if (trail->n == CHANGES_MAX) {
        change_free(trail->change[0]);
        memmove(trail->change, trail->change + 1, --trail->n * sizeof(struct change *));
    }
    if (trail->n < trail->room)
        return true;
    size_t room = trail->room ? trail->room * 2 : 64;
    struct change **more = realloc(trail->change, room * sizeof(struct change *));
    if (!more)
        return false;
    trail->change = more;
    trail->room = room;
    return true;
}

/* Takes the change; false = it is there already, or memory is out. */
static bool add(weir_trail *trail, struct change *change)
{
    size_t at = place_of(trail, change);
    bool is_known = at < trail->n && compare(trail->change[at], change) == 0 && *change->id.text;
    if (is_known || !make_room(trail)) {
        trail->failed = trail->failed || !is_known;
        change_free(change);
        return false;
    }
    at = place_of(trail, change);
    memmove(trail->change + at + 1, trail->change + at, (trail->n - at) * sizeof(struct change *));
    trail->change[at] = change;
    trail->n++;
    return true;
}

static bool take(struct change *change, void *user)
{
    weir_trail *trail = user;
    add(trail, change);
    return !trail->failed;
}

static weir_status read_all(weir_trail *trail, const weir_trail_options *options, weir_error *err)
{
    weir_status status = WEIR_OK;
    struct change_counts counts = {0};
    if (options->text)
        status = change_read(options->text, options->text_len, take, trail, &counts, err);
    for (size_t k = 0; status == WEIR_OK && options->paths && options->paths[k]; k++)
        status = change_read_path(options->paths[k], take, trail, &counts, err);
    if (trail->failed)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    return status;
}

weir_status weir_trail_open(const weir_trail_options *options, weir_trail **out, weir_error *err)
{
    AUTO(drop_trail) weir_trail *trail = calloc(1, sizeof *trail);
    if (!trail)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    weir_status status = read_all(trail, options, err);
    if (status == WEIR_OK && options->aws)
        status = trail_ask_new(options->aws, options->profile, options->region, options->group, &trail->ask, err);
    if (status == WEIR_OK)
        *out = TAKE(trail);
    return status;
}

void weir_trail_close(weir_trail *trail)
{
    if (!trail)
        return;
    trail_ask_free(trail->ask);
    for (size_t k = 0; k < trail->n; k++)
        change_free(trail->change[k]);
    free(trail->change);
    free(trail);
}

int weir_trail_fd(const weir_trail *trail)
{
    return trail->ask ? trail_ask_fd(trail->ask) : -1;
}

static bool take_news(weir_trail *trail, struct trail_news *news)
{
    size_t added = 0;
    for (size_t k = 0; k < news->n; k++)
        added += add(trail, news->changes[k]);
    news->n = 0; /* they are ours */
    trail->is_waiting = !news->is_idle;
    trail->requests = news->requests;
    weir_safe_format(trail->failure, sizeof trail->failure, "%s", news->failure.status ? news->failure.text : "");
    return added > 0;
}

bool weir_trail_pump(weir_trail *trail)
{
    bool changed = false;
    for (struct trail_news *news; trail->ask && (news = trail_ask_take(trail->ask));) {
        changed = take_news(trail, news) || changed;
        trail_news_free(news);
    }
    trail->generation += changed;
    return changed;
}

bool weir_trail_asks(const weir_trail *trail)
{
    return trail->ask != NULL;
}

bool weir_trail_is_waiting(const weir_trail *trail)
{
    return trail->is_waiting;
}

weir_safe weir_trail_failure(const weir_trail *trail)
{
    return (weir_safe){trail->failure};
}

uint64_t weir_trail_requests(const weir_trail *trail)
{
    return trail->requests;
}

unsigned weir_trail_generation(const weir_trail *trail)
{
    return trail->generation;
}

size_t weir_trail_size(const weir_trail *trail)
{
    return trail->n;
}

void weir_trail_ask(weir_trail *trail, const char *resource, int64_t from, int64_t to, int64_t again_until)
{
    struct trail_question question = {.from = from, .to = to, .again_until = again_until};
    if (!trail->ask || !*resource || strlen(resource) >= sizeof question.resource)
        return;
    memcpy(question.resource, resource, strlen(resource) + 1);
    trail->is_waiting = trail_ask_for(trail->ask, &question) || trail->is_waiting;
}

const struct change *const *trail_changes(const weir_trail *trail, size_t *n)
{
    *n = trail->n;
    return (const struct change *const *)trail->change;
}
