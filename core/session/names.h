/* names.h - what the network calls a record's ends, its interface and the interface's security groups. Belongs to the
 * session's thread. */
#ifndef WEIR_SESSION_NAMES_H
#define WEIR_SESSION_NAMES_H

#include "flow/block.h"
#include "weir/network.h"

struct names;

struct names *names_new(const weir_network *network); /* borrowed, of one generation; NULL = out of memory */
void names_free(struct names *names);                 /* accepts NULL */
size_t names_bytes(const struct names *names);        /* 0 for NULL */

/* srcname, dstname, interface-name and security-groups of rows [from, to). Without memory they stay null. */
void names_fill(struct names *names, struct block *block, uint32_t from, uint32_t to);

#endif
