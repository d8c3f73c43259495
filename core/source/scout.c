/* scout.c - see scout.h. Texts in the report are set once, under the lock, and stay until the end. */
#include "source/scout.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/ec2.h"
#include "aws/logs.h"
#include "base/buf.h"
#include "base/scope.h"
#include "base/wait.h"
#include "weir/safe.h"

enum { TRY_AGAIN_MS = 15000, ARN_BYTES = 2048 };

static const char default_format[] =
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} "
    "${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

struct scout {
    pthread_t thread;
    struct aws_client *client;
    struct http *http;
    char *group; /* as it was given; NULL = none */
    bool wants_arn;
    int cancel[2];
    pthread_mutex_t lock; /* of all below */
    struct scout_report report;
    char arn[ARN_BYTES];
    char *layouts;
};

/* ---- the questions; each returns true when it need not be asked again ---- */

static bool may_help(enum aws_fault fault)
{
    return fault == AWS_UNREACHABLE || fault == AWS_SERVER || fault == AWS_THROTTLED || fault == AWS_CREDENTIALS ||
           fault == AWS_SKEWED;
}

static void count(struct scout *scout)
{
    pthread_mutex_lock(&scout->lock);
    scout->report.requests++;
    pthread_mutex_unlock(&scout->lock);
}

static bool ask_identity(struct scout *scout)
{
    char account[16] = "";
    aws_client_account(scout->client, account);
    if (account[0])
        return true;
    count(scout);
    enum aws_fault fault = AWS_FINE;
    weir_status status =
        sts_identity(scout->client, scout->http, scout->cancel[0], account, sizeof account, NULL, 0, &fault, NULL);
    return status == WEIR_OK || !may_help(fault);
}

static void tell_arn(struct scout *scout, const char *arn)
{
    pthread_mutex_lock(&scout->lock);
    snprintf(scout->arn, sizeof scout->arn, "%s", arn);
    scout->report.arn = arn[0] ? scout->arn : NULL;
    scout->report.no_arn = !arn[0];
    pthread_mutex_unlock(&scout->lock);
}

/* Where groups may not be listed, the ARN follows from the account. */
static bool make_arn(struct scout *scout)
{
    char account[16] = "", arn[ARN_BYTES] = "";
    bool known = ask_identity(scout);
    aws_client_account(scout->client, account);
    const char *region = aws_client_region(scout->client);
    if (account[0])
        snprintf(arn, sizeof arn, "arn:%s:logs:%s:%s:log-group:%s", partition_of(region)->id, region, account,
                 scout->group);
    if (known)
        tell_arn(scout, arn);
    return known;
}

static bool ask_arn(struct scout *scout)
{
    char arn[ARN_BYTES] = "";
    count(scout);
    weir_status status =
        logs_group_arn(scout->client, scout->http, scout->group, scout->cancel[0], arn, sizeof arn, NULL);
    if (status == WEIR_OK || status == WEIR_E_USAGE) {
        tell_arn(scout, status == WEIR_OK ? arn : "");
        return true;
    }
    return status == WEIR_E_DENIED ? make_arn(scout) : false;
}

static bool is_plain(const char *format)
{
    for (; *format; format++)
        if ((unsigned char)*format < 0x20)
            return false;
    return true;
}

/* The different formats of the flow logs; yours, NULL if there are none. */
static char *join_formats(const struct ec2_flow_logs *logs)
{
    struct buf text;
    buf_init(&text, (size_t)LAYOUTS_MAX * SURPLUS_MAX_BYTES);
    size_t n = 0;
    for (size_t k = 0; k < logs->n && n < LAYOUTS_MAX; k++) {
        const char *format = logs->at[k].format[0] ? logs->at[k].format : default_format;
        bool again = false;
        for (size_t j = 0; j < k && !again; j++)
            again = strcmp(format, logs->at[j].format[0] ? logs->at[j].format : default_format) == 0;
        if (again || !is_plain(format))
            continue;
        if ((n && buf_append(&text, "\n", 1)) || buf_append(&text, format, strlen(format)))
            break;
        n++;
    }
    if (n == 0 || buf_append(&text, "", 1)) {
        buf_done(&text);
        return NULL;
    }
    return text.bytes;
}

static bool ask_flow_logs(struct scout *scout)
{
    char region[64], account[16], name[ARN_BYTES];
    const char *group = scout->group;
    if (logs_arn_parts(group, region, sizeof region, account, sizeof account, name, sizeof name))
        group = name;
    struct ec2_flow_logs logs = {0};
    enum aws_fault fault = AWS_FINE;
    weir_error err = {0};
    count(scout);
    weir_status status = ec2_flow_logs(scout->client, scout->http, group, scout->cancel[0], &logs, &fault, &err);
    char *layouts = status == WEIR_OK ? join_formats(&logs) : NULL;
    if (status == WEIR_OK)
        ec2_flow_logs_done(&logs);
    pthread_mutex_lock(&scout->lock);
    scout->report.looked = true;
    scout->report.layouts = scout->layouts = layouts;
    scout->report.trouble[0] = '\0';
    if (status)
        weir_safe_format(scout->report.trouble, sizeof scout->report.trouble, "%s", err.text);
    pthread_mutex_unlock(&scout->lock);
    return status == WEIR_OK || !may_help(fault);
}

/* ---- the thread ---- */

static void *run(void *user)
{
    struct scout *scout = user;
    bool has_arn = !scout->group || !scout->wants_arn, has_flow_logs = !scout->group, has_identity = false;
    for (;;) {
        has_arn = has_arn || ask_arn(scout);
        has_flow_logs = has_flow_logs || ask_flow_logs(scout);
        has_identity = has_identity || ask_identity(scout);
        bool done = has_arn && has_flow_logs && has_identity;
        pthread_mutex_lock(&scout->lock);
        scout->report.done = done;
        pthread_mutex_unlock(&scout->lock);
        if (done || wait_for(-1, scout->cancel[0], TRY_AGAIN_MS) == WAIT_CANCELED)
            return NULL;
    }
}

static void dispose(struct scout *scout)
{
    for (int k = 0; k < 2; k++)
        if (scout->cancel[k] >= 0)
            close(scout->cancel[k]);
    http_free(scout->http);
    pthread_mutex_destroy(&scout->lock);
    free(scout->layouts);
    free(scout->group);
    free(scout);
}

weir_status scout_new(struct aws_client *client, const char *group, bool wants_arn, struct scout **out, weir_error *err)
{
    struct scout *scout = calloc(1, sizeof *scout);
    if (!scout)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    *scout = (struct scout){.client = client, .wants_arn = wants_arn, .cancel = {-1, -1}};
    pthread_mutex_init(&scout->lock, NULL);
    weir_status status = aws_client_http(client, &scout->http, err);
    scout->group = group ? strdup(group) : NULL;
    if (!status && group && !scout->group)
        status = weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    if (!status && pipe(scout->cancel) != 0) {
        scout->cancel[0] = scout->cancel[1] = -1;
        status = weir_fail(err, WEIR_E_IO, 0, "no file descriptors left: close some programs");
    }
    for (int k = 0; !status && k < 2; k++)
        fcntl(scout->cancel[k], F_SETFD, FD_CLOEXEC);
    if (!status && pthread_create(&scout->thread, NULL, run, scout))
        status = weir_fail(err, WEIR_E_NOMEM, 0, "no thread could be started");
    if (status)
        dispose(scout);
    else
        *out = scout;
    return status;
}

void scout_free(struct scout *scout)
{
    if (!scout)
        return;
    close(scout->cancel[1]); /* the read end becomes readable: end of file */
    scout->cancel[1] = -1;
    pthread_join(scout->thread, NULL);
    dispose(scout);
}

void scout_look(struct scout *scout, struct scout_report *out)
{
    pthread_mutex_lock(&scout->lock);
    *out = scout->report;
    pthread_mutex_unlock(&scout->lock);
}
