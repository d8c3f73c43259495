/* change_event.c - an event of CloudTrail becomes a change: what it is, whether the table has it, what it names. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/form.h"
#include "aws/json.h"
#include "base/limits.h"
#include "base/scope.h"
#include "vpc/change_draft.h"

enum { NAME_BYTES = 128, TIME_BYTES = 40, POOL_BYTES = 4096 };

/* ---- the table ---- */

static const struct change_row rows[] = {
#define X(name, service, effect, make, kind, target) {name, service, effect, make, kind, target},
#include "vpc/change.def"
#undef X
};

static bool fits(const char *pattern, struct slice name)
{
    size_t len = strlen(pattern);
    if (len && pattern[len - 1] == '*')
        return slice_starts(name, (struct slice){pattern, len - 1});
    return slice_is(name, (struct slice){pattern, len});
}

const struct change_row *change_row_of(struct slice name, struct slice service)
{
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++)
        if (fits(rows[k].name, name) && slice_is(service, slice_of(rows[k].service)))
            return &rows[k];
    return NULL;
}

/* "ec2" of "ec2.amazonaws.com". */
static struct slice service_of(const json_t *event)
{
    struct slice source = field_text(event, "eventSource");
    const char *dot = source.len ? memchr(source.at, '.', source.len) : NULL;
    return dot ? (struct slice){source.at, (size_t)(dot - source.at)} : source;
}

/* ---- what is told ---- */

static bool read_time(const json_t *event, int64_t *out)
{
    char text[TIME_BYTES];
    struct slice time = field_text(event, "eventTime");
    if (!time.len || time.len >= sizeof text)
        return false;
    memcpy(text, time.at, time.len);
    text[time.len] = '\0';
    return iso8601_read(text, out);
}

/* Newer APIs put what is told into <Action>Request and <Action>Response. */
static const json_t *unwrapped(const json_t *parameters, struct slice action, const char *end)
{
    char name[NAME_BYTES];
    if (action.len + strlen(end) >= sizeof name)
        return parameters;
    snprintf(name, sizeof name, "%.*s%s", (int)action.len, action.at, end);
    const json_t *inner = json_object_get(parameters, name);
    return inner ? inner : parameters;
}

static bool has_failed(const struct draft *draft)
{
    return !field_flag(draft->response, "_return", true) || !field_flag(draft->response, "return", true);
}

static void read_head(struct draft *draft)
{
    struct change *change = &draft->made->change;
    change->id = draft_text(draft, draft->event, "eventID");
    change->name = draft_text(draft, draft->event, "eventName");
    change->service = draft_slice(draft, service_of(draft->event));
    change->region = draft_text(draft, draft->event, "awsRegion");
    change->effect = draft->row->effect;
    change->read_only = field_flag(draft->event, "readOnly", false);
    change->error_code = draft_text(draft, draft->event, "errorCode");
    change->error_message = draft_text(draft, draft->event, "errorMessage");
    change->refused = *change->error_code.text || has_failed(draft);
}

/* The ids of the request come first: services that set groups need to know which were asked for. */
static void read_ids(struct draft *draft)
{
    draft_name_all(draft, draft->request);
    draft->n_asked = draft->n_ids;
    draft_name_all(draft, draft->response);
    draft_name_all(draft, field(draft->event, "resources"));
}

/* ---- an event ---- */

static weir_status make(struct draft *draft, const json_t *event, weir_error *err)
{
    struct slice name = field_text(event, "eventName");
    draft->event = event;
    draft->request = unwrapped(field(event, "requestParameters"), name, "Request");
    draft->response = unwrapped(field(event, "responseElements"), name, "Response");
    read_head(draft);
    change_read_who(draft);
    change_read_tool(draft);
    read_ids(draft);
    draft->row->make(draft);
    if (field_flag(draft->request, "omitted", false)) /* as CloudTrail does with what is too large */
        draft->made->change.is_cut = true;
    change_read_raw(draft);
    draft_settle(draft);
    return draft->is_out_of_memory ? weir_fail(err, WEIR_E_NOMEM, 0, "out of memory") : WEIR_OK;
}

weir_status change_of_event(const struct json_t *event, struct change **out, weir_error *err)
{
    AUTO(draft_done) struct draft draft = {0};
    struct slice name = json_text(event, "eventName");
    int64_t time;
    *out = NULL;
    if (!name.len || !json_text(event, "eventSource").len || !read_time(event, &time))
        return weir_fail(err, WEIR_E_DATA, 0, "it is no event of CloudTrail: no eventName, eventSource or eventTime");
    draft.row = change_row_of(name, service_of(event));
    if (!draft.row)
        return WEIR_OK;
    draft.made = calloc(1, sizeof *draft.made);
    if (!draft.made)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    draft.made->pool.chunk_bytes = POOL_BYTES;
    draft.made->change.time = time;
    weir_status status = make(&draft, event, err);
    if (status == WEIR_OK)
        *out = &TAKE(draft.made)->change;
    return status;
}
