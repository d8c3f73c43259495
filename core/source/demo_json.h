/* demo_json.h - writes the demo's network as JSON: text with ' for ", so that it reads well in C. Commas come by
 * themselves. Nothing that is written has a quote, a backslash or a control character in it. */
#ifndef WEIR_SOURCE_DEMO_JSON_H
#define WEIR_SOURCE_DEMO_JSON_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/scope.h"
#include "source/demo.h"

struct demo_json {
    struct buf out;
    enum incident incident; /* whose network it is */
    bool failed;            /* out of memory */
};

void json_say(struct demo_json *json, const char *format, ...) PRINTF(2, 3); /* appends */
void json_comma(struct demo_json *json);                                     /* where one is due */
#define json_item(json, ...) (json_comma(json), json_say(json, __VA_ARGS__))

/* Items of these parts. */
void json_groups(struct demo_json *json);
void json_group_rules(struct demo_json *json);
void json_acls(struct demo_json *json);

/* The groups of an interface: {'GroupName':…,'GroupId':…} each. */
void json_groups_of(struct demo_json *json, int interface);

#endif
