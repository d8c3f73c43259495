/* geo.h - country, city and network operator of a public address by MaxMind files, the only door to libmaxminddb.
 * Any thread. */
#ifndef WEIR_VPC_GEO_H
#define WEIR_VPC_GEO_H

#include "weir/record.h"
#include "weir/safe.h"
#include "weir/status.h"

struct geo;

/* `paths` ends with NULL; at most GEO_FILES_MAX. WEIR_E_IO, WEIR_E_DATA name the file. */
weir_status geo_open(const char *const *paths, struct geo **out, weir_error *err);
void geo_free(struct geo *geo); /* accepts NULL */

/* "Example AS64500, London, GB" as far as the files know it, into out[size]; "" = they do not. The first file that
 * knows a part says it. */
weir_safe geo_words(const struct geo *geo, const weir_addr *addr, char *out, size_t size);

#endif
