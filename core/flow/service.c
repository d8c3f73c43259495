/* service.c - a service in words, and as a filter (weir/event.h). */
#include <stdio.h>

#include "base/addr.h"
#include "weir/event.h"

static void put_protocol(const weir_service *service, char *out, size_t size)
{
    weir_value value = {.type = WEIR_NUMBER, .number = (uint64_t)(service->protocol < 0 ? 0 : service->protocol)};
    char text[32];
    weir_safe protocol = weir_value_text(WEIR_F_PROTOCOL, &value, WEIR_STYLE_SHORT, text, sizeof text);
    if (service->port < 0)
        snprintf(out, size, "%s", protocol.text);
    else
        snprintf(out, size, "%s %d", protocol.text, service->port);
}

weir_safe weir_service_text(const weir_service *service, char *buffer, size_t size)
{
    char what[48], local[ADDR_TEXT_MAX], remote[ADDR_TEXT_MAX];
    put_protocol(service, what, sizeof what);
    addr_print(&service->local, local);
    const char *where = *service->name.text           ? service->name.text
                        : *service->interface_id.text ? service->interface_id.text
                                                      : local;
    if (!service->outbound)
        return weir_safe_format(buffer, size, "%s of %s", what, where);
    if (service->remote.family == 0)
        return weir_safe_format(buffer, size, "%s from %s to the internet", what, where);
    addr_print(&service->remote, remote);
    return weir_safe_format(buffer, size, "%s from %s to %s", what, where, remote);
}

weir_safe weir_service_filter(const weir_service *service, char *buffer, size_t size)
{
    char place[80] = "", far[80] = "", port[40] = "", addr[ADDR_TEXT_MAX];
    if (*service->interface_id.text)
        snprintf(place, sizeof place, "interface-id = %s ", service->interface_id.text);
    if (service->outbound && service->remote.family) {
        addr_print(&service->remote, addr);
        snprintf(far, sizeof far, "addr = %s ", addr);
    } else if (!*service->interface_id.text) {
        addr_print(&service->local, addr);
        snprintf(far, sizeof far, "addr = %s ", addr);
    }
    if (service->port >= 0)
        snprintf(port, sizeof port, "port = %d ", service->port);
    return weir_safe_format(buffer, size, "%s%s%sprotocol = %d", place, far, port, service->protocol);
}
