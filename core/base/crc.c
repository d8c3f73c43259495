/* crc.c - see crc.h. */
#include "base/crc.h"

#include <zlib.h>

uint32_t crc32_of(uint32_t crc, const void *bytes, size_t len)
{
    return (uint32_t)crc32_z(crc, bytes, len);
}
