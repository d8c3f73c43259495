/* tail.c - a log group with a Live Tail session: rows come within seconds of their delivery, and the pages of group.c
 * go on underneath, slower, to prove that nothing is missing. All on one thread: the session flows while pages are
 * waited for, because both share one http.
 *
 * At most two sessions are open: the one that shows, and its successor, which is opened before the three hours are over
 * or when the filter pattern changes. The old one ends when the new one has said that it runs. Whatever a session may
 * have left out (sampling, silence, a lost connection) is a doubt, and read again by pages. */
#include "source/tail.h"

#include <stdio.h>
#include <string.h>

#include "source/classes.h"
#include "weir/safe.h"

enum {
    SUCCESSOR_MS = 170 * 60000, /* of the three hours that a session may last */
    LATE_MS = 2000,             /* updates come each second: more in between is a doubt */
    DEAD_MS = 5000,             /* and then the session is dead */
    START_MS = 20000,           /* so long a session may need to say that it runs */
    RETRY_MIN_MS = 1000,
    RETRY_MAX_MS = 30000,
    CREDENTIALS_MS = 10000,
    FULL_MS = 60000, /* too many sessions: until one may have ended */
    SAMPLED_MS = 10000,
    DOUBT_MS = 60000, /* after a doubt, passes are as frequent as without a session */
    UNDER_MS = 60000, /* between passes while a session shows */
    ALONE_MS = 5000,  /* and while none does */
    MINUTE_MS = 60000,
};

/* ---- what a session says; called while http is waited for ---- */

static void doubt(struct channel *channel, enum poll_doubt why, int64_t now)
{
    int64_t from = channel->last_ms ? channel->last_ms - 1000 : now - 2000;
    poll_doubt(channel->tail->group.poll, why, from, now, now);
    channel->tail->doubt_ms = clock_mono_ms();
}

static weir_status take_update(struct channel *channel, const struct logs_tail_update *update)
{
    struct group *group = &channel->tail->group;
    int64_t now = remote_now_ms(&group->remote), mono = clock_mono_ms();
    if (update->sampled || update->unreadable) {
        channel->tail->sampled_ms = update->sampled ? mono : channel->tail->sampled_ms;
        doubt(channel, POLL_SAMPLED, now);
    } else if (mono - channel->heard_ms > LATE_MS) {
        doubt(channel, POLL_STOOD_STILL, now);
    }
    weir_status status = WEIR_OK;
    for (size_t k = 0; k < update->n && !status; k++) {
        const struct logs_event *event = &update->events[k];
        const struct poll_event known = {.group = slice_of(group->remote.spec.name),
                                         .stream = event->stream,
                                         .message = event->message,
                                         .timestamp_ms = event->timestamp_ms,
                                         .ingestion_ms = event->ingestion_ms};
        if (poll_live(group->poll, channel->number, &known, now))
            status = group_append(group, event->message, NULL);
    }
    channel->last_ms = now;
    channel->heard_ms = mono;
    return status;
}

static void has_started(struct channel *channel)
{
    channel->started = true;
    channel->started_ms = channel->heard_ms = clock_mono_ms();
    channel->last_ms = remote_now_ms(&channel->tail->group.remote);
    poll_live_began(channel->tail->group.poll, channel->number, channel->last_ms);
}

static weir_status take_message(const struct eventstream_message *message, void *user)
{
    struct channel *channel = user;
    struct logs_tail_update update = {0};
    weir_status status = logs_tail_read(message, &update, NULL);
    if (status == WEIR_E_NOMEM)
        return status;
    if (status) {
        doubt(channel, POLL_SAMPLED, remote_now_ms(&channel->tail->group.remote));
        channel->heard_ms = clock_mono_ms();
        return WEIR_OK;
    }
    if (update.what == TAIL_STARTED)
        has_started(channel);
    else if (update.what == TAIL_UPDATE)
        status = take_update(channel, &update);
    else if (update.what == TAIL_TIMED_OUT || update.what == TAIL_FAILED) {
        channel->over = true;
        if (update.what == TAIL_FAILED)
            weir_safe_format(channel->words, sizeof channel->words, "%s", update.words);
    }
    logs_tail_update_done(&update);
    return status;
}

static weir_status take_bytes(void *user, const void *bytes, size_t len)
{
    struct channel *channel = user;
    return eventstream_feed(channel->stream, bytes, len, take_message, channel, NULL);
}

/* ---- sessions begin and end ---- */

static int64_t minutes_of(int64_t ms)
{
    return (ms + MINUTE_MS - 1) / MINUTE_MS;
}

static void end_channel(struct tail *tail, struct channel *channel)
{
    if (channel->started)
        tail->minutes += minutes_of(clock_mono_ms() - channel->started_ms);
    tail->group.remote.requests += channel->call ? aws_call_attempts(channel->call) : 0;
    aws_call_free(channel->call);
    *channel = (struct channel){.tail = tail, .number = channel->number, .stream = channel->stream};
}

static weir_status open_channel(struct tail *tail, struct channel *channel, weir_error *err)
{
    struct group *group = &tail->group;
    const char *const arns[] = {group->remote.report.arn};
    const struct logs_tail session = {
        .groups = arns,
        .n_groups = 1,
        .stream_prefix = group->remote.spec.stream[0] ? group->remote.spec.stream : NULL,
        .pattern = group->pattern[0] ? group->pattern : NULL,
    };
    eventstream_clear(channel->stream);
    memcpy(channel->pattern, group->pattern, sizeof channel->pattern);
    channel->asked_ms = clock_mono_ms();
    return logs_tail_call(group->remote.client, group->remote.http, &session, take_bytes, channel, &channel->call, err);
}

/* The shown session is gone, at `last_ms` by AWS's clock. */
static void lose_shown(struct tail *tail, const struct channel *channel)
{
    if (tail->shown != channel)
        return;
    tail->shown = NULL;
    tail->dark_from_ms = channel->last_ms ? channel->last_ms - 1000 : remote_now_ms(&tail->group.remote) - 1000;
}

static void retry_after(struct tail *tail, int64_t ms)
{
    tail->retry_ms = clock_mono_ms() + ms;
}

static void retry_later(struct tail *tail)
{
    int64_t ms = tail->n_failures == 0 ? 0 : RETRY_MIN_MS << (tail->n_failures < 6 ? tail->n_failures - 1 : 5);
    tail->n_failures++;
    retry_after(tail, ms > RETRY_MAX_MS ? RETRY_MAX_MS : ms);
}

/* AWS did not want to open a session. */
static void refused(struct tail *tail, enum aws_fault fault, const weir_error *why)
{
    if (fault == AWS_TOO_MANY)
        retry_after(tail, FULL_MS);
    else if (fault == AWS_CREDENTIALS || fault == AWS_SKEWED)
        retry_after(tail, CREDENTIALS_MS);
    else if (fault == AWS_UNREACHABLE || fault == AWS_SERVER || fault == AWS_THROTTLED || fault == AWS_FINE)
        retry_later(tail);
    else
        tail->given_up = true;
    bool alone = tail->given_up || fault == AWS_TOO_MANY;
    remote_say(&tail->group.remote, "%s%s", alone ? "following without Live Tail: " : "Live Tail: ", why->text);
}

/* A call that has ended, however. */
static void channel_ended(struct tail *tail, struct channel *channel, weir_status status, const weir_error *why)
{
    bool started = channel->started;
    enum aws_fault fault = status == WEIR_OK || started ? AWS_FINE : aws_call_fault(channel->call);
    weir_error gone = *why;
    if (channel->words[0])
        snprintf(gone.text, sizeof gone.text, "%s", channel->words);
    else if (status == WEIR_OK || channel->over)
        snprintf(gone.text, sizeof gone.text, "the session ended");
    lose_shown(tail, channel);
    bool expected = channel->over && !channel->words[0];
    end_channel(tail, channel);
    if (expected)
        return;
    if (!started) {
        refused(tail, fault, &gone);
        return;
    }
    retry_later(tail);
    remote_say(&tail->group.remote, "Live Tail was lost (%s): what came meanwhile is read by pages", gone.text);
}

static weir_status tend_channel(struct tail *tail, struct channel *channel, weir_error *err)
{
    weir_error why = {0};
    if (!channel->call)
        return WEIR_OK;
    weir_status status = aws_call_run(channel->call, 0, tail->group.remote.cancel_fd, -1, &why);
    if (status == WEIR_E_CANCELED)
        return status;
    if (status == WEIR_E_NOMEM)
        return weir_fail(err, status, 0, "out of memory");
    int64_t now = clock_mono_ms();
    if (status == WEIR_AGAIN && channel->started && now - channel->heard_ms > DEAD_MS)
        weir_fail(&why, WEIR_E_IO, 0, "nothing was heard for %d s", DEAD_MS / 1000);
    else if (status == WEIR_AGAIN && !channel->started && now - channel->asked_ms > START_MS)
        weir_fail(&why, WEIR_E_IO, 0, "the session did not start");
    else if (status == WEIR_AGAIN && !channel->over)
        return WEIR_OK;
    channel_ended(tail, channel, status == WEIR_AGAIN ? WEIR_E_IO : status, &why);
    return WEIR_OK;
}

/* The successor has said that it runs: the old one may end. */
static void promote(struct tail *tail, struct channel *channel)
{
    struct group *group = &tail->group;
    int64_t now = remote_now_ms(&group->remote);
    struct channel *old = tail->shown;
    if (old && strcmp(old->pattern, channel->pattern) != 0)
        poll_doubt(group->poll, POLL_RECONNECTED, group->switched_ms, now, now);
    if (!old)
        poll_doubt(group->poll, POLL_RECONNECTED, tail->dark_from_ms, now, now);
    tail->doubt_ms = clock_mono_ms();
    if (old)
        end_channel(tail, old);
    if (tail->n_failures > 0)
        remote_say(&group->remote, "Live Tail shows again");
    tail->shown = channel;
    tail->n_failures = 0;
}

static bool wants_successor(const struct tail *tail)
{
    const struct channel *shown = tail->shown;
    return !shown || clock_mono_ms() - shown->started_ms > tail->successor_ms ||
           strcmp(shown->pattern, tail->group.pattern) != 0;
}

static weir_status tend(struct group *group, weir_error *err)
{
    struct tail *tail = (struct tail *)group;
    weir_status status = WEIR_OK;
    struct channel *idle = NULL;
    size_t n_open = 0;
    for (size_t k = 0; k < TAIL_CHANNELS && !status; k++) {
        struct channel *channel = &tail->channels[k];
        status = tend_channel(tail, channel, err);
        if (channel->started && channel != tail->shown)
            promote(tail, channel);
    }
    for (size_t k = 0; k < TAIL_CHANNELS; k++) {
        n_open += tail->channels[k].call != NULL;
        idle = tail->channels[k].call ? idle : &tail->channels[k];
    }
    bool opens = !status && !group->ended && group->remote.report.arn && !tail->given_up && idle &&
                 n_open == (tail->shown != NULL) && wants_successor(tail) && clock_mono_ms() >= tail->retry_ms;
    if (opens)
        status = open_channel(tail, idle, err);
    bool is_sure = tail->shown && clock_mono_ms() - tail->doubt_ms > DOUBT_MS;
    int64_t interval = is_sure ? UNDER_MS : group->interval_ms ? group->interval_ms : ALONE_MS;
    if (interval != tail->interval_ms)
        poll_set_interval(group->poll, interval);
    tail->interval_ms = interval;
    return status;
}

/* ---- facts ---- */

static void say_time(struct tail *tail, char *out, size_t size)
{
    int64_t now = clock_mono_ms(), ms = now - tail->shown->started_ms, minutes = tail->minutes;
    for (size_t k = 0; k < TAIL_CHANNELS; k++)
        if (tail->channels[k].started)
            minutes += minutes_of(now - tail->channels[k].started_ms);
    int at = (int)(ms / MINUTE_MS);
    int cents = (int)((double)minutes * tail->price * 100 + 0.5);
    int len = snprintf(out, size, "Live Tail %d:%02d of 3:00", at / 60, at % 60);
    if (tail->price > 0)
        snprintf(out + len, size - (size_t)len, ", about $%d.%02d", cents / 100, cents % 100);
}

static void tail_facts(struct group *group, struct source_facts *facts)
{
    struct tail *tail = (struct tail *)group;
    char pages[sizeof facts->mode];
    memcpy(pages, facts->mode, sizeof pages);
    if (tail->shown)
        say_time(tail, facts->mode, sizeof facts->mode);
    else
        snprintf(facts->mode, sizeof facts->mode, "%s, %.60s",
                 tail->given_up || tail->retry_ms > clock_mono_ms() ? "no Live Tail" : "Live Tail connects", pages);
    facts->sampled = tail->sampled_ms && clock_mono_ms() - tail->sampled_ms < SAMPLED_MS;
}

/* ---- the source ---- */

static void tail_close(void *source)
{
    struct tail *tail = source;
    for (size_t k = 0; k < TAIL_CHANNELS; k++) {
        aws_call_free(tail->channels[k].call);
        eventstream_free(tail->channels[k].stream);
        tail->channels[k] = (struct channel){0};
    }
    group_close(&tail->group);
}

static weir_status tail_open(void *source, const struct source_options *options, weir_error *err)
{
    static const struct group_company company = {.tend = tend, .facts = tail_facts};
    struct tail *tail = source;
    *tail = (struct tail){.price = options->tail_price, .successor_ms = SUCCESSOR_MS};
    weir_status status = group_open(&tail->group, options, "tail", &company, err);
    for (size_t k = 0; k < TAIL_CHANNELS && !status; k++) {
        struct channel *channel = &tail->channels[k];
        *channel = (struct channel){.tail = tail, .number = (int)k, .stream = eventstream_new(LIVE_MESSAGE_MAX_BYTES)};
        if (!channel->stream)
            status = weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
    }
    if (status)
        tail_close(tail);
    else
        tail->dark_from_ms = remote_now_ms(&tail->group.remote);
    return status;
}

static size_t tail_streams(const void *source)
{
    (void)source;
    return 1;
}

static const char *tail_name(const void *source, uint32_t stream)
{
    (void)stream;
    return ((const struct tail *)source)->group.remote.name;
}

static weir_status tail_read(void *source, struct source_chunk *chunk, weir_error *err)
{
    struct tail *tail = source;
    weir_status status = group_read(&tail->group, chunk, err);
    /* Nothing will be read any more: nothing may be paid for either. */
    for (size_t k = 0; k < TAIL_CHANNELS && status != WEIR_OK; k++)
        end_channel(tail, &tail->channels[k]);
    tail->shown = status ? NULL : tail->shown;
    return status;
}

const struct source_class source_tail = {
    .size = sizeof(struct tail),
    .filters = true,
    .open = tail_open,
    .streams = tail_streams,
    .name = tail_name,
    .read = tail_read,
    .close = tail_close,
};
