/* proposal.h - rules that somebody thinks of adding to or removing from security groups and network ACLs. Pure; any
 * thread. */
#ifndef WEIR_EXPLAIN_PROPOSAL_H
#define WEIR_EXPLAIN_PROPOSAL_H

#include "explain/words.h"
#include "vpc/inventory.h"
#include "weir/status.h"

enum { EDITS_MAX = 16 };

/* One rule more or one less. `group` or `acl` is set. */
struct edit {
    bool add, egress;
    const struct vpc_group *group;
    const struct vpc_acl *acl;
    struct vpc_rule rule; /* of a group: added; of one that goes, `old_rule` is where it is */
    const struct vpc_rule *old_rule;
    struct vpc_acl_entry entry; /* of an ACL: added or removed */
};

/* Borrows from the inventory; zeroed is empty. It may not be copied. */
struct proposal {
    const struct inventory *inventory;
    struct edit edit[EDITS_MAX];
    size_t n;
    struct words words;
};

/* "add sg-0a1 in tcp 80 from 203.0.113.0/24", "add sg-0a1 out udp 53 to 10.0.0.2", "remove sgr-0c3", "remove sg-0a1 in
 * tcp 22 from 0.0.0.0/0", "add acl-0b2 in 90 allow tcp 443 from 10.0.0.0/8", "remove acl-0b2 in 100"; several with ";"
 * between. Names do for ids where only one thing has them, in quotes where they have blanks; ports are "80",
 * "8000-8080" or "all" (as is leaving them out), of ICMP a type; protocols names, numbers or "all"; peers addresses,
 * CIDR blocks, pl-…, sg-…, names of groups. WEIR_E_SYNTAX or WEIR_E_USAGE (what is named is not there, or is there
 * already) with a column. On success *out is the caller's: proposal_done(). */
weir_status proposal_parse(const struct inventory *inventory, const char *text, struct proposal *out, weir_error *err);
void proposal_done(struct proposal *proposal);

/* Texts live in `words`. */
weir_safe edit_words(const struct edit *edit, struct words *words);
/* The aws command line that does it; "" where an id is none that may stand in a command line. */
weir_safe edit_command(const struct proposal *proposal, const struct edit *edit, struct words *words);
/* What is dangerous about it: "opens tcp 22 to the whole internet"; "" = nothing that can be told from it alone. */
weir_safe edit_warning(const struct edit *edit, struct words *words);

#endif
