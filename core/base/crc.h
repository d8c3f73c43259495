/* crc.h - CRC-32 of IEEE 802.3, as zlib computes it. */
#ifndef WEIR_BASE_CRC_H
#define WEIR_BASE_CRC_H

#include <stddef.h>
#include <stdint.h>

/* `crc` is 0 for the first piece, the last result for the next. */
uint32_t crc32_of(uint32_t crc, const void *bytes, size_t len);

#endif
