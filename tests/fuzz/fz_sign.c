/* Signing: any request is signed or refused; the order of a query, and of headers with different names, makes no
 * difference; what is encoded can be decoded. The input is texts with a NUL behind each: method, host, path, token,
 * then names and values, by turns for the query and the headers. The first byte: bit 0 = S3. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/sign.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { PAIRS = 70, INPUT_MAX = 8192 };

struct input {
    struct sign_request request;
    struct sign_key key;
    struct sign_pair query[PAIRS], headers[PAIRS];
    char text[INPUT_MAX];
};

static const char *take(char **at, const char *end)
{
    char *text = *at;
    *at += *at < end ? strlen(*at) + 1 : 0;
    return text;
}

static void read_input(struct input *input, const uint8_t *bytes, size_t len)
{
    char *at = input->text, *end = input->text + len - 1;
    memcpy(input->text, bytes + 1, len - 1);
    input->text[len - 1] = '\0';
    input->request = (struct sign_request){.method = take(&at, end),
                                           .host = take(&at, end),
                                           .path = take(&at, end),
                                           .query = input->query,
                                           .headers = input->headers,
                                           .body = bytes,
                                           .body_len = len,
                                           .region = "eu-west-1",
                                           .service = "s3",
                                           .is_s3 = bytes[0] & 1};
    input->key = (struct sign_key){"AKIDEXAMPLE", "secret", take(&at, end)};
    for (size_t k = 0; at < end && k < (size_t)2 * PAIRS; k++) {
        struct sign_pair *to =
            k % 2 ? &input->headers[input->request.n_headers++] : &input->query[input->request.n_query++];
        to->name = take(&at, end);
        to->value = take(&at, end);
    }
}

static void reverse(struct sign_pair *pairs, size_t n)
{
    for (size_t k = 0; k < n / 2; k++) {
        struct sign_pair pair = pairs[k];
        pairs[k] = pairs[n - 1 - k];
        pairs[n - 1 - k] = pair;
    }
}

static bool names_differ(const struct sign_pair *pairs, size_t n)
{
    static const char *const own[] = {"host", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"};
    for (size_t k = 0; k < n; k++) {
        for (size_t other = k + 1; other < n; other++)
            if (strcasecmp(pairs[k].name, pairs[other].name) == 0)
                return false;
        for (size_t other = 0; other < 4; other++)
            if (strcasecmp(pairs[k].name, own[other]) == 0)
                return false;
    }
    return true;
}

static void check_encoding(const char *text)
{
    static char coded[3 * INPUT_MAX + 1];
    size_t at = 0;
    if (sign_uri_encode(text, false, coded, sizeof coded) != strlen(coded) || strchr(coded, '/'))
        abort();
    for (; *text; text++) {
        char digits[3] = {coded[at] == '%' ? coded[at + 1] : '\0', coded[at] == '%' ? coded[at + 2] : '\0', '\0'};
        unsigned char byte = coded[at] == '%' ? (unsigned char)strtoul(digits, NULL, 16) : (unsigned char)coded[at];
        if (byte != (unsigned char)*text)
            abort();
        at += coded[at] == '%' ? 3 : 1;
    }
    if (coded[at])
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct input input;
    static struct sign_trace first, second;
    struct sign_result one, two;
    weir_error err = {0};
    if (len < 1 || len >= sizeof input.text)
        return 0;
    read_input(&input, bytes, len);
    check_encoding(input.request.path);
    weir_status status = sign(&input.request, &input.key, 1788266096, &one, &first, &err);
    if ((status != WEIR_OK) != (*err.text != '\0'))
        abort();
    reverse(input.query, input.request.n_query);
    if (names_differ(input.headers, input.request.n_headers))
        reverse(input.headers, input.request.n_headers);
    if (sign(&input.request, &input.key, 1788266096, &two, &second, NULL) != status)
        abort();
    if (status == WEIR_OK &&
        (strcmp(first.canonical, second.canonical) != 0 || strcmp(one.authorization, two.authorization) != 0))
        abort();
    return 0;
}
