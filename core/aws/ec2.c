/* ec2.c - asks EC2 and STS. What is sent and how answers are read is in ec2_read.c. */
#include "aws/ec2.h"

#include <stdlib.h>
#include <string.h>

#include "aws/ec2_wire.h"
#include "base/limits.h"

enum { PAGES_MAX = 100 };

static weir_status ask(struct aws_client *client, struct http *http, enum aws_service service, const char *operation,
                       const struct buf *body, int cancel, struct buf *answer, enum aws_fault *fault, weir_error *err)
{
    return aws_ask(
        client, http,
        &(struct aws_request){.service = service, .operation = operation, .body = body->bytes, .body_len = body->len},
        cancel, answer, fault, err);
}

/* ---- flow logs ---- */

/* Replaces *token by the next one. */
static weir_status next_page(struct aws_client *client, struct http *http, const char *log_group, int cancel,
                             struct ec2_flow_logs *logs, char **token, enum aws_fault *fault, weir_error *err)
{
    struct buf body, answer;
    char *next = NULL;
    buf_init(&body, ANSWER_MAX_BYTES);
    buf_init(&answer, ANSWER_MAX_BYTES);
    weir_status status = ec2_flow_logs_body(log_group, *token, &body, err);
    if (status == WEIR_OK)
        status = ask(client, http, AWS_EC2, "DescribeFlowLogs", &body, cancel, &answer, fault, err);
    if (status == WEIR_OK)
        status = ec2_flow_logs_read(answer.bytes, answer.len, logs, &next, err);
    if (status == WEIR_OK && next && *token && strcmp(next, *token) == 0)
        status = weir_fail(err, WEIR_E_DATA, 0, "DescribeFlowLogs gives the same page again and again");
    free(*token);
    *token = next;
    buf_done(&body);
    buf_done(&answer);
    return status;
}

weir_status ec2_flow_logs(struct aws_client *client, struct http *http, const char *log_group, int cancel,
                          struct ec2_flow_logs *out, enum aws_fault *fault, weir_error *err)
{
    struct ec2_flow_logs logs = {0};
    char *token = NULL;
    if (fault)
        *fault = AWS_FINE;
    weir_status status = next_page(client, http, log_group, cancel, &logs, &token, fault, err);
    for (int page = 1; status == WEIR_OK && token; page++)
        status = page < PAGES_MAX
                     ? next_page(client, http, log_group, cancel, &logs, &token, fault, err)
                     : weir_fail(err, WEIR_E_LIMIT, 0, "DescribeFlowLogs has more than %d pages", PAGES_MAX);
    free(token);
    if (status == WEIR_OK)
        *out = logs;
    else
        ec2_flow_logs_done(&logs);
    return status;
}

/* ---- who we are ---- */

weir_status sts_identity(struct aws_client *client, struct http *http, int cancel, char *account, size_t account_size,
                         char *arn, size_t arn_size, enum aws_fault *fault, weir_error *err)
{
    char number[16];
    struct buf body, answer;
    if (fault)
        *fault = AWS_FINE;
    buf_init(&body, ANSWER_MAX_BYTES);
    buf_init(&answer, ANSWER_MAX_BYTES);
    weir_status status = sts_identity_body(&body, err);
    if (status == WEIR_OK)
        status = ask(client, http, AWS_STS, "GetCallerIdentity", &body, cancel, &answer, fault, err);
    if (status == WEIR_OK)
        status = sts_identity_read(answer.bytes, answer.len, number, sizeof number, NULL, 0, err);
    if (status == WEIR_OK)
        status = sts_identity_read(answer.bytes, answer.len, account, account ? account_size : 0, arn,
                                   arn ? arn_size : 0, err);
    if (status == WEIR_OK)
        aws_client_set_account(client, number);
    buf_done(&body);
    buf_done(&answer);
    return status;
}

/* ---- names ---- */

/* One call's worth of ids of one kind. */
static weir_status ask_names(struct aws_client *client, struct http *http, const struct ec2_named *kind,
                             const char *const *ids, const size_t *place, size_t n, int cancel, char **names,
                             enum aws_fault *fault, weir_error *err)
{
    const char *some_ids[EC2_NAMES_PER_CALL];
    char *some_names[EC2_NAMES_PER_CALL];
    struct buf body, answer;
    for (size_t k = 0; k < n; k++) {
        some_ids[k] = ids[place[k]];
        some_names[k] = names[place[k]];
    }
    buf_init(&body, ANSWER_MAX_BYTES);
    buf_init(&answer, ANSWER_MAX_BYTES);
    weir_status status = ec2_names_body(kind, some_ids, n, &body, err);
    if (status == WEIR_OK)
        status = ask(client, http, AWS_EC2, kind->operation, &body, cancel, &answer, fault, err);
    if (status == WEIR_OK)
        status = ec2_names_read(kind, answer.bytes, answer.len, some_ids, n, some_names, err);
    for (size_t k = 0; k < n; k++)
        names[place[k]] = some_names[k];
    buf_done(&body);
    buf_done(&answer);
    return status;
}

/* Names are an extra: what may not be asked, or is not there, has none. */
static bool is_bearable(enum aws_fault fault)
{
    return fault == AWS_DENIED || fault == AWS_NOT_FOUND || fault == AWS_INVALID;
}

static weir_status ask_kind(struct aws_client *client, struct http *http, const struct ec2_named *kind,
                            const char *const *ids, size_t n, int cancel, char **names, weir_error *err)
{
    size_t place[EC2_NAMES_PER_CALL], count = 0, len = strlen(kind->id_prefix);
    for (size_t k = 0; k < n; k++) {
        if (strncmp(ids[k], kind->id_prefix, len) == 0)
            place[count++] = k;
        if (count == 0 || (count < EC2_NAMES_PER_CALL && k + 1 < n))
            continue;
        enum aws_fault fault = AWS_FINE;
        weir_error why = {0};
        weir_status status = ask_names(client, http, kind, ids, place, count, cancel, names, &fault, &why);
        if (status != WEIR_OK && is_bearable(fault))
            return WEIR_OK;
        if (status != WEIR_OK)
            return weir_fail(err, status, 0, "%s", why.text);
        count = 0;
    }
    return WEIR_OK;
}

static void free_names(char **names, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        free(names[k]);
        names[k] = NULL;
    }
}

weir_status ec2_names(struct aws_client *client, struct http *http, const char *const *ids, size_t n, int cancel,
                      char **names, weir_error *err)
{
    weir_status status = WEIR_OK;
    for (size_t k = 0; k < n; k++)
        if (!(names[k] = strdup("")))
            status = WEIR_E_NOMEM;
    if (status != WEIR_OK)
        weir_fail(err, status, 0, "out of memory");
    for (size_t k = 0; k < EC2_NAMED_COUNT && status == WEIR_OK; k++)
        status = ask_kind(client, http, &ec2_named[k], ids, n, cancel, names, err);
    if (status != WEIR_OK)
        free_names(names, n);
    return status;
}
