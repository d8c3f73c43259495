/* change_json.c - see change_json.h. */
#include "vpc/change_json.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 64 };

const json_t *event_member(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    char capital[NAME_BYTES];
    if (value || strlen(name) >= sizeof capital)
        return value;
    snprintf(capital, sizeof capital, "%s", name);
    capital[0] = (char)toupper((unsigned char)capital[0]);
    return json_object_get(object, capital);
}

const char *event_text(const json_t *object, const char *name, char *buffer)
{
    const json_t *value = event_member(object, name);
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_integer(value))
        snprintf(buffer, 24, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        snprintf(buffer, 24, "%s", json_is_true(value) ? "true" : "false");
    else
        return NULL;
    return buffer;
}

int64_t event_number(const json_t *object, const char *name, int64_t fallback)
{
    char buffer[24], *end;
    const char *text = event_text(object, name, buffer);
    if (!text || !*text)
        return fallback;
    long long number = strtoll(text, &end, 10);
    return *end ? fallback : number;
}

bool event_flag(const json_t *object, const char *name)
{
    char buffer[24];
    const char *text = event_text(object, name, buffer);
    return text && strcmp(text, "true") == 0;
}

const json_t *event_item(const json_t *list, size_t k)
{
    if (json_is_array(list))
        return json_array_get(list, k);
    if (!json_is_object(list))
        return json_is_string(list) && k == 0 ? list : NULL;
    const json_t *items = json_object_get(list, "items");
    if (items)
        return json_is_array(items) ? json_array_get(items, k) : k == 0 ? items : NULL;
    return k == 0 && json_object_size(list) ? list : NULL;
}

static bool ends(const char *text, const char *with)
{
    size_t len = strlen(text), end = strlen(with);
    return len > end && strcmp(text + len - end, with) == 0;
}

const json_t *event_inside(const json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name,
                        value) if (json_is_object(value) &&
                                   (ends(name, "Request") || ends(name, "Response"))) return value;
    return object;
}
