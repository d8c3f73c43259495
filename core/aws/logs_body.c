/* logs_body.c - bodies of requests to CloudWatch Logs. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "aws/logs_wire.h"
#include "base/scope.h"

enum { EVENTS_MAX = 10000, GROUPS_PER_PAGE = 50 };

static void drop_object(json_t **object)
{
    json_decref(*object);
}

static bool add_text(json_t *object, const char *name, const char *text)
{
    return !text || json_object_set_new(object, name, json_string(text)) == 0;
}

static bool add_number(json_t *object, const char *name, int64_t number)
{
    return json_object_set_new(object, name, json_integer(number)) == 0;
}

static bool add_list(json_t *object, const char *name, const char *const *texts, size_t n)
{
    json_t *list = json_array();
    for (size_t k = 0; list && k < n; k++)
        if (json_array_append_new(list, json_string(texts[k])) != 0) {
            json_decref(list);
            return false;
        }
    return json_object_set_new(object, name, list) == 0;
}

static weir_status finish(const json_t *object, bool is_good, struct buf *out, weir_error *err)
{
    if (!is_good)
        return weir_fail(err, WEIR_E_USAGE, 0, "a log group, prefix or pattern is no UTF-8 text");
    AUTO(free_cleanup) char *text = json_dumps(object, JSON_COMPACT);
    weir_status status = text ? buf_append(out, text, strlen(text)) : WEIR_E_NOMEM;
    return status == WEIR_OK ? WEIR_OK : weir_fail(err, status, 0, "a request to CloudWatch Logs is too large");
}

/* AWS takes ARNs without what DescribeLogGroups puts behind them. */
static json_t *group_without_star(const char *group)
{
    size_t len = strlen(group);
    return json_stringn(group, len > 2 && strcmp(group + len - 2, ":*") == 0 ? len - 2 : len);
}

weir_status logs_filter_body(const struct logs_filter *filter, struct buf *out, weir_error *err)
{
    AUTO(drop_object) json_t *object = json_object();
    bool is_arn = strncmp(filter->group, "arn:", 4) == 0;
    bool is_good = object &&
                   json_object_set_new(object, is_arn ? "logGroupIdentifier" : "logGroupName",
                                       is_arn ? group_without_star(filter->group) : json_string(filter->group)) == 0 &&
                   add_text(object, "logStreamNamePrefix", filter->stream_prefix) &&
                   add_number(object, "startTime", filter->from_ms) && add_number(object, "endTime", filter->to_ms) &&
                   add_text(object, "filterPattern", filter->pattern) && add_text(object, "nextToken", filter->token) &&
                   add_number(object, "limit", filter->limit > 0 ? filter->limit : EVENTS_MAX);
    return finish(object, is_good, out, err);
}

weir_status logs_tail_body(const struct logs_tail *tail, struct buf *out, weir_error *err)
{
    AUTO(drop_object) json_t *object = json_object();
    bool is_good = object && add_list(object, "logGroupIdentifiers", tail->groups, tail->n_groups) &&
                   (!tail->stream_prefix || add_list(object, "logStreamNamePrefixes", &tail->stream_prefix, 1)) &&
                   add_text(object, "logEventFilterPattern", tail->pattern);
    return finish(object, is_good, out, err);
}

weir_status logs_groups_body(const char *prefix, const char *token, struct buf *out, weir_error *err)
{
    AUTO(drop_object) json_t *object = json_object();
    bool is_good = object && (!prefix || !*prefix || add_text(object, "logGroupNamePrefix", prefix)) &&
                   add_text(object, "nextToken", token) && add_number(object, "limit", GROUPS_PER_PAGE);
    return finish(object, is_good, out, err);
}
