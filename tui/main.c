/* main.c - decides between the commands (cli) and the dashboard (app), the only place that knows both. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "cli/aws.h"
#include "cli/help.h"
#include "cli/network.h"
#include "cli/options.h"
#include "cli/run.h"

/* A file that is opened must not become standard output because that was closed: writing fails instead. */
static void keep_standard_fds(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", fd ? O_RDONLY : O_WRONLY) < 0)
            _exit(1);
}

static void list_themes(void)
{
    for (size_t k = 0; theme_builtin(k); k++)
        puts(theme_builtin(k));
}

/* What is answered without a source. False if nothing of it was asked. */
static bool explain(const struct cli_options *options)
{
    if (options->help || options->command == COMMAND_HELP)
        help_write(stdout, options->topic);
    else if (options->version || options->command == COMMAND_VERSION)
        puts("weir " WEIR_VERSION);
    else if (options->man_page)
        man_write(stdout, app_keys_man);
    else if (options->keys_table)
        app_keys_markdown(stdout);
    else if (options->completions)
        completion_write(stdout, (shell_kind)options->completions);
    else if (options->list_themes)
        list_themes();
    else
        return false;
    return true;
}

static int finish_explaining(void)
{
    if (fflush(stdout) == 0 || errno == EPIPE)
        return 0;
    cli_complain_format("cannot write to standard output: %s", strerror(errno));
    return 1;
}

/* The host of a URL, for the screen: "127.0.0.1:4566". */
static const char *host_of(const char *url, char *buffer, size_t size)
{
    const char *host = url ? strstr(url, "://") : NULL;
    if (!host)
        return NULL;
    host += 3;
    const char *at = strchr(host, '@');
    size_t len = strcspn(host, "/");
    if (at && at < host + len) { /* a name and a password do not belong on a screen */
        len -= (size_t)(at + 1 - host);
        host = at + 1;
    }
    return weir_sanitize(host, len, buffer, size).text;
}

static int run_app(const struct cli_options *options)
{
    static const term_color colors[] = {
        [COLOR_AUTO] = TERM_COLOR_AUTO, [COLOR_ALWAYS] = TERM_COLOR_ALWAYS, [COLOR_NEVER] = TERM_COLOR_NEVER};
    char host[128];
    const char *endpoint = options->endpoint_url ? options->endpoint_url : getenv("AWS_ENDPOINT_URL");
    struct app_options app = {
        .session = options_session(options, true),
        .by_start = options_need_aws(options) || options_are_merged(options) || options->n_sources == 0,
        .region = options->region,
        .profile = options->profile,
        .endpoint_url = options->endpoint_url,
        .endpoint = host_of(endpoint, host, sizeof host),
        .theme = options->theme,
        .color = colors[options->color],
        .ascii = options->ascii,
        .mouse = options->mouse,
        .local = options->local,
        .fps = (int)options->fps,
        .stats = options->stats,
        .keys = options->keys,
        .on_incident = options->on_incident,
        .bell = options->notice == NOTICE_BELL || options->notice == NOTICE_BOTH,
        .desktop = options->notice == NOTICE_DESKTOP || options->notice == NOTICE_BOTH,
    };
    if (options->n_sources == 0) /* what will be chosen is in AWS */
        app.session.follow = options->follow != FOLLOW_NO;
    weir_error err = {0};
    int exit_status = 1;
    if (network_take(options, &app.network, &err) == WEIR_OK && trail_take(options, &app.trail, &err) == WEIR_OK)
        exit_status = app_run(&app, &err);
    weir_trail_close(app.trail);
    weir_network_close(app.network);
    if (err.status != WEIR_OK) {
        cli_complain_error(options, &err);
        if (exit_status == 0 || exit_status == 1)
            exit_status = options_exit_status(err.status);
    }
    return exit_status;
}

static int run_reading(const struct cli_options *options)
{
    bool on_screen = options->command == COMMAND_SCREEN && isatty(STDOUT_FILENO);
    if (options->command == COMMAND_LIST)
        return list_run(options);
    if (options->command == COMMAND_DOCTOR)
        return doctor_run(options);
    if (options->command == COMMAND_SNAPSHOT)
        return snapshot_run(options);
    if (options->flow)
        return explain_flow_run(options);
    if (options->n_sources == 0 && !on_screen) {
        cli_complain(WEIR_SAFE("name a source: a file, '-' for standard input, cw:GROUP, one that weir list prints, "
                               "or demo, which needs no AWS account"));
        return 2;
    }
    return on_screen ? run_app(options) : cli_run(options);
}

static int run(struct cli_options *options, char **environment)
{
    static const char *const standard_input[] = {"-"};
    weir_error err = {0};
    struct cli_options used = *options;
    bool reads =
        options->command != COMMAND_LIST && options->command != COMMAND_DOCTOR && options->command != COMMAND_SNAPSHOT;
    if (reads && !options->flow && options->n_sources == 0 && !isatty(STDIN_FILENO)) {
        used.sources = standard_input;
        used.n_sources = 1;
    }
    int exit_status;
    if (aws_take(&used, environment, &err) || aws_consent(&used, &err)) {
        cli_complain((weir_safe){err.text});
        exit_status = options_exit_status(err.status);
    } else {
        exit_status = run_reading(&used);
    }
    weir_aws_close(used.aws);
    return exit_status;
}

int main(int argc, char **argv)
{
    struct cli_options options;
    weir_error err = {0};
    keep_standard_fds();
    setlocale(LC_ALL, "");
    if (options_parse(argc, argv, &options, &err) != WEIR_OK) {
        cli_complain((weir_safe){err.text});
        return options_exit_status(err.status);
    }
    int exit_status = explain(&options) ? finish_explaining() : run(&options, environ);
    options_done(&options);
    return exit_status;
}
