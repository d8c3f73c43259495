/* network_ask.h - asks EC2 for the network on a thread of its own, again and again. What it finds travels as news
 * through a gate to one taker. Of the vpc room only. */
#ifndef WEIR_VPC_NETWORK_ASK_H
#define WEIR_VPC_NETWORK_ASK_H

#include "vpc/edition.h"
#include "weir/aws.h"

struct network_ask;

struct network_news {
    struct edition *edition; /* NULL = none this time; the taker's */
    bool is_end;             /* of an asking: an edition, or why there is none in `failure` */
    size_t done, total;      /* parts, of an asking that goes on */
    char words[200];         /* of a call under way, safe text, "" = nothing to say */
    char place[64];          /* the region, "" = not known yet */
    weir_error failure;
};

/* The first asking begins at once. `refresh_s` as in weir_network_options. */
weir_status network_ask_new(weir_aws *aws, const char *profile, const char *region, int64_t refresh_s,
                            struct network_ask **out, weir_error *err);
void network_ask_free(struct network_ask *ask); /* at most 200 ms; accepts NULL */

int network_ask_fd(const struct network_ask *ask);
struct network_news *network_ask_take(struct network_ask *ask); /* NULL = none; yours (free) */
void network_ask_again(struct network_ask *ask);                /* now, or as soon as the asking under way has ended */

#endif
