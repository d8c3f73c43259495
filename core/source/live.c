/* live.c - Live Tail. Its events have no id, so that equal ones are counted: on each channel since its session began,
 * in the passes by eventId, and how many were shown. An event is shown when its own channel has counted more than were
 * shown; what one shows, the others confirm. ingestionTime is left out: whether both ways tell the same is not known.
 */
#include "base/scope.h"
#include "source/poll_state.h"

enum { SHOWN = LIVE_CHANNELS, PASSES, COUNTS };

_Static_assert(COUNTS == 4, "seen.h gives four counts");

static struct seen_key key_of(const struct poll_event *event)
{
    const struct slice texts[] = {event->group, event->stream, event->message};
    return seen_key_of(texts, ARRAY_SIZE(texts), event->timestamp_ms);
}

static void count(uint16_t *number)
{
    if (*number < UINT16_MAX)
        ++*number;
}

bool live_confirm(struct poll *poll, const struct poll_event *event, int64_t now_ms)
{
    uint16_t *counts;
    if (memory_add(poll, &poll->live, event->timestamp_ms, key_of(event), now_ms, &counts) == SEEN_FULL)
        return true;
    count(&counts[PASSES]);
    if (counts[PASSES] > counts[SHOWN]) {
        counts[SHOWN] = counts[PASSES];
        return true;
    }
    poll->facts.provisional--;
    return false;
}

bool poll_live(struct poll *poll, int channel, const struct poll_event *event, int64_t now_ms)
{
    uint16_t *counts;
    now_ms = poll_tick(poll, now_ms);
    if (channel < 0 || channel >= LIVE_CHANNELS || event->timestamp_ms > poll->options.until_ms)
        return false;
    poll->facts.events++;
    enum seen_answer answer = memory_add(poll, &poll->live, event->timestamp_ms, key_of(event), now_ms, &counts);
    if (answer != SEEN_FULL) {
        count(&counts[channel]);
        if (counts[channel] <= counts[SHOWN]) {
            poll->facts.duplicates++;
            return false;
        }
        counts[SHOWN] = counts[channel];
        poll->facts.provisional++;
    } else {
        memory_name(poll, event->timestamp_ms);
    }
    poll->facts.shown++;
    poll->facts.late += event->ingestion_ms - event->timestamp_ms > poll->options.horizon_ms;
    return true;
}

void poll_live_began(struct poll *poll, int channel, int64_t now_ms)
{
    poll_tick(poll, now_ms);
    if (channel < 0 || channel >= LIVE_CHANNELS)
        return;
    for (size_t k = 0; k < poll->live.n; k++) {
        size_t at = 0;
        for (uint16_t *counts; (counts = seen_next_counts(&poll->live.minutes[k], &at));)
            counts[channel] = 0;
    }
}

uint64_t live_forget(struct poll *poll, const struct seen_minute *minute)
{
    size_t at = 0;
    uint64_t unconfirmed = 0;
    for (uint16_t *counts; (counts = seen_next_counts(minute, &at));)
        if (counts[SHOWN] > counts[PASSES])
            unconfirmed += (uint64_t)(counts[SHOWN] - counts[PASSES]);
    poll->facts.provisional -= unconfirmed;
    return unconfirmed;
}
