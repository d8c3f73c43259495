/* doctor.c - runs the checks one after the other and tells each as soon as it is known. A check whose prerequisite
 * failed is skipped: it would only say the same in other words. */
#include "aws/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "base/wait.h"

static const struct check_info {
    const char *name;
    enum doctor_check needs;
    void (*run)(struct doctor *doctor, struct finding *finding);
} checks[DOCTOR_COUNT] = {
#define X(id, name, needs, run) [id] = {name, needs, run},
#include "aws/doctor.def"
#undef X
};

/* ---- findings ---- */

void doctor_say(struct finding *finding, weir_check_result result, const char *text, ...)
{
    va_list arguments;
    char raw[sizeof finding->text];

    va_start(arguments, text);
    vsnprintf(raw, sizeof raw, text, arguments);
    va_end(arguments);
    finding->result = result;
    weir_sanitize(raw, strlen(raw), finding->text, sizeof finding->text);
}

void doctor_advise(struct finding *finding, const char *fix, ...)
{
    va_list arguments;
    char raw[sizeof finding->fix];

    va_start(arguments, fix);
    vsnprintf(raw, sizeof raw, fix, arguments);
    va_end(arguments);
    weir_sanitize(raw, strlen(raw), finding->fix, sizeof finding->fix);
}

void doctor_blame(struct doctor *doctor, struct finding *finding, const char *action, enum aws_fault fault,
                  const weir_error *why)
{
    static const char *const cures[] = {
        [AWS_THROTTLED] = "try again in a minute: the quota is shared by the whole account",
        [AWS_UNREACHABLE] = "check the network, and the lines proxy and CA above",
        [AWS_SERVER] = "try again; https://health.aws.amazon.com/ tells of trouble at AWS",
        [AWS_SKEWED] = "set the clock: timedatectl set-ntp true",
        [AWS_NOT_FOUND] = "weir list",
    };
    const char *profile = doctor->client ? aws_client_profile(doctor->client) : "default";

    finding->is_canceled = why->status == WEIR_E_CANCELED;
    doctor_say(finding, WEIR_CHECK_FAILED, "%s", *why->text ? why->text : weir_status_name(why->status));
    doctor->was_denied |= fault == AWS_DENIED || fault == AWS_CREDENTIALS;
    if (fault == AWS_DENIED)
        doctor_advise(finding, "allow the action %s in IAM%s%s", action, *doctor->arn ? " for " : "", doctor->arn);
    else if (fault == AWS_CREDENTIALS && doctor->client && aws_client_uses_sso(doctor->client))
        doctor_advise(finding, "aws sso login --profile %s", profile);
    else if (fault == AWS_CREDENTIALS)
        doctor_advise(finding, "aws configure --profile %s, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
                      profile);
    else
        doctor_advise(finding, "%s",
                      (size_t)fault < ARRAY_SIZE(cures) && cures[fault] ? cures[fault] : "try again in a minute");
}

/* ---- the run ---- */

static void tell(enum doctor_check check, const struct finding *finding,
                 void (*visit)(const weir_check *check, void *user), void *user)
{
    weir_check told = {
        .result = finding->result,
        .name = (weir_safe){checks[check].name},
        .text = (weir_safe){finding->text},
        .fix = (weir_safe){finding->fix},
    };

    visit(&told, user);
}

static void finish(struct doctor *doctor)
{
    ec2_flow_logs_done(&doctor->logs);
    http_free(doctor->http);
}

static weir_status conclude(const struct doctor *doctor, size_t n_failed, const char *first, weir_error *err)
{
    if (!n_failed)
        return WEIR_OK;
    return weir_fail(err, doctor->was_denied ? WEIR_E_DENIED : WEIR_E_IO, 0, "%zu of %d checks failed, first %s",
                     n_failed, (int)DOCTOR_COUNT, first);
}

weir_status weir_doctor(weir_aws *aws, const char *const *sources, size_t n_sources, int cancel_fd,
                        void (*visit)(const weir_check *check, void *user), void *user, weir_error *err)
{
    AUTO(finish) struct doctor doctor = {.aws = aws, .cancel = cancel_fd};
    bool blocks[DOCTOR_COUNT] = {false};
    const char *first = "";
    size_t n_failed = 0;

    for (size_t k = 0; k < n_sources; k++)
        doctor_take(&doctor.target, sources[k]);
    doctor.is_aimed = *doctor.target.group || *doctor.target.bucket;
    for (int k = 0; k < DOCTOR_COUNT; k++) {
        struct finding finding = {.result = WEIR_CHECK_OK};
        enum doctor_check needs = checks[k].needs;

        if (cancel_fd >= 0 && wait_for(-1, cancel_fd, 0) == WAIT_CANCELED)
            return weir_fail(err, WEIR_E_CANCELED, 0, "stopped");
        if (needs != DOCTOR_NOTHING && blocks[needs])
            doctor_say(&finding, WEIR_CHECK_SKIPPED, "not checked: it needs %s", checks[needs].name);
        else
            checks[k].run(&doctor, &finding);
        if (finding.is_canceled)
            return weir_fail(err, WEIR_E_CANCELED, 0, "stopped");
        bool failed = finding.result == WEIR_CHECK_FAILED;
        blocks[k] = (failed && !finding.goes_on) || (needs != DOCTOR_NOTHING && blocks[needs]);
        first = failed && !n_failed ? checks[k].name : first;
        n_failed += failed;
        tell((enum doctor_check)k, &finding, visit, user);
    }
    return conclude(&doctor, n_failed, first, err);
}
