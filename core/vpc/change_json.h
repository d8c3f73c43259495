/* change_json.h - one way to look into events, however their JSON was made: lists as {"items": […]}, as arrays, as a
 * single object or as nothing; names in lower or upper camel case. Of the vpc room only. */
#ifndef WEIR_VPC_CHANGE_JSON_H
#define WEIR_VPC_CHANGE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

struct json_t; /* jansson's */

/* A member by its lower-camel-case name, or the same with a capital; NULL = there is none. `object` may be NULL. */
const struct json_t *event_member(const struct json_t *object, const char *name);
/* The same as text ({NULL, 0} = none); numbers and flags become text in buffer[24]. */
const char *event_text(const struct json_t *object, const char *name, char *buffer);
int64_t event_number(const struct json_t *object, const char *name, int64_t fallback); /* of numbers in texts, too */
bool event_flag(const struct json_t *object, const char *name);

/* Items of what stands for a list; NULL past the last. */
const struct json_t *event_item(const struct json_t *list, size_t k);

/* What is inside of the one member whose name ends in Request or Response, else the object itself. */
const struct json_t *event_inside(const struct json_t *object);

#endif
