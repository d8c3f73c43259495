/* run.h - a command without a screen: opens the session, pumps it to its end, says what went wrong. */
#ifndef WEIR_CLI_RUN_H
#define WEIR_CLI_RUN_H

#include "cli/emit.h"
#include "cli/options.h"
#include "cli/out.h"
#include "cli/stats.h"

struct run {
    const struct cli_options *options;
    weir_session *session;
    struct out out;
    struct emit emit;  /* of print */
    uint64_t next_row; /* id of the first row that print has not looked at */
    uint64_t printed;  /* rows, of all kinds */
    struct stats_shown shown;
    bool knows_shown;
    bool held;       /* print: rows of several sources wait in the ring, to be printed in order of time */
    bool derives;    /* filter, fields or group speak of what no record has: a cause, a name */
    int exit_status; /* of a command that ended well; 0 but for watch */
    bool is_utf8;    /* bars may be drawn with blocks */
    struct news *news;
    weir_network *network;     /* NULL = records are all that is known */
    weir_trail *trail;         /* of report and watch; NULL = changes are not known */
    struct watching *watching; /* of watch */
    weir_rules *rules;         /* of rules */
    weir_what_if *what_if;     /* of whatif */
};

struct run_class {
    bool keep_counts;   /* see weir_session_options */
    bool network;       /* it asks the network, whatever the options say … */
    bool needs_network; /* … and is nothing without it */
    int tick_ms;        /* the longest wait between two pumps; 0 = until something comes */
    int budget_ms;      /* of a pump; 0 where no row may be evicted unseen */

    weir_status (*begin)(struct run *run, weir_error *err); /* the network is there, records are not. NULL = nothing */
    bool (*rows)(struct run *run);                          /* after each pump; false stops. NULL = nothing to do */
    weir_status (*end)(struct run *run, weir_error *err);
};

extern const struct run_class run_print, run_top, run_timeline, run_explain, run_rules, run_what_if, run_report,
    run_watch;

/* Runs the command of the options (print for COMMAND_SCREEN). Returns the exit status. */
int cli_run(const struct cli_options *options);

/* weir explain and path with --flow. Returns the exit status. */
int explain_flow_run(const struct cli_options *options);

/* Says what sources in AWS have to say and was not said yet. */
void news_tell(struct run *run);
void news_done(struct run *run);

/* One line on standard error: "weir: …". */
void cli_complain(weir_safe text);
void cli_complain_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says why sources could not be opened or a command failed. */
void cli_complain_error(const struct cli_options *options, const weir_error *err);

/* Says so when standard output could not be written; a reader that went away is none's fault. */
bool cli_complain_of_output(const struct out *out);

bool cli_has_color(const struct cli_options *options);

/* When --timeout has passed, in milliseconds of the monotonic clock; -1 = never. */
int64_t cli_mono_ms(void);
int64_t cli_deadline(const struct cli_options *options);
int cli_wait_ms(int64_t deadline); /* until then, as poll() wants it */

/* Says how many records were read that the ring had no room for. */
void cli_complain_of_eviction(const struct run *run);

/* 1204 as "1,204". */
weir_safe cli_thousands(uint64_t n, char *buffer, size_t size);

#endif
