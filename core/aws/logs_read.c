/* logs_read.c - answers of CloudWatch Logs. One event that is not as it must be is counted and passed over: it must
 * not hide its neighbours. */
#include <stdlib.h>
#include <string.h>

#include "aws/eventstream.h"
#include "aws/json.h"
#include "aws/logs_wire.h"
#include "base/scope.h"
#include "weir/safe.h"

static void drop_json(struct json_t **json)
{
    json_done(*json);
}

/* ---- events ---- */

static bool read_event(const struct json_t *json, bool has_id, struct logs_event *out)
{
    *out = (struct logs_event){
        .id = has_id ? json_text(json, "eventId") : SLICE(""),
        .stream = json_text(json, "logStreamName"),
        .message = json_text(json, "message"),
        .group = json_text(json, "logGroupIdentifier"),
        .timestamp_ms = json_number(json, "timestamp", -1),
        .ingestion_ms = json_number(json, "ingestionTime", -1),
    };
    if (!out->stream.at)
        out->stream = SLICE("");
    if (!out->group.at)
        out->group = SLICE("");
    return out->message.at && out->timestamp_ms >= 0 && (!has_id || out->id.len > 0);
}

/* All readable events of an array, into a block that is the caller's. */
static weir_status read_events(const struct json_t *array, bool has_id, struct logs_event **events, size_t *n,
                               size_t *unreadable, weir_error *err)
{
    size_t count = json_count(array);
    struct logs_event *at = calloc(count ? count : 1, sizeof *at);
    if (!at)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    *n = *unreadable = 0;
    for (size_t k = 0; k < count; k++)
        if (read_event(json_at(array, k), has_id, &at[*n]))
            ++*n;
        else
            ++*unreadable;
    *events = at;
    return WEIR_OK;
}

/* A copy of a member, or NULL if it is absent or empty; false for want of memory. */
static bool copy_text(const struct json_t *json, const char *name, char **out)
{
    struct slice text = json_text(json, name);
    *out = text.len ? strndup(text.at, text.len) : NULL;
    return !text.len || *out;
}

weir_status logs_page_read(const char *bytes, size_t len, struct logs_page *out, weir_error *err)
{
    AUTO(drop_json) struct json_t *json = NULL;
    struct logs_page page = {0};
    weir_status status = json_read(bytes, len, &json, err);
    if (status != WEIR_OK)
        return status;
    const struct json_t *events = json_member(json, "events");
    if (!json_holds_members(json) || (events && !json_holds_list(events)))
        return weir_fail(err, WEIR_E_DATA, 0, "an answer of FilterLogEvents has no list of events");
    status = read_events(events, true, &page.events, &page.n, &page.unreadable, err);
    if (status != WEIR_OK)
        return status;
    if (!copy_text(json, "nextToken", &page.next_token)) {
        free(page.events);
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    }
    page.json = TAKE(json);
    *out = page;
    return WEIR_OK;
}

void logs_page_done(struct logs_page *page)
{
    json_done(page->json);
    free(page->events);
    free(page->next_token);
    *page = (struct logs_page){0};
}

/* ---- Live Tail ---- */

static void tell_failure(const struct eventstream_message *message, struct logs_tail_update *out)
{
    AUTO(drop_json) struct json_t *json = NULL;
    struct slice why = message->error_message;
    if (why.len == 0 && json_read(message->payload.at, message->payload.len, &json, NULL) == WEIR_OK) {
        why = json_text(json, "message");
        if (!why.at)
            why = json_text(json, "Message");
    }
    bool timed_out = slice_is(message->event_type, SLICE("SessionTimeoutException"));
    out->what = timed_out ? TAIL_TIMED_OUT : TAIL_FAILED;
    weir_safe_format(out->words, sizeof out->words, "%.*s%s%.*s", (int)message->event_type.len, message->event_type.at,
                     why.len ? ": " : "", (int)why.len, why.len ? why.at : "");
}

static weir_status read_update(struct slice payload, struct logs_tail_update *out, weir_error *err)
{
    AUTO(drop_json) struct json_t *json = NULL;
    weir_status status = json_read(payload.at, payload.len, &json, err);
    if (status != WEIR_OK)
        return status;
    const struct json_t *events = json_member(json, "sessionResults");
    if (!json_holds_members(json) || (events && !json_holds_list(events)))
        return weir_fail(err, WEIR_E_DATA, 0, "an update of Live Tail has no list of events");
    status = read_events(events, false, &out->events, &out->n, &out->unreadable, err);
    if (status != WEIR_OK)
        return status;
    out->what = TAIL_UPDATE;
    out->sampled = json_flag(json_member(json, "sessionMetadata"), "sampled");
    out->json = TAKE(json);
    return WEIR_OK;
}

weir_status logs_tail_read(const struct eventstream_message *message, struct logs_tail_update *out, weir_error *err)
{
    struct logs_tail_update update = {.what = TAIL_IGNORED};
    weir_status status = WEIR_OK;
    if (slice_is(message->message_type, SLICE("exception")) || slice_is(message->message_type, SLICE("error")))
        tell_failure(message, &update);
    else if (!slice_is(message->message_type, SLICE("event")))
        update.what = TAIL_IGNORED;
    else if (slice_is(message->event_type, SLICE("sessionStart")))
        update.what = TAIL_STARTED;
    else if (slice_is(message->event_type, SLICE("sessionUpdate")))
        status = read_update(message->payload, &update, err);
    if (status == WEIR_OK)
        *out = update;
    return status;
}

void logs_tail_update_done(struct logs_tail_update *update)
{
    json_done(update->json);
    free(update->events);
    *update = (struct logs_tail_update){.what = TAIL_IGNORED};
}
