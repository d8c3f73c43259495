/* pump.c - takes what the sources' threads have read: rows into the ring, the ring's news into the view, sums into
 * the totals. Never waits. */
#include "session/state.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/scope.h"
#include "session/blames.h"
#include "session/derive.h"
#include "session/detect.h"
#include "session/detect_state.h"
#include "session/silent.h"
#include "session/why.h"

enum { SETTLE_SLACK_S = 60 };

static void add_counts(weir_session *session, const struct batch *batch)
{
    weir_totals *totals = &session->totals;
    totals->lines += batch->counts.lines;
    totals->records += batch->counts.records;
    totals->nodata += batch->counts.nodata;
    totals->skipdata += batch->counts.skipdata;
    totals->headers += batch->counts.headers;
    totals->blank += batch->counts.blank;
    totals->malformed += batch->counts.malformed;
    totals->surplus += batch->counts.surplus;
    totals->bytes += batch->bytes;
}

static void add_bad_lines(weir_session *session, const struct batch *batch)
{
    for (size_t k = batch->n_bad > BATCH_BAD_LINES ? batch->n_bad - BATCH_BAD_LINES : 0; k < batch->n_bad; k++) {
        size_t at = session->n_bad++ % BAD_LINES_MAX, from = k % BATCH_BAD_LINES;
        session->bad[at].bad = batch->bad[from];
        session->bad[at].stream = session->first_stream[batch->source] + batch->bad_stream[from];
    }
}

static unsigned add_news(weir_session *session, const struct batch *batch)
{
    unsigned changed = 0;
    for (size_t k = 0; k < batch->n_news; k++) {
        const struct news *news = &batch->news[k];
        struct stream_status *stream = &session->stream[session->first_stream[batch->source] + news->stream];
        bool was_failed = stream->state == WEIR_SOURCE_FAILED && news->state == WEIR_SOURCE_ENDED;
        if (stream->state != news->state || news->notice[0])
            changed = WEIR_CHANGED_SOURCES;
        if (!was_failed)
            stream->state = news->state;
        if (news->notice[0])
            weir_safe_format(stream->notice, sizeof stream->notice, "%s", news->notice);
        stream->done_bytes = news->done_bytes;
        stream->total_bytes = news->total_bytes;
        session->totals.gaps += news->gap;
        if (news->gap)
            ledger_note(session, session->first_stream[batch->source] + news->stream, &news->where, news->notice);
    }
    /* Once one stream of a source is live, history of the others is done too. */
    uint32_t first = session->first_stream[batch->source];
    bool caught_up = batch->live || batch->history_done;
    for (size_t k = 0; caught_up && k < intake_streams(session->intake[batch->source]); k++) {
        if (session->stream[first + k].state == WEIR_SOURCE_READING) {
            session->stream[first + k].state = WEIR_SOURCE_FOLLOWING;
            changed = WEIR_CHANGED_SOURCES;
        }
    }
    if (batch->last) {
        session->n_ended++;
        for (size_t k = 0; k < intake_streams(session->intake[batch->source]); k++)
            if (session->stream[first + k].state != WEIR_SOURCE_FAILED)
                session->stream[first + k].state = WEIR_SOURCE_ENDED;
        changed = WEIR_CHANGED_SOURCES;
    }
    return changed;
}

/* The newest facts replace the older ones; sums go on over all sources. */
static unsigned add_facts(weir_session *session, struct batch *batch)
{
    struct stream_status *stream = &session->stream[session->first_stream[batch->source]];
    if (batch->layouts)
        push_learn(session, batch->source, batch->layouts);
    if (!batch->facts)
        return 0;
    const struct source_facts none = {0}, *was = stream->facts ? stream->facts : &none;
    session->totals.requests += batch->facts->requests - was->requests;
    session->totals.duplicates += batch->facts->duplicates - was->duplicates;
    free(stream->facts);
    stream->facts = TAKE(batch->facts);
    if ((stream->facts->behind || stream->facts->sampled) && !stream->was_behind) {
        stream->was_behind = true;
        push_tell_all(session, true);
    }
    return WEIR_CHANGED_SOURCES;
}

static void out_of_memory(weir_session *session)
{
    snprintf(session->stream[0].notice, sizeof session->stream[0].notice,
             "out of memory: rows are missing from here on");
    session->totals.gaps++;
}

static void count_memory(weir_session *session)
{
    uint64_t priors = session->priors ? priors_bytes(session->priors) : 0;
    ring_set_overhead(session->ring,
                      view_bytes(session->view) + priors + derive_bytes(session) + silent_bytes(session));
}

static unsigned take(weir_session *session, struct batch *batch)
{
    weir_error err = {0};
    add_counts(session, batch);
    add_bad_lines(session, batch);
    unsigned changed = add_news(session, batch) | add_facts(session, batch);
    if (batch->history_done)
        rates_begin(&session->rates);
    if (!batch->block->n)
        return changed;
    uint64_t first = ring_end(session->ring), records = 0, shown = 0;
    weir_status appended = ring_append(session->ring, batch->block, &first, &err);
    weir_status viewed = WEIR_OK;
    if (ring_end(session->ring) > first) { /* some of it may be in even if memory ran out */
        if (session->priors)
            priors_added(session->priors, first);
        derive_added(session, first);
        viewed = view_added(session->view, first, &records, &shown, &err);
    }
    if (appended != WEIR_OK || viewed != WEIR_OK)
        out_of_memory(session);
    session->totals.shown += shown;
    count_memory(session);
    session->arrival[session->n_arrivals % ARRIVALS].first_row = first;
    /* When history arrived at us says nothing about when it arrived at AWS. */
    session->arrival[session->n_arrivals++ % ARRIVALS].time = batch->live ? batch->block->arrival : 0;
    if (!batch->history_done)
        rates_add(&session->rates, batch->block->arrival, batch->block, batch->live);
    return changed | WEIR_CHANGED_ROWS | WEIR_CHANGED_VIEW;
}

unsigned weir_session_pump(weir_session *session, int budget_ms)
{
    unsigned changed = 0;
    int64_t began = clock_mono_ms();
    struct batch *batch = NULL;
    do {
        batch = gate_take(session->gate);
        if (!batch)
            break;
        changed |= take(session, batch);
        batch_free(batch);
    } while (clock_mono_ms() - began < budget_ms);
    int64_t lag = rates_lag(&session->rates, 0.95);
    bool is_live = lag >= 0 && !weir_session_ended(session);
    view_set_settled(session->view, is_live ? weir_session_now(session) - lag - SETTLE_SLACK_S : INT64_MAX);
    int left = budget_ms - (int)(clock_mono_ms() - began);
    bool was_busy = weir_view_busy(session->view);
    if (view_work(session->view, left > 0 ? left : 1))
        changed |= WEIR_CHANGED_MORE;
    left = budget_ms - (int)(clock_mono_ms() - began);
    bool was_deriving = derive_is_busy(session);
    if (derive_work(session, left > 0 ? left : 1))
        changed |= WEIR_CHANGED_MORE;
    left = budget_ms - (int)(clock_mono_ms() - began);
    bool found = false;
    if (detect_work(session, left > 0 ? left : 1, &found))
        changed |= WEIR_CHANGED_MORE;
    if (found) {
        session->detect->generation++;
        blames_keep(session);
    }
    changed |= found ? WEIR_CHANGED_EVENTS : 0;
    count_memory(session);
    ring_trim(session->ring);
    if (was_busy || was_deriving)
        changed |= WEIR_CHANGED_VIEW;
    if (gate_count(session->gate))
        changed |= WEIR_CHANGED_MORE;
    return changed;
}
