/* doctor.c - weir doctor: each check as soon as it is known, with the fix under what failed. */
#include <unistd.h>

#include "cli/aws.h"
#include "cli/emit.h"
#include "cli/run.h"
#include "cli/stop.h"

struct doctor {
    struct out out;
    output_form form;
    bool color;
};

static const struct {
    const char *word;  /* in the table, padded */
    const char *value; /* in jsonl */
    const char *color;
} results[] = {
    [WEIR_CHECK_OK] = {"ok  ", "ok", "\033[32m"},
    [WEIR_CHECK_WARNING] = {"warn", "warning", "\033[33m"},
    [WEIR_CHECK_FAILED] = {"FAIL", "failed", "\033[1;31m"},
    [WEIR_CHECK_SKIPPED] = {"skip", "skipped", "\033[2m"},
};

enum { NAME_CELLS = 24 };

static void put_line(struct doctor *doctor, const weir_check *check)
{
    struct out *out = &doctor->out;
    const char *color = results[check->result].color;
    size_t len = strlen(check->name.text);
    if (doctor->color)
        out_bytes(out, color, strlen(color));
    out_text(out, (weir_safe){results[check->result].word});
    if (doctor->color)
        out_bytes(out, "\033[0m", 4);
    out_char(out, ' ');
    out_text(out, check->name);
    out_spaces(out, len < NAME_CELLS ? NAME_CELLS - len : 1);
    out_text(out, check->text);
    out_char(out, '\n');
    if (*check->fix.text) {
        out_spaces(out, 5);
        out_text(out, check->fix);
        out_char(out, '\n');
    }
}

static void put_object(struct doctor *doctor, const weir_check *check)
{
    struct out *out = &doctor->out;
    const struct {
        const char *key;
        weir_safe text;
    } members[] = {
        {"{\"check\":", check->name},
        {",\"result\":", {results[check->result].value}},
        {",\"text\":", check->text},
        {",\"fix\":", check->fix},
    };
    for (size_t k = 0; k < sizeof members / sizeof *members; k++) {
        out_bytes(out, members[k].key, strlen(members[k].key));
        if (*members[k].text.text)
            emit_json_text(out, members[k].text);
        else
            out_bytes(out, "null", 4);
    }
    out_bytes(out, "}\n", 2);
}

static void visit(const weir_check *check, void *user)
{
    struct doctor *doctor = user;
    (doctor->form == OUTPUT_JSONL ? put_object : put_line)(doctor, check);
    out_flush(&doctor->out);
}

int doctor_run(const struct cli_options *options)
{
    struct doctor doctor = {.form = (output_form)options->output, .color = cli_has_color(options)};
    weir_error err = {0};
    weir_status status = stop_open(&err);
    if (!status)
        status = out_init(&doctor.out, STDOUT_FILENO, stop_is_asked, &err);
    stop_listen();
    if (!status)
        status = weir_doctor(options->aws, options->sources, options->n_sources, stop_fd(), visit, &doctor, &err);
    int exit_status = cli_complain_of_output(&doctor.out) ? 1 : options_exit_status(status);
    if (status && *err.text && !stop_signal())
        cli_complain((weir_safe){err.text});
    out_done(&doctor.out);
    return stop_signal() ? 128 + stop_signal() : exit_status;
}
