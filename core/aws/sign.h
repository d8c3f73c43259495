/* sign.h - AWS Signature Version 4 as a pure function of request, credentials and time
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html), and hashes: the only door to
 * libcrypto. */
#ifndef WEIR_AWS_SIGN_H
#define WEIR_AWS_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weir/status.h"

struct sign_pair {
    const char *name, *value; /* of a header or of a query parameter; not encoded */
};

struct sign_request {
    const char *method;            /* "POST" */
    const char *host;              /* with ":port" if it is not the scheme's */
    const char *path;              /* not encoded, begins with '/' */
    const struct sign_pair *query; /* in any order */
    size_t n_query;
    const struct sign_pair *headers; /* all that are to be signed besides host, x-amz-date, x-amz-security-token
                                        and x-amz-content-sha256. One of that last name stands for the hash of the
                                        body: "UNSIGNED-PAYLOAD" */
    size_t n_headers;
    const void *body;
    size_t body_len;
    const char *region, *service; /* "eu-west-1", "logs" */
    bool is_s3;                   /* path is encoded once and not normalised; x-amz-content-sha256 is sent */
};

struct sign_key {
    const char *access_key, *secret_key, *session_token; /* token NULL = none */
};

enum { SIGN_DATE_BYTES = 17, SIGN_HASH_BYTES = 65, SIGN_AUTHORIZATION_BYTES = 1024 };

/* What has to be sent along: header values. */
struct sign_result {
    char date[SIGN_DATE_BYTES];                   /* x-amz-date */
    char content_hash[SIGN_HASH_BYTES];           /* x-amz-content-sha256; "" if it is not to be sent */
    char authorization[SIGN_AUTHORIZATION_BYTES]; /* authorization */
};

/* `time_s` is Unix seconds of AWS's clock. WEIR_E_LIMIT for what is too large, WEIR_E_DATA for a header of more than
 * one line, WEIR_E_USAGE for a path without '/', WEIR_E_NOMEM. For tests the canonical request and the string to sign
 * are written into `trace` (NULL = not wanted). */
struct sign_trace {
    char canonical[16384], to_sign[512];
};
weir_status sign(const struct sign_request *request, const struct sign_key *key, int64_t time_s,
                 struct sign_result *out, struct sign_trace *trace, weir_error *err);

/* Lower-case hex of SHA-256 and of SHA-1, into out[65] and out[41]; "" if libcrypto does not give it. */
void sign_sha256_hex(const void *bytes, size_t len, char *out);
void sign_sha1_hex(const void *bytes, size_t len, char *out);

/* RFC 3986: all but A-Z a-z 0-9 - . _ ~ as %XX, '/' too unless keep_slash. Returns the length, which counts on beyond
 * size; NUL-terminated if it fits. */
size_t sign_uri_encode(const char *text, bool keep_slash, char *out, size_t size);

#endif
