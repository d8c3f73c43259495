/* lookup.h - CloudTrail LookupEvents: management events of the last 90 days by one attribute.
 * docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html: at most 2 requests a second for account
 * and region, 50 events a page, one attribute a request, newest first. */
#ifndef WEIR_AWS_LOOKUP_H
#define WEIR_AWS_LOOKUP_H

#include <stdint.h>

#include "aws/call.h"

enum { LOOKUP_PAGE = 50, LOOKUP_WAIT_MS = 600 /* between two requests: a little under 2 a second */ };

struct lookup_question {
    const char *key;   /* "ResourceName" or "EventName" */
    const char *value; /* "sg-…" */
    int64_t from, to;  /* Unix seconds, both included */
};

/* One page. `token` NULL = the first. *body is the answer as JSON ({"Events": […], "NextToken": …}), yours (free), as
 * change_read() reads it; *next is yours (free), NULL = it was the last page. `cancel` as in aws_call(). */
weir_status lookup_events(struct aws_client *client, struct http *http, const struct lookup_question *question,
                          const char *token, int cancel, char **body, size_t *len, char **next, enum aws_fault *fault,
                          weir_error *err);

#endif
