/* change_draft.c - texts, edits and ids of a change while it is made. */
#include "vpc/change_draft.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "aws/json.h"
#include "base/limits.h"
#include "base/scope.h"

weir_safe draft_slice(struct draft *draft, struct slice text)
{
    weir_safe safe = vpc_pool_text(&draft->made->pool, text);
    if (safe.text)
        return safe;
    draft->is_out_of_memory = true;
    return WEIR_SAFE("");
}

weir_safe draft_text(struct draft *draft, const struct json_t *object, const char *path)
{
    return draft_slice(draft, field_text(object, path));
}

/* Room for one more in a list of the heap, or the list as it was and false. */
static bool grow(struct draft *draft, void **list, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return true;
    size_t more = *room ? *room * 2 : 8;
    void *larger = realloc(*list, more * size);
    if (!larger) {
        draft->is_out_of_memory = true;
        return false;
    }
    *list = larger;
    *room = more;
    return true;
}

struct change_edit *draft_edit(struct draft *draft, struct slice target)
{
    const weir_safe none = WEIR_SAFE("");
    void *list = draft->edits;
    if (draft->n_edits == CHANGE_EDITS_MAX) {
        draft->made->change.is_cut = true;
        return NULL;
    }
    if (!grow(draft, &list, draft->n_edits, &draft->room_edits, sizeof *draft->edits))
        return NULL;
    draft->edits = list;
    struct change_edit *edit = &draft->edits[draft->n_edits++];
    *edit = (struct change_edit){.kind = draft->row->kind,
                                 .target = draft_slice(draft, target),
                                 .rule_id = none,
                                 .number = -1,
                                 .protocol = PROTOCOL_ALL,
                                 .from = -1,
                                 .to = -1,
                                 .peer = none,
                                 .description = none,
                                 .association_id = none,
                                 .new_association_id = none,
                                 .subnet_id = none,
                                 .destination = none,
                                 .gateway = none};
    draft_name(draft, edit->target);
    return edit;
}

static size_t length_of(struct field_list list)
{
    size_t n = 0;
    while (n < CHANGE_IDS_MAX && field_next(&list))
        n++;
    return n;
}

bool draft_groups(struct draft *draft, struct field_list list, const char *name, struct change_edit *edit)
{
    size_t n = length_of(list);
    weir_safe *groups = n ? vpc_pool_take(&draft->made->pool, n * sizeof *groups) : NULL;
    draft->is_out_of_memory = draft->is_out_of_memory || (n && !groups);
    for (size_t k = 0; groups && k < n; k++) {
        const json_t *item = field_next(&list);
        struct slice id = field_text(item, name);
        groups[edit->n_groups] = draft_slice(draft, id.len ? id : field_value(item));
        edit->n_groups += *groups[edit->n_groups].text != '\0';
    }
    edit->groups = groups;
    return edit->n_groups > 0;
}

/* ---- ids ---- */

void draft_name(struct draft *draft, weir_safe id)
{
    void *list = draft->ids;
    if (!*id.text || draft->n_ids == CHANGE_IDS_MAX)
        return;
    for (size_t k = 0; k < draft->n_ids; k++)
        if (draft->ids[k].text == id.text)
            return;
    if (!grow(draft, &list, draft->n_ids, &draft->room_ids, sizeof *draft->ids))
        return;
    draft->ids = list;
    draft->ids[draft->n_ids++] = id;
}

/* What is behind the last '/' or ':' of an ARN. */
static struct slice tail_of(struct slice text)
{
    size_t at = text.len;
    while (at && text.at[at - 1] != '/' && text.at[at - 1] != ':')
        at--;
    return (struct slice){text.at + at, text.len - at};
}

/* "sg-0123…", "tgw-rtb-0123…": a known prefix and hexadecimal digits. */
static bool is_id(struct slice text)
{
    static const char *const prefixes[] = {
        "sg",
        "sgr",
        "eni",
        "eni-attach",
        "acl",
        "aclassoc",
        "subnet",
        "rtb",
        "rtbassoc",
        "i",
        "vpc",
        "pl",
        "igw",
        "eigw",
        "nat",
        "vgw",
        "cgw",
        "vpn",
        "tgw",
        "tgw-attach",
        "tgw-rtb",
        "pcx",
        "vpce",
        "vpce-svc",
        "eipalloc",
        "eipassoc",
        "vpcbpa-exclude",
        "vpcec",
        "vpc-encryption-control",
        "lgw",
        "cagw",
    };
    size_t dash = text.len;
    while (dash && strchr("0123456789abcdef", text.at[dash - 1]) && text.at[dash - 1])
        dash--;
    if (dash < 2 || dash == text.len || text.len - dash > 17 || text.at[dash - 1] != '-')
        return false;
    for (size_t k = 0; k < ARRAY_SIZE(prefixes); k++)
        if (slice_is((struct slice){text.at, dash - 1}, slice_of(prefixes[k])))
            return true;
    return false;
}

static void name_inside(struct draft *draft, const json_t *json, size_t depth)
{
    const char *name;
    json_t *value;
    size_t k;
    if (depth == CHANGE_DEPTH_MAX)
        return;
    json_object_foreach((json_t *)json, name, value)
    {
        name_inside(draft, value, depth + 1);
    }
    json_array_foreach(json, k, value)
    {
        name_inside(draft, value, depth + 1);
    }
    struct slice id = json_is_string(json) ? tail_of(json_value(json)) : SLICE("");
    if (is_id(id))
        draft_name(draft, draft_slice(draft, id));
}

void draft_name_all(struct draft *draft, const struct json_t *json)
{
    name_inside(draft, json, 0);
}

/* ---- the end ---- */

static const void *settle(struct draft *draft, const void *list, size_t bytes)
{
    void *copy = bytes ? vpc_pool_take(&draft->made->pool, bytes) : NULL;
    if (copy)
        memcpy(copy, list, bytes);
    else if (bytes)
        draft->is_out_of_memory = true;
    return copy;
}

void draft_settle(struct draft *draft)
{
    struct change *change = &draft->made->change;
    change->edits = settle(draft, draft->edits, draft->n_edits * sizeof *draft->edits);
    change->resources = settle(draft, draft->ids, draft->n_ids * sizeof *draft->ids);
    change->n_edits = change->edits ? draft->n_edits : 0;
    change->n_resources = change->resources ? draft->n_ids : 0;
    vpc_pool_settle(&draft->made->pool);
}

void draft_done(struct draft *draft)
{
    free(draft->edits);
    free(draft->ids);
    if (draft->made)
        change_free(&draft->made->change);
}
