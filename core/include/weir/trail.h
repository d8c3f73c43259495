/* trail.h - what was changed in the account, by whom: CloudTrail's management events. Read from files (a trail's files,
 * lists, a line each, envelopes of EventBridge, `aws cloudtrail lookup-events`), or asked from CloudTrail, by resource
 * name and at most twice a second. Calls that were refused, and those that only read, are no changes: the former are
 * kept apart, because they are worth knowing. Not locked: one owner at a time. */
#ifndef WEIR_TRAIL_H
#define WEIR_TRAIL_H

#include <stdint.h>

#include "weir/aws.h"
#include "weir/safe.h"
#include "weir/status.h"

typedef struct weir_trail weir_trail;

typedef struct weir_trail_options {
    const char *const *paths; /* files and folders, NULL at the end; or NULL */
    const char *text;         /* bytes of such a file (weir_demo_trail()), or NULL */
    size_t text_len;
    weir_aws *aws;                /* to ask CloudTrail; borrowed, outlives the trail; NULL = only files */
    const char *profile, *region; /* NULL = the defaults of aws */
    const char *group; /* a CloudWatch Logs group that a trail writes to, asked in place of LookupEvents, or NULL */
} weir_trail_options;

/* Files are read at once. On success *out is yours. */
weir_status weir_trail_open(const weir_trail_options *options, weir_trail **out, weir_error *err);
void weir_trail_close(weir_trail *trail); /* at most 200 ms; accepts NULL */

int weir_trail_fd(const weir_trail *trail); /* readable when weir_trail_pump() has something to take; -1 = never */

/* Takes what came; true = there are changes that were not there before. */
bool weir_trail_pump(weir_trail *trail);

/* Whether CloudTrail can be asked at all, and why the last question went wrong ("" = it did not). Borrowed until the
 * next pump. */
bool weir_trail_asks(const weir_trail *trail);
bool weir_trail_is_waiting(const weir_trail *trail); /* a question has not been answered yet */
weir_safe weir_trail_failure(const weir_trail *trail);
uint64_t weir_trail_requests(const weir_trail *trail);
unsigned weir_trail_generation(const weir_trail *trail); /* counts pumps that brought something */
size_t weir_trail_size(const weir_trail *trail);

/* Asks what happened to a resource between two moments, again and again until `again_until` (0 = once) because
 * CloudTrail is late. Nothing happens where it cannot be asked. */
void weir_trail_ask(weir_trail *trail, const char *resource, int64_t from, int64_t to, int64_t again_until);

#endif
