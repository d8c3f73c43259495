/* state.h - what a session is made of. Belongs to the session's thread. */
#ifndef WEIR_SESSION_STATE_H
#define WEIR_SESSION_STATE_H

#include "base/clock.h"
#include "base/gate.h"
#include "query/push.h"
#include "session/batch.h"
#include "session/intake.h"
#include "session/rates.h"
#include "store/ring.h"
#include "view/view.h"

enum { ARRIVALS = 1024 };

struct stream_status {
    char name[200];
    char notice[200];
    weir_source_state state;
    uint64_t done_bytes, total_bytes;

    /* of sources in AWS */
    struct source_facts *facts;      /* NULL = none came */
    struct format *layout;           /* what its records look like; NULL = not known, or several ways */
    bool was_behind;                 /* more came than may be asked for, or the server left events out */
    char wished[PUSH_MAX_BYTES + 1]; /* the pattern that it was told */
};

struct ledger_entry;

struct weir_session {
    struct clock clock;
    int cancel_pipe[2];
    struct gate *gate;
    struct format_set formats;
    struct format given;
    struct ring *ring;
    weir_view *view;
    weir_query *query;
    struct intake *intake[SOURCES_MAX];
    uint32_t first_stream[SOURCES_MAX]; /* of each intake in stream[] */
    size_t n_intakes, n_ended;
    struct stream_status *stream;
    size_t n_streams;

    weir_totals totals;
    struct rates rates;
    struct {
        uint64_t first_row;
        uint32_t time;
    } arrival[ARRIVALS]; /* a ring of the newest batches, by number */
    uint64_t n_arrivals;
    struct {
        struct bad_line bad;
        uint32_t stream;
    } bad[BAD_LINES_MAX]; /* a ring, by number */
    uint64_t n_bad;
    struct ledger_entry *ledger; /* a ring, by number; NULL = no gap so far */
    uint64_t n_ledger;

    struct wishes *wishes[SOURCES_MAX]; /* by intake; NULL = the source's server cannot filter */
    const struct format *given_layout;  /* of the person, NULL = none */
    struct {
        weir_push mode;
        bool fixed;        /* the person gave a pattern: it stays */
        weir_query *query; /* that was meant to stay; what the servers are told */
        struct push shown; /* texts that weir_session_pushed() lends */
    } push;

    const weir_network *network; /* borrowed, NULL = none */
    struct priors *priors;       /* NULL = nobody asked yet */
    struct derive *derive;       /* NULL = there is nothing to derive */
    weir_trail *trail;           /* borrowed, NULL = nobody knows of changes */
    struct blames *blames;       /* records of flips, for their causes; NULL = none */
    struct detect *detect;       /* NULL = nobody watches */
    struct silent *silent;       /* what silent.c keeps between two calls; NULL = nothing */
};

/* ---- ledger.c ---- */
void ledger_note(weir_session *session, uint32_t stream, const struct source_gap *where, const char *notice);

bool ledger_has_gap(const weir_session *session, int64_t from, int64_t to);

/* ---- push.c ---- */
void push_initial(weir_session *session, const char *filter_pattern, char out[PUSH_MAX_BYTES + 1]);
void push_learn(weir_session *session, uint32_t source, const char *layouts); /* what its records look like */
void push_tell_all(weir_session *session, bool same_filter);
void push_close(weir_session *session);

#endif
