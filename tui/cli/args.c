/* args.c - reads argv by the tables of options.h. Knows the forms of options (--a=b, -ab, --); how a value of each kind
 * is written is left to value.c, and what it means to a session to options.c.
 * An option may stand anywhere; the first word that is none may be a command, but not behind "--". */
#include "cli/options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "cli/log_group.h"
#include "cli/nearest.h"
#include "cli/scope.h"
#include "cli/value.h"

struct args {
    int argc, at;
    char *const *argv;
    struct cli_options *out;
    const char **words; /* what is no option, in order */
    size_t n_words;
    bool first_is_plain; /* the first word stood behind "--": it is no command */
    weir_error *err;
};

/* ---- options ---- */

static bool take(struct args *args, option_id id, const char *value)
{
    args->out->given |= 1ull << id;
    return value_take(args->out, option_get(id), value, args->err);
}

static const char *next_value(struct args *args, const struct option *option)
{
    if (args->at < args->argc)
        return args->argv[args->at++];
    weir_fail(args->err, WEIR_E_USAGE, 0, "--%s needs a value: --%s %s", option->name, option->name, option->argument);
    return NULL;
}

static bool unknown_long(struct args *args, const char *name, size_t len)
{
    struct nearest nearest = {0};
    for (int k = 0; k < OPTION_COUNT_OF_ALL; k++)
        nearest_offer(&nearest, name, len, option_get((option_id)k)->name);
    if (nearest.name)
        weir_fail(args->err, WEIR_E_USAGE, 0, "unknown option --%.*s; did you mean --%s?", (int)len, name,
                  nearest.name);
    else
        weir_fail(args->err, WEIR_E_USAGE, 0, "unknown option --%.*s; weir help lists them all", (int)len, name);
    return false;
}

static bool read_long(struct args *args, const char *text)
{
    const char *equals = strchr(text, '=');
    size_t len = equals ? (size_t)(equals - text) : strlen(text);
    for (int k = 0; k < OPTION_COUNT_OF_ALL; k++) {
        const struct option *option = option_get((option_id)k);
        if (strlen(option->name) != len || memcmp(option->name, text, len) != 0)
            continue;
        bool is_flag = option->kind == OPTION_FLAG;
        if (is_flag && equals) {
            weir_fail(args->err, WEIR_E_USAGE, 0, "--%s takes no value", option->name);
            return false;
        }
        const char *value = is_flag ? "" : equals ? equals + 1 : next_value(args, option);
        return value && take(args, (option_id)k, value);
    }
    return unknown_long(args, text, len);
}

/* Two commands may mean different things by a letter: that of the command which stands before it holds. */
static int find_letter(const struct args *args, char letter)
{
    bool is_named = args->n_words && !args->first_is_plain;
    command named = is_named ? command_find(args->words[0]) : COMMAND_COUNT;
    int found = -1;
    for (int k = 0; k < OPTION_COUNT_OF_ALL; k++) {
        const struct option *option = option_get((option_id)k);
        if (!letter || option->letter != letter)
            continue;
        if (named != COMMAND_COUNT && option->commands & 1u << named)
            return k;
        found = found < 0 ? k : found;
    }
    return found;
}

/* "-Ff EXPR", "-fEXPR": flags may stand together, and the rest belongs to the first that takes a value. */
static bool read_letters(struct args *args, const char *text)
{
    for (const char *at = text; *at; at++) {
        int k = find_letter(args, *at);
        if (k < 0) {
            /* "-folow" is more likely a long name with a dash missing than letters */
            struct nearest nearest = {0};
            for (int j = 0; strlen(text) > 2 && j < OPTION_COUNT_OF_ALL; j++)
                nearest_offer(&nearest, text, strlen(text), option_get((option_id)j)->name);
            if (nearest.name)
                weir_fail(args->err, WEIR_E_USAGE, 0, "unknown option -%s; did you mean --%s?", text, nearest.name);
            else
                weir_fail(args->err, WEIR_E_USAGE, 0, "unknown option -%c; weir help lists them all", *at);
            return false;
        }
        const struct option *option = option_get((option_id)k);
        if (option->kind == OPTION_FLAG) {
            take(args, (option_id)k, "");
            continue;
        }
        const char *value = at[1] ? at + 1 + (at[1] == '=') : next_value(args, option);
        return value && take(args, (option_id)k, value);
    }
    return true;
}

static bool read_all(struct args *args)
{
    bool plain = false;
    while (args->at < args->argc) {
        const char *word = args->argv[args->at++];
        if (!plain && strcmp(word, "--") == 0) {
            plain = true;
            args->first_is_plain = args->n_words == 0;
        } else if (!plain && word[0] == '-' && word[1] == '-') {
            if (!read_long(args, word + 2))
                return false;
        } else if (!plain && word[0] == '-' && word[1]) {
            if (!read_letters(args, word + 1))
                return false;
        } else {
            args->words[args->n_words++] = word;
        }
    }
    return true;
}

/* ---- what it all means ---- */

/* The words that are left behind `n` of them are the sources. */
static void drop_words(struct args *args, size_t n)
{
    args->n_words -= n;
    memmove(args->words, args->words + n, args->n_words * sizeof *args->words);
}

static bool read_topic(struct args *args)
{
    args->out->topic = args->n_words ? command_find(args->words[0]) : COMMAND_SCREEN;
    if (args->out->topic != COMMAND_COUNT && args->n_words <= 1)
        return true;
    weir_fail(args->err, WEIR_E_USAGE, 0,
              "help: no command %s; there are print, top, timeline, explain, path, rules, whatif, list, doctor, "
              "snapshot, help and version",
              args->words[args->n_words > 1]);
    return false;
}

/* What stands before the sources. */
static bool read_subject(struct args *args)
{
    struct cli_options *out = args->out;
    bool is_top = out->command == COMMAND_TOP;
    if (!is_top && out->command != COMMAND_WHAT_IF)
        return true;
    if (args->n_words == 0) {
        weir_fail(args->err, WEIR_E_USAGE, 0,
                  is_top ? "top: name a field and a source, as in: weir top srcaddr demo"
                         : "whatif: say what would be changed, and a source, as in: weir whatif 'add sg-0a1b in tcp 80 "
                           "from 203.0.113.0/24' flow.log");
        return false;
    }
    *(is_top ? &out->group : &out->proposal) = args->words[0];
    drop_words(args, 1);
    return true;
}

static bool read_command(struct args *args)
{
    struct cli_options *out = args->out;
    command named = args->n_words && !args->first_is_plain ? command_find(args->words[0]) : COMMAND_COUNT;
    out->command = named == COMMAND_COUNT ? COMMAND_SCREEN : named;
    out->is_named = named != COMMAND_COUNT;
    if (out->is_named)
        drop_words(args, 1);
    if (out->help) {
        out->topic = out->command == COMMAND_HELP ? COMMAND_SCREEN : out->command;
        return true;
    }
    if (out->command == COMMAND_HELP)
        return read_topic(args);
    return options_explain(out) || read_subject(args);
}

/* Whether each option that was given belongs to the command. Without a command, one that only print has means print. */
static bool check_commands(struct args *args)
{
    struct cli_options *out = args->out;
    for (int k = 0; k < OPTION_COUNT_OF_ALL; k++) {
        unsigned commands = option_get((option_id)k)->commands;
        if (!option_is_given(out, (option_id)k) || commands & 1u << out->command)
            continue;
        if (out->command == COMMAND_SCREEN && commands & IN_PRINT) {
            out->command = COMMAND_PRINT;
            continue;
        }
        if (out->command == COMMAND_PRINT && commands & IN_SCREEN)
            continue;
        const char *name = command_get(out->command)->name;
        weir_fail(args->err, WEIR_E_USAGE, 0, "--%s does not belong to %s; see weir help%s%s",
                  option_get((option_id)k)->name, *name ? name : "the dashboard", *name ? " " : "", name);
        return false;
    }
    return true;
}

static bool read_time(struct args *args, option_id id, const char *text, int64_t *seconds)
{
    if (!text || weir_time_parse(text, strlen(text), args->out->now_s, args->out->local, seconds))
        return true;
    weir_fail(args->err, WEIR_E_USAGE, 0,
              "--%s %s: expected a time, such as 10m, 13:10, yesterday or 2026-11-23T13:10Z", option_get(id)->name,
              text);
    return false;
}

static bool read_times(struct args *args)
{
    struct cli_options *out = args->out;
    int64_t now = out->now_s = time(NULL);
    if (!read_time(args, OPTION_NOW, out->now, &now))
        return false;
    out->now_s = now;
    if (!read_time(args, OPTION_SINCE, out->since, &out->since_s) ||
        !read_time(args, OPTION_UNTIL, out->until, &out->until_s))
        return false;
    if (out->since && out->until && out->since_s >= out->until_s) {
        weir_fail(args->err, WEIR_E_USAGE, 0, "--since %s is not before --until %s", out->since, out->until);
        return false;
    }
    if (!out->now)
        out->now_s = 0;
    return true;
}

static bool check_group(struct args *args)
{
    static const weir_field summed[] = {WEIR_F_PACKETS, WEIR_F_BYTES};
    weir_group group;
    weir_error err = {0};
    if (weir_group_parse(args->out->group, &group, &err) != WEIR_OK) {
        weir_fail(args->err, WEIR_E_USAGE, err.column, "top %s: column %zu: %s", args->out->group, err.column,
                  err.text);
        return false;
    }
    for (size_t k = 0; k < group.n; k++)
        for (size_t j = 0; j < ARRAY_SIZE(summed); j++)
            if (group.part[k].field == summed[j]) {
                const char *name = weir_field_get(summed[j])->name;
                weir_fail(args->err, WEIR_E_USAGE, 0, "top %s: %s are what is summed; use --by %s", args->out->group,
                          name, name);
                return false;
            }
    return true;
}

static bool check_filter(struct args *args)
{
    weir_query *query = NULL;
    weir_error err = {0};
    int64_t now = args->out->now_s ? args->out->now_s : time(NULL);
    weir_status status = weir_query_parse(args->out->filter, now, &query, &err);
    weir_query_free(query);
    if (status == WEIR_OK)
        return true;
    if (status == WEIR_E_SYNTAX)
        weir_fail(args->err, WEIR_E_SYNTAX, err.column, "filter: column %zu: %s", err.column, err.text);
    else
        weir_fail(args->err, status, 0, "filter: %s", err.text);
    return false;
}

static bool check_values(struct args *args)
{
    struct cli_options *out = args->out;
    if (!read_times(args))
        return false;
    if (out->output == OUTPUT_RAW && out->command != COMMAND_PRINT && out->command != COMMAND_SCREEN) {
        weir_fail(args->err, WEIR_E_USAGE, 0, "%s: -o raw belongs to print; use table, csv or jsonl",
                  command_get(out->command)->name);
        return false;
    }
    if (out->output == OUTPUT_RAW && out->fields) {
        weir_fail(args->err, WEIR_E_USAGE, 0, "--fields does not go with -o raw; use table, csv or jsonl");
        return false;
    }
    return (!out->group || check_group(args)) && (!out->filter || check_filter(args));
}

/* Every --log-group is a source behind the ones that were named. */
static bool add_log_groups(struct args *args)
{
    struct cli_options *out = args->out;
    const char **words = reallocarray(args->words, args->n_words + out->log_groups.n + 1, sizeof *words);
    char **made = calloc(out->log_groups.n + 1, sizeof *made);
    args->words = words ? words : args->words;
    out->made = made;
    for (size_t k = 0; words && made && k < out->log_groups.n; k++) {
        made[k] = log_group_source(out->log_groups.text[k], out->stream_prefix);
        if (!made[k])
            break;
        args->words[args->n_words++] = made[k];
    }
    if (words && made && (!out->log_groups.n || made[out->log_groups.n - 1]))
        return true;
    weir_fail(args->err, WEIR_E_NOMEM, 0, "out of memory");
    return false;
}

/* What is no table is text, and takes that name too. */
static bool check_form(struct args *args)
{
    static const unsigned two_forms = IN_DOCTOR | IN_EXPLAIN | IN_PATH | IN_WHAT_IF;
    struct cli_options *out = args->out;
    bool is_text = two_forms & 1u << out->command;
    if (is_text && (out->output == OUTPUT_CSV || out->output == OUTPUT_RAW)) {
        weir_fail(args->err, WEIR_E_USAGE, 0, "%s: use -o %s or -o jsonl", command_get(out->command)->name,
                  out->command == COMMAND_DOCTOR ? "table" : "text");
        return false;
    }
    if (!is_text && out->output == OUTPUT_TEXT) {
        weir_fail(args->err, WEIR_E_USAGE, 0, "-o text belongs to explain, path and whatif; use table, csv or jsonl");
        return false;
    }
    if (out->output == OUTPUT_TEXT)
        out->output = OUTPUT_TABLE;
    return true;
}

static bool check_sources(struct args *args)
{
    struct cli_options *out = args->out;
    if (out->stream_prefix && !out->log_groups.n) {
        weir_fail(args->err, WEIR_E_USAGE, 0,
                  "--log-stream-name-prefix belongs to --log-group; behind a source it is ?stream=%s",
                  out->stream_prefix);
        return false;
    }
    if (out->command == COMMAND_LIST && args->n_words) {
        weir_fail(args->err, WEIR_E_USAGE, 0, "list: takes no source; --region and --profile choose what is listed");
        return false;
    }
    if (out->command == COMMAND_SNAPSHOT && args->n_words + out->log_groups.n > 1) {
        weir_fail(args->err, WEIR_E_USAGE, 0, "snapshot: takes one source at most; of the others, make snapshots too");
        return false;
    }
    return add_log_groups(args);
}

weir_status options_parse(int argc, char *const *argv, struct cli_options *out, weir_error *err)
{
    struct cli_options options = {.limit = 20, .seed = 1, .fps = 4, .tail_price = 10000};
    const char **words = calloc((size_t)argc + 1, sizeof *words);
    if (!words)
        return weir_fail(err, WEIR_E_NOMEM, 0, "out of memory");

    struct args args = {.argc = argc, .at = 1, .argv = argv, .out = &options, .words = words, .err = err};
    bool fits = read_all(&args) && read_command(&args);
    if (fits && !options_explain(&options))
        fits = check_commands(&args) && check_form(&args) && check_values(&args) && check_sources(&args);
    options.sources = args.words;
    options.n_sources = args.n_words;
    if (fits)
        *out = options;
    else
        options_done(&options);
    return fits ? WEIR_OK : err->status;
}

void options_done(struct cli_options *options)
{
    for (size_t k = 0; options->made && options->made[k]; k++)
        free(options->made[k]);
    free((void *)options->made);
    free((void *)options->log_groups.text);
    free((void *)options->geo.text);
    free((void *)options->changes.text);
    free((void *)options->sources);
    options->made = NULL;
    options->log_groups = options->geo = options->changes = (struct text_list){0};
    options->sources = NULL;
}
