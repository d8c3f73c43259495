/* ledger.c - the stretches of time that sources could not prove complete: the newest LEDGER_MAX of them. */
#include <stdlib.h>

#include "base/limits.h"
#include "session/state.h"

struct ledger_entry {
    struct source_gap where;
    uint32_t stream;
    int64_t noticed;
};

/* The ring is made when the first gap comes: most sessions have none. */
void ledger_note(weir_session *session, uint32_t stream, const struct source_gap *where, const char *notice)
{
    if (!session->ledger)
        session->ledger = calloc(LEDGER_MAX, sizeof *session->ledger);
    if (!session->ledger)
        return;
    struct ledger_entry *entry = &session->ledger[session->n_ledger++ % LEDGER_MAX];
    *entry = (struct ledger_entry){.where = *where, .stream = stream, .noticed = clock_now(&session->clock)};
    if (!entry->where.reason[0])
        weir_safe_format(entry->where.reason, sizeof entry->where.reason, "%s", notice);
}

bool ledger_has_gap(const weir_session *session, int64_t from, int64_t to)
{
    uint64_t n = session->n_ledger < LEDGER_MAX ? session->n_ledger : LEDGER_MAX;
    for (uint64_t k = 0; k < n; k++) {
        const struct source_gap *where = &session->ledger[k].where;
        if (where->from_s <= to && (where->to_s == 0 || where->to_s >= from))
            return true;
    }
    return false;
}

bool weir_session_gap(const weir_session *session, size_t k, weir_gap *out)
{
    if (!session->ledger || k >= LEDGER_MAX || k >= session->n_ledger)
        return false;
    const struct ledger_entry *entry = &session->ledger[(session->n_ledger - 1 - k) % LEDGER_MAX];
    *out = (weir_gap){.source = {session->stream[entry->stream].name},
                      .reason = {entry->where.reason},
                      .from = entry->where.from_s,
                      .to = entry->where.to_s,
                      .noticed = entry->noticed};
    return true;
}
