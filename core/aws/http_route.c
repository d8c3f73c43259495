/* http_route.c - see http_route.h. */
#include "aws/http_route.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/scope.h"
#include "base/slice.h"

enum { HOST_BYTES = 256 };

bool route_is_local(const char *host)
{
    static const char *const allowed[] = {"169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254",
                                          "fd00:ec2::23",    "::1",           "localhost"};
    char bare[HOST_BYTES];
    size_t len = strlen(host);
    bool is_bracketed = len > 2 && host[0] == '[' && host[len - 1] == ']';
    snprintf(bare, sizeof bare, "%.*s", (int)(is_bracketed ? len - 2 : len), is_bracketed ? host + 1 : host);
    for (size_t k = 0; k < ARRAY_SIZE(allowed); k++) {
        if (strcasecmp(bare, allowed[k]) == 0)
            return true;
    }
    struct in_addr address;
    return inet_pton(AF_INET, bare, &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

/* `entry` without its leading dots is the end of `name`, at a dot. */
static bool ends_in(struct slice name, struct slice entry)
{
    while (entry.len > 0 && *entry.at == '.') {
        entry.at++;
        entry.len--;
    }
    if (entry.len == 0 || entry.len > name.len)
        return false;
    const char *end = name.at + name.len - entry.len;
    return strncasecmp(end, entry.at, entry.len) == 0 && (entry.len == name.len || end[-1] == '.');
}

bool route_is_exempt(const char *no_proxy, const char *host, const char *port)
{
    if (!no_proxy)
        return false;
    char with_port[HOST_BYTES + 8];
    snprintf(with_port, sizeof with_port, "%s:%s", host, port);
    for (const char *at = no_proxy; *at;) {
        at += strspn(at, ", \t");
        struct slice entry = {at, strcspn(at, ", \t")};
        at += entry.len;
        if (slice_is(entry, SLICE("*")) || ends_in(slice_of(host), entry) || ends_in(slice_of(with_port), entry))
            return true;
    }
    return false;
}

void route_proxy_name(const char *proxy, char *out, size_t size)
{
    const char *scheme = strstr(proxy, "://");
    const char *host = scheme ? scheme + 3 : proxy;
    size_t len = strcspn(host, "/");
    for (size_t k = len; k > 0; k--) {
        if (host[k - 1] == '@') {
            host += k;
            len -= k;
            break;
        }
    }
    snprintf(out, size, "%.*s", (int)len, host);
}
