/* edition.h - one state of the network, ready to be used: its inventory and the text of its snapshot. */
#ifndef WEIR_VPC_EDITION_H
#define WEIR_VPC_EDITION_H

#include "base/buf.h"
#include "vpc/capture.h"

struct edition {
    struct inventory *inventory;
    struct buf text;           /* the snapshot */
    uint64_t digest[2];        /* of the snapshot but for the time: equal content has equal ones */
    size_t counts[PART_COUNT]; /* things of each part */
    int64_t taken, renewed;    /* Unix seconds: when it was asked, and when it was last found to be the same */
};

/* Takes the capture, whatever comes of it. On success *out is yours. */
weir_status edition_new(struct capture *capture, struct edition **out, weir_error *err);
void edition_free(struct edition *edition); /* accepts NULL */

bool edition_is_same(const struct edition *a, const struct edition *b);

/* A part that `old` knows could not be read this time, though it may be asked: `next` would only know less. */
bool edition_lost_something(const struct edition *next, const struct edition *old);

#endif
