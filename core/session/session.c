/* session.c - lifetime of a session, its filter and what can be asked of it. Reading is intake.c, taking what was
 * read is pump.c. */
#include "session/state.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/scope.h"
#include "session/blames.h"
#include "session/derive.h"
#include "session/detect.h"
#include "session/silent.h"
#include "session/why.h"
#include "source/wishes.h"

static void evict(const struct block *block, void *user)
{
    weir_session *session = user;
    session->totals.evicted += block->n;
    view_evicting(session->view, block);
}

static weir_status open_store(weir_session *session, const weir_session_options *options, weir_error *err)
{
    uint64_t cap = options->memory_bytes ? options->memory_bytes : MEMORY_DEFAULT_BYTES;
    if (cap < MEMORY_MIN_BYTES)
        return weir_fail(err, WEIR_E_USAGE, 0, "the memory cap must be at least 4M");
    const struct view_options view = {
        .keep_counts = options->keep_counts, .memory_bytes = cap / 4, .since = options->since, .until = options->until};
    session->ring = ring_new(cap, evict, session);
    session->gate = gate_new(GATE_BATCHES);
    if (!session->ring || !session->gate || !(session->view = view_new(session->ring, &view)))
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    if (options->format) {
        weir_status status = format_parse(options->format, strlen(options->format), &session->given, err);
        if (status)
            return status;
    }
    weir_group group;
    weir_status status = weir_group_parse(options->group ? options->group : "srcaddr", &group, err);
    if (status)
        return status;
    weir_session_group(session, &group);
    session->given_layout = options->format ? &session->given : NULL;
    session->push.mode = options->push;
    status = weir_session_filter(session, options->filter ? options->filter : "", err);
    if (!status)
        weir_session_settle(session);
    return status;
}

static bool add_streams(weir_session *session, const struct intake *intake)
{
    size_t n = intake_streams(intake);
    struct stream_status *more = reallocarray(session->stream, session->n_streams + n + 1, sizeof *more);
    if (!more)
        return false;
    session->stream = more;
    session->first_stream[session->n_intakes] = (uint32_t)session->n_streams;
    for (size_t k = 0; k < n; k++) {
        struct stream_status *stream = &session->stream[session->n_streams++];
        *stream = (struct stream_status){.state = WEIR_SOURCE_READING};
        weir_safe_format(stream->name, sizeof stream->name, "%s", intake_name(intake, (uint32_t)k));
    }
    return true;
}

static weir_status open_source(weir_session *session, const weir_session_options *options,
                               const struct source_class *class, const char *const *specs, size_t n, weir_error *err)
{
    struct intake *intake = NULL;
    char pattern[PUSH_MAX_BYTES + 1] = "";
    struct wishes *wishes = class->filters ? wishes_new() : NULL;
    if (class->filters && !wishes)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    if (wishes)
        push_initial(session, options->filter_pattern, pattern);
    const struct intake_options intake_options = {
        .class = class,
        .source = {.specs = specs,
                   .n_specs = n,
                   .follow = options->follow,
                   .seed = options->seed,
                   .clock = session->clock,
                   .stdin_fd = options->stdin_fd,
                   .cancel_fd = session->cancel_pipe[0],
                   .aws = options->aws,
                   .wishes = wishes,
                   .pattern = pattern[0] ? pattern : NULL,
                   .since = options->since,
                   .until = options->until,
                   .horizon_s = options->horizon_s,
                   .interval_s = options->interval_s,
                   .newest_first = options->newest_first,
                   .tail_price = options->tail_price},
        .number = (uint32_t)session->n_intakes,
        .format = options->format ? &session->given : NULL,
        .formats = &session->formats,
        .gate = session->gate,
    };
    weir_status status = intake_open(&intake_options, &intake, err);
    if (status) {
        wishes_free(wishes);
        return status;
    }
    bool added = add_streams(session, intake);
    if (added && wishes)
        memcpy(session->stream[session->first_stream[session->n_intakes]].wished, pattern, sizeof pattern);
    session->wishes[session->n_intakes] = wishes;
    session->intake[session->n_intakes++] = intake;
    return added ? WEIR_OK : weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
}

/* All files are one source, so that they are read in the order given; anything else is a source each. */
static weir_status open_sources(weir_session *session, const weir_session_options *options, weir_error *err)
{
    if (!options->n_sources || options->n_sources > SOURCES_MAX)
        return weir_fail(err, WEIR_E_USAGE, 0, "name 1 to %d sources", SOURCES_MAX);
    const struct source_class *files = source_find("-");
    AUTO(free_cleanup) const char **paths = calloc(options->n_sources, sizeof *paths);
    if (!paths)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    size_t n_paths = 0;
    for (size_t k = 0; k < options->n_sources; k++)
        if (source_find(options->sources[k]) == files)
            paths[n_paths++] = options->sources[k];
    bool files_opened = false;
    for (size_t k = 0; k < options->n_sources; k++) {
        const struct source_class *class = source_find(options->sources[k]);
        weir_status status = WEIR_OK;
        if (class != files)
            status = open_source(session, options, class, &options->sources[k], 1, err);
        else if (!files_opened)
            status = open_source(session, options, files, paths, n_paths, err);
        files_opened |= class == files;
        if (status)
            return status;
    }
    return WEIR_OK;
}

static weir_status open_cancel(weir_session *session, weir_error *err)
{
    if (pipe(session->cancel_pipe) != 0) {
        session->cancel_pipe[0] = session->cancel_pipe[1] = -1;
        return weir_fail(err, WEIR_E_IO, 0, "no file descriptors left: close some programs");
    }
    for (int k = 0; k < 2; k++)
        fcntl(session->cancel_pipe[k], F_SETFD, FD_CLOEXEC);
    return WEIR_OK;
}

weir_status weir_session_open(const weir_session_options *options, weir_session **out, weir_error *err)
{
    weir_session *session = calloc(1, sizeof *session);
    if (!session)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    session->clock.fixed = options->now;
    session->cancel_pipe[0] = session->cancel_pipe[1] = -1;
    format_set_init(&session->formats);
    weir_status status = open_cancel(session, err);
    if (!status)
        status = open_store(session, options, err);
    if (!status)
        status = open_sources(session, options, err);
    if (status)
        weir_session_close(session);
    else
        *out = session;
    return status;
}

void weir_session_close(weir_session *session)
{
    if (!session)
        return;
    if (session->gate)
        gate_close(session->gate);
    if (session->cancel_pipe[1] >= 0)
        close(session->cancel_pipe[1]); /* the read end becomes readable: end of file */
    for (size_t k = 0; k < session->n_intakes; k++)
        intake_close(session->intake[k]);
    for (struct batch *batch; session->gate && (batch = gate_take(session->gate));)
        batch_free(batch);
    gate_free(session->gate);
    derive_close(session);
    detect_close(session);
    blames_close(session);
    silent_close(session);
    priors_free(session->priors);
    view_free(session->view);
    ring_free(session->ring);
    weir_query_free(session->query);
    push_close(session);
    for (size_t k = 0; k < session->n_intakes; k++)
        wishes_free(session->wishes[k]);
    for (size_t k = 0; k < session->n_streams; k++) {
        free(session->stream[k].facts);
        free(session->stream[k].layout);
    }
    free(session->ledger);
    format_set_done(&session->formats);
    if (session->cancel_pipe[0] >= 0)
        close(session->cancel_pipe[0]);
    free(session->stream);
    free(session);
}

/* ---- what is looked at ---- */

int weir_session_fd(const weir_session *session)
{
    return gate_fd(session->gate);
}

int64_t weir_session_now(const weir_session *session)
{
    return clock_now(&session->clock);
}

const weir_view *weir_session_view(const weir_session *session)
{
    return session->view;
}

const weir_query *weir_session_query(const weir_session *session)
{
    return session->query;
}

/* Causes cost time, so they are worked out once somebody speaks of them. */
static void wish_causes(weir_session *session, bool spoken_of)
{
    if (spoken_of && weir_session_classified(session) < 0)
        weir_session_classify(session, true);
}

weir_status weir_session_filter(weir_session *session, const char *text, weir_error *err)
{
    weir_query *query = NULL;
    weir_status status = weir_query_parse(text, weir_session_now(session), &query, err);
    if (status)
        return status;
    status = view_set_query(session->view, query, err);
    if (status) {
        weir_query_free(query);
        return status;
    }
    weir_query_free(session->query);
    session->query = query;
    wish_causes(session, weir_query_mentions(query, WEIR_F_CAUSE));
    return WEIR_OK;
}

void weir_session_group(weir_session *session, const weir_group *group)
{
    view_set_group(session->view, group);
    for (size_t k = 0; k < group->n; k++)
        wish_causes(session, group->part[k].field == WEIR_F_CAUSE);
}

weir_status weir_session_order(weir_session *session, weir_order order, weir_error *err)
{
    return view_set_order(session->view, order, err);
}

/* ---- what is known ---- */

void weir_session_totals(const weir_session *session, weir_totals *out)
{
    *out = session->totals;
    out->filtered = out->records - out->shown;
    out->memory_bytes = ring_bytes(session->ring);
    out->memory_cap_bytes = ring_cap(session->ring);
}

void weir_session_rates(const weir_session *session, weir_rates *out)
{
    *out = (weir_rates){
        .records_per_s = rates_per_second(&session->rates, weir_session_now(session)),
        .lag_p50 = rates_lag(&session->rates, 0.50),
        .lag_p95 = rates_lag(&session->rates, 0.95),
        .ring_fill = (double)ring_bytes(session->ring) / (double)ring_cap(session->ring),
    };
    if (out->ring_fill > 1)
        out->ring_fill = 1;
    const struct block *oldest = ring_blocks(session->ring) ? ring_block(session->ring, 0) : NULL;
    if (oldest && oldest->min_start <= oldest->max_start)
        out->oldest_start = oldest->min_start;
}

size_t weir_session_sources(const weir_session *session)
{
    return session->n_streams;
}

void weir_session_source(const weir_session *session, size_t k, weir_source_status *out)
{
    const struct stream_status *stream = &session->stream[k];
    *out = (weir_source_status){.name = {stream->name},
                                .state = stream->state,
                                .text = {stream->notice},
                                .done_bytes = stream->done_bytes,
                                .total_bytes = stream->total_bytes,
                                .region = WEIR_SAFE(""),
                                .account = WEIR_SAFE(""),
                                .profile = WEIR_SAFE(""),
                                .mode = WEIR_SAFE("")};
    const struct source_facts *facts = stream->facts;
    if (!facts)
        return;
    out->region = (weir_safe){facts->region};
    out->account = (weir_safe){facts->account};
    out->profile = (weir_safe){facts->profile};
    out->mode = (weir_safe){facts->mode};
    out->is_override = facts->is_override;
    out->sampled = facts->sampled;
    out->behind = facts->behind;
    out->provisional = facts->provisional;
    out->closed = facts->closed_s;
}

bool weir_session_ended(const weir_session *session)
{
    return session->n_ended == session->n_intakes;
}

bool weir_session_bad_line(const weir_session *session, size_t k, weir_bad_line *out)
{
    if (k >= BAD_LINES_MAX || k >= session->n_bad)
        return false;
    size_t at = (session->n_bad - 1 - k) % BAD_LINES_MAX;
    *out = (weir_bad_line){.line = {session->bad[at].bad.line},
                           .why = {session->bad[at].bad.why},
                           .source = {session->stream[session->bad[at].stream].name},
                           .number = session->bad[at].bad.number};
    return true;
}

int64_t weir_session_arrival(const weir_session *session, uint64_t row_id)
{
    for (uint64_t k = session->n_arrivals; k-- > 0 && k + ARRIVALS >= session->n_arrivals;)
        if (session->arrival[k % ARRIVALS].first_row <= row_id)
            return session->arrival[k % ARRIVALS].time;
    return 0;
}
