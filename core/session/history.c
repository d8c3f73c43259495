/* history.c - new connections of one service over time, counted from the ring when asked. */
#include <stdlib.h>
#include <string.h>

#include "session/attempt.h"
#include "session/detect_state.h"
#include "session/prior_key.h"
#include "weir/event.h"

struct asked {
    const weir_session *session;
    const weir_service *service;
    uint64_t interface, seed;
    int64_t from, step;
    weir_history *out;
    size_t n;
    struct recall *tuples; /* of logs without flags */
};

static bool is_asked(const struct asked *asked, const struct attempt *attempt)
{
    const weir_service *service = asked->service;
    bool same = attempt->kind != ATTEMPT_NONE && attempt->service.interface == asked->interface &&
                attempt->service.port == service->port && attempt->service.protocol == service->protocol &&
                attempt->service.outbound == service->outbound;
    return same && memcmp(&attempt->service.remote, &service->remote, sizeof service->remote) == 0;
}

static void add(const struct asked *asked, const struct attempt *attempt)
{
    bool is_answer = attempt->kind == ATTEMPT_ANSWER || attempt->kind == ATTEMPT_SIGHTED_ANSWER;
    if (attempt->kind == ATTEMPT_SIGHTING || attempt->kind == ATTEMPT_SIGHTED_ANSWER) {
        uint64_t tuple = attempt->tuple ^ (uint64_t)is_answer;
        if (asked->tuples && recall_has(asked->tuples, tuple))
            return;
        if (asked->tuples)
            recall_add(asked->tuples, tuple);
    }
    weir_history *bucket = &asked->out[(attempt->start - asked->from) / asked->step];
    bucket->rejects += !attempt->accepted;
    if (is_answer && bucket->accepts > 0)
        bucket->accepts--; /* it was let in, and got no answer */
    bucket->accepts += attempt->accepted;
}

static void add_block(const struct asked *asked, const struct block *block)
{
    int64_t to = asked->from + asked->step * (int64_t)asked->n;
    for (uint32_t row = 0; row < block->n; row++) {
        int64_t start = number_at(block, WEIR_F_START, row);
        if (start < asked->from || start >= to || number_at(block, WEIR_F_PROTOCOL, row) != asked->service->protocol)
            continue;
        if (attempt_kind_at(block, row) == ATTEMPT_NONE ||
            attempt_interface(block, row, asked->seed) != asked->interface)
            continue;
        struct attempt attempt;
        attempt_at(asked->session, block, row, asked->seed, &attempt);
        if (is_asked(asked, &attempt))
            add(asked, &attempt);
    }
}

static void mark_known(const struct asked *asked)
{
    int64_t oldest = INT64_MAX, newest = INT64_MIN;
    for (size_t k = 0; k < ring_blocks(asked->session->ring); k++) {
        const struct block *block = ring_block(asked->session->ring, k);
        oldest = block->min_start < oldest ? block->min_start : oldest;
        newest = block->max_start > newest ? block->max_start : newest;
    }
    for (size_t k = 0; k < asked->n; k++) {
        int64_t start = asked->from + asked->step * (int64_t)k;
        asked->out[k].known = start + asked->step > oldest && start <= newest;
    }
}

void weir_session_history(weir_session *session, const weir_service *service, int64_t from, int64_t step,
                          weir_history *out, size_t n)
{
    memset(out, 0, n * sizeof *out);
    if (!session->detect || step <= 0)
        return;
    struct asked asked = {session,
                          service,
                          attempt_interface_id(service->interface_id.text, session->detect->seed),
                          session->detect->seed,
                          from,
                          step,
                          out,
                          n,
                          malloc(sizeof *asked.tuples)};
    if (asked.tuples)
        recall_begin(asked.tuples, INT64_MAX);
    for (size_t k = 0; k < ring_blocks(session->ring); k++) {
        const struct block *block = ring_block(session->ring, k);
        if (block->min_start < from + step * (int64_t)n && block->max_start >= from)
            add_block(&asked, block);
    }
    mark_known(&asked);
    free(asked.tuples);
}
