/* draw.h - hops as lines of text, for the pane and the command alike. Pure; any thread. */
#ifndef WEIR_EXPLAIN_DRAW_H
#define WEIR_EXPLAIN_DRAW_H

#include "weir/explain.h"

/* The k-th line of a path, as weir_explanation_path() gives it. */
bool hops_line(const weir_hop *hops, size_t n, int width, size_t k, weir_path_line *out);

#endif
