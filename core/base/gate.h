/* gate.h - a bounded hand-off of pointers from one or more threads to one, with a file descriptor
 * that is readable while something waits. Each item has one owner at a time: the pusher until
 * gate_push() returns WEIR_OK, the taker from gate_take() on. The lock is held for pointer moves only. */
#ifndef WEIR_BASE_GATE_H
#define WEIR_BASE_GATE_H

#include <stddef.h>

#include "weir/status.h"

struct gate;

/* NULL when out of memory or file descriptors. */
struct gate *gate_new(size_t capacity);
void gate_free(struct gate *gate); /* the items still in it must have been taken; accepts NULL */

/* Waits while the gate is full. WEIR_E_CANCELED once it is closed: the item stays the caller's. */
weir_status gate_push(struct gate *gate, void *item);

void *gate_take(struct gate *gate); /* NULL when empty; never waits */
size_t gate_count(struct gate *gate);
int gate_fd(const struct gate *gate);
void gate_close(struct gate *gate); /* pushers return; what is in it can still be taken */

#endif
