/* change_json.c - see change_json.h. */
#include "vpc/change_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "aws/json.h"
#include "base/scope.h"

enum { NAME_BYTES = 64, NUMBER_BYTES = 24 };

/* ---- members ---- */

static const json_t *member(const json_t *object, struct slice name)
{
    char spelled[NAME_BYTES];
    if (!name.len || name.len >= sizeof spelled)
        return NULL;
    memcpy(spelled, name.at, name.len);
    spelled[name.len] = '\0';
    const json_t *found = json_object_get(object, spelled);
    if (!found && *spelled >= 'a' && *spelled <= 'z') {
        *spelled = (char)(*spelled - 'a' + 'A');
        found = json_object_get(object, spelled);
    }
    return found;
}

const struct json_t *field(const struct json_t *object, const char *path)
{
    while (object) {
        size_t len = strcspn(path, ".");
        object = member(object, (struct slice){path, len});
        if (!path[len])
            break;
        path += len + 1;
    }
    return json_is_null(object) ? NULL : object;
}

/* ---- values ---- */

struct slice field_value(const struct json_t *text)
{
    if (json_is_object(text))
        text = json_object_get(text, json_object_get(text, "content") ? "content" : "value");
    return json_value(text);
}

struct slice field_text(const struct json_t *object, const char *path)
{
    return field_value(field(object, path));
}

int64_t field_number(const struct json_t *object, const char *path, int64_t fallback)
{
    char digits[NUMBER_BYTES], *end;
    const json_t *value = field(object, path);
    if (json_is_object(value))
        value = json_object_get(value, json_object_get(value, "content") ? "content" : "value");
    if (json_is_integer(value))
        return json_integer_value(value);
    if (json_is_real(value) && json_real_value(value) > -9e15 && json_real_value(value) < 9e15)
        return (int64_t)json_real_value(value);
    struct slice text = json_value(value);
    if (!text.len || text.len >= sizeof digits)
        return fallback;
    memcpy(digits, text.at, text.len);
    digits[text.len] = '\0';
    long long number = strtoll(digits, &end, 10);
    return end == digits + text.len ? number : fallback;
}

bool field_flag(const struct json_t *object, const char *path, bool fallback)
{
    const json_t *value = field(object, path);
    if (json_is_object(value))
        value = json_object_get(value, json_object_get(value, "content") ? "content" : "value");
    if (json_is_boolean(value))
        return json_is_true(value);
    struct slice text = json_value(value);
    if (slice_is_nocase(text, SLICE("true")))
        return true;
    return slice_is_nocase(text, SLICE("false")) ? false : fallback;
}

/* ---- lists ---- */

/* The name that EC2 gives to what is inside of a list. */
static const json_t *inside(const json_t *list)
{
    static const char *const names[] = {"items", "item", "member"};
    for (size_t k = 0; k < ARRAY_SIZE(names); k++) {
        const json_t *found = json_object_get(list, names[k]);
        if (found)
            return found;
    }
    return list;
}

struct field_list field_list(const struct json_t *object, const char *path)
{
    const json_t *list = field(object, path);
    if (json_is_object(list))
        list = inside(list);
    bool is_none = json_is_null(list) || (json_is_object(list) && !json_object_size(list));
    return (struct field_list){.list = is_none ? NULL : list};
}

const struct json_t *field_next(struct field_list *list)
{
    if (json_is_array(list->list))
        return json_array_get(list->list, list->next++);
    const json_t *one = list->list;
    list->list = NULL;
    return one;
}
