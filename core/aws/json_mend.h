/* json_mend.h - makes JSON readable that one odd text or number inside would hide whole. */
#ifndef WEIR_AWS_JSON_MEND_H
#define WEIR_AWS_JSON_MEND_H

#include <stddef.h>

/* In place, without moving anything: control characters in texts become spaces, bytes that are no UTF-8 '?', half
 * surrogate pairs and NUL in a name U+FFFD, numbers beyond a double null. What is no JSON stays none. */
void json_mend(char *bytes, size_t len);

#endif
