/* push.h - a filter in the language of CloudWatch Logs filter patterns
 * (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForSpaceDelimited.html): the strongest
 * pattern that drops no record the filter selects, and what is left to be checked here. For every record,
 * pattern ∧ rest = filter. Pure: any thread. */
#ifndef WEIR_QUERY_PUSH_H
#define WEIR_QUERY_PUSH_H

#include "base/limits.h"
#include "flow/format.h"
#include "weir/query.h"

struct push {
    char pattern[PUSH_MAX_BYTES + 1]; /* "" = all events */
    char *server, *rest;              /* conditions in canonical filter text, "" = none; heap (push_done) */
};

/* `layout` is what the group's records look like; NULL = not known, or more than one: then only what holds for a line
 * as a whole can be said ("REJECT"). WEIR_E_NOMEM. */
weir_status push_logs(const weir_query *query, const struct format *layout, struct push *out, weir_error *err);
void push_done(struct push *push);

#endif
