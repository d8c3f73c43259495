/* demo.h - the parts of the demo: who is in the account (demo_net.c), what its rules and routes are
 * (demo_network.c), what they do second by second (demo_traffic.c), what the flow log says of it (demo_record.c),
 * and its delivery in time (demo.c).
 *
 *   a second of traffic ─► connections ─► one record a direction, interface and 60 s window
 *                          ─► the bucket of the second in which it is delivered ─► text
 *
 * All time arithmetic is in whole seconds, all chance comes from (seed, second): any second can be made
 * again, and the text is the same on every machine. */
#ifndef WEIR_SOURCE_DEMO_H
#define WEIR_SOURCE_DEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum incident { INCIDENT_NONE, INCIDENT_GROUP, INCIDENT_NACL, INCIDENT_SCAN };

enum {
    DEMO_HISTORY_S = 7200,
    DEMO_WINDOW_S = 60,  /* aggregation interval */
    DEMO_LAG_MIN_S = 60, /* delivery after the window's end */
    DEMO_LAG_MAX_S = 150,
    DEMO_LONGEST_S = 200,      /* of a connection */
    DEMO_SLOTS = 512,          /* seconds between an event and its last delivery, rounded up to a power of two */
    DEMO_SLOT_MAX = 4 << 20,   /* bytes of one second */
    DEMO_INCIDENT_S = 25 * 60, /* the incident begins so long before now … */
    DEMO_BURST_S = 70 * 60,    /* … and the burst of the scanner was then */
    DEMO_TRACKED_S = 350,      /* the database's interfaces forget an idle TCP connection after this */
};
_Static_assert(DEMO_LONGEST_S + DEMO_WINDOW_S + DEMO_LAG_MAX_S < DEMO_SLOTS, "deliveries fit into the ring");

/* ---- chance ---- */

struct chance {
    uint64_t state;
};
struct chance chance_of(uint64_t seed, int64_t moment, uint64_t salt);
uint64_t chance_next(struct chance *chance);
uint32_t chance_below(struct chance *chance, uint32_t bound);               /* 0 .. bound-1 */
uint32_t chance_between(struct chance *chance, uint32_t from, uint32_t to); /* both included */

/* ---- who ---- */

#define DEMO_ACCOUNT "123456789012"
#define DEMO_REGION  "us-east-1"
#define DEMO_VPC     "vpc-0a1b2c3d4e5f60718"
#define DEMO_NET4    "10.0.0.0/16"
#define DEMO_NET6    "2001:db8:1234::/48"
#define DEMO_OFFICE  "pl-0a0ff1ce000000001" /* prefix list of the office */
#define DEMO_S3      "pl-6a5300a1"          /* … and AWS's own of S3 */

struct subnet {
    const char *id, *name, *zone, *az;
    const char *net4, *net6; /* net6 NULL = none */
    bool is_public;
};
enum { PUBLIC_A, PUBLIC_B, APP_A, APP_B, DATA_A, DATA_B, SUBNETS };
extern const struct subnet demo_subnets[SUBNETS];

struct interface {
    const char *id, *vpc;
    int subnet;
    const char *instance, *az;
    const char *addr4, *addr6; /* addr6 NULL = none */
    uint8_t phase;             /* its windows begin at this second of the minute */
    bool is_public;
};
enum { WEB_1, WEB_2, WEB_3, APP_1, APP_2, DB_1, DB_2, NAT, INTERFACES };
extern const struct interface demo_interfaces[INTERFACES];

struct peer {
    char text[40];
};
struct peer peer_of(const char *text);
struct peer peer_client4(struct chance *chance);
struct peer peer_client6(struct chance *chance);
struct peer peer_mirror(struct chance *chance);
struct peer peer_scanner(struct chance *chance);

/* ---- what the log says ---- */

/* Why the demo rejects: what it knows and its records do not say. */
enum story {
    STORY_NONE,         /* accepted */
    STORY_RULE_REVOKED, /* no security group admits port 80 any more */
    STORY_REPLY_DENIED, /* the network ACL does not let the reply out */
    STORY_CUT,          /* … nor what a connection that was open still says */
    STORY_KNOCK,        /* a scanner tries what no rule admits */
    STORY_LATE_PACKET,  /* the connection was closed before */
    STORY_IDLE,         /* the connection was not used for too long */
    STORY_LATE_ANSWER,  /* UDP: the question is forgotten */
    STORIES
};

struct demo_log {
    uint64_t seed;
    struct buf slots[DEMO_SLOTS]; /* by second of delivery */
    bool failed;                  /* out of memory */
    /* For tests: is told every record as it is made, before it is delivered. NULL = nobody. */
    void (*witness)(void *context, enum story story, const char *line, size_t len);
    void *context;
};

/* A connection as one interface sees it. */
struct sight {
    int interface;
    bool initiated_here;                    /* forward is egress; else ingress */
    struct peer src, dst, pkt_src, pkt_dst; /* forward direction */
    uint16_t sport, dport;
    uint8_t protocol;
    int64_t start;
    uint32_t seconds; /* how long it lasts */
    uint32_t packets, bytes, reply_packets, reply_bytes;
    bool rejected; /* forward is rejected and there is no reply */
    bool reply_rejected;
    bool unanswered;         /* accepted, but nothing comes back */
    bool established;        /* neither its beginning nor its end is in sight */
    bool unfinished;         /* its end is not */
    enum story story;        /* of the direction that is rejected */
    int8_t path, reply_path; /* of whichever is egress */
    int16_t flags;           /* of a rejected forward direction; -1 = SYN */
};
void demo_log_sight(struct demo_log *log, const struct sight *sight);

/* A window in which the interface saw nothing, or lost records. `status` is NODATA or SKIPDATA. */
void demo_log_empty(struct demo_log *log, int interface, int64_t start, const char *status);

size_t demo_header(char *line, size_t size);

/* ---- what happens ---- */

bool demo_incident(const char *scenario, enum incident *out); /* NULL = the first; false = no such scenario */

struct demo_world {
    enum incident incident;
    int64_t from;          /* before that second nothing happened */
    int64_t incident_from; /* a full minute */
    int64_t burst_from, burst_to;
    struct demo_log log;
};
void demo_begin(struct demo_world *world, enum incident incident, uint64_t seed, int64_t now); /* in fresh memory */
void demo_second(struct demo_world *world, int64_t second);
void demo_remains(struct demo_world *world, int64_t second); /* … and what comes too late (demo_remains.c) */

enum { TCP = 6, UDP = 17, ICMP = 1, PATH_VPC = 1, PATH_INTERNET = 8 };

/* How often something that happens `per_1000` times in 1000 s at usual times happens in this one. */
uint32_t demo_times(struct chance *chance, int64_t second, uint32_t per_1000);
/* From an ephemeral port, TCP, inside of the VPC. */
struct sight demo_sight(struct chance *chance, int64_t second, struct peer src, struct peer dst, uint16_t dport);
void demo_exchange(struct sight *sight, struct chance *chance); /* how much is said, and how long */
bool demo_replies_denied(const struct demo_world *world, int interface, int64_t second); /* IPv4, by the ACL */

#endif
