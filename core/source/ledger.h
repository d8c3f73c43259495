/* ledger.h - intervals of event time, with a reason: what is not complete and why. Sorted, and joined where they touch
 * for the same reason. It never forgets: when it is full, the two nearest become one, which names more than it must. */
#ifndef WEIR_SOURCE_LEDGER_H
#define WEIR_SOURCE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "source/poll.h"

struct ledger {
    size_t n;
    struct poll_gap rows[LEDGER_MAX + 1];
};

/* Nothing happens when from > to. `reason` is static, and may be NULL. */
void ledger_add(struct ledger *ledger, int64_t from_ms, int64_t to_ms, const char *reason);

/* Takes the oldest; false = empty. */
bool ledger_take(struct ledger *ledger, struct poll_gap *out);

/* Forgets what ends before `before_ms`. */
void ledger_forget(struct ledger *ledger, int64_t before_ms);

#endif
