/* spec.h - what a person types to name a source in AWS:
 *   cw:GROUP  tail:GROUP  s3://BUCKET/PREFIX   with  ?region=…&profile=…&stream=PREFIX  behind it
 * GROUP is a name or an ARN. '%XX' stands for a byte, so that a name may hold a '?'. */
#ifndef WEIR_SOURCE_SPEC_H
#define WEIR_SOURCE_SPEC_H

#include "weir/status.h"

enum { SPEC_NAME_MAX = 1024 };

struct spec {
    char name[SPEC_NAME_MAX + 1];               /* group, ARN or bucket */
    char prefix[SPEC_NAME_MAX + 1];             /* of S3 keys, "" = none */
    char region[64], profile[128], stream[513]; /* "" = not given */
};

/* `scheme` is "cw", "tail" or "s3". WEIR_E_USAGE with what is wrong and an example. An ARN gives its region. */
weir_status spec_parse(const char *text, const char *scheme, struct spec *out, weir_error *err);

#endif
