/* fz_format.c - layouts from text: flow/format (LogFormat strings and header lines) and weir_field_find.
 * Held: what is accepted names each field once, both maps agree, and its names written out give it again. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(bool held, const char *what)
{
    if (!held) {
        fprintf(stderr, "does not hold: %s\n", what);
        abort();
    }
}

static void check_maps(const struct format *format)
{
    check(format->n > 0 && format->n <= FORMAT_COLUMNS_MAX, "columns in bounds");
    for (int k = 0; k < format->n; k++)
        if (format->column[k] != WEIR_FIELD_NONE)
            check(format->column_of[format->column[k]] == k, "each field stands once");
    for (int k = 0; k < WEIR_FIELD_COUNT; k++)
        if (format->column_of[k] >= 0)
            check(format->column[format->column_of[k]] == k, "the inverse is the inverse");
}

static void check_again(const struct format *format)
{
    char text[FORMAT_COLUMNS_MAX * 40];
    size_t n = 0;
    struct format again;
    for (int k = 0; k < format->n; k++)
        if (format->column[k] != WEIR_FIELD_NONE)
            n += (size_t)snprintf(text + n, sizeof text - n, "${%s} ",
                                  weir_field_get((weir_field)format->column[k])->name);
    check(format_parse(text, n, &again, NULL) == WEIR_OK, "names written out are a format");
    check_maps(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct format format;
    weir_error err = {0};
    const char *text = (const char *)bytes;
    if (len > 16384)
        return 0;
    if (format_parse(text, len, &format, &err) == WEIR_OK) {
        check_maps(&format);
        check_again(&format);
    } else {
        check(err.text[0] && err.column >= 1 && err.column <= len + 1, "an error points into the text");
    }
    if (format_from_header(text, len, &format)) {
        check_maps(&format);
        check_again(&format);
    }
    weir_field field = weir_field_find(text, len);
    check(field >= WEIR_FIELD_NONE && field < WEIR_FIELD_COUNT, "a field or none");
    return 0;
}
