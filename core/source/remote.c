/* remote.c - see remote.h. */
#include "source/remote.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "aws/logs.h"
#include "weir/safe.h"

enum {
    WORDS_MS = 1000,
    FACTS_MS = 1000,
    SKEW_MS = 60 * 1000,
    PATIENCE_MS = 400 /* what is over sooner is not worth a word */
};

/* At the very start the person is there and can repair it; later on what worked once is waited for. */
static const struct remote_fault faults[] = {
    [AWS_FINE] = {.transient = true},
    [AWS_THROTTLED] = {.transient = true},
    [AWS_UNREACHABLE] = {.transient = true},
    [AWS_SERVER] = {.transient = true},
    [AWS_DENIED] = {.fatal = true, .hold_s = 30},
    [AWS_CREDENTIALS] = {.fatal = true, .hold_s = 10},
    [AWS_SKEWED] = {.fatal = true, .hold_s = 10},
    [AWS_NOT_FOUND] = {.fatal = true, .hold_s = 30},
    [AWS_INVALID] = {.fatal = true, .hold_s = 30},
    [AWS_TOO_MANY] = {.fatal = true, .hold_s = 60},
    [AWS_ELSEWHERE] = {.fatal = true, .hold_s = 30},
    [AWS_OTHER] = {.fatal = true, .hold_s = 30},
};

const struct remote_fault *remote_fault(enum aws_fault fault)
{
    return &faults[(size_t)fault < ARRAY_SIZE(faults) ? fault : AWS_OTHER];
}

/* ---- opening and closing ---- */

static void first_facts(struct remote *remote)
{
    struct source_facts *facts = &remote->facts;
    struct endpoint endpoint;
    weir_safe_format(facts->region, sizeof facts->region, "%s", aws_client_region(remote->client));
    weir_safe_format(facts->profile, sizeof facts->profile, "%s", aws_client_profile(remote->client));
    if (aws_client_endpoint(remote->client, remote->service, &endpoint, NULL) == WEIR_OK)
        facts->is_override = endpoint.is_override;
}

weir_status remote_open(struct remote *remote, const struct source_options *options, const char *scheme,
                        enum aws_service service, weir_error *err)
{
    *remote = (struct remote){.aws = options->aws,
                              .service = service,
                              .clock = options->clock,
                              .cancel_fd = options->cancel_fd,
                              .follow = options->follow};
    if (options->n_specs != 1)
        return weir_fail(err, WEIR_E_USAGE, 0, "'%s:' names one source: give several, each on its own", scheme);
    weir_status status = spec_parse(options->specs[0], scheme, &remote->spec, err);
    if (status)
        return status;
    if (!remote->aws)
        return weir_fail(err, WEIR_E_USAGE, 0, "%s cannot be opened: AWS is not asked here", options->specs[0]);
    const struct spec *spec = &remote->spec;
    status = aws_client_get(remote->aws, spec->profile[0] ? spec->profile : NULL, spec->region[0] ? spec->region : NULL,
                            &remote->client, err);
    if (status)
        return status;
    char region[64], name[SPEC_NAME_MAX + 1];
    if (!logs_arn_parts(spec->name, region, sizeof region, remote->account, sizeof remote->account, name, sizeof name))
        remote->account[0] = '\0';
    weir_safe_format(remote->name, sizeof remote->name, "%s", options->specs[0]);
    first_facts(remote);
    return WEIR_OK;
}

void remote_close(struct remote *remote)
{
    scout_free(remote->scout);
    http_free(remote->http);
    remote->scout = NULL;
    remote->http = NULL;
}

weir_status remote_begin(struct remote *remote, weir_error *err)
{
    return remote->http ? WEIR_OK : aws_client_http(remote->client, &remote->http, err);
}

weir_status remote_scout(struct remote *remote, const char *group, bool wants_arn, weir_error *err)
{
    return remote->scout ? WEIR_OK : scout_new(remote->client, group, wants_arn, &remote->scout, err);
}

int64_t remote_now_ms(const struct remote *remote)
{
    return remote->clock.fixed ? remote->clock.fixed * 1000 : aws_client_now_ms(remote->client);
}

/* ---- what is said ---- */

void remote_say(struct remote *remote, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (remote->n_notices == REMOTE_NOTICES) {
        remote->n_notices--;
        memmove(remote->notices[0], remote->notices[1], sizeof remote->notices - sizeof remote->notices[0]);
    }
    char *notice = remote->notices[remote->n_notices++];
    weir_safe_format(notice, sizeof remote->notices[0], "%s", text);
}

static bool take_notice(struct remote *remote, char *out, size_t size)
{
    if (!remote->n_notices)
        return false;
    snprintf(out, size, "%s", remote->notices[0]);
    remote->n_notices--;
    memmove(remote->notices[0], remote->notices[1], sizeof remote->notices - sizeof remote->notices[0]);
    return true;
}

/* A wrong clock is no obstacle, but it makes other programs fail, and times on this screen look odd. */
static void say_skew(struct remote *remote)
{
    int64_t skew_ms = aws_client_skew_ms(remote->client);
    char span[32];
    if (remote->told_skew || (skew_ms < SKEW_MS && skew_ms > -SKEW_MS))
        return;
    remote->told_skew = true;
    remote_span(skew_ms < 0 ? -skew_ms : skew_ms, span, sizeof span);
    remote_say(remote, "the clock here is %s %s AWS's: weir goes by AWS's, other programs need it set", span,
               skew_ms > 0 ? "behind" : "ahead of");
}

weir_status remote_run(struct remote *remote, struct aws_call *call, int timeout_ms, int wake, weir_error *err)
{
    if (remote->waits_for != call)
        remote->waits_ms = clock_mono_ms();
    weir_status status = aws_call_run(call, timeout_ms, remote->cancel_fd, wake, err);
    int64_t now = clock_mono_ms();
    const char *words = status == WEIR_AGAIN ? aws_call_words(call) : "";
    remote->waits_for = status == WEIR_AGAIN ? call : NULL;
    bool is_due = now - remote->words_ms >= WORDS_MS && now - remote->waits_ms >= PATIENCE_MS;
    if (words[0] && is_due && strcmp(words, remote->words) != 0) {
        remote->troubled = true;
        remote->words_ms = now;
        weir_safe_format(remote->words, sizeof remote->words, "%s", words);
        remote_say(remote, "%s", words);
    }
    if (status == WEIR_OK)
        say_skew(remote);
    if (status == WEIR_OK && remote->troubled) {
        struct endpoint endpoint;
        remote->troubled = false;
        remote->words[0] = '\0';
        bool known = aws_client_endpoint(remote->client, remote->service, &endpoint, NULL) == WEIR_OK;
        remote_say(remote, "%s answers again", known ? endpoint.host : "AWS");
    }
    return status;
}

static bool is_same(const struct source_facts *a, const struct source_facts *b)
{
    return strcmp(a->region, b->region) == 0 && strcmp(a->account, b->account) == 0 &&
           strcmp(a->profile, b->profile) == 0 && strcmp(a->mode, b->mode) == 0 &&
           strcmp(a->pattern, b->pattern) == 0 && a->is_override == b->is_override && a->sampled == b->sampled &&
           a->behind == b->behind && a->requests == b->requests && a->duplicates == b->duplicates &&
           a->provisional == b->provisional && a->closed_s == b->closed_s;
}

static void tell_facts(struct remote *remote, struct source_chunk *chunk, bool has_reason, int64_t now)
{
    struct source_facts *facts = &remote->facts;
    facts->requests = remote->requests + remote->report.requests;
    if (remote->account[0])
        weir_safe_format(facts->account, sizeof facts->account, "%s", remote->account);
    else
        aws_client_account(remote->client, facts->account);
    if (is_same(facts, &remote->told) || (!has_reason && now - remote->told_ms < FACTS_MS))
        return;
    remote->told = *facts;
    remote->told_ms = now;
    chunk->facts = &remote->told;
}

bool remote_tell(struct remote *remote, struct source_chunk *chunk, bool has_reason)
{
    has_reason |= !remote->begun;
    chunk->begins |= !remote->begun;
    remote->begun = true;
    if (!chunk->notice[0])
        has_reason |= take_notice(remote, chunk->notice, sizeof chunk->notice);
    tell_facts(remote, chunk, has_reason, clock_mono_ms());
    return has_reason || chunk->facts;
}

void remote_look(struct remote *remote)
{
    if (remote->scout && !remote->report.done)
        scout_look(remote->scout, &remote->report);
}

void remote_span(int64_t ms, char *out, size_t size)
{
    int64_t s = (ms + 500) / 1000;
    if (s < 120)
        snprintf(out, size, "%d s", (int)s);
    else if (s < 3600 || (s < 7200 && s % 3600))
        snprintf(out, size, "%dm", (int)(s / 60));
    else
        snprintf(out, size, "%dh", (int)(s / 3600));
}
