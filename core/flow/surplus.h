/* surplus.h - columns beyond the layout, for the few rows that have them; sorted by row. */
#ifndef WEIR_FLOW_SURPLUS_H
#define WEIR_FLOW_SURPLUS_H

#include <stddef.h>
#include <stdint.h>

#include "weir/safe.h"
#include "weir/status.h"

struct surplus;

/* Rows must come in ascending order; a repeated last row replaces it. Makes *surplus at the first text. */
weir_status surplus_put(struct surplus **surplus, uint32_t row, const char *raw, size_t len, size_t *bytes);
void surplus_free(struct surplus *surplus);
weir_safe surplus_text(const struct surplus *surplus, uint32_t row); /* "" if there is none */

#endif
