/* remote.h - what all sources in AWS share: whom they ask, what they say while they wait, and the facts on the status
 * line. Belongs to the source's thread once it was opened. */
#ifndef WEIR_SOURCE_REMOTE_H
#define WEIR_SOURCE_REMOTE_H

#include "aws/call.h"
#include "base/scope.h"
#include "source/scout.h"
#include "source/source.h"
#include "source/spec.h"

enum { REMOTE_NOTICES = 4, REMOTE_NAME_BYTES = 200 };

struct remote {
    struct spec spec;
    char name[REMOTE_NAME_BYTES]; /* safe */
    char account[16];             /* of the group's ARN, "" = who we are */
    weir_aws *aws;
    struct aws_client *client;
    enum aws_service service;
    struct http *http;
    struct scout *scout;
    struct scout_report report; /* as it was when it was looked at last */
    struct clock clock;
    int cancel_fd;
    bool follow, begun;
    uint64_t requests;
    struct source_facts facts, told;
    int64_t told_ms; /* monotonic, of the facts */
    char notices[REMOTE_NOTICES][200];
    size_t n_notices;
    char words[200];
    int64_t words_ms;                 /* monotonic: when they were said */
    const struct aws_call *waits_for; /* NULL = nothing; only compared */
    int64_t waits_ms;                 /* monotonic: since when */
    bool told_skew;                   /* the clock here is wrong, and that was said */
    bool troubled;                    /* something was said about waiting; it has to be taken back */
};

/* What needs no network. Errors say what to do. */
weir_status remote_open(struct remote *remote, const struct source_options *options, const char *scheme,
                        enum aws_service service, weir_error *err);
void remote_close(struct remote *remote);

/* On the reading thread: the http, before the first question, and the scout. Again is harmless. */
weir_status remote_begin(struct remote *remote, weir_error *err);
weir_status remote_scout(struct remote *remote, const char *group, bool wants_arn, weir_error *err);

/* AWS's time, which stands still when the clock does. */
int64_t remote_now_ms(const struct remote *remote);

/* A notice for the next chunk; when there are too many, the oldest is dropped. */
void remote_say(struct remote *remote, const char *format, ...) PRINTF(2, 3);

/* Lets a call go on for timeout_ms. What it waits for becomes a notice, at most once a second; once it is answered
 * that is taken back. Status as of aws_call_run(). */
weir_status remote_run(struct remote *remote, struct aws_call *call, int timeout_ms, int wake, weir_error *err);

/* Fills what all sources say into the chunk: that it begins, a notice, facts. True: there is something in it, or there
 * was already (`has_reason`). Facts alone are no reason more than once a second. */
bool remote_tell(struct remote *remote, struct source_chunk *chunk, bool has_reason);

/* Looks what the scout knows now. */
void remote_look(struct remote *remote);

/* "5 s", "30m", "2h" into out. */
void remote_span(int64_t ms, char *out, size_t size);

/* What to do when a question has failed. */
struct remote_fault {
    bool fatal;     /* when nothing was ever answered */
    bool transient; /* likely to pass by itself, soon */
    int hold_s;     /* before it is asked again; 0 = as the poller likes */
};
const struct remote_fault *remote_fault(enum aws_fault fault);

#endif
