/* main.c - decides between the commands (cli) and the dashboard (app), the only place that knows both. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "cli/help.h"
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

static int run_app(const struct cli_options *options)
{
    static const term_color colors[] = {
        [COLOR_AUTO] = TERM_COLOR_AUTO, [COLOR_ALWAYS] = TERM_COLOR_ALWAYS, [COLOR_NEVER] = TERM_COLOR_NEVER};
    struct app_options app = {
        .session = options_session(options, true),
        .theme = options->theme,
        .color = colors[options->color],
        .ascii = options->ascii,
        .mouse = options->mouse,
        .local = options->local,
        .fps = (int)options->fps,
        .stats = options->stats,
        .keys = options->keys,
    };
    weir_error err = {0};
    int exit_status = app_run(&app, &err);
    if (err.status != WEIR_OK) {
        cli_complain_error(options, &err);
        if (exit_status == 0 || exit_status == 1)
            exit_status = options_exit_status(err.status);
    }
    return exit_status;
}

static int run(struct cli_options *options)
{
    static const char *const standard_input[] = {"-"};
    if (options->n_sources == 0 && !isatty(STDIN_FILENO)) {
        struct cli_options reading = *options;
        reading.sources = standard_input;
        reading.n_sources = 1;
        return reading.command == COMMAND_SCREEN && isatty(STDOUT_FILENO) ? run_app(&reading) : cli_run(&reading);
    }
    if (options->n_sources == 0) {
        cli_complain(WEIR_SAFE("name a file, '-' for standard input, or try: weir demo"));
        return 2;
    }
    return options->command == COMMAND_SCREEN && isatty(STDOUT_FILENO) ? run_app(options) : cli_run(options);
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
    int exit_status = explain(&options) ? finish_explaining() : run(&options);
    options_done(&options);
    return exit_status;
}
