/* capture_bytes.h - the bytes of a file, unpacked where they are gzipped, as UTF-8. Of the vpc room only. */
#ifndef WEIR_VPC_CAPTURE_BYTES_H
#define WEIR_VPC_CAPTURE_BYTES_H

#include "base/buf.h"
#include "base/slice.h"

/* Whole file into *out (yours, buf_done() either way), at most CAPTURE_FILE_MAX_BYTES. WEIR_E_IO, WEIR_E_LIMIT. */
weir_status file_read(int folder, const char *name, struct buf *out, weir_error *err);

/* What the bytes are as text, borrowed from them or from *room (yours, buf_done() either way). WEIR_E_DATA for what is
 * damaged or UTF-16, WEIR_E_LIMIT. */
weir_status text_of_bytes(struct slice bytes, struct buf *room, struct slice *out, weir_error *err);

#endif
