/* http_head.h - what we want to know of an answer's head, line by line. Values are kept as printable ASCII: what else a
 * server sends becomes '?'. Pure. */
#ifndef WEIR_AWS_HTTP_HEAD_H
#define WEIR_AWS_HTTP_HEAD_H

#include "aws/http.h"

/* One line with or without its line end: "HTTP/1.1 200 OK" begins a head anew, "Name: value" adds to it. */
void http_head_line(struct http_response *response, const char *line, size_t len);

/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7) as Unix seconds, 0 if it is none. */
int64_t http_date(const char *text, size_t len);

#endif
