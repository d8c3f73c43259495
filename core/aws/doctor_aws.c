/* doctor_aws.c - what AWS says: each permission by the smallest question that needs it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/doctor.h"
#include "aws/flow_log.h"
#include "aws/logs.h"
#include "aws/lookup.h"
#include "aws/xml.h"
#include "base/limits.h"
#include "base/scope.h"

enum {
    SKEW_FINE_MS = 5000,
    SKEW_MOST_MS = 240000, /* AWS refuses at 5 minutes */
    MINUTE_MS = 60000,
    SAMPLE_MINUTES = 20,
    SAMPLE_EVENTS = 1000,
    LAG_MOST_MIN = 15, /* AWS says about 5 minutes, 10 more for the interval */
};

/* ---- calls ---- */

static void end_call(struct aws_call **call)
{
    aws_call_free(*call);
}

static weir_status run_call(struct doctor *doctor, struct aws_call *call, enum aws_fault *fault, weir_error *why)
{
    weir_status status;

    do {
        status = aws_call_run(call, 1000, doctor->cancel, -1, why);
    } while (status == WEIR_AGAIN);
    *fault = aws_call_fault(call);
    return status;
}

static weir_status ask(struct doctor *doctor, enum aws_service service, const char *operation, const char *body,
                       struct buf *answer, enum aws_fault *fault, weir_error *why)
{
    struct aws_request request = {.service = service, .operation = operation, .body = body, .body_len = strlen(body)};

    return aws_ask(doctor->client, doctor->http, &request, doctor->cancel, answer, fault, why);
}

/* ---- who, and when ---- */

void doctor_identity(struct doctor *doctor, struct finding *finding)
{
    weir_error why = {0};
    weir_status status = sts_identity(doctor->client, doctor->http, doctor->cancel, doctor->account,
                                      sizeof doctor->account, doctor->arn, sizeof doctor->arn, &doctor->identity, &why);

    if (status == WEIR_OK) {
        doctor_say(finding, WEIR_CHECK_OK, "account %s, %s", doctor->account, doctor->arn);
        return;
    }
    doctor_blame(doctor, finding, "sts:GetCallerIdentity", doctor->identity, &why);
    finding->goes_on = doctor->identity == AWS_DENIED;
}

void doctor_clock(struct doctor *doctor, struct finding *finding)
{
    int64_t skew = aws_client_skew_ms(doctor->client), size = skew < 0 ? -skew : skew;
    bool is_answered = doctor->identity != AWS_UNREACHABLE;

    if (!is_answered) {
        doctor_say(finding, WEIR_CHECK_SKIPPED, "not checked: nobody answered to compare with");
        return;
    }
    if (size < SKEW_FINE_MS && doctor->identity != AWS_SKEWED) {
        doctor_say(finding, WEIR_CHECK_OK, "right to within %d s of AWS's", SKEW_FINE_MS / 1000);
        return;
    }
    doctor_say(finding, size < SKEW_MOST_MS && doctor->identity != AWS_SKEWED ? WEIR_CHECK_WARNING : WEIR_CHECK_FAILED,
               "%" PRId64 " s %s AWS's; weir corrects for it, other programs are refused from 5 minutes on",
               size / 1000, skew > 0 ? "behind" : "ahead of");
    finding->goes_on = true;
    doctor_advise(finding, "timedatectl set-ntp true");
}

/* ---- EC2 ---- */

void doctor_flow_logs(struct doctor *doctor, struct finding *finding)
{
    enum aws_fault fault = AWS_FINE;
    weir_error why = {0};
    size_t n_open = 0;
    weir_status status = ec2_flow_logs(doctor->client, doctor->http, NULL, doctor->cancel, &doctor->logs, &fault, &why);

    if (status != WEIR_OK) {
        doctor_blame(doctor, finding, "ec2:DescribeFlowLogs", fault, &why);
        return;
    }
    for (size_t k = 0; k < doctor->logs.n; k++) {
        char source[4 * DOCTOR_NAME_MAX];
        const char *why_not;

        flow_log_source(&doctor->logs.at[k], source, sizeof source, &why_not);
        n_open += *source != 0;
        if (!doctor->is_aimed)
            doctor_take(&doctor->target, source);
    }
    if (doctor->logs.n) {
        doctor_say(finding, WEIR_CHECK_OK, "%zu flow log%s in %s, weir can read %zu", doctor->logs.n,
                   doctor->logs.n == 1 ? "" : "s", aws_client_region(doctor->client), n_open);
        return;
    }
    doctor_say(finding, WEIR_CHECK_WARNING, "there is no flow log in %s", aws_client_region(doctor->client));
    doctor_advise(finding, "look elsewhere with --region, or make one: aws ec2 create-flow-logs help");
}

static bool has_region(const struct buf *answer, const char *region)
{
    struct xml *xml = NULL;
    bool is_there = false;

    if (xml_parse(answer->bytes, answer->len, &xml, NULL) != WEIR_OK)
        return true;
    const struct xml_node *set = xml_child(xml_root(xml), "regionInfo");
    for (const struct xml_node *item = set ? set->first : NULL; item && !is_there; item = item->next)
        is_there = strcmp(xml_text(item, "regionName"), region) == 0;
    xml_free(xml);
    return is_there;
}

void doctor_regions(struct doctor *doctor, struct finding *finding)
{
    AUTO(buf_done) struct buf answer;
    enum aws_fault fault = AWS_FINE;
    weir_error why = {0};
    const char *region = aws_client_region(doctor->client);

    buf_init(&answer, ANSWER_MAX_BYTES);
    if (ask(doctor, AWS_EC2, "DescribeRegions", "", &answer, &fault, &why) != WEIR_OK) {
        doctor_blame(doctor, finding, "ec2:DescribeRegions", fault, &why);
    } else if (has_region(&answer, region)) {
        doctor_say(finding, WEIR_CHECK_OK, "allowed; %s is enabled", region);
    } else {
        doctor_say(finding, WEIR_CHECK_FAILED, "%s is not among the regions of this account", region);
        doctor_advise(finding, "aws account enable-region --region-name %s, or another region", region);
    }
}

/* ---- CloudWatch Logs ---- */

void doctor_groups(struct doctor *doctor, struct finding *finding)
{
    enum aws_fault fault = AWS_FINE;
    weir_error why = {0};
    char arn[DOCTOR_NAME_MAX + 128];
    const char *group = doctor->target.group;

    if (ask(doctor, AWS_LOGS, "DescribeLogGroups", "{\"limit\":1}", NULL, &fault, &why) != WEIR_OK) {
        doctor_blame(doctor, finding, "logs:DescribeLogGroups", fault, &why);
        return;
    }
    if (*group &&
        logs_group_arn(doctor->client, doctor->http, group, doctor->cancel, arn, sizeof arn, &why) != WEIR_OK) {
        doctor_blame(doctor, finding, "logs:DescribeLogGroups", AWS_NOT_FOUND, &why);
        return;
    }
    doctor_say(finding, WEIR_CHECK_OK, *group ? "allowed; %s is there" : "allowed", group);
}

/* Events that began from `from_ms` on. */
static weir_status read_events(struct doctor *doctor, int64_t minutes, int limit, struct logs_page *page,
                               enum aws_fault *fault, weir_error *why)
{
    AUTO(end_call) struct aws_call *call = NULL;
    int64_t now_ms = aws_client_now_ms(doctor->client);
    struct logs_filter filter = {
        .group = doctor->target.group, .from_ms = now_ms - minutes * MINUTE_MS, .to_ms = now_ms, .limit = limit};
    weir_status status = logs_filter_call(doctor->client, doctor->http, &filter, &call, why);

    if (status == WEIR_OK)
        status = run_call(doctor, call, fault, why);
    if (status != WEIR_OK)
        return status;
    const struct buf *body = &aws_call_response(call)->body;
    return logs_page_read(body->bytes, body->len, page, why);
}

static bool has_group(const struct doctor *doctor, struct finding *finding)
{
    if (!*doctor->target.group)
        doctor_say(finding, WEIR_CHECK_SKIPPED,
                   "not checked: there is no log group to try it with; weir doctor cw:GROUP");
    return *doctor->target.group;
}

void doctor_filter(struct doctor *doctor, struct finding *finding)
{
    enum aws_fault fault = AWS_FINE;
    weir_error why = {0};
    struct logs_page page;

    if (!has_group(doctor, finding))
        return;
    if (read_events(doctor, 1, 1, &page, &fault, &why) != WEIR_OK) {
        doctor_blame(doctor, finding, "logs:FilterLogEvents", fault, &why);
        return;
    }
    logs_page_done(&page);
    doctor_say(finding, WEIR_CHECK_OK, "allowed on %s", doctor->target.group);
}

/* Who changed it is asked by resource: one that is none will do. */
void doctor_changes(struct doctor *doctor, struct finding *finding)
{
    AUTO(free_cleanup) char *body = NULL, *next = NULL;
    enum aws_fault fault = AWS_FINE;
    weir_error why = {0};
    size_t len;
    int64_t now = aws_client_now_ms(doctor->client) / 1000;
    const struct lookup_question question = {"ResourceName", "weir-doctor", now - 60, now};

    if (lookup_events(doctor->client, doctor->http, &question, NULL, doctor->cancel, &body, &len, &next, &fault,
                      &why) == WEIR_OK)
        doctor_say(finding, WEIR_CHECK_OK, "allowed");
    else
        doctor_blame(doctor, finding, "cloudtrail:LookupEvents", fault, &why);
}

void doctor_tail(struct doctor *doctor, struct finding *finding)
{
    (void)doctor;
    doctor_say(finding, WEIR_CHECK_SKIPPED, "not checked: it is billed; weir asks before the first minute");
}

/* ---- S3 ---- */

static bool has_bucket(const struct doctor *doctor, struct finding *finding)
{
    if (!*doctor->target.bucket)
        doctor_say(finding, WEIR_CHECK_SKIPPED, "not checked: no source is in S3");
    return *doctor->target.bucket;
}

static weir_status list_once(struct doctor *doctor, struct s3_list *list, enum aws_fault *fault, weir_error *why)
{
    AUTO(end_call) struct aws_call *call = NULL;
    weir_status status = s3_list_call(doctor->bucket_client, doctor->http, doctor->target.bucket, doctor->target.prefix,
                                      NULL, NULL, NULL, &call, why);

    if (status == WEIR_OK)
        status = run_call(doctor, call, fault, why);
    if (status != WEIR_OK && *fault == AWS_ELSEWHERE)
        s3_follow(call, doctor->bucket_client, &doctor->bucket_client, NULL);
    if (status != WEIR_OK)
        return status;
    const struct buf *body = &aws_call_response(call)->body;
    return s3_list_read(body->bytes, body->len, list, why);
}

void doctor_list(struct doctor *doctor, struct finding *finding)
{
    enum aws_fault fault = AWS_FINE;
    weir_error why = {0};
    struct s3_list list = {0};

    if (!has_bucket(doctor, finding))
        return;
    doctor->bucket_client = doctor->client;
    weir_status status = list_once(doctor, &list, &fault, &why);
    if (status != WEIR_OK && fault == AWS_ELSEWHERE && doctor->bucket_client != doctor->client) {
        why = (weir_error){0};
        status = list_once(doctor, &list, &fault, &why);
    }
    if (status != WEIR_OK) {
        doctor_blame(doctor, finding, "s3:ListBucket", fault, &why);
        return;
    }
    for (size_t k = 0; k < list.n && !*doctor->key; k++)
        if (list.at[k].size && strlen(list.at[k].key) < sizeof doctor->key) {
            snprintf(doctor->key, sizeof doctor->key, "%s", list.at[k].key);
            snprintf(doctor->etag, sizeof doctor->etag, "%s", list.at[k].etag ? list.at[k].etag : "");
        }
    doctor_say(finding, WEIR_CHECK_OK, "allowed on %s in %s%s", doctor->target.bucket,
               aws_client_region(doctor->bucket_client), list.n ? "" : ", which has no object there");
    s3_list_done(&list);
}

/* The first bytes are proof enough. */
static weir_status take_bytes(void *user, const void *bytes, size_t len)
{
    struct doctor *doctor = user;

    (void)bytes;
    doctor->has_bytes = len > 0;
    return len > 0 ? WEIR_E_LIMIT : WEIR_OK;
}

void doctor_get(struct doctor *doctor, struct finding *finding)
{
    AUTO(end_call) struct aws_call *call = NULL;
    enum aws_fault fault = AWS_FINE;
    weir_error why = {0};

    if (!has_bucket(doctor, finding))
        return;
    if (!*doctor->key) {
        doctor_say(finding, WEIR_CHECK_SKIPPED, "not checked: there is no object to try it with");
        return;
    }
    weir_status status = s3_get_call(doctor->bucket_client, doctor->http, doctor->target.bucket, doctor->key,
                                     *doctor->etag ? doctor->etag : NULL, 0, take_bytes, doctor, &call, &why);
    if (status == WEIR_OK)
        status = run_call(doctor, call, &fault, &why);
    if (status == WEIR_OK || doctor->has_bytes)
        doctor_say(finding, WEIR_CHECK_OK, "allowed on %s", doctor->key);
    else
        doctor_blame(doctor, finding, "s3:GetObject (and kms:Decrypt, where the bucket is encrypted by KMS)", fault,
                     &why);
}

/* ---- delivery ---- */

/* AWS's words for what is wrong with a flow log. */
static const struct {
    const char *error, *fix;
} delivery_errors[] = {
    {"Access error", "let the flow log's role do logs:CreateLogStream and logs:PutLogEvents, or the bucket's policy "
                     "let delivery.logs.amazonaws.com do s3:PutObject"},
    {"Rate limited", "more records come than CloudWatch Logs takes: spread them over several log groups"},
    {"Unknown error", "make the flow log anew: aws ec2 delete-flow-logs, then aws ec2 create-flow-logs"},
};

static bool blame_delivery(const struct doctor *doctor, struct finding *finding)
{
    for (size_t k = 0; k < doctor->logs.n; k++) {
        const struct ec2_flow_log *log = &doctor->logs.at[k];

        if (!*log->delivery_error && strcmp(log->delivery, "FAILED") != 0)
            continue;
        if (doctor->is_aimed && !doctor_is_about(&doctor->target, log))
            continue;
        doctor_say(finding, WEIR_CHECK_FAILED, "%s (%s) cannot deliver: %s", log->id, log->resource,
                   *log->delivery_error ? log->delivery_error : "no reason is told");
        for (size_t e = 0; e < ARRAY_SIZE(delivery_errors); e++)
            if (strcmp(log->delivery_error, delivery_errors[e].error) == 0)
                doctor_advise(finding, "%s", delivery_errors[e].fix);
        if (!*finding->fix)
            doctor_advise(finding, "aws ec2 describe-flow-logs --flow-log-ids %s", log->id);
        return true;
    }
    return false;
}

static int compare_lags(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void judge_lag(const struct doctor *doctor, const struct logs_page *page, struct finding *finding)
{
    AUTO(free_cleanup) int64_t *lags = calloc(page->n + 1, sizeof *lags);
    size_t n = 0;

    for (size_t k = 0; lags && k < page->n; k++)
        if (page->events[k].ingestion_ms >= page->events[k].timestamp_ms && page->events[k].timestamp_ms >= 0)
            lags[n++] = (page->events[k].ingestion_ms - page->events[k].timestamp_ms) / 1000;
    if (!n) {
        doctor_say(finding, WEIR_CHECK_WARNING, "no record of the last %d minutes has come to %s", SAMPLE_MINUTES,
                   doctor->target.group);
        doctor_advise(finding, "aws ec2 describe-flow-logs --filter Name=log-group-name,Values=%s",
                      doctor->target.group);
        return;
    }
    qsort(lags, n, sizeof *lags, compare_lags);
    doctor_say(finding, lags[n / 2] > LAG_MOST_MIN * 60 ? WEIR_CHECK_WARNING : WEIR_CHECK_OK,
               "records come %" PRId64 " s after their start (from %" PRId64 " s to %" PRId64 " s, %zu looked at)",
               lags[n / 2], lags[0], lags[n - 1], n);
    if (finding->result == WEIR_CHECK_WARNING)
        doctor_advise(finding, "nothing can be done about it here; look back further: --horizon 60m");
}

void doctor_delivery(struct doctor *doctor, struct finding *finding)
{
    enum aws_fault fault = AWS_FINE;
    weir_error why = {0};
    struct logs_page page;

    if (blame_delivery(doctor, finding))
        return;
    if (!*doctor->target.group) {
        doctor_say(finding, doctor->logs.n ? WEIR_CHECK_OK : WEIR_CHECK_SKIPPED,
                   doctor->logs.n ? "no flow log tells of an error" : "not checked: there is nothing to look at");
        return;
    }
    if (read_events(doctor, SAMPLE_MINUTES, SAMPLE_EVENTS, &page, &fault, &why) != WEIR_OK) {
        doctor_say(finding, WEIR_CHECK_SKIPPED, "not checked: %s", why.text);
        finding->is_canceled = why.status == WEIR_E_CANCELED;
        return;
    }
    judge_lag(doctor, &page, finding);
    logs_page_done(&page);
}
