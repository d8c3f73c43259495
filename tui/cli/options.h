/* options.h - what the command line says, and the tables it is read by (option.def, command.def). */
#ifndef WEIR_CLI_OPTIONS_H
#define WEIR_CLI_OPTIONS_H

#include <stdint.h>

#include "weir/weir.h"

typedef enum command {
#define X(id, name, arguments, summary, help) id,
#include "cli/command.def"
#undef X
    COMMAND_COUNT
} command;

/* Sets of commands, for option.def. */
enum {
    IN_SCREEN = 1 << COMMAND_SCREEN,
    IN_PRINT = 1 << COMMAND_PRINT,
    IN_TOP = 1 << COMMAND_TOP,
    IN_TIMELINE = 1 << COMMAND_TIMELINE,
    IN_COMMANDS = IN_PRINT | IN_TOP | IN_TIMELINE,
    IN_READ = IN_COMMANDS | IN_SCREEN,
    IN_ALL = (1 << COMMAND_COUNT) - 1,
};

typedef enum option_id {
#define X(id, name, letter, argument, kind, member, least, most, commands, preset, help) id,
#include "cli/option.def"
#undef X
    OPTION_COUNT_OF_ALL
} option_id;

typedef enum option_kind {
    OPTION_FLAG,   /* int: takes no value */
    OPTION_CHOICE, /* int: one of "a|b|c"; a beginning that only one has is enough */
    OPTION_TEXT,   /* const char *, borrowed from argv */
    OPTION_NUMBER, /* int64_t, least..most */
    OPTION_SIZE,   /* int64_t: bytes; K, M, G are powers of 1024 */
    OPTION_SPAN,   /* int64_t: seconds; 90, 10m, 2h30m */
} option_kind;

typedef enum follow_mode { FOLLOW_AS_USUAL, FOLLOW_YES, FOLLOW_NO } follow_mode;
typedef enum output_form { OUTPUT_TABLE, OUTPUT_CSV, OUTPUT_JSONL, OUTPUT_RAW } output_form;
typedef enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color_mode;
typedef enum shell_kind { SHELL_NONE, SHELL_BASH, SHELL_ZSH, SHELL_FISH } shell_kind;

#define MEMORY_LEAST (4ll << 20) /* what weir_session_options takes at least */

struct cli_options {
    command command;
    bool is_named;              /* the command was typed */
    const char *const *sources; /* borrowed texts in an array of ours */
    size_t n_sources;
    const char *group; /* FIELD[,FIELD] of top */
    command topic;     /* of help; COMMAND_SCREEN = all */
    uint64_t given;    /* bit set of option_id */

    int follow, output, by, local, color, stats, ascii, list_themes, mouse, man_page, keys_table, completions, version,
        help;
    const char *filter, *since, *until, *fields, *format, *now, *theme, *keys;
    int64_t count, timeout, limit, step, memory, seed, fps; /* 0 = not given, but for limit, seed and fps */

    int64_t now_s, since_s, until_s; /* Unix seconds of the texts above; 0 = not given */
};

struct option {
    const char *name, *argument;
    const char *preset, *help; /* preset "" = none */
    size_t offset;             /* of the member */
    int64_t least, most;
    option_kind kind;
    unsigned commands;
    char letter; /* 0 = none */
};

struct command_info {
    const char *name, *arguments, *summary, *help;
};

const struct option *option_get(option_id id);      /* borrowed for ever */
const struct command_info *command_get(command id); /* borrowed for ever */
command command_find(const char *name);             /* COMMAND_COUNT = there is none */
static inline bool option_is_given(const struct cli_options *options, option_id id)
{
    return options->given >> id & 1;
}

/* Reads the command line. On success *out is filled; end it with options_done(). WEIR_E_USAGE or
 * WEIR_E_SYNTAX with a line that says what to type instead. The texts are borrowed from argv. */
weir_status options_parse(int argc, char *const *argv, struct cli_options *out, weir_error *err);
void options_done(struct cli_options *options);

/* Whether they ask for a document or a list, which needs no source. */
bool options_explain(const struct cli_options *options);

/* The command that the first source looks like when no command was typed and no such file is there; NULL = none. */
const char *options_meant(const struct cli_options *options);

/* What the options ask of a session; borrows the texts. `screen` decides what is followed without -F. */
weir_session_options options_session(const struct cli_options *options, bool screen);

/* The exit status for an error: 1, 2 or 3. */
int options_exit_status(weir_status status);

#endif
