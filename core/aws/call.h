/* call.h - one question to AWS with all that belongs to it: credentials, signature, pace, retries with full jitter as
 * in the SDKs' standard mode (docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html), clock skew, and
 * errors in words that say what to do.
 *
 * A call is run in slices, so that its thread can tell what it waits for and go on with other things:
 *
 *   aws_call_new → { aws_call_run → WEIR_AGAIN: aws_call_words() } → WEIR_OK or an error → aws_call_free */
#ifndef WEIR_AWS_CALL_H
#define WEIR_AWS_CALL_H

#include "aws/client.h"
#include "aws/sign.h"

struct aws_call;

struct aws_request {
    enum aws_service service;
    const char *operation; /* "FilterLogEvents"; names the call in words too */
    const char *body;      /* JSON or form; copied */
    size_t body_len;
    /* AWS_REST_XML alone: GET of bucket and key, neither encoded */
    const char *bucket, *key;      /* key NULL = the bucket itself */
    const struct sign_pair *query; /* copied */
    size_t n_query;
    const char *range, *if_match; /* headers, NULL = none */
    const char *subject;          /* what it is about, for words: "/vpc/flow"; copied */
    size_t max_bytes;             /* of the answer; 0 = 8 MiB */
    int total_ms;                 /* of one attempt; 0 = 60 s, -1 = no limit (streams) */
    int silence_ms;               /* 0 = 20 s */
    int max_attempts;             /* 0 = the client's */
    bool unpaced;                 /* not counted against our requests per second (streams, credentials) */
    weir_status (*data)(void *user, const void *bytes, size_t len); /* see http.h; no retry once it was called */
    void *user;
};

/* What went wrong, for programs. */
enum aws_fault {
    AWS_FINE,
    AWS_THROTTLED,   /* after all retries */
    AWS_UNREACHABLE, /* no answer */
    AWS_SERVER,      /* 500 and above */
    AWS_DENIED,      /* AccessDenied, UnauthorizedOperation */
    AWS_CREDENTIALS, /* none, expired, wrong */
    AWS_SKEWED,      /* the clock, even after correction */
    AWS_NOT_FOUND,   /* ResourceNotFoundException, NoSuchBucket, NoSuchKey */
    AWS_INVALID,     /* InvalidParameterException and the like: a stale token, a bad pattern */
    AWS_TOO_MANY,    /* LimitExceededException: concurrent sessions */
    AWS_ELSEWHERE,   /* S3: another region, see response.region */
    AWS_OTHER,
};

weir_status aws_call_new(struct aws_client *client, struct http *http, const struct aws_request *request,
                         struct aws_call **out, weir_error *err);
void aws_call_free(struct aws_call *call); /* cut off if unfinished; accepts NULL */

/* Goes on for at most timeout_ms (or until fd `wake` is readable). WEIR_AGAIN: not done. WEIR_OK: answered with success
 * (for streams: the answer is complete). WEIR_E_CANCELED: `cancel` is readable. Else aws_call_fault() says what kind
 * and *err says it in one line: who answered what, and what to do. */
weir_status aws_call_run(struct aws_call *call, int timeout_ms, int cancel, int wake, weir_error *err);

enum aws_fault aws_call_fault(const struct aws_call *call);
const char *aws_call_code(const struct aws_call *call); /* "ThrottlingException", "" = none; safe text */

/* Valid once aws_call_run() returned WEIR_OK (for streams as soon as status is set); borrowed. */
const struct http_response *aws_call_response(const struct aws_call *call);

/* What it waits for, safe text: "logs.eu-west-1.amazonaws.com does not answer (3 s)", "throttled, asking again in 2 s",
 * "credentials: asking sts…"; "" while there is nothing to say (the first moments). */
const char *aws_call_words(const struct aws_call *call);

/* How often it was sent so far. */
unsigned aws_call_attempts(const struct aws_call *call);

/* new, run to the end, free; the body into *body (yours) unless NULL. *fault may be NULL. */
weir_status aws_ask(struct aws_client *client, struct http *http, const struct aws_request *request, int cancel,
                    struct buf *body, enum aws_fault *fault, weir_error *err);

#endif
