/* load.h - asks EC2 for all parts of an inventory: every page, several at once. A part that may not be asked is denied
 * and one that cannot be read has failed, each with its reason; the others are read all the same. */
#ifndef WEIR_VPC_LOAD_H
#define WEIR_VPC_LOAD_H

#include "aws/client.h"
#include "vpc/capture.h"

/* Told when a part has been read, and what a call waits for. From several threads, one at a time; does not block. */
struct load_tell {
    void (*tell)(void *user, size_t done, size_t total, const char *words); /* words: safe text, "" = nothing to say */
    void *user;
};

/* Blocks until all is asked. On success *out is yours. WEIR_E_CANCELED within 200 ms of `cancel` being readable.
 * Fails only if nothing at all could be read: no credentials, nobody answers, every part is denied; *err says the first
 * reason. */
weir_status load_network(struct aws_client *client, int cancel, const struct load_tell *tell, struct capture **out,
                         weir_error *err);

#endif
