/* pass.c - the rules of pages:
 *   no token            the part is complete
 *   an empty page       says nothing; its token does
 *   the same token      goes on while it brings new events; else after three times the part begins anew
 *   a bad token         the part begins anew, which is harmless because events are known; after three times it is
 * halved unreadable          half as many events a page; a single one is searched for by time, and skipped */
#include "source/pass.h"

#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "source/pace.h"

enum { STUCK_PAGES = 3, RESTARTS_BEFORE_HALVING = 3, FIRST_LIMIT = 16 };

static void drop_token(struct pass *pass)
{
    free(TAKE(pass->token));
}

/* Makes the part that begins at from_ms. */
static enum pass_answer next_part(struct pass *pass, const struct ledger *skips)
{
    drop_token(pass);
    pass->hunt.on = false;
    pass->newest_ms = INT64_MIN;
    pass->stuck = 0;
    pass->to_ms = pass->end_ms;
    for (size_t k = 0; k < skips->n; k++) {
        const struct poll_gap *skip = &skips->rows[k];
        if (skip->to_ms < pass->from_ms)
            continue;
        if (skip->from_ms <= pass->from_ms) {
            pass->from_ms = skip->to_ms + 1;
        } else {
            pass->to_ms = skip->from_ms - 1 < pass->end_ms ? skip->from_ms - 1 : pass->end_ms;
            break;
        }
    }
    if (pass->from_ms > pass->end_ms)
        return PASS_COMPLETE;
    if (pass->span_ms > 0 && pass->to_ms - pass->from_ms > pass->span_ms)
        pass->to_ms = pass->from_ms + pass->span_ms;
    if (pass->again_ms < pass->from_ms)
        pass->again_ms = pass->from_ms;
    return PASS_GOES_ON;
}

enum pass_answer pass_begin(struct pass *pass, int64_t from_ms, int64_t end_ms, const struct ledger *skips)
{
    *pass = (struct pass){
        .running = true, .from_ms = from_ms, .end_ms = end_ms, .again_ms = from_ms, .reached_ms = INT64_MIN};
    return next_part(pass, skips);
}

enum pass_answer pass_restart(struct pass *pass, const struct ledger *skips)
{
    if (pass->again_ms > pass->from_ms)
        pass->from_ms = pass->again_ms - 1;
    return next_part(pass, skips);
}

void pass_end(struct pass *pass)
{
    drop_token(pass);
    *pass = (struct pass){0};
}

static int64_t middle(const struct hunt *hunt)
{
    return hunt->low_ms + (hunt->high_ms - hunt->low_ms) / 2;
}

void pass_ask(const struct pass *pass, struct poll_ask *ask)
{
    ask->from_ms = pass->from_ms;
    ask->to_ms = pass->to_ms;
    ask->token = pass->token;
    ask->limit = pass->limit;
    if (!pass->hunt.on)
        return;
    ask->from_ms = pass->hunt.from_ms;
    ask->to_ms = pass->hunt.probing ? pass->to_ms : middle(&pass->hunt);
    ask->limit = 1;
}

/* ---- the event that cannot be read ---- */

/* Everything before it has been read: the pass goes on behind it. */
static enum pass_answer give_up(struct pass *pass, int64_t time_ms, const struct ledger *skips, int64_t *unreadable)
{
    *unreadable = time_ms;
    pass->from_ms = time_ms + 1;
    pass->limit = FIRST_LIMIT;
    return next_part(pass, skips);
}

static enum pass_answer begin_hunt(struct pass *pass, const struct ledger *skips, int64_t *unreadable)
{
    struct hunt *hunt = &pass->hunt;
    drop_token(pass);
    *hunt = (struct hunt){.on = true, .known_ms = pass->newest_ms, .from_ms = pass->from_ms};
    if (hunt->known_ms >= pass->to_ms)
        return give_up(pass, hunt->known_ms, skips, unreadable);
    if (hunt->known_ms >= hunt->from_ms) {
        hunt->from_ms = hunt->known_ms + 1;
        hunt->probing = true;
    }
    hunt->low_ms = hunt->from_ms;
    hunt->high_ms = pass->to_ms;
    if (!hunt->probing && hunt->low_ms == hunt->high_ms)
        return give_up(pass, hunt->low_ms, skips, unreadable);
    return PASS_GOES_ON;
}

/* A page of the hunt was readable or not. */
static enum pass_answer hunt_on(struct pass *pass, bool readable, size_t n_events, const struct ledger *skips,
                                int64_t *unreadable)
{
    struct hunt *hunt = &pass->hunt;
    drop_token(pass);
    if (hunt->probing && readable)
        return give_up(pass, hunt->known_ms, skips, unreadable);
    if (readable && n_events > 0)
        return pass_restart(pass, skips); /* an event has come before it: look again */
    if (hunt->probing)
        hunt->probing = false;
    else if (readable)
        hunt->low_ms = middle(hunt) + 1;
    else
        hunt->high_ms = middle(hunt);
    if (hunt->low_ms >= hunt->high_ms)
        return give_up(pass, hunt->high_ms, skips, unreadable);
    return PASS_GOES_ON;
}

static enum pass_answer halve_limit(struct pass *pass, const struct ledger *skips, int64_t *unreadable)
{
    if (pass->hunt.on)
        return hunt_on(pass, false, 0, skips, unreadable);
    if (pass->limit == 1)
        return begin_hunt(pass, skips, unreadable);
    pass->limit = (pass->limit > 0 ? pass->limit : PAGE_EVENTS_MAX) / 2;
    return PASS_GOES_ON;
}

/* ---- pages ---- */

static enum pass_answer begin_anew(struct pass *pass, const struct ledger *skips, int64_t now_ms)
{
    int64_t length = pass->to_ms - pass->from_ms;
    if (++pass->restarts % RESTARTS_BEFORE_HALVING == 0 && length > 1)
        pass->span_ms = length / 2;
    if (pass->restarts > 1)
        pass->retry_ms = now_ms + pace_backoff(pass->restarts - 2, (uint64_t)now_ms);
    return pass_restart(pass, skips);
}

static enum pass_answer later(struct pass *pass, int64_t now_ms)
{
    pass->retry_ms = now_ms + pace_backoff(pass->failures++, (uint64_t)now_ms);
    return PASS_GOES_ON;
}

/* There is a token. */
static enum pass_answer go_on(struct pass *pass, const char *token, const struct ledger *skips, int64_t now_ms)
{
    bool same = pass->token && strcmp(pass->token, token) == 0;
    if (same && pass->fresh == 0 && ++pass->stuck >= STUCK_PAGES)
        return begin_anew(pass, skips, now_ms);
    if (!same || pass->fresh > 0)
        pass->stuck = 0;
    if (pass->pages % PASS_PAGES_MAX == 0)
        return begin_anew(pass, skips, now_ms);
    if (same)
        return PASS_GOES_ON;
    drop_token(pass);
    pass->token = strdup(token);
    return pass->token ? PASS_GOES_ON : begin_anew(pass, skips, now_ms);
}

enum pass_answer pass_page(struct pass *pass, const char *token, size_t n_events, const struct ledger *skips,
                           int64_t now_ms, int64_t *unreadable)
{
    pass->failures = 0;
    pass->pages++;
    if (pass->hunt.on && (!token || n_events > 0))
        return hunt_on(pass, true, n_events, skips, unreadable);
    if (!pass->hunt.on && pass->limit > 0)
        pass->limit = pass->limit * 2 < PAGE_EVENTS_MAX ? pass->limit * 2 : 0;
    if (token)
        return go_on(pass, token, skips, now_ms);
    pass->restarts = 0;
    if (pass->to_ms >= pass->end_ms)
        return PASS_COMPLETE;
    pass->from_ms = pass->to_ms + 1;
    return next_part(pass, skips);
}

enum pass_answer pass_failed(struct pass *pass, enum poll_failure failure, const struct ledger *skips, int64_t now_ms,
                             int64_t *unreadable)
{
    switch (failure) {
    case POLL_THROTTLED: return PASS_GOES_ON;
    case POLL_BAD_TOKEN: return begin_anew(pass, skips, now_ms);
    case POLL_UNREADABLE: return halve_limit(pass, skips, unreadable);
    case POLL_FAILED: break;
    }
    return later(pass, now_ms);
}
