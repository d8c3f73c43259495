/* What a server answers: head line by line, then the body as an error of the service that the first byte names. Texts
 * that come out are safe, and a region or endpoint that comes out can be part of a host's name. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aws/fault.h"
#include "aws/http_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_safe(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            abort();
    }
}

static void read_endpoint(const char *text, size_t len)
{
    char url[600];
    if (len >= sizeof url)
        return;
    memcpy(url, text, len);
    url[len] = '\0';
    struct endpoint endpoint;
    struct endpoint_settings settings = {.override = url};
    if (endpoint_make(AWS_LOGS, "eu-west-1", &settings, &endpoint, NULL) != WEIR_OK)
        return;
    size_t url_len = strlen(endpoint.url);
    if (url_len == 0 || endpoint.url[url_len - 1] == '/' || strpbrk(endpoint.url, "@?#\\ %") || !*endpoint.host)
        abort();
    if (!strstr(endpoint.url, endpoint.host))
        abort();
    check_safe(endpoint.url);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (len == 0)
        return 0;
    enum aws_service service = (enum aws_service)(bytes[0] % AWS_SERVICE_COUNT);
    const char *at = (const char *)bytes + 1, *end = (const char *)bytes + len;
    read_endpoint(at, (size_t)(end - at));
    struct http_response response = {.retry_after_ms = -1, .content_length = -1};
    while (at < end) {
        const char *line = at, *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline ? newline + 1 : end;
        http_head_line(&response, line, (size_t)(at - line));
        if (newline && newline - line <= 1)
            break;
    }
    check_safe(response.etag);
    check_safe(response.error_type);
    buf_init(&response.body, len);
    buf_append(&response.body, at, (size_t)(end - at));
    fault_hides(service, &response);
    struct fault fault;
    fault_read(service, &response, &fault);
    if (*fault.region && !region_is_sane(fault.region))
        abort();
    struct fault_context context = {.service = service,
                                    .operation = "FilterLogEvents",
                                    .subject = "/vpc/flow",
                                    .host = "h.example",
                                    .profile = "default",
                                    .region = "eu-west-1",
                                    .origin = "",
                                    .skew_ms = response.date_s,
                                    .status = response.status};
    weir_error error = {0};
    if (fault_words(&fault, &context, &error) == WEIR_OK || !*error.text)
        abort();
    check_safe(error.text);
    check_safe(fault.code);
    buf_done(&response.body);
    return 0;
}
