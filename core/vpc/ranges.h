/* ranges.h - whose a public address is by a copy of AWS's ip-ranges.json
 * (docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html). Immutable once read: any thread. */
#ifndef WEIR_VPC_RANGES_H
#define WEIR_VPC_RANGES_H

#include "base/addr.h"
#include "weir/safe.h"
#include "weir/status.h"

struct ranges;

weir_status ranges_open(const char *path, struct ranges **out, weir_error *err);
/* The same from bytes; `name` is what errors call them. What is no network is left out. WEIR_E_DATA, WEIR_E_LIMIT. */
weir_status ranges_read(const char *bytes, size_t len, const char *name, struct ranges **out, weir_error *err);
void ranges_free(struct ranges *ranges); /* accepts NULL */

/* "S3", "EC2", "AWS" where no service is named; "" = not AWS's. Of the longest network, the service rather than AMAZON,
 * which is all of AWS. Borrowed from *ranges*. */
weir_safe ranges_service(const struct ranges *ranges, const weir_addr *addr);

#endif
