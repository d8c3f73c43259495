/* change_edit.c - edits that are no rules: groups of interfaces, associations, routes, prefix lists, block public
 * access, groups of services, and whatever is touched without saying how. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/scope.h"
#include "vpc/change_draft.h"

enum { PATH_BYTES = 64 };

static struct slice target_of(const struct draft *draft)
{
    return field_text(draft->request, draft->row->target);
}

/* ---- what is touched ---- */

/* One edit for each id at a path: "vpcId", or "instancesSet.instanceId" where the first is a list. */
static void touch_path(struct draft *draft, const char *path)
{
    const char *dot = strchr(path, '.');
    char list[PATH_BYTES];
    weir_safe_format(list, sizeof list, "%.*s", (int)(dot ? dot - path : (ptrdiff_t)strlen(path)), path);
    struct field_list things = field_list(draft->request, list);
    const json_t *thing;
    while ((thing = field_next(&things))) {
        struct slice id = dot ? field_text(thing, dot + 1) : field_value(thing);
        if (id.len && !draft_edit(draft, id))
            return;
    }
}

/* Where the paths name nothing, the event touches something all the same. */
void edits_of_target(struct draft *draft)
{
    char paths[PATH_BYTES * 2], *rest = NULL;
    weir_safe_format(paths, sizeof paths, "%s", draft->row->target);
    for (char *path = strtok_r(paths, "|", &rest); path; path = strtok_r(NULL, "|", &rest))
        touch_path(draft, path);
    if (!draft->n_edits)
        draft_edit(draft, (struct slice){"", 0});
}

/* ---- security groups of interfaces ---- */

/* The call sets one attribute. Of those that it has, two matter to traffic. */
void edits_of_attribute(struct draft *draft)
{
    struct change_edit *edit = draft_edit(draft, target_of(draft));
    if (!edit)
        return;
    struct field_list set = field_list(draft->request, "groupSet");
    if (!set.list)
        set = field_list(draft->request, "groups");
    if (set.list && draft_groups(draft, set, "groupId", edit))
        return;
    edit->kind = EDIT_OTHER;
    draft->made->change.effect = field(draft->request, "sourceDestCheck") ? CHANGE_ROUTES : CHANGE_NONE;
}

static bool is_group(weir_safe id)
{
    return strncmp(id.text, "sg-", 3) == 0;
}

/* Services write the groups in places of their own, so it is every group that the request names. Without one it sets
 * something else. */
void edits_of_managed(struct draft *draft)
{
    size_t n_asked = draft->n_asked, n = 0;
    struct change_edit *edit = draft_edit(draft, target_of(draft));
    weir_safe *groups = edit && n_asked ? vpc_pool_take(&draft->made->pool, n_asked * sizeof *groups) : NULL;
    for (size_t k = 0; groups && k < n_asked; k++)
        if (is_group(draft->ids[k]))
            groups[n++] = draft->ids[k];
    if (n) {
        edit->groups = groups;
        edit->n_groups = n;
    } else {
        draft->made->change.effect = CHANGE_NONE;
    }
}

/* Groups that are added to an endpoint or taken from it may REJECT. */
void edits_of_endpoint(struct draft *draft)
{
    edits_of_target(draft);
    for (size_t k = 0; k < draft->n_asked; k++)
        if (is_group(draft->ids[k]))
            draft->made->change.effect = CHANGE_MANAGED;
}

/* ---- associations ---- */

void edits_of_association(struct draft *draft)
{
    struct change_edit *edit = draft_edit(draft, target_of(draft));
    if (!edit)
        return;
    struct slice now = field_text(draft->response, "newAssociationId");
    if (!now.len)
        now = field_text(draft->response, "associationId");
    edit->association_id = draft_text(draft, draft->request, "associationId");
    edit->new_association_id = draft_slice(draft, now);
    edit->subnet_id = draft_text(draft, draft->request, "subnetId");
    edit->gateway = draft_text(draft, draft->request, "gatewayId");
}

/* ---- routes ---- */

static weir_safe first_text(struct draft *draft, const char *const *paths, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        struct slice text = field_text(draft->request, paths[k]);
        if (text.len)
            return draft_slice(draft, text);
    }
    return WEIR_SAFE("");
}

static void read_route(struct draft *draft, struct change_edit *edit)
{
    static const char *const destinations[] = {"destinationCidrBlock", "destinationIpv6CidrBlock",
                                               "destinationPrefixListId", "prefixListId"};
    static const char *const gateways[] = {"gatewayId",          "natGatewayId",
                                           "transitGatewayId",   "vpcPeeringConnectionId",
                                           "vpcEndpointId",      "instanceId",
                                           "networkInterfaceId", "egressOnlyInternetGatewayId",
                                           "carrierGatewayId",   "localGatewayId",
                                           "coreNetworkArn",     "odbNetworkArn",
                                           "localTarget",        "transitGatewayAttachmentId"};
    edit->destination = first_text(draft, destinations, ARRAY_SIZE(destinations));
    edit->gateway = first_text(draft, gateways, ARRAY_SIZE(gateways));
}

void edits_of_route(struct draft *draft)
{
    struct change_edit *edit = draft_edit(draft, target_of(draft));
    if (edit)
        read_route(draft, edit);
}

/* Tables of a transit gateway are not those of a subnet, so what is done to them stays EDIT_OTHER. */
void edits_of_transit_route(struct draft *draft)
{
    edits_of_route(draft);
}

/* ---- prefix lists ---- */

static void take_entries(struct draft *draft, const char *const *lists, size_t n_lists, enum edit_kind kind)
{
    for (size_t k = 0; k < n_lists; k++) {
        struct field_list entries = field_list(draft->request, lists[k]);
        const json_t *entry;
        while ((entry = field_next(&entries))) {
            struct slice text = field_text(entry, "cidr");
            struct change_edit *edit = text.len ? draft_edit(draft, target_of(draft)) : NULL;
            if (!edit)
                continue;
            edit->kind = kind;
            edit->peer = draft_network(draft, text);
            edit->description = draft_text(draft, entry, "description");
        }
    }
}

/* Its name and its size may be changed as well, which does nothing to traffic. */
void edits_of_prefix_list(struct draft *draft)
{
    static const char *const removed[] = {"removeEntry", "removeEntries"}, *const added[] = {"addEntry", "addEntries"};
    take_entries(draft, removed, ARRAY_SIZE(removed), EDIT_PREFIX_REMOVE);
    take_entries(draft, added, ARRAY_SIZE(added), EDIT_PREFIX_ADD);
    if (!draft->n_edits)
        draft->made->change.effect = CHANGE_NONE;
}

/* ---- block public access ---- */

void edits_of_block(struct draft *draft)
{
    struct change_edit *edit = draft_edit(draft, (struct slice){"", 0});
    if (edit)
        edit->gateway = draft_text(draft, draft->request, "internetGatewayBlockMode");
}
