/* s3.c - asks S3. What is sent and how answers are read is in s3_read.c. */
#include "aws/s3.h"

#include <string.h>

#include "aws/s3_wire.h"
#include "base/limits.h"

weir_status s3_list_call(struct aws_client *client, struct http *http, const char *bucket, const char *prefix,
                         const char *delimiter, const char *start_after, const char *token, struct aws_call **out,
                         weir_error *err)
{
    struct sign_pair query[S3_LIST_PAIRS];
    size_t n = s3_list_query(prefix, delimiter, start_after, token, query);
    return aws_call_new(client, http,
                        &(struct aws_request){.service = AWS_S3,
                                              .operation = "ListObjectsV2",
                                              .bucket = bucket,
                                              .query = query,
                                              .n_query = n,
                                              .subject = bucket},
                        out, err);
}

weir_status s3_get_call(struct aws_client *client, struct http *http, const char *bucket, const char *key,
                        const char *etag, uint64_t offset, weir_status (*data)(void *user, const void *, size_t),
                        void *user, struct aws_call **out, weir_error *err)
{
    char range[S3_RANGE_BYTES];
    return aws_call_new(client, http,
                        &(struct aws_request){.service = AWS_S3,
                                              .operation = "GetObject",
                                              .bucket = bucket,
                                              .key = key,
                                              .range = s3_range(offset, range),
                                              .if_match = etag,
                                              .subject = key,
                                              .max_bytes = OBJECT_MAX_BYTES,
                                              .total_ms = -1,
                                              .data = data,
                                              .user = user},
                        out, err);
}

weir_status s3_follow(const struct aws_call *call, const struct aws_client *client, struct aws_client **out,
                      weir_error *err)
{
    char region[S3_REGION_BYTES];
    const struct http_response *response = aws_call_response(call);
    s3_region_read(response->region, response->body.bytes, response->body.len, region);
    if (!region_is_sane(region))
        return weir_fail(err, WEIR_E_DATA, 0,
                         "the bucket is in another region than %s, but S3 does not say which: add ?region=…",
                         aws_client_region(client));
    if (strcmp(region, aws_client_region(client)) == 0)
        return weir_fail(err, WEIR_E_DATA, 0, "S3 in %s sends us to %s again and again: is the endpoint right?", region,
                         region);
    return aws_client_elsewhere(client, region, out, err);
}
