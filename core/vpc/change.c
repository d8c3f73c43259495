/* change.c - life and names of changes, and what follows from what they tell. */
#include "vpc/change.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "vpc/change_draft.h"

void change_free(struct change *change)
{
    struct change_made *made = (struct change_made *)change;
    if (!made || atomic_fetch_sub(&made->owners, 1) != 0)
        return;
    vpc_pool_done(&made->pool);
    free(made);
}

const struct change *change_share(const struct change *change)
{
    atomic_fetch_add(&((struct change_made *)change)->owners, 1); /* what is told of it stays as it is */
    return change;
}

const char *change_tool_name(enum change_tool tool)
{
    static const char *const names[] = {
        [TOOL_UNKNOWN] = "",
#define X(id, name, pattern, is_automation) [id] = name,
#include "vpc/tool.def"
#undef X
    };
    return (size_t)tool < ARRAY_SIZE(names) ? names[tool] : "";
}

const char *change_effect_words(enum change_effect effect)
{
    static const char *const words[] = {
        [CHANGE_NONE] = "changes nothing for traffic", [CHANGE_RULES] = "changes what may pass",
        [CHANGE_ROUTES] = "changes where packets go",  [CHANGE_MANAGED] = "changes the security groups of a service",
        [CHANGE_HOST] = "takes away who answers",
    };
    return (size_t)effect < ARRAY_SIZE(words) ? words[effect] : "";
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
