/* surplus.c - an array of (row, text), found by bisection. */
#include "flow/surplus.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "flow/arena.h"

struct item {
    uint32_t row;
    const char *text;
};

struct surplus {
    uint32_t n, room;
    struct item *items;
    struct arena arena;
};

void surplus_free(struct surplus *surplus)
{
    if (!surplus)
        return;
    arena_done(&surplus->arena);
    free(surplus->items);
    free(surplus);
}

static weir_status reserve(struct surplus *surplus, size_t *bytes)
{
    if (surplus->n < surplus->room)
        return WEIR_OK;
    uint32_t room = surplus->room ? surplus->room * 2 : 16;
    struct item *items = realloc(surplus->items, room * sizeof *items);
    if (!items)
        return WEIR_E_NOMEM;
    *bytes += (room - surplus->room) * sizeof *items;
    surplus->items = items;
    surplus->room = room;
    return WEIR_OK;
}

weir_status surplus_put(struct surplus **surplus, uint32_t row, const char *raw, size_t len, size_t *bytes)
{
    char text[SURPLUS_MAX_BYTES + 1];
    if (!*surplus) {
        *surplus = calloc(1, sizeof **surplus);
        if (!*surplus)
            return WEIR_E_NOMEM;
        *bytes += sizeof **surplus;
    }
    struct surplus *all = *surplus;
    weir_sanitize(raw, len, text, sizeof text);
    if (reserve(all, bytes) != WEIR_OK)
        return WEIR_E_NOMEM;
    const char *copy = arena_text(&all->arena, text, strlen(text), bytes);
    if (!copy)
        return WEIR_E_NOMEM;
    while (all->n > 0 && all->items[all->n - 1].row >= row)
        all->n--;
    all->items[all->n++] = (struct item){row, copy};
    return WEIR_OK;
}

weir_safe surplus_text(const struct surplus *surplus, uint32_t row)
{
    uint32_t low = 0, high = surplus ? surplus->n : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (surplus->items[middle].row == row)
            return (weir_safe){surplus->items[middle].text};
        if (surplus->items[middle].row < row)
            low = middle + 1;
        else
            high = middle;
    }
    return WEIR_SAFE("");
}
