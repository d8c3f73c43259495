/* capture_add.c - pages in: EC2's XML, and documents as the AWS CLI writes them. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/json.h"
#include "aws/xml.h"
#include "base/limits.h"
#include "base/scope.h"
#include "vpc/capture.h"
#include "vpc/capture_state.h"
#include "vpc/part.h"
#include "vpc/shape.h"

static void drop_xml(struct xml **xml)
{
    xml_free(*xml);
}

static void drop_json(json_t **json)
{
    json_done(*json);
}

/* An odd item is left out, and the batch is lossy. */
static weir_status append(struct batch *batch, enum shape_result result, json_t *item, weir_error *err)
{
    if (result == SHAPE_ODD)
        batch->is_lossy = true;
    if (result == SHAPE_NOMEM || (item && json_array_append_new(batch->items, item)))
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    return WEIR_OK;
}

/* ---- XML ---- */

static weir_status append_xml(struct batch *batch, enum part part, const struct xml_node *item, weir_error *err)
{
    json_t *taken = NULL;
    enum shape_result result = shape_from_xml(shape_of_part(part), item, &taken);
    return append(batch, result, taken, err);
}

static weir_status take_set(struct batch *batch, enum part part, const struct xml_node *set, weir_error *err)
{
    if (part == PART_BPA_OPTIONS)
        return append_xml(batch, part, set, err);
    weir_status status = WEIR_OK;
    if (!set->first && strspn(set->text, " \t\r\n") != set->text_len)
        batch->is_lossy = true;
    for (const struct xml_node *item = set->first; item && status == WEIR_OK; item = item->next)
        status = append_xml(batch, part, item, err);
    return status;
}

static weir_status parse_answer(enum part part, const char *bytes, size_t len, struct xml **out, weir_error *err)
{
    char root[80];
    AUTO(drop_xml) struct xml *xml = NULL;
    snprintf(root, sizeof root, "%sResponse", part_get(part)->operation);
    weir_status status = xml_parse(bytes, len, &xml, err);
    if (status != WEIR_OK)
        return status;
    if (strcmp(xml_root(xml)->name, root) != 0)
        return weir_fail(err, WEIR_E_DATA, 0, "expected %s, but the answer is %s", root, xml_root(xml)->name);
    if (!xml_child(xml_root(xml), part_get(part)->set))
        return weir_fail(err, WEIR_E_DATA, 0, "a %s has no %s", root, part_get(part)->set);
    *out = TAKE(xml);
    return WEIR_OK;
}

weir_status capture_add_xml(struct capture *capture, enum part part, const char *of, const char *bytes, size_t len,
                            char **token, weir_error *err)
{
    AUTO(drop_xml) struct xml *xml = NULL;
    AUTO(batch_done) struct batch batch = {0};
    weir_status status = parse_answer(part, bytes, len, &xml, err);
    if (status == WEIR_OK)
        status = capture_count(capture, len, err);
    if (status == WEIR_OK)
        status = batch_begin(&batch, err);
    if (status == WEIR_OK)
        status = take_set(&batch, part, xml_child(xml_root(xml), part_get(part)->set), err);
    if (status != WEIR_OK)
        return status;
    const char *next = xml_text(xml_root(xml), "nextToken");
    AUTO(free_cleanup) char *copy = *next ? strdup(next) : NULL;
    if (*next && !copy)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    batch.is_open = *next || strcmp(xml_text(xml_root(xml), "additionalRoutesAvailable"), "true") == 0;
    status = capture_take(capture, part, of, &batch, err);
    if (status == WEIR_OK)
        *token = TAKE(copy);
    return status;
}

/* ---- JSON ---- */

static weir_status append_json(struct batch *batch, enum part part, const json_t *item, weir_error *err)
{
    json_t *taken = NULL;
    enum shape_result result = shape_from_json(shape_of_part(part), item, &taken);
    return append(batch, result, taken, err);
}

static weir_status take_items(struct batch *batch, enum part part, const json_t *list, weir_error *err)
{
    if (json_is_object(list))
        return append_json(batch, part, list, err);
    weir_status status = WEIR_OK;
    for (size_t k = 0; k < json_array_size(list) && status == WEIR_OK; k++)
        status = append_json(batch, part, json_array_get(list, k), err);
    return status;
}

static bool has_more(const json_t *document)
{
    const json_t *token = json_object_get(document, "NextToken");
    return json_string_length(token) || json_is_true(json_object_get(document, "AdditionalRoutesAvailable"));
}

/* As a snapshot says it of a list that came with holes. */
static bool is_lost(const json_t *document)
{
    const char *token = json_string_value(json_object_get(document, "NextToken"));
    return token && strcmp(token, CAPTURE_LOST) == 0;
}

weir_status capture_take_list(struct capture *capture, enum part part, const char *of, const struct json_t *document,
                              weir_error *err)
{
    AUTO(batch_done) struct batch batch = {0};
    const struct part_info *info = part_get(part);
    const json_t *list = json_is_array(document) ? document : json_object_get(document, info->list);
    if (part == PART_BPA_OPTIONS ? !json_is_object(list) && !json_is_array(list) : !json_is_array(list))
        return weir_fail(err, WEIR_E_DATA, 0, "expected {\"%s\": [...]} as aws ec2 writes it", info->list);
    weir_status status = batch_begin(&batch, err);
    if (status == WEIR_OK)
        status = take_items(&batch, part, list, err);
    if (status != WEIR_OK)
        return status;
    batch.is_open = has_more(document);
    batch.is_lossy = batch.is_lossy || is_lost(document);
    return capture_take(capture, part, of, &batch, err);
}

/* What makes no sense fails its part and no other. */
static weir_status take_or_fail(struct capture *capture, enum part part, const char *of, const json_t *document,
                                size_t *n, weir_error *err)
{
    weir_error why = {0};
    weir_status status = capture_take_list(capture, part, of, document, &why);
    if (status == WEIR_E_NOMEM)
        return weir_fail(err, status, 0, "out of memory");
    *n += 1;
    if (status != WEIR_OK)
        capture_set_state(capture, part, PART_FAILED, why.text);
    return WEIR_OK;
}

/* {"pl-…": {"Entries": […]}, …}: how a snapshot keeps what is asked one by one. */
static weir_status take_by_id(struct capture *capture, enum part part, json_t *documents, size_t *n, weir_error *err)
{
    weir_status status = WEIR_OK;
    void *at = json_object_iter(documents);
    for (; at && status == WEIR_OK; at = json_object_iter_next(documents, at))
        status = take_or_fail(capture, part, json_object_iter_key(at), json_object_iter_value(at), n, err);
    return status;
}

weir_status capture_take_document(struct capture *capture, const char *of, const struct json_t *document, size_t *n,
                                  weir_error *err)
{
    weir_status status = WEIR_OK;
    for (int part = 0; part < PART_COUNT && status == WEIR_OK; part++) {
        json_t *list = json_object_get(document, part_get((enum part)part)->list);
        if (!list)
            continue;
        status = part_has_of((enum part)part) && json_is_object(list)
                     ? take_by_id(capture, (enum part)part, list, n, err)
                     : take_or_fail(capture, (enum part)part, of, document, n, err);
    }
    return status;
}

/* ---- documents one behind the other ---- */

static size_t skip_blank(struct slice text)
{
    size_t k = 0;
    while (k < text.len && strchr(" \t\r\n", text.at[k]) && text.at[k])
        k++;
    return k;
}

/* Length of the first value; all that is there if it has no end. */
static size_t value_length(struct slice text)
{
    size_t depth = 0;
    bool is_text = false;
    for (size_t k = 0; k < text.len; k++) {
        char c = text.at[k];
        if (is_text) {
            if (c == '\\')
                k++;
            is_text = c != '"';
        } else if (c == '"') {
            is_text = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return k + 1;
        }
        if (!depth && !is_text)
            return text.len;
    }
    return text.len;
}

weir_status documents_next(struct documents *documents, struct json_t **out, weir_error *err)
{
    struct slice *rest = &documents->rest;
    size_t blank = skip_blank(*rest);
    *rest = (struct slice){rest->at + blank, rest->len - blank};
    if (!rest->len)
        return WEIR_END;
    size_t len = value_length(*rest);
    weir_status status = json_read_within(rest->at, len, CAPTURE_MEMORY_MAX_BYTES, out, err);
    if (status == WEIR_OK)
        *rest = (struct slice){rest->at + len, rest->len - len};
    return status;
}

weir_status capture_add_json(struct capture *capture, enum part part, const char *of, const char *bytes, size_t len,
                             weir_error *err)
{
    struct documents documents = {{bytes ? bytes : "", len}};
    weir_status status = capture_count(capture, len, err);
    size_t n = 0;
    while (status == WEIR_OK) {
        AUTO(drop_json) json_t *document = NULL;
        status = documents_next(&documents, &document, err);
        if (status == WEIR_OK)
            status = capture_take_list(capture, part, of, document, err);
        n += status == WEIR_OK;
    }
    if (status == WEIR_END && !n)
        return weir_fail(err, WEIR_E_DATA, 0, "it is empty: the command that wrote it may have failed");
    if (status != WEIR_END && n)
        capture->parts[part].is_lossy = true;
    return status == WEIR_END ? WEIR_OK : status;
}
