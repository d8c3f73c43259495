/* fault_words.c - one line for each kind of fault: who answered what, and what to do. A function a kind. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "aws/fault.h"
#include "base/scope.h"

enum { WHO_BYTES = 180, ACTION_BYTES = 128, MESSAGE_MAX = 150 };

struct line {
    char text[1024];
};

/* "logs:FilterLogEvents": what a policy has to name. S3's permissions are called otherwise than its operations. */
static void name_action(const struct fault_context *context, char *out, size_t size)
{
    const char *operation = context->operation;
    if (context->service == AWS_S3 && strncmp(operation, "List", 4) == 0)
        operation = "ListBucket";
    snprintf(out, size, "%s:%s", service_infos[context->service].signing, operation);
}

/* "User: arn:aws:iam::123456789012:user/x is not …" → the ARN, else the profile. */
static void name_who(const struct fault *fault, const struct fault_context *context, char *out, size_t size)
{
    const char *user = strstr(fault->message, "User: ");
    int len = user ? (int)strcspn(user + 6, " ") : 0;
    if (len > 0 && len < WHO_BYTES - 10)
        snprintf(out, size, "%.*s", len, user + 6);
    else
        snprintf(out, size, "profile %s", context->profile);
}

static const char *code_of(const struct fault *fault)
{
    return *fault->code ? fault->code : "no code";
}

static void say_denied(const struct fault *fault, const struct fault_context *context, struct line *out)
{
    char action[ACTION_BYTES], who[WHO_BYTES];
    name_action(context, action, sizeof action);
    name_who(fault, context, who, sizeof who);
    const char *cure = strstr(fault->message, "explicit deny") ? "a policy denies it explicitly (IAM, boundary or SCP)"
                                                               : "add it to the policy";
    snprintf(out->text, sizeof out->text, "%s%s%s is not allowed for %s (%s): %s", action,
             context->subject ? " on " : "", context->subject ? context->subject : "", who, code_of(fault), cure);
}

static void say_credentials(const struct fault *fault, const struct fault_context *context, struct line *out)
{
    bool is_expired = strncmp(fault->code, "ExpiredToken", 12) == 0 || strcmp(fault->code, "RequestExpired") == 0;
    char cure[200];
    if (context->uses_sso)
        snprintf(cure, sizeof cure, "run `aws sso login --profile %s`", context->profile);
    else
        snprintf(cure, sizeof cure, "%s",
                 is_expired ? "get new ones" : "check access key, secret key and session token");
    const char *origin = context->origin && *context->origin ? context->origin : "unknown source";
    snprintf(out->text, sizeof out->text, "the credentials of profile %s (%s) %s (%s): %s", context->profile, origin,
             is_expired ? "have expired" : "are refused", code_of(fault), cure);
}

static void say_skewed(const struct fault *fault, const struct fault_context *context, struct line *out)
{
    int64_t off_s = (context->skew_ms < 0 ? -context->skew_ms : context->skew_ms) / 1000;
    const char *side = context->skew_ms > 0 ? "behind" : "ahead of";
    if (off_s < 2)
        snprintf(out->text, sizeof out->text, "%s says that our clock is wrong (%s): set it: timedatectl set-ntp true",
                 context->host, code_of(fault));
    else if (off_s < 120)
        snprintf(out->text, sizeof out->text,
                 "the clock here is %" PRId64 " s %s AWS's (%s): set it: timedatectl set-ntp true", off_s, side,
                 code_of(fault));
    else
        snprintf(out->text, sizeof out->text,
                 "the clock here is %" PRId64 " minutes %s AWS's (%s): set it: timedatectl set-ntp true", off_s / 60,
                 side, code_of(fault));
}

static void say_not_found(const struct fault *fault, const struct fault_context *context, struct line *out)
{
    const char *what = "thing";
    if (context->service == AWS_LOGS || context->service == AWS_LOGS_STREAM)
        what = "log group";
    else if (context->service == AWS_S3)
        what = strcmp(fault->code, "NoSuchBucket") == 0 ? "bucket" : "object";
    if (context->service == AWS_EC2 || context->service == AWS_STS || !context->subject)
        snprintf(out->text, sizeof out->text, "%s: not found in %s: %.*s (%s)", context->operation, context->region,
                 MESSAGE_MAX, fault->message, code_of(fault));
    else
        snprintf(out->text, sizeof out->text, "there is no %s %s in %s for profile %s: check name, region and profile",
                 what, context->subject, context->region, context->profile);
}

static void say_throttled(const struct fault *fault, const struct fault_context *context, struct line *out)
{
    snprintf(out->text, sizeof out->text,
             "%s throttles %s (%s) after %u tries: the quota is the whole account's, other programs use it too",
             context->host, context->operation, code_of(fault), context->attempts);
}

static void say_server(const struct fault *fault, const struct fault_context *context, struct line *out)
{
    snprintf(out->text, sizeof out->text,
             "%s has a fault of its own (%d %s) after %u tries: wait, or see health.aws.com", context->host,
             context->status, code_of(fault), context->attempts);
}

static void say_too_many(const struct fault *fault, const struct fault_context *context, struct line *out)
{
    snprintf(out->text, sizeof out->text, "%s: a limit of the account is reached (%s): %.*s", context->operation,
             code_of(fault), MESSAGE_MAX, *fault->message ? fault->message : "close other sessions");
}

static void say_elsewhere(const struct fault *fault, const struct fault_context *context, struct line *out)
{
    snprintf(out->text, sizeof out->text, "the bucket of %s is in %s, not in %s: use --region %s",
             context->subject ? context->subject : context->operation, fault->region, context->region, fault->region);
}

static void say_other(const struct fault *fault, const struct fault_context *context, struct line *out)
{
    if (fault->is_page)
        snprintf(out->text, sizeof out->text,
                 "%s answered with a %s (status %d), so it is not AWS: a login page or proxy is in the way",
                 context->host, context->status / 100 == 3 ? "redirect" : "web page", context->status);
    else
        snprintf(out->text, sizeof out->text, "%s refuses %s%s%s (%d %s)%s%.*s", context->host, context->operation,
                 context->subject ? " on " : "", context->subject ? context->subject : "", context->status,
                 code_of(fault), *fault->message ? ": " : "", MESSAGE_MAX, fault->message);
}

struct kind_row {
    weir_status status;
    void (*say)(const struct fault *fault, const struct fault_context *context, struct line *out);
};
static const struct kind_row kind_rows[] = {
    [AWS_THROTTLED] = {WEIR_E_IO, say_throttled}, [AWS_SERVER] = {WEIR_E_IO, say_server},
    [AWS_DENIED] = {WEIR_E_DENIED, say_denied},   [AWS_CREDENTIALS] = {WEIR_E_DENIED, say_credentials},
    [AWS_SKEWED] = {WEIR_E_IO, say_skewed},       [AWS_NOT_FOUND] = {WEIR_E_USAGE, say_not_found},
    [AWS_INVALID] = {WEIR_E_USAGE, say_other},    [AWS_TOO_MANY] = {WEIR_E_LIMIT, say_too_many},
    [AWS_ELSEWHERE] = {WEIR_E_IO, say_elsewhere}, [AWS_OTHER] = {WEIR_E_IO, say_other},
};

weir_status fault_words(const struct fault *fault, const struct fault_context *context, weir_error *err)
{
    struct line line = {""};
    const struct kind_row *row = &kind_rows[AWS_OTHER];
    if ((size_t)fault->kind < ARRAY_SIZE(kind_rows) && kind_rows[fault->kind].say)
        row = &kind_rows[fault->kind];
    row->say(fault, context, &line);
    return weir_fail(err, row->status, 0, "%s", line.text);
}
