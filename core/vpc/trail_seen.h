/* trail_seen.h - which events were told already. Two generations: when the younger one is full, the older one is
 * forgotten. One thread. Of the vpc room only. */
#ifndef WEIR_VPC_TRAIL_SEEN_H
#define WEIR_VPC_TRAIL_SEEN_H

#include <stdbool.h>
#include <stdint.h>

struct trail_seen {
    uint64_t *young, *old; /* hashes, 0 = free */
    uint32_t n;            /* in `young` */
};

bool trail_seen_init(struct trail_seen *seen); /* false: out of memory */
void trail_seen_done(struct trail_seen *seen);

/* Notes the text; false if it was noted before. */
bool trail_seen_add(struct trail_seen *seen, const char *text);

#endif
