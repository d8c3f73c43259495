/* aws.h - what of the command line concerns AWS: access to it, the question about money, and the commands that only
 * ask. */
#ifndef WEIR_CLI_AWS_H
#define WEIR_CLI_AWS_H

#include "cli/options.h"

/* Takes the process's environment, whose secrets are then overwritten, and makes the process one whose memory nobody
 * else reads. Call before a thread or a program is started. Nothing happens when the options need no AWS; else
 * options->aws is made, to be closed by weir_aws_close(). */
weir_status aws_take(struct cli_options *options, char **environment, weir_error *err);

/* Asks before the first Live Tail session, unless --yes. WEIR_E_USAGE without a terminal, WEIR_E_CANCELED on no. */
weir_status aws_consent(const struct cli_options *options, weir_error *err);

/* weir list, weir doctor and weir snapshot; they return the exit status. */
int list_run(const struct cli_options *options);
int snapshot_run(const struct cli_options *options);
int doctor_run(const struct cli_options *options);

#endif
