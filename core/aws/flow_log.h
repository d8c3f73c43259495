/* flow_log.h - flow logs as the screen sees them: safe texts, what to type to open each, and the ones that can be read
 * first. Pure; of the aws room only. */
#ifndef WEIR_AWS_FLOW_LOG_H
#define WEIR_AWS_FLOW_LOG_H

#include "aws/ec2.h"
#include "weir/aws.h"

struct flow_list {
    size_t n;
    weir_flow_log *at;
    char **texts; /* what they borrow */
    size_t n_texts;
};

/* `names[k]` is the name of logs->at[k].resource, "" = none; names NULL = not known. On success *out is yours
 * (flow_list_free). WEIR_E_NOMEM. */
weir_status flow_list_new(const struct ec2_flow_logs *logs, char *const *names, const char *region, const char *account,
                          struct flow_list **out, weir_error *err);
void flow_list_free(struct flow_list *list); /* accepts NULL */

/* What to type to open it into source[size], or why it cannot be opened into *why_not (a static string; NULL =
 * it can). */
void flow_log_source(const struct ec2_flow_log *log, char *source, size_t size, const char **why_not);

#endif
