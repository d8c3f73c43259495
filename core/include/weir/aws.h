/* aws.h - whose AWS account is asked, and how it is reached: credentials, regions, endpoints, and what can be
 * found out before a source is opened. Settings are those of the AWS CLI
 * (docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html, …/cli-configure-files.html). */
#ifndef WEIR_AWS_H
#define WEIR_AWS_H

#include <stdint.h>

#include "weir/safe.h"
#include "weir/status.h"

typedef struct weir_aws weir_aws;

typedef struct weir_aws_options {
    char **environment;       /* "NAME=value" …, NULL at the end; copied. The values of secrets are then overwritten
                                 in place, so that the system no longer shows them (/proc/PID/environ) */
    const char *profile;      /* NULL = AWS_PROFILE, else "default" */
    const char *region;       /* NULL = AWS_REGION, AWS_DEFAULT_REGION, the profile's, the instance's */
    const char *endpoint_url; /* NULL = AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's, AWS's own */
    const char *ca_bundle;    /* NULL = AWS_CA_BUNDLE, the profile's, the system's */
    double requests_per_s;    /* of ours to one account and region; 0 = 2, because the quota is the account's */
    int64_t now;              /* the time stands still (tests, pictures); 0 = real time */
} weir_aws_options;

/* Reads the environment and the files it names; asks nobody yet. Shared by all sources of a session: its
 * functions may be called from any thread. On success *out is yours, and must outlive every session that uses it. */
weir_status weir_aws_open(const weir_aws_options *options, weir_aws **out, weir_error *err);
void weir_aws_close(weir_aws *aws); /* accepts NULL */

/* ---- what flow logs there are ---- */

/* One flow log that can be opened, as DescribeFlowLogs tells it
 * (docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html). Texts are safe, "" = not told. */
typedef struct weir_flow_log {
    weir_safe id;               /* fl-… */
    weir_safe name;             /* the tag Name */
    weir_safe resource;         /* vpc-…, subnet-…, eni-…, tgw-…: what it covers */
    weir_safe resource_name;    /* the tag Name of that, where it could be asked */
    weir_safe traffic;          /* ACCEPT, REJECT, ALL */
    weir_safe destination;      /* log group, or ARN of bucket or delivery stream */
    weir_safe destination_type; /* cloud-watch-logs, s3, kinesis-data-firehose */
    weir_safe format;           /* "${version} …" */
    weir_safe file_format;      /* plain-text, parquet; of s3 */
    weir_safe status;           /* ACTIVE */
    weir_safe delivery;         /* SUCCESS, FAILED */
    weir_safe delivery_error;   /* Rate limited, Access error, Unknown error */
    weir_safe region, account;
    int interval_s;   /* the longest aggregation interval: 60 or 600 */
    int64_t created;  /* Unix seconds, 0 = unknown */
    weir_safe source; /* what to type to open it: "cw:…", "s3://…"; "" = weir cannot read it: see why_not */
    weir_safe why_not;
} weir_flow_log;

typedef struct weir_flow_logs weir_flow_logs;

/* Asks for all flow logs of the default region, on its own thread. */
weir_status weir_flow_logs_ask(weir_aws *aws, weir_flow_logs **out, weir_error *err);
void weir_flow_logs_free(weir_flow_logs *logs); /* ends the asking, at most 200 ms; accepts NULL */

int weir_flow_logs_fd(const weir_flow_logs *logs); /* readable when something has changed */

/* Takes what came. WEIR_AGAIN: still asking, weir_flow_logs_words() says for what. WEIR_OK: all are here.
 * Anything else is what went wrong, in *err: one line that says what to do. */
weir_status weir_flow_logs_pump(weir_flow_logs *logs, weir_error *err);
size_t weir_flow_logs_count(const weir_flow_logs *logs);
const weir_flow_log *weir_flow_logs_get(const weir_flow_logs *logs, size_t k); /* borrowed */
weir_safe weir_flow_logs_words(const weir_flow_logs *logs); /* "asking ec2.eu-west-1.amazonaws.com (2 s)" */
weir_safe weir_flow_logs_place(const weir_flow_logs *logs); /* "eu-west-1  account 123456789012  profile prod" */

/* ---- what is in the way ---- */

typedef enum weir_check_result {
    WEIR_CHECK_OK,
    WEIR_CHECK_WARNING,
    WEIR_CHECK_FAILED,
    WEIR_CHECK_SKIPPED
} weir_check_result;

typedef struct weir_check {
    weir_check_result result;
    weir_safe name; /* "clock", "credentials", "logs:FilterLogEvents" … */
    weir_safe text; /* what was found */
    weir_safe fix;  /* what to do, a command line where there is one; "" = nothing */
} weir_check;

/* Checks clock, credentials, region, proxy, CA, permissions one by one, and delivery; each with the first `source`s
 * where there are some. Calls visit for each as soon as it is known. Blocks; cancel_fd readable ends it.
 * WEIR_OK when nothing failed, WEIR_E_DENIED or WEIR_E_IO when something did. */
weir_status weir_doctor(weir_aws *aws, const char *const *sources, size_t n_sources, int cancel_fd,
                        void (*visit)(const weir_check *check, void *user), void *user, weir_error *err);

#endif
