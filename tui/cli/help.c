/* help.c - weir help. Lines are folded for 80 columns, as a help is often read in a small window. */
#include "cli/help.h"

#include <string.h>

enum { COLUMNS = 79, INDENT = 30 };

/* Words from `column` on, folded and indented; ends the line. */
static void fold(FILE *to, const char *text, size_t column, size_t indent)
{
    while (*text) {
        size_t word = strcspn(text, " ");
        if (column > indent && column + 1 + word > COLUMNS) {
            fprintf(to, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', to);
            column++;
        }
        fprintf(to, "%.*s", (int)word, text);
        column += word;
        text += word + strspn(text + word, " ");
    }
    fputc('\n', to);
}

static void row(FILE *to, const char *left, const char *text)
{
    size_t len = strlen(left);
    fprintf(to, "  %s", left);
    if (len + 4 > INDENT)
        fprintf(to, "\n%*s", INDENT, "");
    else
        fprintf(to, "%*s", (int)(INDENT - 2 - len), "");
    fold(to, text, INDENT, INDENT);
}

static void options_of(FILE *to, unsigned commands)
{
    char left[80], text[400];
    for (int k = 0; k < OPTION_COUNT_OF_ALL; k++) {
        const struct option *option = option_get((option_id)k);
        if (!(option->commands & commands))
            continue;
        const char letter[] = {'-', option->letter, ',', ' ', '\0'};
        snprintf(left, sizeof left, "%s--%s%s%s", option->letter ? letter : "    ", option->name,
                 *option->argument ? " " : "", option->argument);
        snprintf(text, sizeof text, "%s%s%s%s", option->help, *option->preset ? " (default: " : "", option->preset,
                 *option->preset ? ")" : "");
        row(to, left, text);
    }
}

/* A source that has scenarios names them under itself. */
static void sources(FILE *to)
{
    fputs("\nSources:\n", to);
    for (size_t k = 0; k < weir_source_count(); k++) {
        const weir_source_info *info = weir_source_get(k);
        char left[60];
        row(to, info->syntax, info->help);
        for (size_t j = 0; strcmp(info->scheme, "demo") == 0 && weir_scenario_name(j); j++) {
            snprintf(left, sizeof left, "  %s:%s", info->scheme, weir_scenario_name(j));
            row(to, left, weir_scenario_help(j));
        }
    }
}

static void help_all(FILE *to)
{
    fputs("weir - terminal dashboard for AWS VPC Flow Logs\n\n"
          "Usage: weir [OPTION...] [COMMAND] SOURCE...\n\n"
          "  weir                                  choose a flow log of the region\n"
          "  weir cw:/vpc/flow                     a CloudWatch Logs group, live\n"
          "  weir demo                             a live dashboard without an AWS account\n"
          "  weir flow.log.gz                      a file\n"
          "  some-program | weir                   a pipe\n"
          "  weir print -f 'reject and port 22' -o jsonl flow.log\n"
          "  weir top srcaddr,dstport -f reject --since 1h flow.log\n\n"
          "Commands:\n",
          to);
    for (int k = 0; k < COMMAND_COUNT; k++) {
        char left[80];
        const struct command_info *info = command_get((command)k);
        snprintf(left, sizeof left, "%s%s%s", info->name, *info->name ? " " : "", info->arguments);
        row(to, left, info->summary);
    }
    sources(to);
    fputs("\nOf CloudWatch Logs, every record that becomes readable within --horizon of its\n"
          "start is shown exactly once; what cannot be proved is in the ledger (# on the\n"
          "screen, --stats).\n"
          "\nOptions, anywhere on the line:\n",
          to);
    options_of(to, IN_ALL);
    fputs("\nExit status: 0 done, 1 error, 2 wrong usage, 3 no permission or credentials,\n"
          "130 interrupted.\n"
          "weir help COMMAND explains one command; weir --man-page | man -l - is the\n"
          "manual.\n",
          to);
}

void help_write(FILE *to, command topic)
{
    if (topic == COMMAND_SCREEN) {
        help_all(to);
        return;
    }
    const struct command_info *info = command_get(topic);
    fprintf(to, "weir %s - %s\n\nUsage: weir %s%s%s%s\n\n", info->name, info->summary, info->name,
            topic == COMMAND_HELP || topic == COMMAND_VERSION ? "" : " [OPTION...]", *info->arguments ? " " : "",
            info->arguments);
    fold(to, info->help, 0, 0);
    if ((1u << topic) & IN_SOURCES)
        sources(to);
    fputs("\nOptions:\n", to);
    options_of(to, 1u << topic);
}
