/* program.h - a query ready to run over blocks. Compiled once, immutable but for its scratch: use one
 * program on one thread. */
#ifndef WEIR_QUERY_PROGRAM_H
#define WEIR_QUERY_PROGRAM_H

#include "flow/block.h"
#include "weir/query.h"

struct program;

/* What of the query goes in: the parts that are joined by "and" at the top are split by the one field
 * that they speak of (by equality, as weir_query_mark() sees them). */
enum { PROGRAM_ALL = -1, PROGRAM_REST = -2 };

/* `part` is PROGRAM_ALL, PROGRAM_REST (all but the conditions that weir_query_mark() sees on the fields of
 * `facets[n_facets]`) or a weir_field (only those conditions on this field).
 * NULL when that part is empty (selects all rows) with WEIR_OK, or on WEIR_E_NOMEM. */
weir_status program_new(const weir_query *query, int part, const weir_field *facets, size_t n_facets,
                        struct program **out, weir_error *err);
void program_free(struct program *program);

/* Sets bits[row] for the rows of [from, to) that match and clears it for the others of that range;
 * `bits` covers the whole block. */
void program_run(struct program *program, const struct block *block, uint32_t from, uint32_t to, uint64_t *bits);

#endif
