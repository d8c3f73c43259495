/* looker.h - a session under test: pumped until something holds, with the totals' identity checked after
 * every pump. */
#ifndef WEIR_TESTS_LOOKER_H
#define WEIR_TESTS_LOOKER_H

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "weir/weir.h"

enum { LOOKER_PATIENCE_S = 60 };

static inline void assert_identity(const weir_session *session)
{
    weir_totals t;
    weir_session_totals(session, &t);
    assert_int_equal(t.lines, t.records + t.nodata + t.skipdata + t.headers + t.blank + t.malformed);
    assert_int_equal(t.records, t.shown + t.filtered);
    assert_int_equal(t.records + t.nodata + t.skipdata, weir_view_total(weir_session_view(session)) + t.evicted);
    assert_true(t.memory_cap_bytes > 0);
}

static inline unsigned pump(weir_session *session, int budget_ms)
{
    unsigned changed = weir_session_pump(session, budget_ms);
    assert_identity(session);
    return changed;
}

static inline weir_session *open_session(const weir_session_options *options)
{
    weir_session *session = NULL;
    weir_error err = {0};
    alarm(LOOKER_PATIENCE_S);
    weir_status status = weir_session_open(options, &session, &err);
    if (status != WEIR_OK)
        print_message("%s\n", err.text);
    assert_int_equal(status, WEIR_OK);
    assert_identity(session);
    return session;
}

/* Waits for the session, but not when it said that there is more to do. */
static inline unsigned turn(weir_session *session, unsigned changed, int budget_ms)
{
    struct pollfd fd = {.fd = weir_session_fd(session), .events = POLLIN};
    if (!(changed & WEIR_CHANGED_MORE))
        assert_int_equal(poll(&fd, 1, -1), 1);
    return pump(session, budget_ms);
}

static inline void pump_to_end(weir_session *session)
{
    unsigned changed = 0;
    while (!weir_session_ended(session) || (changed & WEIR_CHANGED_MORE))
        changed = turn(session, changed, 5);
}

static inline void pump_to_lines(weir_session *session, uint64_t lines)
{
    unsigned changed = 0;
    weir_totals t;
    for (weir_session_totals(session, &t); t.lines < lines; weir_session_totals(session, &t))
        changed = turn(session, changed, 5);
}

static inline void pump_to_state(weir_session *session, size_t k, weir_source_state state)
{
    unsigned changed = 0;
    weir_source_status status;
    for (weir_session_source(session, k, &status); status.state != state; weir_session_source(session, k, &status))
        changed = turn(session, changed, 5);
}

#endif
