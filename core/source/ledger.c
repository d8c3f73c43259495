/* ledger.c - a sorted array; it is short, so that every change may look at all of it. */
#include "source/ledger.h"

#include <string.h>

static void take_out(struct ledger *ledger, size_t k)
{
    ledger->n--;
    memmove(&ledger->rows[k], &ledger->rows[k + 1], (ledger->n - k) * sizeof *ledger->rows);
}

static bool touches(const struct poll_gap *a, const struct poll_gap *b)
{
    if (a->reason != b->reason && !(a->reason && b->reason && strcmp(a->reason, b->reason) == 0))
        return false;
    return (b->from_ms == INT64_MIN || a->to_ms >= b->from_ms - 1) &&
           (a->from_ms == INT64_MIN || b->to_ms >= a->from_ms - 1);
}

/* Makes room: the two neighbours with the least between them become one. */
static void join_nearest(struct ledger *ledger)
{
    size_t best = 1;
    uint64_t least = UINT64_MAX;
    for (size_t k = 1; k < ledger->n; k++) {
        uint64_t between = (uint64_t)ledger->rows[k].from_ms - (uint64_t)ledger->rows[k - 1].to_ms;
        if (ledger->rows[k].from_ms <= ledger->rows[k - 1].to_ms)
            between = 0;
        if (between < least) {
            least = between;
            best = k;
        }
    }
    if (ledger->rows[best].to_ms > ledger->rows[best - 1].to_ms)
        ledger->rows[best - 1].to_ms = ledger->rows[best].to_ms;
    take_out(ledger, best);
}

void ledger_add(struct ledger *ledger, int64_t from_ms, int64_t to_ms, const char *reason)
{
    struct poll_gap gap = {from_ms, to_ms, reason};
    if (from_ms > to_ms)
        return;
    for (size_t k = ledger->n; k-- > 0;) {
        const struct poll_gap *row = &ledger->rows[k];
        if (!touches(row, &gap))
            continue;
        gap.from_ms = row->from_ms < gap.from_ms ? row->from_ms : gap.from_ms;
        gap.to_ms = row->to_ms > gap.to_ms ? row->to_ms : gap.to_ms;
        take_out(ledger, k);
    }
    size_t at = 0;
    while (at < ledger->n && ledger->rows[at].from_ms < gap.from_ms)
        at++;
    memmove(&ledger->rows[at + 1], &ledger->rows[at], (ledger->n - at) * sizeof gap);
    ledger->rows[at] = gap;
    if (++ledger->n > LEDGER_MAX)
        join_nearest(ledger);
}

bool ledger_take(struct ledger *ledger, struct poll_gap *out)
{
    if (ledger->n == 0)
        return false;
    *out = ledger->rows[0];
    take_out(ledger, 0);
    return true;
}

void ledger_forget(struct ledger *ledger, int64_t before_ms)
{
    for (size_t k = ledger->n; k-- > 0;)
        if (ledger->rows[k].to_ms < before_ms)
            take_out(ledger, k);
}
