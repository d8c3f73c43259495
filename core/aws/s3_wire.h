/* s3_wire.h - what S3 is asked and where it sends us, without asking it: pure, any thread. Of the aws room only. */
#ifndef WEIR_AWS_S3_WIRE_H
#define WEIR_AWS_S3_WIRE_H

#include "aws/s3.h"

enum { S3_LIST_PAIRS = 6, S3_RANGE_BYTES = 40, S3_REGION_BYTES = 64 };

/* The query of ListObjectsV2 into query[S3_LIST_PAIRS]; returns how many. What is NULL or "" is left out. */
size_t s3_list_query(const char *prefix, const char *delimiter, const char *start_after, const char *token,
                     struct sign_pair *query);

/* The value of a Range header into range[S3_RANGE_BYTES]; NULL if all is wanted. */
const char *s3_range(uint64_t offset, char *range);

/* Where the bucket is, as an error of S3 tells it: the header's region, else <Region> of the body, into
 * region[S3_REGION_BYTES]; "" = not told. Not checked yet. */
void s3_region_read(const char *header, const char *body, size_t body_len, char *region);

#endif
