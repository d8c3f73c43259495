/* export.c - taking things away: the clipboard by OSC 52, and files of the matching records. */
#include "app/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/emit.h"

enum { COPY_MAX = 16 * 1024 };

static char copied[COPY_MAX]; /* the screen has one thread */

/* ---- what can be copied ---- */

static bool row_text(struct app *app)
{
    weir_row row;
    bool found =
        app->layer == LAYER_DETAIL ? weir_view_row(app->look.view, app->detail_row, &row) : app_cursor_row(app, &row);
    if (found)
        weir_row_text(&row, copied, sizeof copied);
    return found;
}

static bool cell_text(struct app *app)
{
    struct rows_column columns[24];
    weir_row row;
    size_t n = rows_columns(&app->look, app->layout.rows.w, columns);
    if (!n || !app_cursor_row(app, &row))
        return false;
    size_t at = app->look.column < (int)n ? (size_t)app->look.column : n - 1;
    weir_value value = weir_row_value(&row, columns[at].field);
    weir_value_text(columns[at].field, &value, WEIR_STYLE_AWS, copied, sizeof copied);
    return true;
}

static bool filter_text(struct app *app)
{
    weir_safe_format(copied, sizeof copied, "%s", weir_query_text(weir_session_query(app->session)).text);
    return true;
}

/* A word for a POSIX shell: bare when it is harmless, else in single quotes. */
static size_t quote(char *out, size_t size, const char *word)
{
    size_t harmless = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@%+,-");
    if (*word && !word[harmless])
        return (size_t)snprintf(out, size, "%s", word);
    size_t len = 0;
    for (size_t k = 0; len + 6 < size; k++) {
        if (k == 0)
            out[len++] = '\'';
        if (!word[k])
            break;
        if (word[k] == '\'')
            len += (size_t)snprintf(out + len, size - len, "'\\''");
        else
            out[len++] = word[k];
    }
    out[len++] = '\'';
    out[len] = '\0';
    return len;
}

static bool command_text(struct app *app)
{
    const weir_session_options *options = &app->options.session;
    const char *filter = weir_query_text(weir_session_query(app->session)).text;
    static char line[COPY_MAX];
    size_t len = (size_t)snprintf(line, sizeof line, "weir%s", options->follow ? " -F" : "");
    if (*filter) {
        len += (size_t)snprintf(line + len, sizeof line - len, " -f ");
        len += quote(line + len, sizeof line - len, filter);
    }
    const char *const of_aws[][2] = {{"--region", app->options.region},
                                     {"--profile", app->options.profile},
                                     {"--endpoint-url", app->options.endpoint_url}};
    for (size_t k = 0; k < sizeof of_aws / sizeof *of_aws; k++)
        if (of_aws[k][1] && len + 32 < sizeof line) {
            len += (size_t)snprintf(line + len, sizeof line - len, " %s ", of_aws[k][0]);
            len += quote(line + len, sizeof line - len, of_aws[k][1]);
        }
    for (size_t k = 0; k < options->n_sources && len + 8 < sizeof line; k++) {
        line[len++] = ' ';
        len += quote(line + len, sizeof line - len, options->sources[k]);
    }
    weir_safe_format(copied, sizeof copied, "%s", line);
    return true;
}

/* For a ticket or a chat: what, when, how much, who. One paragraph, because line breaks are control characters. */
static bool summary_text(struct app *app)
{
    const struct look *look = &app->look;
    static char text[COPY_MAX];
    char first[64], last[64], matched[40], total[40];
    int64_t from, to;
    if (!weir_view_span(look->view, &from, &to))
        return false;
    size_t len = (size_t)snprintf(text, sizeof text, "VPC flow logs %s%s%s, %s to %s: %s of %s records match \"%s\".",
                                  look->sources.name, look->sources.in_aws ? " in " : "", look->sources.short_place,
                                  look_time(look, from, TIME_FULL, first, sizeof first).text,
                                  look_time(look, to, TIME_FULL, last, sizeof last).text,
                                  look_number(weir_view_matched(look->view), matched, sizeof matched).text,
                                  look_number(weir_view_total(look->view), total, sizeof total).text,
                                  weir_query_text(weir_session_query(app->session)).text);
    for (size_t k = 0; k < look->timeline.n_spikes && k < 3 && len < sizeof text; k++) {
        const weir_spike *spike = &look->timeline.spike[k];
        char step[24];
        len +=
            (size_t)snprintf(text + len, sizeof text - len, " Spike of REJECTs at %s: %s in %s, %.1f times the usual.",
                             look_time(look, spike->from, TIME_FULL, first, sizeof first).text,
                             look_number(spike->peak, matched, sizeof matched).text,
                             look_span(look->timeline.step, step, sizeof step).text, spike->ratio);
    }
    for (size_t k = 0; k < look->n_top && k < 3 && len < sizeof text; k++) {
        char name[LOOK_TEXT];
        weir_value_text(weir_view_group(look->view)->part[0].field, &look->top[k].key[0].value, WEIR_STYLE_AWS, name,
                        sizeof name);
        len += (size_t)snprintf(text + len, sizeof text - len, "%s %s (%s records)", k ? "," : " Top:", name,
                                look_number(look->top[k].records, matched, sizeof matched).text);
    }
    weir_safe_format(copied, sizeof copied, "%s", text);
    return true;
}

static const struct {
    const char *key, *help;
    bool (*make)(struct app *);
} choices[] = {
    {"r", "the record, as AWS writes it", row_text},
    {"v", "the value in the focused column", cell_text},
    {"f", "the filter", filter_text},
    {"c", "a command line that shows this again", command_text},
    {"s", "a summary in words", summary_text},
};

void export_copy_menu(struct app *app)
{
    if (app->layer == LAYER_DETAIL) {
        export_copy(app, 0);
        return;
    }
    app->n_list = app->list_cursor = 0;
    for (size_t k = 0; k < sizeof choices / sizeof *choices; k++)
        app->list[app->n_list++] = (struct list_line){.left = choices[k].key, .right = choices[k].help};
    app->layer = LAYER_COPY;
}

void export_copy(struct app *app, int choice)
{
    weir_error err = {0};
    if (choice < 0 || choice >= (int)(sizeof choices / sizeof *choices) || !choices[choice].make(app) || !copied[0]) {
        app_notice(app, false, "nothing to copy");
        return;
    }
    char safe[COPY_MAX];
    if (term_copy(app->term, weir_safe_format(safe, sizeof safe, "%s", copied), &err)) {
        app_notice(app, true, "%s", err.text);
        return;
    }
    app_notice(app, false, "copied: %.40s%s", copied, strlen(copied) > 40 ? "..." : "");
}

/* ---- files ---- */

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static bool form_of(const char *path, output_form *form)
{
    static const struct {
        const char *end;
        output_form form;
    } ends[] = {{".csv", OUTPUT_CSV},
                {".jsonl", OUTPUT_JSONL},
                {".json", OUTPUT_JSONL},
                {".log", OUTPUT_RAW},
                {".txt", OUTPUT_TABLE}};
    for (size_t k = 0; k < sizeof ends / sizeof *ends; k++)
        if (ends_with(path, ends[k].end)) {
            *form = ends[k].form;
            return true;
        }
    return false;
}

/* Writes all matching rows; returns their number, or -1 with *err. */
static int64_t write_rows(const struct app *app, int fd, output_form form, weir_error *err)
{
    const struct emit_options options = {.output = form, .local = app->look.local};
    struct out out;
    struct emit emit;
    int64_t n = 0;
    weir_row row;
    if (out_init(&out, fd, NULL, err))
        return -1;
    if (emit_init(&emit, &options, &out, err)) {
        out_done(&out);
        return -1;
    }
    for (; !out_is_dead(&out) && weir_view_nth(app->look.view, (uint64_t)n, &row); n++)
        emit_row(&emit, &row);
    emit_end(&emit);
    out_flush(&out);
    if (out_is_dead(&out))
        weir_fail(err, WEIR_E_IO, 0, "%s", strerror(out.error));
    emit_done(&emit);
    out_done(&out);
    return err->status ? -1 : n;
}

/* Never over an existing file, never readable by others: logs name hosts. */
void export_save(struct app *app, const char *path)
{
    output_form form;
    weir_error err = {0};
    if (app_report_save(app, path))
        return;
    if (!form_of(path, &form)) {
        app_notice(app, true, "name the file .csv, .jsonl, .log or .txt");
        return;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        app_notice(app, true, "cannot save to %s: %s", path, errno == EEXIST ? "it exists already" : strerror(errno));
        return;
    }
    int64_t n = write_rows(app, fd, form, &err);
    char count[40];
    if (close(fd) || n < 0) {
        unlink(path);
        app_notice(app, true, "cannot save to %s: %s", path, err.text[0] ? err.text : strerror(errno));
        return;
    }
    app_notice(app, false, "saved %s records to %s", look_number((uint64_t)n, count, sizeof count).text, path);
}
