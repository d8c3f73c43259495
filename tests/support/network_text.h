/* network_text.h - an inventory from one JSON document with the lists of `aws ec2 describe-*` side by side:
 * {"NetworkInterfaces": […], "SecurityGroups": […]}. A list that is not there is a part that is unknown. Entries of
 * prefix lists are an object: {"Entries": {"pl-1": […]}}. */
#ifndef WEIR_SUPPORT_NETWORK_TEXT_H
#define WEIR_SUPPORT_NETWORK_TEXT_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vpc/capture.h"
#include "vpc/part.h"

static inline void network_add(struct capture *capture, enum part part, const char *of, json_t *list)
{
    weir_error err = {0};
    json_t *document = json_object();
    json_object_set(document, part_get(part)->list, list);
    char *text = json_dumps(document, JSON_COMPACT);
    if (capture_add_json(capture, part, of, text, strlen(text), &err) != WEIR_OK)
        fprintf(stderr, "%s: %s\n", part_get(part)->list, err.text);
    free(text);
    json_decref(document);
}

static inline struct inventory *network_of_json(json_t *document)
{
    weir_error err = {0};
    struct inventory *inventory = NULL;
    struct capture *capture = capture_new();
    const char *region = json_string_value(json_object_get(document, "Region"));
    const char *account = json_string_value(json_object_get(document, "AccountId"));
    json_int_t taken = json_integer_value(json_object_get(document, "Taken"));
    capture_set_place(capture, region ? region : "", account ? account : "", taken);
    for (int part = 0; part < PART_COUNT; part++) {
        json_t *list = json_object_get(document, part_get((enum part)part)->list);
        const char *of;
        json_t *entries;
        if (json_is_array(list))
            network_add(capture, (enum part)part, NULL, list);
        else
            json_object_foreach(list, of, entries) network_add(capture, (enum part)part, of, entries);
    }
    if (inventory_build(capture, &inventory, &err) != WEIR_OK)
        fprintf(stderr, "%s\n", err.text);
    capture_free(capture);
    return inventory;
}

static inline struct inventory *network_of_text(const char *text)
{
    json_error_t error;
    json_t *document = json_loads(text, 0, &error);
    if (!document) {
        fprintf(stderr, "line %d: %s\n", error.line, error.text);
        return NULL;
    }
    struct inventory *inventory = network_of_json(document);
    json_decref(document);
    return inventory;
}

/* NULL when there is no such file. */
static inline struct inventory *network_of_file(const char *path)
{
    json_t *document = json_load_file(path, 0, NULL);
    if (!document)
        return NULL;
    struct inventory *inventory = network_of_json(document);
    json_decref(document);
    return inventory;
}

#endif
