/* secret.h - memory for what must not be seen: kept out of core files and, where the system allows, out of swap and
 * of children; wiped when it is given back. */
#ifndef WEIR_AWS_SECRET_H
#define WEIR_AWS_SECRET_H

#include <stddef.h>

void *secret_new(size_t size);               /* zeroed; NULL when out of memory */
void secret_free(void *memory, size_t size); /* accepts NULL */

#endif
