/* shape.c - the table of EC2's shapes. A shape is the number of its row SHAPE; its fields are the rows behind it. */
#include "vpc/shape.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "aws/xml.h"
#include "base/scope.h"

#define PASTE_(a, b) a##b
#define PASTE(a, b)  PASTE_(a, b)

enum {
#define SHAPE(name)                SHAPE_##name,
#define FIELD(json, xml, type, of) PASTE(ROW_, __LINE__),
#include "vpc/shape.def"
#undef FIELD
#undef SHAPE
    ROW_COUNT
};

static const struct row {
    const char *shape; /* NULL = a field */
    struct shape_field field;
} rows[] = {
#define SHAPE(name)                {#name, {0}},
#define FIELD(json, xml, type, of) {NULL, {json, xml, FIELD_##type, SHAPE_##of}},
#include "vpc/shape.def"
#undef FIELD
#undef SHAPE
};

size_t shape_of_part(enum part part)
{
    static const size_t shapes[PART_COUNT] = {
#define X(id, operation, list, set, shape, page, words) [id] = SHAPE_##shape,
#include "vpc/part.def"
#undef X
    };
    return shapes[part];
}

const char *shape_name(size_t shape)
{
    return rows[shape].shape;
}

size_t shape_first(void)
{
    return 0;
}

size_t shape_next(size_t shape)
{
    do
        shape++;
    while (!rows[shape].shape);
    return shape;
}

const struct shape_field *shape_field(size_t shape, size_t k)
{
    size_t row = shape + 1 + k;
    return row < ROW_COUNT && !rows[row].shape ? &rows[row].field : NULL;
}

/* ---- values ---- */

/* All three: *out NULL = the value is left out. */
static enum shape_result put(json_t *value, json_t **out)
{
    *out = value;
    return value ? SHAPE_TAKEN : SHAPE_NOMEM;
}

static enum shape_result take_number(const char *text, json_t **out)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    return errno || end == text || *end ? SHAPE_ODD : put(json_integer(number), out);
}

static enum shape_result take_text(enum field_type type, const char *text, size_t len, json_t **out)
{
    if (!len)
        return SHAPE_TAKEN;
    if (type == FIELD_TEXT)
        return put(json_stringn_nocheck(text, len), out);
    if (type == FIELD_NUMBER)
        return take_number(text, out);
    bool is_true = strcmp(text, "true") == 0;
    return is_true || strcmp(text, "false") == 0 ? put(json_boolean(is_true), out) : SHAPE_ODD;
}

static enum shape_result number_as_text(const json_t *value, json_t **out)
{
    return put(json_sprintf("%lld", (long long)json_integer_value(value)), out);
}

static enum shape_result take_real(const json_t *value, json_t **out)
{
    double real = json_real_value(value);
    if (!(real >= -9e15 && real <= 9e15) || real != (double)(long long)real)
        return SHAPE_ODD;
    return put(json_integer((long long)real), out);
}

static enum shape_result take_scalar(enum field_type type, const json_t *value, json_t **out)
{
    if (type != FIELD_TEXT && json_is_string(value) && !json_string_length(value))
        return SHAPE_ODD;
    if (json_is_string(value))
        return take_text(type, json_string_value(value), json_string_length(value), out);
    if (type == FIELD_TEXT && json_is_integer(value))
        return number_as_text(value, out);
    if (type == FIELD_NUMBER && json_is_integer(value))
        return put(json_integer(json_integer_value(value)), out);
    if (type == FIELD_NUMBER && json_is_real(value))
        return take_real(value, out);
    if (type == FIELD_FLAG && json_is_boolean(value))
        return put(json_boolean(json_is_true(value)), out);
    return SHAPE_ODD;
}

static void drop(json_t **json)
{
    json_decref(*json);
}

/* ---- JSON ---- */

static enum shape_result list_from_json(const struct shape_field *field, const json_t *list, json_t **out)
{
    if (!json_is_array(list))
        return SHAPE_ODD;
    AUTO(drop) json_t *taken = json_array();
    for (size_t k = 0; taken && k < json_array_size(list); k++) {
        json_t *from = json_array_get(list, k), *item = NULL;
        enum shape_result result =
            field->type == FIELD_LIST ? shape_from_json(field->of, from, &item) : take_scalar(FIELD_TEXT, from, &item);
        if (result != SHAPE_TAKEN)
            return result;
        if (item && json_array_append_new(taken, item))
            return SHAPE_NOMEM;
    }
    return put(TAKE(taken), out);
}

static enum shape_result field_from_json(const struct shape_field *field, const json_t *value, json_t **out)
{
    if (!value || json_is_null(value))
        return SHAPE_TAKEN;
    if (field->type == FIELD_LIST || field->type == FIELD_TEXTS)
        return list_from_json(field, value, out);
    if (field->type == FIELD_STRUCT)
        return shape_from_json(field->of, value, out);
    return take_scalar(field->type, value, out);
}

/* Sets a member and owns the value; an empty structure is left out. */
static enum shape_result set_member(json_t *object, const struct shape_field *field, json_t *value)
{
    if (!value)
        return SHAPE_TAKEN;
    if (field->type == FIELD_STRUCT && !json_object_size(value)) {
        json_decref(value);
        return SHAPE_TAKEN;
    }
    return json_object_set_new_nocheck(object, field->json, value) ? SHAPE_NOMEM : SHAPE_TAKEN;
}

enum shape_result shape_from_json(size_t shape, const struct json_t *item, struct json_t **out)
{
    const struct shape_field *field;
    if (!json_is_object(item))
        return SHAPE_ODD;
    AUTO(drop) json_t *object = json_object();
    if (!object)
        return SHAPE_NOMEM;
    for (size_t k = 0; (field = shape_field(shape, k)); k++) {
        json_t *value = NULL;
        enum shape_result result = field_from_json(field, json_object_get(item, field->json), &value);
        if (result == SHAPE_TAKEN)
            result = set_member(object, field, value);
        if (result != SHAPE_TAKEN)
            return result;
    }
    return put(TAKE(object), out);
}

/* ---- XML ---- */

static bool is_blank(const struct xml_node *node)
{
    return strspn(node->text, " \t\r\n") == node->text_len;
}

static enum shape_result list_from_xml(const struct shape_field *field, const struct xml_node *list, json_t **out)
{
    if (!is_blank(list))
        return SHAPE_ODD;
    AUTO(drop) json_t *taken = json_array();
    if (!taken)
        return SHAPE_NOMEM;
    for (const struct xml_node *from = list->first; from; from = from->next) {
        json_t *item = NULL;
        enum shape_result result = field->type == FIELD_LIST ? shape_from_xml(field->of, from, &item)
                                   : from->first             ? SHAPE_ODD
                                                             : take_text(FIELD_TEXT, from->text, from->text_len, &item);
        if (result != SHAPE_TAKEN)
            return result;
        if (item && json_array_append_new(taken, item))
            return SHAPE_NOMEM;
    }
    return put(TAKE(taken), out);
}

static enum shape_result field_from_xml(const struct shape_field *field, const struct xml_node *node, json_t **out)
{
    if (!node)
        return SHAPE_TAKEN;
    if (field->type == FIELD_LIST || field->type == FIELD_TEXTS)
        return list_from_xml(field, node, out);
    if (field->type == FIELD_STRUCT)
        return shape_from_xml(field->of, node, out);
    return node->first ? SHAPE_ODD : take_text(field->type, node->text, node->text_len, out);
}

enum shape_result shape_from_xml(size_t shape, const struct xml_node *item, struct json_t **out)
{
    const struct shape_field *field;
    if (!is_blank(item))
        return SHAPE_ODD;
    AUTO(drop) json_t *object = json_object();
    if (!object)
        return SHAPE_NOMEM;
    for (size_t k = 0; (field = shape_field(shape, k)); k++) {
        json_t *value = NULL;
        enum shape_result result = field_from_xml(field, xml_child(item, field->xml), &value);
        if (result == SHAPE_TAKEN)
            result = set_member(object, field, value);
        if (result != SHAPE_TAKEN)
            return result;
    }
    return put(TAKE(object), out);
}
