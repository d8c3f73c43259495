/* region.c - the region of the EC2 instance that we run on, from its metadata (version 2, with a session token). */
#include <stdio.h>
#include <string.h>

#include "aws/open.h"
#include "base/clock.h"

enum { ONE_TRY_MS = 1000, TOKEN_MAX = 1024 };

/* Sends one request and waits for it; the body as a text. */
static bool ask(struct http *http, const struct http_request *request, char *out, size_t size)
{
    struct http_transfer *transfer = NULL;
    if (http_begin(http, request, &transfer, NULL) != WEIR_OK)
        return false;
    const int64_t until = clock_mono_ms() + ONE_TRY_MS;
    const struct http_response *response = NULL;
    weir_status status = WEIR_AGAIN;
    for (int64_t now = until - ONE_TRY_MS; status == WEIR_AGAIN && now < until; now = clock_mono_ms()) {
        http_wait(http, -1, -1, (int)(until - now));
        status = http_result(transfer, &response, NULL);
    }
    bool is_good = status == WEIR_OK && response->status == 200 && response->body.len > 0 && response->body.len < size;
    if (is_good) {
        memcpy(out, response->body.bytes, response->body.len);
        out[response->body.len] = '\0';
    }
    http_end(transfer);
    return is_good;
}

bool instance_region(const struct settings *settings, char *out, size_t size)
{
    struct http_options options = settings_http(settings);
    struct http *http = NULL;
    if (http_new(&options, &http, NULL) != WEIR_OK)
        return false;
    char base[256], url[320], token[TOKEN_MAX];
    settings_metadata_url(settings, base, sizeof base);
    snprintf(url, sizeof url, "%s/latest/api/token", base);
    struct http_header header = {"X-aws-ec2-metadata-token-ttl-seconds", "60"};
    struct http_request request = {.method = "PUT",
                                   .url = url,
                                   .headers = &header,
                                   .n_headers = 1,
                                   .connect_ms = ONE_TRY_MS,
                                   .total_ms = ONE_TRY_MS,
                                   .max_bytes = TOKEN_MAX,
                                   .direct = true};
    bool is_known = ask(http, &request, token, sizeof token);
    if (is_known) {
        snprintf(url, sizeof url, "%s/latest/meta-data/placement/region", base);
        header = (struct http_header){"X-aws-ec2-metadata-token", token};
        request.method = "GET";
        is_known = ask(http, &request, out, size);
    }
    http_free(http);
    return is_known;
}
