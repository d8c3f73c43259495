/* names.c - names of protocols, ports, TCP flags and traffic paths, both ways. */
#include "flow/names.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/scope.h"
#include "base/slice.h"
#include "weir/record.h"

struct name {
    uint16_t number;
    const char *text;
};

#define X(number, text) {number, text},
static const struct name ports[] = {
#include "flow/port.def"
};
static const struct name protocols[] = {
#include "flow/protocol.def"
};
#undef X

/* Other names that people type for the same thing. */
static const struct name port_aliases[] = {
    {53, "domain"},   {80, "www"},          {389, "ad"},          {445, "cifs"},        {1433, "sqlserver"},
    {3389, "ms-wbt"}, {5432, "postgresql"}, {6443, "kubernetes"}, {8080, "http-proxy"}, {11211, "memcache"},
    {27017, "mongo"}, {5900, "rfb"},        {123, "sntp"},
};
static const struct name protocol_aliases[] = {
    {58, "icmpv6"}, {58, "ipv6-icmp"}, {4, "ipv4"}, {89, "ospfigp"}, {47, "gre-tunnel"}, {50, "ipsec"},
};

#define FLAG_FIN 1u
#define FLAG_SYN 2u
#define FLAG_RST 4u
#define FLAG_PSH 8u
#define FLAG_ACK 16u
#define FLAG_URG 32u
#define FLAG_ECE 64u
#define FLAG_CWR 128u

/* In the order in which they are printed: SYN with ACK is one name, the one AWS gives it. */
static const struct name flags[] = {
    {FLAG_SYN | FLAG_ACK, "SYN-ACK"},
    {FLAG_SYN, "SYN"},
    {FLAG_ACK, "ACK"},
    {FLAG_FIN, "FIN"},
    {FLAG_RST, "RST"},
    {FLAG_PSH, "PSH"},
    {FLAG_URG, "URG"},
    {FLAG_ECE, "ECE"},
    {FLAG_CWR, "CWR"},
};

/* traffic-path, as flow-log-records describes it. */
static const struct name paths[] = {
    {1, "same VPC"},
    {2, "internet gateway or gateway endpoint"},
    {3, "virtual private gateway"},
    {4, "peering in the region"},
    {5, "peering across regions"},
    {6, "local gateway"},
    {7, "gateway endpoint (Nitro)"},
    {8, "internet gateway (Nitro)"},
};

static int by_number(const void *key, const void *row)
{
    return *(const uint16_t *)key - ((const struct name *)row)->number;
}

static const char *text_of(const struct name *table, size_t n, uint64_t number)
{
    uint16_t key = (uint16_t)number;
    if (number > UINT16_MAX)
        return NULL;
    const struct name *row = bsearch(&key, table, n, sizeof *table, by_number);
    return row ? row->text : NULL;
}

static bool find(const struct name *table, size_t n, const char *name, size_t len, uint64_t *number)
{
    for (size_t k = 0; k < n; k++) {
        if (slice_is_nocase(slice_of(table[k].text), (struct slice){name, len})) {
            *number = table[k].number;
            return true;
        }
    }
    return false;
}

const char *weir_port_name(uint64_t port)
{
    return text_of(ports, ARRAY_SIZE(ports), port);
}

const char *weir_protocol_name(uint64_t protocol)
{
    return text_of(protocols, ARRAY_SIZE(protocols), protocol);
}

const char *weir_path_name(uint64_t traffic_path)
{
    return text_of(paths, ARRAY_SIZE(paths), traffic_path);
}

weir_safe weir_flags_name(uint64_t tcp_flags, char *buffer, size_t size)
{
    char text[64] = "-";
    size_t len = 0;
    uint64_t left = tcp_flags;
    for (size_t k = 0; k < ARRAY_SIZE(flags); k++) {
        if ((left & flags[k].number) != flags[k].number)
            continue;
        left &= ~(uint64_t)flags[k].number;
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", len ? " " : "", flags[k].text);
    }
    if (left)
        return weir_safe_format(buffer, size, "%s%s0x%llx", len ? text : "", len ? " " : "", (unsigned long long)left);
    return weir_safe_format(buffer, size, "%s", text);
}

bool name_port(const char *name, size_t len, uint64_t *port)
{
    return find(ports, ARRAY_SIZE(ports), name, len, port) ||
           find(port_aliases, ARRAY_SIZE(port_aliases), name, len, port);
}

bool name_protocol(const char *name, size_t len, uint64_t *protocol)
{
    return find(protocols, ARRAY_SIZE(protocols), name, len, protocol) ||
           find(protocol_aliases, ARRAY_SIZE(protocol_aliases), name, len, protocol);
}

/* One flag or several with '-', '+', ',' or '|' between: "SYN-ACK", "SYN+FIN". */
bool name_flags(const char *name, size_t len, uint64_t *out)
{
    uint64_t all = 0;
    size_t from = 0;
    if (len == 0)
        return false;
    for (size_t k = 0; k <= len; k++) {
        if (k < len && !memchr("-+,| ", name[k], 5))
            continue;
        uint64_t one;
        if (!find(flags, ARRAY_SIZE(flags), name + from, k - from, &one))
            return false;
        all |= one;
        from = k + 1;
    }
    *out = all;
    return true;
}

bool name_path(const char *name, size_t len, uint64_t *path)
{
    return find(paths, ARRAY_SIZE(paths), name, len, path);
}

const char *name_port_at(size_t k)
{
    return k < ARRAY_SIZE(ports) ? ports[k].text : NULL;
}

const char *name_protocol_at(size_t k)
{
    return k < ARRAY_SIZE(protocols) ? protocols[k].text : NULL;
}

const char *name_flags_at(size_t k)
{
    return k < ARRAY_SIZE(flags) ? flags[k].text : NULL;
}
