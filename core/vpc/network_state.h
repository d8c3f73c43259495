/* network_state.h - what a weir_network is made of, for the files that make it. */
#ifndef WEIR_VPC_NETWORK_STATE_H
#define WEIR_VPC_NETWORK_STATE_H

#include "base/limits.h"
#include "vpc/edition.h"
#include "vpc/geo.h"
#include "vpc/network.h"
#include "vpc/network_ask.h"
#include "vpc/ranges.h"

enum { NETWORK_OWNER_BYTES = 320 };

struct weir_network {
    char *name; /* of what was read, safe text; NULL = EC2 is asked */
    struct network_ask *ask;
    struct edition *kept[NETWORKS_KEPT]; /* by time, the newest last; of different content */
    size_t n_kept;
    unsigned generation;
    bool is_new; /* what was read has not been told by a pump yet */
    struct ranges *ranges;
    struct geo *geo;

    /* of the asking */
    bool is_asking;
    size_t done, total;
    char call_words[200], place[64];
    weir_error failure; /* of the last asking; status WEIR_OK = it brought a network */

    char words[640];
    char *owner; /* NETWORK_OWNER_BYTES: the text of the last answer */
};

static inline const struct edition *network_newest(const weir_network *network)
{
    return network->n_kept ? network->kept[network->n_kept - 1] : NULL;
}

#endif
