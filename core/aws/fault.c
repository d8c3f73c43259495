/* fault.c - see fault.h; the words are in fault_words.c. */
#include "aws/fault.h"

#include <stdio.h>
#include <string.h>

#include "aws/json.h"
#include "aws/xml.h"
#include "base/scope.h"
#include "weir/safe.h"

enum { PEEK_BYTES = 256 };

struct row {
    const char *code;
    enum aws_fault kind;
    enum fault_cure cure;
};
static const struct row rows[] = {
#define X(code, kind, cure) {code, kind, cure},
#include "aws/fault.def"
#undef X
};

/* '*' at the beginning or the end stands for anything. */
static bool fits(const char *pattern, const char *code)
{
    size_t len = strlen(pattern), code_len = strlen(code);
    if (pattern[0] == '*')
        return code_len >= len - 1 && strcmp(code + code_len - (len - 1), pattern + 1) == 0;
    if (pattern[len - 1] == '*')
        return strncmp(pattern, code, len - 1) == 0;
    return strcmp(pattern, code) == 0;
}

static void classify(struct fault *fault, int status)
{
    for (size_t k = 0; *fault->code && k < ARRAY_SIZE(rows); k++) {
        if (fits(rows[k].code, fault->code)) {
            fault->kind = rows[k].kind;
            fault->cure = rows[k].cure;
            return;
        }
    }
    bool may_pass = status == 429 || status == 408 || (status >= 500 && status != 501 && status != 505);
    fault->cure = may_pass ? CURE_WAIT : CURE_NONE;
    fault->kind = status == 429                    ? AWS_THROTTLED
                  : status >= 500 || status == 408 ? AWS_SERVER
                  : status == 401 || status == 403 ? AWS_DENIED
                  : status == 404                  ? AWS_NOT_FOUND
                                                   : AWS_OTHER;
}

/* "com.amazonaws#Name:http://…" → "Name". */
static void take_code(struct fault *fault, struct slice text)
{
    const char *colon = text.len > 0 ? memchr(text.at, ':', text.len) : NULL;
    if (colon)
        text.len = (size_t)(colon - text.at);
    for (size_t k = text.len; k > 0; k--) {
        if (text.at[k - 1] == '#') {
            text.at += k;
            text.len -= k;
            break;
        }
    }
    if (text.len > 0)
        weir_sanitize(text.at, text.len, fault->code, sizeof fault->code);
}

static void take_message(struct fault *fault, struct slice text)
{
    if (text.len > 0 && !*fault->message)
        weir_sanitize(text.at, text.len, fault->message, sizeof fault->message);
}

static void read_json(const struct http_response *response, struct fault *out)
{
    take_code(out, slice_of(response->error_type));
    struct json_t *json = NULL;
    if (json_read(response->body.bytes, response->body.len, &json, NULL) != WEIR_OK)
        return;
    take_code(out, json_text(json, "__type"));
    take_message(out, json_text(json, "message"));
    take_message(out, json_text(json, "Message"));
    json_done(json);
}

/* EC2: Response/Errors/Error, STS: ErrorResponse/Error, S3: Error. */
static void read_xml(const struct http_response *response, struct fault *out)
{
    struct xml *xml = NULL;
    if (response->body.len == 0 || xml_parse(response->body.bytes, response->body.len, &xml, NULL) != WEIR_OK)
        return;
    const struct xml_node *root = xml_root(xml);
    const struct xml_node *error = xml_find(root, "Errors/Error");
    if (!error)
        error = xml_find(root, "Error");
    if (!error)
        error = root;
    take_code(out, slice_of(xml_text(error, "Code")));
    take_message(out, slice_of(xml_text(error, "Message")));
    const char *region = xml_text(error, "Region");
    if (region_is_sane(region))
        snprintf(out->region, sizeof out->region, "%s", region);
    xml_free(xml);
}

static bool is_page(enum aws_service service, const struct http_response *response)
{
    bool is_html = strncasecmp(response->content_type, "text/html", 9) == 0;
    bool is_redirect = response->status >= 300 && response->status <= 399;
    return service != AWS_S3 && (is_html || is_redirect);
}

bool fault_hides(enum aws_service service, const struct http_response *response)
{
    if (service != AWS_S3)
        return is_page(service, response);
    char peek[PEEK_BYTES + 1];
    size_t len = response->body.len < PEEK_BYTES ? response->body.len : PEEK_BYTES;
    snprintf(peek, sizeof peek, "%.*s", (int)len, len > 0 ? response->body.bytes : "");
    const char *error = strstr(peek, "<Error>");
    return error && (error == peek || strncmp(peek, "<?xml", 5) == 0);
}

void fault_read(enum aws_service service, const struct http_response *response, struct fault *out)
{
    struct fault fault = {0};
    if (region_is_sane(response->region))
        snprintf(fault.region, sizeof fault.region, "%s", response->region);
    fault.is_page = is_page(service, response);
    if (fault.is_page)
        fault.code[0] = '\0';
    else if (service_infos[service].protocol == AWS_JSON)
        read_json(response, &fault);
    else
        read_xml(response, &fault);
    classify(&fault, response->status);
    if (fault.is_page && response->status < 500) {
        fault.kind = AWS_OTHER;
        fault.cure = CURE_NONE;
    }
    if (fault.kind == AWS_ELSEWHERE && !*fault.region)
        fault.kind = AWS_OTHER;
    *out = fault;
}
