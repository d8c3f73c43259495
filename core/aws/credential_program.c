/* credential_program.c - credentials that another program gives: credential_process of a profile, and the AWS CLI for
 * what only it can do. */
#include <stdlib.h>
#include <string.h>

#include "aws/credential_chain.h"
#include "aws/process.h"
#include "base/scope.h"
#include "weir/safe.h"

static void result_done(struct process_result *result)
{
    credential_body_done(&result->output);
}

weir_status credential_from_process(struct credential_search *search, const char *profile, const char *command,
                                    struct credential *out, weir_error *err)
{
    AUTO(free_cleanup) char **argv = NULL;
    struct process_result result = {0};
    char who[CREDENTIAL_ORIGIN_BYTES];
    weir_safe_format(who, sizeof who, "credential_process of profile %s", profile);
    weir_error why = {0};
    weir_status status = process_split(command, &argv, &why);
    if (!status)
        status = process_run((const char *const *)argv, environment_all(search->options->environment), PROCESS_MS,
                             search->cancel, &result, &why);
    if (status == WEIR_E_CANCELED)
        return status;
    if (status)
        return weir_fail(err, WEIR_E_DENIED, 0, "%s: %s", who, why.text);
    if (result.exit_status)
        status = weir_fail(err, WEIR_E_DENIED, 0, "%s ended with status %d%s%s", who, result.exit_status,
                           result.complaint[0] ? ": " : "", result.complaint);
    else
        status = credential_read_process(result.output.bytes, result.output.len, search->now_s, who, out, err);
    result_done(&result);
    if (!status)
        weir_safe_format(search->origin, sizeof search->origin, "%s", who);
    return status;
}

/* What to run by hand, by why the CLI is needed. */
static void advise(const char *why, const char *profile, char *out, size_t size)
{
    if (strcmp(why, "MFA") == 0)
        weir_safe_format(out, size, "run `aws sts get-caller-identity --profile %s` and type the code, then try again",
                         profile);
    else if (strcmp(why, "login") == 0)
        weir_safe_format(out, size, "run `aws login --profile %s`", profile);
    else
        weir_safe_format(out, size, "run `aws sso login --profile %s`", profile);
}

weir_status credential_from_cli(struct credential_search *search, const char *profile, const char *why,
                                struct credential *out, weir_error *err)
{
    const char *const argv[] = {"aws",     "configure", "export-credentials", "--profile", profile, "--format",
                                "process", NULL};
    struct process_result result = {0};
    char advice[300], who[CREDENTIAL_ORIGIN_BYTES];
    weir_error failed = {0};
    advise(why, profile, advice, sizeof advice);
    weir_safe_format(who, sizeof who, "profile %s (%s)", profile, why);
    weir_status status = process_run((const char *const *)argv, environment_all(search->options->environment),
                                     PROCESS_MS, search->cancel, &result, &failed);
    if (status == WEIR_E_CANCELED)
        return status;
    if (status)
        return weir_fail(err, WEIR_E_DENIED, 0, "%s needs the AWS CLI, version 2.9 or newer (%s); install it, then %s",
                         who, failed.text, advice);
    if (result.exit_status)
        status = weir_fail(err, WEIR_E_DENIED, 0, "%s: %s%s%s", who, advice, result.complaint[0] ? "; aws said: " : "",
                           result.complaint);
    else
        status = credential_read_process(result.output.bytes, result.output.len, search->now_s, who, out, err);
    result_done(&result);
    if (!status)
        weir_safe_format(search->origin, sizeof search->origin, "%s, by the AWS CLI", who);
    return status;
}
