/* options.c - the tables of options and commands, and what the options mean together.
 * Reading argv is args.c. */
#include "cli/options.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/nearest.h"
#include "cli/scope.h"

static const struct option options_table[] = {
#define X(id, n, l, a, k, member, min, max, c, p, h)        \
    [id] = {.name = n,                                      \
            .letter = l,                                    \
            .argument = a,                                  \
            .kind = k,                                      \
            .offset = offsetof(struct cli_options, member), \
            .least = min,                                   \
            .most = max,                                    \
            .commands = c,                                  \
            .preset = p,                                    \
            .help = h},
#include "cli/option.def"
#undef X
};
_Static_assert(ARRAY_SIZE(options_table) <= 64, "given is a set of 64 bits");

static const struct command_info commands_table[] = {
#define X(id, n, a, s, h) [id] = {.name = n, .arguments = a, .summary = s, .help = h},
#include "cli/command.def"
#undef X
};

const struct option *option_get(option_id id)
{
    return &options_table[id];
}

const struct command_info *command_get(command id)
{
    return &commands_table[id];
}

command command_find(const char *name)
{
    for (int k = 0; k < COMMAND_COUNT; k++)
        if (*name && strcmp(commands_table[k].name, name) == 0)
            return (command)k;
    return COMMAND_COUNT;
}

bool options_explain(const struct cli_options *options)
{
    return options->help || options->version || options->man_page || options->keys_table || options->completions ||
           options->list_themes || options->command == COMMAND_HELP || options->command == COMMAND_VERSION;
}

bool source_is_in_aws(const char *source)
{
    static const char *const schemes[] = {"cw:", "tail:", "s3://"};
    for (size_t k = 0; k < ARRAY_SIZE(schemes); k++)
        if (strncmp(source, schemes[k], strlen(schemes[k])) == 0)
            return true;
    return false;
}

bool options_need_aws(const struct cli_options *options)
{
    if (options->command == COMMAND_LIST || options->command == COMMAND_DOCTOR)
        return true;
    if (options->command == COMMAND_SNAPSHOT && !options->network && options->n_sources == 0)
        return true;
    for (size_t k = 0; k < options->n_sources; k++)
        if (source_is_in_aws(options->sources[k]))
            return true;
    for (size_t k = 0; k < options->changes.n; k++)
        if (strncmp(options->changes.text[k], "cw:", 3) == 0)
            return true;
    return false;
}

/* A source with a scheme is not a file; a file is, whatever its name begins with. */
static bool has_scheme(const char *source)
{
    for (size_t k = 0; k < weir_source_count(); k++) {
        const char *scheme = weir_source_get(k)->scheme;
        size_t len = strlen(scheme);
        if (len > 0 && strncmp(source, scheme, len) == 0 && (source[len] == '\0' || source[len] == ':'))
            return true;
    }
    return source_is_in_aws(source);
}

bool options_are_merged(const struct cli_options *options)
{
    size_t n = 0, files = 0;
    for (size_t k = 0; k < options->n_sources; k++) {
        if (has_scheme(options->sources[k]))
            n++;
        else
            files = 1;
    }
    return n + files > 1;
}

const char *options_meant(const struct cli_options *options)
{
    struct nearest nearest = {0};
    if (options->is_named || options->n_sources == 0 || access(options->sources[0], F_OK) == 0)
        return NULL;
    for (int k = 0; k < COMMAND_COUNT; k++)
        nearest_offer(&nearest, options->sources[0], strlen(options->sources[0]), commands_table[k].name);
    return nearest.name;
}

/* Typed words of a filter come and go on the screen; a command has one filter, which may as well run at the server. */
enum { INCIDENT_HISTORY_S = 3 * 3600 };

static bool is_about_incidents(const struct cli_options *options)
{
    return options->command == COMMAND_REPORT || options->command == COMMAND_WATCH;
}

static weir_push push_of(const struct cli_options *options, bool screen)
{
    switch ((push_mode)options->push) {
    case PUSH_AUTO: return WEIR_PUSH_AUTO;
    case PUSH_ALWAYS: return WEIR_PUSH_ALWAYS;
    case PUSH_NEVER: return WEIR_PUSH_NEVER;
    case PUSH_AS_USUAL: break;
    }
    if (is_about_incidents(options)) /* what the filter leaves out may be what broke */
        return WEIR_PUSH_NEVER;
    return screen ? WEIR_PUSH_AUTO : WEIR_PUSH_ALWAYS;
}

/* A service has to be known for a while before it can be said to have broken. */
static int64_t since_of(const struct cli_options *options)
{
    bool is_in_aws = false;
    for (size_t k = 0; k < options->n_sources; k++)
        is_in_aws = is_in_aws || source_is_in_aws(options->sources[k]);
    if (options->since_s || !is_in_aws || !is_about_incidents(options))
        return options->since_s;
    return (options->now_s ? options->now_s : (int64_t)time(NULL)) - INCIDENT_HISTORY_S;
}

weir_session_options options_session(const struct cli_options *options, bool screen)
{
    bool follow = options->follow == FOLLOW_YES, lives = screen || options->command == COMMAND_WATCH;
    for (size_t k = 0; lives && options->follow == FOLLOW_AS_USUAL && k < options->n_sources; k++)
        follow = follow || has_scheme(options->sources[k]);
    return (weir_session_options){
        .sources = options->sources,
        .n_sources = options->n_sources,
        .format = options->format,
        .filter = options->filter,
        .group = options->group,
        .follow = follow,
        .memory_bytes = (uint64_t)options->memory,
        .seed = (uint64_t)options->seed,
        .now = options->now_s,
        .since = since_of(options),
        .until = options->until_s,
        .aws = options->aws,
        .horizon_s = options->horizon,
        .interval_s = options->interval,
        .newest_first = screen,
        .push = push_of(options, screen),
        .filter_pattern = options->filter_pattern,
        .tail_price = (double)options->tail_price / 1e6,
    };
}

int options_exit_status(weir_status status)
{
    switch (status) {
    case WEIR_OK: return 0;
    case WEIR_E_SYNTAX:
    case WEIR_E_USAGE: return 2;
    case WEIR_E_DENIED: return 3;
    default: return 1;
    }
}
