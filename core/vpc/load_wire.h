/* load_wire.h - what EC2 is asked for a part, without asking it: pure, any thread. */
#ifndef WEIR_VPC_LOAD_WIRE_H
#define WEIR_VPC_LOAD_WIRE_H

#include "base/buf.h"
#include "vpc/inventory.h"
#include "weir/status.h"

/* The whole body, Action and Version included; appended. `of` is the prefix list or route table, NULL = none; `token`
 * NULL = the first page; `page` is MaxResults, 0 = none. WEIR_E_LIMIT, WEIR_E_NOMEM. */
weir_status load_body(enum part part, const char *of, const char *token, int page, struct buf *out, weir_error *err);

/* GetCallerIdentity of STS: its body, and the account of its answer ("" if there is none) into out[16]. */
weir_status load_identity_body(struct buf *out, weir_error *err);
void load_identity_read(const char *bytes, size_t len, char *out);

#endif
