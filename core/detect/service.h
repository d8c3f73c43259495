/* service.h - what a flip is about: connections from or to an interface, by the port they are opened to. */
#ifndef WEIR_DETECT_SERVICE_H
#define WEIR_DETECT_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "weir/record.h"

enum { SERVICE_INTERFACE_BYTES = 24 };

struct service {
    uint64_t interface;                         /* hash of its id, keyed; of the local address where there is no id */
    char interface_id[SERVICE_INTERFACE_BYTES]; /* safe text, "" = the log does not tell it */
    weir_addr remote; /* outbound: the far end where it is private; family 0 = anywhere on the internet */
    weir_addr local;  /* of one of its connections */
    int32_t port;     /* that is connected to, -1 = the protocol has none */
    int32_t protocol;
    bool outbound; /* the interface's side opens the connections */
};

#endif
