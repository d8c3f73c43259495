/* scope.c - finds what somebody names in an inventory (scope.h). */
#include "explain/scope.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/scope.h"

enum { FOUND_MAX = 4, NEAR_LETTERS = 3 };

/* What fits a name so far: the first few are told. */
struct search {
    const char *text;
    int kinds;
    struct scope found[FOUND_MAX];
    const char *id[FOUND_MAX];
    size_t n;
    const char *near[FOUND_MAX];
    size_t n_near;
};

/* ---- by id ---- */

static bool find_instance(const struct inventory *inventory, const char *text, struct scope *out)
{
    const struct vpc_interface *interface;
    for (size_t k = 0; (interface = inventory_nth_interface(inventory, k)); k++) {
        if (interface->instance_id.text[0] && strcmp(interface->instance_id.text, text) == 0) {
            out->kind = SCOPE_INSTANCE;
            out->instance_id = interface->instance_id.text;
            return true;
        }
    }
    return false;
}

static bool find_id(const struct inventory *inventory, const char *text, struct scope *out)
{
    *out = (struct scope){.inventory = inventory};
    if ((out->interface = inventory_interface(inventory, text)))
        out->kind = SCOPE_INTERFACE;
    else if ((out->group = inventory_group(inventory, text)))
        out->kind = SCOPE_GROUP;
    else if ((out->acl = inventory_acl(inventory, text)))
        out->kind = SCOPE_ACL;
    else if ((out->subnet = inventory_subnet(inventory, text)))
        out->kind = SCOPE_SUBNET;
    else if ((out->vpc = inventory_vpc(inventory, text)))
        out->kind = SCOPE_VPC;
    else
        return strncmp(text, "i-", 2) == 0 && find_instance(inventory, text, out);
    return true;
}

/* ---- by name ---- */

static bool is_near(const char *name, const char *text)
{
    size_t len = strlen(text) < NEAR_LETTERS ? strlen(text) : NEAR_LETTERS;
    return len > 0 && strncasecmp(name, text, len) == 0;
}

/* Whether it is called so; what is called nearly so is kept for the error. */
static bool fits(struct search *search, weir_safe name)
{
    if (!name.text[0])
        return false;
    if (strcasecmp(name.text, search->text) == 0)
        return true;
    bool is_told = false;
    for (size_t k = 0; k < search->n_near; k++)
        is_told = is_told || strcmp(search->near[k], name.text) == 0;
    if (!is_told && search->n_near < FOUND_MAX && is_near(name.text, search->text))
        search->near[search->n_near++] = name.text;
    return false;
}

static void add(struct search *search, struct scope scope, const char *id)
{
    if (!(search->kinds & 1 << scope.kind))
        return;
    if (search->n < FOUND_MAX) {
        search->found[search->n] = scope;
        search->id[search->n] = id;
    }
    search->n++;
}

static bool is_same_instance(const struct search *search, const struct vpc_interface *interface)
{
    for (size_t k = 0; k < search->n && k < FOUND_MAX; k++)
        if (search->found[k].kind == SCOPE_INSTANCE &&
            strcmp(search->found[k].instance_id, interface->instance_id.text) == 0)
            return true;
    return false;
}

static void search_interfaces(const struct inventory *inventory, struct search *search)
{
    const struct vpc_interface *interface;
    for (size_t k = 0; (interface = inventory_nth_interface(inventory, k)); k++) {
        bool by_instance = interface->instance && fits(search, interface->instance->name);
        if (by_instance) {
            if (!is_same_instance(search, interface))
                add(search,
                    (struct scope){
                        .inventory = inventory, .kind = SCOPE_INSTANCE, .instance_id = interface->instance_id.text},
                    interface->instance_id.text);
        } else if (fits(search, interface->label) || fits(search, interface->name)) {
            add(search, (struct scope){.inventory = inventory, .kind = SCOPE_INTERFACE, .interface = interface},
                interface->id.text);
        }
    }
}

static void search_rules(const struct inventory *inventory, struct search *search)
{
    const struct vpc_group *group;
    for (size_t k = 0; (group = inventory_nth_group(inventory, k)); k++)
        if (fits(search, group->name))
            add(search, (struct scope){.inventory = inventory, .kind = SCOPE_GROUP, .group = group}, group->id.text);
    const struct vpc_acl *acl;
    for (size_t k = 0; (acl = inventory_nth_acl(inventory, k)); k++)
        if (fits(search, acl->name))
            add(search, (struct scope){.inventory = inventory, .kind = SCOPE_ACL, .acl = acl}, acl->id.text);
}

static void search_places(const struct inventory *inventory, struct search *search)
{
    const struct vpc_subnet *subnet;
    for (size_t k = 0; (subnet = inventory_nth_subnet(inventory, k)); k++)
        if (fits(search, subnet->name))
            add(search, (struct scope){.inventory = inventory, .kind = SCOPE_SUBNET, .subnet = subnet},
                subnet->id.text);
    const struct vpc *vpc;
    for (size_t k = 0; (vpc = inventory_nth_vpc(inventory, k)); k++)
        if (fits(search, vpc->name))
            add(search, (struct scope){.inventory = inventory, .kind = SCOPE_VPC, .vpc = vpc}, vpc->id.text);
}

/* ---- errors ---- */

static weir_status fail_many(const struct search *search, weir_error *err)
{
    char text[256] = "";
    size_t len = 0;
    for (size_t k = 0; k < search->n && k < FOUND_MAX && len < sizeof text; k++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", k ? ", " : "", search->id[k]);
    return weir_fail(err, WEIR_E_USAGE, 0, "several things are called %s: say which, %s%s", search->text, text,
                     search->n > FOUND_MAX ? " ..." : "");
}

static const char *kinds_words(int kinds)
{
    if (kinds == SCOPES_WITH_RULES)
        return "security group or network ACL";
    return kinds == 1 << SCOPE_GROUP ? "security group"
                                     : "interface, instance, security group, network ACL, subnet or VPC";
}

static weir_status fail_none(const struct search *search, weir_error *err)
{
    char text[256] = "";
    size_t len = 0;
    for (size_t k = 0; k < search->n_near && len < sizeof text; k++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", k ? ", " : "; there is ", search->near[k]);
    return weir_fail(err, WEIR_E_USAGE, 0, "no %s is called %s%s", kinds_words(search->kinds), search->text, text);
}

weir_status scope_find(const struct inventory *inventory, const char *text, int kinds, struct scope *out,
                       weir_error *err)
{
    struct scope scope = {.inventory = inventory};
    struct search search = {.text = text, .kinds = kinds};
    if (text[0] && !find_id(inventory, text, &scope)) {
        search_interfaces(inventory, &search);
        search_rules(inventory, &search);
        search_places(inventory, &search);
        if (search.n == 0)
            return fail_none(&search, err);
        if (search.n > 1)
            return fail_many(&search, err);
        scope = search.found[0];
    }
    *out = scope;
    return WEIR_OK;
}

/* ---- what belongs to it ---- */

bool scope_has_interface(const struct scope *scope, const struct vpc_interface *interface)
{
    switch (scope->kind) {
    case SCOPE_INTERFACE: return interface == scope->interface;
    case SCOPE_INSTANCE: return interface && strcmp(interface->instance_id.text, scope->instance_id) == 0;
    case SCOPE_SUBNET: return interface && interface->subnet == scope->subnet;
    case SCOPE_VPC: return interface && strcmp(interface->vpc_id.text, scope->vpc->id.text) == 0;
    case SCOPE_ALL:
    case SCOPE_GROUP:
    case SCOPE_ACL: break;
    }
    return true;
}

bool scope_has_group(const struct scope *scope, const struct vpc_group *group)
{
    switch (scope->kind) {
    case SCOPE_ALL: return true;
    case SCOPE_GROUP: return group == scope->group;
    case SCOPE_ACL: return false;
    case SCOPE_VPC: return strcmp(group->vpc_id.text, scope->vpc->id.text) == 0;
    case SCOPE_INTERFACE:
    case SCOPE_INSTANCE:
    case SCOPE_SUBNET: break;
    }
    for (size_t k = 0; k < group->n_members; k++)
        if (scope_has_interface(scope, group->members[k]))
            return true;
    return false;
}

bool scope_has_groups_of(const struct scope *scope, const struct vpc_interface *interface)
{
    for (size_t k = 0; interface && k < interface->n_groups; k++)
        if (scope_has_group(scope, interface->groups[k]))
            return true;
    return false;
}

bool scope_has_acl(const struct scope *scope, const struct vpc_acl *acl)
{
    switch (scope->kind) {
    case SCOPE_ALL: return true;
    case SCOPE_GROUP: return false;
    case SCOPE_ACL: return acl == scope->acl;
    case SCOPE_SUBNET: return acl == scope->subnet->acl;
    case SCOPE_VPC: return strcmp(acl->vpc_id.text, scope->vpc->id.text) == 0;
    case SCOPE_INTERFACE:
    case SCOPE_INSTANCE: break;
    }
    const struct vpc_interface *interface;
    for (size_t k = 0; (interface = inventory_nth_interface(scope->inventory, k)); k++)
        if (interface->subnet && interface->subnet->acl == acl && scope_has_interface(scope, interface))
            return true;
    return false;
}
