/* detect.c - when buckets are judged. A bucket is complete when the sources are at their end, or have come so far that
 * nothing of its time is expected any more; what lies behind is looked at again from a copy of the state, so that a
 * flip is told within a minute of its data and is still the same however late the rest comes. */
#include "session/detect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "session/detect_state.h"
#include "session/prior_key.h"
#include "session/why.h"

enum {
    STEP_S = 60,
    STEP_LONG_S = 600,
    WINDOW_LONG_S = 120, /* records of longer stretches: the log aggregates 10 minutes */
    STEP_SAMPLE = 2000,
    SLACK_S = 60,
    LATENESS_S = 600, /* where nothing is known of how late records come */
    AGAIN_MS = 2000,  /* between two looks at what is not complete */
};

/* ---- outlooks ---- */

struct outlook *outlook_new(int64_t bucket_s, int64_t next)
{
    struct outlook *outlook = calloc(1, sizeof *outlook);
    if (!outlook)
        return NULL;
    outlook->watch = watch_new(bucket_s);
    outlook->next = next;
    recall_begin(&outlook->tuples, 6 * 3600);
    parts_begin(&outlook->parts, bucket_s);
    if (outlook->watch)
        return outlook;
    free(outlook);
    return NULL;
}

struct outlook *outlook_clone(const struct outlook *outlook)
{
    struct outlook *clone = malloc(sizeof *clone);
    if (!clone)
        return NULL;
    memcpy(clone, outlook, sizeof *clone);
    clone->watch = watch_clone(outlook->watch);
    if (clone->watch)
        return clone;
    free(clone);
    return NULL;
}

void outlook_free(struct outlook *outlook)
{
    if (!outlook)
        return;
    watch_free(outlook->watch);
    free(outlook);
}

/* ---- how far ---- */

static bool is_reading(const weir_session *session)
{
    for (size_t k = 0; k < session->n_streams; k++)
        if (session->stream[k].state == WEIR_SOURCE_READING)
            return true;
    return false;
}

static bool ring_span(const weir_session *session, int64_t *first, int64_t *last)
{
    *first = INT64_MAX;
    *last = INT64_MIN;
    for (size_t k = 0; k < ring_blocks(session->ring); k++) {
        const struct block *block = ring_block(session->ring, k);
        if (block->min_start > block->max_start)
            continue;
        *first = block->min_start < *first ? block->min_start : *first;
        *last = block->max_start > *last ? block->max_start : *last;
    }
    return *first <= *last;
}

/* Buckets before it are complete; INT64_MIN = none is. */
static int64_t complete_to(const weir_session *session, int64_t last)
{
    if (weir_session_ended(session))
        return INT64_MAX;
    bool is_full = ring_first(session->ring) > session->detect->begun_at; /* rows leave: do not wait for the end */
    if (is_reading(session))
        return is_full ? last - LATENESS_S : INT64_MIN;
    int64_t lag = rates_lag(&session->rates, 0.95);
    return lag < 0 ? last - LATENESS_S : weir_session_now(session) - lag - SLACK_S;
}

/* The log's aggregation interval, as most of a sample of records show it. */
static int64_t step_of(const weir_session *session)
{
    size_t seen = 0, wide = 0;
    for (size_t k = 0; k < ring_blocks(session->ring) && seen < STEP_SAMPLE; k++) {
        const struct block *block = ring_block(session->ring, k);
        for (uint32_t row = 0; row < block->n && seen < STEP_SAMPLE; row++) {
            int64_t start = number_at(block, WEIR_F_START, row), end = number_at(block, WEIR_F_END, row);
            if (start < 0 || end < start)
                continue;
            seen++;
            wide += end - start > WINDOW_LONG_S;
        }
    }
    return wide * 10 > seen ? STEP_LONG_S : STEP_S;
}

/* ---- work ---- */

static bool begin(weir_session *session, int64_t first)
{
    struct detect *detect = session->detect;
    if (detect->settled)
        return true;
    detect->step = step_of(session);
    detect->settled = outlook_new(detect->step, first / detect->step * detect->step);
    return detect->settled;
}

static int64_t bucket_after(const struct detect *detect, int64_t time)
{
    return time / detect->step * detect->step + detect->step;
}

/* What is not complete yet, from a copy; true when it has been looked at. */
static bool look_ahead(weir_session *session, int64_t last, int64_t until, bool *changed)
{
    struct detect *detect = session->detect;
    bool is_same =
        detect->open && detect->open_end == ring_end(session->ring) && detect->open_of == detect->settled->next;
    if (is_same && detect->open->next >= bucket_after(detect, last))
        return true;
    if (!is_same) {
        if (detect->open && clock_mono_ms() - detect->open_ms < AGAIN_MS)
            return true;
        struct outlook *open = outlook_clone(detect->settled);
        if (!open)
            return true;
        outlook_free(detect->open);
        detect->open = open;
        detect->open_end = ring_end(session->ring);
        detect->open_of = detect->settled->next;
        detect->open_ms = clock_mono_ms();
    }
    bool done = detect_pass(session, detect->open, bucket_after(detect, last), until);
    *changed = *changed || done;
    return done;
}

bool detect_work(weir_session *session, int budget_ms, bool *changed)
{
    struct detect *detect = session->detect;
    int64_t until = clock_mono_ms() + budget_ms, first, last;
    if (!detect || !ring_span(session, &first, &last))
        return false;
    int64_t complete = complete_to(session, last);
    if (complete == INT64_MIN)
        return false;
    if (why_work(session, budget_ms))
        return true;
    if (!begin(session, first))
        return false;
    int64_t to =
        complete == INT64_MAX || complete > last ? bucket_after(detect, last) : complete / detect->step * detect->step;
    int64_t before = detect->settled->next;
    bool settled = detect_pass(session, detect->settled, to, until);
    *changed = *changed || detect->settled->next != before;
    if (settled && detect->settled->next > last) {
        outlook_free(detect->open);
        detect->open = NULL;
        *changed = *changed || detect->settled->next != before;
        detect_tell_spikes(session);
        return false;
    }
    bool done = settled && look_ahead(session, last, until, changed);
    if (done && *changed)
        detect_tell_spikes(session);
    return !done;
}

void detect_close(weir_session *session)
{
    if (!session->detect)
        return;
    outlook_free(session->detect->settled);
    outlook_free(session->detect->open);
    free(session->detect);
    session->detect = NULL;
}

void weir_session_watch(weir_session *session)
{
    if (session->detect)
        return;
    session->detect = calloc(1, sizeof *session->detect);
    if (!session->detect)
        return;
    session->detect->seed = (uint64_t)(uintptr_t)session->detect * 0x9e3779b97f4a7c15u;
    session->detect->begun_at = ring_first(session->ring);
}
