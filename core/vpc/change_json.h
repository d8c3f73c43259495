/* change_json.h - the one accessor of CloudTrail's requests and responses, over all that EC2 has used to write the
 * same: names in lower camel case or PascalCase; lists as {"items": […]}, {} (none), an array, one object (newer APIs
 * write a list of one so), or one text; texts bare or as {"content": …, "tag": 1}; numbers and flags as texts. Whatever
 * else is there is absent, never an error. Of the vpc room only; everything is borrowed from the JSON. */
#ifndef WEIR_VPC_CHANGE_JSON_H
#define WEIR_VPC_CHANGE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

struct json_t; /* jansson's */

/* By lower-camel name, or by a path of them ("portRange.from"). NULL = absent. `object` may be NULL. */
const struct json_t *field(const struct json_t *object, const char *path);
struct slice field_text(const struct json_t *object, const char *path); /* len 0 = absent */
struct slice field_value(const struct json_t *text);                    /* the same of a value itself */
int64_t field_number(const struct json_t *object, const char *path, int64_t fallback);
bool field_flag(const struct json_t *object, const char *path, bool fallback);

struct field_list {
    const struct json_t *list; /* an array, or the one element; NULL = none */
    size_t next;
};

struct field_list field_list(const struct json_t *object, const char *path);
const struct json_t *field_next(struct field_list *list); /* NULL = no more */

#endif
