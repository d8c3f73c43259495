/* http_take.c - what is done with what comes, and with what does not come: head, body, silence. No curl in here. */
#include "aws/http_head.h"
#include "aws/http_transfer.h"
#include "base/clock.h"
#include "base/limits.h"

void http_transfer_fail(struct http_transfer *transfer, enum http_cause cause, const char *why, long long n)
{
    if (transfer->is_done)
        return;
    struct http_facts facts = {transfer->host, transfer->proxy, why, transfer->http->ca_bundle, n};
    transfer->response.failure = http_cause_failure(cause);
    http_cause_fail(cause, &facts, &transfer->error);
    transfer->is_done = true;
    transfer->http->news++;
}

size_t http_transfer_take_line(char *line, size_t size, size_t count, void *user)
{
    struct http_transfer *transfer = user;
    size_t len = size * count;
    transfer->http->news++;
    transfer->last_ms = clock_mono_ms();
    transfer->head_bytes += len;
    if (transfer->head_bytes > HEAD_MAX_BYTES) {
        transfer->is_large = true;
        return 0;
    }
    if (transfer->response.status) /* trailers */
        return len;
    http_head_line(&transfer->head, line, len);
    bool is_end = len > 0 && (line[0] == '\r' || line[0] == '\n');
    if (is_end && transfer->head.status >= 200) {
        transfer->head.received_ms = transfer->last_ms;
        transfer->head.body = transfer->response.body;
        transfer->response = transfer->head;
    }
    return len;
}

size_t http_transfer_take_body(char *bytes, size_t size, size_t count, void *user)
{
    struct http_transfer *transfer = user;
    struct http_response *response = &transfer->response;
    size_t len = size * count;
    transfer->http->news++;
    transfer->last_ms = clock_mono_ms();
    response->received += len;
    if (response->received > transfer->max_bytes) {
        transfer->is_large = true;
        return 0;
    }
    bool is_success = response->status >= 200 && response->status <= 299;
    if (transfer->data && is_success)
        transfer->data_status = transfer->data(transfer->user, bytes, len);
    else
        transfer->data_status = buf_append(&response->body, bytes, len);
    return transfer->data_status == WEIR_OK ? len : 0;
}

int http_transfer_connected(void *user, char *to, char *from, int to_port, int from_port)
{
    (void)to, (void)from, (void)to_port, (void)from_port;
    struct http_transfer *transfer = user;
    transfer->is_connected = true;
    transfer->last_ms = clock_mono_ms();
    return 0; /* CURL_PREREQFUNC_OK */
}

int64_t http_transfer_deadline(struct http_transfer *transfer, int64_t now)
{
    if (transfer->is_done)
        return INT64_MAX;
    int64_t silent = transfer->is_connected ? transfer->last_ms + transfer->silence_ms : INT64_MAX;
    int64_t total = transfer->total_ms > 0 ? transfer->begun_ms + transfer->total_ms : INT64_MAX;
    if (now >= silent)
        http_transfer_fail(transfer, transfer->response.status ? CAUSE_STOPPED : CAUSE_SILENT, "",
                           http_seconds(transfer->silence_ms));
    else if (now >= total)
        http_transfer_fail(transfer, CAUSE_TOTAL, "", http_seconds(transfer->total_ms));
    return silent < total ? silent : total;
}
