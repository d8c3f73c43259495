/* trail_queue.c - see trail_queue.h. A list without order: it is short, and looked through once a request. */
#include "vpc/trail_queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/scope.h"

struct entry {
    struct trail_question question;
    uint64_t ticket;   /* the least is the first in the queue */
    bool is_answered;  /* once, at least */
    unsigned distance; /* to the next time that it is asked: a row of `distances` */
    int64_t asked;     /* when it was answered last */
    int64_t due;       /* of an answered one: when it is asked again; 0 = never */
};

struct trail_queue {
    struct entry entries[TRAIL_QUESTIONS_KEPT];
    size_t n;
    uint64_t tickets; /* that were given away */
};

/* CloudTrail tells most events within 5 minutes, and promises nothing. The last row is repeated. */
static const int distances[] = {60, 120, 240, 480, 900};

struct trail_queue *trail_queue_new(void)
{
    return calloc(1, sizeof(struct trail_queue));
}

void trail_queue_free(struct trail_queue *queue)
{
    free(queue);
}

static struct entry *find_ticket(struct trail_queue *queue, uint64_t ticket)
{
    for (size_t k = 0; k < queue->n; k++)
        if (queue->entries[k].ticket == ticket)
            return &queue->entries[k];
    return NULL;
}

size_t trail_queue_waiting(const struct trail_queue *queue)
{
    size_t count = 0;
    for (size_t k = 0; k < queue->n; k++)
        count += !queue->entries[k].is_answered;
    return count;
}

/* ---- adding ---- */

static bool covers(const struct trail_question *wide, const struct trail_question *narrow)
{
    return strcmp(wide->resource, narrow->resource) == 0 && wide->from <= narrow->from && wide->to >= narrow->to;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* When an answered one is asked again. The last time is when it ends, whatever the distance: that is when least is
 * late. */
static void set_due(struct entry *entry)
{
    int64_t due = entry->asked + distances[entry->distance];
    int64_t end = entry->question.again_until;
    entry->due = entry->asked >= end ? 0 : due < end ? due : end;
}

static enum trail_added take_over(struct entry *entry, const struct trail_question *question, int64_t now)
{
    if (question->again_until <= entry->question.again_until)
        return TRAIL_KNOWN;
    bool is_over = entry->is_answered && entry->due == 0;
    entry->question.again_until = question->again_until;
    if (is_over)
        entry->distance = 0;
    if (entry->is_answered)
        set_due(entry);
    return is_over && entry->due && entry->due <= now ? TRAIL_NEW : TRAIL_KNOWN;
}

static void remove_entry(struct trail_queue *queue, struct entry *entry)
{
    *entry = queue->entries[--queue->n];
}

/* Questions that are a part of this one are not asked for themselves. */
static void take_in(struct trail_queue *queue, struct trail_question *question)
{
    for (size_t k = queue->n; k-- > 0;) {
        struct entry *entry = &queue->entries[k];
        if (!covers(question, &entry->question))
            continue;
        if (!entry->is_answered || entry->due)
            question->again_until = later(question->again_until, entry->question.again_until);
        remove_entry(queue, entry);
    }
}

/* Forgets the answered one that ends first. There is one: fewer may wait than are kept. */
static void make_room(struct trail_queue *queue)
{
    struct entry *first = NULL;
    for (size_t k = 0; k < queue->n; k++) {
        struct entry *entry = &queue->entries[k];
        bool is_earlier =
            first && (entry->due < first->due || (entry->due == first->due && entry->asked < first->asked));
        if (entry->is_answered && (!first || is_earlier))
            first = entry;
    }
    if (first)
        remove_entry(queue, first);
}

enum trail_added trail_queue_add(struct trail_queue *queue, const struct trail_question *question, int64_t now)
{
    struct trail_question wide = *question;
    for (size_t k = 0; k < queue->n; k++)
        if (covers(&queue->entries[k].question, question))
            return take_over(&queue->entries[k], question, now);
    if (trail_queue_waiting(queue) >= TRAIL_QUESTIONS_MAX)
        return TRAIL_FULL;
    take_in(queue, &wide);
    if (queue->n == TRAIL_QUESTIONS_KEPT)
        make_room(queue);
    queue->entries[queue->n++] = (struct entry){.question = wide, .ticket = ++queue->tickets};
    return TRAIL_NEW;
}

/* ---- asking ---- */

/* Those that nobody has answered yet come first, in their order; then what is due, the longest waiting first. */
static bool goes_before(const struct entry *a, const struct entry *b)
{
    if (a->is_answered != b->is_answered)
        return !a->is_answered;
    return !a->is_answered || a->due == b->due ? a->ticket < b->ticket : a->due < b->due;
}

bool trail_queue_next(const struct trail_queue *queue, int64_t now, struct trail_question *out, uint64_t *ticket,
                      int64_t *due)
{
    const struct entry *first = NULL;
    for (size_t k = 0; k < queue->n; k++) {
        const struct entry *entry = &queue->entries[k];
        if ((!entry->is_answered || entry->due) && (!first || goes_before(entry, first)))
            first = entry;
    }
    *due = first ? first->due : 0;
    if (!first || (first->is_answered && first->due > now))
        return false;
    *out = first->question;
    *ticket = first->ticket;
    return true;
}

void trail_queue_answered(struct trail_queue *queue, uint64_t ticket, int64_t now)
{
    struct entry *entry = find_ticket(queue, ticket);
    if (!entry)
        return;
    if (entry->is_answered && entry->distance + 1 < ARRAY_SIZE(distances))
        entry->distance++;
    entry->is_answered = true;
    entry->asked = now;
    set_due(entry);
}

void trail_queue_failed(struct trail_queue *queue, uint64_t ticket, int64_t now)
{
    struct entry *entry = find_ticket(queue, ticket);
    if (!entry)
        return;
    entry->ticket = ++queue->tickets;
    if (entry->is_answered)
        entry->due = now + distances[0];
}

void trail_queue_hopeless(struct trail_queue *queue, uint64_t ticket)
{
    struct entry *entry = find_ticket(queue, ticket);
    if (!entry)
        return;
    entry->is_answered = true;
    entry->question.again_until = INT64_MAX;
    entry->due = 0;
}
