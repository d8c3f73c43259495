/* network.h - the network that a command looks at: what --network names, the demo's, or EC2's. */
#ifndef WEIR_CLI_NETWORK_H
#define WEIR_CLI_NETWORK_H

#include "cli/options.h"

/* Opens it. --network PATH wins; else a demo among the sources has its own; else EC2 is asked with options->aws, in the
 * region and with the profile that the first source in AWS names. *out is yours (weir_network_close), and NULL where
 * there is none to be had: files without --network. */
weir_status network_take(const struct cli_options *options, weir_network **out, weir_error *err);

/* Where changes come from: --changes, the demo's own, or CloudTrail beside a source in AWS. *out is yours, NULL where
 * there is nothing to read or ask. Errors name the file. */
weir_status trail_take(const struct cli_options *options, weir_trail **out, weir_error *err);

/* Waits until CloudTrail has answered what was asked, a minute at most, and says what went wrong. Accepts NULL. */
void trail_await(weir_trail *trail, const struct cli_options *options);

/* Waits until it is here. WEIR_E_CANCELED at a signal (cli/stop.h), WEIR_E_IO once the deadline of cli_deadline() has
 * passed. */
weir_status network_await(weir_network *network, int64_t deadline, weir_error *err);

/* The word behind `name` ("region") in a source's ?name=…&…, %XX decoded, into out[size]; "" = it is not there. Of a
 * log group's ARN, the region is what the ARN says. */
void source_word(const char *source, const char *name, char *out, size_t size);

#endif
