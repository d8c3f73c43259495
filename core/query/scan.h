/* scan.h - one condition on one field, run down a column of a block, 64 rows at a time. */
#ifndef WEIR_QUERY_SCAN_H
#define WEIR_QUERY_SCAN_H

#include "flow/block.h"
#include "query/ast.h"
#include "query/match.h"

#define BITMAP_WORDS (BLOCK_ROWS / 64)

struct interval {
    uint64_t low, high; /* both included */
};

struct addr_interval {
    weir_addr low, high;
};

/* A leaf of a program. The arrays are sorted and do not overlap. */
struct leaf {
    weir_field field;
    weir_kind kind;
    enum operator op; /* OP_IN for all comparisons, OP_MATCH, OP_PREFIX */
    bool negated;
    bool takes_null;            /* "-" is one of the values */
    struct interval *intervals; /* numbers, or IPv4 addresses in host byte order */
    size_t n_intervals;
    uint64_t *table; /* a bit for each of the first 65536 numbers; NULL for few intervals */
    struct addr_interval *v6;
    size_t n_v6;
    struct slice *texts;
    size_t n_texts;
    struct slice prefix;
    struct pattern *pattern;
};

/* What the leaves of a program share while they run. */
struct scan_state {
    uint8_t answers[BLOCK_ROWS]; /* enum answer of each text of a dict */
    unsigned limit_hits;         /* of the program's regexes, ever */
    struct tally *tally;
};

/* out[w] = mask[w] and the condition, for the words of rows [from, to); rows of the last word from `to` on are 0.
 * `out` may be `mask`. Returns all words of out ORed. */
uint64_t scan_leaf(const struct leaf *leaf, struct scan_state *state, const struct block *block, uint32_t from,
                   uint32_t to, const uint64_t *mask, uint64_t *out);

#endif
