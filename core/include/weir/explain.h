/* explain.h - why a record was rejected: the cause with its evidence, the path hop by hop, the rules that almost
 * matched and the smallest change that lets it through.
 *
 * An explanation is a value of its own: it borrows nothing from session or network and lives until
 * weir_explanation_free(). Texts are safe. Rules of the game: docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html,
 * …/vpc-security-groups.html, …/vpc-network-acls.html; hops are in the order and components' names of
 * docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html */
#ifndef WEIR_EXPLAIN_H
#define WEIR_EXPLAIN_H

#include "weir/network.h"
#include "weir/record.h"
#include "weir/status.h"

typedef enum weir_cause {
#define X(id, name, row, harmless, words) id,
#include "weir/cause.def"
#undef X
    WEIR_CAUSE_COUNT,
    WEIR_CAUSE_NONE = -1, /* nothing to explain: ACCEPT, NODATA, SKIPDATA */
} weir_cause;

typedef struct weir_cause_info {
    const char *name;  /* "sg-ingress": a value of the field `cause` */
    const char *row;   /* "R4" of the decision table in docs/causes.md */
    bool harmless;     /* usually */
    const char *words; /* one sentence */
} weir_cause_info;
const weir_cause_info *weir_cause_get(weir_cause cause);  /* borrowed for ever; a real cause */
weir_cause weir_cause_find(const char *name, size_t len); /* WEIR_CAUSE_NONE if there is none */

typedef enum weir_hop_verdict {
    WEIR_HOP_PASS,
    WEIR_HOP_BLOCK,
    WEIR_HOP_UNKNOWN,
    WEIR_HOP_STATE, /* passes because the connection is tracked; no rule was asked */
    WEIR_HOP_NONE,  /* nothing to decide here */
} weir_hop_verdict;

typedef struct weir_hop {
    weir_hop_verdict verdict;
    bool reply;          /* on the way back */
    bool acted;          /* the hop that stopped it (the first, where several would) */
    weir_safe component; /* "internet gateway", "network ACL", "security group", "route table" … */
    weir_safe id, name;  /* "" = none */
    weir_safe rule;      /* "in #100 allow all 0.0.0.0/0" */
    weir_safe note;      /* "dnat 198.51.100.10 -> 10.0.1.10" */
    weir_safe code;      /* Reachability Analyzer's or ours (FL_…), "" = none */
} weir_hop;

typedef struct weir_near_miss {
    weir_safe rule; /* "sgr-0a1 of shop-web: tcp 443 from 10.0.0.0/8" */
    weir_safe why;  /* "172.16.3.4 is outside" */
} weir_near_miss;

typedef struct weir_evidence {
    weir_safe text;
    uint64_t row; /* a row of the ring it speaks of; UINT64_MAX = none */
} weir_evidence;

typedef struct weir_explanation {
    weir_cause cause;
    weir_safe title;            /* the verdict in one sentence, with names */
    int confidence;             /* 0..99 */
    weir_safe confidence_word;  /* certain, high, medium, low, none */
    weir_safe flow;             /* "203.0.113.7:50512 -> 10.0.1.10:80 tcp SYN, inbound at web-1 (eni-…)" */
    weir_safe phase, direction; /* "new connection", "inbound, by flow-direction" */
    struct {
        weir_safe component, id, name, rule;
    } acted_on;           /* "" = nothing did, or it is not known */
    const weir_hop *hops; /* forward, then reply */
    size_t n_hops;
    const weir_near_miss *near_misses;
    size_t n_near_misses;
    struct {
        weir_safe words;          /* "let tcp 80 from 203.0.113.7 into shop-web" */
        weir_safe command;        /* one aws command line each; "" = there is no fix to propose */
        weir_safe second_command; /* of a network ACL whose other direction would deny the reply; "" */
        weir_safe third_command;  /* where a security group and a network ACL both deny: of the other one; "" */
        weir_safe risk;
    } fix;
    const weir_evidence *evidence;
    size_t n_evidence;
    const weir_safe *also_blocking, *assumptions, *missing, *next_steps;
    size_t n_also_blocking, n_assumptions, n_missing, n_next_steps;
    weir_safe reject_reason;
} weir_explanation;

void weir_explanation_free(weir_explanation *explanation); /* accepts NULL */

/* The path as lines of text: one or more a hop, a heading before the way back. */
enum { WEIR_PATH_LINE_BYTES = 1024, WEIR_PATH_WIDTH_MIN = 60, WEIR_PATH_WIDTH_MAX = 240 };

typedef struct weir_path_line {
    const weir_hop *hop; /* borrowed from the explanation; NULL = the heading */
    bool first;          /* the hop begins here; its other lines are indented */
    const char *glyph;   /* "ok" passes, "XX" blocks, "??" unknown, "st" tracked, ".." nothing to decide; "" if !first.
                            The caller may show another symbol */
    char buffer[WEIR_PATH_LINE_BYTES];
    weir_safe text; /* without the glyph, borrowed from buffer */
} weir_path_line;

/* The k-th line, from 0; false past the last. `width` is that of glyph, one space and text together; it is clamped. */
bool weir_explanation_path(const weir_explanation *explanation, int width, size_t k, weir_path_line *out);

/* Explains a flow that is in no log: "eni=… src=… dst=… dport=… proto=…". `network` may be NULL (then only what the
 * record says). WEIR_E_SYNTAX with a column. On success *out is yours. Pure but for memory: any thread. */
weir_status weir_explain_flow(const weir_network *network, const char *text, int64_t now, weir_explanation **out,
                              weir_error *err);

/* One line of JSON with everything in it, without a line end; yours (free). NULL = out of memory. */
char *weir_explanation_json(const weir_explanation *explanation);

#endif
