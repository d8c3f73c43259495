/* scope.h - a part of the network that somebody names: an interface, an instance, a security group, a network ACL, a
 * subnet, a VPC, or all of it; and things by their ids or by names that only one of them has. Pure; any thread. */
#ifndef WEIR_EXPLAIN_SCOPE_H
#define WEIR_EXPLAIN_SCOPE_H

#include "vpc/inventory.h"
#include "weir/status.h"

enum scope_kind {
    SCOPE_ALL,
    SCOPE_INTERFACE,
    SCOPE_INSTANCE,
    SCOPE_GROUP,
    SCOPE_ACL,
    SCOPE_SUBNET,
    SCOPE_VPC,
};

/* Sets of kinds, for scope_find(). */
enum {
    SCOPES_ANY = ~0,
    SCOPES_WITH_RULES = 1 << SCOPE_GROUP | 1 << SCOPE_ACL,
};

/* Pointers are the inventory's; that of the kind is set. */
struct scope {
    const struct inventory *inventory;
    enum scope_kind kind;
    const struct vpc_interface *interface;
    const char *instance_id;
    const struct vpc_group *group;
    const struct vpc_acl *acl;
    const struct vpc_subnet *subnet;
    const struct vpc *vpc;
};

/* An id, or a name in any case among things of those kinds; "" is all. An interface that is named like its instance
 * gives the instance. WEIR_E_USAGE: nothing is called so, or several things are; *err names what is near, or all of
 * them. */
weir_status scope_find(const struct inventory *inventory, const char *text, int kinds, struct scope *out,
                       weir_error *err);

/* Whether records of an interface (NULL = not in the inventory) may use rules of the scope. */
bool scope_has_interface(const struct scope *scope, const struct vpc_interface *interface);
/* Whether security groups of the interface belong to it. */
bool scope_has_groups_of(const struct scope *scope, const struct vpc_interface *interface);
bool scope_has_group(const struct scope *scope, const struct vpc_group *group);
bool scope_has_acl(const struct scope *scope, const struct vpc_acl *acl);

#endif
