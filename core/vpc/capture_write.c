/* capture_write.c - the snapshot: one JSON document with the lists of the AWS CLI, one item a line. Lists are in the
 * order of their items' text, which begins with the id, so that the same network gives the same bytes. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/json.h"
#include "base/limits.h"
#include "base/scope.h"
#include "vpc/capture.h"
#include "vpc/capture_snapshot.h"
#include "vpc/part.h"

const char *const snapshot_states[] = {
    [PART_UNKNOWN] = "unknown", [PART_DENIED] = "denied", [PART_FAILED] = "failed",
    [PART_PARTIAL] = "partial", [PART_KNOWN] = "known",
};

static void drop_reference(json_t **json)
{
    json_decref(*json);
}

/* ---- writing ---- */

struct lines {
    char **at;
    size_t n;
};

static void lines_done(struct lines *lines)
{
    for (size_t k = 0; k < lines->n; k++)
        free(lines->at[k]);
    free(lines->at);
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static weir_status put(struct buf *out, const char *text)
{
    return buf_append(out, text, strlen(text));
}

static weir_status put_json(struct buf *out, const json_t *json)
{
    AUTO(free_cleanup) char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    return text ? put(out, text) : WEIR_E_NOMEM;
}

static weir_status write_value(json_t *json, struct buf *out);

static weir_status write_name(const char *name, struct buf *out)
{
    AUTO(drop_reference) json_t *text = json_string(name);
    weir_status status = text ? put_json(out, text) : WEIR_E_NOMEM;
    return status == WEIR_OK ? put(out, ":") : status;
}

static weir_status write_object(json_t *object, struct buf *out)
{
    weir_status status = put(out, "{");
    const char *comma = "";
    for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at)) {
        if (status == WEIR_OK)
            status = put(out, comma);
        if (status == WEIR_OK)
            status = write_name(json_object_iter_key(at), out);
        if (status == WEIR_OK)
            status = write_value(json_object_iter_value(at), out);
        comma = ",";
    }
    return status == WEIR_OK ? put(out, "}") : status;
}

/* The items of a list as texts, in order. */
static weir_status sort_lines(const json_t *list, struct lines *lines)
{
    lines->at = calloc(json_array_size(list) + 1, sizeof *lines->at);
    weir_status status = lines->at ? WEIR_OK : WEIR_E_NOMEM;
    for (size_t k = 0; k < json_array_size(list) && status == WEIR_OK; k++) {
        struct buf line;
        buf_init(&line, CAPTURE_MAX_BYTES);
        status = write_value(json_array_get(list, k), &line);
        if (status == WEIR_OK)
            status = buf_append(&line, "", 1);
        if (status == WEIR_OK)
            lines->at[lines->n++] = line.bytes;
        else
            buf_done(&line);
    }
    if (status == WEIR_OK && lines->n)
        qsort(lines->at, lines->n, sizeof *lines->at, compare_lines);
    return status;
}

/* `is_set`: an item that comes twice is written once. */
static weir_status write_list(const json_t *list, const char *between, bool is_set, struct buf *out)
{
    AUTO(lines_done) struct lines lines = {0};
    weir_status status = sort_lines(list, &lines);
    if (status == WEIR_OK)
        status = put(out, "[");
    for (size_t k = 0; k < lines.n && status == WEIR_OK; k++) {
        if (is_set && k && strcmp(lines.at[k], lines.at[k - 1]) == 0)
            continue;
        status = k ? put(out, ",") : WEIR_OK;
        if (status == WEIR_OK)
            status = put(out, between);
        if (status == WEIR_OK)
            status = put(out, lines.at[k]);
    }
    return status == WEIR_OK ? put(out, "]") : status;
}

static weir_status write_value(json_t *json, struct buf *out)
{
    return json_is_object(json)  ? write_object(json, out)
           : json_is_array(json) ? write_list(json, "", false, out)
                                 : put_json(out, json);
}

/* ---- parts ---- */

/* The ids of documents, in order. */
static weir_status sort_ids(json_t *documents, struct lines *ids)
{
    ids->at = calloc(json_object_size(documents) + 1, sizeof *ids->at);
    for (void *at = json_object_iter(documents); ids->at && at; at = json_object_iter_next(documents, at)) {
        ids->at[ids->n] = strdup(json_object_iter_key(at));
        if (!ids->at[ids->n++])
            return WEIR_E_NOMEM;
    }
    if (ids->n)
        qsort(ids->at, ids->n, sizeof *ids->at, compare_lines);
    return ids->at ? WEIR_OK : WEIR_E_NOMEM;
}

static weir_status write_documents(json_t *documents, struct buf *out)
{
    AUTO(lines_done) struct lines ids = {0};
    weir_status status = sort_ids(documents, &ids);
    if (status == WEIR_OK)
        status = put(out, "{");
    for (size_t k = 0; k < ids.n && status == WEIR_OK; k++) {
        status = put(out, k ? ",\n" : "\n");
        if (status == WEIR_OK)
            status = write_name(ids.at[k], out);
        if (status == WEIR_OK)
            status = write_value(json_object_get(documents, ids.at[k]), out);
    }
    return status == WEIR_OK ? put(out, "}") : status;
}

static weir_status write_part(const struct capture *capture, enum part part, struct buf *out)
{
    json_t *items = capture->parts[part].items;
    if (!items)
        return WEIR_OK;
    weir_status status = put(out, ",\n\"");
    if (status == WEIR_OK)
        status = put(out, part_get(part)->list);
    if (status == WEIR_OK)
        status = put(out, "\":");
    if (status != WEIR_OK)
        return status;
    return part_has_of(part) ? write_documents(items, out) : write_list(items, "\n", true, out);
}

static weir_status write_states(const struct capture *capture, struct buf *out)
{
    AUTO(drop_reference) json_t *states = json_object();
    for (int part = 0; part < PART_COUNT; part++) {
        enum part_state state = capture_part_state(capture, (enum part)part);
        if (state == PART_KNOWN && capture->parts[part].items)
            continue;
        json_t *one = json_pack("{s:s}", "State", snapshot_states[state]);
        const char *why = capture_part_why(capture, (enum part)part);
        if (!states || !one || (*why && json_object_set_new(one, "Why", json_string(why))) ||
            json_object_set_new(states, part_get((enum part)part)->list, one))
            return WEIR_E_NOMEM;
    }
    weir_status status = put(out, ",\n\"States\":");
    return status == WEIR_OK ? write_object(states, out) : status;
}

static weir_status write_head(const struct capture *capture, struct buf *out)
{
    AUTO(drop_reference)
    json_t *head = json_pack("{s:i, s:s, s:s, s:I}", SNAPSHOT_MARK, SNAPSHOT_VERSION, "Region", capture->region,
                             "Account", capture->account, "Taken", (json_int_t)capture->taken);
    AUTO(free_cleanup) char *text = head ? json_dumps(head, JSON_COMPACT) : NULL;
    return text ? buf_append(out, text, strlen(text) - 1) : WEIR_E_NOMEM;
}

weir_status capture_write(const struct capture *capture, struct buf *out, weir_error *err)
{
    weir_status status = write_head(capture, out);
    for (int part = 0; part < PART_COUNT && status == WEIR_OK; part++)
        status = write_part(capture, (enum part)part, out);
    if (status == WEIR_OK)
        status = write_states(capture, out);
    if (status == WEIR_OK)
        status = put(out, "}\n");
    if (status == WEIR_OK)
        return WEIR_OK;
    return weir_fail(err, status, 0, status == WEIR_E_LIMIT ? "the snapshot is larger than %zu bytes" : "out of memory",
                     out->max);
}

/* ---- reading what is beside the lists ---- */

static void take_state(struct capture *capture, enum part part, const json_t *state)
{
    const char *name = json_string_value(json_object_get(state, "State"));
    const char *why = json_string_value(json_object_get(state, "Why"));
    for (int k = 0; name && k <= PART_KNOWN; k++)
        if (strcmp(name, snapshot_states[k]) == 0)
            capture_set_state(capture, part, (enum part_state)k, why);
}

weir_status snapshot_take_head(struct capture *capture, const struct json_t *document, weir_error *err)
{
    int64_t version = json_number(document, SNAPSHOT_MARK, 0);
    if (!json_object_get(document, SNAPSHOT_MARK))
        return WEIR_OK;
    if (version != SNAPSHOT_VERSION)
        return weir_fail(err, WEIR_E_DATA, 0, "it is a snapshot of version %lld, this weir reads %d",
                         (long long)version, SNAPSHOT_VERSION);
    capture_set_place(capture, json_string_value(json_object_get(document, "Region")),
                      json_string_value(json_object_get(document, "Account")), json_number(document, "Taken", 0));
    for (int part = 0; part < PART_COUNT; part++) {
        const json_t *state = json_object_get(json_object_get(document, "States"), part_get((enum part)part)->list);
        if (state)
            take_state(capture, (enum part)part, state);
    }
    return WEIR_OK;
}

void snapshot_tell_missing(struct capture *capture, const char *why)
{
    for (int part = 0; part < PART_COUNT; part++) {
        char stem[64], text[128];
        if (capture->parts[part].why || capture_part_state(capture, (enum part)part) != PART_UNKNOWN)
            continue;
        part_file_stem((enum part)part, stem, sizeof stem);
        snprintf(text, sizeof text, "there is no %s%s.json", stem, part_has_of((enum part)part) ? "-…" : "");
        capture_set_state(capture, (enum part)part, PART_UNKNOWN, why ? why : text);
    }
}
