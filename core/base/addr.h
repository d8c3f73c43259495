/* addr.h - addresses and networks as text and bits. RFC 4291, RFC 5952 (printing), RFC 4632. */
#ifndef WEIR_BASE_ADDR_H
#define WEIR_BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weir/record.h"

#define ADDR_TEXT_MAX 46 /* with the NUL */

/* Strict dotted quad or IPv6 text, the whole of it. IPv4 octets have no leading zeros. */
bool addr_parse(const char *text, size_t len, weir_addr *out);

/* Fast path of the decoder: IPv4 in host byte order. Returns false on anything else. */
bool addr_parse_v4(const char *text, size_t len, uint32_t *out);

/* Canonical text into out[ADDR_TEXT_MAX]; returns its length. */
size_t addr_print(const weir_addr *addr, char *out);

int addr_compare(const weir_addr *a, const weir_addr *b); /* IPv4 before IPv6, then by bytes */

struct net {
    weir_addr addr; /* host bits 0 */
    uint8_t prefix; /* 0..32 or 0..128 */
};

/* "10.0.0.0/8", "2001:db8::/32", short "10/8" and "10.1/16"; a bare address is a /32 or /128.
 * Host bits are cleared, not refused. */
bool net_parse(const char *text, size_t len, struct net *out);
bool net_contains(const struct net *net, const weir_addr *addr);  /* never across families */
void addr_cut(weir_addr *addr, uint8_t prefix4, uint8_t prefix6); /* clears host bits */

static inline uint32_t addr_v4(const weir_addr *addr) /* host byte order */
{
    return (uint32_t)addr->bytes[0] << 24 | (uint32_t)addr->bytes[1] << 16 | (uint32_t)addr->bytes[2] << 8 |
           addr->bytes[3];
}

static inline weir_addr addr_from_v4(uint32_t host_order)
{
    return (weir_addr){.family = 4,
                       .bytes = {(uint8_t)(host_order >> 24), (uint8_t)(host_order >> 16), (uint8_t)(host_order >> 8),
                                 (uint8_t)host_order}};
}

#endif
