/* trail.h - what is inside of a weir_trail, for the rooms that look for causes. */
#ifndef WEIR_VPC_TRAIL_H
#define WEIR_VPC_TRAIL_H

#include "vpc/change.h"
#include "weir/trail.h"

/* All changes, refused ones too, by time, the oldest first; each event once. Borrowed until the next pump. */
const struct change *const *trail_changes(const weir_trail *trail, size_t *n);

#endif
