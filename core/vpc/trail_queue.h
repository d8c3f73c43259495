/* trail_queue.h - what CloudTrail is asked, and when: questions in the order they came, those that were answered again
 * until nothing can be late any more. Pure but for its memory; one thread. Of the vpc room only. */
#ifndef WEIR_VPC_TRAIL_QUEUE_H
#define WEIR_VPC_TRAIL_QUEUE_H

#include "vpc/trail_ask.h"

struct trail_queue;

struct trail_queue *trail_queue_new(void);        /* NULL: out of memory */
void trail_queue_free(struct trail_queue *queue); /* accepts NULL */

enum trail_added { TRAIL_NEW, TRAIL_KNOWN /* nothing is asked that would not be asked anyway */, TRAIL_FULL };

/* Times are Unix seconds. A question that covers one that waits takes its place. */
enum trail_added trail_queue_add(struct trail_queue *queue, const struct trail_question *question, int64_t now);

/* The question to ask now and its ticket, for what became of it. False: none, and *due says when there is one, 0 = not
 * before something is added. */
bool trail_queue_next(const struct trail_queue *queue, int64_t now, struct trail_question *out, uint64_t *ticket,
                      int64_t *due);

/* What became of it. A ticket that is not known any more (a wider question took its place) changes nothing. */
void trail_queue_answered(struct trail_queue *queue, uint64_t ticket, int64_t now);
void trail_queue_failed(struct trail_queue *queue, uint64_t ticket, int64_t now); /* is asked again, after others */
void trail_queue_hopeless(struct trail_queue *queue, uint64_t ticket);            /* is never asked again */

size_t trail_queue_waiting(const struct trail_queue *queue); /* for their first answer */

#endif
