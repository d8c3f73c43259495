/* lookup.c - see lookup.h. */
#include "aws/lookup.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "aws/json.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/scope.h"

static void drop_object(json_t **object)
{
    json_decref(*object);
}

static void drop_answer(struct json_t **json)
{
    json_done(*json);
}

/* NULL for texts that are no UTF-8, or when out of memory. */
static json_t *make_body(const struct lookup_question *question, const char *token)
{
    json_t *body = json_pack("{s:[{s:s,s:s}],s:I,s:I,s:i}", "LookupAttributes", "AttributeKey", question->key,
                             "AttributeValue", question->value, "StartTime", (json_int_t)question->from, "EndTime",
                             (json_int_t)question->to, "MaxResults", LOOKUP_PAGE);
    if (body && token && json_object_set_new(body, "NextToken", json_string(token)) != 0) {
        json_decref(body);
        return NULL;
    }
    return body;
}

static weir_status ask(struct aws_client *client, struct http *http, const char *body, int cancel, struct buf *answer,
                       enum aws_fault *fault, weir_error *err)
{
    /* without a subject: what is denied is the operation, it cannot be allowed for one resource */
    const struct aws_request request = {
        .service = AWS_CLOUDTRAIL, .operation = "LookupEvents", .body = body, .body_len = strlen(body)};
    return aws_ask(client, http, &request, cancel, answer, fault, err);
}

static weir_status keep_text(struct slice text, char **out, weir_error *err)
{
    *out = NULL;
    if (text.len == 0)
        return WEIR_OK;
    *out = strndup(text.at, text.len);
    return *out ? WEIR_OK : weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
}

/* What an answer must be, and its token. Events are left to who reads them. */
static weir_status read_page(const struct buf *answer, const char *token, char **next, weir_error *err)
{
    AUTO(drop_answer) struct json_t *json = NULL;
    weir_status status = json_read(answer->bytes, answer->len, &json, err);
    if (status != WEIR_OK)
        return status;
    const struct json_t *events = json_holds_members(json) ? json_member(json, "Events") : NULL;
    if (!json_holds_members(json) || (events && !json_holds_list(events)))
        return weir_fail(err, WEIR_E_DATA, 0, "LookupEvents: the answer is no page of events");
    status = keep_text(json_text(json, "NextToken"), next, err);
    if (status != WEIR_OK || !*next || !token || strcmp(*next, token) != 0)
        return status;
    free(*next);
    *next = NULL;
    return weir_fail(err, WEIR_E_DATA, 0, "LookupEvents gives the same page again and again");
}

weir_status lookup_events(struct aws_client *client, struct http *http, const struct lookup_question *question,
                          const char *token, int cancel, char **body, size_t *len, char **next, enum aws_fault *fault,
                          weir_error *err)
{
    struct buf answer;
    if (fault)
        *fault = AWS_OTHER;
    buf_init(&answer, ANSWER_MAX_BYTES);
    AUTO(drop_object) json_t *object = make_body(question, token);
    AUTO(free_cleanup) char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    if (!text)
        return weir_fail(err, WEIR_E_USAGE, 0, "the name of a resource or event is no UTF-8 text");
    weir_status status = ask(client, http, text, cancel, &answer, fault, err);
    if (status == WEIR_OK)
        status = read_page(&answer, token, next, err);
    if (status == WEIR_OK) {
        *len = answer.len;
        *body = TAKE(answer.bytes);
    }
    buf_done(&answer);
    return status;
}
