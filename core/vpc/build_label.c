/* build_label.c - the name a person would look for on an interface. */
#include <string.h>

#include "vpc/build.h"

void build_labels(struct build *build)
{
    const struct things *interfaces = &build->inventory->things[THING_INTERFACE];
    for (size_t k = 0; k < interfaces->n; k++) {
        struct vpc_interface *interface = things_nth(interfaces, k);
        if (*interface->name.text)
            interface->label = interface->name;
        else if (interface->instance && *interface->instance->name.text)
            interface->label = interface->instance->name;
    }
}
