/* names.h - names of protocols, ports, TCP flags and traffic paths, both ways.
 * IANA protocol-numbers and service-names registries; aws.md lists flags and paths. */
#ifndef WEIR_FLOW_NAMES_H
#define WEIR_FLOW_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The number that a name stands for, without regard to case; false if the name is not known. */
bool name_port(const char *name, size_t len, uint64_t *port);
bool name_protocol(const char *name, size_t len, uint64_t *protocol);
bool name_flags(const char *name, size_t len, uint64_t *flags); /* "SYN", "SYN-ACK", "SYN+ACK", "FIN" */
bool name_path(const char *name, size_t len, uint64_t *path);

/* All names of a table for completion; NULL past the end. */
const char *name_port_at(size_t k);
const char *name_protocol_at(size_t k);
const char *name_flags_at(size_t k);

#endif
