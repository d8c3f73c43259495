/* event.h - what happened by itself in the records: services whose new connections were accepted and are rejected now
 * (flips), and parts of the traffic that are rejected far more often than usual (spikes).
 *
 * Off until weir_session_watch(). Worked out in weir_session_pump(), over all records whatever the filter, bucket by
 * bucket once a bucket is complete; the buckets behind that are looked at again and again, and what is found there is
 * provisional. Thread: the session's. Texts are borrowed until the next pump. */
#ifndef WEIR_EVENT_H
#define WEIR_EVENT_H

#include "weir/record.h"

typedef struct weir_session weir_session;

/* What a flip is about: connections to a port, into an interface or out of it. */
typedef struct weir_service {
    weir_safe interface_id, name; /* "" = not told, not known */
    weir_addr local;              /* an address of its connections at this interface */
    weir_addr remote;             /* outbound: the far end where it is private; family 0 = anywhere */
    int32_t port, protocol;       /* port -1 = none */
    bool outbound;
} weir_service;

/* "tcp 80 of web-1 (eni-…)", "tcp 443 from app-1 to the internet"; in buffer[size]. */
weir_safe weir_service_text(const weir_service *service, char *buffer, size_t size);
/* The filter that shows its records: "interface-id = eni-… and dstport = 80 and …". */
weir_safe weir_service_filter(const weir_service *service, char *buffer, size_t size);

typedef struct weir_flip {
    uint64_t id; /* of this flip for as long as the session lives */
    weir_service service;
    /* It happened after last_accept (0 = not known any more) and not later than first_reject; Unix seconds, starts of
     * records. */
    int64_t last_accept, first_reject;
    int64_t found;                     /* the bucket that gave enough evidence */
    double evidence;                   /* nats; 10 is 22,000 to 1 */
    double usual;                      /* share of new connections that were rejected before, 0..1 */
    uint64_t accepts, rejects;         /* new connections since first_reject, until it recovered */
    uint64_t accept_row, reject_row;   /* the last and the first one; UINT64_MAX = not known */
    bool partial;                      /* some are still accepted */
    bool answers;                      /* connections come in, their answers are rejected */
    bool provisional;                  /* the records of its time are not all here yet */
    bool recovered;                    /* accepted again: … */
    int64_t last_reject, first_accept; /* … in between */
} weir_flip;

typedef enum weir_part_kind {
    WEIR_PART_ALL,
    WEIR_PART_INTERFACE,
    WEIR_PART_GROUP,   /* security group */
    WEIR_PART_PORT,    /* destination port */
    WEIR_PART_NETWORK, /* source /24 or /48 */
} weir_part_kind;

/* A stretch of REJECTs of a part of the traffic that is rare among what it showed before. */
typedef struct weir_part_spike {
    weir_part_kind part;
    weir_safe value;      /* "eni-…", "sg-…", "22", "203.0.113.0/24"; "" = all */
    int64_t from, to;     /* Unix seconds, [from, to) */
    uint64_t peak, total; /* REJECTs in its highest bucket, and in all of it */
    uint64_t usual;       /* median of the buckets before */
    double rarity;        /* nats: how new that is */
    weir_safe source;     /* the source with the largest share, "" = not known any more */
    weir_safe port;       /* … and its destination port */
    double share;         /* of both, 0..1 */
} weir_part_spike;

/* What the detectors can say at all. */
typedef struct weir_watched {
    bool on;
    bool complete;   /* all that was read has been looked at */
    int64_t step;    /* width of a bucket, seconds */
    int64_t settled; /* judged for good up to this start time; 0 = nothing is */
    size_t services; /* that were connected to … */
    size_t learning; /* … of which so many are too young to be judged */
    size_t flipped;
    weir_safe words; /* why there can be no flips: "the log has no ACCEPT …"; "" = nothing stands against them */
} weir_watched;

/* Begins to look for flips and spikes, in all that is in the ring, and goes on. Takes about 6 MiB, and 300 bytes for
 * each service that was connected to (32,768 at most), beside the memory of rows. */
void weir_session_watch(weir_session *session);
void weir_session_watched(const weir_session *session, weir_watched *out);
/* Counts the pumps after which flips or spikes may be others (those that said WEIR_CHANGED_EVENTS). */
unsigned weir_session_events(const weir_session *session);

/* The newest first (by first_reject); returns how many were written. */
size_t weir_session_flips(const weir_session *session, weir_flip *out, size_t max);
bool weir_session_flip(const weir_session *session, uint64_t id, weir_flip *out); /* false: there is none such */

/* The newest first, and of the same minute the rarest; those of a part that the spike of a larger one explains are left
 * out. */
size_t weir_session_spikes(const weir_session *session, weir_part_spike *out, size_t max);

/* A service that is watched. */
typedef struct weir_service_state {
    weir_service service;
    bool flipped, learning;  /* learning: too young to be judged */
    double accepts, rejects; /* new connections, of about the last 6 hours */
    int64_t last_accept;     /* Unix seconds */
} weir_service_state;

/* Flipped ones first, then those with the most connections; returns how many were written. */
size_t weir_session_services(const weir_session *session, weir_service_state *out, size_t max);

/* New connections of a service, bucket by bucket from `from`, from the records in the ring. Buckets before the oldest
 * record have `known` false. */
typedef struct weir_history {
    uint32_t accepts, rejects;
    bool known;
} weir_history;
void weir_session_history(weir_session *session, const weir_service *service, int64_t from, int64_t step,
                          weir_history *out, size_t n);

#endif
