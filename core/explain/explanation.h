/* explanation.h - what stands behind a weir_explanation: the memory that its texts live in. */
#ifndef WEIR_EXPLAIN_EXPLANATION_H
#define WEIR_EXPLAIN_EXPLANATION_H

#include "explain/flow.h"
#include "explain/words.h"
#include "weir/explain.h"

struct explanation {
    weir_explanation told; /* first: a weir_explanation is always the beginning of one of these */
    struct words words;
    enum direction direction;
    enum direction_source direction_by;
};

#endif
