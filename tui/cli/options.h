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
    IN_LIST = 1 << COMMAND_LIST,
    IN_DOCTOR = 1 << COMMAND_DOCTOR,
    IN_SNAPSHOT = 1 << COMMAND_SNAPSHOT,
    IN_EXPLAIN = 1 << COMMAND_EXPLAIN,
    IN_PATH = 1 << COMMAND_PATH,
    IN_RULES = 1 << COMMAND_RULES,
    IN_WHAT_IF = 1 << COMMAND_WHAT_IF,
    IN_REPORT = 1 << COMMAND_REPORT,
    IN_WATCH = 1 << COMMAND_WATCH,
    IN_COMMANDS = IN_PRINT | IN_TOP | IN_TIMELINE | IN_EXPLAIN | IN_PATH | IN_RULES | IN_WHAT_IF,
    IN_INCIDENTS = IN_REPORT | IN_WATCH,
    IN_CHANGES = IN_INCIDENTS | IN_SCREEN,
    IN_OUTPUT = IN_COMMANDS | IN_LIST | IN_DOCTOR,
    IN_TIMEOUT = IN_OUTPUT | IN_SNAPSHOT | IN_INCIDENTS,
    IN_READ = IN_COMMANDS | IN_SCREEN | IN_INCIDENTS,
    IN_SOURCES = IN_READ | IN_DOCTOR,
    IN_AWS = IN_READ | IN_LIST | IN_DOCTOR | IN_SNAPSHOT,
    IN_NETWORK = IN_READ | IN_SNAPSHOT,
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
    OPTION_PRICE,  /* int64_t: millionths of a dollar; 0.01 */
    OPTION_LIST,   /* struct text_list: may be given several times */
} option_kind;

struct text_list {
    const char **text; /* an array of ours; the texts are borrowed from argv */
    size_t n;
};

typedef enum follow_mode { FOLLOW_AS_USUAL, FOLLOW_YES, FOLLOW_NO } follow_mode;
typedef enum output_form { OUTPUT_TABLE, OUTPUT_CSV, OUTPUT_JSONL, OUTPUT_RAW, OUTPUT_TEXT } output_form;
typedef enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color_mode;
typedef enum push_mode { PUSH_AS_USUAL, PUSH_AUTO, PUSH_ALWAYS, PUSH_NEVER } push_mode;
typedef enum report_form { REPORT_MARKDOWN, REPORT_JSON } report_form;
typedef enum notice_kind { NOTICE_NONE, NOTICE_BELL, NOTICE_DESKTOP, NOTICE_BOTH } notice_kind;
typedef enum shell_kind { SHELL_NONE, SHELL_BASH, SHELL_ZSH, SHELL_FISH } shell_kind;

#define MEMORY_LEAST (4ll << 20) /* what weir_session_options takes at least */

struct cli_options {
    command command;
    bool is_named;              /* the command was typed */
    const char *const *sources; /* texts borrowed from argv or from `made`, in an array of ours */
    size_t n_sources;
    char **made;          /* sources that --log-group stands for; ours, NULL at the end */
    const char *group;    /* FIELD[,FIELD] of top */
    const char *proposal; /* of whatif */
    command topic;        /* of help; COMMAND_SCREEN = all */
    uint64_t given;       /* bit set of option_id */

    int follow, output, by, local, color, stats, ascii, list_themes, mouse, man_page, keys_table, completions, version,
        help, push, yes, unused, report, raw, notice;
    const char *filter, *since, *until, *fields, *format, *now, *theme, *keys, *stream_prefix, *profile, *region,
        *endpoint_url, *ca_bundle, *filter_pattern, *network, *ip_ranges, *file, *flow, *scope, *on_incident;
    struct text_list log_groups, geo, changes;
    int64_t count, timeout, limit, step, memory, seed, fps; /* 0 = not given, but for limit, seed and fps */
    int64_t horizon, interval;                              /* 0 = not given */
    int64_t tail_price;                                     /* millionths of a dollar for a minute */

    int64_t now_s, since_s, until_s; /* Unix seconds of the texts above; 0 = not given */

    weir_aws *aws; /* put there by whoever opened it, borrowed; NULL = no source is in AWS */
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

/* cw:, tail: and s3: are. */
bool source_is_in_aws(const char *source);

/* Whether AWS has to be asked for anything: by a source or by the command itself. */
bool options_need_aws(const struct cli_options *options);

/* Whether rows of several sources come beside each other, so that the order of arrival means nothing. Files are one
 * source: they are read one after the other. */
bool options_are_merged(const struct cli_options *options);

/* What the options ask of a session; borrows the texts. `screen` decides what is followed without -F, where filters
 * run, and that history may come newest first. */
weir_session_options options_session(const struct cli_options *options, bool screen);

/* The exit status for an error: 1, 2 or 3. */
int options_exit_status(weir_status status);

#endif
