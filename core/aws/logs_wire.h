/* logs_wire.h - what CloudWatch Logs is sent and what it answers, without asking it: pure, any thread. Of the aws room
 * only. Bodies are appended to *out. */
#ifndef WEIR_AWS_LOGS_WIRE_H
#define WEIR_AWS_LOGS_WIRE_H

#include "aws/logs.h"
#include "base/buf.h"

/* Bodies of FilterLogEvents, StartLiveTail and DescribeLogGroups. WEIR_E_USAGE for text that is no UTF-8. */
weir_status logs_filter_body(const struct logs_filter *filter, struct buf *out, weir_error *err);
weir_status logs_tail_body(const struct logs_tail *tail, struct buf *out, weir_error *err);
weir_status logs_groups_body(const char *prefix, const char *token, struct buf *out, weir_error *err);

/* A page of DescribeLogGroups. */
struct logs_groups {
    size_t n;
    struct logs_group {
        char *name, *arn; /* without ":*" */
    } * at;
    char *next_token; /* NULL = the last page */
};
weir_status logs_groups_read(const char *bytes, size_t len, struct logs_groups *out, weir_error *err);
void logs_groups_done(struct logs_groups *groups);

/* The names among `groups` that look most like `name`, "/vpc/flow, /vpc/flows", into words[size]; "" if there is none.
 * Not safe text. */
void logs_groups_nearest(const struct logs_groups *groups, const char *name, char *words, size_t size);

/* How many letters have to be changed, added or left out; what is behind the first 128 is not looked at. */
size_t logs_distance(const char *a, const char *b);

#endif
