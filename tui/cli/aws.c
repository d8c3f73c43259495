/* aws.c - see aws.h. */
#include "cli/aws.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

weir_status aws_take(struct cli_options *options, char **environment, weir_error *err)
{
    bool picks = options->command == COMMAND_SCREEN && options->n_sources == 0 && isatty(STDIN_FILENO);
    if (!picks && !options_need_aws(options))
        return WEIR_OK;
    prctl(PR_SET_DUMPABLE, 0); /* no core file, and /proc/PID/mem is root's alone */
    const weir_aws_options aws = {
        .environment = environment,
        .profile = options->profile,
        .region = options->region,
        .endpoint_url = options->endpoint_url,
        .ca_bundle = options->ca_bundle,
        .now = options->now_s,
    };
    return weir_aws_open(&aws, &options->aws, err);
}

static size_t live_tails(const struct cli_options *options)
{
    size_t n = 0;
    for (size_t k = 0; k < options->n_sources; k++)
        n += strncmp(options->sources[k], "tail:", 5) == 0;
    return n;
}

/* "0.01", "1.5", "2": as many digits as the price has. */
static void price_text(int64_t millionths, char *buffer, size_t size)
{
    int len =
        snprintf(buffer, size, "%lld.%06lld", (long long)(millionths / 1000000), (long long)(millionths % 1000000));
    while (len > 0 && buffer[len - 1] == '0' && buffer[len - 3] != '.')
        buffer[--len] = '\0';
}

static bool answered_yes(void)
{
    char answer[32] = "";
    if (!fgets(answer, sizeof answer, stdin))
        return false;
    return answer[0] == 'y' || answer[0] == 'Y';
}

weir_status aws_consent(const struct cli_options *options, weir_error *err)
{
    size_t n = live_tails(options);
    if (!n || options->yes)
        return WEIR_OK;
    FILE *to = isatty(STDERR_FILENO) ? stderr : isatty(STDOUT_FILENO) ? stdout : NULL;
    if (!to || !isatty(STDIN_FILENO))
        return weir_fail(err, WEIR_E_USAGE, 0,
                         "Live Tail may cost money and there is no terminal to ask at: add --yes, or read cw:GROUP, "
                         "which is free of that");
    char price[32];
    price_text(options->tail_price * (int64_t)n, price, sizeof price);
    fprintf(to,
            "Live Tail costs about $%s a minute here, beyond 1,800 free minutes a month.\n"
            "A session lasts until weir ends; cw:GROUP shows the same records a little later.\n"
            "Start %zu session%s? [y/N] ",
            price, n, n == 1 ? "" : "s");
    fflush(to);
    if (answered_yes())
        return WEIR_OK;
    return weir_fail(err, WEIR_E_CANCELED, 0, "no Live Tail session was started");
}
