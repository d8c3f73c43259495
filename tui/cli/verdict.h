/* verdict.h - an explanation as text for a terminal or a pipe, and as a line of JSON; for weir explain and weir path.
 */
#ifndef WEIR_CLI_VERDICT_H
#define WEIR_CLI_VERDICT_H

#include "cli/out.h"
#include "weir/explain.h"

/* All of it: verdict, what decided, path, fix, evidence, what was assumed. Wrapped to `width` columns; commands are
 * not, so that they can be pasted. */
void verdict_text(struct out *out, const weir_explanation *explanation, int width);
/* The flow and its hops alone. */
void verdict_path(struct out *out, const weir_explanation *explanation, int width);
/* WEIR_E_NOMEM */
weir_status verdict_json(struct out *out, const weir_explanation *explanation, weir_error *err);

#endif
