/* network.h - the network of an account: interfaces, security groups, network ACLs, routes, gateways. Asked from EC2,
 * or read from what was saved (a folder of `aws ec2 describe-*` output, or a snapshot of weir's), so that an incident
 * can be explained offline and later. What may not be asked or is not there is unknown, never "deny". */
#ifndef WEIR_NETWORK_H
#define WEIR_NETWORK_H

#include <stdint.h>

#include "weir/aws.h"
#include "weir/record.h"
#include "weir/safe.h"
#include "weir/status.h"

typedef struct weir_network weir_network;

typedef struct weir_network_options {
    const char *path;     /* a folder or a snapshot file; NULL = `snapshot`, else EC2 */
    const char *snapshot; /* bytes of a snapshot (weir_demo_network()), or NULL */
    size_t snapshot_len;
    weir_aws *aws;                /* borrowed, outlives the network; needed to ask EC2 */
    const char *profile, *region; /* NULL = the defaults of aws */
    int64_t refresh_s;            /* ask EC2 again so often; 0 = 5 min, -1 = only on demand */
    const char *ip_ranges;        /* a copy of AWS's ip-ranges.json, or NULL */
    const char *const *geo;       /* MaxMind files (country, city, ASN), NULL at the end; or NULL */
} weir_network_options;

/* Files are read at once; EC2 is asked on threads of its own. On success *out is yours. */
weir_status weir_network_open(const weir_network_options *options, weir_network **out, weir_error *err);
void weir_network_close(weir_network *network); /* at most 200 ms; accepts NULL */

int weir_network_fd(const weir_network *network); /* readable when weir_network_pump() has something to take */

/* Takes what came. WEIR_OK: the network is here (and, from EC2, is asked again in time). WEIR_AGAIN: still asking.
 * Else it could not be read at all: *err says what to do. *changed (may be NULL): a newer network is there now. */
weir_status weir_network_pump(weir_network *network, bool *changed, weir_error *err);
void weir_network_refresh(weir_network *network); /* asks again now */

bool weir_network_ready(const weir_network *network);
weir_safe weir_network_words(const weir_network *network); /* "asking EC2: 12 of 24 parts", "net.json, taken …" */
int64_t weir_network_taken(const weir_network *network);
unsigned weir_network_generation(const weir_network *network); /* counts the networks that came, from 1; 0 = none yet */

/* What is there, part by part. False past the last. Texts borrowed until the next pump. */
typedef struct weir_network_part {
    weir_safe name;   /* "security groups" */
    weir_safe action; /* "ec2:DescribeSecurityGroups" */
    bool known;
    weir_safe why_not; /* "" when it is known */
    size_t count;
} weir_network_part;
bool weir_network_part_get(const weir_network *network, size_t k, weir_network_part *out);

/* Writes the snapshot to a file (a new one beside it, then renamed); `path` "-" is standard output's fd 1. */
weir_status weir_network_save(const weir_network *network, const char *path, weir_error *err);

/* What an address is called: "web-1", "NAT nat-0d1", "S3", "private", "Example AS64500, GB"; "" = nothing is known.
 * Borrowed until the next pump or call. `vpc_id` of the record, or NULL. */
weir_safe weir_network_owner(const weir_network *network, const char *vpc_id, const weir_addr *addr);

#endif
