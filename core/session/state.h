/* state.h - what a session is made of. Belongs to the session's thread. */
#ifndef WEIR_SESSION_STATE_H
#define WEIR_SESSION_STATE_H

#include "base/clock.h"
#include "base/gate.h"
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
};

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
};

#endif
