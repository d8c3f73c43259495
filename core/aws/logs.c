/* logs.c - asks CloudWatch Logs. What is sent and how answers are read is in logs_body.c, logs_read.c and
 * logs_group.c. */
#include "aws/logs.h"

#include <stdio.h>
#include <string.h>

#include "aws/logs_wire.h"
#include "base/limits.h"

enum {
    TAIL_GROUPS_MAX = 10,    /* of one session */
    TAIL_SILENCE_MS = 10000, /* an idle session says so every second */
    GROUP_PAGES_MAX = 20,    /* of 50 groups that all begin with the name that is looked for */
    NEAREST_WORDS = 160,
};

weir_status logs_filter_call(struct aws_client *client, struct http *http, const struct logs_filter *filter,
                             struct aws_call **out, weir_error *err)
{
    struct buf body;
    buf_init(&body, ANSWER_MAX_BYTES);
    weir_status status = logs_filter_body(filter, &body, err);
    if (status == WEIR_OK)
        status = aws_call_new(client, http,
                              &(struct aws_request){.service = AWS_LOGS,
                                                    .operation = "FilterLogEvents",
                                                    .body = body.bytes,
                                                    .body_len = body.len,
                                                    .subject = filter->group},
                              out, err);
    buf_done(&body);
    return status;
}

weir_status logs_tail_call(struct aws_client *client, struct http *http, const struct logs_tail *tail,
                           weir_status (*data)(void *user, const void *bytes, size_t len), void *user,
                           struct aws_call **out, weir_error *err)
{
    struct buf body;
    if (tail->n_groups < 1 || tail->n_groups > TAIL_GROUPS_MAX)
        return weir_fail(err, WEIR_E_USAGE, 0, "a Live Tail session takes 1 to %d log groups", TAIL_GROUPS_MAX);
    if (tail->stream_prefix && tail->n_groups > 1)
        return weir_fail(err, WEIR_E_USAGE, 0, "Live Tail takes a stream prefix only with one log group");
    buf_init(&body, ANSWER_MAX_BYTES);
    weir_status status = logs_tail_body(tail, &body, err);
    if (status == WEIR_OK)
        status = aws_call_new(client, http,
                              &(struct aws_request){.service = AWS_LOGS_STREAM,
                                                    .operation = "StartLiveTail",
                                                    .body = body.bytes,
                                                    .body_len = body.len,
                                                    .subject = tail->groups[0],
                                                    .max_bytes = SIZE_MAX,
                                                    .total_ms = -1,
                                                    .silence_ms = TAIL_SILENCE_MS,
                                                    .unpaced = true,
                                                    .data = data,
                                                    .user = user},
                              out, err);
    buf_done(&body);
    return status;
}

/* ---- the ARN of a name ---- */

static weir_status ask_groups(struct aws_client *client, struct http *http, const char *prefix, const char *token,
                              int cancel, struct logs_groups *out, weir_error *err)
{
    struct buf body, answer;
    buf_init(&body, ANSWER_MAX_BYTES);
    buf_init(&answer, ANSWER_MAX_BYTES);
    weir_status status = logs_groups_body(prefix, token, &body, err);
    if (status == WEIR_OK)
        status = aws_ask(client, http,
                         &(struct aws_request){.service = AWS_LOGS,
                                               .operation = "DescribeLogGroups",
                                               .body = body.bytes,
                                               .body_len = body.len,
                                               .subject = prefix},
                         cancel, &answer, NULL, err);
    if (status == WEIR_OK)
        status = logs_groups_read(answer.bytes, answer.len, out, err);
    buf_done(&body);
    buf_done(&answer);
    return status;
}

static weir_status copy_arn(const char *arn, char *out, size_t size, weir_error *err)
{
    size_t len = strlen(arn);
    if (len > 2 && strcmp(arn + len - 2, ":*") == 0)
        len -= 2;
    if (len >= size)
        return weir_fail(err, WEIR_E_LIMIT, 0, "the ARN of a log group is longer than %zu bytes", size - 1);
    memcpy(out, arn, len);
    out[len] = '\0';
    return WEIR_OK;
}

/* The ARN of the group into out[size], "" if no group has exactly this name. */
static weir_status find_group(struct aws_client *client, struct http *http, const char *group, int cancel, char *out,
                              size_t size, weir_error *err)
{
    struct logs_groups groups = {0};
    weir_status status = WEIR_OK;
    bool has_more = true;
    char arn[2048] = "";
    for (int page = 0; page < GROUP_PAGES_MAX && has_more && !*arn && status == WEIR_OK; page++) {
        struct logs_groups next = {0};
        status = ask_groups(client, http, group, groups.next_token, cancel, &next, err);
        if (status != WEIR_OK)
            break;
        logs_groups_done(&groups);
        groups = next;
        has_more = groups.next_token != NULL;
        for (size_t k = 0; k < groups.n && !*arn && status == WEIR_OK; k++)
            if (strcmp(groups.at[k].name, group) == 0)
                status = copy_arn(groups.at[k].arn, arn, sizeof arn, err);
    }
    logs_groups_done(&groups);
    return status == WEIR_OK ? copy_arn(arn, out, size, err) : status;
}

/* Groups that could be meant: those of the same folder, else the first ones. What cannot be asked is not told. */
static void find_nearest(struct aws_client *client, struct http *http, const char *group, int cancel, char *words,
                         size_t size)
{
    char folder[512] = "";
    const char *slash = strrchr(group, '/');
    size_t len = slash ? (size_t)(slash - group) + 1 : 0;
    words[0] = '\0';
    if (len < sizeof folder)
        memcpy(folder, group, len);
    for (int k = 0; k < 2 && !*words; k++) {
        struct logs_groups groups = {0};
        if (k == 1 && !*folder)
            return;
        if (ask_groups(client, http, k ? "" : folder, NULL, cancel, &groups, NULL) != WEIR_OK)
            return;
        logs_groups_nearest(&groups, group, words, size);
        logs_groups_done(&groups);
    }
}

weir_status logs_group_arn(struct aws_client *client, struct http *http, const char *group, int cancel, char *out,
                           size_t size, weir_error *err)
{
    char region[64], account[16], name[1024], words[NEAREST_WORDS], arn[2048] = "";
    if (strncmp(group, "arn:", 4) == 0) {
        if (!logs_arn_parts(group, region, sizeof region, account, sizeof account, name, sizeof name))
            return weir_fail(err, WEIR_E_USAGE, 0,
                             "'%s' is no ARN of a log group: expected arn:aws:logs:REGION:ACCOUNT:log-group:NAME",
                             group);
        return copy_arn(group, out, size, err);
    }
    weir_status status = find_group(client, http, group, cancel, arn, sizeof arn, err);
    if (status != WEIR_OK)
        return status;
    if (!*arn) {
        find_nearest(client, http, group, cancel, words, sizeof words);
        return weir_fail(err, WEIR_E_USAGE, 0, "there is no log group %s in %s%s%s%s", group, aws_client_region(client),
                         *words ? ": is it " : "", words, *words ? "?" : "");
    }
    if (logs_arn_parts(arn, region, sizeof region, account, sizeof account, name, sizeof name))
        aws_client_set_account(client, account);
    return copy_arn(arn, out, size, err);
}
