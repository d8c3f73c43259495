/* http_route.h - which way to a host: hosts that plain http is allowed to, hosts that no proxy is asked for, and the
 * name of a proxy without its password. Pure. */
#ifndef WEIR_AWS_HTTP_ROUTE_H
#define WEIR_AWS_HTTP_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

/* Loopback and the link-local addresses that give credentials. IPv6 with or without brackets. */
bool route_is_local(const char *host);

/* NO_PROXY as the AWS CLI reads it: "*", or names that match themselves and what ends in them, with or without a dot in
 * front and with or without ":port". */
bool route_is_exempt(const char *no_proxy, const char *host, const char *port);

/* "http://user:secret@proxy:3128/" → "proxy:3128". */
void route_proxy_name(const char *proxy, char *out, size_t size);

#endif
