/* ec2_wire.h - forms and answers of EC2 and STS without asking them: pure, any thread. Of the aws room only. */
#ifndef WEIR_AWS_EC2_WIRE_H
#define WEIR_AWS_EC2_WIRE_H

#include "aws/ec2.h"
#include "base/buf.h"

enum { EC2_NAMES_PER_CALL = 200 }; /* values that one filter takes */

/* Whole bodies, Action and Version included; appended. NULL = none. WEIR_E_LIMIT, WEIR_E_NOMEM. */
weir_status ec2_flow_logs_body(const char *log_group, const char *token, struct buf *out, weir_error *err);
weir_status sts_identity_body(struct buf *out, weir_error *err);

/* What can have a name: one row a kind of resource. */
struct ec2_named {
    const char *id_prefix; /* "vpc-" */
    const char *operation; /* "DescribeVpcs" */
    const char *filter;    /* "vpc-id" */
    const char *set, *id;  /* in the answer: "vpcSet", "vpcId" */
};
enum { EC2_NAMED_COUNT = 3 };
extern const struct ec2_named ec2_named[EC2_NAMED_COUNT];

/* Asks by a filter, not by ids: one that does not exist any more would be an error for all. */
weir_status ec2_names_body(const struct ec2_named *kind, const char *const *ids, size_t n, struct buf *out,
                           weir_error *err);

/* Replaces names[k] by the tag Name of ids[k] where the answer has it. */
weir_status ec2_names_read(const struct ec2_named *kind, const char *bytes, size_t len, const char *const *ids,
                           size_t n, char **names, weir_error *err);

/* GetCallerIdentity. Either may be NULL with a size of 0. */
weir_status sts_identity_read(const char *bytes, size_t len, char *account, size_t account_size, char *arn,
                              size_t arn_size, weir_error *err);

#endif
