/* lookup.c - see lookup.h. The answer's events are not read here: what is in them is vpc's. */
#include "aws/lookup.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "aws/json.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/scope.h"

static void drop_json(json_t **json)
{
    json_decref(*json);
}

static char *body_of(const struct lookup_question *question, const char *token)
{
    AUTO(drop_json)
    json_t *body = json_pack("{s:[{s:s, s:s}], s:I, s:I, s:i}", "LookupAttributes", "AttributeKey", question->key,
                             "AttributeValue", question->value, "StartTime", (json_int_t)question->from, "EndTime",
                             (json_int_t)question->to, "MaxResults", LOOKUP_PAGE);
    if (!body || (token && json_object_set_new(body, "NextToken", json_string(token)) != 0))
        return NULL;
    return json_dumps(body, JSON_COMPACT);
}

/* The token of the next page; false for want of memory. */
static bool next_of(const struct json_t *answer, char **next)
{
    struct slice token = json_text(answer, "NextToken");
    *next = token.len ? strndup(token.at, token.len) : NULL;
    return !token.len || *next;
}

weir_status lookup_events(struct aws_client *client, struct http *http, const struct lookup_question *question,
                          const char *token, int cancel, char **body, size_t *len, char **next, enum aws_fault *fault,
                          weir_error *err)
{
    AUTO(buf_done) struct buf answer;
    AUTO(drop_json) struct json_t *json = NULL;
    AUTO(free_cleanup) char *asked = body_of(question, token);
    buf_init(&answer, ANSWER_MAX_BYTES);
    if (!asked)
        return weir_fail(err, WEIR_E_USAGE, 0, "the name of a resource is no UTF-8 text");
    const struct aws_request request = {.service = AWS_CLOUDTRAIL,
                                        .operation = "LookupEvents",
                                        .body = asked,
                                        .body_len = strlen(asked),
                                        .subject = question->value};
    weir_status status = aws_ask(client, http, &request, cancel, &answer, fault, err);
    if (status == WEIR_OK)
        status = json_read(answer.bytes, answer.len, &json, err);
    if (status != WEIR_OK)
        return status;
    if (!json_holds_list(json_member(json, "Events")))
        return weir_fail(err, WEIR_E_DATA, 0, "an answer of LookupEvents has no list of events");
    if (!next_of(json, next))
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    *body = TAKE(answer.bytes);
    *len = answer.len;
    return WEIR_OK;
}
