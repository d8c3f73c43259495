/* form.h - bodies of the query protocols (application/x-www-form-urlencoded) and times in their answers. Pure. */
#ifndef WEIR_AWS_FORM_H
#define WEIR_AWS_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Appends "name=value", with '&' in front unless it is the first. WEIR_E_LIMIT, WEIR_E_NOMEM. */
weir_status form_put(struct buf *form, const char *name, const char *value);

/* "Prefix.N=value": one of a list, counted from 1. */
weir_status form_put_nth(struct buf *form, const char *prefix, size_t n, const char *value);

/* "2026-09-01T12:00:00.000Z" or "…+02:00" as Unix seconds; parts of a second are cut. False for anything else. */
bool iso8601_read(const char *text, int64_t *unix_s);

#endif
