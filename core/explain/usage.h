/* usage.h - which rules a record used: of the security groups of its interface, and of its subnet's network ACL. Pure;
 * any thread. */
#ifndef WEIR_EXPLAIN_USAGE_H
#define WEIR_EXPLAIN_USAGE_H

#include "explain/decide_row.h"

struct usage {
    struct ruling ruling;        /* of the record's own packet, by the inventory that was asked */
    bool groups_asked;           /* a new connection, or one that is not tracked: else no rule of a group is asked */
    const struct vpc_rule *rule; /* the most specific that admits the packet; NULL = none does, or none is asked */
    const struct vpc_acl_entry *entry; /* that decided; NULL = there is no ACL on the way, or it is not known */
    bool admitted_by_acl;              /* `entry` allows it, or none was asked */
    bool denied_by_groups;             /* they were asked, and no rule admits it: the implicit deny */
};

/* False: the direction of the flow is not known, or `inventory` is NULL. */
bool usage_of(const struct flow *flow, const struct inventory *inventory, struct usage *out);

#endif
