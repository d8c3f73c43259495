/* build_tie.c - which ACL and route table a subnet has. Ties are read from the items before these are typed, so that
 * one that had to be left out does not make its subnets fall back to a default. */
#include <stdlib.h>
#include <string.h>

#include "vpc/build.h"

static int compare_ties(const void *a, const void *b)
{
    const struct tie *one = a, *other = b;
    int order = strcmp(one->subnet_id.text, other->subnet_id.text);
    return order ? order : strcmp(one->to.text, other->to.text);
}

static bool is_tied(const struct json_t *association)
{
    struct slice state = json_text(json_member(association, "AssociationState"), "State");
    return !slice_is(state, SLICE("disassociated")) && !slice_is(state, SLICE("failed")) &&
           json_text(association, "SubnetId").len;
}

static size_t count_ties(const struct json_t *items)
{
    size_t n = 0;
    for (size_t k = 0; k < json_count(items); k++)
        n += json_count(json_member(json_at(items, k), "Associations"));
    return n;
}

static size_t collect(struct build *build, enum part part, const char *id, struct tie **out)
{
    const struct json_t *items = build->capture->parts[part].items;
    size_t n = 0;
    *out = calloc(count_ties(items) + 1, sizeof **out);
    if (!*out) {
        build->is_out_of_memory = true;
        return 0;
    }
    for (size_t k = 0; k < json_count(items); k++) {
        const struct json_t *list = json_member(json_at(items, k), "Associations");
        for (size_t at = 0; at < json_count(list); at++)
            if (is_tied(json_at(list, at)))
                (*out)[n++] = (struct tie){build_text(build, json_at(list, at), "SubnetId"),
                                           build_text(build, json_at(items, k), id)};
    }
    qsort(*out, n, sizeof **out, compare_ties);
    return n;
}

void build_acl_ties(struct build *build)
{
    build->n_acl_ties = collect(build, PART_ACLS, "NetworkAclId", &build->acl_ties);
}

void build_table_ties(struct build *build)
{
    build->n_table_ties = collect(build, PART_ROUTE_TABLES, "RouteTableId", &build->table_ties);
}

/* The first tie of a subnet; *differ: it has another one too. */
static const struct tie *find_tie(const struct tie *ties, size_t n, weir_safe subnet_id, bool *differ)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(ties[middle].subnet_id.text, subnet_id.text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == n || strcmp(ties[low].subnet_id.text, subnet_id.text) != 0)
        return NULL;
    *differ = false;
    for (size_t k = low + 1; k < n && ties[k].subnet_id.text == ties[low].subnet_id.text; k++)
        *differ = *differ || ties[k].to.text != ties[low].to.text;
    return &ties[low];
}

/* Only when every ACL was told can a subnet without one be said to have the default. */
static const struct vpc_acl *default_acl(const struct build *build, weir_safe vpc_id)
{
    const struct things *acls = &build->inventory->things[THING_ACL];
    if (capture_part_state(build->capture, PART_ACLS) != PART_KNOWN || !*vpc_id.text)
        return NULL;
    for (size_t k = 0; k < acls->n; k++) {
        const struct vpc_acl *acl = things_nth(acls, k);
        if (acl->is_default && acl->vpc_id.text == vpc_id.text)
            return acl;
    }
    return NULL;
}

static const struct vpc_route_table *main_table(const struct build *build, weir_safe vpc_id)
{
    const struct things *tables = &build->inventory->things[THING_ROUTE_TABLE];
    if (capture_part_state(build->capture, PART_ROUTE_TABLES) != PART_KNOWN || !*vpc_id.text)
        return NULL;
    for (size_t k = 0; k < tables->n; k++) {
        const struct vpc_route_table *table = things_nth(tables, k);
        if (table->main && table->vpc_id.text == vpc_id.text)
            return table;
    }
    return NULL;
}

void link_subnet(struct build *build, void *at)
{
    struct vpc_subnet *subnet = at;
    bool has_two = false;
    const struct inventory *inventory = build->inventory;
    subnet->vpc = inventory_vpc(inventory, subnet->vpc_id.text);
    const struct tie *tie = find_tie(build->acl_ties, build->n_acl_ties, subnet->id, &has_two);
    subnet->acl = tie ? inventory_acl(inventory, tie->to.text) : default_acl(build, subnet->vpc_id);
    subnet->two_acls = has_two;
    if (has_two)
        build_warn(build, "%s has two network ACLs", subnet->id.text);
    has_two = false;
    tie = find_tie(build->table_ties, build->n_table_ties, subnet->id, &has_two);
    subnet->route_table = tie && !has_two ? inventory_route_table(inventory, tie->to.text)
                          : tie           ? NULL
                                          : main_table(build, subnet->vpc_id);
    if (has_two)
        build_doubt(build, PART_ROUTE_TABLES, "%s has two route tables: which one holds is unknown", subnet->id.text);
}
