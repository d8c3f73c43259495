/* json.c - see json.h.
 *
 * A hostile text of a few megabytes makes jansson ask for a hundred times as much ("[{},{},…"), so its allocations are
 * counted while a text is read: each thread has its own budget, and what is allocated outside of json_read() is not
 * counted. The functions are set once for the process; jansson's other users go through the same malloc. */
#include "aws/json.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "aws/json_mend.h"
#include "base/limits.h"

static _Thread_local size_t budget; /* bytes left of the text being read; 0 = nothing is counted */
static _Thread_local bool is_counting, ran_out;

static void *counted_malloc(size_t size)
{
    if (is_counting) {
        if (size > budget) {
            ran_out = true;
            return NULL;
        }
        budget -= size;
    }
    return malloc(size);
}

static void set_functions(void)
{
    json_set_alloc_funcs(counted_malloc, free);
}

static json_t *load(const char *bytes, size_t len, size_t memory, size_t flags, json_error_t *why)
{
    budget = memory;
    is_counting = true;
    ran_out = false;
    json_t *json = json_loadb(bytes, len, JSON_ALLOW_NUL | flags, why);
    is_counting = false;
    return json;
}

/* The same with what is odd in it made readable. */
static json_t *load_mended(const char *bytes, size_t len, size_t memory, json_error_t *why)
{
    char *copy = malloc(len + 1);
    if (!copy)
        return NULL;
    memcpy(copy, bytes, len);
    json_mend(copy, len);
    json_t *json = load(copy, len, memory, JSON_DECODE_INT_AS_REAL, why);
    free(copy);
    return json;
}

weir_status json_read_within(const char *bytes, size_t len, size_t memory, struct json_t **out, weir_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_functions);
    json_error_t why;
    const char *text = bytes ? bytes : "";
    json_t *json = load(text, len, memory, 0, &why);
    if (!json && !ran_out)
        json = load(text, len, memory, JSON_DECODE_INT_AS_REAL, &why);
    if (!json && !ran_out)
        json = load_mended(text, len, memory, &why);
    if (json) {
        *out = json;
        return WEIR_OK;
    }
    if (ran_out)
        return weir_fail(err, WEIR_E_LIMIT, 0, "a JSON answer needs more memory than %zu bytes", memory);
    return weir_fail(err, WEIR_E_DATA, 0, "an answer is no JSON: line %d, column %d: %s", why.line, why.column,
                     why.text);
}

weir_status json_read(const char *bytes, size_t len, struct json_t **out, weir_error *err)
{
    if (len > ANSWER_MAX_BYTES)
        return weir_fail(err, WEIR_E_LIMIT, 0, "a JSON answer of %zu bytes is larger than %d", len, ANSWER_MAX_BYTES);
    return json_read_within(bytes, len, JSON_MEMORY_MAX_BYTES, out, err);
}

void json_done(struct json_t *json)
{
    json_decref(json);
}

struct slice json_value(const struct json_t *text)
{
    return json_is_string(text) ? (struct slice){json_string_value(text), json_string_length(text)}
                                : (struct slice){NULL, 0};
}

struct slice json_text(const struct json_t *object, const char *name)
{
    return json_value(json_object_get(object, name));
}

int64_t json_number(const struct json_t *object, const char *name, int64_t fallback)
{
    const json_t *number = json_object_get(object, name);
    if (json_is_integer(number))
        return json_integer_value(number);
    double real = json_is_real(number) ? json_real_value(number) : 1e300;
    return real > -9e18 && real < 9e18 ? (int64_t)real : fallback;
}

bool json_flag(const struct json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}

bool json_holds_members(const struct json_t *json)
{
    return json_is_object(json);
}

bool json_holds_list(const struct json_t *json)
{
    return json_is_array(json);
}

struct json_t *json_member(const struct json_t *object, const char *name)
{
    return json_object_get(object, name);
}

size_t json_count(const struct json_t *array)
{
    return json_array_size(array);
}

struct json_t *json_at(const struct json_t *array, size_t k)
{
    return json_array_get(array, k);
}
