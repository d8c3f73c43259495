/* prior_place.h - what the ring has taught about places: addresses and ports that connections were opened to, and for
 * each interface its own address, whether it logs ACCEPTs, and where its log has holes. Grows to a cap and stays. */
#ifndef WEIR_SESSION_PRIOR_PLACE_H
#define WEIR_SESSION_PRIOR_PLACE_H

#include "session/prior_key.h"

struct places;

struct places *places_new(uint64_t cap_bytes); /* tables take a 25th of it; NULL = out of memory */
void places_free(struct places *places);
size_t places_bytes(const struct places *places);

/* One row of an interface, whose id has this hash. `tuple` may be NULL (NODATA, SKIPDATA). */
void places_add(struct places *places, uint64_t interface, const struct block *block, uint32_t row,
                const struct tuple *tuple);

/* Somebody else than this tuple's ends opened a connection to the address and port, or many use it. */
bool places_listens(const struct places *places, uint64_t interface, const weir_addr *addr, int32_t port,
                    const struct tuple *tuple);
bool places_logs_accepts(const struct places *places, uint64_t interface);
bool places_has_gap(const struct places *places, uint64_t interface, int64_t from, int64_t to);
bool places_learned(const struct places *places, uint64_t interface, weir_addr *out);

uint64_t tuple_hash(const struct tuple *tuple, uint64_t interface); /* the same for both directions */

#endif
