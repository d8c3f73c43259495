/* status.c - names of statuses and the one way to fill a weir_error. */
#include "weir/status.h"

#include <stdio.h>

#include "weir/safe.h"

static const char *const names[] = {
    [WEIR_OK] = "ok",           [WEIR_AGAIN] = "again",         [WEIR_END] = "end",
    [WEIR_E_SYNTAX] = "syntax", [WEIR_E_USAGE] = "usage",       [WEIR_E_IO] = "io",
    [WEIR_E_DATA] = "data",     [WEIR_E_LIMIT] = "limit",       [WEIR_E_DENIED] = "denied",
    [WEIR_E_NOMEM] = "nomem",   [WEIR_E_CANCELED] = "canceled",
};

weir_status weir_fail(weir_error *err, weir_status status, size_t column, const char *format, ...)
{
    if (!err || err->status != WEIR_OK)
        return status;

    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);

    size_t len = n < 0 ? 0 : (size_t)n;
    if (len >= sizeof text)
        len = sizeof text - 1;
    while (len > 0 && text[len - 1] == '\n')
        len--;

    err->status = status;
    err->column = column;
    weir_sanitize(text, len, err->text, sizeof err->text);
    return status;
}

const char *weir_status_name(weir_status status)
{
    size_t k = (size_t)status;
    return k < sizeof names / sizeof *names ? names[k] : "unknown";
}
