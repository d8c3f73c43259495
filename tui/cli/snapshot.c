/* snapshot.c - weir snapshot: the network as one file, and what of it could not be had. */
#include <string.h>
#include <unistd.h>

#include "cli/aws.h"
#include "cli/network.h"
#include "cli/run.h"
#include "cli/stop.h"

/* A snapshot with holes is worth having, but not without being told. */
static void tell_missing(const weir_network *network)
{
    weir_network_part part;
    for (size_t k = 0; weir_network_part_get(network, k, &part); k++)
        if (!part.known)
            cli_complain(part.why_not);
}

static weir_status take_snapshot(const struct cli_options *options, weir_network *network, weir_error *err)
{
    const char *file = options->file ? options->file : "-";
    weir_status status = network_await(network, cli_deadline(options), err);
    if (status == WEIR_OK)
        status = weir_network_save(network, file, err);
    if (status != WEIR_OK)
        return status;
    tell_missing(network);
    if (strcmp(file, "-") != 0 && isatty(STDERR_FILENO))
        cli_complain_format("%s: %s", file, weir_network_words(network).text);
    return WEIR_OK;
}

int snapshot_run(const struct cli_options *options)
{
    weir_network *network = NULL;
    weir_error err = {0};
    weir_status status = stop_open(&err);
    if (!status)
        status = network_take(options, &network, &err);
    stop_listen();
    if (!status && !network)
        status = weir_fail(&err, WEIR_E_USAGE, 0,
                           "snapshot: a file of records has no network; name --network, a source "
                           "in AWS, or none");
    if (!status)
        status = take_snapshot(options, network, &err);
    if (status && !stop_signal())
        cli_complain((weir_safe){err.text});
    weir_network_close(network);
    return stop_signal() ? 128 + stop_signal() : options_exit_status(status);
}
