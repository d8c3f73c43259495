/* derive.c - when derived fields are filled in. A block's causes take longer than a key press may wait, so they are
 * worked out a few hundred rows at a time beside the block and put into it all at once; names are put in with them.
 * What the values are is names.c's and why.c's. */
#include "session/derive.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/scope.h"
#include "session/blames.h"
#include "session/names.h"
#include "session/state.h"
#include "session/why.h"
#include "weir/explain.h"

enum { SLICE_ROWS = 256, REORDER_BLOCKS = 16 };

static const weir_field derived_fields[] = {WEIR_F_CAUSE, WEIR_F_SRC_NAME, WEIR_F_DST_NAME, WEIR_F_INTERFACE_NAME,
                                            WEIR_F_SECURITY_GROUPS};

struct derive {
    bool classify;               /* causes are wanted */
    bool early;                  /* causes were worked out of rows as they came, before what came behind them */
    const weir_network *network; /* whose names and causes are in the rows, or will be when the pass is through … */
    unsigned generation;         /* … and which of its generations */
    uint64_t end;                /* blocks whose first row lies below it are still to be done, newest first */
    uint64_t total;              /* what `end` was when the pass began */
    struct names *names;
    struct {
        uint64_t first_row;
        uint32_t done, n; /* rows; n = 0: no block is under way */
    } at;
    unsigned since_reorder;
    weir_cause causes[BLOCK_ROWS];   /* of the block under way */
    weir_cause incoming[BLOCK_ROWS]; /* of rows that come */
};

static struct derive *derive_of(weir_session *session)
{
    if (!session->derive)
        session->derive = calloc(1, sizeof *session->derive);
    return session->derive;
}

static const weir_network *network_of(const weir_session *session)
{
    return session->network && weir_network_ready(session->network) ? session->network : NULL;
}

/* ---- one block ---- */

static void put_causes(struct block *block, uint32_t from, uint32_t to, const weir_cause *causes)
{
    uint32_t ids[WEIR_CAUSE_COUNT];
    memset(ids, 0xff, sizeof ids);
    for (uint32_t row = from; row < to; row++) {
        weir_cause cause = causes[row - from];
        uint32_t id = DERIVED_NULL;
        if (cause != WEIR_CAUSE_NONE) {
            if (ids[cause] == DERIVED_NULL)
                (void)block_derived_id(block, WEIR_F_CAUSE, (weir_safe){weir_cause_get(cause)->name}, &ids[cause]);
            id = ids[cause];
        }
        (void)block_derive(block, WEIR_F_CAUSE, row, id);
    }
}

struct rewriting {
    weir_session *session;
    const weir_cause *causes; /* of rows [from, to); NULL = not yet */
    uint32_t from, to;
};

/* For ring_rewrite(). Without memory rows stay without a value, which is what they are without a network too. */
static void fill_rows(struct block *block, void *user)
{
    const struct rewriting *rewriting = user;
    struct derive *derive = rewriting->session->derive;
    if (derive->classify && rewriting->causes)
        put_causes(block, rewriting->from, rewriting->to, rewriting->causes);
    if (derive->names)
        names_fill(derive->names, block, rewriting->from, rewriting->to);
}

static void fill_anew(struct block *block, void *user)
{
    for (size_t k = 0; k < ARRAY_SIZE(derived_fields); k++)
        block_forget(block, derived_fields[k]);
    fill_rows(block, user);
}

/* For view_rewrite(). */
static void rewrite_block(size_t k, void *user)
{
    const struct rewriting *rewriting = user;
    ring_rewrite(rewriting->session->ring, k, fill_anew, user);
}

/* ---- rows that come ---- */

/* History is coming in: what belongs to a row may come behind it. */
static bool is_reading(const weir_session *session)
{
    for (size_t k = 0; k < session->n_streams; k++)
        if (session->stream[k].state == WEIR_SOURCE_READING)
            return true;
    return false;
}

static void derive_rows(weir_session *session, size_t k, uint32_t from, uint32_t to, bool causes)
{
    struct derive *derive = session->derive;
    struct rewriting rewriting = {session, causes ? derive->incoming : NULL, from, to};
    if (causes)
        why_causes(session, ring_block(session->ring, k), from, to, derive->incoming);
    derive->early |= causes && is_reading(session);
    ring_rewrite(session->ring, k, fill_rows, &rewriting);
}

/* While the ring's older rows are still being taken in, a cause would have to wait for all of them. */
static bool are_causes_due(weir_session *session)
{
    struct derive *derive = session->derive;
    if (!derive->classify)
        return false;
    if (!why_work(session, 0))
        return true;
    derive->end = derive->total = ring_end(session->ring); /* the pass cannot have begun */
    derive->at.n = 0;
    return false;
}

void derive_added(weir_session *session, uint64_t first)
{
    struct derive *derive = session->derive;
    if (!derive || (!derive->classify && !derive->names))
        return;
    bool causes = are_causes_due(session);
    for (size_t k = ring_blocks(session->ring); k-- > 0;) {
        const struct block *block = ring_block(session->ring, k);
        if (block->first_row + block->n <= first)
            break;
        derive_rows(session, k, first > block->first_row ? (uint32_t)(first - block->first_row) : 0, block->n, causes);
    }
}

/* ---- rows that are there ---- */

void derive_again(weir_session *session)
{
    struct derive *derive = derive_of(session);
    if (!derive)
        return;
    const weir_network *network = network_of(session);
    names_free(derive->names);
    derive->names = network ? names_new(network) : NULL;
    derive->network = network;
    derive->generation = network ? weir_network_generation(network) : 0;
    derive->end = derive->total = ring_end(session->ring);
    derive->at.n = 0;
    derive->early = false;
}

/* The next block to be done, newest first; rows that came since the pass began were done as they came. */
static bool next_block(weir_session *session, size_t *k)
{
    struct derive *derive = session->derive;
    uint64_t first = ring_first(session->ring);
    if (derive->end <= first)
        return false;
    *k = (size_t)((derive->end - 1 - first) / BLOCK_ROWS);
    const struct block *block = ring_block(session->ring, *k);
    if (derive->at.n == 0 || derive->at.first_row != block->first_row) {
        derive->at.first_row = block->first_row;
        derive->at.done = 0;
    }
    derive->at.n = block->n;
    return true;
}

static void finish_block(weir_session *session, size_t k)
{
    struct derive *derive = session->derive;
    struct rewriting rewriting = {session, derive->causes, 0, derive->at.n};
    (void)view_rewrite(session->view, k, rewrite_block, &rewriting);
    derive->end = derive->at.first_row;
    derive->at.n = 0;
    if (++derive->since_reorder >= REORDER_BLOCKS) {
        derive->since_reorder = 0;
        view_reorder(session->view);
    }
}

/* Putting causes into a block takes about as long as a budget: it is not begun at the end of one. */
static void work_block(weir_session *session, size_t k, int64_t began, int64_t until)
{
    struct derive *derive = session->derive;
    const struct block *block = ring_block(session->ring, k);
    bool has_worked = false;
    while (derive->classify && derive->at.done < derive->at.n) {
        uint32_t from = derive->at.done, left = derive->at.n - from;
        uint32_t to = from + (left < SLICE_ROWS ? left : SLICE_ROWS);
        why_causes(session, block, from, to, derive->causes + from);
        derive->at.done = to;
        has_worked = true;
        if (clock_mono_ms() >= until)
            break;
    }
    bool is_late = has_worked && clock_mono_ms() - began > (until - began) / 2;
    if (!derive->classify || (derive->at.done >= derive->at.n && !is_late))
        finish_block(session, k);
}

bool derive_is_busy(const weir_session *session)
{
    return session->derive && session->derive->end > ring_first(session->ring);
}

bool derive_work(weir_session *session, int budget_ms)
{
    struct derive *derive = session->derive;
    if (!derive)
        return false;
    int64_t began = clock_mono_ms(), until = began + budget_ms;
    if (why_work(session, budget_ms))
        return true;
    size_t k;
    bool left = next_block(session, &k);
    while (left) {
        uint64_t end = derive->end;
        work_block(session, k, began, until);
        left = next_block(session, &k);
        if (clock_mono_ms() >= until || derive->end == end)
            break;
    }
    if (!left && derive->early && !is_reading(session) && !gate_count(session->gate)) {
        /* records of the same connection may have come behind the row: once more, with all of them */
        derive_again(session);
        left = next_block(session, &k);
    }
    if (!left)
        view_reorder(session->view);
    return left;
}

size_t derive_bytes(const weir_session *session)
{
    const struct derive *derive = session->derive;
    return derive ? sizeof *derive + names_bytes(derive->names) : 0;
}

void derive_close(weir_session *session)
{
    if (session->derive)
        names_free(session->derive->names);
    free(session->derive);
    session->derive = NULL;
}

/* ---- what is wished ---- */

void weir_session_set_network(weir_session *session, const weir_network *network)
{
    session->network = network;
    if (!derive_of(session))
        return;
    const weir_network *ready = network_of(session);
    unsigned generation = ready ? weir_network_generation(ready) : 0;
    if (ready != session->derive->network || generation != session->derive->generation)
        derive_again(session);
    if (ready && session->trail && session->detect) /* what a flip's packets pass is known now */
        blames_keep(session);
}

void weir_session_classify(weir_session *session, bool on)
{
    struct derive *derive = derive_of(session);
    if (!derive || derive->classify == on)
        return;
    derive->classify = on;
    derive_again(session);
}

double weir_session_classified(const weir_session *session)
{
    const struct derive *derive = session->derive;
    if (!derive || !derive->classify)
        return -1;
    uint64_t first = ring_first(session->ring);
    if (derive->end <= first)
        return 1;
    uint64_t under_way = derive->at.n ? derive->at.done : 0, in_block = derive->end - derive->at.first_row;
    if (under_way > in_block) /* rows came into the block behind the pass's beginning */
        under_way = in_block;
    return (double)(derive->total - derive->end + under_way) / (double)(derive->total - first);
}
