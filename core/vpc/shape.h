/* shape.h - EC2's shapes as a table (vpc/shape.def): turns XML of EC2, or JSON as the AWS CLI writes it, into the same
 * JSON with the members an inventory uses and no others. Names and order are the table's. Any thread. */
#ifndef WEIR_VPC_SHAPE_H
#define WEIR_VPC_SHAPE_H

#include <stddef.h>

#include "vpc/inventory.h"

struct json_t; /* jansson's */
struct xml_node;

enum field_type { FIELD_TEXT, FIELD_NUMBER, FIELD_FLAG, FIELD_STRUCT, FIELD_TEXTS, FIELD_LIST };

struct shape_field {
    const char *json, *xml;
    enum field_type type;
    size_t of; /* shape of FIELD_STRUCT, FIELD_LIST */
};

size_t shape_of_part(enum part part);
const char *shape_name(size_t shape);
/* The first shape, then the one behind `shape`; the last is "Nothing", which has no fields. */
size_t shape_first(void);
size_t shape_next(size_t shape);
const struct shape_field *shape_field(size_t shape, size_t k); /* NULL past the last; borrowed for ever */

/* What an item was worth. */
enum shape_result {
    SHAPE_TAKEN,
    SHAPE_ODD, /* a member is not of its type: nothing of the item may be believed */
    SHAPE_NOMEM,
};

/* *out is yours (json_done). A null or empty text, and an empty structure, are left out; empty lists stay. */
enum shape_result shape_from_json(size_t shape, const struct json_t *item, struct json_t **out);
enum shape_result shape_from_xml(size_t shape, const struct xml_node *item, struct json_t **out);

#endif
