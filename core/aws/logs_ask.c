/* logs_ask.c - FilterLogEvents for those who can wait: a page from question to answer. */
#include <stdlib.h>
#include <string.h>

#include "aws/json.h"
#include "aws/logs.h"
#include "base/scope.h"

static void drop_json(struct json_t **json)
{
    json_done(*json);
}

static void drop_call(struct aws_call **call)
{
    aws_call_free(*call);
}

/* The bytes, and the token of the next page. */
static weir_status take(const struct buf *answer, char **body, size_t *len, char **next, weir_error *err)
{
    AUTO(drop_json) struct json_t *json = NULL;
    AUTO(free_cleanup) char *copy = malloc(answer->len + 1);
    weir_status status = json_read(answer->bytes, answer->len, &json, err);
    if (status != WEIR_OK)
        return status;
    struct slice token = json_text(json, "nextToken");
    *next = token.len ? strndup(token.at, token.len) : NULL;
    if (!copy || (token.len && !*next))
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    memcpy(copy, answer->bytes, answer->len);
    copy[answer->len] = '\0';
    *body = TAKE(copy);
    *len = answer->len;
    return WEIR_OK;
}

weir_status logs_filter_ask(struct aws_client *client, struct http *http, const struct logs_filter *filter, int cancel,
                            char **body, size_t *len, char **next, enum aws_fault *fault, weir_error *err)
{
    AUTO(drop_call) struct aws_call *call = NULL;
    weir_status status = logs_filter_call(client, http, filter, &call, err);
    if (fault)
        *fault = status == WEIR_OK ? AWS_FINE : AWS_OTHER;
    if (status != WEIR_OK)
        return status;
    do
        status = aws_call_run(call, -1, cancel, -1, err);
    while (status == WEIR_AGAIN);
    if (fault)
        *fault = aws_call_fault(call);
    return status == WEIR_OK ? take(&aws_call_response(call)->body, body, len, next, err) : status;
}
