/* fault.h - what AWS's errors mean: the code out of JSON, XML or headers, the row of fault.def that it belongs to, and
 * words that say what to do. Pure. */
#ifndef WEIR_AWS_FAULT_H
#define WEIR_AWS_FAULT_H

#include "aws/call.h"

enum fault_cure { CURE_NONE, CURE_WAIT, CURE_CLOCK, CURE_CREDENTIALS };

struct fault {
    enum aws_fault kind;
    enum fault_cure cure;
    bool is_page;      /* no answer of AWS at all: a web page, or a redirect */
    char code[128];    /* safe; "" = none was given */
    char message[300]; /* safe */
    char region[32];   /* of S3: where the bucket is, checked; "" = not told */
};

/* Whether an answer with a good status is an error all the same: an <Error> of S3, somebody's web page. */
bool fault_hides(enum aws_service service, const struct http_response *response);

/* Reads an answer that is no success. */
void fault_read(enum aws_service service, const struct http_response *response, struct fault *out);

/* Who asked what where, for words. */
struct fault_context {
    enum aws_service service;
    const char *operation, *subject; /* subject NULL = none */
    const char *host, *profile, *region;
    const char *origin; /* of the credentials, "" = not known */
    bool uses_sso;
    int64_t skew_ms; /* AWS's clock minus ours */
    unsigned attempts;
    int status;
};

/* One line for the person in *err; returns the status that belongs to it. */
weir_status fault_words(const struct fault *fault, const struct fault_context *context, weir_error *err);

#endif
