/* change_read.c - events out of whatever they are wrapped in: pages, envelopes, messages, lines, one behind the other.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "aws/json.h"
#include "base/limits.h"
#include "base/scope.h"
#include "vpc/capture_state.h"
#include "vpc/change_draft.h"
#include "vpc/change_files.h"

static void drop_json(json_t **json)
{
    json_done(*json);
}

/* ---- what events are wrapped in ---- */

static weir_status walk(struct change_reader *reader, const json_t *json, size_t depth, weir_error *err);

static weir_status walk_list(struct change_reader *reader, const json_t *list, size_t depth, weir_error *err)
{
    weir_status status = WEIR_OK;
    reader->n_lists++;
    for (size_t k = 0; k < json_array_size(list) && status == WEIR_OK && !reader->is_stopped; k++)
        status = walk(reader, json_array_get(list, k), depth + 1, err);
    return status;
}

/* JSON in a text, once more: a message, an event of LookupEvents. */
static weir_status walk_text(struct change_reader *reader, struct slice text, size_t depth, weir_error *err)
{
    AUTO(drop_json) json_t *json = NULL;
    weir_status status = json_read(text.at, text.len, &json, NULL);
    if (status == WEIR_E_NOMEM)
        return weir_fail(err, status, 0, "out of memory");
    if (status == WEIR_OK)
        return walk(reader, json, depth + 1, err);
    reader->counts->odd++;
    return WEIR_OK;
}

static weir_status take_event(struct change_reader *reader, const json_t *event, weir_error *err)
{
    struct change *change = NULL;
    weir_status status = change_of_event(event, &change, err);
    if (status != WEIR_OK)
        return status;
    reader->counts->events++;
    if (change)
        reader->is_stopped = !reader->take(change, reader->user);
    else
        reader->counts->ignored++;
    return WEIR_OK;
}

static const json_t *held_by(const json_t *object)
{
    static const char *const names[] = {"Records", "Events", "events",          "logEvents", "results",
                                        "detail",  "Event",  "CloudTrailEvent", "message",   "@message"};
    for (size_t k = 0; k < ARRAY_SIZE(names); k++) {
        const json_t *held = json_object_get(object, names[k]);
        if (held)
            return held;
    }
    return NULL;
}

/* A cell of an answer of Logs Insights: {"field": "@message", "value": "…"}; the other cells of a row are no events. */
static bool is_cell(const json_t *object)
{
    return json_text(object, "field").len && json_text(object, "value").at;
}

static weir_status walk_object(struct change_reader *reader, const json_t *object, size_t depth, weir_error *err)
{
    if (json_text(object, "eventName").len && json_text(object, "eventSource").len) {
        weir_error why = {0};
        weir_status status = take_event(reader, object, &why);
        reader->counts->odd += status == WEIR_E_DATA;
        return status == WEIR_E_NOMEM ? weir_fail(err, status, 0, "out of memory") : WEIR_OK;
    }
    if (is_cell(object))
        return slice_is(json_text(object, "field"), SLICE("@message"))
                   ? walk_text(reader, json_text(object, "value"), depth, err)
                   : WEIR_OK;
    const json_t *held = held_by(object);
    if (held)
        return walk(reader, held, depth + 1, err);
    reader->counts->odd++;
    return WEIR_OK;
}

static weir_status walk(struct change_reader *reader, const json_t *json, size_t depth, weir_error *err)
{
    if (reader->is_stopped)
        return WEIR_OK;
    if (depth < CHANGE_SHAPE_DEPTH_MAX && json_is_array(json))
        return walk_list(reader, json, depth, err);
    if (depth < CHANGE_SHAPE_DEPTH_MAX && json_is_object(json))
        return walk_object(reader, json, depth, err);
    if (depth < CHANGE_SHAPE_DEPTH_MAX && depth && json_is_string(json))
        return walk_text(reader, json_value(json), depth, err);
    reader->counts->odd++;
    return WEIR_OK;
}

/* ---- documents one behind the other ---- */

/* The next line that may begin a document: those of one that is broken are indented, or are no JSON. */
static struct slice next_begin(struct slice text)
{
    const char *end;
    while (text.len && (end = memchr(text.at, '\n', text.len))) {
        text = (struct slice){end + 1, text.len - (size_t)(end + 1 - text.at)};
        if (text.len && (*text.at == '{' || *text.at == '['))
            return text;
    }
    return (struct slice){text.at, 0};
}

static struct slice line_of(struct slice text)
{
    const char *end = text.len ? memchr(text.at, '\n', text.len) : NULL;
    return end ? (struct slice){text.at, (size_t)(end - text.at)} : text;
}

/* The next document. *is_odd: it is none, and the rest is where it was. */
static weir_status read_one(struct change_reader *reader, struct documents *documents, bool *is_odd, weir_error *err)
{
    AUTO(drop_json) json_t *document = NULL;
    weir_error why = {0};
    weir_status status = documents_next(documents, &document, &why);
    *is_odd = status == WEIR_E_DATA;
    reader->counts->odd += *is_odd;
    if (status == WEIR_OK)
        return walk(reader, document, 0, err);
    return *is_odd || status == WEIR_END ? status : weir_fail(err, status, 0, "%s", why.text);
}

/* What is left of a text with many broken documents: each line for itself, or it takes the square of its length to look
 * for the ends of all of them. */
static weir_status read_lines(struct change_reader *reader, struct slice text, weir_error *err)
{
    weir_status status = WEIR_OK;
    for (; text.len && status == WEIR_OK; text = next_begin(text)) {
        struct documents line = {line_of(text)};
        bool is_odd = false;
        while (status == WEIR_OK && !reader->is_stopped)
            status = read_one(reader, &line, &is_odd, err);
        if (is_odd || status == WEIR_END)
            status = WEIR_OK;
    }
    return status;
}

weir_status change_read_text(struct change_reader *reader, struct slice text, weir_error *err)
{
    struct documents documents = {text};
    weir_status status = WEIR_OK;
    bool is_odd;
    for (size_t strays = 0; status == WEIR_OK && strays < CHANGE_STRAYS_MAX && !reader->is_stopped; strays += is_odd) {
        status = read_one(reader, &documents, &is_odd, err);
        if (!is_odd)
            continue;
        documents.rest = next_begin(documents.rest);
        status = WEIR_OK;
    }
    if (status == WEIR_OK && !reader->is_stopped)
        status = read_lines(reader, documents.rest, err);
    return status == WEIR_END ? WEIR_OK : status;
}

weir_status change_reader_end(const struct change_reader *reader, weir_error *err)
{
    if (reader->counts->events > reader->n_before || reader->n_lists)
        return WEIR_OK;
    return weir_fail(err, WEIR_E_DATA, 0,
                     "it has no events of CloudTrail: expected {\"Records\": [...]}, what aws "
                     "cloudtrail lookup-events writes, or one event a line");
}

weir_status change_read(const char *bytes, size_t len, change_taker *take, void *user, struct change_counts *counts,
                        weir_error *err)
{
    struct change_reader reader = {.take = take, .user = user, .counts = counts, .n_before = counts->events};
    weir_status status = change_read_text(&reader, (struct slice){bytes ? bytes : "", len}, err);
    return status == WEIR_OK ? change_reader_end(&reader, err) : status;
}
