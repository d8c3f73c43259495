/* source.h - the class of all sources: they yield bytes and know nothing of fields. A source may carry
 * several streams (files); each stream is decoded on its own. */
#ifndef WEIR_SOURCE_SOURCE_H
#define WEIR_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/limits.h"
#include "weir/aws.h"
#include "weir/session.h"
#include "weir/source.h"

struct wishes;

struct source_options {
    const char *const *specs; /* what the person typed: all files of a session come to one source */
    size_t n_specs;
    bool follow;
    uint64_t seed;
    struct clock clock;
    int stdin_fd;
    int cancel_fd; /* becomes readable when reading must stop */

    /* of sources in AWS */
    weir_aws *aws;         /* NULL = cannot be opened */
    struct wishes *wishes; /* what the session wants while it reads; NULL = nothing */
    const char *pattern;   /* the filter pattern to begin with, NULL = all events */
    int64_t since, until;  /* Unix seconds; 0 = as the source likes, no end */
    int64_t horizon_s;     /* 0 = 30 min */
    int64_t interval_s;    /* between two looks; 0 = the source's */
    bool newest_first;     /* history may come newest first: the screen is useful at once */
    double tail_price;     /* dollars for a minute of Live Tail */
};

/* What a source says of itself; safe texts. */
struct source_facts {
    char region[64], account[16], profile[64]; /* "" = none or not known */
    char mode[96];                             /* "Live Tail 0:47 of 3:00, about $0.47", "every 5 s, horizon 30m" */
    char pattern[PUSH_MAX_BYTES + 1];          /* the filter pattern that the server applies, "" = all events */
    bool is_override;                          /* not AWS's own endpoint */
    bool sampled;                              /* the server leaves events out; they are read again */
    bool behind;                               /* more comes than may be asked for: narrow the filter */
    uint64_t requests, duplicates, provisional;
    int64_t closed_s; /* complete up to this event time; 0 = nothing is */
};

/* Something that cannot be proved complete. */
struct source_gap {
    int64_t from_s, to_s; /* event times, 0 = unknown */
    char reason[120];     /* safe */
};

/* What a read brought. `bytes` is borrowed until the next read. */
struct source_chunk {
    uint32_t stream; /* 0, 1, … below streams() */
    bool begins;     /* the stream begins anew before these bytes (first read, rotation, truncation) */
    bool ends;       /* the stream ends behind these bytes (it may begin anew later) */
    bool idle;       /* nothing more is there right now: what was decoded should be shown */
    bool caught_up;  /* history is done; from here on things happen live */
    const void *bytes;
    size_t len;
    bool gap;                         /* something may have been lost here; `notice` says what */
    struct source_gap where;          /* of the gap, where the source knows */
    const char *layouts;              /* LogFormat texts with line breaks between: what records look like from here on;
                                         NULL = nothing new. Borrowed until the next read */
    const struct source_facts *facts; /* NULL = nothing new. Borrowed until the next read */
    bool failed;                      /* the stream failed; `notice` says why */
    char notice[200];                 /* safe text for the status line, "" = none */
    uint64_t done_bytes, total_bytes; /* progress, total 0 = unknown */
};

struct source_class {
    size_t size;  /* of the private part; scheme and help are in source.def */
    bool filters; /* its server can: it takes a pattern, and wishes */

    /* Opens what specs name. Errors say which one and what to do. */
    weir_status (*open)(void *source, const struct source_options *options, weir_error *err);

    size_t (*streams)(const void *source);
    const char *(*name)(const void *source, uint32_t stream); /* safe text, borrowed as long as the source */

    /* Waits for bytes, but not past cancel_fd. WEIR_OK: *chunk is filled (maybe with no bytes).
     * WEIR_END: all streams have ended. WEIR_E_CANCELED. */
    weir_status (*read)(void *source, struct source_chunk *chunk, weir_error *err);

    void (*close)(void *source);
};

/* The class that a spec belongs to: by scheme, else files. */
const struct source_class *source_find(const char *spec);

#endif
