/* parse.h - tokens to a tree. */
#ifndef WEIR_QUERY_PARSE_H
#define WEIR_QUERY_PARSE_H

#include "query/ast.h"

/* Fills query->root from safe text, which must live as long as the query. */
weir_status parse_filter(weir_query *query, struct slice text, int64_t now, weir_error *err);

#endif
