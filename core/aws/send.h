/* send.h - from what is asked to what goes over the wire: URL, headers, signature. */
#ifndef WEIR_AWS_SEND_H
#define WEIR_AWS_SEND_H

#include "aws/call.h"

/* The form of query protocols gets its "Action=…&Version=…" in front unless it has one. *out is yours (free). */
weir_status send_body(const struct aws_request *request, char **out, size_t *len, weir_error *err);

/* Signs for `now_s` of AWS's clock and begins the transfer; `body` is borrowed until http_end(). Buckets are put in
 * front of the host where that is possible (no dot in them, no endpoint that the person set), else into the path. */
weir_status send_signed(struct http *http, const struct aws_request *request, const struct endpoint *endpoint,
                        const struct credential *credential, const char *body, size_t body_len, int64_t now_s,
                        struct http_transfer **out, weir_error *err);

#endif
