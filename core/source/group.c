/* group.c - see group.h. A read goes in steps: each lets the page under way go on for a moment or asks the poller what
 * is next; after each it is looked whether there is something to hand out or to say. */
#include "source/group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wait.h"
#include "source/wishes.h"
#include "weir/safe.h"

enum {
    SLICE_MS = 200,
    LIVE_SLICE_MS = 50,   /* rows of Live Tail are not kept waiting longer */
    WAIT_MS = 1000,       /* facts are looked at that often */
    HELD_BYTES = 4 << 20, /* and while so many wait, no more are asked for */
    HORIZON_MS = 30 * 60000,
    STILL_MS = 30000, /* without a page beyond twice the interval: something may have been missed */
    SCOUT_MS = 300,   /* so long a first page may keep back the other questions */
    TRIES_MAX = 5,    /* of a source that is read once, when nothing answers */
    UNREADABLE_MAX = 20,
    THROTTLES_MAX = 20, /* or when the answer is always to ask later */
};

/* ---- opening ---- */

static struct poll_options poll_settings(const struct group *group, const struct source_options *options)
{
    return (struct poll_options){
        .since_ms = options->since * 1000,
        .until_ms = options->until ? options->until * 1000 - 1 : INT64_MAX,
        .horizon_ms = options->horizon_s ? options->horizon_s * 1000 : HORIZON_MS,
        .interval_ms = options->interval_s * 1000,
        .follow = group->remote.follow,
        .newest_first = options->newest_first,
        .live_tail = group->company != NULL,
    };
}

/* What is asked for depends on what time it is there, which is not known before AWS has said it. */
static weir_status make_poll(struct group *group, weir_error *err)
{
    struct poll_options settings = group->settings;
    settings.now_ms = remote_now_ms(&group->remote);
    if (!settings.since_ms)
        settings.since_ms = settings.now_ms - settings.horizon_ms;
    poll_free(group->poll);
    group->poll = poll_new(&settings);
    group->skew_ms = aws_client_skew_ms(group->remote.client);
    group->last_page_ms = group->switched_ms = settings.now_ms;
    return group->poll ? WEIR_OK : weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
}

weir_status group_open(struct group *group, const struct source_options *options, const char *scheme,
                       const struct group_company *company, weir_error *err)
{
    *group = (struct group){.company = company, .wishes = options->wishes, .narrow_from_ms = INT64_MAX};
    buf_init(&group->out, HELD_BYTES + 2 * (size_t)ANSWER_MAX_BYTES);
    weir_status status = remote_open(&group->remote, options, scheme, AWS_LOGS, err);
    if (status)
        return status;
    group->remote.follow |= company != NULL;
    group->interval_ms = options->interval_s * 1000;
    snprintf(group->pattern, sizeof group->pattern, "%s", options->pattern ? options->pattern : "");
    group->settings = poll_settings(group, options);
    return make_poll(group, err);
}

void group_close(struct group *group)
{
    aws_call_free(group->call);
    group->call = NULL;
    poll_free(group->poll);
    group->poll = NULL;
    remote_close(&group->remote);
    buf_done(&group->out);
}

/* ---- bytes ---- */

weir_status group_append(struct group *group, struct slice message, weir_error *err)
{
    size_t at = group->out.len;
    if (buf_reserve(&group->out, message.len + 1) || buf_append(&group->out, message.at, message.len) ||
        buf_append(&group->out, "\n", 1))
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    char *text = group->out.bytes + at;
    for (size_t k = 0; k < message.len; k++)
        if (text[k] == '\n' || text[k] == '\r')
            text[k] = ' ';
    return WEIR_OK;
}

/* ---- answers ---- */

static int64_t interval_now(const struct group *group)
{
    struct poll_facts facts;
    poll_facts(group->poll, &facts);
    return facts.interval_ms;
}

/* Passes that were begun without a pattern go on without it: a token belongs to its pattern. */
static uint64_t hash_of(const char *token)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *token; token++)
        hash = (hash ^ (unsigned char)*token) * UINT64_C(0x100000001b3);
    return hash;
}

static const char *pattern_of(const struct group *group, const char *token)
{
    uint64_t hash = token ? hash_of(token) : 0;
    for (size_t k = 0; token && k < GROUP_TOKENS; k++)
        if (group->open_tokens[k] == hash)
            return "";
    return group->pattern;
}

static void note_token(struct group *group, const char *token)
{
    if (token && !pattern_of(group, group->ask.token)[0])
        group->open_tokens[group->n_tokens++ % GROUP_TOKENS] = hash_of(token);
}

static void page_came(struct group *group, int64_t now)
{
    if (group->worked && now - group->last_page_ms > 2 * interval_now(group) + STILL_MS)
        poll_doubt(group->poll, POLL_STOOD_STILL, group->last_page_ms, now, now);
    group->worked = true;
    group->last_page_ms = now;
    group->n_failures = 0;
    if (pattern_of(group, group->ask.token)[0] && group->ask.from_ms < group->narrow_from_ms)
        group->narrow_from_ms = group->ask.from_ms;
}

static weir_status take_events(struct group *group, const struct logs_page *page, int64_t now, weir_error *err)
{
    weir_status status = WEIR_OK;
    for (size_t k = 0; k < page->n && !status; k++) {
        const struct logs_event *event = &page->events[k];
        const struct poll_event known = {.id = event->id,
                                         .group = slice_of(group->remote.spec.name),
                                         .stream = event->stream,
                                         .message = event->message,
                                         .timestamp_ms = event->timestamp_ms,
                                         .ingestion_ms = event->ingestion_ms};
        if (poll_event(group->poll, &known, now))
            status = group_append(group, event->message, err);
    }
    return status;
}

static weir_status take_page(struct group *group, weir_error *err)
{
    const struct http_response *response = aws_call_response(group->call);
    struct logs_page page = {0};
    weir_error why = {0};
    int64_t now = remote_now_ms(&group->remote);
    if (!group->worked && !group->out.len && group->skew_ms != aws_client_skew_ms(group->remote.client))
        return make_poll(group, err);
    weir_status status = logs_page_read(response->body.bytes, response->body.len, &page, &why);
    if (status == WEIR_E_NOMEM)
        return weir_fail(err, status, 0, "%s", why.text);
    if (status && !group->worked && ++group->n_unreadable >= UNREADABLE_MAX)
        return weir_fail(err, status, 0, "what answers in the name of CloudWatch Logs is something else: %s", why.text);
    if (status) {
        poll_page_failed(group->poll, POLL_UNREADABLE, now);
        remote_say(&group->remote, "a page of %s could not be read: %s", group->remote.name, why.text);
        return WEIR_OK;
    }
    page_came(group, now);
    status = take_events(group, &page, now, err);
    if (!status) {
        note_token(group, page.next_token);
        poll_page_done(group->poll, page.next_token, page.n, now);
    }
    if (page.unreadable)
        remote_say(&group->remote, "%zu events of %s have no text or time: left out", page.unreadable,
                   group->remote.name);
    logs_page_done(&page);
    return status;
}

/* What a failure means to the poller. */
static enum poll_failure failure_of(const struct group *group, enum aws_fault fault, weir_status status)
{
    if (fault == AWS_THROTTLED)
        return POLL_THROTTLED;
    if (fault == AWS_INVALID && group->ask.token)
        return POLL_BAD_TOKEN;
    if (status == WEIR_E_DATA || status == WEIR_E_LIMIT)
        return POLL_UNREADABLE;
    return POLL_FAILED;
}

/* The end of it: the nearest names help when there is no such group. */
static weir_status give_up(struct group *group, enum aws_fault fault, weir_status status, const weir_error *why,
                           weir_error *err)
{
    struct remote *remote = &group->remote;
    char arn[2048];
    weir_error nearest = {0};
    bool asks = fault == AWS_NOT_FOUND;
    weir_status found = asks ? logs_group_arn(remote->client, remote->http, remote->spec.name, remote->cancel_fd, arn,
                                              sizeof arn, &nearest)
                             : WEIR_OK;
    if (found == WEIR_E_CANCELED)
        return found;
    return weir_fail(err, status, 0, "%s", found == WEIR_E_USAGE ? nearest.text : why->text);
}

static bool is_the_end(const struct group *group, enum poll_failure failure, const struct remote_fault *row)
{
    if (failure == POLL_FAILED && row->fatal && (!group->worked || !group->remote.follow))
        return true;
    unsigned most = failure == POLL_THROTTLED ? THROTTLES_MAX : group->worked ? TRIES_MAX : 1;
    return !group->remote.follow && failure != POLL_UNREADABLE && group->n_failures >= most;
}

static weir_status lose_page(struct group *group, weir_status status, const weir_error *why, weir_error *err)
{
    struct remote *remote = &group->remote;
    enum aws_fault fault = aws_call_fault(group->call);
    const struct remote_fault *row = remote_fault(fault);
    enum poll_failure failure = failure_of(group, fault, status);
    if (status == WEIR_E_NOMEM)
        return weir_fail(err, status, 0, "%s", why->text);
    if (fault == AWS_INVALID && failure != POLL_BAD_TOKEN && group->pattern[0] && group->worked) {
        remote_say(remote, "the filter runs here alone: %s", why->text);
        group->wanted[0] = '\0';
        group->wants = group->wants_same = true;
        return WEIR_OK;
    }
    group->n_failures++;
    if (is_the_end(group, failure, row))
        return give_up(group, fault, status, why, err);
    if (failure != POLL_BAD_TOKEN) {
        remote->troubled = true;
        remote_say(remote, "%s", why->text);
    }
    if (failure == POLL_FAILED && row->hold_s)
        group->hold_until_ms = clock_mono_ms() + row->hold_s * INT64_C(1000);
    else
        poll_page_failed(group->poll, failure, remote_now_ms(remote));
    return WEIR_OK;
}

/* ---- steps ---- */

static int wake_fd(const struct group *group)
{
    return group->wishes && !group->wants ? wishes_fd(group->wishes) : -1;
}

static weir_status run_page(struct group *group, weir_error *err)
{
    weir_error why = {0};
    bool hurried = group->company || group_holds(group);
    weir_status status =
        remote_run(&group->remote, group->call, hurried ? LIVE_SLICE_MS : SLICE_MS, wake_fd(group), &why);
    if (status == WEIR_E_CANCELED)
        return status;
    if (status == WEIR_AGAIN)
        return WEIR_OK;
    group->remote.requests += aws_call_attempts(group->call);
    status = status == WEIR_OK ? take_page(group, err) : lose_page(group, status, &why, err);
    aws_call_free(group->call);
    group->call = NULL;
    return status;
}

static weir_status pause_for(struct group *group, int64_t ms)
{
    int64_t most = group_holds(group) || (group->company && group->out.len) ? LIVE_SLICE_MS : WAIT_MS;
    int timeout = (int)(ms < 1 ? 1 : ms > most ? most : ms);
    int wake = wake_fd(group);
    if (group->company)
        return http_wait(group->remote.http, group->remote.cancel_fd, wake, timeout) == WEIR_E_CANCELED
                   ? WEIR_E_CANCELED
                   : WEIR_OK;
    return wait_for(wake, group->remote.cancel_fd, timeout) == WAIT_CANCELED ? WEIR_E_CANCELED : WEIR_OK;
}

static void take_wish(struct group *group)
{
    char pattern[PUSH_MAX_BYTES + 1];
    bool same = false;
    if (!group->wishes || !wishes_take_pattern(group->wishes, pattern, &same))
        return;
    group->wants_same = same && (!group->wants || group->wants_same);
    memcpy(group->wanted, pattern, sizeof pattern);
    group->wants = true;
}

/* Between two passes. What the old pattern left out has to be read again. */
static void set_pattern(struct group *group, int64_t now)
{
    group->wants = false;
    if (strcmp(group->pattern, group->wanted) == 0)
        return;
    if (!group->wants_same && group->narrow_from_ms != INT64_MAX)
        poll_doubt(group->poll, POLL_WIDENED, group->narrow_from_ms, now, now);
    if (!group->wants_same)
        group->narrow_from_ms = INT64_MAX;
    memcpy(group->pattern, group->wanted, sizeof group->pattern);
    group->switched_ms = now;
}

static weir_status begin_page(struct group *group, weir_error *err)
{
    const struct spec *spec = &group->remote.spec;
    const char *pattern = pattern_of(group, group->ask.token);
    const struct logs_filter filter = {
        .group = spec->name,
        .stream_prefix = spec->stream[0] ? spec->stream : NULL,
        .pattern = pattern[0] ? pattern : NULL,
        .from_ms = group->ask.from_ms,
        .to_ms = group->ask.to_ms,
        .token = group->ask.token,
        .limit = group->ask.limit,
    };
    return logs_filter_call(group->remote.client, group->remote.http, &filter, &group->call, err);
}

static weir_status ask_next(struct group *group, weir_error *err)
{
    int64_t held = group->hold_until_ms - clock_mono_ms();
    if (held > 0)
        return pause_for(group, held);
    if (group->out.len > HELD_BYTES)
        return pause_for(group, LIVE_SLICE_MS);
    int64_t now = remote_now_ms(&group->remote);
    group->ask = poll_next(group->poll, now);
    if (group->wants && (group->ask.what != POLL_PAGE || !group->ask.token)) {
        set_pattern(group, now);
        group->ask = poll_next(group->poll, now);
    }
    if (group->ask.what == POLL_PAGE)
        return begin_page(group, err);
    if (group->ask.what == POLL_WAIT)
        return pause_for(group, group->remote.clock.fixed ? WAIT_MS : group->ask.at_ms - now);
    group->ended = true;
    return WEIR_OK;
}

static weir_status step(struct group *group, weir_error *err)
{
    remote_look(&group->remote);
    take_wish(group);
    weir_status status = group->company ? group->company->tend(group, err) : WEIR_OK;
    if (status)
        return status;
    return group->call ? run_page(group, err) : group->ended ? pause_for(group, LIVE_SLICE_MS) : ask_next(group, err);
}

/* ---- reading ---- */

/* The records come first; what else is asked must not take their turn. */
static weir_status begin(struct group *group, weir_error *err)
{
    struct remote *remote = &group->remote;
    if (!group->began_ms)
        group->began_ms = clock_mono_ms();
    weir_status status = remote_begin(remote, err);
    bool asked = (group->call && aws_call_attempts(group->call)) || group->worked;
    if (!status && (asked || clock_mono_ms() - group->began_ms > SCOUT_MS))
        status = remote_scout(remote, remote->spec.name, group->company != NULL, err);
    return status;
}

weir_status group_read(struct group *group, struct source_chunk *chunk, weir_error *err)
{
    *chunk = (struct source_chunk){0};
    if (wait_for(-1, group->remote.cancel_fd, 0) == WAIT_CANCELED)
        return WEIR_E_CANCELED;
    if (group->told_end)
        return WEIR_END;
    if (group->given)
        buf_clear(&group->out);
    group->given = false;
    weir_status status = WEIR_OK;
    while (!status && !group_tell(group, chunk)) {
        status = begin(group, err);
        if (!status)
            status = step(group, err);
    }
    return status;
}
