/* list.c - weir list: the flow logs of the region, once all are known. */
#include <inttypes.h>
#include <poll.h>
#include <unistd.h>

#include "cli/aws.h"
#include "cli/flow_log.h"
#include "cli/run.h"
#include "cli/scope.h"
#include "cli/sheet.h"
#include "cli/stop.h"

/* Behind the words of flow_log.h, which are the table. */
enum list_cell {
    LIST_ID = FLOW_LOG_CELLS,
    LIST_RESOURCE,
    LIST_RESOURCE_NAME,
    LIST_DESTINATION,
    LIST_DESTINATION_TYPE,
    LIST_INTERVAL,
    LIST_FORMAT,
    LIST_FILE_FORMAT,
    LIST_STATUS,
    LIST_DELIVERY,
    LIST_DELIVERY_ERROR,
    LIST_REGION,
    LIST_ACCOUNT,
    LIST_CREATED,
    LIST_SOURCE,
    LIST_WHY_NOT,
    LIST_CELLS
};
_Static_assert((int)LIST_CELLS <= (int)SHEET_COLUMNS, "a sheet has so many columns");

static const struct sheet_column columns[LIST_CELLS] = {
    [FLOW_LOG_NAME] = {"name", "NAME", false},
    [FLOW_LOG_COVERS] = {NULL, "COVERS", false},
    [FLOW_LOG_TRAFFIC] = {"traffic", "TRAFFIC", false},
    [FLOW_LOG_DESTINATION] = {NULL, "DESTINATION", false},
    [FLOW_LOG_EVERY] = {NULL, "EVERY", false},
    [FLOW_LOG_FORMAT] = {NULL, "FORMAT", false},
    [FLOW_LOG_STATUS] = {NULL, "STATUS", false},
    [LIST_ID] = {"id", NULL, false},
    [LIST_RESOURCE] = {"resource", NULL, false},
    [LIST_RESOURCE_NAME] = {"resource_name", NULL, false},
    [LIST_DESTINATION] = {"destination", NULL, false},
    [LIST_DESTINATION_TYPE] = {"destination_type", NULL, false},
    [LIST_INTERVAL] = {"interval_s", NULL, true},
    [LIST_FORMAT] = {"format", NULL, false},
    [LIST_FILE_FORMAT] = {"file_format", NULL, false},
    [LIST_STATUS] = {"status", NULL, false},
    [LIST_DELIVERY] = {"delivery", NULL, false},
    [LIST_DELIVERY_ERROR] = {"delivery_error", NULL, false},
    [LIST_REGION] = {"region", NULL, false},
    [LIST_ACCOUNT] = {"account", NULL, false},
    [LIST_CREATED] = {"created", NULL, true},
    [LIST_SOURCE] = {"source", NULL, false},
    [LIST_WHY_NOT] = {"why_not", "", false},
};

struct list {
    const weir_flow_logs *logs;
    struct flow_log_words words; /* of the row whose cells were asked for last */
    char interval[24], created[24];
};

static weir_safe number_text(int64_t number, char *buffer, size_t size)
{
    return number ? weir_safe_format(buffer, size, "%" PRId64, number) : WEIR_SAFE("");
}

static void cells(size_t row, weir_safe cell[SHEET_COLUMNS], void *user)
{
    struct list *list = user;
    const weir_flow_log *log = weir_flow_logs_get(list->logs, row);
    flow_log_words(log, &list->words);
    for (size_t k = 0; k < FLOW_LOG_CELLS; k++)
        cell[k] = (weir_safe){list->words.cell[k]};
    cell[LIST_ID] = log->id;
    cell[LIST_RESOURCE] = log->resource;
    cell[LIST_RESOURCE_NAME] = log->resource_name;
    cell[LIST_DESTINATION] = log->destination;
    cell[LIST_DESTINATION_TYPE] = log->destination_type;
    cell[LIST_INTERVAL] = number_text(log->interval_s, list->interval, sizeof list->interval);
    cell[LIST_FORMAT] = log->format;
    cell[LIST_FILE_FORMAT] = log->file_format;
    cell[LIST_STATUS] = log->status;
    cell[LIST_DELIVERY] = log->delivery;
    cell[LIST_DELIVERY_ERROR] = log->delivery_error;
    cell[LIST_REGION] = log->region;
    cell[LIST_ACCOUNT] = log->account;
    cell[LIST_CREATED] = number_text(log->created, list->created, sizeof list->created);
    cell[LIST_SOURCE] = log->source;
    cell[LIST_WHY_NOT] = log->why_not;
}

static weir_status ask_until_all_are_here(weir_flow_logs *logs, int64_t deadline, weir_error *err)
{
    for (;;) {
        weir_status status = weir_flow_logs_pump(logs, err);
        if (status != WEIR_AGAIN)
            return status;
        if (stop_is_asked())
            return weir_fail(err, WEIR_E_CANCELED, 0, "interrupted while %s", weir_flow_logs_words(logs).text);
        if (deadline >= 0 && cli_mono_ms() >= deadline)
            return weir_fail(err, WEIR_E_IO, 0, "--timeout has passed while %s", weir_flow_logs_words(logs).text);
        struct pollfd fds[] = {{.fd = weir_flow_logs_fd(logs), .events = POLLIN}, {.fd = stop_fd(), .events = POLLIN}};
        poll(fds, ARRAY_SIZE(fds), cli_wait_ms(deadline));
    }
}

static weir_status write_list(const struct cli_options *options, const weir_flow_logs *logs, struct out *out)
{
    struct list list = {.logs = logs};
    struct sheet sheet = {
        .out = out,
        .form = (output_form)options->output,
        .column = columns,
        .n_columns = LIST_CELLS,
        .n_rows = weir_flow_logs_count(logs),
        .cells = cells,
        .user = &list,
    };
    if (!sheet.n_rows)
        cli_complain_format("no flow logs in %s; create one in the VPC console, or name another --region",
                            weir_flow_logs_place(logs).text);
    if (sheet.n_rows || sheet.form != OUTPUT_TABLE)
        sheet_write(&sheet);
    out_flush(out);
    return WEIR_OK;
}

int list_run(const struct cli_options *options)
{
    weir_flow_logs *logs = NULL;
    struct out out = {.fd = -1};
    weir_error err = {0};
    weir_status status = stop_open(&err);
    if (!status)
        status = out_init(&out, STDOUT_FILENO, stop_is_asked, &err);
    if (!status)
        status = weir_flow_logs_ask(options->aws, &logs, &err);
    stop_listen();
    if (!status)
        status = ask_until_all_are_here(logs, cli_deadline(options), &err);
    if (!status)
        status = write_list(options, logs, &out);
    int exit_status = cli_complain_of_output(&out) ? 1 : options_exit_status(status);
    if (status && !stop_signal())
        cli_complain((weir_safe){err.text});
    weir_flow_logs_free(logs);
    out_done(&out);
    return stop_signal() ? 128 + stop_signal() : exit_status;
}
