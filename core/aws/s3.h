/* s3.h - lists and objects of S3 (docs.aws.amazon.com/AmazonS3/latest/API). A bucket in another region is found by what
 * S3 answers, and asked there from then on. */
#ifndef WEIR_AWS_S3_H
#define WEIR_AWS_S3_H

#include "aws/call.h"

struct s3_object {
    char *key, *etag;
    uint64_t size;
    int64_t modified_s; /* Unix seconds */
};

struct s3_list {
    size_t n;
    struct s3_object *at;
    size_t n_prefixes;
    char **prefixes; /* common prefixes, where a delimiter was given */
    char *token;     /* NULL = the last page */
};

/* ListObjectsV2, one page. `start_after` and `token` NULL = none, `delimiter` NULL = none. */
weir_status s3_list_call(struct aws_client *client, struct http *http, const char *bucket, const char *prefix,
                         const char *delimiter, const char *start_after, const char *token, struct aws_call **out,
                         weir_error *err);
weir_status s3_list_read(const char *bytes, size_t len, struct s3_list *out, weir_error *err);
void s3_list_done(struct s3_list *list);

/* GetObject from byte `offset` on, only if it still has that ETag. */
weir_status s3_get_call(struct aws_client *client, struct http *http, const char *bucket, const char *key,
                        const char *etag, uint64_t offset, weir_status (*data)(void *user, const void *, size_t),
                        void *user, struct aws_call **out, weir_error *err);

/* The client of the region where the bucket is, after a call that ended with AWS_ELSEWHERE. */
weir_status s3_follow(const struct aws_call *call, const struct aws_client *client, struct aws_client **out,
                      weir_error *err);

#endif
