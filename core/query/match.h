/* match.h - regular expressions with a bound on their time and memory. */
#ifndef WEIR_QUERY_MATCH_H
#define WEIR_QUERY_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"
#include "weir/status.h"

struct pattern;

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNDECIDED };

/* Compiles a pattern; `fast` spends more now to match faster. On WEIR_E_SYNTAX *offset is the byte at fault and
 * why[size] says what is wrong. WEIR_E_LIMIT, WEIR_E_NOMEM. */
weir_status pattern_new(struct slice text, bool fast, struct pattern **out, size_t *offset, char *why, size_t size);
void pattern_free(struct pattern *pattern);

/* ANSWER_UNDECIDED when a limit was hit. */
enum answer pattern_run(struct pattern *pattern, const char *text, size_t len);

#endif
