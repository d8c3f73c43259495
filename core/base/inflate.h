/* inflate.h - gzip bytes in, plain bytes out (RFC 1952), the only door to zlib. Members may follow
 * one another. Guards against bombs: see GUNZIP_* in limits.h. */
#ifndef WEIR_BASE_INFLATE_H
#define WEIR_BASE_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weir/status.h"

struct inflate;

bool inflate_is_gzip(const void *bytes, size_t len); /* magic 1f 8b 08 */
struct inflate *inflate_new(void);
void inflate_free(struct inflate *inflate);

/* Takes *in_len bytes at most from `in`, writes at most *out_len to `out`; both are set to what was
 * used. WEIR_OK: call again, with more input if all was used. WEIR_E_DATA: damaged, or trailing
 * rubbish. WEIR_E_LIMIT: a bomb. */
weir_status inflate_run(struct inflate *inflate, const void *in, size_t *in_len, void *out, size_t *out_len,
                        weir_error *err);

/* At the end of the input: WEIR_OK, or WEIR_E_DATA if a member is cut off. */
weir_status inflate_end(struct inflate *inflate, weir_error *err);

#endif
