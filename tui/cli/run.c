/* run.c - the loop of the commands, and the end: bad lines, failed sources, --stats, exit status.
 * A command leaves out its rows after each pump, before the ring may evict them. */
#include "cli/run.h"

#include <errno.h>
#include <inttypes.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/network.h"
#include "cli/scope.h"
#include "cli/stop.h"
#include "cli/watch.h"

static const struct run_class *const classes[COMMAND_COUNT] = {
    [COMMAND_SCREEN] = &run_print,      [COMMAND_PRINT] = &run_print,     [COMMAND_TOP] = &run_top,
    [COMMAND_TIMELINE] = &run_timeline, [COMMAND_EXPLAIN] = &run_explain, [COMMAND_PATH] = &run_explain,
    [COMMAND_RULES] = &run_rules,       [COMMAND_WHAT_IF] = &run_what_if, [COMMAND_REPORT] = &run_report,
    [COMMAND_WATCH] = &run_watch,
};

void cli_complain(weir_safe text)
{
    fprintf(stderr, "weir: %s\n", text.text);
}

void cli_complain_format(const char *format, ...)
{
    char raw[2048], safe[2048];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof raw ? (size_t)n : sizeof raw - 1;
    cli_complain(weir_sanitize(raw, len, safe, sizeof safe));
}

void cli_complain_of_eviction(const struct run *run)
{
    weir_totals totals;
    weir_session_totals(run->session, &totals);
    if (totals.evicted)
        cli_complain_format("%" PRIu64 " records were read that --memory had no room for; only the newest count",
                            totals.evicted);
}

void cli_complain_error(const struct cli_options *options, const weir_error *err)
{
    const char *meant = err->status == WEIR_E_IO ? options_meant(options) : NULL;
    cli_complain_format("%s%s%s%s", err->text, meant ? "; did you mean the command " : "", meant ? meant : "",
                        meant ? "?" : "");
}

weir_safe cli_thousands(uint64_t n, char *buffer, size_t size)
{
    char digits[24], text[32];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    size_t at = 0;
    for (int k = 0; k < len; k++) {
        if (k > 0 && (len - k) % 3 == 0)
            text[at++] = ',';
        text[at++] = digits[k];
    }
    return weir_sanitize(text, at, buffer, size);
}

/* ---- the loop ---- */

int64_t cli_mono_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int cli_wait_ms(int64_t deadline)
{
    if (deadline < 0)
        return -1;
    int64_t left = deadline - cli_mono_ms();
    return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

static void wait_for(struct run *run, const struct run_class *class, int64_t deadline)
{
    int wait = cli_wait_ms(deadline);
    if (class->tick_ms && (wait < 0 || wait > class->tick_ms))
        wait = class->tick_ms;
    struct pollfd fds[] = {
        {.fd = weir_session_fd(run->session), .events = POLLIN},
        {.fd = stop_fd(), .events = POLLIN},
        {.fd = run->out.fd, .events = 0}, /* POLLERR: nobody reads any more */
        {.fd = run->trail ? weir_trail_fd(run->trail) : -1, .events = POLLIN},
    };
    poll(fds, ARRAY_SIZE(fds), wait);
    if (fds[2].revents & POLLERR)
        run->out.error = EPIPE;
}

int64_t cli_deadline(const struct cli_options *options)
{
    int64_t most = INT64_MAX / 2000;
    return options->timeout == 0 ? -1 : cli_mono_ms() + (options->timeout < most ? options->timeout : most) * 1000;
}

static void pump_to_the_end(struct run *run, const struct run_class *class)
{
    int64_t deadline = cli_deadline(run->options);
    while (!stop_is_asked() && !out_is_dead(&run->out)) {
        bool ended = weir_session_ended(run->session); /* before the pump, so that its last rows are taken */
        unsigned changed = weir_session_pump(run->session, class->budget_ms);
        if (changed & WEIR_CHANGED_SOURCES)
            news_tell(run);
        if (class->rows && !class->rows(run))
            return;
        bool is_late = deadline >= 0 && cli_mono_ms() >= deadline;
        if (is_late || (ended && !(changed & (WEIR_CHANGED_MORE | WEIR_CHANGED_ROWS))))
            return;
        if (changed & (WEIR_CHANGED_MORE | WEIR_CHANGED_ROWS) || weir_session_ended(run->session))
            continue;
        out_flush(&run->out);
        wait_for(run, class, deadline);
    }
}

/* ---- the end ---- */

static void complain_of_bad_lines(struct run *run, const weir_totals *totals)
{
    char bad[32], lines[32];
    weir_bad_line sample;
    cli_thousands(totals->malformed, bad, sizeof bad);
    cli_thousands(totals->lines, lines, sizeof lines);
    const char *hint = run->options->stats ? "" : " (see --stats)";
    if (!weir_session_bad_line(run->session, 0, &sample)) {
        cli_complain_format("%s of %s lines could not be read%s", bad, lines, hint);
        return;
    }
    const char *source = weir_session_sources(run->session) > 1 ? sample.source.text : "";
    cli_complain_format("%s of %s lines could not be read, e.g. %s%sline %" PRIu64 ": %s%s", bad, lines, source,
                        *source ? " " : "", sample.number, sample.why.text, hint);
}

static bool complain_of_sources(struct run *run)
{
    bool failed = false;
    for (size_t k = 0; k < weir_session_sources(run->session); k++) {
        weir_source_status status;
        weir_session_source(run->session, k, &status);
        if (status.state != WEIR_SOURCE_FAILED)
            continue;
        failed = true;
        /* most texts begin with the name already */
        if (strncmp(status.text.text, status.name.text, strlen(status.name.text)) == 0)
            cli_complain(status.text);
        else
            cli_complain_format("%s: %s", status.name.text, status.text.text);
    }
    return failed;
}

bool cli_complain_of_output(const struct out *out)
{
    if (!out->error || out->error == EPIPE)
        return false;
    cli_complain_format("cannot write to standard output: %s", strerror(out->error));
    return true;
}

static int conclude(struct run *run)
{
    weir_totals totals;
    weir_session_totals(run->session, &totals);
    bool failed = complain_of_sources(run);
    failed = cli_complain_of_output(&run->out) || failed;
    if (totals.malformed > 0) {
        complain_of_bad_lines(run, &totals);
        failed = failed || totals.records + totals.nodata + totals.skipdata == 0;
    }
    uint64_t undecided = weir_query_undecided(weir_session_query(run->session));
    if (undecided > 0)
        cli_complain_format("a pattern of the filter was too costly for %" PRIu64
                            " records, which count as not matching; make it simpler",
                            undecided);
    if (run->options->stats)
        stats_write(stderr, run->session, run->knows_shown ? &run->shown : NULL);
    return stop_signal() ? 128 + stop_signal() : failed ? 1 : run->exit_status;
}

bool cli_has_color(const struct cli_options *options)
{
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    if (options->color != COLOR_AUTO)
        return options->color == COLOR_ALWAYS;
    return isatty(STDOUT_FILENO) && !(none && *none) && term && strcmp(term, "dumb") != 0;
}

/* ---- the network ---- */

/* Whether "a,b/24,c" names a field that no record has. */
static bool names_derived(const char *list)
{
    while (list && *list) {
        size_t len = strcspn(list, ","), name = strcspn(list, ",/");
        weir_field field = weir_field_find(list, name);
        if (field != WEIR_FIELD_NONE && weir_field_is_derived(field))
            return true;
        list += len;
        list += *list == ',';
    }
    return false;
}

static bool filter_derives(const struct run *run)
{
    for (int k = 0; k < WEIR_FIELD_COUNT; k++)
        if (weir_field_is_derived((weir_field)k) &&
            weir_query_mentions(weir_session_query(run->session), (weir_field)k))
            return true;
    return false;
}

/* What explains and names the rows, where that is wanted. A network that cannot be had is told; then records are all
 * that is known. */
static weir_status open_network(struct run *run, const struct run_class *class, weir_error *err)
{
    const struct cli_options *options = run->options;
    run->derives = names_derived(options->fields) || names_derived(options->group) || filter_derives(run);
    if (!class->network && !run->derives)
        return WEIR_OK;
    weir_error why = {0};
    weir_status status = network_take(options, &run->network, &why);
    if (!status && run->network)
        status = network_await(run->network, cli_deadline(options), &why);
    if (status && (options->network || status == WEIR_E_CANCELED))
        return weir_fail(err, status, 0, "%s", why.text);
    if (status)
        cli_complain_format("%s; going on with what the records say", why.text);
    else
        weir_session_set_network(run->session, run->network);
    if (run->derives)
        weir_session_classify(run->session, true);
    if (class->needs_network && !run->network)
        return weir_fail(err, WEIR_E_USAGE, 0,
                         "%s: there is no network to ask: --network names a saved one, weir snapshot makes it",
                         command_get(options->command)->name);
    return class->begin ? class->begin(run, err) : WEIR_OK;
}

static weir_status open_run(struct run *run, const struct run_class *class, weir_error *err)
{
    const struct cli_options *options = run->options;
    struct emit_options emit = {
        .output = (output_form)options->output,
        .fields = options->fields,
        .local = options->local,
        .color = cli_has_color(options),
    };
    weir_session_options session = options_session(options, false);
    session.keep_counts = class->keep_counts;
    session.stdin_fd = STDIN_FILENO;
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    if (stop_open(err) != WEIR_OK || out_init(&run->out, STDOUT_FILENO, stop_is_asked, err) != WEIR_OK ||
        (class == &run_print && emit_init(&run->emit, &emit, &run->out, err) != WEIR_OK))
        return err->status;
    weir_status status = weir_session_open(&session, &run->session, err);
    return status ? status : open_network(run, class, err);
}

int cli_run(const struct cli_options *options)
{
    const struct run_class *class = classes[options->command];
    struct run run = {
        .options = options,
        .is_utf8 = !options->ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
    };
    weir_error err = {0};
    int exit_status;
    weir_status status = open_run(&run, class, &err);
    stop_listen();
    if (status == WEIR_OK) {
        pump_to_the_end(&run, class);
        status = out_is_dead(&run.out) ? WEIR_OK : class->end(&run, &err);
        out_flush(&run.out);
        exit_status = conclude(&run);
        if (status != WEIR_OK && exit_status == 0)
            exit_status = options_exit_status(status);
    } else {
        exit_status = options_exit_status(status);
    }
    if (status != WEIR_OK)
        cli_complain_error(options, &err);
    news_done(&run);
    weir_rules_free(run.rules);
    weir_what_if_free(run.what_if);
    weir_session_close(run.session);
    watch_done(&run);
    weir_trail_close(run.trail);
    weir_network_close(run.network);
    emit_done(&run.emit);
    out_done(&run.out);
    return exit_status;
}
