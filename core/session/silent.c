/* silent.c - two passes over the ring, in slices: first which connections had their answers rejected (those are no
 * silent drops: the log tells where they ended), then the opening packets that were accepted and have no answer. What
 * the last complete pair of passes found stays until the next one is through. */
#include "session/silent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/limits.h"
#include "explain/path.h"
#include "session/prior_key.h"
#include "session/prior_place.h"
#include "session/state.h"
#include "session/why.h"
#include "vpc/network.h"

enum {
    WINDOWS_WAITED = 2,
    WINDOW_MIN_S = 60, /* records may be of shorter stretches, answers come in a window of their own */
    AGAIN_MS = 5000,   /* between two scans of a ring that changes */
    MARKS = 1u << 22,  /* bits of the set of connections whose answers were rejected */
    SLICE_ROWS = 256,  /* between two looks at the clock */
    PROBES = 16,
    TEXT_BYTES = 320,
};

enum pass { PASS_NONE, PASS_REJECTED, PASS_ATTEMPTS };

/* All attempts from one end to one service. */
struct ends {
    uint64_t key; /* 0 = free */
    uint64_t attempts, newest_row;
    int64_t first, last;
    weir_addr local, remote;
    int32_t port;
    bool inbound;
};

struct told {
    weir_silent_drop drop; /* texts are in the buffers below */
    char interface_id[FLOW_TEXT], name[FLOW_TEXT], candidates[TEXT_BYTES];
};

struct silent {
    enum pass pass;
    uint64_t next, end; /* rows of the pass */
    int64_t newest;     /* end of the newest record, Unix seconds */
    uint64_t seed;
    uint8_t marks[MARKS / 8];
    struct ends ends[SILENT_ENDS_MAX];
    struct told told[SILENT_MAX];
    size_t n_told;
    bool has_told;
    uint64_t told_first, told_end; /* rows that were there */
    unsigned told_generation;
    int64_t told_at; /* clock_mono_ms() */
};

void silent_close(weir_session *session)
{
    free(session->silent);
    session->silent = NULL;
}

size_t silent_bytes(const weir_session *session)
{
    return session->silent ? sizeof *session->silent : 0;
}

/* ---- answers that were rejected ---- */

static uint64_t mark_of(const struct silent *silent, const struct tuple *tuple)
{
    return tuple_hash(tuple, silent->seed);
}

static void mark(struct silent *silent, const struct tuple *tuple)
{
    uint64_t hash = mark_of(silent, tuple);
    for (int k = 0; k < 2; k++, hash >>= 32)
        silent->marks[hash % MARKS / 8] |= (uint8_t)(1u << (hash % 8));
}

/* May say yes by chance: then a silent drop is not listed, which does less harm than one that is none. */
static bool is_marked(const struct silent *silent, const struct tuple *tuple)
{
    uint64_t hash = mark_of(silent, tuple);
    bool marked = true;
    for (int k = 0; k < 2; k++, hash >>= 32)
        marked = marked && silent->marks[hash % MARKS / 8] & 1u << (hash % 8);
    return marked;
}

static void look_rejected(struct silent *silent, const struct block *block, uint32_t row)
{
    int64_t end = number_at(block, WEIR_F_END, row), flags = number_at(block, WEIR_F_TCP_FLAGS, row);
    silent->newest = end > silent->newest ? end : silent->newest;
    struct tuple tuple;
    bool answers = flags > 0 && ((flags & FLAGS_SYN_ACK) == FLAGS_SYN_ACK || flags & FLAG_RST);
    if (answers && block_verdict(block, row) == WEIR_VERDICT_REJECT && tuple_at(block, row, &tuple))
        mark(silent, &tuple);
}

/* ---- attempts ---- */

static struct ends *ends_of(struct silent *silent, const struct question *question)
{
    const struct flow *flow = &question->flow;
    XXH3_state_t state;
    bool inbound = flow->direction != DIRECTION_OUT;
    int32_t numbers[2] = {question->record.dst_port, inbound};
    XXH3_64bits_reset_withSeed(&state, silent->seed);
    XXH3_64bits_update(&state, question->record.interface_id, strlen(question->record.interface_id));
    XXH3_64bits_update(&state, &flow->local, sizeof flow->local);
    XXH3_64bits_update(&state, &flow->remote, sizeof flow->remote);
    XXH3_64bits_update(&state, numbers, sizeof numbers);
    uint64_t key = XXH3_64bits_digest(&state) | 1;
    for (uint64_t k = 0; k < PROBES; k++) {
        struct ends *ends = &silent->ends[(key + k) & (SILENT_ENDS_MAX - 1)];
        if (!ends->key)
            *ends = (struct ends){.key = key,
                                  .first = question->record.start,
                                  .local = flow->local,
                                  .remote = flow->remote,
                                  .port = question->record.dst_port,
                                  .inbound = inbound};
        if (ends->key == key)
            return ends;
    }
    return NULL;
}

static void look_attempt(weir_session *session, const struct block *block, uint32_t row)
{
    struct silent *silent = session->silent;
    struct tuple tuple;
    if (block_kind(block, row) != WEIR_ROW_RECORD || block_verdict(block, row) != WEIR_VERDICT_ACCEPT ||
        number_at(block, WEIR_F_TCP_FLAGS, row) != FLAG_SYN || !tuple_at(block, row, &tuple) ||
        tuple.protocol != PROTOCOL_TCP || is_marked(silent, &tuple))
        return;
    int64_t start = number_at(block, WEIR_F_START, row), end = number_at(block, WEIR_F_END, row);
    int64_t window = end - start > WINDOW_MIN_S ? end - start : WINDOW_MIN_S;
    int64_t now = weir_session_now(session);
    if (start < 0 || end < start || end + WINDOWS_WAITED * window > (now < silent->newest ? now : silent->newest))
        return;
    weir_row at = {.id = block->first_row + row, .block = block, .index = row};
    struct question question;
    if (!why_ask(session, &at, &question) || question.flow.direction == DIRECTION_UNKNOWN ||
        ledger_has_gap(session, start, end + WINDOWS_WAITED * window) ||
        priors_gap(session->priors, &question.record, end + WINDOWS_WAITED * window) ||
        priors_answered(session->priors, &question.record))
        return;
    struct ends *ends = ends_of(silent, &question);
    if (!ends)
        return;
    ends->attempts++;
    ends->newest_row = at.id;
    ends->first = start < ends->first ? start : ends->first;
    ends->last = start > ends->last ? start : ends->last;
}

/* ---- in words ---- */

static size_t add_text(char *text, size_t len, const char *what)
{
    int n = snprintf(text + len, TEXT_BYTES - len, "%s%s", len ? "; " : "", what);
    if (n >= 0 && (size_t)n < TEXT_BYTES - len)
        return len + (size_t)n;
    text[len] = '\0'; /* half a candidate is none */
    return len;
}

/* What the network says stops it, each way; NULL = nothing. */
static const struct hop *first_block(const struct path *path, bool reply)
{
    for (size_t k = 0; k < path->n; k++)
        if (path->hop[k].reply == reply && path->hop[k].verdict == WEIR_HOP_BLOCK)
            return &path->hop[k];
    return NULL;
}

static size_t add_hop(char *text, size_t len, const struct hop *hop)
{
    char words[TEXT_BYTES];
    snprintf(words, sizeof words, "%s%s%s%s", hop->reply ? "on the way back: " : "", code_words(hop->code),
             *hop->id.text ? ": " : "", hop->id.text);
    return add_text(text, len, words);
}

static void put_candidates(const struct question *question, const struct ends *ends, char *text)
{
    char words[TEXT_BYTES], remote[ADDR_TEXT_MAX];
    size_t len = 0;
    addr_print(&ends->remote, remote);
    if (question->rules.now) {
        struct path path;
        path_of(&question->flow, question->rules.now, &path);
        const struct hop *there = first_block(&path, false), *back = first_block(&path, true);
        if (there)
            len = add_hop(text, len, there);
        if (back)
            len = add_hop(text, len, back);
    } else {
        len = add_text(text, len, "a route: there is no network to ask (--network)");
    }
    if (ends->inbound)
        snprintf(words, sizeof words, "this host's own firewall, or a full backlog on port %d; the way back to %s",
                 ends->port, remote);
    else
        snprintf(words, sizeof words, "the far side's rules or firewall; %s is down, or routes back another way",
                 remote);
    add_text(text, len, words);
}

static bool put_told(weir_session *session, const struct ends *ends, struct told *told)
{
    weir_row row;
    struct question question;
    if (!weir_view_row(session->view, ends->newest_row, &row) || !why_ask(session, &row, &question))
        return false;
    char text[TEXT_BYTES] = "";
    put_candidates(&question, ends, text);
    const struct vpc_interface *interface = question.flow.interface;
    told->drop = (weir_silent_drop){
        .interface_id = weir_safe_format(told->interface_id, FLOW_TEXT, "%s", question.record.interface_id),
        .name = weir_safe_format(told->name, FLOW_TEXT, "%s", interface ? interface->label.text : ""),
        .inbound = ends->inbound,
        .local = ends->local,
        .remote = ends->remote,
        .port = ends->port > 0 ? (uint32_t)ends->port : 0,
        .protocol = PROTOCOL_TCP,
        .attempts = ends->attempts,
        .newest_row = ends->newest_row,
        .first = ends->first,
        .last = ends->last,
        .candidates = weir_safe_format(told->candidates, TEXT_BYTES, "%s", text),
    };
    return true;
}

static int most_frequent_first(const void *a, const void *b)
{
    const struct ends *left = a, *right = b;
    if (left->attempts != right->attempts)
        return left->attempts > right->attempts ? -1 : 1;
    return left->newest_row > right->newest_row ? -1 : left->newest_row < right->newest_row;
}

static void tell(weir_session *session)
{
    struct silent *silent = session->silent;
    qsort(silent->ends, SILENT_ENDS_MAX, sizeof *silent->ends, most_frequent_first);
    silent->n_told = 0;
    for (size_t k = 0; k < SILENT_MAX && silent->ends[k].attempts; k++)
        silent->n_told += put_told(session, &silent->ends[k], &silent->told[silent->n_told]);
    silent->has_told = true;
    silent->told_at = clock_mono_ms();
}

/* ---- passes ---- */

static unsigned generation_of(const weir_session *session)
{
    return session->network ? weir_network_generation(session->network) : 0;
}

static bool is_stale(const weir_session *session)
{
    const struct silent *silent = session->silent;
    if (!silent->has_told)
        return true;
    bool same = silent->told_end == ring_end(session->ring) && silent->told_first == ring_first(session->ring) &&
                silent->told_generation == generation_of(session);
    return !same && clock_mono_ms() - silent->told_at >= AGAIN_MS;
}

static void begin(weir_session *session, enum pass pass)
{
    struct silent *silent = session->silent;
    silent->pass = pass;
    silent->next = ring_first(session->ring);
    if (pass != PASS_REJECTED)
        return;
    silent->end = ring_end(session->ring);
    silent->newest = 0;
    memset(silent->marks, 0, sizeof silent->marks);
    memset(silent->ends, 0, sizeof silent->ends);
    silent->told_first = ring_first(session->ring);
    silent->told_end = silent->end;
    silent->told_generation = generation_of(session);
}

/* False: the budget ran out before the pass did. */
static bool run(weir_session *session, int64_t until)
{
    struct silent *silent = session->silent;
    if (silent->next < ring_first(session->ring))
        silent->next = ring_first(session->ring);
    for (unsigned n = 1; silent->next < silent->end; n++) {
        uint32_t row;
        const struct block *block = ring_find(session->ring, silent->next, &row);
        if (silent->pass == PASS_REJECTED)
            look_rejected(silent, block, row);
        else
            look_attempt(session, block, row);
        silent->next++; /* before the clock is looked at: no row counts twice */
        if (n % SLICE_ROWS == 0 && clock_mono_ms() >= until)
            return false;
    }
    return true;
}

static void work(weir_session *session, int64_t until)
{
    struct silent *silent = session->silent;
    if (silent->pass == PASS_NONE && !is_stale(session))
        return;
    if (silent->pass == PASS_NONE)
        begin(session, PASS_REJECTED);
    if (!run(session, until))
        return;
    if (silent->pass == PASS_REJECTED) {
        begin(session, PASS_ATTEMPTS);
        if (!run(session, until))
            return;
    }
    silent->pass = PASS_NONE;
    tell(session);
}

size_t weir_session_silent_drops(weir_session *session, int budget_ms, weir_silent_drop *out, size_t max,
                                 bool *complete)
{
    int64_t until = clock_mono_ms() + budget_ms;
    if (!session->silent && (session->silent = calloc(1, sizeof *session->silent)))
        session->silent->seed = (uint64_t)(uintptr_t)session->silent * 0x9e3779b97f4a7c15u;
    bool ready = session->silent && !why_work(session, budget_ms);
    if (ready)
        work(session, until);
    if (complete)
        *complete = ready && session->silent->pass == PASS_NONE;
    size_t n = 0;
    for (; session->silent && n < max && n < session->silent->n_told; n++)
        out[n] = session->silent->told[n].drop;
    return n;
}
