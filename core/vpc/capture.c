/* capture.c - parts and their items: what was read, what is still to be asked, what is missing. */
#include "vpc/capture.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "aws/json.h"
#include "base/limits.h"
#include "base/scope.h"
#include "vpc/capture_state.h"
#include "vpc/part.h"

struct capture *capture_new(void)
{
    return calloc(1, sizeof(struct capture));
}

void capture_free(struct capture *capture)
{
    if (!capture)
        return;
    for (int part = 0; part < PART_COUNT; part++) {
        json_decref(capture->parts[part].items);
        free(capture->parts[part].why);
        json_decref(capture->named[part]);
        free(capture->next_of[part]);
    }
    free(capture);
}

void capture_set_place(struct capture *capture, const char *region, const char *account, int64_t taken)
{
    weir_sanitize(region ? region : "", region ? strlen(region) : 0, capture->region, sizeof capture->region);
    weir_sanitize(account ? account : "", account ? strlen(account) : 0, capture->account, sizeof capture->account);
    capture->taken = taken;
}

bool part_has_of(enum part part)
{
    return part == PART_PREFIX_ENTRIES || part == PART_TRANSIT_ROUTES;
}

/* ---- what is known ---- */

void capture_set_state(struct capture *capture, enum part part, enum part_state state, const char *why)
{
    struct capture_part *at = &capture->parts[part];
    at->told = state;
    if (at->items && state != PART_KNOWN)
        at->is_lossy = true;
    free(at->why);
    at->why = why && *why ? weir_sanitize_new(why, strlen(why), TEXT_MAX_BYTES) : NULL;
}

static bool is_whole(json_t *document)
{
    return document && !json_object_get(document, "NextToken");
}

/* Of lists and tables that are asked one by one. */
static enum part_state of_state(const struct capture *capture, enum part part)
{
    const struct capture_part *at = &capture->parts[part];
    size_t n_whole = 0;
    for (size_t k = 0; k < capture->n_next_of[part]; k++)
        n_whole += is_whole(json_object_get(at->items, capture->next_of[part][k]));
    enum part asked_by = part == PART_PREFIX_ENTRIES ? PART_GROUPS : PART_TRANSIT_TABLES;
    if (n_whole < capture->n_next_of[part])
        return at->items ? PART_PARTIAL : at->told == PART_KNOWN ? PART_PARTIAL : at->told;
    if (n_whole || at->items)
        return at->is_lossy ? PART_PARTIAL : PART_KNOWN;
    return at->told == PART_UNKNOWN && capture->parts[asked_by].items ? PART_KNOWN : at->told;
}

enum part_state capture_part_state(const struct capture *capture, enum part part)
{
    const struct capture_part *at = &capture->parts[part];
    if (part_has_of(part))
        return of_state(capture, part);
    return at->items ? at->is_lossy || at->is_open ? PART_PARTIAL : PART_KNOWN : at->told;
}

const char *capture_part_why(const struct capture *capture, enum part part)
{
    const struct capture_part *at = &capture->parts[part];
    enum part_state state = capture_part_state(capture, part);
    if (state == PART_KNOWN)
        return "";
    if (at->why)
        return at->why;
    if (state == PART_PARTIAL)
        return at->is_lossy ? "some items could not be read" : "not all pages are there";
    return state == PART_UNKNOWN ? "not asked" : state == PART_DENIED ? "may not be asked" : "could not be read";
}

struct json_t *capture_items_of(const struct capture *capture, enum part part, const char *of, bool *whole)
{
    json_t *document = json_object_get(capture->parts[part].items, of);
    *whole = is_whole(document);
    return json_object_get(document, part_get(part)->list);
}

/* ---- what has to be asked next ---- */

static weir_status name_next(struct capture *capture, enum part part, const json_t *id, weir_error *err)
{
    const char *text = json_string_value(id);
    if (!text || strlen(text) != json_string_length(id))
        return WEIR_OK;
    if (!capture->named[part] && !(capture->named[part] = json_object()))
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    if (json_object_get(capture->named[part], text))
        return WEIR_OK;
    if (capture->n_next_of[part] == capture->room_next_of[part]) {
        size_t room = capture->room_next_of[part] ? capture->room_next_of[part] * 2 : 16;
        const char **list = realloc(capture->next_of[part], room * sizeof *list);
        if (!list)
            return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
        capture->next_of[part] = list;
        capture->room_next_of[part] = room;
    }
    if (json_object_set_new_nocheck(capture->named[part], text, json_true()))
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    capture->next_of[part][capture->n_next_of[part]++] =
        json_object_iter_key(json_object_iter_at(capture->named[part], text));
    return WEIR_OK;
}

static weir_status name_members(struct capture *capture, enum part part, const json_t *list, const char *name,
                                weir_error *err)
{
    weir_status status = WEIR_OK;
    for (size_t k = 0; k < json_array_size(list) && status == WEIR_OK; k++)
        status = name_next(capture, part, json_object_get(json_array_get(list, k), name), err);
    return status;
}

static weir_status name_permissions(struct capture *capture, const json_t *permissions, weir_error *err)
{
    weir_status status = WEIR_OK;
    for (size_t k = 0; k < json_array_size(permissions) && status == WEIR_OK; k++)
        status = name_members(capture, PART_PREFIX_ENTRIES,
                              json_object_get(json_array_get(permissions, k), "PrefixListIds"), "PrefixListId", err);
    return status;
}

/* The prefix lists and transit gateway route tables that an item names. */
static weir_status name_of_item(struct capture *capture, enum part part, const json_t *item, weir_error *err)
{
    weir_status status;
    switch ((int)part) {
    case PART_GROUPS:
        status = name_permissions(capture, json_object_get(item, "IpPermissions"), err);
        return status == WEIR_OK ? name_permissions(capture, json_object_get(item, "IpPermissionsEgress"), err)
                                 : status;
    case PART_GROUP_RULES:
    case PART_TRANSIT_ROUTES:
        return name_next(capture, PART_PREFIX_ENTRIES, json_object_get(item, "PrefixListId"), err);
    case PART_ROUTE_TABLES:
        return name_members(capture, PART_PREFIX_ENTRIES, json_object_get(item, "Routes"), "DestinationPrefixListId",
                            err);
    case PART_TRANSIT_TABLES:
        return name_next(capture, PART_TRANSIT_ROUTES, json_object_get(item, "TransitGatewayRouteTableId"), err);
    default: return WEIR_OK;
    }
}

const char *capture_next_of(const struct capture *capture, enum part part, size_t k)
{
    return k < capture->n_next_of[part] ? capture->next_of[part][k] : NULL;
}

/* ---- items that came ---- */

weir_status batch_begin(struct batch *batch, weir_error *err)
{
    *batch = (struct batch){.items = json_array()};
    return batch->items ? WEIR_OK : weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
}

void batch_done(struct batch *batch)
{
    json_decref(batch->items);
    batch->items = NULL;
}

weir_status capture_count(struct capture *capture, size_t len, weir_error *err)
{
    if (len > CAPTURE_MAX_BYTES - capture->bytes)
        return weir_fail(err, WEIR_E_LIMIT, 0, "an inventory of more than %d bytes", CAPTURE_MAX_BYTES);
    capture->bytes += len;
    return WEIR_OK;
}

static weir_status extend(json_t **list, json_t *items, enum part part, weir_error *err)
{
    if (json_array_size(*list) + json_array_size(items) > CAPTURE_ITEMS_MAX)
        return weir_fail(err, WEIR_E_LIMIT, 0, "more than %d %s", CAPTURE_ITEMS_MAX, part_get(part)->words);
    if (!*list)
        *list = json_array();
    return *list && json_array_extend(*list, items) == 0 ? WEIR_OK : weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
}

/* The document of a list or table, made if it is not there. */
static json_t *document_of(struct capture_part *at, enum part part, const char *of)
{
    if (!at->items)
        at->items = json_object();
    json_t *document = json_object_get(at->items, of);
    if (document || !at->items)
        return document;
    document = json_object();
    if (!document || json_object_set_new(document, part_get(part)->list, json_array()) ||
        json_object_set_new(at->items, of, document))
        return NULL;
    return document;
}

/* A page that did not come whole keeps the list unknown for good: which entries are missing cannot be told. */
static weir_status take_of(struct capture_part *at, enum part part, const char *of, const struct batch *batch,
                           weir_error *err)
{
    json_t *document = document_of(at, part, of);
    if (!document)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    json_t *list = json_object_get(document, part_get(part)->list);
    weir_status status = extend(&list, batch->items, part, err);
    if (status != WEIR_OK)
        return status;
    const char *had = json_string_value(json_object_get(document, "NextToken"));
    if (batch->is_lossy || (had && strcmp(had, CAPTURE_LOST) == 0))
        return json_object_set_new(document, "NextToken", json_string(CAPTURE_LOST)) == 0
                   ? WEIR_OK
                   : weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    if (!batch->is_open)
        json_object_del(document, "NextToken");
    else if (json_object_set_new(document, "NextToken", json_string("more")))
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    return WEIR_OK;
}

weir_status capture_take(struct capture *capture, enum part part, const char *of, struct batch *batch, weir_error *err)
{
    struct capture_part *at = &capture->parts[part];
    weir_status status = WEIR_OK;
    if (part_has_of(part) && (!of || !*of))
        status =
            weir_fail(err, WEIR_E_DATA, 0, "it is not told whose %s they are: put the id into the name of the file",
                      part_get(part)->words);
    for (size_t k = 0; k < json_array_size(batch->items) && status == WEIR_OK; k++)
        status = name_of_item(capture, part, json_array_get(batch->items, k), err);
    if (status == WEIR_OK)
        status = part_has_of(part) ? take_of(at, part, of, batch, err) : extend(&at->items, batch->items, part, err);
    if (status == WEIR_OK) {
        at->is_lossy = at->is_lossy || batch->is_lossy;
        at->is_open = batch->is_open;
    }
    batch_done(batch);
    return status;
}
