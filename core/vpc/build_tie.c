/* build_tie.c - which ACL and route table a subnet has. Ties are read from the items before these are typed, so that
 * one that had to be left out does not make its subnets fall back to a default. */
#include <stdlib.h>
#include <string.h>

#include "vpc/build.h"

static int compare_ties(const void *a, const void *b)
{
    const struct tie *one = a, *other = b;
    int order = strcmp(one->from.text, other->from.text);
    return order ? order : strcmp(one->to.text, other->to.text);
}

static bool is_tied(const struct json_t *association)
{
    struct slice state = json_text(json_member(association, "AssociationState"), "State");
    return !slice_is(state, SLICE("disassociated")) && !slice_is(state, SLICE("failed")) &&
           json_text(association, "SubnetId").len;
}

/* An ACL says of itself that it is the default, a route table in an association that it is main. */
static bool is_fallback(const struct json_t *item)
{
    const struct json_t *list = json_member(item, "Associations");
    for (size_t k = 0; k < json_count(list); k++)
        if (json_flag(json_at(list, k), "Main"))
            return true;
    return json_flag(item, "IsDefault");
}

static size_t count_associations(const struct json_t *items)
{
    size_t n = 0;
    for (size_t k = 0; k < json_count(items); k++)
        n += json_count(json_member(json_at(items, k), "Associations"));
    return n;
}

static bool begin(struct build *build, struct tie_list *list, size_t room)
{
    list->at = calloc(room + 1, sizeof *list->at);
    build->is_out_of_memory = build->is_out_of_memory || !list->at;
    return list->at != NULL;
}

static void collect(struct build *build, enum part part, const char *id, struct tie_list *ties,
                    struct tie_list *fallbacks)
{
    const struct json_t *items = build->capture->parts[part].items;
    if (!begin(build, ties, count_associations(items)) || !begin(build, fallbacks, json_count(items)))
        return;
    for (size_t k = 0; k < json_count(items); k++) {
        const struct json_t *item = json_at(items, k), *list = json_member(item, "Associations");
        weir_safe to = build_text(build, item, id);
        if (is_fallback(item))
            fallbacks->at[fallbacks->n++] = (struct tie){build_text(build, item, "VpcId"), to};
        for (size_t at = 0; at < json_count(list); at++)
            if (is_tied(json_at(list, at)))
                ties->at[ties->n++] = (struct tie){build_text(build, json_at(list, at), "SubnetId"), to};
    }
    qsort(ties->at, ties->n, sizeof *ties->at, compare_ties);
    qsort(fallbacks->at, fallbacks->n, sizeof *fallbacks->at, compare_ties);
}

void build_ties(struct build *build)
{
    collect(build, PART_ACLS, "NetworkAclId", &build->acls, &build->default_acls);
    collect(build, PART_ROUTE_TABLES, "RouteTableId", &build->tables, &build->main_tables);
}

/* The first tie of a subnet or VPC; *differ: it has another one too. */
static const struct tie *find_tie(const struct tie_list *list, weir_safe from, bool *differ)
{
    size_t low = 0, high = list->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(list->at[middle].from.text, from.text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == list->n || strcmp(list->at[low].from.text, from.text) != 0)
        return NULL;
    *differ = false;
    for (size_t k = low + 1; k < list->n && list->at[k].from.text == list->at[low].from.text; k++)
        *differ = *differ || list->at[k].to.text != list->at[low].to.text;
    return &list->at[low];
}

/* Only when all of a part was told can a subnet without one be said to have its VPC's. "" = unknown. */
static const char *fallback(const struct build *build, enum part part, const struct tie_list *list, weir_safe vpc_id)
{
    bool has_two = false;
    if (capture_part_state(build->capture, part) != PART_KNOWN || !*vpc_id.text)
        return "";
    const struct tie *tie = find_tie(list, vpc_id, &has_two);
    return tie && !has_two ? tie->to.text : "";
}

void link_subnet(struct build *build, void *at)
{
    struct vpc_subnet *subnet = at;
    const struct inventory *inventory = build->inventory;
    bool has_two = false;
    subnet->vpc = inventory_vpc(inventory, subnet->vpc_id.text);
    const struct tie *acl = find_tie(&build->acls, subnet->id, &subnet->two_acls);
    subnet->acl =
        inventory_acl(inventory, acl ? acl->to.text : fallback(build, PART_ACLS, &build->default_acls, subnet->vpc_id));
    if (subnet->two_acls)
        build_doubt(build, PART_ACLS, "%s has two network ACLs", subnet->id.text);
    const struct tie *table = find_tie(&build->tables, subnet->id, &has_two);
    const char *table_id =
        table ? table->to.text : fallback(build, PART_ROUTE_TABLES, &build->main_tables, subnet->vpc_id);
    subnet->route_table = has_two ? NULL : inventory_route_table(inventory, table_id);
    if (has_two)
        build_doubt(build, PART_ROUTE_TABLES, "%s has two route tables: which one holds is unknown", subnet->id.text);
}
