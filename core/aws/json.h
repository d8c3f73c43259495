/* json.h - JSON of AWS's answers, with what it takes that one bad text does not hide its neighbours (NUL, numbers
 * beyond 2^63), a cap on size and memory, and texts taken out with their length. jansson stays in .c files. */
#ifndef WEIR_AWS_JSON_H
#define WEIR_AWS_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "weir/status.h"

struct json_t; /* jansson's */

/* Yours (json_done). WEIR_E_DATA with what was expected; WEIR_E_LIMIT beyond ANSWER_MAX_BYTES or
 * JSON_MEMORY_MAX_BYTES. */
weir_status json_read(const char *bytes, size_t len, struct json_t **out, weir_error *err);
/* The same for a text that is no answer of AWS, with caps of its own. `memory` is what the text may take, at most. */
weir_status json_read_within(const char *bytes, size_t len, size_t memory, struct json_t **out, weir_error *err);
void json_done(struct json_t *json); /* accepts NULL */

/* Members of an object, by name; borrowed. An absent or differently typed one is {NULL, 0}, `fallback`, NULL. */
struct slice json_text(const struct json_t *object, const char *name);
struct slice json_value(const struct json_t *text);                                   /* of a text itself */
int64_t json_number(const struct json_t *object, const char *name, int64_t fallback); /* reals are cut */
bool json_flag(const struct json_t *object, const char *name);
bool json_holds_members(const struct json_t *json); /* NULL is none */
bool json_holds_list(const struct json_t *json);
struct json_t *json_member(const struct json_t *object, const char *name);
size_t json_count(const struct json_t *array); /* 0 if it is none */
struct json_t *json_at(const struct json_t *array, size_t k);

#endif
