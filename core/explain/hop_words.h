/* hop_words.h - a hop of a path in words: id, name, the rule that decided, a note. Any thread. */
#ifndef WEIR_EXPLAIN_HOP_WORDS_H
#define WEIR_EXPLAIN_HOP_WORDS_H

#include "explain/path.h"
#include "explain/words.h"

/* Fills *out but for `acted`, which is the caller's. Texts live in `words`, or are static; none is borrowed from the
 * inventory. Returns words' status: on a failure texts may be missing, never wrong. */
weir_status hop_words(const struct hop *hop, struct words *words, weir_hop *out);

/* "tcp 443 from 10.0.0.0/8", "all traffic to sg-0c3", "icmp type 8 from …": what a rule of a security group admits. */
weir_safe rule_words(const struct vpc_rule *rule, struct words *words);
/* "out #100 allow tcp 443 10.0.0.0/8", "in #* deny all 0.0.0.0/0". */
weir_safe acl_entry_words(const struct vpc_acl_entry *entry, struct words *words);
/* "0.0.0.0/0 -> igw-0a1", "pl-63a5400a -> vpce-0e1 (blackhole)". */
weir_safe route_words(const struct vpc_route *route, struct words *words);
/* "tcp 443", "udp 53", "icmp", "protocol 47": what of a packet rules look at, but for addresses. */
weir_safe packet_words(const struct packet *packet, struct words *words);

#endif
