/* s3.c - flow log objects of a bucket as a source. Rounds of: look where flow logs are, list the folders of the days
 * that are wanted, read what is new. Lists are taken whole each time, never from the last key on: objects come late and
 * out of order. Each object is a generation of the one stream; its bytes are handed out as they come, and while nobody
 * takes them nothing is asked for.
 *
 * What an object is, is its key, ETag and size. A transfer that breaks goes on where it was, if it still is that. */
#include "source/s3_source.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/wait.h"
#include "source/classes.h"
#include "weir/safe.h"

enum {
    SLICE_MS = 200,
    WAIT_MS = 1000,
    OUT_MAX_BYTES = 64 << 20, /* handed out long before: see READ_BYTES */
    MARGIN_S = 3600, /* an object's records begin up to so long before its name's time, and it is written later */
    INTERVAL_S = 60,
    HORIZON_S = 1800,
    FIND_AGAIN_S = 600,
};

/* ---- opening ---- */

static bool make_wake(struct s3 *s3)
{
    if (pipe(s3->wake) != 0) {
        s3->wake[0] = s3->wake[1] = -1;
        return false;
    }
    for (int k = 0; k < 2; k++) {
        fcntl(s3->wake[k], F_SETFD, FD_CLOEXEC);
        fcntl(s3->wake[k], F_SETFL, O_NONBLOCK);
    }
    return true;
}

static void s3_close(void *source)
{
    struct s3 *s3 = source;
    aws_call_free(s3->call);
    s3_wanted_done(&s3->object);
    s3_walk_done(&s3->walk);
    s3_texts_done(&s3->lists);
    s3_objects_free(s3->objects);
    free(s3->token);
    buf_done(&s3->out);
    for (int k = 0; k < 2; k++)
        if (s3->wake[k] >= 0)
            close(s3->wake[k]);
    remote_close(&s3->remote);
    *s3 = (struct s3){.wake = {-1, -1}};
}

static weir_status s3_open(void *source, const struct source_options *options, weir_error *err)
{
    struct s3 *s3 = source;
    *s3 = (struct s3){.wake = {-1, -1}, .newest_first = options->newest_first};
    buf_init(&s3->out, OUT_MAX_BYTES);
    weir_status status = remote_open(&s3->remote, options, "s3", AWS_S3, err);
    if (status) {
        s3_close(s3);
        return status;
    }
    s3->until_s = options->until ? options->until : INT64_MAX;
    s3->horizon_s = options->horizon_s ? options->horizon_s : HORIZON_S;
    s3->since_s = options->since;
    s3->interval_s = options->interval_s ? options->interval_s : INTERVAL_S;
    s3->objects = s3_objects_new(S3_OBJECTS_MAX);
    if (!s3->objects || s3_walk_init(&s3->walk, s3->remote.spec.prefix) || s3_walk_begin(&s3->walk) || !make_wake(s3)) {
        s3_close(s3);
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory or file descriptors");
    }
    s3->found_ms = clock_mono_ms();
    return WEIR_OK;
}

static weir_status no_memory(weir_error *err)
{
    return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");
}

/* ---- looking where flow logs are ---- */

static weir_status list_call(struct s3 *s3, const char *prefix, const char *delimiter, weir_error *err)
{
    return s3_list_call(s3->remote.client, s3->remote.http, s3->remote.spec.name, prefix, delimiter, NULL, s3->token,
                        &s3->call, err);
}

/* The lists of a round: what is wanted of the past in the first one, what may still be written in the others. */
static weir_status plan_lists(struct s3 *s3, weir_error *err)
{
    int64_t now = remote_now_ms(&s3->remote) / 1000;
    if (!s3->since_s)
        s3->since_s = now - s3->horizon_s;
    int64_t from = s3->since_s;
    if (s3->n_rounds && now - s3->horizon_s > from)
        from = now - s3->horizon_s;
    int64_t to = s3->until_s < now ? s3->until_s + MARGIN_S : now;
    s3_texts_done(&s3->lists);
    s3->list_at = 0;
    s3->round_from_s = from - MARGIN_S;
    if (s3_walk_days(&s3->walk, from - MARGIN_S, to < now ? to : now, &s3->lists, &s3->n_flat))
        return no_memory(err);
    /* Days come newest first. */
    for (size_t a = s3->n_flat, b = s3->lists.n; !s3->newest_first && a + 1 < b; a++) {
        char *swap = s3->lists.at[a];
        s3->lists.at[a] = s3->lists.at[--b];
        s3->lists.at[b] = swap;
    }
    return WEIR_OK;
}

static weir_status find_begin(struct s3 *s3, weir_error *err)
{
    const char *folder = s3_walk_next(&s3->walk);
    if (folder)
        return list_call(s3, folder, "/", err);
    s3->task = S3_LIST;
    if (!s3->walk.n_roots && !s3->remote.follow)
        return weir_fail(err, WEIR_E_USAGE, 0,
                         "%s has no flow logs in text: give the destination of a flow log, the part before AWSLogs/",
                         s3->remote.name);
    if (!s3->walk.n_roots && !s3->said_empty)
        remote_say(&s3->remote, "no flow logs are below %s yet: looking again each minute", s3->remote.name);
    s3->said_empty = true;
    return plan_lists(s3, err);
}

static weir_status find_take(struct s3 *s3, const struct s3_list *list, weir_error *err)
{
    return s3_walk_take(&s3->walk, list, !list->token) ? no_memory(err) : WEIR_OK;
}

/* ---- listing ---- */

static bool is_other_day(const struct s3 *s3)
{
    struct s3_place last, next;
    if (s3->list_at <= s3->n_flat)
        return false;
    s3_place(s3->lists.at[s3->list_at - 1], &last);
    s3_place(s3->lists.at[s3->list_at], &next);
    return last.from_s != next.from_s;
}

static weir_status list_begin(struct s3 *s3, weir_error *err)
{
    bool is_done = s3->list_at >= s3->lists.n;
    /* A day at a time, so that rows come before all of a long past is listed. */
    if (is_done || (!s3->token && is_other_day(s3) && s3_objects_wanted(s3->objects))) {
        s3_objects_sort(s3->objects, s3->newest_first && !s3->n_rounds);
        s3->task = S3_GET;
        return WEIR_OK;
    }
    return list_call(s3, s3->lists.at[s3->list_at], s3->list_at < s3->n_flat ? "/" : NULL, err);
}

static weir_status add_object(struct s3 *s3, const struct s3_object *object, weir_error *err)
{
    enum s3_kind kind = s3_kind(object->key);
    size_t len = strlen(object->key);
    if (!object->size || (len && object->key[len - 1] == '/'))
        return WEIR_OK;
    if (kind == S3_OTHER) {
        s3->n_other += !s3->n_rounds;
        return WEIR_OK;
    }
    int64_t named_s = s3_name_time(object->key), time_s = named_s ? named_s : object->modified_s;
    if (time_s < s3->since_s - MARGIN_S || (named_s && time_s - MARGIN_S > s3->until_s))
        return WEIR_OK;
    weir_status status = s3_objects_add(s3->objects, object->key, object->etag, object->size, time_s, kind != S3_TEXT);
    if (status == WEIR_E_NOMEM)
        return no_memory(err);
    if (status == WEIR_OK && kind == S3_PARQUET)
        s3->n_parquet++;
    else if (status == WEIR_OK)
        s3->total_bytes += object->size;
    s3->is_full |= status == WEIR_E_LIMIT;
    return WEIR_OK;
}

static weir_status list_take(struct s3 *s3, const struct s3_list *list, weir_error *err)
{
    weir_status status = WEIR_OK;
    for (size_t k = 0; k < list->n && !status; k++)
        status = add_object(s3, &list->at[k], err);
    s3->list_at += !list->token;
    return status;
}

/* ---- reading ---- */

static weir_status take_bytes(void *user, const void *bytes, size_t len)
{
    struct s3 *s3 = user;
    const struct http_response *response = aws_call_response(s3->call);
    /* Some answer a range with the whole. */
    if (s3->call_at == 0 && s3->offset > 0 && response && response->status == 200)
        s3->skip = s3->offset;
    s3->call_at += len;
    size_t skipped = len < s3->skip ? len : (size_t)s3->skip;
    s3->skip -= skipped;
    len -= skipped;
    s3->offset += len;
    weir_status status = buf_append(&s3->out, (const char *)bytes + skipped, len);
    if (s3->out.len >= READ_BYTES && write(s3->wake[1], "", 1) < 0) {
        /* full: it is readable already */
    }
    return status;
}

static void say_leftovers(struct s3 *s3)
{
    if (s3->n_parquet)
        remote_say(&s3->remote, "%zu Parquet objects below %s: query them with Athena", s3->n_parquet, s3->remote.name);
    if (s3->n_other)
        remote_say(&s3->remote, "%zu objects that are no flow logs were left out", s3->n_other);
    s3->n_parquet = s3->n_other = 0;
    if ((s3->walk.cut || s3->is_full) && !s3->said_full) {
        s3->said_full = true;
        s3->gap = true;
        snprintf(s3->gap_reason, sizeof s3->gap_reason, "too many %s: name a longer prefix or a shorter time",
                 s3->is_full ? "objects" : "folders");
    }
}

static weir_status round_over(struct s3 *s3, weir_error *err)
{
    (void)err;
    say_leftovers(s3);
    int64_t now = remote_now_ms(&s3->remote) / 1000;
    s3->n_rounds++;
    s3->round_ms = clock_mono_ms();
    s3->remote.facts.closed_s = now - s3->horizon_s;
    if (s3_objects_known(s3->objects) > S3_OBJECTS_MAX / 2)
        s3_objects_expire(s3->objects, s3->round_from_s - 2 * S3_DAY_S);
    s3->ended = !s3->remote.follow || (s3->until_s != INT64_MAX && now > s3->until_s + s3->horizon_s + MARGIN_S);
    s3->task = S3_REST;
    return WEIR_OK;
}

static weir_status get_call(struct s3 *s3, weir_error *err)
{
    s3->call_at = s3->skip = 0;
    return s3_get_call(s3->remote.client, s3->remote.http, s3->remote.spec.name, s3->object.key, s3->object.etag,
                       s3->offset, take_bytes, s3, &s3->call, err);
}

static weir_status get_begin(struct s3 *s3, weir_error *err)
{
    if (s3->object.key)
        return get_call(s3, err);
    if (!s3_objects_take(s3->objects, &s3->object)) {
        s3->task = S3_LIST;
        return s3->list_at < s3->lists.n ? WEIR_OK : round_over(s3, err);
    }
    s3->offset = 0;
    s3->n_tries = 0;
    s3->object_begins = true;
    if (s3->object.replaced)
        remote_say(&s3->remote, "%s was replaced: it is read again", s3->object.key);
    s3->gap |= s3->object.replaced;
    if (s3->object.replaced)
        snprintf(s3->gap_reason, sizeof s3->gap_reason, "an object was replaced after it was read: rows may be twice");
    return get_call(s3, err);
}

/* The object is done with; `reason` NULL = all of it is here. */
static void object_over(struct s3 *s3, const char *reason)
{
    s3->object_ends = s3->offset > 0;
    if (!reason) {
        s3->done_bytes += s3->object.size;
        s3->read_one = true;
    } else {
        const char *name = strrchr(s3->object.key, '/');
        s3->gap = true;
        s3->gap_from_s = s3->object.time_s;
        snprintf(s3->gap_reason, sizeof s3->gap_reason, "%s", reason);
        remote_say(&s3->remote, "%s: %s", name ? name + 1 : s3->object.key, reason);
    }
    s3_wanted_done(&s3->object);
}

static weir_status get_take(struct s3 *s3, weir_error *err)
{
    (void)err;
    if (s3->offset >= s3->object.size)
        object_over(s3, s3->offset == s3->object.size ? NULL : "it is longer than it was listed");
    else if (++s3->n_tries > S3_TRIES_MAX)
        object_over(s3, "it ends too early");
    return WEIR_OK;
}

/* ---- failures ---- */

static weir_status elsewhere(struct s3 *s3, weir_error *err)
{
    struct aws_client *client = NULL;
    weir_status status = s3_follow(s3->call, s3->remote.client, &client, err);
    if (status)
        return status;
    s3->remote.client = client;
    weir_safe_format(s3->remote.facts.region, sizeof s3->remote.facts.region, "%s", aws_client_region(client));
    return ++s3->n_moves > S3_MOVES_MAX
               ? weir_fail(err, WEIR_E_USAGE, 0, "%s: its regions point at each other", s3->remote.name)
               : WEIR_OK;
}

static void hold(struct s3 *s3, int64_t ms)
{
    s3->hold_until_ms = clock_mono_ms() + ms;
}

/* What ends the object and not the source. */
static const char *object_fault(const struct s3 *s3, enum aws_fault fault)
{
    if (s3->task != S3_GET)
        return NULL;
    if (strcmp(aws_call_code(s3->call), "PreconditionFailed") == 0)
        return "it was replaced while it was read";
    if (fault == AWS_NOT_FOUND)
        return "it was deleted before it was read";
    if (fault == AWS_DENIED && s3->read_one)
        return "it may not be read";
    return fault == AWS_OTHER || fault == AWS_INVALID ? "AWS does not give it" : NULL;
}

static weir_status lose_call(struct s3 *s3, weir_status status, const weir_error *why, weir_error *err)
{
    struct remote *remote = &s3->remote;
    enum aws_fault fault = aws_call_fault(s3->call);
    const struct remote_fault *row = remote_fault(fault);
    if (fault == AWS_ELSEWHERE)
        return elsewhere(s3, err);
    const char *reason = object_fault(s3, fault);
    if (reason) {
        s3_objects_forget(s3->objects, s3->object.key);
        object_over(s3, reason);
        return WEIR_OK;
    }
    s3->n_tries = s3->call_at ? 1 : s3->n_tries + 1;
    bool worked = s3->task == S3_GET ? s3->read_one : s3->n_rounds > 0;
    if (status == WEIR_E_NOMEM || (row->fatal && (!worked || !remote->follow)) ||
        (!remote->follow && s3->n_tries > S3_TRIES_MAX))
        return weir_fail(err, status, 0, "%s", why->text);
    remote->troubled = true;
    remote_say(remote, "%s", why->text);
    hold(s3, row->hold_s ? row->hold_s * INT64_C(1000) : INT64_C(500) << (s3->n_tries < 6 ? s3->n_tries : 6));
    return WEIR_OK;
}

/* ---- steps ---- */

static weir_status rest_begin(struct s3 *s3, weir_error *err)
{
    int64_t now = clock_mono_ms(), left = s3->round_ms + s3->interval_s * 1000 - now;
    (void)err;
    if (s3->ended || left > 0 || s3->remote.clock.fixed) {
        int timeout = s3->ended ? 1 : left > 0 && left < WAIT_MS ? (int)left : WAIT_MS;
        return wait_for(-1, s3->remote.cancel_fd, timeout) == WAIT_CANCELED ? WEIR_E_CANCELED : WEIR_OK;
    }
    s3->task = S3_FIND;
    if (s3->walk.n_roots && now - s3->found_ms < FIND_AGAIN_S * INT64_C(1000))
        return WEIR_OK;
    s3->found_ms = now;
    return s3_walk_begin(&s3->walk) ? no_memory(err) : WEIR_OK;
}

struct task {
    weir_status (*begin)(struct s3 *s3, weir_error *err);
    weir_status (*take)(struct s3 *s3, const struct s3_list *list, weir_error *err); /* NULL: no list */
};

static const struct task tasks[] = {
    [S3_FIND] = {find_begin, find_take},
    [S3_LIST] = {list_begin, list_take},
    [S3_GET] = {get_begin, NULL},
    [S3_REST] = {rest_begin, NULL},
};

static weir_status take_list(struct s3 *s3, weir_error *err)
{
    const struct http_response *response = aws_call_response(s3->call);
    struct s3_list list = {0};
    weir_status status = s3_list_read(response->body.bytes, response->body.len, &list, err);
    if (status)
        return status;
    status = tasks[s3->task].take(s3, &list, err);
    free(s3->token);
    s3->token = list.token;
    list.token = NULL;
    s3_list_done(&list);
    s3->n_tries = 0;
    return status;
}

static weir_status run_call(struct s3 *s3, weir_error *err)
{
    weir_error why = {0};
    weir_status status = remote_run(&s3->remote, s3->call, SLICE_MS, s3->wake[0], &why);
    if (status == WEIR_E_CANCELED || status == WEIR_AGAIN)
        return status == WEIR_AGAIN ? WEIR_OK : status;
    s3->remote.requests += aws_call_attempts(s3->call);
    if (status != WEIR_OK)
        status = lose_call(s3, status, &why, err);
    else
        status = tasks[s3->task].take ? take_list(s3, err) : get_take(s3, err);
    aws_call_free(s3->call);
    s3->call = NULL;
    return status;
}

static weir_status step(struct s3 *s3, weir_error *err)
{
    char drain[64];
    while (read(s3->wake[0], drain, sizeof drain) == (ssize_t)sizeof drain)
        continue;
    remote_look(&s3->remote);
    weir_status status = remote_begin(&s3->remote, err);
    if (!status && s3->remote.requests)
        status = remote_scout(&s3->remote, NULL, false, err);
    if (status)
        return status;
    if (s3->call)
        return run_call(s3, err);
    int64_t held = s3->hold_until_ms - clock_mono_ms();
    if (held > 0)
        return wait_for(-1, s3->remote.cancel_fd, held < WAIT_MS ? (int)held : WAIT_MS) == WAIT_CANCELED
                   ? WEIR_E_CANCELED
                   : WEIR_OK;
    return tasks[s3->task].begin(s3, err);
}

/* ---- the source ---- */

static weir_status s3_read(void *source, struct source_chunk *chunk, weir_error *err)
{
    struct s3 *s3 = source;
    *chunk = (struct source_chunk){0};
    if (wait_for(-1, s3->remote.cancel_fd, 0) == WAIT_CANCELED)
        return WEIR_E_CANCELED;
    if (s3->told_end)
        return WEIR_END;
    if (s3->given)
        buf_clear(&s3->out);
    s3->given = false;
    weir_status status = WEIR_OK;
    while (!status && !s3_tell(s3, chunk))
        status = step(s3, err);
    return status;
}

static size_t s3_streams(const void *source)
{
    (void)source;
    return 1;
}

static const char *s3_name(const void *source, uint32_t stream)
{
    (void)stream;
    return ((const struct s3 *)source)->remote.name;
}

const struct source_class source_s3 = {
    .size = sizeof(struct s3),
    .open = s3_open,
    .streams = s3_streams,
    .name = s3_name,
    .read = s3_read,
    .close = s3_close,
};
