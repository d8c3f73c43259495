/* ec2.h - what EC2 and STS tell, typed (docs.aws.amazon.com/AWSEC2/latest/APIReference, …/STS/latest/APIReference). */
#ifndef WEIR_AWS_EC2_H
#define WEIR_AWS_EC2_H

#include "aws/call.h"

struct ec2_flow_log {
    char *id, *name, *resource, *traffic, *destination_type, *destination, *log_group, *format, *file_format, *status,
        *delivery, *delivery_error; /* as they came (not safe), never NULL */
    int interval_s;
    int64_t created_s;
    bool hive, per_hour;
};

struct ec2_flow_logs {
    size_t n;
    struct ec2_flow_log *at;
};

/* DescribeFlowLogs, all pages; `log_group` NULL = every flow log of the region. */
weir_status ec2_flow_logs(struct aws_client *client, struct http *http, const char *log_group, int cancel,
                          struct ec2_flow_logs *out, enum aws_fault *fault, weir_error *err);
void ec2_flow_logs_done(struct ec2_flow_logs *logs);

/* One page from its XML; *token is yours (free), NULL = the last page. Appends. */
weir_status ec2_flow_logs_read(const char *bytes, size_t len, struct ec2_flow_logs *out, char **token, weir_error *err);

/* GetCallerIdentity; tells the client the account. `arn` NULL = not wanted. */
weir_status sts_identity(struct aws_client *client, struct http *http, int cancel, char *account, size_t account_size,
                         char *arn, size_t arn_size, enum aws_fault *fault, weir_error *err);

/* Names (tag Name) of vpc-, subnet- and eni- ids, where they may be asked: names[k] is yours, "" = none. A denied call
 * leaves them "". */
weir_status ec2_names(struct aws_client *client, struct http *http, const char *const *ids, size_t n, int cancel,
                      char **names, weir_error *err);

#endif
