/* pins.c - reads the values out of a query's tree. Leaves what they mean to query. */
#include "view/pins.h"

#include <strings.h>

#include "base/addr.h"
#include "query/ast.h"

static bool value_of(const struct item *item, weir_value *out)
{
    switch (item->type) {
    case ITEM_NULL: *out = (weir_value){.type = WEIR_NULL}; return true;
    case ITEM_NUMBER: *out = (weir_value){.type = WEIR_NUMBER, .number = item->low}; return item->low == item->high;
    case ITEM_ADDR:
        *out = (weir_value){.type = WEIR_ADDRESS, .addr = item->first};
        return addr_compare(&item->first, &item->last) == 0;
    case ITEM_TEXT: *out = (weir_value){.type = WEIR_TEXT, .text = {item->text.at}}; return true;
    }
    return false;
}

static bool is_known(const weir_value *values, size_t n, const weir_value *value)
{
    for (size_t k = 0; k < n; k++) {
        bool same = value->type == WEIR_TEXT && values[k].type == WEIR_TEXT
                        ? strcasecmp(values[k].text.text, value->text.text) == 0
                        : weir_value_equal(&values[k], value);
        if (same)
            return true;
    }
    return false;
}

size_t query_pins(const weir_query *query, weir_field field, weir_value *out, size_t max)
{
    size_t n = 0;
    for (const struct node *node = conjunct_next(query->root, NULL); node; node = conjunct_next(query->root, node)) {
        if (!term_pins(node, field))
            continue;
        for (const struct item *item = node->items; item && n < max; item = item->next)
            if (value_of(item, &out[n]) && !is_known(out, n, &out[n]))
                n++;
    }
    return n;
}
