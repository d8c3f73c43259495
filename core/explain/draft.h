/* draft.h - an explanation while it is being put into words: what it is about, and the lists that grow. The parts of
 * it (title.c, evidence.c, premise_words.c, fix.c) write into one draft; explanation.c makes the explanation of it. */
#ifndef WEIR_EXPLAIN_DRAFT_H
#define WEIR_EXPLAIN_DRAFT_H

#include "explain/decide.h"
#include "explain/path.h"
#include "explain/words.h"

enum { DRAFT_LINES_MAX = 24, DRAFT_GROUPS_MAX = 3 };

struct lines {
    weir_evidence line[DRAFT_LINES_MAX]; /* row = UINT64_MAX where it speaks of none */
    size_t n;
};

struct draft {
    struct words words;
    const struct flow *flow;
    const struct prior *prior; /* never NULL */
    const struct decision *decision;
    const struct inventory *inventory;     /* the rules that the decision speaks of; NULL = none */
    const struct vpc_interface *interface; /* of `inventory` */
    const struct vpc_subnet *subnet;
    const struct vpc_acl *acl;
    bool egress; /* the packet leaves the interface */
    struct path path;
    weir_explanation *out;
    struct lines evidence, assumptions, missing, next_steps, also_blocking;
};

void lines_add(struct lines *lines, weir_safe text); /* "" is left out; beyond the maximum too */
void lines_add_row(struct lines *lines, weir_safe text, uint64_t row);

/* ---- names and numbers in words ---- */

weir_safe addr_words(struct draft *draft, const weir_addr *addr);         /* "10.0.2.7" */
weir_safe owner_words(struct draft *draft, const weir_addr *addr);        /* "app-1 (10.0.2.7)", "203.0.113.7" */
weir_safe named_words(struct draft *draft, weir_safe name, weir_safe id); /* "shop-web (sg-0c3)", "sg-0c3" */
weir_safe here_words(struct draft *draft);                                /* "web-1 (eni-0e5)", "this interface" */
weir_safe groups_words(struct draft *draft);  /* "security group shop-web (sg-0c3)", "security groups … and …" */
weir_safe acl_words(struct draft *draft);     /* "network ACL shop-acl (acl-0b2)" */
weir_safe service_words(struct draft *draft); /* "tcp/80", "icmp echo request", "protocol 47": what is asked for */
weir_safe icmp_words(struct draft *draft, const struct packet *packet); /* "icmp echo request", "icmp type 3" */
weir_safe span_words(struct draft *draft, int64_t seconds);             /* "12 s", "5 min", "3 h 5 min", "5 days" */
weir_safe moment_words(struct draft *draft, int64_t seconds);           /* "2026-11-23 13:10:00 UTC" */
weir_safe flags_words(struct draft *draft, int32_t flags); /* "SYN", "no SYN, FIN or RST", "" where not told */
/* "203.0.113.7" with "from" or "to", as the packet goes: "from 203.0.113.7". */
weir_safe peer_words(struct draft *draft);
/* "#90", "#* (nothing else matched)": an entry's number as AWS shows it. */
weir_safe number_words(struct draft *draft, const struct vpc_acl_entry *entry);

/* ---- the parts ---- */

void title_write(struct draft *draft);
void evidence_write(struct draft *draft);
void premises_write(struct draft *draft); /* assumptions, missing, next steps */
void near_misses_write(struct draft *draft);
void fix_write(struct draft *draft);
weir_safe group_fix_command(struct draft *draft, weir_safe *words, weir_safe *risk); /* "" = none to propose */
/* `reply`: a rule for the packets that answer, of the other direction. */
weir_safe acl_fix_command(struct draft *draft, bool reply, weir_safe *words);

/* Text that may stand in a command line unquoted: letters, digits, "-". Ids come from outside. */
bool is_plain_id(const char *text);
weir_safe region_option(struct draft *draft); /* " --region eu-west-1", "" where it is not known */

/* Whether the cause is that security groups have no rule for the packet as it is. */
bool cause_asks_groups(const struct decision *decision);

#endif
