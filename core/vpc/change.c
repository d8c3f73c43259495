/* change.c - life of a change, and the few questions about it. */
#include "vpc/change.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "vpc/change_make.h"

static const struct {
    const char *name;
    bool automation;
} tools[TOOL_COUNT] = {
    [TOOL_UNKNOWN] = {"", false},
#define X(id, name, pattern, automation) [id] = {name, automation},
#include "vpc/tool.def"
#undef X
};

const char *change_tool_name(enum change_tool tool)
{
    return tools[tool].name;
}

const char *change_effect_words(enum change_effect effect)
{
    static const char *const words[] = {
        [CHANGE_NONE] = "changes nothing of it",
        [CHANGE_RULES] = "may reject traffic",
        [CHANGE_ROUTES] = "may lose traffic without a REJECT",
        [CHANGE_MANAGED] = "may give other security groups to interfaces of a service",
        [CHANGE_HOST] = "takes a host away",
    };
    return words[effect];
}

bool change_can_act(const struct change *change)
{
    return !change->refused && !change->read_only && change->effect != CHANGE_NONE;
}

bool change_names(const struct change *change, const char *id)
{
    for (size_t k = 0; k < change->n_resources; k++)
        if (strcmp(change->resources[k].text, id) == 0)
            return true;
    return false;
}

/* The pool lies behind the change, so that a change is one pointer. */
struct owned {
    struct change change;
    struct pool pool;
    atomic_uint owners; /* beside the first */
};

void change_free(struct change *change)
{
    if (!change)
        return;
    struct owned *owned = (struct owned *)(void *)change;
    if (atomic_fetch_sub(&owned->owners, 1) != 0)
        return;
    vpc_pool_done(&owned->pool);
    free(owned);
}

const struct change *change_share(const struct change *change)
{
    struct owned *owned = (struct owned *)(void *)change; /* what is told of it stays as it is */
    atomic_fetch_add(&owned->owners, 1);
    return change;
}

struct change *change_new(struct pool **pool)
{
    struct owned *owned = calloc(1, sizeof *owned);
    if (!owned)
        return NULL;
    *pool = &owned->pool;
    return &owned->change;
}
