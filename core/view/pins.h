/* pins.h - the single values that a query names for a field, included or excluded. */
#ifndef WEIR_VIEW_PINS_H
#define WEIR_VIEW_PINS_H

#include "weir/query.h"

/* Different values of the conditions that weir_query_mark() sees on the field; ranges and networks are left out.
 * Texts are borrowed from the query. Returns how many were written into out[max]. */
size_t query_pins(const weir_query *query, weir_field field, weir_value *out, size_t max);

#endif
