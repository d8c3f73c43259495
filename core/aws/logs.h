/* logs.h - CloudWatch Logs, typed (docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference). */
#ifndef WEIR_AWS_LOGS_H
#define WEIR_AWS_LOGS_H

#include "aws/call.h"
#include "base/slice.h"

/* ---- FilterLogEvents ---- */

struct logs_filter {
    const char *group;         /* name or ARN */
    const char *stream_prefix; /* NULL = all streams */
    const char *pattern;       /* NULL = all events */
    int64_t from_ms, to_ms;    /* both included */
    const char *token;         /* NULL = the first page */
    int limit;                 /* 0 = 10,000 */
};

struct logs_event {
    struct slice id, stream, message;   /* id is "" in Live Tail */
    struct slice group;                 /* of Live Tail: its ARN or identifier */
    int64_t timestamp_ms, ingestion_ms; /* -1 = not told */
};

struct logs_page {
    size_t n;
    struct logs_event *events;
    size_t unreadable; /* events without what an event must have */
    char *next_token;  /* NULL = the last page */
    void *json;        /* owns the texts */
};

weir_status logs_filter_call(struct aws_client *client, struct http *http, const struct logs_filter *filter,
                             struct aws_call **out, weir_error *err);

/* One page at once: *body is the answer as it came ({"events": [{"message": …}], …}), *next the token of the next page;
 * both yours (free), *next NULL = the last page. `cancel` as in aws_call_run(); *fault may be NULL. */
weir_status logs_filter_ask(struct aws_client *client, struct http *http, const struct logs_filter *filter, int cancel,
                            char **body, size_t *len, char **next, enum aws_fault *fault, weir_error *err);

/* Reads the answer of a call that ended well. On success *out is yours (logs_page_done). WEIR_E_DATA. */
weir_status logs_page_read(const char *bytes, size_t len, struct logs_page *out, weir_error *err);
void logs_page_done(struct logs_page *page);

/* ---- StartLiveTail ---- */

struct logs_tail {
    const char *const *groups; /* ARNs, without ":*"; at most 10 */
    size_t n_groups;
    const char *stream_prefix; /* only with one group; NULL = all */
    const char *pattern;
};

/* What a session says. */
struct logs_tail_update {
    enum { TAIL_STARTED, TAIL_UPDATE, TAIL_TIMED_OUT, TAIL_FAILED, TAIL_IGNORED } what;
    bool sampled;
    size_t n, unreadable;
    struct logs_event *events;
    char words[200]; /* of an exception, safe */
    void *json;
};

weir_status logs_tail_call(struct aws_client *client, struct http *http, const struct logs_tail *tail,
                           weir_status (*data)(void *user, const void *bytes, size_t len), void *user,
                           struct aws_call **out, weir_error *err);

struct eventstream_message;
weir_status logs_tail_read(const struct eventstream_message *message, struct logs_tail_update *out, weir_error *err);
void logs_tail_update_done(struct logs_tail_update *update);

/* ---- groups ---- */

/* The ARN of a group without ":*": as it is when `group` is one, else asked by DescribeLogGroups (its account is told
 * to the client). WEIR_E_USAGE: there is no such group; *err names the nearest ones. */
weir_status logs_group_arn(struct aws_client *client, struct http *http, const char *group, int cancel, char *out,
                           size_t size, weir_error *err);

/* Whether `group` is an ARN, and its parts; NULL-terminated copies. False if it is none. */
bool logs_arn_parts(const char *group, char *region, size_t region_size, char *account, size_t account_size, char *name,
                    size_t name_size);

#endif
